"""Teams across units (S10): mandated, established as a pilot, who is in them, what they cost, and
what becomes of them (S57-S60, S71)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from domain.codes import Compartment
from domain.policy import Act, Information, Viewer, may
from domain.recorded import Recorded
from domain.team import (
    MemberJoined,
    MemberLeft,
    TeamCostCorrected,
    TeamCostReported,
    TeamEstablished,
    TeamEvaluated,
    TeamFutureDecided,
    TeamMandated,
)
from projections.asking import Connection, all_rows, one_row
from projections.projection import Journal, Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.team")


class Team(NamedTuple):
    team: UUID
    register_number: str
    decided_on: date
    established_at: datetime | None
    lead_unit: str | None
    pilot_from: date | None
    pilot_until: date | None
    version: int
    evaluated_on: date | None = None
    recommendation: str | None = None
    future: str | None = None
    future_register_number: str | None = None
    future_decided_on: date | None = None


class Cost(NamedTuple):
    team: UUID
    period_from: date
    period_until: date
    kronor: int


class Move(NamedTuple):
    """Somebody joins, or leaves: then without unit and percentage."""

    team: UUID
    staff: UUID
    unit: str | None
    percentage: int | None
    moved_at: datetime
    position: int


class Member(NamedTuple):
    """From a joining to the leaving after it: who comes back is there once more."""

    team: UUID
    staff: UUID
    unit: str
    percentage: int
    joined_at: datetime
    left_at: datetime | None


def team_keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name.startswith("team.") else ()


def moves(recorded: Recorded) -> Iterable[Move]:
    team, at, position = recorded.stream, recorded.occurred_at, recorded.position
    match recorded.event:
        case MemberJoined(staff=staff, unit=unit, percentage=percentage):
            yield Move(team, staff, unit, percentage, at, position)
        case MemberLeft(staff=staff):
            yield Move(team, staff, None, None, at, position)


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
        case TeamEvaluated(evaluated_on=day, recommendation=future) if team:
            return team._replace(evaluated_on=day, recommendation=future, version=recorded.version)
        case TeamFutureDecided() as decided if team:
            return team._replace(
                future=decided.future,
                future_register_number=decided.register_number,
                future_decided_on=decided.decided_on,
                version=recorded.version,
            )
        case _:
            return team and team._replace(version=recorded.version)


def cost_keys(recorded: Recorded) -> Iterable[Key]:
    if isinstance(recorded.event, TeamCostReported | TeamCostCorrected):
        return [(recorded.stream, recorded.event.period_from)]
    return ()


def apply_to_cost(cost: Cost | None, recorded: Recorded) -> Cost | None:
    match recorded.event:
        case TeamCostReported(period_from=first, period_until=last, kronor=kronor):
            return Cost(recorded.stream, first, last, kronor)
        case TeamCostCorrected(kronor=kronor) if cost:
            return cost._replace(kronor=kronor)
        case _:
            return cost


PROJECTION = Projection(
    name="team",
    version=4,
    schema=text("projections.team", "schema.sql"),
    tables=(
        Table(name="team", row=Team, key=("team",), keys=team_keys, apply=apply_to_team),
        Journal(name="team_moves", row=Move, rows=moves),
        Table(
            name="team_costs",
            row=Cost,
            key=("team", "period_from"),
            keys=cost_keys,
            apply=apply_to_cost,
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
    """Who is in the team, then who was, as often as they were."""
    if not may(viewer, Act.READ, Information.TEAM):
        return ()
    return await all_rows(connection, _statements("members", schema), {"team": of}, Member)


class Away(NamedTuple):
    staff: UUID
    until: date


async def away(
    connection: Connection, schema: str, viewer: Viewer, of: UUID, day: date
) -> Mapping[UUID, date]:
    """Whose seat rests that day, and until when; for administrators, and managers of the side that
    the team works with."""
    leads = viewer.side in (None, Compartment.EXPOSED)
    if not (leads and may(viewer, Act.MANAGE, Information.TEAM)):
        return {}
    told = {"team": of, "day": day, "side": Compartment.EXPOSED}
    found = await all_rows(connection, _statements("away", schema), told, Away)
    return {one.staff: one.until for one in found}


async def costs(connection: Connection, schema: str, viewer: Viewer, of: UUID) -> Sequence[Cost]:
    """What the team has cost, period by period."""
    if not may(viewer, Act.READ, Information.TEAM):
        return ()
    return await all_rows(connection, _statements("costs", schema), {"team": of}, Cost)
