"""Several serving processes behind one address.

The parent takes the connections and hands them out in turn. A worker asks for them: each byte that
it sends over its channel is a wish for one more. So who is not ready, stands still or is gone gets
no more than it asked for, and what nobody asks for waits in the kernel's queue.

A worker serves until its channel ends: the parent was told to stop, or is no more. One that ends
by itself is started again.
"""

import asyncio
import os
import shutil
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import structlog

from api.runtime.metrics import Parts, text
from api.runtime.postgres.servers import Addresses
from api.runtime.serving.protocol import Runner
from api.runtime.serving.serve import GRACE, address_of, answering, caught_up, told_to_stop
from api.runtime.serving.siblings import PARENT, telling
from api.runtime.wiring import Rooms

PROGRAM: Final = (sys.executable, "-P", "-m", "api.cli", "worker")

_AT_ONCE = 8  # connections that a worker asks for before it has taken the first
_FIRST_PAUSE, _LAST_PAUSE = 0.1, 10.0  # seconds until one that ended is started again
_STEADY = 60.0  # seconds of life after which the pauses begin anew
_LEAVE = GRACE + 5.0  # seconds until a worker that should have left is killed
_TAKE_AGAIN = 0.1  # seconds, when the kernel could not give a connection
_WISH = b"."

_log = structlog.get_logger(__name__)


class WorkerCannotServe(Exception):
    """A serving process ended before it was ready; what it said stands above."""


# --- the parent ------------------------------------------------------------------------------


async def serve_by_workers(
    workers: int,
    environment: Mapping[str, str],
    addresses: Addresses,
    *,
    listening: socket.socket,
    ready: Callable[[str], None],
) -> None:
    """Serve by so many processes until told to stop; `ready` hears the address when all answer.
    Raises WorkerCannotServe."""
    told = told_to_stop()
    asked = asyncio.Event()
    with TemporaryDirectory(prefix="samordna-") as name:
        folder = Path(name)
        command = (*PROGRAM, "--folder", name)
        crew = [Worker(number, command, environment, asked) for number in range(1, workers + 1)]
        parts = Parts(
            rounds=[addresses.rounds] if addresses.own else [],
            workers={str(worker.number): worker for worker in crew},
        )

        async def tell() -> None:
            for worker in crew:
                await worker.ready.wait()
            ready(address_of(listening))

        async with telling(folder, PARENT, partial(text, parts.registry())):
            jobs = [addresses.look_after(), _hand_out(listening, crew, asked), tell()]
            await _all_of([*jobs, *(worker.keep() for worker in crew)], told)


async def _all_of(jobs: Sequence[Coroutine[Any, Any, None]], told: asyncio.Event) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job) for job in jobs]
            await told.wait()
            for task in tasks:
                task.cancel()
    except* WorkerCannotServe:
        raise WorkerCannotServe from None


async def _hand_out(
    listening: socket.socket, workers: Sequence["Worker"], asked: asyncio.Event
) -> None:
    """Each connection to the worker that asks for most, and whose turn is longest ago."""
    loop = asyncio.get_running_loop()
    turn = 0
    with listening:
        listening.setblocking(False)
        while True:
            try:
                connection, _ = await loop.sock_accept(listening)
            except OSError as error:  # no file left, or the caller has gone
                _log.warning("no connection taken", exc_info=error)
                await asyncio.sleep(_TAKE_AGAIN)
                continue
            with connection:
                turn += 1
                while not _handed(connection, workers, turn):
                    asked.clear()
                    await asked.wait()


def _handed(connection: socket.socket, workers: Sequence["Worker"], turn: int) -> bool:
    asking = sorted((w for w in workers if w.wishes), key=lambda w: (-w.wishes, w.turn))
    return any(worker.take(connection, turn) for worker in asking)


