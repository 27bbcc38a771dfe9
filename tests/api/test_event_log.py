"""The event log: what is appended, and what is refused."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from api.runtime.log.event_log import StoredAppend, StoredEventLog, arguments
from api.runtime.log.grouping import CannotBeRecorded
from api.runtime.postgres.database import LOG, role_url, statement
from api.runtime.postgres.postgres_server import PostgresServer
from domain.errors import CommandKeyReused, EventTooLarge, StreamHasMoved, TooManyEvents
from domain.ports import KnownCommand
from domain.recorded import Appended
from tests.appends import A_MOMENT, ACTOR, IDS, log_of, new_append, new_event, outcomes
from tests.conftest import Database, new_database

# --- what is appended ------------------------------------------------------------------------


async def test_append_is_read_as_it_was_written(log: StoredEventLog) -> None:
    """What a command recorded stands in the log, column by column, at dense positions."""
    first, second = IDS.new(), IDS.new()
    append = new_append(new_event(first), new_event(second, payload=b"{}"), new_event(first, 2))
    appended = await log.append(append)
    assert appended == Appended(first=1, last=3)
    rows = await log.span(1, 3)
    assert [(row.position, row.stream, row.version) for row in rows] == [
        (1, first, 1),
        (2, second, 1),
        (3, first, 2),
    ]
    for row, event in zip(rows, append.events, strict=True):
        assert (row.name, row.schema_version, row.payload) == ("case.opened", 1, event.payload)
        assert (row.occurred_at, row.salt, row.actor) == (A_MOMENT, event.salt, ACTOR)
        assert (row.unit, row.command, row.correlation) == (
            "nexus",
            append.command,
            append.correlation,
        )


async def test_streams_come_in_their_own_order(log: StoredEventLog) -> None:
    """Many streams are read in one question, each in the order of its versions."""
    streams = sorted([IDS.new(), IDS.new()])
    for version in (1, 2, 3):
        await log.append(new_append(*(new_event(stream, version) for stream in streams)))
    rows = await log.streams(dict.fromkeys([*streams, IDS.new()], 0))
    assert [(row.stream, row.version) for row in rows] == [
        (stream, version) for stream in streams for version in (1, 2, 3)
    ]


async def test_log_is_read_page_by_page(log: StoredEventLog) -> None:
    """Reading after a position gives the next ones, up to a limit; the head ends it."""
    assert await log.head() == 0
    stream = IDS.new()
    await log.append(new_append(*(new_event(stream, version) for version in range(1, 6))))
    pages = [await log.read(after, 2) for after in (0, 2, 4, 5)]
    assert [[row.position for row in page] for page in pages] == [[1, 2], [3, 4], [5], []]
    assert await log.head() == 5


async def test_recorded_at_never_goes_back(log_database: Database, log: StoredEventLog) -> None:
    """The clock of the log is the greater of the last moment and the server's clock."""
    await log.append(new_append(new_event(IDS.new())))
    tomorrow = datetime(2100, 1, 1, tzinfo=UTC)
    log_database.execute("UPDATE {}.events_head SET recorded_at = %s", tomorrow)
    await log.append(new_append(new_event(IDS.new())))
    now, later = [row.recorded_at for row in await log.span(1, 2)]
    assert now < later == tomorrow


# --- what is refused -------------------------------------------------------------------------


async def test_moved_stream_is_a_conflict(log: StoredEventLog) -> None:
    """An append that expects another version of a stream is refused, and names the stream."""
    stream = IDS.new()
    await log.append(new_append(new_event(stream)))
    for stale in (
        new_append(new_event(stream)),
        new_append(new_event(stream, 3)),
        new_append(new_event(IDS.new()), reads={stream: 0}),
        new_append(reads={stream: 2}),
    ):
        with pytest.raises(StreamHasMoved) as refusal:
            await log.append(stale)
        assert refusal.value.context == {"stream": stream}
    assert await log.head() == 1


async def test_absent_stream_is_expected_at_zero(log: StoredEventLog) -> None:
    """A stream that was read and found absent conflicts as soon as it exists."""
    absent = IDS.new()
    await log.append(new_append(new_event(IDS.new()), reads={absent: 0}))
    with pytest.raises(StreamHasMoved):
        await log.append(new_append(new_event(IDS.new()), reads={absent: 1}))


