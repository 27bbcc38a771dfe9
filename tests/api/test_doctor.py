"""`samordna doctor`: each thing that can be wrong is found, by itself, with what to do about it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4  # noqa: TID251 - a schema of its own

import psycopg
import pytest
from joserfc.jwk import ECKey
from psycopg.sql import SQL, Identifier

from api.runtime.doctor import Finding, examine
from api.runtime.keys.vault import PostgresVault
from api.runtime.postgres import database
from api.runtime.postgres.postgres_server import PostgresServer
from api.runtime.postgres.servers import Addresses, create_databases, keyring
from api.runtime.settings import Settings

House = tuple[Settings, Addresses]


@pytest.fixture
async def well(log_server: PostgresServer, vault_server: PostgresServer, tmp_path: Path) -> House:
    """A house in which nothing is wrong."""
    key = ECKey.generate_key("P-256", {"kid": "1"}).as_dict(private=False)
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [key]}))
    settings = Settings(
        data=tmp_path, municipality=f"well_{uuid4().hex[:12]}", jwks=str(tmp_path / "jwks.json")
    )
    addresses = Addresses(log=log_server.url(), vault=vault_server.url())
    create_databases(settings, addresses)
    name, secrets = settings.municipality, settings.secrets
    url = database.role_url(addresses.vault, name, "vault", secrets=secrets)
    async with PostgresVault(url, name, keyring(settings)) as vault:
        await vault.ensure(["file/a", "file/b"])
    return settings, addresses


async def wrong(settings: Settings, addresses: Addresses) -> dict[str, Finding]:
    return {it.what: it for it in await examine(settings, addresses) if not it.is_well}


async def test_a_house_that_is_well(well: House) -> None:
    """Servers, schemas, roles, clock, secrets, keys, issuer, disk and program: nothing to do."""
    found = await examine(*well)
    assert [it for it in found if not it.is_well] == []
    told = {it.what for it in found}
    assert told >= {"server of the vault", "log and vault", "role reader", "keys", "token issuer"}


async def test_one_server_for_both(well: House) -> None:
    """What the vault forgets would stay with the log: erasure cannot be certified."""
    settings, addresses = well
    found = await wrong(settings, replace(addresses, vault=addresses.log))
    assert "Erasure cannot be certified" in found["log and vault"].advice
    assert database.are_apart(addresses.log, addresses.vault) is True
    assert database.are_apart(addresses.log, "postgresql://127.0.0.1:1/nowhere") is None


def _readable(settings: Settings, _: Addresses) -> Settings:
    (settings.secrets / f"{settings.municipality}_reader").chmod(0o644)
    return settings


def _keyring_lost(settings: Settings, _: Addresses) -> Settings:
    (settings.secrets / "keyring").rename(settings.data / "elsewhere")
    return settings


def _password_lost(settings: Settings, _: Addresses) -> Settings:
    (settings.secrets / f"{settings.municipality}_projector").unlink()
    return settings


def _key_damaged(settings: Settings, addresses: Addresses) -> Settings:
    query = SQL("UPDATE {} SET wrapped = 'x' WHERE name = 'file/b'")
    with psycopg.connect(addresses.vault) as owner:
        owner.execute(query.format(Identifier(settings.municipality, "keys")))
    return settings


def _mighty(settings: Settings, addresses: Addresses) -> Settings:
    role = Identifier(f"{settings.municipality}_auditor")
    with psycopg.connect(addresses.log) as owner:
        owner.execute(SQL("ALTER ROLE {} BYPASSRLS").format(role))
    return settings


def _clock_back(settings: Settings, addresses: Addresses) -> Settings:
    query = SQL("UPDATE {} SET recorded_at = now() + interval '1 hour'")
    with psycopg.connect(addresses.log) as owner:
        owner.execute(query.format(Identifier(settings.municipality, "events_head")))
    return settings


def _behind(settings: Settings, addresses: Addresses) -> Settings:
    query = SQL("DELETE FROM {} WHERE migration_id LIKE '0004%'")
    with psycopg.connect(addresses.log) as owner:
        owner.execute(query.format(Identifier(settings.municipality, "_yoyo_migration")))
    return settings


@pytest.mark.parametrize(
    ("harm", "what", "told"),
    [
        (_readable, "secrets", "chmod"),
        (_keyring_lost, "keys", "There is no file of keys"),
        (_key_damaged, "keys", "file/b"),
        (_mighty, "role auditor", "NOSUPERUSER"),
        (_clock_back, "last fact", "set back"),
        (_behind, "schema of the log", "samordna db migrate"),
        (_password_lost, "role projector", "secrets/"),
        (lambda it, _: replace(it, jwks=None), "token issuer", "jwks"),
        (lambda it, _: replace(it, jwks="/no/such/file"), "token issuer", "`jwks`"),
        (lambda it, _: replace(it, jwks=None, local_issuer=True), "token issuer", "anybody"),
    ],
)
async def test_what_is_wrong_is_found(
    well: House, harm: Callable[[Settings, Addresses], Settings], what: str, told: str
) -> None:
    """One thing is wrong, and that is what is told, with what to do; nothing else is."""
    settings, addresses = well
    found = await wrong(harm(settings, addresses), addresses)
    assert list(found) == [what]
    assert told in found[what].advice


async def test_servers_that_are_away(well: House) -> None:
    """Each look goes on without them, and no password is told."""
    settings, _ = well
    away = "postgresql://owner:hemligt@127.0.0.1:1/nowhere"
    found = await wrong(settings, Addresses(log=away, vault=away))
    assert {"server of the log", "server of the vault", "keys", "role server"} <= set(found)
    assert "hemligt" not in str(found)
