"""Handovers as use cases: offered, answered, withdrawn - and refused with what."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.commands import cases, referrals
from domain.case import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverDeclineProposed,
    HandoverOffered,
)
from domain.codes import CaseOutcome, Concern, HandoverDeclineReason, InformationKind
from domain.errors import (
    DeclineIsProposed,
    DeclineReasonDoesNotBind,
    HandoverIsAnswered,
    HandoverIsWaiting,
    NotFound,
    NotPermitted,
    ReceivingUnitIsResponsible,
    RuleBindsTheUnit,
    UnknownUnit,
)
from tests.town import A_CHILD, AN_ADULT, NOW, Town, new_town, told


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def decline(
    town: Town,
    by: UUID,
    case: UUID,
    handover: UUID,
    reason: HandoverDeclineReason = HandoverDeclineReason.OTHER_MUNICIPALITY,
) -> object:
    outcome = await town.do(
        by, cases.decline_handover, case, handover, reason=reason, explanation="Bor i Tierp."
    )
    return outcome.facts[0].event


ANSWERS: list[Callable[[Town, UUID, UUID, UUID], Awaitable[Any]]] = [
    lambda town, by, case, handover: town.do(by, cases.accept_handover, case, handover),
    decline,
    lambda town, by, case, handover: town.do(by, cases.confirm_handover_decline, case, handover),
    lambda town, by, case, handover: town.do(by, cases.refuse_handover_decline, case, handover),
]


async def withdraw(town: Town, by: UUID, case: UUID, handover: UUID) -> None:
    await town.do(by, cases.withdraw_handover, case, handover)


async def test_responsibility_moves_with_the_acceptance(town: Town) -> None:
    """The offering unit stays responsible until the receiving one accepts; in that event it
    moves, and the former workers are released on both streams."""
    case, worker = await town.assigned("childrens-intake")
    handover = await town.offered(case)
    assert (await town.case(case)).unit == "childrens-intake"
    outcome = await town.do(await town.worker("nexus"), cases.accept_handover, case, handover)
    assert outcome.the(HandoverAccepted)[1].unit == "nexus"
    standing = await town.case(case)
    assert (standing.unit, standing.workers, standing.handover) == ("nexus", (), None)
    assert (await town.member(worker)).cases == ()
    with pytest.raises(NotFound):  # what is not theirs any more, is not there any more
        await town.do(worker, cases.record_note, case, "Samtal.")


async def test_the_offer_tells_what_goes_along(town: Town) -> None:
    """An offer names the kinds of information that go along; notes only where there are any."""
    case, worker = await town.assigned("childrens-intake")
    assert InformationKind.NOTES not in await going_along(town, case)
    await town.do(worker, cases.record_note, case, "Samtal.")
    assert InformationKind.NOTES in await going_along(town, case)


async def going_along(town: Town, case: UUID) -> tuple[InformationKind, ...]:
    handover = await town.offered(case)
    await withdraw(town, await town.manager("childrens-intake"), case, handover)
    events = [fact.event for fact in await town.facts(case)]
    return [event for event in events if isinstance(event, HandoverOffered)][-1].going_along


async def test_who_answers_second_learns_who_was_first(town: Town) -> None:
    """A handover is answered once; who comes second learns who answered and when."""
    case = await town.open_case(A_CHILD)
    handover = await town.offered(case)
    first, manager = await town.worker("nexus"), await town.manager("nexus")
    await town.do(first, cases.accept_handover, case, handover)
    for answer in ANSWERS:
        assert await told(answer(town, manager, case, handover)) == (
            HandoverIsAnswered,
            {"by": first, "at": NOW},
        )


async def test_who_was_once_asked_learns_nothing_more(town: Town) -> None:
    """A unit that declined a handover long ago is told who answered it and when: not who has the
    case since, nor that it is closed."""
    case, offering = await town.open_case(A_CHILD), await town.manager("childrens-intake")
    handover, receiving = await town.offered(case), await town.manager("nexus")
    await decline(town, receiving, case, handover)
    town.clock.set(NOW + timedelta(days=1))
    answered = (HandoverIsAnswered, {"by": receiving, "at": NOW})
    for answer in ANSWERS:
        assert await told(answer(town, receiving, case, handover)) == answered
    await town.assess(case)
    await town.do(offering, cases.close_case, case, CaseOutcome.NEEDS_MET)
    for answer in ANSWERS:
        assert await told(answer(town, receiving, case, handover)) == answered
    assert await told(withdraw(town, offering, case, handover)) == answered


@pytest.mark.parametrize(
    ("first", "second", "due"),
    [
        (False, False, date(2023, 4, 12)),  # five days, after Easter
        (False, True, date(2023, 4, 4)),
        (True, False, date(2023, 4, 4)),
    ],
)
async def test_an_acute_case_is_answered_at_once(
    town: Town, first: bool, second: bool, due: date
) -> None:
    """Where one of its referrals is acute the answer is due in 1 working day, otherwise in 5."""
    case, manager = (
        await town.open_case(replace(A_CHILD, acute=first)),
        await town.manager("childrens-intake"),
    )
    joining = await town.receive(replace(A_CHILD, acute=second))
    await town.do(manager, referrals.accept_referral, joining)
    await town.offered(case)
    [*_, offered] = await town.facts(case)
    assert isinstance(offered.event, HandoverOffered)
    assert offered.event.answer_due.date() == due


async def test_the_offering_unit_does_not_answer(town: Town) -> None:
    """Who offers may withdraw, not answer; who receives may answer, not withdraw."""
    case = await town.open_case(A_CHILD)
    handover = await town.offered(case)
    offering, receiving = await town.manager("childrens-intake"), await town.manager("nexus")
    with pytest.raises(NotPermitted):
        await town.do(offering, cases.accept_handover, case, handover)
    with pytest.raises(NotPermitted):
        await withdraw(town, receiving, case, handover)
    await withdraw(town, offering, case, handover)
    with pytest.raises(NotFound):
        await town.do(receiving, cases.record_note, case, "Samtal.")


async def test_one_offer_at_a_time(town: Town) -> None:
    """A case is offered to one unit at a time, and not to the one that has it."""
    case = await town.open_case(A_CHILD)
    with pytest.raises(ReceivingUnitIsResponsible):
        await town.offered(case, "childrens-intake")
    await town.offered(case)
    with pytest.raises(HandoverIsWaiting):
        await town.offered(case)


@pytest.mark.parametrize("to_unit", ["support-line-two", "police", "youth-outreach", "nowhere"])
async def test_whom_a_case_cannot_be_offered(town: Town, to_unit: str) -> None:
    """A line of another side is as unknown as a unit that does not exist (S76-S78)."""
    case = await town.open_case(A_CHILD)
    with pytest.raises(UnknownUnit):
        await town.offered(case, to_unit)


async def test_nexus_returns_a_case_only_as_r2_allows(town: Town) -> None:
    """Nexus declines a handover for R2's reasons alone, and its manager confirms."""
    case = await town.open_case(A_CHILD)
    handover = await town.offered(case)
    worker, manager = await town.worker("nexus"), await town.manager("nexus")
    with pytest.raises(DeclineReasonDoesNotBind):
        await decline(town, worker, case, handover, HandoverDeclineReason.NO_NEED)
    assert isinstance(await decline(town, worker, case, handover), HandoverDeclineProposed)
    with pytest.raises(DeclineIsProposed):
        await town.do(worker, cases.accept_handover, case, handover)
    with pytest.raises(NotPermitted):
        await town.do(worker, cases.confirm_handover_decline, case, handover)
    outcome = await town.do(manager, cases.confirm_handover_decline, case, handover)
    outcome.the(HandoverDeclined)
    standing = await town.case(case)
    assert (standing.unit, standing.handover) == ("childrens-intake", None)


