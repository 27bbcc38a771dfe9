"""Who has read about whom: the receipts' positions by subject, and by who read, for which unit, at
which door, and whether in vain. Follows the receipts, not the facts.

What a receipt says is sealed in the access log itself; here only its position is found. The index
knows each subject anew in each block of positions: so the newest are found without all others,
however often somebody was read about.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from psycopg import sql

from domain.policy import Act, File, Information, Viewer, may
from projections.asking import Connection, Page, all_rows, paged
from projections.projection import Journal, Projection
from projections.sql import Statements, text

BLOCK = 2**16  # positions
_BLOCK_BYTES = 4
_MOST_TOGETHER = 8  # blocks that are asked about in one question
MOST_BLOCKS = 32  # that are searched for one page

_statements = Statements("projections.audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedReading:
    """A receipt in the access log. Subjects are keyed tokens of ids, and of whatever else of
    it can be searched for, made where the key is."""

    position: int
    recorded_at: datetime
    subjects: tuple[bytes, ...]


class Read(NamedTuple):
    position: int
    subjects: tuple[bytes, ...]  # each with the block


def rows(reading: RecordedReading) -> Iterator[Read]:
    if reading.subjects:
        block = (reading.position // BLOCK).to_bytes(_BLOCK_BYTES)
        yield Read(reading.position, tuple(subject + block for subject in reading.subjects))


PROJECTION = Projection(
    name="audit",
    version=3,
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
    file: File | None = None,
) -> Page[int, int]:
    """The positions of the receipts about any of the subjects, newest first; the cursor is the last
    position that was seen. For the review; and of their file, for the person whom it is about."""
    kinds = (Information.ACCESS_LOG, Information.SUBJECT_RECORD)
    if not any(may(viewer, Act.READ, kind, file) for kind in kinds):
        return Page((), None)
    if after is None:
        [last] = await all_rows(connection, _statements("last", schema), {}, int)
        after = last + 1
    found: list[int] = []
    for blocks in _newest_first(after):
        named = [subject + block.to_bytes(_BLOCK_BYTES) for subject in subjects for block in blocks]
        parameters = {"subjects": named, "below": after, "limit": limit + 1 - len(found)}
        found += await all_rows(connection, _statements("positions", schema), parameters, int)
        if len(found) > limit:
            break
    return paged(found, limit, lambda position: position)


def _newest_first(below: int) -> Iterator[range]:
    """The blocks of the positions below one: the last, the two before, the four before those."""
    last, count = (below - 1) // BLOCK, 1
    while last >= 0:
        first = max(last - count + 1, 0)
        yield range(first, last + 1)
        last, count = first - 1, 2 * count


async def search(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    wanted: Sequence[Collection[bytes]],
    *,
    first: int,
    below: int,
    limit: int,
) -> Page[int, int]:
    """The positions, newest first, of the receipts from `first` and below another that meet every
    condition: to be found by one of its tokens. For the review alone. The cursor is the position
    to go on below; a page may be short, or empty, and yet have one: then more must be searched."""
    if not may(viewer, Act.READ, Information.ACCESS_LOG):
        return Page((), None)
    found: list[int] = []
    last, together, searched = below - 1, 1, 0
    while last >= first:
        if searched >= MOST_BLOCKS:
            return Page(found, last + 1)
        blocks = range(max(last // BLOCK - together + 1, 0), last // BLOCK + 1)
        lowest = max(blocks[0] * BLOCK, first)
        tokens = {f"wanted_{n}": _in_blocks(each, blocks) for n, each in enumerate(wanted)}
        statement = _statements("search", schema, wanted=_every(tokens))
        span = {"first": lowest, "last": last, "limit": limit + 1 - len(found)}
        found += await all_rows(connection, statement, tokens | span, int)
        if len(found) > limit:
            return paged(found, limit, lambda position: position)
        last, searched = lowest - 1, searched + together
        together = min(2 * together, _MOST_TOGETHER)
    return Page(found, None)


async def onward(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    wanted: Sequence[Collection[bytes]],
    *,
    after: int,
    last: int,
    limit: int,
) -> Page[int, int]:
    """As `search`, from the other end: in the order of the log, up to and with `last`. The cursor
    is the position to go on after."""
    if not may(viewer, Act.READ, Information.ACCESS_LOG):
        return Page((), None)
    found: list[int] = []
    first, together, searched = after + 1, 1, 0
    while first <= last:
        if searched >= MOST_BLOCKS:
            return Page(found, first - 1)
        blocks = range(first // BLOCK, first // BLOCK + together)
        highest = min((blocks[-1] + 1) * BLOCK - 1, last)
        tokens = {f"wanted_{n}": _in_blocks(each, blocks) for n, each in enumerate(wanted)}
        statement = _statements("onward", schema, wanted=_every(tokens))
        span = {"first": first, "last": highest, "limit": limit + 1 - len(found)}
        found += await all_rows(connection, statement, tokens | span, int)
        if len(found) > limit:
            return paged(found, limit, lambda position: position)
        first, searched = highest + 1, searched + together
        together = min(2 * together, _MOST_TOGETHER)
    return Page(found, None)


def _in_blocks(tokens: Collection[bytes], blocks: range) -> list[bytes]:
    return [token + block.to_bytes(_BLOCK_BYTES) for token in tokens for block in blocks]


def _every(conditions: Collection[str]) -> sql.Composed:
    held = [sql.SQL("subjects && {}::bytea[]").format(sql.Placeholder(name)) for name in conditions]
    return sql.SQL(" and ").join(held)
