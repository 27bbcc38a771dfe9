"""A deadline's story: set, paused, extended, met, missed, and never both."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import reduce
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.runtime.clock import SwedishWorkingCalendar
from domain.case import accept_handover, offer_handover, open_case
from domain.case import fold as fold_case
from domain.codes import ClockKind, Compartment, DeadlineKind
from domain.deadline import (
    DeadlineCaughtUp,
    DeadlineEscalated,
    DeadlineEvent,
    DeadlineFellAway,
    DeadlineMet,
    DeadlineMissed,
    Deadlines,
    DeadlineSet,
    awaited,
    close_deadlines,
    drop_clock,
    end_clock,
    end_deadline,
    escalate_deadline,
    evolve,
    miss_deadline,
    running,
    set_deadline,
)
from domain.errors import (
    ClockCannotBeExtended,
    ClockCannotBePaused,
    DeadlineHasEnded,
    DeadlineIsMissed,
    DeadlineIsNotPaused,
    DeadlineIsPaused,
    ExtensionIsNoLonger,
    ExtensionIsTooLong,
    GroundIsMissing,
    Refusal,
)
from domain.more_time import extend_deadline, pause_deadline, resume_deadline
from domain.organisation import Settings

ID, PERSON = UUID(int=1), UUID(int=2)
START = datetime(2024, 5, 2, 7, 0, tzinfo=UTC)
CALENDAR, SETTINGS = SwedishWorkingCalendar(), Settings()
PRELIMINARY, OWN = ClockKind.PRELIMINARY_ASSESSMENT, ClockKind.ADULT_INVESTIGATION
IN_TIME, TOO_LATE = START + timedelta(days=3), START + timedelta(days=300)


def after(*events: DeadlineEvent, before: Deadlines = ()) -> Deadlines:
    return reduce(evolve, events, before)


def started(clock: ClockKind) -> Deadlines:
    return after(*set_deadline(ID, clock, START, SETTINGS, CALENDAR))


def test_what_is_told_in_the_clear_is_neutral() -> None:
    """A compilation reads "decision due"; which clock runs is sealed (SoLPuL 7 a §)."""
    [told] = set_deadline(ID, PRELIMINARY, START, SETTINGS, CALENDAR)
    assert isinstance(told, DeadlineSet)
    assert told.kind is DeadlineKind.DECISION
    assert "preliminary" not in repr(told)
    assert running(after(told), PRELIMINARY) == ID


def test_done_in_time_it_is_met() -> None:
    """What is done in time meets the deadline, which has ended then."""
    deadlines = started(PRELIMINARY)
    met = end_clock(deadlines, PRELIMINARY, IN_TIME)
    assert met == [DeadlineMet(deadline=ID)]
    assert after(*met, before=deadlines) == ()


def test_done_too_late_it_was_missed() -> None:
    """Also where the time service was away: what is late is told as missed, then caught up."""
    late = [DeadlineMissed(deadline=ID), DeadlineCaughtUp(deadline=ID)]
    assert end_deadline(started(PRELIMINARY), ID, TOO_LATE) == late


def test_time_misses_it_once() -> None:
    """Time alone appends that a deadline was missed, once; what is done then catches up."""
    deadlines = started(PRELIMINARY)
    assert miss_deadline(deadlines, ID, IN_TIME) == []
    missed = miss_deadline(deadlines, ID, TOO_LATE)
    assert missed == [DeadlineMissed(deadline=ID)]
    deadlines = after(*missed, before=deadlines)
    assert miss_deadline(deadlines, ID, TOO_LATE) == []
    assert end_deadline(deadlines, ID, TOO_LATE) == [DeadlineCaughtUp(deadline=ID)]


def test_it_falls_away() -> None:
    """What needs not be done any more is neither met nor missed, unless its time was over."""
    deadlines = started(PRELIMINARY)
    assert drop_clock(deadlines, PRELIMINARY, IN_TIME) == [DeadlineFellAway(deadline=ID)]
    assert drop_clock(deadlines, OWN, IN_TIME) == []
    missed, fallen = DeadlineMissed(deadline=ID), DeadlineFellAway(deadline=ID)
    assert drop_clock(deadlines, PRELIMINARY, TOO_LATE) == [missed, fallen]
    assert close_deadlines(deadlines, TOO_LATE) == [missed, fallen]
    assert drop_clock(after(missed, before=deadlines), PRELIMINARY, TOO_LATE) == [fallen]


def test_a_pause_gives_its_time_back() -> None:
    """A paused deadline is not missed, and runs as much longer as it stood still."""
    deadlines = started(OWN)
    [before] = deadlines
    pause = pause_deadline(deadlines, ID, person=PERSON, ground="Utomlands.", now=IN_TIME)
    deadlines = after(*pause, before=deadlines)
    assert miss_deadline(deadlines, ID, TOO_LATE) == []
    deadlines = after(*resume_deadline(deadlines, ID, now=TOO_LATE), before=deadlines)
    [one] = deadlines
    assert one.due - before.due == TOO_LATE - IN_TIME


def test_an_extension_has_a_ground_and_an_end() -> None:
    """Extended for a set time, on a ground, before it is over (SoL 20:2, 20:3)."""
    deadlines = started(PRELIMINARY)
    until = START + timedelta(days=25)
    extended = extend_deadline(
        deadlines, ID, person=PERSON, until=until, ground="Synnerliga skäl.", now=IN_TIME
    )
    [one] = after(*extended, before=deadlines)
    assert one.due == until
    assert miss_deadline((one,), ID, until) == []


def extend(clock: ClockKind, *, days: int = 20, ground: str = "Skäl.", now: datetime) -> object:
    until = START + timedelta(days=days)
    return extend_deadline(started(clock), ID, person=PERSON, until=until, ground=ground, now=now)


def pause(clock: ClockKind, *, ground: str = "Skäl.", now: datetime = IN_TIME) -> object:
    return pause_deadline(started(clock), ID, person=PERSON, ground=ground, now=now)


def test_what_cannot_be_done_is_refused() -> None:
    """No extension without ground, of a clock that knows none, of one that has passed, or to an
    earlier moment; no pause of the law's time, or without ground; nothing of what has ended."""
    refused: list[tuple[type[Refusal], object]] = [
        (GroundIsMissing, lambda: extend(PRELIMINARY, ground=" ", now=IN_TIME)),
        (ClockCannotBeExtended, lambda: extend(ClockKind.PROTECTION_ASSESSMENT, now=START)),
        (DeadlineIsMissed, lambda: extend(PRELIMINARY, now=TOO_LATE)),
        (ExtensionIsNoLonger, lambda: extend(PRELIMINARY, days=2, now=IN_TIME)),
        (ExtensionIsTooLong, lambda: extend(PRELIMINARY, days=30, now=IN_TIME)),
        (ClockCannotBePaused, lambda: pause(PRELIMINARY)),
        (ClockCannotBePaused, lambda: pause(ClockKind.MAJORITY)),  # a birthday waits for nobody
        (GroundIsMissing, lambda: pause(OWN, ground="")),
        (DeadlineIsMissed, lambda: pause(OWN, now=TOO_LATE)),
        (DeadlineIsNotPaused, lambda: resume_deadline(started(OWN), ID, now=IN_TIME)),
        (DeadlineHasEnded, lambda: end_deadline((), ID, IN_TIME)),
        (DeadlineHasEnded, lambda: resume_deadline((), ID, now=IN_TIME)),
    ]
    for refusal, act in refused:
        with pytest.raises(refusal):
            act()  # type: ignore[operator]  # each one is called without arguments
    paused = after(
        *pause_deadline(started(OWN), ID, person=PERSON, ground="Skäl.", now=IN_TIME),
        before=started(OWN),
    )
    with pytest.raises(DeadlineIsPaused):
        pause_deadline(paused, ID, person=PERSON, ground="Skäl.", now=IN_TIME)


