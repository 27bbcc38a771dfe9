"""Cases change hands by the hundred, move to another municipality, are linked and corrected."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest

from api.commands import cases, investigations, links, transfers
from api.commands.mandates import record_mandate, start_team
from api.commands.staff import end_position
from api.commands.teams import establish_team, join_team, leave_team
from domain.case import CaseOpened, NoteRecorded
from domain.case.transfer import TransferRequested
from domain.codes import (
    AgeKnowledge,
    CaseOutcome,
    Compartment,
    Concern,
    LinkKind,
    MandateMatter,
    PersonRole,
    TransferAnswer,
)
from domain.errors import (
    CasesCannotBeLinked,
    EntryCannotBeCorrected,
    MemberHasNotJoined,
    NotAChild,
    NotFound,
    NotPermitted,
    SuccessorIsTheSame,
    TransferMayStillBeAnswered,
    WorkerIsNotAssigned,
)
from domain.mandate import MandateDecided
from domain.referral import ReferralReceived
from domain.team import TeamMandated
from tests.town import A_CHILD, A_RELATIVE, AN_ADULT, TODAY, Town, new_town

SOMEBODY_ELSE = replace(AN_ADULT, number=None)


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def caseload(town: Town, worker: UUID, number: int) -> list[UUID]:
    taken = [await town.open_case(SOMEBODY_ELSE) for _ in range(number)]
    for case in taken:
        await town.assign(case, worker)
    return taken


# --- by the hundred --------------------------------------------------------------------------


async def test_a_hundred_cases_change_hands_in_one_act(town: Town) -> None:
    """Who leaves with a hundred cases hands on every one, in one append, or none."""
    leaver, successor = await town.hire("nexus"), await town.hire("nexus")
    taken = await caseload(town, leaver, 100)
    outcome = await town.do(
        town.administrator, end_position, leaver, until=TODAY, successor_id=successor
    )
    assert len(outcome.facts) == 401
    assert set((await town.member(successor)).cases) == set(taken)
    assert (await town.member(leaver)).cases == ()


async def test_some_cases_change_hands(town: Town) -> None:
    """Those that are named, in one act; one that is not the worker's keeps them all back."""
    worker, successor = await town.hire("nexus"), await town.hire("nexus")
    [first, second, third] = await caseload(town, worker, 3)
    manager = await town.manager("nexus")
    await town.do(manager, cases.reassign_cases, worker, successor, [first, second])
    assert (await town.member(worker)).cases == (third,)
    assert (await town.case(first)).workers == (successor,)
    with pytest.raises(WorkerIsNotAssigned):
        await town.do(manager, cases.reassign_cases, worker, successor, [third, first])
    assert (await town.case(third)).workers == (worker,)
    with pytest.raises(NotPermitted):
        await town.do(worker, cases.reassign_cases, worker, successor, [third])


async def test_cases_change_hands_to_somebody_else(town: Town) -> None:
    """Given to whom they were taken from, they would be left with nobody."""
    case, worker = await town.assigned()
    with pytest.raises(SuccessorIsTheSame):
        await town.do(await town.manager("nexus"), cases.reassign_cases, worker, worker, [case])
    assert (await town.case(case)).workers == (worker,)
    assert (await town.member(worker)).cases == (case,)


async def test_a_position_that_ends_leaves_the_team(town: Town) -> None:
    """Nobody is a member who is no longer there (S10)."""
    manager, worker = await town.manager("nexus"), await town.hire("nexus")
    decided = await town.do(
        town.administrator,
        record_mandate,
        register_number="SCN-2022-1",
        decided_on=TODAY,
        matter=MandateMatter.TEAM,
    )
    started = await town.do(manager, start_team, decided.the(MandateDecided)[0])
    team = started.the(TeamMandated)[0]
    ends = date(2024, 4, 1)
    await town.do(
        manager, establish_team, team, lead_unit="nexus", pilot_from=TODAY, pilot_until=ends
    )
    await town.do(manager, join_team, team, worker, percentage=50)
    assert (await town.member(worker)).teams == (team,)
    await town.do(manager, end_position, worker, until=TODAY, successor_id=None)
    assert worker not in (await town.team(team)).members
    assert (await town.member(worker)).teams == ()
    with pytest.raises(MemberHasNotJoined):
        await town.do(manager, leave_team, team, worker)


# --- to another municipality -----------------------------------------------------------------


