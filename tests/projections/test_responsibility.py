"""Where nobody is responsible: an empty list, or an alarm (S69)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import AsyncConnection, sql

from api.door.fields import swedish_day
from api.runtime.clock import SystemClock
from domain.codes import Compartment, StaffRole
from domain.policy import Viewer
from projections import access, responsibility, staff
from projections.rebuild import prepare
from projections.sql import compose
from tests.projections.conftest import Town
from tests.projections.facts import id_of

SINCE = datetime(2023, 4, 3, 7, 0, tzinfo=UTC)
AUDITOR = Viewer(staff=id_of(1), role=StaffRole.AUDITOR, unit="review", side=None)
WORKER, MANAGER = StaffRole.CASE_WORKER, StaffRole.UNIT_MANAGER
OUTREACH, OFFICE = StaffRole.OUTREACH_WORKER, StaffRole.ADMINISTRATOR
EXPOSED, BUYERS, TRIAGE = Compartment.EXPOSED, Compartment.PERPETRATOR, Compartment.TRIAGE


@pytest.fixture
async def projector(town: Town) -> AsyncIterator[AsyncConnection[Any]]:
    every = [access.PROJECTION, staff.PROJECTION, responsibility.PROJECTION]
    await prepare(every, town.projector, schema=town.schema)
    async with await town.projector() as connection:
        yield connection


@pytest.mark.parametrize(
    ("kind", "compartment", "role", "side", "active", "is_there"),
    [
        ("referral", BUYERS, WORKER, BUYERS, True, True),
        ("referral", BUYERS, MANAGER, BUYERS, True, True),
        ("referral", BUYERS, WORKER, EXPOSED, True, False),
        ("referral", BUYERS, OFFICE, None, True, False),
        ("referral", BUYERS, WORKER, BUYERS, False, False),
        ("referral", TRIAGE, WORKER, EXPOSED, True, True),
        ("referral", EXPOSED, OUTREACH, EXPOSED, True, True),
        ("case", EXPOSED, OUTREACH, EXPOSED, True, False),
        ("case", EXPOSED, WORKER, EXPOSED, True, True),
    ],
)
async def test_somebody_is_there_who_may_see_it(
    town: Town,
    projector: AsyncConnection[Any],
    kind: str,
    compartment: Compartment,
    role: StaffRole,
    side: Compartment | None,
    active: bool,
    is_there: bool,
) -> None:
    """A colleague of another side, one who carries nothing, or one who has left, is nobody: what
    the unit holds is listed, and raises an alarm."""
    await _keep(
        projector,
        town.schema,
        "access_staff",
        access.StaffRow(id_of(5), "intake", role, side, active),
    )
    await _keep(
        projector,
        town.schema,
        "access_files",
        access.FileRow(file=id_of(9), kind=kind, person=id_of(8), compartment=compartment),
    )
    held = responsibility.Line(id_of(9), kind, "intake", ended=False, since=SINCE)
    await _keep(projector, town.schema, "responsibility", held)
    gap = responsibility.Gap(id_of(9), kind, "intake", SINCE, "nobody-there", "")
    found = await responsibility.gaps(projector, town.schema, AUDITOR, 10)
    assert found == ([] if is_there else [gap])
    counted = await responsibility.with_nobody_there(projector, town.schema)
    assert counted == (0 if is_there else 1)


@pytest.mark.parametrize(
    ("role", "assigned", "is_there"),
    [(WORKER, False, False), (WORKER, True, True), (MANAGER, False, True)],
)
async def test_who_may_not_come_near_is_nobody_there(
    town: Town,
    projector: AsyncConnection[Any],
    role: StaffRole,
    assigned: bool,
    is_there: bool,
) -> None:
    """S69: of a protected identity's case, only its assigned workers and the unit's manager are
    somebody."""
    await _keep(
        projector,
        town.schema,
        "access_staff",
        access.StaffRow(id_of(5), "intake", role, EXPOSED, True),
    )
    file = access.FileRow(
        file=id_of(9),
        kind="case",
        person=id_of(8),
        compartment=EXPOSED,
        responsible_unit="intake",
        workers=(id_of(5),) if assigned else (),
        narrowed=True,
    )
    await _keep(projector, town.schema, "access_files", file)
    held = responsibility.Line(id_of(9), "case", "intake", ended=False, since=SINCE)
    await _keep(projector, town.schema, "responsibility", held)
    found = await responsibility.gaps(projector, town.schema, AUDITOR, 10)
    assert [gap.lack for gap in found] == ([] if is_there else ["nobody-there"])
    assert await responsibility.with_nobody_there(projector, town.schema) == len(found)


async def _intake(projector: AsyncConnection[Any], schema: str) -> None:
    """A case of Nexus, where somebody is, that the intake is asked to take over."""
    await _keep(
        projector,
        schema,
        "access_staff",
        access.StaffRow(id_of(4), "nexus", MANAGER, EXPOSED, True),
    )
    await _keep(
        projector,
        schema,
        "access_files",
        access.FileRow(file=id_of(9), kind="case", person=id_of(8), compartment=EXPOSED),
    )
    held = responsibility.Line(id_of(9), "case", "nexus", ended=False, since=SINCE, asked="intake")
    await _keep(projector, schema, "responsibility", held)


@pytest.mark.parametrize(
    ("role", "side", "is_there"),
    [(WORKER, EXPOSED, True), (OUTREACH, EXPOSED, False), (WORKER, BUYERS, False)],
)
async def test_somebody_is_there_to_answer(
    town: Town,
    projector: AsyncConnection[Any],
    role: StaffRole,
    side: Compartment,
    is_there: bool,
) -> None:
    """Also where another unit holds it meanwhile, what is sent or offered to a unit in which nobody
    may answer is listed, and raises an alarm."""
    await _intake(projector, town.schema)
    await _keep(
        projector,
        town.schema,
        "access_staff",
        access.StaffRow(id_of(5), "intake", role, side, True),
    )
    gap = responsibility.Gap(id_of(9), "case", "nexus", SINCE, "nobody-to-answer", "intake")
    found = await responsibility.gaps(projector, town.schema, AUDITOR, 10)
    assert found == ([] if is_there else [gap])
    counted = await responsibility.with_nobody_there(projector, town.schema)
    assert counted == (0 if is_there else 1)


@pytest.mark.parametrize(
    ("first", "last", "is_there"), [(0, 0, False), (-9, 9, False), (-9, -2, True), (2, 9, True)]
)
async def test_who_is_on_leave_is_not_there(
    town: Town, projector: AsyncConnection[Any], first: int, last: int, is_there: bool
) -> None:
    """On the days of the leave what comes to somebody alone is listed; and the side is, for its
    manager and for administrators, and for nobody else."""
    await _intake(projector, town.schema)
    await _keep(
        projector,
        town.schema,
        "access_staff",
        access.StaffRow(id_of(5), "intake", WORKER, EXPOSED, True),
    )
    today = swedish_day(SystemClock().now())
    days = (today + timedelta(days=first), today + timedelta(days=last))
    await _keep(projector, town.schema, "staff_leaves", (id_of(5), id_of(6), *days))
    counted = await responsibility.with_nobody_there(projector, town.schema)
    assert counted == (0 if is_there else 1)
    gap = responsibility.Unstaffed("intake", EXPOSED, 1)
    for viewer, sees in (
        (Viewer(staff=id_of(2), role=MANAGER, unit="intake", side=EXPOSED), True),
        (Viewer(staff=id_of(2), role=OFFICE, unit="staff", side=None), True),
        (Viewer(staff=id_of(2), role=MANAGER, unit="intake", side=BUYERS), False),
        (Viewer(staff=id_of(2), role=MANAGER, unit="nexus", side=EXPOSED), False),
        (AUDITOR, False),
    ):
        carried = [("intake", EXPOSED), ("nexus", EXPOSED)]
        found = await responsibility.unstaffed(projector, town.schema, viewer, carried)
        assert list(found) == ([gap] if sees and not is_there else [])


async def _keep(
    connection: AsyncConnection[Any], schema: str, table: str, row: tuple[object, ...]
) -> None:
    values = [list(each) if isinstance(each, tuple) else each for each in row]
    places = sql.SQL(", ").join(sql.Placeholder() for _ in values)
    into = sql.Identifier(schema, table)
    await connection.execute(
        compose("insert into {into} values ({places})", schema, into=into, places=places), values
    )
