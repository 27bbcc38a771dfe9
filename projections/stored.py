"""One table of a projection as the database keeps it: folded in memory, written as a whole.

A fold reads the rows that a page of items touches, once, and goes on with them in memory: nobody
else writes them, as long as the checkpoint moves. What differs in the end is written together, by
COPY into a temporary table beside and one statement from there. Nothing here commits.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from psycopg import sql

from projections.asking import Connection, frozen
from projections.projection import Journal, Key, Table, Tally
from projections.sql import Statements

KEPT = 4096  # rows of a table that stay in memory, once they are written

_statements = Statements("projections", "tables.sql")


class TableDiffers(Exception):
    """A projection's row and its stored table have different columns. Raise its version."""


class Stored:
    """Its columns are the fields of its row, in order."""

    def __init__(
        self,
        name: str,
        columns: Sequence[str],
        schema: str,
        suffix: str,
        of_file: str | None = None,
    ) -> None:
        self.name = name
        self._of_file = of_file
        self.identifier = sql.Identifier(schema, name + suffix)
        self._schema = schema
        self._columns = list(columns)
        self._types: dict[str, str] = {}
        self._lists: list[int] = []  # the places of the columns that hold lists

    async def inspect(self, connection: Connection) -> None:
        """Learn the columns' types. Raises TableDiffers."""
        name = self.identifier.as_string(connection)
        found = await connection.execute(_statements("columns", self._schema), [name])
        self._types = dict(await found.fetchall())
        if list(self._types) != self._columns:
            raise TableDiffers(f"{self.name}: {', '.join(self._types) or 'there is no table'}")
        self._add = self._statement("add").as_bytes()
        self._lists = [n for n, of in enumerate(self._types.values()) if of.endswith("[]")]

    async def stage(self, connection: Connection) -> None:
        """Make what this connection needs to write, beside reading."""

    async def digest(self, connection: Connection) -> str:
        found = await connection.execute(self._statement("digest"))
        return str((await found.fetchone() or [""])[0])

    async def add(self, connection: Connection, rows: Sequence[Any]) -> None:
        """Write rows that are new."""
        await self._copy(connection, self._add, rows)

    async def dispose(self, connection: Connection, files: Sequence[UUID]) -> Sequence[Any]:
        """Remove every row of these files, once what was folded is written; they are the answer."""
        if self._of_file is None:
            return ()
        file = sql.Identifier(self._of_file)
        gone = await connection.execute(self._statement("dispose", file=file), [list(files)])
        return await gone.fetchall()

    async def _copy(self, connection: Connection, into: bytes, rows: Iterable[Any]) -> None:
        async with connection.cursor() as cursor, cursor.copy(into) as copy:
            copy.set_types(list(self._types.values()))
            for row in rows:
                await copy.write_row(self._travelling(row))

    def _travelling(self, row: Sequence[Any]) -> Sequence[Any]:
        if not self._lists:
            return row
        values = list(row)
        for place in self._lists:
            values[place] = list(values[place])
        return values

    def _statement(self, name: str, **parts: sql.Composable) -> sql.Composed:
        named = {"table": self.identifier, "columns": _listed(self._columns), **parts}
        return _statements(name, self._schema, **named)


class Journaled(Stored):
    """Rows that are only added."""

    def __init__(self, table: Journal[Any, Any], schema: str, suffix: str) -> None:
        super().__init__(table.name, table.row._fields, schema, suffix, table.of_file)
        self._rows = table.rows
        self._waiting: list[Any] = []

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def fold(self, _: Connection, items: Iterable[Any]) -> None:
        self._waiting += [row for item in items for row in self._rows(item)]

    async def write(self, connection: Connection) -> None:
        if self._waiting:
            await self.add(connection, self._waiting)
        self._waiting = []

    def forget(self) -> None:
        self._waiting = []


class Folded(Stored):
    """Rows that items change."""

    def __init__(
        self, table: Table[Any, Any], schema: str, suffix: str, tallies: Sequence["Tallied"] = ()
    ) -> None:
        super().__init__(table.name, table.row._fields, schema, suffix, table.of_file)
        self._table = table
        self._tallies = tallies
        self._stage = sql.Identifier("pg_temp", f"{table.name}{suffix}__stage")
        self._rows: dict[Key, Any] = {}  # as the items folded so far have made them
        self._replaced: dict[Key, Any] = {}  # what the table still holds in the place of some

    @property
    def waiting(self) -> int:
        return len(self._replaced)

    async def inspect(self, connection: Connection) -> None:
        await super().inspect(connection)
        self._add_to_stage = self._statement("add", table=self._stage).as_bytes()
        self._current = self._current_rows().as_bytes()
        self._remove = self._by_key("remove").as_bytes()
        self._write = self._written_by(self._table.key).as_bytes()

    def _by_key(self, statement: str) -> sql.Composed:
        key = self._table.key
        arrays = _arrays(self._types[column] for column in key)
        return self._statement(statement, key=_listed(key), keys=arrays)

    def _current_rows(self) -> sql.Composed:
        return self._by_key("current")

    def _written_by(self, key: Sequence[str]) -> sql.Composed:
        """What is staged, instead of what has the same key."""
        others = [sql.Identifier(column) for column in self._columns if column not in key]
        changes = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(it) for it in others)
        return self._statement("write", stage=self._stage, key=_listed(key), changes=changes)

    async def stage(self, connection: Connection) -> None:
        await connection.execute(_statements("drop", self._schema, table=self._stage))
        await connection.execute(self._statement("stage", stage=self._stage))

    async def add(self, connection: Connection, rows: Sequence[Any]) -> None:
        await super().add(connection, rows)
        await self._tell(connection, (), rows)

    async def fold(self, connection: Connection, items: Iterable[Any]) -> None:
        touched = [(key, item) for item in items for key in self._table.keys(item)]
        await self._read(connection, {key for key, _ in touched if key not in self._rows})
        rows, apply = self._rows, self._table.apply
        for key, item in touched:
            before = rows[key]
            after = apply(before, item)
            if after is not before:
                rows[key] = after
                self._replaced.setdefault(key, before)

    async def write(self, connection: Connection) -> None:
        changed = [
            (key, before, after)
            for key, before in self._replaced.items()
            if (after := self._rows[key]) != before
        ]
        written = [after for _, _, after in changed if after is not None]
        gone = [key for key, _, after in changed if after is None]
        if written:
            await self._copy(connection, self._add_to_stage, written)
            await connection.execute(self._write)
        if gone:
            await connection.execute(self._remove, _by_column(gone))
        replaced = [before for _, before, _ in changed if before is not None]
        await self._tell(connection, replaced, written)
        self._replaced = {}
        if len(self._rows) > KEPT:
            self._rows = {}

    def forget(self) -> None:
        self._rows, self._replaced = {}, {}

    async def dispose(self, connection: Connection, files: Sequence[UUID]) -> Sequence[Any]:
        gone = await super().dispose(connection, files)
        make = self._table.row._make
        await self._tell(connection, [make(map(frozen, row)) for row in gone], ())
        self._rows = {}
        return gone

    async def _tell(
        self, connection: Connection, before: Sequence[Any], after: Sequence[Any]
    ) -> None:
        for tally in self._tallies:
            await tally.move(connection, before, after)

    async def _read(self, connection: Connection, keys: Collection[Key]) -> None:
        """Have the rows of these keys in memory; None where there is none."""
        if not keys:
            return
        self._rows |= dict.fromkeys(keys)
        make, places = self._table.row._make, [self._columns.index(it) for it in self._table.key]
        async with connection.cursor(binary=True) as cursor:
            await cursor.execute(self._current, _by_column(keys))
            for values in await cursor.fetchall():
                row = make(map(frozen, values))
                self._rows[tuple(row[place] for place in places)] = row


class Tallied(Stored):
    """How many rows of a table there are of each kind."""

    def __init__(self, tally: Tally[Any], schema: str, suffix: str) -> None:
        super().__init__(tally.name, [*tally.key, "n"], schema, suffix)
        self.of = tally.of
        self._tally = tally

    async def inspect(self, connection: Connection) -> None:
        await super().inspect(connection)
        arrays = _arrays(self._types.values())
        count = self._statement("count", key=_listed(self._tally.key), arrays=arrays)
        self._count, self._none_left = count.as_bytes(), self._statement("none_left").as_bytes()

    async def move(
        self, connection: Connection, before: Iterable[Any], after: Iterable[Any]
    ) -> None:
        """Some rows were these and are those. In the order of the keys: others may count, too."""
        moved = Counter(kind for row in after for kind in self._tally.kinds(row))
        moved.subtract(kind for row in before for kind in self._tally.kinds(row))
        changes = sorted((*kind, n) for kind, n in moved.items() if n)
        if changes:
            await connection.execute(self._count, _by_column(changes))
        if any(change[-1] < 0 for change in changes):
            await connection.execute(self._none_left)


def _arrays(column_types: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(f"%s::{column_type}[]") for column_type in column_types)


def _listed(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _by_column(rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
    return [list(values) for values in zip(*rows, strict=True)]