async def test_a_decline_that_is_not_confirmed(town: Town) -> None:
    """Until the manager has confirmed, the offer stands; if not, it waits as before (R2)."""
    case = await town.open_case(A_CHILD)
    handover = await town.offered(case)
    manager = await town.manager("nexus")
    await decline(town, await town.worker("nexus"), case, handover)
    await town.do(manager, cases.refuse_handover_decline, case, handover)
    await town.do(manager, cases.accept_handover, case, handover)


async def test_r2_does_not_bind_childrens_intake(town: Town) -> None:
    """Children's intake may return a case for any reason, without confirmation; where R2 binds
    Nexus, it is offered none (S23)."""
    bound = town.offered(await town.open_case(AN_ADULT), "childrens-intake")
    assert await told(bound) == (RuleBindsTheUnit, {})
    case = await town.open_case(replace(AN_ADULT, number=None, concern=Concern.UNKNOWN))
    handover = await town.offered(case, "childrens-intake")
    worker = await town.worker("childrens-intake")
    declined = await decline(town, worker, case, handover, HandoverDeclineReason.NO_NEED)
    assert isinstance(declined, HandoverDeclined)


async def test_an_unknown_handover_is_not_there(town: Town) -> None:
    """A handover that was never offered cannot be answered nor withdrawn, nor told from one out
    of sight; it is not said to be answered."""
    case = await town.open_case(A_CHILD)
    await town.offered(case)
    unknown, receiving = town.desk.ids.new(), await town.manager("nexus")
    for answer in ANSWERS:
        assert await told(answer(town, receiving, case, unknown)) == (NotFound, {})
    offering = await town.manager("childrens-intake")
    assert await told(withdraw(town, offering, case, unknown)) == (NotFound, {})
