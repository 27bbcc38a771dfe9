"""The event log when something between a command and its record fails: nothing acknowledged is
lost, nothing is there twice, and nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from api.runtime.log.event_log import StoredEventLog
from api.runtime.log.grouping import Grouping
from api.runtime.postgres.postgres_server import PostgresServer
from domain.errors import LogUnavailable, QueueIsFull, StreamHasMoved
from domain.recorded import Appended
from tests.appends import IDS, log_of, new_append, new_event, outcomes
from tests.conftest import Database
from tests.wire import Wire


@pytest.fixture
async def wire(log_server: PostgresServer) -> AsyncIterator[Wire]:
    port = conninfo_to_dict(log_server.url(tcp=True))["port"]
    wire = Wire(int(str(port)))
    await wire.mend()
    yield wire
    await wire.cut()


async def test_lost_reply_is_healed(log_database: Database, wire: Wire) -> None:
    """When the reply to a commit is lost, the same group is sent again and recorded once."""
    async with StoredEventLog(wire.url(log_database), log_database.schema) as log:
        await log.append(new_append(new_event(IDS.new())))
        wire.loses_reply_to = b"the lost unit"
        stream = IDS.new()
        first, second, third = await outcomes(
            log,
            new_append(new_event(stream), unit="the lost unit"),
            new_append(new_event(stream)),
            new_append(new_event(IDS.new()), reads={stream: 1}),
        )
        assert first == Appended(first=2, last=2, replayed=True)
        assert isinstance(second, StreamHasMoved)
        assert third == Appended(first=3, last=3, replayed=True)
        assert await log.head() == 3


async def test_unreachable_log_says_so_and_comes_back(log_database: Database, wire: Wire) -> None:
    """While the server is away callers hear so in time; when it is back everything goes on."""
    async with StoredEventLog(
        wire.url(log_database), log_database.schema, grouping=Grouping(patience=0.3)
    ) as log:
        await log.append(new_append(new_event(IDS.new())))
        await wire.cut()
        append = new_append(new_event(IDS.new()))
        async with asyncio.timeout(5):
            first, second = await outcomes(log, append, append)
        assert isinstance(first, LogUnavailable)
        assert isinstance(second, LogUnavailable)
        with pytest.raises(LogUnavailable):
            await log.head()
        await wire.mend()
        assert await log.append(append) == Appended(first=2, last=2)
        assert await log.head() == 2


async def test_log_opens_before_its_server(log_database: Database, wire: Wire) -> None:
    """A process may start while the log's server is away."""
    await wire.cut()
    async with StoredEventLog(wire.url(log_database), log_database.schema) as log:
        waiting = asyncio.create_task(log.append(new_append(new_event(IDS.new()))))
        await asyncio.sleep(0.2)
        await wire.mend()
        assert await waiting == Appended(first=1, last=1)


async def test_killed_writer_loses_nothing(log_database: Database, log: StoredEventLog) -> None:
    """While the writer's connection is killed again and again, every acknowledged append is in
    the log, and none is there twice."""
    acknowledged: list[UUID] = []
    busy = True

    async def record() -> None:
        while busy:
            append = new_append(new_event(IDS.new()), body_mac=b"a body")
            await log.append(append)
            acknowledged.append(append.command)

    async with asyncio.TaskGroup() as workers:
        for _ in range(32):
            workers.create_task(record())
        for _ in range(20):
            await asyncio.sleep(0.03)
            await asyncio.to_thread(log_database.terminate, "samordna events writing")
        busy = False
    rows = await log.read(0, len(acknowledged) + 1)
    assert len(acknowledged) > 100
    assert sorted(row.command for row in rows) == sorted(acknowledged)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))


async def test_stuck_server_is_not_waited_for(log_database: Database) -> None:
    """When the counter stays locked, callers hear it in time; the same command tells later
    whether it was recorded."""
    append = new_append(new_event(IDS.new()))
    async with log_of(log_database, Grouping(patience=0.5)) as log:
        with psycopg.connect(log_database.owner_url) as hog:
            hog.execute(f"SELECT FROM {log_database.schema}.events_head FOR UPDATE")
            async with asyncio.timeout(5):
                with pytest.raises(LogUnavailable):
                    await log.append(append)
        appended = await log.append(append)
    assert (appended.first, appended.last) == (1, 1)


async def test_full_queue_turns_away(log_database: Database) -> None:
    """What cannot be recorded in time is turned away at once; what waits is recorded."""
    async with log_of(log_database, Grouping(queue=2)) as log:
        with psycopg.connect(log_database.owner_url) as hog:
            hog.execute(f"SELECT FROM {log_database.schema}.events_head FOR UPDATE")
            sent = asyncio.create_task(log.append(new_append(new_event(IDS.new()))))
            await asyncio.sleep(0.1)
            waiting = [
                asyncio.create_task(log.append(new_append(new_event(IDS.new())))) for _ in "ab"
            ]
            await asyncio.sleep(0)
            assert log.writer.queue_length == 2
            with pytest.raises(QueueIsFull):
                await log.append(new_append(new_event(IDS.new())))
        await asyncio.gather(sent, *waiting)
        assert await log.head() == 3


async def test_caller_who_leaves_harms_nobody(log_database: Database, log: StoredEventLog) -> None:
    """A cancelled caller takes back what was not sent; what was sent stands; others go on."""
    with psycopg.connect(log_database.owner_url) as hog:
        hog.execute(f"SELECT FROM {log_database.schema}.events_head FOR UPDATE")
        appends = [new_append(new_event(IDS.new())) for _ in range(4)]
        sent, with_it = [asyncio.create_task(log.append(a)) for a in appends[:2]]
        await asyncio.sleep(0.1)
        unsent, behind = [asyncio.create_task(log.append(a)) for a in appends[2:]]
        await asyncio.sleep(0)
        sent.cancel()
        unsent.cancel()
    assert (await with_it, await behind) == (Appended(first=2, last=2), Appended(first=3, last=3))
    assert [row.command for row in await log.read(0, 9)] == [
        append.command for append in (appends[0], appends[1], appends[3])
    ]


async def test_stopping_records_what_waits(log_database: Database) -> None:
    """A log that stops records what waits, and takes nothing new."""
    async with log_of(log_database, Grouping(group=3)) as log:
        waiting = [
            asyncio.create_task(log.append(new_append(new_event(IDS.new())))) for _ in range(10)
        ]
        await asyncio.sleep(0)
    assert [(await task).first for task in waiting] == list(range(1, 11))
    with pytest.raises(LogUnavailable):
        await log.append(new_append(new_event(IDS.new())))


async def test_groups_are_bounded_by_bytes(log_database: Database) -> None:
    """A group ends where it would become too large; a single append is sent, however large."""
    async with log_of(log_database, Grouping(group_bytes=100_000)) as log:
        appends = [new_append(new_event(IDS.new(), payload=bytes(60_000))) for _ in range(3)]
        await outcomes(log, *appends)
        assert log.writer.last_group == 1
        many = [new_event(IDS.new(), payload=bytes(60_000)) for _ in range(5)]
        assert await log.append(new_append(*many)) == Appended(first=4, last=8)
