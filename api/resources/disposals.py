"""Disposal (gallring): which files are due and what keeps the others, planned by one person,
approved by another, and proved when the keys are gone."""

from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta
from pydantic import AfterValidator, Field

from api.commands import disposals as use_cases
from api.commands.disposals import Judged, Shelf
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
    Words,
)
from api.door.fields import Body, Id, each_once, shown
from api.door.visit import Visit
from api.resources.people import Who, who
from domain.codes import DisposalStatus, Purpose, RetentionRule, StatuteVersion
from domain.disposal import MOST_FILES, DisposalApproved, DisposalPlanned, DisposalRejected
from domain.errors import (
    DisposalIsDecided,
    DisposalIsNotErased,
    DisposalIsOnesOwn,
    DisposalIsTooLarge,
    ErasureCannotBeCertified,
    FileIsKept,
    NotFound,
    NotPermitted,
    PositionIsNotReached,
)
from domain.labels import Label
from domain.policy import Act, Information, may
from domain.telling import event_label
from projections import disposals, retention

_READ: Final = (Act.READ, Information.DISPOSAL)
_FIVE_YEARS: Final = timedelta(days=5 * 365)  # at least: what is younger is due by no rule
_MOST: Final = 200

# --- how long files are kept -----------------------------------------------------------------


class KeptFile(Answer):
    """A file whose five years may be over. Neither unit nor side, nor whose it is."""

    file_id: FileId
    kind: Annotated[str, Meta(description="case or referral.", examples=["case"])]
    last_noted_on: Day
    rule: RetentionRule
    statute: StatuteVersion
    section: Annotated[
        str | None, Meta(description="Of that law; none for a reading.", examples=["12:1"])
    ]
    is_due: Annotated[bool, Meta(description="Whether it is to go now.", examples=[True])]
    due_by: Annotated[Day | None, Meta(description="The last day of the law.")]


class KeptFiles(Answer):
    items: list[KeptFile]
    position: Position


@reading(
    "listKeptFiles",
    Label("Lista akter att gallra eller bevara", "List files to dispose of or to keep"),
    Label(
        "De 200 första akterna där inget har antecknats på fem år, var och en med regeln som avgör"
        " och lagrummet. Födelsedatum öppnas för bedömningen och visas inte.",
        "The first 200 files in which nothing was noted for five years, each with the rule that"
        " decides and the section. Birth dates are opened for the judgement and not shown.",
    ),
    asks=_READ,
    view=retention.PROJECTION.name,
    purpose=Purpose.DISPOSAL,
)
async def kept(visit: Visit) -> Seen[KeptFiles]:
    await visit.include(disposals.PROJECTION.name)
    noted = visit.now - _FIVE_YEARS
    files = await visit.ask(retention.ended, noted, limit=_MOST)
    shelf = await _shelf(visit, files)
    desk = visit.house.desk
    organisation = await desk.organised_now()
    streams = await desk.log.streams(shelf.streams, afresh=True)
    judged = await use_cases.judge_files(desk, organisation.settings, streams, shelf)
    by_file = {one.file: one for one in judged}
    answer = KeptFiles(
        items=[_kept(by_file[file]) for file in files if file in by_file],
        position=visit.position,
    )
    return Seen(answer, shelf.streams)


def _kept(one: Judged) -> KeptFile:
    verdict = one.verdict
    return KeptFile(
        file_id=one.file,
        kind=one.kind,
        last_noted_on=one.last_note,
        rule=verdict.rule,
        statute=verdict.version,
        section=verdict.section,
        is_due=verdict.is_due,
        due_by=verdict.by,
    )


async def _shelf(visit: Visit, files: Any) -> Shelf:
    """With every other file of the same persons; their birth dates are opened, and the receipt of
    it names them all."""
    shelf = await use_cases.shelf_of(visit.house.views, files)
    if shelf.streams:
        visit.position = max(visit.position, shelf.as_of)
    return shelf


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
    shelf = await _shelf(visit, disposal.file_ids)
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
    people = await who(visit, (by for line in lines for by in _by(line)))
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
    people = await who(visit, _by(line))
    answer = DisposalDetail(
        **_told(line, people),
        file_ids=list(line.files),
        left_out=list(line.left_out),
        position=visit.position,
    )
    return Seen(answer, [disposal_id, *line.files], version=((disposal_id, line.version),))


class HandedOut(Answer):
    """A fact of which a copy left the house before the file went: it is the receiver's now."""

    file_id: FileId
    name: Annotated[
        str, Meta(description="The public name.", examples=["case.external-referral-sent"])
    ]
    label: Words
    at: Moment


class Certificate(Answer):
    """What was disposed of, by whom, and that nobody can read it any more: at once of the log and
    all its backups, and of the vault's backups from the day after `backupsUntil`."""

    disposal_id: DisposalId
    planned_by: Who
    approved_by: Who
    executed_at: Moment
    erased_at: Moment
    files: list[FileId]
    persons: Annotated[int, Meta(ge=0, description="Of whom no other file was left.", examples=[6])]
    keys: Annotated[int, Meta(ge=1, description="How many keys were erased.", examples=[31])]
    backups_until: Day
    is_final: Annotated[
        bool, Meta(description="Whether the last backup with a key has expired.", examples=[False])
    ]
    copies: list[HandedOut]
    position: Position


@reading(
    "certifyDisposal",
    Label("Intyga en gallring", "Certify a disposal"),
    Label(
        "Prövas mot nyckelvalvet när den läses: ingen nyckel till akterna finns kvar. Dagen då den"
        " sista säkerhetskopian av valvet upphör anges, och det som redan lämnats ut räknas upp.",
        "Tried against the vault when it is read: no key of the files is left. The day on which"
        " the last backup of the vault expires is named, and what had been handed out is listed.",
    ),
    asks=_READ,
    view=disposals.PROJECTION.name,
    purpose=Purpose.DISPOSAL,
    refuses=(DisposalIsNotErased, ErasureCannotBeCertified),
)
async def certify(visit: Visit, disposal_id: UUID) -> Seen[Certificate]:
    line = await found(visit, disposal_id)
    if not visit.house.vault_is_apart:
        raise ErasureCannotBeCertified
    if not (line.executed_at and line.erased_at and line.backups_until and line.decided_by):
        raise DisposalIsNotErased
    if await visit.house.erasures.standing(line):
        raise DisposalIsNotErased
    people = await who(visit, _by(line))
    answer = Certificate(
        disposal_id=disposal_id,
        planned_by=people[line.planned_by],
        approved_by=people[line.decided_by],
        executed_at=line.executed_at,
        erased_at=line.erased_at,
        files=list(line.files),
        persons=len(line.persons),
        keys=line.keys or 0,
        backups_until=line.backups_until,
        is_final=visit.house.desk.calendar.day_of(visit.now) > line.backups_until,
        copies=[
            HandedOut(
                file_id=fact.stream,
                name=fact.name,
                label=Words.of(event_label(fact.name)),
                at=fact.recorded_at,
            )
            for file in (line.files if line.handed_out else ())
            for fact in await visit.house.desk.log.facts(file, *use_cases.HANDED_OUT)
        ],
        position=visit.position,
    )
    return Seen(answer, [disposal_id, *line.files])


async def found(visit: Visit, disposal_id: UUID) -> disposals.Line:
    line = await visit.ask(disposals.disposal, visit.viewer, disposal_id)
    if line is None:
        raise NotFound
    return line


def _by(line: disposals.Line) -> list[UUID]:
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
