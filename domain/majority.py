"""Turning 18 during a case for children: a planned transition, prepared some months ahead (R13).

Time alone causes it. What it causes is told for everybody at once, month by month, so that no date
tells a birthday: approaching in the month in which the preparation begins, reached in the month
after the birthday. Who is an adult today is always asked of the birth date, never of these facts.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class MajorityApproaching:
    """Of a person. Its name tells an age, so it is stored veiled."""

    person: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class MajorityReached:
    """Of a person; stored veiled."""

    person: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class AgeReckoned:
    """Of a person of whom the month makes nothing true: told of everybody who is reckoned, so that
    what time tells on a person's stream tells of no birthday. Stored veiled."""

    person: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthReckoned:
    """Everybody's facts of this month have been told; whoever comes later waits for the next."""

    month: date  # its first day


MajorityEvent = MajorityApproaching | MajorityReached | AgeReckoned

# --- state -----------------------------------------------------------------------------------


class Majority(StrEnum):
    APPROACHING = "approaching"
    REACHED = "reached"


@dataclass(frozen=True, kw_only=True, slots=True)
class Months:
    """How far time has been told."""

    reckoned: date


def evolve(months: Months | None, event: object) -> Months | None:
    return Months(reckoned=event.month) if isinstance(event, MonthReckoned) else months


def fold(events: Iterable[object]) -> Months | None:
    months: Months | None = None
    for event in events:
        months = evolve(months, event)
    return months


# --- decisions -------------------------------------------------------------------------------

_OF_AGE = 18


def tell_majority(
    person: UUID, born: date | None, told: Majority | None, *, month: date, ahead: int
) -> list[MajorityEvent]:
    """What the month makes true of somebody in a case for children, once; of everybody else, that
    they were reckoned. Who turned 18 longer ago than a transition is prepared, and nobody was told,
    is no transition."""
    return _new(person, born, told, month, ahead) or [AgeReckoned(person=person)]


def _new(
    person: UUID, born: date | None, told: Majority | None, month: date, ahead: int
) -> list[MajorityEvent]:
    if born is None or told is Majority.REACHED:
        return []
    turns, now = _months(born) + 12 * _OF_AGE, _months(month)
    if turns < now:
        is_late = told is None and turns < now - ahead
        return [] if is_late else [MajorityReached(person=person)]
    if told is None and turns - ahead <= now:
        return [MajorityApproaching(person=person)]
    return []


def is_reached(born: date | None, month: date) -> bool:
    """Whether the birthday was before that month."""
    return born is not None and _months(born) + 12 * _OF_AGE < _months(month)


def is_prepared(born: date | None, month: date, ahead: int) -> bool:
    """Whether a case for children is to be on its way, also where the birthday is long past."""
    return born is not None and _months(born) + 12 * _OF_AGE - ahead <= _months(month)


def transition_due(born: date, month: date, lot: int) -> date:
    """By when the transition is done: before the month of the birthday begins (c), on a day of the
    month before it that the lot says; so the day tells no birthday, nor that it is a transition. In
    the month after this one, where that is past."""
    before = max(_months(born) + 12 * _OF_AGE - 1, _months(month) + 1)
    year, number = before // 12, before % 12 + 1
    return date(year, number, lot % monthrange(year, number)[1] + 1)


def reckon_month(months: Months | None, month: date) -> list[MonthReckoned]:
    """Nothing, when it is reckoned already."""
    if months is not None and months.reckoned >= month:
        return []
    return [MonthReckoned(month=month)]


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1
