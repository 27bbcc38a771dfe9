"""Reports concerning a child or young person: assessed in time, and the reporter is told."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from api.commands import assessments, cases, investigations, referrals, transfers
from api.commands.passing_time import tell_overdue
from domain.case.transfer import TransferRequested
from domain.codes import (
    AgeKnowledge,
    CaseOutcome,
    ClockKind,
    Concern,
    DeclineReason,
    InvestigationConclusion,
    ReferralKind,
    Source,
    TransferAnswer,
)
from domain.deadline import DeadlineMet, running
from domain.errors import (
    AcuteNeedsAreOurs,
    AssessmentIsMade,
    CaseIsClosed,
    DeadlineHasEnded,
    ExtensionIsTooLong,
    FeedbackIsNotAsked,
    InvestigationIsDecided,
    NobodyMustReport,
    NotFound,
    NothingToAssess,
    NotPermitted,
    OutcomeIsNotAwaited,
    ProtectionIsNeededAtOnce,
    ProtectionIsNotAssessed,
    ReferralIsAnswered,
    ReportIsNotAssessed,
    ReportStands,
)
from domain.referral import ANSWER, ReferralStatus
from tests.town import A_CHILD, AGE_UNKNOWN, AN_ADULT, NOW, SOMEBODY, Town, new_town, told

PROTECTION = ClockKind.PROTECTION_ASSESSMENT
PRELIMINARY = ClockKind.PRELIMINARY_ASSESSMENT
CONCERN = ReferralKind.REPORT_OF_CONCERN
A_PUPIL = replace(A_CHILD, source=Source.SCHOOL)


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def clocks(town: Town, referral: UUID) -> set[ClockKind]:
    """That run beside the answer's."""
    deadlines = (await town.referral(referral)).deadlines
    return {one.clock.reveal() for one in deadlines} - {ClockKind.REFERRAL_ANSWER}


async def assess(
    town: Town, referral: UUID, by: UUID | None = None, *, needed_at_once: bool = False
) -> object:
    how: dict[str, Any] = {"needed_at_once": needed_at_once, "ground": "Trygg nu."}
    worker = by or await town.worker("childrens-intake")
    return await town.do(worker, assessments.assess_protection, referral, **how)


async def decide(
    town: Town, referral: UUID, *, opens: bool = True, by: UUID | None = None
) -> object:
    return await town.do(
        by or await town.worker("childrens-intake"),
        assessments.decide_preliminary_assessment,
        referral,
        opens=opens,
        ground="Oro för skolgång.",
    )


async def test_the_clocks_start_with_the_receipt(town: Town) -> None:
    """The legal moment starts them, not the recording: what arrived yesterday is due sooner."""
    yesterday = NOW - timedelta(days=1)
    referral = await town.receive(replace(A_CHILD, received_at=yesterday))
    deadlines = (await town.referral(referral)).deadlines
    due = {one.clock.reveal(): one.due for one in deadlines}
    assert due[PROTECTION] == yesterday + timedelta(hours=24)
    assert due[PRELIMINARY] - yesterday > timedelta(days=14)


@pytest.mark.parametrize(
    ("details", "assessed"),
    [
        (A_CHILD, True),
        (replace(AN_ADULT, number=None, born=None, age=AgeKnowledge.UNKNOWN), True),
        (AN_ADULT, False),
        (replace(AN_ADULT, number=None, born=date(2003, 6, 1)), False),
        (
            replace(
                AN_ADULT,
                number=None,
                born=date(2003, 6, 1),
                kind=ReferralKind.REPORT_OF_CONCERN,
            ),
            True,
        ),
    ],
)
async def test_reports_concerning_somebody_under_21_are_assessed(
    town: Town, details: referrals.ReferralDetails, assessed: bool
) -> None:
    """A child, who may be one, and a young adult whom a report of concern is about (c)."""
    referral = await town.receive(details)
    assert await clocks(town, referral) == ({PROTECTION, PRELIMINARY} if assessed else set())


