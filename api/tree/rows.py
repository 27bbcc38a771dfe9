"""Leaves made of rows: what a binary COPY of a log's rows says, bound to the row's position.

An entry is the position (8 bytes) and SHA-256 over the row's columns, each behind its length (4
bytes), the 32-byte salt first. Without salt and columns it tells nothing, and nothing can be found
by trying; with them anybody can make it again.
"""

from hashlib import sha256
from typing import Final

from api.tree.evidence import Leaf
from api.tree.merkle import leaf_hash

ENTRY: Final = 40  # bytes

_HEADER: Final = b"PGCOPY\n\xff\r\n\x00"
_HEADER_BYTES: Final = len(_HEADER) + 8  # and flags, and an extension of no length
_END: Final = b"\xff\xff"

# number of columns (2), length and position (4 + 8), length and salt (4 + 32), length and moment
_POSITION: Final = slice(6, 14)
_BOUND: Final = slice(14, None)
_MOMENT: Final = slice(54, 62)


def entry_of(row: bytes) -> bytes:
    return row[_POSITION] + sha256(row[_BOUND]).digest()


def leaf_of(copied: bytes) -> Leaf | None:
    """Of one message of a COPY; none, when it is the last."""
    row = copied[_HEADER_BYTES:] if copied.startswith(_HEADER) else copied
    if row == _END or not row:
        return None
    return Leaf(int.from_bytes(row[_POSITION]), row[_MOMENT], leaf_hash(entry_of(row)))
