"""The clocks of section 4: one table, complete, and what each comes to."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

import domain
from api.runtime.clock import STOCKHOLM, SwedishWorkingCalendar
from domain.clocks import TABLE, Length, Measure, Row, due, version_on, warned_of
from domain.codes import ClockKind, DeadlineKind, StatuteVersion
from domain.labels import label
from domain.organisation import Settings

README = (Path(domain.__file__).parent / "README.md").read_text(encoding="utf-8")
CALENDAR, SETTINGS = SwedishWorkingCalendar(), Settings()


def stockholm(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


def test_every_clock_is_in_the_table() -> None:
    """Section 4 is whole (S70, S74): no clock without a row."""
    assert set(TABLE) == set(ClockKind)


def test_no_word_belongs_to_one_clock() -> None:
    """A compilation of it would list those whom the clock is about (SoLPuL 7 a §)."""
    shown = Counter(row.shown for row in TABLE.values())
    assert set(shown) == set(DeadlineKind)
    assert min(shown.values()) > 1


@pytest.mark.parametrize("clock", ClockKind)
def test_the_readme_has_every_clock_word_for_word(clock: ClockKind) -> None:
    """The clocks in domain/README.md are the clocks in the code."""
    assert told(clock, TABLE[clock]) in README.splitlines()


def told(clock: ClockKind, row: Row) -> str:
    """A row of the table in domain/README.md."""
    lengths = (row.length, row.new_length) if row.new_length else (row.length,)
    cells = (
        label(clock).en,
        row.starts,
        row.ends,
        "; new law ".join(map(length_told, lengths))
        + (f", then {length_told(row.then)}" if row.then else ""),
        f"{row.warned} d",
        extension_told(row),
        row.old or "-",
        row.new or "-",
        label(row.shown).en,
    )
    return f"| {' | '.join(cells)} |"


def extension_told(row: Row) -> str:
    """On what ground, and for how long at a time: whatever may be extended has a bound."""
    assert bool(row.extended_on) is bool(row.extended_days)
    on = row.extended_on
    return f"{label(on).en.lower()}, {row.extended_days} d at a time" if on else "-"


def length_told(length: Length) -> str:
    """A setting's name says its measure."""
    if isinstance(length.amount, str):
        return f"`{length.amount}`"
    return f"{length.amount} {length.measure}"


@pytest.mark.parametrize("clock", ClockKind)
def test_a_setting_named_in_the_table_exists(clock: ClockKind) -> None:
    """Every clock comes to a moment after its start, with the default settings."""
    start = stockholm("2024-05-03T09:30")
    ends = due(clock, start, SETTINGS, CALENDAR)
    assert start < ends
    assert warned_of(clock, ends) < ends


@pytest.mark.parametrize(
    ("clock", "start", "ends"),
    [
        (ClockKind.PROTECTION_ASSESSMENT, "2024-05-03T09:30", "2024-05-04T09:30"),
        (ClockKind.PRELIMINARY_ASSESSMENT, "2024-05-03T09:30", "2024-05-18T00:00"),
        (ClockKind.CHILD_INVESTIGATION, "2024-10-31T09:30", "2025-03-01T00:00"),
        (ClockKind.THOSE_CONCERNED_INFORMED, "2024-05-03T09:30", "2024-05-06T09:30"),
        (ClockKind.REFLECTION_PERIOD, "2024-12-15T23:30", "2025-01-15T00:00"),
        (ClockKind.DISPOSAL, "2024-05-03T09:30", "2031-01-01T00:00"),
    ],
)
def test_when_it_is_due(clock: ClockKind, start: str, ends: str) -> None:
    """Hours and working days end at a time of day; days, months and years with the end of one."""
    assert due(clock, stockholm(start), SETTINGS, CALENDAR) == stockholm(ends)


def test_the_legal_moment_decides_the_law() -> None:
    """SoL 2025:400 governs what began in Sweden on 2025-07-01 or later, the old law what began
    before, whenever it is recorded."""
    last, first = stockholm("2025-06-30T23:59"), stockholm("2025-07-01T00:00")
    clock = ClockKind.REPORTER_FEEDBACK
    before, after = (due(clock, start, SETTINGS, CALENDAR) for start in (last, first))
    assert before == stockholm("2025-07-01T23:59")  # at once
    assert after == stockholm("2025-07-09T00:00")  # within a week (SoL 2025:400 19:6)
    versions = [version_on(CALENDAR.day_of(start)) for start in (last, first)]
    assert versions == [StatuteVersion.SOL_2001, StatuteVersion.SOL_2025]
    assert [TABLE[clock].section(version) for version in versions] == ["14:1 b", "19:6"]


def test_acute_answers_are_due_sooner() -> None:
    """An answer is due in the working days that the municipality set, fewer when it is acute."""
    start = stockholm("2024-05-03T09:30")  # a Friday
    acute = due(ClockKind.HANDOVER_ANSWER, start, SETTINGS, CALENDAR, acute=True)
    calm = due(ClockKind.HANDOVER_ANSWER, start, SETTINGS, CALENDAR)
    assert acute == stockholm("2024-05-06T09:30")
    assert calm == stockholm("2024-05-13T09:30")  # Ascension day is none


def test_the_length_of_an_investigation_tells_nobodys_age() -> None:
    """Unless the municipality wants it otherwise, an adult's is due when a child's would be,
    whatever the day it is opened on; and both are warned of and extended alike."""
    child, adult = TABLE[ClockKind.CHILD_INVESTIGATION], TABLE[ClockKind.ADULT_INVESTIGATION]
    assert (child.shown, child.warned, child.extended_on) == (
        adult.shown,
        adult.warned,
        adult.extended_on,
    )
    for day in range(366):
        start = stockholm("2024-01-01T09:30") + timedelta(days=day)
        ends = [
            due(clock, start, SETTINGS, CALENDAR)
            for clock in (ClockKind.CHILD_INVESTIGATION, ClockKind.ADULT_INVESTIGATION)
        ]
        assert ends[0] == ends[1]


def test_no_measure_is_unused() -> None:
    """Each measure of length is some clock's."""
    assert {row.length.measure for row in TABLE.values()} == set(Measure)


def test_version_on_a_day() -> None:
    """A pilot year that starts in April 2023 lies under the old law."""
    assert version_on(date(2023, 4, 1)) is StatuteVersion.SOL_2001


def test_a_clock_names_its_statute() -> None:
    """The Act as it was in force, or another law where the clock stands in one; or none (c)."""
    versions = (StatuteVersion.SOL_2001, StatuteVersion.SOL_2025)
    told = [TABLE[ClockKind.CHILD_INVESTIGATION].basis(version) for version in versions]
    assert told == [("SoL 2001:453", "11:2"), ("SoL 2025:400", "20:3")]
    assert TABLE[ClockKind.REFLECTION_PERIOD].basis(versions[0]) == ("UtlL 2005:716", "5:15")
    for row, version in product(TABLE.values(), versions):
        assert (row.basis(version) is None) == (row.section(version) is None)
