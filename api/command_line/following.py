"""Follow the views apart from serving."""

from contextlib import AsyncExitStack
from typing import Annotated

import typer
import uvloop

from api.command_line.options import settled, where
from api.command_line.views import VIEWS
from api.runtime.postgres.servers import Addresses, servers
from api.runtime.serving.serve import told_to_stop, watched
from api.runtime.settings import Settings
from api.runtime.wiring import open_house

_NAMES = [projection.name for projection in VIEWS]


@settled(where)
def follow(
    settings: Settings,
    *,
    views: Annotated[
        list[str] | None, typer.Argument(help=f"{', '.join(_NAMES)}; by default all.")
    ] = None,
    watch: Annotated[
        int | None, typer.Option(help="Port on this machine for /health and /metrics.")
    ] = None,
) -> None:
    """Follow the views until told to stop, apart from `serve` (see its --no-follow).

    Several may follow at once: one of them moves a view, and another takes over when that stands
    still. Who follows all of them seals the audit logs, too.
    """
    if unknown := sorted(set(views or ()) - set(_NAMES)):
        raise typer.BadParameter(f"no view {', '.join(unknown)}; there are {', '.join(_NAMES)}")

    async def run(addresses: Addresses) -> None:
        told = told_to_stop()
        async with open_house(settings, addresses, follow=False) as rooms, AsyncExitStack() as more:
            await more.enter_async_context(rooms.following(views or _NAMES))
            if not views:
                await more.enter_async_context(rooms.sealing())
            if watch is not None:
                await more.enter_async_context(watched(rooms.house, watch))
            typer.echo(f"Following {', '.join(views or _NAMES)}")
            await told.wait()

    with servers(settings) as addresses:
        uvloop.run(run(addresses))
