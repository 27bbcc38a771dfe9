"""A confidentiality review (sekretessgranskning, loggranskning): the recurring check of who has
read what (section 6, SoLPuL 10 §).

An auditor opens it for a period, perhaps one unit, and a rule of sampling. Drawn are a random
sample, which the same seed and the same position of the access log give again, and every access
that a rule flags (access_flags.py). Each is judged justified or not, with a ground; where that is
not clear, the reader's manager is asked, and answers. What is wrong becomes a finding. It is closed
when everything is judged and whatever was not justified is in a finding; and the day on which the
next one is due is told with that. Reopened, it goes on.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Final
from uuid import UUID

from domain.codes import AccessFlag, AccessJudgement, FindingKind, SamplingRule
from domain.errors import (
    AccessIsNotDrawn,
    ManagerIsAsked,
    ManagerIsNotAsked,
    ManagerIsTheReader,
    ReviewIsClosed,
    ReviewIsOpen,
    ReviewIsTooWide,
    ReviewIsUnfinished,
)
from domain.sealed import Sealed

MOST_ACCESSES: Final = 1000
AT_ONCE: Final = 200  # drawn in one fact, which holds at most 64 KiB; judged alike by one command

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewOpened:
    """`receipts`: the position of the access log up to which was looked; `accesses`: how many there
    were to draw from."""

    period_from: date
    period_until: date
    unit: str | None  # of those who read; all of them, where there is none
    rule: SamplingRule
    size: int
    seed: int
    receipts: int
    accesses: int
    ground: Sealed[str]  # why now: a tip names somebody


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessesDrawn:
    """By their receipts. What a rule says of each is sealed: it tells of people."""

    receipts: tuple[int, ...]
    sampled: tuple[bool, ...]
    flags: Sealed[tuple[tuple[AccessFlag, ...], ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessJudged:
    receipt: int
    judgement: Sealed[AccessJudgement]
    ground: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ManagerAsked:
    """Of the unit in which `reader` read; on the reader's own side."""

    receipt: int
    reader: UUID
    unit: str
    question: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ManagerAnswered:
    receipt: int
    answer: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingRecorded:
    finding: UUID
    receipts: tuple[int, ...]
    kind: Sealed[FindingKind]
    text: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewClosed:
    """`next_due`: of a review of all units. One unit's moves nothing: the others were not looked
    at."""

    next_due: date | None
    conclusion: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewReopened:
    reason: Sealed[str]


ReviewEvent = (
    ReviewOpened
    | AccessesDrawn
    | AccessJudged
    | ManagerAsked
    | ManagerAnswered
    | FindingRecorded
    | ReviewClosed
    | ReviewReopened
)

# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    receipt: int
    judgement: Sealed[AccessJudgement]


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """To a manager, who has not answered it."""

    receipt: int
    reader: UUID
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    unit: str | None
    drawn: frozenset[int] = frozenset()
    judged: tuple[Judged, ...] = ()
    questions: tuple[Question, ...] = ()
    found: frozenset[int] = frozenset()  # receipts that a finding is about
    closed: bool = False


def evolve(review: Review | None, event: object) -> Review | None:  # noqa: PLR0911 - an answer for each
    if isinstance(event, ReviewOpened):
        return Review(unit=event.unit)
    if review is None:
        return None
    match event:
        case AccessesDrawn(receipts=receipts):
            return replace(review, drawn=review.drawn | set(receipts))
        case AccessJudged(receipt=receipt, judgement=judgement):
            others = (one for one in review.judged if one.receipt != receipt)
            anew = Judged(receipt=receipt, judgement=judgement)
            return replace(review, judged=(*others, anew))
        case ManagerAsked(receipt=receipt, reader=reader, unit=unit):
            asked = Question(receipt=receipt, reader=reader, unit=unit)
            return replace(review, questions=(*review.questions, asked))
        case ManagerAnswered(receipt=receipt):
            waiting = (one for one in review.questions if one.receipt != receipt)
            return replace(review, questions=tuple(waiting))
        case FindingRecorded(receipts=receipts):
            return replace(review, found=review.found | set(receipts))
        case ReviewClosed():
            return replace(review, closed=True)
        case ReviewReopened():
            return replace(review, closed=False)
        case _:
            return review


def fold(events: Iterable[object]) -> Review | None:
    review: Review | None = None
    for event in events:
        review = evolve(review, event)
    return review


# --- what is drawn ---------------------------------------------------------------------------


def sample(
    readers: Mapping[int, UUID], *, rule: SamplingRule, size: int, seed: int
) -> frozenset[int]:
    """`size` of the receipts (`readers`: who left each), or so many of each reader. Each has a lot
    that its seed and its own number give: so the same seed draws the same, whoever draws."""

    def lot(receipt: int) -> bytes:
        return sha256(f"{seed}/{receipt}".encode()).digest()

    groups: dict[UUID | None, list[int]] = defaultdict(list)
    for receipt, reader in readers.items():
        groups[reader if rule is SamplingRule.PER_READER else None].append(receipt)
    return frozenset(one for group in groups.values() for one in sorted(group, key=lot)[:size])


