"""No answer leaves before its receipt is durable: held up and killed around that moment."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import pytest

from tests.conftest import free_port
from tests.faults.clients import Attempt, Office, new_session, referral, staff, story
from tests.faults.conftest import Note
from tests.faults.holding import RECEIPTS, RECEIPTS_HEAD, held, sessions
from tests.faults.premises import Premises, Serving, until
from tests.faults.proofs import answers_have_their_receipts, positions_are_dense

READERS = 24
CASES = 3


@asynccontextmanager
async def a_read_town(premises: Premises) -> AsyncIterator[tuple[Serving, Office, list[str]]]:
    """A served town with a few cases to read, and what can be asked about them."""
    with premises.serve(free_port()) as serving:
        async with new_session() as session:
            office = await staff(premises, serving.url, session, managers=2)
            for number in range(CASES):
                await story(office, number)
            cases = [
                f"/cases/{line['caseId']}"
                for line in (await office.managers[0].read("/cases"))["items"]
            ]
            whole = [f"{case}{part}" for case in cases for part in ("", "/notes")]
            yield serving, office, ["/cases", "/referrals", *whole]


@pytest.mark.parametrize("kills", [4, pytest.param(50, marks=pytest.mark.full)])
async def test_killed_at_any_moment(premises: Premises, kills: int, note: Note) -> None:
    """Whatever came back of an answer before the kill, its receipt is in the log."""
    chance = random.Random(kills)  # noqa: S311 - moments, not secrets
    async with a_read_town(premises) as (serving, office, paths):
        for _ in range(kills):
            reading = [asyncio.create_task(read_on(office, paths, n)) for n in range(READERS)]
            await asyncio.sleep(0.2 + chance.uniform(0, 0.1))
            serving.kill()
            await asyncio.gather(*reading)
            await asyncio.to_thread(serving.start)
            await office.managers[0].read("/cases")
        found = await answers_have_their_receipts(premises, office.officer.diary)
    note("receipts", found)
    positions_are_dense(premises)
    broken_off = [a for a in office.officer.diary.attempts if a.status is None]
    assert len(broken_off) >= kills * READERS


async def read_on(office: Office, paths: list[str], reader: int) -> None:
    """Read one thing after the other until nobody answers any more."""
    manager = office.managers[reader % len(office.managers)]
    for number in count(reader):
        attempt = await manager.once("GET", paths[number % len(paths)])
        if attempt.status is None:
            return


async def test_killed_between_receipt_and_answer(premises: Premises) -> None:
    """The receipt became durable, the server was killed, the answer never came: that is allowed,
    and never the other way round."""
    async with a_read_town(premises) as (serving, office, paths):
        async with held(premises, RECEIPTS_HEAD):
            asked = ask_all(office, paths)
            await somebody_waits_to_write_receipts(premises)
            assert serving.process
            serving.process.send_signal(signal.SIGSTOP)
            before = receipts(premises)
        await until(lambda: receipts(premises) > before)
        serving.kill()
        assert {attempt.status for attempt in await asyncio.gather(*asked)} == {None}
        serving.start()
        found = await answers_have_their_receipts(premises, office.officer.diary)
    assert found["receipts_of_answers_that_never_came"] >= 1


async def test_killed_before_the_receipt(premises: Premises) -> None:
    """Nothing of an answer has left while its receipt waits to be written."""
    async with a_read_town(premises) as (serving, office, paths):
        async with held(premises, RECEIPTS_HEAD):
            asked = ask_all(office, paths)
            await somebody_waits_to_write_receipts(premises)
            await asyncio.sleep(0.5)
            assert not any(task.done() for task in asked)
            serving.kill()
        assert {attempt.status for attempt in await asyncio.gather(*asked)} == {None}


async def test_receipts_cannot_be_written(premises: Premises) -> None:
    """Reads pause with 503 and show nothing, commands go on; and reads come back by themselves."""
    async with a_read_town(premises) as (_, office, paths):
        async with held(premises, RECEIPTS_HEAD):
            asked = ask_all(office, paths)
            await somebody_waits_to_write_receipts(premises)
            assert (await office.officer.command("/referrals", referral(CASES)))["position"] > 0
            refused = await asyncio.gather(*asked)
        assert {attempt.status for attempt in refused} == {503}
        assert {attempt.body["type"] for attempt in refused} == {
            "/samordna/v1/problems/receipts-unavailable"
        }
        assert max(attempt.seconds for attempt in refused) < 10
        assert (await office.managers[0].once("GET", paths[0])).status == 200
        await answers_have_their_receipts(premises, office.officer.diary)


def ask_all(office: Office, paths: list[str]) -> list[asyncio.Task[Attempt]]:
    manager = office.managers[0]
    return [asyncio.create_task(manager.once("GET", path)) for path in paths]


async def somebody_waits_to_write_receipts(premises: Premises) -> None:
    await until(lambda: sessions(premises, RECEIPTS, waiting=True))


def receipts(premises: Premises) -> int:
    [row] = premises.rows("SELECT count(*) AS found FROM {house}.receipts")
    found: int = row["found"]
    return found
