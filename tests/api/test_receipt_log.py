"""The access log: a receipt stands before the answer leaves, once, at a dense position."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from api.runtime.log import changes
from api.runtime.log.grouping import CannotBeRecorded, Grouping
from api.runtime.log.receipt_log import NewReceipt, ReceiptLog
from domain.errors import QueueIsFull, ReceiptsUnavailable
from tests.appends import IDS
from tests.conftest import Database


def new_receipt(**changes: Any) -> NewReceipt:
    facts: dict[str, Any] = {
        "id": IDS.new(),
        "key": "receipts/2023-04",
        "event_position": 7,
        "salt": bytes(32),
        "body": b"sealed",
    }
    return NewReceipt(**facts | changes)


@pytest.fixture
async def receipts(log_database: Database) -> AsyncIterator[ReceiptLog]:
    async with ReceiptLog(log_database.url("server"), log_database.schema) as receipts:
        yield receipts


async def test_receipt_is_read_as_it_was_written(receipts: ReceiptLog) -> None:
    """A receipt stands in the log column by column."""
    receipt = new_receipt()
    assert await receipts.record(receipt) == 1
    [row] = await receipts.read(0, 10)
    assert row.position == 1
    assert (row.id, row.key, row.event_position, row.salt, row.body) == (
        receipt.id,
        receipt.key,
        7,
        receipt.salt,
        receipt.body,
    )
    assert row.recorded_at == await receipts.first_recorded_at()


async def test_many_readers_share_a_commit(receipts: ReceiptLog) -> None:
    """Receipts that wait together are recorded together, at dense positions in their order."""
    waiting = [receipts.record(new_receipt()) for _ in range(100)]
    assert await asyncio.gather(*waiting) == list(range(1, 101))
    assert receipts.writer.last_group == 100
    assert await receipts.head() == 100


async def test_receipt_sent_again_is_the_same(receipts: ReceiptLog) -> None:
    """A receipt that is in the log keeps its position, also in a group with new ones."""
    receipt = new_receipt()
    await receipts.record(new_receipt())
    assert await receipts.record(receipt) == 2
    again = await asyncio.gather(*map(receipts.record, [new_receipt(), receipt, new_receipt()]))
    assert again == [3, 2, 4]
    assert [row.position for row in await receipts.read(0, 10)] == [1, 2, 3, 4]


async def test_log_is_read_in_parts(receipts: ReceiptLog) -> None:
    """Receipts are read after a position, between two, and at given ones."""
    assert await receipts.head() == 0
    assert await receipts.first_recorded_at() is None
    for _ in range(5):
        await receipts.record(new_receipt())
    assert [row.position for row in await receipts.read(3, 10)] == [4, 5]
    assert [row.position for row in await receipts.span(2, 4)] == [2, 3, 4]
    assert [row.position for row in await receipts.at([5, 1, 9])] == [1, 5]


async def test_malformed_receipt_fails_alone(receipts: ReceiptLog) -> None:
    """A receipt that is too large is refused; the others of its group stand."""
    first, culprit, third = await asyncio.gather(
        *map(receipts.record, [new_receipt(), new_receipt(body=bytes(2**18 + 1)), new_receipt()]),
        return_exceptions=True,
    )
    assert isinstance(culprit, CannotBeRecorded)
    assert (first, third) == (1, 2)
    assert receipts.writer.groups_taken_apart == 1


async def test_recorded_at_never_goes_back(log_database: Database, receipts: ReceiptLog) -> None:
    """The clock of the access log is the greater of the last moment and the server's clock."""
    later = datetime(2100, 1, 1, tzinfo=UTC)
    log_database.execute("UPDATE {}.receipts_head SET recorded_at = %s", later)
    await receipts.record(new_receipt())
    assert await receipts.first_recorded_at() == later


async def test_no_receipt_without_the_log(log_database: Database) -> None:
    """When the receipt cannot be written in time, whoever reads hears so and shows nothing."""
    grouping = Grouping(patience=0.3, queue=1)
    async with ReceiptLog(
        log_database.url("server"), log_database.schema, grouping=grouping
    ) as receipts:
        with psycopg.connect(log_database.owner_url) as hog:
            hog.execute(f"SELECT FROM {log_database.schema}.receipts_head FOR UPDATE")
            sent = asyncio.create_task(receipts.record(new_receipt()))
            await asyncio.sleep(0.05)
            waiting = asyncio.create_task(receipts.record(new_receipt()))
            await asyncio.sleep(0)
            with pytest.raises(QueueIsFull):
                await receipts.record(new_receipt())
            with pytest.raises(ReceiptsUnavailable):
                await sent
        await waiting
    with pytest.raises(ReceiptsUnavailable):
        await receipts.record(new_receipt())


async def test_follower_is_woken(
    log_database: Database, receipts: ReceiptLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever follows the access log, here or in another process, wakes with the commit."""
    monkeypatch.setattr(changes, "LOOK", 60.0)
    async with ReceiptLog(log_database.url("server"), log_database.schema) as elsewhere:
        await asyncio.sleep(0.2)
        woken = [asyncio.create_task(log.wait(0, timeout=10)) for log in (receipts, elsewhere)]
        await receipts.record(new_receipt())
        assert await asyncio.gather(*woken) == [1, 1]
