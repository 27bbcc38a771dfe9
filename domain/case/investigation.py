"""An investigation (utredning) and what is assessed in a case.

Opened, extended for a set time on special grounds (its deadline is), concluded; those concerned are
informed, or it is withheld with a ground. Where none is opened, advice is given. Nobody formally
identifies victims: somebody named assesses whether there are grounds to presume one, and says on
what. Risk is assessed likewise.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.case.state import Case, require_open
from domain.codes import (
    AgeKnowledge,
    ClockKind,
    Exploitation,
    InvestigationConclusion,
    Presumption,
    RiskLevel,
)
from domain.deadline import DeadlineEvent, running
from domain.errors import (
    DeadlineHasEnded,
    InvestigationIsNotOpen,
    InvestigationIsOpen,
    OutcomeIsNotAwaited,
)
from domain.more_time import extend_deadline
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class InvestigationOpened:
    investigation: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ConcernedInformed:
    """Those concerned were told that an investigation is open; or not, on that ground (20:4)."""

    person: UUID
    investigation: UUID
    withheld: Sealed[str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class AdviceGiven:
    """Where no investigation is opened, what was told of is answered by advice (section 3)."""

    person: UUID
    advice: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class InvestigationConcluded:
    investigation: UUID
    conclusion: Sealed[InvestigationConclusion]


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeNotified:
    """Those concerned were told of the decision, and how."""

    person: UUID
    told: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class PresumptionAssessed:
    """Whether there are grounds to presume a victim of trafficking: an assessment by somebody
    named, never a finding of what somebody is. Stored veiled."""

    person: UUID
    presumption: Presumption
    exploitation: Exploitation
    assessor: str
    ground: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskAssessed:
    """Stored veiled."""

    person: UUID
    level: RiskLevel
    ground: str


InvestigationEvent = (
    InvestigationOpened
    | ConcernedInformed
    | AdviceGiven
    | InvestigationConcluded
    | OutcomeNotified
    | PresumptionAssessed
    | RiskAssessed
)


def evolve(case: Case, event: object) -> Case:
    match event:
        case InvestigationOpened(investigation=investigation):
            return replace(case, investigation=investigation)
        case InvestigationConcluded(investigation=investigation):
            investigated = (*(i for i in case.investigated if i != investigation), investigation)
            left = None if case.investigation == investigation else case.investigation
            return replace(case, investigation=left, investigated=investigated, misconcluded=None)
        case _:
            return case


ENDED_BY_CONCLUSION: Final = (ClockKind.CHILD_INVESTIGATION, ClockKind.ADULT_INVESTIGATION)

# --- decisions -------------------------------------------------------------------------------


def open_investigation(case: Case, investigation: UUID) -> list[InvestigationEvent]:
    """SoL 2025:400 14:2, 20:2; SoL 2001:453 11:1. Raises CaseIsClosed, InvestigationIsOpen."""
    require_open(case)
    if case.investigation is not None:
        raise InvestigationIsOpen
    return [InvestigationOpened(investigation=investigation)]


def give_advice(case: Case, advice: str) -> list[InvestigationEvent]:
    """What others tell of an adult (R2) is investigated, or advice is given (SoL 2025:400 14:2;
    2001:453 11:1). Raises CaseIsClosed."""
    require_open(case)
    return [AdviceGiven(person=case.person, advice=Sealed.of(advice))]


def clock_of(age: AgeKnowledge) -> ClockKind:
    """By when an investigation is concluded: whoever is not known to be 18 or more is presumed a
    child (R3), whose investigation has a statutory end. Of either those concerned are told at once
    (20:4): of an adult's as soon (c), since a clock of children alone would tell who is one."""
    presumed_child = age in (AgeKnowledge.MINOR, AgeKnowledge.UNKNOWN)
    return ClockKind.CHILD_INVESTIGATION if presumed_child else ClockKind.ADULT_INVESTIGATION


def extend_investigation(
    case: Case, investigation: UUID, *, until: datetime, ground: str, now: datetime
) -> list[DeadlineEvent]:
    """For a set time, on special grounds, before it is over (SoL 2025:400 20:3; SoL 2001:453
    11:2). Raises InvestigationIsNotOpen, DeadlineHasEnded, DeadlineIsMissed, DeadlineIsPaused,
    GroundIsMissing, ExtensionIsNoLonger."""
    _require_open_investigation(case, investigation)
    for clock in ENDED_BY_CONCLUSION:
        if deadline := running(case.deadlines, clock):
            return extend_deadline(
                case.deadlines, deadline, person=case.person, until=until, ground=ground, now=now
            )
    raise DeadlineHasEnded


def inform_those_concerned(
    case: Case, investigation: UUID, *, withheld: str | None
) -> list[InvestigationEvent]:
    """At once, unless special grounds speak against (SoL 2025:400 20:4; SoL 2001:453 11:2).

    What was withheld, or forgotten, is told later, also when it is concluded or the case is closed.
    Raises InvestigationIsNotOpen where there was none.
    """
    if investigation not in case.investigated:
        _require_open_investigation(case, investigation)
    return [
        ConcernedInformed(
            person=case.person, investigation=investigation, withheld=Sealed.of(withheld)
        )
    ]


def conclude_investigation(
    case: Case, investigation: UUID, conclusion: InvestigationConclusion
) -> list[InvestigationEvent]:
    """Once more, where the conclusion was corrected. Raises InvestigationIsNotOpen."""
    if investigation != case.misconcluded:
        _require_open_investigation(case, investigation)
    return [InvestigationConcluded(investigation=investigation, conclusion=Sealed.of(conclusion))]


def notify_outcome(case: Case, told: str) -> list[InvestigationEvent]:
    """Those concerned are informed of what was decided (section 4). Raises OutcomeIsNotAwaited."""
    if running(case.deadlines, ClockKind.OUTCOME_NOTIFIED) is None:
        raise OutcomeIsNotAwaited
    return [OutcomeNotified(person=case.person, told=Sealed.of(told))]


def assess_presumption(
    case: Case,
    *,
    presumption: Presumption,
    exploitation: Exploitation,
    assessor: str,
    ground: str,
) -> list[InvestigationEvent]:
    """By somebody named, with the ground. Raises CaseIsClosed."""
    require_open(case)
    return [
        PresumptionAssessed(
            person=case.person,
            presumption=presumption,
            exploitation=exploitation,
            assessor=assessor,
            ground=ground,
        )
    ]


def is_outside(exploitation: Exploitation, age: AgeKnowledge, *, close_violence: bool) -> bool:
    """An adult exploited other than sexually, without violence by somebody close, is out of scope,
    and is referred on (R12, S86); a child, or somebody whose age is not known to be 18 or more,
    never is. No fact says so: it would stand beside the one assessment whose outcome it tells."""
    adult = age in (AgeKnowledge.ADULT, AgeKnowledge.YOUNG_ADULT, AgeKnowledge.ASSESSED_ADULT)
    other = exploitation not in (Exploitation.SEXUAL, Exploitation.UNKNOWN)
    return adult and other and not close_violence


def assess_risk(case: Case, *, level: RiskLevel, ground: str) -> list[InvestigationEvent]:
    """Raises CaseIsClosed."""
    require_open(case)
    return [RiskAssessed(person=case.person, level=level, ground=ground)]


def _require_open_investigation(case: Case, investigation: UUID) -> None:
    if case.investigation != investigation:
        raise InvestigationIsNotOpen
