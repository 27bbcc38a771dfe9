"""Cases as use cases: assigned, documented, handed over, closed - and refused with what."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from api.commands import cases, referrals, staff
from domain.case import (
    CaseClosed,
    CaseOpened,
    CaseReopened,
    CaseStatus,
    HandoverAccepted,
    HandoverDeclined,
    HandoverDeclineProposed,
    HandoverOffered,
    RoutingReviewed,
)
from domain.codes import (
    AgeKnowledge,
    CaseOutcome,
    Compartment,
    HandoverDeclineReason,
    InformationKind,
    StaffRole,
)
from domain.errors import (
    BornInTheFuture,
    CaseIsAlreadyOpen,
    CaseIsClosed,
    CaseIsOpen,
    DeclineIsProposed,
    DeclineReasonDoesNotBind,
    HandoverIsAnswered,
    HandoverIsWaiting,
    NotFound,
    NotPermitted,
    PreconditionIsMissing,
    PreconditionIsStale,
    ReceivingUnitIsResponsible,
    Refusal,
    UnknownStaffMember,
    UnknownUnit,
    WorkerCannotBeAssigned,
    WorkerHasNoPosition,
    WorkerIsInAnotherUnit,
    WorkerIsNotAssigned,
    WorkerIsNotQualifiedForChildren,
)
from domain.person import AgeEstablished
from tests.town import A_BUYER, A_CHILD, A_RELATIVE, AN_ADULT, NOW, TODAY, Town, new_town

EXPOSED, PERPETRATOR, RELATIVE = "a", "b", "c"
NINETEEN = date(2004, 3, 2)
A_YOUNG_ADULT = replace(AN_ADULT, number=None, born=NINETEEN)


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def assign(town: Town, case: UUID, worker: UUID, by: UUID | None = None) -> None:
    manager = by or await town.manager((await town.case(case)).unit)
    await town.do(manager, cases.assign_case_worker, case, worker)


async def assigned(town: Town, unit: str = "nexus") -> tuple[UUID, UUID]:
    """A case and its assigned worker."""
    case = await town.open_case(A_CHILD if unit == "childrens-intake" else AN_ADULT)
    worker = await town.worker(unit)
    await assign(town, case, worker)
    return case, worker


async def offered(town: Town, case: UUID, to_unit: str = "nexus") -> UUID:
    """A handover of the case, offered by the manager of its unit."""
    manager = await town.manager((await town.case(case)).unit)
    outcome = await town.do(
        manager, cases.offer_handover, case, to_unit=to_unit, reason="Åldern är fastställd."
    )
    return outcome.the(HandoverOffered)[1].handover


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


# --- assigned --------------------------------------------------------------------------------


async def test_both_streams_record_an_assignment(town: Town) -> None:
    """The case and the worker's own stream record it in one act, so that leaving finds it."""
    case, worker = await assigned(town)
    assert (await town.case(case)).workers == (worker,)
    assert (await town.member(worker)).cases == (case,)
    assert (await town.names(case, worker))[-1] == "staff.case-taken"


async def test_only_the_manager_assigns(town: Town) -> None:
    """The manager of the responsible unit assigns (S6); a case worker does not."""
    case, worker = await assigned(town)
    with pytest.raises(NotPermitted):
        await assign(town, case, await town.hire("nexus"), by=worker)
    with pytest.raises(NotFound):
        await assign(town, case, worker, by=await town.manager("childrens-intake"))


@pytest.mark.parametrize(
    ("details", "refused"), [(A_CHILD, True), (A_YOUNG_ADULT, True), (AN_ADULT, False)]
)
async def test_work_with_the_young_needs_a_degree(town: Town, details: Any, refused: bool) -> None:
    """Who works with somebody under 21 is qualified for it, at Nexus too (SoL 25:1)."""
    case = await town.open_case(details)
    worker = await town.hire((await town.case(case)).unit, qualified=False)
    if refused:
        with pytest.raises(WorkerIsNotQualifiedForChildren):
            await assign(town, case, worker)
    else:
        await assign(town, case, worker)


