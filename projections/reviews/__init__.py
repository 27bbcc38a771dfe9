"""Confidentiality reviews (section 6): what each looks at, and what came of it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from domain.organisation import Settings
from domain.policy import Act, Information, Viewer, may
from domain.recorded import Recorded
from domain.review import (
    AccessesDrawn,
    AccessJudged,
    FindingRecorded,
    ManagerAnswered,
    ManagerAsked,
    ReviewClosed,
    ReviewOpened,
    ReviewReopened,
)
from domain.sealed import Sealed
from projections.asking import Connection, all_rows
from projections.projection import Journal, Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.reviews")


class Review(NamedTuple):
    review: UUID
    opened_at: datetime
    opened_by: UUID
    period_from: date
    period_until: date
    unit: str | None
    rule: str
    size: int
    seed: int
    receipts: int
    accesses: int
    ground_token: str
    closed_at: datetime | None
    next_due: date | None
    conclusion_token: str | None
    version: int


class Counted(NamedTuple):
    """A review, and how far it has come."""

    review: Review
    drawn: int
    sampled: int
    judged: int
    asked: int
    answered: int
    findings: int


class Drawn(NamedTuple):
    """Accesses that were drawn in one fact, by their receipts; the token opens to their flags."""

    review: UUID
    position: int
    receipts: tuple[int, ...]
    sampled: tuple[bool, ...]
    flags_token: str


class Access(NamedTuple):
    """What has come of one that was drawn."""

    review: UUID
    receipt: int
    judgement_token: str | None = None
    ground_token: str | None = None
    judged_by: UUID | None = None
    asked_at: datetime | None = None
    asked_about: UUID | None = None
    asked_unit: str | None = None
    question_token: str | None = None
    answered_at: datetime | None = None
    answered_by: UUID | None = None
    answer_token: str | None = None


class Finding(NamedTuple):
    review: UUID
    finding: UUID
    found_at: datetime
    found_by: UUID
    receipts: tuple[int, ...]
    kind_token: str
    text_token: str


class Start(NamedTuple):
    """The log's first fact: from when on somebody must review."""

    position: int
    started_at: datetime


def starts(recorded: Recorded) -> Iterable[Start]:
    return [Start(1, recorded.occurred_at)] if recorded.position == 1 else ()


def _token(value: Sealed[Any]) -> str:
    return str(value.token)


def review_keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name.startswith("review.") else ()


def drawn(recorded: Recorded) -> Iterator[Drawn]:
    if isinstance(told := recorded.event, AccessesDrawn):
        token = _token(told.flags)
        yield Drawn(recorded.stream, recorded.position, told.receipts, told.sampled, token)


def access_keys(recorded: Recorded) -> Iterable[Key]:
    match recorded.event:
        case AccessJudged(receipt=receipt) | ManagerAsked(receipt=receipt):
            return [(recorded.stream, receipt)]
        case ManagerAnswered(receipt=receipt):
            return [(recorded.stream, receipt)]
        case _:
            return ()


def finding_keys(recorded: Recorded) -> Iterable[Key]:
    if isinstance(recorded.event, FindingRecorded):
        return [(recorded.stream, recorded.event.finding)]
    return ()


def apply_to_review(review: Review | None, recorded: Recorded) -> Review | None:
    if isinstance(recorded.event, ReviewOpened):
        return _opened(recorded, recorded.event)
    if review is None:
        return None
    match recorded.event:
        case ReviewClosed() as closed:
            review = review._replace(
                closed_at=recorded.occurred_at,
                next_due=closed.next_due,
                conclusion_token=_token(closed.conclusion),
            )
        case ReviewReopened():
            review = review._replace(closed_at=None, next_due=None, conclusion_token=None)
        case _:
            pass
    return review._replace(version=recorded.version)


def _opened(recorded: Recorded, opened: ReviewOpened) -> Review:
    return Review(
        review=recorded.stream,
        opened_at=recorded.occurred_at,
        opened_by=recorded.actor,
        period_from=opened.period_from,
        period_until=opened.period_until,
        unit=opened.unit,
        rule=opened.rule,
        size=opened.size,
        seed=opened.seed,
        receipts=opened.receipts,
        accesses=opened.accesses,
        ground_token=_token(opened.ground),
        closed_at=None,
        next_due=None,
        conclusion_token=None,
        version=recorded.version,
    )


