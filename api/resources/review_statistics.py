"""What all confidentiality reviews have come to (section 6): how what was drawn was judged, by flag
and by the unit in which was read, and what was found. Of those who read nobody is named."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from api.door import Lead, reading
from api.door.answers import Answer, Count, Moment, Position, Seen, Text, Unit
from api.door.visit import Visit
from api.resources.reviews import Opened, ReviewId, opened, tokens_in
from domain.codes import AccessFlag, AccessJudgement, FindingKind, Purpose
from domain.labels import Label
from domain.policy import Act, Information
from projections import reviews
from projections.reviews import Access, Drawn

Judged = AccessJudgement | Literal["asked"] | None  # none: not judged, or it cannot be read


class Tally(Answer):
    """How what was drawn was judged. `asked`: it was not clear, and the manager has not answered;
    `notJudged`: nobody has come to it."""

    drawn: Count
    justified: Count
    not_justified: Count
    asked: Count
    not_judged: Count


class FlagTally(Answer):
    flag: AccessFlag
    tally: Tally


class UnitTally(Answer):
    unit: Annotated[
        Unit | None, Meta(description="null: the receipt's month has been erased, and with it who.")
    ]
    tally: Tally


class ReviewFinding(Answer):
    review_id: ReviewId
    found_at: Moment
    accesses: Annotated[Count, Meta(description="That it is about.")]
    kind: FindingKind | UnsetType = UNSET
    text: Text | UnsetType = UNSET


class ReviewStatistics(Answer):
    reviews: Count
    closed: Count
    total: Tally
    flags: list[FlagTally]
    units: list[UnitTally]
    findings: list[ReviewFinding]
    position: Position


@reading(
    "readReviewStatistics",
    Label("Läs granskningarnas statistik", "Read the statistics of reviews"),
    Label(
        "Över alla granskningar: hur det som prövats har bedömts, i allt, per regel och per enhet,"
        " och vad som har iakttagits. En åtkomst som prövats i två granskningar räknas i båda.",
        "Over all reviews: how what was looked at was judged, in all, by flag and by unit, and what"
        " was found. An access that two reviews have looked at counts in both.",
    ),
    asks=(Act.READ, Information.REVIEW),
    view=reviews.PROJECTION.name,
    purpose=Purpose.REVIEW,
    leads=(Lead("listReviews", {}),),
)
async def read(visit: Visit) -> Seen[ReviewStatistics]:
    found = await visit.ask(reviews.reviews, visit.viewer)
    some, works = await visit.ask(reviews.accesses, visit.viewer, None)
    findings = await visit.ask(reviews.findings, visit.viewer, None)
    told = await opened(visit, tokens_in(some, works, findings))
    counted = await _counted(visit, list(_drawn(some, works, told)))
    answer = ReviewStatistics(
        reviews=len(found),
        closed=sum(one.review.closed_at is not None for one in found),
        total=_tally(counted.total),
        flags=[
            FlagTally(flag=flag, tally=_tally(counted.by_flag[flag]))
            for flag in AccessFlag
            if flag in counted.by_flag
        ],
        units=[
            UnitTally(unit=unit, tally=_tally(counted.by_unit[unit]))
            for unit in sorted(counted.by_unit, key=lambda it: it or "")
        ],
        findings=[
            ReviewFinding(
                review_id=one.review,
                found_at=one.found_at,
                accesses=len(one.receipts),
                kind=told.get(one.kind_token, UNSET),
                text=told.get(one.text_token, UNSET),
            )
            for one in findings
        ],
        position=visit.position,
    )
    return Seen(answer, [one.review.review for one in found])


@dataclass(frozen=True, slots=True)
class _Counts:
    total: Counter[Judged] = field(default_factory=Counter)
    by_flag: dict[AccessFlag, Counter[Judged]] = field(default_factory=lambda: defaultdict(Counter))
    by_unit: dict[str | None, Counter[Judged]] = field(default_factory=lambda: defaultdict(Counter))


async def _counted(
    visit: Visit, drawn: Sequence[tuple[int, Sequence[AccessFlag], Judged]]
) -> _Counts:
    positions = {receipt for receipt, _, _ in drawn}
    past = await visit.house.receipts.readings_at(visit.viewer, positions)
    units = {one.position: one.reading.unit for one in past if one.reading}
    counts = _Counts()
    for receipt, flags, judged in drawn:
        counts.total[judged] += 1
        counts.by_unit[units.get(receipt)][judged] += 1
        for flag in flags:
            counts.by_flag[flag][judged] += 1
    return counts


def _drawn(
    some: Sequence[Drawn], works: Sequence[Access], told: Opened
) -> Iterator[tuple[int, Sequence[AccessFlag], Judged]]:
    worked = {(one.review, one.receipt): one for one in works}
    for drawn in some:
        flags = told.get(drawn.flags_token, ((),) * len(drawn.receipts))
        for receipt, why in zip(drawn.receipts, flags, strict=True):
            yield receipt, why, _judged(worked.get((drawn.review, receipt)), told)


def _judged(work: Access | None, told: Opened) -> Judged:
    if work is None:
        return None
    if work.asked_at and not work.answered_at:
        return "asked"
    judgement: AccessJudgement | None = told.get(work.judgement_token or "")
    return judgement


def _tally(judged: Counter[Judged]) -> Tally:
    return Tally(
        drawn=judged.total(),
        justified=judged[AccessJudgement.JUSTIFIED],
        not_justified=judged[AccessJudgement.NOT_JUSTIFIED],
        asked=judged["asked"],
        not_judged=judged[None],
    )
