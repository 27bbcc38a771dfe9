"""The views: rebuild them, or put back what a rebuild has replaced."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from api.command_line.options import settled, where
from api.command_line.progress import bar
from api.runtime.postgres.servers import Addresses, servers
from api.runtime.rebuilding import Processes
from api.runtime.settings import Settings
from api.runtime.wiring import Rooms, open_house
from projections import ALL, ALL_OF_RECEIPTS
from projections.building import Builders
from projections.projection import Projection, Source
from projections.rebuild import Rebuilt, roll_back
from projections.rebuild import rebuild as rebuild_view

VIEWS: Sequence[Projection[Any]] = (*ALL, *ALL_OF_RECEIPTS)
OF_RECEIPTS = {projection.name for projection in ALL_OF_RECEIPTS}


@settled(where)
def rebuild(
    settings: Settings,
    *,
    view: Annotated[str, typer.Argument(help="Which view, for example caseload; or all.")],
    workers: Annotated[
        int, typer.Option(min=1, help="How many processes fold; the log of readings has one.")
    ] = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Build and compare; then drop what was built.")
    ] = False,
    put_back: Annotated[
        bool,
        typer.Option("--roll-back", help="Put back the tables that the last rebuild replaced."),
    ] = False,
) -> None:
    """Fold the whole log anew into a view beside the one in use, compare both by digest, swap.

    Readers and the server go on meanwhile. Ends with an error when the two differ. The tables that
    were replaced are kept until the next rebuild, and can be put back.
    """
    chosen = [projection for projection in VIEWS if view in {projection.name, "all"}]
    if not chosen:
        raise typer.BadParameter(f"views: {', '.join(p.name for p in VIEWS)}, or all")
    if put_back and (dry_run or workers > 1):
        raise typer.BadParameter("--roll-back goes with neither --dry-run nor --workers")
    with servers(settings) as addresses:
        if put_back:
            uvloop.run(_roll_back(settings, addresses, chosen))
            return
        rebuilt = uvloop.run(_rebuild(settings, addresses, chosen, workers, dry_run=dry_run))
    _show(rebuilt, dry_run=dry_run)
    if any(found.differs for found in rebuilt.values()):
        raise typer.Exit(1)


async def _rebuild(
    settings: Settings,
    addresses: Addresses,
    chosen: Sequence[Projection[Any]],
    workers: int,
    *,
    dry_run: bool,
) -> dict[str, Rebuilt]:
    rebuilt = {}
    async with open_house(settings, addresses, follow=False) as rooms:
        processes = Processes(count=workers, url=rooms.connect.url, log=settings.municipality)
        for projection in chosen:
            alone = workers == 1 or projection.name in OF_RECEIPTS
            builders: Builders | None = None if alone else processes
            with bar(projection.name) as moved:
                rebuilt[projection.name] = await rebuild_view(
                    projection,
                    source_of(rooms, projection),
                    rooms.connect,
                    schema=settings.municipality,
                    builders=builders,
                    progress=moved,
                    dry_run=dry_run,
                )
    return rebuilt


async def _roll_back(
    settings: Settings, addresses: Addresses, chosen: Sequence[Projection[Any]]
) -> None:
    async with open_house(settings, addresses, follow=False) as rooms:
        for projection in chosen:
            with bar(projection.name) as moved:
                position = await roll_back(
                    projection,
                    source_of(rooms, projection),
                    rooms.connect,
                    schema=settings.municipality,
                    progress=moved,
                )
            typer.echo(f"{projection.name}: the tables before are back, up to position {position}")


def source_of(rooms: Rooms, projection: Projection[Any]) -> Source[Any]:
    return rooms.access_log if projection.name in OF_RECEIPTS else rooms.facts


def _show(views: dict[str, Rebuilt], *, dry_run: bool) -> None:
    table = Table("view", "position", "compared at", "digest", "")
    for name, view in views.items():
        digests = " ".join(digest[:16] for digest in view.new.values())
        verdict = "DIFFERS" if view.differs else "the same" if view.old else "new"
        table.add_row(name, str(view.position), str(view.compared_at), digests, verdict)
    Console().print(table)
    if dry_run:
        typer.echo("Nothing was swapped.")
