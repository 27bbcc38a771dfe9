"""Following on a real PostgreSQL: every fact folded exactly once, whatever stops when."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from api.runtime.postgres.database import LOG
from api.runtime.postgres.postgres_server import PostgresServer, start_postgres
from projections import ALL, ALL_OF_RECEIPTS, access, audit, caseload, checkpoints, engine, timeline
from projections.asking import frozen
from projections.engine import ViewIsNewer
from projections.rebuild import rebuild
from projections.stored import TableDiffers
from projections.tables import Tables
from tests.conftest import Database, new_database
from tests.projections.conftest import Town, town_of
from tests.projections.facts import BEGINNING, Log, folded
from tests.projections.histories import told

SECONDS = 20.0
FACTS = told("following", 400)


async def digests(town: Town) -> dict[str, str]:
    """What all views say, as digests."""
    async with await town.server() as connection:
        found = [await Tables(p, town.schema).digest(connection) for p in ALL]
    return {table: digest for tables in found for table, digest in tables.items()}


async def followed(town: Town, facts: Sequence[Any] = FACTS) -> dict[str, str]:
    """What all views say after following these facts in one go."""
    async with town.followers(Log(facts)) as followers:
        for projection in ALL:
            assert await followers.wait_for(projection.name, len(facts), SECONDS)
    return await digests(town)


async def test_rows_are_the_fold_of_the_log(
    town: Town, server: AsyncConnection[Any], log_database: Database
) -> None:
    """What stands in a view is what folding every fact by hand makes."""
    await followed(town)
    stored = log_database.execute("select * from {}.caseload", role="projector")
    found = {caseload.Line(*map(frozen, row)) for row in stored}
    assert found == set(folded(caseload.PROJECTION, FACTS).values())


@pytest.mark.parametrize("seed", range(3))
async def test_a_crash_at_any_moment_loses_and_doubles_nothing(
    town: Town, log_database: Database, seed: int
) -> None:
    """Followers are stopped, and their sessions killed, wherever they are; the log goes on."""
    random = Random(seed)  # noqa: S311 - a run that can be told again
    log = Log(FACTS, head=0)
    while await log.head() < len(FACTS):
        log.grow(await log.head() + random.randrange(1, 120))
        async with town.followers(log):
            await asyncio.sleep(random.random() * 0.05)
            if random.random() < 0.5:
                log_database.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s",
                    f"{town.schema}_projector",
                )
                await asyncio.sleep(random.random() * 0.2)
    interrupted = await followed(town)
    assert interrupted["timeline"].startswith(f"{len(FACTS)}:")
    log_database.execute("drop table {}.projection_checkpoints", role="projector")
    assert interrupted == await followed(town)


class PausedLog(Log):
    """A log that keeps its next page to itself until it is told to go on."""

    def __init__(self, facts: Sequence[Any]) -> None:
        super().__init__(facts)
        self.asked = asyncio.Event()
        self.goes_on = asyncio.Event()

    async def read(self, after: int, limit: int) -> Sequence[Any]:
        page = await super().read(after, limit)
        self.asked.set()
        await self.goes_on.wait()
        return page


async def test_a_paused_follower_cannot_write_after_another_took_over(town: Town) -> None:
    """The old one has read its page; when it wakes, its move is refused and it stands by."""
    paused = PausedLog(FACTS)
    async with town.followers(paused) as old:
        await paused.asked.wait()
        new = await followed(town)
        paused.goes_on.set()
        for projection in ALL:
            assert await old.wait_for(projection.name, len(FACTS), SECONDS)
        followers = old.by_name.values()
        assert [f.folded for f in followers] == [0] * len(ALL)
        assert not any(f.follows or f.restarts for f in followers)
        assert await digests(town) == new


async def test_whoever_stands_by_takes_over_from_one_that_stands_still(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes follow by turns; when the one that follows dies, the other goes on."""
    monkeypatch.setattr(engine, "PATIENCE", 0.3)
    log = Log(FACTS, head=100)
    async with town.followers(log) as first:
        assert await first.wait_for("caseload", 100, SECONDS)
        async with town.followers(log) as second:
            assert await second.wait_for("caseload", 100, SECONDS)
            log.grow(200)
            assert await first.wait_for("caseload", 200, SECONDS), "keeps up by looking"
            assert not first.by_name["caseload"].follows
            assert second.by_name["caseload"].folded == 100
        log.grow(len(FACTS))
        assert await first.wait_for("caseload", len(FACTS), SECONDS)
        assert first.by_name["caseload"].follows


async def test_the_checkpoint_moves_only_for_whom_it_belongs_to(town: Town) -> None:
    """Another epoch, another build or another position than expected: no row is touched."""
    await followed(town)
    async with await town.projector() as connection:
        await checkpoints.take_over(connection, town.schema, "caseload")
        mine = await checkpoints.find(connection, town.schema, "caseload")
        for other in (
            replace(mine, epoch=mine.epoch - 1),
            replace(mine, build=mine.build + 1),
            replace(mine, position=mine.position - 1),
        ):
            assert not await checkpoints.move(connection, town.schema, other, mine.position + 1)
        assert await checkpoints.move(connection, town.schema, mine, mine.position + 1)


async def test_lag_is_the_age_of_the_oldest_fact_not_folded(town: Town) -> None:
    """Nobody knows before the first look; level is no lag; then the oldest fact's age counts."""
    log = PausedLog(FACTS)
    followers = town.followers(log, (access.PROJECTION,))
    assert followers.lag("access") == float("inf")
    log.goes_on.set()
    async with followers:
        assert await followers.wait_for("access", len(FACTS), SECONDS)
        await asyncio.sleep(0.1)
        assert followers.lag("access") == 0
        log.goes_on.clear()
        await asyncio.sleep(2.5 * engine.POLL)
        assert followers.lag("access") > 2 * engine.POLL, "it looks for news and gets no answer"


