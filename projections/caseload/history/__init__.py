"""The caseload as it was at a position, under today's policy."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from psycopg import sql

from domain.codes import StaffRole
from domain.policy import Viewer
from projections import caseload
from projections.access.visible import condition, visible
from projections.asking import Connection, Numbered, Page, paged
from projections.caseload import TABLE, VALUES, Cursor, Filter, Line, Order, keys_of_states, runs_of
from projections.history import STOOD, STOOD_BY_ERA, AsOf, merged
from projections.projection import Projection, Versions
from projections.sql import Statements, text

_statements = Statements("projections.caseload.history")

VERSIONS = Versions(name="caseload_versions", of=replace(TABLE, keys=keys_of_states))
PROJECTION = Projection(
    name="caseload_history",
    version=caseload.PROJECTION.version,
    schema=text("projections.caseload.history", "schema.sql"),
    tables=(VERSIONS,),
    key=caseload.PROJECTION.key,
)

NO_ORDER = Order.LAST_EVENT
"""The order that a page of the past cannot have: no index holds when each case moved last before
any position."""


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    as_of: AsOf,
    wanted: Filter,
    *,
    order: Order = Order.OPENED,
    descending: bool = False,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[Line, Cursor]:
    """The caseload that the viewer's unit had, as far as it is visible today. The time line must
    have come as far. Raises ValueError for `NO_ORDER`."""
    if order is NO_ORDER:
        raise ValueError(order)
    runs = tuple(_runs(wanted, order))
    if not runs:
        return Page((), None)
    statement = _page(schema, viewer.role, runs, order, descending, further=after is not None)
    parameters = {
        **visible(viewer).parameters,
        **as_of.parameters,
        "unit": viewer.unit,
        "worker": wanted.worker,
        "due_before": wanted.due_before,
        "value": after and after.value,
        "case": after and after.case,
        "limit": limit + 1,
    }
    lines = await statement.rows(connection, parameters, Line)
    return paged(lines, limit, lambda line: Cursor(getattr(line, order), line.case))


def _runs(wanted: Filter, order: Order) -> Iterator[str]:
    """The runs of today's page, era by era; what is one worker's or nobody's is few, and sorted."""
    known = " and line.opened_at <= %(latest)s" if order is Order.OPENED else ""
    few = wanted.worker is not None or wanted.unassigned or wanted.is_elsewhere
    for run in runs_of(wanted):
        for stood in (STOOD,) if few else STOOD_BY_ERA:
            yield f"{run}{known} and {stood}"


@cache
def _page(
    schema: str,
    role: StaffRole,
    runs: tuple[str, ...],
    order: Order,
    descending: bool,
    *,
    further: bool,
) -> Numbered:
    ordered = {
        "value": sql.SQL(VALUES[order]),
        "direction": sql.SQL("desc" if descending else "asc"),
        "than": sql.SQL("<" if descending else ">"),
    }
    beyond = _statements("beyond", schema, **ordered) if further else sql.SQL("true")
    parts = {**ordered, "beyond": beyond, "visible": condition(role)}
    every = merged(_statements("run", schema, run=sql.SQL(run), **parts) for run in runs)
    return Numbered.of(_statements("page", schema, runs=every, **ordered))
