"""A projection's tables in the database: made, folded into a page at a time, compared, swapped.

Pages go in as arrays or by COPY, one statement each, whatever their size. Nothing here commits.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import fields
from typing import Any

from psycopg import sql

from projections.asking import Connection, frozen
from projections.projection import Journal, Key, Projection, Table
from projections.sql import Statements, compose

NEXT, OLD = "__next", "__old"  # suffixes of the tables that are being built, and were replaced
_statements = Statements("projections", "tables.sql")


class TableDiffers(Exception):
    """A projection's row and its stored table have different columns. Raise its version."""


class Tables:
    """The tables of one projection: those that are asked, or (by suffix) those being built."""

    def __init__(self, projection: Projection[Any], schema: str, suffix: str = "") -> None:
        self._schema = schema
        self._bare, _, self._indexes = projection.schema.partition("-- indexes\n")
        self._tables = [_stored(table, schema, suffix) for table in projection.tables]

    async def create(self, connection: Connection) -> None:
        """Bare tables, in the place of what an interrupted attempt may have left."""
        await self.drop(connection)
        await self._define(connection, self._bare)
        await self.inspect(connection)

    async def index(self, connection: Connection) -> None:
        """Keys and indexes, once the rows are in place."""
        await self._define(connection, self._indexes)
        for table in self._tables:
            await connection.execute(_statements("analyze", self._schema, table=table.identifier))

    async def drop(self, connection: Connection) -> None:
        for table in self._tables:
            await connection.execute(_statements("drop", self._schema, table=table.identifier))

    async def inspect(self, connection: Connection) -> None:
        """Learn the columns' types, before anything is folded. Raises TableDiffers."""
        for table in self._tables:
            await table.inspect(connection)

    def touched_by(self, items: Sequence[Any]) -> bool:
        """Whether a page of items may change any row."""
        return any(table.touched_by(item) for item in items for table in self._tables)

    async def fold(self, connection: Connection, items: Sequence[Any]) -> None:
        """Bring the rows that a page of items touches up to date."""
        for table in self._tables:
            await table.fold(connection, items)

    async def build(self, connection: Connection, items: Sequence[Any]) -> None:
        """Fold a page in memory; rows that are only added are added."""
        for table in self._tables:
            await table.build(connection, items)

    async def built(self, connection: Connection) -> None:
        """Fill the bare tables with what was folded in memory."""
        for table in self._tables:
            await table.built(connection)

    async def digest(self, connection: Connection) -> dict[str, str]:
        """Number and hash of the rows, by table: equal rows have equal digests."""
        return {table.name: await table.digest(connection) for table in self._tables}

    async def take_over(self, connection: Connection) -> None:
        """The tables that were built get the plain names; those that had them are the old ones."""
        for name in (table.name for table in self._tables):
            await self._rename(connection, name, name + OLD)
            await self._rename(connection, name + NEXT, name)

    async def _rename(self, connection: Connection, name: str, to: str) -> None:
        there = sql.Identifier(self._schema, to)
        await connection.execute(_statements("drop", self._schema, table=there))
        here = sql.Identifier(self._schema, name)
        rename = _statements("rename", self._schema, table=here, to=sql.Identifier(to))
        await connection.execute(rename)

    async def _define(self, connection: Connection, ddl: str) -> None:
        names = {table.name: table.identifier for table in self._tables}
        await connection.execute(compose(ddl, self._schema, **names))


def _stored(
    table: Table[Any, Any] | Journal[Any, Any], schema: str, suffix: str
) -> "_Folded | _Journaled":
    if isinstance(table, Journal):
        return _Journaled(table, schema, suffix)
    return _Folded(table, schema, suffix)


class _Stored:
    """One table: its columns are the fields of its row, in order."""

    def __init__(self, name: str, row: type, schema: str, suffix: str) -> None:
        self.name = name
        self.identifier = sql.Identifier(schema, name + suffix)
        self._schema = schema
        self._columns = [field.name for field in fields(row)]
        self._types: dict[str, str] = {}
        self._encoders: list[Callable[[Any], Any]] = []

    async def inspect(self, connection: Connection) -> None:
        name = self.identifier.as_string(connection)
        found = await connection.execute(_statements("columns", self._schema), [name])
        self._types = dict(await found.fetchall())
        if list(self._types) != self._columns:
            raise TableDiffers(f"{self.name}: {', '.join(self._types) or 'there is no table'}")
        self._encoders = [_encoder(self._types[column]) for column in self._columns]

    async def add(self, connection: Connection, rows: Iterable[Any]) -> None:
        """Write rows that are new, by COPY."""
        async with connection.cursor() as cursor, cursor.copy(self._statement("add")) as copy:
            for row in rows:
                await copy.write_row(self._encoded(row))

    async def digest(self, connection: Connection) -> str:
        found = await connection.execute(self._statement("digest"))
        return str((await found.fetchone() or [""])[0])

    def _encoded(self, row: Any) -> list[Any]:
        return [
            encode(getattr(row, column))
            for column, encode in zip(self._columns, self._encoders, strict=True)
        ]

    def _statement(self, name: str, **parts: sql.Composable) -> sql.Composed:
        columns = _listed(self._columns)
        return _statements(name, self._schema, table=self.identifier, columns=columns, **parts)


