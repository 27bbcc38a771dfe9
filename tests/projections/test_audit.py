"""Who has read about whom is found, newest first, however often or rarely they were read about."""

from collections.abc import AsyncIterator
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from api.runtime.postgres.database import LOG
from api.runtime.postgres.postgres_server import PostgresServer
from domain.codes import StaffRole
from domain.policy import Viewer
from projections import audit
from projections.audit import RecordedReading
from tests.conftest import new_database
from tests.projections.conftest import Town, town_of
from tests.projections.facts import BEGINNING, Log, id_of

SUBJECTS = [bytes([number]) * 16 for number in range(12)]
AUDITOR = Viewer(staff=id_of(1), role=StaffRole.AUDITOR, unit="review", side=None)


def _reading(position: int, random: Random) -> RecordedReading:
    """About the first often, about the last once in a long while; now and then about nobody."""
    about = [s for rank, s in enumerate(SUBJECTS) if random.random() < 0.6 / 2**rank]
    return RecordedReading(position=position, recorded_at=BEGINNING, subjects=tuple(about))


_RANDOM = Random("audit")  # noqa: S311 - no secret
READINGS = [_reading(position, _RANDOM) for position in range(1, 1501)]


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Any:
    """As if the short log were a long one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "BLOCK", 7)
        yield


@pytest.fixture(scope="module")
async def read_town(log_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Town:
    town = town_of(new_database(log_server, tmp_path_factory.mktemp("secrets"), LOG))
    async with town.followers(Log(READINGS), (audit.PROJECTION,)) as followers:
        assert await followers.wait_for("audit", len(READINGS), 20)
    return town


@pytest.fixture(scope="module")
async def asked(read_town: Town) -> AsyncIterator[AsyncConnection[Any]]:
    async with await read_town.server() as connection:
        yield connection


@settings(max_examples=60, deadline=None)
@given(
    subjects=st.lists(st.sampled_from([*SUBJECTS, b"nobody's" * 2]), unique=True, max_size=4),
    before=st.none() | st.integers(0, len(READINGS) + 20),
    limit=st.integers(1, 60),
)
async def test_every_reading_is_found_once_newest_first(
    read_town: Town,
    asked: AsyncConnection[Any],
    subjects: list[bytes],
    before: int | None,
    limit: int,
) -> None:
    """From whichever position on, all pages together are all that happened, and nothing else."""
    ask = partial(audit.positions, asked, read_town.schema, AUDITOR, subjects, limit=limit)
    page = await ask(after=before)
    found = [*page.lines]
    while page.after is not None:
        assert len(page.lines) == limit
        page = await ask(after=page.after)
        found += page.lines
    assert found == [
        reading.position
        for reading in reversed(READINGS)
        if set(subjects) & set(reading.subjects) and (before is None or reading.position < before)
    ]


def test_there_is_somebody_of_every_kind() -> None:
    """Otherwise the test above would show nothing."""
    often, *_, rarely = ([s in r.subjects for r in READINGS].count(True) for s in SUBJECTS)
    assert often > len(READINGS) / 2
    assert rarely < 5


@settings(max_examples=60, deadline=None)
@given(
    wanted=st.lists(
        st.lists(st.sampled_from([*SUBJECTS, b"nobody's" * 2]), unique=True, max_size=4),
        min_size=1,
        max_size=3,
    ),
    first=st.integers(1, len(READINGS)),
    below=st.integers(1, len(READINGS) + 20),
    limit=st.integers(1, 60),
    blocks=st.integers(1, 9),
)
async def test_what_meets_every_condition_is_found_once(
    read_town: Town,
    asked: AsyncConnection[Any],
    wanted: list[list[bytes]],
    first: int,
    below: int,
    limit: int,
    blocks: int,
) -> None:
    """However few blocks of the log are searched for one page: a short page says where to go on,
    and all together are all that is wanted, newest first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "MOST_BLOCKS", blocks)
        search = partial(audit.search, asked, read_town.schema, AUDITOR, wanted, first=first)
        found: list[int] = []
        on: int | None = below
        while on is not None:
            page = await search(below=on, limit=limit)
            assert len(page.lines) <= limit
            assert page.after is None or page.after < on
            found += page.lines
            on = page.after
    assert found == [
        it.position
        for it in reversed(READINGS)
        if first <= it.position < below and all(set(each) & set(it.subjects) for each in wanted)
    ]


@pytest.mark.parametrize("blocks", [1, 9])
@pytest.mark.parametrize("wanted", [[SUBJECTS[:1]], [SUBJECTS[:2], SUBJECTS[1:3]], [SUBJECTS[-1:]]])
async def test_onward_is_the_same_from_the_other_end(
    read_town: Town, asked: AsyncConnection[Any], wanted: list[list[bytes]], blocks: int
) -> None:
    """In the order of the log, from a position to a last one, page by page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "MOST_BLOCKS", blocks)
        onward = partial(audit.onward, asked, read_town.schema, AUDITOR, wanted, last=1400)
        found: list[int] = []
        after: int | None = 100
        while after is not None:
            page = await onward(after=after, limit=33)
            assert page.after is None or page.after > after
            found += page.lines
            after = page.after
    assert found == [
        it.position
        for it in READINGS
        if 100 < it.position <= 1400 and all(set(each) & set(it.subjects) for each in wanted)
    ]


async def test_who_does_not_review_searches_nothing(
    read_town: Town, asked: AsyncConnection[Any]
) -> None:
    """The policy is asked here, too, and not at the door alone."""
    worker = Viewer(staff=id_of(2), role=StaffRole.CASE_WORKER, unit="nexus", side=None)
    page = await audit.search(
        asked, read_town.schema, worker, [SUBJECTS], first=1, below=1500, limit=9
    )
    assert (page.lines, page.after) == ((), None)
