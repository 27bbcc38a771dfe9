"""Cases as use cases: assigned, closed, reopened - and refused with what."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.commands import cases, referrals, staff
from domain.case import CaseClosed, CaseOpened, CaseReopened, CaseStatus, RoutingReviewed
from domain.codes import CaseOutcome, Compartment, StaffRole
from domain.errors import (
    CaseIsAlreadyOpen,
    CaseIsClosed,
    CaseIsMisrecorded,
    CaseIsOpen,
    HandoverIsWaiting,
    NotFound,
    NotPermitted,
    PreconditionIsMissing,
    PreconditionIsStale,
    UnknownStaffMember,
    WorkerCannotBeAssigned,
    WorkerHasNoPosition,
    WorkerIsNotAssigned,
    WorkerIsNotQualifiedForChildren,
)
from domain.routing import Rule
from tests.town import A_CHILD, AN_ADULT, TODAY, Town, new_town

A_YOUNG_ADULT = replace(AN_ADULT, number=None, born=date(2004, 3, 2))


@pytest.fixture
async def town() -> Town:
    return await new_town()


# --- assigned --------------------------------------------------------------------------------


async def test_both_streams_record_an_assignment(town: Town) -> None:
    """The case and the worker's own stream record it in one act, so that leaving finds it."""
    case, worker = await town.assigned()
    assert (await town.case(case)).workers == (worker,)
    assert (await town.member(worker)).cases == (case,)
    assert (await town.names(case, worker))[-1] == "staff.case-taken"


async def test_only_the_manager_assigns(town: Town) -> None:
    """The manager of the responsible unit assigns (S6); a case worker does not."""
    case, worker = await town.assigned()
    with pytest.raises(NotPermitted):
        await town.assign(case, await town.hire("nexus"), by=worker)
    with pytest.raises(NotFound):
        await town.assign(case, worker, by=await town.manager("childrens-intake"))


@pytest.mark.parametrize(
    ("details", "refused"), [(A_CHILD, True), (A_YOUNG_ADULT, True), (AN_ADULT, False)]
)
async def test_work_with_the_young_needs_a_degree(town: Town, details: Any, refused: bool) -> None:
    """Who works with somebody under 21 is qualified for it, at Nexus too (SoL 25:1)."""
    case = await town.open_case(details)
    worker = await town.hire((await town.case(case)).unit, qualified=False)
    if refused:
        with pytest.raises(WorkerIsNotQualifiedForChildren):
            await town.assign(case, worker)
    else:
        await town.assign(case, worker)


async def test_whom_one_cannot_assign(town: Town) -> None:
    """Somebody of another unit, another side, another role, or nobody at all; which of them it is,
    is not told: that would tell a colleague's side."""
    case = await town.open_case(A_CHILD)
    for who in (
        await town.worker("nexus"),
        await town.worker("childrens-intake", Compartment.PERPETRATOR),
        await town.worker("support-line-two", Compartment.PERPETRATOR),
        await town.hire("childrens-intake", StaffRole.OUTREACH_WORKER),
        await town.hire("childrens-intake", StaffRole.ANALYST, None),
    ):
        with pytest.raises(WorkerCannotBeAssigned) as refused:
            await town.assign(case, who)
        assert refused.value.context == {}
    with pytest.raises(UnknownStaffMember):
        await town.assign(case, town.desk.ids.new())


async def test_assigned_twice_is_assigned_once(town: Town) -> None:
    """Who is assigned already is not assigned again: nothing is recorded."""
    case, worker = await town.assigned()
    head = await town.log.head()
    await town.assign(case, worker)
    assert await town.log.head() == head


async def test_released(town: Town) -> None:
    """A released worker's own stream gives the case back; who is not assigned is not released."""
    case, worker = await town.assigned()
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
    case, worker = await town.assigned()
    manager, seen = await town.manager("nexus"), len(await town.facts(case))
    command = town.command(manager, stale=lambda now: now != seen)
    town.log.meanwhile = lambda: town.do(worker, cases.record_note, case, "Samtal.")
    with pytest.raises(PreconditionIsStale):
        await town.carry_out(command, cases.close_case, case, CaseOutcome.NEEDS_MET)


