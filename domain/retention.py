"""How long a file is kept, on what ground, and what keeps it longer (section 5, Disposal).

A file is a case with the referrals that it rests on, or a referral that led to no case. The story:
somebody states that it must be kept, on a ground, and may lift that again; five years after the
last note nothing keeps it any more, and it is disposed of with others (disposal.py). The rules are
data: the first that applies decides, and every file gets exactly one answer.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from domain.clocks import version_on
from domain.codes import HoldGround, RetentionRule, StatuteVersion
from domain.errors import FileIsNotHeld
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------
# On the stream of whatever file they are about.


@dataclass(frozen=True, kw_only=True, slots=True)
class FileHeld:
    """It must be kept: by the law, for what it holds, or because somebody needs it still."""

    person: UUID
    hold: UUID
    ground: Sealed[HoldGround]
    reason: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldLifted:
    person: UUID
    hold: UUID
    reason: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class FileDisposed:
    """It is gone for everybody; its keys are erased because of this fact. Nothing is recorded in
    the file's streams after it."""

    disposal: UUID


RetentionEvent = FileHeld | HoldLifted | FileDisposed

# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    id: UUID
    ground: Sealed[HoldGround]


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """Of a case or a referral: what keeps it, and whether it has been disposed of."""

    holds: tuple[Hold, ...] = ()
    disposed: bool = False


KEPT: Final = Retention()


def evolve(retention: Retention, event: RetentionEvent) -> Retention:
    match event:
        case FileHeld(hold=id_, ground=ground):
            return replace(retention, holds=(*retention.holds, Hold(id=id_, ground=ground)))
        case HoldLifted(hold=id_):
            left = tuple(hold for hold in retention.holds if hold.id != id_)
            return replace(retention, holds=left)
        case FileDisposed():
            return Retention(disposed=True)


# --- decisions -------------------------------------------------------------------------------


def hold_file(
    person: UUID, hold: UUID, *, ground: HoldGround, reason: str
) -> Sequence[RetentionEvent]:
    """A person states why the file must be kept (SoL 16:1-4)."""
    return [FileHeld(person=person, hold=hold, ground=Sealed.of(ground), reason=Sealed.of(reason))]


def lift_hold(
    retention: Retention, person: UUID, hold: UUID, *, reason: str
) -> Sequence[RetentionEvent]:
    """Raises FileIsNotHeld."""
    if all(one.id != hold for one in retention.holds):
        raise FileIsNotHeld
    return [HoldLifted(person=person, hold=hold, reason=Sealed.of(reason))]


# --- the rules, as data ----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One rule, in the words and sections of the law; none where it is our reading (c)."""

    says: str
    old: str | None = None  # SoL 2001:453
    new: str | None = None  # SoL 2025:400

    def section(self, version: StatuteVersion) -> str | None:
        return self.new if version is StatuteVersion.SOL_2025 else self.old


RULES: Final[Mapping[RetentionRule, Row]] = {  # in the order in which they are tried
    RetentionRule.IN_USE: Row(says="the file is open, or waits for an answer"),
    RetentionRule.LEGAL_HOLD: Row(says="somebody has stated that it is needed still"),
    RetentionRule.NEVER: Row(
        says="documents on paternity or parenthood, adoption, or a child's placement",
        old="12:2",
        new="16:2",
    ),
    RetentionRule.BIRTH_DATE_UNKNOWN: Row(
        says="the birth date is not known, so nobody can tell whether it is kept for research",
    ),
    RetentionRule.RESEARCH: Row(
        says="the person was born on a day that is kept for research", old="12:2", new="16:1-4"
    ),
    RetentionRule.CHILD_INVESTIGATION: Row(
        says="a child was investigated, who is not 30 yet", old="16:2 a", new="16:2 a"
    ),
    RetentionRule.COMPILATIONS: Row(
        says="the person's data in compilations must remain", old="12:1", new="16:1"
    ),
    RetentionRule.FIVE_YEARS: Row(
        says="five years after the last note, by the end of the next calendar year",
        old="12:1",
        new="16:1",
    ),
}

