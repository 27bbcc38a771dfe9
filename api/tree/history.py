"""What was signed: a log's checkpoints, those that it kept and those that others kept, together.

Of a log that was restored, the checkpoints of its incarnations: what was signed before, up to where
the backup ended, holds still; what was signed beyond it is lost, and must have been declared.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from api.tree.checkpoints import Checkpoint, read_checkpoint
from api.tree.evidence import Finding, Verdict, Wrong
from api.tree.incarnations import Restored, restored_in
from api.tree.notes import (
    KeyIsUnsound,
    Note,
    NoteIsUnsound,
    SignatureIsMissing,
    SignatureIsWrong,
    Verifier,
    read_note,
    signed_by_any,
)
from api.tree.policies import Policy

_KEY: Final = "key "


def key_line(verifier: Verifier) -> str:
    """The line by which the old key, which signs it too, names the new one."""
    return f"{_KEY}{verifier.vkey}"


def read_history(
    notes: Iterable[tuple[int, str]],
    kept: Collection[str],
    verdict: Verdict,
    trusted: Collection[Verifier],
    policy: Policy,
) -> dict[int, Checkpoint]:
    """The checkpoints that the tree must agree with, by size; whatever is wrong with any of them is
    a finding of the verdict's."""
    history = _History(verdict, trusted, policy)
    for size, written in notes:
        history.read(written, size)
    for written in kept:
        history.read(written, None)
    return history.standing()


class _Found(NamedTuple):
    incarnation: int
    checkpoint: Checkpoint


class _History:
    def __init__(self, verdict: Verdict, trusted: Collection[Verifier], policy: Policy) -> None:
        self._verdict = verdict
        self._policy = policy
        self._names = re.compile(rf"{re.escape(verdict.origin)}(?:/([2-9]|[1-9][0-9]{{1,5}}))?")
        # A key is believed whatever the incarnation that it signs for.
        keys = [key for key in trusted if self._names.fullmatch(key.name)]
        self._believed = {(key.algorithm, key.public) for key in keys}
        self._found: list[_Found] = []
        self._restored: dict[int, Restored] = {}
        self._cosigned: dict[int, int] = {}  # of each incarnation, so many leaves

    def read(self, written: str, size: int | None) -> None:
        """`size` it is kept under; none, where others have kept it."""
        try:
            note = read_note(written)
            checkpoint = read_checkpoint(note.text)
        except NoteIsUnsound:
            return self._finding(Wrong.CHECKPOINT_UNSOUND, size)
        name = self._names.fullmatch(checkpoint.origin)
        if name is None or (size is not None and checkpoint.size != size):
            return self._finding(Wrong.CHECKPOINT_UNSOUND, size or checkpoint.size)
        if not self._is_signed(note, checkpoint):
            return self._finding(Wrong.CHECKPOINT_UNSIGNED, checkpoint.size)
        incarnation = int(name[1] or 1)
        if not self._says_what_it_is(incarnation, checkpoint):
            return self._finding(Wrong.CHECKPOINT_UNSOUND, checkpoint.size)
        self._found.append(_Found(incarnation, checkpoint))
        self._count_witnesses(incarnation, checkpoint.size, note)
        return None

    def _is_signed(self, note: Note, checkpoint: Checkpoint) -> bool:
        """By a key that is believed, which may pass that on to others."""
        believed = [Verifier(checkpoint.origin, *key) for key in self._believed]
        try:
            signed_by_any(note, believed)
            named = [key for key in _named_keys(checkpoint) if key.has_signed(note)]
        except (SignatureIsMissing, SignatureIsWrong, KeyIsUnsound):
            return False
        self._believed |= {(key.algorithm, key.public) for key in named}
        return True

    def _says_what_it_is(self, incarnation: int, checkpoint: Checkpoint) -> bool:
        """Each checkpoint of a log that was restored says so, and all say the same."""
        restored = restored_in(checkpoint.more)
        if incarnation == 1 or restored is None:
            return incarnation == 1 and restored is None
        is_sound = restored.incarnation == incarnation and restored.size <= checkpoint.size
        return is_sound and self._restored.setdefault(incarnation, restored) == restored

    def _count_witnesses(self, incarnation: int, size: int, note: Note) -> None:
        try:
            names = self._policy.cosigned(note)
        except SignatureIsWrong:
            self._finding(Wrong.COSIGNATURE_WRONG, size)
            return
        if self._policy.is_met_by(names):
            self._cosigned[incarnation] = max(size, self._cosigned.get(incarnation, 0))

    def standing(self) -> dict[int, Checkpoint]:
        """Of one size the first that was read counts, and another one is a fork."""
        latest = max((it.incarnation for it in self._found), default=1)
        self._verdict.cosigned = self._cosigned.get(latest, 0)
        self._verdict.restored = [restored for _, restored in sorted(self._restored.items())]
        known: dict[int, Checkpoint] = {}
        lost: dict[tuple[int, int], Checkpoint] = {}
        for incarnation, checkpoint in [*self._found, *self._backups()]:
            size = checkpoint.size
            first = (
                known.setdefault(size, checkpoint)
                if self._holds_still(incarnation, size)
                else lost.setdefault((incarnation, size), checkpoint)
            )
            if first.root != checkpoint.root:
                self._finding(Wrong.CHECKPOINT_FORKED, size, "two of one size")
        for (incarnation, size), checkpoint in sorted(lost.items()):
            self._declared(incarnation, size, checkpoint)
        return dict(sorted(known.items()))

    def _after(self, incarnation: int) -> Iterator[Restored]:
        """The restores since an incarnation."""
        return (it for number, it in self._restored.items() if number > incarnation)

    def _holds_still(self, incarnation: int, size: int) -> bool:
        return all(size <= restored.size for restored in self._after(incarnation))

    def _backups(self) -> Sequence[_Found]:
        """What each restore says of the backup is as good as a checkpoint of that size."""
        return [
            _Found(number - 1, Checkpoint(self._verdict.origin, it.size, it.root))
            for number, it in self._restored.items()
            if it.size
        ]

    def _declared(self, incarnation: int, size: int, checkpoint: Checkpoint) -> None:
        """What is lost was declared when the log was restored."""
        restored = self._restored.get(incarnation + 1)
        if restored is None:
            return  # the next one that is known was restored from an older backup still
        if size > restored.known_size:
            self._finding(
                Wrong.LOSS_CONCEALED,
                restored.known_size + 1,
                f"signed: {size}, as was declared: {restored.known_size}",
            )
        elif size == restored.known_size and checkpoint.root != restored.known_root:
            self._finding(Wrong.CHECKPOINT_FORKED, size, "not the one that was declared")

    def _finding(self, what: Wrong, position: int | None, where: str = "") -> None:
        self._verdict.findings.append(Finding(what, position, where))


def _named_keys(checkpoint: Checkpoint) -> list[Verifier]:
    """Raises KeyIsUnsound."""
    lines = [line.removeprefix(_KEY) for line in checkpoint.more if line.startswith(_KEY)]
    keys = [Verifier.read(line) for line in lines]
    return [key for key in keys if key.name == checkpoint.origin]
