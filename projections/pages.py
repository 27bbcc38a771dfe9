"""The latest items of a log, read and decoded once for all projections that follow it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from itertools import count
from typing import Generic

from projections.asking import Connection
from projections.projection import Item, Part, Source

KEPT = 4096
BREATH = 0.02  # seconds: news that come faster are told together


class Pages(Generic[Item]):
    """A short window over the end of a log. The log is dense and never changes, so it cannot be
    stale; who lags further behind reads for itself."""

    def __init__(self, source: Source[Item], *, kept: int = KEPT) -> None:
        self._source = source
        self._kept = kept
        self._window: list[Item] = []
        self._end = 0  # position of the window's last item
        self._reading = asyncio.Lock()
        self._turns = count(1)
        self._beat: asyncio.Future[None] | None = None
        self._last_beat = 0.0
        self._woken = 0  # when all who waited were woken, in turns
        self._looked = 0  # when the last look beyond the end began, in turns

    async def read(self, after: int, limit: int) -> Sequence[Item]:
        """The items after a position, at most `limit`; fewer when there were no more, the last time
        that anybody looked since this was asked, or since all were woken."""
        if after < self._end - len(self._window):
            return await self._source.read(after, limit)
        asked = next(self._turns)
        async with self._reading:
            page = self._slice(after, limit)
            looked = self._looked > (self._woken if page else asked) and after <= self._end
            if len(page) == limit or looked:
                return page
            self._looked = next(self._turns)
            there = after + len(page)
            more = await self._source.read(there, limit - len(page))
            self._keep(there, more)
            return [*page, *more]

    async def wait(self, after: int, timeout: float) -> None:
        """Return when there may be items after a position, at the latest after `timeout` seconds:
        at the same time for all who wait, so that they read the same pages."""
        await self._source.wait(after, timeout)
        await asyncio.shield(self._next_beat())

    def part(self, connection: Connection, part: Part) -> AsyncGenerator[Sequence[Item], None]:
        return self._source.part(connection, part)

    async def head(self) -> int:
        return await self._source.head()

    def _next_beat(self) -> asyncio.Future[None]:
        if self._beat is None or self._beat.done():
            loop = asyncio.get_running_loop()
            self._beat = loop.create_future()
            loop.call_at(max(loop.time(), self._last_beat + BREATH), self._strike, self._beat)
        return self._beat

    def _strike(self, beat: asyncio.Future[None]) -> None:
        self._last_beat = asyncio.get_running_loop().time()
        self._woken = next(self._turns)
        beat.set_result(None)

    def _slice(self, after: int, limit: int) -> Sequence[Item]:
        first = after - self._end + len(self._window)
        return self._window[first : first + limit] if first >= 0 else ()

    def _keep(self, after: int, page: Sequence[Item]) -> None:
        if after < self._end or not page:
            return
        window = [*self._window, *page] if after == self._end else list(page)
        self._window = window[-self._kept :]
        self._end = page[-1].position
