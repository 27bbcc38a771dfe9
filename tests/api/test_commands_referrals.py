"""Referrals as use cases: received, routed, answered - by whom, and refused with what."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.commands import referrals, staff
from api.commands.referrals import ReferralDetails
from domain.case import CaseJoined, CaseOpened
from domain.codes import (
    AgeKnowledge,
    Compartment,
    DeclineReason,
    Residence,
    Source,
    StaffRole,
)
from domain.errors import (
    AssessorIsNotNamed,
    BornInTheFuture,
    CommandKeyReused,
    DeclineIsNotProposed,
    DeclineIsProposed,
    NotFound,
    NotPermitted,
    ReceivedInTheFuture,
    ReferralIsAnswered,
    Refusal,
    RoutingStaysTheSame,
    StreamHasMoved,
)
from domain.referral import (
    ReferralAccepted,
    ReferralDeclined,
    ReferralDeclineProposed,
    ReferralReceived,
    ReferralRouted,
    ReferralStatus,
)
from tests.town import (
    A_BUYER,
    A_CHILD,
    A_RELATIVE,
    AGE_UNKNOWN,
    AN_ADULT,
    NOW,
    SOMEBODY,
    Town,
    new_town,
)

FROM_OUTREACH = replace(AN_ADULT, source=Source.HOMELESS_OUTREACH)


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def decline(
    town: Town,
    by: UUID,
    referral: UUID,
    reason: DeclineReason = DeclineReason.OTHER_MUNICIPALITY,
    age: AgeKnowledge | None = None,
) -> list[object]:
    outcome = await town.do(
        by,
        referrals.decline_referral,
        referral,
        reason=reason,
        age=age,
        explanation="Annan kommun.",
    )
    return [fact.event for fact in outcome.facts]


# --- received and routed ---------------------------------------------------------------------


async def test_received_and_routed_in_one_act(town: Town) -> None:
    """From receipt on a referral has a unit that must answer, and a holder (S69)."""
    outcome = await town.do(await town.police(), referrals.receive_referral, AN_ADULT)
    _, routed = outcome.the(ReferralRouted)
    assert (routed.unit, routed.holder, routed.compartment) == ("nexus", "nexus", "a")
    assert [rule.value for rule in routed.rules.reveal()] == ["R2"]
    assert routed.answer_due > NOW


async def test_outreach_holds_what_it_sends_on(town: Town) -> None:
    """A unit of the administration holds what it sends on, until it is accepted (R5, S69)."""
    referral = await town.receive(FROM_OUTREACH, await town.outreach())
    assert (await town.referral(referral)).holder == "homeless-outreach"
    accepted = await town.do(await town.worker("nexus"), referrals.accept_referral, referral)
    assert accepted.the(ReferralAccepted)[1].unit == "nexus"
    assert (await town.referral(referral)).holder == "nexus"


async def test_nobody_holds_what_they_may_not_see(town: Town) -> None:
    """What the exposed side sends to the perpetrator side is held there at once (S76-S78)."""
    referral = await town.receive(
        replace(A_BUYER, source=Source.HOMELESS_OUTREACH), await town.outreach()
    )
    assert (await town.referral(referral)).holder == "support-line-two"


async def test_the_legal_moment_is_the_receipt(town: Town) -> None:
    """What arrived earlier counts from then: the fact says when, and the answer is due from it."""
    friday = NOW - timedelta(days=3)
    referral = await town.receive(replace(AN_ADULT, received_at=friday))
    assert {fact.occurred_at for fact in await town.facts(referral)} == {friday}
    now = await town.receive(replace(AN_ADULT, number=None))
    [_, early], [_, late] = [await town.facts(stream) for stream in (referral, now)]
    assert isinstance(early.event, ReferralRouted)
    assert isinstance(late.event, ReferralRouted)
    assert early.event.answer_due < late.event.answer_due


async def test_an_unknown_age_is_a_childs(town: Town) -> None:
    """Unknown age: children's intake, and Nexus learns that there is somebody (R3)."""
    referral = await town.referral(await town.receive(AGE_UNKNOWN))
    assert (referral.unit, referral.informed) == ("childrens-intake", ("nexus",))


