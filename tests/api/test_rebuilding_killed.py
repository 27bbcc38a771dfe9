"""kill -9 of the processes that rebuild the real log, while it is written, followed and read."""

import asyncio
import os
import random
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from api.runtime.log.event_log import StoredEventLog
from api.runtime.log.fact_log import FactLog
from api.runtime.log.mapper import Mapper
from api.runtime.postgres.postgres_server import PostgresServer
from api.runtime.rebuilding import PROGRAM, Processes
from projections import caseload
from projections.rebuild import prepare, rebuild
from projections.tables import Tables
from tests.api.rebuilt_house import SECONDS, House, a_house
from tests.fakes import MemoryVault
from tests.forking import PROCESSES


@pytest.fixture
async def house(log_server: PostgresServer, tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(log_server, tmp_path) as house:
        yield house


def rebuild_elsewhere(house_url: str, log_url: str, schema: str) -> None:
    """What another process does: rebuild the caseload by two more."""

    async def run() -> None:
        async with StoredEventLog(log_url, schema) as stored:
            vault = MemoryVault()
            await rebuild(
                caseload.PROJECTION,
                FactLog(stored, Mapper(vault), vault),
                lambda: psycopg.AsyncConnection.connect(house_url),
                schema=schema,
                builders=Processes(count=2, url=house_url, log=schema),
            )

    asyncio.run(run())


def started(house: House) -> BaseProcess:
    database = house.database
    urls = database.url("projector"), database.url("server")
    process = PROCESSES.Process(target=rebuild_elsewhere, args=(*urls, database.schema))
    process.start()
    return process


def building(parent: int | None = None) -> list[int]:
    """The processes that build, for this one or for whomever."""
    table = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,args="],  # noqa: S607 - wherever it is
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = (line.split(maxsplit=2) for line in table.splitlines())
    return [int(pid) for pid, of, args in rows if PROGRAM[-1] in args and parent in {None, int(of)}]


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(SECONDS):
        while not true():  # noqa: ASYNC110 - nothing tells when another process has come so far
            await asyncio.sleep(0.02)


@contextmanager
def held(house: House, table: str) -> Iterator[None]:
    """As soon as the table stands, nobody writes it."""
    lock = SQL("lock table {} in share mode").format(Identifier(house.database.schema, table))
    with psycopg.connect(house.database.owner_url) as owner:
        owner.execute(lock)
        yield


@pytest.mark.parametrize("victim", ["parent", "child"])
async def test_whoever_is_killed_no_process_goes_on_building(house: House, victim: str) -> None:
    """The processes end with the one that started them; when one of them is killed, so do the
    others, and what they have built is dropped. The view is as it was."""
    async with house.followed(caseload.PROJECTION):
        pass
    before = await house.digest(caseload.PROJECTION)
    parent = started(house)
    assert parent.pid
    await until(lambda: house.stands("caseload__next"))
    with held(house, "caseload__next"):
        await until(lambda: len(building(parent.pid)) == 2)
        builders = building(parent.pid)
        await asyncio.sleep(0.5)  # so that they wait to write
        os.kill(parent.pid if victim == "parent" else builders[0], signal.SIGKILL)
        await until(lambda: not set(builders) & set(building()))
    await asyncio.to_thread(parent.join, SECONDS)
    assert parent.exitcode == (-signal.SIGKILL if victim == "parent" else 1)
    assert house.stands("caseload__next") is (victim == "parent")
    assert await house.digest(caseload.PROJECTION) == before
    await prepare([caseload.PROJECTION], house.connect, schema=house.database.schema)
    assert not house.stands("caseload__next")
    assert not (await house.rebuild(caseload.PROJECTION, 2)).differs


@pytest.mark.parametrize("kills", [4, pytest.param(25, marks=pytest.mark.full)])
async def test_readers_and_writers_go_on_whatever_is_killed(house: House, kills: int) -> None:
    """While a view is rebuilt by processes, again and again, and killed: facts are recorded and
    followed, questions are answered, and in the end the view equals a rebuild."""
    chance = random.Random(kills)  # noqa: S311 - moments, not secrets
    answers = 0

    async def write() -> None:
        for command in house.commands[house.recorded :]:
            await house.facts.append(command)
            await asyncio.sleep(0.02)

    async def ask() -> None:
        nonlocal answers
        async with await psycopg.AsyncConnection.connect(
            house.database.url("projector"), autocommit=True
        ) as connection:
            while True:
                digest = await Tables(caseload.PROJECTION, house.database.schema).digest(connection)
                assert not digest["caseload"].startswith("0:")
                answers += 1
                await asyncio.sleep(0.01)

    async with house.followed(caseload.PROJECTION) as followers:
        going_on = [asyncio.create_task(write()), asyncio.create_task(ask())]
        for _ in range(kills):
            parent = started(house)
            await asyncio.sleep(chance.uniform(0.2, 2))
            victims = [parent.pid, *building(parent.pid)]
            with suppress(ProcessLookupError):
                os.kill(chance.choice(victims) or 0, signal.SIGKILL)
            await asyncio.to_thread(parent.join, SECONDS)
        outcome = await house.rebuild(caseload.PROJECTION, 2)
        assert not outcome.differs
        await going_on[0]
        going_on[1].cancel()
        with suppress(asyncio.CancelledError):
            await going_on[1]
        head = await house.facts.head()
        assert await followers.wait_for("caseload", head, SECONDS)
        assert followers.by_name["caseload"].restarts == 0
    assert answers > 10
    assert not (await house.rebuild(caseload.PROJECTION)).differs
    assert not house.stands("caseload__next")
