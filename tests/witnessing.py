"""A small log without a database, and what it sends to witnesses."""

from collections.abc import Sequence
from hashlib import sha256

from api.tree.checkpoints import Checkpoint
from api.tree.merkle import HASH, Node, complete, consistency_plan, leaf_hash, proof, root
from api.tree.notes import Note, Signer
from api.tree.submissions import Submission

ORIGIN = "log.example/events"


class SmallLog:
    """`name` decides its leaves from `parts_at` on: before, all small logs are one."""

    def __init__(
        self, name: str = "", *, parts_at: int = 0, seed: bytes = bytes(32), origin: str = ORIGIN
    ) -> None:
        self.signer = Signer(origin, seed)
        self._origin = origin
        self._name = name
        self._parts_at = parts_at

    def hashes(self, node: Node) -> bytes:
        first = node.place << node.height
        return complete(b"".join(map(self._leaf, range(first, first + (1 << node.height)))))

    def _leaf(self, index: int) -> bytes:
        name = self._name if index >= self._parts_at else ""
        return leaf_hash(sha256(f"{name} {index}".encode()).digest())

    def note(self, size: int, *signers: Signer) -> Note:
        text = Checkpoint(self._origin, size, root(size, self.hashes)).text
        return Note(text, [signer.signature(text) for signer in signers or [self.signer]])

    def submission(self, old: int, new: int, path: Sequence[bytes] | None = None) -> bytes:
        steps = proof(consistency_plan(old, new), self.hashes) if 0 < old < new else []
        return str(Submission(old, steps if path is None else path, self.note(new))).encode()


ZERO = bytes(HASH)
