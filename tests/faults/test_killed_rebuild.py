"""kill -9 of a rebuild, in the midst of every step of it: the view stands as it stood, nothing is
left, and the next one works."""

import asyncio
import random
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import NamedTuple

import pytest

from tests.conftest import free_port
from tests.faults.clients import Office, new_session, staff, story
from tests.faults.holding import VIEWS, held, sessions, waited_for
from tests.faults.premises import Premises, children_of, lives, samordna, until
from tests.faults.proofs import (
    behind,
    commands_are_recorded_once,
    positions_are_dense,
    tables,
    views_equal_a_rebuild,
)

VIEW, TABLE, MADE = "access", "access_files", "access_files__next"
STORIES = 10
KILLS = 40


class Step(NamedTuple):
    """Who rebuilds waits here, for a lock of this mode on this table, while this lock is held."""

    name: str
    table: str
    holding: str
    wanting: str


STEPS = (
    Step("compares", TABLE, "ACCESS EXCLUSIVE", "AccessShareLock"),
    Step("folds", "events", "ACCESS EXCLUSIVE", "AccessShareLock"),
    Step("makes indexes", MADE, "ROW EXCLUSIVE", "%"),
    Step("swaps", TABLE, "ACCESS SHARE", "AccessExclusiveLock"),
)


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.full), 2])
async def test_killed_at_every_step(premises: Premises, workers: int) -> None:
    """While it compares, folds, makes indexes and, with some tables' names changed and others' not,
    swaps: no process and no session of it lives on, and the next rebuild begins anew."""
    office = await a_town(premises)
    before = tables(premises)
    for step in STEPS:
        async with led_to(premises, step, workers) as rebuilding:
            family = [rebuilding.pid, *children_of(rebuilding.pid)]
            rebuilding.kill()
            rebuilding.wait()
        await until(lambda: not any(map(lives, family)) and not sessions(premises, VIEWS))  # noqa: B023 - awaited here
    with premises.serve(free_port()):
        assert tables(premises) == before, "the next start clears away what is left"
    assert "the same" in samordna("rebuild", VIEW, *premises.flags)
    commands_are_recorded_once(premises, office, office.officer.diary)
    await views_equal_a_rebuild(premises)


async def a_town(premises: Premises) -> Office:
    """Stories were told; nobody serves any more."""
    with premises.serve(free_port()) as serving:
        async with new_session() as session:
            office = await staff(premises, serving.url, session, managers=2)
            await asyncio.gather(*(story(office, number) for number in range(STORIES)))
        await until(lambda: not behind(premises))
    return office


@asynccontextmanager
async def led_to(
    premises: Premises, last: Step, workers: int
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """A rebuild that stands in the midst of a step: what it needs there was taken before it was let
    go on from the step before."""
    command = ("rebuild", VIEW, "--workers", str(workers))
    async with AsyncExitStack() as started, AsyncExitStack() as in_the_way:
        rebuilding = None
        for step in STEPS[: STEPS.index(last) + 1]:
            lock = f"LOCK TABLE {{house}}.{step.table} IN {step.holding} MODE"
            async with AsyncExitStack() as ahead:
                await ahead.enter_async_context(held(premises, lock))
                await in_the_way.aclose()
                in_the_way.push_async_exit(ahead.pop_all())
            if rebuilding is None:
                rebuilding = started.enter_context(premises.running(*command))
            await until(lambda: step.table in waited_for(premises, VIEWS, step.wanting))  # noqa: B023 - awaited here
        assert rebuilding is not None
        yield rebuilding


@pytest.mark.full
async def test_killed_at_any_moment(premises: Premises) -> None:
    """While a server follows and is asked: whatever had been swapped and whatever had not."""
    chance = random.Random(1)  # noqa: S311 - moments, not secrets
    numbers = count()
    with premises.serve(free_port()) as serving:
        async with new_session() as session:
            office = await staff(premises, serving.url, session)

            async def tell() -> None:
                await story(office, next(numbers))

            await asyncio.gather(*(tell() for _ in range(STORIES)))
            for _ in range(KILLS):
                with premises.running("rebuild", "all") as rebuilding:
                    moment = asyncio.create_task(asyncio.sleep(chance.uniform(1.0, 3.0)))
                    while not moment.done():
                        await tell()
                    assert rebuilding.poll() in {None, 0}
            assert set(office.officer.diary.statuses()) == {200, 201}
        commands_are_recorded_once(premises, office, office.officer.diary)
        positions_are_dense(premises)
        await views_equal_a_rebuild(premises)
