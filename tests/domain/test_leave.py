"""A leave's story: planned, corrected, ended early, withdrawn; never why (section 3, Staff)."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.codes import LeaveCorrection
from domain.errors import (
    LeaveEndsBeforeItStarts,
    LeaveEndsNoEarlier,
    LeaveIsOutsideThePosition,
    LeaveIsOver,
    LeaveOverlaps,
    NotFound,
    WorkerIsAway,
)
from domain.leave import (
    LeaveCorrected,
    LeaveEnded,
    LeaveEvent,
    LeavePlanned,
    Leaves,
    LeaveWithdrawn,
    away,
    correct_leave,
    end_leave,
    end_with_position,
    evolve,
    plan_leave,
    require_present,
    withdraw_leave,
)

LEAVE, OTHER = UUID(int=1), UUID(int=2)
TODAY = date(2023, 4, 3)


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def given(*events: LeaveEvent) -> Leaves:
    leaves: Leaves = ()
    for event in events:
        leaves = evolve(leaves, event)
    return leaves


def planned(first: int, last: int, leave: UUID = LEAVE) -> LeavePlanned:
    return LeavePlanned(leave=leave, since=days(first), until=days(last))


def plan(leaves: Leaves, first: int, last: int, position_since: int = -100) -> list[LeaveEvent]:
    return plan_leave(
        leaves,
        OTHER,
        since=days(first),
        until=days(last),
        position_since=days(position_since),
    )


def correct(leaves: Leaves, first: int, last: int) -> list[LeaveEvent]:
    return correct_leave(
        leaves,
        LEAVE,
        since=days(first),
        until=days(last),
        reason=LeaveCorrection.MISTYPED,
        position_since=days(-100),
    )


def test_a_leave_is_planned_or_told_of_afterwards() -> None:
    """From its first day to its last, both in it; a single day is one, too."""
    for first, last in ((5, 9), (-9, -5), (0, 0)):
        assert plan((), first, last) == [planned(first, last, OTHER)]
    with pytest.raises(LeaveEndsBeforeItStarts):
        plan((), 5, 4)


@pytest.mark.parametrize(
    ("first", "last", "overlaps"),
    [(1, 4, False), (1, 5, True), (6, 7, True), (9, 12, True), (10, 12, False), (1, 12, True)],
)
def test_leaves_do_not_overlap(first: int, last: int, overlaps: bool) -> None:
    """Nobody is away twice on one day; the next day after is free again."""
    leaves = given(planned(5, 9))
    if not overlaps:
        assert plan(leaves, first, last)
        return
    with pytest.raises(LeaveOverlaps) as refused:
        plan(leaves, first, last)
    assert refused.value.context == {"leave": LEAVE}


def test_a_leave_lies_within_the_position() -> None:
    """It starts when the position does, or later."""
    assert plan((), 0, 2, position_since=0)
    with pytest.raises(LeaveIsOutsideThePosition):
        plan((), -1, 2, position_since=0)


def test_a_leave_is_corrected() -> None:
    """To other days, which may overlap its own and no other; not to the same ones."""
    leaves = given(planned(5, 9), planned(20, 25, OTHER))
    corrected = LeaveCorrected(
        leave=LEAVE, since=days(6), until=days(12), reason=LeaveCorrection.MISTYPED
    )
    assert correct(leaves, 6, 12) == [corrected]
    assert away(given(planned(5, 9), corrected), days(5)) is None
    assert correct(leaves, 5, 9) == []
    with pytest.raises(LeaveOverlaps):
        correct(leaves, 6, 20)
    with pytest.raises(NotFound):
        correct((), 6, 12)


def test_a_leave_ends_early() -> None:
    """Within its own days and before the last one; what is over is corrected instead."""
    leaves = given(planned(-2, 9))
    assert end_leave(leaves, LEAVE, until=days(3), today=TODAY) == [
        LeaveEnded(leave=LEAVE, until=days(3))
    ]
    assert end_leave(leaves, LEAVE, until=days(9), today=TODAY) == []
    for refusal, until, today in (
        (LeaveEndsNoEarlier, days(10), TODAY),
        (LeaveEndsBeforeItStarts, days(-3), TODAY),
        (LeaveIsOver, days(3), days(10)),
    ):
        with pytest.raises(refusal):
            end_leave(leaves, LEAVE, until=until, today=today)


def test_a_leave_is_withdrawn() -> None:
    """It comes to nothing, and its days are free again; once."""
    withdrawn = LeaveWithdrawn(leave=LEAVE)
    assert withdraw_leave(given(planned(5, 9)), LEAVE) == [withdrawn]
    assert plan(given(planned(5, 9), withdrawn), 5, 9)
    with pytest.raises(NotFound):
        withdraw_leave(given(planned(5, 9), withdrawn), LEAVE)


def test_no_leave_outlasts_the_position() -> None:
    """What is going on ends with it, what was still to come is withdrawn, what is over stays."""
    going_on, to_come, over = UUID(int=3), UUID(int=4), UUID(int=5)
    leaves = given(planned(-2, 5, going_on), planned(7, 9, to_come), planned(-9, -5, over))
    assert end_with_position(leaves, TODAY) == [
        LeaveEnded(leave=going_on, until=TODAY),
        LeaveWithdrawn(leave=to_come),
    ]


def test_who_is_away_is_given_nothing() -> None:
    """On every day of the leave, and on no other; the refusal says until when (c)."""
    leaves = given(planned(5, 9))
    for day in (4, 10):
        require_present(leaves, days(day))
    for day in (5, 9):
        with pytest.raises(WorkerIsAway) as refused:
            require_present(leaves, days(day))
        assert refused.value.context == {"until": days(9)}
