"""What a case has to do with others: a child in the family (R10), a case of the same place, another
unit that asks to take it over, and whoever outside was asked something."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final, cast
from uuid import UUID

from api.commands import consultations, links
from api.commands.referrals import ReferralDetails
from api.commands.work import Outcome
from api.demo import texts
from api.demo.case_files import Thread
from api.demo.case_stories import CaseStory
from api.demo.intakes import Intake
from api.demo.stories import Stories
from domain.case import Case
from domain.case.consultation import ConsultationAsked
from domain.case.link import CaseLinked
from domain.case.takeover import TakeoverRequested
from domain.codes import (
    AgeKnowledge,
    Channel,
    Concern,
    Gender,
    IdentityKind,
    LinkKind,
    PersonRole,
    Residence,
    Source,
    TakeoverDeclineReason,
)

_A_CHILD: Final = 0.12  # of the grown-up exposed
_LINKED: Final = 0.06
_BY_MISTAKE: Final = 0.4  # of those
_ASKED_FOR: Final = 0.3  # of those whose age is unknown: the unit for adults was told (R3)
_NOT_GIVEN: Final = 0.6  # of those asked for
_ASKED: Final = 0.5  # children's intake, about somebody aged 18-20 (R11)
_NO_LONGER_ASKED: Final = 0.2
_YEARS: Final = (3, 12)  # of a child in the family


@dataclass(slots=True, kw_only=True, eq=False)
class Neighbours(Thread):
    NAME: ClassVar[str] = "neighbours"

    case: CaseStory
    referral: UUID
    cases: Stories[CaseStory]
    tell: Callable[[Intake, Outcome], None]  # of a child; a referral of its own comes of it

    def begin(self) -> None:
        rng, intake, round_of = self.stage.rng, self.case.intake, self.stage.comes_round
        if intake.role is PersonRole.EXPOSED and intake.age is AgeKnowledge.ADULT:
            if round_of("a child", _A_CHILD):
                self.later(rng.randint(2, 20), self._report_child)
        elif intake.age is AgeKnowledge.UNKNOWN and round_of("asked for", _ASKED_FOR):
            self.later(rng.randint(1, 4), self._ask_for_it)
        if round_of("linked", _LINKED):
            self.later(rng.randint(5, 30), self._link)
        if intake.age is AgeKnowledge.YOUNG_ADULT and round_of("asked", _ASKED):
            self.later(rng.randint(3, 10), self._ask)

    async def _report_child(self) -> None:
        """R10: a referral of its own, whose file lies apart."""
        case, stage = self.case, self.stage
        years = timedelta(days=365 * stage.rng.randint(*_YEARS) + stage.rng.randrange(365))
        child = Intake(
            day=stage.today,
            source=Source.OTHER_UNIT,
            name=f"{case.intake.name}/child",
            role=PersonRole.RELATIVE,
            age=AgeKnowledge.MINOR,
            concern=Concern.FARES_BADLY,
            residence=Residence.BELONGS_HERE,
        )
        child.somebody = stage.population.somebody(
            stage.rng,
            kind=IdentityKind.PERSONAL_NUMBER,
            born=stage.today - years,
            gender=self.stage.rng.choice((Gender.WOMAN, Gender.MAN)),
        )
        if child.somebody.number is None:
            return
        told = ReferralDetails(
            source=child.source,
            channel=Channel.PHONE,
            kind=None,
            senders_reference=None,
            received_at=None,
            acute=False,
            role=child.role,
            concern=child.concern,
            residence=child.residence,
            name=child.somebody.name,
            number=child.somebody.number,
            born=child.somebody.born,
            age=None,
            assessed_adult_by=None,
            gender=child.somebody.gender,
            contact=None,
            account=texts.CHILD,
        )
        outcome = await stage.do(case.carrier, links.report_child, case.id, told)
        self.tell(child, outcome)

    async def _link(self) -> None:
        """With the case before it, of the same unit and side."""
        case = self.case
        other = next(filter(self._is_near, self.cases.latest()), None)
        if other and not case.protected:
            kind = self.stage.rng.choice((LinkKind.SAME_PLACE, LinkKind.SAME_NETWORK))
            case.linked.add(other.id)
            other.linked.add(case.id)
            linked = await self.stage.do(case.manager, links.link_cases, case.id, other.id, kind)
            if self.stage.comes_round("linked by mistake", _BY_MISTAKE):
                mine = next(fact.event for fact in linked.facts if fact.stream == case.id)
                self.later(2, self._unlink, other, cast("CaseLinked", mine).link)

    async def _unlink(self, other: CaseStory, link: UUID) -> None:
        """By who still sees both."""
        if not self._is_with_us(other):
            return
        await self.stage.do(self.case.manager, links.remove_link, self.case.id, link)

    def _is_near(self, other: CaseStory) -> bool:
        other_than_these = other is not self.case and other.id not in self.case.linked
        return (
            other.is_open and not other.protected and other_than_these and self._is_with_us(other)
        )

    def _is_with_us(self, other: CaseStory) -> bool:
        return (other.unit, other.compartment) == (self.case.unit, self.case.compartment)

    async def _ask_for_it(self) -> None:
        """The unit for adults was told of it (R3), and takes the person for one."""
        case, stage = self.case, self.stage
        adults = stage.desk.organisation.targets.adult_entry
        if case.unit == adults or case.protected or case.handover:
            return
        manager = stage.crew.manager(adults, case.compartment)
        ask = consultations.request_takeover
        outcome = await stage.do(manager, ask, self.referral, reason=texts.TAKEOVER)
        asked = outcome.the(TakeoverRequested)[1].takeover
        self.later(self.stage.rng.randint(1, 3), self._answer, adults, asked)

    async def _answer(self, unit: str, request: UUID) -> None:
        case = self.case
        if case.unit == unit or case.handover:
            return
        if not self.stage.comes_round("not given", _NOT_GIVEN):
            await case.offer(unit, texts.TAKEOVER)
        else:
            decline = consultations.decline_takeover
            reason = TakeoverDeclineReason.WORK_IS_UNDER_WAY
            how: dict[str, Any] = {"reason": reason, "explanation": texts.NOT_GIVEN}
            await self.stage.do(case.carrier, decline, case.id, request, **how)

    async def _ask(self) -> None:
        case = self.case
        children = self.stage.desk.organisation.targets.child_entry
        if case.unit == children:
            return
        ask = consultations.ask_unit
        outcome = await self.do(ask, unit=children, question=texts.QUESTION)
        asked = outcome.the(ConsultationAsked)[1].consultation
        self.later(self.stage.rng.randint(1, 5), self._hear_from, children, asked)

    async def _hear_from(self, unit: str, consultation: UUID) -> None:
        """If the question still waits, and who is asked may come near."""
        stage, compartment = self.stage, self.case.compartment
        case = await stage.state(self.case.id, Case)
        if case.narrowed or consultation not in [asked.id for asked in case.consultations]:
            return
        if self.stage.comes_round("no longer asked", _NO_LONGER_ASKED):
            await self.do(consultations.withdraw_consultation, consultation)
            return
        manager = stage.crew.manager(unit, compartment)
        answer = consultations.answer_unit
        await stage.do(manager, answer, self.case.id, consultation, answer=texts.ANSWER)
