"""Many wait, one commit: the writer that both logs share.

Whoever records something awaits its own result. Whatever waits is taken, sent as one call in one
commit, on a connection of its own, and the results are handed out: one group after the other. What
is sent carries an id by which the log knows it again, so a group whose reply was lost is sent anew.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import psycopg
import structlog

from api.runtime.postgres.database import session_url
from api.runtime.postgres.patience import hanging_up
from domain.errors import QueueIsFull, Unavailable

_log = structlog.get_logger()

Connection = psycopg.AsyncConnection[Any]

_FAIR_TRY = 0.2  # of the patience

AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,  # a stand-by that has not taken over yet
    TimeoutError,
)


class Groupable(Protocol):
    @property
    def id(self) -> UUID:
        """What the log knows it again by; a group never holds the same one twice."""
        ...

    @property
    def size(self) -> int:
        """Its bytes, roughly."""
        ...


Item = TypeVar("Item", bound=Groupable)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """How far the writer goes."""

    group: int = 256
    group_bytes: int = 8 * 2**20
    queue: int = 4096
    patience: float = 5.0  # seconds until a caller hears that the log is unavailable


class CannotBeRecorded(Exception):
    """The log refused a record as malformed. The message is its code: rows may hold anything."""


@dataclass(slots=True)
class _Waiting(Generic[Item, Result]):
    item: Item
    result: asyncio.Future[Result]
    deadline: float

    def answer(self, outcome: Result | Exception) -> None:
        """Who has stopped waiting is answered by nobody; what was sent stands all the same."""
        if self.result.done():
            return
        if isinstance(outcome, Exception):
            self.result.set_exception(outcome)
        else:
            self.result.set_result(outcome)


class GroupedWriter(Generic[Item, Result]):
    """Records items in groups through `send`: one call, one commit, one result per item."""

    def __init__(
        self,
        url: str,
        send: Callable[[Connection, Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        name: str,
        unavailable: type[Unavailable],
        grouping: Grouping,
    ) -> None:
        self.last_group = 0
        self.groups = 0
        self.groups_taken_apart = 0
        self.recorded = 0
        self.commit_seconds = 0.0  # of all groups
        self._url = session_url(
            url,
            name=name,
            synchronous_commit="on",
            default_transaction_isolation="read\\ committed",
            statement_timeout=f"{int(grouping.patience * 1000)}",
        )
        self._name = name
        self._send = send
        self._unavailable = unavailable
        self._grouping = grouping
        self._queue: deque[_Waiting[Item, Result]] = deque()
        self._something_waits = asyncio.Event()
        self._connection: Connection | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._turn = asyncio.Lock()
        self._return_seconds = 0.0  # that somebody who was answered takes to come again
        self._group_seconds = 0.0  # that a group takes
        self._stopping = False

    @property
    def queue_length(self) -> int:
        return len(self._queue)

    async def start(self) -> None:
        self._stopping = False
        self._tasks = [asyncio.create_task(self._write()) for _ in range(2)]

    async def stop(self) -> None:
        """Record what waits, take nothing new."""
        self._stopping = True
        self._something_waits.set()
        await asyncio.gather(*self._tasks)
        await self._disconnect()

    async def record(self, item: Item) -> Result:
        """The item's result, once it is durable.

        Raises QueueIsFull, CannotBeRecorded, or what this writer says when the log is away. Whoever
        stops waiting before the item was sent, takes it back.
        """
        if self._stopping:
            raise self._unavailable
        if len(self._queue) >= self._grouping.queue:
            raise QueueIsFull
        loop = asyncio.get_running_loop()
        result: asyncio.Future[Result] = loop.create_future()
        self._queue.append(_Waiting(item, result, loop.time() + self._grouping.patience))
        self._something_waits.set()
        return await result

    async def _write(self) -> None:
        """Two do this in turns. So while those whom the one has answered go on, and come again,
        the group of the other is under way."""
        while True:
            await self._turn.acquire()
            group = await self._gathered()
            answers = zip(group, await self._outcomes(group), strict=True)
            await self._answer(islice(answers, self._ahead_of_the_next(len(group))))
            self._turn.release()
            if not group:
                return
            await self._answer(answers)

    def _ahead_of_the_next(self, answered: int) -> int:
        """How many are answered before the next group leaves, and may be in it again: so many that
        half of all are. But everybody, where it takes less to wait for them than to commit twice.
        (Of what a group takes about two thirds do not depend on how large it is.)"""
        waiting = len(self._queue)
        if (answered + waiting) * self._return_seconds < self._group_seconds * 2 / 3:
            return answered
        return max(0, (answered - waiting) // 2)

    async def _answer(
        self, answers: Iterable[tuple[_Waiting[Item, Result], Result | Exception]]
    ) -> None:
        """Tell them, and let them go on."""
        began, told = perf_counter(), 0
        for waiting, outcome in answers:
            waiting.answer(outcome)
            told += 1
        if told:
            await asyncio.sleep(0)
            self._return_seconds = _smooth(self._return_seconds, (perf_counter() - began) / told)

    async def _gathered(self) -> list[_Waiting[Item, Result]]:
        """The next group, once there is one; nobody, when no more will come."""
        while not (group := self._next_group()):
            if self._stopping:
                break
            self._something_waits.clear()
            await self._something_waits.wait()
        return group

    def _next_group(self) -> list[_Waiting[Item, Result]]:
        group: list[_Waiting[Item, Result]] = []
        ids: set[UUID] = set()
        size = 0
        while self._queue and len(group) < self._grouping.group:
            item = self._queue[0].item
            size += item.size
            if item.id in ids or (group and size > self._grouping.group_bytes):
                break
            waiting = self._queue.popleft()
            if not waiting.result.done():
                ids.add(item.id)
                group.append(waiting)
        return group

    async def _outcomes(
        self, group: Sequence[_Waiting[Item, Result]]
    ) -> Sequence[Result | Exception]:
        """A result or an error for everybody in the group; a malformed item fails alone."""
        outcomes: list[Result | Exception] = []
        try:
            outcomes += await self._results(group) if group else ()
        except Unavailable:
            return [self._unavailable() for _ in group]
        except Exception as error:  # noqa: BLE001  # whatever it is, it reaches who caused it
            if len(group) == 1:
                return [_told(error)]
            self.groups_taken_apart += 1
            _log.warning("group taken apart", writer=self._name, exc_info=error)
            for number, waiting in enumerate(group):
                outcomes += await self._outcomes([waiting])
                if isinstance(outcomes[-1], Unavailable):  # for the others, too
                    outcomes += [self._unavailable() for _ in group[number + 1 :]]
                    break
        return outcomes

    async def _results(self, group: Sequence[_Waiting[Item, Result]]) -> Sequence[Result]:
        """Send the group, and send it again while the server is away and patience lasts: that of
        whoever has waited longest, so that nobody waits for their own group and for the one before,
        too; but never without a fair try."""
        loop = asyncio.get_running_loop()
        items = [waiting.item for waiting in group]
        until = max(group[0].deadline, loop.time() + self._grouping.patience * _FAIR_TRY)
        pause = 0.02
        while True:
            try:
                connection = self._connection or await self._connected(until)
                began = perf_counter()
                with hanging_up(connection, until):
                    results = await self._send(connection, items)
            except AWAY as error:
                _log.warning("connection lost", writer=self._name, exc_info=error)
                await self._disconnect()
                if loop.time() + pause > until:
                    raise self._unavailable from None
                await asyncio.sleep(pause)
                pause = min(2 * pause, 0.5)
            else:
                self.last_group = len(items)
                self.groups += 1
                self.recorded += len(items)
                took = perf_counter() - began
                self.commit_seconds += took
                self._group_seconds = _smooth(self._group_seconds, took)
                return results

    async def _connected(self, until: float) -> Connection:
        async with asyncio.timeout_at(until):
            self._connection = await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, prepare_threshold=0
            )
        return self._connection

    async def _disconnect(self) -> None:
        if self._connection:
            await self._connection.close()
            self._connection = None


def _smooth(before: float, now: float) -> float:
    return before + (now - before) / 8


def _told(error: Exception) -> Exception:
    """What a caller may hear: a database's own message can hold the row."""
    if isinstance(error, psycopg.Error):
        return CannotBeRecorded(error.sqlstate or type(error).__name__)
    return error
