"""Both logs as an auditor inspects them: searched by any of it, what anything was at any of its
events, and what differs between two moments. On the terms of the doors, with their receipts."""

import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import msgspec
import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.table import Table

from api.command_line.options import settled, trusting, where
from api.command_line.speaking import Speaker, TokenFile, spoken
from api.door import Door
from api.door.answers import Answer
from api.door.faults import faults_in
from api.door.query import MOST_IN_A_PAGE, ReadingQuery, StatedQuery
from api.resources import event_searches, event_streams, reading_searches
from api.resources.event_searches import EventSearch
from api.resources.event_streams import DifferencesQuery, FieldValue, StateQuery
from api.resources.log_searches import LogSearch
from api.resources.reading_searches import ReadingSearch
from api.runtime.clock import SystemClock
from api.runtime.settings import Settings
from domain.codes import Purpose
from domain.errors import PurposeIsMissing
from domain.policy import purposes

M = TypeVar("M", bound=BaseModel)
S = TypeVar("S", bound=LogSearch)

Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--where", help="NAME=VALUE, as the door's body names it (caseId, staffId, unit ...)."
    ),
]
NumberFile = Annotated[
    Path | None,
    typer.Option(
        "--number-file",
        help="File with a personal number, - is standard input: the words of a command are seen.",
    ),
]
Stated = Annotated[
    Purpose, typer.Option(help="What the reading is for; content and numbers need review.")
]
Limit = Annotated[int, typer.Option(min=1, help="How many at most.")]
AsJson = Annotated[bool, typer.Option("--json", help="A line of JSON for each, as the door tells.")]
Stream = Annotated[UUID, typer.Argument(help="A case, a referral, a person, a team ...")]
_REVIEW: Final = Purpose.REVIEW
_OF_PIPES: Final = 200  # columns, where nobody looks


@settled(where, trusting)
def list_events(
    settings: Settings,
    *,
    filters: Filters = None,
    number_file: NumberFile = None,
    content: Annotated[
        bool, typer.Option("--content", help="With what they say; needs the review's purpose.")
    ] = False,
    purpose: Stated = _REVIEW,
    limit: Limit = MOST_IN_A_PAGE,
    as_json: AsJson = False,
    token_file: TokenFile = None,
) -> None:
    """Events by any of it, in the order of the log. Each page leaves a receipt."""
    door = event_searches.contents if content else event_searches.search
    wanted = search_of(EventSearch, filters, number_file)

    async def act(speaker: Speaker) -> None:
        kind = event_searches.FoundContents if content else event_searches.FoundEvents
        pages = _pages(speaker, door, kind, wanted, purpose, limit)
        heads = ("position", "recorded", "event", "stream", "who", "unit")
        await _show(pages, as_json, heads, _event)

    spoken(settings, token_file, "events list", purpose, act, *named_in(wanted))


@settled(where, trusting)
def list_readings(
    settings: Settings,
    *,
    filters: Filters = None,
    number_file: NumberFile = None,
    purpose: Stated = _REVIEW,
    limit: Limit = MOST_IN_A_PAGE,
    as_json: AsJson = False,
    token_file: TokenFile = None,
) -> None:
    """Who saw what of whom, by any of it, the latest first. Each page leaves a receipt."""
    wanted = search_of(ReadingSearch, filters, number_file)

    async def act(speaker: Speaker) -> None:
        door = reading_searches.search
        pages = _pages(speaker, door, reading_searches.FoundReadings, wanted, purpose, limit)
        heads = ("receipt", "at", "who", "role", "unit", "purpose", "what", "outcome", "of")
        await _show(pages, as_json, heads, _reading)

    spoken(settings, token_file, "readings list", purpose, act, *named_in(wanted))


@settled(where, trusting)
def state(
    settings: Settings,
    *,
    stream: Stream,
    version: Annotated[int | None, typer.Option(help="Of its own events.")] = None,
    position: Annotated[int | None, typer.Option(help="Of the event log.")] = None,
    as_of: Annotated[str | None, typer.Option(help="A moment, by RFC 3339.")] = None,
    purpose: Stated = _REVIEW,
    as_json: AsJson = False,
    token_file: TokenFile = None,
) -> None:
    """What anything was at any of its events, field by field."""
    told = {"version": version, "asOfPosition": position, "asOf": as_of, "purpose": purpose}
    query = query_of(StateQuery, told)

    async def act(speaker: Speaker) -> None:
        door = event_streams.state
        stated(speaker, door, query)
        found = await speaker.at(door, event_streams.State, stream_id=stream, query=query)
        if as_json:
            _tell(found)
            return
        event = found.event
        typer.echo(f"{found.kind} {stream}, version {event.version}: {event.label.en}")
        _table(("field", "value"), [(it.field, _spelled(it)) for it in found.fields])

    spoken(settings, token_file, "events state", purpose, act, stream)


