"""Facts that a fold cannot take, and what stands once they are parked."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg.sql import SQL, Identifier

from domain.recorded import Recorded
from projections import caseload, checkpoints, parking
from projections.asking import all_rows
from projections.caseload import Line
from projections.parking import Parked
from projections.projection import Journal, Projection, Table, Versions
from tests.projections.conftest import Town
from tests.projections.facts import Log, folded
from tests.projections.histories import told

SECONDS = 20.0
VIEW = caseload.PROJECTION
FACTS = told("poison", 300)


class Poison(Exception):
    """What a fold says of a fact that it cannot take."""


def poison() -> Exception:
    return Poison("Astrid Lindqvist, 070-123 45 67")


def poisoned(
    projection: Projection[Any],
    positions: Collection[int],
    error: Callable[[], Exception] = poison,
) -> Projection[Any]:
    """The same projection, whose folds fail at these positions."""

    def failing(fold: Callable[..., Any]) -> Callable[..., Any]:
        def fails(*taken: Any) -> Any:
            if taken[-1].position in positions:
                raise error()
            return fold(*taken)

        return fails

    def of(table: Any) -> Any:
        match table:
            case Journal(rows=rows):
                return replace(table, rows=failing(rows))
            case Versions(of=rows):
                return replace(table, of=replace(rows, apply=failing(rows.apply)))
            case Table(apply=apply):
                return replace(table, apply=failing(apply))

    return replace(projection, tables=tuple(map(of, projection.tables)))


def unfolded(positions: Collection[int], facts: Sequence[Recorded] = FACTS) -> dict[str, list[int]]:
    """What is parked when facts of the caseload at these positions cannot be folded: each key with
    the positions of its facts from the first such one on."""
    parked: dict[str, list[int]] = {}
    for fact in facts:
        key = str(fact.stream)
        if key in parked or (fact.position in positions and list(caseload.keys(fact))):
            parked.setdefault(key, []).append(fact.position)
    return parked


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """How far the caseload is followed, what it has parked, and its rows."""

    position: int
    parked: Mapping[str, Parked]
    rows: set[Line]

    def holds_what_is_not_parked(self) -> bool:
        """Whether each fact up to the position is either folded or parked, and once."""
        facts = FACTS[: self.position]
        after = {key: one.first_position for key, one in self.parked.items()}
        taken = [f for f in facts if f.position < after.get(str(f.stream), f.position + 1)]
        passed = [f for f in facts if f.position >= after.get(str(f.stream), f.position + 1)]
        return self.rows == set(folded(VIEW, taken).values()) and {
            key: (one.items, one.last_position) for key, one in self.parked.items()
        } == {
            key: (len(its), its[-1].position)
            for key in self.parked
            if (its := [f for f in passed if str(f.stream) == key])
        }


async def stands(town: Town) -> Stands:
    """Seen at one moment."""
    query = SQL("select * from {}").format(Identifier(town.schema, "caseload"))
    async with await town.server() as connection, connection.transaction():
        await connection.execute("set transaction isolation level repeatable read")
        checkpoint = await checkpoints.find(connection, town.schema, VIEW.name)
        found = await parking.parked(connection, town.schema, [VIEW.name])
        rows = await all_rows(connection, query, {}, Line)
    return Stands(
        position=checkpoint.position,
        parked={one.key: one for one in found},
        rows=set(rows),
    )


async def followed(
    town: Town, projection: Projection[Any] = VIEW, facts: Sequence[Any] = FACTS
) -> None:
    """Follow these facts to their end."""
    async with town.followers(Log(facts), (projection,)) as followers:
        assert await followers.wait_for(projection.name, len(facts), SECONDS)
