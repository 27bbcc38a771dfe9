"""Confidentiality reviews (section 6) on the command line: what an auditor does at the doors, on
the same terms and with the same receipts. What is written freely comes from a file or standard
input: everybody on the machine can read the words of a command, and a ground may name somebody."""

import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import msgspec
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from api.command_line.options import settled, trusting, where
from api.command_line.speaking import Speaker, TokenFile, spoken
from api.door.answers import Answer
from api.door.faults import faults_in
from api.door.fields import Body
from api.resources import review_questions, review_statistics, review_work, reviews
from api.runtime.clock import SystemClock
from api.runtime.settings import Settings
from domain.codes import AccessFlag, AccessJudgement, FindingKind, Purpose, SamplingRule
from domain.review import AT_ONCE

B = TypeVar("B", bound=Body)

Wanted = Annotated[UUID, typer.Argument(help="The review.")]
TextFile = Annotated[
    Path, typer.Option("--text-file", help="File with the text; - reads standard input.")
]
AsJson = Annotated[bool, typer.Option("--json", help="As the door answers.")]
Receipts = Annotated[
    list[int] | None, typer.Option("--receipt", help="Of the access log; as often as needed.")
]
_OF_PIPES: Final = 200  # columns, where nobody looks


@settled(where, trusting)
def open_one(
    settings: Settings,
    *,
    first: Annotated[str, typer.Option("--from", help="First day of the period (YYYY-MM-DD).")],
    last: Annotated[str, typer.Option("--until", help="Last day of the period, which is in.")],
    size: Annotated[int, typer.Option(help="Of the random sample, in all or per reader.")],
    text_file: TextFile,
    unit: Annotated[str | None, typer.Option(help="Of those who read; by default all.")] = None,
    rule: Annotated[SamplingRule, typer.Option(help="How to draw.")] = SamplingRule.RANDOM,
    seed: Annotated[int | None, typer.Option(help="Draws the same sample again.")] = None,
    token_file: TokenFile = None,
) -> None:
    """Open a review: a random sample of what was read, and all that a rule flags. The text is its
    ground."""
    told = {"periodFrom": first, "periodUntil": last, "unit": unit, "rule": rule, "size": size}
    new = _body(review_work.NewReview, {**told, "seed": seed, "ground": _text(text_file)})

    async def act(speaker: Speaker) -> None:
        opened = await speaker.at(review_work.open_one, review_work.OpenedReview, new=new)
        typer.echo(f"opened {opened.review_id}: of {opened.accesses} accesses, seed {opened.seed}")

    _spoken(settings, token_file, "open", act)


@settled(where, trusting)
def list_all(settings: Settings, *, as_json: AsJson = False, token_file: TokenFile = None) -> None:
    """Every review, how far it has come, and when the next one is due."""

    async def act(speaker: Speaker) -> None:
        found = await speaker.at(reviews.page, reviews.Reviews)
        if as_json:
            _tell(found)
            return
        rows = (
            (
                *(one.review_id, f"{one.period_from} - {one.period_until}", one.unit or "all"),
                *(one.accesses, one.drawn, one.judged, one.findings),
                _day(one.closed_at) or "open",
            )
            for one in found.items
        )
        heads = ("review", "period", "unit", "accesses", "drawn", "judged", "findings", "closed")
        _show(heads, rows)
        late = ": it is overdue" if found.is_overdue else ""
        typer.echo(f"next due {found.next_due or '-'}{late}")

    _spoken(settings, token_file, "list", act)


