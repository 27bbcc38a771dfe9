"""Consent (samtycke), and the regional coordinators who learn of a person only with it (R6).

A consent is given for some kinds of information and one receiver, narrowed, withdrawn, or runs
out; one that a guardian gave, alone or together with the child, stands as long as that guardian has
rights, and until the child is 18 (R13). A coordinator is engaged as long as a consent stands that
carries it: when it is narrowed below that or withdrawn, the engagement ends in the same act, and
with its last day by itself. Without one, a coordinator may be consulted, and is told nothing of the
person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
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
    GuardianHasNoRights,
    GuardianIsNotNamed,
    PersonIsOfAge,
)
from domain.policy import sees_compartment
from domain.sealed import Sealed
from domain.staff import StaffMember

# --- events: these names and fields are the storage format; version with care ----------------

_NOBODY: Final[Sealed[UUID | None]] = Sealed.of(None)
_NEVER: Final[Sealed[date | None]] = Sealed.of(None)


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentGiven:
    consent: UUID
    until: date | None  # the last day
    scope: Sealed[tuple[InformationKind, ...]]
    receiver: Sealed[Receiver]
    giver: Sealed[ConsentGiver]
    guardian: Sealed[UUID | None] = _NOBODY


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
    """`last_day`: the one before the 18th birthday, where a guardian consented; a day in the clear
    would tell the birthday, so it is sealed in every engagement."""

    coordinator: UUID
    consent: UUID
    last_day: Sealed[date | None] = _NEVER


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
                guardian=told.guardian,
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
        case CoordinatorEngaged(coordinator=coordinator, consent=consent, last_day=last_day):
            engaged = Engagement(coordinator=coordinator, consent=consent, last_day=last_day)
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
    guardian: UUID | None = None,
    until: date | None,
    today: date,
    of_age: bool,
    guardians: frozenset[UUID] = frozenset(),
) -> list[ConsentEvent]:
    """OSL 10:1, 12:2; a guardian's 12:3, of a child only (R13), and of whoever of the `guardians`
    it is who has rights now.

    Raises CaseIsClosed, ConsentIsOver, PersonIsOfAge, GuardianIsNotNamed, GuardianHasNoRights.
    """
    require_open(case)
    _require_to_come(until, today)
    by_guardian = giver is not ConsentGiver.PERSON
    if of_age and by_guardian:
        raise PersonIsOfAge
    if by_guardian is (guardian is None):
        raise GuardianIsNotNamed
    if guardian is not None and guardian not in guardians:
        raise GuardianHasNoRights
    return [
        ConsentGiven(
            consent=consent,
            until=until,
            scope=Sealed.of(_sorted(scope)),
            receiver=Sealed.of(receiver),
            giver=Sealed.of(giver),
            guardian=Sealed.of(guardian),
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
    case: Case,
    coordinator: StaffMember,
    *,
    today: date,
    guardians: frozenset[UUID],
    comes_of_age: date | None,
) -> list[ConsentEvent]:
    """A coordinator learns of a person only with consent (R6), and serves the case's side (S11,
    S76-S78); with a guardian's until the person `comes_of_age`. The refusal does not tell which of
    role and side is another.

    Raises CaseIsClosed, CoordinatorCannotBeEngaged, ConsentIsMissing.
    """
    require_open(case)
    if not _coordinates(coordinator) or not sees_compartment(coordinator.side, case.compartment):
        raise CoordinatorCannotBeEngaged
    if is_engaged(case, coordinator.id, today):
        return []
    over = [CoordinatorReleased(coordinator=one) for one in engaged(case) if one == coordinator.id]
    receiver = Receiver.REGIONAL_COORDINATORS
    consent = require_consent(case, receiver, NEEDED_TO_ENGAGE, today, guardians=guardians)
    last_day = comes_of_age and _is_by_guardian(consent) and comes_of_age - timedelta(days=1)
    anew = CoordinatorEngaged(
        coordinator=coordinator.id, consent=consent.id, last_day=Sealed.of(last_day or None)
    )
    return [*over, anew]


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


def end_what_a_guardian_gave(case: Case, guardian: UUID | None = None) -> list[CoordinatorReleased]:
    """The engagements that rest on it, once the person is 18: consent is taken anew (R13). Before
    that, those that rest on what this guardian gave, whose rights have ended."""
    return [
        released
        for given in case.consents
        if _is_by_guardian(given) and guardian in (None, given.guardian.reveal())
        for released in _releases(case, given.id)
    ]


# --- what stands -----------------------------------------------------------------------------


def engaged(case: Case) -> tuple[UUID, ...]:
    """The coordinators who are to see the case, as long as a consent carries it."""
    return tuple(engagement.coordinator for engagement in case.engagements)


def is_engaged(case: Case, coordinator: UUID, today: date) -> bool:
    """Whether a consent carries it today, whether or not time has told that it has run out. A last
    day that can no longer be read is over."""
    standing = {given.id for given in case.consents if _stands(given.until, today)}
    return any(
        one.consent in standing and one.last_day.is_open and _stands(one.last_day.reveal(), today)
        for one in case.engagements
        if one.coordinator == coordinator
    )


def require_consent(
    case: Case,
    receiver: Receiver,
    scope: frozenset[InformationKind],
    today: date,
    *,
    guardians: frozenset[UUID],
    by_guardian: bool = False,
) -> Consent:
    """The consent that carries it; a guardian's only while that guardian has rights, and from 18
    nobody's (R13). `by_guardian`: no other carries it (OSL 12:3). Raises ConsentIsMissing."""
    for given in case.consents:
        has_rights = given.guardian.reveal() in guardians
        stands = has_rights if _is_by_guardian(given) else not by_guardian
        if stands and _carries(given, receiver, scope, today):
            return given
    raise ConsentIsMissing


def _is_by_guardian(given: Consent) -> bool:
    return given.giver.reveal() is not ConsentGiver.PERSON


def _carries(
    given: Consent, receiver: Receiver, scope: frozenset[InformationKind], today: date
) -> bool:
    stands = _stands(given.until, today)
    return stands and given.receiver.reveal() is receiver and scope <= set(given.scope.reveal())


def _standing(case: Case, consent: UUID, today: date) -> Consent:
    """Raises ConsentHasEnded."""
    for given in case.consents:
        if given.id == consent and _stands(given.until, today):
            return given
    raise ConsentHasEnded


def _stands(last_day: date | None, today: date) -> bool:
    return last_day is None or last_day >= today


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
