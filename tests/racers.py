"""Processes that append at the same time: what each of them does, and what it was told."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from uuid import UUID, uuid5

from api.runtime.log.event_log import StoredAppend, StoredEventLog
from api.runtime.log.grouping import CannotBeRecorded
from domain.errors import StreamHasMoved
from domain.recorded import Appended
from tests.appends import IDS, new_append, new_event

AT_ONCE = 10  # appends that wait in one process
FACTS_FOUGHT_FOR = 5  # recorded by each append of those who fight


@dataclass(slots=True)
class Tally:
    """What one process was told."""

    appended: dict[UUID, Appended] = field(default_factory=dict)
    replayed: int = 0
    conflicts: int = 0
    lost: int = 0  # refused although nothing was wrong with them
    groups_taken_apart: int = 0

    async def append(self, log: StoredEventLog, append: StoredAppend) -> bool:
        """Whether this append stands in the log now."""
        try:
            appended = await log.append(append)
        except StreamHasMoved:
            self.conflicts += 1
            return False
        except CannotBeRecorded:
            self.lost += 1
            return False
        self.replayed += appended.replayed
        self.appended[append.command] = appended
        return True


def race(
    url: str, schema: str, runner: Callable[..., Coroutine[None, None, None]], *how: object
) -> Tally:
    """One process: many runners in one log."""

    async def run() -> Tally:
        tally = Tally()
        async with StoredEventLog(url, schema) as log:
            await asyncio.gather(*(runner(log, tally, lane, *how) for lane in range(AT_ONCE)))
            tally.groups_taken_apart = log.writer.groups_taken_apart
        return tally

    return asyncio.run(run())


def record_all(url: str, schema: str, appends: Sequence[StoredAppend], told: Connection) -> None:
    """One process that sends appends together, tells that it has, and may hear what became of them
    or not."""

    async def run() -> None:
        async with StoredEventLog(url, schema) as log:
            waiting = asyncio.gather(*map(log.append, appends), return_exceptions=True)
            await asyncio.sleep(0)
            told.send(None)
            await waiting

    asyncio.run(run())


async def on_its_own(log: StoredEventLog, tally: Tally, _: int, appends: int) -> None:
    """Append to a stream that nobody else knows, one to three facts at a time."""
    stream, version = IDS.new(), 0
    for number in range(appends):
        facts = 1 + number % 3
        append = new_append(*(new_event(stream, version + n) for n in range(1, facts + 1)))
        if await tally.append(log, append):
            version += facts


async def fighting(
    log: StoredEventLog, tally: Tally, lane: int, streams: Sequence[UUID], versions: int
) -> None:
    """Append to a stream that all processes want, every other time under a command id that the
    others use as well, until it is long enough."""
    stream = streams[lane % len(streams)]
    for version in range(1, versions, FACTS_FOUGHT_FOR):
        facts = [new_event(stream, version + n) for n in range(FACTS_FOUGHT_FOR)]
        append = new_append(*facts)
        if random.random() < 0.5:  # noqa: S311  # no secret, only variety
            append = new_append(*facts, command=uuid5(stream, str(version)))
        await tally.append(log, append)  # refused or not: somebody's facts stand here now
