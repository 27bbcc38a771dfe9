"""Referrals are seen: by the unit that must answer, by who sent them, by who is informed."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.door import Lead, reading
from api.door.answers import (
    Answer,
    AsOfPosition,
    CaseId,
    Count,
    Due,
    Moment,
    Page,
    Position,
    ReferralId,
    Seen,
    StaffId,
    Unit,
)
from api.door.query import PageQuery, PastQuery
from api.door.visit import Visit
from api.resources.circumstances import Circumstances, circumstances_in
from api.resources.clocks import ClockAsItStands, clocks_of
from api.resources.identities import Identity, identity_in, known_person
from api.resources.referrals import Holder, Informed, Receipt
from api.resources.story import what_it_rests_on
from domain.codes import Purpose
from domain.errors import NotFound
from domain.labels import Label
from domain.policy import Act, Information
from domain.referral import ReferralStatus
from projections import inbox
from projections.inbox import Direction
from projections.inbox import history as of_inbox
from projections.waiting import Cursor


class InboxQuery(PageQuery, PastQuery):
    direction: Direction = Direction.IN
    """Routed to your unit, sent by it, or what it is informed of."""
    status: ReferralStatus | None = None
    """Only those that stand so."""


class ReferralLine(Answer):
    """What a compilation may hold: ids, status, dates, owner."""

    referral_id: ReferralId
    receipt: Receipt
    unit: Unit
    holder: Holder
    sender_unit: Unit
    informed: Informed
    status: ReferralStatus
    acute: bool
    received_at: Moment
    answer_due: Due | None
    answered_at: Moment | None
    answered_by: StaffId | None
    case_id: CaseId | None


class InboxCounts(Answer):
    """Of what is not answered yet."""

    waiting: Count
    decline_proposed: Count
    overdue: Count
    sent: Count


class Inbox(Page):
    items: list[ReferralLine]
    counts: Annotated[InboxCounts | None, Meta(description="On the first page of today's only.")]
    as_of_position: AsOfPosition


@reading(
    "listReferrals",
    Label("Lista enhetens aktualiseringar", "List the unit's referrals"),
    Label(
        "Det som väntar på svar, efter när svaret ska lämnas; sedan det besvarade, det senaste"
        " först. Med asOf visas listan som den var, i det som läsaren får se i dag.",
        "What waits for an answer, by when the answer is due; then what has been answered, the"
        " latest first. With asOf the list is shown as it was, in what the reader may see today.",
    ),
    asks=(Act.READ, Information.LINE),
    view=inbox.PROJECTION.name,
    purpose=Purpose.INTAKE,
    leads=(Lead("listReferrals", {"cursor": "nextCursor"}),),
)
async def page(visit: Visit, query: InboxQuery) -> Seen[Inbox]:
    as_of = await visit.look_back(query)
    found = await visit.ask(
        partial(of_inbox.page, as_of=as_of) if as_of else inbox.page,
        viewer=visit.viewer,
        direction=query.direction,
        status=query.status,
        after=visit.last_seen(query, Cursor),
        limit=query.limit,
    )
    answer = Inbox(
        items=[line_of_referral(line) for line in found.lines],
        counts=None if query.cursor or as_of else await _counts(visit),
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
        as_of_position=visit.as_of_position,
    )
    return Seen(answer, [line.referral for line in found.lines], detail=visit.detail(query))


async def _counts(visit: Visit) -> InboxCounts:
    counts = await visit.ask(inbox.counts, visit.viewer, visit.now)
    return InboxCounts(
        waiting=counts.waiting,
        decline_proposed=counts.decline_proposed,
        overdue=counts.overdue,
        sent=counts.sent,
    )


class ReferralDetail(ReferralLine):
    """With what the answer rests on, for whoever must answer."""

    position: Position
    identity: Identity | UnsetType = UNSET
    circumstances: Circumstances | UnsetType = UNSET
    deadlines: list[ClockAsItStands] | UnsetType = UNSET


@reading(
    "readReferral",
    Label("Läs en aktualisering", "Read a referral"),
    Label(
        "Den som ska svara ser vem det gäller och vad det rör; avsändaren ser hur det går.",
        "Whoever must answer sees who it is about and what is feared; the sender sees how it goes.",
    ),
    asks=(Act.READ, Information.LINE),
    view=inbox.PROJECTION.name,
    purpose=Purpose.INTAKE,
    has_etag=True,
    leads=(
        Lead("acceptReferral", {"referralId": "referralId"}),
        Lead("declineReferral", {"referralId": "referralId"}),
    ),
)
async def read(visit: Visit, referral_id: UUID) -> Seen[ReferralDetail]:
    found = await visit.file(referral_id, "referral")
    line = await visit.ask(inbox.line, visit.viewer, referral_id)
    if line is None:
        raise NotFound
    answer = ReferralDetail(**_told(line), position=visit.position)
    told = await what_it_rests_on(visit, found, referral_id, [])
    if visit.may_read(Information.IDENTITY, found):
        answer.identity = identity_in(told, contact=visit.may_read(Information.CONTACT, found))
    if visit.may_read(Information.CIRCUMSTANCES, found):
        answer.circumstances = circumstances_in(told)[0]
    if visit.may_read(Information.DELIBERATION, found):
        answer.deadlines = await clocks_of(
            visit, found, referral_id, [referral_id], Information.DELIBERATION
        )
    version = ((referral_id, line.version), known_person(told, found))
    return Seen(answer, [referral_id, found.person], version=version)


def line_of_referral(line: inbox.Line) -> ReferralLine:
    return ReferralLine(**_told(line))


def _told(line: inbox.Line) -> dict[str, Any]:
    return {
        "referral_id": line.referral,
        "receipt": line.receipt,
        "unit": line.unit,
        "holder": line.holder,
        "sender_unit": line.sender_unit,
        "informed": list(line.informed),
        "status": ReferralStatus(line.status),
        "acute": line.acute,
        "received_at": line.received_at,
        "answer_due": line.answer_due,
        "answered_at": line.answered_at,
        "answered_by": line.answered_by,
        "case_id": line.case,
    }
