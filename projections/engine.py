"""Follow: the loop that turns facts into views.

A follower reads a page, folds it, and commits the changed rows together with the checkpoint's
move: whatever is killed when, every item is folded exactly once. Notifications only wake the loop;
polling makes it safe. Nothing stops it for good: it tells, backs off and tries again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Generic, Self

from domain.ports import Clock
from projections import checkpoints
from projections.asking import Connection
from projections.checkpoints import Checkpoint
from projections.pages import Pages
from projections.projection import Item, Projection, Source
from projections.rebuild import Connect, prepare, rebuild
from projections.tables import Tables

PAGE = 1000  # items folded in one transaction, at most
POLL = 0.5  # seconds without news after which a follower looks for itself
PATIENCE = 5.0  # seconds that another follower may stand still before this one takes over
STAND_BY_PAUSE = 0.05
CANCEL_AGAIN = 0.5
FIRST_PAUSE, LAST_PAUSE = 0.1, 1.0  # seconds between attempts after an error


class ViewIsNewer(Exception):
    """A newer version of the program made this view. Start that version, not this one."""


class Followers(Generic[Item]):
    """The followers of one log in this process, one task for each projection."""

    def __init__(
        self,
        projections: Sequence[Projection[Item]],
        source: Source[Item],
        connect: Connect,
        *,
        schema: str,
        clock: Clock,
    ) -> None:
        self._connect = connect
        self._schema = schema
        self._tasks: list[asyncio.Task[None]] = []
        pages = Pages(source)
        self.by_name = {
            projection.name: Follower(projection, pages, connect, schema=schema, clock=clock)
            for projection in projections
        }

    async def start(self) -> None:
        """Make the tables that are missing, and follow. Raises what the database raises."""
        followers = self.by_name.values()
        await prepare([f.projection for f in followers], self._connect, schema=self._schema)
        self._tasks = [
            asyncio.create_task(follower.run(), name=f"follow {follower.projection.name}")
            for follower in followers
        ]

    async def stop(self) -> None:
        """Cancelled until they end: before Python 3.12, `wait_for` may swallow a cancellation."""
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=CANCEL_AGAIN)

    async def wait_for(self, name: str, position: int, timeout: float) -> bool:
        """Whether the projection reflects the position, within `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self.by_name[name].reaches(position)
        except TimeoutError:
            return False
        return True

    def lag(self, name: str) -> float:
        """The age in seconds of the oldest item that the projection may not reflect yet."""
        return self.by_name[name].lag()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        await self.stop()


class Follower(Generic[Item]):
    """One projection's loop. What it counts is for metrics and doors to read."""

    def __init__(
        self,
        projection: Projection[Item],
        pages: Pages[Item],
        connect: Connect,
        *,
        schema: str,
        clock: Clock,
    ) -> None:
        self.projection = projection
        self.position = 0  # the view reflects the log up to here
        self.folded = 0  # items, by this process
        self.restarts = 0
        self.last_error: Exception | None = None
        self.follows = False  # otherwise another process does
        self.rebuilding: tuple[int, int] | None = None  # position and head
        self._pages = pages
        self._connect = connect
        self._schema = schema
        self._clock = clock
        self._tables = Tables(projection, schema)
        self._moved = asyncio.Event()
        self._pause = FIRST_PAUSE
        self._oldest: datetime | None = None  # when the oldest item being folded was recorded
        self._current: datetime | None = None  # when the view last reflected everything

    def lag(self) -> float:
        """While it folds, the age of what it folds; otherwise none, as long as it looks often."""
        now = self._clock.now()
        if self._oldest is not None:
            return (now - self._oldest).total_seconds()
        if self._current is None:
            return float("inf")
        unseen = (now - self._current).total_seconds()
        return unseen if unseen > 2 * POLL else 0.0

    async def reaches(self, position: int) -> None:
        while self.position < position:
            await self._moved.wait()

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                async with await self._connect() as connection:
                    await connection.set_autocommit(True)
                    # A view that loses its last moments in a crash is folded again from there.
                    await connection.execute("set synchronous_commit = off")
                    while True:
                        await self._follow(connection)
                        await self._stand_by(connection)
            except Exception as error:  # noqa: BLE001 - whatever it is: told, counted, tried again
                self.last_error = error
                self.restarts += 1
            self.follows = False
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, LAST_PAUSE)

    async def _follow(self, connection: Connection) -> None:
        """Take over, and fold until another process takes over."""
        await self._find(connection)
        mine = await checkpoints.take_over(connection, self._schema, self.projection.name)
        while True:
            if mine.version < self.projection.version:
                await self._rebuild()
            else:
                await self._tables.inspect(connection)
                await self._fold(connection, mine)
            found = await self._find(connection)
            if found.epoch != mine.epoch:
                return
            mine = found  # other tables stand in the place of those that were followed

    async def _find(self, connection: Connection) -> Checkpoint:
        """Where the view stands. Raises ViewIsNewer: then it is not ours to follow."""
        found = await checkpoints.find(connection, self._schema, self.projection.name)
        if found.version > self.projection.version:
            raise ViewIsNewer(found.projection)
        return found

    async def _fold(self, connection: Connection, mine: Checkpoint) -> None:
        """Page after page, until the checkpoint is not ours to move, or not of these tables."""
        self._reached(mine.position)
        self.follows = True
        while True:
            asked = self._clock.now()
            page = await self._pages.read(self.position, PAGE)
            self._oldest = page[0].recorded_at if page else None
            if not page:
                self._pause, self._current = FIRST_PAUSE, asked
                await self._pages.wait(self.position, POLL)
                continue
            if not await self._commit(connection, replace(mine, position=self.position), page):
                return
            self._pause = FIRST_PAUSE
            self.folded += len(page)
            self._reached(page[-1].position)

    async def _commit(self, connection: Connection, here: Checkpoint, page: Sequence[Item]) -> bool:
        """Rows and move together; whether it was ours to move."""
        there = page[-1].position
        if not self._tables.touched_by(page):
            return await checkpoints.move(connection, self._schema, here, there)
        async with connection.transaction():
            moved = await checkpoints.move(connection, self._schema, here, there)
            if moved:
                await self._tables.fold(connection, page)
        return moved

    async def _stand_by(self, connection: Connection) -> None:
        """Keep up with the process that follows, until it stands still while there is news."""
        self.follows = False
        self._oldest = None
        seconds = asyncio.get_running_loop().time
        moved_at = seconds()
        while seconds() - moved_at < PATIENCE:
            asked, head = self._clock.now(), await self._pages.head()
            found = await self._find(connection)
            if found.position != self.position or found.position >= head:
                moved_at = seconds()
                self._reached(found.position)
            if found.position >= head:
                self._current = asked
                await self._pages.wait(found.position, POLL)
            else:
                await asyncio.sleep(STAND_BY_PAUSE)

    async def _rebuild(self) -> None:
        """What another version of the program made is no use; nothing but a rebuild can follow."""

        def progress(position: int, head: int, _: float) -> None:
            self.rebuilding = position, head

        try:
            await rebuild(
                self.projection, self._pages, self._connect, schema=self._schema, progress=progress
            )
        finally:
            self.rebuilding = None

    def _reached(self, position: int) -> None:
        self.position = position
        self._moved.set()
        self._moved = asyncio.Event()
