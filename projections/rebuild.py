"""Make, rebuild, swap: a view's tables beside those that are asked, then in their place.

Readers and the follower go on. What is built reaches the old tables' position, where both are
compared by digest; then the log's head; then the names are swapped in one short transaction, and
the follower, refused by the checkpoint, goes on with the new tables.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from psycopg.errors import LockNotAvailable

from projections import checkpoints
from projections.asking import Connection
from projections.projection import Item, Projection, Source
from projections.tables import NEXT, Tables

Connect = Callable[[], Awaitable[Connection]]
Progress = Callable[[int, int, float], None]  # position, head, items per second

PAGE = 2000
SWAP_PAUSE = 0.2  # seconds for the readers that were in the way of a swap


class RebuildIsRunning(Exception):
    """Somebody else rebuilds this projection. Wait for it to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild found: the digests of the old and the new tables at one position. There is
    none of old tables that another version of the program made, or nobody has followed."""

    position: int
    compared_at: int
    old: Mapping[str, str] | None
    new: Mapping[str, str]

    @property
    def differs(self) -> bool:
        return self.old is not None and self.old != self.new


async def prepare(projections: Iterable[Projection[Any]], connect: Connect, *, schema: str) -> None:
    """Make what is missing, at position 0; drop what killed rebuilds have left."""
    async with await connect() as connection, connection.transaction():
        await checkpoints.create(connection, schema)
        for projection in projections:
            if not await checkpoints.exists(connection, schema, projection.name):
                tables = Tables(projection, schema)
                await tables.create(connection)
                await tables.index(connection)
                await checkpoints.begin(connection, schema, projection.name, projection.version)
            if await checkpoints.alone(connection, schema, projection.name):
                await Tables(projection, schema, NEXT).drop(connection)


async def rebuild(
    projection: Projection[Item],
    source: Source[Item],
    connect: Connect,
    *,
    schema: str,
    progress: Progress = lambda *_: None,
) -> Rebuilt:
    """Build anew from zero and swap. Raises RebuildIsRunning."""
    await prepare([projection], connect, schema=schema)
    async with await connect() as connection:
        await connection.set_autocommit(True)
        if not await checkpoints.alone(connection, schema, projection.name):
            raise RebuildIsRunning(projection.name)
        return await _Rebuild(projection, source, connection, schema, progress).run()


class _Rebuild:
    """One rebuild, on one connection."""

    def __init__(
        self,
        projection: Projection[Item],
        source: Source[Item],
        connection: Connection,
        schema: str,
        progress: Progress,
    ) -> None:
        self._projection = projection
        self._source = source
        self._connection = connection
        self._schema = schema
        self._progress = progress
        self._old = Tables(projection, schema)
        self._new = Tables(projection, schema, NEXT)
        self._reached = 0  # the new tables' position
        self._head = 0
        self._began = perf_counter()

    async def run(self) -> Rebuilt:
        await self._connection.execute("set synchronous_commit = off")
        before = await checkpoints.find(self._connection, self._schema, self._projection.name)
        comparable = before.version == self._projection.version and before.position > 0
        self._head = await self._source.head()
        await self._build(before.position if comparable else self._head)
        old = await self._digest_old() if comparable else None
        compared_at, new = self._reached, await self._new.digest(self._connection)
        while not await self._swap():  # noqa: ASYNC110 - nothing tells when the readers are done
            await asyncio.sleep(SWAP_PAUSE)
        return Rebuilt(position=self._reached, compared_at=compared_at, old=old, new=new)

    async def _build(self, until: int) -> None:
        """Fold in memory, fill bare tables, then index them."""
        async with self._connection.transaction():
            await self._new.create(self._connection)
        async for page in self._pages(until):
            await self._new.build(self._connection, page)
        async with self._connection.transaction():
            await self._new.built(self._connection)
        await self._new.index(self._connection)

    async def _digest_old(self) -> Mapping[str, str]:
        """The old tables' digest, with the new ones brought to its position."""
        async with self._connection.transaction():
            await self._connection.execute("set transaction isolation level repeatable read")
            name = self._projection.name
            checkpoint = await checkpoints.find(self._connection, self._schema, name)
            digest = await self._old.digest(self._connection)
        await self._catch_up(checkpoint.position)
        return digest

    async def _swap(self) -> bool:
        """Whether the names were swapped; not, when readers were in the way for too long.

        The checkpoint is held first: the follower waits without holding any table.
        """
        await self._catch_up(await self._source.head())
        name, reached = self._projection.name, self._reached
        try:
            async with self._connection.transaction():
                await self._connection.execute("set local lock_timeout = '500ms'")
                held = await checkpoints.hold(self._connection, self._schema, name)
                await self._catch_up(held.position)
                await self._new.take_over(self._connection)
                await checkpoints.swapped(
                    self._connection,
                    self._schema,
                    name,
                    version=self._projection.version,
                    position=self._reached,
                )
        except LockNotAvailable:
            self._reached = reached
            return False
        return True

    async def _catch_up(self, until: int) -> None:
        async for page in self._pages(until):
            async with self._connection.transaction():
                await self._new.fold(self._connection, page)

    async def _pages(self, until: int) -> AsyncIterator[Sequence[Any]]:
        """The pages up to a position; the new tables have reached a page's end when it was used."""
        while self._reached < until:
            page = await self._source.read(self._reached, min(PAGE, until - self._reached))
            if not page:
                return
            yield page
            self._reached = page[-1].position
            self._head = max(self._head, self._reached)
            rate = self._reached / (perf_counter() - self._began)
            self._progress(self._reached, self._head, rate)
