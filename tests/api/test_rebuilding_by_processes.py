"""Rebuilding the real log, in parts and by several processes."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from traceback import format_exception

import pytest

from api.runtime.log.event_log import StoredEventLog
from api.runtime.log.fact_log import FactLog
from api.runtime.log.mapper import Mapper
from api.runtime.log.unread import LogParts
from api.runtime.postgres.postgres_server import PostgresServer
from domain.recorded import Recorded
from projections import ALL, caseload, timeline
from projections.building import FactCannotBeFolded
from projections.projection import Part
from tests.api.rebuilt_house import House, a_house
from tests.conftest import Database


@pytest.fixture
async def house(log_server: PostgresServer, tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(log_server, tmp_path) as house:
        yield house


# --- the log in parts ----------------------------------------------------------------------------


@pytest.mark.parametrize("of", [1, 2, 7])
async def test_each_fact_is_in_one_part_and_each_stream_whole(house: House, of: int) -> None:
    """Together the parts are the log up to a position; each is in order."""
    until = await house.facts.head() - 10
    log = LogParts(house.database.schema, Mapper(house.vault))
    parts: list[list[Recorded]] = []
    async with await house.connect() as connection:
        await connection.set_autocommit(True)
        for number in range(of):
            part = Part(number=number, of=of, until=until)
            parts.append([fact async for page in log.part(connection, part) for fact in page])
    for facts in parts:
        assert [f.position for f in facts] == sorted(f.position for f in facts)
    whole = sorted((fact for facts in parts for fact in facts), key=lambda fact: fact.position)
    expected = await house.facts.read(0, until)
    assert len(expected) == until
    assert [(f.position, f.stream, f.event) for f in whole] == [
        (f.position, f.stream, f.event) for f in expected
    ]
    streams = Counter(stream for facts in parts for stream in {f.stream for f in facts})
    assert set(streams.values()) == {1}
    assert all(parts)


# --- several processes ---------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 5])
async def test_processes_come_to_the_same_as_one(
    house: House, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """Whatever the number of processes and parts, every view is as it was followed."""
    monkeypatch.setattr("projections.beside.PART", 80)
    async with house.followed(*ALL):
        pass
    for projection in ALL if count == 2 else (caseload.PROJECTION, timeline.PROJECTION):
        outcome = await house.rebuild(projection, count)
        assert outcome.old == outcome.new


@pytest.mark.parametrize("commands", [0, 1])
async def test_more_processes_than_there_is_work_for(
    house: House, log_database: Database, commands: int
) -> None:
    """An empty log, or one of a few facts, is rebuilt by as many as are asked for."""
    async with StoredEventLog(log_database.url("server"), log_database.schema) as stored:
        facts = FactLog(stored, Mapper(house.vault), house.vault)
        few = replace(house, database=log_database, stored=stored, facts=facts)
        for command in house.commands[:commands]:
            await facts.append(command)
        async with few.followed(timeline.PROJECTION):
            pass
        outcome = await few.rebuild(timeline.PROJECTION, 7)
        assert outcome.position == await facts.head()
    assert not outcome.differs


async def test_a_process_that_cannot_fold_says_which_fact(house: House) -> None:
    """Its position and name reach who asked for the rebuild, and nothing of what it says."""
    async with house.followed(caseload.PROJECTION):
        pass
    before = await house.digest(caseload.PROJECTION)
    opened = "select max(position) from {}.events where name = 'case.opened'"
    ((position,),) = house.database.execute(opened)
    house.database.execute("alter table {}.events disable trigger the_log_only_grows")
    spoil = "update {}.events set payload = %s where position = %s"
    house.database.execute(spoil, b'{"unit": "Runa"}', position)
    with pytest.raises(FactCannotBeFolded) as failure:
        await house.rebuild(caseload.PROJECTION, 3)
    assert (failure.value.position, failure.value.name) == (position, "case.opened")
    assert "Runa" not in "".join(format_exception(failure.value))
    assert not house.stands("caseload__next")
    assert await house.digest(caseload.PROJECTION) == before