async def test_protection_first_then_the_decision(town: Town) -> None:
    """SoL 20:1-2: assessed at once, then decided; each once, and the clocks are met."""
    referral = await town.receive(A_CHILD)
    assert await told(decide(town, referral)) == (ProtectionIsNotAssessed, {})
    await assess(town, referral)
    assert await told(assess(town, referral)) == (AssessmentIsMade, {})
    await decide(town, referral, opens=False)
    assert await clocks(town, referral) == set()
    assert await told(decide(town, referral)) == (AssessmentIsMade, {})
    facts = await town.facts(referral)
    assert sum(isinstance(fact.event, DeadlineMet) for fact in facts) == 2


async def test_what_needs_protection_at_once_is_investigated(town: Town) -> None:
    """SoL 20:1-2: it is not decided that nothing is opened while protection is needed at once."""
    referral = await town.receive(A_CHILD)
    await assess(town, referral, needed_at_once=True)
    assert await told(decide(town, referral, opens=False)) == (ProtectionIsNeededAtOnce, {})
    await decide(town, referral)


async def test_only_a_report_is_assessed_and_by_whom_it_came_to(town: Town) -> None:
    """Nothing to assess of an adult; nobody else assesses, and the other side sees nothing."""
    adult, child = await town.receive(AN_ADULT), await town.receive(A_CHILD)
    nexus = await town.worker("nexus")
    assert await told(assess(town, adult, nexus)) == (NothingToAssess, {})
    assert await told(assess(town, child, nexus)) == (NotFound, {})
    assert await told(assess(town, child, town.administrator)) == (NotFound, {})
    outreach = await town.outreach()
    sent = await town.receive(replace(A_CHILD, source=Source.HOMELESS_OUTREACH), outreach)
    assert await told(assess(town, sent, outreach)) == (NotPermitted, {})


@pytest.mark.parametrize(
    ("age", "left"), [(AgeKnowledge.ADULT, set()), (AgeKnowledge.YOUNG_ADULT, {PRELIMINARY})]
)
async def test_another_age_changes_what_is_assessed(
    town: Town, age: AgeKnowledge, left: set[ClockKind]
) -> None:
    """Who turns out to be 21 or older is not assessed as a child; who is younger still is (c)."""
    referral = await town.receive(A_CHILD)
    await assess(town, referral)
    await town.do(
        await town.manager("childrens-intake"),
        referrals.decline_referral,
        referral,
        reason=DeclineReason.WRONG_AGE,
        age=age,
        explanation="Pass uppvisat.",
    )
    assert await clocks(town, referral) == left


@pytest.mark.parametrize("investigated", [True, False])
async def test_a_case_of_somebody_found_to_be_a_child_has_a_childs_clocks(
    town: Town, investigated: bool
) -> None:
    """R3, section 4: protection is assessed, an investigation that is open has its months from when
    it was opened, and those concerned are told; without one, it is decided whether to open it."""
    details = replace(AN_ADULT, number=None, born=None, age=AgeKnowledge.ADULT)
    case, manager = await town.open_case(details), await town.manager("nexus")
    [referral] = (await town.case(case)).referrals
    if investigated:
        await town.do(manager, investigations.open_investigation, case)
    town.clock.advance(timedelta(days=10))
    found: dict[str, Any] = {"born": date(2008, 1, 1), "age": AgeKnowledge.MINOR, "basis": "Pass."}
    await town.do(manager, cases.establish_age, case, **found)
    due = {one.clock.reveal(): one.due.date() for one in (await town.case(case)).deadlines}
    if investigated:
        assert set(due) == {ClockKind.CHILD_INVESTIGATION, ClockKind.THOSE_CONCERNED_INFORMED}
        assert due[ClockKind.CHILD_INVESTIGATION] == date(2023, 8, 3)
        assert await clocks(town, referral) == {PROTECTION}
    else:
        assert due == {}  # what is decided of a report takes its place
        assert await clocks(town, referral) == {PROTECTION, PRELIMINARY}
    await town.do(manager, cases.establish_age, case, **found | {"born": date(1990, 1, 1)})
    left = {one.clock.reveal() for one in (await town.case(case)).deadlines}
    of_adults = {ClockKind.ADULT_INVESTIGATION, ClockKind.THOSE_CONCERNED_INFORMED}
    assert left == (of_adults if investigated else {ClockKind.INVESTIGATION_OPENED})
    assert await clocks(town, referral) == set()


