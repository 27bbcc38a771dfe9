"""A rebuild's parts built by several processes: for a log that takes one core too long.

A process is told on its standard input what to build, and says on its standard output how far it
is, a JSON line each. It ends when its input does: so none outlives the process that started it.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, cast

import msgspec
import psycopg
import uvloop

from api.runtime.log.mapper import Mapper
from api.runtime.log.unread import LogParts
from domain.ports import Vault
from projections import ALL
from projections.building import FactCannotBeFolded, Further, Order, ThisProcess
from projections.projection import Projection

PROGRAM: Final = (sys.executable, "-P", "-m", "api.runtime.rebuilding")

_SO: Final = ": nothing was swapped; try again"


class BuilderFailed(Exception):
    """A process that rebuilds failed, or was killed."""


class _Work(msgspec.Struct):
    """What one process is told."""

    url: str  # of the projector's role
    log: str  # the schema of the log
    projection: str
    order: Order


class _Word(msgspec.Struct, omit_defaults=True):
    """What it says: how much further it came, or what stopped it."""

    further: int = 0
    position: int = 0  # of the fact that cannot be folded
    name: str = ""
    error: str = ""  # its kind alone: its text may tell what a fact tells


# --- the process that rebuilds -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """Builds by so many processes, each with connections of its own. Raises BuilderFailed."""

    count: int
    url: str  # of the projector's role
    log: str  # the schema of the log

    async def build(self, projection: Projection[Any], order: Order, further: Further) -> None:
        shares = [order.parts[number :: self.count] for number in range(self.count)]
        work = partial(_Work, self.url, self.log, projection.name)
        try:
            async with asyncio.TaskGroup() as group:
                for parts in filter(None, shares):
                    group.create_task(_built(work(replace(order, parts=parts)), further))
        except ExceptionGroup as several:
            raise several.exceptions[0] from None


async def _built(work: _Work, further: Further) -> None:
    """Raises FactCannotBeFolded, BuilderFailed."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        stdin=PIPE,
        stdout=PIPE,
        start_new_session=True,  # Ctrl-C reaches the parent only
    )
    try:
        await _listen(process, work, further)
        if status := await process.wait():
            raise BuilderFailed(f"a process that rebuilds ended with {status}{_SO}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _listen(process: Process, work: _Work, further: Further) -> None:
    if process.stdin is None or process.stdout is None:
        raise TypeError("both are pipes")
    process.stdin.write(msgspec.json.encode(work) + b"\n")
    async for line in process.stdout:
        word = msgspec.json.decode(line, type=_Word)
        if word.position:
            raise FactCannotBeFolded(word.position, word.name)
        if word.error:
            raise BuilderFailed(f"a process that rebuilds failed, {word.error}{_SO}")
        further(word.further)


# --- a process that builds ---------------------------------------------------------------------


async def _build() -> None:
    """Until everything is built, or the input ends."""
    told = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(told)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    work = msgspec.json.decode(await told.readline(), type=_Work)
    tasks = {asyncio.create_task(_build_parts(work)), asyncio.create_task(told.read())}
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


async def _build_parts(work: _Work) -> None:
    (projection,) = (it for it in ALL if it.name == work.projection)
    log = LogParts(work.log, Mapper(cast("Vault", None)))  # nothing is opened
    connect = partial(psycopg.AsyncConnection.connect, work.url)
    try:
        await ThisProcess(log, connect).build(projection, work.order, _came)
    except FactCannotBeFolded as fact:
        _say(_Word(position=fact.position, name=fact.name))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent says it
        _say(_Word(error=type(error).__name__))


def _came(further: int) -> None:
    _say(_Word(further=further))


def _say(word: _Word) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(word) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(_build())