@pytest.mark.parametrize(
    ("details", "refusal"),
    [
        (replace(AGE_UNKNOWN, age=AgeKnowledge.ASSESSED_ADULT), AssessorIsNotNamed),
        (replace(AN_ADULT, born=date(2024, 1, 1)), BornInTheFuture),
        (replace(AN_ADULT, received_at=NOW + timedelta(minutes=1)), ReceivedInTheFuture),
    ],
)
async def test_what_cannot_be_true_is_refused(
    town: Town, details: ReferralDetails, refusal: type[Refusal]
) -> None:
    """What cannot be true is refused, and nothing at all is recorded."""
    sender = await town.police()
    head = await town.log.head()
    with pytest.raises(refusal):
        await town.do(sender, referrals.receive_referral, details)
    assert await town.log.head() == head


# --- the person ------------------------------------------------------------------------------


async def test_the_same_number_is_the_same_person(town: Town) -> None:
    """A personal number leads to one person on a side, however often it is told."""
    first, second = [await town.receive(AN_ADULT) for _ in range(2)]
    assert (await town.referral(first)).person == (await town.referral(second)).person


async def test_two_first_contacts_at_once_are_one_person(town: Town) -> None:
    """Two first contacts in the same instant do not make two persons."""
    sender = await town.police()
    first, second = await asyncio.gather(
        town.receive(AN_ADULT, sender), town.receive(AN_ADULT, sender)
    )
    person = (await town.referral(first)).person
    assert (await town.referral(second)).person == person
    assert await town.names(person) == ["person.registered"]


async def test_two_sides_have_two_persons(town: Town) -> None:
    """Somebody known on two sides has two records with nothing in common (S76-S78)."""
    people = {
        (await town.referral(await town.receive(details))).person
        for details in (AN_ADULT, A_BUYER, A_RELATIVE)
    }
    assert len(people) == 3


async def test_triage_knows_no_number(town: Town) -> None:
    """Until the role is known, the number is in no side's index (R16)."""
    await town.receive(SOMEBODY)
    for compartment in Compartment:
        assert await town.vault.find_person(compartment, SOMEBODY.number or "") is None


# --- accepted --------------------------------------------------------------------------------


async def test_acceptance_opens_a_case(town: Town) -> None:
    """An accepted referral opens a case of the accepting unit, in the same act."""
    referral = await town.receive(A_CHILD)
    outcome = await town.do(
        await town.worker("childrens-intake"), referrals.accept_referral, referral
    )
    case, opened = outcome.the(CaseOpened)
    assert (opened.unit, opened.referral) == ("childrens-intake", referral)
    assert (await town.person(opened.person)).open_case == case


async def test_a_further_referral_joins_the_open_case(town: Town) -> None:
    """A duplicate is joined, not declined: at most one case is open per person and side (R2)."""
    case = await town.open_case(AN_ADULT)
    referral = await town.receive(AN_ADULT)
    outcome = await town.do(await town.worker("nexus"), referrals.accept_referral, referral)
    assert outcome.the(CaseJoined) == (case, CaseJoined(referral=referral))
    assert outcome.find(CaseOpened) is None


async def test_one_accepts_and_the_other_learns_who(town: Town) -> None:
    """Two people accept in the same instant: one wins, the other learns who and when."""
    referral = await town.receive(AN_ADULT)
    people = [await town.worker("nexus"), await town.manager("nexus")]
    answers = await asyncio.gather(
        *(town.do(who, referrals.accept_referral, referral) for who in people),
        return_exceptions=True,
    )
    [lost] = [answer for answer in answers if isinstance(answer, ReferralIsAnswered)]
    winner = next(fact.actor for fact in await town.facts(referral) if "accepted" in fact.name)
    assert winner in people
    assert lost.context["by"] == winner
    assert lost.context["at"] == NOW
    assert (await town.names(referral)).count("referral.accepted") == 1


async def test_two_referrals_of_one_person_accepted_at_once(town: Town) -> None:
    """Whoever is second decides anew on what is true now, and joins the case that was opened."""
    first, second = [await town.receive(AN_ADULT) for _ in range(2)]
    worker, manager = await town.worker("nexus"), await town.manager("nexus")
    town.log.meanwhile = lambda: town.do(manager, referrals.accept_referral, first)
    outcome = await town.do(worker, referrals.accept_referral, second)
    assert outcome.the(CaseJoined)[1].referral == second


