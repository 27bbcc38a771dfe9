"""The team: mandated by the board, established as a pilot, joined and left (S57-S60)."""

from datetime import date
from uuid import UUID

from api.commands.work import Work
from domain import team as teams
from domain.errors import UnknownUnit
from domain.policy import Act, Information


async def mandate_team(work: Work, *, register_number: str, decided_on: date) -> None:
    await work.require(Act.MANAGE, Information.TEAM)
    work.record(
        work.desk.ids.new(),
        teams.mandate_team(register_number=register_number, decided_on=decided_on),
    )


async def establish_team(
    work: Work, team_id: UUID, *, lead_unit: str, pilot_from: date, pilot_until: date
) -> None:
    """Raises UnknownUnit."""
    await work.require(Act.MANAGE, Information.TEAM)
    team = await work.team(team_id)
    if not work.desk.organisation.has_unit(lead_unit):
        raise UnknownUnit
    established = teams.establish_team(
        team, lead_unit=lead_unit, pilot_from=pilot_from, pilot_until=pilot_until
    )
    work.record(team_id, established)


async def join_team(work: Work, team_id: UUID, staff_id: UUID, *, percentage: int) -> None:
    await work.require(Act.MANAGE, Information.TEAM)
    team, member = await work.team(team_id), await work.staff(staff_id)
    work.record(team_id, teams.join_team(team, member, percentage=percentage))


async def leave_team(work: Work, team_id: UUID, staff_id: UUID) -> None:
    await work.require(Act.MANAGE, Information.TEAM)
    work.record(team_id, teams.leave_team(await work.team(team_id), staff_id))
