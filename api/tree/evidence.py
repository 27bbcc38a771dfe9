"""What verification goes by, and what it says: evidence, findings, verdicts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from api.tree.checkpoints import Checkpoint
from api.tree.incarnations import Restored
from api.tree.tiles import Tile


class Wrong(StrEnum):
    """What can be wrong."""

    ROW_CHANGED = "the row is not the one that was sealed"
    ROWS_MISSING = "rows are missing"
    ROW_EXCESS = "a row stands there twice, or in another's place"
    BACKDATED = "the row says that it was recorded before the one before it"
    TILE_CHANGED = "the row is the one that was sealed, but the tree's tile is not"
    BOTH_CHANGED = "neither the row nor the tree's tile is what was sealed"
    NODE_CHANGED = "a tile above the leaves is not what its leaves make"
    TILE_MISSING = "a tile is missing or too short"
    TILE_EXCESS = "a tile goes on after what was signed"
    CHECKPOINT_UNSOUND = "the checkpoint cannot be read, or is in the wrong place"
    CHECKPOINT_UNSIGNED = "the checkpoint does not bear the signature of a key of this log"
    CHECKPOINT_FORKED = "the checkpoint was signed over other rows than these"
    COSIGNATURE_WRONG = "a cosignature is not the witness's whose it is said to be"
    NOT_COSIGNED = "not enough witnesses have seen the rows from here on"
    LOSS_CONCEALED = "more was lost in a restore than was declared"
    CHECKPOINT_MISSING = "nothing was ever signed"
    ROLLED_BACK = "more rows were signed than there are (was a backup restored and not declared?)"
    UNSEALED = "rows are not covered by any checkpoint"
    HEAD_WRONG = "the log's head does not stand at its last row"
    SIZE_WRONG = "the tree's size is not that of its latest checkpoint"
    EVENTS_DIFFER = "the checkpoint names a checkpoint of the events that is not theirs"


class Finding(NamedTuple):
    """`position` is the first wrong entry, or the first that is missing; of a checkpoint, its size.
    `where` names a tile or a checkpoint."""

    what: Wrong
    position: int | None = None
    where: str = ""

    def __str__(self) -> str:
        place = "" if self.position is None else f"position {self.position}: "
        return f"{place}{self.what.value}{f' ({self.where})' if self.where else ''}"


class Leaf(NamedTuple):
    position: int
    recorded_at: bytes  # as its row spells it; of two, the later one is the greater
    hash: bytes


class Tail(NamedTuple):
    """The rows that the latest checkpoint does not cover."""

    rows: int
    last: int  # position
    oldest: datetime  # recorded


class Evidence(Protocol):
    """A tree and what it was made of, wherever they are kept."""

    def notes(self) -> Iterable[tuple[int, str]]:
        """All checkpoints that are kept, each with the size it is kept under, in order."""
        ...

    def leaves(self, after: int, until: int) -> Iterable[Leaf]:
        """Those of positions after + 1 .. until, recomputed from the rows, in their order."""
        ...

    def tiles(self, wanted: Collection[Tile]) -> Mapping[Tile, bytes]: ...

    def first(self) -> int | None:
        """The lowest position of any row."""
        ...

    def head(self) -> int:
        """Where the log says that it ends."""
        ...

    def size(self) -> int:
        """How large the tree says that it is."""
        ...

    def tail(self, after: int) -> Tail | None:
        """None when there are none."""
        ...


@dataclass(slots=True)
class Verdict:
    """What was verified, and what is wrong; the first wrong entry comes first. `cosigned` so many
    leaves by enough witnesses; `restored` tells of each restore what was lost."""

    origin: str
    size: int = 0
    checkpoints: dict[int, Checkpoint] = field(default_factory=dict)
    cosigned: int = 0
    restored: list[Restored] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings
