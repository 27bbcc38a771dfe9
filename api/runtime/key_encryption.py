"""The key-encryption key: outside PostgreSQL, so that whoever dumps the vault can open nothing.

Wrapping stays in this process, for the vault wraps thousands of keys at once: a key management
service fits in by opening the keyring when the process starts, not by wrapping key after key.
"""

import fcntl
import os
import secrets
import stat
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_KEY = 32
_NEWEST_LAST = "# Key-encryption keys, newest last. Whoever has this file can open the vault.\n"


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


class KeyringFile:
    """Several versions of a 256-bit key in a file that only its owner may read.

    A version is never taken out while a key is wrapped by it. Another process may have renewed the
    file: an unknown version is looked for there before it is called unknown.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._versions = _ciphers(_read(path))

    @classmethod
    def create(cls, path: Path) -> "KeyringFile":
        """A new keyring with one version; readers find the whole file or none."""
        with _alone_in(path.parent):
            if path.exists():
                raise KeyringExists(path)
            _write(path, {"1": secrets.token_bytes(_KEY)})
        return cls(path)

    def renew(self) -> None:
        """Add a version that wraps from now on; rotate the vault's keys afterwards."""
        with _alone_in(self._path.parent):
            keys = _read(self._path)
            keys[str(int(next(reversed(keys))) + 1)] = secrets.token_bytes(_KEY)
            _write(self._path, keys)
        self._versions = _ciphers(keys)

    @property
    def newest(self) -> str:
        return next(reversed(self._versions))

    def wrap(self, name: str, key: bytes) -> Wrapped:
        by, nonce = self.newest, secrets.token_bytes(_NONCE)
        return Wrapped(by, nonce + self._versions[by].encrypt(nonce, key, name.encode()))

    def unwrap(self, name: str, wrapped: Wrapped) -> bytes:
        if wrapped.by not in self._versions:
            self._versions = _ciphers(_read(self._path))
        try:
            cipher = self._versions[wrapped.by]
            return cipher.decrypt(wrapped.key[:_NONCE], wrapped.key[_NONCE:], name.encode())
        except (KeyError, ValueError, InvalidTag):
            raise KeyringDoesNotFit(self._path) from None


def _ciphers(keys: Mapping[str, bytes]) -> dict[str, AESGCM]:
    return {version: AESGCM(key) for version, key in keys.items()}


def _read(path: Path) -> dict[str, bytes]:
    try:
        with path.open() as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeyringIsReadableByOthers(path)
            lines = [line.split() for line in file if not line.startswith("#")]
        keys = {version: b64decode(key, validate=True) for version, key in lines}
    except FileNotFoundError:
        raise KeyringIsMissing(path) from None
    except ValueError:  # never chained: the cause could quote a key
        raise KeyringIsDamaged(path) from None
    if not keys or any(len(key) != _KEY for key in keys.values()):
        raise KeyringIsDamaged(path)
    return keys


def _write(path: Path, keys: Mapping[str, bytes]) -> None:
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)  # left by a process that died here
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(_NEWEST_LAST)
        file.writelines(f"{version} {b64encode(key).decode()}\n" for version, key in keys.items())
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
