"""Leaves: when a staff member is away, told by whoever manages them. Why is never told."""

from datetime import date
from uuid import UUID

from api.commands.staff import managed
from api.commands.work import Work
from domain import leave as leaves
from domain import staff as staffs
from domain.codes import LeaveCorrection
from domain.staff import StaffMember


async def plan_leave(work: Work, staff_id: UUID, *, since: date, until: date) -> None:
    """Ahead, or afterwards. Raises PositionHasEnded, LeaveEndsBeforeItStarts,
    LeaveIsOutsideThePosition, LeaveOverlaps."""
    member = await _in_position(work, staff_id)
    planned = leaves.plan_leave(
        member.leaves,
        work.desk.ids.new(),
        since=since,
        until=until,
        position_since=member.since,
    )
    work.record(staff_id, planned)


async def correct_leave(
    work: Work,
    staff_id: UUID,
    leave_id: UUID,
    *,
    since: date,
    until: date,
    reason: LeaveCorrection,
) -> None:
    member = await _in_position(work, staff_id)
    corrected = leaves.correct_leave(
        member.leaves,
        leave_id,
        since=since,
        until=until,
        reason=reason,
        position_since=member.since,
    )
    work.record(staff_id, corrected)


async def end_leave(work: Work, staff_id: UUID, leave_id: UUID, *, until: date) -> None:
    member = await _in_position(work, staff_id)
    ended = leaves.end_leave(member.leaves, leave_id, until=until, today=work.today)
    work.record(staff_id, ended)


async def withdraw_leave(work: Work, staff_id: UUID, leave_id: UUID) -> None:
    member = await _in_position(work, staff_id)
    work.record(staff_id, leaves.withdraw_leave(member.leaves, leave_id))


async def _in_position(work: Work, staff_id: UUID) -> StaffMember:
    """A staff member whom the actor manages. Raises PositionHasEnded."""
    member = await managed(work, staff_id)
    staffs.require_position(member)
    return member
