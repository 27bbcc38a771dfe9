"""How much a unit and its people carry in points, against what they can (domain/capacity.py)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import NamedTuple
from uuid import UUID

from psycopg import sql

from domain.capacity import Load, capacity_of
from domain.codes import StaffRole
from domain.organisation import Settings
from domain.policy import Viewer
from projections.access.visible import compartments, condition, visible
from projections.asking import Connection, all_rows, one_row
from projections.sql import Statements

_statements = Statements("projections.workload", "capacity.sql")


@dataclass(frozen=True, slots=True)
class Loads:
    """Of a unit, on one side; of those in it who may carry cases, and of whoever carries one."""

    unit: Load
    workers: Mapping[UUID, Load]


class _Carried(NamedTuple):
    staff: UUID | None
    points: int


class _Hand(NamedTuple):
    staff: UUID
    role: str
    percentage: int
    away: bool


_ON_ONES_SIDE = sql.SQL("file.compartment = any(%(visible_compartments)s::text[])")


async def of_own_unit(
    connection: Connection, schema: str, viewer: Viewer, settings: Settings, today: date
) -> Loads:
    """The viewer's unit, in what the viewer may see of its cases."""
    if viewer.side is None:
        return Loads(Load(0, 0), {})
    told = {"unit": viewer.unit, "side": viewer.side, "today": today}
    parameters = {**visible(viewer).parameters, **told}
    return await _loads(connection, schema, settings, parameters, _carried(schema, viewer.role))


async def of_unit(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    unit: str,
    settings: Settings,
    today: date,
) -> Load:
    """A unit to which the viewer may offer cases, on the viewer's side: as a whole, and no more."""
    on_side = {"visible_compartments": compartments(viewer.side)}
    told: dict[str, object] = {"unit": unit, "side": viewer.side, "today": today, **on_side}
    return (await _loads(connection, schema, settings, told, _carried(schema, None))).unit


async def of_case(connection: Connection, schema: str, case: UUID, settings: Settings) -> int:
    """What a case weighs. Whether the asker may know is asked before."""
    told = {**asdict(settings.workload_points), "of": case}
    return await one_row(connection, _of_case(schema), told, int) or 0


async def _loads(
    connection: Connection,
    schema: str,
    settings: Settings,
    told: Mapping[str, object],
    carried: bytes,
) -> Loads:
    parameters = {**asdict(settings.workload_points), **told}
    found = await all_rows(connection, carried, parameters, _Carried)
    points = {one.staff: one.points for one in found}
    hands = await all_rows(connection, _statements("hands", schema), parameters, _Hand)
    able = {
        one.staff: capacity_of(
            StaffRole(one.role), one.percentage, away=one.away, settings=settings
        )
        for one in hands
    }
    workers = {staff for staff in (*points, *able) if staff}
    return Loads(
        Load(points.get(None, 0), sum(able.values())),
        {staff: Load(points.get(staff, 0), able.get(staff, 0)) for staff in workers},
    )


@cache
def _carried(schema: str, role: StaffRole | None) -> bytes:
    """In what a role sees; without one, in all of the side."""
    allowed = condition(role) if role else _ON_ONES_SIDE
    weighs = _statements("weighs", schema)
    weighed = _statements("weighed", schema, weighs=weighs, allowed=allowed)
    return _statements("carried", schema, weighed=weighed).as_bytes()


@cache
def _of_case(schema: str) -> bytes:
    return _statements("of_case", schema, weighs=_statements("weighs", schema)).as_bytes()
