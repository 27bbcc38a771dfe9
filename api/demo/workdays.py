"""When people work: moments in office hours, as a seeded chance would have them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from api.runtime.clock import STOCKHOLM, SwedishWorkingCalendar

_CALENDAR: Final = SwedishWorkingCalendar()
_OPENS: Final = 8 * 60  # minutes past midnight
_CLOSES: Final = 16 * 60 + 30

# July is quiet, school terms are busy (domain section 8).
_SEASON: Final = {6: 0.8, 7: 0.2, 8: 0.9, 12: 0.75}
_TERM: Final = 1.2


def bustle(day: date) -> float:
    """How much happens in this season, compared with an ordinary month."""
    return _SEASON.get(day.month, _TERM)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Moments are UTC, the hours are Stockholm's."""

    rng: Random

    def on(self, day: date) -> datetime:
        """Some moment in the office hours of a day, or of the first working day after it."""
        while not _CALENDAR.is_working_day(day):
            day += timedelta(days=1)
        return at_minute(day, self.rng.randrange(_OPENS, _CLOSES))

    def after(self, moment: datetime, days: int) -> datetime:
        """Some moment that many working days later; with none, an hour or two later today, or
        tomorrow morning."""
        if days:
            return self.on(_CALENDAR.add_working_days(moment, days).astimezone(STOCKHOLM).date())
        soon = moment + timedelta(minutes=self.rng.randrange(20, 150))
        local = soon.astimezone(STOCKHOLM)
        minute = local.hour * 60 + local.minute
        if _OPENS <= minute < _CLOSES and _CALENDAR.is_working_day(local.date()):
            return soon
        early = minute < _OPENS and _CALENDAR.is_working_day(local.date())
        day = local.date() if early else local.date() + timedelta(days=1)
        return max(self.on(day), moment)


def working_days(start: date, end: date) -> list[date]:
    days = (start + timedelta(days=n) for n in range((end - start).days))
    return [day for day in days if _CALENDAR.is_working_day(day)]


def at_minute(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), STOCKHOLM)
