"""Each unit's cases: asked for page by page, in order, as far as they are visible.

A unit's caseload is the cases that it is responsible for, and those that are offered to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Literal
from uuid import UUID

from psycopg import sql

from domain.case import CaseStatus
from domain.codes import StaffRole
from domain.policy import Viewer
from projections.access.visible import condition, visible
from projections.asking import Connection, Numbered, Page, one_row, paged
from projections.caseload.counting import Counts, counts, few_on_ones_side
from projections.caseload.lines import PROJECTION, TABLE, Line, apply, keys, keys_of_states
from projections.sql import Statements

__all__ = ["PROJECTION", "TABLE", "Counts", "Line", "apply", "counts", "keys", "keys_of_states"]

_statements = Statements("projections.caseload")


class Order(StrEnum):
    OPENED = "opened_at"
    LAST_EVENT = "last_event_at"
    ANSWER_DUE = "answer_due"  # where none is due, it counts as later than all


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Everything that is given must hold."""

    status: CaseStatus | None = None
    worker: UUID | None = None
    engaged: bool = False  # instead of the unit's: those that the viewer is engaged in
    consulted: bool = False  # instead of the unit's: those that the unit is asked about
    unassigned: bool = False  # our own open cases that nobody is assigned to
    handover: Literal["in", "out"] | None = None
    due_before: datetime | None = None

    @property
    def is_elsewhere(self) -> bool:
        return self.engaged or self.consulted


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last line that was seen, by what the lines are ordered by."""

    value: datetime | None
    case: UUID


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    wanted: Filter = Filter(),
    *,
    order: Order = Order.OPENED,
    descending: bool = False,
    after: Cursor | None = None,
    limit: int = 50,
    few: bool | None = None,
) -> Page[Line, Cursor]:
    """The caseload of the viewer's unit, as far as it is visible, from the cursor on. `few` is what
    the counts say, if they were asked: it changes how the page is found, not what it holds."""
    if few is None:
        few = await few_on_ones_side(connection, schema, viewer)
    statement = page_statement(
        schema,
        viewer,
        wanted,
        order=order,
        descending=descending,
        further=after is not None,
        few=few,
    )
    if statement is None:
        return Page((), None)
    parameters = page_parameters(viewer, wanted, after=after, limit=limit)
    lines = await statement.rows(connection, parameters, Line)
    return paged(lines, limit, lambda line: Cursor(getattr(line, order), line.case))


def page_parameters(
    viewer: Viewer, wanted: Filter = Filter(), *, after: Cursor | None = None, limit: int = 50
) -> dict[str, Any]:
    return {
        **visible(viewer).parameters,
        "unit": viewer.unit,
        "worker": wanted.worker,
        "due_before": wanted.due_before,
        "value": after and after.value,
        "case": after and after.case,
        "limit": limit + 1,
    }


def page_statement(
    schema: str,
    viewer: Viewer,
    wanted: Filter = Filter(),
    *,
    order: Order = Order.OPENED,
    descending: bool = False,
    further: bool = False,
    few: bool = False,
) -> Numbered | None:
    """None, when no case can be wanted so."""
    runs = tuple(runs_of(wanted))
    if not runs:
        return None
    return _page(schema, viewer.role, runs, order, descending, further=further, few=few)


@cache
def _page(
    schema: str,
    role: StaffRole,
    runs: tuple[str, ...],
    order: Order,
    descending: bool,
    *,
    further: bool,
    few: bool,
) -> Numbered:
    """Composed once for each shape of question: there are no more than some hundred."""
    ordered = {
        "value": sql.SQL(VALUES[order]),
        "direction": sql.SQL("desc" if descending else "asc"),
        "than": sql.SQL("<" if descending else ">"),
    }
    beyond = _statements("beyond", schema, **ordered) if further else sql.SQL("true")
    parts = {**ordered, "beyond": beyond, "visible": condition(role)}
    union = sql.SQL(" union all ").join(
        _statements("run", schema, run=sql.SQL(run), way=_way(schema, run, order, few), **parts)
        for run in runs
    )
    return Numbered.of(_statements("page", schema, runs=union, **ordered))


def _way(schema: str, run: str, order: Order, few: bool) -> sql.Composable:
    """To find the lines of a run: in order, or first those that it may hold, which are few."""
    if few and run in {_OWN_OPEN, _OWN_CLOSED}:
        return _statements("one_side_first", schema)
    if run.startswith("file."):
        return sql.SQL("true")
    in_order = run == _OFFERED or (order is Order.ANSWER_DUE and _DUE in run)
    if run in {_OWN_OPEN, _OWN_CLOSED} or in_order:
        return sql.SQL("true")
    return _statements("few_first", schema, run=sql.SQL(run.replace("line.", "one.")))


VALUES = {
    Order.OPENED: "line.opened_at",
    Order.LAST_EVENT: "line.last_event_at",
    Order.ANSWER_DUE: "coalesce(line.answer_due, 'infinity')",
}
_OWN_OPEN = "line.unit = %(unit)s and line.status = 'open'"
_OWN_CLOSED = "line.unit = %(unit)s and line.status = 'closed'"
_ELSEWHERE = {
    "engaged": "file.engaged @> array[%(visible_staff)s]::uuid[] and line.status = 'open'",
    "consulted": "file.consulted_units @> array[%(visible_unit)s]::text[]",
}
_OFFERED = "line.handover_to = %(unit)s"
_DUE = "line.handover_to is not null"


def runs_of(wanted: Filter) -> Iterator[str]:
    """Each run keeps to one unit and status, so that an index has it in order.

    Closed cases have neither workers nor offers: every other filter asks for open ones.
    """
    filters = list(_filters(wanted))
    for elsewhere, run in _ELSEWHERE.items():
        if getattr(wanted, elsewhere):
            yield " and ".join([run, *filters])
            return
    if wanted.status is not CaseStatus.CLOSED:
        if wanted.handover != "in":
            yield " and ".join([_OWN_OPEN, *filters])
        if wanted.handover != "out" and not wanted.unassigned:
            yield " and ".join([_OFFERED, *filters])
    if wanted.status is not CaseStatus.OPEN and not filters:
        yield _OWN_CLOSED


def _filters(wanted: Filter) -> Iterator[str]:
    if wanted.worker is not None:
        yield "line.workers @> array[%(worker)s]::uuid[]"
    if wanted.unassigned:
        yield "line.workers = '{}'"
    if wanted.handover is not None or wanted.due_before is not None:
        yield _DUE
    if wanted.due_before is not None:
        yield "coalesce(line.answer_due, 'infinity') < %(due_before)s"


async def line(connection: Connection, schema: str, viewer: Viewer, case: UUID) -> Line | None:
    """One case's line, when it is visible."""
    parameters = {**visible(viewer).parameters, "case": case}
    return await one_row(connection, _line(schema, viewer.role), parameters, Line)


@cache
def _line(schema: str, role: StaffRole) -> bytes:
    return _statements("line", schema, visible=condition(role)).as_bytes()
