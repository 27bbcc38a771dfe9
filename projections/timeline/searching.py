"""The whole event log, searched for the review: what happened where, by whom, for which unit, of
which kind and when. Events in the order of the log, pages of bounded work."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import sql

from domain.policy import Act, Information, Viewer, may
from projections.asking import Connection, Page, all_rows
from projections.sql import Statements
from projections.timeline import Line

_statements = Statements("projections.timeline", "search.sql")

MOST_LOOKED_AT = 10_000  # events for one page


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an event must be, all of it; None asks for nothing. Positions and moments are in."""

    streams: Collection[UUID] | None = None
    actor: UUID | None = None
    name: str | None = None  # public
    unit: str | None = None
    occurred_from: datetime | None = None
    occurred_until: datetime | None = None
    last: int


class Stood(NamedTuple):
    """The last event of a stream by a moment."""

    asked: int
    version: int
    position: int
    name: str


# The first of them that is asked for leads: what it stands for is rarer than what those after it
# do, and has an index in the order of the log.
_LEADING: Final = ("actor", "name", "unit")
_ALSO: Final[Mapping[str, sql.SQL]] = {
    "actor": sql.SQL("actor = %(actor)s"),
    "name": sql.SQL("name = %(name)s"),
    "unit": sql.SQL("unit = %(unit)s"),
    "occurred_from": sql.SQL("occurred_at >= %(occurred_from)s"),
    "occurred_until": sql.SQL("occurred_at <= %(occurred_until)s"),
}


async def search(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    wanted: Wanted,
    *,
    after: int,
    limit: int,
) -> Page[Line, int]:
    """For the review alone. The cursor is a position; a page may be short, or empty, and yet have
    one: then more must be looked through."""
    if not may(viewer, Act.READ, Information.EVENT_METADATA):
        return Page((), None)
    statement, parameters = question(schema, wanted)
    most = MOST_LOOKED_AT if _holds(wanted) else limit + 1
    parameters |= {"after": after, "limit": limit + 1, "most": most}
    rows = await all_rows(connection, statement, parameters, _row)
    looked_at, reached, _ = rows[0]
    lines = [line for _, _, line in rows if line is not None]
    if len(lines) > limit:
        return Page(lines[:limit], lines[limit - 1].position)
    return Page(lines, reached if looked_at == most else None)


def question(schema: str, wanted: Wanted) -> tuple[sql.Composed, dict[str, Any]]:
    parameters = {name: getattr(wanted, name) for name in _told(wanted)}
    leading = _leading(wanted)
    if wanted.streams is not None:
        parameters["streams"] = list(wanted.streams)
        leads = _statements("by_streams", schema)
    elif leading:
        value = sql.Placeholder(leading)
        leads = _statements("by", schema, column=sql.Identifier(leading), value=value)
    else:
        leads = _statements("all", schema)
    holds = [_ALSO[name] for name in _holds(wanted)] or [sql.SQL("true")]
    statement = _statements("search", schema, leads=leads, holds=sql.SQL(" and ").join(holds))
    return statement, parameters | {"last": wanted.last}


def _told(wanted: Wanted) -> list[str]:
    return [name for name in _ALSO if getattr(wanted, name) is not None]


def _leading(wanted: Wanted) -> str | None:
    if wanted.streams is not None:
        return None
    return next((name for name in _LEADING if getattr(wanted, name) is not None), None)


def _holds(wanted: Wanted) -> list[str]:
    """What must hold of what the first condition leads to."""
    return [name for name in _told(wanted) if name != _leading(wanted)]


def _row(looked_at: int, reached: int, *line: Any) -> tuple[int, int, Line | None]:
    return looked_at, reached, Line(*line) if line[0] is not None else None


async def stood(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    stream: UUID,
    positions: Collection[int],
) -> Mapping[int, Stood]:
    """The last event of a stream by each of the positions, where there is one."""
    if not may(viewer, Act.READ, Information.EVENT_METADATA):
        return {}
    parameters = {"stream": stream, "positions": sorted(set(positions))}
    rows = await all_rows(connection, _statements("stood", schema), parameters, Stood)
    return {row.asked: row for row in rows}


async def of_stream(
    connection: Connection, schema: str, viewer: Viewer, stream: UUID, after: int, until: int
) -> list[Line]:
    """The events of a stream at its versions after+1 .. until."""
    if not may(viewer, Act.READ, Information.EVENT_METADATA):
        return []
    parameters = {"stream": stream, "after": after, "until": until}
    return await all_rows(connection, _statements("of_stream", schema), parameters, Line)
