"""The inbox as it was at a position, under today's policy."""

from domain.policy import Viewer
from domain.referral import ReferralStatus
from projections import inbox
from projections.asking import Connection, Page
from projections.history import AsOf
from projections.inbox import DIRECTIONS, TABLE, Direction, Line
from projections.projection import Projection, Versions
from projections.sql import Statements, text
from projections.waiting import Cursor, past_page_of

_statements = Statements("projections.inbox.history")

VERSIONS = Versions(name="inbox_versions", of=TABLE)
PROJECTION = Projection(
    name="inbox_history",
    version=inbox.PROJECTION.version,
    schema=text("projections.inbox.history", "schema.sql"),
    tables=(VERSIONS,),
    key=inbox.PROJECTION.key,
)


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    as_of: AsOf,
    *,
    direction: Direction = Direction.IN,
    status: ReferralStatus | None = None,
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
        lambda line: Cursor(line.rank, line.referral),
        id_column="referral",
        direction=DIRECTIONS[direction],
        ordered=direction is not Direction.INFORMED,
        status=status,
        after=after,
        limit=limit,
    )
