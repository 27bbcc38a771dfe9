"""How much the unit carries is seen: its open cases, by case worker, the offers that wait, and the
points of it all against the capacity; and what it would be if a case went to somebody else."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from api.door import Lead, reading
from api.door.answers import (
    Answer,
    AsOfPosition,
    CaseId,
    Count,
    Day,
    Position,
    Seen,
    StaffId,
    Unit,
)
from api.door.fields import Id, UnitCode, swedish_day
from api.door.query import PastQuery, ReadingQuery
from api.door.visit import Visit
from api.resources.staff_members import away_until
from domain.capacity import Load
from domain.codes import Purpose
from domain.errors import UnknownStaffMember, UnknownUnit
from domain.labels import Label
from domain.policy import Act, Information
from projections import staff, workload
from projections.workload import capacity
from projections.workload import history as of_workload


class WorkloadQuery(PastQuery):
    """Of the reader's own unit."""


Points = Annotated[int, Meta(ge=0, description="Points; a setting weighs.", examples=[34])]


class CaseWorkerLoad(Answer):
    staff_id: StaffId
    open_cases: Count


class WorkerCapacity(Answer):
    staff_id: StaffId
    points: Points
    capacity: Annotated[Points, Meta(description="By extent of position; none while on leave.")]
    away_until: Annotated[
        Day | UnsetType,
        Meta(description="The last day of today's leave; shown to whoever manages staff."),
    ] = UNSET


class UnitCapacity(Answer):
    """Today's points against the capacity, of the unit and of each who may carry cases in it."""

    points: Points
    capacity: Points
    workers: list[WorkerCapacity]


class Workload(Answer):
    """As far as the reader sees the cases: of one's own side."""

    unit: Unit
    items: Annotated[
        list[CaseWorkerLoad],
        Meta(description="Who carries the most first; a case with two workers counts for both."),
    ]
    open_cases: Count
    unassigned: Count
    handovers_in: Count
    handovers_out: Count
    capacity: Annotated[UnitCapacity | None, Meta(description="Of today's only.")]
    position: Position
    as_of_position: AsOfPosition


@reading(
    "listWorkloads",
    Label("Se enhetens arbetsbelastning", "See the unit's workload"),
    Label(
        "Öppna ärenden per handläggare, ärenden utan handläggare och erbjudanden som väntar på"
        " svar, och poängen mot kapaciteten efter tjänstens storlek och ledighet. Med asOf visas"
        " ärendena som de var, i det som läsaren får se i dag.",
        "Open cases by case worker, cases without one, and offers that wait for an answer, and the"
        " points against the capacity by extent of position and leave. With asOf the cases are"
        " shown as they were, in what the reader may see today.",
    ),
    asks=(Act.READ, Information.LINE),
    view=workload.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    leads=(Lead("readStaffMember", {"staffId": "items/0/staffId"}),),
)
async def of_unit(visit: Visit, query: WorkloadQuery) -> Seen[Workload]:
    as_of = await visit.look_back(query)
    found = await (
        visit.ask(of_workload.of_unit, visit.viewer, as_of)
        if as_of
        else visit.ask(workload.of_unit, visit.viewer)
    )
    answer = Workload(
        unit=visit.viewer.unit,
        items=[
            CaseWorkerLoad(staff_id=staff, open_cases=cases)
            for staff, cases in zip(found.workers, found.cases, strict=True)
        ],
        open_cases=found.open,
        unassigned=found.unassigned,
        handovers_in=found.handovers_in,
        handovers_out=found.handovers_out,
        capacity=None if as_of else await _capacity(visit),
        position=visit.position,
        as_of_position=visit.as_of_position,
    )
    told = answer.capacity.workers if answer.capacity else answer.items
    return Seen(answer, [line.staff_id for line in told], detail=visit.detail(query))


