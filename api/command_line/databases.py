"""The schemas of the log and the vault."""

from typing import Annotated
from uuid import UUID

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from api.command_line.options import settled, where
from api.commands.founding import found
from api.runtime.postgres import database
from api.runtime.postgres.servers import Addresses, create_databases, servers
from api.runtime.settings import Settings
from api.runtime.wiring import open_house


@settled(where)
def create(
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
            typer.echo(uvloop.run(run(addresses, administrator)))


@settled(where)
def migrate(settings: Settings) -> None:
    """Bring both schemas up to date."""
    with servers(settings) as addresses:
        for address, kind in _schemas(addresses):
            database.migrate(address, settings.municipality, kind=kind, secrets=settings.secrets)
        _show_status(settings, addresses)


@settled(where)
def status(settings: Settings) -> None:
    """Which migrations are applied, pending, or from another version of the program."""
    with servers(settings) as addresses:
        if not _show_status(settings, addresses):
            raise typer.Exit(1)


def _schemas(addresses: Addresses) -> list[tuple[str, database.Kind]]:
    return [(addresses.log, database.LOG), (addresses.vault, database.VAULT)]


def _show_status(settings: Settings, addresses: Addresses) -> bool:
    table = Table("schema", "applied", "pending", "unknown")
    current = True
    for address, kind in _schemas(addresses):
        found = database.status(address, settings.municipality, kind=kind)
        table.add_row(
            kind.migrations,
            *(", ".join(names) or "-" for names in (found.applied, found.pending, found.unknown)),
        )
        current = current and not found.pending and not found.unknown
    Console().print(table)
    return current
