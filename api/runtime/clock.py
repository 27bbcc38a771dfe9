"""Time, chance and the Swedish working calendar: the one file where the real ones are asked."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from random import Random
from time import monotonic
from typing import Final
from uuid import UUID, uuid4  # noqa: TID251 - the one place that makes ids
from zoneinfo import ZoneInfo

from holidays import DE_FACTO, PUBLIC, country_holidays

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")

_SATURDAY: Final = 5
GOES_ON_ALONE: Final = 3600.0  # seconds without the machine's clock


def _wall() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the one place that asks the clock


class SystemClock:
    """The present moment. It goes on when somebody sets the machine's clock back: what had expired
    stays so (a token, an emergency), and what was to expire does in its time. Where the machine
    stays behind for an hour, it was the jump ahead that was wrong, and the machine is believed:
    otherwise all that is recorded would bear a time to come until the next start."""

    def __init__(
        self, wall: Callable[[], datetime] = _wall, steady: Callable[[], float] = monotonic
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._latest = wall(), steady()

    def now(self) -> datetime:
        moment, seconds = self._wall(), self._steady()
        latest, at = self._latest
        if moment >= latest or seconds - at >= GOES_ON_ALONE:
            self._latest = moment, seconds
            return moment
        return max(moment, latest + timedelta(seconds=seconds - at))


class SimulatedClock:
    """A moment that its owner sets: for the generator, which tells a year in a minute."""

    def __init__(self, moment: datetime) -> None:
        self.set(moment)

    def now(self) -> datetime:
        return self._moment

    def set(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("a moment says its time zone")
        self._moment = moment.astimezone(UTC)

    def advance(self, step: timedelta) -> None:
        self._moment += step


class RandomIds:
    """Ids that tell neither time nor place and that nobody can guess."""

    def new(self) -> UUID:
        return uuid4()


class SeededIds:
    """The same ids for the same seed, shaped like random ones: for the generator and for tests."""

    def __init__(self, seed: int | str) -> None:
        self._random = Random(seed)  # noqa: S311 - these ids are meant to be foreseeable

    def new(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)


class SwedishWorkingCalendar:
    """Monday to Friday, without public holidays and without the eves of midsummer, Christmas and
    the new year, which count as Sundays when a legal time is reckoned (1930:173, 2 §).

    That the eves count is a setting of the house (c): `eves=False` makes them working days.
    """

    def __init__(self, *, eves: bool = True) -> None:
        self._eves = eves

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(STOCKHOLM).date()

    def start_of(self, day: date) -> datetime:
        return datetime.combine(day, time(), STOCKHOLM).astimezone(UTC)

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """The same time of day in Stockholm `days` working days after `start`, in UTC.

        Clocks are changed on Sundays only, so the answer's time of day always exists, and once;
        with no days to add the start itself is the answer, whatever day it is.
        """
        if start.tzinfo is None or days < 0:
            raise ValueError("working days are counted forward from a moment with a time zone")
        local = start.astimezone(STOCKHOLM)
        day = local.date()
        for _ in range(days):
            day = self._next_working_day(day)
        if day == local.date():
            return start.astimezone(UTC)
        return datetime.combine(day, local.time(), STOCKHOLM).astimezone(UTC)

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in _days_off(day.year, eves=self._eves)

    def _next_working_day(self, day: date) -> date:
        day += timedelta(days=1)
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day


@lru_cache(maxsize=256)
def _days_off(year: int, *, eves: bool) -> frozenset[date]:
    # DE_FACTO: midsummer's, Christmas and New Year's eve.
    categories = (PUBLIC, DE_FACTO) if eves else PUBLIC
    return frozenset(country_holidays("SE", years=year, categories=categories))
