"""Interventions (insatser) for the person, and applications to other authorities.

An intervention is decided, started and ended, by whomever provides it: the unit, the region, or
others. An application - for a reflection period, a residence permit - is made and answered; what
was granted may be prolonged, and ends. Of which kind they are is sealed.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.case.state import Application, Case, Intervention, InterventionStatus, require_open
from domain.codes import ApplicationKind, ClockKind, InterventionEnd, InterventionKind, Provider
from domain.deadline import DeadlineEvent
from domain.errors import (
    ApplicationIsAnswered,
    ApplicationIsNotAnswered,
    ApplicationIsNotGranted,
    InterventionHasEnded,
    InterventionHasStarted,
    InterventionIsUnknown,
    NothingIsAppliedFor,
)
from domain.more_time import extend_deadline
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class InterventionDecided:
    intervention: UUID
    kind: Sealed[InterventionKind]
    provider: Sealed[Provider]
    ksi_code: Sealed[str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class InterventionStarted:
    intervention: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class InterventionEnded:
    intervention: UUID
    how: Sealed[InterventionEnd]


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicationMade:
    """`filing`: what is clear has a word of its own, since "application" is what a kind of referral
    is called, and that tells."""

    filing: UUID
    kind: Sealed[ApplicationKind]


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicationAnswered:
    filing: UUID
    granted: Sealed[bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicationEnded:
    """What was granted has run out, or ended before; or the refusal was followed up."""

    filing: UUID


InterventionEvent = (
    InterventionDecided
    | InterventionStarted
    | InterventionEnded
    | ApplicationMade
    | ApplicationAnswered
    | ApplicationEnded
)


def evolve(case: Case, event: object) -> Case:  # noqa: PLR0911 - an answer for each event
    match event:
        case InterventionDecided(intervention=intervention):
            decided = Intervention(id=intervention)
            return replace(case, interventions=(*case.interventions, decided))
        case InterventionStarted(intervention=intervention):
            return _now(case, intervention, InterventionStatus.STARTED)
        case InterventionEnded(intervention=intervention):
            return _now(case, intervention, InterventionStatus.ENDED)
        case ApplicationMade(filing=application, kind=kind):
            made = Application(id=application, kind=kind)
            return replace(case, applications=(*case.applications, made))
        case ApplicationAnswered(filing=application, granted=granted):
            now = (
                replace(each, granted=granted) if each.id == application else each
                for each in case.applications
            )
            return replace(case, applications=tuple(now))
        case ApplicationEnded(filing=application):
            left = (each for each in case.applications if each.id != application)
            return replace(case, applications=tuple(left))
        case _:
            return case


def _now(case: Case, intervention: UUID, status: InterventionStatus) -> Case:
    now = (
        replace(each, status=status) if each.id == intervention else each
        for each in case.interventions
    )
    return replace(case, interventions=tuple(now))


# --- decisions -------------------------------------------------------------------------------


def decide_intervention(
    case: Case,
    intervention: UUID,
    *,
    kind: InterventionKind,
    provider: Provider,
    ksi_code: str | None,
) -> list[InterventionEvent]:
    """With the region or others as provider (S53), and its code in KSI where there is one.

    Raises CaseIsClosed.
    """
    require_open(case)
    return [
        InterventionDecided(
            intervention=intervention,
            kind=Sealed.of(kind),
            provider=Sealed.of(provider),
            ksi_code=Sealed.of(ksi_code),
        )
    ]


def start_intervention(case: Case, intervention: UUID) -> list[InterventionEvent]:
    """Raises CaseIsClosed, InterventionIsUnknown, InterventionHasStarted, InterventionHasEnded."""
    require_open(case)
    match _found(case, intervention).status:
        case InterventionStatus.STARTED:
            raise InterventionHasStarted
        case InterventionStatus.ENDED:
            raise InterventionHasEnded
    return [InterventionStarted(intervention=intervention)]


def end_intervention(
    case: Case, intervention: UUID, how: InterventionEnd
) -> list[InterventionEvent]:
    """Also what never started. Raises InterventionIsUnknown, InterventionHasEnded."""
    if _found(case, intervention).status is InterventionStatus.ENDED:
        raise InterventionHasEnded
    return [InterventionEnded(intervention=intervention, how=Sealed.of(how))]


def make_application(
    case: Case, application: UUID, kind: ApplicationKind
) -> list[InterventionEvent]:
    """A reflection period (UtlL 5:15), a residence permit, something else. Raises CaseIsClosed."""
    require_open(case)
    return [ApplicationMade(filing=application, kind=Sealed.of(kind))]


def answer_application(case: Case, application: UUID, *, granted: bool) -> list[InterventionEvent]:
    """Raises NothingIsAppliedFor, ApplicationIsAnswered."""
    made = _applied(case, application)
    if made.granted is not None:
        raise ApplicationIsAnswered
    return [ApplicationAnswered(filing=application, granted=Sealed.of(granted))]


def clock_of_answer(case: Case, application: UUID, *, granted: bool) -> ClockKind:
    """A reflection period runs from its grant, for 30 days (UtlL 5:15). Whatever else is answered
    is followed up after as long: what only a grant started would tell that it was granted, and so
    that trafficking is presumed. The deadline has the application's id."""
    kind = _applied(case, application).kind.reveal()
    if granted and kind is ApplicationKind.REFLECTION_PERIOD:
        return ClockKind.REFLECTION_PERIOD
    return ClockKind.APPLICATION_FOLLOWED_UP


def prolong_reflection_period(
    case: Case, application: UUID, *, until: datetime, ground: str, now: datetime
) -> list[DeadlineEvent]:
    """On special grounds, before it is over (UtlL 5:15). Raises NothingIsAppliedFor,
    ApplicationIsNotGranted, DeadlineHasEnded, DeadlineIsMissed, GroundIsMissing,
    ExtensionIsNoLonger."""
    made = _applied(case, application)
    if (
        made.granted is None
        or clock_of_answer(case, application, granted=made.granted.reveal())
        is not ClockKind.REFLECTION_PERIOD
    ):
        raise ApplicationIsNotGranted
    return extend_deadline(
        case.deadlines, application, person=case.person, until=until, ground=ground, now=now
    )


def end_application(case: Case, application: UUID) -> list[InterventionEvent]:
    """Raises NothingIsAppliedFor, ApplicationIsNotAnswered."""
    if _applied(case, application).granted is None:
        raise ApplicationIsNotAnswered
    return [ApplicationEnded(filing=application)]


def _found(case: Case, intervention: UUID) -> Intervention:
    for each in case.interventions:
        if each.id == intervention:
            return each
    raise InterventionIsUnknown


def _applied(case: Case, application: UUID) -> Application:
    for each in case.applications:
        if each.id == application:
            return each
    raise NothingIsAppliedFor
