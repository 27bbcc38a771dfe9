"""The team as use cases (S10, S57-S60): mandated, established, joined and left."""

from datetime import date
from uuid import UUID

import pytest

from api.commands import staff, teams
from domain.codes import Compartment, StaffRole
from domain.errors import (
    MemberHasJoined,
    MemberHasNotJoined,
    NotFound,
    NotPermitted,
    PilotEndsBeforeItStarts,
    TeamIsEstablished,
    TeamIsNotEstablished,
    UnknownStaffMember,
    UnknownUnit,
    WorkerHasNoPosition,
)
from domain.team import MemberJoined, TeamMandated
from tests.town import TODAY, Town, new_town

STARTS, ENDS = date(2023, 4, 1), date(2024, 4, 1)


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def mandate(town: Town, by: UUID | None = None) -> UUID:
    outcome = await town.do(
        by or town.administrator,
        teams.mandate_team,
        register_number="SCN-2022-00355",
        decided_on=date(2022, 11, 22),
    )
    return outcome.the(TeamMandated)[0]


async def establish(
    town: Town, team: UUID, *, unit: str = "nexus", starts: date = STARTS, ends: date = ENDS
) -> None:
    manager = await town.manager("nexus")
    await town.do(
        manager, teams.establish_team, team, lead_unit=unit, pilot_from=starts, pilot_until=ends
    )


async def join(town: Town, team: UUID, who: UUID) -> MemberJoined:
    manager = await town.manager("nexus")
    outcome = await town.do(manager, teams.join_team, team, who, percentage=100)
    return outcome.the(MemberJoined)[1]


async def leave(town: Town, team: UUID, who: UUID) -> None:
    await town.do(await town.manager("nexus"), teams.leave_team, team, who)


async def test_the_teams_story(town: Town) -> None:
    """The pilot is mandated and established, members join, one leaves and is replaced (S57-S60)."""
    team = await mandate(town)
    await establish(town, team)
    members = [await town.hire("nexus"), await town.hire("nexus"), await town.hire("nexus")]
    child_worker = await town.worker("childrens-intake")
    for who in (*members[:2], child_worker):
        await join(town, team, who)
    await leave(town, team, members[0])
    joined = await join(town, team, members[2])
    assert (joined.unit, joined.percentage) == ("nexus", 100)
    standing = await town.team(team)
    assert standing.lead_unit == "nexus"
    assert set(standing.members) == {members[1], members[2], child_worker}


async def test_mandated_before_established_before_joined(town: Town) -> None:
    """Nobody joins a team that is only mandated, and it is established once."""
    team = await mandate(town)
    with pytest.raises(TeamIsNotEstablished):
        await join(town, team, await town.worker("nexus"))
    await establish(town, team)
    with pytest.raises(TeamIsEstablished):
        await establish(town, team)


async def test_a_pilot_ends_after_it_starts(town: Town) -> None:
    """The pilot ends after it starts, and a unit that exists leads it."""
    team = await mandate(town)
    with pytest.raises(PilotEndsBeforeItStarts):
        await establish(town, team, ends=STARTS)
    with pytest.raises(UnknownUnit):
        await establish(town, team, unit="nowhere")


async def test_members_join_once_and_leave_once(town: Town) -> None:
    """Who is in the team does not join again; who is not, does not leave."""
    team, worker = await mandate(town), await town.worker("nexus")
    await establish(town, team)
    await join(town, team, worker)
    with pytest.raises(MemberHasJoined):
        await join(town, team, worker)
    await leave(town, team, worker)
    with pytest.raises(MemberHasNotJoined):
        await leave(town, team, worker)
    await join(town, team, worker)  # back again


async def test_a_seat_needs_a_position(town: Town) -> None:
    """Who has left, or was never there, gets no seat in the team."""
    team, leaver = await mandate(town), await town.hire("nexus")
    await establish(town, team)
    await town.do(town.administrator, staff.end_position, leaver, until=TODAY, successor_id=None)
    with pytest.raises(WorkerHasNoPosition):
        await join(town, team, leaver)
    with pytest.raises(UnknownStaffMember):
        await join(town, team, town.desk.ids.new())


async def test_a_team_that_is_not_there(town: Town) -> None:
    """What was never mandated is not found."""
    with pytest.raises(NotFound):
        await establish(town, town.desk.ids.new())


@pytest.mark.parametrize(
    ("unit", "role", "side"),
    [
        ("nexus", StaffRole.CASE_WORKER, Compartment.EXPOSED),
        ("homeless-outreach", StaffRole.OUTREACH_WORKER, Compartment.EXPOSED),
        ("strategic-support", StaffRole.STRATEGIC_SUPPORT, None),
        ("regional-coordinators", StaffRole.REGIONAL_COORDINATOR, None),
        ("police", StaffRole.EXTERNAL_SENDER, None),
        ("administration", StaffRole.AUDITOR, None),
    ],
)
async def test_managers_and_administrators_staff_the_team(
    town: Town, unit: str, role: StaffRole, side: Compartment | None
) -> None:
    """Unit managers and administrators staff the team (S6); nobody else does."""
    team, who = await mandate(town), await town.hire(unit, role, side)
    await establish(town, team)
    with pytest.raises(NotPermitted):
        await mandate(town, by=who)
    with pytest.raises(NotPermitted):
        await town.do(who, teams.join_team, team, who, percentage=100)
    with pytest.raises(NotPermitted):
        await town.do(who, teams.leave_team, team, who)
