"""Staff: a position in a unit with a role and a side, taken and ended. Who leaves hands on every
case in the same act."""

from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.commands import staff as use_cases
from api.commands.staff import PositionDetails
from api.door import CREATED, Lead, deciding, reading
from api.door.answers import (
    Answer,
    CaseId,
    Count,
    Day,
    Done,
    Name,
    Page,
    Position,
    Seen,
    StaffId,
    Unit,
)
from api.door.fields import Body, Id, Line, UnitCode, swedish_day
from api.door.fields import Day as DayOfBody
from api.door.query import Flag, PageQuery
from api.door.visit import Visit
from domain.codes import Compartment, Purpose, Qualification, StaffRole
from domain.errors import (
    NotFound,
    OwnPositionStands,
    PositionHasEnded,
    PositionIsTaken,
    PositionStartsOrEndsLater,
    SideDoesNotFit,
    SuccessorIsTheSame,
    TooManyEvents,
    UnknownStaffMember,
    UnknownUnit,
    WorkerCannotBeAssigned,
    WorkerHasNoPosition,
    WorkerIsNotQualifiedForChildren,
)
from domain.labels import Label
from domain.policy import Act, Information
from domain.staff import CaseGivenBack, PositionTaken
from projections import staff
from projections.staff import Colleague, Cursor

_READ = (Act.READ, Information.STAFF)
_MANAGE = (Act.MANAGE, Information.STAFF)


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
    open_cases: Count
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


class StaffDetail(StaffLine, kw_only=True):
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
    answer = StaffDetail(**told, position=visit.position)
    return Seen(answer, [staff_id], version=((staff_id, line.version),))


async def _told(visit: Visit, lines: Any) -> list[dict[str, Any]]:
    names = await visit.house.opener.open_values([(line.name, str) for line in lines])
    return [
        _line(line) | ({"name": name.reveal()} if name.is_open else {})
        for line, name in zip(lines, names, strict=True)
    ]


def _line(line: Colleague) -> dict[str, Any]:
    return {
        "staff_id": line.staff,
        "unit": line.unit,
        "role": StaffRole(line.role),
        "active": line.active,
        "qualified_for_children": line.qualified,
        "since": line.since,
        "until": line.until,
        "open_cases": line.open_cases,
    }


# --- positions taken -------------------------------------------------------------------------


class NewStaffMember(Body):
    name: Line
    unit: UnitCode
    role: StaffRole
    side: Compartment | None = None
    """The one side that a worker serves in all cases; none for those who never see a case."""
    since: DayOfBody
    qualified_for_children: bool = False
    """A degree for work with children and young people is on record (SoL 25:1)."""

    def details(self) -> PositionDetails:
        return PositionDetails(
            name=self.name,
            unit=self.unit,
            role=self.role,
            side=self.side,
            since=self.since,
            qualified_for_children=self.qualified_for_children,
        )


class ChangedStaffMember(Done):
    staff_id: StaffId


@deciding(
    "takePosition",
    Label("Registrera en medarbetare", "Record a staff member"),
    Label(
        "Id:t i svaret är det som identitetsleverantörens intyg ska ange som `sub`. Enhetschefer"
        " registrerar för egen enhet och sida, administratörer för alla.",
        "The id in the answer is what the identity provider's tokens name as `sub`. Unit managers"
        " record for their own unit and side, administrators everywhere.",
    ),
    asks=_MANAGE,
    refuses=(UnknownUnit, SideDoesNotFit, PositionStartsOrEndsLater),
    status=CREATED,
    location="/staff-members/{0.staff_id}",
    leads=(Lead("readStaffMember", {"staffId": "staffId"}),),
)
async def take_position(visit: Visit, new: NewStaffMember) -> ChangedStaffMember:
    outcome = await visit.carry_out(use_cases.take_position, new.details())
    staff_id, _ = outcome.the(PositionTaken)
    return ChangedStaffMember(
        staff_id=staff_id, position=outcome.position, replayed=outcome.replayed
    )


@deciding(
    "takeNewPosition",
    Label("Registrera en ny tjänst", "Record a new position"),
    Label(
        "För den som redan har ett id här, när den förra tjänsten har upphört; sidan består.",
        "For somebody who has an id here, once the last position has ended; the side stays.",
    ),
    asks=_MANAGE,
    refuses=(UnknownUnit, SideDoesNotFit, PositionIsTaken, PositionStartsOrEndsLater),
    status=CREATED,
    leads=(Lead("readStaffMember", {"staffId": "staffId"}),),
)
async def take_new_position(
    visit: Visit, staff_id: UUID, new: NewStaffMember
) -> ChangedStaffMember:
    outcome = await visit.carry_out(use_cases.take_position, new.details(), staff_id)
    return ChangedStaffMember(
        staff_id=staff_id, position=outcome.position, replayed=outcome.replayed
    )


class NewQualification(Body):
    qualification: Qualification


@deciding(
    "recordQualification",
    Label("Registrera en behörighet", "Record a qualification"),
    Label("För arbete med barn och unga (SoL 25:1).", "For work with children (SoL 25:1)."),
    asks=_MANAGE,
    status=CREATED,
    refuses=(PositionHasEnded,),
)
async def record_qualification(
    visit: Visit, staff_id: UUID, new: NewQualification
) -> ChangedStaffMember:
    outcome = await visit.carry_out(use_cases.record_qualification, staff_id, new.qualification)
    return ChangedStaffMember(
        staff_id=staff_id, position=outcome.position, replayed=outcome.replayed
    )


# --- positions ended -------------------------------------------------------------------------


class Departure(Body):
    until: DayOfBody | None = None
    """The last day; today, where it is left out."""
    successor_id: Id | None = None
    """Takes every case; left out, they go back to the unit as unassigned."""


class EndedPosition(ChangedStaffMember):
    cases: Annotated[list[CaseId], Meta(description="What changed hands.")]
    successor_id: StaffId | None


@deciding(
    "endPosition",
    Label("Avsluta en tjänst", "End a position"),
    Label(
        "Alla ärenden byter hand i samma händelse: till efterträdaren, som måste få tilldelas vart"
        " och ett av dem, eller tillbaka till enheten. Inloggningen slutar gälla genast.",
        "Every case changes hands in the same act: to the successor, who must be one who may be"
        " assigned to each of them, or back to the unit. The token stops working at once.",
    ),
    asks=_MANAGE,
    refuses=(
        OwnPositionStands,
        PositionStartsOrEndsLater,
        SuccessorIsTheSame,
        TooManyEvents,
        UnknownStaffMember,
        WorkerHasNoPosition,
        WorkerCannotBeAssigned,
        WorkerIsNotQualifiedForChildren,
    ),
    leads=(Lead("listCases", {}),),
)
async def end_position(visit: Visit, staff_id: UUID, departure: Departure) -> EndedPosition:
    outcome = await visit.carry_out(
        use_cases.end_position,
        staff_id,
        until=departure.until or swedish_day(visit.now),
        successor_id=departure.successor_id,
    )
    return EndedPosition(
        staff_id=staff_id,
        cases=[fact.event.case for fact in outcome.facts if isinstance(fact.event, CaseGivenBack)],
        successor_id=departure.successor_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )
