"""Whatever somebody changes who may do everything in the database is found, and named."""

from collections.abc import Sequence

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.runtime.audit.tree_evidence import DatabaseEvidence
from api.runtime.audit.tree_store import EVENTS, TreeStore
from api.runtime.clock import SystemClock
from api.runtime.log.event_log import StoredEventLog
from api.runtime.postgres.database import LOG
from api.runtime.postgres.postgres_server import PostgresServer
from api.tree.checkpoints import Checkpoint
from api.tree.evidence import Finding, Wrong
from api.tree.notes import Note
from api.tree.verification import verify
from tests.conftest import Database, new_database
from tests.sealing import OLD, ORIGIN, grow, sealer, tamper, verified

COLUMNS = {
    "stream": "gen_random_uuid()",
    "version": "version + 1000",
    "name": "name || 'x'",
    "schema_version": "schema_version + 1",
    "occurred_at": "occurred_at - interval '1 microsecond'",
    "recorded_at": "recorded_at + interval '1 microsecond'",
    "actor": "gen_random_uuid()",
    "unit": "unit || 'x'",
    "command": "gen_random_uuid()",
    "correlation": "gen_random_uuid()",
    "payload": "payload || '\\x00'",
    "salt": "sha256(salt)",
}
SIZE = 600  # leaves


_COPY = (
    "INSERT INTO {}.events SELECT %d, gen_random_uuid(), 1, name, schema_version, occurred_at,"
    " recorded_at, actor, unit, command, correlation, payload, salt FROM {}.events"
    " WHERE position = %d"
)
_TILE = "UPDATE {}.tree_tiles SET hashes = overlay(hashes PLACING '\\x00' FROM %d) WHERE level = %d"

TAMPERINGS: Sequence[tuple[str, Finding]] = [
    # --- rows
    *(
        (
            f"UPDATE {{}}.events SET {column} = {new} WHERE position = 307",  # noqa: S608 - no input
            Finding(Wrong.ROW_CHANGED, 307),
        )
        for column, new in COLUMNS.items()
    ),
    ("DELETE FROM {}.events WHERE position = 307", Finding(Wrong.ROWS_MISSING, 307)),
    ("DELETE FROM {}.events WHERE position = 600", Finding(Wrong.ROWS_MISSING, 600)),
    ("DELETE FROM {}.events WHERE position > 300", Finding(Wrong.ROWS_MISSING, 301)),
    ("DELETE FROM {}.events WHERE position = 1", Finding(Wrong.HEAD_WRONG, 2, "the first row")),
    ("TRUNCATE {}.events", Finding(Wrong.HEAD_WRONG, None, "the first row")),
    (
        (
            "UPDATE {}.events SET position = -1 WHERE position = 306;"
            "UPDATE {}.events SET position = 306 WHERE position = 307;"
            "UPDATE {}.events SET position = 307 WHERE position = -1"
        ),
        Finding(Wrong.ROW_CHANGED, 306),
    ),
    (
        (
            "UPDATE {}.events SET position = position + 1000 WHERE position >= 307;"
            "UPDATE {}.events SET position = position - 999 WHERE position > 1000;"
            + _COPY % (307, 306)
            + ";UPDATE {}.events_head SET position = 601"
        ),
        Finding(Wrong.ROW_CHANGED, 307),
    ),
    (_COPY % (601, 600), Finding(Wrong.HEAD_WRONG, 601, "head: 600")),
    (_COPY % (0, 1), Finding(Wrong.HEAD_WRONG, 0, "the first row")),
    # --- where the log and the tree say that they end
    ("UPDATE {}.events_head SET position = 599", Finding(Wrong.ROLLED_BACK, 600, "signed: 600")),
    ("UPDATE {}.events_head SET position = 601", Finding(Wrong.HEAD_WRONG, 601, "head: 601")),
    ("UPDATE {}.trees SET size = 599 WHERE tree = 'events'", Finding(Wrong.SIZE_WRONG, 599)),
    ("UPDATE {}.trees SET size = 601 WHERE tree = 'events'", Finding(Wrong.SIZE_WRONG, 601)),
    # --- tiles
    (_TILE % (50 * 32 + 9, 0) + " AND number = 1", Finding(Wrong.TILE_CHANGED, 307, "tile/0/001")),
    (_TILE % (32 + 9, 1), Finding(Wrong.NODE_CHANGED, 257, "tile/1/000")),
    (
        "UPDATE {}.tree_tiles SET hashes = substring(hashes FOR 50 * 32) WHERE number = 1",
        Finding(Wrong.TILE_MISSING, 307, "tile/0/001"),
    ),
    (
        "UPDATE {}.tree_tiles SET hashes = hashes || sha256(hashes) WHERE number = 2",
        Finding(Wrong.TILE_EXCESS, 601, "tile/0/002"),
    ),
    (
        "INSERT INTO {}.tree_tiles VALUES ('events', 2, 0, sha256('\\x00'))",
        Finding(Wrong.TILE_EXCESS, 601, "tile/2/000"),
    ),
    (
        "DELETE FROM {}.tree_tiles WHERE number = 1",
        Finding(Wrong.TILE_MISSING, 257, "tile/0/001"),
    ),
    ("DELETE FROM {}.tree_tiles WHERE level = 1", Finding(Wrong.TILE_MISSING, 1, "tile/1/000")),
    # --- rows and tiles
    (
        (
            "UPDATE {}.events SET actor = gen_random_uuid() WHERE position = 307;"
            + _TILE % (50 * 32 + 9, 0)
            + " AND number = 1"
        ),
        Finding(Wrong.BOTH_CHANGED, 307, "tile/0/001"),
    ),
    # --- checkpoints
    ("DELETE FROM {}.checkpoints WHERE size = 600", Finding(Wrong.SIZE_WRONG, 600)),
    ("DELETE FROM {}.checkpoints", Finding(Wrong.SIZE_WRONG, 600)),
    (
        "UPDATE {}.checkpoints SET size = 399 WHERE size = 400",
        Finding(Wrong.CHECKPOINT_UNSOUND, 399),
    ),
    (
        "UPDATE {}.checkpoints SET note = '' WHERE size = 400",
        Finding(Wrong.CHECKPOINT_UNSOUND, 400),
    ),
    (
        (
            "UPDATE {}.checkpoints SET note = (SELECT note FROM {}.checkpoints WHERE size = 600)"
            " WHERE size = 400"
        ),
        Finding(Wrong.CHECKPOINT_UNSOUND, 400),
    ),
]


