"""Referrals moved on, taken back, and sent several at a time, as use cases."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from api.commands import referrals
from api.commands.referrals import Right
from api.commands.work import Outcome
from domain.case import RoutingReviewed
from domain.codes import ClockKind, Compartment, Concern, PersonRole, ReferralKind
from domain.errors import (
    MessageMixesSides,
    NotFound,
    NothingIsCorrected,
    NotPermitted,
    PersonIsNamedTwice,
    ReferralIsAnswered,
    RoutingIsDecided,
    SideIsAnother,
    UnknownUnit,
)
from domain.referral import ReferralReceived, ReferralRouted, ReferralStatus
from domain.routing import Rule
from tests.town import A_BUYER, A_CHILD, AN_ADULT, SOMEBODY, Town, new_town, told

SIGNPOSTED = replace(A_CHILD, kind=ReferralKind.SIGNPOSTING)
MOVE = {"to_unit": "nexus", "reason": "Fyller 18 i morgon."}


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def test_the_manager_overrides_and_the_other_unit_accepts(town: Town) -> None:
    """S75, S69: it waits for the other unit, held by the one that set the rule aside."""
    waits = await town.receive(SIGNPOSTED)
    await town.do(await town.manager("childrens-intake"), referrals.override_routing, waits, **MOVE)
    moved = await town.referral(waits)
    assert (moved.unit, moved.holder) == ("nexus", "childrens-intake")
    await town.do(await town.manager("nexus"), referrals.accept_referral, waits)
    assert (await town.referral(waits)).holder == "nexus"
    names = await town.names(waits)
    assert names.count("referral.routing-overridden") == 1


async def test_an_override_never_crosses_a_side(town: Town) -> None:
    """No unit of another side can be named, and a case worker cannot override at all."""
    waits = await town.receive(SIGNPOSTED)
    manager = await town.manager("childrens-intake")
    for other in ("support-line-two", "support-line-three", "youth-outreach", "nowhere"):
        there = {"to_unit": other, "reason": "..."}
        refused, _ = await told(town.do(manager, referrals.override_routing, waits, **there))
        assert refused is UnknownUnit
    worker = await town.worker("childrens-intake")
    assert await told(town.do(worker, referrals.override_routing, waits, **MOVE)) == (
        NotPermitted,
        {},
    )


async def test_what_no_rule_decides_is_sorted_by_nexus(town: Town) -> None:
    """R0: the unit that sorts it forwards it with the original moment of receipt."""
    waits = await town.receive(replace(AN_ADULT, concern=Concern.UNKNOWN))
    there = {"to_unit": "childrens-intake", "reason": "Bor hos mamman som har ärende där."}
    await town.do(await town.worker("nexus"), referrals.forward_referral, waits, **there)
    assert (await town.referral(waits)).unit == "childrens-intake"
    received, *_, routed = await town.facts(waits)
    assert received.occurred_at <= routed.occurred_at


@pytest.mark.parametrize("to_unit", ["other-advice-and-support", "civil-society-htb"])
async def test_what_is_out_of_scope_is_referred_on(town: Town, to_unit: str) -> None:
    """R12, S86: to advice and support and outside; no case, no holder, nobody who reads it there;
    what binds Nexus (R2) stays, and no office of the administration is meant."""
    nexus, on = await town.worker("nexus"), {"to_unit": to_unit, "reason": "Facket hjälper."}
    waits = await town.receive(replace(AN_ADULT, concern=Concern.OTHER_EXPLOITATION))
    office = {**on, "to_unit": "administration"}
    refused, _ = await told(town.do(nexus, referrals.forward_referral, waits, **office))
    assert refused is UnknownUnit
    await town.do(nexus, referrals.forward_referral, waits, **on)
    assert (await town.referral(waits)).status is ReferralStatus.CLOSED
    *_, veiled, closed = await town.names(waits)
    assert (veiled, closed) == ("referral.assessment-recorded", "referral.closed")
    again, _ = await told(town.do(nexus, referrals.accept_referral, waits))
    assert again is ReferralIsAnswered
    binds = await town.receive(AN_ADULT)
    stays, _ = await told(town.do(nexus, referrals.forward_referral, binds, **on))
    assert stays is RoutingIsDecided


async def test_a_sender_outside_takes_back_its_own_alone(town: Town) -> None:
    """Another sender's does not even exist; what is answered stays answered (S15-S20)."""
    police, waits = await town.police(), await town.receive(AN_ADULT)
    region = await town.hire("region", (await town.member(police)).role, None)
    why = "Gällde någon annan."
    assert (await told(town.do(region, referrals.withdraw_referral, waits, why)))[0] is NotFound
    await town.do(police, referrals.withdraw_referral, waits, why)
    assert (await town.referral(waits)).status is ReferralStatus.WITHDRAWN
    accept = town.do(await town.manager("nexus"), referrals.accept_referral, waits)
    assert (await told(accept))[0] is ReferralIsAnswered


