"""What a follower folds in one transaction: little when it is level, much when it is far behind.

A batch grows page by page until there is nothing more to read, or enough is folded: so a row that
many items touch is written once. When a fold fails, less is tried, until the item that fails stands
alone; when it fails again, it is parked, and with it the later items of its key.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Any, Generic

from domain.ports import Clock
from projections import checkpoints, parking
from projections.asking import Connection
from projections.checkpoints import Checkpoint
from projections.pages import Pages
from projections.parking import CannotBeFolded, blaming_items
from projections.projection import Item, Projection
from projections.tables import Tables

PAGE = 1000  # items that are read, and folded, at once: nothing else runs meanwhile
MOST_ITEMS = 100_000
MOST_ROWS = 10_000  # that wait to be written
MOST_SECONDS = 1.0  # from the first page on
STATISTICS_AFTER = 10_000  # rows
SECOND_THOUGHT = 0.1  # seconds after which what failed alone is tried again

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Batch:
    """The items after one position up to another, as far as they are read."""

    first: int
    last: int
    began: float
    page: Sequence[Any] = ()  # the last one
    oldest: datetime | None = None  # when the first item was recorded
    passed_over: dict[str, list[int]] = field(default_factory=dict)  # positions, by parked key

    @property
    def size(self) -> int:
        return self.last - self.first


class Batches(Generic[Item]):
    """One follower's batches, on tables that nobody else writes."""

    def __init__(
        self, projection: Projection[Item], pages: Pages[Item], schema: str, clock: Clock
    ) -> None:
        self.now: Batch | None = None  # while there is something to fold
        self.size = 0  # of the last one that was committed
        self.seconds = 0.0  # that its transaction took
        self.per_second = 0.0  # items of it: read, folded and written
        self.is_level = False  # there was nothing more to read
        self.parked: set[str] = set()
        self._projection = projection
        self._pages = pages
        self._schema = schema
        self._clock = clock
        self._tables = Tables(projection, schema)
        self._most = MOST_ITEMS
        self._failed_alone = 0  # the position
        self._behind = 0  # rows that were written since it was level

    async def begin(self, connection: Connection, mine: Checkpoint) -> None:
        """Follow these tables from now on. Raises TableDiffers."""
        self.parked = set(mine.parked)
        self._tables.forget()
        await self._tables.inspect(connection)
        await self._tables.stage(connection)

    async def next(self, connection: Connection, here: Checkpoint) -> int | None:
        """Fold and commit a batch. The position that is reached: the same, when there was nothing
        to read; none, when the checkpoint was not ours to move.

        Raises what the fold raises, of a projection that cannot park.
        """
        while True:
            batch = Batch(here.position, here.position, perf_counter())
            try:
                reached = await self._fold(connection, here, batch)
            except CannotBeFolded as failure:
                self._tables.forget()
                if not await self._found(batch):
                    continue
                reached = await self._park(connection, here, batch, failure)
            self.now = None  # not after an error: what could not be folded grows older
            return reached

    async def _fold(self, connection: Connection, here: Checkpoint, batch: Batch) -> int | None:
        while await self._read(batch):
            with blaming_items():
                await self._tables.fold(connection, self._unparked(batch))
            if self._is_enough(batch):
                break
        if not await self._commit(connection, here, batch):
            return None
        if self.is_level:
            await self._freshen_statistics(connection)
        return batch.last

    async def _freshen_statistics(self, connection: Connection) -> None:
        """Once level, after having been far behind."""
        if self._behind >= STATISTICS_AFTER:
            await self._tables.analyze(connection)
        self._behind = 0

    async def _read(self, batch: Batch) -> bool:
        """Whether there was another page."""
        asked = min(PAGE, self._most - batch.size)
        batch.page = await self._pages.read(batch.last, asked)
        self.is_level = len(batch.page) < asked
        if batch.page:
            batch.last = batch.page[-1].position
            batch.oldest = batch.oldest or batch.page[0].recorded_at
            self.now = batch
        return bool(batch.page)

    def _is_enough(self, batch: Batch) -> bool:
        return (
            self.is_level
            or batch.size >= self._most
            or self._tables.waiting >= MOST_ROWS
            or perf_counter() - batch.began >= MOST_SECONDS
        )

    async def _commit(self, connection: Connection, here: Checkpoint, batch: Batch) -> bool:
        """Rows and move together; whether it was ours to move."""
        if not batch.size:
            return await checkpoints.stands(connection, self._schema, here)
        began, rows = perf_counter(), self._tables.waiting
        if rows or batch.passed_over:
            with blaming_items():
                async with connection.transaction():
                    moved = await checkpoints.move(connection, self._schema, here, batch.last)
                    if moved:
                        await self._tables.write(connection)
                        await self._pass_over(connection, batch)
        else:
            moved = await checkpoints.move(connection, self._schema, here, batch.last)
        if moved:
            self._behind += rows
            self._committed(batch, began)
        return moved

    def _committed(self, batch: Batch, began: float) -> None:
        now = perf_counter()
        self.size, self.seconds = batch.size, now - began
        self.per_second = batch.size / (now - batch.began)
        self._most = min(2 * self._most, MOST_ITEMS)

    # --- poison ------------------------------------------------------------------------------

    def _unparked(self, batch: Batch) -> Sequence[Item]:
        key = self._projection.key
        if not self.parked or key is None:
            return batch.page
        unparked = []
        for item in batch.page:
            if (its := str(key(item))) in self.parked:
                batch.passed_over.setdefault(its, []).append(item.position)
            else:
                unparked.append(item)
        return unparked

    async def _pass_over(self, connection: Connection, batch: Batch) -> None:
        if batch.passed_over:
            await parking.passed_over(
                connection, self._schema, self._projection.name, batch.passed_over
            )

    async def _found(self, batch: Batch) -> bool:
        """Whether the failing item is found; otherwise less is to be tried, or the same again."""
        if batch.size > 1:
            self._most = batch.size // 2
            return False
        if self._failed_alone != batch.last:
            self._failed_alone = batch.last
            await asyncio.sleep(SECOND_THOUGHT)
            return False
        return True

    async def _park(
        self, connection: Connection, here: Checkpoint, batch: Batch, failure: CannotBeFolded
    ) -> int | None:
        error = failure.__cause__ or failure
        if self._projection.key is None:
            raise error
        (item,) = batch.page
        key = str(self._projection.key(item))
        began = perf_counter()
        async with connection.transaction():
            moved = await checkpoints.move(connection, self._schema, here, batch.last)
            if moved:
                await parking.park(
                    connection,
                    self._schema,
                    self._projection.name,
                    key,
                    position=batch.last,
                    error=error,
                    since=self._clock.now(),
                )
        if not moved:
            return None
        self.parked.add(key)
        self._committed(batch, began)
        _log.error(
            "a projection has parked what it cannot fold",
            extra={
                "projection": self._projection.name,
                "position": batch.last,
                "parked": len(self.parked),
                "error": type(error),
            },
        )
        return batch.last
