"""The house as it is served, in a process of its own, and what is sent to it."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

import aiohttp

from api.bench.figures import Effort, Turn
from api.bench.ground import Ground
from api.bench.history import History
from api.bench.programs import Request, arriving, serving, wrk
from api.runtime.clock import SystemClock
from api.runtime.wiring import local_issuer

CONNECTIONS: Final = 64
WARM_UP: Final = 0.3  # of a turn
RATE: Final = 200  # a second, of those who come

LOAD: Final = (
    f"wrk, in a process of its own: one thread, {CONNECTIONS} connections, closed loop; every"
    " answer had to be 2xx."
)
SERVED: Final = (
    " The house is `samordna serve` as it is installed: one process with uvloop, following all its"
    " views (analyzed) meanwhile; tokens are verified once and remembered by the server's own rule."
)

COMERS: Final = (
    f" {RATE} times a second at fixed moments, by a client of ours (aiohttp, uvloop) in a process"
    " of its own; the time of each counts from its moment."
)

_BEHIND: Final = re.compile(r"^samordna_view_positions_behind\S+ (\S+)$", re.MULTILINE)
_RESIDENT: Final = re.compile(r"^process_resident_memory_bytes (\S+)$", re.MULTILINE)
_LOOK: Final = 0.2  # seconds between two looks at how far the views have come


class Load:
    """The same load on whatever serves."""

    def __init__(self, ground: Ground, history: History, effort: Effort) -> None:
        self._ground = ground
        self._ids = history.rooms.house.desk.ids
        self._seconds = effort.seconds

    async def __call__(
        self,
        address: str,
        requests: Sequence[Request],
        *,
        share: float = 1.0,
        connections: int = CONNECTIONS,
    ) -> Turn:
        return await wrk(
            self._ground,
            address,
            requests,
            connections=connections,
            seconds=self._seconds * share,
            run=self._ids.new(),
        )


class Comers:
    """Those who come at a fixed rate, however long the others wait."""

    def __init__(self, history: History, effort: Effort) -> None:
        self._ids = history.rooms.house.desk.ids
        self._seconds = effort.seconds

    async def __call__(
        self, address: str, requests: Sequence[Request], *, then: str | None = None
    ) -> Turn:
        return await arriving(
            address,
            requests,
            rate=RATE,
            seconds=self._seconds,
            run=self._ids.new(),
            then=then,
        )


@asynccontextmanager
async def served(
    ground: Ground, history: History, tell: Callable[[str], None]
) -> AsyncIterator[str]:
    """The address of the house, served when all its views are level with the log."""
    async with serving(ground, history.schema) as address:
        tell("the server follows all its views to the end of the log")
        while any(map(float, _BEHIND.findall(await _metrics(address)))):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(_LOOK)
        ground.analyze(history.schema)
        yield address


async def resident_megabytes(address: str) -> int:
    """How much memory the server's process has."""
    [found] = _RESIDENT.findall(await _metrics(address))
    return round(float(found) / 1e6)


async def _metrics(address: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"{address}/metrics") as answer:
        return await answer.text()


def token(history: History, staff: UUID) -> str:
    return local_issuer(history.town, SystemClock()).issue(staff)
