"""The key-encryption keys: renewed, wrapping the vault's keys anew meanwhile, and retired."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Final

import typer
import uvloop

from api.command_line.options import settled, where
from api.runtime.keys.key_file import KeyringIsUnusable
from api.runtime.keys.vault import PostgresVault
from api.runtime.postgres import database
from api.runtime.postgres.servers import Addresses, keyring, servers
from api.runtime.settings import Settings

_BACKUPS: Final = timedelta(days=30)  # how long the vault's backups are kept


class KeysMayBeNeeded(KeyringIsUnusable):
    """The keyring was changed less than 30 days ago: a backup of the vault may need the older keys
    still. Come back later."""


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
def retire(settings: Settings) -> None:
    """Take out of the keyring the key-encryption keys by which nothing is wrapped any more, a month
    after the last rotation: until then a backup of the vault that is restored needs them.

    Copies of the keyring that are kept elsewhere keep them, until they are replaced.
    """

    async def run(addresses: Addresses) -> Mapping[str, int]:
        async with _vault(settings, addresses) as vault:
            return await vault.wrapped_by()

    ring = keyring(settings)
    rest = timedelta(microseconds=(time.time_ns() - ring.changed_at) / 1000)
    if rest < _BACKUPS:
        raise KeysMayBeNeeded(settings.secrets)
    with servers(settings) as addresses:
        wrapped = uvloop.run(run(addresses))
    *older, _ = ring.versions
    unused = [version for version in older if not wrapped.get(version)]
    if unused:
        ring.retire(unused)
    typer.echo(f"retired: {', '.join(unused) or 'none'}")
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
