"""Several serving processes behind one address: any of them may die or stand still, and nobody who
calls loses anything."""

import asyncio
import json
import re
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from os import kill

import aiohttp
import pytest

from tests.conftest import free_port
from tests.faults.clients import Office, new_session, staff, story
from tests.faults.conftest import Note
from tests.faults.premises import (
    PROGRAM,
    Premises,
    Serving,
    children_of,
    lives,
    until,
)
from tests.faults.proofs import (
    answers_have_their_receipts,
    behind,
    commands_are_recorded_once,
    epochs,
    positions_are_dense,
    views_equal_a_rebuild,
)

TWO = ("--workers", "2")
TAKES_OVER = 40.0  # seconds, of a loaded machine
IMPATIENT = aiohttp.ClientTimeout(total=2)

COUNTED = re.compile(r'samordna_answers_total\{worker="(.)",door="/health/live",.* (\S+)')
STARTED = re.compile(r'samordna_worker_starts_total\{worker="parent",number="(.)"\} 1.0')
TELLS = re.compile(r"^samordna_tells\{.*\} (\d)$", re.MULTILINE)
STANDS = re.compile(r'samordna_view_position\{view="caseload"\}')


@asynccontextmanager
async def served(premises: Premises) -> AsyncIterator[tuple[Serving, Office]]:
    with premises.serve(free_port(), *TWO) as serving:
        async with new_session() as session:
            yield serving, await staff(premises, serving.url, session)


async def nothing_is_lost(premises: Premises, office: Office) -> None:
    diary = office.officer.diary
    commands_are_recorded_once(premises, office, diary)
    positions_are_dense(premises)
    await answers_have_their_receipts(premises, diary)
    await views_equal_a_rebuild(premises)


async def tell(office: Office, numbers: range, *, at_once: int = 16) -> None:
    turns = asyncio.Semaphore(at_once)

    async def one(number: int) -> None:
        async with turns:
            await story(office, number)

    await asyncio.gather(*(one(number) for number in numbers))


def workers_of(serving: Serving) -> list[int]:
    assert serving.process
    return children_of(serving.process.pid)


def followers(premises: Premises) -> dict[str, int | None]:
    """View by view, the process that follows it, as an operator is shown."""
    told = subprocess.run(  # noqa: S603 - the program under test
        [PROGRAM, "projections", "--json", *premises.flags], capture_output=True, check=False
    ).stdout
    return {view["view"]: view["process"] for view in map(json.loads, told.splitlines())}


async def test_killed_workers_are_replaced(premises: Premises, note: Note) -> None:
    """Workers are killed again and again under load: each is started anew, the other serves on,
    every acknowledged command is there once, and every view equals a rebuild."""
    async with served(premises) as (serving, office):
        load = asyncio.create_task(tell(office, range(60)))
        killed = set[int]()
        for turn in range(4):
            await office.officer.diary.reaches(40 * (turn + 1))
            await until(lambda: len(workers_of(serving)) == 2)
            worker = workers_of(serving)[turn % 2]
            kill(worker, signal.SIGKILL)
            killed.add(worker)
        await load
        await until(lambda: len(workers_of(serving)) == 2)
        assert not killed & set(workers_of(serving))
        assert serving.process
        assert serving.process.poll() is None
        assert b"a worker ended" in serving.output.read_bytes()
        note("statuses", office.officer.diary.statuses())
        await nothing_is_lost(premises, office)


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGSTOP])
async def test_whoever_follows_is_gone(premises: Premises, sign: signal.Signals) -> None:
    """Whether it is dead or stands still, the worker that follows is followed by another, which
    serves what was recorded meanwhile; and what comes back does not write again."""
    async with served(premises) as (_, office):
        await tell(office, range(4))
        await until(lambda: not behind(premises))
        follower, before = followers(premises)["inbox"], epochs(premises)
        assert follower
        kill(follower, sign)
        async with aiohttp.ClientSession(timeout=IMPATIENT) as another:
            for client in office.clients:
                client.session = another
            await asyncio.wait_for(tell(office, range(4, 8)), TAKES_OVER)
            assert epochs(premises)["inbox"] > before["inbox"]
            await until(lambda: followers(premises)["inbox"] not in {follower, None})
            if sign is signal.SIGSTOP:
                kill(follower, signal.SIGCONT)
            await tell(office, range(8, 12))
        await nothing_is_lost(premises, office)


async def test_who_stands_still_holds_up_one(premises: Premises) -> None:
    """A worker that stands still is handed one connection, and no more while others take theirs."""
    with premises.serve(free_port(), *TWO) as serving:
        stopped, _ = workers_of(serving)
        kill(stopped, signal.SIGSTOP)
        try:
            answers = [await answered(serving) for _ in range(6)]
            told = await asked(serving, "/metrics")
        finally:
            kill(stopped, signal.SIGCONT)
        assert answers.count(False) <= 1
        assert sorted(TELLS.findall(told)) == ["0", "1", "1"]


async def answered(serving: Serving) -> bool:
    try:
        return bool(await asked(serving, "/health/live"))
    except TimeoutError:
        return False


async def asked(serving: Serving, path: str) -> str:
    """On a connection of its own."""
    async with (
        aiohttp.ClientSession(timeout=IMPATIENT) as stranger,
        stranger.get(serving.url + path, raise_for_status=True) as answer,
    ):
        return await answer.text()


async def test_whoever_is_asked_tells_what_all_count(premises: Premises) -> None:
    """The answers that all workers have given add up, whichever is asked; how the views stand is
    told once."""
    with premises.serve(free_port(), *TWO) as serving:
        for _ in range(30):
            assert await answered(serving)
        for told in [await asked(serving, "/metrics") for _ in range(2)]:  # by one of each
            counted = dict(COUNTED.findall(told))
            assert counted.keys() == {"1", "2"}
            assert sum(map(float, counted.values())) == 30
            assert STARTED.findall(told) == ["1", "2"]
            assert len(STANDS.findall(told)) == 1


async def test_workers_leave_with_their_parent(premises: Premises) -> None:
    """When the parent is killed, its workers end what they do and leave, and the address is free at
    once; when it is told to stop, all have left before it does."""
    with premises.serve(free_port(), *TWO) as serving:
        left = workers_of(serving)
        serving.kill()
        serving.start()
        await until(lambda: not any(map(lives, left)))
        left = workers_of(serving)
        serving.stop()
        assert not any(map(lives, left))
        assert serving.process
        assert serving.process.returncode == 0


def test_who_never_gets_ready_is_told(premises: Premises) -> None:
    """When workers cannot serve at all, the command ends with an error and what they said."""
    (premises.settings.secrets / "keyring").unlink()
    flags = [*premises.flags, "--local-issuer", "--port", "0", *TWO]
    done = subprocess.run(  # noqa: S603 - the program under test
        [PROGRAM, "serve", *flags], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "keyring" in done.stderr
    assert "ended before it was ready" in done.stderr
    assert "Traceback" not in done.stderr
