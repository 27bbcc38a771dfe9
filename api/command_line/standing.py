"""How the views stand, from the database alone: beside running servers, or without any."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, TypeVar

import msgspec
import psycopg
import typer
import uvloop
from rich.console import Console
from rich.table import Table

from api.command_line.options import settled, where
from api.command_line.views import OF_RECEIPTS, VIEWS, source_of
from api.runtime.postgres import database
from api.runtime.postgres.servers import Addresses, servers
from api.runtime.settings import Settings
from api.runtime.wiring import open_house
from projections.asking import Connection
from projections.parking import Parked, parked
from projections.rebuild import prepare
from projections.releasing import Released
from projections.releasing import release as release_view
from projections.standing import (
    AHEAD,
    LOOKS_APART,
    STANDING_STILL,
    Standing,
    standings,
    state_of,
)

_NAMES = [projection.name for projection in VIEWS]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A view in a word, in numbers, and what it could not fold."""

    state: str
    stands: Standing
    parked: Sequence[Parked]

    @property
    def is_well(self) -> bool:
        return self.state not in {STANDING_STILL, AHEAD} and not self.stands.parked_keys


@settled(where)
def show(
    settings: Settings,
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each view.")] = False,
) -> None:
    """How far the views have come, who follows them, what they could not fold.

    Ends with an error when one stands still, has parked something, or shows more than the log has.
    """
    if context.invoked_subcommand:
        return
    seen = _asked(settings, _look)
    if as_json:
        for view in seen:
            told = {"state": view.state, **asdict(view.stands), "parked": view.parked}
            typer.echo(msgspec.json.encode(told))
    else:
        _show(seen)
    if not all(view.is_well for view in seen):
        raise typer.Exit(1)


@settled(where)
def release(
    settings: Settings, *, view: Annotated[str, typer.Argument(help="Which view.")]
) -> None:
    """Fold what the view has parked, once the program is mended; no rebuild is needed.

    Readers and followers go on. Ends with an error when something stays parked.
    """
    chosen = {projection.name: projection for projection in VIEWS}.get(view)
    if chosen is None:
        raise typer.BadParameter(f"views: {', '.join(_NAMES)}")

    async def run(addresses: Addresses) -> Released:
        async with open_house(settings, addresses, follow=False) as rooms:
            source, schema = source_of(rooms, chosen), settings.municipality
            return await release_view(chosen, source, rooms.connect, schema=schema)

    with servers(settings) as addresses:
        released = uvloop.run(run(addresses))
    typer.echo(f"{view}: {len(released.keys)} keys released")
    for key in released.still_parked:
        typer.echo(f"{view}: {key} stays parked")
    if released.still_parked:
        raise typer.Exit(1)


async def _look(connection: Connection, schema: str) -> list[_Seen]:
    before = {it.view: it for it in await _stand(connection, schema)}
    if any(it.positions_behind for it in before.values()):
        await asyncio.sleep(LOOKS_APART)
    lacking = await parked(connection, schema, _NAMES)
    return [
        _Seen(
            state=state_of(it, before[it.view]),
            stands=it,
            parked=[key for key in lacking if key.projection == it.view],
        )
        for it in await _stand(connection, schema)
    ]


async def _stand(connection: Connection, schema: str) -> list[Standing]:
    return await standings(connection, schema, _NAMES, of_receipts=OF_RECEIPTS)


def _asked(settings: Settings, question: Callable[[Connection, str], Awaitable[T]]) -> T:
    """The answer to what is asked as the views' owner."""
    schema = settings.municipality
    with servers(settings) as addresses:
        url = database.role_url(addresses.log, schema, "projector", secrets=settings.secrets)
        database.require_current(url, schema, kind=database.LOG)

        async def connect() -> psycopg.AsyncConnection[Any]:
            here = database.session_url(url, name="samordna projections")
            return await psycopg.AsyncConnection.connect(here, autocommit=True)

        async def ask() -> T:
            async with await connect() as connection:
                try:
                    return await question(connection, schema)
                except psycopg.errors.UndefinedTable:  # nobody has followed since it was made
                    await prepare(VIEWS, connect, schema=schema)
                    return await question(connection, schema)

        return uvloop.run(ask())


def _show(seen: Sequence[_Seen]) -> None:
    table = Table("view", "state", "position", "behind", "parked", "epoch", "process", "kept")
    for view in seen:
        it = view.stands
        table.add_row(
            f"{it.view} v{it.version}",
            view.state,
            f"{it.position:,}",
            f"{it.positions_behind:,} ({it.seconds_behind:,.1f} s)" if it.positions_behind else "-",
            f"{it.parked_keys:,} ({it.parked_items:,})" if it.parked_keys else "-",
            f"{it.epoch:,}",
            _process(it),
            "-" if it.kept_position is None else f"v{it.kept_version} at {it.kept_position:,}",
            style=None if view.is_well else "red",
        )
    Console().print(table)
    for key in (key for view in seen for key in view.parked):
        typer.echo(
            f"{key.projection}: {key.key} is parked since {key.since:%Y-%m-%d %H:%M}, from position"
            f" {key.first_position} on ({key.error}), {key.items} items"
        )


def _process(it: Standing) -> str:
    """Whose turn it is to move the view."""
    if it.process is None:
        return "nobody"
    return f"{it.process} at {it.client}" if it.client else str(it.process)
