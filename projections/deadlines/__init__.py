"""Each deadline, a line each: what is due, when, and what came of it, in the neutral words of a
compilation. The answers that referrals, handovers and police operations wait for are among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import sql

from domain.case import HandoverAccepted, HandoverDeclined, HandoverOffered, HandoverWithdrawn
from domain.catalogue import names_of
from domain.clocks import warned_of
from domain.codes import ClockKind, DeadlineKind, StaffRole
from domain.deadline import (
    DeadlineCaughtUp,
    DeadlineEscalated,
    DeadlineExtended,
    DeadlineFellAway,
    DeadlineMet,
    DeadlineMissed,
    DeadlinePaused,
    DeadlineResumed,
    DeadlineSet,
)
from domain.police_operation import (
    ACKNOWLEDGEMENT,
    OperationAcknowledged,
    OperationAnnounced,
)
from domain.policy import Act, Information, Viewer, may
from domain.recorded import Recorded
from domain.referral import (
    ANSWER,
    ReferralAccepted,
    ReferralClosed,
    ReferralDeclined,
    ReferralRouted,
    ReferralWithdrawn,
)
from projections.access.visible import condition, visible
from projections.asking import Connection, Page, all_rows, paged
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.deadlines")

_ROUTED = (
    ReferralRouted,
    ReferralAccepted,
    ReferralDeclined,
    ReferralClosed,
    ReferralWithdrawn,
)
_OFFERED = (HandoverOffered, HandoverAccepted, HandoverDeclined, HandoverWithdrawn)
_OF_REFERRALS, _OF_HANDOVERS = names_of(*_ROUTED), names_of(*_OFFERED)
_OF_OPERATIONS = names_of(OperationAnnounced, OperationAcknowledged)
_LEADING = names_of(ReferralRouted, ReferralAccepted)


class DeadlineStatus(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MISSED = "missed"  # and not caught up with, also where it has fallen away since
    MET = "met"
    CAUGHT_UP = "caught-up"  # done, too late
    FALLEN_AWAY = "fallen-away"


class Row(NamedTuple):
    file: UUID
    deadline: UUID
    kind: str
    asked: bool  # an answer, which is for the unit that is asked
    due: datetime
    warned: datetime
    status: str
    escalated: int  # times
    reminded: tuple[str, ...]  # units
    ended_at: datetime | None
    units: tuple[str, ...] = ()  # whose it is, where there is no file whose access says so
    lacking: tuple[str, ...] = ()  # which of them have not done it


class Led(NamedTuple):
    referral: UUID
    case: UUID


def keys(recorded: Recorded) -> Iterable[Key]:
    event: Any = recorded.event
    if recorded.name.startswith("deadline."):
        return [(recorded.stream, event.deadline)]
    if recorded.name in _OF_REFERRALS:
        return [(recorded.stream, ANSWER)]
    if recorded.name in _OF_OPERATIONS:
        return [(recorded.stream, ACKNOWLEDGEMENT)]
    return [(recorded.stream, event.handover)] if recorded.name in _OF_HANDOVERS else ()


def apply(row: Row | None, recorded: Recorded) -> Row | None:
    match recorded.event:
        case DeadlineSet(deadline=deadline, kind=kind, due=due, warned=warned):
            return _running(recorded.stream, deadline, kind, due, warned)
        case ReferralRouted(answer_due=due):
            return _awaited(recorded, ANSWER, ClockKind.REFERRAL_ANSWER, due)
        case HandoverOffered(handover=handover, answer_due=due):
            return _awaited(recorded, handover, ClockKind.HANDOVER_ANSWER, due)
        case OperationAnnounced(acknowledgement_due=due, handled_by=units):
            clock = ClockKind.OPERATION_ACKNOWLEDGED
            answer = _awaited(recorded, ACKNOWLEDGEMENT, clock, due)
            return answer._replace(units=units, lacking=units)
        case _:
            return row and row._replace(**_changes(row, recorded))


def _running(
    file: UUID, deadline: UUID, kind: DeadlineKind, due: datetime, warned: datetime
) -> Row:
    running = DeadlineStatus.RUNNING
    return Row(file, deadline, kind, False, due, warned, running, 0, (), None)


def _awaited(recorded: Recorded, deadline: UUID, clock: ClockKind, due: datetime) -> Row:
    warned = max(recorded.occurred_at, warned_of(clock, due))
    answer = _running(recorded.stream, deadline, DeadlineKind.ANSWER, due, warned)
    return answer._replace(asked=True)


def _changes(row: Row, recorded: Recorded) -> dict[str, Any]:  # noqa: PLR0911 - one for each event
    ended: dict[str, Any] = {"ended_at": recorded.occurred_at}
    match recorded.event:
        case DeadlinePaused():
            return {"status": DeadlineStatus.PAUSED}
        case DeadlineResumed(due=due, warned=warned) | DeadlineExtended(due=due, warned=warned):
            return {"status": DeadlineStatus.RUNNING, "due": due, "warned": warned}
        case DeadlineMissed():
            return {"status": DeadlineStatus.MISSED}
        case DeadlineEscalated(times=times, units=units):
            return {"escalated": times, "reminded": units}
        case DeadlineMet():
            return {"status": DeadlineStatus.MET, **ended}
        case DeadlineCaughtUp():
            return {"status": DeadlineStatus.CAUGHT_UP, **ended}
        case DeadlineFellAway() | HandoverWithdrawn() | ReferralWithdrawn():
            is_missed = row.status == DeadlineStatus.MISSED  # and stays so
            return ended if is_missed else {"status": DeadlineStatus.FALLEN_AWAY, **ended}
        case OperationAcknowledged(unit=unit) if set(row.lacking) - {unit}:
            return {"lacking": tuple(each for each in row.lacking if each != unit)}
        case (
            ReferralAccepted()
            | ReferralDeclined()
            | ReferralClosed()
            | HandoverAccepted()
            | HandoverDeclined()
            | OperationAcknowledged()
        ):
            ended["lacking"] = ()
            in_time = recorded.occurred_at <= row.due and row.status != DeadlineStatus.MISSED
            return {"status": DeadlineStatus.MET if in_time else DeadlineStatus.CAUGHT_UP, **ended}
        case _:
            return {}


def _led_keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name in _LEADING else ()


def _led(_: Led | None, recorded: Recorded) -> Led | None:
    if isinstance(recorded.event, ReferralAccepted):
        return Led(recorded.stream, recorded.event.case)
    return None  # routed anew


PROJECTION = Projection(
    name="deadlines",
    version=4,
    schema=text("projections.deadlines", "schema.sql"),
    tables=(
        Table(
            name="deadlines",
            row=Row,
            key=("file", "deadline"),
            keys=keys,
            apply=apply,
            of_file="file",
        ),
        Table(
            name="deadline_referrals",
            row=Led,
            key=("referral",),
            keys=_led_keys,
            apply=_led,
            of_file="referral",
        ),
    ),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    status: DeadlineStatus | None = None  # none: what has not ended
    kind: DeadlineKind | None = None
    worker: UUID | None = None
    file: UUID | None = None
    warned: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last line that was seen."""

    due: datetime
    file: UUID
    deadline: UUID


