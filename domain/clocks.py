"""The clocks: what starts each, what ends it, how long it runs, and on what ground.

One table (domain.md, section 4). The legal moment starts a clock, not the recording, and decides
under which law it runs. What a deadline comes to is decided once and stored (deadline.py).
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, assert_never

from domain.codes import ClockKind, DeadlineKind, ExtensionGround, StatuteVersion
from domain.organisation import AnswerDue, Settings
from domain.ports import WorkingCalendar

SOL_2025_IN_FORCE: Final = date(2025, 7, 1)


_ACT: Final = {
    StatuteVersion.SOL_2001: "SoL 2001:453",
    StatuteVersion.SOL_2025: "SoL 2025:400",
}
_OTHER_LAWS: Final = {"UtlL": "UtlL 2005:716", "SoLPuL": "SoLPuL 2001:454"}


class Measure(StrEnum):
    """In what a length is measured."""

    HOURS = "hours"
    WORKING_DAYS = "working days"
    DAYS = "days"  # to the end of the last one
    MONTHS = "months"
    YEARS = "years, then to the end of the next calendar year"


class Length(NamedTuple):
    """How long a clock runs: a number that the law gives, or the setting that holds it."""

    amount: int | str
    measure: Measure

    def number(self, settings: Settings, *, acute: bool) -> int:
        if isinstance(self.amount, int):
            return self.amount
        setting: int | AnswerDue = getattr(settings, self.amount)
        return setting if isinstance(setting, int) else setting.working_days(acute=acute)


AT_ONCE: Final = Length("at_once_working_days", Measure.WORKING_DAYS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One clock. `warned`: how many days before the end it is warned of; more than it runs means
    from its start. `old` and `new`: section of SoL 2001:453 and of SoL 2025:400, or the law named;
    none means that the clock is the municipality's own, and only such a one can be paused (c)."""

    shown: DeadlineKind  # what a compilation may call it
    starts: str
    ends: str
    length: Length
    warned: int
    old: str | None = None
    new: str | None = None
    new_length: Length | None = None  # where the new law changed it
    extended_on: ExtensionGround | None = None
    extended_days: int = 0  # at most, at a time: as long as the clock itself (c)
    escalates: bool = False  # both unit managers are reminded until it is answered
    then: Length | None = None  # what the length opens is to be done within
    waits: bool = True  # otherwise its end is a day of somebody's life

    @property
    def can_pause(self) -> bool:
        """Neither the law's time, nor another unit's to answer, nor a birthday."""
        is_own = self.old is None and self.new is None
        return is_own and self.waits and not self.escalates

    def section(self, version: StatuteVersion) -> str | None:
        return self.new if version is StatuteVersion.SOL_2025 else self.old

    def basis(self, version: StatuteVersion) -> tuple[str, str] | None:
        """Statute and section, as they read when it started; none where it is the municipality's
        own."""
        section = self.section(version)
        if section is None:
            return None
        law, _, rest = section.partition(" ")
        return (_OTHER_LAWS[law], rest) if law in _OTHER_LAWS else (_ACT[version], section)

    def length_under(self, version: StatuteVersion) -> Length:
        changed = self.new_length if version is StatuteVersion.SOL_2025 else None
        return changed or self.length


