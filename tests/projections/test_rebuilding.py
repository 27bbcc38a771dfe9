"""Rebuilding on a real PostgreSQL: side by side, compared, swapped while everybody goes on."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from psycopg import AsyncConnection

from domain.codes import Compartment, StaffRole
from domain.policy import Viewer
from projections import ALL, caseload, timeline
from projections.rebuild import RebuildIsRunning, rebuild
from projections.tables import Tables
from tests.conftest import Database
from tests.projections.conftest import Town
from tests.projections.facts import Log, id_of
from tests.projections.histories import told
from tests.projections.rebuilds import FACTS, SECONDS, SlowLog, beside, caseload_digest, rebuilt

NEXUS = Viewer(staff=id_of(1), role=StaffRole.UNIT_MANAGER, unit="nexus", side=Compartment.EXPOSED)


@pytest.mark.parametrize(("seed", "stop"), [(1, 1), (2, 37), (3, 160), (4, 333), (5, 800)])
async def test_a_rebuild_makes_what_following_made(town: Town, seed: int, stop: int) -> None:
    """Wherever the log stops, both ways end in the same rows: the digests say so."""
    facts = told(seed, 600)[:stop]
    async with town.followers(Log(facts)) as followers:
        for projection in ALL:
            assert await followers.wait_for(projection.name, len(facts), SECONDS)
    for projection in ALL:
        outcome = await rebuilt(town, projection, Log(facts))
        assert (outcome.position, outcome.compared_at) == (len(facts), len(facts))
        assert outcome.old == outcome.new
        assert not outcome.differs


async def test_a_view_that_nobody_followed_is_built(town: Town) -> None:
    """A rebuild needs no follower before it: it makes what is missing."""
    outcome = await rebuilt(town, caseload.PROJECTION, Log(FACTS))
    assert (outcome.position, outcome.old) == (len(FACTS), None)
    assert outcome.new == {"caseload": await caseload_digest(town)}
    assert not (await rebuilt(town, caseload.PROJECTION, Log(FACTS))).differs


async def test_a_rebuild_mends_a_view_and_says_that_it_differed(
    town: Town, log_database: Database
) -> None:
    """A row that no fact made is found by the digest and gone after the swap; the old stays."""
    async with town.followers(Log(FACTS)) as followers:
        assert await followers.wait_for("caseload", len(FACTS), SECONDS)
    good = await caseload_digest(town)
    log_database.execute("update {}.caseload set unit = 'elsewhere'", role="projector")
    bad = await caseload_digest(town)
    outcome = await rebuilt(town, caseload.PROJECTION, Log(FACTS))
    assert outcome.differs
    assert (outcome.old, outcome.new) == ({"caseload": bad}, {"caseload": good})
    assert await caseload_digest(town) == good
    kept = log_database.execute("select distinct unit from {}.caseload__old", role="projector")
    assert kept == [("elsewhere",)]


async def test_the_log_and_its_follower_go_on_during_a_rebuild(town: Town) -> None:
    """Facts that arrive meanwhile are in the new tables; the follower goes on with those."""
    log = Log(FACTS, head=200)
    async with town.followers(log, (caseload.PROJECTION, timeline.PROJECTION)) as followers:
        assert await followers.wait_for("caseload", 200, SECONDS)

        async def write() -> None:
            for head in range(201, len(FACTS) + 1):
                log.grow(head)
                await asyncio.sleep(0.001)

        writing = asyncio.create_task(write())
        outcomes = []
        while not writing.done():
            outcomes += [
                await rebuilt(town, projection, log)
                for projection in (caseload.PROJECTION, timeline.PROJECTION)
            ]
        for name in ("caseload", "timeline"):
            assert await followers.wait_for(name, len(FACTS), SECONDS)
            assert followers.by_name[name].restarts == 0
    assert len({outcome.compared_at for outcome in outcomes}) > 2
    assert not any(outcome.differs for outcome in outcomes)
    assert not (await rebuilt(town, caseload.PROJECTION, log)).differs
    assert not (await rebuilt(town, timeline.PROJECTION, log)).differs


async def test_readers_go_on_during_a_swap(town: Town, server: AsyncConnection[Any]) -> None:
    """Whoever asks while names are swapped gets the whole view, old or new, and no error."""
    log = Log(FACTS)
    async with town.followers(log) as followers:
        for name in ("access", "caseload"):
            assert await followers.wait_for(name, len(FACTS), SECONDS)
        expected = (await caseload.page(server, town.schema, NEXUS, limit=1000)).lines
        assert expected
        asked, done = 0, asyncio.Event()

        async def ask() -> None:
            nonlocal asked
            async with await town.server() as connection:
                while not done.is_set():
                    page = await caseload.page(connection, town.schema, NEXUS, limit=1000)
                    assert page.lines == expected
                    asked += 1

        readers = [asyncio.create_task(ask()) for _ in range(3)]
        for _ in range(5):
            await rebuilt(town, caseload.PROJECTION, log)
        done.set()
        await asyncio.gather(*readers)
    assert asked > 50


async def test_a_reader_in_the_way_delays_the_swap_and_nobody_else(town: Town) -> None:
    """A long transaction holds the old table; following goes on until it ends, then the swap."""
    log = Log(FACTS, head=100)
    async with (
        town.followers(log, (caseload.PROJECTION,)) as followers,
        await town.server() as long,
    ):
        assert await followers.wait_for("caseload", 100, SECONDS)
        async with long.transaction():
            await Tables(caseload.PROJECTION, town.schema).digest(long)
            building = asyncio.create_task(rebuilt(town, caseload.PROJECTION, log))
            for head in range(101, 111):
                await asyncio.sleep(0.15)
                log.grow(head)
            assert await followers.wait_for("caseload", 110, SECONDS)
            assert not building.done()
        outcome = await building
        log.grow(len(FACTS))
        assert await followers.wait_for("caseload", len(FACTS), SECONDS)
    assert outcome.position >= 110
    assert not (await rebuilt(town, caseload.PROJECTION, log)).differs


class NearsightedLog(Log):
    """A log whose head is always a while ago."""

    async def head(self) -> int:
        return 300


async def test_what_is_folded_in_a_swap_that_has_to_wait_is_folded_again(town: Town) -> None:
    """The last facts are folded while the checkpoint is held; when a reader is in the way, nothing
    of that has happened."""
    log = Log(FACTS, head=300)
    async with (
        town.followers(log, (caseload.PROJECTION,)) as followers,
        await town.server() as long,
    ):
        assert await followers.wait_for("caseload", 300, SECONDS)
        async with long.transaction():
            await Tables(caseload.PROJECTION, town.schema).digest(long)
            near = NearsightedLog(FACTS)
            building = asyncio.create_task(rebuilt(town, caseload.PROJECTION, near))
            await asyncio.sleep(0.3)
            log.grow(400)
            assert await followers.wait_for("caseload", 400, SECONDS)
            await asyncio.sleep(1.5)  # two swaps at least have to wait
            assert not building.done()
        assert (await building).position == 400
    assert not (await rebuilt(town, caseload.PROJECTION, Log(FACTS))).differs


async def test_an_interrupted_rebuild_leaves_nothing_behind(town: Town) -> None:
    """Whenever it is told to stop, what it has built is dropped, and the view is as it was."""
    async with town.followers(Log(FACTS)) as followers:
        assert await followers.wait_for("timeline", len(FACTS), SECONDS)
    for moment in (0.02, 0.05, 0.1, 0.2, 0.3):
        building = asyncio.create_task(rebuilt(town, timeline.PROJECTION, SlowLog(FACTS)))
        await asyncio.sleep(moment)
        building.cancel()
        await asyncio.gather(building, return_exceptions=True)
        assert await beside(town, timeline.PROJECTION) == []
    assert not (await rebuilt(town, timeline.PROJECTION, Log(FACTS))).differs


async def test_what_a_killed_rebuild_left_is_gone_soon_wherever_a_view_is_followed(
    town: Town, log_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tables are dropped by the next start, and by who follows already; never those of a
    rebuild that runs."""
    log_database.execute("create table {}.timeline__next (x int)", role="projector")
    async with town.followers(Log(FACTS)):
        assert await beside(town, timeline.PROJECTION) == []
    monkeypatch.setattr("projections.rebuild.TIDY", 0.05)
    async with town.followers(Log(FACTS)) as followers:
        log_database.execute("create table {}.timeline__next (x int)", role="projector")
        async with asyncio.timeout(SECONDS):
            while await beside(town, timeline.PROJECTION):  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.02)
        assert await followers.wait_for("timeline", len(FACTS), SECONDS)
        assert not (await rebuilt(town, timeline.PROJECTION, SlowLog(FACTS))).differs