async def test_a_case_moves_to_another_municipality(town: Town) -> None:
    """R14: the reply is due at once, the month opens the way to the inspectorate, and the case is
    closed as moved away once the transfer is accepted."""
    case, worker = await town.assigned()
    await town.do(worker, investigations.give_advice, case, "Söker bostad där.")
    new = partial(transfers.request_transfer, municipality="Enköping", reason="Bor där.")
    requested = await town.do(worker, new, case)
    transfer = requested.the(TransferRequested)[1].transfer
    assert len((await town.case(case)).deadlines) == 2
    with pytest.raises(TransferMayStillBeAnswered):
        await town.do(worker, transfers.ask_inspectorate, case, transfer)
    manager = await town.manager("nexus")
    await town.do(manager, cases.close_case, case, CaseOutcome.CONTACT_LOST)
    town.clock.advance(timedelta(days=3))
    await town.do(manager, cases.reopen_case, case, "Hör av sig.")
    await town.assign(case, worker)
    assert len((await town.case(case)).deadlines) == 2  # it still waits
    town.clock.advance(timedelta(days=27, hours=14, minutes=59))  # 3 May, 23:59
    with pytest.raises(TransferMayStillBeAnswered):
        await town.do(worker, transfers.ask_inspectorate, case, transfer)
    town.clock.advance(timedelta(hours=10))
    await town.do(worker, transfers.ask_inspectorate, case, transfer)
    [waits] = (await town.case(case)).deadlines
    await town.do(manager, cases.close_case, case, CaseOutcome.CONTACT_LOST)
    await town.do(manager, cases.reopen_case, case, "Hör av sig.")
    await town.assign(case, worker)
    [again] = (await town.case(case)).deadlines  # its three months run on
    assert again.due == waits.due
    decide = partial(
        transfers.record_inspectorate_decision,
        answer=TransferAnswer.ACCEPTED,
        explanation="Ska ta över.",
    )
    await town.do(worker, decide, case, transfer)
    assert (await town.case(case)).deadlines == ()
    await town.do(worker, cases.close_case, case, CaseOutcome.MOVED_AWAY)
    names = await town.names(case)
    assert names.count("deadline.missed") == 1  # the reply; we have asked in time
    assert waits.due > town.clock.now()


# --- links and corrections -------------------------------------------------------------------


async def test_cases_are_linked_by_whoever_sees_both(town: Town) -> None:
    """On both streams; what somebody may not see, another compartment above all, is not there."""
    case, worker = await town.assigned()
    other = await town.open_case(SOMEBODY_ELSE)
    await town.do(worker, links.link_cases, case, other, LinkKind.SAME_PLACE)
    [link], [back] = (await town.case(case)).links, (await town.case(other)).links
    assert (link.other.reveal(), back.other.reveal()) == (other, case)
    assert link.id != back.id  # in the clear nothing pairs them
    with pytest.raises(CasesCannotBeLinked):
        await town.do(worker, links.link_cases, case, case, LinkKind.OTHER)
    child = await town.open_case(A_CHILD)
    buyer = await town.open_case(replace(SOMEBODY_ELSE, role=PersonRole.BUYER))
    for unseen in (child, buyer, UUID(int=7)):
        with pytest.raises(NotFound):
            await town.do(worker, links.link_cases, case, unseen, LinkKind.OTHER)
    await town.do(worker, links.remove_link, case, link.id)
    assert (await town.case(case)).links == (await town.case(other)).links == ()


async def test_a_link_is_removed_by_whoever_sees_both(town: Town) -> None:
    """Where the other case is with a unit that this one's worker sees nothing of, the link is not
    theirs to remove."""
    case, worker = await town.assigned()
    other = await town.open_case(replace(SOMEBODY_ELSE, concern=Concern.UNKNOWN))
    await town.do(worker, links.link_cases, case, other, LinkKind.SAME_PLACE)
    handover = await town.offered(other, "childrens-intake")
    intake = await town.manager("childrens-intake")
    await town.do(intake, cases.accept_handover, other, handover)
    [link] = (await town.case(case)).links
    with pytest.raises(NotFound):
        await town.do(worker, links.remove_link, case, link.id)
    assert (await town.case(case)).links == (link,)


async def test_what_is_not_sorted_yet_is_linked_to_nothing_else(town: Town) -> None:
    """A case in triage lies in another compartment, though its unit sees it (R16)."""
    case, worker = await town.assigned()
    unsorted = await town.open_case(replace(SOMEBODY_ELSE, role=PersonRole.UNKNOWN))
    assert (await town.case(unsorted)).compartment is Compartment.TRIAGE
    with pytest.raises(NotFound):
        await town.do(worker, links.link_cases, case, unsorted, LinkKind.OTHER)


async def test_a_child_in_the_family_is_reported(town: Town) -> None:
    """R10 (S80): a referral of its own at the children's entry point, in a compartment that the
    case's workers do not see."""
    case, worker = await town.assigned()
    child = replace(A_RELATIVE, number=None, born=date(2015, 3, 2))
    outcome = await town.do(worker, links.report_child, case, child)
    referral = await town.referral(outcome.the(ReferralReceived)[0])
    assert (referral.unit, referral.compartment) == ("childrens-intake", Compartment.RELATIVE)
    assert "case.referral-sent" in await town.names(case)
    presumed = replace(child, born=None, age=AgeKnowledge.UNKNOWN)  # R3
    outcome = await town.do(worker, links.report_child, case, presumed)
    told_of = await town.referral(outcome.the(ReferralReceived)[0])
    assert told_of.unit == "childrens-intake"
    for nobody in (A_RELATIVE, AN_ADULT, replace(child, role=PersonRole.EXPOSED)):
        with pytest.raises(NotAChild):
            await town.do(worker, links.report_child, case, nobody)


async def test_an_entry_is_corrected_by_its_position(town: Town) -> None:
    """In its own case only; nothing is corrected at a position of another file."""
    case, worker = await town.assigned()
    other = await town.open_case(SOMEBODY_ELSE)
    outcome = await town.do(worker, cases.record_note, case, "Om någon annan.")
    assert outcome.find(NoteRecorded)
    await town.do(worker, links.correct_entry, case, outcome.position, reason="Fel akt.")
    assert len((await town.case(case)).corrected) == 1
    [opened] = [f for f in await town.facts(other) if isinstance(f.event, CaseOpened)]
    for position in (opened.position, 10**6):
        with pytest.raises(EntryCannotBeCorrected):
            await town.do(worker, links.correct_entry, case, position, reason="Fel akt.")
