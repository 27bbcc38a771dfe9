"""The event log is searched by any of it: every page is what it should be and costs no more than
its bound, however long the log is and however rarely something happened."""

import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier, Literal

from api.runtime.postgres.database import LOG
from api.runtime.postgres.postgres_server import PostgresServer
from domain.codes import StaffRole
from domain.policy import Viewer
from projections import timeline
from projections.asking import Numbered
from projections.timeline import searching
from tests.conftest import new_database
from tests.projections.conftest import Town, town_of
from tests.projections.facts import Log, id_of

AUDITOR = Viewer(staff=id_of(1), role=StaffRole.AUDITOR, unit="review", side=None)
WORKER = Viewer(staff=id_of(2), role=StaffRole.CASE_WORKER, unit="nexus", side=None)
LENGTH = 60_000

_FILL = """
insert into {timeline}
select ('00000000-0000-4000-8000-' || lpad(to_hex(n / 40), 12, '0'))::uuid, n, n %% 40 + 1,
       case when n %% 20000 = 7 then 'case.closed' when n %% 3 = 0 then 'case.note-recorded'
            else 'case.opened' end,
       ('00000000-0000-4000-8000-' || lpad(to_hex(case when n %% 9999 = 5 then 77 else n %% 7 end),
        12, '0'))::uuid,
       case when n %% 2 = 0 then 'nexus' else 'childrens-intake' end,
       timestamptz '2024-01-01' + n * interval '1 minute' - (n %% 11) * interval '1 day',
       timestamptz '2024-01-01' + n * interval '1 minute', '{{}}', '{{}}'
  from generate_series(1, %(length)s) as n
"""
_ASKED: dict[str, list[Any]] = {
    "streams": [[id_of(3)], [id_of(3), id_of(900)], []],
    "actor": [id_of(77), id_of(3), id_of(50_000)],
    "name": ["case.closed", "case.note-recorded", "case.reopened"],
    "unit": ["nexus", "childrens-intake", "police"],
}


@pytest.fixture(scope="module")
async def long_town(log_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A log of many events, most of them of a few kinds by a few people for two units."""
    town = town_of(new_database(log_server, tmp_path_factory.mktemp("secrets"), LOG))
    async with town.followers(Log([]), (timeline.PROJECTION,)):
        pass
    async with await town.projector() as connection:
        fill = SQL(_FILL).format(timeline=Identifier(town.schema, "timeline"))
        await connection.execute(fill, {"length": LENGTH})
        await connection.execute(SQL("analyze {}").format(Identifier(town.schema, "timeline")))
    return town


@pytest.fixture
async def asked(long_town: Town) -> AsyncIterator[AsyncConnection[Any]]:
    async with await long_town.server() as connection:
        await connection.execute("set plan_cache_mode = force_generic_plan")  # as the doors ask
        yield connection


@pytest.fixture(scope="module", autouse=True)
def small_bound() -> Any:
    """As if the log were longer still."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "MOST_LOOKED_AT", 400)
        yield


def _any_of(values: list[Any]) -> Any:
    return st.sampled_from(values)


_WANTED: Any = st.fixed_dictionaries(
    {"last": st.sampled_from([LENGTH, LENGTH // 2, 17, 0])},
    optional={name: _any_of(values) for name, values in _ASKED.items()},
)


@settings(max_examples=40, deadline=None)
@given(wanted=_WANTED, after=st.integers(0, LENGTH), limit=st.integers(1, 100))
async def test_a_page_is_what_was_asked_and_bounded(
    long_town: Town, wanted: dict[str, Any], after: int, limit: int
) -> None:
    """Page by page it is all that holds and nothing else; and where little does, the cursor goes on
    from where the page stopped looking."""
    async with await long_town.server() as connection:
        page = partial(
            searching.search,
            connection,
            long_town.schema,
            AUDITOR,
            searching.Wanted(**wanted),
            limit=limit,
        )
        found: list[timeline.Line] = []
        reached: int | None = after
        for _ in range(5):
            if reached is None:
                break
            told = await page(after=reached)
            assert len(told.lines) <= limit
            assert told.after is None or told.after > reached
            found += told.lines
            reached = told.after
        rows = await connection.execute(
            SQL("select position from {} where {} order by position").format(
                Identifier(long_town.schema, "timeline"), _plainly(wanted, after, reached)
            )
        )
        assert [line.position for line in found] == [row[0] for row in await rows.fetchall()]


def _plainly(wanted: dict[str, Any], after: int, until: int | None) -> SQL:
    conditions = [f"position > {after}", f"position <= {min(wanted['last'], until or LENGTH)}"]
    for name in ("actor", "name", "unit"):
        conditions += [f"{name} = '{wanted[name]}'"] if name in wanted else []
    if "streams" in wanted:
        streams = ",".join(f"'{one}'" for one in wanted["streams"])
        conditions.append(f"stream = any(array[{streams}]::uuid[])")
    return SQL(" and ".join(conditions))


async def test_who_does_not_review_finds_nothing(
    long_town: Town, asked: AsyncConnection[Any]
) -> None:
    """The policy is asked here, too, and not at the door alone."""
    wanted = searching.Wanted(last=LENGTH)
    page = await searching.search(asked, long_town.schema, WORKER, wanted, after=0, limit=9)
    assert (page.lines, page.after) == ((), None)


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"actor": id_of(77)},
        {"actor": id_of(50_000)},
        {"name": "case.closed"},
        {"name": "case.note-recorded", "unit": "police"},
        {"unit": "nexus"},
        {"unit": "police"},
        {"actor": id_of(3), "name": "case.reopened", "unit": "nexus"},
        {"streams": [id_of(3), id_of(900)], "actor": id_of(3)},
    ],
    ids=str,
)
async def test_no_page_scans_the_log(
    long_town: Town, asked: AsyncConnection[Any], wanted: dict[str, Any]
) -> None:
    """By the plan that the doors use: an index leads in the order of the log, and no more rows are
    touched than the bound, wherever the page begins."""
    statement, parameters = searching.question(
        long_town.schema, searching.Wanted(**wanted, last=LENGTH)
    )
    for after in (0, LENGTH // 2):
        more = {"after": after, "limit": 51, "most": searching.MOST_LOOKED_AT}
        plan = await _plan(asked, statement, parameters | more)
        scans = [node for node in _nodes(plan) if node.get("Relation Name") == "timeline"]
        assert scans
        for scan in scans:
            assert scan["Node Type"] != "Seq Scan", json.dumps(plan)
            touched = scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0)
            touched += scan.get("Rows Removed by Index Recheck", 0)
            assert touched <= searching.MOST_LOOKED_AT + 1, json.dumps(plan)


async def _plan(connection: AsyncConnection[Any], statement: Any, parameters: Any) -> Any:
    numbered = Numbered.of(statement)
    await connection.execute("deallocate all")
    await connection.execute(b"prepare page as " + numbered.text, prepare=False)
    values = SQL(", ").join(Literal(parameters[name]) for name in numbered.names)
    rows = await connection.execute(
        SQL("explain (analyze, format json) execute page ({})").format(values), prepare=False
    )
    [[[plan]]] = await rows.fetchall()
    return plan["Plan"]


def _nodes(plan: Any) -> Any:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)