TABLE: Final[Mapping[ClockKind, Row]] = {
    ClockKind.PROTECTION_ASSESSMENT: Row(
        shown=DeadlineKind.DECISION,
        starts="report concerning a child or young person (under 21, c) received",
        ends="protection assessed",
        length=Length("protection_assessment_hours", Measure.HOURS),
        warned=1,
        old="11:1 a",
        new="20:1",
    ),
    ClockKind.PRELIMINARY_ASSESSMENT: Row(
        shown=DeadlineKind.DECISION,
        starts="the same",
        ends="investigation opened or not; falls away where one is open",
        length=Length(14, Measure.DAYS),
        warned=4,
        old="11:1 a",
        new="20:2",
        extended_on=ExtensionGround.EXCEPTIONAL_GROUNDS,
        extended_days=14,
    ),
    ClockKind.CHILD_INVESTIGATION: Row(
        shown=DeadlineKind.CONCLUSION,
        starts="child investigation opened",
        ends="concluded",
        length=Length(4, Measure.MONTHS),
        warned=21,
        old="11:2",
        new="20:3",
        extended_on=ExtensionGround.SPECIAL_GROUNDS,
        extended_days=123,
    ),
    ClockKind.THOSE_CONCERNED_INFORMED: Row(
        shown=DeadlineKind.NOTICE,
        starts="investigation opened",
        ends="informed, or withheld with ground",
        length=AT_ONCE,
        warned=1,
        old="11:2",
        new="20:4",
    ),
    ClockKind.OUTCOME_NOTIFIED: Row(
        shown=DeadlineKind.NOTICE,
        starts="decision",
        ends="notified",
        length=Length("outcome_notified_working_days", Measure.WORKING_DAYS),
        warned=2,
    ),
    ClockKind.INVESTIGATION_OPENED: Row(
        shown=DeadlineKind.DECISION,
        starts="received, and accepted not as a report (c); or so decided of a report",
        ends="investigation opened, or advice given, at the latest when the case is closed",
        length=Length("investigation_opened_working_days", Measure.WORKING_DAYS),
        warned=2,
        old="11:1",
        new="14:2",
    ),
    ClockKind.ADULT_INVESTIGATION: Row(
        shown=DeadlineKind.CONCLUSION,
        starts="adult investigation opened",
        ends="concluded",
        length=Length("adult_investigation_months", Measure.MONTHS),
        warned=21,
        extended_on=ExtensionGround.SPECIAL_GROUNDS,
        extended_days=123,
    ),
    ClockKind.REPORTER_FEEDBACK: Row(
        shown=DeadlineKind.NOTICE,
        starts="decision, where a mandated reporter had asked for it",
        ends="feedback given",
        length=AT_ONCE,
        warned=3,
        old="14:1 b",
        new="19:6",
        new_length=Length(7, Measure.DAYS),  # SFS 2025:1501; from when it is in force is (c)
    ),
    ClockKind.LATE_REPORTER_FEEDBACK: Row(
        shown=DeadlineKind.NOTICE,
        starts="asked for after the decision, or with an investigation open",
        ends="feedback given",
        length=AT_ONCE,
        warned=1,
        old="14:1 b",
        new="19:6",
    ),
    ClockKind.REFERRAL_ROUTED: Row(
        shown=DeadlineKind.DECISION,
        starts="received",
        ends="routed: in the same act, or by a person",
        length=AT_ONCE,
        warned=1,
    ),
    ClockKind.REFERRAL_ANSWER: Row(
        shown=DeadlineKind.ANSWER,
        starts="routed",
        ends="accepted or declined",
        length=Length("referral_answer_working_days", Measure.WORKING_DAYS),
        warned=2,
        escalates=True,
    ),
    ClockKind.HANDOVER_ANSWER: Row(
        shown=DeadlineKind.ANSWER,
        starts="offered",
        ends="accepted, declined or withdrawn",
        length=Length("handover_answer_working_days", Measure.WORKING_DAYS),
        warned=2,
        escalates=True,
    ),
    ClockKind.TAKEOVER_ANSWER: Row(
        shown=DeadlineKind.ANSWER,
        starts="another unit asks to take the case over (c)",
        ends="offered to it, or declined",
        length=Length("handover_answer_working_days", Measure.WORKING_DAYS),
        warned=2,
        escalates=True,
    ),
    ClockKind.ASSIGNMENT_REVIEWED: Row(
        shown=DeadlineKind.REVIEW,
        starts="the age turns out to ask for a qualification that somebody assigned lacks",
        ends="everybody assigned is qualified: by a release, or a degree on record",
        length=AT_ONCE,
        warned=1,
        old="3:3 a",
        new="25:1",
    ),
    ClockKind.OPERATION_ACKNOWLEDGED: Row(
        shown=DeadlineKind.ANSWER,
        starts="police operation announced",
        ends="acknowledged by both who handle it (R6)",
        length=Length("operation_acknowledged_working_days", Measure.WORKING_DAYS),
        warned=1,
        escalates=True,
    ),
    ClockKind.REFLECTION_PERIOD: Row(
        shown=DeadlineKind.REVIEW,
        starts="granted",
        ends="expires",
        length=Length(30, Measure.DAYS),
        warned=7,
        old="UtlL 5:15",
        new="UtlL 5:15",
        extended_on=ExtensionGround.SPECIAL_GROUNDS,
        extended_days=30,
    ),
    # of the same word and length, so that no deadline tells what was granted
    ClockKind.APPLICATION_FOLLOWED_UP: Row(
        shown=DeadlineKind.REVIEW,
        starts="any other application is answered (c)",
        ends="followed up",
        length=Length(30, Measure.DAYS),
        warned=7,
        extended_on=ExtensionGround.SPECIAL_GROUNDS,
        extended_days=30,
    ),
    ClockKind.EXTERNAL_REFERRAL_FOLLOWED_UP: Row(
        shown=DeadlineKind.REVIEW,
        starts="external referral made (c)",
        ends="its last answer: a place on a waiting list is none",
        length=Length(30, Measure.DAYS),
        warned=7,
        extended_on=ExtensionGround.SPECIAL_GROUNDS,
        extended_days=30,
    ),
    ClockKind.TRANSFER_ANSWER: Row(
        shown=DeadlineKind.ANSWER,
        starts="transfer requested of another municipality",
        ends="answered",
        length=AT_ONCE,
        warned=1,
        old="2 a:10",
        new="29:10",
    ),
    ClockKind.INSPECTORATE_OPTION: Row(
        shown=DeadlineKind.REVIEW,
        starts="the same",
        ends="answered, or taken to the inspectorate (IVO)",
        length=Length(1, Measure.MONTHS),
        then=AT_ONCE,
        warned=7,
        old="2 a:11",
        new="29:11",
    ),
    ClockKind.INSPECTORATE_DECISION: Row(
        shown=DeadlineKind.ANSWER,
        starts="taken to the inspectorate",
        ends="the inspectorate has decided",
        length=Length(3, Measure.MONTHS),
        warned=14,
        old="2 a:11",
        new="29:12",
    ),
    ClockKind.MAJORITY: Row(
        shown=DeadlineKind.REVIEW,
        starts="6 months before the 18th birthday",
        ends="transition done",
        length=Length("transition_prepared_months", Measure.MONTHS),
        warned=31,
        waits=False,
    ),
    ClockKind.DISPOSAL: Row(
        shown=DeadlineKind.REVIEW,
        starts="last note",
        ends="disposed",
        length=Length(5, Measure.YEARS),
        warned=365,
        old="12:1-2",
        new="16:1-4",
    ),
    ClockKind.CONFIDENTIALITY_REVIEW: Row(
        shown=DeadlineKind.REVIEW,
        starts="the latest review of all units closed; before the first, the house founded",
        ends="the next one closed",
        length=Length("review_months", Measure.MONTHS),
        warned=31,
        old="SoLPuL 10",
        new="SoLPuL 10",
        waits=False,
    ),
}


