"""Staff as use cases: the founding act, positions taken and ended, caseloads handed on."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from api.commands import cases, referrals, staff
from api.commands.founding import found
from api.commands.referrals import ReferralDetails
from api.commands.staff import PositionDetails
from domain.codes import Compartment, Qualification, StaffRole
from domain.errors import (
    MunicipalityIsFounded,
    NotFound,
    NotPermitted,
    OwnPositionStands,
    PositionHasEnded,
    PositionStartsOrEndsLater,
    SideDoesNotFit,
    UnknownUnit,
    WorkerCannotBeAssigned,
    WorkerHasNoPosition,
    WorkerIsNotQualifiedForChildren,
)
from domain.staff import PositionTaken
from tests.fakes import MemoryEventLog, MemoryVault
from tests.town import A_CHILD, AN_ADULT, TODAY, Town, new_town, told

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


async def leave(
    town: Town, who: UUID, successor: UUID | None = None, by: UUID | None = None
) -> None:
    await town.do(
        by or town.administrator, staff.end_position, who, until=TODAY, successor_id=successor
    )


async def caseload(town: Town, worker: UUID, *details: ReferralDetails) -> list[UUID]:
    """Cases of the worker's, in the worker's unit."""
    taken = []
    unit = (await town.member(worker)).unit
    for numberless in details or (AN_ADULT, AN_ADULT, AN_ADULT):
        case = await town.open_case(replace(numberless, number=None))
        await town.do(await town.manager(unit), cases.assign_case_worker, case, worker)
        taken.append(case)
    return taken


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
    await town.do(town.administrator, staff.take_position, position)


@pytest.mark.parametrize("side", [*Compartment, None])
@pytest.mark.parametrize("role", StaffRole)
async def test_a_side_fits_the_role_and_the_unit(
    town: Town, role: StaffRole, side: Compartment | None
) -> None:
    """Who works with persons serves one side, and in a unit of authority one that it meets;
    nobody else has a side (S76-S78)."""
    for unit, met in MET.items():
        position = replace(POSITION, unit=unit, role=role, side=side)
        if side in (met if role in SERVE_A_SIDE else {None}):
            await town.do(town.administrator, staff.take_position, position)
        else:
            with pytest.raises(SideDoesNotFit):
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


# --- positions ended -------------------------------------------------------------------------


async def test_the_caseload_changes_hands(town: Town) -> None:
    """Who leaves hands on every case in the same act: to the successor, on all streams."""
    leaver, successor = await town.hire("nexus"), await town.hire("nexus")
    taken = await caseload(town, leaver)
    await leave(town, leaver, successor, by=await town.manager("nexus"))
    assert [(await town.case(case)).workers for case in taken] == [(successor,)] * 3
    assert set((await town.member(successor)).cases) == set(taken)
    left = await town.member(leaver)
    assert (left.active, left.cases) == (False, ())


async def test_without_a_successor_the_unit_has_them(town: Town) -> None:
    """Without a successor the cases are the unit's, unassigned, and with nobody who is gone."""
    leaver = await town.hire("nexus")
    [case, *_] = await caseload(town, leaver)
    await leave(town, leaver)
    assert (await town.case(case)).workers == ()
    assert (await town.case(case)).unit == "nexus"


async def test_a_successor_for_all_or_for_none(town: Town) -> None:
    """A successor who may not take one of the cases takes none, and nobody leaves."""
    leaver = await town.hire("nexus")
    young = replace(AN_ADULT, born=date(2004, 3, 2))
    taken = await caseload(town, leaver, AN_ADULT, young)
    head = await town.log.head()
    for successor, refusal in (
        (await town.hire("nexus", qualified=False), WorkerIsNotQualifiedForChildren),
        (await town.worker("childrens-intake"), WorkerCannotBeAssigned),
    ):
        hired = await town.log.head()
        with pytest.raises(refusal):
            await leave(town, leaver, successor)
        assert await town.log.head() == hired > head
    member = await town.member(leaver)
    assert (member.active, set(member.cases)) == (True, set(taken))


