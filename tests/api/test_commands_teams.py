"""The team as use cases (S10, S57-S60): mandated, established, joined and left."""

from datetime import date
from itertools import count
from uuid import UUID

import pytest

from api.commands import mandates, staff, teams
from api.commands.work import Work
from domain.codes import Compartment, MandateMatter, StaffRole, TeamFuture
from domain.errors import (
    MemberHasJoined,
    MemberHasNotJoined,
    NotFound,
    NotPermitted,
    PilotEndsBeforeItStarts,
    StaffMemberCannotJoin,
    TeamIsEstablished,
    TeamIsNotEstablished,
    UnknownStaffMember,
    UnknownUnit,
)
from domain.mandate import MandateDecided
from domain.team import MemberJoined, MemberLeft, TeamMandated
from tests.town import TODAY, Town, new_town, told

_NUMBERS = count(355)  # a decision is recorded once
STARTS, ENDS = date(2023, 4, 1), date(2024, 4, 1)


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def mandate(town: Town, by: UUID | None = None) -> UUID:
    """A team, started under a decision of the board."""
    outcome = await town.do(
        town.administrator,
        mandates.record_mandate,
        register_number=f"SCN-2022-{next(_NUMBERS):05}",
        decided_on=date(2022, 11, 22),
        matter=MandateMatter.TEAM,
    )
    decision = outcome.the(MandateDecided)[0]
    started = await town.do(by or town.administrator, mandates.start_team, decision)
    return started.the(TeamMandated)[0]


async def establish(
    town: Town,
    team: UUID,
    by: UUID | None = None,
    *,
    unit: str = "nexus",
    starts: date = STARTS,
    ends: date = ENDS,
) -> None:
    leader = by or await town.manager("nexus")
    await town.do(
        leader, teams.establish_team, team, lead_unit=unit, pilot_from=starts, pilot_until=ends
    )


async def join(town: Town, team: UUID, who: UUID, by: UUID | None = None) -> MemberJoined:
    leader = by or await town.manager("nexus")
    outcome = await town.do(leader, teams.join_team, team, who, percentage=100)
    return outcome.the(MemberJoined)[1]


async def leave(town: Town, team: UUID, who: UUID, by: UUID | None = None) -> None:
    await town.do(by or await town.manager("nexus"), teams.leave_team, team, who)


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
    """The pilot ends after it starts."""
    team = await mandate(town)
    with pytest.raises(PilotEndsBeforeItStarts):
        await establish(town, team, ends=STARTS)


@pytest.mark.parametrize("unit", ["nowhere", "support-line-two", "youth-outreach", "police"])
async def test_who_may_lead(town: Town, unit: str) -> None:
    """A unit leads that answers for work with exposed persons; a line of another side is as
    unknown as a unit that does not exist (S6, S76-S78)."""
    team = await mandate(town)
    with pytest.raises(UnknownUnit):
        await establish(town, team, by=town.administrator, unit=unit)


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
    """Who has left, serves another side or none, or was never there, gets no seat in the team: it
    works with exposed persons (S10, S76-S78)."""
    team, leaver = await mandate(town), await town.hire("nexus")
    await establish(town, team)
    await town.do(town.administrator, staff.end_position, leaver, until=TODAY, successor_id=None)
    for who in (
        leaver,
        await town.worker("childrens-intake", Compartment.PERPETRATOR),
        await town.worker("support-line-three", Compartment.RELATIVE),
        await town.hire("regional-coordinators", StaffRole.REGIONAL_COORDINATOR, None),
        town.administrator,
    ):
        assert await told(join(town, team, who)) == (StaffMemberCannotJoin, {})
    with pytest.raises(UnknownStaffMember):
        await join(town, team, town.desk.ids.new())


async def test_a_team_that_is_not_there(town: Town) -> None:
    """What was never mandated is not found, by who could lead it."""
    nowhere, worker = town.desk.ids.new(), await town.worker("nexus")
    for asked in (
        establish(town, nowhere),
        join(town, nowhere, worker),
        leave(town, nowhere, worker),
    ):
        assert await told(asked) == (NotFound, {})


