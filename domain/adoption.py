"""How the municipality is organised, as it was adopted: each organisation from its day on.

The story: a document (TOML, as deploying reads it) is adopted, in force from a day that has not
passed, until the next one's. What was decided under the one before stays as it was decided.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from domain.errors import (
    AdoptionIsOvertaken,
    AdoptionIsRetroactive,
    MunicipalityIsAnother,
    UnitIsLeftOut,
)
from domain.organisation import Organisation
from domain.sealed import Sealed

# Always the same stream: every decision rests on it.
ORGANISATION: Final = UUID("0f000000-0000-4000-8000-000000000001")

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganisationAdopted:
    """The whole document, so that nothing of what was in force depends on a file. Nobody is named
    in it; but it says which unit meets which side, so that it is sealed."""

    in_force_from: date
    document: Sealed[str]


AdoptionEvent = OrganisationAdopted

# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Adoptions:
    adopted: tuple[OrganisationAdopted, ...] = ()

    def on(self, day: date) -> str | None:
        """The document in force that day; None before the first one: then the municipality is
        organised as it was set up. Raises SealedValueIsClosed when it was not opened."""
        for one in reversed(self.adopted):
            if one.in_force_from <= day:
                return one.document.reveal()
        return None


def evolve(adoptions: Adoptions | None, event: object) -> Adoptions | None:
    match event:
        case OrganisationAdopted():
            known = adoptions or Adoptions()
            return replace(known, adopted=(*known.adopted, event))
        case _:
            return adoptions


def fold(events: Iterable[object]) -> Adoptions | None:
    adoptions: Adoptions | None = None
    for event in events:
        adoptions = evolve(adoptions, event)
    return adoptions


# --- decisions -------------------------------------------------------------------------------


def adopt_organisation(
    adoptions: Adoptions | None,
    latest: Organisation,
    organisation: Organisation,
    *,
    document: str,
    in_force_from: date,
    today: date,
) -> list[AdoptionEvent]:
    """`latest` is the organisation that this one follows; its codes stand in events, so each of
    them stays a unit, though no rule need point to it any more.

    Raises AdoptionIsRetroactive, AdoptionIsOvertaken, MunicipalityIsAnother, UnitIsLeftOut.
    """
    if in_force_from < today:
        raise AdoptionIsRetroactive
    before = adoptions.adopted[-1] if adoptions else None
    if before and (before.in_force_from, before.document.reveal()) == (in_force_from, document):
        return []
    if before and in_force_from < before.in_force_from:
        raise AdoptionIsOvertaken(in_force_from=before.in_force_from)
    if organisation.municipality != latest.municipality:
        raise MunicipalityIsAnother
    left_out = [unit.code for unit in latest.units if not organisation.has_unit(unit.code)]
    if left_out:
        raise UnitIsLeftOut(units=left_out)
    return [OrganisationAdopted(in_force_from=in_force_from, document=Sealed.of(document))]
