"""Consultations and requests to take over as use cases: who may, and what the others learn."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from api.commands import cases, consultations, referrals
from api.commands.passing_time import tell_overdue
from domain.case import HandoverAccepted
from domain.case.consultation import ConsultationAsked
from domain.case.takeover import TakeoverRequested
from domain.codes import ClockKind, Compartment, TakeoverDeclineReason
from domain.deadline import (
    DeadlineCaughtUp,
    DeadlineEscalated,
    DeadlineMet,
    DeadlineMissed,
    running,
)
from domain.errors import (
    NotFound,
    NothingToTakeOver,
    NotPermitted,
    ReceivingUnitIsResponsible,
    UnknownUnit,
)
from domain.referral import ReferralAccepted
from tests.town import AGE_UNKNOWN, AN_ADULT, Town, new_town


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def asked(town: Town, case: UUID, by: UUID, unit: str = "childrens-intake") -> UUID:
    outcome = await town.do(
        by, consultations.ask_unit, case, unit=unit, question="Är personen känd hos er?"
    )
    return outcome.the(ConsultationAsked)[1].consultation


async def test_a_unit_that_is_asked_answers_and_no_more(town: Town) -> None:
    """It neither documents nor takes over; once it has answered, the case is not there any more."""
    case, worker = await town.assigned()
    intake = await town.worker("childrens-intake")
    answer = consultations.answer_unit
    with pytest.raises(NotFound):
        await town.do(intake, cases.record_note, case, "Samtal.")
    consultation = await asked(town, case, worker)
    with pytest.raises(NotPermitted):
        await town.do(intake, cases.record_note, case, "Samtal.")
    with pytest.raises(NotPermitted):  # who asked does not answer
        await town.do(worker, answer, case, consultation, answer="Ja.")
    await town.do(intake, answer, case, consultation, answer="Nej.")
    assert (await town.case(case)).unit == "nexus"
    with pytest.raises(NotFound):
        await town.do(intake, answer, case, consultation, answer="Jo.")


async def test_only_who_may_carry_the_case_is_asked(town: Town) -> None:
    """A question goes to no line of another side, and to nobody who does no authority work; the
    other side's workers of a unit that is asked see nothing (S76-S78)."""
    case, worker = await town.assigned()
    for unit in ("support-line-two", "police", "homeless-outreach", "nowhere"):
        with pytest.raises(UnknownUnit):
            await asked(town, case, worker, unit)
    consultation = await asked(town, case, worker)
    stranger = await town.worker("childrens-intake", Compartment.PERPETRATOR)
    with pytest.raises(NotFound):
        await town.do(stranger, consultations.answer_unit, case, consultation, answer="Nej.")


NO: Final[dict[str, Any]] = {
    "reason": TakeoverDeclineReason.RULES_POINT_HERE,
    "explanation": "Är 16 år.",
}


async def requested(town: Town, referral: UUID, by: UUID) -> TakeoverRequested:
    outcome = await town.do(
        by, consultations.request_takeover, referral, reason="Är vuxen, enligt pass."
    )
    return outcome.the(TakeoverRequested)[1]


async def test_a_request_to_take_over_has_its_time(town: Town) -> None:
    """S69: answered by an offer or a decline it is met; unanswered it is missed, and brought to the
    manager of whoever has the case, again and again."""
    referral = await town.receive(AGE_UNKNOWN)
    nexus, intake = await town.worker("nexus"), await town.manager("childrens-intake")
    accepted = await town.do(intake, referrals.accept_referral, referral)
    case = accepted.the(ReferralAccepted)[1].case
    decline = consultations.decline_takeover
    for answer in ("decline", "silence", "offer"):
        asks = await requested(town, referral, nexus)
        assert (
            running((await town.case(case)).deadlines, ClockKind.TAKEOVER_ANSWER) == asks.takeover
        )
        if answer == "decline":
            met = await town.do(intake, decline, case, asks.takeover, **NO)
            assert met.the(DeadlineMet)[1].deadline == asks.takeover
        if answer == "silence":
            town.clock.advance(timedelta(days=10))
            await tell_overdue(town.desk, case, asks.takeover)
            told = [fact.event for fact in await town.facts(case)]
            assert DeadlineMissed(deadline=asks.takeover) in told
            assert isinstance(told[-1], DeadlineEscalated)
            assert told[-1].units == ("childrens-intake",)
            late = await town.do(intake, decline, case, asks.takeover, **NO)
            assert late.find(DeadlineCaughtUp)
    await town.offered(case)
    assert not running((await town.case(case)).deadlines, ClockKind.TAKEOVER_ANSWER)


async def test_a_unit_that_was_told_asks_to_take_over(town: Town) -> None:
    """R3: Nexus is informed of an unknown age, and asks for the case; intake offers it, and with
    the acceptance responsibility moves."""
    referral = await town.receive(AGE_UNKNOWN)
    nexus, intake = await town.worker("nexus"), await town.manager("childrens-intake")
    with pytest.raises(NothingToTakeOver):
        await requested(town, referral, nexus)
    await town.do(intake, referrals.accept_referral, referral)
    asks = await requested(town, referral, nexus)
    assert asks.unit == "nexus"
    case = (await town.referral(referral)).case
    assert case is not None
    handover = await town.offered(case)
    assert (await town.case(case)).takeovers == ()
    outcome = await town.do(nexus, cases.accept_handover, case, handover)
    assert outcome.the(HandoverAccepted)[1].unit == "nexus"


async def test_a_request_is_declined(town: Town) -> None:
    """By the responsible unit; whoever was told of nothing asks for nothing."""
    referral = await town.receive(AGE_UNKNOWN)
    intake = await town.manager("childrens-intake")
    await town.do(intake, referrals.accept_referral, referral)
    asks = await requested(town, referral, await town.worker("nexus"))
    case = (await town.referral(referral)).case
    assert case is not None
    decline = consultations.decline_takeover
    with pytest.raises(NotFound):
        await town.do(await town.worker("nexus"), decline, case, asks.takeover, **NO)
    await town.do(intake, decline, case, asks.takeover, **NO)
    assert (await town.case(case)).takeovers == ()
    with pytest.raises(ReceivingUnitIsResponsible):
        await requested(town, referral, intake)
    of_nexus = await town.receive(replace(AN_ADULT, number=None))
    for stranger in (intake, await town.manager("support-line-two", Compartment.PERPETRATOR)):
        with pytest.raises(NotFound):
            await requested(town, of_nexus, stranger)
