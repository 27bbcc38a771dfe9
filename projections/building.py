"""Build: fold a log part by part in memory, and fill the bare tables with what it comes to.

Each stream is whole in one part. So parts may be built one after the other or side by side, and
only the rows of those that are being built are in memory.
"""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing, contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Protocol
from uuid import UUID

from projections import checkpoints
from projections.asking import Connection
from projections.parking import CannotBeFolded, blaming_items
from projections.projection import (
    Item,
    Journal,
    Key,
    Part,
    Parts,
    Projection,
    Table,
    Versions,
    disposed_of,
)
from projections.tables import NEXT, Tables

Connect = Callable[[], Awaitable[Connection]]
Further = Callable[[int], None]  # so many positions, in one of the parts

TOGETHER = 5000  # rows that are written at once
NEW_OBJECTS = 10_000  # between two searches for garbage in circles, which folding makes none of


class FactCannotBeFolded(CannotBeFolded):
    """The fold fails at this fact. Nothing was swapped: mend the fold, then rebuild."""

    def __init__(self, position: int, name: str) -> None:
        super().__init__(f"the fold fails at position {position}, {name}: nothing was swapped")
        self.position = position
        self.name = name

    @classmethod
    def at(cls, item: Any) -> "FactCannotBeFolded":
        """Tells what kind of fact it is, and nothing of what it says."""
        return cls(item.position, str(getattr(item, "name", type(item).__name__)))


class RebuildHasEnded(Exception):
    """The session that rebuilds is gone, and with it what was to be built for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be built: parts of a log, into the bare tables of the session that rebuilds (a
    backend's process id)."""

    schema: str
    rebuilder: int
    parts: Sequence[Part]


class Builders(Protocol):
    """Who builds: this process, or several."""

    @property
    def count(self) -> int:
        """How many parts at the same time."""
        ...

    async def build(self, projection: Projection[Any], order: Order, further: Further) -> None:
        """Fill the bare tables. Raises FactCannotBeFolded, RebuildHasEnded."""
        ...


class ThisProcess(Generic[Item]):
    """Builds one part after the other, beside whatever else the process does."""

    count = 1

    def __init__(self, log: Parts[Item], connect: Connect) -> None:
        self._log = log
        self._connect = connect

    async def build(self, projection: Projection[Item], order: Order, further: Further) -> None:
        async with AsyncExitStack() as opened:
            opened.enter_context(_searching_less())
            reading = await opened.enter_async_context(await self._connect())
            writing = await opened.enter_async_context(await self._connect())
            for connection in (reading, writing):
                await connection.set_autocommit(True)
            await writing.execute("set synchronous_commit = off")
            if not await checkpoints.build_for(
                writing, order.schema, projection.name, order.rebuilder
            ):
                raise RebuildHasEnded
            tables = Tables(projection, order.schema, NEXT)
            await tables.inspect(writing)
            for part in order.parts:
                async with aclosing(self._log.part(reading, part)) as pages:
                    await _build(projection, pages, tables, writing, part.until, further)


@contextmanager
def _searching_less() -> Iterator[None]:
    """The usual setting takes a quarter of a rebuild's time."""
    before = gc.get_threshold()
    gc.set_threshold(NEW_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


async def _build(
    projection: Projection[Any],
    pages: AsyncIterator[Sequence[Any]],
    tables: Tables,
    connection: Connection,
    until: int,
    further: Further,
) -> None:
    """One part."""
    folds = [_folding(table) for table in projection.tables]
    reached, gone = 0, list[UUID]()
    async for page in pages:
        gone += disposed_of(page)
        for fold in folds:
            fold.take(page)
            await fold.write(tables, connection, at_least=TOGETHER)
        further(page[-1].position - reached)
        reached = page[-1].position
    for fold in folds:
        fold.finish()
        await fold.write(tables, connection)
    await tables.dispose(connection, gone)
    further(until - reached)


class _Ready:
    """Of one table of one part: rows that nothing can change any more, to be written."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ready: list[Any] = []
        self._at: Any = None  # the item that is being folded

    @contextmanager
    def _blamed(self) -> Iterator[None]:
        """What goes wrong, goes wrong with the item at hand. Raises FactCannotBeFolded."""
        try:
            with blaming_items():
                yield
        except CannotBeFolded:
            raise FactCannotBeFolded.at(self._at) from None

    async def write(self, tables: Tables, connection: Connection, at_least: int = 1) -> None:
        """Add the rows that are ready, if they are that many. Raises CannotBeFolded."""
        if len(self._ready) >= at_least:
            try:
                with blaming_items():
                    await tables.add(connection, self._name, self._ready)
            except CannotBeFolded:
                raise CannotBeFolded(f"the rows of {self._name} cannot be written") from None
            self._ready = []


class _FoldingJournal(_Ready):
    def __init__(self, journal: Journal[Any, Any]) -> None:
        super().__init__(journal.name)
        self._rows = journal.rows

    def take(self, items: Sequence[Any]) -> None:
        with self._blamed():
            for item in items:
                self._at = item
                self._ready.extend(self._rows(item))

    def finish(self) -> None:
        """Every row was ready at once."""


class _FoldingTable(_Ready):
    def __init__(self, table: Table[Any, Any]) -> None:
        super().__init__(table.name)
        self._keys = table.keys
        self._apply = table.apply
        self._cells: dict[Key, list[Any]] = {}  # found once, filled anew: hashing ids takes time

    def take(self, items: Sequence[Any]) -> None:
        keys, apply, cells = self._keys, self._apply, self._cells
        with self._blamed():
            for item in items:
                self._at = item
                for key in keys(item):
                    cell = cells.get(key)
                    if cell is None:
                        cell = cells[key] = [None]
                    cell[0] = apply(cell[0], item)

    def finish(self) -> None:
        self._ready.extend(row for (row,) in self._cells.values() if row is not None)
        self._cells.clear()


class _FoldingVersions(_Ready):
    def __init__(self, versions: Versions[Any]) -> None:
        super().__init__(versions.name)
        self._versions = versions
        self._standing: dict[Key, list[Any]] = {}

    def take(self, items: Sequence[Any]) -> None:
        versions, standing = self._versions, self._standing
        with self._blamed():
            for item in items:
                self._at = item
                for key in versions.of.keys(item):
                    cell = standing.setdefault(key, [None])
                    before, after = cell[0], versions.apply(cell[0], item)
                    if after is not before:
                        cell[0] = after
                        if before is not None:
                            self._ready.append(versions.ended(before, item.position))

    def finish(self) -> None:
        self._ready.extend(row for (row,) in self._standing.values() if row is not None)
        self._standing.clear()


_Folding = _FoldingJournal | _FoldingTable | _FoldingVersions


def _folding(table: Table[Any, Any] | Journal[Any, Any] | Versions[Any]) -> _Folding:
    match table:
        case Journal():
            return _FoldingJournal(table)
        case Versions():
            return _FoldingVersions(table)
        case Table():
            return _FoldingTable(table)
