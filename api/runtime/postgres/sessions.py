"""Sessions with a server, at hand for questions: a few, each used by one question at a time.

Who finds none free waits in line. One that broke is left behind, and whoever needs another opens
it: after an outage there is nothing to mend. (A pool made for transactions of any kind takes longer
to hand out a connection than the shortest questions take.)
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from api.runtime.postgres.patience import hanging_up

Answer = TypeVar("Answer")

Session = psycopg.AsyncConnection[Any]

_PAUSE = 0.05  # seconds between two attempts to connect


class Sessions:
    """Statements are prepared at their first use, and each is a transaction of its own."""

    def __init__(self, url: str, *, most: int, patience: float) -> None:
        self._url = url
        self._patience = patience
        self._turns = asyncio.Semaphore(most)
        self._free: list[Session] = []  # the one used last is the next
        self._closed = False

    async def close(self) -> None:
        """Those in use are closed as soon as they are not."""
        self._closed = True
        while self._free:
            await self._free.pop().close()

    async def ask(self, question: Callable[[Session], Awaitable[Answer]]) -> Answer:
        """The answer to a question that may be asked twice.

        Raises OperationalError when there is none within the patience, in seconds.
        """
        until = asyncio.get_running_loop().time() + self._patience
        await self._turn(until)
        try:
            return await self._answer(question, until)
        finally:
            self._turns.release()

    async def _turn(self, until: float) -> None:
        if not self._turns.locked():
            await self._turns.acquire()
            return
        try:
            async with asyncio.timeout_at(until):
                await self._turns.acquire()
        except TimeoutError:
            raise psycopg.OperationalError("all sessions are busy") from None

    async def _answer(
        self, question: Callable[[Session], Awaitable[Answer]], until: float
    ) -> Answer:
        """Sessions that died since their last use (the server was restarted) are passed over."""
        while True:
            session = self._free.pop() if self._free else await self._opened(until)
            try:
                with hanging_up(session, until):
                    return await question(session)
            except psycopg.OperationalError:
                if not session.broken or asyncio.get_running_loop().time() >= until:
                    raise
            finally:
                await self._put_back(session)

    async def _opened(self, until: float) -> Session:
        """A new one, as soon as the server gives it."""
        while True:
            try:
                async with asyncio.timeout_at(until):
                    return await psycopg.AsyncConnection.connect(
                        self._url, autocommit=True, prepare_threshold=0
                    )
            except TimeoutError:
                raise psycopg.OperationalError("the server does not answer") from None
            except psycopg.OperationalError:
                if asyncio.get_running_loop().time() + _PAUSE >= until:
                    raise
                await asyncio.sleep(_PAUSE)

    async def _put_back(self, session: Session) -> None:
        at_rest = session.info.transaction_status is TransactionStatus.IDLE
        if at_rest and not self._closed:
            self._free.append(session)
        else:
            await session.close()
