"""A case is advised in, investigated and assessed, and what is decided is done (SoL 14, 20)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final
from uuid import UUID

from api.commands import assessments, interventions, investigations
from api.demo import texts
from api.demo.case_files import Thread
from api.demo.shares import choose, happens
from domain.case import Case
from domain.case.intervention import InterventionDecided
from domain.case.investigation import InvestigationOpened
from domain.codes import (
    CaseOutcome,
    ClockKind,
    InterventionEnd,
    InterventionKind,
    InvestigationConclusion,
    Provider,
    RiskLevel,
)
from domain.deadline import Deadline, running

_INVESTIGATED: Final = 0.75
_ADVISED: Final = 0.9  # on the day, the others late
_RISK_ASSESSED: Final = 0.5
_LATE: Final = 0.05
_INFORMED_LATE: Final = 0.1
_MORE_TIME: Final = 0.05  # of the investigations
_WAITS: Final = 0.1  # of the others, for the person
_OF_INVESTIGATIONS: Final = (ClockKind.CHILD_INVESTIGATION, ClockKind.ADULT_INVESTIGATION)
_KINDS: Final = {
    InterventionKind.COUNSELLING: 0.45,
    InterventionKind.FINANCIAL_ASSISTANCE: 0.2,
    InterventionKind.PROTECTED_ACCOMMODATION: 0.15,
    InterventionKind.CONTACT_PERSON: 0.1,
    InterventionKind.LEGAL_AID: 0.1,
}
_PROVIDERS: Final = {
    Provider.OWN_UNIT: 0.5,
    Provider.WITH_THE_REGION: 0.2,
    Provider.REGION: 0.15,
    Provider.CIVIL_SOCIETY: 0.15,
}


@dataclass(slots=True, kw_only=True, eq=False)
class Investigating(Thread):
    NAME: ClassVar[str] = "investigating"

    investigation: UUID | None = None  # the open one

    def begin(self) -> None:
        rng = self.stage.rng
        self.later(0 if self.stage.comes_round("advised", _ADVISED) else 6, self._advise)
        if self.stage.comes_round("investigated", _INVESTIGATED):
            self.later(rng.randint(3, 12), self.investigate)
        if self.stage.comes_round("risk assessed", _RISK_ASSESSED):
            self.later(rng.randint(2, 20), self._assess_risk)

    async def wind_up(self, outcome: CaseOutcome) -> None:
        """What must have ended before the case may."""
        if self.investigation and outcome is not CaseOutcome.MISRECORDED:
            await self._conclude(self.investigation, InvestigationConclusion.DISCONTINUED)
            await self._notify()

    async def investigate(self) -> None:
        if self.investigation:
            return
        outcome = await self.do(investigations.open_investigation)
        self.investigation = opened = outcome.the(InvestigationOpened)[1].investigation
        late = self.stage.comes_round("informed late", _INFORMED_LATE)
        self.later(2 if late else 0, self._inform, opened)
        self.later(self.stage.rng.randint(40, 75), self._conclude, opened)
        if self.stage.comes_round("more time", _MORE_TIME):
            self.later(30, self._give_more_time)
        elif self.stage.comes_round("waits", _WAITS):
            self.later(15, self._wait)

    async def _advise(self) -> None:
        """Without delay, of the case of whoever is not assessed as reported (section 3)."""
        case = await self.stage.state(self.case.id, Case)
        if running(case.deadlines, ClockKind.INVESTIGATION_OPENED):
            await self.do(investigations.give_advice, texts.ADVICE)

    async def _give_more_time(self) -> None:
        """A child's on special grounds (SoL 2001:453 11:2, in SoL 2025:400 20:3); a grown-up's, for
        which the house set a time itself."""
        if standing := await self._waiting(*_OF_INVESTIGATIONS):
            until = standing.due + timedelta(days=30)
            extend = assessments.extend_in_case
            await self.do(extend, standing.id, until=until, ground=texts.MORE_TIME)

    async def _wait(self) -> None:
        """What the house set itself may wait for the person; the law's time does not."""
        if standing := await self._waiting(ClockKind.ADULT_INVESTIGATION):
            await self.do(assessments.pause_in_case, standing.id, texts.WAITED_FOR)
            self.later(10, self._go_on, standing.id)

    async def _go_on(self, deadline: UUID) -> None:
        standing = await self._waiting(ClockKind.ADULT_INVESTIGATION)
        if standing and standing.id == deadline:
            await self.do(assessments.resume_in_case, deadline)

    async def _waiting(self, *clocks: ClockKind) -> Deadline | None:
        """The deadline of the investigation, where one is open."""
        case = await self.stage.state(self.case.id, Case)
        kept = [one for one in case.deadlines if one.clock.reveal() in clocks]
        return next((one for one in kept if not one.missed and one.due > self.stage.now), None)

    async def _inform(self, investigation: UUID) -> None:
        if investigation == self.investigation:
            withheld = texts.WITHHELD if happens(self.stage.rng, 0.1) else None
            informed = investigations.inform_those_concerned
            await self.do(informed, investigation, withheld=withheld)

    async def _conclude(
        self, investigation: UUID, conclusion: InvestigationConclusion | None = None
    ) -> None:
        if investigation != self.investigation:
            return
        granted = happens(self.stage.rng, 0.7)
        how = conclusion or (
            InvestigationConclusion.INTERVENTION
            if granted
            else InvestigationConclusion.NO_INTERVENTION
        )
        await self.do(investigations.conclude_investigation, investigation, how)
        self.investigation = None
        late = self.stage.comes_round("notified late", _LATE)
        self.later(6 if late else self.stage.rng.randint(0, 3), self._notify)
        if how is InvestigationConclusion.INTERVENTION:
            self.later(self.stage.rng.randint(0, 4), self._decide)

    async def _notify(self) -> None:
        """Once for all that was decided meanwhile."""
        case = await self.stage.state(self.case.id, Case)
        if running(case.deadlines, ClockKind.OUTCOME_NOTIFIED):
            await self.do(investigations.notify_outcome, texts.NOTIFIED)

    async def _assess_risk(self) -> None:
        levels = {RiskLevel.LOW: 0.3, RiskLevel.RAISED: 0.45, RiskLevel.HIGH: 0.25}
        level = choose(self.stage.rng, levels)
        await self.do(investigations.assess_risk, level=level, ground=texts.RISK)

    async def _decide(self) -> None:
        outcome = await self.do(
            interventions.decide_intervention,
            kind=choose(self.stage.rng, _KINDS),
            provider=choose(self.stage.rng, _PROVIDERS),
            ksi_code=None,
        )
        self.later(self.stage.rng.randint(0, 2), self._notify)
        decided = outcome.the(InterventionDecided)[1].intervention
        self.later(self.stage.rng.randint(2, 20), self._start, decided)

    async def _start(self, intervention: UUID) -> None:
        await self.do(interventions.start_intervention, intervention)
        self.later(self.stage.rng.randint(30, 90), self._end, intervention)

    async def _end(self, intervention: UUID) -> None:
        how = (
            InterventionEnd.COMPLETED
            if happens(self.stage.rng, 0.7)
            else InterventionEnd.BROKEN_OFF
        )
        await self.do(interventions.end_intervention, intervention, how)
