"""The server's life: listen, tell that it is ready, leave politely on SIGINT and SIGTERM."""

import asyncio
import signal
from collections.abc import Callable

from aiohttp import web

from api.app import build_app
from api.house import House
from api.runtime.protocol import Runner

_GRACE = 10.0  # seconds that requests in flight may take


async def serve(house: House, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until told to stop; `ready` hears the address.

    Raises OSError when the port is taken.
    """
    runner = Runner(
        build_app(house), access_log=None, shutdown_timeout=_GRACE, handle_signals=False
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, told.set)
        bound = runner.addresses[0]
        ready(f"http://{bound[0]}:{bound[1]}")
        await told.wait()
    finally:
        await runner.cleanup()
