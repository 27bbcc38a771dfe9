"""The team (S10, S57-S60): cross-unit, never a unit, and never the owner of a case.

The story: mandated by a decision of the board, established as a pilot for a time, members join
with a percentage and leave; what it costs is told period by period, and corrected; the pilot is
evaluated, and by
a further decision of the board made permanent or wound up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from domain.codes import Compartment, CorrectionReason, StaffRole, TeamFuture
from domain.errors import (
    CostIsNotReported,
    CostIsReported,
    CostPeriodIsFaulty,
    MemberHasJoined,
    MemberHasNotJoined,
    PilotEndsBeforeItStarts,
    PilotIsTooLong,
    SharesExceedThePosition,
    StaffMemberCannotJoin,
    TeamHadNotBegun,
    TeamIsEstablished,
    TeamIsNotEstablished,
    TeamIsNotEvaluated,
    TeamIsPermanent,
    TeamIsWoundUp,
)
from domain.staff import StaffMember

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamMandated:
    """S1: a decision of the board, with its register number and date."""

    register_number: str
    decided_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamEstablished:
    """S57: as a pilot, for a time; the lead unit has the main responsibility (S6)."""

    lead_unit: str
    pilot_from: date
    pilot_until: date


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberJoined:
    staff: UUID
    unit: str
    percentage: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberLeft:
    staff: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamCostReported:
    """S71: in whole kronor, for a period within a calendar year."""

    period_from: date
    period_until: date
    kronor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamCostCorrected:
    """What `TeamCostReported` should have told of the period that begins that day; views show this,
    the log both."""

    period_from: date
    kronor: int
    reason: CorrectionReason


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamEvaluated:
    """S58: what the evaluation of the pilot recommends to the board."""

    evaluated_on: date
    recommendation: TeamFuture


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamFutureDecided:
    """S59, S60: made permanent, or wound up, by a decision of the board (S1)."""

    future: TeamFuture
    register_number: str
    decided_on: date


TeamEvent = (
    TeamMandated
    | TeamEstablished
    | MemberJoined
    | MemberLeft
    | TeamCostReported
    | TeamCostCorrected
    | TeamEvaluated
    | TeamFutureDecided
)

# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    established: bool = False
    lead_unit: str = ""
    pilot_from: date = date.max
    members: Mapping[UUID, int] = field(default_factory=dict)  # staff -> percentage
    cost_periods: tuple[tuple[date, date], ...] = ()
    evaluated_on: date | None = None
    future: TeamFuture | None = None


def evolve(team: Team | None, event: object) -> Team | None:
    if isinstance(event, TeamMandated):
        return Team()
    if team is None:
        return None
    match event:
        case TeamEstablished(lead_unit=lead_unit, pilot_from=starts):
            return replace(team, established=True, lead_unit=lead_unit, pilot_from=starts)
        case MemberJoined(staff=staff, percentage=percentage):
            return replace(team, members={**team.members, staff: percentage})
        case MemberLeft(staff=staff):
            return replace(team, members={s: p for s, p in team.members.items() if s != staff})
        case TeamCostReported(period_from=first, period_until=last):
            return replace(team, cost_periods=(*team.cost_periods, (first, last)))
        case TeamEvaluated(evaluated_on=day):
            return replace(team, evaluated_on=day)
        case TeamFutureDecided(future=future):
            return replace(team, future=future)
        case _:
            return team


def fold(events: Iterable[object]) -> Team | None:
    team: Team | None = None
    for event in events:
        team = evolve(team, event)
    return team


# --- decisions -------------------------------------------------------------------------------


def mandate_team(*, register_number: str, decided_on: date) -> list[TeamEvent]:
    return [TeamMandated(register_number=register_number, decided_on=decided_on)]


def establish_team(
    team: Team, *, lead_unit: str, pilot_from: date, pilot_until: date
) -> list[TeamEvent]:
    """S57: for one year at most. Raises TeamIsEstablished, PilotEndsBeforeItStarts,
    PilotIsTooLong."""
    if team.established:
        raise TeamIsEstablished
    if pilot_until <= pilot_from:
        raise PilotEndsBeforeItStarts
    if pilot_until - pilot_from > _ONE_YEAR:
        raise PilotIsTooLong
    return [TeamEstablished(lead_unit=lead_unit, pilot_from=pilot_from, pilot_until=pilot_until)]


_ONE_YEAR: Final = timedelta(days=366)
WHOLE: Final = 100  # per cent of a position


def join_team(
    team: Team, member: StaffMember, *, percentage: int, elsewhere: int = 0
) -> list[TeamEvent]:
    """The team works with exposed persons: nobody of another side joins it (S10, S76-S78), nor does
    a regional coordinator, who is no municipal case worker (S11). `elsewhere`: the share of the
    position that other teams have.

    Raises TeamIsNotEstablished, TeamIsWoundUp, StaffMemberCannotJoin, MemberHasJoined,
    SharesExceedThePosition.
    """
    _require_running(team)
    if not member.active or member.side is not Compartment.EXPOSED:
        raise StaffMemberCannotJoin
    if member.role is StaffRole.REGIONAL_COORDINATOR:
        raise StaffMemberCannotJoin
    if member.id in team.members:
        raise MemberHasJoined
    if percentage + elsewhere > WHOLE:
        raise SharesExceedThePosition
    return [MemberJoined(staff=member.id, unit=member.unit, percentage=percentage)]


def leave_team(team: Team, staff: UUID) -> list[TeamEvent]:
    """Raises MemberHasNotJoined."""
    if staff not in team.members:
        raise MemberHasNotJoined
    return [MemberLeft(staff=staff)]


def report_cost(
    team: Team, *, period_from: date, period_until: date, kronor: int
) -> list[TeamEvent]:
    """S71: held against what the paper counts with, year by year; no day is paid twice.

    Raises TeamIsNotEstablished, CostPeriodIsFaulty, CostIsReported, TeamHadNotBegun.
    """
    if not team.established:
        raise TeamIsNotEstablished
    if period_until < period_from or period_from.year != period_until.year:
        raise CostPeriodIsFaulty
    if any(first <= period_until and period_from <= last for first, last in team.cost_periods):
        raise CostIsReported
    if period_from < team.pilot_from:
        raise TeamHadNotBegun
    return [TeamCostReported(period_from=period_from, period_until=period_until, kronor=kronor)]


def correct_cost(
    team: Team, *, period_from: date, kronor: int, reason: CorrectionReason
) -> list[TeamEvent]:
    """Of the period that begins that day, as often as it takes. Raises CostIsNotReported."""
    if all(first != period_from for first, _ in team.cost_periods):
        raise CostIsNotReported
    return [TeamCostCorrected(period_from=period_from, kronor=kronor, reason=reason)]


def evaluate_team(team: Team, *, evaluated_on: date, recommendation: TeamFuture) -> list[TeamEvent]:
    """S58: of the pilot, for the board. Raises TeamIsNotEstablished, TeamIsPermanent,
    TeamIsWoundUp, TeamHadNotBegun."""
    _require_pilot(team)
    if evaluated_on < team.pilot_from:
        raise TeamHadNotBegun
    return [TeamEvaluated(evaluated_on=evaluated_on, recommendation=recommendation)]


def decide_future(
    team: Team, *, future: TeamFuture, register_number: str, decided_on: date
) -> list[TeamEvent]:
    """S59, S60: permanent after an evaluation only; wound up at any time (c), and then all its
    members leave in the same act.

    Raises TeamIsNotEstablished, TeamIsNotEvaluated, also where the board decided before the
    evaluation; TeamIsPermanent, TeamIsWoundUp.
    """
    decided = TeamFutureDecided(
        future=future, register_number=register_number, decided_on=decided_on
    )
    if future is TeamFuture.WOUND_UP:
        _require_running(team)
        return [*(MemberLeft(staff=staff) for staff in team.members), decided]
    _require_pilot(team)
    if team.evaluated_on is None or decided_on < team.evaluated_on:
        raise TeamIsNotEvaluated
    return [decided]


def _require_pilot(team: Team) -> None:
    _require_running(team)
    if team.future is TeamFuture.PERMANENT:
        raise TeamIsPermanent


def _require_running(team: Team) -> None:
    if not team.established:
        raise TeamIsNotEstablished
    if team.future is TeamFuture.WOUND_UP:
        raise TeamIsWoundUp
