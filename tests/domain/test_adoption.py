"""An organisation is adopted for the days to come, and never undoes what stands in events."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from api.runtime.organisation import load_organisation
from domain import adoption
from domain.adoption import Adoptions, OrganisationAdopted, adopt_organisation
from domain.errors import (
    AdoptionIsOvertaken,
    AdoptionIsRetroactive,
    MunicipalityIsAnother,
    UnitIsLeftOut,
)
from domain.organisation import Organisation
from domain.sealed import Sealed

UPPSALA = load_organisation()
TODAY = date(2023, 4, 3)
LATER = TODAY + timedelta(days=30)


def adopt(
    known: Adoptions | None,
    organisation: Organisation = UPPSALA,
    *,
    document: str = "new",
    in_force_from: date = TODAY,
) -> list[OrganisationAdopted]:
    return adopt_organisation(
        known,
        UPPSALA,
        organisation,
        document=document,
        in_force_from=in_force_from,
        today=TODAY,
    )


def after(*adopted: tuple[date, str]) -> Adoptions | None:
    return adoption.fold(
        OrganisationAdopted(in_force_from=d, document=Sealed.of(doc)) for d, doc in adopted
    )


def test_adopted_from_today_or_later() -> None:
    """What was decided stays as it was decided."""
    [adopted] = adopt(None)
    assert (adopted.in_force_from, adopted.document.reveal()) == (TODAY, "new")
    with pytest.raises(AdoptionIsRetroactive):
        adopt(None, in_force_from=TODAY - timedelta(days=1))


def test_in_force_from_its_day_until_the_next() -> None:
    """Before the first day nothing is in force; on one day, the last that was adopted."""
    known = after((TODAY, "first"), (LATER, "second"), (LATER, "third"))
    assert known
    days = [TODAY - timedelta(days=1), TODAY, LATER - timedelta(days=1), LATER, date.max]
    assert [known.on(day) for day in days] == [None, "first", "first", "third", "third"]


def test_adopted_again_it_is_already_so() -> None:
    """The same document from the same day is no further fact."""
    assert adopt(after((TODAY, "new"))) == []
    assert adopt(after((TODAY, "old"))) != []


def test_a_later_one_cannot_be_undercut() -> None:
    """What is planned for a later day would end what is adopted now before its time."""
    with pytest.raises(AdoptionIsOvertaken) as refusal:
        adopt(after((LATER, "planned")), in_force_from=TODAY)
    assert refusal.value.context == {"in_force_from": LATER}


def test_a_unit_stays() -> None:
    """Its code stands in events."""
    fewer = replace(UPPSALA, units=tuple(u for u in UPPSALA.units if u.code != "youth-outreach"))
    with pytest.raises(UnitIsLeftOut) as refusal:
        adopt(None, fewer)
    assert refusal.value.context == {"units": ["youth-outreach"]}


def test_another_municipality_is_refused() -> None:
    """Everything here belongs to one."""
    with pytest.raises(MunicipalityIsAnother):
        adopt(None, replace(UPPSALA, municipality="another"))
