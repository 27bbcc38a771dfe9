"""Confidentiality reviews (section 6): opened, worked through, closed by an auditor; answered by
managers, of their own unit and side."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from api.commands.work import Work
from domain import clocks
from domain import review as reviews
from domain.codes import AccessFlag, AccessJudgement, ClockKind, FindingKind, SamplingRule
from domain.errors import AccessIsNotDrawn, NotFound, UnknownUnit
from domain.organisation import Settings
from domain.policy import Act, Information
from domain.ports import WorkingCalendar
from domain.review import Review


async def open_review(
    work: Work,
    *,
    period: tuple[date, date],
    unit: str | None,
    rule: SamplingRule,
    size: int,
    seed: int,
    receipts: int,
    readers: Mapping[int, UUID],
    flagged: Mapping[int, tuple[AccessFlag, ...]],
    ground: str,
) -> None:
    """Raises UnknownUnit, ReviewIsTooWide."""
    await work.require(Act.RECORD, Information.REVIEW)
    if unit is not None and not work.organisation.has_unit(unit):
        raise UnknownUnit
    opened = reviews.open_review(
        period=period,
        unit=unit,
        rule=rule,
        size=size,
        seed=seed,
        receipts=receipts,
        readers=readers,
        flagged=flagged,
        ground=ground,
    )
    work.record(work.desk.ids.new(), opened)


async def judge_accesses(
    work: Work,
    review_id: UUID,
    *,
    receipts: Sequence[int],
    judgement: AccessJudgement,
    ground: str,
) -> None:
    review = await _reviewed(work, review_id)
    judged = reviews.judge_accesses(review, receipts, judgement=judgement, ground=ground)
    work.record(review_id, judged)


async def ask_manager(
    work: Work, review_id: UUID, *, receipt: int, left_by: tuple[UUID, str] | None, question: str
) -> None:
    """The manager of the unit in which the reader read, as the receipt says. Raises
    AccessIsNotDrawn also for a receipt that can no longer be read."""
    review = await _reviewed(work, review_id)
    if left_by is None:
        raise AccessIsNotDrawn
    reader, unit = left_by
    asked = reviews.ask_manager(review, receipt, reader=reader, unit=unit, question=question)
    work.record(review_id, asked)


async def answer_question(work: Work, review_id: UUID, *, receipt: int, answer: str) -> None:
    """By a manager of the reader's unit, on the reader's side; to others there is no question
    (S76-S78). Raises NotFound, ManagerIsNotAsked, ManagerIsTheReader."""
    viewer = await work.require(Act.ANSWER, Information.REVIEW_QUESTION)
    review = await work.review(review_id)
    asked = next((one for one in review.questions if one.receipt == receipt), None)
    if asked is None or asked.unit != viewer.unit:
        raise NotFound
    if (await work.staff(asked.reader)).side is not viewer.side:
        raise NotFound
    answered = reviews.answer_question(review, receipt, manager=viewer.staff, answer=answer)
    work.record(review_id, answered)


async def record_finding(
    work: Work, review_id: UUID, *, receipts: tuple[int, ...], kind: FindingKind, text: str
) -> None:
    review = await _reviewed(work, review_id)
    found = reviews.record_finding(
        review, work.desk.ids.new(), receipts=receipts, kind=kind, text=text
    )
    work.record(review_id, found)


async def close_review(work: Work, review_id: UUID, *, conclusion: str) -> None:
    """The next one is due as the table of clocks says (SoLPuL 10 §)."""
    review = await _reviewed(work, review_id)
    next_due = due_after(work.now, work.organisation.settings, work.desk.calendar)
    work.record(review_id, reviews.close_review(review, conclusion=conclusion, next_due=next_due))


def due_after(start: datetime, settings: Settings, calendar: WorkingCalendar) -> date:
    """The last day of the time that starts with the last review of all units, or with the house."""
    due = clocks.due(ClockKind.CONFIDENTIALITY_REVIEW, start, settings, calendar)
    return calendar.day_of(due) - timedelta(days=1)  # it ends with that day


async def reopen_review(work: Work, review_id: UUID, *, reason: str) -> None:
    review = await _reviewed(work, review_id)
    work.record(review_id, reviews.reopen_review(review, reason))


async def _reviewed(work: Work, review_id: UUID) -> Review:
    await work.require(Act.RECORD, Information.REVIEW)
    return await work.review(review_id)