async def test_several_persons_are_one_message(town: Town) -> None:
    """A referral each, all or none, one receipt; on one side, which not sorted yet is part of."""
    police = await town.police()
    every = [AN_ADULT, A_CHILD, SOMEBODY, replace(AN_ADULT, number=None)]
    every[2] = replace(SOMEBODY, number=None)
    outcome = await town.do(police, referrals.receive_message, every)
    sent = [f.event for f in outcome.facts if isinstance(f.event, ReferralReceived)]
    assert len(sent) == 4
    assert len({one.receipt for one in sent}) == 1
    head = await town.log.head()
    for wrong, refusal in (
        ([AN_ADULT, A_BUYER], MessageMixesSides),
        ([AN_ADULT, replace(A_CHILD, number=AN_ADULT.number)], PersonIsNamedTwice),
    ):
        refused = await told(town.do(police, referrals.receive_message, wrong))
        assert refused == (refusal, {})
    assert await town.log.head() == head


async def test_a_reference_leads_to_every_referral_of_its_message(town: Town) -> None:
    """One reference, several persons; a unit of the administration asks by its own list."""
    referenced = replace(AN_ADULT, senders_reference="P-17")
    every = [referenced, replace(referenced, number=None)]
    await town.do(await town.police(), referrals.receive_message, every)
    found = await town.vault.find_references("police", ["P-17", "P-18"])
    assert (len(found["P-17"]), len(found["P-18"])) == (2, 0)
    outreach = await town.hire(
        "homeless-outreach", (await town.member(await town.outreach())).role, Compartment.EXPOSED
    )
    await town.do(outreach, referrals.receive_referral, referenced)
    assert len((await town.vault.find_references("homeless-outreach", ["P-17"]))["P-17"]) == 1


async def correct(town: Town, by: UUID, referral: UUID, **right: Any) -> Outcome:
    told_wrongly: Any = dict.fromkeys(Right.__annotations__) | right
    correction = partial(referrals.correct_particulars, reason="Förväxlad.")
    return await town.do(by, correction, referral, told_wrongly)


async def test_what_was_told_wrongly_is_corrected_and_routed_by_the_rules(town: Town) -> None:
    """Section 3: the concern that nobody knew turns out to bind Nexus (R2), and the report of
    concern to be one, assessed from its receipt; the sender's right reference finds it."""
    nexus = await town.worker("nexus")
    young = replace(AN_ADULT, concern=Concern.UNKNOWN, born=date(2003, 6, 1), number=None)
    waits = await town.receive(young)
    new = {"concern": Concern.TRAFFICKING, "kind": ReferralKind.REPORT_OF_CONCERN}
    await correct(town, nexus, waits, **new, senders_reference="5000-K1")
    stands = await town.referral(waits)
    assert (stands.concern.reveal(), stands.unit) == (Concern.TRAFFICKING, "nexus")
    events = [fact.event for fact in await town.facts(waits)]
    [_, routed] = [event for event in events if isinstance(event, ReferralRouted)]
    assert Rule.R2 in routed.rules.reveal()
    assert ClockKind.PROTECTION_ASSESSMENT in {one.clock.reveal() for one in stands.deadlines}
    known = await town.vault.find_references("police", ["5000-K1"])
    assert list(known.values()) == [[waits]]
    assert (await told(correct(town, nexus, waits, **new)))[0] is NothingIsCorrected


async def test_a_role_of_another_side_is_received_anew(town: Town) -> None:
    """R16, S76-S78: nothing that is recorded here goes there; within the side it is corrected."""
    nexus, waits = await town.worker("nexus"), await town.receive(AN_ADULT)
    other_side = correct(town, nexus, waits, role=PersonRole.BUYER)
    assert (await told(other_side))[0] is SideIsAnother
    line = await town.worker("support-line-two", Compartment.PERPETRATOR)
    buyer = await town.receive(A_BUYER)
    await correct(town, line, buyer, role=PersonRole.PERPETRATOR)
    assert (await town.referral(buyer)).role.reveal() is PersonRole.PERPETRATOR
    assert (await told(correct(town, nexus, buyer, role=PersonRole.BUYER)))[0] is NotFound


async def test_in_a_case_its_routing_is_reviewed(town: Town) -> None:
    """What seemed out of scope (R12) binds Nexus (R2): the case says so. Who sent it corrects
    nothing in it."""
    case = await town.open_case(replace(AN_ADULT, concern=Concern.OTHER_EXPLOITATION))
    [referral] = (await town.case(case)).referrals
    await correct(town, await town.manager("nexus"), referral, concern=Concern.TRAFFICKING)
    [*_, reviewed] = await town.facts(case)
    assert isinstance(reviewed.event, RoutingReviewed)
    assert reviewed.event.deciding is Rule.R2
    by_sender = correct(town, await town.police(), referral, concern=Concern.UNKNOWN)
    assert (await told(by_sender))[0] is NotPermitted
