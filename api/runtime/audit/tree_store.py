"""The audit trees as PostgreSQL keeps them: tiles, checkpoints, and what leaves are made of.

A leaf is made of a row when it is asked for, by PostgreSQL itself and, where somebody verifies, by
us: there is no second copy of the log that could differ from it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from psycopg.rows import args_row, scalar_row, tuple_row

from api.house import Row, Signed
from api.runtime.log.changes import head_of
from api.runtime.log.reading import LogReader
from api.runtime.postgres.database import statement
from api.tree.bundles import row_of
from api.tree.merkle import HASH, Node
from api.tree.notes import Signature
from api.tree.tiles import Edge, Tile, hash_in, tiles_of
from domain.errors import LogUnavailable

EVENTS: Final = "events"
RECEIPTS: Final = "receipts"


# An entry is a row's position and what binds it; a leaf's hash is over a zero and the entry; in a
# bundle each entry stands behind its length, 40 bytes.
_LEAVES: Final = (
    b"SELECT count(*), coalesce(string_agg("
    b"sha256('\\x00'::bytea || int8send(position) || binding), ''::bytea ORDER BY position), '')"
    b" FROM (%b) AS bound"
)
_ENTRIES: Final = (
    b"SELECT count(*), coalesce(string_agg("
    b"'\\x0028'::bytea || int8send(position) || binding, ''::bytea ORDER BY position), '')"
    b" FROM (%b) AS bound"
)


_AT: Final = "WHERE position = ANY (%(positions)b::bigint[]) ORDER BY position"


class RowsAreMissing(Exception):
    """The log has a gap: rows below its head are not there. Nothing was signed. Whoever may write
    to the log's tables must be asked; `samordna verify` names the first position."""