@settled(where, trusting)
def differences(
    settings: Settings,
    *,
    stream: Stream,
    from_version: Annotated[int | None, typer.Option(help="Of its own events.")] = None,
    from_position: Annotated[int | None, typer.Option(help="Of the event log.")] = None,
    from_moment: Annotated[str | None, typer.Option("--from", help="By RFC 3339.")] = None,
    until_version: Annotated[int | None, typer.Option(help="Of its own events.")] = None,
    until_position: Annotated[int | None, typer.Option(help="Of the event log.")] = None,
    until_moment: Annotated[str | None, typer.Option("--until", help="By RFC 3339.")] = None,
    purpose: Stated = _REVIEW,
    as_json: AsJson = False,
    token_file: TokenFile = None,
) -> None:
    """What differs between two moments: what changed, by which event, by whom, when."""
    told: dict[str, Any] = {"purpose": purpose}
    told |= {"fromVersion": from_version, "fromPosition": from_position, "fromMoment": from_moment}
    told |= {"untilVersion": until_version, "untilPosition": until_position}
    query = query_of(DifferencesQuery, told | {"untilMoment": until_moment})

    async def act(speaker: Speaker) -> None:
        door = event_streams.compare
        stated(speaker, door, query)
        found = await speaker.at(door, event_streams.Differences, stream_id=stream, query=query)
        if as_json:
            _tell(found)
            return
        rows = [
            (
                *(event.version, f"{event.recorded_at:%Y-%m-%d %H:%M}", event.label.en),
                *(event.who.name or event.who.staff_id, change.field),
                *(_spelled(change.before), _spelled(change.after)),
            )
            for event in found.events
            for change in event.changes
        ]
        _table(("version", "recorded", "event", "who", "field", "before", "after"), rows)
        if found.next_version is not None:
            typer.echo(f"there is more: --from-version {found.next_version}")

    spoken(settings, token_file, "events differences", purpose, act, stream)


# --- what is asked for -----------------------------------------------------------------------


def search_of(kind: type[S], filters: Sequence[str] | None, number_file: Path | None) -> S:
    """The body that the door would be told. Raises BadParameter with every fault."""
    told: dict[str, Any] = {}
    for each in filters or ():
        name, mark, value = each.partition("=")
        if not mark or name in told or name == "number":
            raise typer.BadParameter(f"--where {name}: NAME=VALUE, each once, never a number")
        told[name] = _plain(value)
    if number_file:
        text = sys.stdin.read() if str(number_file) == "-" else number_file.read_text("utf-8")
        told["number"] = text.strip()
    return _read(lambda context: kind.model_validate_json(json.dumps(told), context=context))


def _plain(value: str) -> str | int | bool:
    if value in {"true", "false"}:
        return value == "true"
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else value  # noqa: PLR2004 - as far as every client can count


def query_of(kind: type[M], told: Mapping[str, Any]) -> M:
    strings = {name: str(value) for name, value in told.items() if value is not None}
    return _read(lambda context: kind.model_validate_strings(strings, context=context))


def _read(read: Callable[[dict[str, Any]], M]) -> M:
    try:
        return read({"now": SystemClock().now()})
    except ValidationError as error:
        faults = "; ".join(f"{it.place.lstrip('/')}: {it.fault.value}" for it in faults_in(error))
        raise typer.BadParameter(faults) from None


def named_in(wanted: LogSearch) -> list[UUID]:
    """What a command names, so that a refusal leaves its receipt on it."""
    told = (wanted.stream_id, wanted.case_id, wanted.person_id)
    return [each for each in told if each]


def stated(speaker: Speaker, door: Door, query: ReadingQuery) -> None:
    """Raises PurposeIsMissing where the policy wants one of a list, and another was told."""
    wanted = purposes(speaker.viewer.role, *door.asks) if door.asks else frozenset()
    if wanted and query.purpose not in wanted:
        raise PurposeIsMissing(purposes=sorted(wanted))


async def _pages(
    speaker: Speaker,
    door: Door,
    kind: type[Any],
    wanted: LogSearch,
    purpose: Purpose,
    limit: int,
) -> AsyncIterator[list[Any]]:
    """As many as are wanted, page by page."""
    left, cursor = limit, None
    while True:
        page = min(left, MOST_IN_A_PAGE)
        query = StatedQuery(purpose=purpose, cursor=cursor).model_copy(update={"limit": page})
        stated(speaker, door, query)
        found = await speaker.at(door, kind, wanted=wanted, query=query)
        yield found.items
        left, cursor = left - len(found.items), found.next_cursor
        if cursor is None or left <= 0:
            return


# --- as it is shown --------------------------------------------------------------------------


async def _show(
    pages: AsyncIterator[list[Any]],
    as_json: bool,
    heads: Sequence[str],
    row: Callable[[Any], Sequence[object]],
) -> None:
    rows = []
    async for page in pages:
        for one in page:
            if as_json:
                _tell(one)
            else:
                rows.append(row(one))
    if not as_json:
        _table(heads, rows)


def _event(one: Any) -> Sequence[object]:
    who = one.who.name or one.who.staff_id
    label = f"{one.label.en} ({one.name})"
    return one.position, f"{one.recorded_at:%Y-%m-%d %H:%M}", label, one.stream_id, who, one.unit


def _reading(one: Any) -> Sequence[object]:
    who = one.who and (one.who.name or one.who.staff_id)
    at = f"{one.at:%Y-%m-%d %H:%M}"
    whose = ", ".join(map(str, one.subjects[:2])) + (" ..." if one.subject_count > 2 else "")  # noqa: PLR2004 - what fits
    return (
        *(one.receipt, at, who, one.role, one.unit, one.purpose),
        *(one.operation, one.outcome, whose),
    )


def _spelled(value: FieldValue | Any) -> str:
    if not isinstance(value, FieldValue):
        return "-"
    if value.is_erased or value.is_withheld:
        return "(erased)" if value.is_erased else "(withheld)"
    return ", ".join(words.en for words in value.words) or ", ".join(value.values)


def _tell(answer: Answer) -> None:
    typer.echo(msgspec.json.encode(answer))


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    table = Table(*heads)
    for row in rows:
        table.add_row(*("-" if cell is None else str(cell) for cell in row))
    Console(width=None if Console().is_terminal else _OF_PIPES).print(table)
