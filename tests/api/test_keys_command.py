"""`samordna keys rotate` beside a serving house, and killed in the midst of it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString
from uuid import uuid4  # noqa: TID251 - a schema of its own

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from api.runtime.clock import SeededIds
from api.runtime.keys.vault import PostgresVault
from api.runtime.postgres import database
from api.runtime.postgres.postgres_server import PostgresServer
from api.runtime.postgres.servers import Addresses, create_databases, keyring
from api.runtime.settings import Settings

SAMORDNA = Path(sys.executable).with_name("samordna")
PLACE = "a-stream/1/number"
KEYS = 1200  # three batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A municipality on given servers."""

    settings: Settings
    addresses: Addresses

    def vault(self) -> PostgresVault:
        """The vault as one process has it."""
        name, secrets = self.settings.municipality, self.settings.secrets
        url = database.role_url(self.addresses.vault, name, "vault", secrets=secrets)
        return PostgresVault(url, name, keyring(self.settings))

    def keys(self, *words: str) -> list[str]:
        where = ["--data", str(self.settings.data), "--municipality", self.settings.municipality]
        servers = ["--database", self.addresses.log, "--vault", self.addresses.vault]
        return [str(SAMORDNA), "keys", *words, *where, *servers]

    def versions(self) -> set[str]:
        """By which key-encryption keys something is wrapped."""
        query = SQL("SELECT DISTINCT wrapped_by FROM {}.keys WHERE wrapped IS NOT NULL")
        with psycopg.connect(self.addresses.vault) as owner:
            here = query.format(Identifier(self.settings.municipality))
            return {version for (version,) in owner.execute(here)}

    def waiting(self, column: LiteralString = "pid") -> bool:
        """Whether one of its sessions waits for somebody else's lock."""
        query = "SELECT {} FROM pg_stat_activity WHERE usename = %s AND wait_event_type = 'Lock'"
        with psycopg.connect(self.addresses.vault) as owner:
            role = f"{self.settings.municipality}_vault"
            return owner.execute(SQL(query).format(SQL(column)), [role]).fetchone() is not None

    @contextmanager
    def held(self, key: str) -> Iterator[None]:
        """Nobody may touch this key meanwhile."""
        query = SQL("SELECT FROM {}.keys WHERE name = %s FOR UPDATE")
        with psycopg.connect(self.addresses.vault) as owner:
            owner.execute(query.format(Identifier(self.settings.municipality)), [key])
            yield


@pytest.fixture
def given(log_server: PostgresServer, vault_server: PostgresServer, tmp_path: Path) -> Given:
    settings = Settings(data=tmp_path, municipality=f"keys_{uuid4().hex[:12]}")
    addresses = Addresses(log=log_server.url(), vault=vault_server.url())
    create_databases(settings, addresses)
    return Given(settings=settings, addresses=addresses)


async def test_rotation_is_killed_and_resumed(given: Given) -> None:
    """Killed between two batches, every key opens as before, for a process that serves meanwhile,
    too; resumed, all are wrapped by the newest key, and no version was added."""
    ids = SeededIds("rotation")
    keys = sorted(f"file/{ids.new()}" for _ in range(KEYS))
    async with given.vault() as serving:
        await serving.ensure(keys)
        sealed = [serving.seal(key, PLACE, b"exposed") for key in keys]
        with given.held(keys[-1]):
            process = subprocess.Popen(given.keys("rotate"))  # noqa: ASYNC220, S603 - the program under test
            async with asyncio.timeout(30):
                while not given.waiting():
                    assert process.poll() is None
                    await asyncio.sleep(0.05)
            process.kill()
            process.wait(10)
            assert given.waiting("pg_terminate_backend(pid)")
        assert given.versions() == {"1", "2"}
        serving.forget(keys)
        await serving.load(keys)
        assert {serving.open(seal, PLACE) for seal in sealed} == {b"exposed"}
    resumed = await asyncio.to_thread(subprocess.run, given.keys("rotate", "--resume"), check=True)
    assert resumed.returncode == os.EX_OK
    assert given.versions() == {"2"} == {keyring(given.settings).newest}
    async with given.vault() as afterwards:
        await afterwards.load(keys)
        assert {afterwards.open(seal, PLACE) for seal in sealed} == {b"exposed"}


async def test_old_keys_retire_when_nothing_needs_them(given: Given) -> None:
    """A month after the rotation, and never one by which something is wrapped; a process that
    serves meanwhile wraps by the newest from the rotation on."""
    async with given.vault() as serving:
        await serving.ensure(["file/before"])
        await asyncio.to_thread(subprocess.run, given.keys("rotate"), check=True)
        await serving.ensure(["file/after"])
        assert given.versions() == {"2"}
        early = await asyncio.to_thread(subprocess.run, given.keys("retire"), check=False)
        assert early.returncode == 1
        file = given.settings.secrets / "keyring"
        long_ago = file.stat().st_mtime - 31 * 24 * 3600
        os.utime(file, (long_ago, long_ago))
        await asyncio.to_thread(subprocess.run, given.keys("retire"), check=True)
        assert keyring(given.settings).versions == ("2",)
    async with given.vault() as afterwards:
        await afterwards.load(["file/before", "file/after"])
        assert afterwards.has("file/before")
