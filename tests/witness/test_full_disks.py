"""The disk is full where a witness remembers, and where checkpoints are kept: nothing is told that
is not kept, and with room again all goes on by itself."""

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import pytest

from api.runtime.audit.kept_checkpoints import CheckpointFolder, Kept
from api.tree.notes import COSIGNATURE, Signer
from api.witness.memory import Memory
from api.witness.witness import Witness
from tests.witnessing import ORIGIN, SmallLog

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small one of its own."""
    words = ("mount", "-t", "tmpfs", "-o", "size=256k", "samordna-full", str(tmp_path))
    mounted = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if mounted.returncode:
        pytest.skip(f"SKIPPED, LOUDLY: no small disk can be mounted here: {mounted.stderr}")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)  # noqa: S603, S607 - ours


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    yield
    ballast.unlink()


def test_a_witness_cosigns_nothing_that_it_cannot_remember(disk: Path) -> None:
    """It fails, each time; then it goes on from what it knew, and refuses what it would refuse."""
    log, fork = SmallLog("one", parts_at=3), SmallLog("two", parts_at=3)
    Memory.create(disk / "memory")
    signer = Signer("witness.example/one", bytes(32), algorithm=COSIGNATURE)
    with closing(Memory(disk / "memory")) as memory:
        witness = Witness(signer, {ORIGIN: [log.signer.verifier]}, memory, lambda: NOW)
        assert witness.add_checkpoint(log.submission(0, 2)).status == HTTPStatus.OK
        with filled(disk):
            for _ in range(3):
                with pytest.raises(Exception, match=r"full|I/O"):
                    witness.add_checkpoint(log.submission(2, 5))
        conflict = witness.add_checkpoint(log.submission(0, 5))
        assert (conflict.status, conflict.body) == (HTTPStatus.CONFLICT, "2\n")
        assert witness.add_checkpoint(log.submission(2, 5)).status == HTTPStatus.OK
        assert witness.add_checkpoint(fork.submission(2, 5)).status == HTTPStatus.CONFLICT


def test_a_checkpoint_is_kept_once_there_is_room(disk: Path) -> None:
    """However often it was tried meanwhile; and nothing is left that cannot be read."""
    folder, log = CheckpointFolder(disk, "uppsala"), SmallLog()
    first, second = (Kept(1, size, str(log.note(size))) for size in (2, 5))
    folder.keep("events", first)
    with filled(disk):
        for _ in range(12):
            with pytest.raises(OSError, match="No space"):
                folder.keep("events", second)
        assert folder.latest("events") == first
    folder.keep("events", second)
    assert folder.latest("events") == second
    assert list(folder.notes("events")) == [first.note, second.note]
