"""For trying things out on this machine: a pilot year, and tokens."""

from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

import typer
import uvloop

from api.command_line.options import listening, settled, where
from api.command_line.progress import ERRORS, bar
from api.demo.running import demo_staff, make_year, show_year
from api.demo.showing import in_words
from api.runtime.clock import SystemClock
from api.runtime.postgres.servers import create_databases, servers
from api.runtime.serving.serve import listen
from api.runtime.settings import Settings
from api.runtime.wiring import local_issuer

_SEED: Final = 20230401
_YEAR: Final = timedelta(days=365)
_EARLIEST: Final = date(2000, 1, 1)
_LEAST, _MOST = 0.02, 1000.0


@settled(where, listening, local_issuer=True)
def demo(
    settings: Settings,
    *,
    from_day: Annotated[
        str | None,
        typer.Option("--from", help="First day of the year (YYYY-MM-DD); by default a year ago."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same year.", show_default=str(_SEED))
    ] = None,
    scale: Annotated[
        float | None, typer.Option(help="How many times the 120 intakes of a year.")
    ] = None,
) -> None:
    """Generate a pilot year of invented people, serve it, and say what to try.

    The first run makes the year; later runs continue with the same data. Everybody whose token is
    printed is invented, too. Never point it at a real municipality's database: it refuses one that
    holds events and is not marked as demo.
    """
    asked = {"--from": from_day, "--seed": seed, "--scale": scale}
    first, seed, scale = _first_day(from_day), _SEED if seed is None else seed, _scale(scale)
    with (
        listen(settings.host, settings.port) as listening,
        servers(settings, make=True) as addresses,
    ):
        create_databases(settings, addresses, demo=True)
        with bar("the pilot year") as moved:
            year = uvloop.run(make_year(settings, addresses, first, seed, scale, progress=moved))
        for told in in_words(year.refused if year else {}):
            ERRORS.print(told, highlight=False)
        if year is None and any(value is not None for value in asked.values()):
            ERRORS.print(
                f"The year is there already: {', '.join(asked)} are for making one. For another"
                " year, name another folder with --data.",
                highlight=False,
            )
        uvloop.run(show_year(settings, addresses, listening))


@settled(where)
def token(
    settings: Settings,
    *,
    who: Annotated[str, typer.Argument(help="A demo role (nexus-worker ...) or a staff id.")],
    hours: Annotated[
        int, typer.Option(min=1, max=24, help="How long the token lives, at most 24.")
    ] = 8,
) -> None:
    """Issue a bearer token from the local issuer, for trying things out on this machine.

    Only a server that was started with the local issuer believes it.
    """
    staff = demo_staff(settings)
    try:
        staff_id = UUID(staff.get(who, who))
    except ValueError:
        roles = ", ".join(sorted(staff)) or "none: no demo year was generated in this folder"
        raise typer.BadParameter(f"a staff id, or a demo role ({roles})") from None
    typer.echo(local_issuer(settings, SystemClock()).issue(staff_id, timedelta(hours=hours)))


def _first_day(text: str | None) -> date:
    """The year ends today, or before: nothing is recorded in the future."""
    latest = SystemClock().now().date() - _YEAR
    if text is None:
        return latest
    try:
        first = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("--from: a day as YYYY-MM-DD") from None
    if not _EARLIEST <= first <= latest:
        raise typer.BadParameter(f"--from: a day from {_EARLIEST} to {latest}, a year ago")
    return first


def _scale(given: float | None) -> float:
    scale = 1.0 if given is None else given
    if not _LEAST <= scale <= _MOST:
        raise typer.BadParameter(f"--scale: {_LEAST} to {_MOST:g} times the 120 intakes of a year")
    return scale
