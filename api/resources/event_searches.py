"""The event log, searched by whoever reviews it: metadata alone, or what the events say, with a
stated purpose."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta
from msgspec.structs import asdict
from pydantic import ValidationInfo, field_validator
from pydantic.alias_generators import to_camel

from api.door import reading
from api.door.answers import Page, Seen
from api.door.fields import EventName, Instant, LogPosition, shown
from api.door.query import StatedQuery
from api.door.visit import Visit
from api.resources.audit import EventContent, EventMetadata, metadata
from api.resources.log_searches import (
    LogSearch,
    not_before,
    seen,
    streams_of,
)
from api.resources.people import who
from api.resources.story import erased_in, information_of, opened_but_for
from domain.codes import Purpose
from domain.errors import PurposeIsMissing
from domain.labels import Label
from domain.policy import Act, Information
from projections import timeline
from projections.asking import Page as Found
from projections.timeline import searching

_MOMENT: Final = timedelta(microseconds=1)  # the shortest that the log tells apart
_NOT_TOLD: Final = (Information.NOTES, Information.IDENTITY)


class EventSearch(LogSearch):
    model_config = shown(
        streamId="5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02",
        caseId="5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02",
        personId="1d6f3b0e-8a25-4c97-b3e4-5f7a9c2d6e17",
        number="20070519-2383",
        staffId="9f8e7d6c-5b4a-4c3d-8e2f-1a0b9c8d7e05",
        unit="nexus",
        recordedFrom="2023-04-01T00:00:00Z",
        recordedUntil="2023-04-30T21:59:59Z",
        occurredFrom="2023-04-01T00:00:00Z",
        occurredUntil="2023-04-30T21:59:59Z",
        name="case.handover-offered",
        firstPosition=1,
        lastPosition=4711,
    )

    occurred_from: Instant | None = None
    occurred_until: Instant | None = None
    name: EventName | None = None
    """The public name of a kind of event."""
    first_position: LogPosition | None = None
    last_position: LogPosition | None = None

    @field_validator("occurred_until")
    @classmethod
    def _occurs_after(cls, until: datetime | None, info: ValidationInfo) -> datetime | None:
        return not_before(until, info.data.get("occurred_from"))

    @field_validator("last_position")
    @classmethod
    def _ends_after(cls, last: int | None, info: ValidationInfo) -> int | None:
        return not_before(last, info.data.get("first_position"))


StreamId = Annotated[
    UUID,
    Meta(
        description="Of what it is an event: a case, a person, a staff member ...",
        examples=["5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02"],
    ),
]


class FoundEvent(EventMetadata):
    stream_id: StreamId


class FoundEvents(Page):
    items: list[FoundEvent]


@reading(
    "searchEvents",
    Label("Sök i händelseloggen", "Search the event log"),
    Label(
        "Var, av vem, för vilken enhet, av vilket slag och när, i loggens ordning; aldrig"
        " innehållet. Villkoren får kombineras. En sida kan vara kort, eller tom, och ändå ha"
        " `nextCursor`: då finns mer att söka igenom. Det som inte finns ser ut som det om vilket"
        " ingenting har registrerats.",
        "Where, by whom, for which unit, of which kind and when, in the order of the log; never the"
        " content. Conditions combine. A page can be short, or empty, and yet have `nextCursor`:"
        " then there is more to search. What does not exist looks like something of which nothing"
        " was recorded.",
    ),
    asks=(Act.READ, Information.EVENT_METADATA),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    refuses=(PurposeIsMissing,),
)
async def search(visit: Visit, wanted: EventSearch, query: StatedQuery) -> Seen[FoundEvents]:
    found, streams = await _found(visit, wanted, query)
    answer = FoundEvents(
        items=await found_events(visit, found.lines),
        next_cursor=visit.next_cursor(query, found.after, within=wanted.place),
        position=visit.position,
    )
    return seen(answer, streams, wanted)


class FoundContent(EventContent):
    stream_id: StreamId
    erased_fields: Annotated[
        list[str],
        Meta(description="What it said, until it was disposed of.", examples=[["account"]]),
    ]


class FoundContents(Page):
    items: list[FoundContent]


@reading(
    "searchEventContents",
    Label("Sök i händelseloggen, med innehåll", "Search the event log, with content"),
    Label(
        "Som sökningen, med vad händelserna säger. Bara med angivet ändamål (`purpose=review`), som"
        " åtkomstloggen sparar; utan anteckningar och utan vem det gäller. Det som är gallrat anges"
        " som gallrat.",
        "As the search, with what the events say. Only with a stated purpose (`purpose=review`),"
        " which the access log keeps; without the notes, and without who it is about. What was"
        " disposed of is said to be erased.",
    ),
    asks=(Act.READ, Information.EVENT_CONTENT),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    refuses=(PurposeIsMissing,),
)
async def contents(visit: Visit, wanted: EventSearch, query: StatedQuery) -> Seen[FoundContents]:
    found, streams = await _found(visit, wanted, query)
    answer = FoundContents(
        items=await found_contents(visit, found.lines),
        next_cursor=visit.next_cursor(query, found.after, within=wanted.place),
        position=visit.position,
    )
    return seen(answer, streams, wanted)


async def found_events(visit: Visit, lines: Sequence[timeline.Line]) -> list[FoundEvent]:
    people = await who(visit, (line.actor for line in lines))
    return [FoundEvent(stream_id=line.stream, **asdict(metadata(line, people))) for line in lines]


async def found_contents(visit: Visit, lines: Sequence[timeline.Line]) -> list[FoundContent]:
    people = await who(visit, (line.actor for line in lines))
    return [
        FoundContent(
            stream_id=one.line.stream,
            kind=one.kind,
            details={to_camel(name): value for name, value in one.details.items()},
            erased_fields=[to_camel(name) for name in erased_in(one, *_NOT_TOLD)],
            **asdict(metadata(one.line, people)),
        )
        for one in await opened_but_for(visit, lines, *_NOT_TOLD)
    ]


def is_told_whole(line: timeline.Line) -> bool:
    """Whether nothing of the event is kept from the review, sealed though it stays in its row."""
    return all(information_of(line.name, name) not in _NOT_TOLD for name in line.sealed)


async def _found(
    visit: Visit, wanted: EventSearch, query: StatedQuery
) -> tuple[Found[timeline.Line, int], Collection[UUID]]:
    """A page, and whose receipt it is: those that were asked about, or that were hit."""
    streams = await streams_of(visit, wanted, query)
    first, last = await span(visit, wanted)
    asked = wanted_events(wanted, streams, last)
    after = max(visit.last_seen(query, int, within=wanted.place) or 0, first - 1)
    found = await visit.ask(searching.search, visit.viewer, asked, after=after, limit=query.limit)
    hit: Sequence[Any] = [line.stream for line in found.lines]
    return found, dict.fromkeys(hit if streams is None else streams)


def wanted_events(
    wanted: EventSearch, streams: Collection[UUID] | None, last: int
) -> searching.Wanted:
    return searching.Wanted(
        streams=streams,
        actor=wanted.staff_id,
        name=wanted.name,
        unit=wanted.unit,
        occurred_from=wanted.occurred_from,
        occurred_until=wanted.occurred_until,
        last=last,
    )


async def span(visit: Visit, wanted: EventSearch) -> tuple[int, int]:
    """The first and the last position that may be wanted, as far as the answer reflects the log:
    recording never goes back in time."""
    log = visit.house.desk.log
    first, last = wanted.first_position or 1, wanted.last_position or visit.position
    if wanted.recorded_from is not None:
        earlier = await log.position_at(wanted.recorded_from - _MOMENT)
        first = max(first, earlier + 1)
    if wanted.recorded_until is not None:
        last = min(last, await log.position_at(wanted.recorded_until))
    return first, min(last, visit.position)
