"""The team's story (S10, S57-S60, S71): mandated, a pilot, joined and left, and its future."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.codes import Compartment, CorrectionReason, StaffRole, TeamFuture
from domain.errors import (
    CostIsNotReported,
    CostIsReported,
    CostPeriodIsFaulty,
    MemberHasJoined,
    MemberHasNotJoined,
    PilotEndsBeforeItStarts,
    PilotIsTooLong,
    StaffMemberCannotJoin,
    TeamHadNotBegun,
    TeamIsEstablished,
    TeamIsNotEstablished,
    TeamIsNotEvaluated,
    TeamIsPermanent,
    TeamIsWoundUp,
)
from domain.staff import StaffMember
from domain.team import (
    MemberJoined,
    MemberLeft,
    Team,
    TeamCostCorrected,
    TeamCostReported,
    TeamEstablished,
    TeamEvaluated,
    TeamEvent,
    TeamFutureDecided,
    TeamMandated,
    correct_cost,
    decide_future,
    establish_team,
    evaluate_team,
    fold,
    join_team,
    leave_team,
    mandate_team,
    report_cost,
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
    with pytest.raises(PilotIsTooLong):
        establish(given(), date(2024, 4, 2))


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
        replace(WORKER, unit="regional-coordinators", role=StaffRole.REGIONAL_COORDINATOR),  # S11
    ],
)
def test_who_cannot_join(member: StaffMember) -> None:
    """The team works with exposed persons: who serves another side, or none, or has left, does not
    join it, and the refusal does not say which (S10, S76-S78)."""
    with pytest.raises(StaffMemberCannotJoin) as refused:
        join_team(given(ESTABLISHED), member, percentage=50)
    assert refused.value.context == {}


# --- in the long run -------------------------------------------------------------------------

SPRING = TeamCostReported(
    period_from=date(2023, 4, 1), period_until=date(2023, 6, 30), kronor=650_000
)
EVALUATED = TeamEvaluated(evaluated_on=date(2024, 4, 2), recommendation=TeamFuture.PERMANENT)


def decided(future: TeamFuture) -> TeamFutureDecided:
    return TeamFutureDecided(
        future=future, register_number="SCN-2024-00112", decided_on=date(2024, 4, 20)
    )


def decide(team: Team, future: TeamFuture) -> list[TeamEvent]:
    return decide_future(
        team, future=future, register_number="SCN-2024-00112", decided_on=date(2024, 4, 20)
    )


def report(team: Team, first: date, last: date) -> list[TeamEvent]:
    return report_cost(team, period_from=first, period_until=last, kronor=650_000)


def test_a_cost_is_reported_for_a_period() -> None:
    """Within one calendar year, that ends after it starts (S71)."""
    assert report(given(ESTABLISHED), SPRING.period_from, SPRING.period_until) == [SPRING]
    for first, last in (
        (date(2023, 6, 30), date(2023, 4, 1)),
        (date(2023, 12, 1), date(2024, 1, 31)),
    ):
        with pytest.raises(CostPeriodIsFaulty):
            report(given(ESTABLISHED), first, last)
    with pytest.raises(TeamIsNotEstablished):
        report(given(), SPRING.period_from, SPRING.period_until)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2023, 4, 1), date(2023, 6, 30)),
        (date(2023, 6, 30), date(2023, 7, 31)),
        (date(2023, 1, 1), date(2023, 12, 31)),
        (date(2023, 5, 2), date(2023, 5, 2)),
    ],
)
def test_no_day_is_paid_twice(first: date, last: date) -> None:
    """Periods do not overlap; the next one begins the day after (S71)."""
    with pytest.raises(CostIsReported):
        report(given(ESTABLISHED, SPRING), first, last)
    assert report(given(ESTABLISHED, SPRING), date(2023, 7, 1), date(2023, 9, 30))


def test_a_cost_is_corrected() -> None:
    """Of a period that was reported, as often as it takes; which ones are, stays (S71)."""
    corrected = TeamCostCorrected(
        period_from=SPRING.period_from, kronor=560_000, reason=CorrectionReason.MISTYPED
    )
    reported, reason = given(ESTABLISHED, SPRING), CorrectionReason.MISTYPED
    for team in (reported, given(ESTABLISHED, SPRING, corrected)):
        told = correct_cost(team, period_from=SPRING.period_from, kronor=560_000, reason=reason)
        assert told == [corrected]
        assert team.cost_periods == reported.cost_periods
    with pytest.raises(CostIsNotReported):
        correct_cost(reported, period_from=SPRING.period_until, kronor=560_000, reason=reason)


def test_nothing_of_a_team_lies_before_its_pilot() -> None:
    """Neither a cost nor an evaluation; nor is it permanent by a decision of before it was
    evaluated (S57-S59, S71)."""
    before = STARTS - timedelta(days=1)
    with pytest.raises(TeamHadNotBegun):
        report(given(ESTABLISHED), before, before)
    with pytest.raises(TeamHadNotBegun):
        evaluate_team(given(ESTABLISHED), evaluated_on=before, recommendation=TeamFuture.PERMANENT)
    late = replace(EVALUATED, evaluated_on=date(2024, 4, 21))
    with pytest.raises(TeamIsNotEvaluated):
        decide(given(ESTABLISHED, late), TeamFuture.PERMANENT)


def test_a_pilot_is_evaluated_before_it_is_permanent() -> None:
    """Then the board decides, and that stands (S58, S59)."""
    pilot = given(ESTABLISHED, JOINED)
    assert evaluate_team(
        pilot, evaluated_on=EVALUATED.evaluated_on, recommendation=EVALUATED.recommendation
    ) == [EVALUATED]
    with pytest.raises(TeamIsNotEvaluated):
        decide(pilot, TeamFuture.PERMANENT)
    evaluated = given(ESTABLISHED, JOINED, EVALUATED)
    assert decide(evaluated, TeamFuture.PERMANENT) == [decided(TeamFuture.PERMANENT)]
    permanent = given(ESTABLISHED, JOINED, EVALUATED, decided(TeamFuture.PERMANENT))
    with pytest.raises(TeamIsPermanent):
        decide(permanent, TeamFuture.PERMANENT)
    with pytest.raises(TeamIsPermanent):
        evaluate_team(permanent, evaluated_on=date(2025, 4, 1), recommendation=TeamFuture.WOUND_UP)


def test_when_a_team_is_wound_up_everybody_leaves_it() -> None:
    """In the same act, with or without an evaluation; nobody joins it again (S60, c)."""
    end = decided(TeamFuture.WOUND_UP)
    assert decide(given(ESTABLISHED, JOINED), TeamFuture.WOUND_UP) == [LEFT, end]
    wound_up = given(ESTABLISHED, JOINED, LEFT, end)
    assert wound_up.members == {}
    with pytest.raises(TeamIsWoundUp):
        join_team(wound_up, WORKER, percentage=50)
    for future in TeamFuture:
        with pytest.raises(TeamIsWoundUp):
            decide(wound_up, future)


def test_what_is_not_established_has_no_future() -> None:
    """A mandate alone is neither evaluated nor wound up."""
    for future in TeamFuture:
        with pytest.raises(TeamIsNotEstablished):
            decide(given(), future)