async def test_who_left_a_moment_ago_cannot_commit(town: Town) -> None:
    """Authority is read with what is decided: when it is gone, so is the decision."""
    referral, worker = await town.receive(AN_ADULT), await town.worker("nexus")
    town.log.meanwhile = lambda: town.do(
        town.administrator, staff.end_position, worker, until=NOW.date(), successor_id=None
    )
    with pytest.raises(NotPermitted):
        await town.do(worker, referrals.accept_referral, referral)
    assert (await town.referral(referral)).status is ReferralStatus.WAITING


async def test_a_stream_that_never_rests(town: Town) -> None:
    """Who is overtaken again and again is told so, and nothing is recorded."""
    referral, worker = await town.receive(AN_ADULT), await town.worker("nexus")

    async def again() -> None:
        town.log.meanwhile = again
        raise StreamHasMoved

    town.log.meanwhile = again
    head = await town.log.head()
    with pytest.raises(StreamHasMoved):
        await town.do(worker, referrals.accept_referral, referral)
    assert await town.log.head() == head


# --- declined (R2) ---------------------------------------------------------------------------


async def test_nexus_workers_only_propose_to_decline(town: Town) -> None:
    """Where R2 binds, a worker's decline waits for the unit manager, and the referral stands."""
    referral = await town.receive(FROM_OUTREACH, await town.outreach())
    [proposed] = await decline(town, await town.worker("nexus"), referral)
    assert isinstance(proposed, ReferralDeclineProposed)
    standing = await town.referral(referral)
    assert (standing.status, standing.holder) == (
        ReferralStatus.DECLINE_PROPOSED,
        "homeless-outreach",
    )
    with pytest.raises(DeclineIsProposed):
        await town.do(await town.worker("nexus"), referrals.accept_referral, referral)


async def test_the_unit_manager_confirms(town: Town) -> None:
    """The unit manager confirms a proposed decline (R2); the worker who proposed it may not."""
    referral, worker = await town.receive(AN_ADULT), await town.worker("nexus")
    await decline(town, worker, referral)
    with pytest.raises(NotPermitted):
        await town.do(worker, referrals.confirm_decline, referral)
    outcome = await town.do(await town.manager("nexus"), referrals.confirm_decline, referral)
    assert outcome.the(ReferralDeclined)[1].reason.reveal() is DeclineReason.OTHER_MUNICIPALITY


async def test_the_unit_manager_does_not_confirm(town: Town) -> None:
    """A decline that is not confirmed leaves the referral waiting as before (R2)."""
    referral, manager = await town.receive(AN_ADULT), await town.manager("nexus")
    await decline(town, await town.worker("nexus"), referral)
    await town.do(manager, referrals.refuse_decline, referral)
    await town.do(manager, referrals.accept_referral, referral)
    assert (await town.referral(referral)).status is ReferralStatus.ACCEPTED


async def test_the_managers_own_decline_is_confirmed(town: Town) -> None:
    """The unit manager's own decline needs nobody else's confirmation (R2)."""
    referral = await town.receive(AN_ADULT)
    [declined] = await decline(town, await town.manager("nexus"), referral)
    assert isinstance(declined, ReferralDeclined)


async def test_nothing_is_confirmed_that_was_not_proposed(town: Town) -> None:
    """There is nothing to confirm or refuse before somebody proposes to decline."""
    referral, manager = await town.receive(AN_ADULT), await town.manager("nexus")
    for use_case in (referrals.confirm_decline, referrals.refuse_decline):
        with pytest.raises(DeclineIsNotProposed):
            await town.do(manager, use_case, referral)


@pytest.mark.parametrize("by", ["worker", "manager"])
async def test_a_wrong_age_is_routed_on_in_the_same_act(town: Town, by: str) -> None:
    """Declined for wrong age, a referral is routed anew at once and never without a holder."""
    referral = await town.receive(FROM_OUTREACH, await town.outreach())
    who = await getattr(town, by)("nexus")
    events = await decline(town, who, referral, DeclineReason.WRONG_AGE, AgeKnowledge.MINOR)
    if by == "worker":
        outcome = await town.do(await town.manager("nexus"), referrals.confirm_decline, referral)
        events = [fact.event for fact in outcome.facts]
    declined, routed = events
    assert isinstance(declined, ReferralDeclined)
    assert isinstance(routed, ReferralRouted)
    # A child's referral is a statutory report: children's intake has it at once (R1).
    assert (routed.unit, routed.holder) == ("childrens-intake", "childrens-intake")
    assert (await town.referral(referral)).status is ReferralStatus.WAITING


