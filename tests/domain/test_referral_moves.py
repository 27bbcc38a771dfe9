"""A referral is moved on by a person, with a reason, or taken back by whoever sent it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api.runtime.organisation import load_organisation
from domain.codes import (
    AgeKnowledge,
    ClockKind,
    Compartment,
    Concern,
    PersonRole,
    ReferralKind,
    Residence,
    Source,
)
from domain.deadline import awaited
from domain.errors import (
    DeclineIsProposed,
    InvestigationIsDecided,
    ProtectionIsNotAssessed,
    ReferralIsAnswered,
    Refusal,
    ReportIsNotAssessed,
    ReportStands,
    RoutingIsDecided,
    RuleBindsTheUnit,
    SenderMustAnswer,
    UnitIsAskedAlready,
)
from domain.referral import (
    Referral,
    ReferralClosed,
    ReferralForwarded,
    ReferralReferredOn,
    ReferralRouted,
    ReferralStatus,
    ReferralWithdrawn,
    RoutingOverridden,
    close_referral,
    evolve,
    forward_referral,
    override_routing,
    refer_on,
    withdraw_referral,
)
from domain.routing import Facts, Route, Rule, route
from domain.sealed import Sealed

DUE = datetime(2023, 4, 3, 7, 0, tzinfo=UTC) + timedelta(days=7)
WAITS = Referral(
    person=UUID(int=1),
    sender_unit="police",
    source=Sealed.of(Source.POLICE),
    kind=Sealed.of(ReferralKind.SIGNPOSTING),
    role=Sealed.of(PersonRole.EXPOSED),
    age=Sealed.of(AgeKnowledge.MINOR),
    concern=Sealed.of(Concern.UNKNOWN),
    residence=Sealed.of(Residence.BELONGS_HERE),
    acute=False,
    compartment=Compartment.EXPOSED,
    unit="childrens-intake",
    asked=("childrens-intake",),
    holder="childrens-intake",
)
SORTED = replace(WAITS, unit="nexus", asked=("nexus",), holder="nexus")


def ruled(age: AgeKnowledge, concern: Concern = Concern.UNKNOWN) -> Route:
    return route(
        Facts(
            role=PersonRole.EXPOSED,
            age=age,
            concern=concern,
            source=Source.POLICE,
            residence=Residence.BELONGS_HERE,
        ),
        load_organisation(),
    )


R0, R1 = ruled(AgeKnowledge.ADULT), ruled(AgeKnowledge.MINOR)
R2 = ruled(AgeKnowledge.ADULT, Concern.PROSTITUTION)
R12 = ruled(AgeKnowledge.ADULT, Concern.OTHER_EXPLOITATION)


def overridden(state: Referral, by: Route = R1, to_unit: str = "nexus") -> list[object]:
    why = {"reason": "Fyller 18 i morgon.", "by_unit": state.unit, "due": DUE}
    return list(override_routing(state, by, to_unit=to_unit, **why))  # type: ignore[arg-type]  # a reason, a unit, a day


def forwarded(state: Referral, by: Route, to_unit: str = "childrens-intake") -> list[object]:
    why = {"reason": "Hör hemma där.", "by_unit": state.unit, "due": DUE}
    return list(forward_referral(state, by, to_unit=to_unit, **why))  # type: ignore[arg-type]  # the same


def after(state: Referral, events: list[object]) -> Referral:
    for event in events:
        state = evolve(state, event) or state
    return state


def test_an_override_says_which_rule_and_why() -> None:
    """S75: the rule that was set aside and the reason stand in the fact that is counted."""
    fact, routed = overridden(WAITS)
    assert isinstance(fact, RoutingOverridden)
    assert (fact.unit, fact.to_unit) == ("childrens-intake", "nexus")
    assert (fact.rule.reveal(), fact.reason.reveal()) == (Rule.R1, "Fyller 18 i morgon.")
    assert isinstance(routed, ReferralRouted)
    assert (routed.unit, routed.compartment) == ("nexus", Compartment.EXPOSED)


def test_who_moves_it_holds_it_until_it_is_accepted() -> None:
    """S69: moved on, it is held by the unit that moved it, or still by the sender that held it."""
    moved = after(WAITS, overridden(WAITS))
    assert (moved.unit, moved.holder, moved.status) == (
        "nexus",
        "childrens-intake",
        ReferralStatus.WAITING,
    )
    assert "childrens-intake" in moved.informed
    held = replace(WAITS, sender_unit="youth-outreach", holder="youth-outreach")
    assert after(held, overridden(held)).holder == "youth-outreach"


@pytest.mark.parametrize("rule", [R0, R12])
def test_what_no_rule_decides_is_forwarded(rule: Route) -> None:
    """R0, R12: the unit that sorts it sends it on, and no override is counted."""
    fact, routed = forwarded(SORTED, rule)
    assert isinstance(fact, ReferralForwarded)
    assert isinstance(routed, ReferralRouted)
    assert routed.unit == "childrens-intake"


REFERRED = {"to_unit": "other-advice-and-support", "reason": "Facket hjälper.", "by_unit": "nexus"}


def test_what_is_out_of_scope_is_referred_on() -> None:
    """R12, S86: to whom and why is recorded, and the referral is answered so; nothing else is."""
    fact, closed = refer_on(SORTED, R12, **REFERRED)
    assert isinstance(fact, ReferralReferredOn)
    assert (fact.to_unit, fact.reason) == ("other-advice-and-support", "Facket hjälper.")
    assert isinstance(closed, ReferralClosed)
    assert after(SORTED, [fact, closed]).status is ReferralStatus.CLOSED
    for rule in (R0, R1, R2):
        with pytest.raises(RoutingIsDecided):
            refer_on(SORTED, rule, **REFERRED)


@pytest.mark.parametrize(
    ("clock", "refusal"),
    [
        (ClockKind.PROTECTION_ASSESSMENT, ProtectionIsNotAssessed),
        (ClockKind.PRELIMINARY_ASSESSMENT, ReportIsNotAssessed),
        (ClockKind.INVESTIGATION_OPENED, InvestigationIsDecided),
    ],
)
def test_a_report_is_assessed_before_it_is_referred_on(
    clock: ClockKind, refusal: type[Refusal]
) -> None:
    """SoL 2025:400 20:1-2: whoever is 18-20 and reported is assessed here, out of scope or not."""
    reported = replace(SORTED, deadlines=awaited((), UUID(int=9), clock, DUE))
    with pytest.raises(refusal):
        refer_on(reported, R12, **REFERRED)


def test_no_investigation_drops_nobody_who_is_out_of_scope() -> None:
    """R12: it waits until it is referred on; a report within the assignment is closed."""
    assert close_referral(SORTED, R12) == []
    assert close_referral(SORTED, R0)


def test_what_a_rule_decides_is_not_forwarded() -> None:
    """R2 binds the unit: no override, no forwarding; another rule is set aside, or followed."""
    with pytest.raises(RuleBindsTheUnit):
        overridden(SORTED, R2, "childrens-intake")
    for rule in (R1, R2):
        with pytest.raises(RoutingIsDecided):
            forwarded(SORTED, rule)


@pytest.mark.parametrize(
    ("state", "to_unit", "refusal"),
    [
        (replace(WAITS, status=ReferralStatus.ACCEPTED), "nexus", ReferralIsAnswered),
        (replace(WAITS, status=ReferralStatus.WITHDRAWN), "nexus", ReferralIsAnswered),
        (replace(WAITS, status=ReferralStatus.DECLINE_PROPOSED), "nexus", DeclineIsProposed),
        (WAITS, "childrens-intake", UnitIsAskedAlready),
    ],
)
def test_only_what_waits_is_moved(state: Referral, to_unit: str, refusal: type[Refusal]) -> None:
    """Answered, withdrawn, proposed to be declined, or asked of that unit already: refused."""
    with pytest.raises(refusal):
        overridden(state, R1, to_unit)
    with pytest.raises(refusal):
        forwarded(state, R0, to_unit)


def test_a_sender_takes_back_what_nobody_has_answered() -> None:
    """Withdrawn, it is at its end; a second time changes nothing."""
    [fact] = withdraw_referral(WAITS, reason="Fel person.", by_unit="police")
    assert isinstance(fact, ReferralWithdrawn)
    gone = after(WAITS, [fact])
    assert gone.status is ReferralStatus.WITHDRAWN
    assert withdraw_referral(gone, reason="Fel person.", by_unit="police") == []


@pytest.mark.parametrize(
    ("state", "by_unit", "refusal"),
    [
        (replace(WAITS, status=ReferralStatus.DECLINED), "police", ReferralIsAnswered),
        (
            replace(WAITS, kind=Sealed.of(ReferralKind.REPORT_OF_CONCERN)),
            "police",
            ReportStands,
        ),
        (replace(WAITS, sender_unit="childrens-intake"), "childrens-intake", SenderMustAnswer),
    ],
)
def test_not_everything_can_be_taken_back(
    state: Referral, by_unit: str, refusal: type[Refusal]
) -> None:
    """Not what is answered, not a report of concern, and not by whoever must answer it (R2)."""
    with pytest.raises(refusal):
        withdraw_referral(state, reason="...", by_unit=by_unit)
