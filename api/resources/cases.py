"""Cases are seen: the unit's caseload, line by line, and one case with what it rests on."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import asdict
from pydantic import ValidationInfo, field_validator
from pydantic.alias_generators import to_camel

from api.door import Lead, reading
from api.door.answers import (
    Answer,
    AsOfPosition,
    CaseId,
    Count,
    Due,
    HandoverId,
    Moment,
    Page,
    Position,
    ReferralId,
    Seen,
    StaffId,
    Text,
    Unit,
)
from api.door.faults import Fault, faulty
from api.door.fields import SWEDEN, Id, Instant
from api.door.query import Flag, PageQuery, PastQuery
from api.door.visit import Visit
from api.resources.circumstances import (
    Circumstances,
    ProposedDecline,
    circumstances_in,
    without_deliberation,
)
from api.resources.identities import Identity, identity_in, known_person
from api.resources.story import Told, what_it_rests_on
from domain.case import CaseStatus
from domain.codes import InformationKind
from domain.errors import NotFound
from domain.labels import Label
from domain.policy import Act, Information
from projections import access, caseload, timeline
from projections.asking import Page as Found
from projections.caseload import Counts, Cursor, Filter, Line
from projections.caseload import history as of_caseload
from projections.history import AsOf

# --- the caseload ----------------------------------------------------------------------------


class CaseOrder(StrEnum):
    OPENED_AT = "openedAt"
    LATEST_OPENED = "-openedAt"
    LAST_EVENT_AT = "lastEventAt"
    LATEST_EVENT = "-lastEventAt"
    ANSWER_DUE = "answerDue"
    LATEST_DUE = "-answerDue"

    @property
    def column(self) -> caseload.Order:
        return next(order for order in caseload.Order if to_camel(order) == self.lstrip("-"))

    @property
    def descending(self) -> bool:
        return self.startswith("-")


class DueWithin(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    THIS_WEEK = "this-week"

    def before(self, now: datetime) -> datetime:
        """Which answers are due by then; what is overdue is due today, too."""
        midnight = now.astimezone(SWEDEN).replace(hour=0, minute=0, second=0, microsecond=0)
        match self:
            case DueWithin.OVERDUE:
                return now
            case DueWithin.TODAY:
                return midnight + timedelta(days=1)
            case DueWithin.THIS_WEEK:
                return midnight + timedelta(days=7 - midnight.weekday())


class CaseloadQuery(PageQuery, PastQuery):
    status: CaseStatus | None = None
    """Open or closed; both, where it is left out."""
    worker: Id | None = None
    """Cases that this case worker is assigned to."""
    engaged: Flag | None = None
    """Instead of the unit's: open cases that you are engaged in as regional coordinator."""
    consulted: Flag | None = None
    """Instead of the unit's: cases that your unit is asked about and has not answered."""
    unassigned: Flag = False
    """Open cases that nobody is assigned to."""
    handover: Literal["in", "out"] | None = None
    """With an offer that waits for your unit's answer, or for another's."""
    due: DueWithin | None = None
    """Offers whose answer is overdue, or due by the end of the day or week."""
    due_before: Instant | None = None
    """The same, by a moment of your own."""
    order: CaseOrder = CaseOrder.OPENED_AT
    """A minus turns it round. `lastEventAt` is for today's caseload alone: not with `asOf`."""

    @field_validator("order")
    @classmethod
    def _kept(cls, order: CaseOrder, info: ValidationInfo) -> CaseOrder:
        back = info.data.get("as_of") or info.data.get("as_of_position") is not None
        if back and order.column is of_caseload.NO_ORDER:
            raise faulty(Fault.NOT_TOGETHER)
        return order

    def wanted(self, now: datetime) -> Filter:
        return Filter(
            status=self.status,
            worker=self.worker,
            engaged=bool(self.engaged),
            consulted=bool(self.consulted),
            unassigned=self.unassigned,
            handover=self.handover,
            due_before=self.due.before(now) if self.due else self.due_before,
        )


class CaseLine(Answer):
    """What a compilation may hold (SoLPuL 7 a §): ids, status, dates, owner."""

    case_id: CaseId
    unit: Annotated[str, Meta(description="The responsible unit.", examples=["nexus"])]
    status: CaseStatus
    workers: Annotated[list[StaffId], Meta(description="Assigned case workers.")]
    opened_at: Moment
    last_event_at: Moment
    handover_id: Annotated[HandoverId | None, Meta(description="An offer that waits.")]
    handover_to: Annotated[Unit | None, Meta(description="Whom it was offered to.")]
    answer_due: Due | None
    referrals: list[ReferralId]


class CaseCounts(Answer):
    """Of the whole caseload of the unit, as far as you see it."""

    open: Count
    unassigned: Count
    handovers_in: Count
    handovers_out: Count
    overdue: Count
    closed: Count


class Caseload(Page):
    items: list[CaseLine]
    counts: Annotated[CaseCounts | None, Meta(description="On the first page of today's only.")]
    as_of_position: AsOfPosition


@reading(
    "listCases",
    Label("Lista enhetens ärenden", "List the unit's cases"),
    Label(
        "De ärenden som enheten ansvarar för eller har erbjudits: filter, ordning, antal och"
        " sidor. Sammanställningen innehåller inga känsliga uppgifter. Med asOf visas den som den"
        " var, i det som läsaren får se i dag.",
        "The cases that the unit is responsible for or has been offered: filters, order, counts and"
        " pages. The compilation holds no sensitive data. With asOf it is shown as it was, in what"
        " the reader may see today.",
    ),
    asks=(Act.READ, Information.LINE),
    view=caseload.PROJECTION.name,
    leads=(
        Lead("listCases", {"cursor": "nextCursor"}),
        Lead("readCase", {"caseId": "items/0/caseId"}),
    ),
)
async def page(visit: Visit, query: CaseloadQuery) -> Seen[Caseload]:
    as_of = await visit.look_back(query)
    found, counts = await (_then(visit, query, as_of) if as_of else _now(visit, query))
    answer = Caseload(
        items=[line_of_case(line) for line in found.lines],
        counts=None if counts is None else _counted(counts),
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
        as_of_position=visit.as_of_position,
    )
    return Seen(answer, [line.case for line in found.lines], detail=visit.detail(query))


async def _then(
    visit: Visit, query: CaseloadQuery, as_of: AsOf
) -> tuple[Found[Line, Cursor], None]:
    """What was overdue then, is overdue; nothing is counted."""
    await visit.include(timeline.PROJECTION.name)
    found = await visit.ask(
        of_caseload.page,
        visit.viewer,
        as_of,
        query.wanted(as_of.moment),
        order=query.order.column,
        descending=query.order.descending,
        after=visit.last_seen(query, Cursor),
        limit=query.limit,
    )
    return found, None


async def _now(visit: Visit, query: CaseloadQuery) -> tuple[Found[Line, Cursor], Counts | None]:
    await visit.include(access.PROJECTION.name)  # the counts are its
    return await visit.ask(_asked, visit, query)


async def _asked(
    connection: Any, schema: str, visit: Visit, query: CaseloadQuery
) -> tuple[Found[Line, Cursor], Counts | None]:
    """The page and what goes with the first one, asked one after the other in one go."""
    first = query.cursor is None
    counts = await caseload.counts(connection, schema, visit.viewer, visit.now) if first else None
    found = await caseload.page(
        connection,
        schema,
        visit.viewer,
        query.wanted(visit.now),
        order=query.order.column,
        descending=query.order.descending,
        after=visit.last_seen(query, Cursor),
        limit=query.limit,
        few=None if counts is None else counts.few,
    )
    return found, counts


def _counted(counts: Counts) -> CaseCounts:
    return CaseCounts(
        open=counts.open,
        unassigned=counts.unassigned,
        handovers_in=counts.handovers_in,
        handovers_out=counts.handovers_out,
        overdue=counts.overdue,
        closed=counts.closed,
    )


# --- one case --------------------------------------------------------------------------------


class WaitingHandover(Answer):
    """An offer that waits, for whoever answers it."""

    handover_id: HandoverId
    from_unit: Unit
    to_unit: Unit
    answer_due: Due
    going_along: list[InformationKind]
    reason: Text | UnsetType = UNSET
    proposed_decline: ProposedDecline | UnsetType = UNSET


class CaseDetail(CaseLine):
    """With who it is about and what is feared, as far as the reader may see."""

    position: Position
    identity: Identity | UnsetType = UNSET
    circumstances: list[Circumstances] | UnsetType = UNSET
    handover: WaitingHandover | UnsetType = UNSET


@reading(
    "readCase",
    Label("Läs ett ärende", "Read a case"),
    Label(
        "Raden i sammanställningen, och för den som är behörig vem det gäller, vad det rör och vad"
        " som väntar på svar. ETag behövs för de handlingar som ändrar ansvaret.",
        "The line of the compilation and, for those entitled, who it is about, what is feared and"
        " what waits for an answer. The ETag is needed by the acts that change responsibility.",
    ),
    asks=(Act.READ, Information.LINE),
    view=caseload.PROJECTION.name,
    has_etag=True,
    leads=(
        Lead("assignCaseWorker", {"caseId": "caseId"}),
        Lead("offerHandover", {"caseId": "caseId"}),
        Lead("listTimelineEntries", {"caseId": "caseId"}),
    ),
)
async def read(visit: Visit, case_id: UUID) -> Seen[CaseDetail]:
    found = await visit.file(case_id, "case")
    line = await visit.ask(caseload.line, visit.viewer, case_id)
    if line is None:
        raise NotFound
    answer = CaseDetail(**asdict(line_of_case(line)), position=visit.position)
    told = await what_it_rests_on(visit, found, case_id, line.referrals)
    if visit.may_read(Information.IDENTITY, found):
        answer.identity = identity_in(told, contact=visit.may_read(Information.CONTACT, found))
    if visit.may_read(Information.CIRCUMSTANCES, found):
        every = circumstances_in(told)
        deliberates = visit.may_read(Information.DELIBERATION, found)
        answer.circumstances = every if deliberates else without_deliberation(every)
    if line.handover:
        answer.handover = _waiting(told, line.handover)
    subjects = [case_id, found.person, *line.referrals]
    return Seen(answer, subjects, version=((case_id, line.version), known_person(told, found)))


def _waiting(told: list[Told], handover: UUID) -> WaitingHandover | UnsetType:
    """The offer that stands, with the decline that waits for the unit manager, if one does."""
    waiting: WaitingHandover | UnsetType = UNSET
    for one in told:
        if one.facts.get("handover") != str(handover):
            continue
        if one.kind == "case.handover-offered":
            waiting = one.as_answer(WaitingHandover, handover_id=handover)
        elif waiting is not UNSET:
            refused = one.kind == "case.handover-decline-refused"
            waiting.proposed_decline = UNSET if refused else one.as_answer(ProposedDecline)
    return waiting


def line_of_case(line: caseload.Line) -> CaseLine:
    return CaseLine(
        case_id=line.case,
        unit=line.unit,
        status=CaseStatus(line.status),
        workers=list(line.workers),
        opened_at=line.opened_at,
        last_event_at=line.last_event_at,
        handover_id=line.handover,
        handover_to=line.handover_to,
        answer_due=line.answer_due,
        referrals=list(line.referrals),
    )
