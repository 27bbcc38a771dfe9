"""The key-encryption key: outside PostgreSQL, so that whoever dumps the vault can open nothing.

Wrapping stays in this process, for the vault wraps thousands of keys at once: a key management
service opens the keyring when the process starts, and does not wrap key after key. Without one the
file's mode alone protects it.
"""

import fcntl
import os
import secrets
import shlex
import stat
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_KEY = 32
_NEWEST_LAST = "# Key-encryption keys, newest last. Whoever has this file can open the vault.\n"
_PATIENCE: Final = 20  # seconds for a key management service


class Wrapped(NamedTuple):
    """A key that only the named version of the key-encryption key can unwrap."""

    by: str
    key: bytes


class KeyEncryption(Protocol):
    @property
    def newest(self) -> str:
        """The version that wraps; every version unwraps."""
        ...

    def wrap(self, name: str, key: bytes) -> Wrapped:
        """Wrap a key, bound to its name."""
        ...

    def unwrap(self, name: str, wrapped: Wrapped) -> bytes:
        """The key of that name. Raises KeyringDoesNotFit."""
        ...


class KeyringIsUnusable(Exception):
    """The keyring cannot be used."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{' '.join((type(self).__doc__ or '').split())} ({path})")


class KeyringIsMissing(KeyringIsUnusable):
    """There is no keyring. Create one for a new vault; an old vault opens with its own only."""


class KeyringExists(KeyringIsUnusable):
    """There is a keyring already; it is never overwritten."""


class KeyringIsReadableByOthers(KeyringIsUnusable):
    """The keyring may be touched by others than its owner. Set its mode to 0600; if others may have
    read it, renew it and rotate the vault's keys."""


class KeyringIsDamaged(KeyringIsUnusable):
    """The keyring is not a list of versions and keys. Restore it from its safe copy."""


class KeyringDoesNotFit(KeyringIsUnusable):
    """The keyring does not open the vault's keys: it belongs to another vault, or is too old."""


class KeyManagementFailed(KeyringIsUnusable):
    """The key management service does not open or seal the keyring. Run the command of the setting
    `kms` by hand, with `open` and the keyring as its input, to see what it says."""


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


class KeyringFile:
    """Several versions of a 256-bit key in a file that only its owner may read.

    A version is never taken out while a key is wrapped by it. Another process may have renewed the
    file: an unknown version is looked for there before it is called unknown. A file in the clear is
    sealed when it is first renewed under key management.
    """

    def __init__(self, path: Path, management: KeyManagement | None = None) -> None:
        self._path = path
        self._management = management
        self._versions = _ciphers(_read(path, management))

    @classmethod
    def create(cls, path: Path, management: KeyManagement | None = None) -> "KeyringFile":
        """A new keyring with one version; readers find the whole file or none."""
        with _alone_in(path.parent):
            if path.exists():
                raise KeyringExists(path)
            _write(path, {"1": secrets.token_bytes(_KEY)}, management)
        return cls(path, management)

    def renew(self) -> None:
        """Add a version that wraps from now on; rotate the vault's keys afterwards."""
        with _alone_in(self._path.parent):
            keys = _read(self._path, self._management)
            keys[str(int(next(reversed(keys))) + 1)] = secrets.token_bytes(_KEY)
            _write(self._path, keys, self._management)
        self._versions = _ciphers(keys)

    @property
    def newest(self) -> str:
        return next(reversed(self._versions))

    def wrap(self, name: str, key: bytes) -> Wrapped:
        by, nonce = self.newest, secrets.token_bytes(_NONCE)
        return Wrapped(by, nonce + self._versions[by].encrypt(nonce, key, name.encode()))

    def unwrap(self, name: str, wrapped: Wrapped) -> bytes:
        if wrapped.by not in self._versions:
            self._versions = _ciphers(_read(self._path, self._management))
        try:
            cipher = self._versions[wrapped.by]
            return cipher.decrypt(wrapped.key[:_NONCE], wrapped.key[_NONCE:], name.encode())
        except (KeyError, ValueError, InvalidTag):
            raise KeyringDoesNotFit(self._path) from None


def _ciphers(keys: Mapping[str, bytes]) -> dict[str, AESGCM]:
    return {version: AESGCM(key) for version, key in keys.items()}


def _read(path: Path, management: KeyManagement | None) -> dict[str, bytes]:
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeyringIsReadableByOthers(path)
            kept = file.read()
        told = _opened(kept, path, management).decode("ascii").splitlines()
        lines = [line.split() for line in told if not line.startswith("#")]
        keys = {version: b64decode(key, validate=True) for version, key in lines}
    except FileNotFoundError:
        raise KeyringIsMissing(path) from None
    except ValueError:  # never chained: the cause could quote a key
        raise KeyringIsDamaged(path) from None
    if not keys or any(len(key) != _KEY for key in keys.values()):
        raise KeyringIsDamaged(path)
    return keys


def _opened(kept: bytes, path: Path, management: KeyManagement | None) -> bytes:
    if management is None or kept.startswith(_NEWEST_LAST.encode()):
        return kept
    try:
        return management.open(kept)
    except (OSError, subprocess.SubprocessError):  # never chained: it may quote a key
        raise KeyManagementFailed(path) from None


def _sealed(told: bytes, path: Path, management: KeyManagement | None) -> bytes:
    """What could not be opened again, or is not sealed at all, is never kept."""
    if management is None:
        return told
    try:
        sealed = management.seal(told)
        if sealed.startswith(_NEWEST_LAST.encode()) or management.open(sealed) != told:
            raise KeyManagementFailed(path)
    except (OSError, subprocess.SubprocessError):
        raise KeyManagementFailed(path) from None
    return sealed


def _write(path: Path, keys: Mapping[str, bytes], management: KeyManagement | None) -> None:
    lines = (f"{version} {b64encode(key).decode()}\n" for version, key in keys.items())
    told = _sealed("".join([_NEWEST_LAST, *lines]).encode(), path, management)
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)  # left by a process that died here
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(told)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One writer at a time, and what it wrote is durable: a lost version loses every key that it
    wrapped."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        os.fsync(handle)
    finally:
        os.close(handle)
