"""Files of secret keys: several versions of a 256-bit key, newest last, for their owner alone.

A key management service keeps such a file closed wherever it lies. Without one the file's mode
alone protects it.
"""

import fcntl
import os
import secrets
import shlex
import stat
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

_KEY: Final = 32  # bytes
_COMMENT: Final = "# "
_PATIENCE: Final = 20  # seconds for a key management service


class KeyringIsUnusable(Exception):
    """The keyring cannot be used."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{' '.join((type(self).__doc__ or '').split())} ({path})")


class KeyringIsMissing(KeyringIsUnusable):
    """There is no file of keys. Bring it from its safe copy: an old vault opens, and an old audit
    log goes on, with its own keys only; `samordna db create` makes those of a new one."""


class KeyringExists(KeyringIsUnusable):
    """There is a file of keys already; it is never overwritten."""


class KeyringIsReadableByOthers(KeyringIsUnusable):
    """The file of keys may be touched by others than its owner. Set its mode to 0600; if others may
    have read it, rotate the keys."""


class KeyringIsDamaged(KeyringIsUnusable):
    """The file is not a list of versions and keys. Restore it from its safe copy."""


class KeyManagementFailed(KeyringIsUnusable):
    """The key management service does not open or seal the file of keys. Run the command of the
    setting `kms` by hand, with `open` and the file as its input, to see what it says."""


class KeyManagement(Protocol):
    """What keeps the keyring closed wherever it lies. Raises OSError or SubprocessError."""

    def seal(self, opened: bytes) -> bytes: ...

    def open(self, sealed: bytes) -> bytes: ...


class KeyManagementCommand:
    """A program that reaches the key management service: called with `seal` or `open` as its last
    word, it reads its input and writes its output. So no key stands in a list of processes."""

    def __init__(self, command: str) -> None:
        self._words = shlex.split(command)

    def seal(self, opened: bytes) -> bytes:
        return self._asked("seal", opened)

    def open(self, sealed: bytes) -> bytes:
        return self._asked("open", sealed)

    def _asked(self, act: str, told: bytes) -> bytes:
        done = subprocess.run(  # noqa: S603 - the program that the settings name
            [*self._words, act], input=told, capture_output=True, check=True, timeout=_PATIENCE
        )
        return done.stdout


class KeyFile:
    """`about` tells a reader of the file what it is for.

    A file in the clear is sealed when it is first renewed under key management.
    """

    def __init__(self, path: Path, *, about: str, management: KeyManagement | None = None) -> None:
        self.path = path
        self._about = about
        self._management = management

    @property
    def changed_at(self) -> int:
        """Nanoseconds. Raises KeyringIsMissing."""
        try:
            return self.path.stat().st_mtime_ns
        except FileNotFoundError:
            raise KeyringIsMissing(self.path) from None

    def create(self) -> None:
        """With one version; readers find the whole file or none. Raises KeyringIsUnusable."""
        with _alone_in(self.path.parent):
            if self.path.exists():
                raise KeyringExists(self.path)
            self._write({"1": secrets.token_bytes(_KEY)})

    def renew(self) -> dict[str, bytes]:
        """Add a version; all of them. Raises KeyringIsUnusable."""
        with _alone_in(self.path.parent):
            keys = self.read()
            keys[str(int(next(reversed(keys))) + 1)] = secrets.token_bytes(_KEY)
            self._write(keys)
        return keys

    def retire(self, versions: Collection[str]) -> None:
        """Take versions out by which nothing is wrapped any more; the newest stays. Raises
        KeyringIsUnusable."""
        with _alone_in(self.path.parent):
            keys = self.read()
            newest = next(reversed(keys))
            self._write({v: k for v, k in keys.items() if v == newest or v not in versions})

    def read(self) -> dict[str, bytes]:
        """The versions, oldest first. Raises KeyringIsUnusable."""
        path = self.path
        try:
            with path.open("rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise KeyringIsReadableByOthers(path)
                kept = file.read()
            told = self._opened(kept).decode("ascii").splitlines()
            lines = [line.split() for line in told if not line.startswith("#")]
            keys = {version: b64decode(key, validate=True) for version, key in lines}
        except FileNotFoundError:
            raise KeyringIsMissing(path) from None
        except ValueError:  # never chained: the cause could quote a key
            raise KeyringIsDamaged(path) from None
        if not keys or any(len(key) != _KEY for key in keys.values()):
            raise KeyringIsDamaged(path)
        return keys

    def _opened(self, kept: bytes) -> bytes:
        if self._management is None or kept.startswith(_COMMENT.encode()):
            return kept
        try:
            return self._management.open(kept)
        except (OSError, subprocess.SubprocessError):  # never chained: it may quote a key
            raise KeyManagementFailed(self.path) from None

    def _sealed(self, told: bytes) -> bytes:
        """What could not be opened again, or is not sealed at all, is never kept."""
        if self._management is None:
            return told
        try:
            sealed = self._management.seal(told)
            if sealed.startswith(_COMMENT.encode()) or self._management.open(sealed) != told:
                raise KeyManagementFailed(self.path)
        except (OSError, subprocess.SubprocessError):
            raise KeyManagementFailed(self.path) from None
        return sealed

    def _write(self, keys: Mapping[str, bytes]) -> None:
        lines = (f"{version} {b64encode(key).decode()}\n" for version, key in keys.items())
        told = self._sealed("".join([f"{_COMMENT}{self._about}\n", *lines]).encode())
        draft = self.path.with_name(f"{self.path.name}.draft")
        draft.unlink(missing_ok=True)  # left by a process that died here
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(told)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One writer at a time, and what it wrote is durable: a lost version loses whatever rests
    on it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        os.fsync(handle)
    finally:
        os.close(handle)
