"""Requests to take a case over are seen: by the unit that is asked, and by the one that asked."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from api.door import Lead, reading
from api.door.answers import Answer, CaseId, Moment, Page, Seen, StaffId, TakeoverId, Unit
from api.door.query import PageQuery
from api.door.visit import Visit
from domain.codes import TakeoverDeclineReason
from domain.labels import Label
from domain.policy import Act, Information
from domain.sealed import Sealed
from projections import takeovers
from projections.takeovers import Cursor, Direction, TakeoverStatus


class TakeoversQuery(PageQuery):
    direction: Literal["in", "out"] = "in"
    """Asked of your unit, or by it."""
    status: TakeoverStatus | None = None
    """Only those that stand so."""


class TakeoverLine(Answer):
    takeover_id: TakeoverId
    case_id: CaseId
    unit: Unit
    status: TakeoverStatus
    requested_at: Moment
    requested_by: StaffId
    answered_at: Moment | None
    reason: Annotated[
        TakeoverDeclineReason | UnsetType, Meta(description="On what ground it was declined.")
    ] = UNSET


class Takeovers(Page):
    items: list[TakeoverLine]


@reading(
    "listTakeoverRequests",
    Label("Lista begäran om att ta över", "List requests to take over"),
    Label(
        "Den senaste först: det som den egna enheten har fått frågan om, eller har bett om. Den som"
        " har bett ser svaret och dess grund, och inget annat av ärendet.",
        "The latest first: what one's own unit is asked for, or has asked for. Who has asked sees"
        " the answer and its ground, and nothing else of the case.",
    ),
    asks=(Act.READ, Information.LINE),
    view=takeovers.PROJECTION.name,
    leads=(Lead("listTakeoverRequests", {"cursor": "nextCursor"}),),
)
async def page(visit: Visit, query: TakeoversQuery) -> Seen[Takeovers]:
    found = await visit.ask(
        takeovers.page,
        visit.viewer,
        direction=Direction(query.direction),
        status=query.status,
        after=visit.last_seen(query, Cursor),
        limit=query.limit,
    )
    declined = [line for line in found.lines if line.reason_token]
    tokens = [(line.reason_token or "", TakeoverDeclineReason) for line in declined]
    values = await visit.house.opener.open_values(tokens)
    reasons = dict(zip([line.takeover for line in declined], values, strict=True))
    answer = Takeovers(
        items=[
            TakeoverLine(
                takeover_id=line.takeover,
                case_id=line.case,
                unit=line.unit,
                status=TakeoverStatus(line.status),
                requested_at=line.requested_at,
                requested_by=line.requested_by,
                answered_at=line.answered_at,
                reason=_told(reasons.get(line.takeover)),
            )
            for line in found.lines
        ],
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
    )
    cases = dict.fromkeys(line.case for line in found.lines)
    return Seen(answer, list(cases), detail=visit.detail(query))


def _told(reason: Sealed[TakeoverDeclineReason] | None) -> TakeoverDeclineReason | UnsetType:
    return reason.reveal() if reason and reason.is_open else UNSET
