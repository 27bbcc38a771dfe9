"""A part of a log, handed out at a door: in pieces that, put behind each other, are one file that
proves itself. Each piece leaves its receipt before it; the next one goes on where it ended, to the
same checkpoint."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Final, NamedTuple

from msgspec import Meta

from api.door import reading
from api.door.answers import Count, Page, Seen
from api.door.query import StatedQuery
from api.door.visit import Visit
from api.resources import log_exports
from api.resources.event_searches import EventSearch
from api.resources.log_exports import EVENTS, RECEIPTS, Batch
from api.resources.log_searches import LogSearch, seen
from api.resources.reading_searches import ReadingSearch
from api.tree.bundles import Lines
from domain.codes import Purpose
from domain.errors import NothingIsSealedThere, PurposeIsMissing
from domain.labels import Label
from domain.policy import Act, Information
from projections import timeline

_IN_PARTS: Final = Label(
    " I delar: `part` efter `part`, till dess `nextCursor` är null, är en fil som bevisar sig själv"
    " (JSON Lines; deploy/verify_audit.py kontrollerar den). Varje del lämnar ett kvitto innan den"
    " lämnas ut.",
    " In parts: `part` after `part`, until `nextCursor` is null, is a file that proves itself (JSON"
    " Lines; deploy/verify_audit.py verifies it). Each part leaves a receipt before it is handed"
    " out.",
)


class ExportPart(Page):
    part: Annotated[
        str,
        Meta(
            description="Whole lines; put it behind the part before.",
            examples=['{"before":"","form":"samordna-bundle/1"}\n'],
        ),
    ]
    entries: Annotated[Count, Meta(description="In this part.")]


class _Place(NamedTuple):
    """Where a part ended."""

    size: int
    position: int
    entries: int
    before: str


Batches = Callable[[int, int], AsyncIterator[Batch]]


@reading(
    "exportEvents",
    Label("Exportera ur händelseloggen", "Export of the event log"),
    Label(
        f"Det som sökningen finner, med bevis.{_IN_PARTS.sv}",
        f"What the search finds, with proofs.{_IN_PARTS.en}",
    ),
    asks=(Act.READ, Information.EVENT_METADATA),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    refuses=(PurposeIsMissing, NothingIsSealedThere),
)
async def events(visit: Visit, wanted: EventSearch, query: StatedQuery) -> Seen[ExportPart]:
    return await _part(visit, EVENTS, wanted, query, _events(visit, wanted, query, content=False))


@reading(
    "exportEventContents",
    Label("Exportera ur händelseloggen, med innehåll", "Export of the event log, with content"),
    Label(
        "Det som sökningen med innehåll finner, med rader ur loggen och bevis. Bara med angivet"
        f" ändamål (`purpose=review`).{_IN_PARTS.sv}",
        "What the search with content finds, with rows of the log and proofs. Only with a stated"
        f" purpose (`purpose=review`).{_IN_PARTS.en}",
    ),
    asks=(Act.READ, Information.EVENT_CONTENT),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    refuses=(PurposeIsMissing, NothingIsSealedThere),
)
async def contents(visit: Visit, wanted: EventSearch, query: StatedQuery) -> Seen[ExportPart]:
    return await _part(visit, EVENTS, wanted, query, _events(visit, wanted, query, content=True))


@reading(
    "exportReadings",
    Label("Exportera ur åtkomstloggen", "Export of the access log"),
    Label(
        f"Det som sökningen finner, i loggens ordning, med bevis.{_IN_PARTS.sv}",
        f"What the search finds, in the order of the log, with proofs.{_IN_PARTS.en}",
    ),
    asks=(Act.READ, Information.ACCESS_LOG),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    refuses=(PurposeIsMissing, NothingIsSealedThere),
)
async def readings(visit: Visit, wanted: ReadingSearch, query: StatedQuery) -> Seen[ExportPart]:
    def batches(size: int, after: int) -> AsyncIterator[Batch]:
        return log_exports.readings(
            visit, wanted, query, size=size, after=after, together=query.limit
        )

    return await _part(visit, RECEIPTS, wanted, query, batches)


def _events(visit: Visit, wanted: EventSearch, query: StatedQuery, *, content: bool) -> Batches:
    return lambda size, after: log_exports.events(
        visit, wanted, query, size=size, after=after, content=content, together=query.limit
    )


async def _part(
    visit: Visit, log: str, wanted: LogSearch, query: StatedQuery, batches: Batches
) -> Seen[ExportPart]:
    place = visit.last_seen(query, _Place, within=wanted.place)
    lines = Lines(place.entries, place.before) if place else Lines()
    size, written = place.size if place else 0, list[str]()
    if place is None:
        head = await log_exports.head(visit, log, wanted, query)
        size = head["about"]["size"]
        written.append(lines.begin(**head))
    batch = await anext(batches(size, place.position if place else 0), Batch((), (), size))
    written += map(lines.add, batch.entries)
    on = batch.reached < size
    if not on:
        written.append(lines.end(visit.house.signatures.statement()))
    after = _Place(size, batch.reached, lines.entries, lines.before) if on else None
    answer = ExportPart(
        part="".join(written),
        entries=len(batch.entries),
        next_cursor=visit.next_cursor(query, after, within=wanted.place),
        position=visit.position,
    )
    return seen(answer, batch.subjects, wanted)
