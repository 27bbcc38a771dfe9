"""`rebuild`: the real caseload folded anew over the real mix of events, beside what it costs to
read the same rows and throw them away.

    python -m api.bench.rebuilding

is one such rebuild, in a process of its own, so that its memory is its own. What it is told on its
standard input and says on its standard output is JSON.
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final, cast

import psycopg
import uvloop
from psycopg.sql import SQL, Identifier

from api.bench.figures import Effort, Figure, Turn, compared, in_turns
from api.bench.following import VIEW, followed, fresh_schema
from api.bench.ground import Ground
from api.bench.history import History
from api.bench.programs import ToolFailed
from api.runtime.log.event_log import StoredEventLog
from api.runtime.log.fact_log import FactLog
from api.runtime.log.mapper import Mapper
from api.runtime.rebuilding import Processes
from domain.ports import Vault
from projections.rebuild import rebuild as rebuild_view

_WORKERS: Final = 2
_LOOK: Final = 0.05  # seconds between two looks at a process's memory
_RESIDENT: Final = "VmHWM:"  # the most so far, in kB


class ViewsDiffer(Exception):
    """What was rebuilt is not what was followed: no figure is worth anything."""


async def rebuild(
    ground: Ground, history: History, effort: Effort, tell: Callable[[str], None]
) -> list[Figure]:
    events = history.head
    tell(f"rebuild: following {events:,} events first, since a rebuild compares itself")
    with fresh_schema(ground, history) as views:
        await followed(history, views)
        one, several = _Rebuilds(history, views), _Rebuilds(history, views, workers=_WORKERS)
        tell(f"rebuild: {effort.rounds} rounds of three turns")
        by_one, by_several, copied = await in_turns(
            effort.rounds, one, several, partial(asyncio.to_thread, _copy, history)
        )
    about = (
        f"`samordna rebuild caseload` over {events:,} events ({history.mix}), whole: read,"
        " decoded, folded in memory, COPY into bare tables, indexes, digests of the old and the new"
        " tables compared, names swapped; from a started Python process with uvloop on."
    )
    reference = (
        " The reference: COPY of the same table of events TO STDOUT (FORMAT BINARY), every byte"
        " received by psycopg in one Python process and thrown away."
    )
    figure = partial(
        compared,
        "rebuild",
        unit="events/s",
        reference="raw binary COPY TO, read by one Python process",
        theirs=copied,
    )
    return [
        figure(
            "caseload, one process",
            by_one,
            about=f"{about} One process does it all; at most {one.resident} of it.{reference}",
        ),
        figure(
            f"caseload, {_WORKERS} workers",
            by_several,
            about=f"{about} {_WORKERS} processes, started anew each time, read and fold, each its"
            f" part; at most {several.resident} of the parent and {several.resident_of_workers} of"
            f" a worker.{reference}",
        ),
    ]


@dataclass
class _Rebuilds:
    """One side's turns, and how much memory they took at most, in kB."""

    history: History
    views: str
    workers: int = 0
    _most: dict[bool, int] = field(default_factory=dict)

    async def __call__(self) -> Turn:
        told = {
            "projector": self.history.rooms.connect.url,
            "server": self.history.url("server"),
            "log": self.history.schema,
            "views": self.views,
            "workers": self.workers,
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "api.bench.rebuilding"), stdin=PIPE, stdout=PIPE
        )
        looking = asyncio.create_task(self._look(process.pid))
        said, _ = await process.communicate(json.dumps(told).encode())
        looking.cancel()
        if process.returncode:
            raise ToolFailed(f"a rebuild ended with {process.returncode}")
        done = json.loads(said)
        if done["differs"]:
            raise ViewsDiffer(ViewsDiffer.__doc__)
        return Turn(rate=done["position"] / done["seconds"])

    @property
    def resident(self) -> str:
        return _megabytes(self._most.get(False, 0))

    @property
    def resident_of_workers(self) -> str:
        return _megabytes(self._most.get(True, 0))

    async def _look(self, pid: int) -> None:
        while True:
            with suppress(OSError):  # where the system does not tell, or the process has ended
                workers = _children(pid)
                for process in (pid, *workers):
                    most = max(self._most.get(process in workers, 0), _resident(process))
                    self._most[process in workers] = most
            await asyncio.sleep(_LOOK)


def _children(process: int) -> list[int]:
    told = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(child) for child in told.split()]


def _resident(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii").split()
    return int(status[status.index(_RESIDENT) + 1]) if _RESIDENT in status else 0


def _megabytes(kilobytes: int) -> str:
    return f"{kilobytes / 1024:.0f} MB resident" if kilobytes else "(nobody tells) resident"


def _copy(history: History) -> Turn:
    copy_out = SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(Identifier(history.schema, "events"))
    began, size = perf_counter(), 0
    with (
        psycopg.connect(history.url("server")) as connection,
        connection.cursor() as cursor,
        cursor.copy(copy_out) as copy,
    ):
        for block in copy:
            size += len(block)
    return Turn(rate=history.head / (perf_counter() - began))


# --- one rebuild -------------------------------------------------------------------------------


async def _rebuild(
    *, projector: str, server: str, log: str, views: str, workers: int
) -> dict[str, Any]:
    nothing_is_opened = cast("Vault", None)
    connect = partial(psycopg.AsyncConnection.connect, projector)
    async with StoredEventLog(server, log) as stored:
        facts = FactLog(stored, Mapper(nothing_is_opened), nothing_is_opened)
        builders = Processes(count=workers, url=projector, log=log) if workers else None
        began = perf_counter()
        rebuilt = await rebuild_view(VIEW, facts, connect, schema=views, builders=builders)
        seconds = perf_counter() - began
    differs = rebuilt.old is None or rebuilt.differs
    return {"position": rebuilt.position, "seconds": seconds, "differs": differs}


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_rebuild(**json.load(sys.stdin)))))  # noqa: T201 - its answer