async def test_pages_are_read_once_for_all_views(town: Town) -> None:
    """The projections of one process share what was read and decoded."""
    log = Log(FACTS)
    async with town.followers(log) as followers:
        for projection in ALL:
            assert await followers.wait_for(projection.name, len(FACTS), SECONDS)
    assert log.pages == 1


@pytest.fixture
def start() -> Iterator[Callable[[], PostgresServer]]:
    """Starts a server of the test's own, again and again in the same place."""
    place = Path(tempfile.mkdtemp(prefix="samordna-away-"))
    place.chmod(0o755)  # the server may run as another user
    named = os.environ.get("SAMORDNA_TEST_POSTGRES")
    programs, quick = Path(named) if named else None, {"fsync": "off"}
    yield partial(
        start_postgres, place / "server", name="away", bin_folder=programs, settings=quick
    )
    shutil.rmtree(place)


async def test_following_goes_on_when_the_database_is_back(
    start: Callable[[], PostgresServer], tmp_path: Path
) -> None:
    """The server stops under the followers; they tell, try again, and lose nothing."""
    log = Log(FACTS, head=200)
    with start() as first:
        town = town_of(new_database(first, tmp_path, LOG))
        async with town.followers(log) as followers:
            assert await followers.wait_for("caseload", 200, SECONDS)
            first.stop()
            log.grow(len(FACTS))
            await asyncio.sleep(0.5)
            error = followers.by_name["caseload"].last_error
            assert isinstance(error, psycopg.OperationalError)
            assert followers.lag("caseload") > 0
            with start():
                for projection in ALL:
                    assert await followers.wait_for(projection.name, len(FACTS), SECONDS)
                outcome = await rebuild(
                    caseload.PROJECTION, log, town.projector, schema=town.schema
                )
    assert not outcome.differs


async def test_receipts_are_followed_by_the_same_loop(
    town: Town, server: AsyncConnection[Any]
) -> None:
    """The audit view follows the access log as the others follow the event log."""
    readings = [
        audit.RecordedReading(position=n, recorded_at=BEGINNING, subjects=(b"%d" % (n % 3),))
        for n in range(1, 31)
    ]
    async with town.followers(Log(readings), ALL_OF_RECEIPTS) as followers:
        assert await followers.wait_for("audit", 30, SECONDS)
    (digest,) = (await Tables(audit.PROJECTION, town.schema).digest(server)).values()
    assert digest.startswith("30:")


async def test_a_newer_programs_view_is_left_alone(town: Town, log_database: Database) -> None:
    """An old program that starts after a new one follows nothing and says why."""
    before = await followed(town)
    log_database.execute(
        "update {}.projection_checkpoints set version = 99, position = 0", role="projector"
    )
    async with town.followers(Log(FACTS)) as followers:
        async with asyncio.timeout(SECONDS):
            while {type(f.last_error) for f in followers.by_name.values()} != {ViewIsNewer}:  # noqa: ASYNC110 - an error wakes nobody
                await asyncio.sleep(0.05)
    epochs = log_database.execute("select distinct epoch from {}.projection_checkpoints")
    assert epochs == [(1,)], "it takes nothing over"
    assert await digests(town) == before


async def test_a_schema_that_changed_without_its_version_is_refused(
    town: Town, server: AsyncConnection[Any], log_database: Database
) -> None:
    """Columns that the row does not have are noticed before anything is folded."""
    await followed(town)
    log_database.execute("alter table {}.caseload add column more integer", role="projector")
    with pytest.raises(TableDiffers):
        await Tables(caseload.PROJECTION, town.schema).inspect(server)


async def test_views_are_written_by_the_projector_alone(town: Town, log_database: Database) -> None:
    """The reader's role reads the views and changes none of them."""
    await followed(town)
    async with await town.server() as server:
        told = await server.execute(f"select count(*) from {town.schema}.timeline")  # noqa: S608 - ours
        assert await told.fetchone() == (len(FACTS),)
    for table in ("timeline", "caseload", "access_files", "projection_checkpoints"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            log_database.execute(f"delete from {{}}.{table}", role="reader")  # noqa: S608 - ours


async def test_who_does_not_say_for_whom_they_read_sees_no_row(
    town: Town, server: AsyncConnection[Any], log_database: Database
) -> None:
    """Row security, on every table of every view, also on those that a rebuild made."""
    await followed(town)
    async with await town.projector() as projector:
        await rebuild(timeline.PROJECTION, Log(FACTS), town.projector, schema=town.schema)
        full = 0
        for table in (table.name for it in ALL for table in (*it.tables, *it.tallies)):
            query = f"select count(*) from {town.schema}.{table}"  # noqa: S608 - ours
            there = await (await projector.execute(query)).fetchone()
            assert await (await server.execute(query)).fetchone() == there, table
            assert log_database.execute(f"table {{}}.{table}", role="reader") == [], table
            full += there != (0,)
    assert full > len(ALL)


async def test_the_time_line_is_told_in_json(town: Town, log_database: Database) -> None:
    """Neutral facts and tokens arrive in the database as they were told."""
    await followed(town, FACTS[:80])
    stored = log_database.execute("select facts, sealed from {}.timeline order by position")
    expected = [(line.facts, line.sealed) for f in FACTS[:80] for line in timeline.rows(f)]
    assert stored == expected