@settled(where, trusting)
def sample(
    settings: Settings,
    *,
    review: Wanted,
    unjudged: Annotated[bool, typer.Option("--unjudged", help="Only what waits.")] = False,
    as_json: AsJson = False,
    token_file: TokenFile = None,
) -> None:
    """What a review looks at: who read what, why it is looked at, and how it was judged."""

    async def act(speaker: Speaker) -> None:
        found = await speaker.at(reviews.read, reviews.ReviewDetail, review_id=review)
        if as_json:
            _tell(found)
            return
        rows = (
            (
                *(one.receipt, _moment(one.at), one.who.name if one.who else None, one.unit),
                *(one.operation, one.outcome, one.file_id, ", ".join(one.flags) or "drawn"),
                one.judgement or ("asked" if one.question else ""),
            )
            for one in found.items
            if not (unjudged and one.judgement)
        )
        heads = ("receipt", "at", "who", "unit", "what", "outcome", "file", "flags", "judged")
        _show(heads, rows)

    _spoken(settings, token_file, "sample", act, review)


@settled(where, trusting)
def judge(
    settings: Settings,
    *,
    review: Wanted,
    judgement: Annotated[AccessJudgement, typer.Argument(help="Of each of them.")],
    text_file: TextFile,
    receipt: Receipts = None,
    flag: Annotated[
        AccessFlag | None,
        typer.Option(help="All that wait and that this flag alone asks about."),
    ] = None,
    rest: Annotated[bool, typer.Option("--rest", help="All that wait.")] = False,
    token_file: TokenFile = None,
) -> None:
    """Judge accesses alike, on the one ground that the text tells: those named, or many at once.

    Whatever waits for a manager's answer is left out of the many.
    """
    if sum((bool(receipt), flag is not None, rest)) != 1:
        raise typer.BadParameter("one of --receipt, --flag and --rest says which")
    ground = _text(text_file)

    async def act(speaker: Speaker) -> None:
        chosen = receipt or await _waiting(speaker, review, flag)
        for first in range(0, len(chosen), AT_ONCE):
            some = {"receipts": chosen[first : first + AT_ONCE]}
            new = _body(
                review_work.NewJudgement, {**some, "judgement": judgement, "ground": ground}
            )
            await speaker.at(
                review_work.judge, review_work.ChangedReview, review_id=review, new=new
            )
        typer.echo(f"judged {len(chosen)}: {judgement}")

    _spoken(settings, token_file, "judge", act, review)


async def _waiting(speaker: Speaker, review: UUID, flag: AccessFlag | None) -> list[int]:
    found = await speaker.at(reviews.read, reviews.ReviewDetail, review_id=review)
    return [
        one.receipt
        for one in found.items
        if not one.judgement
        and (not one.question or one.answer)
        and (flag is None or one.flags == [flag])
    ]


@settled(where, trusting)
def ask(
    settings: Settings,
    *,
    review: Wanted,
    receipt: Annotated[int, typer.Option(help="Of the access log.")],
    text_file: TextFile,
    token_file: TokenFile = None,
) -> None:
    """Ask the manager of whoever read; the text is the question."""
    told = {"receipt": receipt, "question": _text(text_file)}
    new = _body(review_questions.NewReviewQuestion, told)

    async def act(speaker: Speaker) -> None:
        await speaker.at(review_questions.ask, review_work.ChangedReview, review_id=review, new=new)
        typer.echo(f"asked about {receipt}")

    _spoken(settings, token_file, "ask", act, review)


@settled(where, trusting)
def find(
    settings: Settings,
    *,
    review: Wanted,
    kind: Annotated[FindingKind, typer.Argument(help="Of what kind it is.")],
    text_file: TextFile,
    receipt: Receipts = None,
    token_file: TokenFile = None,
) -> None:
    """Record a finding, about accesses or about what no single one shows; the text tells it."""
    told = {"receipts": receipt or [], "kind": kind, "text": _text(text_file)}
    new = _body(review_work.NewFinding, told)

    async def act(speaker: Speaker) -> None:
        found = await speaker.at(
            review_work.find, review_work.RecordedFinding, review_id=review, new=new
        )
        typer.echo(f"found {found.finding_id}")

    _spoken(settings, token_file, "find", act, review)


