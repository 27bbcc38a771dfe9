"""A municipality as its users run it: by the command line, each server a process of its own."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from api.runtime.keys.key_encryption import KeyringFile
from api.runtime.keys.vault import PostgresVault
from api.runtime.postgres import database
from api.runtime.postgres.servers import Addresses, servers
from api.runtime.settings import Settings
from domain.ports import Reading

PROGRAM = Path(sys.executable).with_name("samordna")
START_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """Where a municipality's data is, and the command line on it."""

    settings: Settings
    administrator: UUID
    given: tuple[str, ...] = ()  # flags that name servers which are not the program's own

    @property
    def flags(self) -> tuple[str, ...]:
        """What tells every command where it is."""
        data, municipality = str(self.settings.data), self.settings.municipality
        return ("--data", data, "--municipality", municipality, *self.given)

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """`samordna`, doing something until it is done or the context ends."""
        with (self.settings.data / "run.out").open("ab") as output:
            process = begun([*words, *self.flags], output)
        try:
            yield process
        finally:
            process.kill()
            process.wait(10)

    @contextmanager
    def serve(self, port: int, *more: str) -> Iterator["Serving"]:
        """`samordna serve`, until the context ends; politely then, if it still runs."""
        serving = Serving(self, port, more)
        try:
            serving.start()
            yield serving
        finally:
            serving.stop()

    @contextmanager
    def addresses(self) -> Iterator[Addresses]:
        """The servers, as a guest of whoever runs them."""
        with servers(self.settings) as addresses:
            yield addresses

    def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """What the owner of the log sees; `{house}` stands for the schema."""
        with (
            self.addresses() as at,
            psycopg.connect(at.log, autocommit=True, row_factory=dict_row) as connection,
        ):
            statement = SQL(query).format(house=Identifier(self.settings.municipality))
            return connection.execute(statement, parameters).fetchall()

    async def readings(self) -> list[Reading]:
        """The whole access log, opened."""
        schema, secrets = self.settings.municipality, self.settings.secrets
        rows = self.rows("SELECT id, key, body FROM {house}.receipts ORDER BY position")
        with self.addresses() as at:
            url = database.role_url(at.vault, schema, "vault", secrets=secrets)
            async with PostgresVault(url, schema, KeyringFile(secrets / "keyring")) as vault:
                await vault.load({row["key"] for row in rows})
                bodies = [vault.open(row["body"].decode(), f"receipt/{row['id']}") for row in rows]
        return [msgspec.json.decode(body, type=Reading) for body in bodies if body is not None]


@dataclass(slots=True)
class Serving:
    """One `samordna serve`, started as often as it is killed."""

    premises: Premises
    port: int
    more: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0
    start_seconds: list[float] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> Path:
        """All that it has ever said."""
        return self.premises.settings.data / f"serve-{self.port}.out"

    def start(self) -> None:
        """Ready to answer when this returns."""
        began = time.monotonic()
        said = self.output.stat().st_size if self.output.exists() else 0
        with self.output.open("ab") as output:
            flags = [*self.premises.flags, "--local-issuer", "--port", str(self.port), *self.more]
            flags += ["--rate-per-client", "0", "--rate-per-login", "0"]
            self.process = begun(["serve", *flags], output)
        while b"Serving" not in self.output.read_bytes()[said:]:
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() - began < START_SECONDS, self.output.read_text()
            time.sleep(0.02)
        self.start_seconds.append(time.monotonic() - began)

    def kill(self) -> None:
        """Without a warning."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.kills += 1

    def tell(self, sign: int) -> None:
        """SIGSTOP, SIGCONT."""
        assert self.process
        self.process.send_signal(sign)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)


def begun(words: Sequence[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    """A command on its way."""
    return subprocess.Popen(  # noqa: S603 - the program under test
        [PROGRAM, *words],
        stdout=output,
        stderr=output,
        stdin=subprocess.DEVNULL,
        env=_environment(),
    )


def samordna(*words: str) -> str:
    """What a command prints. A command that fails, fails the test."""
    done = subprocess.run(  # noqa: S603 - the program under test
        [PROGRAM, *words], capture_output=True, text=True, check=False, env=_environment()
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def found(settings: Settings, *given: str) -> Premises:
    """A municipality made by `samordna db create`, with its first administrator."""
    printed = samordna(
        "db",
        "create",
        *("--data", str(settings.data)),
        *("--municipality", settings.municipality),
        *("--administrator", "Första Administratören"),
        *given,
    )
    return Premises(settings=settings, administrator=UUID(printed.strip()), given=given)


@contextmanager
def new_folder() -> Iterator[Path]:
    """One that the user whom PostgreSQL runs as can pass through."""
    place = Path(tempfile.mkdtemp(prefix="samordna-faults-"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place)


def children_of(process: int) -> list[int]:
    """The processes that a process has started and that have not ended."""
    return [
        int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]


def lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


async def until(true: Callable[[], object], *, within: float = 30.0) -> None:
    """Look again and again: nothing tells when another process has come so far."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.02)


def _environment() -> Mapping[str, str]:
    """Ours, without settings that would change what the flags say."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SAMORDNA_")}
