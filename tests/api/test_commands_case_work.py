"""Case work as use cases: notes are written, ages established, the routing reviewed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.commands import cases, interventions, investigations, links, referrals
from domain.case import CaseClosed, NoteRecorded, RoutingReviewed
from domain.case.intervention import ApplicationMade
from domain.codes import (
    AgeKnowledge,
    ApplicationKind,
    CaseOutcome,
    Concern,
    DeadlineKind,
    Exploitation,
    Presumption,
)
from domain.deadline import DeadlineSet
from domain.errors import (
    AgeIsNotEstablished,
    BirthDateIsKnown,
    BornInTheFuture,
    CaseIsClosed,
    NotPermitted,
    OutOfScopeIsReferredOn,
)
from domain.person import AgeEstablished
from tests.town import A_CHILD, AN_ADULT, NOW, TODAY, Town, new_town

NINETEEN = date(2004, 3, 2)


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def establish(
    town: Town,
    by: UUID,
    case: UUID,
    born: date | None,
    age: AgeKnowledge = AgeKnowledge.UNKNOWN,
) -> Any:
    return await town.do(by, cases.establish_age, case, born=born, age=age, basis="Pass.")


async def test_the_assigned_worker_documents(town: Town) -> None:
    """The assigned worker writes notes (S7), and the unit manager; a colleague does not."""
    case, worker = await town.assigned()
    for who in (worker, await town.manager("nexus")):
        await town.do(who, cases.record_note, case, "Samtal i telefon.")
    assert (await town.case(case)).notes == 2
    with pytest.raises(NotPermitted):
        await town.do(await town.hire("nexus"), cases.record_note, case, "Samtal.")


async def test_no_decision_opens_a_note(town: Town) -> None:
    """What nobody decides on stays sealed, while everything else is opened for the decision."""
    case, worker = await town.assigned()
    await town.do(worker, cases.record_note, case, "Samtal.")
    await town.do(worker, cases.close_case, case, CaseOutcome.NEEDS_MET)
    facts = await town.facts(case)
    notes = [fact.event for fact in facts if isinstance(fact.event, NoteRecorded)]
    assert [note.text.is_open for note in notes] == [False]
    [closed] = [fact.event for fact in facts if isinstance(fact.event, CaseClosed)]
    assert closed.outcome.is_open


async def test_an_established_age_reviews_the_routing(town: Town) -> None:
    """The 16-year-old turns out to be 19: recorded on the person, and the rules say Nexus (S85)."""
    case, worker = await town.assigned("childrens-intake")
    outcome = await establish(town, worker, case, NINETEEN)
    _, established = outcome.the(AgeEstablished)
    assert (established.age, established.born) == (AgeKnowledge.YOUNG_ADULT, NINETEEN)
    assert outcome.the(RoutingReviewed)[1].unit == "nexus"
    assert (await town.case(case)).unit == "childrens-intake"  # a rule moves nobody


async def test_what_is_known_is_not_established_again(town: Town) -> None:
    """An age that is known already records nothing; one in the future is refused."""
    case, worker = await town.assigned("childrens-intake")
    assert (await establish(town, worker, case, A_CHILD.born)).facts == []
    with pytest.raises(BornInTheFuture):
        await establish(town, worker, case, date(2024, 1, 1))


async def test_nobody_is_born_after_they_were_told_of(town: Town) -> None:
    """What was received earlier was about somebody: who was born since then, it was not."""
    received = NOW - timedelta(days=10)
    case = await town.open_case(replace(A_CHILD, received_at=received))
    worker = await town.manager("childrens-intake")
    with pytest.raises(BornInTheFuture):
        await establish(town, worker, case, (received + timedelta(days=2)).date())


@pytest.mark.parametrize("age", [AgeKnowledge.UNKNOWN, AgeKnowledge.ASSESSED_ADULT])
async def test_an_age_is_not_established_as_unknown(town: Town, age: AgeKnowledge) -> None:
    """What was known is never unknown again, and nobody is assessed as adult here (S85, R3)."""
    case, worker = await town.assigned("childrens-intake")
    with pytest.raises(AgeIsNotEstablished):
        await establish(town, worker, case, None, age)


async def test_a_birth_date_outweighs_an_age_band(town: Town) -> None:
    """Where a birth date is known, only another birth date says another age."""
    case, worker = await town.assigned("childrens-intake")
    with pytest.raises(BirthDateIsKnown):
        await establish(town, worker, case, None, AgeKnowledge.ADULT)
    assert (await establish(town, worker, case, None, AgeKnowledge.MINOR)).facts == []


@pytest.mark.parametrize("first", [Concern.UNKNOWN, Concern.PROSTITUTION])
async def test_the_concern_that_obliges_most_decides(town: Town, first: Concern) -> None:
    """Of several referrals the one that binds Nexus (R2) decides the review, first or last."""
    second = Concern.PROSTITUTION if first is Concern.UNKNOWN else Concern.UNKNOWN
    case = await town.open_case(replace(A_CHILD, concern=first))
    manager = await town.manager("childrens-intake")
    joining = await town.receive(replace(A_CHILD, concern=second))
    await town.do(manager, referrals.accept_referral, joining)
    outcome = await establish(town, manager, case, AN_ADULT.born)
    assert outcome.the(RoutingReviewed)[1].deciding == "R2"


async def test_a_closed_case_is_not_reviewed(town: Town) -> None:
    """Nobody's age is established through a case that is closed."""
    case, manager = await town.open_case(A_CHILD), await town.manager("childrens-intake")
    await town.assess(case)
    await town.do(manager, cases.close_case, case, CaseOutcome.NEEDS_MET)
    with pytest.raises(CaseIsClosed):
        await establish(town, manager, case, NINETEEN)


