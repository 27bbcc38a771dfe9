"""How much each unit carries: its open cases, by case worker, and the offers that wait.

One row per case holds what counts; what is counted is what the asker may see of it. Beside it
stands what a case weighs (capacity.py).
"""

from collections.abc import Iterable
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import sql

from domain.case import (
    CaseClosed,
    CaseOpened,
    CaseReopened,
    CaseWorkerAssigned,
    CaseWorkerReleased,
    HandoverAccepted,
    HandoverDeclined,
    HandoverOffered,
    HandoverWithdrawn,
)
from domain.case.investigation import InvestigationConcluded, InvestigationOpened
from domain.catalogue import names_of
from domain.codes import StaffRole
from domain.deadline import DeadlineCaughtUp, DeadlineFellAway, DeadlineMet, DeadlineSet
from domain.policy import Viewer
from domain.recorded import Recorded
from domain.referral import ReferralAccepted, ReferralReceived, ReferralRouted
from projections.access.visible import condition, visible
from projections.asking import Connection, all_rows
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.workload")


class Burden(NamedTuple):
    case: UUID
    unit: str
    open: bool
    workers: tuple[UUID, ...]
    handover_to: str | None  # whom it is offered to


_TELLING = names_of(
    CaseOpened,
    CaseWorkerAssigned,
    CaseWorkerReleased,
    HandoverOffered,
    HandoverAccepted,
    HandoverDeclined,
    HandoverWithdrawn,
    CaseClosed,
    CaseReopened,
)


def keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name in _TELLING else ()


def apply(burden: Burden | None, recorded: Recorded) -> Burden | None:
    if isinstance(recorded.event, CaseOpened):
        return Burden(recorded.stream, recorded.event.unit, True, (), None)
    return burden and burden._replace(**_changes(burden, recorded.event))


def _changes(burden: Burden, event: object) -> dict[str, Any]:  # noqa: PLR0911 - one for each event
    match event:
        case CaseWorkerAssigned(worker=worker):
            return {"workers": (*burden.workers, worker)}
        case CaseWorkerReleased(worker=worker):
            return {"workers": tuple(w for w in burden.workers if w != worker)}
        case HandoverOffered(to_unit=to_unit):
            return {"handover_to": to_unit}
        case HandoverAccepted(unit=unit):
            return {"unit": unit, "handover_to": None}
        case HandoverDeclined() | HandoverWithdrawn():
            return {"handover_to": None}
        case CaseClosed():
            return {"open": False}
        case CaseReopened():
            return {"open": True}
        case _:
            return {}


# --- what a case weighs, in neutral terms (SoLPuL 7 a §) ---------------------------------------


class Weight(NamedTuple):
    case: UUID
    investigating: bool
    deadlines: tuple[UUID, ...]  # that run


class Received(NamedTuple):
    referral: UUID
    acute: bool
    case: UUID | None  # where it is carried on


_WEIGHING = names_of(
    CaseOpened,
    InvestigationOpened,
    InvestigationConcluded,
    DeadlineSet,
    DeadlineMet,
    DeadlineCaughtUp,
    DeadlineFellAway,
)
_LEADING = names_of(ReferralReceived, ReferralRouted, ReferralAccepted)


def _weight_keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name in _WEIGHING else ()


def _weigh(  # noqa: PLR0911 - an answer for each event
    weight: Weight | None, recorded: Recorded
) -> Weight | None:
    if isinstance(recorded.event, CaseOpened):
        return Weight(recorded.stream, False, ())
    if weight is None:  # a deadline of something else than a case
        return None
    match recorded.event:
        case InvestigationOpened():
            return weight._replace(investigating=True)
        case InvestigationConcluded():
            return weight._replace(investigating=False)
        case DeadlineSet(deadline=deadline):
            return weight._replace(deadlines=(*weight.deadlines, deadline))
        case (
            DeadlineMet(deadline=ended)
            | DeadlineCaughtUp(deadline=ended)
            | DeadlineFellAway(deadline=ended)
        ):
            return weight._replace(deadlines=tuple(d for d in weight.deadlines if d != ended))
        case _:
            return weight


def _received_keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name in _LEADING else ()


def _receive(received: Received | None, recorded: Recorded) -> Received | None:
    match recorded.event:
        case ReferralReceived(acute=acute):
            return Received(recorded.stream, acute, None)
        case ReferralAccepted(case=case) if received:
            return received._replace(case=case)
        case _:  # routed anew
            return received and received._replace(case=None)


TABLE = Table(name="workload", row=Burden, key=("case",), keys=keys, apply=apply, of_file="case")
PROJECTION = Projection(
    name="workload",
    version=2,
    schema=text("projections.workload", "schema.sql"),
    tables=(
        TABLE,
        Table(
            name="workload_weights",
            row=Weight,
            key=("case",),
            keys=_weight_keys,
            apply=_weigh,
            of_file="case",
        ),
        Table(
            name="workload_referrals",
            row=Received,
            key=("referral",),
            keys=_received_keys,
            apply=_receive,
            of_file="referral",
        ),
    ),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


class Workload(NamedTuple):
    open: int
    unassigned: int
    handovers_in: int
    handovers_out: int
    workers: tuple[UUID, ...]  # who carries the most first
    cases: tuple[int, ...]  # open ones of each of them; one with two workers counts for both


async def of_unit(connection: Connection, schema: str, viewer: Viewer) -> Workload:
    """What the viewer's unit carries, as far as it is visible."""
    parameters = {**visible(viewer).parameters, "unit": viewer.unit}
    [found] = await all_rows(connection, _of_unit(schema, viewer.role), parameters, Workload)
    return found


@cache
def _of_unit(schema: str, role: StaffRole) -> bytes:
    return counting(schema, _statements("carried", schema, visible=condition(role)))


def counting(schema: str, carried: sql.Composable) -> bytes:
    """The workload in what is carried: columns unit, workers, handover_to of open cases."""
    return _statements("of_unit", schema, carried=carried).as_bytes()
