"""Staff: positions taken and ended. Who leaves hands on every case in the same act."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.work import Work, found
from domain import case as cases
from domain import staff as staffs
from domain.codes import Compartment, Qualification, StaffRole
from domain.errors import NotFound, NotPermitted, UnknownStaffMember, UnknownUnit
from domain.policy import Act, Information, Viewer
from domain.routing import needs_child_qualification
from domain.staff import StaffMember


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionDetails:
    name: str
    unit: str
    role: StaffRole
    side: Compartment | None
    since: date
    qualified_for_children: bool


async def take_position(work: Work, details: PositionDetails) -> None:
    """A new staff member; the id is what the identity provider's tokens name.

    Raises UnknownUnit.
    """
    manager = await work.require(Act.MANAGE, Information.STAFF)
    if not work.desk.organisation.has_unit(details.unit):
        raise UnknownUnit
    _require_own(manager, details.unit, details.side)
    staff_id = work.desk.ids.new()
    taken = staffs.take_position(
        None,
        name=details.name,
        unit=details.unit,
        role=details.role,
        side=details.side,
        since=details.since,
    )
    work.record(staff_id, taken)
    if details.qualified_for_children:
        member = found(staffs.fold(taken, staff_id))
        work.record(
            staff_id,
            staffs.record_qualification(member, Qualification.CHILDREN_AND_YOUNG_PEOPLE),
        )


async def record_qualification(work: Work, staff_id: UUID, qualification: Qualification) -> None:
    member = await _managed(work, staff_id)
    work.record(staff_id, staffs.record_qualification(member, qualification))


async def end_position(
    work: Work, staff_id: UUID, *, until: date, successor_id: UUID | None
) -> None:
    """The caseload changes hands at once: to the successor, or back to the unit as unassigned.

    The successor must be one who may be assigned to every one of the cases; otherwise nothing
    happens at all.
    """
    member = await _managed(work, staff_id)
    await work.read(*member.cases, *([successor_id] if successor_id else []))
    for case_id in member.cases:
        case = await work.case(case_id)
        work.record(case_id, cases.release_case_worker(case, staff_id))
        if successor_id:
            await _assign(work, case_id, case, successor_id)
    work.record(staff_id, staffs.end_position(member, until=until))


async def _assign(work: Work, case_id: UUID, case: cases.Case, successor_id: UUID) -> None:
    successor = await work.staff(successor_id)
    age = (await work.person(case.person)).age_on(work.today)
    unit = work.desk.organisation.unit(case.unit)
    work.record(
        case_id,
        cases.assign_case_worker(
            case, successor, needs_child_qualification=needs_child_qualification(age, unit)
        ),
    )
    work.record(successor_id, staffs.take_case(successor, case_id))


async def _managed(work: Work, staff_id: UUID) -> StaffMember:
    """A staff member whom the actor manages; others look as if they did not exist."""
    manager = await work.require(Act.MANAGE, Information.STAFF)
    try:
        member = await work.staff(staff_id)
        _require_own(manager, member.unit, member.side)
    except (UnknownStaffMember, NotPermitted) as refusal:
        raise NotFound from refusal
    return member


def _require_own(manager: Viewer, unit: str, side: Compartment | None) -> None:
    """A unit manager staffs the own unit and side; an administrator everywhere."""
    if manager.role is StaffRole.UNIT_MANAGER and (manager.unit, manager.side) != (unit, side):
        raise NotPermitted
