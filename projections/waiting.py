"""What waits for an answer, in order: first by when it is due; then, the latest first, what has
been answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from psycopg import sql

from domain.codes import StaffRole
from domain.policy import Viewer
from projections.access.visible import condition, visible
from projections.asking import Connection, Numbered, Page, all_rows, paged
from projections.history import STOOD, STOOD_BY_ERA, AsOf, merged
from projections.sql import Statements

Line = TypeVar("Line")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
ANSWERED = 10**17  # ranks from the year 1970 to 3000 lie below


def rank(answer_due: datetime | None, answered_at: datetime | None) -> int:
    if answered_at is not None:
        return 2 * ANSWERED - _microseconds(answered_at)
    return _microseconds(answer_due) if answer_due else 0


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last line that was seen."""

    rank: int
    id: UUID


async def page_of(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    statements: Statements,
    row: Callable[..., Line],
    last: Callable[[Line], Cursor],
    *,
    id_column: str,
    direction: str,
    status: str | None,
    after: Cursor | None,
    limit: int,
) -> Page[Line, Cursor]:
    """The lines of one direction that the viewer may see, by the room's statement `page`."""
    filters, beyond = _filters(direction, status), _beyond(id_column, after)
    statement = _present(statements, schema, viewer.role, filters, beyond)
    parameters = _parameters(viewer, status, after, limit)
    return paged(await all_rows(connection, statement, parameters, row), limit, last)


async def past_page_of(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    as_of: AsOf,
    statements: Statements,
    row: Callable[..., Line],
    last: Callable[[Line], Cursor],
    *,
    id_column: str,
    direction: str,
    ordered: bool = True,
    status: str | None,
    after: Cursor | None,
    limit: int,
) -> Page[Line, Cursor]:
    """The same as it was, by the statements `run` and `page` of the room's history. `ordered`:
    an index has the lines of each era in order."""
    filters, beyond = _filters(direction, status), _beyond(id_column, after)
    statement = _past(statements, schema, viewer.role, filters, beyond, ordered=ordered)
    parameters = {
        **_parameters(viewer, status, after, limit),
        **as_of.parameters,
        "answered": ANSWERED,
        "latest_answer": rank(None, as_of.latest),
    }
    return paged(await statement.rows(connection, parameters, row), limit, last)


def _filters(direction: str, status: str | None) -> str:
    return f"{direction} and line.status = %(status)s" if status else direction


def _beyond(id_column: str, after: Cursor | None) -> str:
    return f'(line.rank, line."{id_column}") > (%(rank)s, %(id)s)' if after else "true"


def _parameters(
    viewer: Viewer, status: str | None, after: Cursor | None, limit: int
) -> dict[str, Any]:
    return {
        **visible(viewer).parameters,
        "unit": viewer.unit,
        "status": status,
        "rank": after and after.rank,
        "id": after and after.id,
        "limit": limit + 1,
    }


@cache
def _present(
    statements: Statements, schema: str, role: StaffRole, filters: str, beyond: str
) -> bytes:
    parts = {"filters": sql.SQL(filters), "beyond": sql.SQL(beyond), "visible": condition(role)}
    return statements("page", schema, **parts).as_bytes()


_WAITED = "line.rank < %(answered)s"
_WAS_ANSWERED = "line.rank >= %(latest_answer)s"


@cache
def _past(
    statements: Statements,
    schema: str,
    role: StaffRole,
    filters: str,
    beyond: str,
    *,
    ordered: bool,
) -> Numbered:
    """What waited, then what was answered, era by era."""
    stood = [f"{lot} and {era}" for lot in (_WAITED, _WAS_ANSWERED) for era in STOOD_BY_ERA]
    parts = {"beyond": sql.SQL(beyond), "visible": condition(role)}
    every = merged(
        statements("run", schema, run=sql.SQL(f"{filters} and {it}"), **parts)
        for it in (stood if ordered else [STOOD])
    )
    return Numbered.of(statements("page", schema, runs=every))
