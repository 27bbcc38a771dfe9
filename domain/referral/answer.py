"""How a referral is answered: accepted, or declined for one of R2's reasons; or, of a report that
was assessed, closed without an investigation (SoL 20:2)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from domain import assessment, deadline
from domain.codes import AgeKnowledge, DeclineReason
from domain.errors import (
    AcuteNeedsAreOurs,
    AgeIsDisputed,
    AgeIsNotEstablished,
    DeclineIsNotProposed,
    InvestigationIsDecided,
    RoutingStaysTheSame,
)
from domain.referral.reception import ReceptionEvent, routed
from domain.referral.state import (
    ANSWER,
    ANSWERED,
    ProposedDecline,
    Referral,
    ReferralStatus,
    require_no_proposal,
    require_waiting,
)
from domain.routing import Route
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralAccepted:
    """The unit takes over: from this event on it is the holder, through the case."""

    unit: str
    case: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralDeclineProposed:
    """R2 binds: until the unit manager has confirmed, the referral stands."""

    person: UUID
    unit: str
    reason: Sealed[DeclineReason]
    age: Sealed[AgeKnowledge | None]
    explanation: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralDeclineRefused:
    """The unit manager does not confirm; the referral waits for an answer as before."""

    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralDeclined:
    """For a wrong age the next event routes it anew, by the age that was found; otherwise this
    was its answer."""

    person: UUID
    unit: str
    holder: str
    reason: Sealed[DeclineReason]
    age: Sealed[AgeKnowledge | None]
    explanation: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralClosed:
    """A report was assessed and no investigation is opened, or what is out of scope was referred on
    (R12): that was its answer. On what ground, the fact before it says, which is sealed."""

    person: UUID
    unit: str


AnswerEvent = (
    ReferralAccepted
    | ReferralDeclineProposed
    | ReferralDeclineRefused
    | ReferralDeclined
    | ReferralClosed
)


def evolve(referral: Referral, event: object) -> Referral:
    match event:
        case ReferralAccepted(unit=unit, case=case):
            return replace(
                referral,
                holder=unit,
                case=case,
                status=ReferralStatus.ACCEPTED,
                proposed=None,
                deadlines=deadline.without(referral.deadlines, ANSWER),
            )
        case ReferralDeclineProposed(reason=reason, age=age, explanation=explanation):
            proposed = ProposedDecline(reason=reason, age=age, explanation=explanation)
            return replace(referral, status=ReferralStatus.DECLINE_PROPOSED, proposed=proposed)
        case ReferralDeclineRefused():
            return replace(referral, status=ReferralStatus.WAITING, proposed=None)
        case ReferralDeclined(holder=holder, age=age):
            found = age if age.is_open and age.reveal() is not None else referral.age
            return replace(
                referral,
                holder=holder,
                age=cast("Sealed[AgeKnowledge]", found),
                status=ReferralStatus.DECLINED,
                proposed=None,
                deadlines=deadline.without(referral.deadlines, ANSWER),
            )
        case ReferralClosed():
            return replace(
                referral,
                status=ReferralStatus.CLOSED,
                proposed=None,
                deadlines=deadline.without(referral.deadlines, ANSWER),
            )
        case _:
            return referral


# --- decisions -------------------------------------------------------------------------------


def accept_referral(
    referral: Referral, case: UUID, *, by_unit: str, responsible: str
) -> list[AnswerEvent]:
    """The receiving unit takes over; `responsible` is the unit of the case that is joined.

    Raises ReferralIsAnswered, DeclineIsProposed.
    """
    require_no_proposal(referral, by_unit)
    return [ReferralAccepted(unit=responsible, case=case)]


def close_referral(referral: Referral, ruled: Route) -> list[AnswerEvent]:
    """No investigation is opened, so nothing waits any more (SoL 2025:400 20:2, 2001:453 11:1 a);
    but where R2 binds, the unit takes over all the same, and what is out of scope waits until it is
    referred on (R12)."""
    if referral.status in ANSWERED or ruled.binds or ruled.out_of_scope:
        return []
    return [ReferralClosed(person=referral.person, unit=referral.unit)]


def decline_referral(
    referral: Referral,
    *,
    reason: DeclineReason,
    age: AgeKnowledge | None,
    explanation: str,
    by_unit: str,
    elsewhere: Route | None,
    due: datetime,
    confirmed: bool,
    is_proved: bool = False,
) -> list[AnswerEvent | ReceptionEvent]:
    """Decline for one of R2's reasons; the only ones there are.

    `confirmed`: the unit manager declines, or nobody needs to confirm. A wrong age must lead
    elsewhere: then the referral is routed anew in the same act and never without a holder.
    `is_proved`: that age is on the person's record, with what it rests on.
    Raises ReferralIsAnswered, DeclineIsProposed, AgeIsNotEstablished, RoutingStaysTheSame,
    AgeIsDisputed, AcuteNeedsAreOurs, ProtectionIsNotAssessed, InvestigationIsDecided.
    """
    require_no_proposal(referral, by_unit)
    match reason:
        case DeclineReason.WRONG_AGE:
            if age is None or not age.is_established:
                raise AgeIsNotEstablished
            if elsewhere is None or elsewhere.unit == referral.unit:
                raise RoutingStaysTheSame
            _require_undisputed(referral, elsewhere, is_proved=is_proved)
        case DeclineReason.OTHER_MUNICIPALITY:
            _require_ended(referral)
    proposed = ProposedDecline(
        reason=Sealed.of(reason), age=Sealed.of(age), explanation=Sealed.of(explanation)
    )
    if confirmed:
        return _declined(referral, proposed, elsewhere, due)
    return [
        ReferralDeclineProposed(
            person=referral.person,
            unit=referral.unit,
            reason=proposed.reason,
            age=proposed.age,
            explanation=proposed.explanation,
        )
    ]


def confirm_decline(
    referral: Referral,
    *,
    by_unit: str,
    elsewhere: Route | None,
    due: datetime,
    is_proved: bool = False,
) -> list[AnswerEvent | ReceptionEvent]:
    """The unit manager confirms what was proposed (R2).

    Raises ReferralIsAnswered, DeclineIsNotProposed, AgeIsDisputed, AcuteNeedsAreOurs,
    ProtectionIsNotAssessed, InvestigationIsDecided.
    """
    require_waiting(referral, by_unit)
    if referral.proposed is None:
        raise DeclineIsNotProposed
    if referral.proposed.reason.reveal() is DeclineReason.OTHER_MUNICIPALITY:
        _require_ended(referral)  # more may have become known meanwhile
    if elsewhere:
        _require_undisputed(referral, elsewhere, is_proved=is_proved)
    return _declined(referral, referral.proposed, elsewhere, due)


def refuse_decline(referral: Referral, *, by_unit: str) -> list[AnswerEvent]:
    """The unit manager does not confirm. Raises ReferralIsAnswered, DeclineIsNotProposed."""
    require_waiting(referral, by_unit)
    if referral.proposed is None:
        raise DeclineIsNotProposed
    return [ReferralDeclineRefused(unit=referral.unit)]


def _require_undisputed(referral: Referral, elsewhere: Route, *, is_proved: bool) -> None:
    """A unit that was asked has answered that the age is another: by guesses the referral would go
    to and fro without end (S69). Raises AgeIsDisputed."""
    if elsewhere.unit in referral.asked and not is_proved:
        raise AgeIsDisputed


def _require_ended(referral: Referral) -> None:
    """R14: acute needs are ours, whether the sender told of them or our own assessment did; of a
    child nobody knows before protection is assessed (SoL 2025:400 20:1; 2001:453 11:1 a). An
    investigation that is decided is opened here, and moved in writing (20:2, 29:10)."""
    if referral.acute or referral.assessment.at_once:
        raise AcuteNeedsAreOurs
    assessment.require_protection_assessed(referral.deadlines)
    if assessment.is_to_be_investigated(referral.deadlines):
        raise InvestigationIsDecided


def _declined(
    referral: Referral, proposed: ProposedDecline, elsewhere: Route | None, due: datetime
) -> list[AnswerEvent | ReceptionEvent]:
    declined = ReferralDeclined(
        person=referral.person,
        unit=referral.unit,
        holder=referral.holder,
        reason=proposed.reason,
        age=proposed.age,
        explanation=proposed.explanation,
    )
    if elsewhere is None:
        return [declined]
    held = referral.sender_unit if referral.holder == referral.sender_unit else None
    return [declined, routed(held, elsewhere, due=due, narrowed=referral.narrowed)]