@dataclass(frozen=True, slots=True)
class Counts:
    running: int
    due_soon: int
    overdue: int
    paused: int


class Line(NamedTuple):
    file: UUID
    deadline: UUID
    kind: str
    asked: bool
    due: datetime
    warned: datetime
    status: str
    escalated: int
    reminded: tuple[str, ...]
    ended_at: datetime | None
    units: tuple[str, ...]
    lacking: tuple[str, ...]
    carried: UUID
    carried_by: str  # "case", "referral" or "operation"

    @property
    def case(self) -> UUID | None:
        return self.carried if self.carried_by == "case" else None

    @property
    def referral(self) -> UUID | None:
        return None if self.file in (self.case, self.operation) else self.file

    @property
    def operation(self) -> UUID | None:
        return self.file if self.carried_by == "operation" else None


_CARRIED = sql.SQL('coalesce(led."case", line.file)')
_OWNED = sql.SQL(
    "(case when line.asked then file.receiving_unit = %(unit)s or %(unit)s = any(line.reminded)"
    " else coalesce(file.responsible_unit, file.receiving_unit,"
    " file.informed_units[cardinality(file.informed_units)]) = %(unit)s end)"
)


# an acknowledgement is asked of both who handle the operation, until each has given it
_HANDLED = sql.SQL(
    "line.units <> '{}' and %(of_operations)s and %(unit)s = any(line.units)"
    " and (line.ended_at is not null or %(unit)s = any(line.lacking)"
    " or %(unit)s = any(line.reminded))"
)


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    wanted: Filter,
    *,
    now: datetime,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[Line, Cursor]:
    """What the viewer's unit must see to, what is due first on top."""
    parameters = {
        **visible(viewer).parameters,
        "unit": viewer.unit,
        "of_operations": may(viewer, Act.READ, Information.OPERATION),
        "now": now,
        "status": wanted.status,
        "kind": wanted.kind,
        "worker": wanted.worker,
        "of": wanted.file,
        "due": after and after.due,
        "file": after and after.file,
        "deadline": after and after.deadline,
        "limit": limit + 1,
    }
    statement = _page(schema, viewer.role, _filters(wanted), after is not None)
    lines = await all_rows(connection, statement, parameters, Line)
    return paged(lines, limit, lambda line: Cursor(line.due, line.file, line.deadline))