async def elsewhere(town: Town, referral: UUID, by: UUID) -> object:
    """Declined, since another municipality is said to be responsible."""
    return await town.do(
        by,
        referrals.decline_referral,
        referral,
        reason=DeclineReason.OTHER_MUNICIPALITY,
        age=None,
        explanation="Bor i Tierp.",
    )


async def test_what_is_assessed_as_a_report_is_not_taken_back(town: Town) -> None:
    """Whatever the sender called it, its clocks run on, so it stands (SoL 20:1-2)."""
    signposted = replace(A_CHILD, number=None, kind=ReferralKind.SIGNPOSTING)
    new, assessed = await town.receive(signposted), await town.receive(signposted)
    await assess(town, assessed)
    await decide(town, assessed)
    for referral in (new, assessed):
        taken = town.do(await town.police(), referrals.withdraw_referral, referral, "Fel.")
        assert await told(taken) == (ReportStands, {})


async def test_no_child_is_declined_before_protection_is_assessed(town: Town) -> None:
    """R14: acute needs are ours, and of a child nobody knows them before (SoL 20:1)."""
    referral, manager = await town.receive(A_CHILD), await town.manager("childrens-intake")
    assert await told(elsewhere(town, referral, manager)) == (ProtectionIsNotAssessed, {})
    await assess(town, referral)
    await elsewhere(town, referral, manager)
    assert await clocks(town, referral) == set()


async def test_who_needs_protection_at_once_is_not_declined(town: Town) -> None:
    """R14: acute needs are ours by our own assessment as by the sender's word."""
    referral, manager = await town.receive(A_CHILD), await town.manager("childrens-intake")
    await assess(town, referral, needed_at_once=True)
    assert await told(elsewhere(town, referral, manager)) == (AcuteNeedsAreOurs, {})


@pytest.mark.parametrize(
    "details", [AN_ADULT, replace(AN_ADULT, source=Source.CIVIL_SOCIETY, kind=CONCERN)]
)
async def test_somebody_found_to_be_a_child_is_assessed(
    town: Town, details: referrals.ReferralDetails
) -> None:
    """What came as an adult's referral, or as a report of concern about an adult, is a report when
    it is routed on (R1); its time counts from the receipt (section 4)."""
    referral = await town.receive(details)
    town.clock.advance(timedelta(days=1))
    await town.do(
        await town.manager("nexus"),
        referrals.decline_referral,
        referral,
        reason=DeclineReason.WRONG_AGE,
        age=AgeKnowledge.MINOR,
        explanation="Är 16 år.",
    )
    assert await clocks(town, referral) == {PROTECTION, PRELIMINARY}
    due = {one.clock.reveal(): one.due for one in (await town.referral(referral)).deadlines}
    assert due[PROTECTION] == NOW + timedelta(hours=24)


async def test_who_must_report_is_told_what_came_of_it(town: Town) -> None:
    """Asked before the decision, feedback is due after it; asked later, at once (SoL 19:6)."""
    early, late = await town.receive(A_PUPIL), await town.receive(replace(A_PUPIL, number=None))
    worker = await town.worker("childrens-intake")
    await town.do(worker, assessments.ask_feedback, early)
    for referral in (early, late):
        await assess(town, referral)
        await decide(town, referral, opens=False)
    await town.do(worker, assessments.ask_feedback, late)
    assert await clocks(town, early) == {ClockKind.REPORTER_FEEDBACK}
    assert await clocks(town, late) == {ClockKind.LATE_REPORTER_FEEDBACK}
    for referral in (early, late):
        await town.do(worker, assessments.give_feedback, referral, "Ingen utredning.")
        assert await clocks(town, referral) == set()
    again = town.do(worker, assessments.give_feedback, early, "Igen.")
    assert await told(again) == (FeedbackIsNotAsked, {})


