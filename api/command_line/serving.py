"""Serve, by one process or by several."""

import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from api.command_line.options import listening, meeting, settled, sharing, trusting, where
from api.runtime.clock import SystemClock
from api.runtime.postgres.servers import Addresses, servers
from api.runtime.serving.serve import listen
from api.runtime.serving.serve import serve as serve_house
from api.runtime.serving.workers import serve_by_workers, work
from api.runtime.settings import Settings
from api.runtime.wiring import open_house, trusted_issuer


@settled(where, listening, meeting, sharing, trusting)
def serve(settings: Settings) -> None:
    """Serve the API on a database that was made by `samordna db create`."""
    trusted_issuer(settings, SystemClock())  # before anything is started
    with listen(settings.host, settings.port) as address, servers(settings) as addresses:
        if settings.workers == 1:
            uvloop.run(_serve(settings, addresses, address))
        else:
            uvloop.run(_serve_by_workers(settings, addresses, address))


@settled(where, listening, meeting, sharing, trusting)
def worker(
    settings: Settings,
    *,
    number: Annotated[int, typer.Option(help="Which one of several.")],
    channel: Annotated[int, typer.Option(help="What connections are handed over by.")],
    folder: Annotated[Path, typer.Option(help="Where the processes ask each other.")],
) -> None:
    """Be one process of `samordna serve --workers`, which starts it."""

    async def run(addresses: Addresses) -> None:
        async with open_house(settings, addresses) as rooms, rooms.keeping_time():
            await work(
                rooms,
                socket.socket(fileno=channel),
                folder=folder,
                number=number,
                workers=settings.workers,
            )

    with servers(settings) as addresses:
        uvloop.run(run(addresses))


async def _serve(settings: Settings, addresses: Addresses, listening: socket.socket) -> None:
    async with open_house(settings, addresses) as rooms, rooms.keeping_time():
        await serve_house(rooms.house, listening=listening, ready=_told)


async def _serve_by_workers(
    settings: Settings, addresses: Addresses, listening: socket.socket
) -> None:
    given = replace(settings, database=addresses.log, vault=addresses.vault)
    await serve_by_workers(
        settings.workers,
        {**os.environ, **given.environment},
        addresses,
        listening=listening,
        ready=_told,
    )


def _told(address: str) -> None:
    typer.echo(f"Serving {address}/samordna/v1")
