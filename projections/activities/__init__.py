"""Activities, a line each, and what they reach by year, kind and age band (S72, S73)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from domain.activity import (
    ActivityCancelled,
    ActivityCorrected,
    ActivityHeld,
    ActivityPlanned,
    ActivityStatus,
)
from domain.codes import ActivityKind
from domain.policy import Act, Information, Viewer, may
from domain.recorded import Recorded
from projections.asking import Connection, Page, all_rows, one_row, paged
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.activities")


class Line(NamedTuple):
    activity: UUID
    kind: str
    status: str
    responsible: tuple[str, ...]
    cooperating: tuple[str, ...]
    planned_on: date
    place: str
    audience: str
    age_band: str | None
    partners: tuple[str, ...]
    held_on: date | None
    reached: int | None
    schools: int | None
    cancelled_because: str | None
    version: int


def keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name.startswith("activity.") else ()


def apply(line: Line | None, recorded: Recorded) -> Line | None:
    match recorded.event:
        case ActivityPlanned() as planned:
            return _planned(recorded, planned)
        case ActivityHeld() as held if line:
            return line._replace(
                status=ActivityStatus.HELD,
                partners=held.partners,
                held_on=held.held_on,
                reached=held.reached,
                schools=held.schools,
                version=recorded.version,
            )
        case ActivityCorrected() as corrected if line:
            return line._replace(
                held_on=corrected.held_on,
                reached=corrected.reached,
                schools=corrected.schools,
                version=recorded.version,
            )
        case ActivityCancelled(reason=reason) if line:
            return line._replace(
                status=ActivityStatus.CANCELLED,
                cancelled_because=reason,
                version=recorded.version,
            )
        case _:
            return line


def _planned(recorded: Recorded, planned: ActivityPlanned) -> Line:
    return Line(
        activity=recorded.stream,
        kind=planned.kind,
        status=ActivityStatus.PLANNED,
        responsible=planned.responsible,
        cooperating=planned.cooperating,
        planned_on=planned.planned_on,
        place=planned.place,
        audience=planned.audience,
        age_band=planned.age_band,
        partners=planned.partners,
        held_on=None,
        reached=None,
        schools=None,
        cancelled_because=None,
        version=recorded.version,
    )


PROJECTION = Projection(
    name="activities",
    version=2,
    schema=text("projections.activities", "schema.sql"),
    tables=(Table(name="activities", row=Line, key=("activity",), keys=keys, apply=apply),),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last activity that was seen."""

    planned_on: date
    activity: UUID


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    *,
    kind: ActivityKind | None = None,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[Line, Cursor]:
    """The latest first."""
    if not may(viewer, Act.READ, Information.ACTIVITY):
        return Page((), None)
    parameters = {
        "kind": kind,
        "planned_on": after.planned_on if after else date.max,
        "activity": after.activity if after else UUID(int=2**128 - 1),
        "limit": limit + 1,
    }
    lines = await all_rows(connection, _statements("page", schema), parameters, Line)
    return paged(lines, limit, lambda line: Cursor(line.planned_on, line.activity))


async def activity(
    connection: Connection, schema: str, viewer: Viewer, wanted: UUID
) -> Line | None:
    if not may(viewer, Act.READ, Information.ACTIVITY):
        return None
    parameters = {"activity": wanted}
    return await one_row(connection, _statements("line", schema), parameters, Line)


class Reach(NamedTuple):
    year: int
    kind: str
    age_band: str | None
    held: int
    reached: int
    schools: int


async def reach(connection: Connection, schema: str, viewer: Viewer) -> Sequence[Reach]:
    """Of what was held, by calendar year, kind and age band."""
    if not may(viewer, Act.READ, Information.ACTIVITY):
        return ()
    return await all_rows(connection, _statements("reach", schema), {}, Reach)