async def test_one_rebuild_at_a_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second rebuild of the same view is refused; a start meanwhile leaves the first alone."""
    async with town.followers(Log(FACTS)) as followers:
        assert await followers.wait_for("timeline", len(FACTS), SECONDS)
    first = asyncio.create_task(rebuilt(town, timeline.PROJECTION, SlowLog(FACTS)))
    await asyncio.sleep(0.1)
    monkeypatch.setattr("projections.rebuild.ALONE_PATIENCE", 0.1)
    with pytest.raises(RebuildIsRunning):
        await rebuilt(town, timeline.PROJECTION, Log(FACTS))
    async with town.followers(Log(FACTS)):
        pass
    assert not (await first).differs


async def test_a_new_version_is_built_at_the_start_and_then_followed(
    town: Town, log_database: Database
) -> None:
    """The old version's rows can be asked until the new one stands in their place."""
    log = Log(FACTS, head=300)
    async with town.followers(log, (caseload.PROJECTION,)) as followers:
        assert await followers.wait_for("caseload", 300, SECONDS)
    schema = caseload.PROJECTION.schema.replace("position      bigint not null", "position numeric")
    before = caseload.PROJECTION.version
    newer = replace(caseload.PROJECTION, version=before + 1, schema=schema)
    log.grow(400)
    async with town.followers(log, (newer,)) as followers:
        assert await followers.wait_for("caseload", 400, SECONDS)
        log.grow(len(FACTS))
        assert await followers.wait_for("caseload", len(FACTS), SECONDS)
        assert followers.by_name["caseload"].restarts == 0
    kind = "select pg_typeof(position)::text from {}.caseload limit 1"
    assert log_database.execute(kind) == [("numeric",)]
    assert not (await rebuilt(town, newer, log)).differs


