"""What waits for an answer, in order: first by when it is due; then, the latest first, what has
been answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from psycopg import sql

from domain.policy import Viewer
from projections.access.visible import visible
from projections.asking import Connection, Page, all_rows, paged
from projections.sql import Statements

Line = TypeVar("Line")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
ANSWERED = 10**17  # ranks from the year 1970 to 3000 lie below


def rank(answer_due: datetime | None, answered_at: datetime | None) -> int:
    if answered_at is not None:
        return 2 * ANSWERED - _microseconds(answered_at)
    return _microseconds(answer_due) if answer_due else 0


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last line that was seen."""

    rank: int
    id: UUID


_STATUS = sql.SQL("line.status = %(status)s")
_ALL = sql.SQL("true")


async def page_of(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    statements: Statements,
    row: Callable[..., Line],
    last: Callable[[Line], Cursor],
    *,
    id_column: str,
    direction: sql.SQL,
    status: str | None,
    after: Cursor | None,
    limit: int,
) -> Page[Line, Cursor]:
    """The lines of one direction that the viewer may see, by the room's statement `page`."""
    seen = visible(viewer)
    beyond = sql.SQL("(line.rank, line.{}) > (%(rank)s, %(id)s)").format(sql.Identifier(id_column))
    statement = statements(
        "page",
        schema,
        direction=direction,
        status=_STATUS if status else _ALL,
        beyond=beyond if after else _ALL,
        visible=seen.condition,
    )
    parameters = {
        **seen.parameters,
        "unit": viewer.unit,
        "status": status,
        "rank": after and after.rank,
        "id": after and after.id,
        "limit": limit + 1,
    }
    return paged(await all_rows(connection, statement, parameters, row), limit, last)
