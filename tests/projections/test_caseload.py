"""The caseload as doors ask for it: every filter and order, page by page, on PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from api.runtime.postgres.database import LOG
from api.runtime.postgres.postgres_server import PostgresServer
from domain.case import CaseStatus
from domain.codes import Compartment, StaffRole
from domain.policy import Viewer
from projections import access, caseload
from projections.caseload import Counts, Filter, Line, Order
from projections.projection import Key
from tests.conftest import new_database
from tests.projections.caseloads import belongs, in_order, meets
from tests.projections.conftest import Town, town_of
from tests.projections.facts import BEGINNING, Log, folded, id_of, visible_line
from tests.projections.histories import SIDES, UNITS, told

FACTS = told("caseload", 3500)


LINES: dict[Key, Line] = folded(caseload.PROJECTION, FACTS)
FILES: dict[Key, access.FileRow] = folded(access.PROJECTION, FACTS, 1)
WORKERS = sorted({worker for line in LINES.values() for worker in line.workers})

viewers = st.builds(
    Viewer,
    staff=st.sampled_from(WORKERS),
    role=st.sampled_from([*[StaffRole.UNIT_MANAGER, StaffRole.CASE_WORKER] * 2, StaffRole.ANALYST]),
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
async def full_town(log_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town whose history has been followed to its end; the tests here only read."""
    town = town_of(new_database(log_server, tmp_path_factory.mktemp("secrets"), LOG))
    async with town.followers(Log(FACTS), (access.PROJECTION, caseload.PROJECTION)) as followers:
        for name in ("access", "caseload"):
            assert await followers.wait_for(name, len(FACTS), 20)
    return town


@pytest.fixture(scope="module")
async def asked(full_town: Town) -> AsyncIterator[AsyncConnection[Any]]:
    async with await full_town.server() as connection:
        yield connection


@settings(max_examples=200, deadline=None)
@given(
    viewer=viewers,
    wanted=filters | st.builds(Filter, status=st.none() | st.sampled_from(CaseStatus)),
    order=st.sampled_from(Order),
    descending=st.booleans(),
    limit=st.integers(1, 40),
    few=st.none() | st.booleans(),
)
async def test_pages_together_are_the_whole_list(
    full_town: Town,
    asked: AsyncConnection[Any],
    viewer: Viewer,
    wanted: Filter,
    order: Order,
    descending: bool,
    limit: int,
    few: bool | None,
) -> None:
    """In every order, for every filter, in whichever way it is found: no line twice, none missing,
    none that is not visible."""
    ask = partial(
        caseload.page,
        asked,
        full_town.schema,
        viewer,
        wanted,
        order=order,
        descending=descending,
        limit=limit,
        few=few,
    )
    page = await ask()
    found = [*page.lines]
    while page.after is not None:
        assert len(page.lines) == limit
        page = await ask(after=page.after)
        found += page.lines
    assert found == sorted(
        (
            line
            for line in LINES.values()
            if belongs(line, viewer, FILES) and meets(line, viewer, wanted)
        ),
        key=in_order(order),
        reverse=descending,
    )


@settings(max_examples=30, deadline=None)
@given(viewer=viewers, days=st.integers(0, 5))
async def test_counts_count_what_the_lists_show(
    full_town: Town, asked: AsyncConnection[Any], viewer: Viewer, days: int
) -> None:
    """A number beside a list is the number of lines in it."""
    now = BEGINNING + timedelta(days=days)
    mine = [line for line in LINES.values() if belongs(line, viewer, FILES)]

    def number(wanted: Filter) -> int:
        return sum(meets(line, viewer, wanted) for line in mine)

    found = await caseload.counts(asked, full_town.schema, viewer, now)
    assert found == Counts(
        open=sum(line.status == "open" and line.unit == viewer.unit for line in mine),
        unassigned=number(Filter(unassigned=True)),
        handovers_in=number(Filter(handover="in")),
        handovers_out=number(Filter(handover="out")),
        overdue=number(Filter(due_before=now)),
        closed=number(Filter(status=CaseStatus.CLOSED)),
        few=found.few,
    )


async def test_one_line_is_shown_to_whom_the_list_shows_it(
    full_town: Town, asked: AsyncConnection[Any]
) -> None:
    """A line that is not visible looks as if it did not exist."""
    manager = Viewer(
        staff=id_of(1), role=StaffRole.UNIT_MANAGER, unit="nexus", side=Compartment.EXPOSED
    )
    for line in LINES.values():
        found = await caseload.line(asked, full_town.schema, manager, line.case)
        assert found == (line if visible_line(manager, FILES[(line.case,)]) else None)
    assert await caseload.line(asked, full_town.schema, manager, id_of(404)) is None


def test_the_history_has_something_for_every_filter() -> None:
    """Otherwise the tests above would show nothing."""
    lines = LINES.values()
    for some in (
        [line for line in lines if line.handover],
        [line for line in lines if line.status == "closed"],
        [line for line in lines if not line.workers and line.status == "open"],
        [line for line in lines if len(line.workers) > 1],
    ):
        assert len(some) > 5
