"""What a log says of itself (C2SP tlog-checkpoint): so many leaves, and this is their root."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final

from api.tree.merkle import HASH
from api.tree.notes import NoteIsUnsound

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`more` are lines of the log's own: what the receipts' checkpoint says of the events'."""

    origin: str
    size: int
    root: bytes
    more: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        root = b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.more))


def read_checkpoint(text: str) -> Checkpoint:
    """Raises NoteIsUnsound."""
    match text.removesuffix("\n").split("\n"):
        case [origin, size, encoded, *more] if origin and _SIZE.fullmatch(size) and all(more):
            try:
                root = b64decode(encoded, validate=True)
            except ValueError:
                raise NoteIsUnsound from None
            if len(root) == HASH:
                return Checkpoint(origin, int(size), root, tuple(more))
    raise NoteIsUnsound
