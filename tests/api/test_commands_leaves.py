"""Leaves as use cases: who tells of them, and what is not given to somebody who is away."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from api.commands import cases, leaves, staff, teams
from domain.codes import Compartment, LeaveCorrection, StaffRole
from domain.errors import (
    LeaveOverlaps,
    NotFound,
    NotPermitted,
    PositionHasEnded,
    SharesExceedThePosition,
    WorkerIsAway,
)
from domain.leave import LeavePlanned
from tests.api.test_commands_teams import establish, mandate
from tests.town import AN_ADULT, TODAY, Town, new_town, told


@pytest.fixture
async def town() -> Town:
    return await new_town()


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


async def go_away(
    town: Town, who: UUID, first: int = 0, last: int = 4, by: UUID | None = None
) -> UUID:
    outcome = await town.do(
        by or town.administrator, leaves.plan_leave, who, since=days(first), until=days(last)
    )
    return outcome.the(LeavePlanned)[1].leave


async def leave_for_good(town: Town, who: UUID, successor: UUID | None = None) -> None:
    await town.do(town.administrator, staff.end_position, who, until=TODAY, successor_id=successor)


async def established(town: Town) -> UUID:
    team = await mandate(town)
    await establish(town, team)
    return team


async def test_the_manager_tells_of_the_own_workers(town: Town) -> None:
    """Of the own unit and side (S76-S78); an administrator of everybody; nobody else of anybody."""
    manager, worker = await town.manager("nexus"), await town.worker("nexus")
    leave = await go_away(town, worker, by=manager)
    await town.do(
        manager,
        leaves.correct_leave,
        worker,
        leave,
        since=days(1),
        until=days(3),
        reason=LeaveCorrection.MOVED,
    )
    await town.do(manager, leaves.end_leave, worker, leave, until=days(2))
    await town.do(manager, leaves.withdraw_leave, worker, leave)
    assert await town.names(worker) == [
        "staff.position-taken",
        "staff.qualification-recorded",
        "staff.leave-planned",
        "staff.leave-corrected",
        "staff.leave-ended",
        "staff.leave-withdrawn",
    ]
    await go_away(town, manager)
    buyers = Compartment.PERPETRATOR
    for other in (
        manager,
        await town.worker("childrens-intake"),
        await town.worker("support-line-two", buyers),
    ):
        with pytest.raises(NotFound):
            await go_away(town, other, by=manager)
    with pytest.raises(NotPermitted):
        await go_away(town, worker, by=worker)


async def test_a_refusal_records_nothing(town: Town) -> None:
    """A leave that overlaps another, and one of somebody who has no position."""
    worker = await town.hire("nexus")
    leave = await go_away(town, worker)
    head = await town.log.head()
    assert await told(go_away(town, worker, 4, 8)) == (LeaveOverlaps, {"leave": leave})
    assert await town.log.head() == head
    await leave_for_good(town, worker)
    assert (await town.member(worker)).leaves == ()
    with pytest.raises(PositionHasEnded):
        await go_away(town, worker, 8, 9)


async def test_work_is_given_to_who_is_there(town: Town) -> None:
    """An assignment, a caseload that changes hands and a seat in a team are refused for somebody
    who is away today, unless whoever gives the case says that they know (c)."""
    manager, worker, away = (
        await town.manager("nexus"),
        await town.worker("nexus"),
        await town.hire("nexus"),
    )
    case = await town.open_case(AN_ADULT)
    await town.assign(case, worker)
    await go_away(town, away)
    team = await established(town)
    refused = (WorkerIsAway, {"until": days(4)})
    assert await told(town.do(manager, cases.assign_case_worker, case, away)) == refused
    assert await told(town.do(manager, cases.reassign_cases, worker, away, [case])) == refused
    assert await told(leave_for_good(town, worker, away)) == refused
    assert await told(town.do(manager, teams.join_team, team, away, percentage=50)) == refused
    await town.do(manager, cases.reassign_cases, worker, away, [case], even_if_away=True)
    assert (await town.case(case)).workers == (away,)
    await town.do(manager, cases.assign_case_worker, case, away)  # already so


async def test_who_comes_back_is_there(town: Town) -> None:
    """On the day after the last one, work is given again; before the first one, too."""
    manager, worker = await town.manager("nexus"), await town.hire("nexus")
    await go_away(town, worker, 1, 2)
    for day in (0, 3):
        town.clock.set(town.clock.now() + timedelta(days=day))
        case = await town.open_case(replace(AN_ADULT, number=None))
        await town.do(manager, cases.assign_case_worker, case, worker)


async def test_nobody_gives_teams_more_than_all(town: Town) -> None:
    """The shares of a position that teams have add up to the whole of it at most (S10)."""
    manager, worker = await town.manager("nexus"), await town.worker("nexus")
    first, second = await established(town), await established(town)
    await town.do(manager, teams.join_team, first, worker, percentage=60)
    with pytest.raises(SharesExceedThePosition):
        await town.do(manager, teams.join_team, second, worker, percentage=41)
    await town.do(manager, teams.join_team, second, worker, percentage=40)


async def test_a_position_has_an_extent(town: Town) -> None:
    """Full time until it is told; who comes back starts with full time again."""
    manager, worker = await town.manager("nexus"), await town.hire("nexus")
    assert (await town.member(worker)).percentage == 100
    await town.do(manager, staff.set_extent, worker, 75)
    assert (await town.member(worker)).percentage == 75
    await leave_for_good(town, worker)
    with pytest.raises(PositionHasEnded):
        await town.do(manager, staff.set_extent, worker, 50)
    details = staff.PositionDetails(
        name="Ylva Stenträda",
        unit="nexus",
        role=StaffRole.CASE_WORKER,
        side=Compartment.EXPOSED,
        since=TODAY,
        qualified_for_children=False,
    )
    await town.do(manager, staff.take_position, details, worker)
    assert (await town.member(worker)).percentage == 100
