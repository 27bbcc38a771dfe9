"""Break-glass: a case on one's own side is opened in an emergency, with a reason (section 5)."""

from dataclasses import replace
from uuid import UUID

from api.commands.case_files import file_of
from api.commands.work import Work
from domain import staff as staffs
from domain.case import Case
from domain.case.emergency import take_emergency_access
from domain.errors import AccessStands, NotFound
from domain.policy import Act, Information, Viewer, may, sees_compartment


async def open_case(work: Work, case_id: UUID, *, reason: str) -> None:
    """Raises NotFound for a case of another side, as for one that does not exist (S76-S78);
    AccessStands for whoever may read the whole case anyway."""
    viewer = await work.require(Act.OPEN, Information.EMERGENCY)
    await _open(work, viewer, case_id, await work.case(case_id), reason)


async def open_cases_of(work: Work, number: str, *, reason: str) -> None:
    """Every open case of whoever has the personal number, on one's own side: in an emergency
    nobody knows a case by its id. Raises NotFound where there is none; AccessStands."""
    viewer = await work.require(Act.OPEN, Information.EMERGENCY)
    side = viewer.side
    person = await work.desk.vault.find_person(side.value, number) if side else None
    if person is None:
        raise NotFound
    records = await work.merged(person)
    cases = [record.open_case for record in records if record.open_case is not None]
    if not cases:
        raise NotFound
    for case_id in cases:
        await _open(work, viewer, case_id, await work.case(case_id), reason)


async def _open(work: Work, viewer: Viewer, case_id: UUID, case: Case, reason: str) -> None:
    if not sees_compartment(viewer.side, case.compartment):
        raise NotFound
    file = file_of(case_id, case)
    if may(replace(viewer, emergencies=frozenset()), Act.READ, Information.NOTES, file):
        raise AccessStands
    hours = work.organisation.settings.emergency_access_hours
    taken = take_emergency_access(
        case, viewer.staff, unit=viewer.unit, reason=reason, now=work.now, hours=hours
    )
    work.record(case_id, taken)
    member = await work.staff(viewer.staff)
    work.record(viewer.staff, staffs.take_emergency_access(member, case_id, taken[-1].until))
