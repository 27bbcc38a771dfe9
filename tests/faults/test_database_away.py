"""A database goes away under load and comes back."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from api.runtime.postgres.postgres_server import PostgresServer
from tests.faults.conftest import Given, Note
from tests.faults.load import load_on
from tests.faults.premises import Premises, children_of, until


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
                await load.is_not_ready()
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
    return [server.pid, *children_of(server.pid)]


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
