"""The server's life: listen, tell that it is ready, leave politely on SIGINT and SIGTERM."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from api.app import build_app
from api.door.system import system_routes
from api.house import House
from api.runtime.serving.protocol import Runner

GRACE = 10.0  # seconds that requests in flight may take
_IDLE = 75.0  # seconds that a connection may say nothing, or dribble the head of a request
_LEVEL = 1.0  # seconds behind: what the doors accept
_NEW_OBJECTS = 20_000  # in a few dozen answers
_PATIENCE = 30.0  # seconds for the views to catch up before the address is told


class AddressCannotBeUsed(Exception):
    """The address cannot be listened on."""


def listen(host: str, port: int) -> socket.socket:
    """The server's socket, taken before anything is started: a second server that is refused must
    not disturb the first. Raises AddressCannotBeUsed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise AddressCannotBeUsed(
            f"{host}, port {port}, cannot be listened on: {error.strerror or error}. Stop who uses"
            " it, or choose another --port or --host (0 takes any free port)."
        ) from error


def address_of(listening: socket.socket) -> str:
    host, port, *_ = listening.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve(house: House, *, listening: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve until told to stop; `ready` hears the address."""
    async with answering(house) as runner:
        await web.SockSite(runner, listening).start()
        told = told_to_stop()
        await caught_up(house, told)
        ready(address_of(listening))
        await told.wait()


@asynccontextmanager
async def answering(house: House) -> AsyncIterator[Runner]:
    """The house answers whatever connections it is given; requests in flight end in good order."""
    runner = Runner(
        build_app(house),
        access_log=None,
        shutdown_timeout=GRACE,
        keepalive_timeout=_IDLE,
        handle_signals=False,
    )
    await runner.setup()
    _look_for_cycles_seldom()
    try:
        yield runner
    finally:
        await runner.cleanup()


def _look_for_cycles_seldom() -> None:
    """What an answer is made of goes with its last reference. Python's search for what does not, at
    every 700 new objects and again and again among all the old ones, takes a quarter of the time;
    so it passes over what the program itself is made of, and waits for more."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 20)


@asynccontextmanager
async def watched(house: House, port: int) -> AsyncIterator[None]:
    """Whoever watches is told how this process is doing, on this machine only."""
    app = web.Application()
    app.add_routes(system_routes(house))
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        with listen("127.0.0.1", port) as listening:
            await web.SockSite(runner, listening).start()
            yield
    finally:
        await runner.cleanup()


def told_to_stop() -> asyncio.Event:
    """Set by SIGINT and SIGTERM."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, told.set)
    return told


async def caught_up(house: House, told: asyncio.Event) -> None:
    """Who is told the address can use it: the views have seen the log's end, or it takes long; or
    it is no use any more, because the house was told to stop."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while house.views.seconds_behind("access") > _LEVEL and not told.is_set():  # noqa: ASYNC110 - the views tell no event
                await asyncio.sleep(0.02)
