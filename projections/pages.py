"""The latest items of a log, read and decoded once for all projections that follow it."""

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Generic

from projections.projection import Item, Source

KEPT = 4096


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
        self._looked = 0  # when the last look beyond the end began, in turns

    async def read(self, after: int, limit: int) -> Sequence[Item]:
        """Some of the items after a position, at most `limit`; none only when there are none."""
        if page := self._slice(after, limit):
            return page
        if after < self._end:
            return await self._source.read(after, limit)
        asked = next(self._turns)
        async with self._reading:
            page = self._slice(after, limit)
            if page or (after == self._end and self._looked > asked):
                return page
            self._looked = next(self._turns)
            page = await self._source.read(after, limit)
            self._keep(after, page)
            return page

    async def wait(self, after: int, timeout: float) -> None:
        await self._source.wait(after, timeout)

    async def head(self) -> int:
        return await self._source.head()

    def _slice(self, after: int, limit: int) -> Sequence[Item]:
        first = after - self._end + len(self._window)
        return self._window[first : first + limit] if first >= 0 else ()

    def _keep(self, after: int, page: Sequence[Item]) -> None:
        if after < self._end or not page:
            return
        window = [*self._window, *page] if after == self._end else list(page)
        self._window = window[-self._kept :]
        self._end = page[-1].position
