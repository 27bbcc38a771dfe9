"""The team's story (S10, S57-S60): mandated, established as a pilot, joined and left."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from domain.codes import Compartment, StaffRole
from domain.errors import (
    MemberHasJoined,
    MemberHasNotJoined,
    PilotEndsBeforeItStarts,
    StaffMemberCannotJoin,
    TeamIsEstablished,
    TeamIsNotEstablished,
)
from domain.staff import StaffMember
from domain.team import (
    MemberJoined,
    MemberLeft,
    Team,
    TeamEstablished,
    TeamEvent,
    TeamMandated,
    establish_team,
    fold,
    join_team,
    leave_team,
    mandate_team,
)

STARTS, ENDS = date(2023, 4, 1), date(2024, 4, 1)
WORKER = StaffMember(
    id=UUID(int=1),
    unit="nexus",
    role=StaffRole.CASE_WORKER,
    side=Compartment.EXPOSED,
    since=STARTS,
)
MANDATED = TeamMandated(register_number="SCN-2022-00355", decided_on=date(2022, 11, 22))
ESTABLISHED = TeamEstablished(lead_unit="nexus", pilot_from=STARTS, pilot_until=ENDS)
JOINED = MemberJoined(staff=WORKER.id, unit="nexus", percentage=50)
LEFT = MemberLeft(staff=WORKER.id)


def given(*more: TeamEvent) -> Team:
    team = fold([MANDATED, *more])
    assert team is not None
    return team


def establish(team: Team, ends: date = ENDS) -> list[TeamEvent]:
    return establish_team(team, lead_unit="nexus", pilot_from=STARTS, pilot_until=ends)


def test_no_team_without_a_mandate() -> None:
    """A team begins with a decision of the board, its register number and date (S1)."""
    assert mandate_team(register_number="SCN-2022-00355", decided_on=date(2022, 11, 22)) == [
        MANDATED
    ]
    assert fold([]) is None
    assert fold([ESTABLISHED]) is None


def test_established_once_as_a_pilot() -> None:
    """Established once, for a time that ends after it starts (S57)."""
    assert establish(given()) == [ESTABLISHED]
    assert given(ESTABLISHED).lead_unit == "nexus"
    with pytest.raises(TeamIsEstablished):
        establish(given(ESTABLISHED))
    for ends in (STARTS, date(2023, 3, 31)):
        with pytest.raises(PilotEndsBeforeItStarts):
            establish(given(), ends)


def test_members_join_and_leave() -> None:
    """Members join with a percentage, once, and leave when they are in."""
    assert join_team(given(ESTABLISHED), WORKER, percentage=50) == [JOINED]
    assert given(ESTABLISHED, JOINED).members == {WORKER.id: 50}
    with pytest.raises(MemberHasJoined):
        join_team(given(ESTABLISHED, JOINED), WORKER, percentage=50)
    assert leave_team(given(ESTABLISHED, JOINED), WORKER.id) == [LEFT]
    assert given(ESTABLISHED, JOINED, LEFT) == given(ESTABLISHED)
    with pytest.raises(MemberHasNotJoined):
        leave_team(given(ESTABLISHED), WORKER.id)


def test_who_may_join() -> None:
    """Nobody joins before the team is established."""
    with pytest.raises(TeamIsNotEstablished):
        join_team(given(), WORKER, percentage=50)


@pytest.mark.parametrize(
    "member",
    [
        replace(WORKER, active=False),
        replace(WORKER, side=Compartment.PERPETRATOR),
        replace(WORKER, side=Compartment.RELATIVE),
        replace(WORKER, role=StaffRole.AUDITOR, side=None),
    ],
)
def test_who_cannot_join(member: StaffMember) -> None:
    """The team works with exposed persons: who serves another side, or none, or has left, does not
    join it, and the refusal does not say which (S10, S76-S78)."""
    with pytest.raises(StaffMemberCannotJoin) as refused:
        join_team(given(ESTABLISHED), member, percentage=50)
    assert refused.value.context == {}