async def test_an_investigation_that_is_decided_is_waited_for(town: Town) -> None:
    """SoL 20:2-3: the case is not closed before it is opened, and its months count from then."""
    case, worker = await town.assigned("childrens-intake")
    [referral] = (await town.case(case)).referrals
    await assess(town, referral)
    await decide(town, referral)
    assert await clocks(town, referral) == {ClockKind.INVESTIGATION_OPENED}
    manager = await town.manager("childrens-intake")
    closing = town.do(manager, cases.close_case, case, CaseOutcome.NO_NEED_FOUND)
    assert await told(closing) == (InvestigationIsDecided, {})
    town.clock.advance(timedelta(days=30))
    await town.do(worker, investigations.open_investigation, case)
    assert await clocks(town, referral) == set()
    due = {one.clock.reveal(): one.due for one in (await town.case(case)).deadlines}
    assert due[ClockKind.CHILD_INVESTIGATION].date() == date(2023, 8, 3)


async def test_a_report_that_opens_no_investigation_is_answered(town: Town) -> None:
    """SoL 20:2: nothing waits any more and nothing escalates; the reporter is told, and who comes
    with an answer of their own learns that it has been answered, by whom."""
    referral, manager = await town.receive(A_PUPIL), await town.manager("childrens-intake")
    await town.do(manager, assessments.ask_feedback, referral)
    await assess(town, referral)
    proposed: dict[str, Any] = {"reason": DeclineReason.OTHER_MUNICIPALITY, "age": None}
    worker = await town.worker("childrens-intake")
    await town.do(
        worker, referrals.decline_referral, referral, explanation="Annan ort.", **proposed
    )
    await decide(town, referral, opens=False)
    state = await town.referral(referral)
    assert (state.status, state.case, state.proposed) == (ReferralStatus.CLOSED, None, None)
    assert await clocks(town, referral) == {ClockKind.REPORTER_FEEDBACK}
    answered = (ReferralIsAnswered, {"by": worker, "at": NOW})
    assert await told(town.do(manager, referrals.accept_referral, referral)) == answered
    assert await told(town.do(manager, referrals.confirm_decline, referral)) == answered
    town.clock.advance(timedelta(days=30))
    assert await tell_overdue(town.desk, referral, ANSWER) is None
    await town.do(worker, assessments.give_feedback, referral, "Ingen utredning.")


async def test_what_binds_the_unit_is_taken_over_all_the_same(town: Town) -> None:
    """R2: Nexus accepts, or declines for its two reasons, whatever is assessed of a report."""
    young = replace(AN_ADULT, number=None, born=date(2004, 3, 2), kind=CONCERN)
    referral, nexus = await town.receive(young), await town.manager("nexus")
    await assess(town, referral, by=nexus)
    await decide(town, referral, opens=False, by=nexus)
    assert (await town.referral(referral)).status is ReferralStatus.WAITING
    await town.do(nexus, referrals.accept_referral, referral)


@pytest.mark.parametrize("details", [SOMEBODY, replace(AN_ADULT, concern=Concern.UNKNOWN)])
async def test_what_no_rule_places_is_placed_by_a_person(
    town: Town, details: referrals.ReferralDetails
) -> None:
    """R0, R16: within a working day from its receipt (section 4, c), by accepting it or by sending
    it on; whatever a rule places has no such clock."""
    placed = replace(details, number=None)
    referral, manager = await town.receive(placed), await town.manager("nexus")
    routed = ClockKind.REFERRAL_ROUTED
    [due] = [d.due for d in (await town.referral(referral)).deadlines if d.clock.reveal() is routed]
    assert due == town.desk.calendar.add_working_days(NOW, 1)
    await town.do(manager, referrals.accept_referral, referral)
    assert await clocks(town, referral) == set()
    assert await clocks(town, await town.receive(AN_ADULT)) == set()


