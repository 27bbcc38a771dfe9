"""Tables beside those that are asked, on their way into their place: those that are built, or
those that were kept. They catch up with the log, then the names are swapped."""

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from psycopg.errors import LockNotAvailable

from projections import checkpoints
from projections.asking import Connection
from projections.building import Builders, FactCannotBeFolded, Order
from projections.parking import CannotBeFolded, blaming_items
from projections.projection import Part, Projection, Source
from projections.tables import OLD, Tables

Progress = Callable[[int, int, float], None]  # position, head, items per second

PAGE = 2000
PART = 2_000_000  # positions: if each made a row of its own, of half a kilobyte, a gigabyte
SWAP_PAUSE = 0.2  # seconds for the readers that were in the way of a swap


class Beside:
    """The tables of one projection, on a connection that is `alone` with them."""

    def __init__(
        self,
        projection: Projection[Any],
        source: Source[Any],
        connection: Connection,
        schema: str,
        suffix: str,
        progress: Progress,
        reached: int = 0,
    ) -> None:
        self.tables = Tables(projection, schema, suffix)
        self.reached = reached
        self._projection = projection
        self._source = source
        self._connection = connection
        self._schema = schema
        self._progress = progress
        self._is_kept = suffix == OLD
        self._began = perf_counter()
        self._from = reached

    async def build(self, builders: Builders, until: int) -> None:
        """Fill bare tables part by part, then index them."""
        async with self._connection.transaction():
            await self.tables.create(self._connection)
        parts = self._parts(builders, until)
        read = 0

        def further(positions: int) -> None:
            nonlocal read
            read += positions
            self._tell(read // len(parts), until)

        rebuilder = self._connection.info.backend_pid
        order = Order(schema=self._schema, rebuilder=rebuilder, parts=parts)
        await builders.build(self._projection, order, further)
        await self.tables.index(self._connection)
        await self.tables.stage(self._connection)
        self.reached = until

    def _parts(self, builders: Builders, until: int) -> Sequence[Part]:
        """Small enough for memory, and as many for each builder."""
        rounds = -(-until // (PART * builders.count))
        of = rounds * builders.count if self._projection.by_stream else min(rounds, 1)
        return [Part(number=number, of=of, until=until) for number in range(of)]

    async def take_over(self) -> None:
        """Catch up, and swap the names as soon as no reader is in the way."""
        while not await self._swap():  # noqa: ASYNC110 - nothing tells when the readers are done
            await asyncio.sleep(SWAP_PAUSE)

    async def _swap(self) -> bool:
        """Whether the names were swapped; not, when readers were in the way for too long.

        The checkpoint is held first: the follower waits without holding any table.
        """
        await self._catch_up(await self._source.head())
        name, reached = self._projection.name, self.reached
        try:
            async with self._connection.transaction():
                await self._connection.execute("set local lock_timeout = '500ms'")
                # Who stands still here would hold up everybody who follows, for ever.
                await self._connection.execute(
                    "set local idle_in_transaction_session_timeout = '10s'"
                )
                held = await checkpoints.hold(self._connection, self._schema, name)
                while await self._fold_to(held.position):
                    pass
                await self._write()
                await self.tables.take_over(self._connection)
                await checkpoints.swapped(
                    self._connection,
                    self._schema,
                    name,
                    version=self._projection.version,
                    position=self.reached,
                )
        except LockNotAvailable:
            self.tables.forget()
            self.reached = reached
            return False
        return True

    async def _catch_up(self, until: int) -> None:
        while await self._fold_to(until):
            async with self._connection.transaction():
                await self._write()

    async def _fold_to(self, until: int) -> bool:
        """Fold one page more. Raises FactCannotBeFolded."""
        limit = min(PAGE, until - self.reached)
        page = await self._source.read(self.reached, limit) if limit > 0 else ()
        if not page:
            return False
        try:
            with blaming_items():
                await self.tables.fold(self._connection, page)
        except CannotBeFolded:
            raise await self._failing(page) from None
        self.reached = page[-1].position
        self._tell(self.reached, max(until, self.reached))
        return True

    async def _failing(self, page: Sequence[Any]) -> Exception:
        """Which fact it is, found by folding one after the other."""
        self.tables.forget()
        for item in page:
            try:
                with blaming_items():
                    await self.tables.fold(self._connection, [item])
            except CannotBeFolded:
                return FactCannotBeFolded.at(item)
        return CannotBeFolded()

    async def _write(self) -> None:
        await self.tables.write(self._connection)
        if self._is_kept:
            name = self._projection.name
            await checkpoints.move_kept(self._connection, self._schema, name, self.reached)

    def _tell(self, position: int, head: int) -> None:
        rate = (position - self._from) / (perf_counter() - self._began)
        self._progress(position, head, rate)
