"""Reports concerning a child or young person, as the year plays them: assessed the same day,
decided within two weeks - but now and then too late - and the reporter told who asked for it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from api.commands import assessments, referrals
from api.demo import texts
from api.demo.case_stories import CaseStory
from api.demo.crew import Member
from api.demo.shares import happens
from api.demo.stage import Stage
from api.demo.stories import Stories
from domain.assessment import is_to_be_investigated
from domain.case import Case
from domain.codes import ClockKind, Source
from domain.deadline import running
from domain.referral import Referral

_REPORTERS: Final = (Source.SCHOOL, Source.HEALTH_CARE, Source.POLICE)
_LATE: Final = 0.06
_EXTENDED: Final = 0.05
_OPENED: Final = 0.4  # 38 % in the country (domain section 8)
_CLOSED: Final = 0.05  # a day, while nobody has accepted it
_CLOSED_AT_ONCE: Final = 0.25
_ASKED: Final = 0.5
_TOLD_WRONGLY: Final = 0.08


@dataclass(slots=True, kw_only=True)
class Report:
    stage: Stage
    referral: UUID
    source: Source
    cases: Stories[CaseStory]
    grows_up: bool  # within the year: a case is to see it

    def begin(self) -> None:
        days = 2 if happens(self.stage.rng, _LATE) else 0
        self.stage.in_working_days(days, self.assess)
        if self.source in _REPORTERS and happens(self.stage.rng, _ASKED):
            self.stage.in_working_days(1, self.ask)

    async def assess(self) -> None:
        state = await self.stage.state(self.referral, Referral)
        if running(state.deadlines, ClockKind.PROTECTION_ASSESSMENT) is None:
            return
        await self.stage.do(
            await self._member(state),
            assessments.assess_protection,
            self.referral,
            needed_at_once=happens(self.stage.rng, 0.1),
            ground=texts.protection(self.stage.rng),
        )
        if happens(self.stage.rng, _EXTENDED):
            self.stage.in_working_days(8, self.extend)
        if not self.grows_up and self.stage.comes_round("not investigated", _CLOSED_AT_ONCE):
            self.stage.in_working_days(0, self.close)
        days = 11 if happens(self.stage.rng, _LATE) else self.stage.rng.randint(1, 8)
        self.stage.in_working_days(days, self.decide)
        if self.stage.comes_round("told wrongly", _TOLD_WRONGLY):
            self.stage.in_working_days(1, self.correct)

    async def correct(self) -> None:
        """The reference that was written down is another one's."""
        state = await self.stage.state(self.referral, Referral)
        right = referrals.Right(
            role=None,
            kind=None,
            concern=None,
            residence=None,
            senders_reference=f"K{self.referral.int % 100_000:05}-23",
        )
        member, correct = await self._member(state), referrals.correct_particulars
        await self.stage.do(member, correct, self.referral, right, reason=texts.MISHEARD)

    async def extend(self) -> None:
        state = await self.stage.state(self.referral, Referral)
        deadline = running(state.deadlines, ClockKind.PRELIMINARY_ASSESSMENT)
        standing = {one.id: one for one in state.deadlines}.get(deadline) if deadline else None
        if deadline is None or standing is None or standing.due < self.stage.now:
            return
        await self.stage.do(
            await self._member(state),
            assessments.extend_in_referral,
            self.referral,
            deadline,
            until=standing.due + timedelta(days=14),
            ground=texts.EXTENDED,
        )

    async def decide(self) -> None:
        state = await self.stage.state(self.referral, Referral)
        if running(state.deadlines, ClockKind.PRELIMINARY_ASSESSMENT) is None:
            return
        opens = happens(self.stage.rng, _OPENED) or state.assessment.at_once
        if not (opens or state.case or happens(self.stage.rng, _CLOSED)):
            self.stage.in_working_days(1, self.decide)  # somebody is met first
            return
        await self.stage.do(
            await self._member(state),
            assessments.decide_preliminary_assessment,
            self.referral,
            opens=opens,
            ground=texts.preliminary(self.stage.rng, opens=opens),
        )
        if opens:
            self.stage.in_working_days(0, self.open)
        if state.assessment.asked:
            self.stage.in_working_days(self.stage.rng.randint(0, 3), self.tell)

    async def close(self) -> None:
        """What is told gives no ground to investigate, and nobody needs to be met (SoL 20:2)."""
        state = await self.stage.state(self.referral, Referral)
        waits = running(state.deadlines, ClockKind.PRELIMINARY_ASSESSMENT)
        if waits is None or state.case is not None or state.assessment.at_once:
            return
        decide = assessments.decide_preliminary_assessment
        ground = texts.preliminary(self.stage.rng, opens=False)
        member = await self._member(state)
        await self.stage.do(member, decide, self.referral, opens=False, ground=ground)
        if state.assessment.asked:
            self.stage.in_working_days(self.stage.rng.randint(0, 3), self.tell)

    async def open(self) -> None:
        """In the case, which may have to be accepted first."""
        state = await self.stage.state(self.referral, Referral)
        if not is_to_be_investigated(state.deadlines):
            return
        if state.case is None:
            self.stage.in_working_days(1, self.open)
        elif (case := self.cases.get(state.case)) and case.is_open:
            await case.investigating.investigate()

    async def ask(self) -> None:
        state = await self.stage.state(self.referral, Referral)
        await self.stage.do(await self._member(state), assessments.ask_feedback, self.referral)
        if running(state.deadlines, ClockKind.PRELIMINARY_ASSESSMENT) is None:
            self.stage.in_working_days(0, self.tell)

    async def tell(self) -> None:
        state = await self.stage.state(self.referral, Referral)
        if state.assessment.asked:
            await self.stage.do(
                await self._member(state), assessments.give_feedback, self.referral, texts.FEEDBACK
            )

    async def _member(self, state: Referral) -> Member:
        """The manager of the unit that carries it now: in a case, the case's."""
        unit = state.unit
        if state.case is not None:
            unit = (await self.stage.state(state.case, Case)).unit
        return self.stage.crew.manager(unit, state.compartment)