async def test_a_case_is_not_closed_before_its_report_is_assessed(town: Town) -> None:
    """SoL 20:1-2: first protection, then whether an investigation is opened."""
    case, manager = await town.open_case(A_CHILD), await town.manager("childrens-intake")
    [referral] = (await town.case(case)).referrals
    not_opened = partial(decide, opens=False)
    for refusal, act in ((ProtectionIsNotAssessed, assess), (ReportIsNotAssessed, not_opened)):
        closing = town.do(manager, cases.close_case, case, CaseOutcome.CONTACT_LOST)
        assert await told(closing) == (refusal, {})
        await act(town, referral)
    await town.do(manager, cases.close_case, case, CaseOutcome.CONTACT_LOST)


async def test_no_child_moves_away_before_protection_is_assessed(town: Town) -> None:
    """R14, SoL 20:1: of a child protection is assessed here, whoever takes over."""
    case, worker = await town.assigned("childrens-intake")
    asked = await town.do(
        worker, transfers.request_transfer, case, municipality="Tierp", reason="Bor där."
    )
    transfer = asked.the(TransferRequested)[1].transfer
    accepted = TransferAnswer.ACCEPTED
    await town.do(
        worker, transfers.answer_transfer, case, transfer, answer=accepted, explanation="Tar över."
    )
    away = partial(town.do, worker, cases.close_case, case, CaseOutcome.MOVED_AWAY)
    assert await told(away()) == (ProtectionIsNotAssessed, {})
    [referral] = (await town.case(case)).referrals
    await assess(town, referral)
    await away()


async def test_an_investigation_that_is_decided_is_not_declined_away(town: Town) -> None:
    """R14, SoL 20:2: it is opened here, and another municipality is asked in writing; also where
    the decline was proposed before that was decided."""
    referral, manager = await town.receive(A_CHILD), await town.manager("childrens-intake")
    await assess(town, referral)
    await elsewhere(town, referral, await town.worker("childrens-intake"))
    await decide(town, referral)
    confirming = town.do(manager, referrals.confirm_decline, referral)
    assert await told(confirming) == (InvestigationIsDecided, {})
    await town.do(manager, referrals.refuse_decline, referral)
    assert await told(elsewhere(town, referral, manager)) == (InvestigationIsDecided, {})


async def test_each_investigation_has_its_own_notice(town: Town) -> None:
    """SoL 20:4: those concerned are told of the second; of the first, they still are to be."""
    case, worker = await town.assigned("childrens-intake")
    notices = list[UUID]()
    for _ in range(2):
        await town.do(worker, investigations.open_investigation, case)
        investigation = (await town.case(case)).investigation
        assert investigation is not None
        notices.append(investigation)
        how = InvestigationConclusion.NO_INTERVENTION
        await town.do(worker, investigations.conclude_investigation, case, investigation, how)

    async def waits() -> list[UUID]:
        deadlines = (await town.case(case)).deadlines
        notice = ClockKind.THOSE_CONCERNED_INFORMED
        return [one.id for one in deadlines if one.clock.reveal() is notice]

    first, second = notices
    assert await waits() == [first, second]
    inform = partial(investigations.inform_those_concerned, withheld=None)
    for each, left in ((second, [first]), (second, [first]), (first, [])):
        await town.do(worker, inform, case, each)
        assert await waits() == left


async def test_an_assessment_that_is_not_accepted_makes_nobody_an_adult(town: Town) -> None:
    """R3: where the municipality takes nobody's word for it, a report is assessed as a child's,
    and so are the months of an investigation."""
    organisation = town.desk.organisation
    settings = replace(organisation.settings, accept_assessed_adult=False)
    strict = replace(organisation, settings=settings)
    town.desk = replace(town.desk, organisation=strict)
    unknown = replace(AGE_UNKNOWN, age=AgeKnowledge.ASSESSED_ADULT, assessed_adult_by="Ylva S.")
    case = await town.open_case(replace(unknown, kind=CONCERN))
    [referral] = (await town.case(case)).referrals
    assert await clocks(town, referral) == {PROTECTION, PRELIMINARY}
    worker = await town.worker("childrens-intake")
    await town.assign(case, worker)
    await town.do(worker, investigations.open_investigation, case)
    running = {one.clock.reveal() for one in (await town.case(case)).deadlines}
    assert running == {ClockKind.CHILD_INVESTIGATION, ClockKind.THOSE_CONCERNED_INFORMED}


