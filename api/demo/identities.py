"""Who somebody is, as the year finds it out: what is said, what is found later, whose identity is
protected, and who turns out to be on record twice.

Each case has a chance of its own for it, so that what comes of one changes nothing of the others.
"""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Final

from api.commands import persons, protections
from api.demo import shares, texts
from api.demo.case_stories import CaseStory, Stories
from api.demo.shares import happens
from api.demo.workdays import OfficeHours
from domain.case import Case
from domain.codes import IdentityKind, IdentityLevel, IdentitySource, ProtectionKind
from domain.identity import Particulars

_FOUND_OUT: Final = 0.5  # of those whom nobody knew, within some months


@dataclass(slots=True, kw_only=True)
class FindingOut:
    story: CaseStory
    cases: Stories
    rng: Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(f"identity of {self.story.id}")  # noqa: S311 - meant to be foreseeable

    def begin(self) -> None:
        if self.story.intake.identity is IdentityKind.NONE:
            self.story.stage.at(self._after(self.rng.randint(1, 4)), self.hear)
        one_in = round(1 / shares.PROTECTED_IDENTITIES)  # dealt, not thrown
        if len(self.cases) % one_in == one_in // 3:
            self.story.stage.at(self._after(self.rng.randint(1, 10)), self.protect)

    async def hear(self) -> None:
        """The person gives a name that may be anybody's."""
        if not self.story.is_open:
            return
        said = self._particulars(IdentityLevel.UNCERTAIN, texts.called(self.rng), texts.SAID)
        await self._do(persons.assert_identity, said, IdentitySource.OWN_WORD)
        if happens(self.rng, _FOUND_OUT):
            self.story.stage.at(self._after(self.rng.randint(10, 60)), self.find_out)

    async def find_out(self) -> None:
        """By a coordination number, which says nothing of the age; where somebody's case here is
        closed who may be the same, it is theirs, and the unit manager merges the two."""
        if not self.story.is_open:
            return
        double = self._double()
        somebody, kind = self.story.intake.somebody, IdentityKind.COORDINATION_NUMBER
        number = double and double.intake.somebody.number
        number = number or self.story.stage.population.number_of(kind, somebody, self.rng)
        if number is None:
            return
        found = self._particulars(IdentityLevel.PROBABLE, None, texts.FOUND, number)
        await self._do(persons.establish_identity, found, born=None)
        if double and double.unit == self.story.unit:
            who, ids = self.story.manager, (self.story.id, double.id)
            await self.story.stage.do(who, persons.merge, *ids, texts.RECOGNISED)
            double.merged = True

    def _double(self) -> CaseStory | None:
        """A closed case of the same unit and side, about somebody who may be the same and has no
        open one."""
        return next(filter(self._may_be, self.cases), None)

    def _may_be(self, case: CaseStory) -> bool:
        story = self.story
        theirs = self.cases.of_somebody(case.intake.somebody)
        return (
            not any(one.is_open or one.merged or one.protected for one in theirs)
            and not story.protected
            and (case.unit, case.compartment) == (story.unit, story.compartment)
            and case.intake.somebody.number is not None
            and case.intake.somebody.gender is story.intake.somebody.gender
        )

    async def protect(self) -> None:
        """By the unit manager; from then on nobody else comes near but who is assigned."""
        story, log = self.story, self.story.stage.desk.log
        case = (await log.streams([story.id]))[story.id].state
        if not story.is_open or not isinstance(case, Case):
            return
        await story.stage.do(
            story.manager,
            protections.protect,
            story.id,
            self.rng.choice(list(ProtectionKind)),
            texts.PROTECTED,
            files=[story.id, *case.referrals],
            as_of=await log.head(),
        )
        story.protected = True

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
        await self.story.stage.do(self.story.carrier, use_case, self.story.id, *told, **how)

    def _after(self, days: int) -> datetime:
        return OfficeHours(self.rng).after(self.story.stage.now, days)
