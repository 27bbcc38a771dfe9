"""Time travel: asking for what stood at a position, among the versions of a table's rows.

A page as of a position walks an index in the order that was asked for, and passes over what did
not stand then. How much that is does not grow with the log: it walks era by era (see `eras`), side
by side, and an index that begins with what is asked for, then the era, has each era in order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.sql import SQL, Composable, Composed

from projections.eras import SIZES, eras_at
from projections.projection import Item, Projection

_CLOCKS_DIFFER: Final = timedelta(days=1)  # at most: nothing is recorded before it happens


def together(name: str, *histories: Projection[Item]) -> Projection[Item]:
    """Several projections of one log, followed as one: a new version of one makes all anew."""
    parts = [projection.schema.partition("-- indexes\n") for projection in histories]
    bare, indexes = "".join(it[0] for it in parts), "".join(it[2] for it in parts)
    return Projection(
        name=name,
        version=sum(projection.version for projection in histories),
        schema=f"{bare}-- indexes\n{indexes}",
        tables=tuple(table for projection in histories for table in projection.tables),
        key=histories[0].key,
    )


@dataclass(frozen=True, slots=True)
class AsOf:
    """A position to look back to, and the moment at which the log stood there."""

    position: int
    moment: datetime

    @property
    def latest(self) -> datetime:
        """When the latest of what was known then can have happened."""
        return self.moment + _CLOCKS_DIFFER

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the conditions below ask for."""
        return {"as_of": self.position, "eras": eras_at(self.position), "latest": self.latest}


_STOOD = "line.from_position <= %(as_of)s and line.until_position > %(as_of)s"

STOOD: Final = f"line.era = any(%(eras)s::bigint[]) and {_STOOD}"
"""What stood at the position, in no order."""

STOOD_BY_ERA: Final = tuple(
    f"line.era = (%(eras)s::bigint[])[{number}] and {_STOOD}" for number in range(1, len(SIZES) + 2)
)
"""The same era by era, each in the order of an index."""


def merged(runs: Iterable[Composable]) -> Composed:
    return SQL(" union all ").join(runs)