# --- decisions -------------------------------------------------------------------------------


def open_review(
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
) -> list[ReviewEvent]:
    """Section 6. `readers`: all accesses of the scope, by receipt; `flagged`: those of them that a
    rule asks about. Raises ReviewIsTooWide with more than a thousand to look at."""
    sampled = sample(readers, rule=rule, size=size, seed=seed)
    drawn = sorted(sampled | flagged.keys())
    if len(drawn) > MOST_ACCESSES:
        raise ReviewIsTooWide(most=MOST_ACCESSES, found=len(drawn))
    opened = ReviewOpened(
        period_from=period[0],
        period_until=period[1],
        unit=unit,
        rule=rule,
        size=size,
        seed=seed,
        receipts=receipts,
        accesses=len(readers),
        ground=Sealed.of(ground),
    )
    together = (drawn[first : first + AT_ONCE] for first in range(0, len(drawn), AT_ONCE))
    return [opened, *(_drawn(some, sampled, flagged) for some in together)]


def _drawn(
    receipts: Sequence[int],
    sampled: Collection[int],
    flagged: Mapping[int, tuple[AccessFlag, ...]],
) -> AccessesDrawn:
    return AccessesDrawn(
        receipts=tuple(receipts),
        sampled=tuple(receipt in sampled for receipt in receipts),
        flags=Sealed.of(tuple(flagged.get(receipt, ()) for receipt in receipts)),
    )


def judge_accesses(
    review: Review, receipts: Collection[int], *, judgement: AccessJudgement, ground: str
) -> list[ReviewEvent]:
    """All of them alike, and each by a fact of its own. Judged anew, the last judgement stands.
    Raises ReviewIsClosed, AccessIsNotDrawn; ManagerIsAsked while a manager has not answered."""
    asked = {one.receipt for one in review.questions}
    for receipt in receipts:
        _require_drawn(review, receipt)
        if receipt in asked:
            raise ManagerIsAsked
    return [
        AccessJudged(receipt=receipt, judgement=Sealed.of(judgement), ground=Sealed.of(ground))
        for receipt in receipts
    ]


def ask_manager(
    review: Review, receipt: int, *, reader: UUID, unit: str, question: str
) -> list[ReviewEvent]:
    """Raises ReviewIsClosed, AccessIsNotDrawn, ManagerIsAsked."""
    _require_drawn(review, receipt)
    if any(one.receipt == receipt for one in review.questions):
        raise ManagerIsAsked
    return [ManagerAsked(receipt=receipt, reader=reader, unit=unit, question=Sealed.of(question))]


def question_about(review: Review, receipt: int) -> Question:
    """The one that waits for its answer. Raises ManagerIsNotAsked."""
    for question in review.questions:
        if question.receipt == receipt:
            return question
    raise ManagerIsNotAsked


def answer_question(
    review: Review, receipt: int, *, manager: UUID, answer: str
) -> list[ReviewEvent]:
    """Nobody answers for what they read themselves (c). Raises ManagerIsNotAsked,
    ManagerIsTheReader."""
    if question_about(review, receipt).reader == manager:
        raise ManagerIsTheReader
    return [ManagerAnswered(receipt=receipt, answer=Sealed.of(answer))]


def record_finding(
    review: Review, finding: UUID, *, receipts: tuple[int, ...], kind: FindingKind, text: str
) -> list[ReviewEvent]:
    """Also of what no single access shows. Raises ReviewIsClosed, AccessIsNotDrawn."""
    _require_open(review)
    for receipt in receipts:
        _require_drawn(review, receipt)
    return [
        FindingRecorded(
            finding=finding,
            receipts=tuple(dict.fromkeys(receipts)),
            kind=Sealed.of(kind),
            text=Sealed.of(text),
        )
    ]


def close_review(review: Review, *, conclusion: str, next_due: date) -> list[ReviewEvent]:
    """Only a review of all units moves the day on which the next one is due. Raises ReviewIsClosed;
    ReviewIsUnfinished while something is not judged, a manager has not answered, or something that
    was not justified is in no finding."""
    _require_open(review)
    judged = {one.receipt for one in review.judged}
    unjustified = {
        one.receipt
        for one in review.judged
        if one.judgement.reveal() is AccessJudgement.NOT_JUSTIFIED
    }
    not_judged, not_found = review.drawn - judged, unjustified - review.found
    if not_judged or not_found or review.questions:
        raise ReviewIsUnfinished(
            not_judged=len(not_judged), not_found=len(not_found), asked=len(review.questions)
        )
    whole = review.unit is None
    return [ReviewClosed(next_due=next_due if whole else None, conclusion=Sealed.of(conclusion))]


def reopen_review(review: Review, reason: str) -> list[ReviewEvent]:
    """Raises ReviewIsOpen."""
    if not review.closed:
        raise ReviewIsOpen
    return [ReviewReopened(reason=Sealed.of(reason))]


def _require_open(review: Review) -> None:
    if review.closed:
        raise ReviewIsClosed


def _require_drawn(review: Review, receipt: int) -> None:
    _require_open(review)
    if receipt not in review.drawn:
        raise AccessIsNotDrawn
