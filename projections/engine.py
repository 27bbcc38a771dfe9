"""Follow: the loop that turns facts into views.

A follower folds a batch of items and commits the changed rows together with the checkpoint's move:
whatever is killed when, every item is folded exactly once. Notifications only wake the loop;
polling makes it safe. Nothing stops it for good: it tells, backs off and tries again.
"""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Generic, Self

from psycopg.errors import LockNotAvailable

from domain.ports import Clock
from projections import checkpoints
from projections.asking import Connection
from projections.batches import Batches
from projections.building import Connect
from projections.checkpoints import Checkpoint
from projections.lookout import Lookout
from projections.pages import Pages
from projections.projection import Item, Projection, Source
from projections.rebuild import prepare, rebuild, tidy
from projections.standing import end_following, is_followed, say_follows, say_stands_by

POLL = 0.5  # seconds without news after which a follower looks for itself
PATIENCE = 5.0  # seconds that another follower may stand still before this one takes over
HELD = 2.0  # seconds that it may hold its checkpoint meanwhile: a batch takes less to write
GONE = 0.3  # seconds of standing still after which it is asked whether anybody follows
STAND_BY_PAUSE = 0.01  # seconds between looks while another follower is behind
CANCEL_AGAIN = 0.5
FIRST_PAUSE, LAST_PAUSE = 0.1, 1.0  # seconds between attempts after an error

_PATIENTLY = "select set_config('lock_timeout', %s, true)"

_log = logging.getLogger(__name__)


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
        take_over: bool = True,
    ) -> None:
        """Those that do not take over stand by for ever: they know how far others follow."""
        self._connect = connect
        self._schema = schema
        self._tasks: list[asyncio.Task[None]] = []
        pages = Pages(source)
        names = [projection.name for projection in projections]
        self._lookout = Lookout(names, pages, connect, schema=schema, clock=clock)
        self.by_name = {
            projection.name: Follower(
                projection,
                pages,
                connect,
                self._lookout,
                schema=schema,
                clock=clock,
                takes_over=take_over,
            )
            for projection in projections
        }

    async def start(self) -> None:
        """Make the tables that are missing, and follow. Raises what the database raises."""
        followers = self.by_name.values()
        projections = [follower.projection for follower in followers]
        await prepare(projections, self._connect, schema=self._schema)
        self._tasks = [
            asyncio.create_task(follower.run(), name=f"follow {follower.projection.name}")
            for follower in followers
        ]
        tidying = tidy(projections, self._connect, schema=self._schema)
        self._tasks.append(asyncio.create_task(tidying, name="tidy"))

    async def stop(self) -> None:
        """Cancelled until they end: before Python 3.12, `wait_for` may swallow a cancellation."""
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=CANCEL_AGAIN)
        await self._lookout.close()

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
        lookout: Lookout,
        *,
        schema: str,
        clock: Clock,
        takes_over: bool,
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
        self._lookout = lookout
        self._schema = schema
        self._clock = clock
        self._takes_over = takes_over
        self.batches = Batches(projection, pages, schema, clock)
        self._moved = asyncio.Event()
        self._pause = FIRST_PAUSE
        self._current: datetime | None = None  # when the view last reflected everything

    def lag(self) -> float:
        """While it folds, the age of what it folds; otherwise none, as long as it looks often."""
        now = self._clock.now()
        batch = self.batches.now
        if batch is not None and batch.oldest is not None:
            return (now - batch.oldest).total_seconds()
        if self._current is None:
            return float("inf")
        unseen = (now - self._current).total_seconds()
        return unseen if unseen > 2 * POLL else 0.0

    @property
    def parked(self) -> Collection[str]:
        """The keys whose items are not folded: what the view says of them is out of date."""
        return self.batches.parked

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
                        if self._takes_over:
                            await self._follow(connection)
                        await self._stand_by(connection)
            except Exception as error:  # noqa: BLE001 - whatever it is: told, counted, tried again
                self.last_error = error
                self.restarts += 1
                if self._pause == FIRST_PAUSE:  # the first time since it went well
                    told = {"projection": self.projection.name}
                    _log.error("a projection is not followed", extra=told, exc_info=error)
            self.follows = False
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, LAST_PAUSE)

    async def _follow(self, connection: Connection) -> None:
        """Take over, and fold until another process takes over."""
        await self._find(connection)
        epoch = await self._take_over(connection)
        await say_follows(connection, self.projection.name, epoch)
        while (mine := await self._find(connection)).epoch == epoch:
            if mine.version < self.projection.version:
                await self._rebuild()
            else:
                await self._fold(connection, mine)

    async def _take_over(self, connection: Connection) -> int:
        """Who followed may stand still in the midst of a transaction: it is not waited for long."""
        view = self.projection.name
        try:
            async with connection.transaction():
                await connection.execute(_PATIENTLY, [f"{HELD}s"])
                return await checkpoints.take_over(connection, self._schema, view)
        except LockNotAvailable:
            await end_following(connection, view)
            return await checkpoints.take_over(connection, self._schema, view)

    async def _find(self, connection: Connection) -> Checkpoint:
        """Where the view stands. Raises ViewIsNewer: then it is not ours to follow."""
        return self._known(await checkpoints.find(connection, self._schema, self.projection.name))

    def _known(self, found: Checkpoint) -> Checkpoint:
        if found.version > self.projection.version:
            raise ViewIsNewer(found.projection)
        return found

    async def _fold(self, connection: Connection, mine: Checkpoint) -> None:
        """Batch after batch, until the checkpoint is not ours to move, or not of these tables."""
        await self.batches.begin(connection, mine)
        self._reached(mine.position)
        self.follows = True
        while True:
            asked = self._clock.now()
            here = replace(mine, position=self.position)
            there = await self.batches.next(connection, here)
            if there is None:
                return
            self._pause = FIRST_PAUSE
            self.folded += there - self.position
            self._reached(there)
            if self.batches.is_level:
                self._current = asked
                await self._pages.wait(there, POLL)

    async def _stand_by(self, connection: Connection) -> None:
        """Keep up with the process that follows, until it stands still while there is news."""
        self.follows = False
        self.batches.now = None
        await say_stands_by(connection)
        seconds = asyncio.get_running_loop().time
        moved_at, before = seconds(), None
        while True:
            seen = await self._lookout.look()
            found = self._known(seen.of(self.projection.name))
            is_level = found.position >= seen.head
            if found != before or is_level:
                moved_at, before = seconds(), found
            if found.version == self.projection.version:
                self.batches.parked = set(found.parked)
                self._reached(found.position)
                self._current = seen.asked if is_level else self._current
            self._pause = FIRST_PAUSE
            if self._takes_over and await self._is_left(connection, found, seconds() - moved_at):
                return
            if is_level:
                await self._pages.wait(found.position, POLL)
            else:
                await asyncio.sleep(STAND_BY_PAUSE)

    async def _is_left(self, connection: Connection, found: Checkpoint, still: float) -> bool:
        """Whether, after so many seconds without a move, the view is ours to take over: at once,
        when nobody follows it; and after a while from whoever does, who cannot move it then."""
        if still <= GONE:
            return False
        return still > PATIENCE or not await is_followed(connection, self._schema, found)

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
