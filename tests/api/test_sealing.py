"""The trees over the logs: sealed once, by whoever comes first, and verified from the rows."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from api.runtime.event_log import StoredEventLog
from api.runtime.sealing import Sealer, TreeIsDamaged
from api.runtime.tree_evidence import DatabaseEvidence, log_as_it_is
from api.runtime.tree_store import EVENTS, RowsAreMissing, TreeStore
from api.tree.checkpoints import Checkpoint, read_checkpoint
from api.tree.notes import Note, Signer, read_note
from api.tree.verification import Finding, Verdict, Wrong, verify
from tests.appends import new_append, new_event
from tests.appends import IDS
from tests.conftest import Database

ORIGIN = "samordna.example/uppsala/events"
OLD = Signer(ORIGIN, bytes(32))
NEW = Signer(ORIGIN, bytes(range(32)))


@pytest.fixture
async def store(log_database: Database) -> AsyncIterator[TreeStore]:
    store = TreeStore(log_database.url("server"), log_database.schema, EVENTS)
    yield store
    await store.stop()


def sealer(store: TreeStore, log: StoredEventLog, *signers: Signer) -> Sealer:
    return Sealer(store, log.changes, lambda _: signers or [OLD], origin=ORIGIN)


async def grow(log: StoredEventLog, events: int) -> None:
    """One event a command."""
    appends = (new_append(new_event(IDS.new())) for _ in range(events))
    await asyncio.gather(*map(log.append, appends))


def verified(database: Database, **more: Any) -> Verdict:
    now = more.pop("now", datetime.now(UTC))
    trusted = more.pop("trusted", [OLD.verifier])
    with log_as_it_is(database.url("auditor")) as connection:
        evidence = DatabaseEvidence(connection, database.schema, EVENTS)
        return verify(evidence, origin=ORIGIN, trusted=trusted, now=now, **more)


async def test_sealed_log_verifies(
    store: TreeStore, log: StoredEventLog, log_database: Database
) -> None:
    """Whatever is in the log is sealed, in steps of any size, and verifies; then it goes on."""
    ours = sealer(store, log)
    for events in (1, 2, 300, 700):
        await grow(log, events)
        await ours.catch_up()
    assert (ours.size, ours.sealed, ours.unsealed) == (1003, 1003, 0)
    verdict = verified(log_database, stopped=True)
    assert (verdict.findings, verdict.size) == ([], 1003)
    assert list(verdict.checkpoints) == [1, 3, 303, 1003]


async def test_two_sealers_at_once(
    store: TreeStore, log: StoredEventLog, log_database: Database
) -> None:
    """Of two that seal the same rows at the same time one counts, and neither is in the way."""
    both = [sealer(store, log), sealer(store, log)]
    for _ in range(20):
        await grow(log, 30)
        await asyncio.gather(*(it.catch_up() for it in both))
    assert sum(it.sealed for it in both) == 600
    assert verified(log_database, stopped=True).holds


async def test_new_key_signs_together_with_the_old_one_once(
    store: TreeStore, log: StoredEventLog, log_database: Database
) -> None:
    """Who trusts the old key alone follows the log to the new one, and no stranger's key."""
    for signers in ([OLD], [OLD, NEW], [OLD, NEW]):
        await grow(log, 5)
        await sealer(store, log, *signers).catch_up()
    notes = [read_note(note) for (note,) in log_database.execute(
        "SELECT note FROM {}.checkpoints ORDER BY size")]
    signed = [[it.verifier for it in (OLD, NEW) if it.verifier.has_signed(note)] for note in notes]
    assert signed == [[OLD.verifier], [OLD.verifier, NEW.verifier], [NEW.verifier]]
    assert verified(log_database, trusted=[OLD.verifier]).holds
    assert verified(log_database, trusted=[NEW.verifier]).findings == [
        Finding(Wrong.CHECKPOINT_UNSIGNED, 5)
    ]


async def test_nothing_is_signed_on_what_is_damaged(
    store: TreeStore, log: StoredEventLog, log_database: Database
) -> None:
    """A sealer that finds tiles other than those that were signed, or rows missing, signs
    nothing."""
    await grow(log, 10)
    await sealer(store, log).catch_up()
    await grow(log, 10)
    with forced(log_database) as force:
        force("UPDATE {}.tree_tiles SET hashes = overlay(hashes PLACING '\\x00' FROM 9)")
    with pytest.raises(TreeIsDamaged):
        await sealer(store, log).catch_up()


async def test_gap_is_not_sealed(
    store: TreeStore, log: StoredEventLog, log_database: Database
) -> None:
    """Rows below the head that are not there are an alarm, never a shorter tree."""
    await grow(log, 10)
    with forced(log_database) as force:
        force("DELETE FROM {}.events WHERE position = 4")
    with pytest.raises(RowsAreMissing):
        await sealer(store, log).catch_up()
    assert await store.latest() is None


# --- somebody who may do everything in the database --------------------------------------------


@contextmanager
def forced(database: Database) -> Iterator[Callable[..., None]]:
    """A superuser who has silenced every trigger, for as long as a test takes."""
    tables = ("events", "events_head", "trees", "tree_tiles", "checkpoints")
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        for table in tables:
            connection.execute(
                SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(
                    Identifier(database.schema, table)
                )
            )
        yield lambda query, *values: connection.execute(
            SQL(query).format(Identifier(database.schema)), values
        )


EVENTS_COLUMNS = {
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
AT = 307


def test_every_column_is_bound(log_database: Database) -> None:
    """The test below changes every column of an event that there is, but for its position."""
    columns = log_database.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = '{}.events'::regclass AND attnum > 0"
    )
    assert {name for (name,) in columns} == {*EVENTS_COLUMNS, "position"}


TAMPERINGS: Sequence[tuple[str, Finding]] = [
    *(
        (
            f"UPDATE {{}}.events SET {column} = {value} WHERE position = {AT}",  # noqa: S608
            Finding(Wrong.ROW_CHANGED, AT),
        )
        for column, value in EVENTS_COLUMNS.items()
    ),
    (f"DELETE FROM {{}}.events WHERE position = {AT}", Finding(Wrong.ROWS_MISSING, AT)),  # noqa: S608
    ("DELETE FROM {}.events WHERE position = 1", Finding(Wrong.HEAD_WRONG, 2, "the first row")),
    (
        "DELETE FROM {}.events WHERE position = 600",
        Finding(Wrong.ROWS_MISSING, 600),
    ),
    (
        "UPDATE {}.events SET position = CASE position WHEN 306 THEN -1 ELSE 306 END"
        " WHERE position IN (306, 307); UPDATE {0}.events SET position = 307 WHERE position = -1",
        Finding(Wrong.ROW_CHANGED, 306),
    ),
]


@asynccontextmanager
async def sealed(database: Database, events: int) -> AsyncIterator[None]:
    store = TreeStore(database.url("server"), database.schema, EVENTS)
    async with StoredEventLog(database.url("server"), database.schema) as log:
        ours = sealer(store, log)
        for _ in range(3):
            await grow(log, events // 3)
            await ours.catch_up()
        yield
    await store.stop()
