"""A log that was restored from a backup, and lost what came after it: it goes on under another
name, and its checkpoints say what was lost. So no name ever stands on two trees of one size."""

import re
from typing import Final, NamedTuple

_NUMBER: Final = r"(0|[1-9][0-9]{0,17})"
_ROOT: Final = r"([0-9a-f]{64})"
_LINE: Final = re.compile(rf"restored {_NUMBER} {_NUMBER} {_ROOT} {_NUMBER} {_ROOT}")


class Restored(NamedTuple):
    incarnation: int  # 2, the first time
    size: int  # leaves up to which it is what was signed before
    root: bytes
    known_size: int  # of the last checkpoint that was known of the incarnation before
    known_root: bytes

    @property
    def line(self) -> str:
        """As each checkpoint of the incarnation says it."""
        return (
            f"restored {self.incarnation} {self.size} {self.root.hex()}"
            f" {self.known_size} {self.known_root.hex()}"
        )

    def __str__(self) -> str:
        if self.known_size <= self.size:
            return (
                f"restored from a backup: nothing is known to be lost (the last checkpoint known"
                f" from before had {self.known_size} entries, and they are there)"
            )
        return (
            f"restored from a backup: what had been recorded as entries {self.size + 1} to"
            f" {self.known_size} is lost, and perhaps more after it (the last checkpoint known from"
            f" before had {self.known_size} entries); what stands there now was sealed since then"
        )


def restored_in(lines: tuple[str, ...]) -> Restored | None:
    """What the lines of a checkpoint say of that."""
    for line in lines:
        if found := _LINE.fullmatch(line):
            number, size, root, known_size, known_root = found.groups()
            return Restored(
                *(int(number), int(size), bytes.fromhex(root)),
                *(int(known_size), bytes.fromhex(known_root)),
            )
    return None


def name_of(origin: str, incarnation: int) -> str:
    """What a log is called in its checkpoints."""
    return origin if incarnation == 1 else f"{origin}/{incarnation}"
