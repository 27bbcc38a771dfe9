"""What a case has to do with others: a child in the family (R10), a case of the same place, another
unit that asks to take it over, and whoever outside was asked something."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from api.commands import consultations, links
from api.commands.referrals import ReferralDetails
from api.demo import texts
from api.demo.case_stories import CaseStory
from api.demo.intakes import Intake
from api.demo.shares import happens
from api.demo.stage import Stage
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

if TYPE_CHECKING:  # a child's referral is one of the year's
    from api.demo.referral_stories import Referrals

_A_CHILD: Final = 0.12  # of the grown-up exposed
_LINKED: Final = 0.06
_BY_MISTAKE: Final = 0.4  # of those
_ASKED_FOR: Final = 0.3  # of those whose age is unknown: the unit for adults was told (R3)
_NOT_GIVEN: Final = 0.6  # of those asked for
_YEARS: Final = (3, 12)  # of a child in the family


@dataclass(slots=True, kw_only=True)
class Neighbours:
    story: CaseStory
    referral: UUID
    referrals: "Referrals"
    stage: Stage = field(init=False)

    def __post_init__(self) -> None:
        self.stage = self.story.stage.of("neighbours")

    def begin(self) -> None:
        rng, intake, round_of = self.stage.rng, self.story.intake, self.stage.comes_round
        if intake.role is PersonRole.EXPOSED and intake.age is AgeKnowledge.ADULT:
            if happens(rng, _A_CHILD):
                self._in(rng.randint(2, 20), self._report_child)
        elif intake.age is AgeKnowledge.UNKNOWN and round_of("asked for", _ASKED_FOR):
            self._in(rng.randint(1, 4), self._ask_for_it)
        if round_of("linked", _LINKED):
            self._in(rng.randint(5, 30), self._link)

    async def _report_child(self) -> None:
        """R10: a referral of its own, whose file lies apart."""
        story, stage = self.story, self.stage
        years = timedelta(days=365 * stage.rng.randint(*_YEARS) + stage.rng.randrange(365))
        child = Intake(
            day=stage.today,
            source=Source.OTHER_UNIT,
            name=f"{story.intake.name}/child",
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
        outcome = await stage.do(story.carrier, links.report_child, story.id, told)
        for one in self.referrals.routed(outcome, [child]):
            self.referrals.begin(*one)

    async def _link(self) -> None:
        """With the case before it, of the same unit and side."""
        story = self.story
        other = next(filter(self._is_near, self.referrals.cases.latest()), None)
        if other and not story.protected:
            kind = self.stage.rng.choice((LinkKind.SAME_PLACE, LinkKind.SAME_NETWORK))
            story.linked.add(other.id)
            other.linked.add(story.id)
            linked = await self.stage.do(story.manager, links.link_cases, story.id, other.id, kind)
            if self.stage.comes_round("linked by mistake", _BY_MISTAKE):
                mine = next(fact.event for fact in linked.facts if fact.stream == story.id)
                self._in(2, self._unlink, other, cast("CaseLinked", mine).link)

    async def _unlink(self, other: CaseStory, link: UUID) -> None:
        """By who still sees both."""
        if not self._is_with_us(other):
            return
        await self.stage.do(self.story.manager, links.remove_link, self.story.id, link)

    def _is_near(self, other: CaseStory) -> bool:
        other_than_these = other is not self.story and other.id not in self.story.linked
        return (
            other.is_open and not other.protected and other_than_these and self._is_with_us(other)
        )

    def _is_with_us(self, other: CaseStory) -> bool:
        return (other.unit, other.compartment) == (self.story.unit, self.story.compartment)

    async def _ask_for_it(self) -> None:
        """The unit for adults was told of it (R3), and takes the person for one."""
        story, stage = self.story, self.stage
        adults = stage.desk.organisation.targets.adult_entry
        if story.unit == adults or story.protected or story.handover:
            return
        manager = stage.crew.manager(adults, story.compartment)
        ask = consultations.request_takeover
        outcome = await stage.do(manager, ask, self.referral, reason=texts.TAKEOVER)
        asked = outcome.the(TakeoverRequested)[1].takeover
        self._in(self.stage.rng.randint(1, 3), self._answer, adults, asked)

    async def _answer(self, unit: str, request: UUID) -> None:
        story = self.story
        if story.unit == unit or story.handover:
            return
        if not self.stage.comes_round("not given", _NOT_GIVEN):
            await story.offer(unit, texts.TAKEOVER)
        else:
            decline = consultations.decline_takeover
            reason = TakeoverDeclineReason.WORK_IS_UNDER_WAY
            how: dict[str, Any] = {"reason": reason, "explanation": texts.NOT_GIVEN}
            await self.stage.do(story.carrier, decline, story.id, request, **how)

    def _in(self, days: int, act: Callable[..., Awaitable[None]], *args: Any) -> None:
        self.stage.in_working_days(days, self._if_open, act, *args)

    async def _if_open(self, act: Callable[..., Awaitable[None]], *args: Any) -> None:
        if self.story.is_open:
            await act(*args)
