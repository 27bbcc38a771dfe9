"""The staff directory: who works where as what. Nobody learns of somebody on another side."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import sql

from domain.catalogue import names_of
from domain.codes import Qualification, StaffRole
from domain.leave import LeaveCorrected, LeaveEnded, LeavePlanned, LeaveWithdrawn
from domain.policy import Act, Information, Viewer, may
from domain.recorded import Recorded
from domain.staff import (
    FULL_TIME,
    CaseGivenBack,
    CaseTaken,
    ExtentSet,
    PositionEnded,
    PositionTaken,
    QualificationRecorded,
)
from projections.asking import Connection, Page, all_rows, one_row, paged
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.staff")
_LEAVES = names_of(LeavePlanned, LeaveCorrected, LeaveEnded, LeaveWithdrawn)


class Colleague(NamedTuple):
    staff: UUID
    unit: str
    role: str
    active: bool
    name: str  # a token
    qualified: bool  # for work with children and young people
    since: date
    until: date | None
    open_cases: int
    version: int
    percentage: int = FULL_TIME


class Leave(NamedTuple):
    staff: UUID
    leave: UUID
    since: date
    until: date  # the last day


def keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name.startswith("staff.") else ()


def apply(row: Colleague | None, recorded: Recorded) -> Colleague | None:
    if isinstance(recorded.event, PositionTaken):
        return _in_position(row, recorded, recorded.event)
    return row and _moved(row, recorded.event)._replace(version=recorded.version)


def _in_position(row: Colleague | None, recorded: Recorded, taken: PositionTaken) -> Colleague:
    return Colleague(
        staff=recorded.stream,
        unit=taken.unit,
        role=taken.role,
        active=True,
        name=taken.name.token or "",
        qualified=row is not None and row.qualified,
        since=taken.since,
        until=None,
        open_cases=row.open_cases if row else 0,
        version=recorded.version,
    )


def _moved(row: Colleague, event: object) -> Colleague:
    match event:
        case QualificationRecorded(qualification=Qualification.CHILDREN_AND_YOUNG_PEOPLE):
            return row._replace(qualified=True)
        case CaseTaken():
            return row._replace(open_cases=row.open_cases + 1)
        case CaseGivenBack():
            return row._replace(open_cases=row.open_cases - 1)
        case ExtentSet(percentage=percentage):
            return row._replace(percentage=percentage)
        case PositionEnded(until=until):
            return row._replace(active=False, until=until)
        case _:
            return row


def leave_keys(recorded: Recorded) -> Iterable[Key]:
    event: Any = recorded.event
    return [(recorded.stream, event.leave)] if recorded.name in _LEAVES else ()


def apply_to_leave(row: Leave | None, recorded: Recorded) -> Leave | None:
    match recorded.event:
        case LeavePlanned(leave=leave, since=since, until=until):
            return Leave(recorded.stream, leave, since, until)
        case LeaveCorrected(since=since, until=until):
            return row and row._replace(since=since, until=until)
        case LeaveEnded(until=until):
            return row and row._replace(until=until)
        case _:  # withdrawn
            return None


PROJECTION = Projection(
    name="staff",
    version=2,
    schema=text("projections.staff", "schema.sql"),
    tables=(
        Table(name="staff", row=Colleague, key=("staff",), keys=keys, apply=apply),
        Table(
            name="staff_leaves",
            row=Leave,
            key=("staff", "leave"),
            keys=leave_keys,
            apply=apply_to_leave,
        ),
    ),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last colleague that was seen."""

    unit: str
    staff: UUID


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    *,
    active: bool = True,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[Colleague, Cursor]:
    """The colleagues of the viewer's unit and side; an administrator's are everybody. Without
    `active` also those who have left."""
    parameters = {
        "unit": viewer.unit,
        "side": viewer.side,
        "active": active,
        "after_unit": after.unit if after else "",
        "after_staff": after.staff if after else UUID(int=0),
        "limit": limit + 1,
    }
    statement = _statements("page", schema, colleague=_colleague(viewer))
    lines = await all_rows(connection, statement, parameters, Colleague)
    return paged(lines, limit, lambda line: Cursor(line.unit, line.staff))


async def colleague(
    connection: Connection, schema: str, viewer: Viewer, staff: UUID
) -> Colleague | None:
    parameters = {"unit": viewer.unit, "side": viewer.side, "staff": staff}
    statement = _statements("line", schema, colleague=_colleague(viewer))
    return await one_row(connection, statement, parameters, Colleague)


async def leaves(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    of: Collection[UUID],
    *,
    on: date | None = None,
) -> Sequence[Leave] | None:
    """When colleagues are away, the latest first, for whoever manages them; None for anybody else.
    `on`: who is away that day."""
    if not may(viewer, Act.MANAGE, Information.STAFF):
        return None
    told = {"unit": viewer.unit, "side": viewer.side, "wanted": list(of), "on": on}
    statement = _statements("leaves", schema, colleague=_colleague(viewer))
    return await all_rows(connection, statement, told, Leave)


@dataclass(frozen=True, slots=True)
class Named:
    staff: UUID
    name: str  # a token


async def names(connection: Connection, schema: str, wanted: Collection[UUID]) -> Sequence[Named]:
    """By what name those are known whom a fact names that the reader may see."""
    statement = _statements("names", schema)
    return await all_rows(connection, statement, {"wanted": list(wanted)}, Named)


_OF_UNIT_AND_SIDE = sql.SQL(
    "access.unit = %(unit)s and access.side is not distinct from %(side)s::text"
)


def _colleague(viewer: Viewer) -> sql.SQL:
    if not may(viewer, Act.READ, Information.STAFF):
        return sql.SQL("false")
    if viewer.role is StaffRole.ADMINISTRATOR:
        return sql.SQL("true")
    return _OF_UNIT_AND_SIDE
