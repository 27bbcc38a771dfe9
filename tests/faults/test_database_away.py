"""A database goes away under load and comes back."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import aiohttp
import psycopg
import pytest

from api.runtime.postgres_server import PostgresServer
from tests.faults.clients import Office, new_session, staff, story
from tests.faults.conftest import Given
from tests.faults.premises import Premises, Serving, free_port
from tests.faults.proofs import (
    answers_have_their_receipts,
    commands_are_recorded_once,
    positions_are_dense,
    views_equal_a_rebuild,
)

AT_ONCE = 6  # clients
AWAY_SECONDS = {"log": 6.5, "vault": 4.0}  # longer than the house keeps trying for its caller
RECOVERY_SECONDS = 15.0  # of a loaded machine; an idle one takes about two
LONGEST_ANSWER = 10.0

HOW = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


@dataclass(slots=True)
class Watch:
    """What an orchestrator sees: liveness and readiness, several times a second."""

    url: str
    session: aiohttp.ClientSession
    live: list[int] = field(default_factory=list)
    ready: list[int] = field(default_factory=list)

    async def look(self) -> None:
        while True:
            for path, seen in (("/health/live", self.live), ("/health/ready", self.ready)):
                async with self.session.get(self.url + path) as response:
                    seen.append(response.status)
            await asyncio.sleep(0.1)


@dataclass(slots=True)
class Load:
    """Stories told without end, and the watch over the server that hears them."""

    office: Office
    watch: Watch
    stopping: bool = False
    numbers: Iterator[int] = field(default_factory=count)

    async def tell(self) -> None:
        while not self.stopping:
            await story(self.office, next(self.numbers))

    async def answers_again(self) -> float:
        """Seconds until a command and a reading, begun now, are answered and all is ready."""
        loop = asyncio.get_running_loop()
        began, told = loop.time(), len(self.office.officer.diary.acknowledged)
        await story(self.office, next(self.numbers))
        while self.watch.ready[-1] != 200:
            await asyncio.sleep(0.02)
        assert len(self.office.officer.diary.acknowledged) > told
        return loop.time() - began


@asynccontextmanager
async def load_on(premises: Premises, serving: Serving) -> AsyncIterator[Load]:
    """Afterwards: nothing but answers and 503s were seen, and all that must hold holds."""
    async with new_session() as session:
        office = await staff(premises, serving.url, session)
        load = Load(office, Watch(serving.url, session))
        watching = asyncio.create_task(load.watch.look())
        async with asyncio.TaskGroup() as tellers:
            for _ in range(AT_ONCE):
                tellers.create_task(load.tell())
            await asyncio.sleep(1)
            yield load
            load.stopping = True
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    only_answers_and_503(load)
    commands_are_recorded_once(premises, office, office.officer.diary)
    positions_are_dense(premises)
    print(await answers_have_their_receipts(premises, office.officer.diary))
    print(await views_equal_a_rebuild(premises))


def only_answers_and_503(load: Load) -> None:
    attempts = load.office.officer.diary.attempts
    assert {attempt.status for attempt in attempts} <= {200, 201, 503}, Counter(
        (attempt.status, attempt.error) for attempt in attempts
    )
    for attempt in attempts:
        if attempt.status == 503:
            assert int(attempt.headers["Retry-After"]) > 0
            assert attempt.headers["Content-Type"] == "application/problem+json"
            assert attempt.body["status"] == 503
    longest = max(attempt.seconds for attempt in attempts)
    assert longest < LONGEST_ANSWER
    assert set(load.watch.live) == {200}
    assert set(load.watch.ready) <= {200, 503}
    print(load.office.officer.diary.statuses(), f"longest answer {longest:.1f} s")


@pytest.mark.parametrize("which", ["log", "vault"])
async def test_a_database_is_stopped_and_started(
    given: Given, premises: Premises, which: str
) -> None:
    """Meanwhile 503 and Retry-After and nothing else, nothing half done; then all by itself."""
    server: PostgresServer = getattr(given, which)
    with premises.serve(free_port()) as serving:
        process = serving.process
        async with load_on(premises, serving) as load:
            for how, sign in HOW.items():
                load.watch.ready.clear()
                seen = len(load.office.officer.diary.attempts)
                async with stopped(server, sign):
                    await asyncio.sleep(AWAY_SECONDS[which])
                    assert load.watch.ready[-1] == 503
                    away = load.office.officer.diary.attempts[seen:]
                    assert 503 in {attempt.status for attempt in away}
                seconds = await asyncio.wait_for(load.answers_again(), RECOVERY_SECONDS)
                print(f"{which} {how}: answers again after {seconds:.1f} s")
        assert serving.process is process
        assert process is not None
        assert process.poll() is None


async def test_every_connection_is_cut(given: Given, premises: Premises) -> None:
    """An operator's pg_terminate_backend of everything costs a retry, never an answer."""
    with premises.serve(free_port()) as serving:
        async with load_on(premises, serving) as load:
            cut = 0
            for _ in range(5):
                for server in (given.log, given.vault):
                    cut += terminate(server, premises)
                await asyncio.sleep(0.4)
            seconds = await asyncio.wait_for(load.answers_again(), RECOVERY_SECONDS)
        print(f"{cut} connections cut, answers again after {seconds:.1f} s")
        assert cut >= 5 * 10


@asynccontextmanager
async def stopped(server: PostgresServer, sign: signal.Signals) -> AsyncIterator[None]:
    assert server.pid is not None
    os.kill(server.pid, sign)
    while server.pid is not None:
        await asyncio.sleep(0.02)
    try:
        yield
    finally:
        await asyncio.to_thread(server.look_after)


def terminate(server: PostgresServer, premises: Premises) -> int:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'samordna %%' AND starts_with(usename, %s)",
            [premises.settings.municipality],
        )
        return len(ended.fetchall())
