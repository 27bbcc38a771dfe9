"""A deadline: a clock that runs in a file, as part of the file's own story.

The story: set when the clock starts, with the moment when it is due; paused and resumed, or
extended, only on a ground; met, or missed when its time has passed, and what was missed is caught
up with in the end; or it falls away. Any aggregate can carry deadlines: its state holds a tuple of
those that have not ended, and evolves it with the facts told here (clocks.py has the clocks,
more_time.py the decisions that give one more time).

An answer that a file stores with its own facts (`answer_due` of a routing, of a handover) is
carried as a deadline too, `awaited`; nothing is stored of it but that it was missed.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.clocks import TABLE, due, version_on, warned_of
from domain.codes import ClockKind, DeadlineKind, StatuteVersion
from domain.errors import DeadlineHasEnded
from domain.organisation import Settings
from domain.ports import WorkingCalendar
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineSet:
    """`kind` says what is due in the neutral words of a compilation; which clock it is, is
    sealed, since most names tell something delicate."""

    deadline: UUID
    kind: DeadlineKind
    version: StatuteVersion
    due: datetime
    warned: datetime  # from then on it is shown as soon due
    clock: Sealed[ClockKind]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlinePaused:
    person: UUID
    deadline: UUID
    since: datetime
    ground: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineResumed:
    """Later by as long as it stood still."""

    deadline: UUID
    due: datetime
    warned: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineExtended:
    person: UUID
    deadline: UUID
    due: datetime
    warned: datetime
    ground: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineMet:
    """What it waited for was done in time."""

    deadline: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineMissed:
    """Its time has passed."""

    deadline: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineCaughtUp:
    """What it waited for was done after all, too late: it stays missed."""

    deadline: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineFellAway:
    """What it waited for needs not be done any more."""

    deadline: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineEscalated:
    """The managers of these units are reminded of an overdue answer, for the `times`-th time."""

    deadline: UUID
    units: tuple[str, ...]
    times: int


DeadlineEvent = (
    DeadlineSet
    | DeadlinePaused
    | DeadlineResumed
    | DeadlineExtended
    | DeadlineMet
    | DeadlineMissed
    | DeadlineCaughtUp
    | DeadlineFellAway
    | DeadlineEscalated
)

# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """One that has not ended."""

    id: UUID
    clock: Sealed[ClockKind]
    due: datetime
    paused: datetime | None = None
    missed: bool = False
    escalated: int = 0  # times


Deadlines = tuple[Deadline, ...]


def awaited(deadlines: Deadlines, id_: UUID, clock: ClockKind, due: datetime) -> Deadlines:
    """With an answer that the file's own facts store; a new one takes the place of the old."""
    answer = Deadline(id=id_, clock=Sealed.of(clock), due=due)
    return (*without(deadlines, id_), answer)


def without(deadlines: Deadlines, id_: UUID) -> Deadlines:
    return tuple(one for one in deadlines if one.id != id_)


def evolve(deadlines: Deadlines, event: DeadlineEvent) -> Deadlines:
    match event:
        case DeadlineSet(deadline=id_, clock=clock, due=due):
            return (*deadlines, Deadline(id=id_, clock=clock, due=due))
        case DeadlineMet(deadline=id_) | DeadlineCaughtUp(deadline=id_):
            return without(deadlines, id_)
        case DeadlineFellAway(deadline=id_):
            return without(deadlines, id_)
        case _:
            return tuple(
                _changed(one, event) if one.id == event.deadline else one for one in deadlines
            )


def _changed(one: Deadline, event: DeadlineEvent) -> Deadline:
    match event:
        case DeadlinePaused(since=since):
            return replace(one, paused=since)
        case DeadlineResumed(due=due) | DeadlineExtended(due=due):
            return replace(one, due=due, paused=None)
        case DeadlineMissed():
            return replace(one, missed=True)
        case DeadlineEscalated(times=times):
            return replace(one, escalated=times)
        case _:
            return one


# --- decisions -------------------------------------------------------------------------------


def set_deadline(
    deadline: UUID,
    clock: ClockKind,
    start: datetime,
    settings: Settings,
    calendar: WorkingCalendar,
) -> list[DeadlineEvent]:
    """The clock starts at a legal moment, which decides its law and its length. When it is due is
    decided here, once: a changed calendar of holidays changes nothing after the fact."""
    return set_until(deadline, clock, start, due(clock, start, settings, calendar), calendar)


