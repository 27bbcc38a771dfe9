"""Signed notes (C2SP signed-note): a text, and below it a line for each signature.

A key is told by its vkey, `name+keyid+base64(algorithm, public key)`. Lines of keys that a verifier
does not know are passed over, so there is room for other algorithms beside these: one line in
ALGORITHMS each.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = 1  # signs the text
COSIGNATURE: Final = 4  # Ed25519, signs the time and the text (C2SP tlog-cosignature)

_LARGEST: Final = 1_000_000  # bytes of a note
_MOST: Final = 100  # signatures
_DASH: Final = "\N{EM DASH} "
_SEED: Final = 32  # bytes


class NoteIsUnsound(ValueError):
    """This is no signed note."""


class SignatureIsMissing(Exception):
    """The note does not bear the signature of any key that it must be signed with."""


class SignatureIsWrong(Exception):
    """The note bears a signature in the name of a known key that this key has not made."""


class KeyIsUnsound(ValueError):
    """This is no key of a signer or verifier of notes."""


class Algorithm(NamedTuple):
    """How signatures of one kind of key are told from others."""

    key: int  # bytes of a public key
    check: Callable[[bytes, bytes, str], None]  # public key, value, text; raises InvalidSignature


def _check_text(public: bytes, value: bytes, text: str) -> None:
    Ed25519PublicKey.from_public_bytes(public).verify(value, text.encode())


def _check_timed(public: bytes, value: bytes, text: str) -> None:
    _check_text(public, value[8:], _timed(int.from_bytes(value[:8]), text))


ALGORITHMS: Final[dict[int, Algorithm]] = {
    ED25519: Algorithm(_SEED, _check_text),
    COSIGNATURE: Algorithm(_SEED, _check_timed),
}


class Signature(NamedTuple):
    name: str
    key_id: bytes
    value: bytes  # of a cosignature: 8 bytes of time before

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.value).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    text: str  # ends with a line's end
    signatures: Sequence[Signature]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(signature.line for signature in self.signatures)}"

    def cosigned(self, *signatures: Signature) -> "Note":
        return Note(self.text, [*self.signatures, *signatures])


def read_note(written: str | bytes) -> Note:
    """Raises NoteIsUnsound."""
    try:
        whole = written.decode() if isinstance(written, bytes) else written
    except UnicodeDecodeError:
        raise NoteIsUnsound from None
    text, gap, lines = whole.rpartition("\n\n")
    unsound = any(character < " " and character != "\n" for character in whole)
    if not gap or unsound or len(whole) > _LARGEST or not lines.endswith("\n"):
        raise NoteIsUnsound
    signatures = [_signature(line) for line in lines[:-1].split("\n")]
    if len(signatures) > _MOST:
        raise NoteIsUnsound
    return Note(f"{text}\n", signatures)


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not _is_name(name):
        raise NoteIsUnsound
    try:
        value = b64decode(encoded, validate=True)
    except ValueError:
        raise NoteIsUnsound from None
    if len(value) <= 4:  # noqa: PLR2004 - the key's id alone
        raise NoteIsUnsound
    return Signature(name, value[:4], value[4:])


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a key that signs notes."""

    name: str
    algorithm: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        key = bytes([self.algorithm]) + self.public
        return sha256(f"{self.name}\n".encode() + key).digest()[:4]

    @property
    def vkey(self) -> str:
        key = b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def read(cls, vkey: str) -> Self:
        """Raises KeyIsUnsound."""
        name, key_id, encoded = ([*vkey.strip().split("+", 2), "", ""])[:3]
        try:
            key = b64decode(encoded, validate=True)
        except ValueError:
            raise KeyIsUnsound from None
        algorithm = ALGORITHMS.get(key[0]) if key else None
        if not _is_name(name) or algorithm is None or len(key) != 1 + algorithm.key:
            raise KeyIsUnsound
        verifier = cls(name, key[0], key[1:])
        if verifier.key_id.hex() != key_id:
            raise KeyIsUnsound
        return verifier

    def has_signed(self, note: Note) -> bool:
        """Whether the note bears this key's signature. Raises SignatureIsWrong when it bears one
        that only looks so."""
        found = self._signatures(note)
        for signature in found:
            self._check(note.text, signature.value)
        return bool(found)

    def cosigned_at(self, note: Note) -> int | None:
        """The Unix time, in seconds, of this key's cosignature. Raises SignatureIsWrong."""
        times = []
        for signature in self._signatures(note):
            self._check(note.text, signature.value)
            times.append(int.from_bytes(signature.value[:8]))
        return max(times, default=None)

    def _signatures(self, note: Note) -> list[Signature]:
        ours = (self.name, self.key_id)
        return [it for it in note.signatures if (it.name, it.key_id) == ours]

    def _check(self, text: str, value: bytes) -> None:
        try:
            ALGORITHMS[self.algorithm].check(self.public, value, text)
        except InvalidSignature:
            raise SignatureIsWrong from None


class Signer:
    """Signs notes in a name; `seed` is the secret."""

    def __init__(self, name: str, seed: bytes, *, algorithm: int = ED25519) -> None:
        """Raises KeyIsUnsound."""
        if not _is_name(name) or len(seed) != _SEED:
            raise KeyIsUnsound
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, algorithm, self._key.public_key().public_bytes_raw())

    def signature(self, text: str) -> Signature:
        return Signature(self.verifier.name, self.verifier.key_id, self._key.sign(text.encode()))

    def cosignature(self, text: str, at: int) -> Signature:
        """`at` is the Unix time in seconds at which nothing else than this was known of the log."""
        value = self._key.sign(_timed(at, text).encode())
        return Signature(self.verifier.name, self.verifier.key_id, at.to_bytes(8) + value)


def signed_by_any(note: Note, verifiers: Collection[Verifier]) -> Verifier:
    """Who has signed it. Raises SignatureIsMissing, SignatureIsWrong."""
    signed = [verifier for verifier in verifiers if verifier.has_signed(note)]
    if not signed:
        raise SignatureIsMissing
    return signed[0]


def _timed(at: int, text: str) -> str:
    return f"cosignature/v1\ntime {at}\n{text}"


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(map(str.isspace, name))
