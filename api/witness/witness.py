"""The witness: cosigns a checkpoint when the tree that it knows is the beginning of the new one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final, NamedTuple

from api.tree.checkpoints import Checkpoint, read_checkpoint
from api.tree.merkle import EMPTY, ProofIsWrong, verify_consistency
from api.tree.notes import (
    NoteIsUnsound,
    SignatureIsMissing,
    SignatureIsWrong,
    Signer,
    Verifier,
    signed_by_any,
)
from api.tree.submissions import Submission, SubmissionIsUnsound, read_submission
from api.witness.memory import Known, Memory, Refused

SIZE: Final = "text/x.tlog.size"


class Answer(NamedTuple):
    status: HTTPStatus
    body: str = ""
    content_type: str = "text/plain"


class Witness:
    """`logs`: the keys of each log, by its origin; two while a log renews its key."""

    def __init__(
        self,
        signer: Signer,
        logs: Mapping[str, Sequence[Verifier]],
        memory: Memory,
        now: Callable[[], datetime],
    ) -> None:
        self._signer = signer
        self._logs = logs
        self._memory = memory
        self._now = now

    def add_checkpoint(self, body: bytes) -> Answer:
        """What C2SP tlog-witness says of each case."""
        try:
            sent = read_submission(body)
            checkpoint = read_checkpoint(sent.note.text)
        except (SubmissionIsUnsound, NoteIsUnsound):
            return Answer(HTTPStatus.BAD_REQUEST)
        keys = self._logs.get(checkpoint.origin)
        if keys is None:
            return Answer(HTTPStatus.NOT_FOUND)
        try:
            signed_by_any(sent.note, keys)
        except (SignatureIsMissing, SignatureIsWrong):
            return Answer(HTTPStatus.FORBIDDEN)
        if sent.old > checkpoint.size:
            return Answer(HTTPStatus.BAD_REQUEST)
        with self._memory.alone() as memory:
            return self._cosigned(memory, sent, checkpoint)

    def _cosigned(self, memory: Memory, sent: Submission, new: Checkpoint) -> Answer:
        now = int(self._now().timestamp())
        known = memory.latest(new.origin) or Known(0, EMPTY, 0, "")
        is_fork = new.size == known.size and new.root != known.root
        refused = Refused(new.origin, str(sent.note), now, is_fork)
        if is_fork:
            memory.keep_refused(refused)
            return _conflict(known)
        if sent.old != known.size:
            return _conflict(known)
        try:
            verify_consistency(known.size, known.root, new.size, new.root, sent.proof)
        except ProofIsWrong:
            memory.keep_refused(refused)
            return Answer(HTTPStatus.UNPROCESSABLE_ENTITY)
        # Nobody learns that less was known later: whatever the clock says, time does not go back.
        at = max(now, known.at)
        memory.keep(new.origin, Known(new.size, new.root, at, str(sent.note)))
        return Answer(HTTPStatus.OK, self._signer.cosignature(sent.note.text, at).line)


def _conflict(known: Known) -> Answer:
    return Answer(HTTPStatus.CONFLICT, f"{known.size}\n", SIZE)