@pytest.mark.parametrize("decided", [False, True])
async def test_what_was_recorded_by_mistake_waits_for_no_investigation(
    town: Town, decided: bool
) -> None:
    """A wrong side is closed as misrecorded and received anew (R16)."""
    case = await town.open_case(A_CHILD)
    [referral] = (await town.case(case)).referrals
    await assess(town, referral)
    if decided:
        await decide(town, referral)
    manager = await town.manager("childrens-intake")
    await town.do(manager, cases.close_case, case, CaseOutcome.MISRECORDED)
    assert await clocks(town, referral) == set()


async def test_who_asked_is_told_however_the_assessment_ends(town: Town) -> None:
    """SoL 19:6: by an investigation that is opened, or is open already, as by a decline."""
    case, worker = await town.assigned("childrens-intake")
    [first] = (await town.case(case)).referrals
    await town.do(worker, assessments.ask_feedback, first)
    await town.do(worker, investigations.open_investigation, case)
    assert await clocks(town, first) == {PROTECTION, ClockKind.REPORTER_FEEDBACK}
    further, declined = await town.receive(A_PUPIL), await town.receive(A_PUPIL)
    manager = await town.manager("childrens-intake")
    for referral in (further, declined):
        await town.do(worker, assessments.ask_feedback, referral)
        await assess(town, referral)
    await town.do(manager, referrals.accept_referral, further)
    assert await clocks(town, further) == {ClockKind.LATE_REPORTER_FEEDBACK}
    await elsewhere(town, declined, manager)
    assert await clocks(town, declined) == {ClockKind.REPORTER_FEEDBACK}


async def test_who_need_not_report_is_owed_no_feedback(town: Town) -> None:
    """Civil society signposts, and no duty follows from that (R8)."""
    referral = await town.receive(replace(A_CHILD, source=Source.CIVIL_SOCIETY))
    asked = town.do(await town.worker("childrens-intake"), assessments.ask_feedback, referral)
    assert await told(asked) == (NobodyMustReport, {})


async def test_a_preliminary_assessment_is_extended_on_its_ground(town: Town) -> None:
    """For a set time (SoL 20:2), in the file where it runs."""
    referral = await town.receive(A_CHILD)
    deadline = running((await town.referral(referral)).deadlines, PRELIMINARY)
    assert deadline is not None
    worker, until = await town.worker("childrens-intake"), NOW + timedelta(days=28)
    how: dict[str, Any] = {"until": until, "ground": "Synnerliga skäl: tolk saknas."}
    await town.do(worker, assessments.extend_in_referral, referral, deadline, **how)
    due = {one.id: one.due for one in (await town.referral(referral)).deadlines}
    assert due[deadline] == until
    longer = how | {"until": until + timedelta(days=15)}  # than the clock itself runs
    too_long = town.do(worker, assessments.extend_in_referral, referral, deadline, **longer)
    assert await told(too_long) == (ExtensionIsTooLong, {"latest": until + timedelta(days=14)})
    nobodys = town.do(worker, assessments.extend_in_referral, referral, UUID(int=7), **how)
    assert await told(nobodys) == (DeadlineHasEnded, {})


async def test_an_open_investigation_takes_a_further_report_in(town: Town) -> None:
    """It ends the preliminary assessment of the report that it was opened for, and of one that
    comes later there is none (SoL 20:2); protection is assessed all the same."""
    case = await town.open_case(A_CHILD)
    worker = await town.worker("childrens-intake")
    await town.assign(case, worker)
    await town.do(worker, investigations.open_investigation, case)
    [first] = (await town.case(case)).referrals
    assert await clocks(town, first) == {PROTECTION}
    further = await town.receive(A_CHILD)
    assert await clocks(town, further) == {PROTECTION, PRELIMINARY}
    await town.do(await town.manager("childrens-intake"), referrals.accept_referral, further)
    assert await clocks(town, further) == {PROTECTION}


