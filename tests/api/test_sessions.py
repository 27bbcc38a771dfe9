"""Sessions with a server: few, shared in turn, and there again by themselves."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from api.runtime.postgres.database import session_url
from api.runtime.postgres.postgres_server import PostgresServer
from api.runtime.postgres.sessions import Session, Sessions
from tests.conftest import Database
from tests.wire import Wire

NAME = "sessions under test"
MOST = 2
PATIENCE = 1.0


def made(url: str, *, most: int = MOST, patience: float = PATIENCE) -> Sessions:
    return Sessions(session_url(url, name=NAME), most=most, patience=patience)


@pytest.fixture
async def sessions(log_database: Database) -> AsyncIterator[Sessions]:
    sessions = made(log_database.url("server"), patience=5)
    yield sessions
    await sessions.close()


@pytest.fixture
async def wire(log_server: PostgresServer) -> AsyncIterator[Wire]:
    wire = Wire(int(str(conninfo_to_dict(log_server.url(tcp=True))["port"])))
    await wire.mend()
    yield wire
    await wire.cut()


def question(statement: str) -> Any:
    async def asked(session: Session) -> Any:
        found = await session.execute(statement)
        return (await found.fetchone() or [None])[0]

    return asked


WHO = question("SELECT pg_backend_pid()")
SLOW = question("SELECT pg_sleep(0.2)")


def there(database: Database) -> int:
    [(number,)] = database.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND usename = %s",
        NAME,
        f"{database.schema}_server",
    )
    return int(number)


async def test_who_finds_none_free_waits_in_line(
    log_database: Database, sessions: Sessions
) -> None:
    """However many ask, there are never more sessions than were allowed, and all are answered."""
    asked = [asyncio.create_task(sessions.ask(SLOW)) for _ in range(3 * MOST)]
    await asyncio.sleep(0.1)
    assert there(log_database) == MOST
    await asyncio.gather(*asked)
    assert there(log_database) == MOST


async def test_one_that_broke_is_passed_over(log_database: Database, sessions: Sessions) -> None:
    """Whoever asks after the server has closed all of them notices nothing."""
    await asyncio.gather(*(sessions.ask(SLOW) for _ in range(MOST)))
    log_database.terminate(NAME)
    before = await sessions.ask(WHO)
    assert before == await sessions.ask(WHO)


async def test_a_question_that_breaks_off_is_asked_again(
    log_database: Database, sessions: Sessions
) -> None:
    """The server was restarted meanwhile: the question finds its answer on another session."""
    slow = asyncio.create_task(sessions.ask(question("SELECT 7 FROM pg_sleep(0.5)")))
    await asyncio.sleep(0.2)
    await asyncio.to_thread(log_database.terminate, NAME)
    assert await slow == 7


async def test_a_refusal_is_no_reason_to_ask_again(sessions: Sessions) -> None:
    """What the server refuses reaches who asked, and the session stays."""
    before = await sessions.ask(WHO)
    with pytest.raises(psycopg.errors.UndefinedTable):
        await sessions.ask(question("SELECT FROM nowhere"))
    assert await sessions.ask(WHO) == before


async def test_who_leaves_leaves_nothing_behind(sessions: Sessions) -> None:
    """A question that is given up in the middle spoils no session for the next one."""
    for _ in range(2 * MOST):
        asked = asyncio.create_task(sessions.ask(SLOW))
        await asyncio.sleep(0.05)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
    answers = [sessions.ask(question(f"SELECT {number}")) for number in range(3 * MOST)]
    assert await asyncio.gather(*answers) == list(range(3 * MOST))


async def test_a_server_that_is_away_is_not_waited_for(log_database: Database, wire: Wire) -> None:
    """Within their patience everybody hears so, those in line, too; and when it is back, nobody
    needs to be told."""
    sessions = made(wire.url(log_database))
    assert await sessions.ask(question("SELECT 1")) == 1
    await wire.cut()
    began = asyncio.get_running_loop().time()
    refused = await asyncio.gather(
        *(sessions.ask(WHO) for _ in range(5 * MOST)), return_exceptions=True
    )
    assert {type(error) for error in refused} == {psycopg.OperationalError}
    assert asyncio.get_running_loop().time() - began < 2 * PATIENCE
    await wire.mend()
    assert await sessions.ask(question("SELECT 2")) == 2
    await sessions.close()


async def test_a_server_that_does_not_answer_is_hung_up_on(log_database: Database) -> None:
    """Whoever waits for an answer, or for a session, waits no longer than their patience."""
    sessions = made(log_database.url("server"), most=1, patience=0.5)
    began = asyncio.get_running_loop().time()
    refused = await asyncio.gather(
        *(sessions.ask(question("SELECT pg_sleep(10)")) for _ in range(3)), return_exceptions=True
    )
    assert all(isinstance(error, psycopg.OperationalError) for error in refused)
    assert asyncio.get_running_loop().time() - began < 2.5
    await sessions.close()


async def test_those_in_use_are_closed_when_they_are_free(
    log_database: Database, sessions: Sessions
) -> None:
    """Who waits for an answer gets it; then nothing is left."""
    asked = asyncio.create_task(sessions.ask(question("SELECT 7 FROM pg_sleep(0.2)")))
    await asyncio.sleep(0.1)
    await sessions.close()
    assert await asked == 7
    for _ in range(100):
        if not there(log_database):
            return
        await asyncio.sleep(0.02)
    pytest.fail("a session is left")