def version_on(day: date) -> StatuteVersion:
    """The law that governs what began that day."""
    return StatuteVersion.SOL_2025 if day >= SOL_2025_IN_FORCE else StatuteVersion.SOL_2001


def due(
    clock: ClockKind,
    start: datetime,
    settings: Settings,
    calendar: WorkingCalendar,
    *,
    acute: bool = False,
) -> datetime:
    """When what started at a legal moment is due, under the law of that day."""
    over, then = length_over(clock, start, settings, calendar, acute=acute), TABLE[clock].then
    return _end(over, then.number(settings, acute=acute), then.measure, calendar) if then else over


def length_over(
    clock: ClockKind,
    start: datetime,
    settings: Settings,
    calendar: WorkingCalendar,
    *,
    acute: bool = False,
) -> datetime:
    """When the length itself is over: of a clock that opens something, the moment from which on it
    can be done."""
    length = TABLE[clock].length_under(version_on(calendar.day_of(start)))
    return _end(start, length.number(settings, acute=acute), length.measure, calendar)


def warned_of(clock: ClockKind, ends: datetime) -> datetime:
    """From when somebody is warned of a deadline that ends then."""
    return ends - timedelta(days=TABLE[clock].warned)


def _end(start: datetime, number: int, measure: Measure, calendar: WorkingCalendar) -> datetime:
    """Hours and working days end at a time of day, everything longer with the end of a day."""
    match measure:
        case Measure.HOURS:
            return start + timedelta(hours=number)
        case Measure.WORKING_DAYS:
            return calendar.add_working_days(start, number)
        case Measure.DAYS:
            last = calendar.day_of(start) + timedelta(days=number)
        case Measure.MONTHS:
            last = _months_after(calendar.day_of(start), number)
        case Measure.YEARS:
            last = date(calendar.day_of(start).year + number + 1, 12, 31)
        case _:
            assert_never(measure)
    return calendar.start_of(last + timedelta(days=1))


def _months_after(day: date, months: int) -> date:
    """The day with the same number, or the month's last one where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
