"""An incoming referral (aktualisering): somebody tells of a person, and somebody must answer.

The story: received from a source by a channel; routed by the rules to one unit; accepted, which
opens or joins a case, or declined for a coded reason; forwarded, or its routing overridden with a
reason; withdrawn by the sender. From receipt to answer it has a holder: the unit it was routed to
or, where a unit of the administration sends it on, that unit until the receiver accepts (S69).
Nexus declines only as R2 allows, confirmed by its unit manager.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, cast
from uuid import UUID

from domain import assessment, deadline
from domain.assessment import UNASSESSED, Assessment, AssessmentEvent
from domain.codes import (
    AgeKnowledge,
    Channel,
    ClockKind,
    Compartment,
    Concern,
    DeclineReason,
    PersonRole,
    ReferralKind,
    Residence,
    Source,
)
from domain.deadline import DeadlineEvent, Deadlines
from domain.errors import (
    AcuteNeedsAreOurs,
    AgeIsNotEstablished,
    DeclineIsNotProposed,
    DeclineIsProposed,
    ReceivedInTheFuture,
    ReferralIsAnswered,
    ReportStands,
    RoutingIsDecided,
    RoutingStaysTheSame,
    RuleBindsTheUnit,
    SenderMustAnswer,
    UnitIsAskedAlready,
)
from domain.routing import Route, Rule
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralReceived:
    person: UUID
    receipt: str  # random: what the sender quotes when asking
    channel: Channel
    sender_unit: str
    acute: bool
    source: Sealed[Source]
    senders_reference: Sealed[str | None]
    kind: Sealed[ReferralKind]
    role: Sealed[PersonRole]
    age: Sealed[AgeKnowledge]
    assessed_by: Sealed[str | None]  # who assessed the person as adult (R3)
    concern: Sealed[Concern]
    residence: Sealed[Residence]
    account: Sealed[str]  # what the sender tells


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralRouted:
    unit: str
    holder: str
    compartment: Compartment
    informed: tuple[str, ...]
    answer_due: datetime
    deciding: Sealed[Rule]
    rules: Sealed[tuple[Rule, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralRoutedNarrowly(ReferralRouted):
    """The same, about somebody whose identity is protected: access narrows in that same event, so
    that how many facts a referral makes does not tell its sender of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralNarrowed:
    """The person's identity came to be protected while it waited, or after."""

    person: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralWidened:
    person: UUID


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
class RoutingOverridden:
    """S75: a unit manager sets a rule aside, with a written reason; counted. The next event routes
    it anew."""

    person: UUID
    unit: str
    to_unit: str
    rule: Sealed[Rule]  # that was set aside
    reason: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralForwarded:
    """No rule decides (R0), or it is out of scope (R12): the unit that sorts it sends it on. The
    next event routes it anew."""

    person: UUID
    unit: str
    to_unit: str
    reason: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralWithdrawn:
    """By whoever sent it, while nobody had answered."""

    person: UUID
    unit: str
    reason: Sealed[str]


ReferralEvent = (
    ReferralReceived
    | ReferralRouted
    | ReferralAccepted
    | ReferralDeclineProposed
    | ReferralDeclineRefused
    | ReferralDeclined
    | RoutingOverridden
    | ReferralForwarded
    | ReferralWithdrawn
    | ReferralRoutedNarrowly
    | ReferralNarrowed
    | ReferralWidened
)

# --- state -----------------------------------------------------------------------------------

ANSWER: Final = UUID(int=1)
"""The deadline of the referral's answer: each referral has one at a time."""


class ReferralStatus(StrEnum):
    WAITING = "waiting"
    DECLINE_PROPOSED = "decline-proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the sender


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposedDecline:
    reason: Sealed[DeclineReason]
    age: Sealed[AgeKnowledge | None]
    explanation: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Referral:
    person: UUID
    sender_unit: str
    source: Sealed[Source]
    kind: Sealed[ReferralKind]
    role: Sealed[PersonRole]
    age: Sealed[AgeKnowledge]
    concern: Sealed[Concern]
    residence: Sealed[Residence]
    acute: bool
    compartment: Compartment = Compartment.TRIAGE
    unit: str = ""
    asked: tuple[str, ...] = ()  # the units that it was routed to, the present one last
    holder: str = ""
    informed: tuple[str, ...] = ()
    status: ReferralStatus = ReferralStatus.WAITING
    proposed: ProposedDecline | None = None
    case: UUID | None = None
    narrowed: bool = False  # access, while the person's identity is protected
    deadlines: Deadlines = ()
    assessment: Assessment = UNASSESSED


