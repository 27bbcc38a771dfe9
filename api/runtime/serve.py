"""The server's life: listen, tell that it is ready, leave politely on SIGINT and SIGTERM."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable

from aiohttp import web

from api.app import build_app
from api.house import House
from api.runtime.protocol import Runner

_GRACE = 10.0  # seconds that requests in flight may take
_LEVEL = 1.0  # seconds behind: what the doors accept
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


async def serve(house: House, *, listening: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve until told to stop; `ready` hears the address."""
    runner = Runner(
        build_app(house), access_log=None, shutdown_timeout=_GRACE, handle_signals=False
    )
    await runner.setup()
    try:
        site = web.SockSite(runner, listening)
        await site.start()
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, told.set)
        await _catch_up(house)
        bound = runner.addresses[0]
        ready(f"http://{bound[0]}:{bound[1]}")
        await told.wait()
    finally:
        await runner.cleanup()


async def _catch_up(house: House) -> None:
    """Who is told the address can use it: the views have seen the log's end, or it takes long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while house.views.seconds_behind("access") > _LEVEL:  # noqa: ASYNC110 - the views tell no event
                await asyncio.sleep(0.02)
