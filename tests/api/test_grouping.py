"""The writer that both logs share: who goes with whom, and what becomes of each."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import pytest

from api.runtime.log.grouping import CannotBeRecorded, Connection, GroupedWriter, Grouping
from domain.errors import LogUnavailable
from tests.appends import IDS
from tests.conftest import Database

Send = Callable[[Connection, Sequence["Word"]], Awaitable[Sequence[str]]]


@dataclass(frozen=True)
class Word:
    text: str
    size: int = 1
    id: UUID = field(default_factory=IDS.new)


def writer_of(
    database: Database, send: Send, grouping: Grouping | None = None
) -> GroupedWriter[Word, str]:
    return GroupedWriter(
        database.url("server"),
        send,
        name="samordna test",
        unavailable=LogUnavailable,
        grouping=grouping or Grouping(),
    )


@dataclass
class Loop:
    """Callers who come again as soon as they are answered, and groups that take a while."""

    caller_seconds: float
    group_seconds: float
    groups: list[int] = field(default_factory=list)

    async def run(self, database: Database, callers: int, rounds: int) -> None:
        writer = writer_of(database, self._send)
        await writer.start()
        await asyncio.gather(*(self._call(writer, rounds) for _ in range(callers)))
        await writer.stop()

    async def _call(self, writer: GroupedWriter[Word, str], rounds: int) -> None:
        for number in range(rounds):
            assert await writer.record(Word(str(number))) == str(number)
            time.sleep(self.caller_seconds)  # noqa: ASYNC251 - the work that they do in between

    async def _send(self, _: Connection, words: Sequence[Word]) -> Sequence[str]:
        self.groups.append(len(words))
        await asyncio.sleep(self.group_seconds)
        return [word.text for word in words]


async def test_callers_work_while_a_group_is_under_way(log_database: Database) -> None:
    """Where callers take longer than a group, half of them are under way while the others work."""
    loop = Loop(caller_seconds=0.002, group_seconds=0.001)
    await loop.run(log_database, callers=16, rounds=12)
    assert sum(loop.groups) == 16 * 12
    assert set(loop.groups[3:-2]) == {8}


async def test_dear_groups_wait_for_everybody(log_database: Database) -> None:
    """Where a group takes longer than its callers, it is not divided: everybody goes with it."""
    loop = Loop(caller_seconds=0, group_seconds=0.03)
    await loop.run(log_database, callers=16, rounds=12)
    assert sum(loop.groups) == 16 * 12
    assert set(loop.groups[3:]) == {16}


async def test_groups_leave_one_after_the_other(log_database: Database) -> None:
    """The order in which callers come is the order in which they are recorded."""
    sent: list[str] = []
    under_way = 0

    async def send(_: Connection, words: Sequence[Word]) -> Sequence[str]:
        nonlocal under_way
        under_way += 1
        assert under_way == 1
        sent.extend(word.text for word in words)
        await asyncio.sleep(0.001)
        under_way -= 1
        return [word.text for word in words]

    words = [str(number) for number in range(100)]
    writer = writer_of(log_database, send, Grouping(group=7))
    await writer.start()
    answers = await asyncio.gather(*(writer.record(Word(word)) for word in words))
    await writer.stop()
    assert answers == sent == words


async def test_malformed_item_fails_alone(log_database: Database) -> None:
    """When a group is refused, each of its items is tried by itself."""

    async def send(_: Connection, words: Sequence[Word]) -> Sequence[str]:
        if any(word.text == "malformed" for word in words):
            raise psycopg.errors.CheckViolation
        return [word.text for word in words]

    writer = writer_of(log_database, send)
    await writer.start()
    found = await asyncio.gather(
        *(writer.record(Word(word)) for word in ("one", "malformed", "other")),
        return_exceptions=True,
    )
    await writer.stop()
    assert (found[0], found[2]) == ("one", "other")
    assert isinstance(found[1], CannotBeRecorded)
    assert writer.groups_taken_apart == 1


async def test_nobody_waits_for_each_of_the_others(log_database: Database) -> None:
    """When the server goes away while a group is tried one by one, everybody who is left hears it
    at once, and those who were recorded hear that."""

    async def send(_: Connection, words: Sequence[Word]) -> Sequence[str]:
        if len(words) > 1:
            raise psycopg.errors.CheckViolation
        if words[0].text != "first":
            raise psycopg.OperationalError
        return [words[0].text]

    writer = writer_of(log_database, send, Grouping(patience=0.5))
    await writer.start()
    async with asyncio.timeout(3):
        first, *others = await asyncio.gather(
            writer.record(Word("first")),
            *(writer.record(Word("another")) for _ in range(50)),
            return_exceptions=True,
        )
    await writer.stop()
    assert first == "first"
    assert {type(other) for other in others} == {LogUnavailable}


async def test_stopped_writer_takes_nothing_new(log_database: Database) -> None:
    """What waits when a writer stops is recorded; whoever comes later hears that it is away."""

    async def send(_: Connection, words: Sequence[Word]) -> Sequence[str]:
        await asyncio.sleep(0.01)
        return [word.text for word in words]

    writer = writer_of(log_database, send, Grouping(group=3))
    await writer.start()
    waiting = [asyncio.create_task(writer.record(Word(str(number)))) for number in range(10)]
    await asyncio.sleep(0)
    await writer.stop()
    assert [task.result() for task in waiting] == [str(number) for number in range(10)]
    with pytest.raises(LogUnavailable):
        await writer.record(Word("late"))
