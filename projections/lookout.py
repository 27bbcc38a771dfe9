"""Where other processes have brought the views: one look for all followers that stand by."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from domain.ports import Clock
from projections import checkpoints
from projections.asking import Connection
from projections.building import Connect
from projections.checkpoints import Checkpoint, NoCheckpoint
from projections.pages import Pages


@dataclass(frozen=True, slots=True)
class Sight:
    """The log's head, and the views as they stood after it was there."""

    asked: datetime
    head: int
    views: Mapping[str, Checkpoint]

    def of(self, view: str) -> Checkpoint:
        """Raises NoCheckpoint."""
        try:
            return self.views[view]
        except KeyError:
            raise NoCheckpoint(view) from None


class Lookout:
    """Looks on a connection of its own, on a new one whenever it is lost."""

    def __init__(
        self,
        views: Collection[str],
        pages: Pages[Any],
        connect: Connect,
        *,
        schema: str,
        clock: Clock,
    ) -> None:
        self._views = views
        self._pages = pages
        self._connect = connect
        self._schema = schema
        self._clock = clock
        self._connection: Connection | None = None
        self._looking = asyncio.Lock()
        self._turns = count(1)
        self._looked = 0  # when the last look began, in turns
        self._sight: Sight | None = None

    async def look(self) -> Sight:
        """What a look sees that begins after this call. Raises what the database raises."""
        asked = next(self._turns)
        async with self._looking:
            if self._sight is None or self._looked < asked:
                self._looked = next(self._turns)
                self._sight = await self._see()
            return self._sight

    async def close(self) -> None:
        if self._connection:
            await self._connection.close()
            self._connection = None

    async def _see(self) -> Sight:
        asked, head = self._clock.now(), await self._pages.head()
        try:
            if self._connection is None:
                self._connection = await self._connect()
                await self._connection.set_autocommit(True)
            views = await checkpoints.find_all(self._connection, self._schema, self._views)
        except BaseException:
            await self.close()
            raise
        return Sight(asked, head, views)
