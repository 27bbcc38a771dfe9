"""Who a person is: the sub-story of a person's record that tells of names, numbers and doubles.

Somebody may be met before anybody knows who it is: then a random id stands for the person, and
what is said of the identity is kept as assertions, each with its source and how sure it is. Later
the identity is established. Two records of one person on the same side turn out to be doubles: by
the blind index, or because somebody says so; a person merges them, and can take them apart again,
with nothing lost either way. Records on two sides are never brought together (S76-S78).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from domain.codes import Gender, IdentityKind, IdentityLevel, IdentitySource
from domain.errors import (
    BothHaveOpenCases,
    IdentityIsUncertain,
    LinkIsNeverStored,
    PersonIsMerged,
    PersonIsNotMerged,
    PersonIsTheSame,
    ProtectionDiffers,
)
from domain.person.protection import has_fictitious_data
from domain.person.state import Person
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityAsserted:
    """Somebody says who it may be: kept beside what is known. Stored veiled."""

    person: UUID
    source: IdentitySource
    level: IdentityLevel
    name: str | None
    number: str | None
    gender: Gender
    basis: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityEstablished:
    """Who it is, and how sure that is. Stored veiled."""

    person: UUID
    level: IdentityLevel
    number_kind: IdentityKind
    name: str | None
    number: str | None
    gender: Gender
    basis: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicateNoted:
    """`other` seems to be a record of the same person: found by its number, or pointed out."""

    person: UUID
    other: UUID
    by_index: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonMerged:
    """From now on `into` stands for both; this record stays as it is."""

    person: UUID
    into: UUID
    reason: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonAbsorbed:
    """The other half of a merge; the open case that the other record had is this one's now."""

    person: UUID
    other: UUID
    open_case: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonUnmerged:
    """It was somebody else after all: the record stands for itself again."""

    person: UUID
    was: UUID
    reason: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonReleased:
    """The other half, on every record that stood for `other`; the open case that belongs to it
    goes with it."""

    person: UUID
    other: UUID
    open_case: UUID | None


IdentityEvent = (
    IdentityAsserted
    | IdentityEstablished
    | DuplicateNoted
    | PersonMerged
    | PersonAbsorbed
    | PersonUnmerged
    | PersonReleased
)

# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    level: IdentityLevel = IdentityLevel.UNCERTAIN
    merged_into: UUID | None = None
    absorbed: tuple[UUID, ...] = ()
    doubles: tuple[UUID, ...] = ()  # that were noted


UNKNOWN = Identity()


def evolve(person: Person, event: object) -> Person:
    known = person.identity
    match event:
        case IdentityEstablished(level=level, number=number):
            identified = replace(person, identity=replace(known, level=level))
            return replace(identified, number=Sealed.of(number)) if number else identified
        case DuplicateNoted(other=other):
            return replace(person, identity=replace(known, doubles=(*known.doubles, other)))
        case PersonMerged(into=into):
            return replace(person, identity=replace(known, merged_into=into))
        case PersonUnmerged():
            return replace(person, identity=replace(known, merged_into=None))
        case PersonAbsorbed(other=other, open_case=brought):
            absorbed = replace(known, absorbed=(*known.absorbed, other))
            return replace(person, identity=absorbed, open_case=brought or person.open_case)
        case PersonReleased(other=other, open_case=taken):
            left = tuple(one for one in known.absorbed if one != other)
            still = None if taken and person.open_case == taken else person.open_case
            return replace(person, identity=replace(known, absorbed=left), open_case=still)
        case _:
            return person


def confirmed_year(person: Person) -> int | None:
    """The year of birth that a confirmed personal number vouches for; a coordination number
    vouches for none (section 5)."""
    number = person.number.reveal() if person.number.is_open else None
    is_sure = person.identity.level is IdentityLevel.CONFIRMED
    if not is_sure or number is None or int(number[6:8]) > _LAST_DAY_OF_A_MONTH:
        return None
    return int(number[:4])


_LAST_DAY_OF_A_MONTH: Final = 31  # above it, the number is a coordination number


# --- whose records are one -------------------------------------------------------------------