def evolve(referral: Referral | None, event: object) -> Referral | None:
    if isinstance(event, ReferralReceived):
        return Referral(
            person=event.person,
            sender_unit=event.sender_unit,
            source=event.source,
            kind=event.kind,
            role=event.role,
            age=event.age,
            concern=event.concern,
            residence=event.residence,
            acute=event.acute,
        )
    if referral is None:
        return None
    if isinstance(event, DeadlineEvent):
        return replace(referral, deadlines=deadline.evolve(referral.deadlines, event))
    if isinstance(event, AssessmentEvent):
        return replace(referral, assessment=assessment.evolve(referral.assessment, event))
    match event:
        case ReferralRouted(answer_due=due):
            waits = deadline.awaited(referral.deadlines, ANSWER, ClockKind.REFERRAL_ANSWER, due)
            return replace(
                referral,
                deadlines=waits,
                unit=event.unit,
                case=None,
                asked=(*referral.asked, event.unit),
                holder=event.holder,
                compartment=event.compartment,
                informed=event.informed,
                status=ReferralStatus.WAITING,
                proposed=None,
                narrowed=referral.narrowed or isinstance(event, ReferralRoutedNarrowly),
            )
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
        case ReferralNarrowed() | ReferralWidened():
            return replace(referral, narrowed=isinstance(event, ReferralNarrowed))
        case ReferralWithdrawn():
            return replace(
                referral,
                status=ReferralStatus.WITHDRAWN,
                proposed=None,
                deadlines=deadline.without(referral.deadlines, ANSWER),
            )
        case _:
            return referral


def fold(events: Iterable[object]) -> Referral | None:
    referral: Referral | None = None
    for event in events:
        referral = evolve(referral, event)
    return referral


# --- what the sender calls it ----------------------------------------------------------------


def plain_reference(reference: str) -> str:
    """One spelling of a sender's own reference: capitals and blanks make no difference."""
    return "".join(reference.casefold().split())


# --- decisions -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """What the sender tells, as it was received."""

    receipt: str
    source: Source
    channel: Channel
    kind: ReferralKind
    sender_unit: str
    senders_reference: str | None
    role: PersonRole
    age: AgeKnowledge
    assessed_by: str | None
    concern: Concern
    residence: Residence
    acute: bool
    text: str


def receive_referral(
    person: UUID,
    account: Account,
    route: Route,
    *,
    sender_sees: bool,
    received: datetime,
    now: datetime,
    due: datetime,
    narrowed: bool = False,
) -> list[ReferralEvent]:
    """Received and routed in one act, so that it is never without a holder (S69).

    `received` is the legal moment. `sender_sees`: the sender works on the side that it was routed
    to; otherwise the receiving unit holds it at once, since nobody holds what they may not see.
    Raises ReceivedInTheFuture.
    """
    if received > now:
        raise ReceivedInTheFuture
    return [
        ReferralReceived(
            person=person,
            receipt=account.receipt,
            source=Sealed.of(account.source),
            channel=account.channel,
            sender_unit=account.sender_unit,
            acute=account.acute,
            senders_reference=Sealed.of(account.senders_reference),
            kind=Sealed.of(account.kind),
            role=Sealed.of(account.role),
            age=Sealed.of(account.age),
            assessed_by=Sealed.of(account.assessed_by),
            concern=Sealed.of(account.concern),
            residence=Sealed.of(account.residence),
            account=Sealed.of(account.text),
        ),
        _routed(account.sender_unit if sender_sees else None, route, due=due, narrowed=narrowed),
    ]


def _routed(
    sending_unit: str | None, route: Route, *, due: datetime, narrowed: bool
) -> ReferralRouted:
    """The sending unit keeps holding what it sends on (S69)."""
    return (ReferralRoutedNarrowly if narrowed else ReferralRouted)(
        unit=route.unit,
        holder=sending_unit if sending_unit and route.sender_holds else route.unit,
        compartment=route.compartment,
        informed=route.informed,
        answer_due=due,
        deciding=Sealed.of(route.deciding),
        rules=Sealed.of(route.rules),
    )


