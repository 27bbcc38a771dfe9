"""Two servers on one database: each is as good as the other, and one stands in for the other."""

import asyncio
import re
import time
from collections.abc import Iterator
from itertools import count

import aiohttp

from tests.conftest import free_port
from tests.faults.clients import Office, new_session, staff, story
from tests.faults.conftest import Note
from tests.faults.premises import Premises, Serving, until
from tests.faults.proofs import (
    answers_have_their_receipts,
    behind,
    commands_are_recorded_once,
    epochs,
    positions_are_dense,
    views_equal_a_rebuild,
)

POSITION = re.compile(r'samordna_follower_position\{view="(?!audit)[^"]*"\} (\S+)')  # of facts
TAKES_OVER_SECONDS = 15.0  # of a loaded machine; an idle one takes its patience of 5 s and a page


async def test_two_servers_share_a_database(premises: Premises, note: Note) -> None:
    """What one records the other shows; one follows while the other stands by, and takes over
    within seconds when it is killed."""
    numbers = count()
    with premises.serve(free_port()) as first, premises.serve(free_port()) as second:
        async with new_session() as session:
            office = await staff(premises, first.url, session)
            for sender, reader in ((first, second), (second, first)):
                seconds = await recorded_here_seen_there(office, sender, reader, numbers)
                note("stories across servers", seconds)
            await until(lambda: not behind(premises))
            for serving in (first, second):
                await reflects_everything(session, serving, premises)

            # Who started last follows.
            before = epochs(premises)
            second.kill()
            note("takes over", await answers_alone(office, first, numbers))
            await until(lambda: all(epochs(premises)[view] > before[view] for view in before))

            # Now the other way round: who stood by is killed, and nobody notices.
            second.start()
            office.officer.diary.attempts.clear()
            first.kill()
            note("goes on", await answers_alone(office, second, numbers))
            assert set(office.officer.diary.statuses()) <= {200, 201}
        commands_are_recorded_once(premises, office, office.officer.diary)
        positions_are_dense(premises)
        await answers_have_their_receipts(premises, office.officer.diary)
        await views_equal_a_rebuild(premises)


async def recorded_here_seen_there(
    office: Office, sender: Serving, reader: Serving, numbers: Iterator[int]
) -> str:
    """Referrals go to one server; the other one is asked for them, and waits until it has them."""
    office.officer.url = sender.url
    for manager in office.managers:
        manager.url = reader.url
    began = time.monotonic()
    await asyncio.gather(*(story(office, next(numbers)) for _ in range(20)))
    statuses = office.officer.diary.statuses()
    assert set(statuses) <= {200, 201}, statuses
    return f"{time.monotonic() - began:.1f} s"


async def reflects_everything(
    session: aiohttp.ClientSession, serving: Serving, premises: Premises
) -> None:
    """A server that stands by knows as well as the one that follows how far the views have come."""
    [head] = premises.rows("SELECT position FROM {house}.events_head")
    async with asyncio.timeout(5):
        positions: set[int] = set()
        while positions != {head["position"]}:
            async with session.get(f"{serving.url}/metrics") as told:
                found = POSITION.findall(await told.text())
            positions = {int(float(position)) for position in found}


async def answers_alone(office: Office, left: Serving, numbers: Iterator[int]) -> str:
    """How long until the server that is left has carried whole stories through."""
    for client in office.clients:
        client.url = left.url
    began = time.monotonic()
    stories = asyncio.gather(*(story(office, next(numbers)) for _ in range(4)))
    await asyncio.wait_for(stories, TAKES_OVER_SECONDS)
    return f"{time.monotonic() - began:.1f} s"
