"""Who a person is, opened for a reader: what was registered, told, found and protected."""

from collections.abc import Iterable
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType
from pydantic.alias_generators import to_camel

from api.door.answers import Answer, Day, Moment, Name, Text
from api.resources.story import Told
from domain.codes import (
    AgeKnowledge,
    Gender,
    GuardianshipEnd,
    IdentityLevel,
    IdentitySource,
    ProtectionKind,
)
from projections.access import Found

Number = Annotated[
    str,
    Meta(description="Personal or coordination number, 12 digits.", examples=["200705192383"]),
]


class Particulars(Answer):
    """What a further sender told of a person who was known already: beside what is known."""

    told_at: Moment
    name: Name | None
    number: Number | None
    born: Day | None
    age: AgeKnowledge
    gender: Gender
    contact: Text | UnsetType | None = UNSET


class Assertion(Answer):
    """Who it may be, as somebody said: beside what is known."""

    told_at: Moment
    source: IdentitySource
    level: IdentityLevel
    name: Name | None
    number: Number | None
    gender: Gender
    basis: Text


GuardianId = Annotated[
    UUID, Meta(description="The guardian.", examples=["3c9f5a1e-7d42-4b6e-8f10-9a2b7c5d4e11"])
]


class KnownGuardian(Answer):
    """Who decides for a child; `rightsEnded` says why no more."""

    guardian_id: GuardianId
    name: Name
    contact: Text | UnsetType | None = UNSET
    rights_ended: GuardianshipEnd | None = None


class Identity(Answer):
    """Who the person is, as far as it is known: `null` is not known."""

    level: IdentityLevel | UnsetType = UNSET
    level_basis: Text | UnsetType = UNSET

    name: Name | UnsetType | None = UNSET
    number: Number | UnsetType | None = UNSET
    born: Day | UnsetType | None = UNSET
    age: AgeKnowledge | UnsetType = UNSET
    age_basis: Text | UnsetType = UNSET
    gender: Gender | UnsetType = UNSET
    contact: Text | UnsetType | None = UNSET
    also_told: list[Particulars] | UnsetType = UNSET
    assertions: list[Assertion] | UnsetType = UNSET
    guardians: list[KnownGuardian] | UnsetType = UNSET
    protections: list[ProtectionKind] | UnsetType = UNSET
    """Where one stands, no contact is shown, not a guardian's either; with fictitious data nothing
    of who the person was before."""


def identity_in(told: Iterable[Told], *, contact: bool) -> Identity:
    """What was registered, what has been established since, and what else was told; where to find
    the person only for whoever may know `contact`."""
    known: dict[str, Any] = {}
    for one in told:
        _tell(known, one)
    identity = msgspec.convert({to_camel(name): value for name, value in known.items()}, Identity)
    if identity.protections or not contact:
        _withhold_contact(identity)
    return identity


def _tell_of_guardians(guardians: list[KnownGuardian], told: Told) -> None:
    match told.kind:
        case "guardian-recorded":
            guardian = UUID(told.content["guardian"])
            guardians.append(told.as_answer(KnownGuardian, guardian_id=guardian))
        case "guardian-rights-ended":
            for one in guardians:
                if str(one.guardian_id) == told.content["guardian"]:
                    one.rights_ended = GuardianshipEnd(told.content["ground"])
        case _:
            for one in guardians:
                one.rights_ended = one.rights_ended or GuardianshipEnd.MAJORITY


def _withhold_contact(identity: Identity) -> None:
    """A protected person's whereabouts are shown to nobody here (section 5): a child's are where
    the guardians are."""
    for told in (identity, *(identity.also_told or ()), *(identity.guardians or ())):
        told.contact = UNSET


def _forget_who_it_was(known: dict[str, Any]) -> None:
    """What links fictitious data to who somebody was is shown to nobody (section 5); the person's
    new name and number are established anew."""
    for name in ("name", "number", "born", "contact", "also_told", "assertions", "level_basis"):
        known.pop(name, None)


_FOUND: Final = ("level", "name", "number", "gender")
_NOT_KNOWN: Final = (None, Gender.UNKNOWN)


def _tell(known: dict[str, Any], one: Told) -> None:
    match one.kind:
        case "person.registered":
            known |= one.content
        case "age-established":
            known |= {name: one.content[name] for name in ("age", "born")}
            known["age_basis"] = one.content["basis"]
        case "identity-established":
            found = ((name, one.content[name]) for name in _FOUND)
            known |= {name: value for name, value in found if value not in _NOT_KNOWN}
            known["level_basis"] = one.content["basis"]
        case "guardian-recorded" | "guardian-rights-ended" | "majority-reached":
            _tell_of_guardians(known.setdefault("guardians", []), one)
        case "person.access-narrowed" if kind := one.content.get("kind"):
            known.setdefault("protections", []).append(kind)
            if kind == ProtectionKind.FICTITIOUS_DATA:
                _forget_who_it_was(known)
        case "person.access-widened" if kind := one.content.get("kind"):
            known["protections"].remove(kind)
        case "identity-asserted":
            assertion = one.as_answer(Assertion, told_at=one.line.occurred_at)
            known.setdefault("assertions", []).append(assertion)
        case "particulars-told":
            particulars = one.as_answer(Particulars, told_at=one.line.occurred_at)
            known.setdefault("also_told", []).append(particulars)
        case _:
            pass


def known_person(told: Iterable[Told], found: Found) -> tuple[UUID, int]:
    """The person and the version of what is known: part of what a detail's ETag stands for."""
    versions = (one.line.version for one in told if one.line.stream == found.person)
    return found.person, max(versions, default=0)