async def test_reader_conflicts_with_writer_in_one_group(log: StoredEventLog) -> None:
    """In one group, A writes a stream that B has only read: B conflicts."""
    stream = IDS.new()
    a = new_append(new_event(stream))
    b = new_append(new_event(IDS.new()), reads={stream: 0})
    c = new_append(new_event(IDS.new()), reads={stream: 1})
    first, second, third = await outcomes(log, a, b, c)
    assert log.writer.last_group == 3
    assert first == Appended(first=1, last=1)
    assert isinstance(second, StreamHasMoved)
    assert second.context == {"stream": stream}
    assert third == Appended(first=2, last=2)


async def test_first_of_two_that_exclude_each_other_wins(log: StoredEventLog) -> None:
    """Of two appends in one group that each read what the other writes, the first stands."""
    one, other = IDS.new(), IDS.new()
    first, second = await outcomes(
        log,
        new_append(new_event(one), reads={other: 0}),
        new_append(new_event(other), reads={one: 0}),
    )
    assert log.writer.last_group == 2
    assert first == Appended(first=1, last=1)
    assert isinstance(second, StreamHasMoved)


async def test_refused_append_does_not_count_for_the_next(log: StoredEventLog) -> None:
    """What a refused append wanted to write has not moved any stream for those behind it."""
    stream = IDS.new()
    refused = new_append(new_event(stream), reads={IDS.new(): 1})
    first, second = await outcomes(log, refused, new_append(new_event(stream)))
    assert isinstance(first, StreamHasMoved)
    assert second == Appended(first=1, last=1)


async def test_command_is_recorded_once(log: StoredEventLog) -> None:
    """A command sent again is answered with where its facts stand, and records nothing."""
    append = new_append(new_event(IDS.new()), new_event(IDS.new()), body_mac=b"a body")
    assert await log.append(append) == Appended(first=1, last=2)
    assert await log.append(append) == Appended(first=1, last=2, replayed=True)
    assert await log.head() == 2


async def test_same_command_twice_in_one_instant(log: StoredEventLog) -> None:
    """Of a command that arrives twice at once, the second is the replay of the first."""
    append = new_append(new_event(IDS.new()), body_mac=b"a body")
    behind = new_append(new_event(IDS.new()))
    assert await outcomes(log, append, append, behind) == [
        Appended(first=1, last=1),
        Appended(first=1, last=1, replayed=True),
        Appended(first=2, last=2),
    ]


async def test_command_key_belongs_to_one_body(log: StoredEventLog) -> None:
    """A key that comes again with another body is refused, without one it is a replay."""
    append = new_append(new_event(IDS.new()), body_mac=b"a body")
    await log.append(append)
    with pytest.raises(CommandKeyReused):
        await log.append(replace(append, body_mac=b"another body"))
    assert (await log.append(replace(append, body_mac=b""))).replayed


async def test_command_that_changes_nothing_keeps_its_key(log: StoredEventLog) -> None:
    """A command without facts is recorded as one: last = first - 1, also when sent again."""
    await log.append(new_append(new_event(IDS.new())))
    nothing = new_append(body_mac=b"a body")
    assert await log.append(nothing) == Appended(first=2, last=1)
    assert await log.append(nothing) == Appended(first=2, last=1, replayed=True)
    assert await log.find(nothing.command) == KnownCommand(body_mac=b"a body", first=2, last=1)


async def test_refused_command_does_not_keep_its_key(log: StoredEventLog) -> None:
    """A refused command can be sent again, decided anew, under the same key."""
    stream = IDS.new()
    await log.append(new_append(new_event(stream)))
    refused = new_append(new_event(stream))
    with pytest.raises(StreamHasMoved):
        await log.append(refused)
    assert await log.find(refused.command) is None
    decided_anew = new_append(new_event(stream, 2), command=refused.command)
    assert await log.append(decided_anew) == Appended(first=2, last=2)


async def test_commands_are_forgotten(log_database: Database, log: StoredEventLog) -> None:
    """Old commands are forgotten by name, never those of the last 30 days, whatever is asked for;
    their facts stay."""
    append = new_append(new_event(IDS.new()))
    await log.append(append)
    forget = "SELECT {}.forget_commands(now() + %s)"
    for age in (timedelta(days=-30), timedelta(seconds=1), timedelta(days=9)):
        assert log_database.execute(forget, age, role="server") == [(0,)]
    log_database.execute("UPDATE {}.commands SET recorded_at = recorded_at - interval '31 days'")
    assert log_database.execute(forget, timedelta(days=-40), role="server") == [(0,)]
    assert log_database.execute(forget, timedelta(days=-30), role="server") == [(1,)]
    assert await log.find(append.command) is None
    assert await log.head() == 1


