"""Confidentiality reviews (section 6): what each looks at, and what came of it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.commands.reviews import due_after
from api.door import Lead, reading
from api.door.answers import Answer, Count, Day, Moment, Position, Seen, Text, Unit
from api.door.visit import Visit
from api.house import PastReading
from api.resources.people import Who, who
from domain.codes import (
    AccessFlag,
    AccessJudgement,
    FindingKind,
    Purpose,
    SamplingRule,
    StaffRole,
)
from domain.errors import NotFound
from domain.labels import Label
from domain.policy import Act, Information
from projections import reviews
from projections.reviews import Access, Counted, Drawn, Finding

ReviewId = Annotated[
    UUID, Meta(description="The review.", examples=["7e4b9d21-0c6f-4a83-b5d9-2f8e1a6c3b19"])
]
Receipt = Annotated[int, Meta(ge=1, description="In the access log.", examples=[1204])]
_READ: Final = (Act.READ, Information.REVIEW)
_VIEW: Final = reviews.PROJECTION.name

# --- all of them -----------------------------------------------------------------------------


class ReviewLine(Answer):
    """How far a review has come: `accesses` were in its scope, `drawn` are looked at."""

    review_id: ReviewId
    opened_at: Moment
    period_from: Day
    period_until: Day
    unit: Unit | None
    accesses: Count
    drawn: Count
    sampled: Count
    judged: Count
    questions: Count
    answered: Count
    findings: Count
    closed_at: Moment | None
    next_due: Annotated[Day | None, Meta(description="When the next review is due.")]


class Reviews(Answer):
    items: list[ReviewLine]
    next_due: Annotated[
        Day | None,
        Meta(
            description="By when the next review of all units is to be closed. One unit's moves"
            " nothing; before the first, the time runs from when the house was founded."
        ),
    ]
    is_overdue: Annotated[bool, Meta(examples=[False])]
    position: Position


@reading(
    "listReviews",
    Label("Lista sekretessgranskningar", "List confidentiality reviews"),
    Label(
        "Med statistik över var och en, och när nästa ska vara gjord.",
        "With the statistics of each, and when the next one is due.",
    ),
    asks=_READ,
    view=_VIEW,
    purpose=Purpose.REVIEW,
    leads=(Lead("readReview", {"reviewId": "items/0/reviewId"}),),
)
async def page(visit: Visit) -> Seen[Reviews]:
    found = await visit.ask(reviews.reviews, visit.viewer)
    due = await _next_due(visit, found)
    today = visit.house.desk.calendar.day_of(visit.now)
    answer = Reviews(
        items=[ReviewLine(**_line(one)) for one in found],
        next_due=due,
        is_overdue=due is not None and due < today,
        position=visit.position,
    )
    return Seen(answer, [one.review.review for one in found])


async def _next_due(visit: Visit, found: Sequence[Counted]) -> date | None:
    whole = (one.review.next_due for one in found if one.review.unit is None)
    if latest := max(filter(None, whole), default=None):
        return latest
    desk = visit.house.desk
    start = await visit.ask(reviews.started, visit.viewer)
    return start and due_after(start, (await desk.organised_now()).settings, desk.calendar)


def _line(one: Counted) -> dict[str, Any]:
    review = one.review
    return {
        "review_id": review.review,
        "opened_at": review.opened_at,
        "period_from": review.period_from,
        "period_until": review.period_until,
        "unit": review.unit,
        "accesses": review.accesses,
        "drawn": one.drawn,
        "sampled": one.sampled,
        "judged": one.judged,
        "questions": one.asked,
        "answered": one.answered,
        "findings": one.findings,
        "closed_at": review.closed_at,
        "next_due": review.next_due,
    }


# --- one -------------------------------------------------------------------------------------


class ReviewedAccess(Answer):
    """Who read what, why it is looked at, and what came of it. Once the receipt's month has been
    erased, only its position and its moment are left."""

    receipt: Receipt
    at: Moment | None
    who: Who | None
    role: StaffRole | None
    unit: Unit | None
    purpose: Purpose | None
    operation: Annotated[str | None, Meta(description="The door.", examples=["readCase"])]
    outcome: Annotated[
        str | None, Meta(description="answered, refused or not-found.", examples=["answered"])
    ]
    file_id: Annotated[
        UUID | None,
        Meta(
            description="What it was about first.",
            examples=["5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02"],
        ),
    ]
    sampled: Annotated[bool, Meta(description="Drawn at random.", examples=[True])]
    flags: list[AccessFlag]
    judgement: AccessJudgement | UnsetType = UNSET
    ground: Text | UnsetType = UNSET
    judged_by: Who | UnsetType = UNSET
    question: Text | UnsetType = UNSET
    asked_at: Moment | UnsetType = UNSET
    answer: Text | UnsetType = UNSET
    answered_by: Who | UnsetType = UNSET


class FoundInReview(Answer):
    finding_id: Annotated[
        UUID, Meta(description="The finding.", examples=["1f7c3e95-8b04-4d6a-9e52-c0a7d3b8f420"])
    ]
    found_at: Moment
    receipts: list[Receipt]
    kind: FindingKind | UnsetType = UNSET
    text: Text | UnsetType = UNSET


class ReviewDetail(ReviewLine):
    """With every access that it looks at. The seed and the position of the access log (`receipts`)
    draw the same sample again."""

    rule: SamplingRule
    size: Count
    seed: Annotated[int, Meta(examples=[4711])]
    receipts: Annotated[int, Meta(ge=0, description="Of the access log.", examples=[1204])]
    items: list[ReviewedAccess]
    recorded_findings: list[FoundInReview]
    position: Position
    ground: Text | UnsetType = UNSET
    conclusion: Text | UnsetType = UNSET


@reading(
    "readReview",
    Label("Läs en sekretessgranskning", "Read a confidentiality review"),
    Label(
        "Varje åtkomst som prövas: vem, när, vad, varför den prövas och vad granskningen kom fram"
        " till; aldrig ärendets innehåll.",
        "Every access that is looked at: who, when, what, why it is looked at and what the review"
        " came to; never the content of the case.",
    ),
    asks=_READ,
    view=_VIEW,
    purpose=Purpose.REVIEW,
    has_etag=True,
    leads=(
        Lead("judgeAccesses", {"reviewId": "reviewId"}),
        Lead("closeReview", {"reviewId": "reviewId"}),
    ),
)
async def read(visit: Visit, review_id: UUID) -> Seen[ReviewDetail]:
    counted = await visit.ask(reviews.review, visit.viewer, review_id)
    if counted is None:
        raise NotFound
    some, works = await visit.ask(reviews.accesses, visit.viewer, review_id)
    findings = await visit.ask(reviews.findings, visit.viewer, review_id)
    review = counted.review
    told = await opened(visit, tokens_in([review], works, findings, some))
    past = await visit.house.receipts.readings_at(
        visit.viewer, [receipt for drawn in some for receipt in drawn.receipts]
    )
    items = await _items(visit, some, works, past, told)
    answer = ReviewDetail(
        **_line(counted),
        rule=SamplingRule(review.rule),
        size=review.size,
        seed=review.seed,
        receipts=review.receipts,
        ground=told.get(review.ground_token, UNSET),
        conclusion=told.get(review.conclusion_token or "", UNSET),
        items=items,
        recorded_findings=[
            FoundInReview(
                finding_id=one.finding,
                found_at=one.found_at,
                receipts=list(one.receipts),
                kind=told.get(one.kind_token, UNSET),
                text=told.get(one.text_token, UNSET),
            )
            for one in findings
        ],
        position=visit.position,
    )
    subjects = dict.fromkeys([review_id, *(item.file_id for item in items if item.file_id)])
    return Seen(answer, list(subjects), version=((review_id, review.version),))


Opened = dict[str, Any]


def tokens_in(*rows: Iterable[reviews.Review | Access | Finding | Drawn]) -> dict[str, Any]:
    """Every sealed value of these rows, and what it opens to."""
    kinds: dict[str, Any] = {
        "judgement_token": AccessJudgement,
        "kind_token": FindingKind,
        "flags_token": tuple[tuple[AccessFlag, ...], ...],
    }
    return {
        str(token): kinds.get(name, str)
        for row in (row for some in rows for row in some)
        for name, token in zip(row._fields, row, strict=True)
        if name.endswith("_token") and token is not None
    }


async def opened(visit: Visit, tokens: dict[str, Any]) -> Opened:
    values = await visit.house.opener.open_values(list(tokens.items()))
    return {
        token: value.reveal() for token, value in zip(tokens, values, strict=True) if value.is_open
    }


async def _items(
    visit: Visit,
    some: Sequence[Drawn],
    works: Sequence[Access],
    past: Sequence[PastReading],
    told: Opened,
) -> list[ReviewedAccess]:
    read_by = {one.position: one for one in past}
    worked = {one.receipt: one for one in works}
    people = await who(visit, _people(works, past))
    return [
        _item(
            (receipt, sampled),
            list(flags),
            read_by.get(receipt),
            worked.get(receipt) or Access(drawn.review, receipt),
            (people, told),
        )
        for drawn in some
        for receipt, sampled, flags in zip(
            drawn.receipts,
            drawn.sampled,
            told.get(drawn.flags_token, ((),) * len(drawn.receipts)),
            strict=True,
        )
    ]


def _people(works: Sequence[Access], past: Sequence[PastReading]) -> set[UUID]:
    named = {one.reading.reader for one in past if one.reading}
    decided = (by for one in works for by in (one.judged_by, one.answered_by))
    return named | {by for by in decided if by}


def _item(
    drawn: tuple[int, bool],
    flags: list[AccessFlag],
    past: PastReading | None,
    work: Access,
    known: tuple[dict[UUID, Who], Opened],
) -> ReviewedAccess:
    (receipt, sampled), (people, told) = drawn, known
    it = past.reading if past else None
    return ReviewedAccess(
        receipt=receipt,
        at=past.at if past else None,
        who=people[it.reader] if it else None,
        role=StaffRole(it.role) if it else None,
        unit=it.unit if it else None,
        purpose=Purpose(it.purpose) if it else None,
        operation=it.what if it else None,
        outcome=it.outcome if it else None,
        file_id=it.subjects[0] if it and it.subjects else None,
        sampled=sampled,
        flags=flags,
        judgement=told.get(work.judgement_token or "", UNSET),
        ground=told.get(work.ground_token or "", UNSET),
        judged_by=people[work.judged_by] if work.judged_by else UNSET,
        question=told.get(work.question_token or "", UNSET),
        asked_at=work.asked_at or UNSET,
        answer=told.get(work.answer_token or "", UNSET),
        answered_by=people[work.answered_by] if work.answered_by else UNSET,
    )
