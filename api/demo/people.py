"""People who do not exist: invented names, the tax agency's test numbers, numbers of no subscriber.

Surnames are made up, so no combination is somebody's name. Personal and coordination numbers use
the birth numbers 980-999, which the tax agency keeps for tests and gives to nobody. Telephone
numbers are those that the telecommunications authority keeps for books and films.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Final

from stdnum import luhn

from api.demo.shares import happens
from domain.codes import Gender, IdentityKind


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_WOMEN: Final = _words("""
    Alva Amina Bianca Disa Elina Fatuma Greta Hedda Ilse Jasmin Kaja Liv Mira Nadja Olga Petra
    Runa Saga Tindra Ursula Vanja Wilma Ylva Zahra Åsa""")
_MEN: Final = _words("""
    Arvid Bashir Caspar Dragan Eskil Folke Gustaf Hamid Idris Jonte Knut Love Milan Nils Ossian
    Pavel Ragnar Sixten Tage Ulf Vide Yusuf Örjan""")
_SURNAMES_BEGIN: Final = _words("""
    Alm Asp Björk Brant Dim Ek Fjäll Frost Gran Hassel Is Kvist Lind Lärk Måne Norr Rönn Sten
    Storm Svan Säv Tall Ting Vinter Älv""")
_SURNAMES_END: Final = _words("""
    dunge fjärne glänta hägn källe skärva stigen sunde träda vaka värn ånge""")
_COORDINATION: Final = 60  # is added to the day
_TEST_SERIALS: Final = range(980, 1000)
_DAYS_AWAY: Final = 30
_MANY_TRIES: Final = 20
_MOBILE_FOR_FICTION: Final = range(605, 700)  # 070-1740605 to 070-1740699


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Somebody:
    """Who is met; what of it a sender knows and tells stands in the intake."""

    name: str | None
    kind: IdentityKind
    number: str | None  # YYYYMMDDNNNN
    born: date  # the truth, which nobody may know yet
    gender: Gender
    contact: str | None


@dataclass(slots=True)
class Population:
    """Invents people, no two with the same number or name."""

    _numbers: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)

    def somebody(self, rng: Random, *, kind: IdentityKind, born: date, gender: Gender) -> Somebody:
        """Somebody with a number of that kind; without one, nobody knows the name either."""
        number = self._number(rng, kind, born, gender) if kind is not IdentityKind.NONE else None
        known = number is not None
        kind = kind if known else IdentityKind.NONE
        return Somebody(
            name=self.name(rng, gender) if known else None,
            kind=kind,
            number=number,
            born=_date_in(number) if number else born,
            gender=gender,
            contact=_contact(rng) if known and happens(rng, 0.7) else None,
        )

    def name(self, rng: Random, gender: Gender) -> str:
        first_names = {Gender.WOMAN: _WOMEN, Gender.MAN: _MEN}.get(gender, _WOMEN + _MEN)
        for tried in count():
            surname = rng.choice(_SURNAMES_BEGIN) + rng.choice(_SURNAMES_END)
            if tried >= _MANY_TRIES:  # nearly all are taken: the next ones have two
                surname += f" {rng.choice(_SURNAMES_BEGIN)}{rng.choice(_SURNAMES_END)}"
            name = f"{rng.choice(first_names)} {surname}"
            if name not in self._names:
                self._names.add(name)
                return name
        raise AssertionError("counting does not end")

    def number_of(self, rng: Random, kind: IdentityKind, somebody: Somebody) -> str | None:
        """A number of somebody's that is found later."""
        return self._number(rng, kind, somebody.born, somebody.gender)

    def _number(self, rng: Random, kind: IdentityKind, born: date, gender: Gender) -> str | None:
        """On a day whose test numbers are used up, the birth date moves on by a day; where a month
        of them is, nobody knows a number. The tax agency keeps twenty for a day."""
        for _ in range(_DAYS_AWAY):
            for serial in rng.sample(_TEST_SERIALS, len(_TEST_SERIALS)):
                number = _spelled(kind, born, serial)
                fits = gender not in (Gender.WOMAN, Gender.MAN) or serial % 2 == (
                    gender is Gender.MAN
                )
                if fits and number not in self._numbers:
                    self._numbers.add(number)
                    return number
            born += timedelta(days=1)
        return None


def _contact(rng: Random) -> str:
    return f"070-1740{rng.choice(_MOBILE_FOR_FICTION)}"


def _spelled(kind: IdentityKind, born: date, serial: int) -> str:
    day = born.day + _COORDINATION if kind is IdentityKind.COORDINATION_NUMBER else born.day
    written = f"{born:%y%m}{day:02}{serial}"
    return f"{born.year // 100}{written}{luhn.calc_check_digit(written)}"


def _date_in(number: str) -> date:
    day = int(number[6:8])
    return date(
        int(number[:4]), int(number[4:6]), day - _COORDINATION if day > _COORDINATION else day
    )
