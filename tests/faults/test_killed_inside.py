"""kill -9 where it is certain to fall: between append and answer, in a group, in a batch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tests.conftest import free_port
from tests.faults.clients import Office, new_session, referral, staff
from tests.faults.conftest import Note
from tests.faults.holding import (
    EVENTS,
    HEAD,
    TABLES,
    US,
    VIEWS,
    held,
    nobody_writes,
    sessions,
    waited_for,
)
from tests.faults.premises import Premises, until
from tests.faults.proofs import (
    answers_have_their_receipts,
    behind,
    commands_are_recorded_once,
    positions_are_dense,
    views_equal_a_rebuild,
)

AT_ONCE = 20  # commands


@pytest.mark.parametrize("session_ends", [False, pytest.param(True, marks=pytest.mark.full)])
async def test_killed_between_append_and_answer(
    premises: Premises, session_ends: bool, note: Note
) -> None:
    """Many commands wait in one group when the server is killed. What the database has heard it
    records, all or nothing; and told again, each command is answered, and stands once."""
    with premises.serve(free_port()) as serving:
        async with new_session() as session:
            office = await staff(premises, serving.url, session, managers=1)
            async with many_wait_in_one_group(premises, office) as referring:
                serving.kill()
                if session_ends:
                    terminate(premises, sessions(premises, EVENTS, waiting=True))
            await until(lambda: not sessions(premises, EVENTS))
            groups = commands_by_transaction(premises, office)
            serving.start()
            await asyncio.gather(*referring)
        diary = office.officer.diary
        commands_are_recorded_once(premises, office, diary)
        positions_are_dense(premises)
        await answers_have_their_receipts(premises, diary)
        await views_equal_a_rebuild(premises)
    note("groups", groups)
    told_again = sum(answer["replayed"] for answer in diary.acknowledged.values())
    assert len(diary.acknowledged) == AT_ONCE
    if session_ends:
        assert groups == [1]
    else:
        first, together = groups
        assert (first, 1 < together <= told_again) == (1, True)


@asynccontextmanager
async def many_wait_in_one_group(
    premises: Premises, office: Office
) -> AsyncIterator[list[asyncio.Task[None]]]:
    """The first command is recorded alone; meanwhile the others gather, and go together."""
    async with AsyncExitStack() as afterwards:
        async with held(premises, HEAD):
            referring = [asyncio.create_task(refer(office, 0))]
            await until(lambda: sessions(premises, EVENTS, waiting=True))
            # Who asks for the head now, gets it after the first command and before the others.
            next_ = asyncio.create_task(afterwards.enter_async_context(held(premises, HEAD)))
            await until(lambda: sessions(premises, US, waiting=True))
            referring += [asyncio.create_task(refer(office, n)) for n in range(1, AT_ONCE)]
            await asyncio.sleep(1)  # nothing that anybody sees tells that they wait
        await next_
        await until(lambda: sessions(premises, EVENTS, waiting=True))
        yield referring


async def refer(office: Office, number: int) -> None:
    await office.officer.command("/referrals", referral(number), key=f"referral-{number}")


def commands_by_transaction(premises: Premises, office: Office) -> list[int]:
    """How many of the officer's commands each group has recorded."""
    found = premises.rows(
        "SELECT count(DISTINCT command) AS commands FROM {house}.events"
        " WHERE actor = %(officer)s GROUP BY xmin::text ORDER BY min(position)",
        officer=office.officer.staff_id,
    )
    return [group["commands"] for group in found]


def terminate(premises: Premises, pids: set[int]) -> None:
    assert pids
    premises.rows("SELECT pg_terminate_backend(pid) FROM unnest(%(pids)s) AS pid", pids=[*pids])


async def test_killed_inside_a_batch(premises: Premises) -> None:
    """The followers have moved their checkpoints, are about to write their rows, and are killed:
    neither stands; and whoever follows next folds the same facts, once."""
    with premises.serve(free_port()) as serving:
        async with new_session() as session:
            office = await staff(premises, serving.url, session, managers=1)
            await until(lambda: not behind(premises))
            async with held(premises, *map(nobody_writes, TABLES)):
                await asyncio.gather(*(refer(office, n) for n in range(AT_ONCE)))
                await until(lambda: {"inbox", "timeline"} <= waited_for(premises, VIEWS))
                stuck = sessions(premises, VIEWS, waiting=True)
                serving.kill()
            await until(lambda: not stuck & sessions(premises, VIEWS))
            late = {view["projection"] for view in behind(premises)}
            assert {"inbox", "timeline"} <= late
            serving.start()
        commands_are_recorded_once(premises, office, office.officer.diary)
        await views_equal_a_rebuild(premises)
