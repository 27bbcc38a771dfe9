"""A staff member: a position in a unit with a role, a side and an extent.

A worker serves one side in all cases (S76-S78, c): that is what makes the compartments provable.
The stream also knows which cases the worker holds and in which teams, so that leaving hands every
one of them on in one act and nothing is left with somebody who is gone; and when the worker is away
(leave.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from domain import leave as leaves
from domain.codes import Compartment, PartyKind, Qualification, StaffRole, UnitKind
from domain.errors import (
    PositionHasEnded,
    PositionIsTaken,
    PositionStartsOrEndsLater,
    RoleDoesNotFit,
    SideDoesNotFit,
)
from domain.leave import LeaveEvent, Leaves
from domain.organisation import Unit
from domain.sealed import Sealed

FULL_TIME: Final = 100  # per cent

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class PositionTaken:
    unit: str
    role: StaffRole
    side: Compartment | None  # none for those who never see a case
    since: date
    name: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtentSet:
    """How much of full time the position is, in per cent; full time until it is told."""

    percentage: int


@dataclass(frozen=True, kw_only=True, slots=True)
class QualificationRecorded:
    qualification: Qualification


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseTaken:
    case: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseGivenBack:
    case: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergencyAccessGiven:
    """The worker's side of a broken glass (case/emergency.py)."""

    case: UUID
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PositionEnded:
    until: date


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamJoined:
    team: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamLeft:
    team: UUID


StaffEvent = (
    PositionTaken
    | ExtentSet
    | QualificationRecorded
    | CaseTaken
    | CaseGivenBack
    | EmergencyAccessGiven
    | PositionEnded
    | TeamJoined
    | TeamLeft
    | LeaveEvent
)

# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffMember:
    id: UUID
    unit: str
    role: StaffRole
    side: Compartment | None
    since: date
    active: bool = True
    percentage: int = FULL_TIME
    qualified_for_children: bool = False
    cases: tuple[UUID, ...] = ()
    teams: tuple[UUID, ...] = ()
    leaves: Leaves = ()
    emergencies: tuple[EmergencyAccessGiven, ...] = ()

    def emergencies_at(self, moment: datetime) -> frozenset[UUID]:
        """The cases that an emergency has opened to the worker, and that have not run out."""
        return frozenset(given.case for given in self.emergencies if moment < given.until)


def evolve(member: StaffMember | None, event: object, staff: UUID) -> StaffMember | None:
    if isinstance(event, PositionTaken):
        if member is None:
            return StaffMember(
                id=staff, unit=event.unit, role=event.role, side=event.side, since=event.since
            )
        return replace(
            member,
            unit=event.unit,
            role=event.role,
            since=event.since,
            active=True,
            percentage=FULL_TIME,
        )
    if member is None:
        return None
    if isinstance(event, LeaveEvent):
        return replace(member, leaves=leaves.evolve(member.leaves, event))
    match event:
        case ExtentSet(percentage=percentage):
            return replace(member, percentage=percentage)
        case QualificationRecorded(qualification=Qualification.CHILDREN_AND_YOUNG_PEOPLE):
            return replace(member, qualified_for_children=True)
        case CaseTaken(case=case):
            return replace(member, cases=(*member.cases, case))
        case CaseGivenBack(case=case):
            return replace(member, cases=tuple(c for c in member.cases if c != case))
        case TeamJoined(team=team):
            return replace(member, teams=(*member.teams, team))
        case TeamLeft(team=team):
            return replace(member, teams=tuple(t for t in member.teams if t != team))
        case EmergencyAccessGiven() as given:
            others = (each for each in member.emergencies if each.case != given.case)
            return replace(member, emergencies=(*others, given))
        case PositionEnded():
            return replace(member, active=False, leaves=(), emergencies=())
        case _:
            return member


def fold(events: Iterable[object], staff: UUID) -> StaffMember | None:
    member: StaffMember | None = None
    for event in events:
        member = evolve(member, event, staff)
    return member


