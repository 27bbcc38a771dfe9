"""How rooms are asked: rows as frozen dataclasses, pages that say where the next one begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from psycopg import AsyncConnection, AsyncCursor, sql

Connection = AsyncConnection[Any]
Line = TypeVar("Line")
Cursor = TypeVar("Cursor")


@dataclass(frozen=True, slots=True)
class Page(Generic[Line, Cursor]):
    """Some lines in order; `after` asks for the next ones, None when these were the last."""

    lines: Sequence[Line]
    after: Cursor | None


def paged(
    lines: Sequence[Line], limit: int, cursor: Callable[[Line], Cursor]
) -> Page[Line, Cursor]:
    """A page of `limit` lines, from one line more if there is one."""
    more = len(lines) > limit
    return Page(lines[:limit], cursor(lines[limit - 1]) if more else None)


async def all_rows(
    connection: Connection,
    statement: sql.Composed,
    parameters: dict[str, Any],
    row: Callable[..., Line],
) -> list[Line]:
    """The answer's rows, made from their columns by name; lists become tuples."""
    async with connection.cursor(binary=True) as cursor:
        await cursor.execute(statement, parameters)
        names = _names(cursor)
        return [
            row(**dict(zip(names, map(frozen, values), strict=True)))
            for values in await cursor.fetchall()
        ]


async def one_row(
    connection: Connection,
    statement: sql.Composed,
    parameters: dict[str, Any],
    row: Callable[..., Line],
) -> Line | None:
    """The answer's only row, if there is one."""
    rows = await all_rows(connection, statement, parameters, row)
    return rows[0] if rows else None


def frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _names(cursor: AsyncCursor[Any]) -> list[str]:
    return [column.name for column in cursor.description or ()]
