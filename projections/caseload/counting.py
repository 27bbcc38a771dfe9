"""How many cases a unit has of each kind, as far as a viewer sees them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from domain.policy import Act, Information, Relation, Viewer, near_protected, permitting
from projections.access.visible import visible
from projections.asking import Connection, all_rows
from projections.sql import Statements

_statements = Statements("projections.caseload", "counting.sql")


@dataclass(frozen=True, slots=True)
class Counts:
    open: int
    unassigned: int
    handovers_in: int
    handovers_out: int
    overdue: int  # answers, in or out
    closed: int
    few: bool  # so few of the unit's cases are on the viewer's side that a page finds these first


# Whoever sees a line by being assigned, sees it by the unit, too: a test holds the table to it.
_OF_A_UNIT = {Relation.RESPONSIBLE_UNIT, Relation.RECEIVING_UNIT}
_NOTHING = Counts(0, 0, 0, 0, 0, 0, few=False)


async def counts(connection: Connection, schema: str, viewer: Viewer, now: datetime) -> Counts:
    """How many of each, in the caseload of the viewer's unit: as they are counted in access, by
    compartment, without looking at a single case but those whose answer is due today."""
    if not permitting(viewer.role, Act.READ, Information.LINE) >= _OF_A_UNIT:
        return _NOTHING
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    parameters = {
        **visible(viewer).parameters,
        "near": _comes_near(viewer),
        "unit": viewer.unit,
        "now": now,
        "today": midnight.date(),
        "midnight": midnight,
    }
    [found] = await all_rows(connection, _counts(schema), parameters, Counts)
    return found


async def few_on_ones_side(connection: Connection, schema: str, viewer: Viewer) -> bool:
    """What the counts say of it, without the counts."""
    near = {"near": _comes_near(viewer), "unit": viewer.unit}
    parameters = {**visible(viewer).parameters, **near}
    [few] = await all_rows(connection, _whether_few(schema), parameters, bool)
    return few


def _comes_near(viewer: Viewer) -> bool:
    """Whether every protected identity of the unit counts: for its manager."""
    return Relation.RESPONSIBLE_UNIT in near_protected(viewer.role)


@cache
def _counts(schema: str) -> bytes:
    return _statements("counts", schema, few=_statements("few", schema)).as_bytes()


@cache
def _whether_few(schema: str) -> bytes:
    return _statements("whether_few", schema, few=_statements("few", schema)).as_bytes()
