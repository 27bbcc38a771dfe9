"""Where the bench measures: two throw-away servers as a new house has them, or given ones, and
programs that run beside them. Nothing of it stays."""

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from psycopg import pq
from psycopg.sql import SQL, Identifier

from api.runtime.postgres import database
from api.runtime.postgres.postgres_ground import wheel_programs
from api.runtime.postgres.servers import Addresses, create_databases, servers
from api.runtime.settings import Settings

_TOLD = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    settings: Settings
    addresses: Addresses
    towns: list[Settings] = field(default_factory=list)

    def town(self, name: str) -> Settings:
        """A municipality of its own, without an event, marked as demo."""
        town = replace(self.settings, municipality=f"{self.settings.municipality}_{name}")
        create_databases(town, self.addresses, demo=True)
        self.towns.append(town)
        return town

    def ask(self, statement: str, *names: str) -> list[Any]:
        """As the owner of the log's server; each `{}` stands for a name."""
        with psycopg.connect(self.addresses.log, autocommit=True) as owner:
            cursor = owner.execute(SQL(statement).format(*map(Identifier, names)))
            return cursor.fetchall() if cursor.description else []

    def analyze(self, schema: str) -> None:
        """Statistics of every table, as autovacuum would have made them after a minute."""
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
        with psycopg.connect(self.addresses.log, autocommit=True) as owner:
            for (table,) in owner.execute(tables, [schema]).fetchall():
                owner.execute(SQL("ANALYZE {}").format(Identifier(schema, table)))

    @property
    def programs(self) -> Path:
        return self.settings.postgres_bin or wheel_programs()

    @property
    def environment(self) -> dict[str, str]:
        """How programs that use libpq find the log's server: nothing stands on a command line."""
        options = pq.Conninfo.parse(self.addresses.log.encode())
        told = {o.envvar.decode(): o.val.decode() for o in options if o.envvar and o.val}
        return {**os.environ, **told}

    def told(self) -> str:
        """The machine and the servers, for whoever reads the figures."""
        settings = [self.ask("SHOW {}", name)[0][0] for name in _TOLD]
        server = ", ".join(f"{n} {v}" for n, v in zip(_TOLD, settings, strict=True))
        where = "given" if self.settings.database else "embedded, as a new house has them"
        return (
            f"{os.cpu_count()} cores, nothing pinned to one; a flush of 8 kB in the temp folder"
            f" takes {_flush_milliseconds(self.settings.data):.2f} ms. PostgreSQL ({where}), both"
            f" sides on the same server over its address in the settings: {server}."
        )


@contextmanager
def ground(given: Settings) -> Iterator[Ground]:
    """Throw-away servers, unless some are given: there, schemas of our own for as long."""
    folder = Path(tempfile.mkdtemp(prefix="samordna-bench-"))
    folder.chmod(0o755)  # the servers may run as another user
    name = f"bench_{secrets.token_hex(4)}" if given.database else "bench"
    settings = replace(given, data=folder, municipality=name, local_issuer=True)
    try:
        with servers(settings, make=True) as addresses:
            ours = Ground(settings=settings, addresses=addresses)
            try:
                yield ours
            finally:
                if given.database:
                    _leave_nothing(ours)
    finally:
        shutil.rmtree(folder)


def _leave_nothing(ours: Ground) -> None:
    for town in ours.towns:
        for url, kind in (
            (ours.addresses.log, database.LOG),
            (ours.addresses.vault, database.VAULT),
        ):
            _drop(url, town.municipality, kind)


def _drop(url: str, schema: str, kind: database.Kind) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(schema)))
        for role in kind.roles:
            name = Identifier(database.role_name(schema, role))
            owner.execute(SQL("GRANT {} TO CURRENT_USER").format(name))
            owner.execute(SQL("DROP OWNED BY {}").format(name))
            owner.execute(SQL("DROP ROLE {}").format(name))


def _flush_milliseconds(folder: Path) -> float:
    """What the disk takes for what every commit waits for."""
    taken = []
    file = folder / "flush"
    with file.open("wb", buffering=0) as written:
        for _ in range(50):
            written.write(bytes(8192))
            began = time.perf_counter()
            os.fdatasync(written.fileno())
            taken.append(time.perf_counter() - began)
    file.unlink()
    return median(taken) * 1000
