"""How much a follower folds in one transaction."""

import asyncio
from typing import Any

import pytest

from projections import batches, stored
from tests.conftest import Database
from tests.projections.conftest import Town
from tests.projections.facts import Log
from tests.projections.poison import FACTS, SECONDS, VIEW, followed, stands


def transactions(database: Database) -> int:
    """How many have written the rows that stand."""
    ((found,),) = database.execute("select count(distinct xmin::text) from {}.caseload")
    return int(found)


async def test_far_behind_a_row_is_written_once_for_many_facts(
    town: Town, log_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many pages there are to read, they are one transaction."""
    monkeypatch.setattr(batches, "PAGE", 20)
    async with town.followers(Log(FACTS), (VIEW,)) as followers:
        assert await followers.wait_for(VIEW.name, len(FACTS), SECONDS)
        assert followers.by_name[VIEW.name].batches.size == len(FACTS)
    assert transactions(log_database) == 1


async def test_what_is_new_is_not_kept_waiting_for_more(town: Town) -> None:
    """Level, each fact is a batch of its own."""
    log = Log(FACTS, head=0)
    async with town.followers(log, (VIEW,)) as followers:
        for head in range(1, 20):
            log.grow(head)
            assert await followers.wait_for(VIEW.name, head, SECONDS)
            assert followers.by_name[VIEW.name].batches.size == 1


@pytest.mark.parametrize("limit", ["MOST_ROWS", "MOST_ITEMS", "MOST_SECONDS"])
async def test_a_batch_is_bounded(
    town: Town, log_database: Database, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """By the rows that wait in memory, by items, and by time; and nothing is lost between two."""
    monkeypatch.setattr(batches, "PAGE", 20)
    monkeypatch.setattr(batches, limit, 0 if limit == "MOST_SECONDS" else 3)
    monkeypatch.setattr(stored, "KEPT", 3)
    await followed(town)
    assert transactions(log_database) > 3
    assert (await stands(town)).holds_what_is_not_parked()


async def test_rows_are_read_once_while_nobody_else_writes_them(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next batch goes on with the rows in memory."""
    read: list[Any] = []
    reading = stored.Folded._read  # noqa: SLF001 - what it is asked is what is tested

    async def counted(table: Any, connection: Any, keys: Any) -> None:
        read.extend(keys)
        await reading(table, connection, keys)

    monkeypatch.setattr(stored.Folded, "_read", counted)
    log = Log(FACTS, head=0)
    async with town.followers(log, (VIEW,)) as followers:
        for head in range(30, len(FACTS), 30):
            log.grow(head)
            assert await followers.wait_for(VIEW.name, head, SECONDS)
    assert read
    assert len(read) == len(set(read))


async def test_after_a_long_way_the_planner_learns_what_the_tables_hold(
    town: Town, log_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statistics of an empty table would mislead it; what trickles in later, does not."""
    monkeypatch.setattr(batches, "STATISTICS_AFTER", 5)
    log = Log(FACTS, head=0)

    def believed() -> Any:
        ((rows,),) = log_database.execute(
            "select reltuples from pg_class where oid = '{}.caseload'::regclass"
        )
        return rows

    def known(head: int) -> int:
        return sum(fact.name == "case.opened" for fact in FACTS[:head])

    async with town.followers(log, (VIEW,)) as followers:
        log.grow(250)
        assert await followers.wait_for(VIEW.name, 250, SECONDS)
        assert believed() == known(250) > 0
        for head in range(251, len(FACTS)):
            log.grow(head)
            assert await followers.wait_for(VIEW.name, head, SECONDS)
            await asyncio.sleep(0)
    assert believed() == known(250) < known(len(FACTS) - 1)
