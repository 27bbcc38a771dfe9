"""Who somebody is, as the year finds it out: what is said, what is found later, whose identity is
protected, and who turns out to be on record twice.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from api.commands import persons, protections
from api.demo import shares, texts
from api.demo.case_stories import CaseStory
from api.demo.stage import Stage
from api.demo.stories import Stories
from domain.case import Case
from domain.codes import IdentityKind, IdentityLevel, IdentitySource, ProtectionKind
from domain.person.identity import Particulars

_TAKEN_APART: Final = 0.5  # of the merged
_PROTECTED_NO_MORE: Final = 0.5
_ASKED_AGAIN: Final = 3  # times
_FOUND_OUT: Final = 0.5  # of those whom nobody knew, within some months


@dataclass(slots=True, kw_only=True)
class FindingOut:
    story: CaseStory
    cases: Stories[CaseStory]
    asked: int = 0  # whether anybody recognises the person
    stage: Stage = field(init=False)

    def __post_init__(self) -> None:
        self.stage = self.story.stage.of("identity")

    def begin(self, number: int) -> None:
        if self.story.intake.identity is IdentityKind.NONE:
            self.stage.in_working_days(self.stage.rng.randint(1, 4), self.hear)
        one_in = round(1 / shares.PROTECTED_IDENTITIES)  # dealt, not thrown
        if number % one_in == one_in // 3:
            self.stage.in_working_days(self.stage.rng.randint(1, 10), self.protect)

    async def hear(self) -> None:
        """The person gives a name that may be anybody's."""
        if not self.story.is_open:
            return
        said = self._particulars(IdentityLevel.UNCERTAIN, texts.called(self.stage.rng), texts.SAID)
        await self._do(persons.assert_identity, said, IdentitySource.OWN_WORD)
        if self.stage.comes_round("found out", _FOUND_OUT):
            self.stage.in_working_days(self.stage.rng.randint(10, 60), self.find_out)

    async def find_out(self) -> None:
        """By a coordination number, which says nothing of the age; where somebody's case here is
        closed who may be the same, it is theirs, and the unit manager merges the two."""
        if not self.story.is_open:
            return
        double = self._double()
        if double is None and self.asked < _ASKED_AGAIN:
            self.asked += 1
            self.stage.in_working_days(10, self.find_out)
            return
        somebody, kind = self.story.intake.somebody, IdentityKind.COORDINATION_NUMBER
        number = double and double.intake.somebody.number
        number = number or self.stage.population.number_of(self.stage.rng, kind, somebody)
        if number is None:
            return
        found = self._particulars(IdentityLevel.PROBABLE, None, texts.FOUND, number)
        await self._do(persons.establish_identity, found, born=None)
        if double and double.unit == self.story.unit:
            who, ids = self.story.manager, (self.story.id, double.id)
            await self.stage.do(who, persons.merge, *ids, texts.RECOGNISED)
            self.cases.merge(double)
            if self.stage.comes_round("taken apart", _TAKEN_APART):
                self.stage.in_working_days(3, self.take_apart)

    async def take_apart(self) -> None:
        """They were two, after all."""
        if self.story.is_open:
            who, another = self.story.manager, texts.ANOTHER_AFTER_ALL
            await self.stage.do(who, persons.unmerge, self.story.id, another)

    def _double(self) -> CaseStory | None:
        """A closed case of the same unit and side, about somebody who may be the same and has no
        open one."""
        return next(filter(self._may_be, self.cases.closed()), None)

    def _may_be(self, case: CaseStory) -> bool:
        story = self.story
        theirs = self.cases.of_somebody(case.intake.somebody)
        return (
            not self.cases.is_merged(case.intake.somebody)
            and not any(one.is_open or one.protected for one in theirs)
            and not story.protected
            and (case.unit, case.compartment) == (story.unit, story.compartment)
            and case.intake.somebody.number is not None
            and case.intake.somebody.gender is story.intake.somebody.gender
        )

    async def protect(self) -> None:
        """By the unit manager; from then on nobody else comes near but who is assigned."""
        story, log = self.story, self.stage.desk.log
        case = (await log.streams([story.id]))[story.id].state
        if not story.is_open or not isinstance(case, Case):
            return
        kind = self.stage.rng.choice(list(ProtectionKind))
        await self.stage.do(
            story.manager,
            protections.protect,
            story.id,
            kind,
            texts.PROTECTED,
            files=[story.id, *case.referrals],
            as_of=await log.head(),
        )
        story.protected = True
        if self.stage.comes_round("protected no more", _PROTECTED_NO_MORE):
            self.stage.in_working_days(8, self.lift, kind)

    async def lift(self, kind: ProtectionKind) -> None:
        story, log = self.story, self.stage.desk.log
        case = (await log.streams([story.id]))[story.id].state
        if not story.is_open or not isinstance(case, Case):
            return
        await self.stage.do(
            story.manager,
            protections.lift,
            story.id,
            kind,
            texts.NO_MARKING,
            files=[story.id, *case.referrals],
            as_of=await log.head(),
        )
        story.protected = False

    def _particulars(
        self, level: IdentityLevel, name: str | None, basis: str, number: str | None = None
    ) -> Particulars:
        return Particulars(
            level=level,
            name=name,
            number=number,
            kind=IdentityKind.COORDINATION_NUMBER if number else IdentityKind.NONE,
            gender=self.story.intake.somebody.gender,
            basis=basis,
        )

    async def _do(self, *act: Any, **how: Any) -> None:
        use_case, *told = act
        await self.stage.do(self.story.carrier, use_case, self.story.id, *told, **how)
