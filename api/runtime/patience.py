"""Waiting for a database server that may never answer: not for ever.

A server that stops closes its connections, and everybody knows. A frozen one (a paused machine, a
disk that hangs) says nothing; and psycopg, when cancelled, first asks the server to cancel, for up
to ten seconds. So we hang up ourselves.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from psycopg_pool import AsyncConnectionPool

T = TypeVar("T")

Connection = psycopg.AsyncConnection[Any]

_SHORTEST = 0.01  # seconds: a connection that is at hand is had in less


@contextmanager
def hanging_up(connection: Connection, at: float) -> Iterator[None]:
    """At that moment of the loop's clock our end is shut: who waits hears what they hear when the
    server dies, an OperationalError, and the connection is broken."""
    timer = asyncio.get_running_loop().call_at(at, _shut, connection)
    try:
        yield
    finally:
        timer.cancel()


async def answered(
    pool: AsyncConnectionPool[Any],
    question: Callable[[Connection], Awaitable[T]],
    *,
    patience: float,
) -> T:
    """The answer to a question that may be asked twice, on one of the pool's connections, in time.

    Connections that died since their last use (the server was restarted) are passed over. Raises
    OperationalError, of which the pool's own time-out is one.
    """
    now = asyncio.get_running_loop().time
    until = now() + patience
    while True:
        async with pool.connection(max(until - now(), _SHORTEST)) as connection:
            try:
                with hanging_up(connection, until):
                    return await question(connection)
            except psycopg.OperationalError:
                if not connection.broken or now() >= until:
                    raise


def _shut(connection: Connection) -> None:
    with (
        suppress(psycopg.Error, OSError),  # it is closed already
        socket.socket(fileno=os.dup(connection.fileno())) as line,
    ):
        line.shutdown(socket.SHUT_RDWR)
