"""Each handover, a line each: offered, and accepted, declined or withdrawn. Seen as its case is:
who has handed a case over, or declined it, does not see it any more."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from domain.case import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverDeclineProposed,
    HandoverDeclineRefused,
    HandoverOffered,
    HandoverWithdrawn,
)
from domain.catalogue import names_of
from domain.policy import Viewer
from domain.recorded import Recorded
from projections.asking import Connection, Page
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text
from projections.waiting import Cursor, page_of, rank

_statements = Statements("projections.handovers")

_HANDOVER_EVENTS = (
    HandoverOffered,
    HandoverAccepted,
    HandoverDeclineProposed,
    HandoverDeclineRefused,
    HandoverDeclined,
    HandoverWithdrawn,
)
_NAMES = names_of(*_HANDOVER_EVENTS)


class HandoverStatus(StrEnum):
    OFFERED = "offered"
    DECLINE_PROPOSED = "decline-proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Line(NamedTuple):
    handover: UUID
    case: UUID
    from_unit: str
    to_unit: str
    status: str
    offered_at: datetime
    offered_by: UUID
    answer_due: datetime
    answered_at: datetime | None
    answered_by: UUID | None
    version: int  # of the case, at the last change
    rank: int


def keys(recorded: Recorded) -> Iterable[Key]:
    if recorded.name in _NAMES and isinstance(recorded.event, _HANDOVER_EVENTS):
        return [(recorded.event.handover,)]
    return ()


def apply(line: Line | None, recorded: Recorded) -> Line | None:
    if isinstance(recorded.event, HandoverOffered):
        return _offered(recorded, recorded.event)
    if line is None:
        return None
    line = line._replace(version=recorded.version, **_changes(recorded))
    return line._replace(rank=rank(line.answer_due, line.answered_at))


def _offered(recorded: Recorded, offered: HandoverOffered) -> Line:
    return Line(
        handover=offered.handover,
        case=recorded.stream,
        from_unit=offered.from_unit,
        to_unit=offered.to_unit,
        status=HandoverStatus.OFFERED,
        offered_at=recorded.occurred_at,
        offered_by=recorded.actor,
        answer_due=offered.answer_due,
        answered_at=None,
        answered_by=None,
        version=recorded.version,
        rank=rank(offered.answer_due, None),
    )


def _changes(recorded: Recorded) -> dict[str, Any]:
    answered = {"answered_at": recorded.occurred_at, "answered_by": recorded.actor}
    match recorded.event:
        case HandoverDeclineProposed():
            return {"status": HandoverStatus.DECLINE_PROPOSED}
        case HandoverDeclineRefused():
            return {"status": HandoverStatus.OFFERED}
        case HandoverAccepted():
            return {"status": HandoverStatus.ACCEPTED, **answered}
        case HandoverDeclined():
            return {"status": HandoverStatus.DECLINED, **answered}
        case HandoverWithdrawn():
            return {"status": HandoverStatus.WITHDRAWN, **answered}
        case _:
            return {}


TABLE = Table(name="handovers", row=Line, key=("handover",), keys=keys, apply=apply, of_file="case")
PROJECTION = Projection(
    name="handovers",
    version=1,
    schema=text("projections.handovers", "schema.sql"),
    tables=(TABLE,),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


class Direction(StrEnum):
    IN = "in"  # offered to the viewer's unit
    OUT = "out"  # offered by it


DIRECTIONS = {
    Direction.IN: "line.to_unit = %(unit)s",
    Direction.OUT: "line.from_unit = %(unit)s",
}


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    *,
    direction: Direction = Direction.IN,
    status: HandoverStatus | None = None,
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
        lambda line: Cursor(line.rank, line.handover),
        id_column="handover",
        direction=DIRECTIONS[direction],
        status=status,
        after=after,
        limit=limit,
    )
