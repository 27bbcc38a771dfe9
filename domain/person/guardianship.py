"""A child's guardians: the sub-story of a person's record that tells who decides for a child.

A guardian is told of with name and contact; the rights end when a court says so, when the guardian
dies, when it was recorded by mistake - and for all of them on the 18th birthday (R13).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.codes import GuardianshipEnd
from domain.errors import (
    GuardianHasNoRights,
    GuardianIsRecorded,
    GuardianStillDecides,
    PersonIsOfAge,
)
from domain.person.state import Guardian, Person
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class GuardianRecorded:
    """Stored veiled: that somebody has a guardian tells their age."""

    person: UUID
    guardian: UUID
    name: str
    contact: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class GuardianRightsEnded:
    """From then on nothing is decided by, or told to, this guardian. Stored veiled."""

    person: UUID
    guardian: UUID
    ground: GuardianshipEnd
    basis: str


GuardianshipEvent = GuardianRecorded | GuardianRightsEnded


def evolve(person: Person, event: object) -> Person:
    match event:
        case GuardianRecorded(guardian=guardian, name=name):
            decides = Guardian(id=guardian, name=Sealed.of(name))
            return replace(person, guardians=(*person.guardians, decides))
        case GuardianRightsEnded(guardian=guardian):
            left = tuple(one for one in person.guardians if one.id != guardian)
            return replace(person, guardians=left)
        case _:
            return person


# --- decisions -------------------------------------------------------------------------------


def record_guardian(
    person: Person, guardian: UUID, *, name: str, contact: str | None, today: date
) -> Sequence[GuardianshipEvent]:
    """Whoever may be a child may have one (R3). Raises PersonIsOfAge (R13), GuardianIsRecorded."""
    if person.age_on(today).is_of_age:
        raise PersonIsOfAge
    if _plain(name) in (_plain(one.name.reveal()) for one in person.guardians):
        raise GuardianIsRecorded
    return [GuardianRecorded(person=person.id, guardian=guardian, name=name, contact=contact)]


def end_guardians_rights(
    person: Person, guardian: UUID, *, ground: GuardianshipEnd, basis: str, of_age: bool
) -> Sequence[GuardianshipEvent]:
    """Raises GuardianHasNoRights: never recorded, ended before, or by the 18th birthday (R13);
    GuardianStillDecides."""
    if all(one.id != guardian for one in person.guardians):
        raise GuardianHasNoRights
    if ground is GuardianshipEnd.MAJORITY and not of_age:
        raise GuardianStillDecides
    return [GuardianRightsEnded(person=person.id, guardian=guardian, ground=ground, basis=basis)]


def _plain(name: str) -> str:
    """Capitals and blanks make no difference."""
    return "".join(name.casefold().split())
