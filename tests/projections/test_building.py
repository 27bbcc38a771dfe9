"""Building: part by part, in one order for each stream, to the end or not at all."""

import asyncio
from dataclasses import replace
from traceback import format_exception
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from domain.recorded import Recorded
from projections import ALL, caseload, checkpoints, timeline
from projections.building import FactCannotBeFolded, Order, RebuildHasEnded, ThisProcess
from projections.projection import Journal, Key, Part, Projection, Table, Versions
from projections.rebuild import prepare
from projections.tables import NEXT, Tables
from tests.projections.conftest import Town
from tests.projections.facts import Log
from tests.projections.rebuilds import FACTS, SECONDS, SlowLog, beside, caseload_digest, rebuilt


@pytest.mark.parametrize("size", [1, 37, 300, 10_000])
async def test_parts_come_to_the_same_as_the_whole(
    town: Town, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """However many parts a log is folded in, the rows and the counts are the same."""
    facts = FACTS[:500]
    async with town.followers(Log(facts)) as followers:
        for projection in ALL:
            assert await followers.wait_for(projection.name, len(facts), SECONDS)
    monkeypatch.setattr("projections.beside.PART", size)
    for projection in ALL if size > 1 else [caseload.PROJECTION]:
        outcome = await rebuilt(town, projection, Log(facts))
        assert outcome.old == outcome.new


def test_every_view_of_the_facts_is_folded_stream_by_stream() -> None:
    """No row is touched by two streams, unless the projection says so: parts would tear it."""
    streams: dict[tuple[str, Key], set[UUID]] = {}
    for projection in ALL:
        for table in projection.tables if projection.by_stream else ():
            if isinstance(table, Journal):
                continue
            keys = table.of.keys if isinstance(table, Versions) else table.keys
            for fact in FACTS:
                for key in keys(fact):
                    streams.setdefault((table.name, key), set()).add(fact.stream)
    assert streams
    assert all(len(touching) == 1 for touching in streams.values())


class Activity(NamedTuple):
    unit: str
    facts: int


ACTIVITY: Projection[Recorded] = Projection(
    name="activity",
    version=1,
    schema="create table {activity} (unit text not null, facts bigint not null);\n"
    "-- indexes\nalter table {activity} add primary key (unit);",
    tables=(
        Table(
            name="activity",
            row=Activity,
            key=("unit",),
            keys=lambda fact: [(fact.unit,)],
            apply=lambda row, fact: Activity(fact.unit, row.facts + 1 if row else 1),
        ),
    ),
    by_stream=False,
)


async def test_a_view_that_is_not_by_stream_is_built_whole(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows are touched by many streams: it is one part, whatever the size of the log."""
    monkeypatch.setattr("projections.beside.PART", 50)
    async with town.followers(Log(FACTS), (ACTIVITY,)) as followers:
        assert await followers.wait_for("activity", len(FACTS), SECONDS)
    outcome = await rebuilt(town, ACTIVITY, Log(FACTS))
    assert outcome.old == outcome.new


def failing_at(position: int) -> Projection[Any]:
    """The caseload with a fold that cannot bear one fact, and says too much."""
    (table,) = caseload.PROJECTION.tables
    assert isinstance(table, Table)
    apply = table.apply

    def failing(line: Any, fact: Recorded) -> Any:
        if fact.position == position:
            raise ValueError("Runa Dimvaka")
        return apply(line, fact)

    return replace(caseload.PROJECTION, tables=(replace(table, apply=failing),))


async def test_a_rebuild_stops_at_a_fact_that_cannot_be_folded(town: Town) -> None:
    """It names the fact's position and name and nothing else, and leaves the view as it was."""
    position = [fact.position for fact in FACTS if fact.name.startswith("case.")][7]
    async with town.followers(Log(FACTS, head=position - 1)) as followers:
        assert await followers.wait_for("caseload", position - 1, SECONDS)
    before = await caseload_digest(town)
    name = FACTS[position - 1].name
    built = Log(FACTS, head=position)
    async with town.followers(built, (caseload.PROJECTION,)) as followers:
        assert await followers.wait_for("caseload", position, SECONDS)
        after = await caseload_digest(town)
    for log in (built, Log(FACTS)):
        with pytest.raises(FactCannotBeFolded) as failure:
            await rebuilt(town, failing_at(position), log)
        assert (failure.value.position, failure.value.name) == (position, name)
        told = "".join(format_exception(failure.value))
        assert "Runa" not in told
        assert await beside(town, caseload.PROJECTION) == []
        assert await caseload_digest(town) == after != before


async def test_a_fact_may_fail_while_a_rebuild_catches_up(town: Town) -> None:
    """As it does while it is built: found among the others of its page."""
    position = [fact.position for fact in FACTS if fact.name.startswith("case.")][-5]
    async with town.followers(Log(FACTS, head=position - 1)) as followers:
        assert await followers.wait_for("caseload", position - 1, SECONDS)
    before = await caseload_digest(town)
    with pytest.raises(FactCannotBeFolded) as failure:
        await rebuilt(town, failing_at(position), Log(FACTS))
    assert failure.value.position == position
    assert await beside(town, caseload.PROJECTION) == []
    assert await caseload_digest(town) == before


async def test_nobody_builds_for_a_rebuild_that_has_ended(town: Town) -> None:
    """A builder asks, before it writes, whether the session that rebuilds is still there; and while
    it writes, nobody else makes tables."""
    async with await town.projector() as gone:
        await prepare([timeline.PROJECTION], town.projector, schema=town.schema)
        await Tables(timeline.PROJECTION, town.schema, NEXT).create(gone)
        await gone.commit()
        ended = gone.info.backend_pid
    part = Part(number=0, of=1, until=len(FACTS))
    order = Order(schema=town.schema, rebuilder=ended, parts=[part])
    builder = ThisProcess(Log(FACTS), town.projector)
    with pytest.raises(RebuildHasEnded):
        await builder.build(timeline.PROJECTION, order, lambda _: None)

    async with await town.projector() as rebuilds:
        assert await checkpoints.alone(rebuilds, town.schema, "timeline")
        slow = ThisProcess(SlowLog(FACTS), town.projector)
        order = replace(order, rebuilder=rebuilds.info.backend_pid)
        building = asyncio.create_task(slow.build(timeline.PROJECTION, order, lambda _: None))
        await asyncio.sleep(0.2)
    async with await town.projector() as another:
        assert not await checkpoints.alone(another, town.schema, "timeline")
        await building
        await asyncio.sleep(0.2)
        assert await checkpoints.alone(another, town.schema, "timeline")