class Worker:
    """One serving process, as the parent knows it; started again whenever it ends."""

    def __init__(
        self,
        number: int,
        command: Sequence[str],
        environment: Mapping[str, str],
        asked: asyncio.Event,
    ) -> None:
        self.number = number
        self.starts = 0
        self.wishes = 0
        self.turn = 0  # the last
        self.ready = asyncio.Event()  # for the first time
        self._command = (*command, "--number", str(number))
        self._environment = environment
        self._asked = asked  # by any worker
        self._channel: socket.socket | None = None

    async def keep(self) -> None:
        """Until cancelled. Raises WorkerCannotServe when the first process is never ready."""
        seconds = asyncio.get_running_loop().time
        pause = _FIRST_PAUSE
        while True:
            began = seconds()
            status = await self._lived()
            if not self.ready.is_set():
                raise WorkerCannotServe
            if seconds() - began > _STEADY:
                pause = _FIRST_PAUSE
            _log.error("a worker ended", worker=self.number, status=status, seconds=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LAST_PAUSE)

    async def _lived(self) -> int | None:
        """How it ended; None when it could not be started."""
        try:
            async with self._running() as process:
                return await process.wait()
        except OSError:
            return None

    def take(self, connection: socket.socket, turn: int) -> bool:
        """Whether it was handed over."""
        if self._channel is None:
            return False
        try:
            socket.send_fds(self._channel, [_WISH], [connection.fileno()])
        except OSError:
            self.wishes = 0
            return False
        self.wishes -= 1
        self.turn = turn
        return True

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[Process]:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        async with AsyncExitStack() as running:
            running.enter_context(ours)
            with theirs:
                process = await asyncio.create_subprocess_exec(
                    *self._command,
                    *("--channel", str(theirs.fileno())),
                    pass_fds=[theirs.fileno()],
                    env=self._environment,
                    start_new_session=True,  # Ctrl-C reaches the parent only
                )
            running.push_async_callback(_left, process)
            running.callback(self._hang_up)
            self.starts += 1
            self._channel = ours
            asyncio.get_running_loop().add_reader(ours, self._hear)
            yield process

    def _hear(self) -> None:
        if self._channel is None:
            return
        with suppress(BlockingIOError):
            try:
                wishes = self._channel.recv(_AT_ONCE)
            except ConnectionError:
                wishes = b""
            if not wishes:
                self._hang_up()
                return
            self.wishes += len(wishes)
            self.ready.set()
            self._asked.set()

    def _hang_up(self) -> None:
        """The worker, if it still lives, reads the end of its channel and leaves."""
        self.wishes = 0
        if self._channel:
            asyncio.get_running_loop().remove_reader(self._channel)
            self._channel.close()
            self._channel = None


async def _left(process: Process) -> None:
    try:
        async with asyncio.timeout(_LEAVE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


# --- a worker --------------------------------------------------------------------------------


async def work(
    rooms: Rooms, channel: socket.socket, *, folder: Path, number: int, workers: int
) -> None:
    """Serve the connections that are handed over, until told to stop or the channel ends."""
    told = told_to_stop()
    loop, parent = asyncio.get_running_loop(), os.getppid()
    rooms.metrics.share(folder, [PARENT, *map(str, range(1, workers + 1))])
    async with (
        telling(folder, str(number), rooms.metrics.own),
        answering(rooms.house) as runner,
    ):
        handed = _Handed(runner, channel, told)
        channel.setblocking(False)
        loop.add_reader(channel, handed.take)
        await caught_up(rooms.house, told)
        with suppress(OSError):
            channel.send(_WISH * _AT_ONCE)
        await told.wait()
        loop.remove_reader(channel)
        channel.close()
    if os.getppid() != parent:  # it was killed
        shutil.rmtree(folder, ignore_errors=True)


class _Handed:
    """What comes over the channel."""

    def __init__(self, runner: Runner, channel: socket.socket, told: asyncio.Event) -> None:
        self._runner = runner
        self._channel = channel
        self._told = told
        self._greetings: set[asyncio.Task[None]] = set()

    def take(self) -> None:
        """All that has come; its end tells to stop."""
        with suppress(BlockingIOError):
            while not self._told.is_set():
                try:
                    message, connections, _, _ = socket.recv_fds(self._channel, 1, 1)
                except ConnectionError:
                    message, connections = b"", []
                if not message:
                    self._told.set()
                for connection in connections:
                    task = asyncio.create_task(self._greet(socket.socket(fileno=connection)))
                    self._greetings.add(task)
                    task.add_done_callback(self._greetings.discard)

    async def _greet(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        server = self._runner.server
        if server:
            await asyncio.get_running_loop().connect_accepted_socket(server, connection)
        with suppress(OSError):
            self._channel.send(_WISH)
