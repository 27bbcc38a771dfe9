"""What happened earlier is recorded with its legal moment, and the clocks go by it (section 4)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from api.commands import assessments, interventions, investigations, transfers
from domain.case.intervention import (
    ApplicationAnswered,
    ApplicationMade,
    InterventionDecided,
    InterventionStarted,
)
from domain.case.investigation import InvestigationOpened
from domain.case.transfer import TransferRequested
from domain.codes import (
    ApplicationKind,
    ClockKind,
    InterventionEnd,
    InterventionKind,
    InvestigationConclusion,
    Provider,
    Source,
    TransferAnswer,
)
from domain.deadline import DeadlineMet, DeadlineMissed
from domain.errors import MomentIsImpossible
from domain.referral import ReferralClosed
from tests.town import A_CHILD, NOW, Town, new_town, told

DAY = timedelta(days=1)


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def due(town: Town, case: UUID) -> dict[ClockKind, datetime]:
    return {one.clock.reveal(): one.due for one in (await town.case(case)).deadlines}


async def test_a_reflection_period_runs_from_its_grant(town: Town) -> None:
    """UtlL 5:15: 30 days from when it was granted, however late that is recorded; not from before
    anybody had told of the person, nor from tomorrow."""
    case, worker = await town.assigned()
    apply = interventions.make_application
    made = await town.do(worker, apply, case, ApplicationKind.REFLECTION_PERIOD)
    application = made.the(ApplicationMade)[1].filing
    town.clock.advance(10 * DAY)
    answer = partial(interventions.answer_application, granted=True)
    for impossible in (NOW - DAY, NOW + 11 * DAY):
        wrong = town.do(worker, answer, case, application, happened=impossible)
        assert await told(wrong) == (MomentIsImpossible, {})
    await town.do(worker, answer, case, application, happened=NOW + DAY)
    ends = (await due(town, case))[ClockKind.REFLECTION_PERIOD]
    assert NOW + 31 * DAY < ends < NOW + 32 * DAY
    [answered] = await town.desk.log.facts(case, ApplicationAnswered)
    assert answered.occurred_at == NOW + DAY


async def test_protection_assessed_in_time_is_in_time_when_it_is_recorded_late(town: Town) -> None:
    """SoL 20:1: assessed at night, recorded after the day was over."""
    referral = await town.receive(A_CHILD)
    town.clock.advance(2 * DAY)
    await town.do(
        await town.worker("childrens-intake"),
        assessments.assess_protection,
        referral,
        needed_at_once=False,
        ground="Trygg nu.",
        happened=NOW + timedelta(hours=15),
    )
    [met] = await town.desk.log.facts(referral, DeadlineMet)
    assert met.occurred_at == NOW + timedelta(hours=15)


async def test_a_decision_and_what_is_told_of_it_count_from_when_they_were(town: Town) -> None:
    """SoL 20:2, 19:6: decided within 14 days and told within a week, however late it is recorded;
    nobody is told before the decision."""
    referral = await town.receive(replace(A_CHILD, source=Source.SCHOOL))
    worker = await town.worker("childrens-intake")
    await town.do(worker, assessments.ask_feedback, referral)
    safe = partial(assessments.assess_protection, needed_at_once=False, ground="Trygg nu.")
    await town.do(worker, safe, referral)
    town.clock.advance(20 * DAY)
    decide = partial(assessments.decide_preliminary_assessment, opens=False, ground="Stöd finns.")
    await town.do(worker, decide, referral, happened=NOW + 10 * DAY)
    [closed] = await town.desk.log.facts(referral, ReferralClosed)
    assert closed.occurred_at == NOW + 10 * DAY
    give = partial(assessments.give_feedback, told="Utredning inleds inte.")
    early = town.do(worker, give, referral, happened=NOW + 9 * DAY)
    assert await told(early) == (MomentIsImpossible, {})
    await town.do(worker, give, referral, happened=NOW + 11 * DAY)
    assert not await town.desk.log.facts(referral, DeadlineMissed)
    met = [fact.occurred_at for fact in await town.desk.log.facts(referral, DeadlineMet)]
    assert met[-2:] == [NOW + 10 * DAY, NOW + 11 * DAY]


async def test_the_outcome_is_told_when_it_was(town: Town) -> None:
    """Section 4: not before the decision, and in time even where it is recorded afterwards."""
    case, worker = await town.assigned()
    opened = await town.do(worker, investigations.open_investigation, case)
    investigation = opened.the(InvestigationOpened)[1].investigation
    how = InvestigationConclusion.NO_INTERVENTION
    await town.do(worker, investigations.conclude_investigation, case, investigation, how)
    town.clock.advance(30 * DAY)
    notify = partial(investigations.notify_outcome, told="Beslutet lämnades.")
    early = town.do(worker, notify, case, happened=NOW - timedelta(minutes=1))
    assert await told(early) == (MomentIsImpossible, {})
    await town.do(worker, notify, case, happened=NOW + DAY)
    met = [fact.occurred_at for fact in await town.desk.log.facts(case, DeadlineMet)]
    assert met[-1] == NOW + DAY


async def test_the_month_of_a_transfer_runs_from_its_request(town: Town) -> None:
    """R14: from the day of the letter; its answer does not come before it."""
    received = replace(A_CHILD, received_at=NOW - 20 * DAY)
    case = await town.open_case(received)
    worker = await town.manager("childrens-intake")
    request = partial(transfers.request_transfer, municipality="Tierp", reason="Bor där.")
    asked = await town.do(worker, request, case, happened=NOW - 10 * DAY)
    transfer = asked.the(TransferRequested)[1].transfer
    option = (await due(town, case))[ClockKind.INSPECTORATE_OPTION]
    assert NOW + 20 * DAY < option < NOW + 24 * DAY
    answer = partial(
        transfers.answer_transfer, answer=TransferAnswer.REFUSED, explanation="Bor inte här."
    )
    early = town.do(worker, answer, case, transfer, happened=NOW - 11 * DAY)
    assert await told(early) == (MomentIsImpossible, {})
    await town.do(worker, answer, case, transfer, happened=NOW - 9 * DAY)
    await town.do(worker, transfers.ask_inspectorate, case, transfer, happened=NOW - 8 * DAY)
    decision = (await due(town, case))[ClockKind.INSPECTORATE_DECISION]
    assert decision.date() == date(2023, 6, 26)  # three months, with their last day
    decide = partial(
        transfers.record_inspectorate_decision,
        answer=TransferAnswer.REFUSED,
        explanation="Enligt beslut.",
    )
    await town.do(worker, decide, case, transfer, happened=NOW)


async def test_an_investigation_is_opened_informed_of_and_concluded_when_it_was(
    town: Town,
) -> None:
    """SoL 20:3-4: four months from when it was opened; nothing of it happened before that."""
    case = await town.open_case(replace(A_CHILD, received_at=NOW - 20 * DAY))
    manager = await town.manager("childrens-intake")
    then = {"happened": NOW - 10 * DAY}
    opened = await town.do(manager, investigations.open_investigation, case, **then)
    investigation = opened.the(InvestigationOpened)[1].investigation
    assert (await due(town, case))[ClockKind.CHILD_INVESTIGATION].date() == date(2023, 7, 24)
    inform = partial(investigations.inform_those_concerned, withheld=None)
    conclude = partial(
        investigations.conclude_investigation, conclusion=InvestigationConclusion.NO_INTERVENTION
    )
    for act in (inform, conclude):
        early = town.do(manager, act, case, investigation, happened=NOW - 11 * DAY)
        assert await told(early) == (MomentIsImpossible, {})
        await town.do(manager, act, case, investigation, happened=NOW - 9 * DAY)
    met = {fact.occurred_at for fact in await town.desk.log.facts(case, DeadlineMet)}
    assert met == {NOW - 9 * DAY}


async def test_an_intervention_ends_after_it_started(town: Town) -> None:
    """S67: when support started counts, not when that was recorded."""
    case, worker = await town.assigned()
    decided = await town.do(
        worker,
        interventions.decide_intervention,
        case,
        kind=InterventionKind.COUNSELLING,
        provider=Provider.OWN_UNIT,
        ksi_code=None,
    )
    intervention = decided.the(InterventionDecided)[1].intervention
    town.clock.advance(10 * DAY)
    start = interventions.start_intervention
    await town.do(worker, start, case, intervention, happened=NOW + 5 * DAY)
    end = partial(interventions.end_intervention, how=InterventionEnd.COMPLETED)
    early = town.do(worker, end, case, intervention, happened=NOW + 4 * DAY)
    assert await told(early) == (MomentIsImpossible, {})
    await town.do(worker, end, case, intervention, happened=NOW + 6 * DAY)
    [started] = await town.desk.log.facts(case, InterventionStarted)
    assert started.occurred_at == NOW + 5 * DAY
