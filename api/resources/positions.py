"""A position in a unit with a role and a side: taken, changed in its extent, and ended. Who leaves
hands on every case in the same act."""

from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta

from api.commands import staff as use_cases
from api.commands.staff import PositionDetails
from api.door import CREATED, Lead, deciding
from api.door.answers import CaseId, Done, StaffId
from api.door.fields import Body, Id, Line, Percentage, UnitCode, swedish_day
from api.door.fields import Day as DayOfBody
from api.door.visit import Visit
from domain.codes import Compartment, Qualification, StaffRole
from domain.errors import (
    OwnPositionStands,
    PositionHasEnded,
    PositionIsTaken,
    PositionStartsOrEndsLater,
    RoleDoesNotFit,
    SideDoesNotFit,
    SuccessorIsTheSame,
    TooManyEvents,
    UnknownStaffMember,
    UnknownUnit,
    WorkerCannotBeAssigned,
    WorkerHasNoPosition,
    WorkerIsAway,
    WorkerIsNotQualifiedForChildren,
)
from domain.labels import Label
from domain.policy import Act, Information
from domain.staff import FULL_TIME, CaseGivenBack, PositionTaken

_MANAGE: Final = (Act.MANAGE, Information.STAFF)


# --- positions taken -------------------------------------------------------------------------


class NewStaffMember(Body):
    name: Line
    unit: UnitCode
    role: StaffRole
    side: Compartment | None = None
    """The one side that a worker serves in all cases; none for those who never see a case."""
    since: DayOfBody
    percentage: Percentage = FULL_TIME
    """How much of full time the position is."""
    qualified_for_children: bool = False
    """A degree for work with children and young people is on record (SoL 25:1)."""

    def details(self) -> PositionDetails:
        return PositionDetails(
            name=self.name,
            unit=self.unit,
            role=self.role,
            side=self.side,
            since=self.since,
            percentage=self.percentage,
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
    refuses=(UnknownUnit, RoleDoesNotFit, SideDoesNotFit, PositionStartsOrEndsLater),
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
    refuses=(
        UnknownUnit,
        RoleDoesNotFit,
        SideDoesNotFit,
        PositionIsTaken,
        PositionStartsOrEndsLater,
    ),
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


class NewExtent(Body):
    percentage: Percentage


@deciding(
    "setExtent",
    Label("Ändra hur stor en tjänst är", "Set the extent of a position"),
    Label(
        "I procent av heltid, från och med nu; kapaciteten räknas efter den.",
        "In per cent of full time, from now on; the capacity follows it.",
    ),
    asks=_MANAGE,
    refuses=(PositionHasEnded,),
)
async def set_extent(visit: Visit, staff_id: UUID, new: NewExtent) -> ChangedStaffMember:
    outcome = await visit.carry_out(use_cases.set_extent, staff_id, new.percentage)
    return ChangedStaffMember(
        staff_id=staff_id, position=outcome.position, replayed=outcome.replayed
    )


# --- positions ended -------------------------------------------------------------------------


class Departure(Body):
    until: DayOfBody | None = None
    """The last day; today, where it is left out."""
    successor_id: Id | None = None
    """Takes every case; left out, they go back to the unit as unassigned."""
    even_if_away: bool = False
    """The successor is on leave today, and takes them all the same."""


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
        WorkerIsAway,
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
        even_if_away=departure.even_if_away,
    )
    return EndedPosition(
        staff_id=staff_id,
        cases=[fact.event.case for fact in outcome.facts if isinstance(fact.event, CaseGivenBack)],
        successor_id=departure.successor_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )
