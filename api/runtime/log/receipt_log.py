"""The access log as PostgreSQL keeps it: a receipt is durable before the answer leaves.

Many readers share a commit, as many commands do in the event log. What a receipt says, and under
which key it is sealed, others know.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, Self, cast
from uuid import UUID

from psycopg.rows import args_row, scalar_row
from psycopg.sql import SQL, Identifier

from api.runtime.log.calls import Call
from api.runtime.log.changes import Changes, head_of
from api.runtime.log.grouping import Connection, GroupedWriter, Grouping
from api.runtime.log.reading import LogReader
from api.runtime.postgres.database import statement
from domain.errors import ReceiptsUnavailable

_SPAN: Final = "WHERE position BETWEEN %(first)b AND %(last)b ORDER BY position"
_AT: Final = "WHERE position = ANY (%(positions)b::bigint[]) ORDER BY position"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReceipt:
    """An act of reading on its way into the log, sealed."""

    id: UUID
    key: str
    event_position: int
    salt: bytes  # 32 random bytes, as in the event log
    body: bytes

    @property
    def size(self) -> int:
        return len(self.body) + 256


class LoggedReceipt(NamedTuple):
    """A row of the access log."""

    position: int
    id: UUID
    recorded_at: datetime
    event_position: int
    key: str
    salt: bytes
    body: bytes


class ReceiptLog:
    """One municipality's access log, seen from one process."""

    def __init__(
        self, url: str, schema: str, *, grouping: Grouping | None = None, connections: int = 2
    ) -> None:
        self._append_receipts = Call(statement("append_receipts", schema))
        self._span = statement("receipts", schema, _SPAN)
        self._at = statement("receipts", schema, _AT)
        self._head = head_of(schema, "receipts")
        self._first = (
            SQL("SELECT recorded_at FROM {} WHERE position = 1")
            .format(Identifier(schema, "receipts"))
            .as_bytes()
        )
        self._reader = LogReader(
            url,
            name="samordna receipts reading",
            unavailable=ReceiptsUnavailable,
            connections=connections,
        )
        self.writer = GroupedWriter(
            url,
            self._send,
            name="samordna receipts writing",
            unavailable=ReceiptsUnavailable,
            grouping=grouping or Grouping(),
        )
        self.changes = Changes(url, schema, "receipts", self._reader)

    async def start(self) -> None:
        await self.writer.start()
        await self.changes.start()

    async def stop(self) -> None:
        """Record what waits, then leave."""
        await self.writer.stop()
        await self.changes.stop()
        await self._reader.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def record(self, receipt: NewReceipt) -> int:
        """The receipt's position, once it is durable.

        Raises ReceiptsUnavailable, QueueIsFull; CannotBeRecorded when it is malformed.
        """
        return await self.writer.record(receipt)

    async def read(self, after: int, limit: int) -> Sequence[LoggedReceipt]:
        """The receipts at positions after+1 .. after+limit."""
        return await self.span(after + 1, after + limit)

    async def span(self, first: int, last: int) -> Sequence[LoggedReceipt]:
        """The receipts at positions first..last."""
        return await self._receipts(self._span, first=first, last=last)

    async def at(self, positions: Collection[int]) -> Sequence[LoggedReceipt]:
        """The receipts at the given positions, in their order in the log."""
        return await self._receipts(self._at, positions=list(positions))

    async def head(self) -> int:
        """The position of the last receipt; 0 when the log is empty."""
        (position,) = await self._reader.rows(self._head, {}, scalar_row)
        return cast("int", position)

    async def first_recorded_at(self) -> datetime | None:
        """When the log began."""
        moments = await self._reader.rows(self._first, {}, scalar_row)
        return cast("datetime", moments[0]) if moments else None

    async def wait(self, after: int, timeout: float) -> int:
        """The head's position as soon as it is beyond `after`; as it is known, after `timeout`."""
        return await self.changes.wait(after, timeout)

    async def _receipts(self, query: bytes, **parameters: Any) -> Sequence[LoggedReceipt]:
        return await self._reader.rows(query, parameters, args_row(LoggedReceipt))

    async def _send(self, connection: Connection, receipts: Sequence[NewReceipt]) -> Sequence[int]:
        columns: dict[str, list[Any]] = {
            "ids": [receipt.id for receipt in receipts],
            "event_positions": [receipt.event_position for receipt in receipts],
            "keys": [receipt.key for receipt in receipts],
            "salts": [receipt.salt for receipt in receipts],
            "bodies": [receipt.body for receipt in receipts],
        }
        rows = await self._append_receipts.on(connection, columns)
        positions = [int.from_bytes(position) for (position,) in rows]
        self.changes.committed(max(positions))
        return positions
