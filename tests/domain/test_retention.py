"""How long a file is kept (SoL 16:1-4): one rule decides, and every file gets one answer."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import domain
from api.runtime.clock import SwedishWorkingCalendar
from domain.clocks import due
from domain.codes import ClockKind, HoldGround, RetentionRule, StatuteVersion
from domain.errors import FileIsNotHeld
from domain.organisation import Settings
from domain.retention import (
    KEPT,
    RULES,
    Choices,
    FileDisposed,
    FileHeld,
    HoldLifted,
    Keeping,
    Retention,
    duty_arises,
    evolve,
    hold_file,
    judge,
    lift_hold,
)
from domain.sealed import Sealed

PERSON, HOLD, DISPOSAL = UUID(int=1), UUID(int=2), UUID(int=3)
CHOICES = Choices(research_days=(5, 15, 25), child_investigations_from=date(2026, 7, 1))
NOTED = date(2018, 5, 4)
DUE = date(2023, 5, 4)
A_FILE = Keeping(last_note=NOTED, born=date(1980, 1, 2))
KEPT_BY = [
    (RetentionRule.IN_USE, {"in_use": True}),
    (RetentionRule.LEGAL_HOLD, {"grounds": frozenset({HoldGround.STILL_NEEDED})}),
    (RetentionRule.NEVER, {"grounds": frozenset({HoldGround.ADOPTION})}),
    (RetentionRule.BIRTH_DATE_UNKNOWN, {"born": None}),
    (RetentionRule.RESEARCH, {"born": date(1980, 1, 15)}),
    (RetentionRule.COMPILATIONS, {"others": (None,)}),
]

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
keepings = st.builds(
    Keeping,
    last_note=days,
    in_use=st.booleans(),
    grounds=st.frozensets(st.sampled_from(HoldGround)),
    born=st.none() | days,
    investigations=st.lists(days, max_size=2).map(tuple),
    others=st.lists(st.none() | days, max_size=3).map(tuple),
)


def test_a_file_is_due_five_years_after_its_last_note() -> None:
    """Not a day before; and it is gone by the end of the calendar year after the duty arose."""
    before = judge(A_FILE, CHOICES, DUE - timedelta(days=1))
    assert (before.rule, before.until, before.is_due) == (RetentionRule.FIVE_YEARS, DUE, False)
    after = judge(A_FILE, CHOICES, DUE)
    assert (after.is_due, after.by, after.section) == (True, date(2024, 12, 31), "12:1")


@pytest.mark.parametrize(("rule", "facts"), KEPT_BY, ids=str)
def test_what_keeps_a_file_keeps_it_without_end(
    rule: RetentionRule, facts: dict[str, object]
) -> None:
    """In use, held, documents that are never disposed of, an unknown birth date, research, and
    what the person's other files still need."""
    verdict = judge(replace(A_FILE, **facts), CHOICES, date(2099, 1, 1))  # type: ignore[arg-type]  # as the fields are
    assert (verdict.rule, verdict.until, verdict.by, verdict.is_due) == (rule, None, None, False)


def test_a_childs_investigation_is_kept_until_the_person_is_30() -> None:
    """From the day on which SoL 16:2 a is in force (c); who was an adult then is not kept by it."""
    child = replace(A_FILE, born=date(2001, 3, 1), investigations=(date(2018, 2, 1),))
    kept = judge(child, CHOICES, date(2026, 7, 1))
    assert (kept.rule, kept.until) == (RetentionRule.CHILD_INVESTIGATION, date(2031, 3, 1))
    assert judge(child, CHOICES, date(2026, 6, 30)).is_due
    assert judge(child, CHOICES, date(2031, 3, 1)).is_due
    adult = replace(child, investigations=(date(2019, 3, 1),))
    assert judge(adult, CHOICES, date(2026, 7, 1)).is_due


def test_a_file_waits_for_the_persons_other_files() -> None:
    """While the person's data in compilations must remain (SoL 16:1)."""
    other = replace(A_FILE, others=(date(2020, 1, 1),))
    waits = judge(other, CHOICES, date(2024, 1, 1))
    assert (waits.rule, waits.until) == (RetentionRule.COMPILATIONS, date(2025, 1, 1))
    assert judge(other, CHOICES, date(2025, 1, 1)).is_due


