"""Staff: positions taken and ended. Who leaves hands on every case in the same act."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.cases import assign
from api.commands.qualifications import end_review
from api.commands.work import Work, found
from domain import case as cases
from domain import staff as staffs
from domain import team as teams
from domain.case import consent as consents
from domain.codes import Compartment, Qualification, StaffRole, UnitKind
from domain.errors import (
    NotFound,
    NotPermitted,
    OwnPositionStands,
    SideDoesNotFit,
    SuccessorIsTheSame,
    UnknownStaffMember,
    UnknownUnit,
)
from domain.policy import Act, Information, Viewer
from domain.staff import StaffMember


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionDetails:
    name: str
    unit: str
    role: StaffRole
    side: Compartment | None
    since: date
    qualified_for_children: bool
    percentage: int = staffs.FULL_TIME


async def take_position(work: Work, details: PositionDetails, staff_id: UUID | None = None) -> None:
    """A new staff member, or one who takes a new position after the last one has ended.

    The id is what the identity provider's tokens name. Raises UnknownUnit, RoleDoesNotFit,
    SideDoesNotFit, PositionIsTaken, PositionStartsOrEndsLater.
    """
    manager = await work.require(Act.MANAGE, Information.STAFF)
    _require_own(manager, details.unit, details.role, details.side)
    organisation = work.organisation
    if not organisation.has_unit(details.unit):
        raise UnknownUnit
    unit = organisation.unit(details.unit)
    authority = unit.kind is UnitKind.AUTHORITY_WORK
    if authority and details.side and not organisation.carries_cases(details.unit, details.side):
        raise SideDoesNotFit
    member = await managed(work, staff_id) if staff_id else None
    stream = staff_id or work.desk.ids.new()
    taken = staffs.take_position(
        member,
        today=work.today,
        name=details.name,
        unit=details.unit,
        role=details.role,
        side=details.side,
        since=details.since,
    )
    staffs.require_role_at(details.role, unit)
    work.record(stream, taken)
    now = found(staffs.evolve(member, taken[0], stream))
    work.record(stream, staffs.set_extent(now, details.percentage))
    if details.qualified_for_children:
        work.record(
            stream, staffs.record_qualification(now, Qualification.CHILDREN_AND_YOUNG_PEOPLE)
        )


async def record_qualification(work: Work, staff_id: UUID, qualification: Qualification) -> None:
    """Whoever was assigned without it, while an age turned out to ask for it, is qualified now."""
    member = await managed(work, staff_id)
    recorded = staffs.record_qualification(member, qualification)
    work.record(staff_id, recorded)
    await work.read(*member.cases)
    for case_id in member.cases if recorded else ():
        await end_review(work, case_id, await work.case(case_id), qualified=(staff_id,))


async def set_extent(work: Work, staff_id: UUID, percentage: int) -> None:
    member = await managed(work, staff_id)
    work.record(staff_id, staffs.set_extent(member, percentage))


async def end_position(
    work: Work,
    staff_id: UUID,
    *,
    until: date,
    successor_id: UUID | None,
    even_if_away: bool = False,
) -> None:
    """The caseload changes hands at once: to the successor, or back to the unit as unassigned; and
    whoever leaves has left the team.

    The successor must be one who may be assigned to every one of the cases; otherwise nothing
    happens at all. Nobody ends their own position, so that an administrator is always left.
    Raises OwnPositionStands, SuccessorIsTheSame, PositionStartsOrEndsLater.
    """
    await work.require(Act.MANAGE, Information.STAFF)
    if staff_id == work.command.actor:
        raise OwnPositionStands
    member = await managed(work, staff_id)
    if staff_id == successor_id:
        raise SuccessorIsTheSame
    await work.read(*member.cases, *member.teams, *([successor_id] if successor_id else []))
    for case_id in member.cases:
        case = await work.case(case_id)
        if staff_id in consents.engaged(case):  # another coordinator is engaged anew
            work.record(case_id, consents.release_coordinator(case, staff_id))
            continue
        work.record(case_id, cases.release_case_worker(case, staff_id))
        await end_review(work, case_id, case, released=staff_id)
        if successor_id:
            await assign(work, case_id, case, successor_id, even_if_away=even_if_away)
    for team_id in member.teams:
        team = await work.team(team_id)
        if staff_id in team.members:  # a team that was wound up may have let everybody go already
            work.record(team_id, teams.leave_team(team, staff_id))
    work.record(staff_id, staffs.end_position(member, until=until, today=work.today))


async def managed(work: Work, staff_id: UUID) -> StaffMember:
    """A staff member whom the actor manages; others look as if they did not exist."""
    manager = await work.require(Act.MANAGE, Information.STAFF)
    try:
        member = await work.staff(staff_id)
        _require_own(manager, member.unit, member.role, member.side)
    except (UnknownStaffMember, NotPermitted) as refusal:
        raise NotFound from refusal
    return member


_STAFFED_BY_MANAGERS = (StaffRole.CASE_WORKER, StaffRole.OUTREACH_WORKER)


def _require_own(manager: Viewer, unit: str, role: StaffRole, side: Compartment | None) -> None:
    """A unit manager records workers of the own unit and side; everybody else, the auditors and
    administrators above all, an administrator records."""
    own = (manager.unit, manager.side) == (unit, side) and role in _STAFFED_BY_MANAGERS
    if manager.role is StaffRole.UNIT_MANAGER and not own:
        raise NotPermitted
