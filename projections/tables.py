"""A projection's tables in the database: made, folded into, written, compared, swapped.

Nothing here commits.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import sql

from projections.asking import Connection
from projections.projection import Journal, Projection, Table, Versions, disposed_of
from projections.sql import Statements, compose
from projections.stored import Folded, Journaled, Tallied
from projections.versioned import Versioned

NEXT, OLD = "__next", "__old"  # suffixes of the tables that are being built, and were replaced
_statements = Statements("projections", "tables.sql")


class Tables:
    """The tables of one projection: those that are asked, or (by suffix) those being built."""

    def __init__(self, projection: Projection[Any], schema: str, suffix: str = "") -> None:
        self._schema = schema
        self._suffix = suffix
        self._bare, _, self._indexes = projection.schema.partition("-- indexes\n")
        tallies = [Tallied(tally, schema, suffix) for tally in projection.tallies]
        self._tables = [_stored(table, schema, suffix, tallies) for table in projection.tables]
        self._stored = [*self._tables, *tallies]
        self._gone: list[UUID] = []  # files of which no row is to be left

    async def create(self, connection: Connection) -> None:
        """Bare tables, in the place of what an interrupted attempt may have left."""
        await self.drop(connection)
        await self._define(connection, self._bare)
        await self._each(connection, "guard")
        await self.inspect(connection)

    async def index(self, connection: Connection) -> None:
        """Keys and indexes, once the rows are in place."""
        await self._define(connection, self._indexes)
        await self.analyze(connection)

    async def analyze(self, connection: Connection) -> None:
        """Statistics for whoever plans a question: those of an empty table mislead."""
        await self._each(connection, "analyze")

    async def drop(self, connection: Connection) -> None:
        await self._each(connection, "drop")

    async def inspect(self, connection: Connection) -> None:
        """Learn the columns' types, before anything is folded. Raises TableDiffers."""
        for table in self._stored:
            await table.inspect(connection)

    async def are_there(self, connection: Connection) -> bool:
        """Whether none of them is gone."""
        names = [table.identifier.as_string(connection) for table in self._stored]
        found = await connection.execute(_statements("gone", self._schema), [names])
        return await found.fetchone() is None

    async def stage(self, connection: Connection) -> None:
        """Make what this connection needs to write what it will have folded."""
        for table in self._tables:
            await table.stage(connection)

    async def fold(self, connection: Connection, items: Sequence[Any]) -> None:
        """Fold a page in memory. Raises what a fold raises: then everything is to be forgotten."""
        for table in self._tables:
            await table.fold(connection, items)
        self._gone += disposed_of(items)

    @property
    def waiting(self) -> int:
        """How many rows wait to be written, or removed."""
        return len(self._gone) + sum(table.waiting for table in self._tables)

    async def write(self, connection: Connection) -> None:
        """Write what was folded, in the transaction that moves the checkpoint. If it does not
        commit, everything is to be forgotten."""
        for table in self._tables:
            await table.write(connection)
        await self.dispose(connection, self._gone)
        self._gone = []

    async def dispose(self, connection: Connection, files: Sequence[UUID]) -> None:
        """Remove every row of these files: nothing that is still to be folded tells of them."""
        for table in self._tables if files else ():
            await table.dispose(connection, files)

    def forget(self) -> None:
        """Read rows anew: others may have written them, or what was folded was not written."""
        for table in self._tables:
            table.forget()
        self._gone = []

    async def add(self, connection: Connection, name: str, rows: Sequence[Any]) -> None:
        """Write rows that are new into one of the tables."""
        (table,) = (table for table in self._tables if table.name == name)
        await table.add(connection, rows)

    async def digest(self, connection: Connection) -> dict[str, str]:
        """Number and hash of the rows, by table: equal rows have equal digests."""
        return {table.name: await table.digest(connection) for table in self._stored}

    async def take_over(self, connection: Connection) -> None:
        """These tables get the plain names; those that had them are the old ones."""
        for name in (table.name for table in self._stored):
            if self._suffix != NEXT:
                await self._rename(connection, name + self._suffix, name + NEXT)
            await self._rename(connection, name, name + OLD)
            await self._rename(connection, name + NEXT, name)

    async def _rename(self, connection: Connection, name: str, to: str) -> None:
        there = sql.Identifier(self._schema, to)
        await connection.execute(_statements("drop", self._schema, table=there))
        here = sql.Identifier(self._schema, name)
        rename = _statements("rename", self._schema, table=here, to=sql.Identifier(to))
        await connection.execute(rename)

    async def _each(self, connection: Connection, statement: str) -> None:
        for table in self._stored:
            await connection.execute(_statements(statement, self._schema, table=table.identifier))

    async def _define(self, connection: Connection, ddl: str) -> None:
        names = {table.name: table.identifier for table in self._stored}
        await connection.execute(compose(ddl, self._schema, **names))


def _stored(
    table: Table[Any, Any] | Journal[Any, Any] | Versions[Any],
    schema: str,
    suffix: str,
    tallies: Sequence[Tallied],
) -> Folded | Journaled:
    match table:
        case Journal():
            return Journaled(table, schema, suffix)
        case Versions():
            return Versioned(table, schema, suffix)
        case Table():
            counted = [tally for tally in tallies if tally.of == table.name]
            return Folded(table, schema, suffix, counted)