def _filters(wanted: Filter) -> str:
    told = {
        "line.ended_at is null": wanted.status is None,
        "line.status = %(status)s": wanted.status is not None,
        "line.kind = %(kind)s": wanted.kind is not None,
        "%(worker)s = any(file.workers)": wanted.worker is not None,
        "%(of)s in (line.file, file.file)": wanted.file is not None,
        "line.status in ('running', 'missed') and line.warned <= %(now)s": wanted.warned,
    }
    return " and ".join(part for part, asked in told.items() if asked)


@cache
def _page(schema: str, role: StaffRole, filters: str, further: bool) -> bytes:
    beyond = "(line.due, line.file, line.deadline) > (%(due)s, %(file)s, %(deadline)s)"
    return _statements(
        "page",
        schema,
        carried=_CARRIED,
        owned=_OWNED,
        handled=_HANDLED,
        filters=sql.SQL(filters),
        beyond=sql.SQL(beyond if further else "true"),
        visible=condition(role),
    ).as_bytes()


async def counts(connection: Connection, schema: str, viewer: Viewer, now: datetime) -> Counts:
    of_operations = may(viewer, Act.READ, Information.OPERATION)
    told = {"unit": viewer.unit, "of_operations": of_operations, "now": now}
    parameters = {**visible(viewer).parameters, **told}
    statement = _counts(schema, viewer.role)
    [found] = await all_rows(connection, statement, parameters, Counts)
    return found


@cache
def _counts(schema: str, role: StaffRole) -> bytes:
    parts = {
        "carried": _CARRIED,
        "owned": _OWNED,
        "handled": _HANDLED,
        "visible": condition(role),
    }
    return _statements("counts", schema, **parts).as_bytes()


class Overdue(NamedTuple):
    file: UUID
    deadline: UUID
    due: datetime
    status: str
    escalated: int


FIRST = Overdue(UUID(int=0), UUID(int=0), datetime(1, 1, 1, tzinfo=UTC), "", 0)


async def overdue(
    connection: Connection, schema: str, now: datetime, *, after: Overdue = FIRST, limit: int
) -> list[Overdue]:
    """For the time service: what has passed and is not told yet, and the answers still missing."""
    parameters = {**after._asdict(), "now": now, "limit": limit}
    return await all_rows(connection, _statements("overdue", schema), parameters, Overdue)