def apply_to_access(access: Access | None, recorded: Recorded) -> Access | None:
    match recorded.event:
        case AccessJudged(receipt=receipt) as judged:
            return (access or Access(recorded.stream, receipt))._replace(
                judgement_token=_token(judged.judgement),
                ground_token=_token(judged.ground),
                judged_by=recorded.actor,
            )
        case ManagerAsked(receipt=receipt) as asked:
            return (access or Access(recorded.stream, receipt))._replace(
                asked_at=recorded.occurred_at,
                asked_about=asked.reader,
                asked_unit=asked.unit,
                question_token=_token(asked.question),
                answered_at=None,
                answered_by=None,
                answer_token=None,
            )
        case ManagerAnswered(answer=answer) if access:
            return access._replace(
                answered_at=recorded.occurred_at,
                answered_by=recorded.actor,
                answer_token=_token(answer),
            )
        case _:
            return access


def apply_to_finding(finding: Finding | None, recorded: Recorded) -> Finding | None:
    if isinstance(found := recorded.event, FindingRecorded):
        return Finding(
            review=recorded.stream,
            finding=found.finding,
            found_at=recorded.occurred_at,
            found_by=recorded.actor,
            receipts=found.receipts,
            kind_token=_token(found.kind),
            text_token=_token(found.text),
        )
    return finding


PROJECTION = Projection(
    name="reviews",
    version=2,
    schema=text("projections.reviews", "schema.sql"),
    tables=(
        Table(name="reviews", row=Review, key=("review",), keys=review_keys, apply=apply_to_review),
        Journal(name="review_starts", row=Start, rows=starts),
        Journal(name="review_drawn", row=Drawn, rows=drawn),
        Table(
            name="review_accesses",
            row=Access,
            key=("review", "receipt"),
            keys=access_keys,
            apply=apply_to_access,
        ),
        Table(
            name="review_findings",
            row=Finding,
            key=("review", "finding"),
            keys=finding_keys,
            apply=apply_to_finding,
        ),
    ),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------

_REVIEW_COLUMNS = len(Review._fields)


def _counted(*columns: Any) -> Counted:
    return Counted(Review(*columns[:_REVIEW_COLUMNS]), *columns[_REVIEW_COLUMNS:])


async def reviews(connection: Connection, schema: str, viewer: Viewer) -> Sequence[Counted]:
    """All of them, the latest first."""
    return await _reviews(connection, schema, viewer, None)


async def review(connection: Connection, schema: str, viewer: Viewer, of: UUID) -> Counted | None:
    found = await _reviews(connection, schema, viewer, of)
    return found[0] if found else None


async def _reviews(
    connection: Connection, schema: str, viewer: Viewer, of: UUID | None
) -> Sequence[Counted]:
    if not may(viewer, Act.READ, Information.REVIEW):
        return ()
    return await all_rows(connection, _statements("reviews", schema), {"review": of}, _counted)


async def accesses(
    connection: Connection, schema: str, viewer: Viewer, of: UUID | None
) -> tuple[Sequence[Drawn], Sequence[Access]]:
    """What was drawn, by one review or by all, and what has come of it."""
    if not may(viewer, Act.READ, Information.REVIEW):
        return (), ()
    asked = {"review": of}
    some = await all_rows(connection, _statements("drawn", schema), asked, Drawn)
    return some, await all_rows(connection, _statements("accesses", schema), asked, Access)


async def findings(
    connection: Connection, schema: str, viewer: Viewer, of: UUID | None
) -> Sequence[Finding]:
    if not may(viewer, Act.READ, Information.REVIEW):
        return ()
    return await all_rows(connection, _statements("findings", schema), {"review": of}, Finding)


async def questions(connection: Connection, schema: str, viewer: Viewer) -> Sequence[Access]:
    """To the managers of the viewer's unit about staff of their own side; what waits comes first.
    Nobody is asked about their own reading."""
    if not may(viewer, Act.READ, Information.REVIEW_QUESTION):
        return ()
    asked = {"unit": viewer.unit, "side": viewer.side, "manager": viewer.staff}
    return await all_rows(connection, _statements("questions", schema), asked, Access)


async def started(connection: Connection, schema: str, viewer: Viewer) -> datetime | None:
    """When the house was founded; None while nothing is recorded."""
    if not may(viewer, Act.READ, Information.REVIEW):
        return None
    found = await all_rows(connection, _statements("started", schema), {}, Start)
    return found[0].started_at if found else None


async def overdue(connection: Connection, schema: str) -> int:
    """1 when the next review should have been closed by now. Before the first one it goes by the
    months that hold where a municipality has set none."""
    asked = {"months": Settings().review_months}
    [count] = await all_rows(connection, _statements("overdue", schema), asked, int)
    return count
