"""Waiting for a database server that may never answer: not for ever.

A server that stops closes its connections, and everybody knows. A frozen one (a paused machine, a
disk that hangs) says nothing; and psycopg, when cancelled, first asks the server to cancel, for up
to ten seconds. So we hang up ourselves.
"""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

Connection = psycopg.AsyncConnection[Any]


@contextmanager
def hanging_up(connection: Connection, at: float) -> Iterator[None]:
    """At that moment of the loop's clock our end is shut: who waits hears what they hear when the
    server dies, an OperationalError, and the connection is broken."""
    timer = asyncio.get_running_loop().call_at(at, _shut, connection)
    try:
        yield
    finally:
        timer.cancel()


def _shut(connection: Connection) -> None:
    with (
        suppress(psycopg.Error, OSError),  # it is closed already
        socket.socket(fileno=os.dup(connection.fileno())) as line,
    ):
        line.shutdown(socket.SHUT_RDWR)