def accept_referral(
    referral: Referral, case: UUID, *, by_unit: str, responsible: str
) -> list[ReferralEvent]:
    """The receiving unit takes over; `responsible` is the unit of the case that is joined.

    Raises ReferralIsAnswered, DeclineIsProposed.
    """
    _waits_for(referral, by_unit)
    if referral.status is ReferralStatus.DECLINE_PROPOSED:
        raise DeclineIsProposed
    return [ReferralAccepted(unit=responsible, case=case)]


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
) -> list[ReferralEvent]:
    """Decline for one of R2's reasons; the only ones there are.

    `confirmed`: the unit manager declines, or nobody needs to confirm. A wrong age must lead
    elsewhere: then the referral is routed anew in the same act and never without a holder.
    Raises ReferralIsAnswered, DeclineIsProposed, AgeIsNotEstablished, RoutingStaysTheSame,
    AcuteNeedsAreOurs, ProtectionIsNotAssessed.
    """
    _waits_for(referral, by_unit)
    if referral.status is ReferralStatus.DECLINE_PROPOSED:
        raise DeclineIsProposed
    match reason:
        case DeclineReason.WRONG_AGE:
            if age is None or not age.is_established:
                raise AgeIsNotEstablished
            if elsewhere is None or elsewhere.unit == referral.unit:
                raise RoutingStaysTheSame
        case DeclineReason.OTHER_MUNICIPALITY:
            _require_no_acute_needs(referral)
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
    referral: Referral, *, by_unit: str, elsewhere: Route | None, due: datetime
) -> list[ReferralEvent]:
    """The unit manager confirms what was proposed (R2).

    Raises ReferralIsAnswered, DeclineIsNotProposed, AcuteNeedsAreOurs, ProtectionIsNotAssessed.
    """
    _waits_for(referral, by_unit)
    if referral.proposed is None:
        raise DeclineIsNotProposed
    if referral.proposed.reason.reveal() is DeclineReason.OTHER_MUNICIPALITY:
        _require_no_acute_needs(referral)  # they may have become known meanwhile
    return _declined(referral, referral.proposed, elsewhere, due)


def refuse_decline(referral: Referral, *, by_unit: str) -> list[ReferralEvent]:
    """The unit manager does not confirm. Raises ReferralIsAnswered, DeclineIsNotProposed."""
    _waits_for(referral, by_unit)
    if referral.proposed is None:
        raise DeclineIsNotProposed
    return [ReferralDeclineRefused(unit=referral.unit)]


def _require_no_acute_needs(referral: Referral) -> None:
    """R14: acute needs are ours, whether the sender told of them or our own assessment did; of a
    child nobody knows before protection is assessed (SoL 2025:400 20:1; 2001:453 11:1 a)."""
    if referral.acute or referral.assessment.at_once:
        raise AcuteNeedsAreOurs
    assessment.require_protection_assessed(referral.deadlines)


def _declined(
    referral: Referral, proposed: ProposedDecline, elsewhere: Route | None, due: datetime
) -> list[ReferralEvent]:
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
    return [declined, _routed(held, elsewhere, due=due, narrowed=referral.narrowed)]


# --- moved on, and taken back ----------------------------------------------------------------


def override_routing(
    referral: Referral, ruled: Route, *, to_unit: str, reason: str, by_unit: str, due: datetime
) -> list[ReferralEvent]:
    """The unit manager sets the rule aside for another unit of the same side (S75); this unit
    holds it until that one accepts (S69). What R2 binds is declined for its reasons, or accepted.

    Raises ReferralIsAnswered, DeclineIsProposed, UnitIsAskedAlready, RuleBindsTheUnit.
    """
    _may_move(referral, to_unit, by_unit)
    if ruled.binds:
        raise RuleBindsTheUnit
    overridden = RoutingOverridden(
        person=referral.person,
        unit=by_unit,
        to_unit=to_unit,
        rule=Sealed.of(ruled.deciding),
        reason=Sealed.of(reason),
    )
    return [overridden, _moved(referral, ruled, to_unit, by_unit, due)]


