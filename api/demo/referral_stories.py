"""What becomes of an intake: sent, answered by the unit it was routed to, and a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from api.commands import referrals
from api.commands.work import Fact, Outcome
from api.demo import texts
from api.demo.case_stories import CaseStory
from api.demo.coordinating import Coordinating
from api.demo.crew import Member
from api.demo.identities import FindingOut
from api.demo.intakes import Intake
from api.demo.moves import ReferralStory, moved_on, taken_back
from api.demo.neighbours import Neighbours
from api.demo.reports import Report
from api.demo.sending import Sending
from api.demo.shares import choose, happens
from api.demo.stage import Stage
from api.demo.stories import Stories
from api.demo.telling import details, facts
from api.demo.turns import Turns
from domain.assessment import is_to_be_investigated
from domain.case import CaseJoined, CaseOpened
from domain.codes import (
    AgeKnowledge,
    ClockKind,
    DeclineReason,
    PersonRole,
    Residence,
    Source,
)
from domain.deadline import DeadlineSet, running
from domain.referral import (
    Referral,
    ReferralDeclineProposed,
    ReferralRouted,
    ReferralRoutedNarrowly,
    ReferralStatus,
)
from domain.routing import age_knowledge, route

_REOPENED: Final = 0.6  # of the closed cases of those who come back
_REFUSED: Final = 0.35  # of those that are said to belong elsewhere: few


@dataclass(slots=True, kw_only=True)
class Referrals:
    """All referrals of the year. `cases` are the stories that they become, by case."""

    stage: Stage
    cases: Stories[CaseStory]

    async def receive(self, intake: Intake) -> None:
        stage = self.stage.of(f"{intake.name}/told")
        way = route(facts(intake, stage), stage.desk.organisation)
        sender = stage.crew.sender(stage.rng, intake.source, way.unit, way.compartment)
        outcome = await stage.do(sender, referrals.receive_referral, details(intake, stage))
        for one in self.routed(outcome, [intake]):
            self.begin(*one, sender=sender)

    def routed(
        self, outcome: Outcome, intakes: Sequence[Intake]
    ) -> list[tuple[Intake, Outcome, Fact]]:
        """In the order in which they were told of: where each one was routed."""
        facts = [fact for fact in outcome.facts if isinstance(fact.event, ReferralRouted)]
        return [(intake, outcome, fact) for intake, fact in zip(intakes, facts, strict=True)]

    def _hear_of_another(self, intake: Intake, outcome: Outcome) -> None:
        for one in self.routed(outcome, [intake]):
            self.begin(*one)

    def begin(
        self, intake: Intake, outcome: Outcome, routed: Fact, *, sender: Member | None = None
    ) -> None:
        """It waits for the unit that it was routed to."""
        event = cast("ReferralRouted", routed.event)
        story = ReferralStory(
            stage=self.stage.of(intake.name),
            intake=intake,
            id=routed.stream,
            unit=event.unit,
            compartment=event.compartment,
            narrowed=isinstance(event, ReferralRoutedNarrowly),
            sender=sender,
        )
        self._assessed(story, outcome)
        patience = {0: 0.6, 1: 0.4} if intake.acute else {1: 0.35, 2: 0.35, 3: 0.2, 6: 0.1}
        days = choose(story.stage.rng, patience)
        story.stage.in_working_days(days, self.answer, story)

    async def answer(self, story: ReferralStory) -> None:
        """Accepted, unless it is wrongly here: for the age, or for the place (R2). Acute needs are
        met here all the same (R14)."""
        if (await story.stage.state(story.id, Referral)).status is ReferralStatus.CLOSED:
            return  # assessed, and no investigation is opened
        member = story.stage.crew.somebody(story.stage.rng, story.unit, story.compartment)
        if story.narrowed:
            member = story.stage.crew.manager(story.unit, story.compartment)
        story.stage.looked(member, "readReferral", story.id)
        if story.sender and await taken_back(story.stage, story, story.sender):
            return
        way = route(facts(story.intake, story.stage), story.stage.desk.organisation)
        if await moved_on(story.stage, story, way):
            story.stage.in_working_days(1, self.answer, story)
            return
        intake, adults = story.intake, story.stage.desk.organisation.targets.adult_entry
        wrong_age = intake.mistaken and intake.age is AgeKnowledge.ADULT and story.unit == adults
        elsewhere = intake.residence is Residence.ELSEWHERE and not intake.acute
        elsewhere = elsewhere and await self._may_go_elsewhere(story)
        if wrong_age:
            truth = age_knowledge(intake.somebody.born, story.stage.today)
            await self._decline(member, story, DeclineReason.WRONG_AGE, truth, texts.WRONG_AGE)
        elif elsewhere and intake.repeats is None and not story.declines_refused:
            explanation = texts.decline_explanation(story.stage.rng)
            if not story.narrowed:
                member = self._worker_at(story)
            await self._decline(member, story, DeclineReason.OTHER_MUNICIPALITY, None, explanation)
        else:
            await self._accept(member, story)

    def _worker_at(self, story: ReferralStory) -> Member:
        day, who = story.stage.today, story.stage.crew.worker_for
        return who(story.stage.rng, story.unit, story.compartment, qualified=False, day=day)

    async def _may_go_elsewhere(self, story: ReferralStory) -> bool:
        """Protection is assessed first and not needed at once, nor an investigation decided, before
        another municipality can be pointed to (R14)."""
        state = await story.stage.state(story.id, Referral)
        waits = running(state.deadlines, ClockKind.PROTECTION_ASSESSMENT)
        decided = is_to_be_investigated(state.deadlines)
        return waits is None and not state.assessment.at_once and not decided

    async def _decline(
        self,
        member: Member,
        story: ReferralStory,
        reason: DeclineReason,
        age: AgeKnowledge | None,
        explanation: str,
    ) -> None:
        stage = story.stage
        outcome = await stage.do(
            member,
            referrals.decline_referral,
            story.id,
            reason=reason,
            age=age,
            explanation=explanation,
        )
        if outcome.find(ReferralDeclineProposed):
            stage.in_working_days(stage.rng.randint(1, 2), self._confirm, story, reason)
        elif rerouted := outcome.find(ReferralRouted):
            self._assessed(story, outcome)
            self._goes_on(story, rerouted[1])

    async def _confirm(self, story: ReferralStory, reason: DeclineReason) -> None:
        """The unit manager confirms most declines (R2); the others are accepted after all."""
        if (await story.stage.state(story.id, Referral)).status is ReferralStatus.CLOSED:
            return
        stage = story.stage
        manager = stage.crew.manager(story.unit, story.compartment)
        stage.looked(manager, "readReferral", story.id)
        elsewhere = reason is DeclineReason.OTHER_MUNICIPALITY
        refused = elsewhere and stage.comes_round("decline refused", _REFUSED)
        if refused or (elsewhere and not await self._may_go_elsewhere(story)):
            await stage.do(manager, referrals.refuse_decline, story.id)
            story.declines_refused = True
            stage.in_working_days(1, self.answer, story)
            return
        outcome = await stage.do(manager, referrals.confirm_decline, story.id)
        if rerouted := outcome.find(ReferralRouted):
            self._assessed(story, outcome)
            self._goes_on(story, rerouted[1])

    def _assessed(self, story: ReferralStory, outcome: Outcome) -> None:
        """Where clocks have started, it is a report concerning a child or young person."""
        clocks = [fact.stream for fact in outcome.facts if isinstance(fact.event, DeadlineSet)]
        if story.id in clocks:
            source = story.intake.source
            story.reports += 1
            grows_up = story.intake.turns_18_on is not None
            Report(
                stage=story.stage.of(f"report/{story.reports}"),
                referral=story.id,
                source=source,
                cases=self.cases,
                grows_up=grows_up,
            ).begin()

    def _goes_on(self, story: ReferralStory, routed: ReferralRouted) -> None:
        story.unit, story.compartment = routed.unit, routed.compartment
        story.stage.in_working_days(story.stage.rng.randint(0, 2), self.answer, story)

    async def _accept(self, member: Member, story: ReferralStory) -> None:
        stage = story.stage
        if earlier := self._closed_case_of(story):
            await earlier.reopen()
        outcome = await stage.do(member, referrals.accept_referral, story.id)
        if joined := outcome.find(CaseJoined):
            await self.cases[joined[0]].hear_again()
        elif opened := outcome.find(CaseOpened):
            case = CaseStory(
                stage=stage.of("case"),
                stories=self.cases,
                intake=story.intake,
                id=opened[0],
                unit=opened[1].unit,
                compartment=opened[1].compartment,
                opened=stage.today,
            )
            number = self.cases.add(case)
            case.begin()
            FindingOut(story=case, cases=self.cases).begin(number)
            for thread in (Coordinating(case=case), Sending(case=case), Turns(case=case)):
                thread.begin()
            Neighbours(
                case=case, referral=story.id, cases=self.cases, tell=self._hear_of_another
            ).begin()
            if story.intake.role is PersonRole.UNKNOWN:
                stage.in_working_days(stage.rng.randint(8, 15), self._receive_anew, case)

    def _closed_case_of(self, story: ReferralStory) -> CaseStory | None:
        """Some who come back within the year have their case reopened; for the others a new one
        opens."""
        theirs = self.cases.of_somebody(story.intake.somebody)
        if self.cases.is_merged(story.intake.somebody) or any(case.is_open for case in theirs):
            return None
        closed = next((c for c in theirs if c.compartment is story.compartment), None)
        return closed if closed and story.stage.comes_round("reopened", _REOPENED) else None

    async def _receive_anew(self, case: CaseStory) -> None:
        """R16: the role is known now; the case in triage is closed as misrecorded, and the person
        received anew on the right side."""
        if not case.is_open:
            return
        await case.close_as_misrecorded()
        role = PersonRole.BUYER if happens(case.stage.rng, 0.3) else PersonRole.EXPOSED
        intake = Intake(
            day=self.stage.today,
            source=Source.OTHER_UNIT,
            name=f"{case.intake.name}/anew",
            role=role,
            age=case.intake.age,
            identity=case.intake.identity,
            repeats=case.intake,
        )
        intake.somebody = case.intake.somebody
        await self.receive(intake)
