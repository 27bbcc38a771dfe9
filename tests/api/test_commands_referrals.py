"""Referrals as use cases: received, routed, accepted - by whom, and refused with what."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from api.commands import referrals, staff
from api.commands.referrals import ReferralDetails
from domain.case import CaseJoined, CaseOpened
from domain.codes import AgeKnowledge, ReferralKind, Residence, Source, StaffRole
from domain.errors import (
    AgesContradict,
    AssessorIsNotNamed,
    BornInTheFuture,
    BornTooLongAgo,
    NotFound,
    NotPermitted,
    ReceivedInTheFuture,
    ReceivedTooLongAgo,
    ReferralIsAnswered,
    Refusal,
    StreamHasMoved,
)
from domain.referral import ReferralAccepted, ReferralReceived, ReferralRouted, ReferralStatus
from tests.town import (
    A_BUYER,
    A_CHILD,
    A_RELATIVE,
    AGE_UNKNOWN,
    AN_ADULT,
    NOW,
    Town,
    new_town,
    told,
)

AB = "Ylva Stenträda, läkare"
FROM_OUTREACH = replace(AN_ADULT, source=Source.HOMELESS_OUTREACH)


@pytest.fixture
async def town() -> Town:
    return await new_town()


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
        (replace(AN_ADULT, age=AgeKnowledge.MINOR), AgesContradict),
        (replace(AN_ADULT, age=AgeKnowledge.YOUNG_ADULT), AgesContradict),
        (replace(AN_ADULT, age=AgeKnowledge.UNKNOWN), AgesContradict),
        (replace(AN_ADULT, age=AgeKnowledge.ASSESSED_ADULT, assessed_adult_by=AB), AgesContradict),
        (replace(AGE_UNKNOWN, age=AgeKnowledge.MINOR, assessed_adult_by=AB), AgesContradict),
        (replace(AGE_UNKNOWN, assessed_adult_by=AB), AgesContradict),
        (replace(AN_ADULT, born=date(2024, 1, 1)), BornInTheFuture),
        (replace(AN_ADULT, number=None, born=date(1850, 1, 1)), BornTooLongAgo),
        (replace(AN_ADULT, received_at=NOW + timedelta(minutes=1)), ReceivedInTheFuture),
        (replace(AN_ADULT, received_at=NOW - timedelta(days=366, minutes=1)), ReceivedTooLongAgo),
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


@pytest.mark.parametrize(
    ("details", "age"),
    [
        (AN_ADULT, AgeKnowledge.ADULT),
        (replace(AN_ADULT, age=AgeKnowledge.ADULT), AgeKnowledge.ADULT),
        (replace(A_CHILD, assessed_adult_by=AB), AgeKnowledge.MINOR),  # the birth date outweighs
        (AGE_UNKNOWN, AgeKnowledge.UNKNOWN),
        (replace(AGE_UNKNOWN, age=None), AgeKnowledge.UNKNOWN),
        (replace(AGE_UNKNOWN, age=AgeKnowledge.YOUNG_ADULT), AgeKnowledge.YOUNG_ADULT),
        (replace(AGE_UNKNOWN, age=None, assessed_adult_by=AB), AgeKnowledge.ASSESSED_ADULT),
    ],
)
async def test_what_is_told_of_the_age(
    town: Town, details: ReferralDetails, age: AgeKnowledge
) -> None:
    """The birth date says it, or the age that was told, or a named person's assessment (R3)."""
    assert (await town.referral(await town.receive(details))).age.reveal() is age


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (Source.POLICE_OPERATION, ReferralKind.POLICE_OPERATION_CONTACT),
        (Source.SELF, ReferralKind.APPLICATION),
        (Source.YOUTH_OUTREACH, ReferralKind.SENT_ON),
        (Source.OTHER_UNIT, ReferralKind.SENT_ON),
        (Source.CIVIL_SOCIETY, ReferralKind.SIGNPOSTING),
        (Source.POLICE, ReferralKind.SIGNPOSTING),
    ],
)
async def test_what_a_referral_is_where_nobody_says(
    town: Town, source: Source, kind: ReferralKind
) -> None:
    """The source says what an adult's referral is; a child's is a report of concern, unless it
    comes itself; and what the sender says it is, it is."""
    told_of = replace(AN_ADULT, source=source, number=None)
    child = replace(told_of, born=A_CHILD.born)
    application = replace(told_of, kind=ReferralKind.APPLICATION)
    reported = source is not Source.SELF
    assert await kind_of(town, told_of) is kind
    assert await kind_of(town, child) is (ReferralKind.REPORT_OF_CONCERN if reported else kind)
    assert await kind_of(town, application) is ReferralKind.APPLICATION


async def kind_of(town: Town, details: ReferralDetails) -> ReferralKind:
    sender = await town.source(details.source)
    outcome = await town.do(sender, referrals.receive_referral, details)
    return outcome.the(ReferralReceived)[1].kind.reveal()


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
    assert lost.context == {"by": winner, "at": NOW}
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
        raise StreamHasMoved(stream=referral)

    town.log.meanwhile = again
    head = await town.log.head()
    with pytest.raises(StreamHasMoved):
        await town.do(worker, referrals.accept_referral, referral)
    assert await town.log.head() == head


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
    referral = await town.receive(AN_ADULT)
    for nobody in (leaver, town.desk.ids.new()):
        with pytest.raises(NotPermitted):
            await town.receive(AN_ADULT, nobody)
        for wanted in (referral, town.desk.ids.new()):  # not even whether it exists
            asked = town.do(nobody, referrals.accept_referral, wanted)
            assert await told(asked) == (NotPermitted, {})


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
