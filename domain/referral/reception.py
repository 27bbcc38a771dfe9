"""How a referral comes in: received and routed in one act, so that it never lacks a holder."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain import deadline
from domain.codes import (
    AgeKnowledge,
    Channel,
    ClockKind,
    Compartment,
    Concern,
    PersonRole,
    ReferralKind,
    Residence,
    Source,
)
from domain.errors import ReceivedInTheFuture, ReceivedTooLongAgo
from domain.referral.state import ANSWER, Referral, ReferralStatus
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


ReceptionEvent = ReferralReceived | ReferralRouted | ReferralRoutedNarrowly


def arrived(event: ReferralReceived) -> Referral:
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


def evolve(referral: Referral, event: object) -> Referral:
    """Routed, at first or anew."""
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
        case _:
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
    earliest: datetime | None = None,
) -> list[ReceptionEvent]:
    """Received and routed in one act, so that it is never without a holder (S69).

    `received` is the legal moment. `sender_sees`: the sender works on the side that it was routed
    to; otherwise the receiving unit holds it at once, since nobody holds what they may not see.
    Raises ReceivedInTheFuture, ReceivedTooLongAgo.
    """
    if received > now:
        raise ReceivedInTheFuture
    if earliest and received < earliest:
        raise ReceivedTooLongAgo
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
        routed(account.sender_unit if sender_sees else None, route, due=due, narrowed=narrowed),
    ]


def routed(
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
