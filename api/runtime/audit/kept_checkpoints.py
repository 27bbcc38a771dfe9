"""Checkpoints in a folder that is written once: on another machine, in a file system that keeps
what it has (WORM, an append-only folder). What stands there finds whoever changes the log later.

    FOLDER/uppsala/events/001-000000000000001234    incarnation and size: names in order

Nothing is ever overwritten or removed. A file that a power failure cut short is left as it is; the
same checkpoint is put beside it, with `.2` behind its name.
"""

import asyncio
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from api.runtime.audit.tree_store import TreeStore
from api.runtime.postgres.turns import Turn
from api.runtime.rounds import Rounds
from api.runtime.settings import Settings
from api.tree.notes import NoteIsUnsound, read_note

_NAME: Final = re.compile(r"(\d{3})-(\d{18})(?:\.(\d{1,3}))?")
_AGAIN: Final = 10.0  # seconds, when the folder or a server was away


class KeptIsCutShort(Exception):
    """A checkpoint that was kept cannot be read, and neither can any that was put beside it."""


class Kept(NamedTuple):
    incarnation: int
    size: int
    note: str


class CheckpointFolder:
    """One municipality's."""

    def __init__(self, folder: Path, municipality: str) -> None:
        self._folder = folder / municipality

    def keep(self, log: str, kept: Kept) -> None:
        """Durably; what is there already stays. Raises OSError, KeptIsCutShort."""
        folder = self._folder / log
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{kept.incarnation:03}-{kept.size:018}"
        for attempt in ("", *(f".{number}" for number in range(2, 10))):
            file = folder / f"{name}{attempt}"
            try:
                handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
            except FileExistsError:
                if _whole(file):
                    return
                continue
            try:
                _write(handle, kept.note)
            except OSError:  # the disk is full: where it can be, what was never whole is taken back
                with suppress(OSError):
                    file.unlink()
                raise
            _sync(folder)
            return
        raise KeptIsCutShort(name)

    def latest(self, log: str) -> Kept | None:
        """The last one that can be read. Raises OSError."""
        for incarnation, size, files in sorted(self._by_size(log), reverse=True):
            for file in files:
                if note := _whole(file):
                    return Kept(incarnation, size, note)
        return None

    def notes(self, log: str) -> Iterator[str]:
        """All that are kept, in order; of one that was cut short, the one beside it. One that
        cannot be read at all is told as it is. Raises OSError."""
        for _, _, files in sorted(self._by_size(log)):
            whole = [note for note in map(_whole, files) if note]
            yield whole[0] if whole else ""

    def _by_size(self, log: str) -> list[tuple[int, int, list[Path]]]:
        found: dict[tuple[int, int], list[Path]] = {}
        folder = self._folder / log
        for file in sorted(folder.iterdir()) if folder.is_dir() else []:
            if name := _NAME.fullmatch(file.name):
                found.setdefault((int(name[1]), int(name[2])), []).append(file)
        return [(*key, files) for key, files in found.items()]


def folder_of(settings: Settings) -> CheckpointFolder | None:
    given = settings.checkpoint_folder
    return CheckpointFolder(given, settings.municipality) if given else None


def _whole(file: Path) -> str | None:
    try:
        written = file.read_text(encoding="utf-8")
        read_note(written)
    except (UnicodeDecodeError, NoteIsUnsound):
        return None
    return written


def _write(handle: int, note: str) -> None:
    with os.fdopen(handle, "wb", buffering=0) as written:
        encoded = note.encode()
        while encoded:
            encoded = encoded[written.write(encoded) :]
        os.fsync(written.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Keeping:
    """Puts the latest checkpoint of each log there, at intervals: by one process of the house."""

    def __init__(
        self, stores: Mapping[str, TreeStore], folder: CheckpointFolder, turn: Turn, *, every: float
    ) -> None:
        self.rounds = Rounds("keeping", every=every, again=min(every, _AGAIN))
        self._stores = stores
        self._folder = folder
        self._turn = turn
        self._kept: dict[str, tuple[int, int]] = {}

    async def run(self) -> None:
        """Until cancelled."""
        try:
            await self.rounds.keep(self.keep)
        finally:
            await self._turn.end()

    async def keep(self) -> None:
        """One round. Raises LogUnavailable, OSError, KeptIsCutShort."""
        if not await self._turn.is_mine():
            self._kept.clear()
            return
        for log, store in self._stores.items():
            await self._keep(log, store)

    async def _keep(self, log: str, store: TreeStore) -> None:
        """The latest that enough witnesses have cosigned; the latest, when that stands there."""
        number = (await store.incarnation()).number
        for signed in (await store.published(), await store.latest()):
            if signed and (number, signed.size) > self._kept.get(log, (0, 0)):
                kept = Kept(number, signed.size, signed.note)
                await asyncio.to_thread(self._folder.keep, log, kept)
                self._kept[log] = number, signed.size
                return
