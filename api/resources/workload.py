"""How much the unit carries is seen: its open cases, by case worker, and the offers that wait."""

from typing import Annotated

from msgspec import Meta

from api.door import Lead, reading
from api.door.answers import Answer, AsOfPosition, Count, Position, Seen, StaffId, Unit
from api.door.query import PastQuery
from api.door.visit import Visit
from domain.codes import Purpose
from domain.labels import Label
from domain.policy import Act, Information
from projections import workload
from projections.workload import history as of_workload


class WorkloadQuery(PastQuery):
    """Of the reader's own unit."""


class CaseWorkerLoad(Answer):
    staff_id: StaffId
    open_cases: Count


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
    position: Position
    as_of_position: AsOfPosition


@reading(
    "listWorkloads",
    Label("Se enhetens arbetsbelastning", "See the unit's workload"),
    Label(
        "Öppna ärenden per handläggare, ärenden utan handläggare och erbjudanden som väntar på"
        " svar. Med asOf visas belastningen som den var, i det som läsaren får se i dag.",
        "Open cases by case worker, cases without one, and offers that wait for an answer. With"
        " asOf it is shown as it was, in what the reader may see today.",
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
        position=visit.position,
        as_of_position=visit.as_of_position,
    )
    return Seen(answer, list(found.workers), detail=visit.detail(query))
