"""The key-encryption key: outside PostgreSQL, so that whoever dumps the vault can open nothing.

Wrapping stays in this process, for the vault wraps thousands of keys at once: a key management
service opens the keyring when the process starts, and does not wrap key after key. Without one the
file's mode alone protects it.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.runtime.keys.key_file import KeyFile, KeyManagement, KeyringIsMissing, KeyringIsUnusable

_NONCE = 12
_ABOUT = "Key-encryption keys, newest last. Whoever has this file can open the vault."


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


class KeyringDoesNotFit(KeyringIsUnusable):
    """The keyring does not open the vault's keys: it belongs to another vault, or is too old."""


class KeyringFile:
    """Several versions of a 256-bit key in a file that only its owner may read.

    A version is never taken out while a key is wrapped by it. Another process may have renewed the
    file: whoever wraps looks whether it has changed, so that nothing is wrapped by an older version
    after that; and an unknown version is looked for there before it is called unknown.
    """

    def __init__(self, path: Path, management: KeyManagement | None = None) -> None:
        self._file = _file(path, management)
        self._read_at = self._file.changed_at
        self._versions = _ciphers(self._file.read())

    @classmethod
    def create(cls, path: Path, management: KeyManagement | None = None) -> "KeyringFile":
        """A new keyring with one version; readers find the whole file or none."""
        _file(path, management).create()
        return cls(path, management)

    def renew(self) -> None:
        """Add a version that wraps from now on; rotate the vault's keys afterwards."""
        self._versions = _ciphers(self._file.renew())

    def retire(self, versions: Collection[str]) -> None:
        """Take versions out by which nothing is wrapped any more; never the newest."""
        self._file.retire(versions)
        self._versions = _ciphers(self._file.read())

    @property
    def changed_at(self) -> int:
        """Nanoseconds. Raises KeyringIsMissing."""
        return self._file.changed_at

    @property
    def versions(self) -> Sequence[str]:
        """Oldest first."""
        return tuple(self._versions)

    @property
    def newest(self) -> str:
        return next(reversed(self._versions))

    def wrap(self, name: str, key: bytes) -> Wrapped:
        with suppress(KeyringIsMissing):  # what is in memory goes on
            if (changed_at := self._file.changed_at) != self._read_at:
                self._versions = _ciphers(self._file.read())
                self._read_at = changed_at
        by, nonce = self.newest, secrets.token_bytes(_NONCE)
        return Wrapped(by, nonce + self._versions[by].encrypt(nonce, key, name.encode()))

    def unwrap(self, name: str, wrapped: Wrapped) -> bytes:
        if wrapped.by not in self._versions:
            self._versions = _ciphers(self._file.read())
        try:
            cipher = self._versions[wrapped.by]
            return cipher.decrypt(wrapped.key[:_NONCE], wrapped.key[_NONCE:], name.encode())
        except (KeyError, ValueError, InvalidTag):
            raise KeyringDoesNotFit(self._file.path) from None


def _file(path: Path, management: KeyManagement | None) -> KeyFile:
    return KeyFile(path, about=_ABOUT, management=management)


def _ciphers(keys: Mapping[str, bytes]) -> dict[str, AESGCM]:
    return {version: AESGCM(key) for version, key in keys.items()}