async def test_nobody_succeeds_themselves(town: Town) -> None:
    """The leaver is not the successor: nothing would have changed hands."""
    leaver = await town.hire("nexus")
    [case, *_] = await caseload(town, leaver)
    with pytest.raises(WorkerHasNoPosition):
        await leave(town, leaver, successor=leaver)
    assert (await town.case(case)).workers == (leaver,)
    assert (await town.member(leaver)).active


async def test_nobody_ends_their_own_position(town: Town) -> None:
    """A colleague who manages staff does, so that an administrator is always left; who manages
    nobody is not told even that."""
    for who in (town.administrator, await town.manager("nexus")):
        with pytest.raises(OwnPositionStands):
            await leave(town, who, by=who)
        assert (await town.member(who)).active
    worker, leaver = await town.worker("nexus"), await town.hire("nexus")
    await leave(town, leaver)
    for who in (worker, leaver, town.desk.ids.new()):
        with pytest.raises(NotPermitted):
            await leave(town, who, by=who)
    other = await town.hire("administration", StaffRole.ADMINISTRATOR, None)
    await leave(town, town.administrator, by=other)
    assert not (await town.member(town.administrator)).active


async def test_a_position_ends_when_it_ends(town: Town) -> None:
    """It ends today or before, and not before it started; otherwise nothing changes hands."""
    leaver = await town.hire("nexus")
    [case, *_] = await caseload(town, leaver)
    for until in (TODAY + timedelta(days=1), TODAY - timedelta(days=1)):
        with pytest.raises(PositionStartsOrEndsLater):
            await town.do(
                town.administrator, staff.end_position, leaver, until=until, successor_id=None
            )
    assert (await town.case(case)).workers == (leaver,)


async def test_what_was_assigned_in_the_meantime_is_handed_on(town: Town) -> None:
    """A case assigned while somebody leaves is handed on too, or the assignment is refused: none
    stays with somebody who is gone."""
    leaver, manager = await town.hire("nexus"), await town.manager("nexus")
    first, second = [await town.open_case(replace(AN_ADULT, number=None)) for _ in range(2)]
    town.log.meanwhile = lambda: town.do(manager, cases.assign_case_worker, first, leaver)
    await leave(town, leaver)
    assert (await town.case(first)).workers == ()
    with pytest.raises(WorkerHasNoPosition):
        await town.do(manager, cases.assign_case_worker, second, leaver)


async def test_who_left_may_do_nothing(town: Town) -> None:
    """From the moment a position has ended its holder may do nothing."""
    leaver = await town.hire("nexus")
    await leave(town, leaver)
    referral = await town.receive(AN_ADULT)
    with pytest.raises(NotPermitted):
        await town.do(leaver, referrals.accept_referral, referral)
    with pytest.raises(PositionHasEnded):
        await town.do(
            town.administrator,
            staff.record_qualification,
            leaver,
            Qualification.CHILDREN_AND_YOUNG_PEOPLE,
        )


async def test_left_twice_is_left_once(town: Town) -> None:
    """A position that has ended does not end again: nothing is recorded."""
    leaver = await town.hire("nexus")
    await leave(town, leaver)
    head = await town.log.head()
    await leave(town, leaver)
    assert await town.log.head() == head


async def test_whom_one_does_not_manage_does_not_exist(town: Town) -> None:
    """Staff of another unit or side look to a manager as if they did not exist (S76-S78), and so
    do those whom only an administrator records."""
    manager = await town.manager("childrens-intake")
    for who in (
        await town.worker("childrens-intake", Compartment.PERPETRATOR),
        await town.worker("nexus"),
        await town.hire("childrens-intake", StaffRole.UNIT_MANAGER),
        await town.hire("childrens-intake", StaffRole.AUDITOR, None),
        town.desk.ids.new(),
    ):
        degree = Qualification.CHILDREN_AND_YOUNG_PEOPLE
        for asked in (
            leave(town, who, by=manager),
            leave(town, who, successor=who, by=manager),
            town.do(manager, staff.record_qualification, who, degree),
        ):
            assert await told(asked) == (NotFound, {})