@pytest.mark.parametrize(
    ("unit", "role", "side"),
    [
        ("nexus", StaffRole.CASE_WORKER, Compartment.EXPOSED),
        ("homeless-outreach", StaffRole.OUTREACH_WORKER, Compartment.EXPOSED),
        ("strategic-support", StaffRole.STRATEGIC_SUPPORT, None),
        ("regional-coordinators", StaffRole.REGIONAL_COORDINATOR, None),
        ("police", StaffRole.EXTERNAL_SENDER, None),
        ("administration", StaffRole.AUDITOR, None),
        ("support-line-two", StaffRole.UNIT_MANAGER, Compartment.PERPETRATOR),
        ("childrens-intake", StaffRole.UNIT_MANAGER, Compartment.RELATIVE),
    ],
)
async def test_who_does_not_lead_the_team(
    town: Town, unit: str, role: StaffRole, side: Compartment | None
) -> None:
    """Neither those who manage nobody, nor managers of another side (S6, S76-S78); they are not
    told, either, which teams and colleagues there are."""
    team, who = await mandate(town), await town.hire(unit, role, side)
    member, nowhere = await town.worker("nexus"), town.desk.ids.new()
    await establish(town, team)
    await join(town, team, member)
    for asked in (
        mandate(town, by=who),
        establish(town, await mandate(town), by=who, unit="childrens-intake"),
        *(establish(town, wanted, by=who) for wanted in (team, nowhere)),
        *(join(town, team, colleague, by=who) for colleague in (who, member, nowhere)),
        *(leave(town, wanted, member, by=who) for wanted in (team, nowhere)),
        join(town, nowhere, member, by=who),
    ):
        assert await told(asked) == (NotPermitted, {})


async def test_the_lead_units_manager_leads(town: Town) -> None:
    """The team is the lead unit's manager's, on the exposed side, and an administrator's; another
    unit's manager may propose to lead one, and has no say in this one."""
    team, member = await mandate(town), await town.worker("childrens-intake")
    other = await town.manager("childrens-intake")
    with pytest.raises(NotPermitted):
        await establish(town, team, by=other)
    await establish(town, team)
    for asked in (join(town, team, member, by=other), leave(town, team, member, by=other)):
        assert await told(asked) == (NotPermitted, {})
    await join(town, team, member, by=town.administrator)
    await leave(town, team, member, by=town.administrator)
    await establish(town, await mandate(town, by=other), by=other, unit="childrens-intake")


async def wind_up(town: Town, team: UUID) -> None:
    await town.do(
        town.administrator,
        teams.decide_future,
        team,
        future=TeamFuture.WOUND_UP,
        register_number="SCN-2023-00412",
        decided_on=TODAY,
    )


async def test_who_was_in_a_team_that_is_wound_up_has_left_it(town: Town) -> None:
    """Everybody leaves on both streams, and can leave the position after it (S60)."""
    team, workers = await mandate(town), [await town.hire("nexus"), await town.hire("nexus")]
    await establish(town, team)
    for worker in workers:
        await join(town, team, worker)
    await wind_up(town, team)
    assert [(await town.member(worker)).teams for worker in workers] == [(), ()]
    for worker in workers:
        await town.do(
            town.administrator, staff.end_position, worker, until=TODAY, successor_id=None
        )
        assert not (await town.member(worker)).active


async def test_a_team_left_on_one_stream_only_keeps_nobody(town: Town) -> None:
    """A log of before the mending has teams that let go of their members, who were not told."""
    team, worker = await mandate(town), await town.hire("nexus")
    await establish(town, team)
    await join(town, team, worker)

    async def forget(work: Work) -> None:
        await work.team(team)
        work.record(team, [MemberLeft(staff=worker)])

    await town.do(town.administrator, forget)
    await town.do(town.administrator, staff.end_position, worker, until=TODAY, successor_id=None)
    left = await town.member(worker)
    assert (left.active, left.teams) == (False, ())
