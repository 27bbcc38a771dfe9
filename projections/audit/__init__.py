"""Who has read about whom: the receipts' positions by subject. Follows the receipts, not the facts.

What a receipt says is sealed in the access log itself; here only its position is found.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.policy import Act, Information, Viewer, may
from projections.asking import Connection, Page, all_rows, paged
from projections.projection import Journal, Projection
from projections.sql import Statements, text

_statements = Statements("projections.audit")
_BEYOND_ALL = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedReading:
    """A receipt in the access log. Subjects are keyed tokens of ids, made where the key is."""

    position: int
    recorded_at: datetime
    subjects: tuple[bytes, ...]


class Read(NamedTuple):
    position: int
    subjects: tuple[bytes, ...]


def rows(reading: RecordedReading) -> Iterator[Read]:
    if reading.subjects:
        yield Read(reading.position, reading.subjects)


PROJECTION = Projection(
    name="audit",
    version=2,
    schema=text("projections.audit", "schema.sql"),
    tables=(Journal(name="audit_reads", row=Read, rows=rows),),
)

# --- queries ---------------------------------------------------------------------------------


async def positions(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    subjects: Collection[bytes],
    *,
    after: int | None = None,
    limit: int = 100,
) -> Page[int, int]:
    """The positions of the receipts about any of the subjects, newest first; the cursor is the last
    position that was seen."""
    if not may(viewer, Act.READ, Information.ACCESS_LOG):
        return Page((), None)
    below = _BEYOND_ALL if after is None else after
    parameters = {"subjects": list(subjects), "below": below, "limit": limit + 1}
    found = await all_rows(connection, _statements("positions", schema), parameters, int)
    return paged(found, limit, lambda position: position)
