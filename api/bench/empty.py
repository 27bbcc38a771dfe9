"""The least that aiohttp can do: an empty JSON answer, served just as the house is served."""

import asyncio
import signal

import uvloop
from aiohttp import web


async def _answer(_: web.Request) -> web.Response:
    return web.Response(body=b"{}", content_type="application/json")


async def _serve() -> None:
    empty = web.Application()
    empty.router.add_route("*", "/{path:.*}", _answer)
    runner = web.AppRunner(empty, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        told = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
        host, port = runner.addresses[0][:2]
        print(f"http://{host}:{port}", flush=True)  # noqa: T201 - the bench reads it
        await told.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(_serve())
