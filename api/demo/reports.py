"""Reports concerning a child or young person, as the year plays them: assessed the same day,
decided within two weeks - but now and then too late - and the reporter told who asked for it.

Each has a chance of its own, so that what comes of one changes nothing of the others.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from api.commands import assessments
from api.demo import texts
from api.demo.case_stories import Stories
from api.demo.crew import Member
from api.demo.shares import happens
from api.demo.stage import Stage
from api.demo.workdays import OfficeHours
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
_ASKED: Final = 0.5


@dataclass(slots=True, kw_only=True)
class Report:
    stage: Stage
    referral: UUID
    source: Source
    cases: Stories
    rng: Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(str(self.referral))  # noqa: S311 - meant to be foreseeable

    def begin(self) -> None:
        days = 2 if happens(self.rng, _LATE) else 0
        self.stage.at(self._after(days), self.assess)
        if self.source in _REPORTERS and happens(self.rng, _ASKED):
            self.stage.at(self._after(1), self.ask)

    async def assess(self) -> None:
        state = await self._state()
        if running(state.deadlines, ClockKind.PROTECTION_ASSESSMENT) is None:
            return
        await self.stage.do(
            await self._member(state),
            assessments.assess_protection,
            self.referral,
            needed_at_once=happens(self.rng, 0.1),
            ground=texts.protection(self.rng),
        )
        if happens(self.rng, _EXTENDED):
            self.stage.at(self._after(8), self.extend)
        days = 11 if happens(self.rng, _LATE) else self.rng.randint(1, 8)
        self.stage.at(self._after(days), self.decide)

    async def extend(self) -> None:
        state = await self._state()
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
        state = await self._state()
        if running(state.deadlines, ClockKind.PRELIMINARY_ASSESSMENT) is None:
            return
        opens = happens(self.rng, _OPENED)
        if not (opens or state.case or happens(self.rng, _CLOSED)):
            self.stage.at(self._after(1), self.decide)  # somebody is met first
            return
        await self.stage.do(
            await self._member(state),
            assessments.decide_preliminary_assessment,
            self.referral,
            opens=opens,
            ground=texts.preliminary(self.rng, opens=opens),
        )
        if opens:
            self.stage.at(self._after(0), self.open)
        if state.assessment.asked:
            self.stage.at(self._after(self.rng.randint(0, 3)), self.tell)

    async def open(self) -> None:
        """In the case, which may have to be accepted first."""
        state = await self._state()
        if not is_to_be_investigated(state.deadlines):
            return
        if state.case is None:
            self.stage.at(self._after(1), self.open)
        elif self.cases[state.case].is_open:
            await self.cases[state.case].work.investigate()

    async def ask(self) -> None:
        state = await self._state()
        await self.stage.do(await self._member(state), assessments.ask_feedback, self.referral)
        if running(state.deadlines, ClockKind.PRELIMINARY_ASSESSMENT) is None:
            self.stage.at(self._after(0), self.tell)

    async def tell(self) -> None:
        state = await self._state()
        if state.assessment.asked:
            await self.stage.do(
                await self._member(state), assessments.give_feedback, self.referral, texts.FEEDBACK
            )

    def _after(self, days: int) -> datetime:
        return OfficeHours(self.rng).after(self.stage.now, days)

    async def _state(self) -> Referral:
        stream = (await self.stage.desk.log.streams([self.referral]))[self.referral]
        if not isinstance(stream.state, Referral):
            raise TypeError(stream.state)
        return stream.state

    async def _member(self, state: Referral) -> Member:
        """The manager of the unit that carries it now: in a case, the case's."""
        unit = state.unit
        if state.case is not None:
            case = (await self.stage.desk.log.streams([state.case]))[state.case].state
            unit = case.unit if isinstance(case, Case) else unit
        return self.stage.crew.manager(unit, state.compartment)
