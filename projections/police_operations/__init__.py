"""Police operations (S31, R6): announced, acknowledged by both, how many were met, closed. Nobody
who was met stands here: their referrals do, sealed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from domain.police_operation import (
    OperationAcknowledged,
    OperationAnnounced,
    OperationClosed,
    PersonsMet,
)
from domain.policy import Act, Information, Viewer, may
from domain.recorded import Recorded
from projections.asking import Connection, Page, all_rows, one_row, paged
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.police_operations")


class Line(NamedTuple):
    operation: UUID
    announced_at: datetime
    planned_on: date
    handled_by: tuple[str, ...]
    acknowledged_by: tuple[str, ...]
    acknowledgement_due: datetime
    acknowledged_at: datetime | None  # by all who handle it
    persons_met: int
    referrals: tuple[str, ...]  # tokens, one of each burst
    closed_at: datetime | None
    version: int


def keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name.startswith("operation.") else ()


def apply(line: Line | None, recorded: Recorded) -> Line | None:
    if isinstance(recorded.event, OperationAnnounced):
        return _announced(recorded, recorded.event)
    return line and _moved(line, recorded)._replace(version=recorded.version)


def _announced(recorded: Recorded, announced: OperationAnnounced) -> Line:
    return Line(
        operation=recorded.stream,
        announced_at=recorded.occurred_at,
        planned_on=announced.planned_on,
        handled_by=announced.handled_by,
        acknowledged_by=(),
        acknowledgement_due=announced.acknowledgement_due,
        acknowledged_at=None,
        persons_met=0,
        referrals=(),
        closed_at=None,
        version=recorded.version,
    )


def _moved(line: Line, recorded: Recorded) -> Line:
    match recorded.event:
        case OperationAcknowledged(unit=unit):
            by = (*line.acknowledged_by, unit)
            whole = set(line.handled_by) <= set(by)
            return line._replace(
                acknowledged_by=by, acknowledged_at=recorded.occurred_at if whole else None
            )
        case PersonsMet(persons=persons, referrals=referrals):
            return line._replace(
                persons_met=line.persons_met + persons,
                referrals=(*line.referrals, referrals.token or ""),
            )
        case OperationClosed():
            return line._replace(closed_at=recorded.occurred_at)
        case _:
            return line


PROJECTION = Projection(
    name="police_operations",
    version=1,
    schema=text("projections.police_operations", "schema.sql"),
    tables=(Table(name="police_operations", row=Line, key=("operation",), keys=keys, apply=apply),),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last operation that was seen."""

    planned_on: date
    operation: UUID


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    *,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[Line, Cursor]:
    """Those that the viewer's unit handles, the latest first."""
    if not may(viewer, Act.READ, Information.OPERATION):
        return Page((), None)
    parameters = {
        "unit": viewer.unit,
        "planned_on": after.planned_on if after else date.max,
        "operation": after.operation if after else UUID(int=2**128 - 1),
        "limit": limit + 1,
    }
    lines = await all_rows(connection, _statements("page", schema), parameters, Line)
    return paged(lines, limit, lambda line: Cursor(line.planned_on, line.operation))


async def operation(
    connection: Connection, schema: str, viewer: Viewer, wanted: UUID
) -> Line | None:
    if not may(viewer, Act.READ, Information.OPERATION):
        return None
    parameters = {"unit": viewer.unit, "operation": wanted}
    return await one_row(connection, _statements("line", schema), parameters, Line)


async def unacknowledged(connection: Connection, schema: str) -> int:
    """How many lack an acknowledgement whose time is over: an alarm."""
    counted = await one_row(connection, _statements("unacknowledged", schema), {}, int)
    return counted or 0
