"""How rooms are asked: rows, and pages that say where the next one begins."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, get_origin

from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.sql import Composed

Connection = AsyncConnection[Any]
Line = TypeVar("Line")
Cursor = TypeVar("Cursor")

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


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
    statement: bytes | Composed,
    parameters: Mapping[str, Any] | Sequence[Any],
    row: Callable[..., Line],
) -> list[Line]:
    """The answer's rows, each made from its columns in their order."""
    make = _maker(row)
    async with connection.cursor(binary=True, row_factory=lambda _: make) as cursor:
        await cursor.execute(statement, parameters)
        return await cursor.fetchall()


async def one_row(
    connection: Connection,
    statement: bytes | Composed,
    parameters: Mapping[str, Any] | Sequence[Any],
    row: Callable[..., Line],
) -> Line | None:
    """The answer's only row, if there is one."""
    rows = await all_rows(connection, statement, parameters, row)
    return rows[0] if rows else None


@dataclass(frozen=True, slots=True)
class Numbered:
    """A statement with its placeholders numbered once: in one that is longer than 4 KiB, psycopg
    looks for them each time."""

    text: bytes
    names: tuple[str, ...]

    @classmethod
    def of(cls, statement: Composed) -> "Numbered":
        text = statement.as_string()
        names = tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))
        places = {name: f"${place}" for place, name in enumerate(names, start=1)}
        return cls(_PLACEHOLDER.sub(lambda it: places[it[1]], text).encode(), names)

    async def rows(
        self, connection: Connection, parameters: Mapping[str, Any], row: Callable[..., Line]
    ) -> list[Line]:
        """As `all_rows`."""
        make = _maker(row)
        async with AsyncRawCursor(connection, row_factory=lambda _: make) as cursor:
            told = [parameters[name] for name in self.names]
            await cursor.execute(self.text, told, binary=True)
            return await cursor.fetchall()


@cache
def _maker(row: Callable[..., Line]) -> Callable[[Sequence[Any]], Line]:
    """From the columns' values; an array becomes a tuple where the row holds one."""
    held = getattr(row, "__annotations__", {}) if isinstance(row, type) else {}
    tuples = [place for place, kind in enumerate(held.values()) if get_origin(kind) is tuple]

    def made(values: Sequence[Any]) -> Line:
        if tuples:
            values = list(values)
            for place in tuples:
                values[place] = tuple(values[place])
        return row(*values)

    return made


def frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
