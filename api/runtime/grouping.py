"""Many wait, one commit: the writer that both logs share.

Whoever records something awaits its own result. One task per log and process takes whatever waits,
sends it as one call in one commit, on a connection of its own, and hands the results out. What is
sent carries an id by which the log knows it again, so a group whose reply was lost is sent anew.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import psycopg
import structlog

from api.runtime.database import session_url
from api.runtime.patience import hanging_up
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

    # Who has stopped waiting is answered by nobody; what was sent stands all the same.

    def answer(self, result: Result) -> None:
        if not self.result.done():
            self.result.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.result.done():
            self.result.set_exception(error)


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
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def queue_length(self) -> int:
        return len(self._queue)

    async def start(self) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self._write())

    async def stop(self) -> None:
        """Record what waits, take nothing new."""
        self._stopping = True
        self._something_waits.set()
        if self._task:
            await self._task
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
        while not self._stopping:
            await self._something_waits.wait()
            self._something_waits.clear()
            while group := self._next_group():
                await self._deliver(group)
                await asyncio.sleep(0)  # who was answered may come again: with the next group

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

    async def _deliver(self, group: Sequence[_Waiting[Item, Result]]) -> None:
        """Everybody in the group gets a result or an error; a malformed item fails alone."""
        try:
            results = await self._results(group)
        except Unavailable:
            for waiting in group:
                waiting.fail(self._unavailable())
        except Exception as error:  # noqa: BLE001  # whatever it is, it reaches who caused it
            if len(group) == 1:
                group[0].fail(_told(error))
                return
            self.groups_taken_apart += 1
            _log.warning("group taken apart", writer=self._name, exc_info=error)
            for waiting in group:
                await self._deliver([waiting])
        else:
            for waiting, result in zip(group, results, strict=True):
                waiting.answer(result)

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
                async with asyncio.timeout_at(until):
                    connection = await self._connected()
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
                self.commit_seconds += perf_counter() - began
                return results

    async def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, prepare_threshold=0
            )
        return self._connection

    async def _disconnect(self) -> None:
        if self._connection:
            await self._connection.close()
            self._connection = None


def _told(error: Exception) -> Exception:
    """What a caller may hear: a database's own message can hold the row."""
    if isinstance(error, psycopg.Error):
        return CannotBeRecorded(error.sqlstate or type(error).__name__)
    return error