def test_an_overdue_answer_is_escalated_again_and_again() -> None:
    """Both unit managers are reminded when it is missed and each working day after; after days of
    silence once, not once for each day that nobody saw."""
    answer = awaited((), ID, ClockKind.HANDOVER_ANSWER, START)  # a Thursday
    missed = after(DeadlineMissed(deadline=ID), before=answer)
    assert _reminded(answer, START + timedelta(hours=1)) == 0  # not yet told as missed
    assert _reminded(missed, START + timedelta(hours=1)) == 1
    assert _reminded(missed, START + timedelta(days=1)) == 2
    assert _reminded(missed, START + timedelta(days=3)) == 2  # a Sunday
    told = after(_escalated(2), before=missed)
    assert _reminded(told, START + timedelta(days=3)) == 0
    assert _reminded(told, START + timedelta(days=4)) == 3
    assert _reminded(told, START + timedelta(days=11)) == 7  # Ascension day is no working day


def test_a_case_carries_its_deadlines() -> None:
    """An offered handover waits as a deadline until it is answered, beside the case's own."""
    opened = open_case(PERSON, ID, compartment=Compartment.EXPOSED, unit="nexus")
    own = set_deadline(ID, OWN, START, SETTINGS, CALENDAR)
    before = fold_case([*opened, *own])
    assert before is not None
    offered = offer_handover(
        before, PERSON, to_unit="childrens-intake", reason="Ålder.", answer_due=START
    )
    waiting = fold_case([*opened, *own, *offered])
    assert waiting is not None
    assert [one.id for one in waiting.deadlines] == [ID, PERSON]
    assert miss_deadline(waiting.deadlines, PERSON, IN_TIME) == [DeadlineMissed(deadline=PERSON)]
    answered = fold_case([*opened, *own, *offered, *accept_handover(waiting, PERSON)])
    assert answered is not None
    assert answered.deadlines == before.deadlines


