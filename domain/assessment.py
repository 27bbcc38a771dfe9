"""How a report concerning a child or young person is assessed, as a part of the referral's story.

The need of protection is assessed at once (SoL 2025:400 20:1; 2001:453 11:1 a), then it is decided
within two weeks whether an investigation is opened (20:2). A mandated reporter who asks for it is
told what came of it (19:6). For somebody under 21 (c); the clocks start with the receipt.

Each fact is stored veiled, under one neutral name: that there is something to assess would tell.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.codes import AgeKnowledge, ClockKind, ReferralKind, Source
from domain.deadline import (
    DeadlineEvent,
    Deadlines,
    drop_clock,
    end_clock,
    running,
    set_deadline,
)
from domain.errors import (
    AssessmentIsMade,
    FeedbackIsNotAsked,
    NobodyMustReport,
    NothingToAssess,
    ProtectionIsNeededAtOnce,
    ProtectionIsNotAssessed,
    ReportIsNotAssessed,
)
from domain.organisation import Settings
from domain.ports import WorkingCalendar
from domain.routing import Route

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtectionAssessed:
    person: UUID
    at_once: bool  # whether protection is needed at once
    ground: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PreliminaryAssessmentDecided:
    person: UUID
    opens: bool  # whether an investigation is opened
    ground: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedbackAsked:
    person: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedbackGiven:
    person: UUID
    told: str


AssessmentEvent = ProtectionAssessed | PreliminaryAssessmentDecided | FeedbackAsked | FeedbackGiven

# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    protection: bool = False  # assessed
    at_once: bool = False  # it is needed at once
    decided: bool = False
    asked: bool = False  # for feedback that is not yet given


UNASSESSED: Final = Assessment()


def evolve(assessment: Assessment, event: AssessmentEvent) -> Assessment:
    match event:
        case ProtectionAssessed(at_once=at_once):
            return replace(assessment, protection=True, at_once=at_once)
        case PreliminaryAssessmentDecided():
            return replace(assessment, decided=True)
        case FeedbackAsked():
            return replace(assessment, asked=True)
        case FeedbackGiven():
            return replace(assessment, asked=False)


# --- decisions -------------------------------------------------------------------------------

_PROTECTION: Final = ClockKind.PROTECTION_ASSESSMENT
_PRELIMINARY: Final = ClockKind.PRELIMINARY_ASSESSMENT
_OPENING: Final = ClockKind.INVESTIGATION_OPENED
FEEDBACK: Final = (ClockKind.REPORTER_FEEDBACK, ClockKind.LATE_REPORTER_FEEDBACK)
_NOBODY_MUST: Final = (Source.SELF, Source.CLOSE_PERSON, Source.CIVIL_SOCIETY)  # report (R8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Clockwork:
    """What setting a clock takes: the moment, the municipality's settings, the calendar, ids."""

    at: datetime
    settings: Settings
    calendar: WorkingCalendar
    ids: tuple[UUID, ...]


def is_assessed(kind: ReferralKind, age: AgeKnowledge, way: Route) -> bool:
    """Whether it is a report concerning a child or young person: by the rules, or by what the
    sender meant it to be, for somebody who is or may be under 21 (c)."""
    may_be_young = age not in (AgeKnowledge.ADULT, AgeKnowledge.ASSESSED_ADULT)
    return way.report_of_concern or (kind is ReferralKind.REPORT_OF_CONCERN and may_be_young)


def is_under_assessment(assessment: Assessment, deadlines: Deadlines) -> bool:
    """Whether something is assessed here, or has been, whatever the sender called it."""
    clocks = (_PROTECTION, _PRELIMINARY)
    return assessment.protection or any(running(deadlines, clock) for clock in clocks)


def require_protection_assessed(deadlines: Deadlines) -> None:
    """Raises ProtectionIsNotAssessed."""
    if running(deadlines, _PROTECTION) is not None:
        raise ProtectionIsNotAssessed


