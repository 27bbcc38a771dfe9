"""What a birth date says on a day, and what follows from it."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.runtime.organisation import load_organisation
from domain.codes import AgeKnowledge
from domain.majority import (
    AgeReckoned,
    Majority,
    MajorityApproaching,
    MajorityReached,
    tell_majority,
    transition_due,
)
from domain.routing import age_knowledge, birthday, needs_child_qualification

PERSON = UUID(int=1)
UPPSALA = load_organisation()
BIRTHS = st.dates(date(1920, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("born", "on", "known"),
    [
        (date(2005, 6, 1), date(2023, 5, 31), AgeKnowledge.MINOR),
        (date(2005, 6, 1), date(2023, 6, 1), AgeKnowledge.YOUNG_ADULT),
        (date(2005, 6, 1), date(2026, 5, 31), AgeKnowledge.YOUNG_ADULT),
        (date(2005, 6, 1), date(2026, 6, 1), AgeKnowledge.ADULT),
        (date(2004, 2, 29), date(2022, 2, 27), AgeKnowledge.MINOR),
        (date(2004, 2, 29), date(2022, 2, 28), AgeKnowledge.YOUNG_ADULT),
        (date(2023, 6, 1), date(2023, 5, 1), AgeKnowledge.MINOR),
    ],
)
def test_the_birthday_itself_is_the_first_day(born: date, on: date, known: AgeKnowledge) -> None:
    """On the 18th birthday one is an adult; 29 February falls on 28 in a common year (c)."""
    assert age_knowledge(born, on) is known


def test_an_assessment_counts_only_without_a_birth_date() -> None:
    """A known birth date outweighs any assessment (R3)."""
    on = date(2023, 4, 1)
    assert age_knowledge(None, on) is AgeKnowledge.UNKNOWN
    assert age_knowledge(None, on, assessed_adult=True) is AgeKnowledge.ASSESSED_ADULT
    assert age_knowledge(date(2010, 1, 1), on, assessed_adult=True) is AgeKnowledge.MINOR


@given(BIRTHS, st.integers(0, 110))
def test_a_birthday_comes_once_a_year(born: date, years: int) -> None:
    """Every year has one birthday, in the month of birth, and at most one day early."""
    day = birthday(born, years)
    assert (day.year, day.month) == (born.year + years, born.month)
    assert 0 <= born.day - day.day <= 1


@given(BIRTHS, st.integers(0, 40_000))
def test_nobody_grows_younger(born: date, days: int) -> None:
    """From one day to the next the knowledge stays, or moves on by one."""
    order = [AgeKnowledge.MINOR, AgeKnowledge.YOUNG_ADULT, AgeKnowledge.ADULT]
    on = born + timedelta(days=days)
    today, tomorrow = (order.index(age_knowledge(born, d)) for d in (on, on + timedelta(days=1)))
    assert tomorrow - today in (0, 1)


def test_r13() -> None:
    """Who turns 18 moves on as planned: told six months ahead, due before the month of the
    birthday, and told again in the month after it; no date tells the day (S85)."""
    born = date(2006, 8, 31)
    told: Majority | None = None
    facts = {}
    for month in range(1, 11):
        [fact] = tell_majority(PERSON, born, told, month=date(2024, month, 1), ahead=6)
        if fact != AgeReckoned(person=PERSON):
            facts[month] = fact
            reached = isinstance(fact, MajorityReached)
            told = Majority.REACHED if reached else Majority.APPROACHING
    assert facts == {2: MajorityApproaching(person=PERSON), 9: MajorityReached(person=PERSON)}
    assert transition_due(born, date(2024, 2, 1), lot=30) == date(2024, 7, 31)
    assert transition_due(born, date(2024, 9, 1), lot=30) == date(2024, 10, 31)


@given(BIRTHS, st.integers(min_value=0))
def test_a_transition_is_due_before_the_month_of_the_birthday(born: date, lot: int) -> None:
    """On any of the days of the month before, as the lot says: neither the day nor that it is a
    first one tells of a birthday (S85, c)."""
    due = transition_due(born, date(born.year + 17, 1, 1) - timedelta(days=62), lot)
    first = birthday(born, 18).replace(day=1)
    assert due.replace(day=1) == (first - timedelta(days=1)).replace(day=1)


def test_a_transition_is_due_on_any_day() -> None:
    """A review that is due on a first is no more a transition than any other."""
    born, month = date(2006, 8, 31), date(2024, 2, 1)
    days = {transition_due(born, month, lot).day for lot in range(31)}
    assert days == set(range(1, 32))


def test_everybody_is_reckoned_in_a_month() -> None:
    """One fact each, whoever turns 18, has long done so, or is of no known age: what time tells on
    a person's stream tells of no birthday."""
    month = date(2024, 2, 1)
    for born in (date(2006, 8, 31), date(2012, 1, 1), date(1990, 1, 1), date(2006, 1, 1), None):
        for told in (None, *Majority):
            assert len(tell_majority(PERSON, born, told, month=month, ahead=6)) == 1


def test_who_must_be_qualified_for_children() -> None:
    """Authority work with somebody under 21, or of unknown age, asks for it (SoL 25:1)."""
    nexus, intake, outreach = map(UPPSALA.unit, ("nexus", "childrens-intake", "youth-outreach"))
    at_nexus = {age for age in AgeKnowledge if needs_child_qualification(age, nexus)}
    assert at_nexus == {AgeKnowledge.MINOR, AgeKnowledge.YOUNG_ADULT, AgeKnowledge.UNKNOWN}
    assert all(needs_child_qualification(age, intake) for age in AgeKnowledge)
    assert not any(needs_child_qualification(age, outreach) for age in AgeKnowledge)