def set_until(
    deadline: UUID, clock: ClockKind, start: datetime, until: datetime, calendar: WorkingCalendar
) -> list[DeadlineEvent]:
    """The same, where something else than a length says when it ends."""
    return [
        DeadlineSet(
            deadline=deadline,
            kind=TABLE[clock].shown,
            version=version_on(calendar.day_of(start)),
            due=until,
            warned=max(start, warned_of(clock, until)),
            clock=Sealed.of(clock),
        )
    ]


def running(deadlines: Deadlines, clock: ClockKind) -> UUID | None:
    """The deadline of that clock which has not ended, if there is one."""
    return next((one.id for one in deadlines if one.clock.reveal() is clock), None)


def end_deadline(deadlines: Deadlines, deadline: UUID, at: datetime) -> list[DeadlineEvent]:
    """What it waited for is done: it is met, or was missed and is caught up with; never both met
    and missed. A paused one has time left. Raises DeadlineHasEnded."""
    one = find_deadline(deadlines, deadline)
    if one.missed:
        return [DeadlineCaughtUp(deadline=deadline)]
    if is_over(one, at):
        return [DeadlineMissed(deadline=deadline), DeadlineCaughtUp(deadline=deadline)]
    return [DeadlineMet(deadline=deadline)]


def end_clock(deadlines: Deadlines, clock: ClockKind, at: datetime) -> list[DeadlineEvent]:
    """End the clock if it runs in this file."""
    deadline = running(deadlines, clock)
    return [] if deadline is None else end_deadline(deadlines, deadline, at)


def drop_clock(deadlines: Deadlines, clock: ClockKind, at: datetime) -> list[DeadlineEvent]:
    """What the clock waits for needs not be done any more: it falls away if it runs here."""
    deadline = running(deadlines, clock)
    return [] if deadline is None else drop_deadline(deadlines, deadline, at)


def drop_deadline(deadlines: Deadlines, deadline: UUID, at: datetime) -> list[DeadlineEvent]:
    """The same of one deadline. What was over by then was missed, and stays so."""
    missed = miss_deadline(deadlines, deadline, at)
    fallen = [DeadlineFellAway(deadline=one.id) for one in deadlines if one.id == deadline]
    return [*missed, *fallen]


_OWED: Final = (ClockKind.OUTCOME_NOTIFIED, ClockKind.THOSE_CONCERNED_INFORMED)


def close_deadlines(
    deadlines: Deadlines, at: datetime, *, mistaken: bool = False
) -> list[DeadlineEvent]:
    """The file is closed: advice was given where no investigation was opened (section 4), and
    whatever else still runs in it falls away, but for what somebody is still to be told, unless all
    of it was a mistake."""
    given = running(deadlines, ClockKind.INVESTIGATION_OPENED)
    kept = () if mistaken else _OWED
    others = (one.id for one in deadlines if one.id != given and one.clock.reveal() not in kept)
    dropped = [event for each in others for event in drop_deadline(deadlines, each, at)]
    return [*dropped, *end_clock(deadlines, ClockKind.INVESTIGATION_OPENED, at)]


def miss_deadline(deadlines: Deadlines, deadline: UUID, now: datetime) -> list[DeadlineEvent]:
    """Time alone decides; nothing is said twice, nor of what is paused, early or ended."""
    for one in deadlines:
        if one.id == deadline and not one.missed and is_over(one, now):
            return [DeadlineMissed(deadline=deadline)]
    return []


def escalate_deadline(
    deadlines: Deadlines,
    deadline: UUID,
    units: tuple[str, ...],
    *,
    now: datetime,
    settings: Settings,
    calendar: WorkingCalendar,
) -> list[DeadlineEvent]:
    """An answer that is overdue is brought to both unit managers, again and again until it is
    given: once when it is missed and once for each step of working days since. After a long
    silence once, and not once for every step that nobody saw."""
    for one in deadlines:
        if one.id == deadline and one.missed and TABLE[one.clock.reveal()].escalates:
            times = escalations_by(one.due, now, settings, calendar)
            if times > one.escalated:
                return [DeadlineEscalated(deadline=deadline, units=units, times=times)]
    return []


def escalations_by(
    due: datetime, now: datetime, settings: Settings, calendar: WorkingCalendar
) -> int:
    """How often an answer that was due then is to have been escalated by now: once, and once more
    for each step of working days that has begun since."""
    times = 0
    while due <= now:
        times, due = times + 1, calendar.add_working_days(due, settings.escalation_working_days)
    return times


def find_deadline(deadlines: Deadlines, deadline: UUID) -> Deadline:
    """Raises DeadlineHasEnded."""
    for one in deadlines:
        if one.id == deadline:
            return one
    raise DeadlineHasEnded


def is_over(one: Deadline, now: datetime) -> bool:
    """Whether its time has passed; a paused one has time left."""
    return one.paused is None and now > one.due
