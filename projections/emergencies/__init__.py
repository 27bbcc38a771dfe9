"""Who has opened a case in an emergency, until when and why: for the manager who must know at once
(section 5). The reason stays sealed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from domain.case.emergency import EmergencyAccessTaken
from domain.policy import Information, Viewer
from domain.recorded import Recorded
from projections.access.visible import visible
from projections.asking import Connection, all_rows
from projections.projection import Journal, Projection
from projections.sql import Statements, text

_statements = Statements("projections.emergencies")


class Emergency(NamedTuple):
    case: UUID
    position: int
    staff: UUID
    unit: str
    taken_at: datetime
    until: datetime
    reason_token: str


def rows(recorded: Recorded) -> Iterator[Emergency]:
    match recorded.event:
        case EmergencyAccessTaken() as taken:
            yield Emergency(
                case=recorded.stream,
                position=recorded.position,
                staff=taken.staff,
                unit=taken.unit,
                taken_at=recorded.occurred_at,
                until=taken.until,
                reason_token=str(taken.reason.token),
            )
        case _:
            pass


PROJECTION = Projection(
    name="emergencies",
    version=1,
    schema=text("projections.emergencies", "schema.sql"),
    tables=(Journal(name="emergencies", row=Emergency, rows=rows, of_file="case"),),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


async def latest(
    connection: Connection, schema: str, viewer: Viewer, *, limit: int
) -> Sequence[Emergency]:
    """Into the cases that the viewer answers for, the latest first."""
    seen = visible(viewer, Information.EMERGENCY)
    statement = _statements("latest", schema, visible=seen.condition)
    return await all_rows(connection, statement, {**seen.parameters, "limit": limit}, Emergency)


async def standing(connection: Connection, schema: str) -> int:
    """How many emergencies hold a case open to somebody now; across all sides."""
    [count] = await all_rows(connection, _statements("standing", schema), {}, int)
    return count
