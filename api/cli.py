"""The command line: samordna COMMAND. Each command's help says what it is for."""

import inspect
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import wraps
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import psycopg
import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from api.bench.figures import Effort
from api.bench.report import run_bench
from api.bench.run import NAMES as FIGURES
from api.commands.founding import found
from api.demo.running import DemoIsIncomplete, demo_staff, make_year, show_year
from api.runtime import database
from api.runtime.clock import SystemClock
from api.runtime.key_encryption import KeyringIsUnusable
from api.runtime.logging import configure
from api.runtime.postgres_ground import PostgresCannotRun
from api.runtime.serve import AddressCannotBeUsed, listen
from api.runtime.serve import serve as serve_house
from api.runtime.servers import Addresses, create_databases, servers
from api.runtime.settings import Settings, SettingsAreFaulty
from api.runtime.wiring import VaultDoesNotFit, local_issuer, open_house, trusted_issuer
from domain.errors import Refusal
from projections import ALL
from projections.rebuild import Rebuilt, rebuild

app = typer.Typer(
    help="Samordna: case coordination on immutable events.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="The schemas of the log and the vault.", no_args_is_help=True)
app.add_typer(db, name="db")

_err: Final = Console(stderr=True)
_SEED: Final = 20230401


def _where(
    data: Annotated[
        Path | None,
        typer.Option(help="Folder for embedded servers, secrets and the local token issuer."),
    ] = None,
    database: Annotated[
        str | None, typer.Option(help="URL of the log's PostgreSQL server, as its owner.")
    ] = None,
    vault: Annotated[
        str | None,
        typer.Option(help="URL of the vault's PostgreSQL server, another than the log's."),
    ] = None,
    postgres_bin: Annotated[
        Path | None,
        typer.Option(help="Folder with PostgreSQL's programs for the embedded servers."),
    ] = None,
    municipality: Annotated[str | None, typer.Option(help="Which municipality (schema).")] = None,
) -> None:
    """The options of every command."""


def _listening(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 takes any free one.")
    ] = None,
    log_format: Annotated[str | None, typer.Option(help="human or json.")] = None,
) -> None:
    """The options of a command that serves."""


def _trusting(
    issuer: Annotated[str | None, typer.Option(help="The tokens' issuer.")] = None,
    audience: Annotated[str | None, typer.Option(help="The tokens' audience.")] = None,
    jwks: Annotated[str | None, typer.Option(help="File or URL of the issuer's keys.")] = None,
    local_issuer: Annotated[
        bool | None,
        typer.Option("--local-issuer", help="Trust the token issuer on this machine."),
    ] = None,
) -> None:
    """Whose tokens a server believes."""


