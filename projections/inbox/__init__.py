"""Each unit's referrals, a line each: what came in, what was sent, what it is informed of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import sql

from domain.codes import StaffRole
from domain.policy import Viewer
from domain.recorded import Recorded
from domain.referral import (
    ReferralAccepted,
    ReferralClosed,
    ReferralDeclined,
    ReferralDeclineProposed,
    ReferralDeclineRefused,
    ReferralReceived,
    ReferralRouted,
    ReferralStatus,
    ReferralWithdrawn,
)
from projections.access.visible import condition, visible
from projections.asking import Connection, Page, all_rows, one_row
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text
from projections.waiting import ANSWERED, Cursor, page_of, rank

_statements = Statements("projections.inbox")


class Line(NamedTuple):
    referral: UUID
    receipt: str
    unit: str  # that must answer; then the one responsible for the case
    holder: str
    sender_unit: str
    informed: tuple[str, ...]
    status: str
    acute: bool
    received_at: datetime
    answer_due: datetime | None
    answered_at: datetime | None
    answered_by: UUID | None
    case: UUID | None
    version: int
    rank: int


def keys(recorded: Recorded) -> Iterable[Key]:
    """Deadlines run in referrals and elsewhere: they move the version, too."""
    return [(recorded.stream,)] if recorded.name.startswith(("referral.", "deadline.")) else ()


def apply(line: Line | None, recorded: Recorded) -> Line | None:
    if isinstance(recorded.event, ReferralReceived):
        return _received(recorded, recorded.event)
    if line is None:
        return None
    line = line._replace(version=recorded.version, **_changes(recorded))
    return line._replace(rank=rank(line.answer_due, line.answered_at))


def _received(recorded: Recorded, received: ReferralReceived) -> Line:
    return Line(
        referral=recorded.stream,
        receipt=received.receipt,
        unit="",  # routed in the same act, by the next event
        holder="",
        sender_unit=received.sender_unit,
        informed=(),
        status=ReferralStatus.WAITING,
        acute=received.acute,
        received_at=recorded.occurred_at,
        answer_due=None,
        answered_at=None,
        answered_by=None,
        case=None,
        version=recorded.version,
        rank=0,
    )


def _changes(recorded: Recorded) -> dict[str, Any]:  # noqa: PLR0911 - an answer for each event
    answered = {"answered_at": recorded.occurred_at, "answered_by": recorded.actor}
    match recorded.event:
        case ReferralRouted(unit=unit, holder=holder, informed=informed, answer_due=due):
            return {
                "status": ReferralStatus.WAITING,
                "unit": unit,
                "holder": holder,
                "informed": informed,
                "answer_due": due,
                "case": None,
                "answered_at": None,
                "answered_by": None,
            }
        case ReferralAccepted(unit=unit, case=case):
            accepted = {"status": ReferralStatus.ACCEPTED, "unit": unit, "holder": unit}
            return {**accepted, "case": case, **answered}
        case ReferralDeclineProposed():
            return {"status": ReferralStatus.DECLINE_PROPOSED}
        case ReferralDeclineRefused():
            return {"status": ReferralStatus.WAITING}
        case ReferralDeclined(holder=holder):
            return {"status": ReferralStatus.DECLINED, "holder": holder, **answered}
        case ReferralClosed():
            return {"status": ReferralStatus.CLOSED, **answered}
        case ReferralWithdrawn():
            return {"status": ReferralStatus.WITHDRAWN, **answered}
        case _:
            return {}


TABLE = Table(name="inbox", row=Line, key=("referral",), keys=keys, apply=apply, of_file="referral")
PROJECTION = Projection(
    name="inbox",
    version=3,
    schema=text("projections.inbox", "schema.sql"),
    tables=(TABLE,),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


class Direction(StrEnum):
    IN = "in"  # routed to the viewer's unit
    SENT = "sent"  # by the viewer's unit, which holds it until it is accepted
    INFORMED = "informed"


@dataclass(frozen=True, slots=True)
class Counts:
    """Of what is not answered yet."""

    waiting: int
    decline_proposed: int
    overdue: int
    sent: int


DIRECTIONS = {
    Direction.IN: "line.unit = %(unit)s",
    Direction.SENT: "line.sender_unit = %(unit)s",
    Direction.INFORMED: "line.informed @> array[%(unit)s]",
}


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    *,
    direction: Direction = Direction.IN,
    status: ReferralStatus | None = None,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[Line, Cursor]:
    """What waits, by when its answer is due; then what is answered, the latest first."""
    return await page_of(
        connection,
        schema,
        viewer,
        _statements,
        Line,
        lambda line: Cursor(line.rank, line.referral),
        id_column="referral",
        direction=DIRECTIONS[direction],
        status=status,
        after=after,
        limit=limit,
    )


async def line(connection: Connection, schema: str, viewer: Viewer, referral: UUID) -> Line | None:
    """One referral's line, when it is visible."""
    parameters = {**visible(viewer).parameters, "referral": referral}
    return await one_row(connection, _asked("line", schema, viewer.role), parameters, Line)


async def counts(connection: Connection, schema: str, viewer: Viewer, now: datetime) -> Counts:
    """How many wait for the viewer's unit, and how many of its own wait elsewhere."""
    told = {"unit": viewer.unit, "now": now, "answered": ANSWERED}
    parameters = {**visible(viewer).parameters, **told}
    [found] = await all_rows(connection, _asked("counts", schema, viewer.role), parameters, Counts)
    return found


@cache
def _asked(name: str, schema: str, role: StaffRole) -> bytes:
    directions = {of: sql.SQL(DIRECTIONS[of]) for of in (Direction.IN, Direction.SENT)}
    return _statements(name, schema, visible=condition(role), **directions).as_bytes()
