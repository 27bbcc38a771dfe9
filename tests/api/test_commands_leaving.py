"""Who leaves hands on every case in the same act, and nobody leaves by their own hand."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from api.commands import cases, referrals, staff
from api.commands.referrals import ReferralDetails
from domain.codes import Compartment, Qualification, StaffRole
from domain.errors import (
    NotFound,
    NotPermitted,
    OwnPositionStands,
    PositionHasEnded,
    PositionStartsOrEndsLater,
    SuccessorIsTheSame,
    WorkerCannotBeAssigned,
    WorkerHasNoPosition,
    WorkerIsNotQualifiedForChildren,
)
from tests.town import AN_ADULT, TODAY, Town, new_town, told


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
    with pytest.raises(SuccessorIsTheSame):
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