async def test_a_birthday_passes(town: Town) -> None:
    """Whoever turns 18 during a case is established as 18, though the birth date is known (R13)."""
    case, worker = await town.assigned("childrens-intake")
    town.clock.set(NOW.replace(year=2025))
    outcome = await establish(town, worker, case, A_CHILD.born)
    assert outcome.the(AgeEstablished)[1].age is AgeKnowledge.YOUNG_ADULT
    assert outcome.the(RoutingReviewed)[1].unit == "nexus"


async def presume(town: Town, worker: UUID, case: UUID, exploitation: Exploitation) -> int:
    """Where the assessment stands."""
    outcome = await town.do(
        worker,
        investigations.assess_presumption,
        case,
        presumption=Presumption.GROUNDS,
        exploitation=exploitation,
        assessor="Ylva Stenträda, Nexus",
        ground="Skuld, pass taget.",
    )
    return outcome.position


@pytest.mark.parametrize("exploitation", [Exploitation.LABOUR, Exploitation.SEXUAL])
async def test_every_assessment_looks_alike(town: Town, exploitation: Exploitation) -> None:
    """One fact of one name, whatever it comes to: a second one would tell (R12, S86)."""
    case, worker = await town.assigned()
    await presume(town, worker, case, exploitation)
    assert (await town.names(case))[-1:] == ["case.assessment-recorded"]
    assert (await town.names(case)).count("case.assessment-recorded") == 1
    assert not {"case.scope-reviewed", "case.decision-recorded"} & set(await town.names(case))


async def test_the_scope_is_what_was_assessed_last(town: Town) -> None:
    """An adult exploited other than sexually is referred on; not after a new assessment, nor where
    the first one was a mistake (R12, S86)."""
    case, worker = await town.assigned()
    await presume(town, worker, case, Exploitation.SEXUAL)
    mistake = await presume(town, worker, case, Exploitation.LABOUR)
    with pytest.raises(OutOfScopeIsReferredOn):
        await town.do(worker, cases.close_case, case, CaseOutcome.NEEDS_MET)
    await town.do(worker, links.correct_entry, case, mistake, reason="Fel akt.")
    await town.do(worker, cases.close_case, case, CaseOutcome.NEEDS_MET)


@pytest.mark.parametrize("granted", [True, False])
@pytest.mark.parametrize("kind", ApplicationKind)
async def test_every_answer_looks_alike(town: Town, kind: ApplicationKind, granted: bool) -> None:
    """Whatever was applied for, and whether it was granted: the same facts, and a deadline of the
    same word and length (UtlL 5:15)."""
    case, worker = await town.assigned()
    made = await town.do(worker, interventions.make_application, case, kind)
    application = made.the(ApplicationMade)[1].filing
    done = await town.do(
        worker, interventions.answer_application, case, application, granted=granted
    )
    _, followed = done.the(DeadlineSet)
    assert (followed.kind, followed.deadline) == (DeadlineKind.REVIEW, application)
    assert followed.due == town.desk.calendar.start_of(TODAY + timedelta(days=31))
    await town.do(worker, interventions.end_application, case, application)
    assert (await town.names(case))[-5:] == [
        "case.application-made",
        "case.application-answered",
        "deadline.set",
        "case.application-ended",
        "deadline.met",
    ]