async def test_a_wrong_age_must_lead_elsewhere(town: Town) -> None:
    """A decline for wrong age that leads to the same unit, or says no age, is refused (R2)."""
    referral, manager = await town.receive(AN_ADULT), await town.manager("nexus")
    for age in (None, AgeKnowledge.ADULT, AgeKnowledge.YOUNG_ADULT):
        with pytest.raises(RoutingStaysTheSame):
            await decline(town, manager, referral, DeclineReason.WRONG_AGE, age)


async def test_r2_does_not_bind_childrens_intake(town: Town) -> None:
    """A worker at children's intake declines without confirmation; R2 binds Nexus alone."""
    referral = await town.receive(A_CHILD)
    declined, routed = await decline(
        town,
        await town.worker("childrens-intake"),
        referral,
        DeclineReason.WRONG_AGE,
        AgeKnowledge.YOUNG_ADULT,
    )
    assert isinstance(declined, ReferralDeclined)
    assert isinstance(routed, ReferralRouted)
    assert routed.unit == "nexus"


async def test_answered_is_answered(town: Town) -> None:
    """An answered referral takes no further answer, and says by whom it was given."""
    referral, manager = await town.receive(AN_ADULT), await town.manager("nexus")
    await decline(town, manager, referral)
    for use_case in (
        referrals.accept_referral,
        referrals.confirm_decline,
        referrals.refuse_decline,
    ):
        with pytest.raises(ReferralIsAnswered) as refused:
            await town.do(manager, use_case, referral)
        assert refused.value.context["by"] == manager


# --- who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "role"),
    [
        ("administration", StaffRole.AUDITOR),
        ("administration", StaffRole.ADMINISTRATOR),
        ("administration", StaffRole.ANALYST),
        ("strategic-support", StaffRole.STRATEGIC_SUPPORT),
        ("regional-coordinators", StaffRole.REGIONAL_COORDINATOR),
    ],
)
async def test_who_works_with_nobody_refers_nobody(town: Town, unit: str, role: StaffRole) -> None:
    """Who does not work with exposed persons sends no referrals."""
    with pytest.raises(NotPermitted):
        await town.receive(AN_ADULT, await town.hire(unit, role, None))


async def test_without_a_position_nothing_is_permitted(town: Town) -> None:
    """A stranger, and somebody who has left, may do nothing."""
    leaver = await town.worker("nexus")
    await town.do(
        town.administrator, staff.end_position, leaver, until=NOW.date(), successor_id=None
    )
    for nobody in (leaver, town.desk.ids.new()):
        with pytest.raises(NotPermitted):
            await town.receive(AN_ADULT, nobody)


async def test_only_the_receiving_unit_answers(town: Town) -> None:
    """Who sent or is informed may know of a referral but not answer it; to others it is absent."""
    sent = await town.receive(FROM_OUTREACH, await town.outreach())
    with pytest.raises(NotPermitted):
        await town.do(await town.outreach(), referrals.accept_referral, sent)
    informed = await town.receive(AGE_UNKNOWN)
    with pytest.raises(NotPermitted):
        await town.do(await town.manager("nexus"), referrals.accept_referral, informed)
    for stranger in (await town.manager("childrens-intake"), await town.police()):
        with pytest.raises(NotFound):
            await town.do(stranger, referrals.accept_referral, sent)


@pytest.mark.parametrize(
    "act",
    [
        lambda town, who, referral: town.do(who, referrals.accept_referral, referral),
        lambda town, who, referral: town.do(who, referrals.confirm_decline, referral),
        lambda town, who, referral: town.do(who, referrals.refuse_decline, referral),
        decline,
    ],
)
@pytest.mark.parametrize(
    ("details", "unit", "side"),
    [
        (A_BUYER, "support-line-two", Compartment.EXPOSED),
        (A_BUYER, "support-line-two", Compartment.RELATIVE),
        (replace(A_BUYER, number=None, born=date(2007, 3, 2)), "childrens-intake", "a"),
        (AN_ADULT, "nexus", Compartment.PERPETRATOR),
        (SOMEBODY, "nexus", Compartment.PERPETRATOR),
        (A_RELATIVE, "support-line-three", Compartment.EXPOSED),
    ],
)
async def test_across_a_side_there_is_nothing(
    town: Town, details: ReferralDetails, unit: str, side: str, act: Callable[..., Any]
) -> None:
    """A manager of the very unit, but of another side, is told what is told of what does not
    exist (S76-S78)."""
    referral = await town.receive(details)
    assert (await town.referral(referral)).unit == unit
    other = await town.manager(unit, Compartment(side))
    for wanted in (referral, town.desk.ids.new()):
        with pytest.raises(NotFound) as refused:
            await act(town, other, wanted)
        assert refused.value.context == {}


