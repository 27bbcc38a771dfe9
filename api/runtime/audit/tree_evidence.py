"""The database as evidence: what verification reads, by the auditor's role, in one snapshot."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, cast

import psycopg
from psycopg import sql

from api.runtime.postgres.database import session_url, statement
from api.tree.evidence import Leaf, Tail
from api.tree.rows import leaf_of
from api.tree.tiles import Tile

_TOGETHER: Final = 1_000  # checkpoints
_SPAN: Final = "WHERE position > %(after)s AND position <= %(until)s ORDER BY position"


@contextmanager
def log_as_it_is(url: str) -> Iterator[psycopg.Connection[Any]]:
    """One moment of the log, for as long as it takes to look at it all."""
    # The order is the index's: nothing is sorted, whatever its size.
    settings = {"enable_seqscan": "off", "enable_sort": "off", "jit": "off"}
    here = session_url(url, name="samordna verify", **settings)
    with psycopg.connect(here) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield connection


def is_alone(connection: psycopg.Connection[Any], schema: str) -> bool:
    """Whether no other session verifies the same logs until this one ends."""
    [(alone,)] = connection.execute(
        "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"samordna verify {schema}"]
    ).fetchall()
    return cast("bool", alone)


class DatabaseEvidence:
    """A log and its tree as they stand in the database."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str, tree: str) -> None:
        self._connection = connection
        self._schema = schema
        self._tree = tree
        self._log = sql.Identifier(schema, tree)

    def notes(self) -> Iterator[tuple[int, str]]:
        """Some at a time: a busy log has one for each second."""
        with self._connection.cursor(name=f"checkpoints of {self._tree}") as cursor:
            cursor.itersize = _TOGETHER
            yield from cursor.execute(statement("checkpoints", self._schema), {"tree": self._tree})

    def incarnation(self) -> int:
        """1, unless the log was ever restored."""
        [(number, _)] = self._rows(statement("incarnation", self._schema))
        return cast("int", number)

    def leaves(self, after: int, until: int) -> Iterator[Leaf]:
        rows = statement(f"rows_of_{self._tree}", self._schema, _SPAN).decode()
        copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(sql.SQL(rows))
        with (
            psycopg.ClientCursor(self._connection) as cursor,
            cursor.copy(copy, {"after": after, "until": until}) as copied,
        ):
            for message in copied:
                leaf = leaf_of(bytes(message))
                if leaf is not None:
                    yield leaf

    def tiles(self, wanted: Collection[Tile]) -> Mapping[Tile, bytes]:
        rows = self._rows(
            statement("tree_tiles", self._schema),
            levels=[tile.level for tile in wanted],
            numbers=[tile.number for tile in wanted],
        )
        return {Tile(level, number): hashes for level, number, hashes in rows}

    def first(self) -> int | None:
        text = sql.SQL("SELECT min(position) FROM {}").format(self._log)
        [(position,)] = self._rows(text)
        return cast("int | None", position)

    def head(self) -> int:
        return self._one("SELECT position FROM {}.{}", f"{self._tree}_head")

    def size(self) -> int:
        return self._one("SELECT size FROM {}.{} WHERE tree = %(tree)s", "trees")

    def tail(self, after: int) -> Tail | None:
        text = sql.SQL(
            "SELECT count(*), max(position), min(recorded_at) FROM {} WHERE position > %(after)s"
        ).format(self._log)
        [(rows, last, oldest)] = self._rows(text, after=after)
        return Tail(rows, last, oldest) if rows else None

    def _one(self, question: str, table: str) -> int:
        text = sql.SQL(question).format(sql.Identifier(self._schema), sql.Identifier(table))
        [(number,)] = self._rows(text)
        return cast("int", number)

    def _rows(self, question: Any, **parameters: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(question, {"tree": self._tree, **parameters}).fetchall()
