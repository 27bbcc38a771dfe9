"""Many processes append at once, a follower reads along: nothing is skipped, doubled or out of
order - and without the counter's lock the same check fails.

SAMORDNA_TEST_RACE_EVENTS asks for other than 50,000 events.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from typing import Any

import pytest

from api.runtime.log.event_log import LoggedEvent, StoredEventLog
from tests.appends import IDS
from tests.conftest import Database
from tests.forking import PROCESSES
from tests.racers import AT_ONCE, Tally, fighting, on_its_own, race

EVENTS = int(os.environ.get("SAMORDNA_TEST_RACE_EVENTS", "50000"))
RACERS = 8  # on their own, and as many that fight
STREAMS = 10  # that they fight over
FACTS = 2  # that an append of its own records, on average


@pytest.fixture(scope="module")
def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(2 * RACERS, mp_context=PROCESSES) as processes:
        yield processes


async def raced(
    database: Database, processes: Executor, events: int
) -> tuple[Sequence[Tally], Sequence[LoggedEvent]]:
    """What the processes were told, and what a follower read meanwhile."""
    url, schema = database.url("server"), database.schema
    streams = [IDS.new() for _ in range(STREAMS)]
    ways: list[tuple[Any, ...]] = [
        (on_its_own, events // 2 // RACERS // AT_ONCE // FACTS + 1),
        (fighting, streams, events // 2 // STREAMS + 1),
    ]
    loop = asyncio.get_running_loop()
    racing = asyncio.gather(
        *(
            loop.run_in_executor(processes, partial(race, url, schema, *way))
            for way in RACERS * ways
        )
    )
    followed: list[LoggedEvent] = []
    async with StoredEventLog(url, schema) as log:
        while not racing.done() or len(followed) < await log.head():
            await log.changes.wait(len(followed), timeout=0.2)
            followed += await log.read(followed[-1].position if followed else 0, 500)
    return await racing, followed


def faults(tallies: Sequence[Tally], followed: Sequence[LoggedEvent]) -> list[str]:
    """Everything that went wrong."""
    found = []
    positions = [event.position for event in followed]
    if positions != list(range(1, len(followed) + 1)):
        found.append("the follower skipped positions, or read them twice or out of order")
    versions: Counter[object] = Counter()
    for event in followed:
        versions[event.stream] += 1
        if event.version != versions[event.stream]:
            found.append(f"version {event.version} of a stream stands at {event.position}")
    moments = [event.recorded_at for event in followed]
    if moments != sorted(moments):
        found.append("the clock went back")
    told = {
        command: (appended.first, appended.last)
        for tally in tallies
        for command, appended in tally.appended.items()
    }
    stands: dict[object, tuple[int, int]] = {}
    for event in followed:
        first, _ = stands.get(event.command, (event.position, 0))
        stands[event.command] = (first, event.position)
    if told != stands:
        found.append("what was acknowledged is not what stands")
    if lost := sum(tally.lost for tally in tallies):
        found.append(f"{lost} appends were refused for nothing")
    if groups := sum(tally.groups_taken_apart for tally in tallies):
        found.append(f"{groups} groups failed as a whole")
    return found


async def test_nothing_is_skipped_doubled_or_out_of_order(
    log_database: Database, processes: Executor
) -> None:
    """8 processes on their own streams and 8 that fight over the same 10 streams and command ids:
    a follower reads every event once, in order, and each acknowledged one stands once."""
    tallies, followed = await raced(log_database, processes, EVENTS)
    assert faults(tallies, followed) == []
    assert len(followed) >= EVENTS
    assert sum(tally.conflicts for tally in tallies) > EVENTS // 100
    assert sum(tally.replayed for tally in tallies) > EVENTS // 100


async def test_without_the_lock_it_fails(log_database: Database, processes: Executor) -> None:
    """Without the lock on the counter's row the same check finds faults."""
    [(source,)] = log_database.execute("SELECT pg_get_functiondef('{}.append_events'::regproc)")
    assert source.count("FOR UPDATE") == 1
    log_database.execute(source.replace("FOR UPDATE", "").replace("{", "{{").replace("}", "}}"))
    assert faults(*await raced(log_database, processes, EVENTS // 20)) != []
