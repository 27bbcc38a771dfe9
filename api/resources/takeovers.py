"""Requests to take a case over are seen: by the unit that is asked, and by the one that asked."""

from typing import Literal

from api.door import Lead, reading
from api.door.answers import Answer, CaseId, Moment, Page, Seen, StaffId, TakeoverId, Unit
from api.door.query import PageQuery
from api.door.visit import Visit
from domain.labels import Label
from domain.policy import Act, Information
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


class Takeovers(Page):
    items: list[TakeoverLine]


@reading(
    "listTakeoverRequests",
    Label("Lista begäran om att ta över", "List requests to take over"),
    Label(
        "Den senaste först: det som den egna enheten har fått frågan om, eller har bett om. Den som"
        " har bett ser om den är besvarad, och inget annat av ärendet.",
        "The latest first: what one's own unit is asked for, or has asked for. Who has asked sees"
        " whether it is answered, and nothing else of the case.",
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
            )
            for line in found.lines
        ],
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
    )
    cases = dict.fromkeys(line.case for line in found.lines)
    return Seen(answer, list(cases), detail=visit.detail(query))
