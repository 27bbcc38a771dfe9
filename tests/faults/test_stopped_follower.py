"""SIGSTOP of the process that follows, and SIGCONT when another has taken over: the old one never
writes again, however far it had come."""

import asyncio
import random
import signal
from itertools import count

import pytest

from tests.conftest import free_port
from tests.faults.clients import Office, new_session, referral, staff, story
from tests.faults.conftest import Note
from tests.faults.holding import VIEWS, held, nobody_reads, nobody_writes, waited_for
from tests.faults.premises import Premises, Serving, until
from tests.faults.proofs import (
    behind,
    commands_are_recorded_once,
    epochs,
    positions_are_dense,
    views_equal_a_rebuild,
)

TAKES_OVER_SECONDS = 25.0  # of a loaded machine; an idle one takes its patience of 5 s, twice


async def test_stopped_in_the_midst_of_its_work(premises: Premises, note: Note) -> None:
    """One view's facts it has in hand, another view's checkpoint it has just moved, and stands
    still: another process takes both over, and what the old one wakes up with is refused."""
    now = asyncio.get_running_loop().time
    with premises.serve(free_port()) as other, premises.serve(free_port()) as follower:
        async with new_session() as session:
            office = await staff(premises, other.url, session, managers=2)
            await until(lambda: not behind(premises))
            before = epochs(premises)
            async with held(premises, nobody_reads("inbox"), nobody_writes("timeline")):
                await office.officer.command("/referrals", referral(-1), key="referral-before")
                await until(lambda: waited_for(premises, VIEWS) == {"inbox", "timeline"})
                follower.tell(signal.SIGSTOP)
            stopped_at = now()
            await told(office, other, range(4))
            note("takes over", f"after {now() - stopped_at:.1f} s")
            after = epochs(premises)
            assert after["inbox"] > before["inbox"]
            assert after["timeline"] > before["timeline"]

            follower.tell(signal.SIGCONT)
            await told(office, follower, range(4, 8))
            await told(office, other, range(8, 30))
            assert epochs(premises)["inbox"] == after["inbox"], "it has not even taken over again"
        commands_are_recorded_once(premises, office, office.officer.diary)
        positions_are_dense(premises)
        await views_equal_a_rebuild(premises)


async def told(office: Office, serving: Serving, numbers: range) -> None:
    """Whole stories: what is recorded is seen, too."""
    for client in office.clients:
        client.url = serving.url
    stories = asyncio.gather(*(story(office, number) for number in numbers))
    await asyncio.wait_for(stories, TAKES_OVER_SECONDS)


@pytest.mark.full
async def test_stopped_at_any_moment(premises: Premises) -> None:
    """By turns, under load, long enough for the other one to take over or not: every view is what
    the whole log gives."""
    chance = random.Random(1)  # noqa: S311 - moments, not secrets
    numbers = count()
    with premises.serve(free_port()) as one, premises.serve(free_port()) as another:
        async with new_session() as session:
            office = await staff(premises, one.url, session)
            for turn in range(20):
                stopped, goes_on = (one, another) if turn % 2 else (another, one)
                first = next(numbers)
                load = asyncio.create_task(
                    told(office, goes_on, range(40 * first, 40 * first + 40))
                )
                await asyncio.sleep(chance.uniform(0, 0.5))
                stopped.tell(signal.SIGSTOP)
                await asyncio.sleep(chance.choice([0.5, 5.0, 8.0]))
                stopped.tell(signal.SIGCONT)
                await load
        commands_are_recorded_once(premises, office, office.officer.diary)
        positions_are_dense(premises)
        await views_equal_a_rebuild(premises)