_SERVE_A_SIDE = (StaffRole.CASE_WORKER, StaffRole.UNIT_MANAGER, StaffRole.OUTREACH_WORKER)
SIDES = (Compartment.EXPOSED, Compartment.PERPETRATOR, Compartment.RELATIVE)
_SIDES_OF_COORDINATORS = (None, Compartment.EXPOSED)  # theirs who are engaged in cases (S11, c)


def _sides_of(role: StaffRole) -> tuple[Compartment | None, ...]:
    if role is StaffRole.REGIONAL_COORDINATOR:
        return _SIDES_OF_COORDINATORS
    return SIDES if role in _SERVE_A_SIDE else (None,)


# --- decisions -------------------------------------------------------------------------------


def require_role_at(role: StaffRole, unit: Unit) -> None:
    """Nobody outside the administration meets a case as if from within (S15-S20), but for the
    regional coordinators, who meet it by consent (S11). Raises RoleDoesNotFit."""
    outside = unit.kind is UnitKind.EXTERNAL
    if role is StaffRole.REGIONAL_COORDINATOR:
        fits = not outside or unit.party is PartyKind.COORDINATION
    else:
        fits = outside is (role is StaffRole.EXTERNAL_SENDER)
    if not fits:
        raise RoleDoesNotFit


def take_position(
    member: StaffMember | None,
    *,
    name: str,
    unit: str,
    role: StaffRole,
    side: Compartment | None,
    since: date,
    today: date,
) -> list[StaffEvent]:
    """Raises PositionIsTaken: one position at a time, and never another side than before.

    SideDoesNotFit: who works with persons serves one side, a coordinator who may be engaged in
    cases the exposed side; nobody else has one.
    """
    if side not in _sides_of(role):
        raise SideDoesNotFit
    if since > today:
        raise PositionStartsOrEndsLater
    if member is not None and (member.active or member.side is not side):
        raise PositionIsTaken
    return [PositionTaken(unit=unit, role=role, side=side, since=since, name=Sealed.of(name))]


def set_extent(member: StaffMember, percentage: int) -> list[StaffEvent]:
    """Raises PositionHasEnded."""
    require_position(member)
    return [] if percentage == member.percentage else [ExtentSet(percentage=percentage)]


def require_position(member: StaffMember) -> None:
    """Raises PositionHasEnded."""
    if not member.active:
        raise PositionHasEnded


def record_qualification(member: StaffMember, qualification: Qualification) -> list[StaffEvent]:
    """Raises PositionHasEnded."""
    require_position(member)
    return (
        []
        if member.qualified_for_children
        else [QualificationRecorded(qualification=qualification)]
    )


def take_case(member: StaffMember, case: UUID) -> list[StaffEvent]:
    """The worker's side of an assignment. Raises PositionHasEnded."""
    require_position(member)
    return [] if case in member.cases else [CaseTaken(case=case)]


def give_back_case(member: StaffMember, case: UUID) -> list[StaffEvent]:
    """The worker's side of a release."""
    return [CaseGivenBack(case=case)] if case in member.cases else []


def take_emergency_access(member: StaffMember, case: UUID, until: datetime) -> list[StaffEvent]:
    """The worker's side of it. Raises PositionHasEnded."""
    if not member.active:
        raise PositionHasEnded
    return [EmergencyAccessGiven(case=case, until=until)]


def join_team(member: StaffMember, team: UUID) -> list[StaffEvent]:
    """The member's side of a seat in a team."""
    return [] if team in member.teams else [TeamJoined(team=team)]


def leave_team(member: StaffMember, team: UUID) -> list[StaffEvent]:
    return [TeamLeft(team=team)] if team in member.teams else []


def end_position(member: StaffMember, *, until: date, today: date) -> list[StaffEvent]:
    """The worker leaves: every case is given back, every team left, and no leave outlasts the
    position, in the same act.

    Raises PositionStartsOrEndsLater.
    """
    if not member.active:
        return []
    if not member.since <= until <= today:
        raise PositionStartsOrEndsLater
    given_back = [CaseGivenBack(case=case) for case in member.cases]
    left = [TeamLeft(team=team) for team in member.teams]
    ended = leaves.end_with_position(member.leaves, until)
    return [*given_back, *left, *ended, PositionEnded(until=until)]
