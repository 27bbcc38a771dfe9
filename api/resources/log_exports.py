"""A part of a log on its way out, batch by batch in its order: what was searched for, each entry
with its proof and with what the house tells of it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from pydantic.alias_generators import to_camel

from api.door.answers import Answer
from api.door.query import StatedQuery
from api.door.visit import Visit
from api.resources.event_searches import (
    EventSearch,
    FoundContent,
    FoundEvent,
    found_contents,
    found_events,
    is_told_whole,
    span,
    wanted_events,
)
from api.resources.log_searches import LogSearch, streams_of
from api.resources.people import who
from api.resources.reading_searches import ReadingSearch, found_reading, wanted_readings
from api.tree.bundles import Entry
from api.tree.bundling import entries
from domain.errors import NothingIsSealedThere, NotPermitted, PurposeIsMissing
from domain.policy import Act, Information, may, purposes
from projections import timeline
from projections.timeline import searching

TOGETHER: Final = 100  # entries for one receipt, which names whose they are
EVENTS, RECEIPTS = "events", "receipts"


async def head(visit: Visit, log: str, wanted: LogSearch, query: StatedQuery) -> dict[str, Any]:
    """What an export states at its top: of what it is, by which filter, and to which checkpoint.
    For a number, which stands in no file, there is a mark that only the house can make. Raises
    NothingIsSealedThere."""
    signed = await visit.house.audit_logs[log].published()
    if signed is None:
        raise NothingIsSealedThere(sealed=0)
    return {
        "about": {
            **what_it_is(visit, log, wanted, query),
            "madeBy": str(visit.staff),
            "at": visit.now.isoformat(),
            "position": visit.position,
            "size": signed.size,
        },
        "keys": visit.house.signatures.keys(),
        "checkpoints": {log: signed.note},
    }


def what_it_is(visit: Visit, log: str, wanted: LogSearch, query: StatedQuery) -> dict[str, Any]:
    """The part of it that stays the same, however often the export is begun."""
    told = wanted.place.items()
    filters = {to_camel(name): str(value) for name, value in told if value not in (None, False)}
    if wanted.number:
        filters["number"] = visit.marks.cursor(wanted.number.twelve.encode(), "number")
    return {
        "municipality": visit.house.desk.organisation.municipality,
        "log": log,
        "operation": visit.operation,
        "purpose": query.purpose.value,
        "filter": filters,
    }


class Batch(NamedTuple):
    """What leaves together, once its receipt is durable. The export goes on after `reached`."""

    entries: Sequence[Entry]
    subjects: Sequence[UUID]
    reached: int


async def events(
    visit: Visit,
    wanted: EventSearch,
    query: StatedQuery,
    *,
    size: int,
    after: int,
    content: bool,
    together: int = TOGETHER,
) -> AsyncIterator[Batch]:
    """Of the log's first `size` entries. Without content the rows stay where they are: what their
    payload says in the clear is content, too."""
    _permitted(visit, query, Information.EVENT_CONTENT if content else Information.EVENT_METADATA)
    visit.position = max(visit.position, size)
    await visit.include(timeline.PROJECTION.name)
    streams = await streams_of(visit, wanted, query)
    first, last = await span(visit, wanted)
    asked = wanted_events(wanted, streams, min(last, size))
    on: int | None = max(after, first - 1)
    while on is not None:
        found = await visit.ask(searching.search, visit.viewer, asked, after=on, limit=together)
        on = found.after
        told: Sequence[FoundEvent] | Sequence[FoundContent]
        told = await (found_contents if content else found_events)(visit, found.lines)
        proved = await _entries(
            visit,
            EVENTS,
            {each.position: each for each in told},
            size=size,
            disclosed=[line.position for line in found.lines if content and is_told_whole(line)],
        )
        yield Batch(proved, _each(line.stream for line in found.lines), on or size)


async def readings(
    visit: Visit,
    wanted: ReadingSearch,
    query: StatedQuery,
    *,
    size: int,
    after: int,
    together: int = TOGETHER,
) -> AsyncIterator[Batch]:
    """Of the log's first `size` receipts: those of the export itself come after them."""
    _permitted(visit, query, Information.ACCESS_LOG)
    subjects = await streams_of(visit, wanted, query)
    asked = wanted_readings(wanted, subjects)
    asked = replace(asked, last=min(asked.last or size, size))
    on: int | None = after
    while on is not None and on < size:
        found = await visit.house.receipts.onward(visit.viewer, asked, after=on, limit=together)
        on = found.after
        lines = found.lines
        people = await who(visit, (past.reading.reader for past in lines if past.reading))
        told = [found_reading(past, people, {}) for past in lines]
        proved = await _entries(
            visit,
            RECEIPTS,
            {each.receipt: each for each in told},
            size=size,
            disclosed=[past.position for past in lines],
        )
        yield Batch(proved, _each(one for each in told for one in each.subjects), on or size)


def _permitted(visit: Visit, query: StatedQuery, information: Information) -> None:
    """Raises NotPermitted, PurposeIsMissing."""
    if not may(visit.viewer, Act.READ, information):
        raise NotPermitted
    wanted = purposes(visit.viewer.role, Act.READ, information)
    if wanted and query.purpose not in wanted:
        raise PurposeIsMissing(purposes=sorted(wanted))


async def _entries(
    visit: Visit,
    log: str,
    told: Mapping[int, Answer],
    *,
    size: int,
    disclosed: Collection[int],
) -> list[Entry]:
    tree = visit.house.audit_logs[log]
    plain = {position: msgspec.to_builtins(each) for position, each in told.items()}
    return [one async for one in entries(log, tree, plain, size=size, disclosed=disclosed)]


def _each(streams: Any) -> list[UUID]:
    return list(dict.fromkeys(streams))