class Verified(NamedTuple):
    """What came of the last time that a tree was recomputed from its rows."""

    at: datetime
    size: int
    finding: str | None

    @property
    def holds(self) -> bool:
        return self.finding is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What a sealer adds to a tree, all of it or nothing."""

    incarnation: int = 1
    old_size: int
    new_size: int
    tiles: Mapping[Tile, bytes]
    note: str


class Incarnation(NamedTuple):
    """A log that was restored from a backup, and lost what came after, is another one since."""

    number: int  # 1, unless it was ever restored
    restored: str | None  # the line that its checkpoints say of that


class Cosigned(NamedTuple):
    """The latest checkpoint that enough witnesses have cosigned."""

    size: int
    at: datetime


class TreeStore:
    """One municipality's tree over one of its logs, `events` or `receipts`."""

    def __init__(self, url: str, schema: str, tree: str) -> None:
        self.name = tree
        self._head = head_of(schema, tree)
        bindings = statement(f"bindings_of_{tree}", schema)
        self._leaves = _LEAVES % bindings
        self._entries = _ENTRIES % bindings
        self._tiles = statement("tree_tiles", schema)
        self._latest = statement("latest_checkpoint", schema)
        self._of_size = statement("checkpoint_of_size", schema)
        self._rows = statement(f"rows_of_{tree}", schema, _AT)
        self._published = statement("published_checkpoint", schema)
        self._incarnation = statement("incarnation", schema)
        self._cosigned = statement("latest_cosignature", schema)
        self._keep_cosignature = statement("keep_cosignature", schema)
        self._seal = statement("seal_tree", schema)
        self._verified = statement("latest_verification", schema)
        self._note = statement("note_verification", schema)
        self._reader = LogReader(
            url,
            name=f"samordna {tree} tree",
            unavailable=LogUnavailable,
            connections=2,
        )

    async def stop(self) -> None:
        await self._reader.stop()

    async def head(self) -> int:
        """How many rows the log has."""
        (position,) = await self._reader.rows(self._head, {}, scalar_row)
        return cast("int", position)

    async def latest(self) -> Signed | None:
        found = await self._reader.rows(self._latest, {"tree": self.name}, args_row(Signed))
        return found[0] if found else None

    async def checkpoint(self, size: int) -> Signed | None:
        asked = {"tree": self.name, "size": size}
        found = await self._reader.rows(self._of_size, asked, args_row(Signed))
        return found[0] if found else None

    async def published(self) -> Signed | None:
        """The latest checkpoint that enough witnesses have cosigned, with what they signed; the
        latest at all, while there is none."""
        columns = {"tree": self.name}
        found = await self._reader.rows(self._published, columns, args_row(Signed))
        return found[0] if found else None

    async def incarnation(self) -> Incarnation:
        columns = {"tree": self.name}
        [found] = await self._reader.rows(self._incarnation, columns, args_row(Incarnation))
        return found

    async def leaves(self, after: int, until: int) -> bytes:
        """The hashes of leaves after .. until-1, behind each other. Raises RowsAreMissing."""
        return await self._of_rows(self._leaves, after, until)

    async def entries(self, after: int, until: int) -> bytes:
        """The entries of leaves after .. until-1, each behind its length. Raises RowsAreMissing."""
        return await self._of_rows(self._entries, after, until)

    async def _of_rows(self, question: bytes, after: int, until: int) -> bytes:
        span = {"after": after, "until": until}
        [(count, made)] = await self._reader.rows(question, span, tuple_row)
        if count != until - after:
            raise RowsAreMissing
        return cast("bytes", made)

    async def rows(self, positions: Collection[int]) -> list[Row]:
        """Those of the rows that are there, in their order in the log."""
        found = await self._reader.rows(self._rows, {"positions": list(positions)}, tuple_row)
        return [Row(position, row_of(self.name, columns)) for position, *columns in found]

    async def tiles(self, wanted: Collection[Tile]) -> dict[Tile, bytes]:
        """Those of the tiles that are there, as far as they have grown."""
        columns = {
            "tree": self.name,
            "levels": [tile.level for tile in wanted],
            "numbers": [tile.number for tile in wanted],
        }
        rows = await self._reader.rows(self._tiles, columns, tuple_row)
        return {Tile(level, number): hashes for level, number, hashes in rows}

    async def edge(self, size: int) -> Edge:
        """The right edge of the tree of so many leaves, at most those sealed."""
        wanted = Edge.tiles(size)
        found = await self.tiles(wanted)
        return Edge(size, [found.get(it, b"")[: it.width(size) * HASH] for it in wanted])

    async def hashes(self, nodes: Collection[Node]) -> dict[Node, bytes]:
        """Raises KeyError when the tree has not grown so far."""
        found = await self.tiles(tiles_of(nodes))
        return {node: hash_in(found, node) for node in nodes}

    async def seal(self, growth: Growth) -> bool:
        """Whether the tree grew: not, when it no longer has the size that it was to grow from."""
        columns: dict[str, Any] = {
            "tree": self.name,
            "incarnation": growth.incarnation,
            "old_size": growth.old_size,
            "new_size": growth.new_size,
            "levels": [tile.level for tile in growth.tiles],
            "numbers": [tile.number for tile in growth.tiles],
            "tiles": list(growth.tiles.values()),
            "note": growth.note,
        }
        (grown,) = await self._reader.rows(self._seal, columns, scalar_row)
        return cast("bool", grown)

    async def cosigned(self) -> Cosigned | None:
        columns = {"tree": self.name}
        found = await self._reader.rows(self._cosigned, columns, args_row(Cosigned))
        return found[0] if found else None

    async def keep_cosignature(
        self, incarnation: int, size: int, signature: Signature, key: str, *, is_enough: bool
    ) -> None:
        columns = {
            "tree": self.name,
            "incarnation": incarnation,
            "size": size,
            "witness": key,
            "signature": signature.line,
            "enough": is_enough,
        }
        await self._reader.rows(self._keep_cosignature, columns, tuple_row)

    async def verified(self) -> Verified | None:
        found = await self._reader.rows(self._verified, {"tree": self.name}, args_row(Verified))
        return found[0] if found else None

    async def note(self, size: int, finding: str | None) -> None:
        columns = {"tree": self.name, "size": size, "finding": finding}
        await self._reader.rows(self._note, columns, tuple_row)
