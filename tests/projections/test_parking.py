"""What cannot be folded is parked with the later facts of its key; everything else goes on."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from domain.errors import LogUnavailable
from projections import access, batches, caseload, parking
from projections.projection import Table
from tests.conftest import Database
from tests.projections.conftest import Town
from tests.projections.facts import Log
from tests.projections.poison import (
    FACTS,
    SECONDS,
    VIEW,
    Poison,
    followed,
    poison,
    poisoned,
    stands,
    unfolded,
)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SECOND_THOUGHT", 0.01)


def in_the_midst_of_a_case() -> int:
    """The position of a fact of a case that has others before and after it."""
    cases = [fact for fact in FACTS if fact.name.startswith("case.")]
    (longest, _), *_ = Counter(fact.stream for fact in cases).most_common()
    return [fact.position for fact in cases if fact.stream == longest][2]


def refused_by_the_database(position: int) -> Any:
    """A fold whose row cannot be written from a fact on: PostgreSQL's texts have no zeros."""

    def apply(line: Any, fact: Any) -> Any:
        line = caseload.apply(line, fact)
        spoilt = fact.position >= position and fact.stream == FACTS[position - 1].stream
        return line._replace(unit="\0") if spoilt else line

    (table,) = VIEW.tables
    assert isinstance(table, Table)
    return replace(VIEW, tables=(replace(table, apply=apply),))


@pytest.mark.parametrize(
    ("failing", "error"),
    [
        (lambda p: poisoned(VIEW, [p]), "Poison"),
        (refused_by_the_database, "CharacterNotInRepertoire"),
    ],
)
async def test_one_key_stands_still_and_all_others_go_on(
    town: Town, failing: Callable[[int], Any], error: str
) -> None:
    """The case of the failing fact stays as it was before; all that came after it is counted."""
    position = in_the_midst_of_a_case()
    async with town.followers(Log(FACTS), (failing(position),)) as followers:
        assert await followers.wait_for(VIEW.name, len(FACTS), SECONDS)
        follower = followers.by_name[VIEW.name]
        ((key, positions),) = unfolded([position]).items()
        assert (follower.parked, follower.restarts) == ({key}, 0)
        assert followers.lag(VIEW.name) == 0
    found = await stands(town)
    assert found.holds_what_is_not_parked()
    (parked,) = found.parked.values()
    assert (parked.first_position, parked.last_position) == (positions[0], positions[-1])
    assert (parked.key, parked.items, parked.error) == (key, len(positions), error)
    assert len(positions) > 1


async def test_several_keys_are_parked_each_from_its_own_fact_on(town: Town) -> None:
    """However many fail, in one page or another."""
    positions = [fact.position for fact in FACTS if list(caseload.keys(fact))][::17]
    await followed(town, poisoned(VIEW, positions))
    found = await stands(town)
    assert found.parked.keys() == unfolded(positions).keys()
    assert found.holds_what_is_not_parked()
    assert found.position == len(FACTS)


async def test_a_new_follower_passes_over_what_is_parked(town: Town) -> None:
    """What an earlier one has parked stays parked, also when its own fold would not fail."""
    position = in_the_midst_of_a_case()
    await followed(town, poisoned(VIEW, [position]), FACTS[:position])
    assert (await stands(town)).parked.keys() == unfolded([position]).keys()
    await followed(town)
    found = await stands(town)
    assert found.position == len(FACTS)
    assert found.holds_what_is_not_parked()
    assert found.parked.keys() == unfolded([position]).keys()


async def test_what_fails_a_few_times_only_is_folded(town: Town) -> None:
    """Nothing is parked before it has failed twice alone."""
    left = 4

    def error() -> Exception:
        nonlocal left
        left -= 1
        if left == 0:
            positions.clear()
        return poison()

    positions = {in_the_midst_of_a_case()}
    await followed(town, poisoned(VIEW, positions, error))
    found = await stands(town)
    assert (left, found.parked) == (0, {})
    assert found.holds_what_is_not_parked()


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError,
        psycopg.errors.SerializationFailure,
        psycopg.errors.UndefinedTable,
        psycopg.InterfaceError,
        ConnectionResetError,
        MemoryError,
        LogUnavailable,
    ],
)
async def test_what_the_fact_is_not_to_blame_for_parks_nothing(
    town: Town, error: type[Exception]
) -> None:
    """It is tried again until it is over, however often it fails at the same fact."""
    positions = {in_the_midst_of_a_case()}
    view = poisoned(VIEW, positions, error)
    async with town.followers(Log(FACTS), (view,)) as followers:
        follower = followers.by_name[VIEW.name]
        async with asyncio.timeout(SECONDS):
            while follower.restarts < 3:  # noqa: ASYNC110 - a few times; nothing tells
                await asyncio.sleep(0.01)
        assert type(follower.last_error) is error
        positions.clear()
        assert await followers.wait_for(VIEW.name, len(FACTS), SECONDS)
    found = await stands(town)
    assert found.parked == {}
    assert found.holds_what_is_not_parked()


async def test_a_lost_connection_parks_nothing(town: Town, log_database: Database) -> None:
    """Sessions that end again and again, wherever a batch is, are nobody's poison."""
    async with town.followers(Log(FACTS), (VIEW,)) as followers:
        for _ in range(5):
            log_database.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s",
                f"{town.schema}_projector",
            )
        assert await followers.wait_for(VIEW.name, len(FACTS), SECONDS)
    assert (await stands(town)).parked == {}


async def test_a_view_without_a_key_stops_at_what_it_cannot_fold(town: Town) -> None:
    """It tells, tries again, and says that it is late; the rest of the house goes on."""
    position = next(f.position for f in FACTS if f.name == "case.opened")
    broken = poisoned(access.PROJECTION, [position])
    assert broken.key is None
    log = Log(FACTS, head=position - 1)
    async with town.followers(log, (broken, VIEW)) as followers:
        assert await followers.wait_for("access", position - 1, SECONDS)
        log.grow(len(FACTS))
        assert await followers.wait_for(VIEW.name, len(FACTS), SECONDS)
        assert not await followers.wait_for("access", position, 1.5)
        follower = followers.by_name["access"]
        assert (follower.position, type(follower.last_error)) == (position - 1, Poison)
        assert 0 < follower.restarts < 8, "it backs off"
        assert followers.lag("access") > 1
        assert followers.lag(VIEW.name) == 0
    assert (await stands(town)).parked == {}


async def test_nothing_that_is_said_of_poison_tells_what_it_says(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """An error's text may quote the fact; only its class is kept and logged."""
    with caplog.at_level(logging.ERROR, logger="projections"):
        await followed(town, poisoned(VIEW, [in_the_midst_of_a_case()]))
    (record,) = caplog.records
    assert record.__dict__["error"] is Poison
    assert record.__dict__["parked"] == 1
    (parked,) = (await stands(town)).parked.values()
    assert "Lindqvist" not in f"{record.__dict__} {parked} {caplog.text}"


async def test_who_asks_learns_which_of_its_keys_are_parked(town: Town) -> None:
    """By their ids, of one view alone."""
    position = in_the_midst_of_a_case()
    await followed(town, poisoned(VIEW, [position]))
    streams = {fact.stream for fact in FACTS}
    async with await town.server() as connection:
        among = await parking.parked_among(connection, town.schema, VIEW.name, streams)
        assert among == unfolded([position]).keys()
        assert not await parking.parked_among(connection, town.schema, "inbox", streams)
        assert not await parking.parked_among(
            connection, town.schema, VIEW.name, [s for s in streams if str(s) not in among]
        )