async def test_whom_one_cannot_assign(town: Town) -> None:
    """Somebody of another unit, another side, or nobody at all; a side is never named."""
    case = await town.open_case(A_CHILD)
    other_side = await town.worker("childrens-intake", Compartment.PERPETRATOR)
    with pytest.raises(WorkerIsInAnotherUnit):
        await assign(town, case, await town.worker("nexus"))
    with pytest.raises(WorkerCannotBeAssigned) as refused:
        await assign(town, case, other_side)
    assert refused.value.context == {}
    with pytest.raises(UnknownStaffMember):
        await assign(town, case, town.desk.ids.new())


async def test_assigned_twice_is_assigned_once(town: Town) -> None:
    """Who is assigned already is not assigned again: nothing is recorded."""
    case, worker = await assigned(town)
    head = await town.log.head()
    await assign(town, case, worker)
    assert await town.log.head() == head


async def test_released(town: Town) -> None:
    """A released worker's own stream gives the case back; who is not assigned is not released."""
    case, worker = await assigned(town)
    manager = await town.manager("nexus")
    await town.do(manager, cases.release_case_worker, case, worker)
    assert (await town.case(case)).workers == (await town.member(worker)).cases == ()
    with pytest.raises(WorkerIsNotAssigned):
        await town.do(manager, cases.release_case_worker, case, worker)


# --- If-Match --------------------------------------------------------------------------------


async def test_decisions_rest_on_what_was_seen(town: Town) -> None:
    """A decision about responsibility names the version it rests on: 428 without, 412 when it is
    out of date; but 404 first for what one may not see."""
    case, worker = await town.open_case(AN_ADULT), await town.worker("nexus")
    manager = await town.manager("nexus")
    seen = len(await town.facts(case))

    async def deciding(who: UUID, version: int | None) -> None:
        stale = None if version is None else lambda now: now != version
        command = town.command(who, stale=stale)
        await town.carry_out(command, cases.assign_case_worker, case, worker)

    with pytest.raises(PreconditionIsMissing):
        await deciding(manager, None)
    with pytest.raises(PreconditionIsStale):
        await deciding(manager, seen - 1)
    with pytest.raises(NotFound):
        await deciding(await town.manager("childrens-intake"), None)
    await deciding(manager, seen)


async def test_what_moves_while_deciding_is_stale(town: Town) -> None:
    """A case that moves between the look and the record is decided anew, and is stale by then."""
    case, worker = await assigned(town)
    manager, seen = await town.manager("nexus"), len(await town.facts(case))
    command = town.command(manager, stale=lambda now: now != seen)
    town.log.meanwhile = lambda: town.do(worker, cases.record_note, case, "Samtal.")
    with pytest.raises(PreconditionIsStale):
        await town.carry_out(command, cases.close_case, case, CaseOutcome.NEEDS_MET)


# --- documented ------------------------------------------------------------------------------


async def test_the_assigned_worker_documents(town: Town) -> None:
    """The assigned worker writes notes (S7), and the unit manager; a colleague does not."""
    case, worker = await assigned(town)
    for who in (worker, await town.manager("nexus")):
        await town.do(who, cases.record_note, case, "Samtal i telefon.")
    assert (await town.case(case)).notes == 2
    with pytest.raises(NotPermitted):
        await town.do(await town.hire("nexus"), cases.record_note, case, "Samtal.")


async def test_an_established_age_reviews_the_routing(town: Town) -> None:
    """The 16-year-old turns out to be 19: recorded on the person, and the rules say Nexus (S85)."""
    case, worker = await assigned(town, "childrens-intake")
    outcome = await establish(town, worker, case, NINETEEN)
    _, established = outcome.the(AgeEstablished)
    assert (established.age, established.born) == (AgeKnowledge.YOUNG_ADULT, NINETEEN)
    assert outcome.the(RoutingReviewed)[1].unit == "nexus"
    assert (await town.case(case)).unit == "childrens-intake"  # a rule moves nobody


