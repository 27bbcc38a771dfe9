"""Time travel: a page as of a position is the page that views have which stop there, under today's
policy; and what is stored of the past is every state in which a row stood, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from api.runtime.postgres.database import LOG
from api.runtime.postgres.postgres_server import PostgresServer
from domain.case import CaseStatus
from domain.codes import StaffRole
from domain.policy import Viewer
from domain.referral import ReferralStatus
from projections import HISTORY, access, caseload, eras, handovers, inbox, timeline, workload
from projections.asking import Page, all_rows
from projections.caseload import Filter, Line, Order
from projections.caseload import history as of_caseload
from projections.eras import era_of, eras_at
from projections.handovers import HandoverStatus
from projections.handovers import history as of_handovers
from projections.history import AsOf
from projections.inbox import history as of_inbox
from projections.projection import Key, Versions
from projections.sql import compose
from projections.workload import history as of_workload
from tests.conftest import Database, new_database
from tests.projections.caseloads import belongs, in_order, meets
from tests.projections.conftest import Town, town_of
from tests.projections.facts import BEGINNING, Log, folded
from tests.projections.histories import SIDES, UNITS, told

FACTS = told("history", 1200)
SMALL_ERAS: Final = (1, 4, 7, 9)  # as if the short history were a long one
STOPS: Final = (0, *sorted(Random("stops").sample(range(1, len(FACTS)), 8)), len(FACTS))  # noqa: S311 - no secret
VIEWS: Final = (caseload.PROJECTION, inbox.PROJECTION, handovers.PROJECTION, workload.PROJECTION)
FILES: Final[dict[Key, access.FileRow]] = folded(access.PROJECTION, FACTS, 1)
WORKERS: Final = sorted({worker for row in FILES.values() for worker in row.workers})

Ask = Callable[..., Awaitable[Page[Any, Any]]]

viewers = st.builds(
    Viewer,
    staff=st.sampled_from(WORKERS),
    role=st.sampled_from(
        [*[StaffRole.UNIT_MANAGER, StaffRole.CASE_WORKER] * 2, StaffRole.OUTREACH_WORKER]
    ),
    unit=st.sampled_from(UNITS),
    side=st.sampled_from(SIDES),
)
filters = st.builds(
    Filter,
    status=st.none() | st.sampled_from(CaseStatus),
    worker=st.none() | st.sampled_from(WORKERS),
    unassigned=st.booleans(),
    handover=st.sampled_from([None, None, "in", "out"]),
    due_before=st.none() | st.integers(0, 5).map(lambda days: BEGINNING + timedelta(days=days)),
)


@pytest.fixture(scope="module")
def database(log_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Database:
    return new_database(log_server, tmp_path_factory.mktemp("secrets"), LOG)


@pytest.fixture(scope="module", autouse=True)
async def full_town(database: Database) -> AsyncIterator[Town]:
    """A town whose history has been followed to its end; the tests here only read."""
    town = town_of(database)
    assert len(SMALL_ERAS) == len(eras.SIZES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(eras, "SIZES", SMALL_ERAS)
        await followed(town, len(FACTS), access.PROJECTION, timeline.PROJECTION, HISTORY)
        yield town


@pytest.fixture(scope="module")
async def stopped_towns(
    log_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> dict[int, Town]:
    """Towns whose views stop at a position, while access has come to the end: today's policy."""
    towns = {}
    for stop in STOPS:
        folder = tmp_path_factory.mktemp("secrets")
        town = towns[stop] = town_of(new_database(log_server, folder, LOG))
        await followed(town, len(FACTS), access.PROJECTION)
        await followed(town, stop, *VIEWS)
    return towns


@pytest.fixture(scope="module")
async def asked(full_town: Town) -> AsyncIterator[AsyncConnection[Any]]:
    async with await full_town.server() as connection:
        yield connection


@pytest.fixture(scope="module")
async def stopped(stopped_towns: dict[int, Town]) -> AsyncIterator[dict[int, Any]]:
    """Connections to them."""
    connections = {stop: await town.server() for stop, town in stopped_towns.items()}
    yield connections
    await asyncio.gather(*(connection.close() for connection in connections.values()))


