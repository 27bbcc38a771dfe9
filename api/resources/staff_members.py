"""Staff are seen: who works where as what; and, by whoever manages them, when they are away."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.door import Lead, reading
from api.door.answers import Answer, Count, Day, LeaveId, Name, Page, Position, Seen, StaffId, Unit
from api.door.fields import swedish_day
from api.door.query import Flag, PageQuery
from api.door.visit import Visit
from domain.codes import Purpose, StaffRole
from domain.errors import NotFound
from domain.labels import Label
from domain.policy import Act, Information
from projections import staff
from projections.staff import Colleague, Cursor

_READ = (Act.READ, Information.STAFF)


# --- seen ------------------------------------------------------------------------------------


class StaffQuery(PageQuery):
    active: Flag = True
    """False: those who have left, too."""


class StaffLine(Answer):
    staff_id: StaffId
    unit: Unit
    role: StaffRole
    active: bool
    qualified_for_children: bool
    since: Day
    until: Day | None
    percentage: Annotated[int, Meta(description="Of full time.", examples=[100])]
    open_cases: Count
    away_until: Annotated[
        Day | UnsetType,
        Meta(description="The last day of today's leave; shown to whoever manages staff."),
    ] = UNSET
    name: Name | UnsetType = UNSET


class Staff(Page):
    items: list[StaffLine]


@reading(
    "listStaffMembers",
    Label("Lista medarbetare", "List staff members"),
    Label(
        "Kollegorna i den egna enheten; för administratörer alla.",
        "The colleagues of one's own unit; everybody for administrators.",
    ),
    asks=_READ,
    view=staff.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    leads=(Lead("listStaffMembers", {"cursor": "nextCursor"}),),
)
async def page(visit: Visit, query: StaffQuery) -> Seen[Staff]:
    found = await visit.ask(
        staff.page,
        visit.viewer,
        active=query.active,
        after=visit.last_seen(query, Cursor),
        limit=query.limit,
    )
    answer = Staff(
        items=[StaffLine(**told) for told in await _told(visit, found.lines)],
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
    )
    return Seen(answer, [line.staff for line in found.lines], detail=query.filters())


class Leave(Answer):
    """When, never why."""

    leave_id: LeaveId
    since: Day
    until: Annotated[Day, Meta(description="The last day.")]


class StaffDetail(StaffLine, kw_only=True):
    leaves: Annotated[
        list[Leave] | UnsetType,
        Meta(description="All of them, the latest first; shown to whoever manages staff."),
    ] = UNSET
    position: Position


@reading(
    "readStaffMember",
    Label("Läs en medarbetare", "Read a staff member"),
    Label("Tjänsten, behörigheten och antalet ärenden.", "Position, qualification and caseload."),
    asks=_READ,
    view=staff.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    has_etag=True,
    leads=(Lead("endPosition", {"staffId": "staffId"}),),
)
async def read(visit: Visit, staff_id: UUID) -> Seen[StaffDetail]:
    line = await visit.ask(staff.colleague, visit.viewer, staff_id)
    if line is None:
        raise NotFound
    [told] = await _told(visit, [line])
    leaves = await visit.ask(staff.leaves, visit.viewer, [staff_id])
    if leaves is not None:
        told["leaves"] = [
            Leave(leave_id=leave.leave, since=leave.since, until=leave.until) for leave in leaves
        ]
    answer = StaffDetail(**told, position=visit.position)
    return Seen(answer, [staff_id], version=((staff_id, line.version),))


async def _told(visit: Visit, lines: Sequence[Colleague]) -> list[dict[str, Any]]:
    names = await visit.house.opener.open_values([(line.name, str) for line in lines])
    away = await away_until(visit, (line.staff for line in lines))
    return [
        _line(line)
        | ({"name": name.reveal()} if name.is_open else {})
        | ({"away_until": away[line.staff]} if line.staff in away else {})
        for line, name in zip(lines, names, strict=True)
    ]


async def away_until(visit: Visit, of: Iterable[UUID]) -> dict[UUID, date]:
    """Who of them is on leave today, and until when, as far as the reader manages them."""
    today = swedish_day(visit.now)
    leaves = await visit.ask(staff.leaves, visit.viewer, list(of), on=today)
    return {leave.staff: leave.until for leave in leaves or ()}


def _line(line: Colleague) -> dict[str, Any]:
    return {
        "staff_id": line.staff,
        "unit": line.unit,
        "role": StaffRole(line.role),
        "active": line.active,
        "qualified_for_children": line.qualified,
        "since": line.since,
        "until": line.until,
        "percentage": line.percentage,
        "open_cases": line.open_cases,
    }
