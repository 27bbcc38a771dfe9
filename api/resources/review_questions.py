"""What a review asks the managers of those who read (section 6), and what they answer."""

from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.commands import reviews as use_cases
from api.door import Lead, deciding, reading
from api.door.answers import Answer, Moment, Position, Seen, Text
from api.door.fields import Body, LogPosition, Passage
from api.door.visit import Visit
from api.house import PastReading
from api.resources.people import Who, who
from api.resources.review_work import ChangedReview, changed
from api.resources.reviews import Receipt, ReviewId, opened, tokens_in
from domain.codes import Purpose
from domain.errors import (
    AccessIsNotDrawn,
    ManagerIsAsked,
    ManagerIsNotAsked,
    ManagerIsTheReader,
    ReviewIsClosed,
)
from domain.labels import Label
from domain.policy import Act, Information, may
from projections import reviews

_FILE: Final = "5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02"

# --- asked and answered ----------------------------------------------------------------------


class NewReviewQuestion(Body):
    receipt: LogPosition
    question: Passage


@deciding(
    "askReviewQuestion",
    Label("Fråga läsarens chef", "Ask the reader's manager"),
    Label(
        "Chefen för enheten som läsaren läste för, på läsarens sida, ser frågan och svarar.",
        "The manager of the unit for which the reader read, on the reader's side, sees the"
        " question and answers.",
    ),
    asks=(Act.RECORD, Information.REVIEW),
    purpose=Purpose.REVIEW,
    refuses=(ReviewIsClosed, AccessIsNotDrawn, ManagerIsAsked),
    leads=(Lead("readReview", {"reviewId": "reviewId"}),),
)
async def ask(visit: Visit, review_id: UUID, new: NewReviewQuestion) -> ChangedReview:
    await visit.recognise()
    past = await visit.house.receipts.readings_at(visit.viewer, [new.receipt])
    left = past[0].reading if past else None
    outcome = await visit.carry_out(
        use_cases.ask_manager,
        review_id,
        receipt=new.receipt,
        left_by=(left.reader, left.unit) if left else None,
        question=new.question,
    )
    return changed(review_id, outcome)


class NewReviewAnswer(Body):
    receipt: LogPosition
    answer: Passage


@deciding(
    "answerReviewQuestion",
    Label("Svara på granskningens fråga", "Answer a review's question"),
    Label(
        "Av chefen för läsarens enhet, på läsarens sida; aldrig om det egna.",
        "By the manager of the reader's unit, on the reader's side; never about one's own.",
    ),
    asks=(Act.ANSWER, Information.REVIEW_QUESTION),
    refuses=(ManagerIsNotAsked, ManagerIsTheReader),
)
async def answer(visit: Visit, review_id: UUID, it: NewReviewAnswer) -> ChangedReview:
    outcome = await visit.carry_out(
        use_cases.answer_question, review_id, receipt=it.receipt, answer=it.answer
    )
    return changed(review_id, outcome)


# --- as managers see it ----------------------------------------------------------------------


class ReviewQuestion(Answer):
    """What somebody of your unit and side read; the file only where you may see it."""

    review_id: ReviewId
    receipt: Receipt
    about: Who
    asked_at: Moment
    read_at: Moment | None
    operation: Annotated[str | None, Meta(description="The door.", examples=["readCase"])]
    outcome: Annotated[
        str | None, Meta(description="answered, refused or not-found.", examples=["answered"])
    ]
    answered_at: Moment | None
    question: Text | UnsetType = UNSET
    answer: Text | UnsetType = UNSET
    file_id: Annotated[
        UUID | UnsetType, Meta(description="Of a case or a referral.", examples=[_FILE])
    ] = UNSET


class ReviewQuestions(Answer):
    items: list[ReviewQuestion]
    position: Position


@reading(
    "listReviewQuestions",
    Label("Lista frågor från granskningen", "List the review's questions"),
    Label(
        "Till chefen, om vad de egna medarbetarna har läst: det som väntar på svar först.",
        "To a manager, about what their own staff have read: what waits for an answer first.",
    ),
    asks=(Act.READ, Information.REVIEW_QUESTION),
    view=reviews.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    leads=(
        Lead(
            "answerReviewQuestion",
            {"reviewId": "items/0/reviewId"},
        ),
    ),
)
async def questions(visit: Visit) -> Seen[ReviewQuestions]:
    await visit.include("access")
    asked = await visit.ask(reviews.questions, visit.viewer)
    told = await opened(visit, tokens_in(asked))
    receipts = await visit.house.receipts.readings_at(visit.viewer, [one.receipt for one in asked])
    past = {one.position: one for one in receipts}
    people = await who(visit, (one.asked_about for one in asked if one.asked_about))
    items = [
        ReviewQuestion(
            review_id=one.review,
            receipt=one.receipt,
            about=people[one.asked_about],
            asked_at=one.asked_at,
            question=told.get(one.question_token or "", UNSET),
            file_id=await _seen_file(visit, past.get(one.receipt)),
            answered_at=one.answered_at,
            answer=told.get(one.answer_token or "", UNSET),
            **_read_at(past.get(one.receipt)),
        )
        for one in asked
        if one.asked_about and one.asked_at
    ]
    subjects = dict.fromkeys(one.about.staff_id for one in items)
    files = dict.fromkeys(one.file_id for one in items if isinstance(one.file_id, UUID))
    return Seen(ReviewQuestions(items=items, position=visit.position), [*subjects, *files])


def _read_at(past: PastReading | None) -> dict[str, Any]:
    it = past.reading if past else None
    return {
        "read_at": past.at if past else None,
        "operation": it.what if it else None,
        "outcome": it.outcome if it else None,
    }


async def _seen_file(visit: Visit, past: PastReading | None) -> UUID | UnsetType:
    """The file that was read, where the manager may see that it exists."""
    if past is None or past.reading is None or not past.reading.subjects:
        return UNSET
    found = await visit.house.views.file(past.reading.subjects[0])
    if found and may(visit.viewer, Act.READ, Information.LINE, found.file):
        return past.reading.subjects[0]
    return UNSET