async def test_what_is_known_is_not_established_again(town: Town) -> None:
    """An age that is known already records nothing; one in the future is refused."""
    case, worker = await assigned(town, "childrens-intake")
    assert (await establish(town, worker, case, A_CHILD.born)).facts == []
    with pytest.raises(BornInTheFuture):
        await establish(town, worker, case, date(2024, 1, 1))


async def test_a_birthday_passes(town: Town) -> None:
    """Whoever turns 18 during a case is established as 18, though the birth date is known (R13)."""
    case, worker = await assigned(town, "childrens-intake")
    town.clock.set(NOW.replace(year=2025))
    outcome = await establish(town, worker, case, A_CHILD.born)
    assert outcome.the(AgeEstablished)[1].age is AgeKnowledge.YOUNG_ADULT
    assert outcome.the(RoutingReviewed)[1].unit == "nexus"


async def establish(town: Town, by: UUID, case: UUID, born: date | None) -> Any:
    return await town.do(
        by, cases.establish_age, case, born=born, age=AgeKnowledge.UNKNOWN, basis="Pass."
    )


# --- handed over -----------------------------------------------------------------------------


async def test_responsibility_moves_with_the_acceptance(town: Town) -> None:
    """The offering unit stays responsible until the receiving one accepts; in that event it
    moves, and the former workers are released on both streams."""
    case, worker = await assigned(town, "childrens-intake")
    handover = await offered(town, case)
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
    case, worker = await assigned(town, "childrens-intake")
    assert InformationKind.NOTES not in await going_along(town, case)
    await town.do(worker, cases.record_note, case, "Samtal.")
    assert InformationKind.NOTES in await going_along(town, case)


async def going_along(town: Town, case: UUID) -> tuple[InformationKind, ...]:
    handover = await offered(town, case)
    manager = await town.manager("childrens-intake")
    await town.do(manager, cases.withdraw_handover, case, handover)
    events = [fact.event for fact in await town.facts(case)]
    return [event for event in events if isinstance(event, HandoverOffered)][-1].going_along


async def test_who_answers_second_learns_who_was_first(town: Town) -> None:
    """A handover is answered once; who comes second learns who answered and when."""
    case = await town.open_case(A_CHILD)
    handover = await offered(town, case)
    first = await town.worker("nexus")
    await town.do(first, cases.accept_handover, case, handover)
    with pytest.raises(HandoverIsAnswered) as refused:
        await town.do(await town.manager("nexus"), cases.accept_handover, case, handover)
    assert refused.value.context == {"unit": "nexus", "by": first, "at": NOW}


async def test_the_offering_unit_does_not_answer(town: Town) -> None:
    """Who offers may withdraw, not answer; who receives may answer, not withdraw."""
    case = await town.open_case(A_CHILD)
    handover = await offered(town, case)
    offering, receiving = await town.manager("childrens-intake"), await town.manager("nexus")
    with pytest.raises(NotPermitted):
        await town.do(offering, cases.accept_handover, case, handover)
    with pytest.raises(NotPermitted):
        await town.do(receiving, cases.withdraw_handover, case, handover)
    await town.do(offering, cases.withdraw_handover, case, handover)
    with pytest.raises(NotFound):
        await town.do(receiving, cases.record_note, case, "Samtal.")


async def test_one_offer_at_a_time(town: Town) -> None:
    """A case is offered to one unit at a time, and not to the one that has it."""
    case = await town.open_case(A_CHILD)
    with pytest.raises(ReceivingUnitIsResponsible):
        await offered(town, case, "childrens-intake")
    await offered(town, case)
    with pytest.raises(HandoverIsWaiting):
        await offered(town, case)