def forward_referral(
    referral: Referral, ruled: Route, *, to_unit: str, reason: str, by_unit: str, due: datetime
) -> list[ReferralEvent]:
    """The unit that sorts what no rule decides (R0), or what is out of scope (R12), sends it on;
    it holds it until the receiver accepts (S69).

    Raises ReferralIsAnswered, DeclineIsProposed, UnitIsAskedAlready, RoutingIsDecided.
    """
    _may_move(referral, to_unit, by_unit)
    if ruled.deciding not in (Rule.R0, Rule.R12):
        raise RoutingIsDecided
    forwarded = ReferralForwarded(
        person=referral.person, unit=by_unit, to_unit=to_unit, reason=Sealed.of(reason)
    )
    return [forwarded, _moved(referral, ruled, to_unit, by_unit, due)]


def await_again(referral: Referral, ruled: Route, *, due: datetime) -> list[ReferralEvent]:
    """It had joined a case that turned out to be somebody else's: it waits for an answer anew, at
    the unit that it was routed to last, which holds it (S69)."""
    if referral.status is not ReferralStatus.ACCEPTED:
        return []
    informed = dict.fromkeys((*referral.informed, *ruled.informed))
    return [
        ReferralRouted(
            unit=referral.unit,
            holder=referral.unit,
            compartment=referral.compartment,
            informed=tuple(unit for unit in informed if unit != referral.unit),
            answer_due=due,
            deciding=Sealed.of(ruled.deciding),
            rules=Sealed.of(ruled.rules),
        )
    ]


def withdraw_referral(referral: Referral, *, reason: str, by_unit: str) -> list[ReferralEvent]:
    """Whoever sent it takes it back (section 3), while nobody has answered. What is assessed as a
    report of concern, whatever the sender called it, stands all the same (c); a unit that must
    answer itself declines or accepts (R2).

    Raises ReferralIsAnswered, ReportStands, SenderMustAnswer.
    """
    if referral.status is ReferralStatus.WITHDRAWN:
        return []
    if referral.status in _ANSWERED:
        raise ReferralIsAnswered
    is_report = referral.kind.reveal() is ReferralKind.REPORT_OF_CONCERN
    if is_report or assessment.is_under_assessment(referral.assessment, referral.deadlines):
        raise ReportStands
    if by_unit in referral.asked:
        raise SenderMustAnswer
    return [
        ReferralWithdrawn(
            person=referral.person, unit=referral.sender_unit, reason=Sealed.of(reason)
        )
    ]


def narrow_referral(referral: Referral, *, narrowed: bool) -> list[ReferralEvent]:
    """As the person's protection stands, answered or not."""
    if referral.narrowed is narrowed:
        return []
    return [(ReferralNarrowed if narrowed else ReferralWidened)(person=referral.person)]


def _may_move(referral: Referral, to_unit: str, by_unit: str) -> None:
    _waits_for(referral, by_unit)
    if referral.status is ReferralStatus.DECLINE_PROPOSED:
        raise DeclineIsProposed
    if to_unit == referral.unit:
        raise UnitIsAskedAlready


def _moved(
    referral: Referral, ruled: Route, to_unit: str, by_unit: str, due: datetime
) -> ReferralRouted:
    """A sender that holds it goes on holding it; otherwise the unit that moves it does."""
    held = referral.holder == referral.sender_unit != referral.unit
    informed = dict.fromkeys((by_unit, *referral.informed, *ruled.informed))
    return (ReferralRoutedNarrowly if referral.narrowed else ReferralRouted)(
        unit=to_unit,
        holder=referral.holder if held else by_unit,
        compartment=referral.compartment,
        informed=tuple(unit for unit in informed if unit != to_unit),
        answer_due=due,
        deciding=Sealed.of(ruled.deciding),
        rules=Sealed.of(ruled.rules),
    )


_ANSWERED = (ReferralStatus.ACCEPTED, ReferralStatus.DECLINED, ReferralStatus.WITHDRAWN)


def _waits_for(referral: Referral, unit: str) -> None:
    """A unit that has answered learns just that, also when another unit is asked by now."""
    if referral.status in _ANSWERED or referral.unit != unit:
        raise ReferralIsAnswered
