"""A process that rebuilds, or puts back, and is killed at a step: just before a statement, among
the rows of a COPY, or just after."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from psycopg import AsyncConnection, AsyncCopy, AsyncCursor

from projections import ALL
from projections.building import Connect
from projections.rebuild import rebuild, roll_back
from tests.projections.facts import Log
from tests.projections.rebuilds import FACTS

_steps = count(1)
_last = 0


def _step() -> None:
    if next(_steps) == _last:
        os.kill(os.getpid(), signal.SIGKILL)


class _MortalCursor(AsyncCursor[Any]):
    async def execute(self, *query: Any, **how: Any) -> Any:
        _step()
        answer = await super().execute(*query, **how)
        _step()
        return answer

    @asynccontextmanager
    async def copy(self, *query: Any, **how: Any) -> AsyncIterator[AsyncCopy]:
        _step()
        async with super().copy(*query, **how) as copy:
            yield copy
            _step()
        _step()


def rebuild_mortally(url: str, schema: str, view: str, last: int) -> None:
    asyncio.run(_run(rebuild, url, schema, view, last))


def roll_back_mortally(url: str, schema: str, view: str, last: int) -> None:
    asyncio.run(_run(roll_back, url, schema, view, last))


def mortal(url: str, last: int) -> Connect:
    """Connections of this process, which is killed at that step."""
    global _last  # noqa: PLW0603 - of this process, which has no other purpose
    _last = last

    async def connect() -> AsyncConnection[Any]:
        return await AsyncConnection.connect(url, cursor_factory=_MortalCursor)

    return connect


async def _run(what: Any, url: str, schema: str, view: str, last: int) -> None:
    (projection,) = (it for it in ALL if it.name == view)
    await what(projection, Log(FACTS), mortal(url, last), schema=schema)
