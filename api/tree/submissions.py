"""What a log sends a witness (C2SP tlog-witness, add-checkpoint): a checkpoint, and the proof that
its tree begins with the one that the witness knows."""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.tree.merkle import HASH
from api.tree.notes import Note, NoteIsUnsound, read_note

MOST: Final = 63  # hashes of a proof
LARGEST: Final = 65_536  # bytes: a proof, and a note with a hundred signatures

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,17})")


class SubmissionIsUnsound(ValueError):
    """This is no submission of a checkpoint."""


@dataclass(frozen=True, slots=True)
class Submission:
    old: int  # leaves of the tree that the witness knows
    proof: Sequence[bytes]
    note: Note

    def __str__(self) -> str:
        proof = "".join(f"{b64encode(step).decode()}\n" for step in self.proof)
        return f"old {self.old}\n{proof}\n{self.note}"


def read_submission(body: bytes) -> Submission:
    """Raises SubmissionIsUnsound."""
    try:
        head, gap, written = body.decode().partition("\n\n")
        old, *steps = head.split("\n")
        proof = [b64decode(step, validate=True) for step in steps]
        note = read_note(written)
    except (UnicodeDecodeError, ValueError, NoteIsUnsound):
        raise SubmissionIsUnsound from None
    known = _OLD.fullmatch(old)
    if not gap or not known or len(proof) > MOST or any(len(step) != HASH for step in proof):
        raise SubmissionIsUnsound
    return Submission(int(known[1]), proof, note)
