"""Whoever has kept everything - the log's server from before, its write-ahead log and its present
state - and takes the present vault with the present key-encryption key, reads nothing of a file
that was disposed of.

With 100 files, and the log restored from its backup beside the present vault, it is the long form.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from api.runtime.keys.vault import PostgresVault
from api.runtime.log.mapper import Mapper
from api.runtime.postgres.postgres_server import PostgresServer, start_postgres
from api.runtime.postgres.servers import FORGETFUL
from api.runtime.wiring import open_house
from tests.acceptance.conftest import founded_town
from tests.acceptance.old_files import LongAgo, OldFile
from tests.acceptance.test_disposal import approved
from tests.acceptance.town import Town
from tests.backups import back_up, restore

_QUICK = {"fsync": "off", "full_page_writes": "on", "wal_level": "replica"}
KEPT = 3  # files that stay, in either form: what is kept is found by the same search


@dataclass(frozen=True, slots=True, kw_only=True)
class Stolen:
    """Everything that was ever written by the log's server."""

    server: PostgresServer
    archive: Path
    backup: Path

    @property
    def bytes(self) -> bytes:
        return b"".join(map(all_bytes, (self.archive, self.backup, self.server.folder / "data")))


@contextmanager
def watched_server(place: Path) -> Iterator[Stolen]:
    """The log's server, whose every segment of write-ahead log is archived from the beginning."""
    archive, backup = place / "archive", place / "backup"
    archive.mkdir(mode=0o777)
    archive.chmod(0o777)
    settings = {"archive_mode": "on", "archive_command": f"cp %p {archive}/%f"}
    with start_postgres(place / "log", name="log", settings=_QUICK | settings) as server:
        yield Stolen(server=server, archive=archive, backup=backup)


def all_bytes(folder: Path) -> bytes:
    return b"".join(it.read_bytes() for it in sorted(folder.rglob("*")) if it.is_file())


def settle_down(server: PostgresServer) -> None:
    """What the server does by itself within minutes."""
    with psycopg.connect(server.url(), autocommit=True) as owner:
        owner.execute("SELECT pg_switch_wal()")
        owner.execute("CHECKPOINT")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the vault held for some files: keys as they stand in it, and digests of numbers."""

    wrapped: list[bytes]
    digests: list[bytes]


def secrets_of(town: Town, vault: PostgresServer, files: Sequence[OldFile]) -> Secrets:
    schema = Identifier(town.settings.municipality)
    ids = "|".join(str(each) for file in files for each in (file.case, file.referral, file.person))
    people = [file.person for file in files]
    keys = SQL("SELECT wrapped FROM {}.keys WHERE name ~ %s AND wrapped IS NOT NULL")
    numbers = SQL("SELECT digest FROM {}.people_by_number WHERE person = ANY (%s)")
    with psycopg.connect(vault.url()) as owner:
        return Secrets(
            [bytes(key) for (key,) in owner.execute(keys.format(schema), [ids])],
            [bytes(digest) for (digest,) in owner.execute(numbers.format(schema), [people])],
        )


async def readable(town: Town, log: str) -> str:
    """Everything in a log that opens with the present vault and the present keyring."""
    schema, settings = town.settings.municipality, town.settings
    addresses = replace(town.addresses, log=log)
    async with open_house(settings, addresses, follow=False) as rooms:
        vault = rooms.disposing.vault
        assert isinstance(vault, PostgresVault)
        rows = await rooms.stored.read(0, 1_000_000)
        mapper, told = Mapper(vault), list[str]()
        tokens = [
            (token, str)
            for row in rows
            for token in mapper.tokens(
                mapper.decode(row.name, row.payload, row.stream, row.version)
            )
        ]
        await vault.load({token.split("|", 1)[1].split(":", 1)[0] for token, _ in tokens})
        for token, _ in tokens:
            place, sealed = token.split("|", 1)
            told.append((vault.open(sealed, place) or b"").decode())
    del schema
    return "\n".join(told)


@asynccontextmanager
async def stolen_town(
    place: Path, folder: Path
) -> AsyncIterator[tuple[Town, Stolen, PostgresServer]]:
    with ExitStack() as opened:
        stolen = opened.enter_context(watched_server(place))
        vault = opened.enter_context(
            start_postgres(place / "vault", name="vault", settings=_QUICK | FORGETFUL)
        )
        async with founded_town(stolen.server, vault, folder) as town:
            yield town, stolen, vault


@pytest.fixture
def place() -> Iterator[Path]:
    """Where servers of the test's own have their folders, short enough for a socket."""
    place = Path(tempfile.mkdtemp(prefix="samordna-test-"))
    place.chmod(0o755)  # the servers may run as another user
    yield place
    shutil.rmtree(place)


@pytest.mark.parametrize(
    "files", [6, pytest.param(100, marks=pytest.mark.full)], ids=["short", "long"]
)
async def test_nobody_reads_what_was_disposed_of(place: Path, tmp_path: Path, files: int) -> None:
    """Neither the names, numbers and notes themselves, nor a key that would open them, nor anything
    that a number could be tried against; and a log that is restored brings nobody back."""
    async with stolen_town(place, tmp_path) as (town, stolen, vault):
        long_ago = LongAgo.of(town)
        every = [await long_ago.file(serial) for serial in range(1, files + KEPT + 1)]
        gone, kept = every[:files], every[files:]
        await town.level()
        settle_down(stolen.server)
        back_up(stolen.server, stolen.backup)
        texts, still = texts_of(gone), texts_of(kept)
        before = await readable(town, stolen.server.url())
        assert not [text for text in (*texts, *still) if text not in before]
        lost, held = secrets_of(town, vault, gone), secrets_of(town, vault, kept)
        settle_down(vault)
        raw = all_bytes(vault.folder / "data")
        assert all(secret in raw for secret in (*lost.wrapped, *lost.digests))

        plan = await approved(town, gone)
        assert await town.rooms.disposing.execute() == [UUID(plan)]
        await town.level()
        await town.rooms.disposing.erase()
        await town.level()
        settle_down(stolen.server)
        settle_down(vault)

        everything = stolen.bytes
        assert gone[0].case.bytes in everything  # that there was a file, may be told
        assert not [text for text in texts if text.encode() in everything]
        after = await readable(town, stolen.server.url())
        assert not [text for text in texts if text in after]
        assert not [text for text in still if text not in after]
        raw = all_bytes(vault.folder / "data")
        assert not [secret for secret in (*lost.wrapped, *lost.digests) if secret in raw]
        assert all(secret in raw for secret in (*held.wrapped, *held.digests))
        index = town.rooms.house.desk.vault
        assert not [one for one in gone if await index.find_person("a", one.number)]
        assert all([await index.find_person("a", one.number) for one in kept])
        await no_restored_log_tells(town, stolen, texts, still)


async def no_restored_log_tells(
    town: Town, stolen: Stolen, texts: Sequence[str], still: Sequence[str]
) -> None:
    """The server as it was before the disposal, beside the present vault."""
    restored = restore(stolen.server, stolen.backup)
    with start_postgres(restored, name="restored", settings=_QUICK) as server:
        told = await readable(town, server.url())
    assert not [text for text in texts if text in told]
    assert not [text for text in still if text not in told]


def texts_of(files: Sequence[OldFile]) -> list[str]:
    return [text for file in files for text in file.texts]