@pytest.fixture(scope="module")
async def lines_there(stopped_towns: dict[int, Town]) -> dict[int, list[Line]]:
    """The caseload of each, whole."""
    lines = {}
    for stop, town in stopped_towns.items():
        async with await town.server() as connection:
            statement = compose("select * from {caseload}", town.schema)
            lines[stop] = await all_rows(connection, statement, {}, Line)
    return lines


def told_of(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(tuple(it) if isinstance(it, list) else it for it in row)


async def followed(town: Town, stop: int, *projections: Any) -> None:
    async with town.followers(Log(FACTS[:stop]), projections) as followers:
        for projection in projections:
            assert await followers.wait_for(projection.name, stop, 20)


def as_of(position: int) -> AsOf:
    moment = FACTS[position - 1].recorded_at if position else BEGINNING
    return AsOf(position, moment)


async def every_page(ask: Ask) -> list[Any]:
    """All lines, page by page."""
    page = await ask()
    lines = [*page.lines]
    while page.after is not None:
        page = await ask(after=page.after)
        lines += page.lines
    return lines


# --- what is asked -------------------------------------------------------------------------------


@settings(max_examples=400, deadline=None)
@given(
    stop=st.sampled_from(STOPS),
    viewer=viewers,
    wanted=filters | st.builds(Filter, status=st.none() | st.sampled_from(CaseStatus)),
    order=st.sampled_from([order for order in Order if order is not of_caseload.NO_ORDER]),
    descending=st.booleans(),
    limit=st.integers(1, 40),
)
async def test_a_caseload_of_the_past_is_the_one_that_stopped_there(
    full_town: Town,
    asked: AsyncConnection[Any],
    lines_there: dict[int, list[Line]],
    stop: int,
    viewer: Viewer,
    wanted: Filter,
    order: Order,
    descending: bool,
    limit: int,
) -> None:
    """Every filter and order, page by page, to what the reader may see today."""
    then = partial(
        of_caseload.page,
        asked,
        full_town.schema,
        viewer,
        as_of(stop),
        wanted,
        order=order,
        descending=descending,
        limit=limit,
    )
    assert await every_page(then) == sorted(
        (
            line
            for line in lines_there[stop]
            if belongs(line, viewer, FILES) and meets(line, viewer, wanted)
        ),
        key=in_order(order),
        reverse=descending,
    )


@settings(max_examples=200, deadline=None)
@given(
    stop=st.sampled_from(STOPS),
    viewer=viewers,
    direction=st.sampled_from(inbox.Direction),
    status=st.none() | st.sampled_from(ReferralStatus),
    limit=st.integers(1, 40),
)
async def test_an_inbox_of_the_past_is_the_one_that_stopped_there(
    full_town: Town,
    asked: AsyncConnection[Any],
    stopped_towns: dict[int, Town],
    stopped: dict[int, AsyncConnection[Any]],
    stop: int,
    viewer: Viewer,
    direction: inbox.Direction,
    status: ReferralStatus | None,
    limit: int,
) -> None:
    """Every direction and status, what waited first."""
    how: dict[str, Any] = {"direction": direction, "status": status, "limit": limit}
    then = partial(of_inbox.page, asked, full_town.schema, viewer, as_of(stop), **how)
    there = partial(inbox.page, stopped[stop], stopped_towns[stop].schema, viewer, **how)
    assert await every_page(then) == await every_page(there)


@settings(max_examples=200, deadline=None)
@given(
    stop=st.sampled_from(STOPS),
    viewer=viewers,
    direction=st.sampled_from(handovers.Direction),
    status=st.none() | st.sampled_from(HandoverStatus),
    limit=st.integers(1, 40),
)
async def test_handovers_of_the_past_are_those_that_stopped_there(
    full_town: Town,
    asked: AsyncConnection[Any],
    stopped_towns: dict[int, Town],
    stopped: dict[int, AsyncConnection[Any]],
    stop: int,
    viewer: Viewer,
    direction: handovers.Direction,
    status: HandoverStatus | None,
    limit: int,
) -> None:
    """In and out, what waited first; seen as their case is seen today."""
    how: dict[str, Any] = {"direction": direction, "status": status, "limit": limit}
    then = partial(of_handovers.page, asked, full_town.schema, viewer, as_of(stop), **how)
    there = partial(handovers.page, stopped[stop], stopped_towns[stop].schema, viewer, **how)
    assert await every_page(then) == await every_page(there)


@settings(max_examples=100, deadline=None)
@given(stop=st.sampled_from(STOPS), viewer=viewers)
async def test_a_workload_of_the_past_is_the_one_that_stopped_there(
    full_town: Town,
    asked: AsyncConnection[Any],
    stopped_towns: dict[int, Town],
    stopped: dict[int, AsyncConnection[Any]],
    stop: int,
    viewer: Viewer,
) -> None:
    """Of what the reader may see today."""
    then = await of_workload.of_unit(asked, full_town.schema, viewer, as_of(stop))
    there = await workload.of_unit(stopped[stop], stopped_towns[stop].schema, viewer)
    assert then == there


async def test_the_order_by_the_last_event_is_for_today_only(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """No index holds it for every position: it is refused, not slow."""
    viewer = Viewer(staff=WORKERS[0], role=StaffRole.UNIT_MANAGER, unit=UNITS[0], side=SIDES[0])
    with pytest.raises(ValueError, match="last_event_at"):
        await of_caseload.page(
            asked, full_town.schema, viewer, as_of(1), Filter(), order=of_caseload.NO_ORDER
        )


# --- what is stored ------------------------------------------------------------------------------


@pytest.mark.parametrize("versions", HISTORY.tables, ids=lambda it: it.name)
async def test_every_state_is_kept_with_its_positions(
    full_town: Town, database: Database, versions: Versions[Any]
) -> None:
    """At every position the versions are the rows folded so far, each in one of its eras."""
    stored = database.execute(f"select * from {{}}.{versions.name}")  # noqa: S608 - ours
    keys = [versions.of.row._fields.index(column) for column in versions.of.key]

    rows: dict[Any, Any] = {}
    for fact in (None, *FACTS):
        for key in versions.of.keys(fact) if fact else ():
            rows[key] = versions.of.apply(rows.get(key), fact)
        position = fact.position if fact else 0
        standing = [row for row in stored if row[-3] <= position < row[-2]]
        assert {tuple(row[n] for n in keys): told_of(row[:-3]) for row in standing} == {
            key: row for key, row in rows.items() if row is not None
        }
        assert {row[-1] for row in standing} <= set(eras_at(position))
    assert len({row[-1] & 63 for row in stored}) > 3, "eras of several sizes"


def test_a_note_makes_no_version(full_town: Town, database: Database) -> None:
    """A case that is only written in stands as it stood: else each note would lengthen every walk
    through the past."""
    notes = [fact for fact in FACTS if fact.name == "case.note-recorded"]
    of_cases = [fact for fact in FACTS if fact.name.startswith("case.")]
    assert notes
    [(versions,)] = database.execute("select count(*) from {}.caseload_versions")
    assert 0 < versions <= len(of_cases) - len(notes)


@given(first=st.integers(1, 2**40), life=st.integers(1, 2**40), position=st.integers(0, 2**40))
def test_whatever_stood_is_in_one_of_the_eras_of_the_position(
    first: int, life: int, position: int
) -> None:
    """No version is missed, whatever its life, at the positions of it and around it."""
    era = era_of(first, first + life)
    for then in (first, first + life - 1, first + position % life):
        assert era in eras_at(then)


def test_an_era_is_the_smallest_block_that_holds_a_life(full_town: Town) -> None:
    """No larger one: else a walk would pass over more than it shows."""
    size, larger = SMALL_ERAS[2], SMALL_ERAS[3]
    assert era_of(0, 2**size) == eras_at(0)[2]
    assert era_of(2**size - 1, 2**size + 1) == eras_at(0)[3]
    assert era_of(2**larger + 5, 2**larger + 6) == eras_at(2**larger + 4)[0]
    assert era_of(5, eras.STANDING) == eras_at(7)[-1] == eras.EVER


def test_the_history_has_something_to_tell_at_every_stop() -> None:
    """Otherwise the tests above would show nothing."""
    lines = [folded(caseload.PROJECTION, FACTS[:stop]) for stop in STOPS[2:]]
    now = lines[-1]
    assert all(len(at) > 5 for at in lines)
    assert any(line.unit != now[key].unit for at in lines for key, line in at.items())
    assert any(line.handover and not now[key].handover for at in lines for key, line in at.items())
