"""A confidentiality review (section 6): opened with a scope, worked through, closed, reopened."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta
from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from api.commands import reviews as use_cases
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding
from api.door.answers import Count, Done
from api.door.faults import Fault, faulty
from api.door.fields import (
    Body,
    Headcount,
    LogPosition,
    Passage,
    PastDay,
    UnitCode,
    each_once,
    shown,
)
from api.door.visit import Visit
from api.resources.accesses import Scope, look
from api.resources.reviews import ReviewId
from domain.codes import AccessJudgement, FindingKind, Purpose, SamplingRule
from domain.errors import (
    AccessIsNotDrawn,
    ManagerIsAsked,
    ReviewIsClosed,
    ReviewIsOpen,
    ReviewIsTooWide,
    ReviewIsUnfinished,
    UnknownUnit,
)
from domain.labels import Label
from domain.policy import Act, Information, may
from domain.review import AT_ONCE, FindingRecorded, ReviewOpened

_RECORD: Final = (Act.RECORD, Information.REVIEW)
_SEEDS: Final = 2**53  # as far as every client can count


class ChangedReview(Done):
    review_id: ReviewId


def changed(review_id: UUID, outcome: Outcome) -> ChangedReview:
    return ChangedReview(review_id=review_id, position=outcome.position, replayed=outcome.replayed)


# --- opened ----------------------------------------------------------------------------------


class NewReview(Body):
    model_config = shown(
        periodFrom="2023-04-01",
        periodUntil="2023-04-30",
        unit="nexus",
        rule="random",
        size=50,
        seed=4711,
        ground="Återkommande granskning.",
    )

    period_from: PastDay
    period_until: PastDay
    """The last day is in."""
    unit: UnitCode | None = None
    """Of those who read; all units, where it is left out."""
    rule: SamplingRule = SamplingRule.RANDOM
    size: Headcount
    """Of the random sample, in all or per reader. What a rule flags comes to it."""
    seed: LogPosition | None = None
    """Draws the same sample again; otherwise chance gives one."""
    ground: Passage

    @field_validator("period_until")
    @classmethod
    def _in_order(cls, until: date, info: ValidationInfo) -> date:
        first = info.data.get("period_from")
        if first is not None and until < first:
            raise faulty(Fault.OUT_OF_RANGE)
        return until


class OpenedReview(ChangedReview):
    accesses: Annotated[Count, Meta(description="In the scope.")]
    seed: Annotated[int, Meta(examples=[4711])]


@deciding(
    "openReview",
    Label("Öppna en sekretessgranskning", "Open a confidentiality review"),
    Label(
        "För en period, kanske en enhet: ett slumpmässigt urval, och varje åtkomst som en regel"
        " frågar om. Samma frö och samma läge i åtkomstloggen ger samma urval.",
        "For a period, perhaps one unit: a random sample, and every access that a rule asks about."
        " The same seed and the same position of the access log give the same sample.",
    ),
    asks=_RECORD,
    purpose=Purpose.REVIEW,
    refuses=(UnknownUnit, ReviewIsTooWide),
    status=CREATED,
    location="/reviews/{0.review_id}",
    leads=(Lead("readReview", {"reviewId": "reviewId"}),),
)
async def open_one(visit: Visit, new: NewReview) -> OpenedReview:
    """What it looks into, names among it, leaves a receipt of its own."""
    await visit.recognise()
    scope = Scope(first=new.period_from, last=new.period_until, unit=new.unit)
    looked = await look(visit.house, visit.viewer, scope)
    if may(visit.viewer, *_RECORD):
        await visit.leave_receipt(looked.files, "answered")
    outcome = await visit.carry_out(
        use_cases.open_review,
        period=(new.period_from, new.period_until),
        unit=new.unit,
        rule=new.rule,
        size=new.size,
        seed=new.seed or visit.house.desk.ids.new().int % _SEEDS,
        receipts=looked.receipts,
        readers=looked.readers,
        flagged=looked.flagged,
        ground=new.ground,
    )
    review_id, opened = outcome.the(ReviewOpened)
    return OpenedReview(
        review_id=review_id,
        accesses=opened.accesses,
        seed=opened.seed,
        position=outcome.position,
        replayed=outcome.replayed,
    )


# --- worked through --------------------------------------------------------------------------


class NewJudgement(Body):
    receipts: Annotated[
        list[LogPosition], Field(min_length=1, max_length=AT_ONCE), AfterValidator(each_once)
    ]
    """Of the accesses that are judged alike, on the same ground."""
    judgement: AccessJudgement
    ground: Passage


@deciding(
    "judgeAccesses",
    Label("Bedöm åtkomster", "Judge accesses"),
    Label(
        "En eller flera: befogade eller inte, på samma grund. Den senaste bedömningen gäller.",
        "One or several: justified or not, on the same ground. The latest judgement stands.",
    ),
    asks=_RECORD,
    refuses=(ReviewIsClosed, AccessIsNotDrawn, ManagerIsAsked),
    leads=(Lead("readReview", {"reviewId": "reviewId"}),),
)
async def judge(visit: Visit, review_id: UUID, new: NewJudgement) -> ChangedReview:
    outcome = await visit.carry_out(
        use_cases.judge_accesses,
        review_id,
        receipts=new.receipts,
        judgement=new.judgement,
        ground=new.ground,
    )
    return changed(review_id, outcome)


# --- found, closed, reopened -----------------------------------------------------------------


class NewFinding(Body):
    receipts: list[LogPosition]
    kind: FindingKind
    text: Passage


class RecordedFinding(ChangedReview):
    finding_id: Annotated[
        UUID, Meta(description="The finding.", examples=["1f7c3e95-8b04-4d6a-9e52-c0a7d3b8f420"])
    ]


@deciding(
    "recordFinding",
    Label("Registrera en iakttagelse", "Record a finding"),
    Label(
        "Om en eller flera åtkomster, eller om det som ingen enskild visar.",
        "About one access or several, or about what no single one shows.",
    ),
    asks=_RECORD,
    refuses=(ReviewIsClosed, AccessIsNotDrawn),
    status=CREATED,
    leads=(Lead("closeReview", {"reviewId": "reviewId"}),),
)
async def find(visit: Visit, review_id: UUID, new: NewFinding) -> RecordedFinding:
    outcome = await visit.carry_out(
        use_cases.record_finding,
        review_id,
        receipts=tuple(new.receipts),
        kind=new.kind,
        text=new.text,
    )
    return RecordedFinding(
        review_id=review_id,
        finding_id=outcome.the(FindingRecorded)[1].finding,
        position=outcome.position,
        replayed=outcome.replayed,
    )


class ReviewConclusion(Body):
    conclusion: Passage


@deciding(
    "closeReview",
    Label("Avsluta en sekretessgranskning", "Close a confidentiality review"),
    Label(
        "När allt är bedömt och det som inte var befogat finns i en iakttagelse; dagen då nästa ska"
        " vara gjord följer med.",
        "When everything is judged and what was not justified is in a finding; the day on which the"
        " next one is due follows.",
    ),
    asks=_RECORD,
    refuses=(ReviewIsClosed, ReviewIsUnfinished),
    leads=(Lead("reopenReview", {"reviewId": "reviewId"}),),
)
async def close(visit: Visit, review_id: UUID, it: ReviewConclusion) -> ChangedReview:
    outcome = await visit.carry_out(use_cases.close_review, review_id, conclusion=it.conclusion)
    return changed(review_id, outcome)


class ReviewReopening(Body):
    reason: Passage


@deciding(
    "reopenReview",
    Label("Öppna granskningen på nytt", "Reopen a confidentiality review"),
    Label("Med ett skäl; sedan fortsätter den.", "With a reason; then it goes on."),
    asks=_RECORD,
    refuses=(ReviewIsOpen,),
    leads=(Lead("readReview", {"reviewId": "reviewId"}),),
)
async def reopen(visit: Visit, review_id: UUID, it: ReviewReopening) -> ChangedReview:
    outcome = await visit.carry_out(use_cases.reopen_review, review_id, reason=it.reason)
    return changed(review_id, outcome)
