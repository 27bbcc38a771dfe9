"""Staff as use cases: the founding act, and positions taken."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from api.commands import cases, staff
from api.commands.founding import found
from api.commands.staff import PositionDetails
from domain.codes import Compartment, Qualification, StaffRole
from domain.errors import (
    MunicipalityIsFounded,
    NotPermitted,
    PositionStartsOrEndsLater,
    RoleDoesNotFit,
    SideDoesNotFit,
    UnknownUnit,
    WorkerIsNotQualifiedForChildren,
)
from domain.staff import PositionTaken
from tests.fakes import MemoryEventLog, MemoryVault
from tests.town import A_CHILD, TODAY, Town, new_town

POSITION = PositionDetails(
    name="Mira Kvistglänta",
    unit="nexus",
    role=StaffRole.CASE_WORKER,
    side=Compartment.EXPOSED,
    since=TODAY,
    qualified_for_children=True,
)
SERVE_A_SIDE = {StaffRole.CASE_WORKER, StaffRole.UNIT_MANAGER, StaffRole.OUTREACH_WORKER}
EVERY_SIDE = {Compartment.EXPOSED, Compartment.PERPETRATOR, Compartment.RELATIVE}
MET = {
    "nexus": {Compartment.EXPOSED},
    "childrens-intake": EVERY_SIDE,
    "support-line-two": {Compartment.PERPETRATOR},
    "support-line-three": {Compartment.RELATIVE},
    "youth-outreach": EVERY_SIDE,
}


@pytest.fixture
async def town() -> Town:
    return await new_town()


# --- founded ---------------------------------------------------------------------------------


async def test_founded_by_the_first_administrator(town: Town) -> None:
    """The founding act records one administrator, who then records everybody else."""
    administrator = await town.member(town.administrator)
    assert (administrator.role, administrator.side) == (StaffRole.ADMINISTRATOR, None)
    [fact] = await town.facts(town.administrator)
    assert (fact.position, fact.actor, fact.unit) == (1, town.administrator, "administration")


async def test_founded_once(town: Town) -> None:
    """A municipality is founded once, also when two try in the same instant."""
    with pytest.raises(MunicipalityIsFounded):
        await found(town.desk, name="Ulf Tingvärn")
    vault = MemoryVault()
    desk = replace(town.desk, vault=vault, log=MemoryEventLog(vault, town.clock))
    answers = await asyncio.gather(
        *(found(desk, name="Ulf Tingvärn") for _ in range(2)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [UUID, MunicipalityIsFounded]
    assert await desk.log.head() == 1


async def test_founded_in_a_unit_that_exists(town: Town) -> None:
    """The first administrator has a unit of the organisation."""
    with pytest.raises(UnknownUnit):
        await found(town.desk, name="Ulf Tingvärn", unit="nowhere")


# --- positions taken -------------------------------------------------------------------------


async def test_an_administrator_staffs_every_unit(town: Town) -> None:
    """An administrator records positions everywhere, with the qualification, and sees no case."""
    outcome = await town.do(town.administrator, staff.take_position, POSITION)
    member = await town.member(outcome.the(PositionTaken)[0])
    assert (member.unit, member.qualified_for_children) == ("nexus", True)
    with pytest.raises(UnknownUnit):
        await town.do(town.administrator, staff.take_position, replace(POSITION, unit="nowhere"))


async def test_a_manager_staffs_the_own_unit_and_side(town: Town) -> None:
    """A unit manager records positions of the own unit and side only (S6, S76-S78)."""
    manager = await town.manager("childrens-intake")
    own = replace(POSITION, unit="childrens-intake")
    await town.do(manager, staff.take_position, own)
    for other in (POSITION, replace(own, side=Compartment.PERPETRATOR), replace(own, side=None)):
        with pytest.raises(NotPermitted):
            await town.do(manager, staff.take_position, other)


@pytest.mark.parametrize("role", StaffRole)
async def test_a_manager_records_workers(town: Town, role: StaffRole) -> None:
    """A unit manager records case workers and outreach workers; managers, auditors and
    administrators above all, an administrator records: nobody makes their own controller."""
    manager = await town.manager("nexus")
    served = Compartment.EXPOSED if role in SERVE_A_SIDE else None
    position = replace(POSITION, role=role, side=served)
    if role in (StaffRole.CASE_WORKER, StaffRole.OUTREACH_WORKER):
        await town.do(manager, staff.take_position, position)
    else:
        for side in (served, Compartment.EXPOSED):
            with pytest.raises(NotPermitted):
                await town.do(manager, staff.take_position, replace(position, side=side))
    there = "police" if role is StaffRole.EXTERNAL_SENDER else position.unit
    await town.do(town.administrator, staff.take_position, replace(position, unit=there))


@pytest.mark.parametrize("side", [*Compartment, None])
@pytest.mark.parametrize("role", StaffRole)
async def test_a_side_fits_the_role_and_the_unit(
    town: Town, role: StaffRole, side: Compartment | None
) -> None:
    """Who works with persons serves one side, and in a unit of authority one that it meets;
    a coordinator may serve the exposed side; nobody else has a side (S76-S78)."""
    for unit, met in MET.items():
        position = replace(POSITION, unit=unit, role=role, side=side)
        coordinates = role is StaffRole.REGIONAL_COORDINATOR
        others = {None, *({Compartment.EXPOSED} & met if coordinates else ())}
        if side in (met if role in SERVE_A_SIDE else others):
            if role is StaffRole.EXTERNAL_SENDER:
                position = replace(position, unit="police")
            await town.do(town.administrator, staff.take_position, position)
        else:
            with pytest.raises(SideDoesNotFit):
                await town.do(town.administrator, staff.take_position, position)


@pytest.mark.parametrize("role", StaffRole)
@pytest.mark.parametrize("unit", ["nexus", "youth-outreach", "police", "regional-coordinators"])
async def test_a_role_fits_the_unit(town: Town, unit: str, role: StaffRole) -> None:
    """A party outside the administration has senders alone, and nobody else has them; the regional
    coordinators, who may be outside, stand at their own (S11, S15-S20)."""
    side = Compartment.EXPOSED if role in SERVE_A_SIDE else None
    position = replace(POSITION, unit=unit, role=role, side=side)
    fitting = {
        "police": {StaffRole.EXTERNAL_SENDER},
        "regional-coordinators": {StaffRole.EXTERNAL_SENDER, StaffRole.REGIONAL_COORDINATOR},
    }.get(unit, set(StaffRole) - {StaffRole.EXTERNAL_SENDER})
    if role in fitting:
        await town.do(town.administrator, staff.take_position, position)
    else:
        with pytest.raises(RoleDoesNotFit):
            await town.do(town.administrator, staff.take_position, position)


async def test_a_position_has_begun(town: Town) -> None:
    """A position starts today or before: what is planned is recorded when it happens."""
    tomorrow = replace(POSITION, since=TODAY + timedelta(days=1))
    with pytest.raises(PositionStartsOrEndsLater):
        await town.do(town.administrator, staff.take_position, tomorrow)
    yesterday = replace(POSITION, since=TODAY - timedelta(days=1))
    await town.do(town.administrator, staff.take_position, yesterday)


async def test_nobody_else_staffs_anything(town: Town) -> None:
    """Case workers, outreach and senders record no positions."""
    for who in (await town.worker("nexus"), await town.outreach(), await town.police()):
        with pytest.raises(NotPermitted):
            await town.do(who, staff.take_position, POSITION)


async def test_qualified_later(town: Town) -> None:
    """A degree may be recorded later; then, and only then, work with children can be assigned."""
    worker, manager = (
        await town.hire("childrens-intake", qualified=False),
        await town.manager("childrens-intake"),
    )
    case = await town.open_case(A_CHILD)
    with pytest.raises(WorkerIsNotQualifiedForChildren):
        await town.do(manager, cases.assign_case_worker, case, worker)
    degree = Qualification.CHILDREN_AND_YOUNG_PEOPLE
    await town.do(manager, staff.record_qualification, worker, degree)
    await town.do(manager, cases.assign_case_worker, case, worker)