async def _capacity(visit: Visit) -> UnitCapacity:
    await visit.include(staff.PROJECTION.name)
    settings = (await visit.house.desk.organised_now()).settings
    today = swedish_day(visit.now)
    loads = await visit.ask(capacity.of_own_unit, visit.viewer, settings, today)
    away = await away_until(visit, loads.workers)
    return UnitCapacity(
        points=loads.unit.points,
        capacity=loads.unit.capacity,
        workers=[
            WorkerCapacity(
                staff_id=who,
                points=load.points,
                capacity=load.capacity,
                away_until=away.get(who, UNSET),
            )
            for who, load in sorted(loads.workers.items(), key=lambda it: (-it[1].points, it[0]))
        ],
    )


# --- what if -----------------------------------------------------------------------------------


class CapacityQuery(ReadingQuery):
    worker_id: Id | None = None
    """If the case went to this worker of the responsible unit."""
    to_unit: UnitCode | None = None
    """If it went to this unit; the responsible one, where it is left out."""


class PointsAgainstCapacity(Answer):
    points: Points
    capacity: Points


class BeforeAndAfter(Answer):
    before: PointsAgainstCapacity
    after: PointsAgainstCapacity


class CapacityPreview(Answer):
    """Today's points and capacity, and what they would be with the case."""

    case_id: CaseId
    points: Annotated[Points, Meta(description="Of the case.")]
    unit: Unit
    of_unit: BeforeAndAfter
    worker_id: StaffId | None
    of_worker: BeforeAndAfter | None
    position: Position


@reading(
    "previewCapacity",
    Label("Förhandsgranska kapaciteten", "Preview the capacity"),
    Label(
        "Vad som skulle bäras, mot vad som kan bäras, om ärendet gick till en handläggare i den"
        " ansvariga enheten eller till en annan enhet: före och efter. Om en annan enhet visas bara"
        " hela enheten på ärendets sida; om en handläggare bara för den som tilldelar.",
        "What would be carried, against what can be, if the case went to a worker of the"
        " responsible unit or to another unit: before and after. Of another unit only the whole is"
        " shown, on the case's side; of a worker only to whoever assigns.",
    ),
    asks=(Act.OFFER, Information.RESPONSIBILITY),
    view=workload.PROJECTION.name,
    refuses=(UnknownUnit, UnknownStaffMember),
    leads=(Lead("assignCaseWorker", {"caseId": "caseId"}),),
)
async def preview(visit: Visit, case_id: UUID, query: CapacityQuery) -> Seen[CapacityPreview]:
    found = await visit.file(case_id, "case", Information.RESPONSIBILITY, act=Act.OFFER)
    if query.worker_id:
        await visit.file(case_id, "case", Information.RESPONSIBILITY, act=Act.ASSIGN)
    await visit.include(staff.PROJECTION.name)
    organisation, here = await visit.house.desk.organised_now(), found.file.responsible_unit
    to_unit = query.to_unit or here or ""
    if not organisation.carries_cases(to_unit, found.file.compartment):
        raise UnknownUnit
    settings, today = organisation.settings, swedish_day(visit.now)
    points = await visit.ask(capacity.of_case, case_id, settings)
    load = await visit.ask(capacity.of_unit, visit.viewer, to_unit, settings, today)
    answer = CapacityPreview(
        case_id=case_id,
        points=points,
        unit=to_unit,
        of_unit=_before_and_after(load, 0 if to_unit == here else points),
        worker_id=query.worker_id,
        of_worker=None,
        position=visit.position,
    )
    if query.worker_id:
        loads = await visit.ask(capacity.of_own_unit, visit.viewer, settings, today)
        if query.worker_id not in loads.workers:
            raise UnknownStaffMember
        more = 0 if query.worker_id in found.file.workers else points
        of_worker = _before_and_after(loads.workers[query.worker_id], more)
        answer = replace(answer, of_worker=of_worker)
    return Seen(answer, [case_id], detail=query.filters())


def _before_and_after(load: Load, points: int) -> BeforeAndAfter:
    return BeforeAndAfter(before=_told(load), after=_told(load.with_more(points)))


def _told(load: Load) -> PointsAgainstCapacity:
    return PointsAgainstCapacity(points=load.points, capacity=load.capacity)
