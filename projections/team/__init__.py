"""Teams across units (S10): mandated, established as a pilot, and who is in them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from domain.catalogue import names_of
from domain.policy import Act, Information, Viewer, may
from domain.recorded import Recorded
from domain.team import MemberJoined, MemberLeft, TeamEstablished, TeamMandated
from projections.asking import Connection, all_rows, one_row
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.team")
_MEMBERSHIP = names_of(MemberJoined, MemberLeft)


class Team(NamedTuple):
    team: UUID
    register_number: str
    decided_on: date
    established_at: datetime | None
    lead_unit: str | None
    pilot_from: date | None
    pilot_until: date | None
    version: int


class Member(NamedTuple):
    team: UUID
    staff: UUID
    unit: str
    percentage: int
    joined_at: datetime
    left_at: datetime | None


def team_keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name.startswith("team.") else ()


def member_keys(recorded: Recorded) -> Iterable[Key]:
    if recorded.name in _MEMBERSHIP and isinstance(recorded.event, MemberJoined | MemberLeft):
        return [(recorded.stream, recorded.event.staff)]
    return ()


def apply_to_team(team: Team | None, recorded: Recorded) -> Team | None:
    match recorded.event:
        case TeamMandated(register_number=number, decided_on=day):
            return Team(recorded.stream, number, day, None, None, None, None, recorded.version)
        case TeamEstablished() as established if team:
            return team._replace(
                established_at=recorded.occurred_at,
                lead_unit=established.lead_unit,
                pilot_from=established.pilot_from,
                pilot_until=established.pilot_until,
                version=recorded.version,
            )
        case _:
            return team and team._replace(version=recorded.version)


def apply_to_member(member: Member | None, recorded: Recorded) -> Member | None:
    match recorded.event:
        case MemberJoined(staff=staff, unit=unit, percentage=percentage):
            joined_at = recorded.occurred_at
            return Member(recorded.stream, staff, unit, percentage, joined_at, left_at=None)
        case MemberLeft() if member:
            return member._replace(left_at=recorded.occurred_at)
        case _:
            return member


PROJECTION = Projection(
    name="team",
    version=1,
    schema=text("projections.team", "schema.sql"),
    tables=(
        Table(name="team", row=Team, key=("team",), keys=team_keys, apply=apply_to_team),
        Table(
            name="team_members",
            row=Member,
            key=("team", "staff"),
            keys=member_keys,
            apply=apply_to_member,
        ),
    ),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


async def teams(connection: Connection, schema: str, viewer: Viewer) -> Sequence[Team]:
    """All teams, for those who work with them."""
    if not may(viewer, Act.READ, Information.TEAM):
        return ()
    return await all_rows(connection, _statements("teams", schema), {}, Team)


async def team(connection: Connection, schema: str, viewer: Viewer, of: UUID) -> Team | None:
    if not may(viewer, Act.READ, Information.TEAM):
        return None
    return await one_row(connection, _statements("team", schema), {"team": of}, Team)


async def members(
    connection: Connection, schema: str, viewer: Viewer, of: UUID
) -> Sequence[Member]:
    """Who is in the team, then who was."""
    if not may(viewer, Act.READ, Information.TEAM):
        return ()
    return await all_rows(connection, _statements("members", schema), {"team": of}, Member)
