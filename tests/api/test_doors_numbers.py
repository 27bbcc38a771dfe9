"""Personal and coordination numbers: every customary spelling, one meaning, nothing impossible."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from api.door.person_number import NumberIsImpossible, read_number
from domain.codes import IdentityKind

TODAY = date(2023, 4, 3)


def number_of(born: date, *, shift: int = 0, serial: str = "238") -> str:
    """Twelve digits; 238 and 239 are the serials that the tax agency keeps for tests."""
    ten = f"{born:%y%m}{born.day + shift:02}{serial}"
    return f"{born.year // 100}{ten}{luhn.calc_check_digit(ten)}"


@pytest.mark.parametrize(
    "spelled", ["200705192383", "20070519-2383", "0705192383", "070519-2383", " 070519 2383 "]
)
def test_every_customary_spelling_is_one_number(spelled: str) -> None:
    """With or without century, sign and blanks, it is kept as twelve digits."""
    found = read_number(spelled, TODAY)
    assert found.twelve == "200705192383"
    assert found.kind is IdentityKind.PERSONAL_NUMBER
    assert found.born == date(2007, 5, 19)


@given(st.dates(date(1924, 1, 1), TODAY), st.sampled_from(["238", "239"]))
def test_ten_digits_say_the_latest_possible_century(born: date, serial: str) -> None:
    """Who is not yet a hundred needs no century and no plus."""
    twelve = number_of(born, serial=serial)
    assert read_number(twelve[2:], TODAY).twelve == twelve


def test_a_plus_is_one_century_more() -> None:
    """From the year somebody turns a hundred, the short spelling has a plus."""
    twelve = number_of(date(1918, 6, 1))
    assert read_number(f"{twelve[2:8]}+{twelve[8:]}", TODAY).twelve == twelve
    assert read_number(f"{twelve[2:8]}-{twelve[8:]}", TODAY).twelve == "20" + twelve[2:]


@given(st.dates(date(1930, 1, 1), TODAY))
def test_a_coordination_number_vouches_for_no_age(born: date) -> None:
    """Sixty is added to the day; neither age nor birth date is derived from what is a claim."""
    found = read_number(number_of(born, shift=60), TODAY)
    assert found.kind is IdentityKind.COORDINATION_NUMBER
    assert found.said_born == born
    assert found.born is None
    assert not found.contradicts(date(1950, 1, 1))


@pytest.mark.parametrize("open_date", ["960060", "960560"])
def test_a_coordination_number_may_leave_the_date_open(open_date: str) -> None:
    """Month and day may be unknown."""
    ten = f"{open_date}238"
    found = read_number(f"19{ten}{luhn.calc_check_digit(ten)}", TODAY)
    assert found.said_born is None


def test_only_year_and_month_of_a_personal_number_are_certain() -> None:
    """The day is shifted when a day's numbers have run out."""
    found = read_number("200705192383", TODAY)
    assert not found.contradicts(date(2007, 5, 21))
    assert found.contradicts(date(2007, 6, 19))
    assert found.contradicts(date(2004, 5, 19))


@pytest.mark.parametrize(
    "impossible",
    [
        "",
        "200705192384",  # the check digit
        "20070519238",  # a digit short
        "2007051923833",
        "200713192383",
        "200702302388",
        number_of(date(2023, 4, 4)),  # tomorrow
        "20070519–2383",  # noqa: RUF001 - a dash that is not a hyphen
        "٢٠٠٧٠٥١٩٢٣٨٣",  # digits, but not these
        "200705192383\x00",
        "YYYYMMDDNNNN",
    ],
)
def test_an_impossible_number_is_refused(impossible: str) -> None:
    """Nobody has it: its length, date or check digit says so."""
    with pytest.raises(NumberIsImpossible):
        read_number(impossible, TODAY)


@given(st.text(max_size=20))
def test_whatever_is_sent_is_a_number_or_refused(text: str) -> None:
    """Nothing else can happen."""
    try:
        found = read_number(text, TODAY)
    except NumberIsImpossible:
        return
    assert len(found.twelve) == 12
    assert found.twelve.isdigit()
