"""The team: established as a pilot, joined and left (S10, S57-S60); it starts under a mandate."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.commands import teams as use_cases
from api.door import CREATED, Lead, deciding, reading
from api.door.answers import Answer, Day, Done, Moment, Position, Seen, StaffId, TeamId, Unit
from api.door.fields import Body, Id, Percentage, UnitCode, swedish_day
from api.door.fields import Day as DayOfBody
from api.door.visit import Visit
from api.resources.people import Who, who
from domain.codes import Purpose, TeamFuture
from domain.errors import (
    MemberHasJoined,
    MemberHasNotJoined,
    NotFound,
    PilotEndsBeforeItStarts,
    PilotIsTooLong,
    SharesExceedThePosition,
    StaffMemberCannotJoin,
    TeamIsEstablished,
    TeamIsNotEstablished,
    TeamIsWoundUp,
    UnknownStaffMember,
    UnknownUnit,
    WorkerIsAway,
)
from domain.labels import Label
from domain.organisation import Settings
from domain.policy import Act, Information
from projections import team as teams

Kronor = Annotated[int, Meta(ge=0, description="Whole kronor.", examples=[650_000])]

_READ = (Act.READ, Information.TEAM)
_MANAGE = (Act.MANAGE, Information.TEAM)


# --- seen ------------------------------------------------------------------------------------


class TeamLine(Answer):
    team_id: TeamId
    register_number: Annotated[
        str, Meta(description="Of the board's decision.", examples=["SCN-2022-00355"])
    ]
    decided_on: Day
    established_at: Moment | None
    lead_unit: Unit | None
    pilot_from: Day | None
    pilot_until: Day | None
    evaluated_on: Day | None
    recommendation: TeamFuture | None
    future: TeamFuture | None
    future_register_number: Annotated[
        str | None, Meta(description="Of the decision on it.", examples=["SCN-2024-00112"])
    ]
    future_decided_on: Day | None


class Teams(Answer):
    items: list[TeamLine]
    position: Position


@reading(
    "listTeams",
    Label("Lista team", "List teams"),
    Label("Alla team, på en sida.", "All teams, on one page."),
    asks=_READ,
    view=teams.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    leads=(Lead("readTeam", {"teamId": "items/0/teamId"}),),
)
async def page(visit: Visit) -> Seen[Teams]:
    found = await visit.ask(teams.teams, visit.viewer)
    answer = Teams(items=[TeamLine(**_told(team)) for team in found], position=visit.position)
    return Seen(answer, [team.team for team in found])


class Member(Answer):
    who: Who
    unit: Unit
    percentage: Annotated[int, Meta(examples=[100])]
    joined_at: Moment
    left_at: Moment | None
    away_until: Annotated[
        Day | UnsetType,
        Meta(description="While it rests: the last day of a leave; shown to who leads the team."),
    ] = UNSET


class SeatsOfUnit(Answer):
    """How many of the team are to come from the unit, and who does (S10)."""

    unit: Unit
    seats: Annotated[int, Meta(ge=0, description="0: the settings give it none.", examples=[2])]
    members: list[Who]
    empty: Annotated[int, Meta(ge=0, examples=[1])]


class Cost(Answer):
    period_from: Day
    period_until: Day
    kronor: Kronor


class YearOfCosts(Answer):
    """What a calendar year has cost, against what the paper counts with (S71)."""

    year: Annotated[int, Meta(examples=[2023])]
    kronor: Kronor
    budget: Annotated[int, Meta(ge=0, description="In kronor.", examples=[2_000_000])]


class TeamDetail(TeamLine):
    """Who is in the team, then who was; and what it costs."""

    members: list[Member]
    seats: list[SeatsOfUnit]
    costs: list[Cost]
    cost_years: list[YearOfCosts]
    position: Position


@reading(
    "readTeam",
    Label("Läs ett team", "Read a team"),
    Label("Teamet med dem som ingår och har ingått.", "The team, who is in it and who was."),
    asks=_READ,
    view=teams.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    has_etag=True,
    leads=(Lead("joinTeam", {"teamId": "teamId"}),),
)
async def read(visit: Visit, team_id: UUID) -> Seen[TeamDetail]:
    team = await visit.ask(teams.team, visit.viewer, team_id)
    if team is None:
        raise NotFound
    members = await visit.ask(teams.members, visit.viewer, team_id)
    costs = await visit.ask(teams.costs, visit.viewer, team_id)
    away = await visit.ask(teams.away, visit.viewer, team_id, swedish_day(visit.now))
    people = await who(visit, (member.staff for member in members))
    settings = (await visit.house.desk.organised_now()).settings
    answer = TeamDetail(
        **_told(team),
        members=[
            Member(
                who=people[member.staff],
                unit=member.unit,
                percentage=member.percentage,
                joined_at=member.joined_at,
                left_at=member.left_at,
                away_until=UNSET if member.left_at else away.get(member.staff, UNSET),
            )
            for member in members
        ],
        seats=_seats(members, people, settings),
        costs=[
            Cost(period_from=c.period_from, period_until=c.period_until, kronor=c.kronor)
            for c in costs
        ],
        cost_years=_years(costs, team, settings),
        position=visit.position,
    )
    return Seen(answer, [team_id, *people], version=((team_id, team.version),))


def _seats(
    members: Sequence[teams.Member], people: Mapping[UUID, Who], settings: Settings
) -> list[SeatsOfUnit]:
    """Those that the settings give, and whoever came from another unit."""
    given = {of.unit: of.seats for of in settings.team_seats}
    inside = [member for member in members if member.left_at is None]
    return [
        SeatsOfUnit(
            unit=unit,
            seats=given.get(unit, 0),
            members=[people[one.staff] for one in inside if one.unit == unit],
            empty=max(0, given.get(unit, 0) - sum(one.unit == unit for one in inside)),
        )
        for unit in dict.fromkeys((*given, *(one.unit for one in inside)))
    ]


def _years(costs: Sequence[teams.Cost], team: teams.Team, settings: Settings) -> list[YearOfCosts]:
    """Each calendar year in which the team has cost something: the first one of the pilot has a
    budget of its own (S71)."""
    spent: Counter[int] = Counter()
    for cost in costs:
        spent[cost.period_from.year] += cost.kronor
    first = team.pilot_from.year if team.pilot_from else None
    return [
        YearOfCosts(
            year=year,
            kronor=spent[year],
            budget=(
                settings.team_first_year_kronor if year == first else settings.team_full_year_kronor
            ),
        )
        for year in sorted(spent)
    ]


def _told(team: teams.Team) -> dict[str, Any]:
    return {
        "team_id": team.team,
        "register_number": team.register_number,
        "decided_on": team.decided_on,
        "established_at": team.established_at,
        "lead_unit": team.lead_unit,
        "pilot_from": team.pilot_from,
        "pilot_until": team.pilot_until,
        "evaluated_on": team.evaluated_on,
        "recommendation": TeamFuture(team.recommendation) if team.recommendation else None,
        "future": TeamFuture(team.future) if team.future else None,
        "future_register_number": team.future_register_number,
        "future_decided_on": team.future_decided_on,
    }


# --- established ------------------------------------------------------------------------------


class ChangedTeam(Done):
    team_id: TeamId


class Establishment(Body):
    lead_unit: UnitCode
    """Has the main responsibility (S6)."""
    pilot_from: DayOfBody
    pilot_until: DayOfBody


@deciding(
    "establishTeam",
    Label("Inrätta teamet som pilot", "Establish the team as a pilot"),
    Label("För en tid (S57).", "For a time (S57)."),
    asks=_MANAGE,
    refuses=(TeamIsEstablished, PilotEndsBeforeItStarts, PilotIsTooLong, UnknownUnit),
    leads=(Lead("joinTeam", {"teamId": "teamId"}),),
)
async def establish(visit: Visit, team_id: UUID, pilot: Establishment) -> ChangedTeam:
    outcome = await visit.carry_out(
        use_cases.establish_team,
        team_id,
        lead_unit=pilot.lead_unit,
        pilot_from=pilot.pilot_from,
        pilot_until=pilot.pilot_until,
    )
    return ChangedTeam(team_id=team_id, position=outcome.position, replayed=outcome.replayed)


# --- joined and left -------------------------------------------------------------------------


class NewMember(Body):
    staff_id: Id
    percentage: Percentage


class ChangedMembership(ChangedTeam):
    staff_id: StaffId


@deciding(
    "joinTeam",
    Label("Ta upp en medarbetare i teamet", "Let a staff member join the team"),
    Label("Med den andel av tjänsten som anges.", "With the share of the position that is given."),
    asks=_MANAGE,
    status=CREATED,
    refuses=(
        TeamIsNotEstablished,
        TeamIsWoundUp,
        MemberHasJoined,
        UnknownStaffMember,
        StaffMemberCannotJoin,
        SharesExceedThePosition,
        WorkerIsAway,
    ),
)
async def join(visit: Visit, team_id: UUID, member: NewMember) -> ChangedMembership:
    outcome = await visit.carry_out(
        use_cases.join_team, team_id, member.staff_id, percentage=member.percentage
    )
    return ChangedMembership(
        team_id=team_id,
        staff_id=member.staff_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )


class DepartingMember(Body):
    staff_id: Id


@deciding(
    "leaveTeam",
    Label("Låt en medarbetare lämna teamet", "Let a staff member leave the team"),
    Label("Tjänsten och ärendena påverkas inte.", "The position and the cases stay as they are."),
    asks=_MANAGE,
    refuses=(MemberHasNotJoined,),
)
async def leave(visit: Visit, team_id: UUID, member: DepartingMember) -> ChangedMembership:
    outcome = await visit.carry_out(use_cases.leave_team, team_id, member.staff_id)
    return ChangedMembership(
        team_id=team_id,
        staff_id=member.staff_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )
