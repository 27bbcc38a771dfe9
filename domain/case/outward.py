"""What goes out of the administration: an external referral (remiss) and its answer, a report to
the police. Each names the ground on which it crosses the border of secrecy.

Receivers are outside the administration, so nothing goes from one side of it to the other (S77).
"""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.case.consent import require_consent
from domain.case.state import Case, require_open
from domain.codes import DisclosureGround, ExternalAnswer, InformationKind, Receiver
from domain.errors import ExternalReferralIsNotWaiting, GroundDoesNotFit
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalReferralMade:
    person: UUID
    referral: UUID
    consent: Sealed[UUID | None]  # that it rests on: in the clear it would tell the ground
    receiver: Sealed[Receiver]
    ground: Sealed[DisclosureGround]
    going_along: Sealed[tuple[InformationKind, ...]]
    text: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalReferralAnswered:
    person: UUID
    referral: UUID
    answer: Sealed[ExternalAnswer]
    text: Sealed[str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class PoliceReportMade:
    """Stored veiled: that there is one tells of a crime."""

    person: UUID
    ground: DisclosureGround
    register_number: str | None  # of the police


OutwardEvent = ExternalReferralMade | ExternalReferralAnswered | PoliceReportMade


def evolve(case: Case, event: object) -> Case:
    match event:
        case ExternalReferralMade(referral=referral):
            return replace(case, sent_out=(*case.sent_out, referral))
        case ExternalReferralAnswered(referral=referral):
            return replace(case, sent_out=tuple(r for r in case.sent_out if r != referral))
        case _:
            return case


# --- decisions -------------------------------------------------------------------------------

_FOR_CRIME = (
    DisclosureGround.CRIME_AGAINST_CHILD,
    DisclosureGround.SERIOUS_CRIME,
    DisclosureGround.OTHER_CRIME,
    DisclosureGround.CONSENT,
    DisclosureGround.DUTY,
)


def refer_out(
    case: Case,
    referral: UUID,
    *,
    receiver: Receiver,
    ground: DisclosureGround,
    going_along: tuple[InformationKind, ...],
    text: str,
    today: date,
    guardians: frozenset[UUID],
) -> list[OutwardEvent]:
    """With consent, one must stand that covers what goes along (OSL 10:1, 12:2).

    Raises CaseIsClosed, ConsentIsMissing.
    """
    require_open(case)
    consent = None
    if ground is DisclosureGround.CONSENT:
        covered = frozenset(going_along)
        consent = require_consent(case, receiver, covered, today, guardians=guardians).id
    return [
        ExternalReferralMade(
            person=case.person,
            referral=referral,
            consent=Sealed.of(consent),
            receiver=Sealed.of(receiver),
            ground=Sealed.of(ground),
            going_along=Sealed.of(tuple(k for k in InformationKind if k in going_along)),
            text=Sealed.of(text),
        )
    ]


def receive_external_answer(
    case: Case, referral: UUID, *, answer: ExternalAnswer, text: str | None
) -> list[OutwardEvent]:
    """Once; also after the case was closed. Raises ExternalReferralIsNotWaiting."""
    if referral not in case.sent_out:
        raise ExternalReferralIsNotWaiting
    return [
        ExternalReferralAnswered(
            person=case.person,
            referral=referral,
            answer=Sealed.of(answer),
            text=Sealed.of(text),
        )
    ]


def report_to_police(
    case: Case, *, ground: DisclosureGround, register_number: str | None
) -> list[OutwardEvent]:
    """Raises CaseIsClosed; GroundDoesNotFit: a report rests on consent, a duty, or OSL 10:21,
    10:23, 10:24."""
    require_open(case)
    if ground not in _FOR_CRIME:
        raise GroundDoesNotFit
    return [PoliceReportMade(person=case.person, ground=ground, register_number=register_number)]
