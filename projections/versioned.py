"""A table of versions as the database keeps it: what ended is written once more, with its end."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from psycopg import sql

from projections.asking import Connection
from projections.eras import STANDING
from projections.projection import Key, Table, Version, Versions
from projections.stored import KEPT, Folded


class Versioned(Folded):
    """The rows in memory are the versions that stand."""

    def __init__(self, versions: Versions[Any], schema: str, suffix: str) -> None:
        row: Any = NamedTuple("Version", [(column, Any) for column in versions.columns])  # type: ignore[misc]  # the columns are those of a table
        of = versions.of
        table: Table[Any, Any] = Table(
            name=versions.name,
            row=row,
            key=of.key,
            keys=of.keys,
            apply=versions.apply,
            of_file=of.of_file,
        )
        super().__init__(table, schema, suffix)
        self._versions = versions
        self._ended: list[Version] = []
        self._changed: set[Key] = set()

    @property
    def waiting(self) -> int:
        return len(self._ended) + len(self._changed)

    def _current_rows(self) -> sql.Composed:
        standing = sql.Literal(STANDING)
        return sql.SQL("{} where until_position = {}").format(super()._current_rows(), standing)

    def _written_by(self, key: Sequence[str]) -> sql.Composed:
        return super()._written_by((*key, "from_position"))

    async def fold(self, connection: Connection, items: Iterable[Any]) -> None:
        touched = [(key, item) for item in items for key in self._table.keys(item)]
        await self._read(connection, {key for key, _ in touched if key not in self._rows})
        for key, item in touched:
            before = self._rows[key]
            after = self._versions.apply(before, item)
            if after is before:
                continue
            if before is not None:
                self._ended.append(self._versions.ended(before, item.position))
            self._rows[key] = after
            self._changed.add(key)

    async def write(self, connection: Connection) -> None:
        standing = (self._rows[key] for key in self._changed)
        written = [*self._ended, *(row for row in standing if row is not None)]
        if written:
            await self._copy(connection, self._add_to_stage, written)
            await connection.execute(self._write)
        self._ended, self._changed = [], set()
        if len(self._rows) > KEPT:
            self._rows = {}

    def forget(self) -> None:
        super().forget()
        self._ended, self._changed = [], set()
