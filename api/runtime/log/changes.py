"""Waking followers when a log has moved.

A notification carries nothing and nothing depends on it: it only hastens the next look at the
head. It is sent after the commit and for many commits together: inside the append it would
serialise commits across the whole server.
"""

import asyncio
from contextlib import suppress
from typing import Final

import psycopg
import structlog
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from api.runtime.log.reading import LogReader
from api.runtime.postgres.database import session_url
from domain.errors import Unavailable

LOOK: Final = 1.0  # seconds between two looks at the head
BREATH: Final = 0.01  # seconds in which commits are announced, and noticed, together

_ANNOUNCE: Final = b"SELECT pg_notify(%(channel)s, '')"

_log = structlog.get_logger()


class Changes:
    """What this process knows of a log's head, and who wants to know when it moves."""

    def __init__(self, url: str, schema: str, log: str, reader: LogReader) -> None:
        self.position = 0
        self._name = f"samordna {log} changes"
        self._url = session_url(url, name=self._name)
        self._reader = reader
        self._channel = channel_of(schema, log)
        self._head = head_of(schema, log)
        self._moved = asyncio.Event()
        self._ours = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    async def start(self) -> None:
        self._stopping = False
        self._tasks = [
            asyncio.create_task(self._keep_announcing()),
            asyncio.create_task(self._keep_listening()),
        ]

    async def stop(self) -> None:
        self._stopping = True  # before Python 3.12, asyncio.wait_for can swallow the cancellation
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait(self, after: int, timeout: float) -> int:
        """The head's position as soon as it is beyond `after`; as it is known, after `timeout`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self.position <= after:
                    await self._moved.wait()
        return self.position

    def committed(self, position: int) -> None:
        """This process has moved the head: followers here learn it now, others soon."""
        if position > self.position:
            self._see(position)
            self._ours.set()

    def _see(self, position: int) -> None:
        if position > self.position:
            self.position = position
            self._moved.set()
            self._moved = asyncio.Event()

    async def _keep_announcing(self) -> None:
        while not self._stopping:
            await self._ours.wait()
            self._ours.clear()
            with suppress(Unavailable):
                await self._reader.rows(_ANNOUNCE, {"channel": self._channel}, tuple_row)
            await asyncio.sleep(BREATH)

    async def _keep_listening(self) -> None:
        """On a connection of its own, on a new one whenever it is lost."""
        pause = 0.1
        while not self._stopping:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True
                ) as connection:
                    pause = 0.1
                    await self._listen(connection)
            except psycopg.Error as error:
                _log.warning("connection lost", connection=self._name, sqlstate=error.sqlstate)
                await asyncio.sleep(pause)
                pause = min(2 * pause, 2.0)

    async def _listen(self, connection: psycopg.AsyncConnection) -> None:
        await connection.execute(SQL("LISTEN {}").format(Identifier(self._channel)))
        while not self._stopping:
            cursor = await connection.execute(self._head)
            for (position,) in await cursor.fetchall():
                self._see(position)
            await asyncio.sleep(BREATH)
            async for _ in connection.notifies(timeout=LOOK, stop_after=1):
                pass  # what it announces is seen by looking


def head_of(schema: str, log: str) -> bytes:
    """The question for the position of a log's last record."""
    head = Identifier(schema, f"{log}_head")
    return SQL("SELECT position FROM {} WHERE only_row").format(head).as_bytes()


def channel_of(schema: str, log: str) -> str:
    """Where a log's commits are announced."""
    return f"samordna_{schema}_{log}"
