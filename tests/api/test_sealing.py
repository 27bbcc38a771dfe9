"""The trees over the logs: sealed once, by whoever comes first, and verified from the rows."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from api.runtime.audit.nightly import is_due
from api.runtime.audit.sealing import TreeIsDamaged
from api.runtime.audit.tree_store import EVENTS, RowsAreMissing, TreeStore
from api.runtime.clock import SystemClock
from api.runtime.log.event_log import StoredEventLog
from api.tree.evidence import Finding, Wrong
from api.tree.notes import read_note
from tests.appends import record_something
from tests.conftest import Database
from tests.sealing import NEW, OLD, grow, sealer, tamper, verified


@pytest.fixture
async def store(log_database: Database) -> AsyncIterator[TreeStore]:
    store = TreeStore(log_database.url("server"), log_database.schema, EVENTS)
    yield store
    await store.stop()


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


async def test_no_tree_is_said_to_hold_without_a_checkpoint(
    store: TreeStore, log: StoredEventLog, log_database: Database
) -> None:
    """The server's role may note what a verification came to, and no size that was never sealed;
    what is wrong it may always note."""
    await store.note(0, None)
    await grow(log, 3)
    await sealer(store, log).catch_up()
    await store.note(3, None)
    for never_sealed in (0, 2, 4):
        with pytest.raises(psycopg.errors.CheckViolation):
            log_database.execute(
                "SELECT {}.note_verification('events', %s::bigint, NULL)",
                never_sealed,
                role="server",
            )
    await store.note(4, "an entry is missing")
    noted = await store.verified()
    assert noted
    assert (noted.size, noted.finding) == (4, "an entry is missing")


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
    notes = [
        read_note(note)
        for (note,) in log_database.execute("SELECT note FROM {}.checkpoints ORDER BY size")
    ]
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
    with psycopg.connect(log_database.owner_url) as connection:
        tamper(
            connection,
            log_database.schema,
            "UPDATE {}.tree_tiles SET hashes = overlay(hashes PLACING '\\x00' FROM 9)",
        )
    with pytest.raises(TreeIsDamaged):
        await sealer(store, log).catch_up()


async def test_gap_is_not_sealed(
    store: TreeStore, log: StoredEventLog, log_database: Database
) -> None:
    """Rows below the head that are not there are an alarm, never a shorter tree."""
    await grow(log, 10)
    with psycopg.connect(log_database.owner_url) as connection:
        tamper(connection, log_database.schema, "DELETE FROM {}.events WHERE position = 4")
    with pytest.raises(RowsAreMissing):
        await sealer(store, log).catch_up()
    assert await store.latest() is None


def test_tail_is_no_older_than_a_sealer_needs(store: TreeStore, log_database: Database) -> None:
    """Rows that nothing covers: a finding when they are old, or when the log is stopped."""
    record_something(log_database)
    assert verified(log_database).holds
    unsealed = [Finding(Wrong.CHECKPOINT_MISSING, 1)]
    assert verified(log_database, stopped=True).findings == unsealed
    later = SystemClock().now() + timedelta(seconds=11)
    assert verified(log_database, now=later).findings == unsealed


def test_is_verified_every_night() -> None:
    """Once a night, and by day only when nights were missed."""
    night, noon = datetime(2023, 4, 3, 2, tzinfo=UTC), datetime(2023, 4, 3, 12, tzinfo=UTC)
    assert is_due(None, noon)
    assert is_due(night - timedelta(hours=24), night)
    assert not is_due(night - timedelta(minutes=20), night)
    assert not is_due(night, noon)
    assert is_due(noon - timedelta(hours=37), noon)
