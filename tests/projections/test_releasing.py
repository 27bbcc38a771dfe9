"""Release: what was parked is folded after all, and the view is what a rebuild would make."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections import ALL, batches, checkpoints
from projections.projection import Projection
from projections.rebuild import RebuildIsRunning, rebuild
from projections.releasing import ViewIsOfAnotherVersion, release
from tests.conftest import Database
from tests.projections.conftest import Town
from tests.projections.facts import Log
from tests.projections.poison import FACTS, SECONDS, VIEW, followed, poisoned, stands, unfolded

OF_CASES = [fact.position for fact in FACTS if fact.name.startswith("case.")]
WITH_A_KEY = [projection for projection in ALL if projection.key]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SECOND_THOUGHT", 0)


async def equals_a_rebuild(town: Town, projection: Projection[Any]) -> bool:
    rebuilt = await rebuild(projection, Log(FACTS), town.projector, schema=town.schema)
    return rebuilt.old is not None and not rebuilt.differs


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), projection=st.sampled_from(WITH_A_KEY))
async def test_wherever_the_poison_is_a_release_makes_what_a_rebuild_makes(
    town: Town, log_database: Database, data: st.DataObject, projection: Projection[Any]
) -> None:
    """Released in two goes, when half and when all of it can be folded, with facts that come
    between: whatever has failed where, each fact is folded once."""
    log_database.execute("drop table if exists {}.projection_checkpoints", role="projector")
    log_database.execute("drop table if exists {}.projection_parked", role="projector")
    places = st.integers(1, len(FACTS))
    poison = set(data.draw(st.lists(places | st.sampled_from(OF_CASES), max_size=6)))
    some = set(data.draw(st.lists(st.sampled_from(sorted(poison) or [1]))))
    one, another = sorted([data.draw(places), data.draw(places)])
    log = Log(FACTS, head=one)
    where = {"schema": town.schema}
    async with town.followers(log, (poisoned(projection, poison),)) as followers:
        assert await followers.wait_for(projection.name, await log.head(), SECONDS)
        first = await release(poisoned(projection, poison - some), log, town.projector, **where)
        log.grow(another)
        second = await release(projection, log, town.projector, **where)
        log.grow(len(FACTS))
        assert await followers.wait_for(projection.name, len(FACTS), SECONDS)
        third = await release(projection, log, town.projector, **where)
        assert followers.by_name[projection.name].restarts == 0
    assert {*first.still_parked} <= {*second.keys}
    assert (second.still_parked, third.still_parked) == ([], [])
    assert await equals_a_rebuild(town, projection)


async def test_what_still_cannot_be_folded_stays_parked(town: Town) -> None:
    """As it was; every other key is released."""
    positions = OF_CASES[2::15]
    await followed(town, poisoned(VIEW, positions))
    before = await stands(town)
    stays, *released = sorted(before.parked.values(), key=lambda one: one.first_position)
    assert released
    still = poisoned(VIEW, [stays.first_position])
    found = await release(still, Log(FACTS), town.projector, schema=town.schema)
    assert found.still_parked == [stays.key]
    assert {*found.keys} == {one.key for one in released}
    after = await stands(town)
    assert after.parked == {stays.key: stays}
    assert after.holds_what_is_not_parked()


async def test_a_release_while_following_misses_no_fact(town: Town) -> None:
    """Facts are appended, followed, parked and released at the same time."""
    positions = set(OF_CASES[2::15])
    log = Log(FACTS, head=60)
    async with town.followers(log, (poisoned(VIEW, positions),)) as followers:
        while await log.head() < len(FACTS):
            log.grow(await log.head() + 7)
            await release(VIEW, log, town.projector, schema=town.schema)
        assert await followers.wait_for(VIEW.name, len(FACTS), SECONDS)
        assert followers.by_name[VIEW.name].restarts == 0
    assert (await stands(town)).holds_what_is_not_parked()
    await release(VIEW, log, town.projector, schema=town.schema)
    assert await equals_a_rebuild(town, VIEW)


async def test_who_stands_by_knows_what_is_parked(town: Town) -> None:
    """Whoever answers questions knows which keys are parked, also where another process follows."""
    positions = OF_CASES[2::15]
    log = Log(FACTS)
    async with town.followers(log, (poisoned(VIEW, positions),)) as following:
        assert await following.wait_for(VIEW.name, len(FACTS), SECONDS)
        async with town.followers(log, (VIEW,), take_over=False) as standing:
            assert await standing.wait_for(VIEW.name, len(FACTS), SECONDS)
            assert standing.by_name[VIEW.name].parked == unfolded(positions).keys()


async def test_a_rebuild_releases_what_was_parked(town: Town) -> None:
    """Nothing is lacking to the new tables."""
    await followed(town, poisoned(VIEW, OF_CASES[2::15]))
    await rebuild(VIEW, Log(FACTS), town.projector, schema=town.schema)
    found = await stands(town)
    assert found.parked == {}
    assert found.holds_what_is_not_parked()


async def test_one_release_or_rebuild_at_a_time(town: Town) -> None:
    """Both write into tables that the follower leaves to them."""
    await followed(town, poisoned(VIEW, OF_CASES[2:3]))
    async with await town.projector() as connection:
        assert await checkpoints.alone(connection, town.schema, VIEW.name)
        with pytest.raises(RebuildIsRunning):
            await release(VIEW, Log(FACTS), town.projector, schema=town.schema)


async def test_another_versions_view_is_not_released(town: Town) -> None:
    """Its rows are not those of this version's folds."""
    await followed(town, poisoned(VIEW, OF_CASES[2:3]))
    before = await stands(town)
    other = replace(VIEW, version=VIEW.version + 1)
    with pytest.raises(ViewIsOfAnotherVersion):
        await release(other, Log(FACTS), town.projector, schema=town.schema)
    assert await stands(town) == before
