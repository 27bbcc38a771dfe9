"""A proof as other people's programs read it: that an entry is in a log (C2SP tlog-proof). It
carries the checkpoint that it leads to, and needs nothing else but the key that this is signed
with. That a log has only grown is proved by what a witness is sent (submissions.py)."""

import re
from base64 import b64decode, b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from api.tree.checkpoints import Checkpoint, read_checkpoint
from api.tree.merkle import HASH, ProofIsWrong, leaf_hash, verify_inclusion
from api.tree.notes import Verifier, read_note, signed_by_any
from api.tree.rows import ENTRY

_FORM: Final = "c2sp.org/tlog-proof@v1"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_LONGEST: Final = 63  # hashes


class ProofIsUnsound(ValueError):
    """This is no proof."""


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """`entry`, where it is told, is what the leaf is made of: position and binding."""

    index: int
    path: Sequence[bytes]
    note: str
    entry: bytes = b""

    @property
    def text(self) -> str:
        extra = [f"extra {b64encode(self.entry).decode()}"] if self.entry else []
        path = (b64encode(each).decode() for each in self.path)
        return "\n".join([_FORM, *extra, f"index {self.index}", *path, "", self.note])

    def verify(self, entry: bytes, trusted: Collection[Verifier]) -> Checkpoint:
        """The checkpoint of which the log had this entry. Raises ProofIsWrong, NoteIsUnsound,
        SignatureIsMissing, SignatureIsWrong."""
        note = read_note(self.note)
        checkpoint = read_checkpoint(note.text)
        signed_by_any(note, [key for key in trusted if key.name == checkpoint.origin])
        size, root = checkpoint.size, checkpoint.root
        if int.from_bytes(entry[:8]) != self.index + 1:
            raise ProofIsWrong
        verify_inclusion(leaf_hash(entry), self.index, size, self.path, root)
        return checkpoint


def read_inclusion(text: str) -> InclusionProof:
    """Raises ProofIsUnsound."""
    told, gap, note = text.partition("\n\n")
    match told.split("\n") if gap else []:
        case [form, extra, index, *path] if form == _FORM and extra.startswith("extra "):
            entry = _bytes(extra.removeprefix("extra "), ENTRY)
            return InclusionProof(_number("index ", index), _hashes(path), note, entry)
        case [form, index, *path] if form == _FORM:
            return InclusionProof(_number("index ", index), _hashes(path), note)
    raise ProofIsUnsound


def _number(name: str, line: str) -> int:
    number = line.removeprefix(name)
    if not line.startswith(name) or not _NUMBER.fullmatch(number):
        raise ProofIsUnsound
    return int(number)


def _hashes(lines: Sequence[str]) -> list[bytes]:
    if len(lines) > _LONGEST:
        raise ProofIsUnsound
    return [_bytes(line, HASH) for line in lines]


def _bytes(encoded: str, length: int) -> bytes:
    """One spelling only: what is spelled otherwise is not what was written."""
    try:
        found = b64decode(encoded, validate=True)
    except ValueError:
        raise ProofIsUnsound from None
    if len(found) != length or b64encode(found).decode() != encoded:
        raise ProofIsUnsound
    return found
