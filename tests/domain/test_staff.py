"""A staff member's story: a position with a side, cases taken and given back, and the end of it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.codes import Compartment, Qualification, StaffRole
from domain.errors import (
    PositionHasEnded,
    PositionIsTaken,
    PositionStartsOrEndsLater,
    SideDoesNotFit,
)
from domain.sealed import Sealed
from domain.staff import (
    CaseGivenBack,
    CaseTaken,
    PositionEnded,
    PositionTaken,
    QualificationRecorded,
    StaffEvent,
    StaffMember,
    end_position,
    fold,
    give_back_case,
    record_qualification,
    take_case,
    take_position,
)

STAFF, CASE, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
TODAY = date(2023, 4, 3)
DEGREE = Qualification.CHILDREN_AND_YOUNG_PEOPLE
TAKEN = PositionTaken(
    unit="nexus",
    role=StaffRole.CASE_WORKER,
    side=Compartment.EXPOSED,
    since=TODAY,
    name=Sealed.of("Ylva Stenträda"),
)
ENDED = PositionEnded(until=TODAY)


def given(*more: StaffEvent) -> StaffMember:
    member = fold([TAKEN, *more], STAFF)
    assert member is not None
    return member


def take(
    member: StaffMember | None,
    side: Compartment | None = Compartment.EXPOSED,
    *,
    role: StaffRole = StaffRole.CASE_WORKER,
    since: date = TODAY,
) -> list[StaffEvent]:
    return take_position(
        member,
        name="Ylva Stenträda",
        unit="nexus",
        role=role,
        side=side,
        since=since,
        today=TODAY,
    )


def end(member: StaffMember, until: date = TODAY) -> list[StaffEvent]:
    return end_position(member, until=until, today=TODAY)


def test_nothing_recorded_is_nobody() -> None:
    """A stream without facts is no staff member."""
    assert fold([], STAFF) is None
    assert fold([CaseTaken(case=CASE)], STAFF) is None


def test_a_position_is_taken() -> None:
    """A position has a unit, a role and a side; the name is sealed."""
    assert take(None) == [TAKEN]
    member = given()
    assert (member.unit, member.side, member.active) == ("nexus", Compartment.EXPOSED, True)
    assert "Ylva" not in repr(TAKEN)


def test_one_position_at_a_time() -> None:
    """Who has a position takes no other; who has left may come back."""
    with pytest.raises(PositionIsTaken):
        take(given())
    assert take(given(ENDED)) == [TAKEN]
    assert given(ENDED, TAKEN).active


SERVE_A_SIDE = {StaffRole.CASE_WORKER, StaffRole.UNIT_MANAGER, StaffRole.OUTREACH_WORKER}
SIDES = {Compartment.EXPOSED, Compartment.PERPETRATOR, Compartment.RELATIVE}


@pytest.mark.parametrize("side", [Compartment.PERPETRATOR, Compartment.RELATIVE])
def test_one_side_for_ever(side: Compartment) -> None:
    """Nobody ever serves another side than before: that makes the sides provable (S76-S78)."""
    with pytest.raises(PositionIsTaken):
        take(given(ENDED), side)
    with pytest.raises(PositionIsTaken):
        take(given(ENDED), None, role=StaffRole.AUDITOR)


@pytest.mark.parametrize("side", [*Compartment, None])
@pytest.mark.parametrize("role", StaffRole)
def test_who_serves_a_side(role: StaffRole, side: Compartment | None) -> None:
    """Who works with persons serves one side, and triage is none; a coordinator may serve the
    exposed side, to be engaged in its cases (S11); nobody else has a side: an auditor or an
    administrator with one could reach a file (S76-S78)."""
    coordinates = role is StaffRole.REGIONAL_COORDINATOR
    others = {None, Compartment.EXPOSED} if coordinates else {None}
    if side in (SIDES if role in SERVE_A_SIDE else others):
        assert take(None, side, role=role)
    else:
        with pytest.raises(SideDoesNotFit):
            take(None, side, role=role)


def test_a_position_has_begun() -> None:
    """Who starts later may do nothing yet: the position is recorded when it is taken."""
    assert take(None, since=TODAY - timedelta(days=30))
    with pytest.raises(PositionStartsOrEndsLater):
        take(None, since=TODAY + timedelta(days=1))


def test_a_position_ends_when_it_ends() -> None:
    """It ends today or before, and not before it was taken, the last time."""
    started = given(ENDED, replace(TAKEN, since=TODAY - timedelta(days=2)))
    assert end(started, TODAY - timedelta(days=2)) == [
        PositionEnded(until=TODAY - timedelta(days=2))
    ]
    for until in (TODAY + timedelta(days=1), TODAY - timedelta(days=3)):
        with pytest.raises(PositionStartsOrEndsLater):
            end(started, until)


def test_a_degree_is_recorded_once() -> None:
    """The qualification is recorded once, of somebody who has a position, and outlasts it."""
    recorded = QualificationRecorded(qualification=DEGREE)
    assert record_qualification(given(), DEGREE) == [recorded]
    assert record_qualification(given(recorded), DEGREE) == []
    assert given(recorded, ENDED, TAKEN).qualified_for_children
    with pytest.raises(PositionHasEnded):
        record_qualification(given(ENDED), DEGREE)


def test_cases_are_taken_and_given_back() -> None:
    """The stream knows which cases the worker has, each once."""
    assert take_case(given(), CASE) == [CaseTaken(case=CASE)]
    assert take_case(given(CaseTaken(case=CASE)), CASE) == []
    assert give_back_case(given(CaseTaken(case=CASE)), CASE) == [CaseGivenBack(case=CASE)]
    assert give_back_case(given(), CASE) == []
    with pytest.raises(PositionHasEnded):
        take_case(given(ENDED), CASE)


def test_who_leaves_gives_everything_back() -> None:
    """No case is left with somebody who is gone; left once, there is nothing more to end."""
    member = given(CaseTaken(case=CASE), CaseTaken(case=OTHER))
    events = end(member)
    assert events == [CaseGivenBack(case=CASE), CaseGivenBack(case=OTHER), ENDED]
    left = given(CaseTaken(case=CASE), CaseTaken(case=OTHER), *events)
    assert (left.active, left.cases) == (False, ())
    assert end(left) == []