async def test_largest_facts_are_bounded(log: StoredEventLog) -> None:
    """A fact holds at most 64 KiB, a command at most 500 facts: told before anything is sent."""
    stream = IDS.new()
    with pytest.raises(EventTooLarge):
        await log.append(new_append(new_event(stream, payload=bytes(64 * 1024 + 1))))
    with pytest.raises(TooManyEvents):
        await log.append(new_append(*(new_event(stream, n) for n in range(1, 502))))


@pytest.mark.parametrize(
    "malformed",
    [
        pytest.param(lambda s: new_append(new_event(s, payload=bytes(65537))), id="large fact"),
        pytest.param(
            lambda s: new_append(*(new_event(s, n) for n in range(1, 502))), id="many facts"
        ),
        pytest.param(lambda s: new_append(new_event(s, salt=b"short")), id="short salt"),
        pytest.param(lambda s: new_append(new_event(s), new_event(s, 3)), id="gap in versions"),
        pytest.param(lambda s: new_append(new_event(s), unit="a\0b"), id="NUL in a text"),
        pytest.param(lambda s: new_append(new_event(s), recorded_at=A_MOMENT), id="chosen moment"),
    ],
)
async def test_malformed_append_fails_alone(
    log: StoredEventLog, malformed: Callable[[UUID], StoredAppend]
) -> None:
    """The database refuses a malformed append by itself; its group and the positions are whole."""
    verdicts = await asyncio.gather(
        log.writer.record(new_append(new_event(IDS.new()))),
        log.writer.record(malformed(IDS.new())),
        log.writer.record(new_append(new_event(IDS.new()))),
        return_exceptions=True,
    )
    first, culprit, third = verdicts
    assert isinstance(culprit, CannotBeRecorded)
    assert not isinstance(first, BaseException)
    assert not isinstance(third, BaseException)
    assert (first.first, third.first) == (1, 2)
    assert [row.position for row in await log.read(0, 10)] == [1, 2]


async def test_one_call_names_each_stream_once(log_database: Database) -> None:
    """The database does not believe a caller that calls one stream two."""
    stream = IDS.new()
    call = arguments([new_append(new_event(stream)), new_append(reads={stream: 0})])
    call |= {"streams": [stream, stream], "expected_streams": [1, 2]}
    query = statement("append_events", log_database.schema)
    with (
        psycopg.connect(log_database.url("server")) as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="names each stream once"),
    ):
        connection.execute(query, call)


async def test_generator_chooses_its_moments(log_server: PostgresServer, tmp_path: Path) -> None:
    """On a database marked as demo a moment can be chosen, but never one before the last."""
    demo = new_database(log_server, tmp_path, LOG, demo=True)
    later = A_MOMENT + timedelta(days=1)
    async with log_of(demo) as log:
        for moment in (A_MOMENT, later, A_MOMENT, None):
            await log.append(new_append(new_event(IDS.new()), recorded_at=moment))
        *chosen, clock = [row.recorded_at for row in await log.read(0, 10)]
    assert chosen == [A_MOMENT, later, later]
    assert clock > later


@pytest.mark.parametrize("tcp", [False, True], ids=["socket", "tcp"])
async def test_largest_append_does_not_hang(
    log_server: PostgresServer, log_database: Database, tcp: bool
) -> None:
    """500 facts of 64 KiB are appended and read back, over a Unix socket and over TCP."""
    url = role_url(
        log_server.url(tcp=tcp), log_database.schema, "server", secrets=log_database.secrets
    )
    stream = IDS.new()
    payload = bytes(range(256)) * 256
    largest = new_append(*(new_event(stream, n, payload=payload) for n in range(1, 501)))
    async with asyncio.timeout(20), StoredEventLog(url, log_database.schema) as log:
        results = await outcomes(log, largest, *(new_append(new_event(IDS.new())) for _ in "abc"))
        assert results == [
            Appended(first=1, last=500),
            *(Appended(first=n, last=n) for n in (501, 502, 503)),
        ]
        rows = await log.streams({stream: 0})
    assert {row.payload for row in rows} == {payload}
