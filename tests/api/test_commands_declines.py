"""Declines of referrals as use cases (R2): proposed, confirmed, routed on."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from api.commands import assessments, cases, referrals
from api.commands.referrals import ReferralDetails
from domain.codes import AgeKnowledge, ClockKind, DeclineReason, Source
from domain.deadline import running
from domain.errors import (
    AcuteNeedsAreOurs,
    AgeIsDisputed,
    AgeIsNotEstablished,
    DeclineIsNotProposed,
    DeclineIsProposed,
    NotPermitted,
    ReferralIsAnswered,
    Refusal,
    RoutingStaysTheSame,
)
from domain.referral import (
    ReferralDeclined,
    ReferralDeclineProposed,
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
    Town,
    new_town,
    told,
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


ANSWERS: list[Callable[[Town, UUID, UUID], Awaitable[Any]]] = [
    lambda town, by, referral: town.do(by, referrals.accept_referral, referral),
    decline,
    lambda town, by, referral: town.do(by, referrals.confirm_decline, referral),
    lambda town, by, referral: town.do(by, referrals.refuse_decline, referral),
]


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


@pytest.mark.parametrize(
    ("details", "unit"),
    [
        (A_CHILD, "childrens-intake"),
        (AGE_UNKNOWN, "childrens-intake"),
        (A_BUYER, "support-line-two"),
        (A_RELATIVE, "support-line-three"),
        (AN_ADULT, "nexus"),
    ],
)
async def test_nobody_ends_a_referral_alone(
    town: Town, details: ReferralDetails, unit: str
) -> None:
    """In every unit, also where R2 does not bind: a decline that would be the referral's end waits
    for the unit manager."""
    referral = await town.receive(details)
    standing = await town.referral(referral)
    assert standing.unit == unit
    worker = await town.worker(unit, standing.compartment)
    if running(standing.deadlines, ClockKind.PROTECTION_ASSESSMENT):
        how: dict[str, Any] = {"needed_at_once": False, "ground": "Trygg nu."}
        await town.do(worker, assessments.assess_protection, referral, **how)
    [proposed] = await decline(town, worker, referral)
    assert isinstance(proposed, ReferralDeclineProposed)
    with pytest.raises(NotPermitted):
        await town.do(worker, referrals.confirm_decline, referral)
    manager = await town.manager(unit, standing.compartment)
    await town.do(manager, referrals.confirm_decline, referral)
    assert (await town.referral(referral)).status is ReferralStatus.DECLINED


@pytest.mark.parametrize("by", ["worker", "manager"])
async def test_acute_needs_are_ours(town: Town, by: str) -> None:
    """Acute needs are met here wherever somebody lives (R14); a wrong age is still a wrong age."""
    referral = await town.receive(replace(AN_ADULT, acute=True))
    who = await getattr(town, by)("nexus")
    with pytest.raises(AcuteNeedsAreOurs):
        await decline(town, who, referral)
    await decline(town, who, referral, DeclineReason.WRONG_AGE, AgeKnowledge.MINOR)


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
    declined, routed, *_ = events
    assert isinstance(declined, ReferralDeclined)
    assert isinstance(routed, ReferralRouted)
    # A child's referral is a statutory report: children's intake has it at once (R1).
    assert (routed.unit, routed.holder) == ("childrens-intake", "childrens-intake")
    standing = await town.referral(referral)
    assert standing.status is ReferralStatus.WAITING
    assert declined.age.reveal() is standing.age.reveal() is AgeKnowledge.MINOR


@pytest.mark.parametrize(
    ("age", "refusal"),
    [
        (None, AgeIsNotEstablished),
        (AgeKnowledge.UNKNOWN, AgeIsNotEstablished),
        (AgeKnowledge.ASSESSED_ADULT, AgeIsNotEstablished),
        (AgeKnowledge.ADULT, RoutingStaysTheSame),
        (AgeKnowledge.YOUNG_ADULT, RoutingStaysTheSame),
    ],
)
@pytest.mark.parametrize("by", ["worker", "manager"])
async def test_what_is_no_wrong_age(
    town: Town, by: str, age: AgeKnowledge | None, refusal: type[Refusal]
) -> None:
    """A decline for wrong age says which age was established, and that it leads elsewhere (R2):
    nobody is sent to children's intake because their age is not known."""
    referral, who = await town.receive(AN_ADULT), await getattr(town, by)("nexus")
    with pytest.raises(refusal):
        await decline(town, who, referral, DeclineReason.WRONG_AGE, age)


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
    """An answered referral takes no further answer, and says by whom it was given, and when."""
    referral, manager = await town.receive(AN_ADULT), await town.manager("nexus")
    await decline(town, manager, referral)
    for answer in ANSWERS:
        assert await told(answer(town, manager, referral)) == (
            ReferralIsAnswered,
            {"by": manager, "at": NOW},
        )


async def test_a_unit_that_was_asked_before_has_answered(town: Town) -> None:
    """Who sent a referral on for its age is told that it is answered, by whom and when: of their
    own answer, not of what the next unit did with it."""
    referral, nexus = await town.receive(AN_ADULT), await town.manager("nexus")
    await decline(town, nexus, referral, DeclineReason.WRONG_AGE, AgeKnowledge.MINOR)
    town.clock.set(NOW + timedelta(hours=1))
    own = (ReferralIsAnswered, {"by": nexus, "at": NOW})
    for answer in ANSWERS:
        assert await told(answer(town, nexus, referral)) == own
    assert (await told(ANSWERS[0](town, await town.worker("nexus"), referral))) == own
    intake = await town.manager("childrens-intake")
    await town.do(intake, referrals.accept_referral, referral)
    for answer in ANSWERS:
        assert await told(answer(town, nexus, referral)) == own
        assert await told(answer(town, intake, referral)) == (
            ReferralIsAnswered,
            {"by": intake, "at": NOW + timedelta(hours=1)},
        )


async def test_asked_again_a_unit_answers_again(town: Town) -> None:
    """R3, S69: sent back by the next unit once the age is established, in another case of the
    person's, it waits for the first unit anew; on another guess it goes nowhere. It stays due when
    it was, with the time of what is acute at least."""
    case = await town.open_case(AN_ADULT)
    referral, nexus = await town.receive(AN_ADULT), await town.manager("nexus")
    [waits] = (await town.referral(referral)).deadlines
    town.clock.advance(timedelta(days=2))
    await decline(town, nexus, referral, DeclineReason.WRONG_AGE, AgeKnowledge.MINOR)
    intake = await town.worker("childrens-intake")
    back = partial(decline, town, intake, referral, DeclineReason.WRONG_AGE)
    assert await told(back(AgeKnowledge.YOUNG_ADULT)) == (AgeIsDisputed, {})
    found: dict[str, Any] = {"born": date(2003, 3, 2), "age": AgeKnowledge.YOUNG_ADULT}
    await town.do(nexus, cases.establish_age, case, **found, basis="Pass.")
    assert await told(back(AgeKnowledge.ADULT)) == (AgeIsDisputed, {})
    assert waits in (await town.referral(referral)).deadlines
    await back(AgeKnowledge.YOUNG_ADULT)
    await town.do(nexus, referrals.accept_referral, referral)
    assert (await town.referral(referral)).holder == "nexus"