@pytest.mark.parametrize("source", [Source.SELF, Source.POLICE, Source.CIVIL_SOCIETY])
async def test_what_is_no_report_is_investigated_or_advised_on(town: Town, source: Source) -> None:
    """Section 3, SoL 14:2, old 11:1: what was accepted waits until an investigation is opened or
    advice is given, at the latest when the case is closed; whoever told of it (R2, R8)."""
    told_of = replace(AN_ADULT, number=None, source=source)
    nexus, manager = await town.worker("nexus"), await town.manager("nexus")
    every = [await town.open_case(told_of) for _ in range(3)]
    opened, advised, closed = every
    for case in every:
        deadlines = (await town.case(case)).deadlines
        assert [one.clock.reveal() for one in deadlines] == [ClockKind.INVESTIGATION_OPENED]
    await town.assign(opened, nexus)
    await town.do(nexus, investigations.open_investigation, opened)
    for _ in range(2):  # more advice ends nothing twice
        await town.do(manager, investigations.give_advice, advised, "Stöd hos kvinnojouren.")
    await town.do(manager, cases.close_case, closed, CaseOutcome.NEEDS_MET)
    for case in every:
        facts = await town.facts(case)
        assert sum(isinstance(fact.event, DeadlineMet) for fact in facts) == 1
    late = town.do(manager, investigations.give_advice, closed, "Stöd.")
    assert await told(late) == (CaseIsClosed, {})


async def test_who_waits_with_accepting_an_application_is_late(town: Town) -> None:
    """SoL 14:2: the matter came to the board's knowledge when it was received, not accepted."""
    applies = replace(
        AN_ADULT, number=None, source=Source.SELF, received_at=NOW - timedelta(days=9)
    )
    [waits] = (await town.case(await town.open_case(applies))).deadlines
    assert waits.due < NOW


async def test_what_is_owed_of_an_investigation_outlives_the_case(town: Town) -> None:
    """Section 4: a case that is closed takes neither the notice of its outcome along, nor that
    those concerned are informed; what was recorded by mistake does."""
    owed = {ClockKind.OUTCOME_NOTIFIED, ClockKind.THOSE_CONCERNED_INFORMED}
    case, worker = await town.assigned("childrens-intake")
    await assess(town, *(await town.case(case)).referrals)
    await town.do(worker, investigations.open_investigation, case)
    investigation = (await town.case(case)).investigation
    assert investigation is not None
    how = InvestigationConclusion.NO_INTERVENTION
    await town.do(worker, investigations.conclude_investigation, case, investigation, how)
    manager = await town.manager("childrens-intake")
    await town.do(manager, cases.close_case, case, CaseOutcome.NO_NEED_FOUND)
    assert {one.clock.reveal() for one in (await town.case(case)).deadlines} == owed
    await town.do(manager, investigations.notify_outcome, case, "Beslutet lämnades.")
    inform = partial(investigations.inform_those_concerned, withheld=None)
    await town.do(manager, inform, case, investigation)
    assert (await town.case(case)).deadlines == ()


async def test_a_childs_case_is_misrecorded_only_with_protection_assessed(town: Town) -> None:
    """R16, SoL 20:1: on whichever side it was recorded, the child is there."""
    case = await town.open_case(A_CHILD)
    manager = await town.manager("childrens-intake")
    mistaken = partial(town.do, manager, cases.close_case, case, CaseOutcome.MISRECORDED)
    assert await told(mistaken()) == (ProtectionIsNotAssessed, {})
    await assess(town, *(await town.case(case)).referrals)
    await mistaken()


