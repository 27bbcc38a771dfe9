"""Who follows the event log is woken when it moves."""

import asyncio

import pytest

from api.runtime.log import changes
from api.runtime.log.event_log import StoredEventLog
from tests.appends import IDS, log_of, new_append, new_event
from tests.conftest import Database


async def test_follower_here_is_woken_at_once(log: StoredEventLog) -> None:
    """A follower in the same process wakes with the commit."""
    woken = asyncio.create_task(log.changes.wait(0, timeout=5))
    await asyncio.sleep(0)
    await log.append(new_append(new_event(IDS.new())))
    async with asyncio.timeout(0.1):
        assert await woken == 1
    assert await log.changes.wait(0, timeout=5) == 1


@pytest.mark.parametrize("killed", [False, True], ids=["notified", "connection killed"])
async def test_follower_elsewhere_is_woken(
    log_database: Database, log: StoredEventLog, killed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A follower in another process is notified; it wakes also when its connection was lost."""
    monkeypatch.setattr(changes, "LOOK", 60.0)
    async with log_of(log_database) as elsewhere:
        await elsewhere.head()
        await asyncio.sleep(0.2)
        woken = asyncio.create_task(elsewhere.changes.wait(0, timeout=10))
        if killed:
            await asyncio.to_thread(log_database.terminate, "samordna events changes")
        await log.append(new_append(new_event(IDS.new())))
        assert await woken == 1


async def test_follower_does_not_wait_for_ever(log: StoredEventLog) -> None:
    """Waiting ends after its time with the head as it is known."""
    await log.append(new_append(new_event(IDS.new())))
    assert await log.changes.wait(1, timeout=0.05) == 1


async def test_stranger_cannot_mislead_followers(
    log_database: Database, log: StoredEventLog
) -> None:
    """A notification carries nothing: whoever sends one makes followers look, no more."""
    await asyncio.sleep(0.2)
    channel = f"samordna_{log_database.schema}_events"
    log_database.execute("SELECT pg_notify(%s, '1000')", channel, role="auditor")
    assert await log.changes.wait(0, timeout=0.3) == 0