def is_undecided(deadlines: Deadlines) -> bool:
    """Whether it is still to be decided if an investigation is opened."""
    return running(deadlines, _PRELIMINARY) is not None


def require_assessed(deadlines: Deadlines) -> None:
    """Before the case that the report is in can be closed.

    Raises ProtectionIsNotAssessed, ReportIsNotAssessed (SoL 20:1-2).
    """
    require_protection_assessed(deadlines)
    if is_undecided(deadlines):
        raise ReportIsNotAssessed


def drop_with_case(deadlines: Deadlines, at: datetime) -> list[DeadlineEvent]:
    """The case is closed: nothing is left to assess, or to open, for the report."""
    clocks = (_PROTECTION, _PRELIMINARY, _OPENING)
    return [event for clock in clocks for event in drop_clock(deadlines, clock, at)]


def start_assessment(
    clockwork: Clockwork, assessment: Assessment = UNASSESSED, deadlines: Deadlines = ()
) -> list[DeadlineEvent]:
    """The clocks of a report, of a new one always both: how many facts a referral makes must not
    tell its sender whether an investigation is open. Of one that was received before, what has
    neither been assessed nor runs."""
    open_clocks = ((_PROTECTION, assessment.protection), (_PRELIMINARY, assessment.decided))
    return [
        event
        for deadline, (clock, is_done) in zip(clockwork.ids, open_clocks, strict=True)
        if not is_done and running(deadlines, clock) is None
        for event in set_deadline(
            deadline, clock, clockwork.at, clockwork.settings, clockwork.calendar
        )
    ]


def end_with_investigation(
    assessment: Assessment, deadlines: Deadlines, clockwork: Clockwork
) -> list[DeadlineEvent]:
    """An investigation is opened for it, and that is the decision (SoL 20:2)."""
    owed = _owed(assessment, deadlines, FEEDBACK[0], clockwork)
    ended = (end_clock(deadlines, clock, clockwork.at) for clock in (_PRELIMINARY, _OPENING))
    return [*(event for events in ended for event in events), *owed]


def take_in(
    assessment: Assessment, deadlines: Deadlines, clockwork: Clockwork
) -> list[DeadlineEvent]:
    """An open investigation takes the report in: there is no preliminary assessment (SoL 20:2), and
    who asked is told at once (19:6)."""
    owed = _owed(assessment, deadlines, FEEDBACK[1], clockwork)
    opened = end_clock(deadlines, _OPENING, clockwork.at)
    return [*drop_clock(deadlines, _PRELIMINARY, clockwork.at), *opened, *owed]


def drop_assessment(
    assessment: Assessment, deadlines: Deadlines, clockwork: Clockwork
) -> list[DeadlineEvent]:
    """The person turned out to be 21 or older, or another municipality takes over."""
    owed = _owed(assessment, deadlines, FEEDBACK[0], clockwork)
    dropped = (drop_clock(deadlines, clock, clockwork.at) for clock in (_PROTECTION, _PRELIMINARY))
    return [*(event for events in dropped for event in events), *owed]


def _owed(
    assessment: Assessment, deadlines: Deadlines, clock: ClockKind, clockwork: Clockwork
) -> list[DeadlineEvent]:
    """To a reporter who asked while it was assessed, once that has ended, however it did."""
    waited = assessment.asked and is_undecided(deadlines)
    return _set(clock, clockwork) if waited else []


def assess_anew(
    assessment: Assessment,
    deadlines: Deadlines,
    *,
    kind: ReferralKind,
    age: AgeKnowledge,
    way: Route | None,
    received: datetime,
    clockwork: Clockwork,
) -> list[DeadlineEvent]:
    """Nothing is left to assess here where another municipality takes over (no `way`), or for
    somebody who turned out to be 21 or older; who turned out to be a child is assessed, within the
    time that counts from the receipt (section 4)."""
    if way is None:
        given_up = drop_clock(deadlines, _OPENING, clockwork.at)
        return [*drop_assessment(assessment, deadlines, clockwork), *given_up]
    if age is AgeKnowledge.ADULT:
        return drop_assessment(assessment, deadlines, clockwork)
    if not is_assessed(kind, age, way):
        return []
    return start_assessment(replace(clockwork, at=received), assessment, deadlines)


