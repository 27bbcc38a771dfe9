"""The counts of a caseload, kept as its cases change, beside a scan of all of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from psycopg import AsyncConnection

from domain.codes import StaffRole
from domain.policy import Act, Information, Relation, Viewer, permitting
from domain.recorded import Recorded
from projections import access, caseload
from projections.access.visible import visible
from projections.asking import all_rows
from projections.rebuild import rebuild
from projections.sql import compose
from tests.projections.conftest import Town
from tests.projections.facts import BEGINNING, Log, folded, id_of
from tests.projections.histories import SIDES, UNITS, told

SCAN = """
select count(*) filter (where line.status = 'open' and line.unit = %(unit)s),
       count(*) filter (where line.status = 'open' and line.unit = %(unit)s
                          and line.workers = '{{}}'),
       count(*) filter (where line.handover_to = %(unit)s),
       count(*) filter (where line.handover_to is not null and line.unit = %(unit)s),
       count(*) filter (where line.answer_due < %(now)s),
       count(*) filter (where line.status = 'closed')
  from {caseload} as line join {access_files} as file on file.file = line."case"
 where (line.unit = %(unit)s or line.handover_to = %(unit)s) and {visible}
"""
[TALLY] = access.PROJECTION.tallies


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_counted_is_what_a_scan_finds(
    town: Town, server: AsyncConnection[Any], seed: int
) -> None:
    """Whatever happens, and however it is followed, page by page: for every viewer, at any time."""
    facts, random = told(f"counting {seed}", 500), Random(seed)  # noqa: S311 - no secret
    log = Log(facts, 0)
    stops = sorted(random.sample(range(1, len(facts)), 6))
    async with town.followers(log, (access.PROJECTION, caseload.PROJECTION)) as followers:
        for stop in (*stops, len(facts)):
            log.grow(stop)
            for name in ("access", "caseload"):
                assert await followers.wait_for(name, stop, 20)
            assert await _kept(server, town.schema) == _counted(facts[:stop])
            for viewer in _viewers(facts[:stop], random):
                now = BEGINNING + timedelta(minutes=random.randrange(8 * 24 * 60))
                counts = await caseload.counts(server, town.schema, viewer, now)
                scanned = await _scanned(server, town.schema, viewer, now)
                assert astuple(counts)[:-1] == scanned


async def test_what_is_rebuilt_is_counted_alike(town: Town, server: AsyncConnection[Any]) -> None:
    """A rebuild counts what it builds."""
    facts = told("counting anew", 500)
    log = Log(facts)
    async with town.followers(log, (access.PROJECTION,)) as followers:
        assert await followers.wait_for("access", len(facts), 20)
        rebuilt = await rebuild(access.PROJECTION, log, town.projector, schema=town.schema)
    assert not rebuilt.differs
    assert await _kept(server, town.schema) == _counted(facts)


def test_who_sees_a_line_sees_it_by_the_unit() -> None:
    """The counts are a unit's: whoever sees cases at all, sees those that the unit is responsible
    for, and those that it is offered. Nobody sees a line otherwise, but for referrals."""
    by_unit = {Relation.RESPONSIBLE_UNIT, Relation.RECEIVING_UNIT}
    of_a_case = {*by_unit, Relation.ASSIGNED, Relation.NONE}
    for role in StaffRole:
        held = permitting(role, Act.READ, Information.LINE)
        assert held >= by_unit or not held & of_a_case


def test_a_day_is_counted_once_it_is_over() -> None:
    """The tally knows days, and the rest of a day is looked up: so no day may be in both."""
    due = BEGINNING.replace(hour=23, minute=59)
    row = access.FileRow(
        file=id_of(1),
        kind="case",
        person=id_of(1),
        compartment="a",
        responsible_unit="nexus",
        receiving_unit="children",
        status="open",
        answer_due=due,
    )
    assert {kind[3] for kind in access.counted(row) if "offered" in kind[2]} == {due.date()}


def _viewers(facts: Sequence[Recorded], random: Random) -> Iterable[Viewer]:
    """Each unit's, on each side; those who are assigned to cases among them."""
    rows: dict[Any, access.FileRow] = folded(access.PROJECTION, facts, 1)
    workers = sorted({worker for row in rows.values() for worker in row.workers})
    roles = (StaffRole.UNIT_MANAGER, StaffRole.CASE_WORKER, StaffRole.OUTREACH_WORKER)
    for unit, side in product(UNITS, (None, *SIDES)):
        if workers:
            yield Viewer(
                staff=random.choice(workers), role=random.choice(roles), unit=unit, side=side
            )


def _counted(facts: Sequence[Recorded]) -> Counter[Any]:
    rows: dict[Any, access.FileRow] = folded(access.PROJECTION, facts, 1)
    return Counter(kind for row in rows.values() for kind in TALLY.kinds(row))


async def _kept(connection: AsyncConnection[Any], schema: str) -> dict[Any, int]:
    found = await connection.execute(compose("select * from {access_counts}", schema))
    return {tuple(kind): number for *kind, number in await found.fetchall()}


async def _scanned(
    connection: AsyncConnection[Any], schema: str, viewer: Viewer, now: Any
) -> tuple[int, ...]:
    seen = visible(viewer)
    parameters = {**seen.parameters, "unit": viewer.unit, "now": now}
    statement = compose(SCAN, schema, visible=seen.condition)
    [found] = await all_rows(connection, statement, parameters, lambda *numbers: numbers)
    return found
