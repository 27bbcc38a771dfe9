"""Who is assigned without the qualification that an age turns out to ask for (SoL 25:1): the unit
manager is told, and it can be mended."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from api.commands import cases, persons, staff
from domain.codes import AgeKnowledge, CaseOutcome, ClockKind, Qualification
from domain.deadline import running
from domain.errors import WorkerIsNotQualifiedForChildren
from tests.town import AN_ADULT, TODAY, Town, new_town

GROWN = replace(AN_ADULT, number=None)  # 33
YOUNG = date(2003, 9, 1)  # 19


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def assigned(town: Town) -> tuple[UUID, UUID]:
    """A case of an adult, and its worker, who is not qualified for children and young people."""
    case, worker = await town.open_case(GROWN), await town.hire("nexus", qualified=False)
    await town.assign(case, worker)
    return case, worker


async def turns_out(town: Town, case: UUID, worker: UUID, born: date) -> None:
    await town.do(
        worker, cases.establish_age, case, born=born, age=AgeKnowledge.UNKNOWN, basis="Pass."
    )


async def waits(town: Town, case: UUID) -> bool:
    found = await town.case(case)
    return running(found.deadlines, ClockKind.ASSIGNMENT_REVIEWED) is not None


async def test_a_lower_age_shows_and_the_worker_stays(town: Town) -> None:
    """Nobody is left without a worker (S69): a deadline waits, once; no further assignment of
    somebody unqualified."""
    case, worker = await assigned(town)
    assert not await waits(town, case)
    await turns_out(town, case, worker, YOUNG)
    await turns_out(town, case, worker, date(2004, 9, 1))
    assert await waits(town, case)
    assert (await town.case(case)).workers == (worker,)
    with pytest.raises(WorkerIsNotQualifiedForChildren):
        await town.assign(case, await town.hire("nexus", qualified=False))


async def test_mended_by_somebody_qualified(town: Town) -> None:
    """Another worker is assigned, and it is mended when the first one is released."""
    case, worker = await assigned(town)
    await turns_out(town, case, worker, YOUNG)
    await town.assign(case, await town.worker("nexus"))
    assert await waits(town, case)
    await town.do(await town.manager("nexus"), cases.release_case_worker, case, worker)
    assert not await waits(town, case)


async def test_mended_by_a_caseload_that_changes_hands(town: Town) -> None:
    """Case by case, or with the position."""
    for leaves in (False, True):
        case, worker = await assigned(town)
        successor, manager = await town.worker("nexus"), await town.manager("nexus")
        await turns_out(town, case, worker, YOUNG)
        if leaves:
            await town.do(manager, staff.end_position, worker, until=TODAY, successor_id=successor)
        else:
            await town.do(manager, cases.reassign_cases, worker, successor, [case])
        assert not await waits(town, case)


async def test_mended_by_a_degree(town: Town) -> None:
    """That was there and is put on record."""
    case, worker = await assigned(town)
    await turns_out(town, case, worker, YOUNG)
    degree = Qualification.CHILDREN_AND_YOUNG_PEOPLE
    await town.do(await town.manager("nexus"), staff.record_qualification, worker, degree)
    assert not await waits(town, case)


async def test_mended_by_an_age(town: Town) -> None:
    """What asked for it turns out wrong again; or the case goes to another unit."""
    case, worker = await assigned(town)
    await turns_out(town, case, worker, YOUNG)
    await turns_out(town, case, worker, date(1990, 1, 1))
    assert not await waits(town, case)
    await turns_out(town, case, worker, date(2008, 1, 1))
    handover = await town.offered(case, "childrens-intake")
    await town.do(await town.manager("childrens-intake"), cases.accept_handover, case, handover)
    assert not await waits(town, case)


async def test_whom_a_merged_record_is_about(town: Town) -> None:
    """A record of somebody younger is merged: the youngest age asks for the qualification."""
    case, worker = await assigned(town)
    other = await town.open_case(replace(GROWN, born=YOUNG))
    await town.do(await town.manager("nexus"), cases.close_case, other, CaseOutcome.NEEDS_MET)
    await town.do(await town.manager("nexus"), persons.merge, other, case, "Samma person.")
    assert await waits(town, case)
    assert (await town.case(case)).workers == (worker,)