@settled(where, trusting)
def findings(
    settings: Settings, *, review: Wanted, as_json: AsJson = False, token_file: TokenFile = None
) -> None:
    """What a review has found, and what it concluded."""

    async def act(speaker: Speaker) -> None:
        found = await speaker.at(reviews.read, reviews.ReviewDetail, review_id=review)
        if as_json:
            _tell({"findings": found.recorded_findings, "conclusion": found.conclusion or None})
            return
        rows = (
            (_day(one.found_at), one.kind, ", ".join(map(str, one.receipts)), one.text)
            for one in found.recorded_findings
        )
        _show(("found", "kind", "receipts", "text"), rows)
        typer.echo(f"conclusion: {found.conclusion or '-'}")

    _spoken(settings, token_file, "findings", act, review)


@settled(where, trusting)
def statistics(
    settings: Settings, *, as_json: AsJson = False, token_file: TokenFile = None
) -> None:
    """What all reviews have come to: in all, by flag and by unit; and what they have found."""

    async def act(speaker: Speaker) -> None:
        found = await speaker.at(review_statistics.read, review_statistics.ReviewStatistics)
        if as_json:
            _tell(found)
            return
        tallies = [
            ("all", found.total),
            *((f"flag {one.flag}", one.tally) for one in found.flags),
            *((f"unit {one.unit or 'not known any more'}", one.tally) for one in found.units),
        ]
        heads = ("accesses", "drawn", "justified", "not justified", "asked", "not judged")
        _show(heads, ((name, *msgspec.structs.astuple(tally)) for name, tally in tallies))
        rows = ((_day(one.found_at), one.kind, one.review_id, one.text) for one in found.findings)
        _show(("found", "kind", "review", "text"), rows)
        typer.echo(f"{found.reviews} reviews, {found.closed} closed")

    _spoken(settings, token_file, "statistics", act)


@settled(where, trusting)
def close(
    settings: Settings, *, review: Wanted, text_file: TextFile, token_file: TokenFile = None
) -> None:
    """Close a review in which everything is judged; the text is its conclusion."""
    told = _body(review_work.ReviewConclusion, {"conclusion": _text(text_file)})

    async def act(speaker: Speaker) -> None:
        await speaker.at(review_work.close, review_work.ChangedReview, review_id=review, it=told)
        typer.echo(f"closed {review}")

    _spoken(settings, token_file, "close", act, review)


@settled(where, trusting)
def reopen(
    settings: Settings, *, review: Wanted, text_file: TextFile, token_file: TokenFile = None
) -> None:
    """Open a closed review anew; the text says why."""
    told = _body(review_work.ReviewReopening, {"reason": _text(text_file)})

    async def act(speaker: Speaker) -> None:
        await speaker.at(review_work.reopen, review_work.ChangedReview, review_id=review, it=told)
        typer.echo(f"reopened {review}")

    _spoken(settings, token_file, "reopen", act, review)


def _spoken(
    settings: Settings,
    token_file: Path | None,
    what: str,
    act: Callable[[Speaker], Awaitable[None]],
    *review: UUID,
) -> None:
    spoken(settings, token_file, f"review {what}", Purpose.REVIEW, act, *review)


# --- what is told, and shown -----------------------------------------------------------------


def _text(file: Path) -> str:
    if str(file) == "-":
        return sys.stdin.read().strip()
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise typer.BadParameter("--text-file: cannot be read as text") from None


def _body(kind: type[B], told: Mapping[str, Any]) -> B:
    """Read as strictly as at the door."""
    raw = msgspec.json.encode({name: value for name, value in told.items() if value is not None})
    try:
        return kind.model_validate_json(raw, context={"now": SystemClock().now()})
    except ValidationError as error:
        faults = (f"{it.place.removeprefix('/')}: {it.fault}" for it in faults_in(error))
        raise typer.BadParameter("; ".join(faults)) from None


def _tell(answer: Answer | Mapping[str, Any]) -> None:
    typer.echo(msgspec.json.encode(answer))


def _show(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    table = Table(*heads)
    for row in rows:
        table.add_row(*("-" if cell is None else str(cell) for cell in row))
    Console(width=None if Console().is_terminal else _OF_PIPES).print(table)


def _day(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d}" if moment else None


def _moment(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else None
