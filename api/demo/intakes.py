"""The intakes of a believable year: who is met when, by whom, and what is told of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from api.demo.people import Somebody
from domain.codes import AgeKnowledge, Concern, IdentityKind, PersonRole, Residence, Source
from domain.routing import age_knowledge


@dataclass(slots=True, kw_only=True, eq=False)
class Intake:
    """One contact. What is believed of the age may be wrong; `somebody.born` is the truth."""

    day: date
    source: Source
    name: str = ""  # of its story, whatever comes of others
    role: PersonRole = PersonRole.EXPOSED
    age: AgeKnowledge = AgeKnowledge.ADULT
    mistaken: bool = False  # about the age
    identity: IdentityKind = IdentityKind.PERSONAL_NUMBER
    concern: Concern = Concern.PROSTITUTION
    residence: Residence = Residence.BELONGS_HERE
    acute: bool = False
    operation: int | None = None  # of the police, in which they were met
    turns_18_on: date | None = None
    finished_here: bool = False  # what is investigated then, where it is
    repeats: "Intake | None" = None
    goes: bool = False  # soon, and comes back after months
    somebody: Somebody = field(init=False)

    def known_age(self, on: date) -> AgeKnowledge:
        """What the house knows of the age before anything more is established."""
        return age_knowledge(self.somebody.born, on) if self.somebody.number else self.age

    @property
    def is_recognisable(self) -> bool:
        """Whether somebody who comes back is known to be the same."""
        known = self.identity is not IdentityKind.NONE and self.role is not PersonRole.UNKNOWN
        return known and self.repeats is None and self.residence is not Residence.ELSEWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Working days of which the intakes are planned together, when they begin: about as many as a
    pilot year has. What comes later need not be in memory."""

    name: str
    days: Sequence[date]
    scale: float  # of a year's intakes
    until: date  # the last day of all
    known: Sequence[Intake] = ()  # from earlier chapters, who may come back

    @property
    def is_last(self) -> bool:
        return self.days[-1] == self.until
