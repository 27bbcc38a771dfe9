"""External referrals (domain/case/outward.py), a line each: that one was made, whether it waits for
its last answer, and when it is asked after. Nothing of whom it was addressed to: no view knows
(S77); a party that asks finds its own through the vault's blind index."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import sql

from domain.case.correction import EntryCorrected
from domain.case.outward import (
    ExternalReferralAddressed,
    ExternalReferralAnswered,
    ExternalReferralMade,
)
from domain.catalogue import names_of
from domain.codes import ReceiptStatus, StaffRole
from domain.deadline import DeadlineExtended, DeadlineFellAway, DeadlineResumed, DeadlineSet
from domain.policy import Information, Viewer
from domain.recorded import Recorded
from projections.access.visible import condition, visible
from projections.asking import Connection, Page, all_rows, paged
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.external_referrals")

_OF_REFERRALS = names_of(ExternalReferralMade, ExternalReferralAddressed, ExternalReferralAnswered)
_OF_DEADLINES = names_of(DeadlineSet, DeadlineExtended, DeadlineResumed, DeadlineFellAway)
_OF_CORRECTIONS = names_of(EntryCorrected)


class Line(NamedTuple):
    referral: UUID
    case: UUID
    status: str
    made_at: datetime
    due: datetime | None
    answered_at: datetime | None  # the latest answer; while it waits, a place on a waiting list
    position: int


def keys(recorded: Recorded) -> Iterable[Key]:
    event: Any = recorded.event
    if recorded.name in _OF_REFERRALS:
        return [(event.referral,)]
    if recorded.name in _OF_DEADLINES:  # its clock has its number
        return [(event.deadline,)]
    return [(event.item,)] if recorded.name in _OF_CORRECTIONS and event.item else ()


def apply(line: Line | None, recorded: Recorded) -> Line | None:
    match recorded.event:
        case ExternalReferralMade(referral=referral):
            return Line(
                referral=referral,
                case=recorded.stream,
                status=ReceiptStatus.WAITING,
                made_at=recorded.occurred_at,
                due=None,
                answered_at=None,
                position=recorded.position,
            )
        case ExternalReferralAnswered(last=last) if line:
            status = ReceiptStatus.ANSWERED if last else line.status
            return line._replace(status=status, answered_at=recorded.occurred_at)
        case DeadlineSet(due=due) | DeadlineExtended(due=due) | DeadlineResumed(due=due) if line:
            return line._replace(due=due)
        case DeadlineFellAway() if line and line.status == ReceiptStatus.WAITING:  # case is closed
            is_answered = line.answered_at is not None
            over = ReceiptStatus.ANSWERED if is_answered else ReceiptStatus.WITHDRAWN
            return line._replace(status=over, due=None)
        case EntryCorrected() if line:
            return line._replace(status=ReceiptStatus.WITHDRAWN)
        case _:
            return line


PROJECTION = Projection(
    name="external_referrals",
    version=2,
    schema=text("projections.external_referrals", "schema.sql"),
    tables=(
        Table(
            name="external_referrals",
            row=Line,
            key=("referral",),
            keys=keys,
            apply=apply,
            of_file="case",
        ),
    ),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last line that was seen."""

    position: int


LATEST = Cursor(2**62)


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    *,
    status: ReceiptStatus | None = None,
    worker: UUID | None = None,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[Line, Cursor]:
    """Made in the cases that the viewer carries, or answers for; the latest first."""
    parameters = {
        **visible(viewer, Information.EXTERNAL_REFERRAL).parameters,
        "status": status,
        "worker": worker,
        "before": (after or LATEST).position,
        "limit": limit + 1,
    }
    lines = await all_rows(connection, _page(schema, viewer.role), parameters, Line)
    return paged(lines, limit, lambda line: Cursor(line.position))


@cache
def _page(schema: str, role: StaffRole) -> bytes:
    seen: sql.Composable = condition(role, Information.EXTERNAL_REFERRAL)
    return _statements("page", schema, visible=seen).as_bytes()


async def of_cases(
    connection: Connection, schema: str, cases: Collection[UUID], status: ReceiptStatus | None
) -> Sequence[Line]:
    """The latest first, whoever was asked: not to be told before that is known."""
    parameters = {"cases": list(cases), "status": status}
    return await all_rows(connection, _statements("of_cases", schema), parameters, Line)
