"""kill -9 of the server in the middle of a thousand commands."""

import asyncio
import random

import pytest

from tests.conftest import free_port
from tests.faults.clients import COMMANDS_OF_A_STORY, Office, new_session, referral, staff, story
from tests.faults.conftest import Note
from tests.faults.premises import Premises, Serving
from tests.faults.proofs import (
    answers_have_their_receipts,
    commands_are_recorded_once,
    positions_are_dense,
    views_equal_a_rebuild,
)

COMMANDS = 1000
AT_ONCE = 16  # clients


@pytest.mark.parametrize("kills", [5, pytest.param(20, marks=pytest.mark.full)])
async def test_a_thousand_commands_survive_kills(
    embedded: Premises, kills: int, note: Note
) -> None:
    """Every acknowledged command is there, none twice, no answer without a receipt, and every view
    equals a rebuild, however often the server was killed."""
    with embedded.serve(free_port()) as serving:
        async with new_session() as session:
            office = await staff(embedded, serving.url, session)
            diary = office.officer.diary
            async with asyncio.TaskGroup() as load:
                load.create_task(kill_again_and_again(serving, office, kills))
                for first in range(AT_ONCE):
                    load.create_task(tell_stories(office, first))
            assert len(diary.acknowledged) == COMMANDS
            assert serving.kills == kills
            await told_again_it_is_the_same(office)
        commands_are_recorded_once(embedded, office, diary)
        positions_are_dense(embedded)
        note("receipts", await answers_have_their_receipts(embedded, diary))
        note("views", await views_equal_a_rebuild(embedded))
    note("statuses", diary.statuses())
    note("starts", [f"{seconds:.1f} s" for seconds in serving.start_seconds])


async def tell_stories(office: Office, first: int) -> None:
    for number in range(first, COMMANDS // COMMANDS_OF_A_STORY, AT_ONCE):
        await story(office, number)


async def kill_again_and_again(serving: Serving, office: Office, kills: int) -> None:
    """Spread over the load, each at a moment that nothing chooses."""
    chance = random.Random(kills)  # noqa: S311 - moments, not secrets
    for kill in range(kills):
        await office.officer.diary.reaches(COMMANDS * (kill + 1) // (kills + 1))
        await asyncio.sleep(chance.uniform(0, 0.02))
        serving.kill()
        await asyncio.to_thread(serving.start)


async def told_again_it_is_the_same(office: Office) -> None:
    """A key that was acknowledged is answered as the first time, and nothing new is recorded."""
    for number in range(0, COMMANDS // COMMANDS_OF_A_STORY, 25):
        key = f"referral-{number}"
        first = office.officer.diary.acknowledged[key]
        again = await office.officer.command("/referrals", referral(number), key=key)
        assert again["replayed"]
        assert {**again, "replayed": first["replayed"]} == first
