"""The disk under a server of the program's own is full, under load: PostgreSQL refuses, then falls;
and when there is room again, all goes on by itself."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from api.runtime.postgres.servers import servers
from api.runtime.settings import Settings
from tests.faults.conftest import Note
from tests.faults.load import load_on
from tests.faults.premises import Premises, found, new_folder

DISK = 256  # MiB: twice what a new server takes, with a copy of its programs
LOOKED_AFTER_SECONDS = 6.0
RECOVERY_SECONDS = 30.0  # until somebody looks, and PostgreSQL has replayed its log


@pytest.mark.parametrize("which", ["log", pytest.param("vault", marks=pytest.mark.full)])
async def test_the_disk_is_full(which: str, note: Note) -> None:
    """Nothing but answers and 503 with Retry-After, nothing half done, also when PostgreSQL cannot
    even start any more; with room again every command is there once, and the house is back."""
    with on_a_small_disk(which) as premises:
        async with load_on(premises, note) as load:
            with filled(premises.settings.data / which):
                await load.is_refused()
                await asyncio.sleep(1)
                url = await asyncio.to_thread(exhaust_write_ahead_log, premises, which)
                await load.is_not_ready()
                await asyncio.sleep(LOOKED_AFTER_SECONDS)
                with pytest.raises(psycopg.OperationalError):  # it was started, in vain
                    psycopg.connect(url)
            note("answers again", await load.answers_again(within=RECOVERY_SECONDS))


@contextmanager
def on_a_small_disk(which: str) -> Iterator[Premises]:
    """A municipality one of whose servers has a small disk to itself."""
    with new_folder() as place:
        settings = Settings(data=place / "data", local_issuer=True)
        disk = settings.data / which
        disk.mkdir(parents=True)
        size = f"size={DISK}m,mode=0755"
        mounted = run("mount", "-t", "tmpfs", "-o", size, "samordna-faults", str(disk))
        if mounted.returncode:
            pytest.skip(f"SKIPPED, LOUDLY: no small disk can be mounted here: {mounted.stderr}")
        try:
            yield found(settings)
        finally:
            with servers(settings):  # adopt what is left, and stop it
                pass
            assert run("umount", str(disk)).returncode == 0


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Not a byte is left."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for piece in (2**20, 2**12):
            with suppress(OSError):
                while file.write(bytes(piece)):
                    pass
    yield
    ballast.unlink()


def exhaust_write_ahead_log(premises: Premises, which: str) -> str:
    """Until PostgreSQL has nowhere to write the next segment, and panics; where it was."""
    with premises.addresses() as at:
        url = {"log": at.log, "vault": at.vault}[which]
        with suppress(psycopg.OperationalError):
            for _ in range(50):
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute("SELECT pg_switch_wal()")
                    connection.execute("SELECT pg_logical_emit_message(true, 'a full', 'disk')")
            raise AssertionError("there is always room for more")
    return url


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
