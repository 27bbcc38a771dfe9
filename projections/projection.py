"""What a projection is: tables whose rows are folds of facts, declared and pure.

A room under `projections/` declares one `Projection` and its queries; following, rebuilding and
swapping are the engine's. `apply` sees one row and one fact, in the order of the log, and nothing
else: so a batch, a rebuild and a fold from zero end in the same rows.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

Key = tuple[Any, ...]


class Positioned(Protocol):
    """An item of a dense, ordered, append-only log: a recorded fact, or a recorded reading."""

    @property
    def position(self) -> int: ...

    @property
    def recorded_at(self) -> datetime: ...


Item = TypeVar("Item", bound=Positioned)
Item_contra = TypeVar("Item_contra", bound=Positioned, contravariant=True)
Item_co = TypeVar("Item_co", bound=Positioned, covariant=True)
Row = TypeVar("Row")


class Source(Protocol[Item_co]):
    """Where items come from."""

    async def read(self, after: int, limit: int) -> Sequence[Item_co]:
        """The items at positions after+1 .. after+limit, in order."""
        ...

    async def wait(self, after: int, timeout: float) -> object:
        """Return when the head may be beyond `after`, at the latest after `timeout` seconds."""
        ...

    async def head(self) -> int:
        """The position of the last item; 0 when there is none."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Table(Generic[Item, Row]):
    """Rows that items change. The row's fields, in order, are the table's columns."""

    name: str
    row: type[Row]
    key: tuple[str, ...]
    keys: Callable[[Item], Iterable[Key]]  # whose rows an item touches
    apply: Callable[[Row | None, Item], Row | None]  # None: there is no row (any more)


@dataclass(frozen=True, kw_only=True, slots=True)
class Journal(Generic[Item, Row]):
    """Rows that are only ever added."""

    name: str
    row: type[Row]
    rows: Callable[[Item], Iterable[Row]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Projection(Generic[Item]):
    """`version` goes up whenever `schema` or a fold changes: then the engine builds it anew."""

    name: str
    version: int
    schema: str  # DDL; `{x}` stands for the table x; what follows "-- indexes" waits for the rows
    tables: tuple[Table[Item, Any] | Journal[Item, Any], ...]
