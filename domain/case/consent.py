"""Consent (samtycke), and the regional coordinators who learn of a person only with it (R6).

A consent is given for some kinds of information and one receiver, narrowed, withdrawn, or runs
out; one that a guardian gave, alone or together with the child, stands until the child is 18 (R13).
A coordinator is engaged as long as a consent stands that carries it: when it is narrowed below
that, withdrawn or has run out, the engagement ends in the same act. Without one, a coordinator may
be consulted, and is told nothing of the person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from domain.case.state import Case, Consent, Engagement, require_open
from domain.codes import (
    ConsentGiver,
    ConsultationTopic,
    InformationKind,
    Receiver,
    StaffRole,
)
from domain.errors import (
    ConsentHasEnded,
    ConsentIsMissing,
    ConsentIsNotNarrower,
    ConsentIsOver,
    CoordinatorCannotBeEngaged,
    CoordinatorIsNotEngaged,
    PersonIsOfAge,
)
from domain.policy import sees_compartment
from domain.sealed import Sealed
from domain.staff import StaffMember

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentGiven:
    consent: UUID
    until: date | None  # the last day
    scope: Sealed[tuple[InformationKind, ...]]
    receiver: Sealed[Receiver]
    giver: Sealed[ConsentGiver]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentNarrowed:
    consent: UUID
    until: date | None
    scope: Sealed[tuple[InformationKind, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentWithdrawn:
    consent: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class CoordinatorEngaged:
    coordinator: UUID
    consent: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class CoordinatorReleased:
    coordinator: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class CoordinatorConsulted:
    """Anonymously: it names no person and has no free text, so it can carry nothing of one."""

    coordinator: UUID
    topic: Sealed[ConsultationTopic]


ConsentEvent = (
    ConsentGiven
    | ConsentNarrowed
    | ConsentWithdrawn
    | CoordinatorEngaged
    | CoordinatorReleased
    | CoordinatorConsulted
)


def evolve(case: Case, event: object) -> Case:
    match event:
        case ConsentGiven() as told:
            given = Consent(
                id=told.consent,
                scope=told.scope,
                receiver=told.receiver,
                giver=told.giver,
                until=told.until,
            )
            return replace(case, consents=(*case.consents, given))
        case ConsentNarrowed(consent=consent, scope=scope, until=until):
            narrowed = (
                replace(given, scope=scope, until=until) if given.id == consent else given
                for given in case.consents
            )
            return replace(case, consents=tuple(narrowed))
        case ConsentWithdrawn(consent=consent):
            return replace(case, consents=tuple(c for c in case.consents if c.id != consent))
        case CoordinatorEngaged(coordinator=coordinator, consent=consent):
            engaged = Engagement(coordinator=coordinator, consent=consent)
            return replace(case, engagements=(*case.engagements, engaged))
        case CoordinatorReleased(coordinator=coordinator):
            remaining = (e for e in case.engagements if e.coordinator != coordinator)
            return replace(case, engagements=tuple(remaining))
        case _:
            return case


# --- decisions -------------------------------------------------------------------------------

NEEDED_TO_ENGAGE: Final = frozenset(
    (InformationKind.IDENTITY, InformationKind.CONTACT, InformationKind.CIRCUMSTANCES)
)
"""What an engaged coordinator gets to read; a consent for less does not carry it (c)."""


def give_consent(
    case: Case,
    consent: UUID,
    *,
    scope: tuple[InformationKind, ...],
    receiver: Receiver,
    giver: ConsentGiver,
    until: date | None,
    today: date,
    of_age: bool,
) -> list[ConsentEvent]:
    """OSL 10:1, 12:2; a guardian's 12:3, of a child only (R13).

    Raises CaseIsClosed, ConsentIsOver, PersonIsOfAge.
    """
    require_open(case)
    _require_to_come(until, today)
    if of_age and giver is not ConsentGiver.PERSON:
        raise PersonIsOfAge
    return [
        ConsentGiven(
            consent=consent,
            until=until,
            scope=Sealed.of(_sorted(scope)),
            receiver=Sealed.of(receiver),
            giver=Sealed.of(giver),
        )
    ]


def narrow_consent(
    case: Case,
    consent: UUID,
    *,
    scope: tuple[InformationKind, ...],
    until: date | None,
    today: date,
) -> list[ConsentEvent]:
    """It covers less than before, or ends earlier; an engagement that it no longer carries ends.

    Raises ConsentHasEnded, ConsentIsOver, ConsentIsNotNarrower: what covers more is given anew.
    """
    given = _standing(case, consent, today)
    _require_to_come(until, today)
    before, after = set(given.scope.reveal()), set(scope)
    longer = given.until is not None and (until is None or until > given.until)
    if longer or not after <= before or (after == before and until == given.until):
        raise ConsentIsNotNarrower
    carries = after >= NEEDED_TO_ENGAGE
    return [
        ConsentNarrowed(consent=consent, until=until, scope=Sealed.of(_sorted(scope))),
        *(() if carries else _releases(case, consent)),
    ]


def withdraw_consent(case: Case, consent: UUID) -> list[ConsentEvent]:
    """At any time, also in a closed case; the engagement that rests on it ends with it (R6).

    Raises ConsentHasEnded.
    """
    if all(given.id != consent for given in case.consents):
        raise ConsentHasEnded
    return [ConsentWithdrawn(consent=consent), *_releases(case, consent)]


def engage_coordinator(
    case: Case, coordinator: StaffMember, *, today: date, of_age: bool
) -> list[ConsentEvent]:
    """A coordinator learns of a person only with consent (R6), and serves the case's side (S11,
    S76-S78). The refusal does not tell which of role and side is another.

    Raises CaseIsClosed, CoordinatorCannotBeEngaged, ConsentIsMissing.
    """
    require_open(case)
    if not _coordinates(coordinator) or not sees_compartment(coordinator.side, case.compartment):
        raise CoordinatorCannotBeEngaged
    if coordinator.id in engaged(case):
        return []
    receiver = Receiver.REGIONAL_COORDINATORS
    consent = require_consent(case, receiver, NEEDED_TO_ENGAGE, today, of_age=of_age)
    return [CoordinatorEngaged(coordinator=coordinator.id, consent=consent)]


def release_coordinator(case: Case, coordinator: UUID) -> list[ConsentEvent]:
    """Raises CoordinatorIsNotEngaged."""
    if coordinator not in engaged(case):
        raise CoordinatorIsNotEngaged
    return [CoordinatorReleased(coordinator=coordinator)]


def consult_coordinator(
    case: Case, coordinator: StaffMember, topic: ConsultationTopic
) -> list[ConsentEvent]:
    """Anonymously, so it needs no consent: what was asked is a code, and nothing of the person
    goes along (S11, w). Raises CaseIsClosed, CoordinatorCannotBeEngaged."""
    require_open(case)
    if not _coordinates(coordinator):
        raise CoordinatorCannotBeEngaged
    return [CoordinatorConsulted(coordinator=coordinator.id, topic=Sealed.of(topic))]


def end_what_ran_out(case: Case, today: date) -> list[tuple[date, CoordinatorReleased]]:
    """The engagements whose consent has run out, each with the last day that it stood. Only time
    causes it, so time must tell it."""
    return [
        (given.until, released)
        for given in case.consents
        if given.until and given.until < today
        for released in _releases(case, given.id)
    ]


def end_what_a_guardian_gave(case: Case) -> list[CoordinatorReleased]:
    """The engagements that rest on it, once the person is 18: consent is taken anew (R13)."""
    return [
        released
        for given in case.consents
        if _is_by_guardian(given)
        for released in _releases(case, given.id)
    ]


# --- what stands -----------------------------------------------------------------------------


def engaged(case: Case) -> tuple[UUID, ...]:
    """The coordinators who may see the case."""
    return tuple(engagement.coordinator for engagement in case.engagements)


def require_consent(
    case: Case,
    receiver: Receiver,
    scope: frozenset[InformationKind],
    today: date,
    *,
    of_age: bool,
) -> UUID:
    """The consent that carries it; from 18 no guardian's does (R13). Raises ConsentIsMissing."""
    for given in case.consents:
        if _carries(given, receiver, scope, today) and not (of_age and _is_by_guardian(given)):
            return given.id
    raise ConsentIsMissing


def _is_by_guardian(given: Consent) -> bool:
    return given.giver.reveal() is not ConsentGiver.PERSON


def _carries(
    given: Consent, receiver: Receiver, scope: frozenset[InformationKind], today: date
) -> bool:
    stands = given.until is None or given.until >= today
    return stands and given.receiver.reveal() is receiver and scope <= set(given.scope.reveal())


def _standing(case: Case, consent: UUID, today: date) -> Consent:
    """Raises ConsentHasEnded."""
    for given in case.consents:
        if given.id == consent and (given.until is None or given.until >= today):
            return given
    raise ConsentHasEnded


def _releases(case: Case, consent: UUID) -> Iterator[CoordinatorReleased]:
    for engagement in case.engagements:
        if engagement.consent == consent:
            yield CoordinatorReleased(coordinator=engagement.coordinator)


def _coordinates(member: StaffMember) -> bool:
    return member.active and member.role is StaffRole.REGIONAL_COORDINATOR


def _require_to_come(until: date | None, today: date) -> None:
    if until is not None and until < today:
        raise ConsentIsOver


def _sorted(scope: tuple[InformationKind, ...]) -> tuple[InformationKind, ...]:
    return tuple(kind for kind in InformationKind if kind in scope)