def test_only_answers_are_escalated() -> None:
    """An assessment that is late is its own unit's to see in its list."""
    late = after(DeadlineMissed(deadline=ID), before=started(PRELIMINARY))
    assert _reminded(late, TOO_LATE) == 0


def _escalated(times: int) -> DeadlineEvent:
    return DeadlineEscalated(deadline=ID, units=("nexus", "childrens-intake"), times=times)


def _reminded(deadlines: Deadlines, now: datetime) -> int:
    units = ("nexus", "childrens-intake")
    told = escalate_deadline(deadlines, ID, units, now=now, settings=SETTINGS, calendar=CALENDAR)
    return sum(one.times for one in told if isinstance(one, DeadlineEscalated))


def act(name: str, deadlines: Deadlines, now: datetime) -> list[DeadlineEvent]:
    later = now + timedelta(days=50)
    match name:
        case "miss":
            return miss_deadline(deadlines, ID, now)
        case "end":
            return end_deadline(deadlines, ID, now)
        case "extend":
            return extend_deadline(
                deadlines, ID, person=PERSON, until=later, ground="Skäl.", now=now
            )
        case "pause":
            return pause_deadline(deadlines, ID, person=PERSON, ground="Skäl.", now=now)
        case _:
            return resume_deadline(deadlines, ID, now=now)


NAMES = st.sampled_from(["miss", "end", "extend", "pause", "resume"])


@given(st.sampled_from(ClockKind), st.lists(st.tuples(NAMES, st.integers(0, 40)), max_size=12))
def test_no_deadline_is_both_met_and_missed(clock: ClockKind, acts: list[tuple[str, int]]) -> None:
    """Whatever is tried, at whatever time, nothing is missed twice, or met and missed."""
    deadlines, told, now = started(clock), list[DeadlineEvent](), START
    for name, days in acts:
        now += timedelta(days=days)
        with suppress(Refusal):
            events = act(name, deadlines, now)
            told += events
            deadlines = after(*events, before=deadlines)
    kinds = [type(one) for one in told]
    assert kinds.count(DeadlineMissed) <= 1
    assert not (DeadlineMet in kinds and DeadlineMissed in kinds)
    assert kinds.count(DeadlineMet) + kinds.count(DeadlineCaughtUp) <= 1
