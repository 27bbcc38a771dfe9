"""What happened, event by event: the neutral facts of each, and the tokens of what is sealed."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from domain.catalogue import ENTRIES
from domain.policy import Information, Viewer
from domain.recorded import Recorded
from domain.sealed import Veiled
from projections.access.visible import visible
from projections.asking import Connection, Page, all_rows, paged
from projections.projection import Journal, Projection
from projections.sql import Statements, text

_statements = Statements("projections.timeline")
_ENTRY_OF = {entry.event: entry for entry in ENTRIES}


class Line(NamedTuple):
    stream: UUID
    position: int
    version: int
    name: str
    actor: UUID
    unit: str
    occurred_at: datetime
    recorded_at: datetime
    facts: Mapping[str, Any]  # as JSON has them
    sealed: Mapping[str, str]  # field -> token; a veiled event has its body only


def rows(recorded: Recorded) -> Iterator[Line]:
    facts, sealed = _told(recorded.event)
    yield Line(
        stream=recorded.stream,
        position=recorded.position,
        version=recorded.version,
        name=recorded.name,
        actor=recorded.actor,
        unit=recorded.unit,
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        facts=facts,
        sealed=sealed,
    )


def _told(event: Any) -> tuple[dict[str, Any], dict[str, str]]:
    if isinstance(event, Veiled):
        facts = {"person": str(event.person)} if event.person else {}
        return facts, {"body": _token(event.body)}
    entry = _ENTRY_OF[type(event)]
    facts = {name: _plain(getattr(event, name)) for name in entry.clear}
    return facts, {name: _token(getattr(event, name)) for name in entry.sealed}


def _token(value: Any) -> str:
    """Raises ValueError for an open value: it must never reach a view."""
    if value.token is None:
        raise ValueError("an open value in a recorded event")
    return str(value.token)


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case date():  # and datetime
            return value.isoformat()
        case tuple():
            return [_plain(each) for each in value]
        case _:
            return value


PROJECTION = Projection(
    name="timeline",
    version=2,
    schema=text("projections.timeline", "schema.sql"),
    tables=(Journal(name="timeline", row=Line, rows=rows, of_file="stream"),),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    *,
    file: UUID,
    streams: Collection[UUID],
    information: Information = Information.TIMELINE,
    names: Collection[str] | None = None,
    after: int = 0,
    limit: int = 100,
) -> Page[Line, int]:
    """The events of `streams`, which belong to the case or referral `file`: nothing, unless the
    viewer may read this kind of information of that file. `names`: only events of these public
    names. The cursor is a position."""
    seen = visible(viewer, information)
    parameters = {
        **seen.parameters,
        "file": file,
        "streams": list(streams),
        "names": None if names is None else list(names),
        "after": after,
        "limit": limit + 1,
    }
    statement = _statements("page", schema, visible=seen.condition)
    lines = await all_rows(connection, statement, parameters, Line)
    return paged(lines, limit, lambda line: line.position)
