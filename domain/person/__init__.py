"""A person: exposed person, buyer, perpetrator or relative, known or not yet known by name.

Person records are per compartment: somebody known on two sides has two records with nothing in
common (S76-S78). The story: registered at the first contact; what is learnt about the age is
recorded; at most one case is open per person and side; forgotten with the last file about the
person. Who somebody is (`identity`), who may come
near a protected identity (`protection`) and who decides for a child (`guardianship`) are stories of
their own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from domain.codes import AgeKnowledge, Compartment, Gender
from domain.errors import (
    AgeIsNotEstablished,
    AgesContradict,
    BirthDateIsKnown,
    BornInTheFuture,
    BornTooLongAgo,
    CaseIsAlreadyOpen,
)
from domain.majority import Majority, MajorityApproaching, MajorityReached
from domain.person import guardianship, identity, protection
from domain.person.guardianship import GuardianshipEvent
from domain.person.identity import IdentityEvent
from domain.person.protection import ProtectionEvent
from domain.person.state import Person as Person
from domain.routing import age_knowledge
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRegistered:
    person: UUID
    compartment: Compartment
    name: Sealed[str | None]
    number: Sealed[str | None]
    born: Sealed[date | None]
    age: Sealed[AgeKnowledge]
    gender: Sealed[Gender]
    contact: Sealed[str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class AgeEstablished:
    """S85: the age is now known. The event's own name would tell, so it is stored veiled."""

    person: UUID
    age: AgeKnowledge
    born: date | None
    basis: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ParticularsTold:
    """Somebody told of a person who is known already: kept beside what is known, never instead.
    Stored veiled, so that nobody can tell it from an established age."""

    person: UUID
    name: str | None
    number: str | None
    born: date | None
    age: AgeKnowledge
    gender: Gender
    contact: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonCaseOpened:
    person: UUID
    case: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonCaseClosed:
    person: UUID
    case: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonForgotten:
    """The last file about the person was disposed of, and the record with it: its key is erased
    because of this fact."""

    person: UUID
    disposal: UUID


PersonEvent = (
    PersonRegistered
    | AgeEstablished
    | ParticularsTold
    | PersonCaseOpened
    | PersonCaseClosed
    | PersonForgotten
    | IdentityEvent
    | ProtectionEvent
    | GuardianshipEvent
)

# --- state -----------------------------------------------------------------------------------


_YOUNGEST_FIRST = (
    AgeKnowledge.MINOR,
    AgeKnowledge.YOUNG_ADULT,
    AgeKnowledge.ADULT,
    AgeKnowledge.UNKNOWN,
    AgeKnowledge.ASSESSED_ADULT,
)


def age_over(records: Sequence[Person], day: date) -> AgeKnowledge:
    """One person has one age, whatever is said in the records that were merged: what was
    established outweighs what was told, and while they differ it is the youngest (R3, c).

    Raises SealedValueIsClosed when one was not opened.
    """
    established = [record for record in records if record.has_ground]
    ages = [record.age_on(day) for record in established or records]
    return min(ages, key=_YOUNGEST_FIRST.index)


def born_over(records: Sequence[Person]) -> date | None:
    """The birth date that one person's age goes by, over all records, as far as they can be read:
    the same reading as that of the age."""
    established = [record for record in records if record.has_ground]
    births = [record.born.reveal() for record in established or records if record.born.is_open]
    return max((born for born in births if born), default=None)


def evolve(person: Person | None, event: object) -> Person | None:
    match event, person:
        case PersonRegistered() as registered, _:
            return Person(
                id=registered.person,
                compartment=registered.compartment,
                age=registered.age,
                born=registered.born,
                number=registered.number,
            )
        case AgeEstablished(age=age, born=born), Person():
            known = replace(person, age=Sealed.of(age), born=Sealed.of(born), has_ground=True)
            return replace(known, majority=None)  # what was told rested on another birth date
        case ParticularsTold(age=age, born=born), Person():
            return _told(person, age, born)
        case MajorityApproaching(), Person():
            return replace(person, majority=Majority.APPROACHING)
        case MajorityReached(), Person():
            return replace(person, majority=Majority.REACHED, guardians=())  # R13
        case PersonCaseOpened(case=opened), Person():
            return replace(person, open_case=opened)
        case PersonCaseClosed(), Person():
            return replace(person, open_case=None)
        case PersonForgotten(), Person():
            return _forgotten(person)
        case guardianship.GuardianRecorded() | guardianship.GuardianRightsEnded() as told, Person():
            return guardianship.evolve(person, told)
        case protection.PersonProtected() | protection.ProtectionLifted() as told, Person():
            return protection.evolve(person, told)
        case told, Person():
            return identity.evolve(person, told)
        case _:
            return person


