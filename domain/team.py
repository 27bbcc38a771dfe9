"""The team (S10, S57-S60): cross-unit, never a unit, and never the owner of a case.

The story: mandated by a decision of the board, established as a pilot for a time, members join
with a percentage and leave.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from domain.codes import Compartment
from domain.errors import (
    MemberHasJoined,
    MemberHasNotJoined,
    PilotEndsBeforeItStarts,
    StaffMemberCannotJoin,
    TeamIsEstablished,
    TeamIsNotEstablished,
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


TeamEvent = TeamMandated | TeamEstablished | MemberJoined | MemberLeft

# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    established: bool = False
    lead_unit: str = ""
    members: Mapping[UUID, int] = field(default_factory=dict)  # staff -> percentage


def evolve(team: Team | None, event: object) -> Team | None:
    if isinstance(event, TeamMandated):
        return Team()
    if team is None:
        return None
    match event:
        case TeamEstablished(lead_unit=lead_unit):
            return replace(team, established=True, lead_unit=lead_unit)
        case MemberJoined(staff=staff, percentage=percentage):
            return replace(team, members={**team.members, staff: percentage})
        case MemberLeft(staff=staff):
            return replace(team, members={s: p for s, p in team.members.items() if s != staff})
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
    """Raises TeamIsEstablished, PilotEndsBeforeItStarts."""
    if team.established:
        raise TeamIsEstablished
    if pilot_until <= pilot_from:
        raise PilotEndsBeforeItStarts
    return [TeamEstablished(lead_unit=lead_unit, pilot_from=pilot_from, pilot_until=pilot_until)]


def join_team(team: Team, member: StaffMember, *, percentage: int) -> list[TeamEvent]:
    """The team works with exposed persons: nobody of another side joins it (S10, S76-S78).

    Raises TeamIsNotEstablished, StaffMemberCannotJoin, MemberHasJoined.
    """
    if not team.established:
        raise TeamIsNotEstablished
    if not member.active or member.side is not Compartment.EXPOSED:
        raise StaffMemberCannotJoin
    if member.id in team.members:
        raise MemberHasJoined
    return [MemberJoined(staff=member.id, unit=member.unit, percentage=percentage)]


def leave_team(team: Team, staff: UUID) -> list[TeamEvent]:
    """Raises MemberHasNotJoined."""
    if staff not in team.members:
        raise MemberHasNotJoined
    return [MemberLeft(staff=staff)]
