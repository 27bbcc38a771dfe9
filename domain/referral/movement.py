"""How a referral moves on to another unit, is referred on to whoever carries no cases, waits anew,
or is taken back by its sender."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain import assessment, deadline
from domain.codes import ReferralKind
from domain.errors import (
    InvestigationIsDecided,
    ReferralIsAnswered,
    ReportStands,
    RoutingIsDecided,
    RuleBindsTheUnit,
    SenderMustAnswer,
    UnitIsAskedAlready,
)
from domain.referral.answer import ReferralClosed
from domain.referral.reception import (
    ReceptionEvent,
    ReferralRouted,
    ReferralRoutedNarrowly,
)
from domain.referral.state import (
    ANSWER,
    ANSWERED,
    Referral,
    ReferralStatus,
    require_no_proposal,
)
from domain.routing import Route, Rule
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


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
class ReferralReferredOn:
    """Out of scope (R12, S86): whoever was told of is shown to somebody who carries no cases here.
    Stored veiled; the next event closes the referral."""

    person: UUID
    to_unit: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralWithdrawn:
    """By whoever sent it, while nobody had answered."""

    person: UUID
    unit: str
    reason: Sealed[str]


MovementEvent = RoutingOverridden | ReferralForwarded | ReferralReferredOn | ReferralWithdrawn


def evolve(referral: Referral, event: object) -> Referral:
    """Moved on, the next event routes it anew; taken back, nobody waits for an answer."""
    match event:
        case ReferralWithdrawn():
            return replace(
                referral,
                status=ReferralStatus.WITHDRAWN,
                proposed=None,
                deadlines=deadline.without(referral.deadlines, ANSWER),
            )
        case _:
            return referral


# --- decisions -------------------------------------------------------------------------------


def override_routing(
    referral: Referral, ruled: Route, *, to_unit: str, reason: str, by_unit: str, due: datetime
) -> list[MovementEvent | ReceptionEvent]:
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
) -> list[MovementEvent | ReceptionEvent]:
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


def refer_on(
    referral: Referral, ruled: Route, *, to_unit: str, reason: str, by_unit: str
) -> list[MovementEvent | ReferralClosed]:
    """Out of scope (R12, S86): recorded and referred on to advice and support or outside, never
    dropped. That is its answer. A report is assessed first (SoL 2025:400 20:1-2).

    Raises ReferralIsAnswered, DeclineIsProposed, RoutingIsDecided, ProtectionIsNotAssessed,
    ReportIsNotAssessed, InvestigationIsDecided.
    """
    require_no_proposal(referral, by_unit)
    if not ruled.out_of_scope:
        raise RoutingIsDecided
    assessment.require_assessed(referral.deadlines)
    if assessment.is_to_be_investigated(referral.deadlines):
        raise InvestigationIsDecided
    return [
        ReferralReferredOn(person=referral.person, to_unit=to_unit, reason=reason),
        ReferralClosed(person=referral.person, unit=referral.unit),
    ]


def await_again(referral: Referral, ruled: Route, *, due: datetime) -> list[ReceptionEvent]:
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


def withdraw_referral(referral: Referral, *, reason: str, by_unit: str) -> list[MovementEvent]:
    """Whoever sent it takes it back (section 3), while nobody has answered. What is assessed as a
    report of concern, whatever the sender called it, stands all the same (c); a unit that must
    answer itself declines or accepts (R2).

    Raises ReferralIsAnswered, ReportStands, SenderMustAnswer.
    """
    if referral.status is ReferralStatus.WITHDRAWN:
        return []
    if referral.status in ANSWERED:
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


def _may_move(referral: Referral, to_unit: str, by_unit: str) -> None:
    require_no_proposal(referral, by_unit)
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