def test_the_last_note_decides_the_law() -> None:
    """SoL 2025:400 for what was last noted from 2025-07-01 on."""
    new = judge(replace(A_FILE, last_note=date(2025, 7, 1)), CHOICES, date(2031, 1, 1))
    assert (new.version, new.section) == (StatuteVersion.SOL_2025, "16:1")


def test_where_nothing_is_kept_for_research_the_day_does_not_matter() -> None:
    """Which days are kept is the municipality's (c)."""
    born = replace(A_FILE, born=date(1980, 1, 15))
    assert judge(born, replace(CHOICES, research_days=()), DUE).is_due


def test_what_was_noted_on_a_leap_day_is_kept_to_the_end_of_february() -> None:
    """Five years have passed with the last of February."""
    assert duty_arises(date(2024, 2, 29)) == date(2029, 3, 1)


@given(days)
def test_the_last_day_is_that_of_the_clock(noted: date) -> None:
    """The row of section 4 says by when a file is disposed of, and nothing else does (S74)."""
    calendar = SwedishWorkingCalendar()
    verdict = judge(replace(A_FILE, last_note=noted), CHOICES, noted)
    clock = due(ClockKind.DISPOSAL, calendar.start_of(noted), Settings(), calendar)
    assert verdict.by
    assert clock == calendar.start_of(verdict.by + timedelta(days=1))


@given(keepings, days)
def test_every_file_gets_one_answer(file: Keeping, today: date) -> None:
    """Whatever is known: nothing falls through, nothing is due that any rule keeps, and what is
    due has had its five years."""
    verdict = judge(file, CHOICES, today)
    assert verdict.rule in RULES
    assert (verdict.until is None) is (verdict.by is None)
    if verdict.is_due:
        assert not file.in_use
        assert not file.grounds
        assert file.born is not None
        assert file.born.day not in CHOICES.research_days
        assert all(other and duty_arises(other) <= today for other in file.others)
        assert duty_arises(file.last_note) <= today


@given(keepings, days, st.integers(0, 40_000))
def test_what_is_due_stays_due(file: Keeping, today: date, later: int) -> None:
    """Time alone keeps nothing longer, but where a law comes into force."""
    choices = replace(CHOICES, child_investigations_from=date.min)
    if judge(file, choices, today).is_due:
        assert judge(file, choices, today + timedelta(days=later)).is_due


def test_a_hold_is_set_and_lifted_by_a_person_with_a_reason() -> None:
    """What was lifted cannot be lifted again."""
    [held] = hold_file(PERSON, HOLD, ground=HoldGround.STILL_NEEDED, reason="Ett mål i rätten.")
    assert isinstance(held, FileHeld)
    standing = evolve(KEPT, held)
    assert [hold.ground.reveal() for hold in standing.holds] == [HoldGround.STILL_NEEDED]
    [lifted] = lift_hold(standing, PERSON, HOLD, reason="Målet är avgjort.")
    assert lifted == HoldLifted(person=PERSON, hold=HOLD, reason=Sealed.of("Målet är avgjort."))
    assert evolve(standing, lifted) == KEPT
    with pytest.raises(FileIsNotHeld):
        lift_hold(KEPT, PERSON, HOLD, reason="Igen.")


def test_a_disposed_file_is_just_that() -> None:
    """Nothing of it is known any more."""
    assert evolve(KEPT, FileDisposed(disposal=DISPOSAL)) == Retention(disposed=True)


def test_the_readme_has_every_rule_word_for_word() -> None:
    """The rules of keeping in domain/README.md are those in the code, in their order."""
    readme = (Path(domain.__file__).parent / "README.md").read_text(encoding="utf-8").splitlines()
    told = [
        f"| {rule} | {row.says} | {row.old or '-'} | {row.new or '-'} |"
        for rule, row in RULES.items()
    ]
    assert [line for line in readme if line in told] == told