def assess_protection(
    assessment: Assessment,
    deadlines: Deadlines,
    *,
    person: UUID,
    at_once: bool,
    ground: str,
    now: datetime,
) -> list[AssessmentEvent | DeadlineEvent]:
    """Raises AssessmentIsMade, NothingToAssess."""
    if assessment.protection:
        raise AssessmentIsMade
    if running(deadlines, _PROTECTION) is None:
        raise NothingToAssess
    assessed = ProtectionAssessed(person=person, at_once=at_once, ground=ground)
    return [assessed, *end_clock(deadlines, _PROTECTION, now)]


def decide_preliminary_assessment(
    assessment: Assessment,
    deadlines: Deadlines,
    *,
    person: UUID,
    opens: bool,
    ground: str,
    clockwork: Clockwork,
) -> list[AssessmentEvent | DeadlineEvent]:
    """An investigation is to be opened, or not, on a ground; the reporter who asked is then told.
    Where it is, that is waited for until it has been (SoL 20:2).

    Raises AssessmentIsMade, NothingToAssess, ProtectionIsNotAssessed, ProtectionIsNeededAtOnce.
    """
    if assessment.decided:
        raise AssessmentIsMade
    if running(deadlines, _PRELIMINARY) is None:
        raise NothingToAssess
    if not assessment.protection:
        raise ProtectionIsNotAssessed
    if assessment.at_once and not opens:
        raise ProtectionIsNeededAtOnce
    decided = PreliminaryAssessmentDecided(person=person, opens=opens, ground=ground)
    owed = _owed(assessment, deadlines, FEEDBACK[0], clockwork)
    opening = _set(_OPENING, clockwork, 1) if opens else []
    return [decided, *end_clock(deadlines, _PRELIMINARY, clockwork.at), *opening, *owed]


def ask_feedback(
    assessment: Assessment,
    deadlines: Deadlines,
    *,
    person: UUID,
    source: Source,
    clockwork: Clockwork,
) -> list[AssessmentEvent | DeadlineEvent]:
    """A mandated reporter wants to know what came of the report: told after the decision, or at
    once where that is made, or where nothing is left to decide.

    Raises NobodyMustReport.
    """
    if source in _NOBODY_MUST:
        raise NobodyMustReport
    if assessment.asked:
        return []
    waits = is_undecided(deadlines)
    return [FeedbackAsked(person=person), *([] if waits else _set(FEEDBACK[1], clockwork))]


def give_feedback(
    assessment: Assessment, deadlines: Deadlines, *, person: UUID, told: str, now: datetime
) -> list[AssessmentEvent | DeadlineEvent]:
    """Not before there is something to tell (19:6). Raises FeedbackIsNotAsked,
    ReportIsNotAssessed."""
    if not assessment.asked:
        raise FeedbackIsNotAsked
    if is_undecided(deadlines):
        raise ReportIsNotAssessed
    ended = [event for clock in FEEDBACK for event in end_clock(deadlines, clock, now)]
    return [FeedbackGiven(person=person, told=told), *ended]


def is_to_be_investigated(deadlines: Deadlines) -> bool:
    """Whether that was decided, and it waits to be done."""
    return running(deadlines, _OPENING) is not None


def _set(clock: ClockKind, clockwork: Clockwork, which: int = 0) -> list[DeadlineEvent]:
    return set_deadline(
        clockwork.ids[which], clock, clockwork.at, clockwork.settings, clockwork.calendar
    )
