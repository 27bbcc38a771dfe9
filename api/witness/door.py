"""The witness's only door."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from socket import socket
from typing import Final

from aiohttp import web

from api.tree.submissions import LARGEST
from api.witness.witness import Witness

_GRACE: Final = 5.0  # seconds that requests in flight may take


def witness_app(witness: Witness) -> web.Application:
    async def add_checkpoint(request: web.Request) -> web.Response:
        answer = await asyncio.to_thread(witness.add_checkpoint, await request.read())
        return web.Response(
            status=answer.status, text=answer.body, content_type=answer.content_type
        )

    async def live(_: web.Request) -> web.Response:
        return web.Response(status=HTTPStatus.OK)

    app = web.Application(client_max_size=LARGEST)
    app.add_routes([web.post("/add-checkpoint", add_checkpoint), web.get("/health/live", live)])
    return app


async def serve(
    witness: Witness,
    *,
    listening: socket,
    ready: Callable[[], None],
    until: Callable[[], asyncio.Event],
) -> None:
    """Serve until told to stop."""
    runner = web.AppRunner(witness_app(witness), access_log=None, shutdown_timeout=_GRACE)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        told = until()
        ready()
        await told.wait()
    finally:
        await runner.cleanup()
