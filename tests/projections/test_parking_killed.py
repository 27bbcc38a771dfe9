"""kill -9 of who follows poison, and of who releases what is parked, at every step."""

import asyncio
import signal
from collections.abc import Callable
from itertools import count

from api.runtime.clock import SystemClock
from projections import batches
from projections.engine import Followers
from projections.rebuild import rebuild
from projections.releasing import release
from tests.forking import PROCESSES
from tests.projections.conftest import Town
from tests.projections.facts import Log
from tests.projections.killing import mortal
from tests.projections.poison import FACTS, SECONDS, VIEW, poisoned, stands, unfolded

POSITIONS = [fact.position for fact in FACTS if fact.name.startswith("case.")][3::20]


def follow_mortally(url: str, schema: str, last: int) -> None:
    """Follow to the end in many small batches; or be killed at that step."""

    async def run() -> None:
        followers = Followers(
            (poisoned(VIEW, POSITIONS),),
            Log(FACTS),
            mortal(url, last),
            schema=schema,
            clock=SystemClock(),
        )
        async with followers:
            assert await followers.wait_for(VIEW.name, len(FACTS), SECONDS)

    batches.MOST_ITEMS, batches.SECOND_THOUGHT = 16, 0
    asyncio.run(run())


def release_mortally(url: str, schema: str, last: int) -> None:
    asyncio.run(release(VIEW, Log(FACTS), mortal(url, last), schema=schema))


async def test_whoever_is_killed_has_folded_or_parked_each_fact_once(town: Town) -> None:
    """Before each statement and after, among the rows of a COPY: rows, parking and checkpoint tell
    the same; whoever comes next goes on from there, and a release makes what a rebuild makes."""
    async with town.followers(Log(FACTS, head=0), (VIEW,)):
        pass  # the tables are made
    assert await killed_at_every_step(town, follow_mortally) > 20
    found = await stands(town)
    assert found.position == len(FACTS)
    assert found.parked.keys() == unfolded(POSITIONS).keys()
    assert await killed_at_every_step(town, release_mortally) > 20
    assert (await stands(town)).parked == {}
    assert not (await rebuild(VIEW, Log(FACTS), town.projector, schema=town.schema)).differs


async def killed_at_every_step(town: Town, what: Callable[[str, str, int], None]) -> int:
    """How many steps there were until it was done."""
    for step in count(1):
        process = PROCESSES.Process(target=what, args=(town.projector_url, town.schema, step))
        process.start()
        await asyncio.to_thread(process.join, SECONDS)
        found = await stands(town)
        assert found.holds_what_is_not_parked()
        if process.exitcode == 0:
            return step
        assert process.exitcode == -signal.SIGKILL
    raise AssertionError
