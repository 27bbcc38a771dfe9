"""The team: established as a pilot, joined and left, evaluated, and made permanent or wound up
(S57-S60, S71). It starts under a mandate of the board."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from api.commands.work import Work
from domain import leave as leaves
from domain import staff as staffs
from domain import team as teams
from domain.codes import Compartment, CorrectionReason, StaffRole, TeamFuture
from domain.errors import NotPermitted, UnknownUnit
from domain.policy import Act, Information
from domain.team import MemberLeft, Team, TeamEvent


async def establish_team(
    work: Work, team_id: UUID, *, lead_unit: str, pilot_from: date, pilot_until: date
) -> None:
    """The lead unit answers for the work with exposed persons (S6). Raises UnknownUnit."""
    await require_manager(work, lead_unit)
    team = await work.team(team_id)
    if not work.organisation.carries_cases(lead_unit, Compartment.EXPOSED):
        raise UnknownUnit
    established = teams.establish_team(
        team, lead_unit=lead_unit, pilot_from=pilot_from, pilot_until=pilot_until
    )
    work.record(team_id, established)


async def join_team(work: Work, team_id: UUID, staff_id: UUID, *, percentage: int) -> None:
    """Both streams record it, so that leaving the position finds every team. Nobody joins while
    they are away (c). Raises WorkerIsAway."""
    team = await _led(work, team_id)
    member = await work.staff(staff_id)
    await work.read(*member.teams)
    others = [await work.team(other) for other in member.teams if other != team_id]
    elsewhere = sum(other.members.get(staff_id, 0) for other in others)
    joined = teams.join_team(team, member, percentage=percentage, elsewhere=elsewhere)
    leaves.require_present(member.leaves, work.today)
    work.record(team_id, joined)
    work.record(staff_id, staffs.join_team(member, team_id))


async def leave_team(work: Work, team_id: UUID, staff_id: UUID) -> None:
    team = await _led(work, team_id)
    await _record(work, team_id, teams.leave_team(team, staff_id))


async def report_cost(
    work: Work, team_id: UUID, *, period_from: date, period_until: date, kronor: int
) -> None:
    team = await _led(work, team_id)
    reported = teams.report_cost(
        team, period_from=period_from, period_until=period_until, kronor=kronor
    )
    work.record(team_id, reported)


async def correct_cost(
    work: Work, team_id: UUID, *, period_from: date, kronor: int, reason: CorrectionReason
) -> None:
    team = await _led(work, team_id)
    corrected = teams.correct_cost(team, period_from=period_from, kronor=kronor, reason=reason)
    work.record(team_id, corrected)


async def evaluate_team(
    work: Work, team_id: UUID, *, evaluated_on: date, recommendation: TeamFuture
) -> None:
    team = await _led(work, team_id)
    evaluated = teams.evaluate_team(team, evaluated_on=evaluated_on, recommendation=recommendation)
    work.record(team_id, evaluated)


async def decide_future(
    work: Work, team_id: UUID, *, future: TeamFuture, register_number: str, decided_on: date
) -> None:
    team = await _led(work, team_id)
    decided = teams.decide_future(
        team, future=future, register_number=register_number, decided_on=decided_on
    )
    await _record(work, team_id, decided)


async def _record(work: Work, team_id: UUID, events: Sequence[TeamEvent]) -> None:
    """And on the streams of those who leave by it."""
    work.record(team_id, events)
    for left in events:
        if isinstance(left, MemberLeft):
            member = await work.staff(left.staff)
            work.record(member.id, staffs.leave_team(member, team_id))


async def _led(work: Work, team_id: UUID) -> Team:
    """The team, for who leads it; who leads none is not told whether it exists."""
    await require_manager(work)
    team = await work.team(team_id)
    await require_manager(work, team.lead_unit)
    return team


async def require_manager(work: Work, lead_unit: str | None = None) -> None:
    """The lead unit's manager on the exposed side, or an administrator. Raises NotPermitted."""
    viewer = await work.require(Act.MANAGE, Information.TEAM)
    if viewer.role is StaffRole.UNIT_MANAGER and (
        viewer.side is not Compartment.EXPOSED or (lead_unit and viewer.unit != lead_unit)
    ):
        raise NotPermitted