_YEARS: Final = 5
_GROWN: Final = 30  # years
_OF_AGE: Final = 18


@dataclass(frozen=True, kw_only=True, slots=True)
class Keeping:
    """What the rules ask of one file."""

    last_note: date
    in_use: bool = False
    grounds: frozenset[HoldGround] = frozenset()
    born: date | None = None
    investigations: tuple[date, ...] = ()  # the days on which they were opened
    others: tuple[date | None, ...] = ()  # the last notes of the person's other files; None: in use


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What the municipality has chosen, or reads in the law (c)."""

    research_days: tuple[int, ...]  # of the month; none where nothing is kept for research
    child_investigations_from: date  # since when those are kept longer


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What becomes of a file, by which rule. `until`: the first day on which it is to be disposed
    of, as far as it is known; `by`: the last one. A file that is kept for ever has neither."""

    rule: RetentionRule
    version: StatuteVersion
    until: date | None = None
    by: date | None = None
    is_due: bool = False

    @property
    def section(self) -> str | None:
        return RULES[self.rule].section(self.version)


def judge(file: Keeping, choices: Choices, today: date) -> Verdict:
    """The first rule that applies; every file gets one."""
    version = version_on(file.last_note)
    for rule in RULES:
        if (kept := _kept_by(rule, file, choices, today)) is not None:
            until = kept if kept != date.max else None
            by = None if until is None else date(until.year + 1, 12, 31)
            is_due = rule is RetentionRule.FIVE_YEARS and kept <= today
            return Verdict(rule=rule, version=version, until=until, by=by, is_due=is_due)
    raise AssertionError("the last rule applies to every file")


def duty_arises(last_note: date) -> date:
    """Five years after the last note."""
    return _years_after(last_note, _YEARS)


def _kept_by(  # noqa: PLR0911 - an answer for each rule
    rule: RetentionRule, file: Keeping, choices: Choices, today: date
) -> date | None:
    """Until when the rule keeps the file, `date.max` where nobody knows; None: it does not."""
    match rule:
        case RetentionRule.IN_USE:
            return date.max if file.in_use else None
        case RetentionRule.LEGAL_HOLD:
            return date.max if HoldGround.STILL_NEEDED in file.grounds else None
        case RetentionRule.NEVER:
            return date.max if file.grounds - {HoldGround.STILL_NEEDED} else None
        case RetentionRule.BIRTH_DATE_UNKNOWN:
            return date.max if file.born is None else None
        case RetentionRule.RESEARCH:
            return date.max if file.born and file.born.day in choices.research_days else None
        case RetentionRule.CHILD_INVESTIGATION:
            return _grown(file, choices, today)
        case RetentionRule.COMPILATIONS:
            return _compiled(file, today)
        case RetentionRule.FIVE_YEARS:
            return duty_arises(file.last_note)


def _grown(file: Keeping, choices: Choices, today: date) -> date | None:
    """Until the person is 30, where a child was investigated."""
    if file.born is None or today < choices.child_investigations_from:
        return None
    of_age, grown = _years_after(file.born, _OF_AGE), _years_after(file.born, _GROWN)
    is_childs = any(opened < of_age for opened in file.investigations)
    return grown if is_childs and today < grown else None


def _compiled(file: Keeping, today: date) -> date | None:
    """While another file of the person is in use, or its own five years are not over (c)."""
    ends = [date.max if noted is None else duty_arises(noted) for noted in file.others]
    latest = max(ends, default=date.min)
    return latest if latest > max(today, duty_arises(file.last_note)) else None


def _years_after(day: date, years: int) -> date:
    """The same day; what has no such day has passed with the end of its month: on 1 March."""
    year = day.year + years
    if day.day <= monthrange(year, day.month)[1]:
        return day.replace(year=year)
    return date(year, day.month + 1, 1)
