"""Whether the house is well, looked at from outside: what is wrong, and what to do about it.

Each look answers in findings and never fails; nothing personal and no secret stands in one.
"""

import asyncio
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final, LiteralString

import psycopg
from psycopg.sql import SQL, Identifier

from api.runtime.clock import SystemClock
from api.runtime.keys.key_file import KeyringIsUnusable
from api.runtime.keys.vault import PostgresVault
from api.runtime.postgres import database
from api.runtime.postgres.database import asked
from api.runtime.postgres.servers import Addresses, keyring
from api.runtime.serving.issuer_keys import PublishedKeys
from api.runtime.settings import Settings, SettingsAreFaulty
from api.runtime.wiring import trusted_issuer
from domain.errors import Unavailable
from projections import ALL, ALL_OF_RECEIPTS
from projections.standing import lacking

OLDEST: Final = 15  # PostgreSQL
_CLOCKS_DIFFER: Final = 1.0  # seconds
_LEAST_FREE: Final = 2 * 2**30  # bytes
_LEAST_SHARE: Final = 0.1
_PRIVATE: Final = 0o077


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at and what was found; what to do, where something is wrong."""

    what: str
    found: str
    advice: str = ""

    @property
    def is_well(self) -> bool:
        return not self.advice


async def examine(settings: Settings, addresses: Addresses) -> list[Finding]:
    """Everything, one after the other: what comes first explains what comes later."""

    def outside() -> list[Finding]:
        found = [it for server in _schemas(addresses) for it in _server(settings, *server)]
        for look in (_apart(addresses), _roles(settings, addresses), _clock(settings, addresses)):
            found += look
        return [*found, *_secrets(settings)]

    def here() -> list[Finding]:
        return [*_disk(settings), *_versions()]

    return [
        *await asyncio.to_thread(outside),
        *await _views(settings, addresses),
        await _keys(settings, addresses),
        await _issuer(settings),
        *await asyncio.to_thread(here),
    ]


def _schemas(addresses: Addresses) -> Sequence[tuple[str, str, database.Kind]]:
    return (
        ("log", addresses.log, database.LOG),
        ("vault", addresses.vault, database.VAULT),
    )


# --- servers ---------------------------------------------------------------------------------


def _server(settings: Settings, name: str, address: str, kind: database.Kind) -> Iterator[Finding]:
    told = asked(address, "SHOW server_version_num", "SHOW server_version")
    if told is None:
        advice = f"Start PostgreSQL, or mend the address of the setting `{name}`."
        yield Finding(what=f"server of the {name}", found="does not answer", advice=advice)
        return
    number, called = told
    old = int(number) < OLDEST * 10_000
    yield Finding(
        what=f"server of the {name}",
        found=f"PostgreSQL {called}",
        advice=f"Use PostgreSQL {OLDEST} or newer." if old else "",
    )
    status = database.status(address, settings.municipality, kind=kind)
    advice = ""
    if status.unknown:
        advice = "Update the program: a newer one has changed the schema."
    elif not status.applied:
        advice = "Run `samordna db create`, or mend the setting `municipality`."
    elif status.pending:
        advice = "Run `samordna db migrate`."
    found = f"{len(status.applied)} migrations applied, {len(status.pending)} pending"
    yield Finding(what=f"schema of the {name}", found=found, advice=advice)


def _apart(addresses: Addresses) -> Iterator[Finding]:
    apart = database.are_apart(addresses.log, addresses.vault)
    found = {True: "are apart", False: "are one server", None: "do not tell who they are"}[apart]
    advice = (
        ""
        if apart
        else "Erasure cannot be certified: what the vault forgets stays in the log's write-ahead"
        " log and backups. Give the vault a PostgreSQL server of its own."
    )
    yield Finding(what="log and vault", found=found, advice=advice)


def _roles(settings: Settings, addresses: Addresses) -> Iterator[Finding]:
    query: LiteralString = (
        "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
        " FROM pg_catalog.pg_roles WHERE rolname = current_user"
    )
    for _, address, kind in _schemas(addresses):
        for role in kind.roles:
            try:
                url = database.role_url(
                    address, settings.municipality, role, secrets=settings.secrets
                )
            except database.MunicipalityIsMissing:
                found, advice = "has no password here", "Bring secrets/ along, or run `db create`."
            else:
                told = asked(url, query)
                found, advice = _role(told[0] if told else None)
            yield Finding(what=f"role {role}", found=found, advice=advice)


def _role(is_mighty: object) -> tuple[str, str]:
    if is_mighty is None:
        return "cannot connect", "See pg_hba.conf; `samordna db create` sets the password anew."
    if is_mighty:
        return "may do more than it needs", "Take its attributes away: ALTER ROLE ... NOSUPERUSER."
    return "connects, and is no more than itself", ""


def _clock(settings: Settings, addresses: Addresses) -> Iterator[Finding]:
    head = SQL("SELECT recorded_at FROM {}").format(
        Identifier(settings.municipality, "events_head")
    )
    told = asked(addresses.log, "SELECT pg_catalog.clock_timestamp()")
    if told:
        seconds = (told[0] - SystemClock().now()).total_seconds()
        late = abs(seconds) > _CLOCKS_DIFFER
        advice = "Let both machines keep their clocks by the same time servers." if late else ""
        found = f"{seconds:+.1f} s from the log's server"
        yield Finding(what="clock", found=found, advice=advice)
    if told and (recorded := asked(addresses.log, head)):
        ahead = (recorded[0] - told[0]).total_seconds()
        back = ahead > _CLOCKS_DIFFER
        yield Finding(
            what="last fact",
            found=f"recorded {ahead:.0f} s in the future" if back else "lies in the past",
            advice="The clock was set back: facts keep that moment until it has come."
            if back
            else "",
        )


async def _views(settings: Settings, addresses: Addresses) -> list[Finding]:
    url = database.session_url(addresses.log, name="samordna doctor", statement_timeout="5000")
    try:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            gone = await lacking(connection, settings.municipality, (*ALL, *ALL_OF_RECEIPTS))
    except psycopg.errors.UndefinedTable:
        return [Finding(what="views", found="none yet: they are made when the house is served")]
    except psycopg.Error:
        return []  # the server of the log was looked at before
    found = f"of {', '.join(gone)} a table is gone" if gone else "their tables are there"
    advice = "Run " + ", ".join(f"`samordna rebuild {view}`" for view in gone) + "."
    return [Finding(what="views", found=found, advice=advice if gone else "")]


# --- secrets and keys ------------------------------------------------------------------------


def _secrets(settings: Settings) -> Iterator[Finding]:
    shared = [
        file.name
        for file in (settings.secrets, *settings.secrets.glob("*"))
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & _PRIVATE
    ]
    found = f"{', '.join(shared)}: others may read" if shared else "only their owner reads them"
    advice = "chmod go= these; if others may have read them, make them anew." if shared else ""
    yield Finding(what="secrets", found=found, advice=advice)
    by = "a key management service" if settings.kms else "the mode of its file"
    yield Finding(what="keyring", found=f"kept closed by {by}")


async def _keys(settings: Settings, addresses: Addresses) -> Finding:
    schema = settings.municipality
    try:
        url = database.role_url(addresses.vault, schema, "vault", secrets=settings.secrets)
        async with PostgresVault(url, schema, keyring(settings)) as vault:
            damaged = [name async for name in vault.damaged()]
            wrapped = await vault.wrapped_by()
    except (KeyringIsUnusable, Unavailable, database.MunicipalityIsMissing) as closed:
        told = " ".join((str(closed) or type(closed).__doc__ or "").split())
        return Finding(what="keys", found="cannot be opened", advice=told)
    except psycopg.Error:
        return Finding(what="keys", found="cannot be asked for", advice="See the vault above.")
    found = ", ".join(f"{count:,} by version {by}" for by, count in sorted(wrapped.items()))
    advice = (
        f"{len(damaged):,} cannot be opened ({', '.join(damaged[:3])} ...). Bring those rows back"
        " from the vault's backup, or the keyring that fits from its safe copy."
        if damaged
        else ""
    )
    return Finding(what="keys", found=found or "none yet", advice=advice)


# --- the rest --------------------------------------------------------------------------------


async def _issuer(settings: Settings) -> Finding:
    what = "token issuer"
    try:
        trusted = trusted_issuer(settings, SystemClock())
        count = await PublishedKeys(trusted.jwks).count()
    except SettingsAreFaulty as faulty:
        return Finding(what=what, found="none is trusted", advice=str(faulty))
    except Unavailable:
        advice = "Mend the address of the setting `jwks`, or the way there."
        return Finding(what=what, found="its keys cannot be fetched", advice=advice)
    if settings.local_issuer:
        advice = "For trying things out only: whoever has this folder signs in as anybody."
        return Finding(what=what, found="the one on this machine", advice=advice)
    advice = "" if count else "The issuer publishes no key that we take (ES256, RS256, EdDSA)."
    return Finding(what=what, found=f"{count} keys", advice=advice)


def _disk(settings: Settings) -> Iterator[Finding]:
    here = settings.data if settings.data.exists() else settings.data.absolute().parent
    usage = shutil.disk_usage(here)
    full = usage.free < min(_LEAST_FREE, usage.total * _LEAST_SHARE)
    yield Finding(
        what="disk",
        found=f"{usage.free / 2**30:.1f} GB free",
        advice="Make room: when it is full, nothing is recorded and nothing is shown."
        if full
        else "",
    )


def _versions() -> Iterator[Finding]:
    found = f"samordna {version('samordna')}, Python {sys.version.split()[0]}"
    yield Finding(what="program", found=found)
