"""A police operation's story (S31, S48, R6): announced, acknowledged, carried out, closed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from domain.codes import Compartment
from domain.deadline import DeadlineMissed, miss_deadline
from domain.errors import (
    AnnouncedInTheFuture,
    NotFound,
    OperationIsClosed,
    OperationIsNotAcknowledged,
    PersonsMetOutOfBounds,
    PlannedBeforeAnnounced,
)
from domain.organisation import Bounds
from domain.police_operation import (
    ACKNOWLEDGEMENT,
    OperationAcknowledged,
    OperationAnnounced,
    OperationClosed,
    OperationEvent,
    PersonsMet,
    PoliceOperation,
    acknowledge_operation,
    announce_operation,
    close_operation,
    fold,
    meet_persons,
    require_bounds,
)
from domain.sealed import Sealed

NOW = datetime(2023, 5, 2, 9, 0, tzinfo=UTC)
DUE = NOW + timedelta(days=1)
PLANNED = date(2023, 5, 4)
BOTH = ("nexus", "regional-coordinators")
SENT: Final[dict[str, Any]] = {
    "receipt": "5XK2M8Q0J4T7V9B3C6D1E0F2GH",
    "sender_unit": "police",
}
ANNOUNCED = OperationAnnounced(
    planned_on=PLANNED,
    handled_by=BOTH,
    acknowledgement_due=DUE,
    senders_reference=Sealed.of("P-9"),
    **SENT,
)
BY_NEXUS = OperationAcknowledged(unit="nexus")
BY_A_COORDINATOR = OperationAcknowledged(unit="regional-coordinators")
EXPOSED = Compartment.EXPOSED
CLOSED = OperationClosed(unit="nexus")
MET = (UUID(int=1), UUID(int=2), UUID(int=3))


def given(*more: OperationEvent) -> PoliceOperation:
    operation = fold([ANNOUNCED, *more])
    assert operation is not None
    return operation


def announce(announced: datetime, planned_on: date = PLANNED) -> list[OperationEvent]:
    return announce_operation(
        planned_on=planned_on,
        handled_by=BOTH,
        announced=announced,
        announced_on=announced.date(),
        now=NOW,
        due=DUE,
        senders_reference="P-9",
        **SENT,
    )


def test_an_operation_begins_with_its_announcement() -> None:
    """It says when, who handles it and by when they acknowledge it; it carries no persons (R6)."""
    assert announce(NOW) == [ANNOUNCED]
    assert fold([BY_NEXUS]) is None
    with pytest.raises(AnnouncedInTheFuture):
        announce(NOW + timedelta(seconds=1))


def test_an_operation_is_announced_on_its_day_at_the_latest() -> None:
    """What lay before the announcement was no operation that anybody could prepare for (R6)."""
    assert announce(NOW, NOW.date())
    with pytest.raises(PlannedBeforeAnnounced):
        announce(NOW, NOW.date() - timedelta(days=1))


@pytest.mark.parametrize("first", BOTH)
def test_both_acknowledge_it(first: str) -> None:
    """One of them is not enough, in whichever order they come (R6)."""
    [second] = set(BOTH) - {first}
    assert not given(OperationAcknowledged(unit=first)).is_acknowledged
    assert acknowledge_operation(given(), by_unit=first) == [OperationAcknowledged(unit=first)]
    assert given(*(OperationAcknowledged(unit=unit) for unit in (first, second))).is_acknowledged


def test_the_acknowledgement_is_a_deadline() -> None:
    """It waits until both have given it, is missed once, and brought to both units (R6)."""
    for operation in (given(), given(BY_NEXUS)):
        [waits] = operation.deadlines
        assert (waits.id, waits.due) == (ACKNOWLEDGEMENT, DUE)
        missed = miss_deadline(operation.deadlines, ACKNOWLEDGEMENT, DUE + timedelta(seconds=1))
        assert missed == [DeadlineMissed(deadline=ACKNOWLEDGEMENT)]
        assert miss_deadline(operation.deadlines, ACKNOWLEDGEMENT, DUE) == []
    late = fold([ANNOUNCED, DeadlineMissed(deadline=ACKNOWLEDGEMENT)])
    assert late is not None
    assert late.deadlines[0].missed
    assert given(BY_NEXUS, BY_A_COORDINATOR).deadlines == ()


def test_an_acknowledgement_stands() -> None:
    """Again it is already so; nobody but the two acknowledges it (R6)."""
    assert acknowledge_operation(given(BY_NEXUS), by_unit="nexus") == []
    with pytest.raises(NotFound):
        acknowledge_operation(given(), by_unit="childrens-intake")


def test_those_met_are_referrals() -> None:
    """The operation knows how many they were; which referrals they are is sealed (R6)."""
    [met] = meet_persons(given(), MET, EXPOSED)
    assert met == PersonsMet(persons=3, referrals=Sealed.of(MET))


@pytest.mark.parametrize("side", [Compartment.PERPETRATOR, Compartment.RELATIVE])
def test_of_another_side_it_tells_nothing(side: Compartment) -> None:
    """Not even how many: whoever handles it would learn of the other side (S76-S78)."""
    assert meet_persons(given(), MET, side) == []
    with pytest.raises(OperationIsClosed):
        meet_persons(given(BY_NEXUS, BY_A_COORDINATOR, CLOSED), MET, side)


def test_nobody_waits_for_an_acknowledgement() -> None:
    """Whoever was met is referred at once, also when nobody has acknowledged it (S69)."""
    assert meet_persons(given(), MET, EXPOSED)
    assert meet_persons(given(BY_NEXUS), MET, EXPOSED)


@pytest.mark.parametrize("persons", [0, 31, 500])
def test_a_burst_has_bounds(persons: int) -> None:
    """Nobody, or more than can be told person by person, is refused, with the bounds (R6)."""
    with pytest.raises(PersonsMetOutOfBounds) as refused:
        require_bounds(persons, Bounds(fewest=1, most=30))
    assert refused.value.context == {"persons": persons, "fewest": 1, "most": 30}
    assert "R6" in PersonsMetOutOfBounds.message()


@pytest.mark.parametrize("persons", [1, 3, 15, 30])
def test_a_burst_within_them_is_referred(persons: int) -> None:
    """From the fewest to the most, both included (R6)."""
    require_bounds(persons, Bounds(fewest=1, most=30))


def test_it_is_closed_when_both_have_acknowledged_it() -> None:
    """What one of the two does not know of cannot be over (R6)."""
    for standing in (given(), given(BY_NEXUS), given(BY_A_COORDINATOR)):
        with pytest.raises(OperationIsNotAcknowledged):
            close_operation(standing, by_unit="nexus")
    acknowledged = given(BY_NEXUS, BY_A_COORDINATOR)
    assert close_operation(acknowledged, by_unit="nexus") == [CLOSED]


def test_a_closed_operation_meets_nobody() -> None:
    """Closing again is already so; who is met later is sent as a referral of their own."""
    closed = given(BY_NEXUS, BY_A_COORDINATOR, CLOSED)
    assert close_operation(closed, by_unit="nexus") == []
    with pytest.raises(OperationIsClosed):
        meet_persons(closed, MET, EXPOSED)
