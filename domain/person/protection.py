"""A person's protected identity: the sub-story of a person's record that narrows who may come near.

Where a protection stands, access to every file about the person narrows to the assigned workers and
the unit managers (section 5); the contact is not shown. Which protection it is, is sealed; that
access is narrowed must be known to whoever guards it, under neutral names. What links fictitious
data to the real identity is never stored: the number of before leads here no more, and no other
record is noted as this person's double.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from domain.codes import ProtectionKind
from domain.errors import ProtectionDoesNotStand
from domain.person.state import Person
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonProtected:
    person: UUID
    kind: Sealed[ProtectionKind]
    basis: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtectionLifted:
    person: UUID
    kind: Sealed[ProtectionKind]
    basis: Sealed[str]


ProtectionEvent = PersonProtected | ProtectionLifted


def evolve(person: Person, event: object) -> Person:
    standing = person.protections
    match event:
        case PersonProtected(kind=kind):
            protected = replace(person, protections=(*standing, kind))
            return replace(protected, number=_NONE) if _is_fictitious(kind) else protected
        case ProtectionLifted(kind=kind):
            left = tuple(one for one in standing if one.reveal() is not kind.reveal())
            return replace(person, protections=left)
        case _:
            return person


# --- decisions -------------------------------------------------------------------------------


def protect(person: Person, kind: ProtectionKind, basis: str) -> Sequence[ProtectionEvent]:
    if _stands(person, kind):
        return []
    return [PersonProtected(person=person.id, kind=Sealed.of(kind), basis=Sealed.of(basis))]


def lift(person: Person, kind: ProtectionKind, basis: str) -> Sequence[ProtectionEvent]:
    """Raises ProtectionDoesNotStand."""
    if not _stands(person, kind):
        raise ProtectionDoesNotStand
    return [ProtectionLifted(person=person.id, kind=Sealed.of(kind), basis=Sealed.of(basis))]


def has_fictitious_data(person: Person) -> bool:
    return any(map(_is_fictitious, person.protections))


_NONE: Final[Sealed[str | None]] = Sealed.of(None)


def _is_fictitious(kind: Sealed[ProtectionKind]) -> bool:
    return kind.is_open and kind.reveal() is ProtectionKind.FICTITIOUS_DATA


def _stands(person: Person, kind: ProtectionKind) -> bool:
    return any(one.reveal() is kind for one in person.protections)
