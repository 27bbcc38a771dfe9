"""What goes out of the administration: an external referral (remiss) and its answer, a report to
the police. Each names the ground on which it crosses the border of secrecy.

A party with a client of its own (S15-S20) reads there what was asked of it and answers itself;
otherwise the answer is recorded by whoever gets it. Receivers are outside the administration, so
nothing goes from one side of it to the other (S77).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from domain.case.consent import require_consent
from domain.case.state import Case, Consent, require_open
from domain.codes import (
    ClockKind,
    DisclosureGround,
    ExternalAnswer,
    InformationKind,
    Receiver,
)
from domain.deadline import DeadlineEvent, end_deadline, set_deadline
from domain.disclosure import RESTS_ON_CONSENT, require_basis
from domain.errors import (
    ConsentIsMissing,
    ContactIsProtected,
    ExternalReferralIsNotWaiting,
    PartyDoesNotFit,
)
from domain.organisation import Settings, Unit
from domain.ports import WorkingCalendar
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalReferralMade:
    """As it was recorded until a party could answer itself."""

    person: UUID
    referral: UUID
    consent: Sealed[UUID | None]  # that it rests on: in the clear it would tell the ground
    receiver: Sealed[Receiver]
    ground: Sealed[DisclosureGround]
    going_along: Sealed[tuple[InformationKind, ...]]
    text: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalReferralAddressed(ExternalReferralMade):
    party: Sealed[str | None]  # the unit whose client may answer it, if any


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalReferralAnswered:
    person: UUID
    referral: UUID
    answer: Sealed[ExternalAnswer]
    text: Sealed[str | None]
    last: bool = True  # a place on a waiting list is not: it is taken on, or declined, later


@dataclass(frozen=True, kw_only=True, slots=True)
class PoliceReportMade:
    """Stored veiled: that there is one tells of a crime."""

    person: UUID
    ground: DisclosureGround
    register_number: str | None  # of the police


OutwardEvent = (
    ExternalReferralMade | ExternalReferralAddressed | ExternalReferralAnswered | PoliceReportMade
)


def evolve(case: Case, event: object) -> Case:
    match event:
        case ExternalReferralMade(referral=referral):
            return replace(case, sent_out=(*case.sent_out, referral))
        case ExternalReferralAnswered(referral=referral, last=True):
            return replace(case, sent_out=tuple(r for r in case.sent_out if r != referral))
        case _:
            return case


# --- decisions -------------------------------------------------------------------------------

REPORTED: Final = frozenset((InformationKind.IDENTITY, InformationKind.CIRCUMSTANCES))
"""What a report to the police tells at least; a consent for less does not carry it (c)."""


def refer_out(
    case: Case,
    referral: UUID,
    *,
    receiver: Receiver,
    party: Unit | None,
    ground: DisclosureGround,
    going_along: tuple[InformationKind, ...],
    text: str,
    today: date,
    guardians: frozenset[UUID],
) -> list[OutwardEvent]:
    """On a ground that carries to this receiver. With consent, the person's or a guardian's, one
    must stand that covers what goes along (OSL 10:1, 12:2, 12:3). `party`: who is to answer with a
    client of its own (S15-S20).

    Raises CaseIsClosed, ContactIsProtected, PartyDoesNotFit, GroundDoesNotFit, ConsentIsMissing.
    """
    require_open(case)
    if case.narrowed and InformationKind.CONTACT in going_along:
        raise ContactIsProtected
    if party is not None and receiver not in party.receives_as:
        raise PartyDoesNotFit
    consent = _require_ground(
        case, ground, receiver, frozenset(going_along), today, guardians=guardians
    )
    return [
        ExternalReferralAddressed(
            person=case.person,
            referral=referral,
            consent=Sealed.of(consent.id if consent else None),
            receiver=Sealed.of(receiver),
            party=Sealed.of(None if party is None else party.code),
            ground=Sealed.of(ground),
            going_along=Sealed.of(tuple(k for k in InformationKind if k in going_along)),
            text=Sealed.of(text),
        )
    ]


def is_carried(
    case: Case, asked: ExternalReferralAddressed, today: date, *, guardians: frozenset[UUID]
) -> bool:
    """Whether what it rests on still stands: a consent may have been narrowed or withdrawn, or
    have run out (OSL 10:1). What rests on the law stands."""
    ground, covered = asked.ground.reveal(), frozenset(asked.going_along.reveal())
    try:
        _require_consent(case, ground, asked.receiver.reveal(), covered, today, guardians)
    except ConsentIsMissing:
        return False
    return True


def receive_external_answer(
    case: Case, referral: UUID, *, answer: ExternalAnswer, text: str | None, carried: bool = True
) -> list[OutwardEvent]:
    """Once; a place on a waiting list is told before that, as often as it takes (c). Also after the
    case was closed. Where the consent that the question rests on does not stand any more (not
    `carried`), it is answered by its code alone: nothing more is told of the person (c).

    Raises ExternalReferralIsNotWaiting, ConsentIsMissing.
    """
    if referral not in case.sent_out:
        raise ExternalReferralIsNotWaiting
    if text is not None and not carried:
        raise ConsentIsMissing
    return [
        ExternalReferralAnswered(
            person=case.person,
            referral=referral,
            answer=Sealed.of(answer),
            text=Sealed.of(text),
            last=answer is not ExternalAnswer.WAITING_LIST,
        )
    ]


# --- its clock, which has the number of the referral ------------------------------------------


def follow_up(
    referral: UUID, at: datetime, settings: Settings, calendar: WorkingCalendar
) -> Sequence[DeadlineEvent]:
    """Whoever made it asks after it when no last answer has come (c)."""
    return set_deadline(referral, ClockKind.EXTERNAL_REFERRAL_FOLLOWED_UP, at, settings, calendar)


def is_waited_for(case: Case, referral: UUID) -> bool:
    """Nobody waits for an answer in a case that was closed, nor asks after it once it is reopened;
    one that comes all the same is taken."""
    return referral in case.sent_out and any(one.id == referral for one in case.deadlines)


def end_follow_up(
    case: Case, referral: UUID, answered: Iterable[OutwardEvent], at: datetime
) -> Sequence[DeadlineEvent]:
    """With the last answer; of a closed case nothing is followed up any more."""
    is_last = any(isinstance(e, ExternalReferralAnswered) and e.last for e in answered)
    return (
        end_deadline(case.deadlines, referral, at)
        if is_last and is_waited_for(case, referral)
        else []
    )


def report_to_police(
    case: Case,
    *,
    ground: DisclosureGround,
    register_number: str | None,
    today: date,
    guardians: frozenset[UUID],
) -> list[OutwardEvent]:
    """On consent that stands and covers it, a duty, or OSL 10:21, 10:23, 10:24.

    Raises CaseIsClosed, GroundDoesNotFit, ConsentIsMissing.
    """
    require_open(case)
    _require_ground(case, ground, Receiver.POLICE, REPORTED, today, guardians=guardians)
    return [PoliceReportMade(person=case.person, ground=ground, register_number=register_number)]


def _require_ground(
    case: Case,
    ground: DisclosureGround,
    receiver: Receiver,
    scope: frozenset[InformationKind],
    today: date,
    *,
    guardians: frozenset[UUID],
) -> Consent | None:
    """The consent that it rests on, if it rests on one. Raises GroundDoesNotFit,
    ConsentIsMissing."""
    require_basis(ground, receiver, today)
    return _require_consent(case, ground, receiver, scope, today, guardians)


def _require_consent(
    case: Case,
    ground: DisclosureGround,
    receiver: Receiver,
    scope: frozenset[InformationKind],
    today: date,
    guardians: frozenset[UUID],
) -> Consent | None:
    """A guardian's where the ground is OSL 12:3, alone or with the child's. Raises
    ConsentIsMissing."""
    if ground not in RESTS_ON_CONSENT:
        return None
    by_guardian = ground is DisclosureGround.GUARDIAN
    return require_consent(
        case, receiver, scope, today, guardians=guardians, by_guardian=by_guardian
    )
