"""A deadline is given more time: extended for a set time, or paused and resumed. Never without a
ground, and only where the clock's row says that it may be (clocks.py)."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.clocks import TABLE, warned_of
from domain.deadline import (
    Deadline,
    DeadlineEvent,
    DeadlineExtended,
    DeadlinePaused,
    DeadlineResumed,
    Deadlines,
    find_deadline,
    is_over,
)
from domain.errors import (
    ClockCannotBeExtended,
    ClockCannotBePaused,
    DeadlineIsMissed,
    DeadlineIsNotPaused,
    DeadlineIsPaused,
    ExtensionIsNoLonger,
    ExtensionIsTooLong,
    GroundIsMissing,
)
from domain.sealed import Sealed


def extend_deadline(
    deadlines: Deadlines,
    deadline: UUID,
    *,
    person: UUID,
    until: datetime,
    ground: str,
    now: datetime,
) -> list[DeadlineEvent]:
    """For a set time, on the ground that the clock's statute names (clocks.py), before it ends.

    Raises DeadlineHasEnded, DeadlineIsMissed, DeadlineIsPaused, ClockCannotBeExtended,
    GroundIsMissing, ExtensionIsNoLonger, ExtensionIsTooLong.
    """
    one = _in_time(deadlines, deadline, now)
    clock = one.clock.reveal()
    if TABLE[clock].extended_on is None:
        raise ClockCannotBeExtended
    given = _given(ground)
    if until <= one.due:
        raise ExtensionIsNoLonger
    if until > (latest := one.due + timedelta(days=TABLE[clock].extended_days)):
        raise ExtensionIsTooLong(latest=latest)
    warned = max(now, warned_of(clock, until))
    return [
        DeadlineExtended(person=person, deadline=deadline, due=until, warned=warned, ground=given)
    ]


def pause_deadline(
    deadlines: Deadlines, deadline: UUID, *, person: UUID, ground: str, now: datetime
) -> list[DeadlineEvent]:
    """Raises DeadlineHasEnded, DeadlineIsMissed, DeadlineIsPaused, ClockCannotBePaused,
    GroundIsMissing."""
    one = _in_time(deadlines, deadline, now)
    if not TABLE[one.clock.reveal()].can_pause:
        raise ClockCannotBePaused
    return [DeadlinePaused(person=person, deadline=deadline, since=now, ground=_given(ground))]


def resume_deadline(deadlines: Deadlines, deadline: UUID, *, now: datetime) -> list[DeadlineEvent]:
    """Raises DeadlineHasEnded, DeadlineIsNotPaused."""
    one = find_deadline(deadlines, deadline)
    if one.paused is None:
        raise DeadlineIsNotPaused
    later = one.due + (now - one.paused)
    warned = max(now, warned_of(one.clock.reveal(), later))
    return [DeadlineResumed(deadline=deadline, due=later, warned=warned)]


def _in_time(deadlines: Deadlines, deadline: UUID, now: datetime) -> Deadline:
    one = find_deadline(deadlines, deadline)
    if one.paused is not None:
        raise DeadlineIsPaused
    if one.missed or is_over(one, now):
        raise DeadlineIsMissed
    return one


def _given(ground: str) -> Sealed[str]:
    if not ground.strip():
        raise GroundIsMissing
    return Sealed.of(ground)
