"""Rolling back: the tables that a rebuild replaced, brought up to date and put back."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from projections import access, caseload, checkpoints, timeline
from projections.building import FactCannotBeFolded
from projections.projection import Projection
from projections.rebuild import (
    KeptByAnotherVersion,
    NothingIsKept,
    RebuildIsRunning,
    rebuild,
    roll_back,
)
from projections.tables import OLD, Tables
from tests.conftest import Database
from tests.projections.conftest import Town
from tests.projections.facts import Log
from tests.projections.rebuilds import FACTS, SECONDS, SlowLog, rebuilt
from tests.projections.test_building import failing_at


async def rolled_back(town: Town, projection: Projection[Any], log: Log) -> int:
    return await roll_back(projection, log, town.projector, schema=town.schema)


async def kept_at(town: Town, projection: Projection[Any]) -> int:
    async with await town.projector() as connection:
        return (await checkpoints.find_kept(connection, town.schema, projection.name)).position


@pytest.mark.parametrize(
    "projection", [access.PROJECTION, caseload.PROJECTION, timeline.PROJECTION]
)
async def test_what_was_replaced_is_put_back_and_followed(
    town: Town, log_database: Database, projection: Projection[Any]
) -> None:
    """The old tables catch up with what was recorded since, take their place again, and the
    follower goes on with them; those that stood there are kept instead."""
    log, name = Log(FACTS, head=300), projection.tables[-1].name
    async with town.followers(log, (projection,)) as followers:
        assert await followers.wait_for(projection.name, 300, SECONDS)
        old = f"select '{{}}.{name}'::regclass::oid"
        (first,) = log_database.execute(old)
        assert not (await rebuilt(town, projection, log)).differs
        (second,) = log_database.execute(old)
        log.grow(500)
        assert await followers.wait_for(projection.name, 500, SECONDS)
        assert await rolled_back(town, projection, log) == 500
        assert log_database.execute(old) == [first] != [second]
        log.grow(600)
        assert await followers.wait_for(projection.name, 600, SECONDS)
        assert await kept_at(town, projection) == 500
        assert await rolled_back(town, projection, log) == 600
        assert log_database.execute(old) == [second]
        log.grow(len(FACTS))
        assert await followers.wait_for(projection.name, len(FACTS), SECONDS)
        assert followers.by_name[projection.name].restarts == 0
    assert not (await rebuilt(town, projection, log)).differs


async def test_the_log_goes_on_during_a_roll_back(town: Town) -> None:
    """Whatever arrives meanwhile is in the tables that are put back, once."""
    log = Log(FACTS, head=200)
    async with town.followers(log, (caseload.PROJECTION,)) as followers:
        assert await followers.wait_for("caseload", 200, SECONDS)
        await rebuilt(town, caseload.PROJECTION, log)

        async def write() -> None:
            for head in range(201, len(FACTS) + 1):
                log.grow(head)
                await asyncio.sleep(0.001)

        writing = asyncio.create_task(write())
        positions = []
        while not writing.done():
            positions.append(await rolled_back(town, caseload.PROJECTION, log))
        assert await followers.wait_for("caseload", len(FACTS), SECONDS)
    assert len(positions) > 2
    assert not (await rebuilt(town, caseload.PROJECTION, log)).differs


async def test_a_roll_back_may_be_interrupted_at_any_moment(town: Town) -> None:
    """How far the kept tables have come stands beside them: nothing is folded twice."""
    log = Log(FACTS, head=100)
    async with town.followers(log, (caseload.PROJECTION,)) as followers:
        assert await followers.wait_for("caseload", 100, SECONDS)
    await rebuilt(town, caseload.PROJECTION, log)
    slow, came = SlowLog(FACTS), [100]
    while came[-1] < len(FACTS) * 3 // 4:
        going = asyncio.create_task(rolled_back(town, caseload.PROJECTION, slow))
        await asyncio.sleep(0.15)
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        came.append(await kept_at(town, caseload.PROJECTION))
    assert len(set(came)) > 2
    await rolled_back(town, caseload.PROJECTION, Log(FACTS))
    assert not (await rebuilt(town, caseload.PROJECTION, Log(FACTS))).differs


async def test_what_cannot_be_put_back_is_refused(
    town: Town, log_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing; or another version made it; or facts are lacking to it; or a rebuild is
    under way."""
    with pytest.raises(NothingIsKept):
        await rolled_back(town, caseload.PROJECTION, Log(FACTS))
    await rebuilt(town, caseload.PROJECTION, Log(FACTS))
    newer = replace(caseload.PROJECTION, version=caseload.PROJECTION.version + 1)
    await rebuilt(town, newer, Log(FACTS))
    with pytest.raises(KeptByAnotherVersion):
        await rolled_back(town, newer, Log(FACTS))
    assert await rolled_back(town, caseload.PROJECTION, Log(FACTS)) == len(FACTS)

    monkeypatch.setattr("projections.rebuild.ALONE_PATIENCE", 0.1)
    building = asyncio.create_task(rebuilt(town, caseload.PROJECTION, SlowLog(FACTS)))
    await asyncio.sleep(0.2)
    with pytest.raises(RebuildIsRunning):
        await rolled_back(town, caseload.PROJECTION, Log(FACTS))
    await building

    log_database.execute(
        "insert into {}.projection_parked values ('caseload', 'k', 1, 1, 1, 'ValueError', now())",
        role="projector",
    )
    await rebuilt(town, caseload.PROJECTION, Log(FACTS))
    assert log_database.execute("select * from {}.projection_parked") == []
    with pytest.raises(NothingIsKept):
        await rolled_back(town, caseload.PROJECTION, Log(FACTS))


async def test_a_roll_back_stops_at_a_fact_that_cannot_be_folded(town: Town) -> None:
    """The view stays as it is, and what is kept can be put back once the fold is mended."""
    position = [fact.position for fact in FACTS if fact.name.startswith("case.")][-9]
    await rebuilt(town, caseload.PROJECTION, Log(FACTS, head=position - 1))
    async with town.followers(Log(FACTS, head=position - 1), (caseload.PROJECTION,)) as followers:
        assert await followers.wait_for("caseload", position - 1, SECONDS)
    await rebuilt(town, caseload.PROJECTION, Log(FACTS, head=position - 1))
    async with await town.server() as connection:
        before = await Tables(caseload.PROJECTION, town.schema).digest(connection)
        with pytest.raises(FactCannotBeFolded) as failure:
            await rolled_back(town, failing_at(position), Log(FACTS))
        assert failure.value.position == position
        assert await Tables(caseload.PROJECTION, town.schema).digest(connection) == before
        old = await Tables(caseload.PROJECTION, town.schema, OLD).digest(connection)
        assert old == before
    assert await rolled_back(town, caseload.PROJECTION, Log(FACTS)) == len(FACTS)
    outcome = await rebuild(
        caseload.PROJECTION, Log(FACTS), town.projector, schema=town.schema, dry_run=True
    )
    assert not outcome.differs