@pytest.mark.parametrize("to_unit", ["support-line-two", "police", "youth-outreach", "nowhere"])
async def test_whom_a_case_cannot_be_offered(town: Town, to_unit: str) -> None:
    """A line of another side is as unknown as a unit that does not exist (S76-S78)."""
    case = await town.open_case(A_CHILD)
    with pytest.raises(UnknownUnit):
        await offered(town, case, to_unit)


async def test_nexus_returns_a_case_only_as_r2_allows(town: Town) -> None:
    """Nexus declines a handover for R2's reasons alone, and its manager confirms."""
    case = await town.open_case(A_CHILD)
    handover = await offered(town, case)
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
    handover = await offered(town, case)
    manager = await town.manager("nexus")
    await decline(town, await town.worker("nexus"), case, handover)
    await town.do(manager, cases.refuse_handover_decline, case, handover)
    await town.do(manager, cases.accept_handover, case, handover)


async def test_r2_does_not_bind_childrens_intake(town: Town) -> None:
    """Children's intake may return a case for any reason, without confirmation."""
    case = await town.open_case(AN_ADULT)
    handover = await offered(town, case, "childrens-intake")
    worker = await town.worker("childrens-intake")
    declined = await decline(town, worker, case, handover, HandoverDeclineReason.NO_NEED)
    assert isinstance(declined, HandoverDeclined)


async def test_an_unknown_handover_is_not_there(town: Town) -> None:
    """A handover that was never offered cannot be answered, nor told from one out of sight."""
    case = await town.open_case(A_CHILD)
    with pytest.raises(NotFound):
        await town.do(await town.manager("nexus"), cases.accept_handover, case, town.desk.ids.new())


# --- closed ----------------------------------------------------------------------------------


async def test_closing_releases_everybody(town: Town) -> None:
    """A closed case has no workers, is no longer the person's open case, and takes no notes."""
    case, worker = await assigned(town)
    outcome = await town.do(worker, cases.close_case, case, CaseOutcome.NEEDS_MET)
    assert outcome.the(CaseClosed)[1].outcome.reveal() is CaseOutcome.NEEDS_MET
    closed = await town.case(case)
    assert (closed.status, closed.workers) == (CaseStatus.CLOSED, ())
    assert (await town.member(worker)).cases == ()
    assert (await town.person(closed.person)).open_case is None
    with pytest.raises(CaseIsClosed):
        await town.do(await town.manager("nexus"), cases.record_note, case, "Samtal.")


async def test_a_waiting_handover_keeps_a_case_open(town: Town) -> None:
    """An offer is answered or withdrawn before the case is closed."""
    case = await town.open_case(A_CHILD)
    await offered(town, case)
    with pytest.raises(HandoverIsWaiting):
        await town.do(
            await town.manager("childrens-intake"), cases.close_case, case, CaseOutcome.NEEDS_MET
        )


async def test_closed_twice_is_closed_once(town: Town) -> None:
    """A closed case is not closed again: nothing is recorded."""
    case, manager = await town.open_case(AN_ADULT), await town.manager("nexus")
    await town.do(manager, cases.close_case, case, CaseOutcome.NEEDS_MET)
    head = await town.log.head()
    await town.do(manager, cases.close_case, case, CaseOutcome.CONTACT_LOST)
    assert await town.log.head() == head


async def test_reopened(town: Town) -> None:
    """A closed case is reopened by its unit's manager; an open one is open."""
    case, manager = await town.open_case(AN_ADULT), await town.manager("nexus")
    with pytest.raises(CaseIsOpen):
        await town.do(manager, cases.reopen_case, case, "Ny oro.")
    await town.do(manager, cases.close_case, case, CaseOutcome.CONTACT_LOST)
    with pytest.raises(NotPermitted):
        await town.do(await town.worker("nexus"), cases.reopen_case, case, "Ny oro.")
    outcome = await town.do(manager, cases.reopen_case, case, "Ny oro.")
    outcome.the(CaseReopened)
    assert (await town.person((await town.case(case)).person)).open_case == case


