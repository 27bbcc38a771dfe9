"""What decisions on a person's record rest on. One state for all of its stories."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.codes import AgeKnowledge, Compartment, IdentityLevel, ProtectionKind
from domain.majority import Majority
from domain.routing import age_knowledge
from domain.sealed import Sealed


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    level: IdentityLevel = IdentityLevel.UNCERTAIN
    merged_into: UUID | None = None
    absorbed: tuple[UUID, ...] = ()
    doubles: tuple[UUID, ...] = ()  # that were noted


UNKNOWN = Identity()


@dataclass(frozen=True, kw_only=True, slots=True)
class Guardian:
    """Who has rights now."""

    id: UUID
    name: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    id: UUID
    compartment: Compartment
    age: Sealed[AgeKnowledge]
    born: Sealed[date | None]
    number: Sealed[str | None]  # the one that leads to this record
    has_ground: bool = False  # the age was established, not only told
    open_case: UUID | None = None
    majority: Majority | None = None  # as far as it was told (R13)
    identity: Identity = UNKNOWN
    protections: tuple[Sealed[ProtectionKind], ...] = ()  # that stand
    guardians: tuple[Guardian, ...] = ()  # who have rights
    forgotten: bool = False  # no number leads here, and nothing more is recorded

    def age_on(self, day: date) -> AgeKnowledge:
        """What is known of the age that day. Raises SealedValueIsClosed when it was not opened."""
        born = self.born.reveal()
        return age_knowledge(born, day) if born else self.age.reveal()

    def has_number(self, number: str) -> bool:
        """Whether that is the number on record; never, once it can no longer be read."""
        return self.number.is_open and self.number.reveal() == number
