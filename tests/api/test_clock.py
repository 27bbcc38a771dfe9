from datetime import UTC, date, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.runtime.clock import (
    STOCKHOLM,
    RandomIds,
    SeededIds,
    SimulatedClock,
    SwedishWorkingCalendar,
    SystemClock,
)
from domain.ports import Clock, Ids, WorkingCalendar

calendar = SwedishWorkingCalendar()

moments = st.datetimes(
    min_value=datetime(2015, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(2045, 12, 31),  # noqa: DTZ001 - the strategy adds the zone
    timezones=st.just(UTC),
)


def stockholm(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def after(text: str, days: int) -> str:
    """The answer's local time, to the minute."""
    answer = calendar.add_working_days(stockholm(text), days)
    return answer.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M")


def test_they_are_what_the_domain_asks_for() -> None:
    """Each of them fulfils the domain's protocol."""
    clocks: list[Clock] = [SystemClock(), SimulatedClock(datetime(2024, 5, 2, tzinfo=UTC))]
    ids: list[Ids] = [RandomIds(), SeededIds(1)]
    calendars: list[WorkingCalendar] = [calendar]
    assert all(clock.now().tzinfo is UTC for clock in clocks)
    assert all(made.new() != made.new() for made in ids)
    assert calendars


def test_real_time_goes_forward() -> None:
    """The system's clock tells a later moment, or the same, when asked again."""
    clock = SystemClock()
    earlier = clock.now()
    assert timedelta(0) <= clock.now() - earlier < timedelta(minutes=1)


def test_time_goes_on_when_the_clock_is_set_back() -> None:
    """Ten seconds later it is ten seconds later, whatever the machine's clock says by then; and
    where that is ahead, it is believed."""
    start = datetime(2026, 5, 2, 12, tzinfo=UTC)
    told = [(0, 0), (5, 5), (-3600, 10), (-3595, 15), (60, 20), (61, 21)]  # seconds: wall, steady
    walls, steady = (iter(each) for each in zip(*told, strict=True))
    clock = SystemClock(lambda: start + timedelta(seconds=next(walls)), lambda: next(steady))
    passed = [(clock.now() - start).total_seconds() for _ in told[1:]]
    assert passed == [5, 10, 15, 60, 61]


def test_a_jump_ahead_that_was_corrected_does_not_last() -> None:
    """A clock that jumped a year ahead and was set right is believed again an hour after it, and
    from then on time goes forward as the machine tells it."""
    year = 365 * 86400
    told = [(0, 0), (year, 1), (10, 10), (3600, 3600), (3601, 3601), (3602, 3602)]
    start = datetime(2026, 5, 2, 12, tzinfo=UTC)
    walls, steady = (iter(each) for each in zip(*told, strict=True))
    clock = SystemClock(lambda: start + timedelta(seconds=next(walls)), lambda: next(steady))
    passed = [(clock.now() - start).total_seconds() for _ in told[1:]]
    assert passed == [year, year + 9, year + 3599, 3601, 3602]


def test_a_simulated_clock_stands_where_it_is_set() -> None:
    """A simulated clock moves only when told, and answers in UTC whatever zone it was set in."""
    clock = SimulatedClock(stockholm("2024-07-01T12:00"))
    assert clock.now() == clock.now() == datetime(2024, 7, 1, 10, 0, tzinfo=UTC)
    clock.advance(timedelta(hours=3))
    assert clock.now() == datetime(2024, 7, 1, 13, 0, tzinfo=UTC)
    clock.set(datetime(2023, 1, 1, tzinfo=UTC))
    assert clock.now() == datetime(2023, 1, 1, tzinfo=UTC)


def test_a_moment_without_a_zone_is_none() -> None:
    """A naive time is refused by the clock and by the calendar, instead of being guessed at."""
    naive = datetime(2024, 5, 2)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="time zone"):
        SimulatedClock(naive)
    with pytest.raises(ValueError, match="time zone"):
        calendar.add_working_days(naive, 1)


def test_a_seed_tells_its_ids() -> None:
    """The same seed gives the same ids, another seed others, and all look like random ones."""
    first, same, other = SeededIds(7), SeededIds(7), SeededIds("another")
    ids = [first.new() for _ in range(1000)]
    assert ids == [same.new() for _ in range(1000)]
    assert len({*ids, *(other.new() for _ in range(1000))}) == 2000
    assert all(made.version == 4 and made.variant == RFC_4122 for made in ids)
    assert RandomIds().new().version == 4
    assert isinstance(ids[0], UUID)


@pytest.mark.parametrize(
    ("start", "days", "answer"),
    [
        ("2024-05-02T09:30", 1, "2024-05-03 09:30"),  # an ordinary Thursday
        ("2024-05-03T09:30", 1, "2024-05-06 09:30"),  # Friday to Monday
        ("2024-05-04T09:30", 1, "2024-05-06 09:30"),  # Saturday: the next working day is the first
        ("2024-05-05T09:30", 5, "2024-05-13 09:30"),  # Ascension Day on the 9th
        ("2024-06-20T16:00", 1, "2024-06-24 16:00"),  # Midsummer's Eve on the 21st
        ("2024-06-05T16:00", 1, "2024-06-07 16:00"),  # National Day
        ("2024-03-28T08:00", 1, "2024-04-02 08:00"),  # Easter, and the clocks go forward within it
        ("2023-12-22T12:00", 1, "2023-12-27 12:00"),  # Christmas Eve is a Sunday
        ("2024-12-23T12:00", 1, "2024-12-27 12:00"),  # Christmas Eve is a Tuesday
        ("2024-12-30T12:00", 1, "2025-01-02 12:00"),  # New Year's Eve and Day
        ("2025-01-03T12:00", 1, "2025-01-07 12:00"),  # Epiphany
        ("2024-10-25T14:15", 1, "2024-10-28 14:15"),  # the clocks go back over the weekend
        ("2024-05-04T09:30", 0, "2024-05-04 09:30"),  # no days: nothing moves
    ],
)
def test_working_days_follow_the_swedish_calendar(start: str, days: int, answer: str) -> None:
    """Weekends, public holidays and the three eves are no working days."""
    assert after(start, days) == answer


def test_eves_are_a_setting() -> None:
    """A municipality that works on the eves counts them."""
    eager = SwedishWorkingCalendar(eves=False)
    assert eager.is_working_day(date(2024, 6, 21))
    assert not eager.is_working_day(date(2024, 6, 6))
    assert not calendar.is_working_day(date(2024, 6, 21))


def test_time_of_day_is_the_local_one() -> None:
    """Across a change of clocks an answer is due at the same local time, an hour off in UTC."""
    before = datetime(2024, 10, 25, 12, 15, tzinfo=UTC)
    assert calendar.add_working_days(before, 1) == datetime(2024, 10, 28, 13, 15, tzinfo=UTC)


def test_the_local_day_counts() -> None:
    """Half past midnight on a Swedish Friday is Thursday in UTC; the next working day is Monday."""
    friday = datetime(2024, 5, 2, 22, 30, tzinfo=UTC)
    assert calendar.add_working_days(friday, 1) == datetime(2024, 5, 5, 22, 30, tzinfo=UTC)


def test_days_are_counted_forward() -> None:
    """A deadline before its start is a mistake."""
    with pytest.raises(ValueError, match="forward"):
        calendar.add_working_days(stockholm("2024-05-02T09:30"), -1)


@given(moments, st.integers(1, 30), st.integers(1, 30))
def test_adding_is_steady(start: datetime, few: int, more: int) -> None:
    """It ends on a working day, at the start's local time, and a then b days are a + b days."""
    answer = calendar.add_working_days(start, few)
    local = answer.astimezone(STOCKHOLM)
    assert calendar.is_working_day(local.date())
    assert local.time() == start.astimezone(STOCKHOLM).time()
    assert answer > start
    assert calendar.add_working_days(answer, more) == calendar.add_working_days(start, few + more)