async def test_one_open_case_at_a_time(town: Town) -> None:
    """Where a new case has been opened since, the old one stays closed."""
    old, manager = await town.open_case(AN_ADULT), await town.manager("nexus")
    await town.do(manager, cases.close_case, old, CaseOutcome.CONTACT_LOST)
    new = await town.open_case(AN_ADULT)
    assert new != old
    with pytest.raises(CaseIsAlreadyOpen):
        await town.do(manager, cases.reopen_case, old, "Ny oro.")


async def test_a_further_referral_follows_the_case(town: Town) -> None:
    """A referral that joins a case is answered for the unit that is responsible for it by now."""
    case = await town.open_case(A_CHILD)
    handover = await offered(town, case)
    await town.do(await town.manager("nexus"), cases.accept_handover, case, handover)
    referral = await town.receive(A_CHILD)
    outcome = await town.do(
        await town.worker("childrens-intake"), referrals.accept_referral, referral
    )
    assert outcome.find(CaseOpened) is None
    assert (await town.referral(referral)).holder == "nexus"


async def test_a_leaver_is_not_assigned(town: Town) -> None:
    """Who has no position gets no case."""
    case, worker = await town.open_case(AN_ADULT), await town.hire("nexus")
    await town.do(town.administrator, staff.end_position, worker, until=TODAY, successor_id=None)
    with pytest.raises(WorkerHasNoPosition):
        await assign(town, case, worker)


# --- across a side ---------------------------------------------------------------------------

EVERYTHING: dict[str, Callable[[Town, UUID, UUID], Awaitable[Any]]] = {
    "assign": lambda town, by, case: town.do(by, cases.assign_case_worker, case, by),
    "release": lambda town, by, case: town.do(by, cases.release_case_worker, case, by),
    "note": lambda town, by, case: town.do(by, cases.record_note, case, "Samtal."),
    "age": lambda town, by, case: establish(town, by, case, NINETEEN),
    "offer": lambda town, by, case: town.do(
        by, cases.offer_handover, case, to_unit="nexus", reason="Ålder."
    ),
    "withdraw": lambda town, by, case: town.do(by, cases.withdraw_handover, case, by),
    "accept": lambda town, by, case: town.do(by, cases.accept_handover, case, by),
    "decline": lambda town, by, case: decline(town, by, case, by),
    "confirm": lambda town, by, case: town.do(by, cases.confirm_handover_decline, case, by),
    "refuse": lambda town, by, case: town.do(by, cases.refuse_handover_decline, case, by),
    "close": lambda town, by, case: town.do(by, cases.close_case, case, CaseOutcome.NEEDS_MET),
    "reopen": lambda town, by, case: town.do(by, cases.reopen_case, case, "Ny oro."),
}
SIDES = {
    EXPOSED: replace(AN_ADULT, number=None, born=A_CHILD.born),
    PERPETRATOR: replace(A_BUYER, number=None, born=A_CHILD.born),
    RELATIVE: replace(A_RELATIVE, number=None, born=A_CHILD.born),
}


@pytest.mark.parametrize("role", [StaffRole.UNIT_MANAGER, StaffRole.CASE_WORKER])
@pytest.mark.parametrize("seen_from", SIDES)
@pytest.mark.parametrize("side", SIDES)
async def test_across_a_side_there_is_nothing(
    town: Town, side: str, seen_from: str, role: StaffRole
) -> None:
    """In one and the same unit, whoever serves another side is told of a case what is told of one
    that does not exist, whatever they try (S76-S78)."""
    if side == seen_from:
        return
    case = await town.open_case(SIDES[side])
    other = await town.hire("childrens-intake", role, Compartment(seen_from))
    for attempt in EVERYTHING.values():
        answers = [
            await refused(attempt, town, other, wanted) for wanted in (case, town.desk.ids.new())
        ]
        assert [(type(answer), answer.context) for answer in answers] == [(NotFound, {})] * 2


async def refused(attempt: Callable[..., Awaitable[Any]], *args: object) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await attempt(*args)
    return refusal.value
