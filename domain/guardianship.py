"""A child's guardians: the sub-story of a person's record that tells who decides for a child.

A guardian is told of with name and contact; the rights end when a court says so, when the guardian
dies, when it was recorded by mistake - and for all of them on the 18th birthday (R13).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from domain.codes import GuardianshipEnd
from domain.errors import GuardianHasNoRights, PersonIsOfAge

if TYPE_CHECKING:
    from domain.person import Person

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


def evolve(person: "Person", event: object) -> "Person":
    match event:
        case GuardianRecorded(guardian=guardian):
            return replace(person, guardians=(*person.guardians, guardian))
        case GuardianRightsEnded(guardian=guardian):
            left = tuple(one for one in person.guardians if one != guardian)
            return replace(person, guardians=left)
        case _:
            return person


# --- decisions -------------------------------------------------------------------------------


def record_guardian(
    person: "Person", guardian: UUID, *, name: str, contact: str | None, today: date
) -> Sequence[GuardianshipEvent]:
    """Whoever may be a child may have one (R3). Raises PersonIsOfAge (R13)."""
    if person.age_on(today).is_of_age:
        raise PersonIsOfAge
    return [GuardianRecorded(person=person.id, guardian=guardian, name=name, contact=contact)]


def end_guardians_rights(
    person: "Person", guardian: UUID, *, ground: GuardianshipEnd, basis: str
) -> Sequence[GuardianshipEvent]:
    """Raises GuardianHasNoRights: never recorded, ended before, or by the 18th birthday (R13)."""
    if guardian not in person.guardians:
        raise GuardianHasNoRights
    return [GuardianRightsEnded(person=person.id, guardian=guardian, ground=ground, basis=basis)]
