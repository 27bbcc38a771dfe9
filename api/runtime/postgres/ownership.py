"""Whose a server in a folder is, and who else uses it: told by locks, which a kill releases.

    owner.lock    held by its owner, who starts it and looks after it
    users.lock    shared by all who use it, the owner among them
    leaving.lock  held by who is leaving: one at a time, so that the last one is known to be it

The last one to leave stops the server. When its owner leaves before, or is killed, the next one
who looks after it owns it.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

OWNER_LOCK = "owner.lock"


class Ownership:
    """One user's part in the server of a folder."""

    def __init__(self, folder: Path) -> None:
        # Programs that we start do not inherit the open files; a child forked without exec would,
        # and share what they hold.
        self.is_mine = False
        self._owner = _opened(folder / OWNER_LOCK)
        self._users = _opened(folder / "users.lock")
        self._leaving = _opened(folder / "leaving.lock")

    def join(self) -> bool:
        """Use the server from now on; not while somebody is just stopping it."""
        return _locked(self._users, fcntl.LOCK_SH)

    def take(self) -> bool:
        """Own it from now on, unless somebody else does."""
        self.is_mine = self.is_mine or _locked(self._owner, fcntl.LOCK_EX)
        return self.is_mine

    @contextmanager
    def leave(self) -> Iterator[bool]:
        """Whether the server is ours to stop: nobody uses it, and nobody comes in meanwhile."""
        if self._leaving.closed:
            yield False
            return
        with self._leaving, self._users, self._owner:
            fcntl.flock(self._leaving, fcntl.LOCK_EX)
            fcntl.flock(self._users, fcntl.LOCK_UN)
            try:
                yield _locked(self._users, fcntl.LOCK_EX) and self.take()
            finally:
                self.is_mine = False


def _opened(lock: Path) -> TextIOWrapper:
    lock.touch(mode=0o600)
    return lock.open()


def _locked(lock: TextIOWrapper, how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