async def test_no_feedback_before_there_is_something_to_tell(town: Town) -> None:
    """SoL 19:6: of whether an investigation is opened; told before, it would be owed no more."""
    referral, worker = await town.receive(A_PUPIL), await town.worker("childrens-intake")
    await town.do(worker, assessments.ask_feedback, referral)
    early = town.do(worker, assessments.give_feedback, referral, "Vi återkommer.")
    assert await told(early) == (ReportIsNotAssessed, {})


async def test_another_municipality_is_answered_at_once(town: Town) -> None:
    """R14, SoL 29:10: what it asks of us is due as soon as what we ask of it."""
    asks = replace(AN_ADULT, number=None, source=Source.OTHER_MUNICIPALITY)
    [answer] = (await town.referral(await town.receive(asks))).deadlines
    assert answer.due == town.desk.calendar.add_working_days(NOW, 1)


async def test_those_concerned_are_told_of_the_outcome(town: Town) -> None:
    """Within the municipality's own time after the decision (section 4, m), once."""
    case, worker = await town.assigned("childrens-intake")
    await town.do(worker, investigations.open_investigation, case)
    investigation = (await town.case(case)).investigation
    assert investigation is not None
    early = town.do(worker, investigations.notify_outcome, case, "Beslutet lämnades.")
    assert await told(early) == (OutcomeIsNotAwaited, {})
    how = InvestigationConclusion.NO_INTERVENTION
    await town.do(worker, investigations.conclude_investigation, case, investigation, how)
    deadlines = (await town.case(case)).deadlines
    due = {one.clock.reveal(): one.due for one in deadlines}[ClockKind.OUTCOME_NOTIFIED]
    assert due == town.desk.calendar.add_working_days(NOW, 5)
    await town.do(worker, investigations.notify_outcome, case, "Beslutet lämnades.")
    again = town.do(worker, investigations.notify_outcome, case, "Igen.")
    assert await told(again) == (OutcomeIsNotAwaited, {})


async def test_nothing_of_it_stands_in_the_clear(town: Town) -> None:
    """Whoever holds the log reads neutral names only, and no word of what was assessed."""
    referral = await town.receive(A_CHILD)
    await assess(town, referral)
    names = set(await town.names(referral))
    assert "referral.assessment-recorded" in names
    for word in (b"protection", b"preliminary", b"Trygg"):
        assert word not in town.log.dump()


async def test_a_unit_that_has_declined_records_no_more(town: Town) -> None:
    """R2: whoever it was routed on to assesses it and answers for its clocks; the unit before is
    refused, whatever it asks for, and does not learn what has been done since."""
    referral = await town.receive(AN_ADULT)
    await town.do(
        await town.manager("nexus"),
        referrals.decline_referral,
        referral,
        reason=DeclineReason.WRONG_AGE,
        age=AgeKnowledge.MINOR,
        explanation="Är 16 år.",
    )
    nexus = await town.worker("nexus")
    due = NOW + timedelta(days=60)
    for deadline in (await town.referral(referral)).deadlines:
        extends = town.do(
            nexus, assessments.extend_in_referral, referral, deadline.id, until=due, ground="Nej."
        )
        assert await told(extends) == (NotPermitted, {})
    assert await told(assess(town, referral, nexus)) == (NotPermitted, {})
    await assess(town, referral)
    assert await told(assess(town, referral, nexus)) == (NotPermitted, {})
    assert await told(decide(town, referral, by=nexus)) == (NotPermitted, {})
    asks = town.do(nexus, assessments.ask_feedback, referral)
    assert await told(asks) == (NotPermitted, {})


async def test_what_is_in_a_case_is_recorded_by_the_unit_of_the_case(town: Town) -> None:
    """The clocks of a report go with the case when it is handed over (S69)."""
    referral = await town.receive(A_PUPIL)
    await town.do(await town.manager("childrens-intake"), referrals.accept_referral, referral)
    case = (await town.referral(referral)).case
    assert case is not None
    handover = await town.offered(case)
    await town.do(await town.manager("nexus"), cases.accept_handover, case, handover)
    assert await told(assess(town, referral)) == (NotPermitted, {})
    await assess(town, referral, await town.worker("nexus"))
