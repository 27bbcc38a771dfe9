"""The key-encryption keys: renewed, and the vault's keys wrapped anew, while others serve."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated

import typer
import uvloop

from api.command_line.options import settled, where
from api.runtime import database
from api.runtime.servers import Addresses, keyring, servers
from api.runtime.settings import Settings
from api.runtime.vault import PostgresVault


@settled(where)
def rotate(
    settings: Settings,
    *,
    resume: Annotated[
        bool, typer.Option("--resume", help="Without a new version: end what was interrupted.")
    ] = False,
) -> None:
    """Add a key-encryption key, and wrap every key of the vault by it, while others serve.

    Killed in the midst of it, nothing is lost: some keys are wrapped by the newest key and the rest
    by older ones, which stay in the keyring. What other processes have wrapped meanwhile by the old
    key, `--resume` takes a minute later. Keep a copy of the keyring where the backups are not.
    """

    async def run(addresses: Addresses) -> tuple[int, Mapping[str, int]]:
        async with _vault(settings, addresses) as vault:
            taken = await vault.rotate()
            return taken, await vault.wrapped_by()

    with servers(settings) as addresses:
        if not resume:
            keyring(settings).renew()
        taken, wrapped = uvloop.run(run(addresses))
    typer.echo(f"{taken:,} keys wrapped anew")
    _show(wrapped)


@settled(where)
def show(settings: Settings) -> None:
    """How many keys of the vault each key-encryption key wraps."""

    async def run(addresses: Addresses) -> Mapping[str, int]:
        async with _vault(settings, addresses) as vault:
            return await vault.wrapped_by()

    with servers(settings) as addresses:
        _show(uvloop.run(run(addresses)))


@asynccontextmanager
async def _vault(settings: Settings, addresses: Addresses) -> AsyncIterator[PostgresVault]:
    schema = settings.municipality
    url = database.role_url(addresses.vault, schema, "vault", secrets=settings.secrets)
    database.require_current(url, schema, kind=database.VAULT)
    async with PostgresVault(url, schema, keyring(settings)) as vault:
        yield vault


def _show(wrapped: Mapping[str, int]) -> None:
    for version, count in sorted(wrapped.items(), key=lambda it: int(it[0])):
        typer.echo(f"version {version}: {count:,} keys")
