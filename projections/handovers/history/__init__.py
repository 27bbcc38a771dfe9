"""The handovers as they were at a position, under today's policy."""

from domain.policy import Viewer
from projections import handovers
from projections.asking import Connection, Page
from projections.handovers import DIRECTIONS, TABLE, Direction, HandoverStatus, Line
from projections.history import AsOf
from projections.projection import Projection, Versions
from projections.sql import Statements, text
from projections.waiting import Cursor, past_page_of

_statements = Statements("projections.handovers.history")

VERSIONS = Versions(name="handovers_versions", of=TABLE)
PROJECTION = Projection(
    name="handovers_history",
    version=handovers.PROJECTION.version,
    schema=text("projections.handovers.history", "schema.sql"),
    tables=(VERSIONS,),
    key=handovers.PROJECTION.key,
)


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    as_of: AsOf,
    *,
    direction: Direction = Direction.IN,
    status: HandoverStatus | None = None,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[Line, Cursor]:
    """What waited, by when its answer was due; then what was answered, the latest first."""
    return await past_page_of(
        connection,
        schema,
        viewer,
        as_of,
        _statements,
        Line,
        lambda line: Cursor(line.rank, line.handover),
        id_column="handover",
        direction=DIRECTIONS[direction],
        status=status,
        after=after,
        limit=limit,
    )