def _told(person: Person, age: AgeKnowledge, born: date | None) -> Person:
    """Hearsay fills a gap; it never replaces what is known, least of all on ground."""
    if person.has_ground or (person.born.is_open and person.born.reveal() is not None):
        return person
    if born is not None:
        return replace(person, born=Sealed.of(born))
    tells = age is not AgeKnowledge.UNKNOWN
    if tells and person.age.is_open and not person.age.reveal().is_established:
        return replace(person, age=Sealed.of(age))
    return person


def _forgotten(person: Person) -> Person:
    """Nothing is known of whoever it was, also while the keys wait to be erased."""
    return Person(
        id=person.id,
        compartment=person.compartment,
        age=Sealed.of(AgeKnowledge.UNKNOWN),
        born=Sealed.of(None),
        number=Sealed.of(None),
        forgotten=True,
    )


def fold(events: Iterable[object]) -> Person | None:
    person: Person | None = None
    for event in events:
        person = evolve(person, event)
    return person


# --- decisions -------------------------------------------------------------------------------


def register_person(
    person: UUID,
    *,
    compartment: Compartment,
    name: str | None,
    number: str | None,
    born: date | None,
    age: AgeKnowledge,
    gender: Gender,
    contact: str | None,
) -> list[PersonEvent]:
    """First contact in this compartment."""
    return [
        PersonRegistered(
            person=person,
            compartment=compartment,
            name=Sealed.of(name),
            number=Sealed.of(number),
            born=Sealed.of(born),
            age=Sealed.of(age),
            gender=Sealed.of(gender),
            contact=Sealed.of(contact),
        )
    ]


def tell_particulars(
    person: UUID,
    *,
    name: str | None,
    number: str | None,
    born: date | None,
    age: AgeKnowledge,
    gender: Gender,
    contact: str | None,
) -> list[PersonEvent]:
    """A further sender tells of somebody who is known. It is recorded whether or not it is new:
    how many facts a referral makes must not tell whether the person was known."""
    return [
        ParticularsTold(
            person=person,
            name=name,
            number=number,
            born=born,
            age=age,
            gender=gender,
            contact=contact,
        )
    ]


OLDEST: Final = 125  # years: nobody has been older (c)


def require_possible_birth(born: date, met: date) -> None:
    """Whoever was met, or told of, that day had been born. Raises BornInTheFuture,
    BornTooLongAgo."""
    if born > met:
        raise BornInTheFuture
    if met.year - born.year > OLDEST:
        raise BornTooLongAgo


def establish_age(
    person: Person,
    *,
    born: date | None,
    age: AgeKnowledge,
    basis: str,
    today: date,
    met: date | None = None,
) -> list[PersonEvent]:
    """The age became known (S85), from a birth date or as an age band. `met`: the day of the first
    that was told of the person.

    Raises BornInTheFuture, BornTooLongAgo, AgesContradict, AgeIsNotEstablished, BirthDateIsKnown.
    """
    known = person.born.reveal()
    if born is not None:
        require_possible_birth(born, met or today)
        if identity.confirmed_year(person) not in (None, born.year):
            raise AgesContradict
        age = age_knowledge(born, today)
    elif not age.is_established:
        raise AgeIsNotEstablished
    elif known is not None:
        if person.age_on(today) is not age:
            raise BirthDateIsKnown
        return []
    if person.age.reveal() == age and known == born:
        return []
    return [AgeEstablished(person=person.id, age=age, born=born, basis=basis)]


def open_case_for(person: Person, case: UUID) -> list[PersonEvent]:
    """At most one open case per person and side. Raises CaseIsAlreadyOpen."""
    if person.open_case is not None and person.open_case != case:
        raise CaseIsAlreadyOpen(case=person.open_case)
    if person.open_case == case:
        return []
    return [PersonCaseOpened(person=person.id, case=case)]


def forget_person(person: Person, disposal: UUID) -> list[PersonEvent]:
    """With the last file about the person; every record of the person that was merged, too."""
    return [] if person.forgotten else [PersonForgotten(person=person.id, disposal=disposal)]


def close_case_for(person: Person, case: UUID) -> list[PersonEvent]:
    if person.open_case != case:
        return []
    return [PersonCaseClosed(person=person.id, case=case)]
