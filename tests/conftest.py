"""Real servers for every test that needs one: started once, a schema of its own for each test.

SAMORDNA_TEST_POSTGRES names the folder of other PostgreSQL programs than the wheel's.
"""

import itertools
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from api.runtime.log.event_log import StoredEventLog
from api.runtime.postgres.database import LOG, VAULT, Kind, create, role_url
from api.runtime.postgres.postgres_server import PostgresServer, start_postgres
from tests.told import LINES

# Hundreds of processes are started by tests: none of them compiles the whole house anew, and all
# of them can be interrupted, also when a shell has put us in the background.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_NUMBERS = itertools.count(1)
_QUICK = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A fresh schema of one kind, and who may work in it."""

    owner_url: str
    schema: str
    secrets: Path

    def url(self, role: str) -> str:
        return role_url(self.owner_url, self.schema, role, secrets=self.secrets)

    def execute(self, query: str, *parameters: Any, role: str | None = None) -> list[Any]:
        """The rows of one statement, run by the owner or a role; `{}` stands for the schema."""
        url = self.url(role) if role else self.owner_url
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(SQL(query).format(Identifier(self.schema)), parameters)
            return cursor.fetchall() if cursor.description else []

    def terminate(self, name: str) -> None:
        """End the server's side of the sessions that its server's role has under this name."""
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = %s AND usename = %s",
            name,
            f"{self.schema}_server",
        )


# --- what is told at the end, by the process itself or by several of them ----------------------


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["told"] = LINES


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    LINES.extend(getattr(node, "workeroutput", {}).get("told", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in LINES:
        terminalreporter.write_line(line)


# --- servers ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def log_server() -> Iterator[PostgresServer]:
    """The log's server; it listens on a TCP port, too."""
    with throw_away_server("log", tcp_port=free_port()) as server:
        yield server


@pytest.fixture(scope="session")
def vault_server() -> Iterator[PostgresServer]:
    with throw_away_server("vault") as server:
        yield server


@pytest.fixture
def log_database(log_server: PostgresServer, tmp_path: Path) -> Database:
    return new_database(log_server, tmp_path, LOG)


@pytest.fixture
async def log(log_database: Database) -> AsyncIterator[StoredEventLog]:
    """The event log, fresh, as one process sees it."""
    async with StoredEventLog(log_database.url("server"), log_database.schema) as log:
        yield log


@pytest.fixture
def vault_database(vault_server: PostgresServer, tmp_path: Path) -> Database:
    return new_database(vault_server, tmp_path, VAULT)


def new_database(
    server: PostgresServer, secrets: Path, kind: Kind, *, demo: bool = False
) -> Database:
    schema = f"town_{next(_NUMBERS)}"
    create(server.url(), schema, secrets=secrets, kind=kind, demo=demo)
    return Database(owner_url=server.url(), schema=schema, secrets=secrets)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def throw_away_server(name: str, tcp_port: int | None = None) -> Iterator[PostgresServer]:
    programs = os.environ.get("SAMORDNA_TEST_POSTGRES")
    place = Path(tempfile.mkdtemp(prefix="samordna-test-"))
    place.chmod(0o755)  # the server may run as another user
    with start_postgres(
        place / "server",
        name=name,
        bin_folder=Path(programs) if programs else None,
        settings=_QUICK,
        tcp_port=tcp_port,
    ) as server:
        yield server
    shutil.rmtree(place)