async def test_an_empty_log_is_rebuilt(town: Town) -> None:
    """There is nothing to fold: the view is empty, and can be followed."""
    outcome = await rebuilt(town, timeline.PROJECTION, Log(FACTS, head=0))
    assert (outcome.position, outcome.old) == (0, None)
    assert outcome.new["timeline"].startswith("0:")
    async with town.followers(Log(FACTS), (timeline.PROJECTION,)) as followers:
        assert await followers.wait_for("timeline", len(FACTS), SECONDS)
    assert not (await rebuilt(town, timeline.PROJECTION, Log(FACTS))).differs


@pytest.mark.parametrize("spoilt", [False, True])
async def test_a_dry_run_compares_and_changes_nothing(
    town: Town, log_database: Database, spoilt: bool
) -> None:
    """It says whether the view differs, leaves it as it is, and drops what it has built."""
    async with town.followers(Log(FACTS)) as followers:
        assert await followers.wait_for("caseload", len(FACTS), SECONDS)
    if spoilt:
        log_database.execute("update {}.caseload set unit = 'elsewhere'", role="projector")
    before = await caseload_digest(town)
    outcome = await rebuild(
        caseload.PROJECTION, Log(FACTS), town.projector, schema=town.schema, dry_run=True
    )
    assert outcome.differs is spoilt
    assert await caseload_digest(town) == before
    assert await beside(town, caseload.PROJECTION) == []
    assert log_database.execute("select to_regclass('{}.caseload__old')") == [(None,)]


async def test_a_rebuild_tells_how_far_it_is(town: Town) -> None:
    """Position, head and pace, page by page, to the end."""
    told_of: list[tuple[int, int, float]] = []
    async with town.followers(Log(FACTS)) as followers:
        assert await followers.wait_for("caseload", len(FACTS), SECONDS)
    await rebuild(
        caseload.PROJECTION,
        SlowLog(FACTS),
        town.projector,
        schema=town.schema,
        progress=lambda *now: told_of.append(now),
    )
    positions = [position for position, _, _ in told_of]
    assert positions == sorted(positions)
    assert positions[-1] == len(FACTS)
    assert len(positions) > 3
    assert {head for _, head, _ in told_of} == {len(FACTS)}
    assert all(pace > 0 for _, _, pace in told_of)
