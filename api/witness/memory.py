"""What a witness remembers, in a file of its own: the latest checkpoint of each log, and what it
refused. It is on disk before anything is told; whoever asks at the same time waits."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

_TABLES: Final = """
BEGIN;
CREATE TABLE latest (
    origin text PRIMARY KEY, size integer NOT NULL, root blob NOT NULL, at integer NOT NULL,
    note text NOT NULL
) STRICT;
CREATE TABLE refused (
    origin text, note text, at integer NOT NULL, is_fork integer NOT NULL,
    PRIMARY KEY (origin, note)
) STRICT;
COMMIT;
"""
_MOST_REFUSED: Final = 100  # of a log; the first ones tell the most
_PATIENCE: Final = 10.0  # seconds for another process


class MemoryIsMissing(Exception):
    """The witness has no memory here. `samordna witness create` makes a new witness; an old one
    that lost its memory must not go on: it would cosign what it once refused."""


class Known(NamedTuple):
    """The latest checkpoint of a log that was cosigned."""

    size: int
    root: bytes
    at: int  # Unix seconds of the latest cosignature
    note: str


class Refused(NamedTuple):
    """What a log has signed, and did not follow from what was known: a fork for certain, when it is
    of the size that is known; otherwise perhaps only a wrong proof, which anybody can send."""

    origin: str
    note: str
    at: int
    is_fork: bool


class Memory:
    """Raises MemoryIsMissing."""

    def __init__(self, file: Path) -> None:
        if not file.is_file():
            raise MemoryIsMissing
        self._one = Lock()
        self._file = sqlite3.connect(
            f"{file.absolute().as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,  # one at a time, by the lock
            timeout=_PATIENCE,
        )
        self._file.execute("PRAGMA synchronous = EXTRA")

    @staticmethod
    def create(file: Path) -> None:
        """Raises FileExistsError."""
        file.touch(mode=0o600, exist_ok=False)
        made = sqlite3.connect(file, isolation_level=None)
        made.executescript(_TABLES)
        made.close()

    def close(self) -> None:
        self._file.close()

    @contextmanager
    def alone(self) -> Iterator["Memory"]:
        """Nobody else reads or writes meanwhile, in no process; what was kept is durable when the
        context ends, and all of it or nothing."""
        with self._one:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield self
                self._file.execute("COMMIT")
            except BaseException:
                if self._file.in_transaction:  # a full disk may have ended it
                    self._file.execute("ROLLBACK")
                raise

    def latest(self, origin: str) -> Known | None:
        row = self._file.execute(
            "SELECT size, root, at, note FROM latest WHERE origin = ?", [origin]
        ).fetchone()
        return Known(*row) if row else None

    def keep(self, origin: str, known: Known) -> None:
        self._file.execute("INSERT OR REPLACE INTO latest VALUES (?, ?, ?, ?, ?)", [origin, *known])
        self._file.execute(
            "DELETE FROM refused WHERE (origin, note) = (?, ?)", [origin, known.note]
        )

    def keep_refused(self, refused: Refused) -> None:
        self._file.execute(
            "INSERT OR IGNORE INTO refused SELECT ?, ?, ?, ?"
            " WHERE (SELECT count(*) FROM refused WHERE origin = ?) < ?",
            [*refused, refused.origin, _MOST_REFUSED],
        )

    def all(self) -> dict[str, Known]:
        rows = self._file.execute("SELECT origin, size, root, at, note FROM latest ORDER BY 1")
        return {origin: Known(*known) for origin, *known in rows}

    def all_refused(self) -> Sequence[Refused]:
        rows = self._file.execute("SELECT origin, note, at, is_fork FROM refused ORDER BY at")
        return [Refused(origin, note, at, bool(fork)) for origin, note, at, fork in rows]
