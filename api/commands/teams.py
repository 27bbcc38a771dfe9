"""The team: mandated by the board, established as a pilot, joined and left (S57-S60)."""

from datetime import date
from uuid import UUID

from api.commands.work import Work
from domain import team as teams
from domain.codes import Compartment, StaffRole
from domain.errors import NotPermitted, UnknownUnit
from domain.policy import Act, Information
from domain.team import Team


async def mandate_team(work: Work, *, register_number: str, decided_on: date) -> None:
    await _require(work)
    work.record(
        work.desk.ids.new(),
        teams.mandate_team(register_number=register_number, decided_on=decided_on),
    )


async def establish_team(
    work: Work, team_id: UUID, *, lead_unit: str, pilot_from: date, pilot_until: date
) -> None:
    """The lead unit answers for the work with exposed persons (S6). Raises UnknownUnit."""
    await _require(work, lead_unit)
    team = await work.team(team_id)
    if not work.desk.organisation.carries_cases(lead_unit, Compartment.EXPOSED):
        raise UnknownUnit
    established = teams.establish_team(
        team, lead_unit=lead_unit, pilot_from=pilot_from, pilot_until=pilot_until
    )
    work.record(team_id, established)


async def join_team(work: Work, team_id: UUID, staff_id: UUID, *, percentage: int) -> None:
    team = await _led(work, team_id)
    member = await work.staff(staff_id)
    work.record(team_id, teams.join_team(team, member, percentage=percentage))


async def leave_team(work: Work, team_id: UUID, staff_id: UUID) -> None:
    work.record(team_id, teams.leave_team(await _led(work, team_id), staff_id))


async def _led(work: Work, team_id: UUID) -> Team:
    """The team, for who leads it; who leads none is not told whether it exists."""
    await _require(work)
    team = await work.team(team_id)
    await _require(work, team.lead_unit)
    return team


async def _require(work: Work, lead_unit: str | None = None) -> None:
    """The lead unit's manager on the exposed side, or an administrator. Raises NotPermitted."""
    viewer = await work.require(Act.MANAGE, Information.TEAM)
    if viewer.role is StaffRole.UNIT_MANAGER and (
        viewer.side is not Compartment.EXPOSED or (lead_unit and viewer.unit != lead_unit)
    ):
        raise NotPermitted