class _Journaled(_Stored):
    """Rows that are only added: written once, as their item is folded."""

    def __init__(self, table: Journal[Any, Any], schema: str, suffix: str) -> None:
        super().__init__(table.name, table.row, schema, suffix)
        self._rows = table.rows

    def touched_by(self, item: Any) -> bool:
        return any(True for _ in self._rows(item))

    async def fold(self, connection: Connection, items: Sequence[Any]) -> None:
        if rows := [row for item in items for row in self._rows(item)]:
            await self.add(connection, rows)

    build = fold

    async def built(self, connection: Connection) -> None:
        """Nothing waits in memory."""


class _Folded(_Stored):
    """Rows that items change: read, folded by key, written where they differ."""

    def __init__(self, table: Table[Any, Any], schema: str, suffix: str) -> None:
        super().__init__(table.name, table.row, schema, suffix)
        self._table = table
        self._built: dict[Key, Any] = {}

    def touched_by(self, item: Any) -> bool:
        return any(True for _ in self._table.keys(item))

    async def inspect(self, connection: Connection) -> None:
        await super().inspect(connection)
        key, types = self._table.key, self._types
        parts = {"key": _listed(key), "keys": _arrays(types[column] for column in key)}
        self._current = self._statement("current", **parts)
        self._remove = self._statement("remove", **parts)
        self._write = self._statement(
            "write",
            values=sql.SQL(", ").join(_value(column, types[column]) for column in self._columns),
            arrays=_arrays(types.values()),
            changes=sql.SQL(", ").join(
                sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column))
                for column in self._columns
                if column not in key
            ),
            **parts,
        )

    async def fold(self, connection: Connection, items: Sequence[Any]) -> None:
        touched = self._by_key(items)
        if not touched:
            return
        before = await self._rows(connection, touched)
        after = {key: self._after(before.get(key), facts) for key, facts in touched.items()}
        changed = [row for key, row in after.items() if row is not None and row != before.get(key)]
        gone = [key for key in before if after[key] is None]
        if changed:
            await connection.execute(self._write, _by_column(map(self._encoded, changed)))
        if gone:
            await connection.execute(self._remove, _by_column(gone))

    async def build(self, connection: Connection, items: Sequence[Any]) -> None:  # noqa: ARG002 - as its sibling
        for key, facts in self._by_key(items).items():
            row = self._after(self._built.pop(key, None), facts)
            if row is not None:
                self._built[key] = row

    async def built(self, connection: Connection) -> None:
        await self.add(connection, self._built.values())
        self._built = {}

    def _by_key(self, items: Sequence[Any]) -> dict[Key, list[Any]]:
        touched: dict[Key, list[Any]] = {}
        for item in items:
            for key in self._table.keys(item):
                touched.setdefault(key, []).append(item)
        return touched

    def _after(self, row: Any, facts: Iterable[Any]) -> Any:
        for fact in facts:
            row = self._table.apply(row, fact)
        return row

    async def _rows(self, connection: Connection, keys: Collection[Key]) -> dict[Key, Any]:
        async with connection.cursor(binary=True) as cursor:
            await cursor.execute(self._current, _by_column(keys))
            found = [self._table.row(*map(frozen, values)) for values in await cursor.fetchall()]
        return {tuple(getattr(row, column) for column in self._table.key): row for row in found}


# --- how values travel -------------------------------------------------------------------------
# unnest flattens arrays of arrays, so a column of lists (or of JSON) travels as text and is cast.


def _travels_as(column_type: str) -> str:
    return "text" if column_type.endswith("[]") or column_type == "jsonb" else column_type


def _value(column: str, column_type: str) -> sql.Composed:
    cast = sql.SQL("::" + column_type) if _travels_as(column_type) != column_type else sql.SQL("")
    return sql.Identifier("changed", column) + cast


def _arrays(column_types: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("%s::" + _travels_as(column_type) + "[]") for column_type in column_types
    )


def _listed(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _by_column(rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
    return [list(values) for values in zip(*rows, strict=True)]


def _encoder(column_type: str) -> Callable[[Any], Any]:
    if column_type.endswith("[]"):
        return _array_literal
    return json.dumps if column_type == "jsonb" else _as_it_is


def _array_literal(values: Iterable[object]) -> str:
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


def _as_it_is(value: Any) -> Any:
    return value