def settled(
    *options: Callable[..., None], **fixed: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command, as its first argument, the settings that its options and `fixed` make.

    The options are the parameters of the functions named; typer reads them off the signature.
    """

    def declare(command: Callable[..., None]) -> Callable[..., None]:
        shared = {
            name: parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for declared in options
            for name, parameter in inspect.signature(declared).parameters.items()
        }
        _, *own = inspect.signature(command).parameters.values()

        @wraps(command)
        def run(**given: Any) -> None:
            flags = {name: given.pop(name) for name in shared}
            command(_settings(**flags, **fixed), **given)

        run.__signature__ = inspect.Signature([*own, *shared.values()])  # type: ignore[attr-defined]  # what typer reads
        run.__annotations__ = {p.name: p.annotation for p in (*own, *shared.values())}
        return run

    return declare


@app.callback(invoke_without_command=True)
def start(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        print(version_of("samordna"))
        raise typer.Exit


@app.command()
@settled(_where, _listening, local_issuer=True)
def demo(
    settings: Settings,
    *,
    from_day: Annotated[
        str | None,
        typer.Option("--from", help="First day of the year (YYYY-MM-DD); by default a year ago."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same year.")] = _SEED,
    scale: Annotated[float, typer.Option(help="How many times the 120 intakes of a year.")] = 1.0,
) -> None:
    """Generate a pilot year of invented people, serve it, and say what to try.

    The first run makes the year; later runs continue with the same data. Everybody whose token is
    printed is invented, too. Never point it at a real municipality's database: it refuses one that
    holds events and is not marked as demo.
    """
    first = _first_day(from_day)
    with (
        listen(settings.host, settings.port) as listening,
        servers(settings, make=True) as addresses,
    ):
        create_databases(settings, addresses, demo=True)
        with _bar("the pilot year") as moved:
            uvloop.run(make_year(settings, addresses, first, seed, scale, progress=moved))
        uvloop.run(show_year(settings, addresses, listening))


@app.command()
@settled(_where, _listening, _trusting)
def serve(settings: Settings) -> None:
    """Serve the API on a database that was made by `samordna db create`."""
    trusted_issuer(settings, SystemClock())  # before anything is started

    async def run(addresses: Addresses, listening: socket.socket) -> None:
        async with open_house(settings, addresses) as rooms:
            await serve_house(
                rooms.house,
                listening=listening,
                ready=lambda address: print(f"Serving {address}/samordna/v1", flush=True),
            )

    with listen(settings.host, settings.port) as listening, servers(settings) as addresses:
        uvloop.run(run(addresses, listening))


@app.command(name="rebuild")
@settled(_where)
def rebuild_view(
    settings: Settings,
    *,
    view: Annotated[str, typer.Argument(help="Which view, for example caseload; or all.")],
) -> None:
    """Fold the whole log anew into a view beside the one in use, compare both by digest, swap.

    Readers and the server go on meanwhile. Ends with an error when the two differ.
    """
    chosen = [projection for projection in ALL if view in {projection.name, "all"}]
    if not chosen:
        raise typer.BadParameter(f"views: {', '.join(p.name for p in ALL)}, or all")

    async def run(addresses: Addresses) -> list[tuple[str, Rebuilt]]:
        rebuilt = []
        async with open_house(settings, addresses, follow=False) as rooms:
            for projection in chosen:
                with _bar(projection.name) as moved:
                    found = await rebuild(
                        projection,
                        rooms.facts,
                        rooms.connect,
                        schema=settings.municipality,
                        progress=moved,
                    )
                rebuilt.append((projection.name, found))
        return rebuilt

    with servers(settings) as addresses:
        rebuilt = uvloop.run(run(addresses))
    _show_rebuilt(rebuilt)
    if any(found.differs for _, found in rebuilt):
        raise typer.Exit(1)


@app.command()
@settled(_where)
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
    print(local_issuer(settings, SystemClock()).issue(staff_id, timedelta(hours=hours)))


@app.command()
@settled(_where)
def bench(
    settings: Settings,
    *,
    names: Annotated[
        list[str] | None, typer.Argument(help=f"{', '.join(FIGURES)}; by default all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each figure.")] = False,
    events: Annotated[int, typer.Option(min=1, help="How long a log is followed.")] = Effort.events,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of each side.")] = Effort.rounds,
    seconds: Annotated[
        float, typer.Option(min=0.1, help="Length of a turn, where time ends it.")
    ] = Effort.seconds,
) -> None:
    """Measure how fast the house is here, each figure beside a reference from the same run.

    On throw-away servers with PostgreSQL's own settings; or on given ones, in schemas that are
    dropped afterwards. Fails when a figure has to be left out.
    """
    if unknown := sorted(set(names or ()) - set(FIGURES)):
        raise typer.BadParameter(f"no figure {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    effort = Effort(events=events, rounds=rounds, seconds=seconds)
    if not run_bench(settings, names or FIGURES, effort, as_json=as_json):
        raise typer.Exit(1)


@db.command("create")
@settled(_where)
def db_create(
    settings: Settings,
    *,
    administrator: Annotated[
        str | None,
        typer.Option(help="Name of the first administrator, whose staff id is printed."),
    ] = None,
) -> None:
    """Make the schemas, roles and keys of a municipality, and its first administrator.

    What is there already stays. Passwords and the key-encryption keyring are made in the data
    folder (secrets/); keep a copy of the keyring where the database's backups are not.
    """

    async def run(addresses: Addresses, name: str) -> UUID:
        async with open_house(settings, addresses, follow=False) as rooms:
            return await found(rooms.house.desk, name=name)

    with servers(settings, make=True) as addresses:
        create_databases(settings, addresses)
        if administrator:
            print(uvloop.run(run(addresses, administrator)))


@db.command("migrate")
@settled(_where)
def db_migrate(settings: Settings) -> None:
    """Bring both schemas up to date."""
    with servers(settings) as addresses:
        for address, kind in _schemas(addresses):
            database.migrate(address, settings.municipality, kind=kind)
        _show_status(settings, addresses)


@db.command("status")
@settled(_where)
def db_status(settings: Settings) -> None:
    """Which migrations are applied, pending, or from another version of the program."""
    with servers(settings) as addresses:
        if not _show_status(settings, addresses):
            raise typer.Exit(1)


def main() -> None:
    """Run a command; what it cannot do is one message, not a traceback."""
    try:
        app()
    except (
        SettingsAreFaulty,
        PostgresCannotRun,
        KeyringIsUnusable,
        DemoIsIncomplete,
        AddressCannotBeUsed,
        VaultDoesNotFit,
        database.LogIsNoDemo,
        database.SecretsAreElsewhere,
        database.MunicipalityIsMissing,
        database.SchemaIsBehind,
        database.SchemaIsNewer,
        Refusal,
    ) as error:
        _err.print(f"samordna: {_told(error)}", style="red", highlight=False)
        sys.exit(1)
    except psycopg.errors.InsufficientPrivilege:
        _err.print(
            "samordna: the owner's role may not do this; it needs CREATEROLE, and CREATE on the"
            " database.",
            style="red",
        )
        sys.exit(1)
    except psycopg.ProgrammingError:  # its text may repeat the address, with a password
        _err.print(
            "samordna: --database or --vault is no address of PostgreSQL; give"
            " postgresql://user@host:port/database.",
            style="red",
        )
        sys.exit(1)
    except psycopg.OperationalError as error:
        _err.print(f"samordna: the database cannot be used: {error}", style="red", highlight=False)
        sys.exit(1)


# --- what the commands share -----------------------------------------------------------------


def _first_day(text: str | None) -> date:
    if text is None:
        return SystemClock().now().date() - timedelta(days=365)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("--from: a day as YYYY-MM-DD") from None


def _told(error: Exception) -> str:
    """What the error says; what its kind says, when it says nothing of its own."""
    return str(error) or " ".join((type(error).__doc__ or "").split())


def _settings(**flags: Any) -> Settings:
    settings = Settings.read(**flags)
    configure(human=settings.log_format == "human", level="WARNING")
    return settings


def _schemas(addresses: Addresses) -> list[tuple[str, database.Kind]]:
    return [(addresses.log, database.LOG), (addresses.vault, database.VAULT)]


@contextmanager
def _bar(what: str) -> Iterator[Callable[..., None]]:
    """A progress bar on a terminal; nothing but its end elsewhere."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=_err) as progress:
        task: TaskID = progress.add_task(what, total=None, note="")

        def moved(done: int, total: int, rate: float = 0) -> None:
            note = f"{rate:,.0f} events/s" if rate else ""
            progress.update(task, completed=done, total=total, note=note)

        yield moved


def _show_rebuilt(views: list[tuple[str, Rebuilt]]) -> None:
    table = Table("view", "position", "compared at", "digest", "")
    for name, view in views:
        digests = " ".join(digest[:16] for digest in view.new.values())
        verdict = "DIFFERS" if view.differs else "the same" if view.old else "new"
        table.add_row(name, str(view.position), str(view.compared_at), digests, verdict)
    Console().print(table)


def _show_status(settings: Settings, addresses: Addresses) -> bool:
    table = Table("schema", "applied", "pending", "unknown")
    current = True
    for address, kind in _schemas(addresses):
        status = database.status(address, settings.municipality, kind=kind)
        table.add_row(
            kind.migrations,
            *(
                ", ".join(names) or "-"
                for names in (status.applied, status.pending, status.unknown)
            ),
        )
        current = current and not status.pending and not status.unknown
    Console().print(table)
    return current
