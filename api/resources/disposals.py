"""Disposal (gallring): planned by one person, approved by another, and seen until it is done."""

from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta
from pydantic import AfterValidator, Field

from api.commands import disposals as use_cases
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding, reading
from api.door.answers import (
    Answer,
    Day,
    DisposalId,
    Done,
    FileId,
    Moment,
    Position,
    Seen,
)
from api.door.fields import Body, Id, each_once, shown
from api.door.visit import Visit
from api.resources.kept_files import shelf_of
from api.resources.people import Who, who
from domain.codes import DisposalStatus, Purpose
from domain.disposal import MOST_FILES, DisposalApproved, DisposalPlanned, DisposalRejected
from domain.errors import (
    DisposalIsDecided,
    DisposalIsOnesOwn,
    DisposalIsTooLarge,
    FileIsKept,
    NotFound,
    NotPermitted,
    PositionIsNotReached,
)
from domain.labels import Label
from domain.policy import Act, Information, may
from projections import disposals

_READ: Final = (Act.READ, Information.DISPOSAL)
_MOST: Final = 200

# --- planned, approved -----------------------------------------------------------------------


class NewDisposal(Body):
    model_config = shown(fileIds=["5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02"])

    file_ids: Annotated[
        list[Id], Field(min_length=1, max_length=MOST_FILES), AfterValidator(each_once)
    ]
    """That are due: cases, and referrals that led to none."""

    def files(self) -> list[UUID]:
        return self.file_ids


class ChangedDisposal(Done):
    disposal_id: DisposalId


@deciding(
    "planDisposal",
    Label("Planera en gallring", "Plan a disposal"),
    Label(
        "Av akter vars tid är ute; en annan person godkänner den.",
        "Of files whose time is over; a second person approves it.",
    ),
    asks=(Act.MANAGE, Information.DISPOSAL),
    refuses=(FileIsKept, DisposalIsTooLarge, PositionIsNotReached),
    purpose=Purpose.DISPOSAL,
    status=CREATED,
    location="/disposals/{0.disposal_id}",
    leads=(
        Lead("approveDisposal", {"disposalId": "disposalId"}),
        Lead("rejectDisposal", {"disposalId": "disposalId"}),
    ),
)
async def plan(visit: Visit, disposal: NewDisposal) -> ChangedDisposal:
    await visit.recognise()
    if not may(visit.viewer, Act.MANAGE, Information.DISPOSAL):
        raise NotPermitted
    shelf = await shelf_of(visit, disposal.file_ids)
    if shelf.streams:
        await visit.leave_receipt(shelf.streams, "answered")  # whatever comes of the plan
    outcome = await visit.carry_out(use_cases.plan_disposal, disposal.file_ids, shelf)
    return _changed(outcome.the(DisposalPlanned)[0], outcome)


@deciding(
    "approveDisposal",
    Label("Godkänn en gallring", "Approve a disposal"),
    Label(
        "Av en annan person än den som planerade. Akterna gallras sedan i en gemensam omgång, när"
        " de är tillräckligt många.",
        "By another person than the one who planned it. The files are then disposed of together,"
        " once there are enough of them.",
    ),
    asks=(Act.CONFIRM, Information.DISPOSAL),
    refuses=(DisposalIsOnesOwn, DisposalIsDecided),
    status=CREATED,
    leads=(Lead("readDisposal", {"disposalId": "disposalId"}),),
)
async def approve(visit: Visit, disposal_id: UUID) -> ChangedDisposal:
    outcome = await visit.carry_out(use_cases.approve_disposal, disposal_id)
    return _changed(outcome.the(DisposalApproved)[0], outcome)


@deciding(
    "rejectDisposal",
    Label("Avvisa en gallring", "Reject a disposal"),
    Label("Ingenting gallras.", "Nothing is disposed of."),
    asks=(Act.CONFIRM, Information.DISPOSAL),
    refuses=(DisposalIsDecided,),
    status=CREATED,
)
async def reject(visit: Visit, disposal_id: UUID) -> ChangedDisposal:
    outcome = await visit.carry_out(use_cases.reject_disposal, disposal_id)
    return _changed(outcome.the(DisposalRejected)[0], outcome)


def _changed(disposal: UUID, outcome: Outcome) -> ChangedDisposal:
    return ChangedDisposal(
        disposal_id=disposal, position=outcome.position, replayed=outcome.replayed
    )


# --- seen ------------------------------------------------------------------------------------


class DisposalLine(Answer):
    disposal_id: DisposalId
    status: DisposalStatus
    files: Annotated[int, Meta(ge=0, description="How many files it holds.", examples=[12])]
    due_by: Day
    planned_at: Moment
    planned_by: Who
    decided_at: Moment | None
    decided_by: Who | None
    executed_at: Moment | None
    erased_at: Moment | None
    backups_until: Annotated[
        Day | None, Meta(description="The last day on which a backup may hold a key.")
    ]


class Disposals(Answer):
    items: list[DisposalLine]
    position: Position


class DisposalDetail(DisposalLine):
    """`leftOut`: what came to be kept after all."""

    file_ids: list[FileId]
    left_out: list[FileId]
    position: Position


@reading(
    "listDisposals",
    Label("Lista gallringar", "List disposals"),
    Label("De senaste först, på en sida.", "The latest first, on one page."),
    asks=_READ,
    view=disposals.PROJECTION.name,
    purpose=Purpose.DISPOSAL,
    leads=(Lead("readDisposal", {"disposalId": "items/0/disposalId"}),),
)
async def page(visit: Visit) -> Seen[Disposals]:
    lines = await visit.ask(disposals.disposals, visit.viewer, _MOST)
    people = await who(visit, (staff for line in lines for staff in by(line)))
    answer = Disposals(
        items=[DisposalLine(**_told(line, people)) for line in lines], position=visit.position
    )
    return Seen(answer, [line.disposal for line in lines])


@reading(
    "readDisposal",
    Label("Läs en gallring", "Read a disposal"),
    Label("Med akterna den omfattar.", "With the files that it holds."),
    asks=_READ,
    view=disposals.PROJECTION.name,
    purpose=Purpose.DISPOSAL,
    has_etag=True,
    leads=(Lead("certifyDisposal", {"disposalId": "disposalId"}),),
)
async def read(visit: Visit, disposal_id: UUID) -> Seen[DisposalDetail]:
    line = await found(visit, disposal_id)
    people = await who(visit, by(line))
    answer = DisposalDetail(
        **_told(line, people),
        file_ids=list(line.files),
        left_out=list(line.left_out),
        position=visit.position,
    )
    return Seen(answer, [disposal_id, *line.files], version=((disposal_id, line.version),))


async def found(visit: Visit, disposal_id: UUID) -> disposals.Line:
    line = await visit.ask(disposals.disposal, visit.viewer, disposal_id)
    if line is None:
        raise NotFound
    return line


def by(line: disposals.Line) -> list[UUID]:
    return [line.planned_by, *([line.decided_by] if line.decided_by else ())]


def _told(line: disposals.Line, people: dict[UUID, Who]) -> dict[str, Any]:
    return {
        "disposal_id": line.disposal,
        "status": DisposalStatus(line.status),
        "files": len(line.files),
        "due_by": line.latest,
        "planned_at": line.planned_at,
        "planned_by": people[line.planned_by],
        "decided_at": line.decided_at,
        "decided_by": people[line.decided_by] if line.decided_by else None,
        "executed_at": line.executed_at,
        "erased_at": line.erased_at,
        "backups_until": line.backups_until,
    }
