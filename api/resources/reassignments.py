"""Cases change hands by the hundred, in one act: when somebody leaves, or is away for long."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from msgspec import Meta
from pydantic import AfterValidator, Field

from api.commands import cases as use_cases
from api.door import Lead, deciding
from api.door.answers import CaseId, Done, StaffId
from api.door.fields import Body, Id, each_once
from api.door.visit import Visit
from domain.case import CaseWorkerAssigned
from domain.errors import (
    CaseIsClosed,
    SuccessorIsTheSame,
    UnknownStaffMember,
    WorkerCannotBeAssigned,
    WorkerHasNoPosition,
    WorkerIsAway,
    WorkerIsNotAssigned,
    WorkerIsNotQualifiedForChildren,
)
from domain.labels import Label
from domain.policy import Act, Information

MOST_CASES = 100


class Reassignment(Body):
    successor_id: Id
    case_ids: Annotated[
        list[Id],
        Field(
            min_length=1,
            max_length=MOST_CASES,
            json_schema_extra={
                "uniqueItems": True,
                "examples": [["5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02"]],
            },
        ),
        AfterValidator(each_once),
    ]
    """Up to 100 of the worker's cases."""

    even_if_away: bool = False
    """The successor is on leave today, and takes them all the same."""

    def files(self) -> Sequence[UUID]:
        return self.case_ids


class ReassignedCases(Done):
    worker_id: StaffId
    successor_id: StaffId
    case_ids: Annotated[list[CaseId], Meta(description="What changed hands.")]


@deciding(
    "reassignCases",
    Label("Fördela om ärenden", "Reassign cases"),
    Label(
        "Upp till 100 ärenden byter handläggare i en enda händelse, eller inget av dem.",
        "Up to 100 cases change their case worker in one act, or none of them does.",
    ),
    asks=(Act.ASSIGN, Information.RESPONSIBILITY),
    refuses=(
        CaseIsClosed,
        SuccessorIsTheSame,
        UnknownStaffMember,
        WorkerHasNoPosition,
        WorkerIsAway,
        WorkerCannotBeAssigned,
        WorkerIsNotAssigned,
        WorkerIsNotQualifiedForChildren,
    ),
    leads=(Lead("listCases", {}),),
)
async def reassign(visit: Visit, staff_id: UUID, them: Reassignment) -> ReassignedCases:
    outcome = await visit.carry_out(
        use_cases.reassign_cases,
        staff_id,
        them.successor_id,
        them.case_ids,
        even_if_away=them.even_if_away,
    )
    assigned = [f.stream for f in outcome.facts if isinstance(f.event, CaseWorkerAssigned)]
    return ReassignedCases(
        worker_id=staff_id,
        successor_id=them.successor_id,
        case_ids=assigned,
        position=outcome.position,
        replayed=outcome.replayed,
    )
