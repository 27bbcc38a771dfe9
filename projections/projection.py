"""What a projection is: tables whose rows are folds of facts, declared and pure.

A room under `projections/` declares one `Projection` and its queries; following, rebuilding and
swapping are the engine's. `apply` sees one row and one fact, in the order of the log, and nothing
else: so a batch, a rebuild and a fold from zero end in the same rows.
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

from domain.catalogue import names_of
from domain.person import PersonForgotten
from domain.retention import FileDisposed
from projections.asking import Connection
from projections.eras import EVER, STANDING, era_of

Key = tuple[Any, ...]
Version = tuple[Any, ...]


class Positioned(Protocol):
    """An item of a dense, ordered, append-only log: a recorded fact, or a recorded reading."""

    @property
    def position(self) -> int: ...

    @property
    def recorded_at(self) -> datetime: ...


Item = TypeVar("Item", bound=Positioned)
Item_contra = TypeVar("Item_contra", bound=Positioned, contravariant=True)
Item_co = TypeVar("Item_co", bound=Positioned, covariant=True)
Row = TypeVar("Row", bound=tuple[Any, ...])


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Part `number` (from 0) of `of` parts of a log up to a position. Each stream is whole in one
    of them; a log without streams is whole in the first."""

    number: int
    of: int
    until: int


class Parts(Protocol[Item_co]):
    """A log that is read part by part."""

    def part(self, connection: Connection, part: Part) -> AsyncGenerator[Sequence[Item_co], None]:
        """The items of a part in order, page by page, asked on a connection of the projector's
        that does nothing else meanwhile."""
        ...


class Source(Parts[Item_co], Protocol):
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
    """Rows that items change. A row is a NamedTuple: its fields, in order, are the columns."""

    name: str
    row: type[Row]
    key: tuple[str, ...]
    keys: Callable[[Item], Iterable[Key]]  # whose rows an item touches
    apply: Callable[[Row | None, Item], Row | None]  # None: there is no row (any more)
    of_file: str | None = None  # the column that names the file, with which the row is disposed of


@dataclass(frozen=True, kw_only=True, slots=True)
class Journal(Generic[Item, Row]):
    """Rows that are only ever added."""

    name: str
    row: type[Row]
    rows: Callable[[Item], Iterable[Row]]
    of_file: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Versions(Generic[Item]):
    """Every state in which a row of a table stood, as the items of the table's keys have made it.
    Its columns are those of the row; then from when it stood, until when, and its era."""

    name: str
    of: Table[Item, Any]

    @property
    def of_file(self) -> str | None:
        return self.of.of_file

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.of.row._fields, "from_position", "until_position", "era")

    def apply(self, standing: Version | None, item: Item) -> Version | None:
        """The version that stands after an item: the same, if it changed nothing."""
        before = None if standing is None else self.of.row(*standing[:-3])
        after = self.of.apply(before, item)
        if after == before:
            return standing
        return None if after is None else (*after, item.position, STANDING, EVER)

    def ended(self, version: Version, until: int) -> Version:
        """What is left of a version that stands no more from a position on."""
        *row, first, _, _ = version
        return (*row, first, until, era_of(first, until))


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally(Generic[Row]):
    """How many of a table's rows there are of each kind: counted as rows come, change and go, in
    the same transaction. Its columns are those of the key, and `n`; of what there is none, there
    is no row."""

    name: str
    of: str  # the table
    key: tuple[str, ...]
    kinds: Callable[[Row], Iterable[Key]]


_DISPOSALS: Final = names_of(FileDisposed, PersonForgotten)


def disposed_of(items: Iterable[Any]) -> list[UUID]:
    """The files, and records of persons, that are gone with these items, of which no item tells any
    more: every row of theirs goes, too, as it was and as it ever stood."""
    return [item.stream for item in items if getattr(item, "name", None) in _DISPOSALS]


@dataclass(frozen=True, kw_only=True, slots=True)
class Projection(Generic[Item]):
    """`version` goes up whenever `schema` or a fold changes: then the engine builds it anew."""

    name: str
    version: int
    schema: str  # DDL; `{x}` stands for the table x; what follows "-- indexes" waits for the rows
    tables: tuple[Table[Item, Any] | Journal[Item, Any] | Versions[Item], ...]
    key: Callable[[Item], object] | None = None
    """Whose items those are that are parked together, when one of them cannot be folded: no row is
    touched by the items of two keys. Without it, following stops there."""
    by_stream: bool = True  # no row is touched by the facts of two streams: parts can be built
    tallies: tuple[Tally[Any], ...] = ()
