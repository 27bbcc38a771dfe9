"""A database goes away under load and comes back."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import aiohttp
import psycopg
import pytest

from api.runtime.postgres_server import PostgresServer
from tests.faults.clients import Office, new_session, staff, story
from tests.faults.conftest import Given, Note
from tests.faults.premises import Premises, free_port, until
from tests.faults.proofs import (
    answers_have_their_receipts,
    commands_are_recorded_once,
    positions_are_dense,
    views_equal_a_rebuild,
)

AT_ONCE = 6  # clients
RECOVERY_SECONDS = 15.0  # of a loaded machine; an idle one takes about two
LONGEST_ANSWER = 10.0


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

    async def is_refused(self) -> None:
        """Wait until callers and the orchestrator have been told."""
        attempts = self.office.officer.diary.attempts
        before = len(attempts)
        await until(lambda: 503 in {attempt.status for attempt in attempts[before:]}, within=10)
        await until(lambda: self.watch.ready[-1] == 503, within=10)

    async def answers_again(self) -> str:
        """How long until commands and readings, begun now, are answered, and all is ready."""
        now = asyncio.get_running_loop().time
        began = now()
        await asyncio.wait_for(story(self.office, next(self.numbers)), RECOVERY_SECONDS)
        await until(lambda: self.watch.ready[-1] == 200, within=RECOVERY_SECONDS)
        return f"after {now() - began:.1f} s"


@asynccontextmanager
async def load_on(premises: Premises, note: Note) -> AsyncIterator[Load]:
    """A server under load. Afterwards it is the same process; nothing but answers and 503s were
    seen; and all that must hold holds."""
    with premises.serve(free_port()) as serving:
        process = serving.process
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
        assert process is serving.process
        assert process is not None
        assert process.poll() is None
        only_answers_and_503(load, note)
        commands_are_recorded_once(premises, office, office.officer.diary)
        positions_are_dense(premises)
        note("receipts", await answers_have_their_receipts(premises, office.officer.diary))
        note("views", await views_equal_a_rebuild(premises))


def only_answers_and_503(load: Load, note: Note) -> None:
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
    note("statuses", load.office.officer.diary.statuses())
    note("longest answer", f"{longest:.1f} s")


@pytest.mark.parametrize("which", ["log", "vault"])
async def test_a_database_goes_away(
    given: Given, premises: Premises, which: str, note: Note
) -> None:
    """Stopped, crashed or frozen: 503 and Retry-After and nothing else, nothing half done; and when
    it is back, so is the house, by itself."""
    server: PostgresServer = getattr(given, which)
    async with load_on(premises, note) as load:
        for how, away in (("stopped", stopped), ("crashed", crashed), ("frozen", frozen)):
            async with away(server):
                await load.is_refused()
            note(f"{how}, answers again", await load.answers_again())


async def test_every_connection_is_cut(given: Given, premises: Premises, note: Note) -> None:
    """An operator's pg_terminate_backend of everything costs a retry, never an answer."""
    async with load_on(premises, note) as load:
        cut = 0
        for _ in range(5):
            cut += terminate(given.log, premises) + terminate(given.vault, premises)
            await asyncio.sleep(0.4)
        note("cut", cut)
        note("answers again", await load.answers_again())
    assert cut >= 5 * 10


# --- how it goes away ------------------------------------------------------------------------


@asynccontextmanager
async def stopped(server: PostgresServer, sign: int = signal.SIGINT) -> AsyncIterator[None]:
    """A fast shutdown, and a start."""
    assert server.pid is not None
    os.kill(server.pid, sign)
    await until(lambda: server.pid is None)
    try:
        yield
    finally:
        await asyncio.to_thread(server.look_after)


@asynccontextmanager
async def crashed(server: PostgresServer) -> AsyncIterator[None]:
    """An immediate shutdown: nothing is written any more, the next start replays the log."""
    async with stopped(server, signal.SIGQUIT):
        yield


@asynccontextmanager
async def frozen(server: PostgresServer) -> AsyncIterator[None]:
    """Every connection stays open, and nobody answers: a paused machine, a disk that hangs."""
    family = processes_of(server)
    tell(family, signal.SIGSTOP)
    try:
        yield
    finally:
        tell(family, signal.SIGCONT)


def processes_of(server: PostgresServer) -> list[int]:
    assert server.pid is not None
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
    return [server.pid, *map(int, children.split())]


def tell(processes: list[int], sign: int) -> None:
    for process in processes:
        try:
            os.kill(process, sign)
        except ProcessLookupError:
            continue  # it has ended in between


def terminate(server: PostgresServer, premises: Premises) -> int:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'samordna %%' AND starts_with(usename, %s)",
            [premises.settings.municipality],
        )
        return len(ended.fetchall())