@pytest.fixture(scope="module")
async def sealed(log_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Three checkpoints of two hundred rows each."""
    database = new_database(log_server, tmp_path_factory.mktemp("sealed"), LOG)
    store = TreeStore(database.url("server"), database.schema, EVENTS)
    async with StoredEventLog(database.url("server"), database.schema) as log:
        ours = sealer(store, log)
        for _ in range(3):
            await grow(log, SIZE // 3)
            await ours.catch_up()
    await store.stop()
    return database


def test_every_column_is_bound(sealed: Database) -> None:
    """The test below changes every column that an event has, but for its position."""
    columns = sealed.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = %s AND table_name = 'events'",
        sealed.schema,
    )
    assert {name for (name,) in columns} == {*COLUMNS, "position"}


@pytest.mark.parametrize(("change", "expected"), TAMPERINGS)
def test_tampering_is_found_and_named(sealed: Database, change: str, expected: Finding) -> None:
    """Whatever somebody changes who may do everything in the database: the first finding names what
    is wrong, and where."""
    with psycopg.connect(sealed.owner_url) as connection:
        tamper(connection, sealed.schema, change)
        evidence = DatabaseEvidence(connection, sealed.schema, EVENTS)
        verdict = verify(
            evidence, origin=ORIGIN, trusted=[OLD.verifier], now=SystemClock().now(), stopped=True
        )
        connection.rollback()
    assert verdict.findings[0] == expected


def test_untouched_log_verifies(sealed: Database) -> None:
    """The log that all the others tamper with is sound by itself."""
    assert verified(sealed, stopped=True).holds


@given(st.integers(0), st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_any_byte_of_a_checkpoint(sealed: Database, at: int, by: int) -> None:
    """Whichever byte of a checkpoint is changed, it is found."""
    [(note,)] = sealed.execute("SELECT note FROM {}.checkpoints WHERE size = 600")
    changed = bytearray(note.encode())
    changed[at % len(changed)] ^= by
    kept = [changed.decode("utf-8", errors="replace").replace("\0", "?")]
    assert not verified(sealed, stopped=True, kept=kept).holds


def test_kept_checkpoints_show_forks_and_roll_backs(sealed: Database) -> None:
    """A checkpoint that somebody outside has kept must be in the log's past."""
    forked = Checkpoint(ORIGIN, 400, bytes(32)).text
    ahead = Checkpoint(ORIGIN, 700, bytes(32)).text
    for text, expected in (
        (forked, Finding(Wrong.CHECKPOINT_FORKED, 400, "two of one size")),
        (ahead, Finding(Wrong.ROLLED_BACK, 601, "signed: 700")),
    ):
        kept = [str(Note(text, [OLD.signature(text)]))]
        assert expected in verified(sealed, kept=kept).findings
