"""Where the two databases are: given ones, or two small servers of our own.

The vault is a server apart, with a write-ahead log and backups of its own, so that what it forgets
is forgotten (design: the log remembers, the vault forgets).
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from api.runtime.audit.signing_keys import SigningKeys
from api.runtime.keys.key_encryption import KeyringFile
from api.runtime.keys.key_file import KeyManagement, KeyManagementCommand, KeyringExists
from api.runtime.postgres import database
from api.runtime.postgres.postgres_server import PostgresServer, start_postgres
from api.runtime.rounds import Rounds
from api.runtime.settings import Settings

_LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The owner's URL of each server; the roles' URLs follow from it. `own` are servers of ours,
    which somebody must look after while they run."""

    log: str
    vault: str
    own: Sequence[PostgresServer] = ()
    rounds: Rounds = field(
        default_factory=lambda: Rounds("servers", every=_LOOK_SECONDS, again=_LOOK_SECONDS)
    )

    async def look_after(self) -> None:
        """Until cancelled: a server of ours that died is started again, its log kept small."""
        if self.own:
            await self.rounds.keep(self._look_after)

    async def _look_after(self) -> None:
        looking = (asyncio.to_thread(server.look_after) for server in self.own)
        for outcome in await asyncio.gather(*looking, return_exceptions=True):
            if outcome is not None:
                raise outcome


FORGETFUL: Final = {"wal_recycle": "off", "min_wal_size": "32MB", "max_wal_size": "64MB"}
"""Of the vault's server: a segment of its write-ahead log that no recovery needs is removed, and
not kept for new use with what stands in it."""


@contextmanager
def servers(settings: Settings, *, make: bool = False) -> Iterator[Addresses]:
    """The given servers, or our own for as long as the context lasts.

    `make`: our own are made where there are none; otherwise MunicipalityIsMissing is raised, so
    that a question asked from the wrong folder leaves nothing behind.
    """
    if settings.database and settings.vault:
        yield Addresses(log=settings.database, vault=settings.vault)
        return
    if not make and not (settings.data / "log").exists():
        raise database.MunicipalityIsMissing
    with ExitStack() as running:
        started = {
            name: running.enter_context(
                start_postgres(
                    settings.data / name,
                    name=f"samordna-{name}",
                    bin_folder=settings.postgres_bin,
                    settings=FORGETFUL if name == "vault" else None,
                )
            )
            for name in ("log", "vault")
        }
        yield Addresses(
            log=started["log"].url(),
            vault=started["vault"].url(),
            own=list(started.values()),
        )


def create_databases(settings: Settings, addresses: Addresses, *, demo: bool = False) -> None:
    """Schemas, roles, passwords and keys; what is there already stays."""
    settings.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    keyring = settings.secrets / "keyring"
    if not keyring.exists():
        KeyringFile.create(keyring, _management(settings))
    with suppress(KeyringExists):
        signing_keys(settings).create()
    database.create(
        addresses.log,
        settings.municipality,
        secrets=settings.secrets,
        kind=database.LOG,
        demo=demo,
    )
    database.create(
        addresses.vault, settings.municipality, secrets=settings.secrets, kind=database.VAULT
    )


def keyring(settings: Settings) -> KeyringFile:
    """The key-encryption keys. Raises KeyringIsUnusable."""
    return KeyringFile(settings.secrets / "keyring", _management(settings))


def signing_keys(settings: Settings) -> SigningKeys:
    """The keys that sign the audit logs' checkpoints."""
    return SigningKeys(settings.secrets / "signing", _management(settings))


def _management(settings: Settings) -> KeyManagement | None:
    return KeyManagementCommand(settings.kms) if settings.kms else None