async def test_triage_is_the_exposed_sides(town: Town) -> None:
    """Until the role is known, the exposed side sorts it (R16)."""
    referral = await town.receive(SOMEBODY)
    await town.do(await town.manager("nexus"), referrals.accept_referral, referral)


# --- sent again ------------------------------------------------------------------------------


async def test_sent_again_it_is_the_same_referral(town: Town) -> None:
    """The same key with the same body is answered from what was recorded; nothing new is."""
    command = town.command(await town.police(), body_mac=b"body")
    first = await town.carry_out(command, referrals.receive_referral, AN_ADULT)
    head = await town.log.head()
    again = await town.carry_out(command, referrals.receive_referral, AN_ADULT)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.position == first.position
    assert again.the(ReferralReceived) == first.the(ReferralReceived)
    assert await town.log.head() == head


async def test_sent_again_after_it_became_impossible(town: Town) -> None:
    """A repeated acceptance is answered as the first was, though by now it would be refused."""
    referral = await town.receive(AN_ADULT)
    command = town.command(await town.worker("nexus"), body_mac=b"body")
    first = await town.carry_out(command, referrals.accept_referral, referral)
    again = await town.carry_out(command, referrals.accept_referral, referral)
    assert again.replayed
    assert again.the(CaseOpened) == first.the(CaseOpened)


async def test_another_body_under_the_same_key(town: Town) -> None:
    """A key that was used with another body is refused, whether or not the act would be now."""
    referral, worker = await town.receive(AN_ADULT), await town.worker("nexus")
    command = town.command(worker, body_mac=b"body")
    await town.carry_out(command, referrals.accept_referral, referral)
    other = replace(command, body_mac=b"other")
    for details in (AN_ADULT, replace(AN_ADULT, born=date(2024, 1, 1))):
        with pytest.raises(CommandKeyReused):
            await town.carry_out(other, referrals.receive_referral, details)


async def test_sent_again_in_the_next_month(town: Town) -> None:
    """A repetition is recognised by the last month's key, too."""
    command = town.command(await town.police(), body_mac=b"in March")
    await town.carry_out(command, referrals.receive_referral, AN_ADULT)
    later = replace(command, body_mac=b"in April", earlier_body_mac=b"in March")
    assert (await town.carry_out(later, referrals.receive_referral, AN_ADULT)).replayed


async def test_a_repetition_is_authorised_again(town: Town) -> None:
    """Who has left meanwhile is not answered, not even with what they did themselves."""
    worker = await town.worker("nexus")
    command = town.command(worker, body_mac=b"body")
    await town.carry_out(command, referrals.receive_referral, AN_ADULT)
    await town.do(
        town.administrator, staff.end_position, worker, until=NOW.date(), successor_id=None
    )
    with pytest.raises(NotPermitted):
        await town.carry_out(command, referrals.receive_referral, AN_ADULT)


async def test_a_refusal_keeps_no_key(town: Town) -> None:
    """What was refused may be sent again, corrected, under the same key."""
    command = town.command(await town.police(), body_mac=b"wrong")
    with pytest.raises(BornInTheFuture):
        await town.carry_out(
            command, referrals.receive_referral, replace(AN_ADULT, born=date(2024, 1, 1))
        )
    right = replace(command, body_mac=b"right")
    assert not (await town.carry_out(right, referrals.receive_referral, AN_ADULT)).replayed


# --- what a thief would hold ------------------------------------------------------------------


async def test_nothing_personal_stands_in_the_clear(town: Town) -> None:
    """Neither names, numbers, birth dates, roles, rules nor accounts stand in the stored facts."""
    elsewhere = replace(A_BUYER, residence=Residence.STAYS_HERE)
    for details in (AN_ADULT, A_CHILD, elsewhere, A_RELATIVE):
        await town.open_case(details)
    dump = town.log.dump()
    for word in (
        "Runa",
        "Dimvaka",
        "19900302",
        "1990-03-02",
        "Anträffad",
        "buyer",
        '"R9"',
        "minor",
    ):
        assert word.encode() not in dump
