"""Leaves: when a staff member is away, planned or told afterwards, corrected, ended early. Why
somebody is away is never asked: there is no field that could hold it."""

from typing import Final
from uuid import UUID

from api.commands import leaves as use_cases
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding
from api.door.answers import Done, LeaveId, StaffId
from api.door.fields import Body, Day
from api.door.visit import Visit
from domain.codes import LeaveCorrection
from domain.errors import (
    LeaveEndsBeforeItStarts,
    LeaveEndsNoEarlier,
    LeaveIsOutsideThePosition,
    LeaveIsOver,
    LeaveOverlaps,
    PositionHasEnded,
)
from domain.labels import Label
from domain.leave import LeavePlanned
from domain.policy import Act, Information

_MANAGE: Final = (Act.MANAGE, Information.STAFF)
_HAS_NO_ROOM: Final = (
    PositionHasEnded,
    LeaveEndsBeforeItStarts,
    LeaveIsOutsideThePosition,
    LeaveOverlaps,
)


class NewLeave(Body):
    """From the first day to the last."""

    since: Day
    until: Day


class ChangedLeave(Done):
    staff_id: StaffId
    leave_id: LeaveId


@deciding(
    "planLeave",
    Label("Registrera en ledighet", "Record a leave"),
    Label(
        "I förväg eller i efterhand, inom tjänsten; varför någon är borta registreras aldrig. Den"
        " som är borta behåller ärenden och plats i teamet men räknas inte som att vara där.",
        "Ahead or afterwards, within the position; why somebody is away is never recorded. Who is"
        " away keeps cases and seat in the team, but is not counted as being there.",
    ),
    asks=_MANAGE,
    refuses=_HAS_NO_ROOM,
    status=CREATED,
    leads=(Lead("readStaffMember", {"staffId": "staffId"}),),
)
async def plan(visit: Visit, staff_id: UUID, leave: NewLeave) -> ChangedLeave:
    outcome = await visit.carry_out(
        use_cases.plan_leave, staff_id, since=leave.since, until=leave.until
    )
    return _changed(staff_id, outcome.the(LeavePlanned)[1].leave, outcome)


class CorrectedLeave(NewLeave):
    reason: LeaveCorrection
    """Why it was told wrongly; not why somebody is away."""


@deciding(
    "correctLeave",
    Label("Rätta en ledighet", "Correct a leave"),
    Label("Den var felskriven, eller har flyttats.", "It was mistyped, or has been moved."),
    asks=_MANAGE,
    refuses=_HAS_NO_ROOM,
)
async def correct(
    visit: Visit, staff_id: UUID, leave_id: UUID, leave: CorrectedLeave
) -> ChangedLeave:
    outcome = await visit.carry_out(
        use_cases.correct_leave,
        staff_id,
        leave_id,
        since=leave.since,
        until=leave.until,
        reason=leave.reason,
    )
    return _changed(staff_id, leave_id, outcome)


class LeaveEnding(Body):
    until: Day
    """The last day, earlier than planned."""


@deciding(
    "endLeave",
    Label("Avsluta en ledighet i förtid", "End a leave early"),
    Label("Någon är tillbaka tidigare.", "Somebody is back sooner."),
    asks=_MANAGE,
    refuses=(PositionHasEnded, LeaveIsOver, LeaveEndsBeforeItStarts, LeaveEndsNoEarlier),
)
async def end(visit: Visit, staff_id: UUID, leave_id: UUID, ending: LeaveEnding) -> ChangedLeave:
    outcome = await visit.carry_out(use_cases.end_leave, staff_id, leave_id, until=ending.until)
    return _changed(staff_id, leave_id, outcome)


@deciding(
    "withdrawLeave",
    Label("Återta en ledighet", "Withdraw a leave"),
    Label("Den blir inte av, eller var inte.", "It comes to nothing, or never was."),
    asks=_MANAGE,
    refuses=(PositionHasEnded,),
)
async def withdraw(visit: Visit, staff_id: UUID, leave_id: UUID) -> ChangedLeave:
    outcome = await visit.carry_out(use_cases.withdraw_leave, staff_id, leave_id)
    return _changed(staff_id, leave_id, outcome)


def _changed(staff_id: UUID, leave_id: UUID, outcome: Outcome) -> ChangedLeave:
    return ChangedLeave(
        staff_id=staff_id,
        leave_id=leave_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )
