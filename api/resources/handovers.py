"""Handovers are seen and offered, with a preview of what goes along; the offering unit stays
responsible until the acceptance."""

from functools import partial
from typing import Literal
from uuid import UUID

from api.commands import cases as use_cases
from api.door import CREATED, Lead, deciding, reading
from api.door.answers import (
    Answer,
    AsOfPosition,
    CaseId,
    Count,
    Done,
    Due,
    HandoverId,
    Moment,
    Page,
    Position,
    Seen,
    StaffId,
    Unit,
    Words,
)
from api.door.fields import Body, Passage, UnitCode
from api.door.query import PageQuery, PastQuery, ReadingQuery
from api.door.visit import Visit
from domain import case as cases
from domain.case import HandoverOffered
from domain.codes import InformationKind
from domain.errors import (
    CaseIsClosed,
    HandoverIsWaiting,
    NotFound,
    ReceivingUnitIsResponsible,
    RuleBindsTheUnit,
    UnknownUnit,
)
from domain.labels import Label
from domain.policy import Act, Information
from projections import caseload, handovers
from projections.handovers import Direction, HandoverStatus
from projections.handovers import history as of_handovers
from projections.waiting import Cursor

# --- what waits ------------------------------------------------------------------------------


class HandoversQuery(PageQuery, PastQuery):
    direction: Literal["in", "out"] = "in"
    """Offered to your unit, or by it."""
    status: HandoverStatus | None = None
    """Only those that stand so."""


class HandoverLine(Answer):
    handover_id: HandoverId
    case_id: CaseId
    from_unit: Unit
    to_unit: Unit
    status: HandoverStatus
    offered_at: Moment
    offered_by: StaffId
    answer_due: Due
    answered_at: Moment | None
    answered_by: StaffId | None


class Handovers(Page):
    items: list[HandoverLine]
    as_of_position: AsOfPosition


@reading(
    "listHandovers",
    Label("Lista enhetens överlämningar", "List the unit's handovers"),
    Label(
        "De som väntar på svar, efter när svaret ska lämnas; sedan de besvarade. Med asOf visas de"
        " som de var, i det som läsaren får se i dag.",
        "Those that wait for an answer, by when it is due; then those that were answered. With"
        " asOf they are shown as they were, in what the reader may see today.",
    ),
    asks=(Act.READ, Information.LINE),
    view=handovers.PROJECTION.name,
    leads=(Lead("listHandovers", {"cursor": "nextCursor"}),),
)
async def page(visit: Visit, query: HandoversQuery) -> Seen[Handovers]:
    as_of = await visit.look_back(query)
    found = await visit.ask(
        partial(of_handovers.page, as_of=as_of) if as_of else handovers.page,
        viewer=visit.viewer,
        direction=Direction(query.direction),
        status=query.status,
        after=visit.last_seen(query, Cursor),
        limit=query.limit,
    )
    answer = Handovers(
        items=[_told(line) for line in found.lines],
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
        as_of_position=visit.as_of_position,
    )
    return Seen(answer, [line.case for line in found.lines], detail=visit.detail(query))


def _told(line: handovers.Line) -> HandoverLine:
    return HandoverLine(
        handover_id=line.handover,
        case_id=line.case,
        from_unit=line.from_unit,
        to_unit=line.to_unit,
        status=HandoverStatus(line.status),
        offered_at=line.offered_at,
        offered_by=line.offered_by,
        answer_due=line.answer_due,
        answered_at=line.answered_at,
        answered_by=line.answered_by,
    )


# --- offering --------------------------------------------------------------------------------


class PreviewQuery(ReadingQuery):
    to_unit: UnitCode
    """Whom the case would be offered to."""


class GoesAlong(Answer):
    kind: InformationKind
    label: Words
    entries: Count


class HandoverPreview(Answer):
    """What the receiving unit would get to see: need-to-know inside the administration."""

    case_id: CaseId
    to_unit: Unit
    going_along: list[GoesAlong]
    position: Position


@reading(
    "previewHandover",
    Label("Förhandsgranska en överlämning", "Preview a handover"),
    Label(
        "Vilka slag av uppgifter som skulle följa med, och hur många; ingenting ändras.",
        "Which kinds of information would go along, and how many entries; nothing changes.",
    ),
    asks=(Act.OFFER, Information.RESPONSIBILITY),
    view=caseload.PROJECTION.name,
    refuses=(UnknownUnit, ReceivingUnitIsResponsible),
    leads=(Lead("offerHandover", {"caseId": "caseId"}),),
)
async def preview(visit: Visit, case_id: UUID, query: PreviewQuery) -> Seen[HandoverPreview]:
    found = await visit.file(case_id, "case", Information.RESPONSIBILITY, act=Act.OFFER)
    stream = (await visit.house.desk.log.streams([case_id], afresh=True))[case_id]
    case = stream.state
    if not isinstance(case, cases.Case):
        raise NotFound
    organisation = await visit.house.desk.organised_now()
    if not organisation.carries_cases(query.to_unit, found.file.compartment):
        raise UnknownUnit
    if query.to_unit == case.unit:
        raise ReceivingUnitIsResponsible
    answer = HandoverPreview(
        case_id=case_id,
        to_unit=query.to_unit,
        going_along=[
            GoesAlong(kind=kind, label=Words.of(kind), entries=entries)
            for kind, entries in cases.preview_handover(case).items()
        ],
        position=visit.position,
    )
    return Seen(answer, [case_id], version=((case_id, stream.version),))


class NewHandover(Body):
    to_unit: UnitCode
    reason: Passage


class OfferedHandover(Done):
    case_id: CaseId
    handover_id: HandoverId
    to_unit: Unit
    answer_due: Due
    going_along: list[InformationKind]


OF_BOTH = {"caseId": "caseId", "handoverId": "handoverId"}


@deciding(
    "offerHandover",
    Label("Erbjud en överlämning", "Offer a handover"),
    Label(
        "Ärendet erbjuds en annan enhet; den här enheten ansvarar tills den tar emot.",
        "The case is offered to another unit; this unit stays responsible until it is accepted.",
    ),
    asks=(Act.OFFER, Information.RESPONSIBILITY),
    needs_match=True,
    refuses=(
        CaseIsClosed,
        HandoverIsWaiting,
        ReceivingUnitIsResponsible,
        UnknownUnit,
        RuleBindsTheUnit,
    ),
    status=CREATED,
    leads=(Lead("acceptHandover", OF_BOTH), Lead("withdrawHandover", OF_BOTH)),
)
async def offer(visit: Visit, case_id: UUID, new: NewHandover) -> OfferedHandover:
    outcome = await visit.carry_out(
        use_cases.offer_handover, case_id, to_unit=new.to_unit, reason=new.reason
    )
    _, offered = outcome.the(HandoverOffered)
    return OfferedHandover(
        case_id=case_id,
        handover_id=offered.handover,
        to_unit=offered.to_unit,
        answer_due=offered.answer_due,
        going_along=list(offered.going_along),
        position=outcome.position,
        replayed=outcome.replayed,
    )