def records_of(first: UUID, known: Mapping[UUID, Person]) -> tuple[list[Person], frozenset[UUID]]:
    """Every record of one person among the known ones, `first` first, up to the one that stands for
    all and down to all that were merged; and which of them are not known yet."""
    every = [first]
    for record in every:  # grows with whatever each of them was merged with
        person = known.get(record)
        every += [one for one in _beside(person) if one not in every] if person else ()
    missing = frozenset(record for record in every if record not in known)
    return [known[record] for record in every if record not in missing], missing


def _beside(person: Person) -> Sequence[UUID]:
    into, absorbed = person.identity.merged_into, person.identity.absorbed
    return absorbed if into is None else (into, *absorbed)


# --- decisions -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Particulars:
    """What is said, or found, of who somebody is. Age and birth date are told on their own (S85):
    a coordination number vouches for neither, least of all an uncertain one."""

    level: IdentityLevel
    name: str | None
    number: str | None
    kind: IdentityKind
    gender: Gender
    basis: str


def assert_identity(
    person: Person, told: Particulars, source: IdentitySource
) -> Sequence[IdentityEvent]:
    """Kept beside what is known, whoever says it and however sure; it never replaces anything."""
    return [
        IdentityAsserted(
            person=person.id,
            source=source,
            level=told.level,
            name=told.name,
            number=told.number,
            gender=told.gender,
            basis=told.basis,
        )
    ]


def establish_identity(person: Person, found: Particulars) -> Sequence[IdentityEvent]:
    """Later identification. Raises IdentityIsUncertain: what is uncertain is an assertion, and
    neither age nor gender may ever be derived from it."""
    if found.level is IdentityLevel.UNCERTAIN:
        raise IdentityIsUncertain
    return [
        IdentityEstablished(
            person=person.id,
            level=found.level,
            number_kind=found.kind,
            name=found.name,
            number=found.number,
            gender=found.gender,
            basis=found.basis,
        )
    ]


def note_duplicate(person: Person, other: UUID, *, by_index: bool) -> Sequence[IdentityEvent]:
    """That they may be one person; whether they are, a person decides. Raises PersonIsTheSame;
    LinkIsNeverStored of somebody with fictitious data (section 5)."""
    if other == person.id:
        raise PersonIsTheSame
    if has_fictitious_data(person):
        raise LinkIsNeverStored
    if other in person.identity.doubles:
        return []
    return [DuplicateNoted(person=person.id, other=other, by_index=by_index)]


def merge(
    person: Person, into: Person, reason: str
) -> tuple[Sequence[IdentityEvent], Sequence[IdentityEvent]]:
    """Facts for both records. A record is merged at most once, into one that stands for itself:
    so there is never a cycle.

    Raises PersonIsTheSame, LinkIsNeverStored, PersonIsMerged, BothHaveOpenCases, ProtectionDiffers.
    """
    if person.id == into.id:
        raise PersonIsTheSame
    if has_fictitious_data(person) or has_fictitious_data(into):
        raise LinkIsNeverStored
    if person.identity.merged_into is not None or into.identity.merged_into is not None:
        raise PersonIsMerged
    if person.open_case is not None and into.open_case is not None:
        raise BothHaveOpenCases
    if bool(person.protections) is not bool(into.protections):
        raise ProtectionDiffers
    merged = PersonMerged(person=person.id, into=into.id, reason=Sealed.of(reason))
    absorbed = PersonAbsorbed(person=into.id, other=person.id, open_case=person.open_case)
    return [merged], [absorbed]


def unmerge(
    person: Person, above: Sequence[Person], reason: str
) -> tuple[Sequence[IdentityEvent], Sequence[IdentityEvent]]:
    """Facts for the record and for all that stood for it (`above`, in order): each has what it
    had, and what came to it since.

    Raises PersonIsNotMerged.
    """
    if not above or person.identity.merged_into != above[0].id:
        raise PersonIsNotMerged
    unmerged = PersonUnmerged(person=person.id, was=above[0].id, reason=Sealed.of(reason))
    released = [
        PersonReleased(person=each.id, other=person.id, open_case=person.open_case)
        for each in above
    ]
    return [unmerged], released
