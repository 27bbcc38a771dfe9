"""Swedish personal and coordination numbers: read in every customary spelling, kept in one.

A personal number is twelve digits with a check digit; from the year somebody turns 100 the
spelling in ten digits has a plus. A coordination number is the same with 60 added to the day. What
it says of the birth is a claim, perhaps an uncertain one: no age is ever derived from it.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from stdnum import luhn

from domain.codes import IdentityKind

_SPELLING: Final = re.compile(
    r"(?P<century>\d\d)?(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)(?P<sign>[-+]?)(?P<serial>\d{4})",
    re.ASCII,
)
_COORDINATION_DAY: Final = 60
_OLD: Final = 100


class NumberIsImpossible(ValueError):
    """Nobody has this number: wrong length, date or check digit."""


@dataclass(frozen=True, slots=True)
class PersonNumber:
    kind: IdentityKind
    twelve: str  # YYYYMMDDNNNN, the one spelling that is compared and kept
    said_born: date | None  # None where a coordination number leaves month or day open

    @property
    def born(self) -> date | None:
        """The birth date as far as the number vouches for it. The day of a personal number may be
        shifted when a day's numbers have run out (c): it is a good guess, and the best there is."""
        return self.said_born if self.kind is IdentityKind.PERSONAL_NUMBER else None

    def contradicts(self, born: date) -> bool:
        """Whether both cannot be right: year and month never differ, a day may be shifted."""
        said = self.born
        return said is not None and (said.year, said.month) != (born.year, born.month)


def read_number(text: str, today: date) -> PersonNumber:
    """The number in ten or twelve digits, with or without its sign. Raises NumberIsImpossible."""
    found = _SPELLING.fullmatch(text.replace(" ", ""))
    if found is None or not luhn.is_valid(
        found["year"] + found["month"] + found["day"] + found["serial"]
    ):
        raise NumberIsImpossible
    day = int(found["day"])
    coordination = day >= _COORDINATION_DAY
    month_day = int(found["month"]), day - _COORDINATION_DAY if coordination else day
    year = _year(found, today, month_day)
    born = _date(year, *month_day, open_parts=coordination)
    if born is not None and born > today:
        raise NumberIsImpossible
    kind = IdentityKind.COORDINATION_NUMBER if coordination else IdentityKind.PERSONAL_NUMBER
    digits = f"{year:04}{found['month']}{found['day']}{found['serial']}"
    return PersonNumber(kind, digits, born)


def _year(found: re.Match[str], today: date, month_day: tuple[int, int]) -> int:
    """Without a century it is the latest that is not in the future; a plus says one more."""
    if found["century"]:
        return int(found["century"] + found["year"])
    year = today.year - (today.year - int(found["year"])) % _OLD
    if (year, *month_day) > (today.year, today.month, today.day):
        year -= _OLD
    return year - _OLD if found["sign"] == "+" else year


def _date(year: int, month: int, day: int, *, open_parts: bool) -> date | None:
    """Where the birth is not known to the day, a coordination number has 60 as its day, or 00 as
    its month too (m)."""
    if open_parts and day == 0 and month in range(13):
        return None
    try:
        return date(year, month, day)
    except ValueError:
        raise NumberIsImpossible from None