# --- closed ----------------------------------------------------------------------------------


async def test_closing_releases_everybody(town: Town) -> None:
    """A closed case has no workers, is no longer the person's open case, and takes no notes."""
    case, worker = await town.assigned()
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
    await town.offered(case)
    with pytest.raises(HandoverIsWaiting):
        await town.do(
            await town.manager("childrens-intake"), cases.close_case, case, CaseOutcome.NEEDS_MET
        )


async def test_closed_twice_is_closed_once(town: Town) -> None:
    """A closed case is not closed again: nothing is recorded, and another outcome is refused."""
    case, manager = await town.open_case(AN_ADULT), await town.manager("nexus")
    await town.do(manager, cases.close_case, case, CaseOutcome.NEEDS_MET)
    head = await town.log.head()
    await town.do(manager, cases.close_case, case, CaseOutcome.NEEDS_MET)
    with pytest.raises(CaseIsClosed):
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


async def test_who_grew_up_meanwhile_is_routed_anew(town: Town) -> None:
    """R13: a case for children that is reopened at 18 says where the rules point now."""
    case, manager = await town.open_case(A_CHILD), await town.manager("childrens-intake")
    await town.assess(case)
    await town.do(manager, cases.close_case, case, CaseOutcome.CONTACT_LOST)
    town.clock.advance(timedelta(days=3 * 365))
    outcome = await town.do(manager, cases.reopen_case, case, "Hör av sig.")
    _, reviewed = outcome.the(RoutingReviewed)
    assert (reviewed.unit, reviewed.deciding) == ("nexus", Rule.R2)


async def test_what_was_misrecorded_stays_closed(town: Town) -> None:
    """A case on the wrong side is not reopened: the person is received anew (R16)."""
    case, manager = await town.open_case(AN_ADULT), await town.manager("nexus")
    await town.do(manager, cases.close_case, case, CaseOutcome.MISRECORDED)
    with pytest.raises(CaseIsMisrecorded):
        await town.do(manager, cases.reopen_case, case, "Ny oro.")


async def test_one_open_case_at_a_time(town: Town) -> None:
    """Where a new case has been opened since, the old one stays closed."""
    old, manager = await town.open_case(AN_ADULT), await town.manager("nexus")
    await town.do(manager, cases.close_case, old, CaseOutcome.CONTACT_LOST)
    new = await town.open_case(AN_ADULT)
    assert new != old
    with pytest.raises(CaseIsAlreadyOpen):
        await town.do(manager, cases.reopen_case, old, "Ny oro.")


async def test_a_further_referral_follows_the_case(town: Town) -> None:
    """A referral that joins a case is answered for the unit that is responsible for it by now; as
    it was routed to another unit, the case's routing is reviewed."""
    case = await town.open_case(A_CHILD)
    handover = await town.offered(case)
    await town.do(await town.manager("nexus"), cases.accept_handover, case, handover)
    referral = await town.receive(A_CHILD)
    outcome = await town.do(
        await town.worker("childrens-intake"), referrals.accept_referral, referral
    )
    assert outcome.find(CaseOpened) is None
    assert (await town.referral(referral)).holder == "nexus"
    stream, reviewed = outcome.the(RoutingReviewed)
    assert (stream, reviewed.unit, reviewed.deciding) == (case, "childrens-intake", "R1")
    assert (await town.case(case)).unit == "nexus"


async def test_what_was_routed_as_the_case_is_not_reviewed(town: Town) -> None:
    """A referral of the case's own unit joins it, and the routing stands."""
    await town.open_case(A_CHILD)
    referral = await town.receive(A_CHILD)
    manager = await town.manager("childrens-intake")
    outcome = await town.do(manager, referrals.accept_referral, referral)
    assert outcome.find(RoutingReviewed) is None


async def test_a_leaver_is_not_assigned(town: Town) -> None:
    """Who has no position gets no case."""
    case, worker = await town.open_case(AN_ADULT), await town.hire("nexus")
    await town.do(town.administrator, staff.end_position, worker, until=TODAY, successor_id=None)
    with pytest.raises(WorkerHasNoPosition):
        await town.assign(case, worker)
