"""Numbers of persons, days and moments that cannot be: refused by name, never repeated."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from stdnum import luhn

from tests.acceptance.doors import NOBODYS, Json
from tests.acceptance.knocking import MARKER
from tests.acceptance.settled import Settled, nothing_comes_of_it

FAULTY = (422, "fields-are-faulty")


@pytest.fixture(autouse=True)
async def nothing_happens(settled: Settled) -> AsyncIterator[None]:
    async with nothing_comes_of_it(settled):
        yield


def with_check_digit(nine: str) -> str:
    return nine + luhn.calc_check_digit(nine)


IMPOSSIBLE = (
    "20070519-2384",  # its check digit
    "0705192384",
    "0000000000",
    "19" + with_check_digit("991301238"),  # month 13
    "19" + with_check_digit("990230238"),  # 30 February
    "19" + with_check_digit("990100238"),  # day 0, and no coordination number
    "19" + with_check_digit("990192238"),  # coordination: day 32
    "19" + with_check_digit("991361238"),  # coordination: month 13
    "30" + with_check_digit("070519238"),  # not born yet
    "20070519--2383",
    "20070519_2383",
    "070519-238",
    "70519-2383",
    "2007-05-19-2383",
    "T70519-2383",
    "20070519-238\u0663",  # a digit elsewhere
    f"{MARKER}-2383",
)
TOMORROW = datetime.now(UTC) + timedelta(days=2)  # noqa: TID251 - a client's own clock


def told_of(**person: Any) -> Json:
    return {
        "source": "police",
        "channel": "phone",
        "concern": "prostitution",
        "account": MARKER,
        "person": {"role": "exposed", **person},
    }


async def test_an_impossible_number_is_refused(settled: Settled) -> None:
    """Check digit, date and form of a personal or coordination number are right, or it is none."""
    token = settled.token("police officer")
    for number in IMPOSSIBLE:
        body = told_of(number=number)
        heard = await settled.call.refused(*FAULTY, "POST", "/referrals", token=token, body=body)
        assert heard.faults == {"/person/number": "impossible-number"}, number
        assert number[-7:].encode() not in heard.body


async def test_a_birth_date_agrees_with_the_number(settled: Settled) -> None:
    """Year and month of the birth date are those of the personal number."""
    token = settled.token("police officer")
    for born_on in ("2006-05-19", "2007-06-19", "1907-05-19"):
        body = told_of(number="20070519-2383", bornOn=born_on)
        heard = await settled.call.refused(*FAULTY, "POST", "/referrals", token=token, body=body)
        assert heard.faults == {"/person/bornOn": "contradicts-number"}


@pytest.mark.parametrize("day", ["2007-02-29", "2007-13-01", "2007-00-10", "20070519", "2007-5-19",
    "07-05-19", "2007-05-19T00:00:00Z", "2007-05-1\u0669", "0000-00-00", "0001-01-01", "9999-12-31",
    " 2007-05-19", "2007-05-19\n"])  # fmt: skip
async def test_a_day_is_a_day(settled: Settled, day: str) -> None:
    """A birth date that is in no calendar is refused."""
    token, body = settled.token("police officer"), told_of(bornOn=day)
    heard = await settled.call.refused(*FAULTY, "POST", "/referrals", token=token, body=body)
    assert heard.faults == {"/person/bornOn": "not-a-date"}


@pytest.mark.parametrize("moment", ["2023-04-03T08:15:00", "2023-04-03 08:15:00Z", "2023-04-03",
    "2023-04-03T24:15:00Z", "2023-04-03T08:61:00Z", "2023-02-30T08:15:00Z",
    "2023-04-03T08:15:00+25:00", "2023-04-03T08:15Z", "1680509700"])  # fmt: skip
async def test_a_moment_is_a_moment(settled: Settled, moment: str) -> None:
    """A moment has a day of the calendar, a time and a zone."""
    token, body = settled.token("police officer"), told_of() | {"receivedAt": moment}
    heard = await settled.call.refused(*FAULTY, "POST", "/referrals", token=token, body=body)
    assert heard.faults == {"/receivedAt": "not-a-moment"}


async def test_what_has_happened_does_not_lie_in_the_future(settled: Settled) -> None:
    """Nobody is born, nothing received, nothing decided after now."""
    day, moment = TOMORROW.date().isoformat(), TOMORROW.isoformat(timespec="seconds")
    referral = told_of(bornOn=day) | {"receivedAt": moment}
    finding = {"basis": MARKER, "bornOn": day}
    mandate = {"registerNumber": "SCN-2022-00355", "decidedOn": day, "matter": "team"}
    for path, body, places in (
        ("/referrals", referral, {"/person/bornOn", "/receivedAt"}),
        (f"/cases/{NOBODYS}/age-findings", finding, {"/bornOn"}),
        ("/mandates", mandate, {"/decidedOn"}),
    ):
        token = settled.token("nexus manager")
        heard = await settled.call.refused(*FAULTY, "POST", path, token=token, body=body)
        assert heard.faults == dict.fromkeys(places, "in-the-future")


async def test_nobody_is_reported_before_being_born(settled: Settled) -> None:
    """A referral is not received before the person's birth."""
    body = told_of(bornOn="2024-05-19") | {"receivedAt": "2024-05-01T08:00:00Z"}
    token = settled.token("police officer")
    await settled.call.refused(
        422, "born-in-the-future", "POST", "/referrals", token=token, body=body
    )
