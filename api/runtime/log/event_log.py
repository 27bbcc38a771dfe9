"""The event log as PostgreSQL keeps it: stored events in, stored events out.

What an event means, and what is sealed in it, the mapper knows. Here are order, atomicity and
exactly-once: the database's `append_events` judges (sql/log), the grouped writer asks it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, Self, cast
from uuid import UUID

from eventsourcing.persistence import Notification
from psycopg.rows import args_row, kwargs_row, scalar_row, tuple_row
from psycopg.sql import SQL, Identifier

from api.runtime.log.calls import Call
from api.runtime.log.changes import Changes, head_of
from api.runtime.log.grouping import Connection, GroupedWriter, Grouping
from api.runtime.log.reading import LogReader
from api.runtime.postgres.database import statement
from domain.errors import (
    CommandKeyReused,
    EventTooLarge,
    LogUnavailable,
    StreamHasMoved,
    TooManyEvents,
)
from domain.ports import KnownCommand
from domain.recorded import Appended

EVENT_BYTES: Final = 64 * 1024
EVENTS_PER_APPEND: Final = 500

_FACTS: Final = "WHERE stream = %(stream)b AND name = ANY (%(names)b::text[]) ORDER BY version"
_SPAN: Final = "WHERE position BETWEEN %(first)b AND %(last)b ORDER BY position"
_EXISTING: Final = (
    "SELECT asked.stream FROM unnest(%(streams)b::uuid[]) AS asked (stream)"
    " WHERE EXISTS (SELECT FROM {} AS e WHERE e.stream = asked.stream)"
)
_FIND: Final = (
    "SELECT body_mac, first_position AS first, last_position AS last"
    " FROM {} WHERE command = %(command)b"
)


@dataclass(slots=True, kw_only=True)
class StoredNewEvent:
    """A fact on its way into the log, mapped and sealed. Nobody changes one, nor an append: they
    are not frozen because that takes twice as long to make."""

    stream: UUID
    version: int  # the stream's expected version and what this append adds before, plus one
    name: str
    schema_version: int
    occurred_at: datetime
    payload: bytes
    salt: bytes  # 32 random bytes: the audit tree's leaf tells nothing without them


@dataclass(slots=True, kw_only=True)
class StoredAppend:
    """`domain.recorded.Append` with its facts mapped and sealed."""

    command: UUID
    correlation: UUID
    body_mac: bytes
    actor: UUID
    unit: str
    expected: Mapping[UUID, int]
    events: Sequence[StoredNewEvent]
    recorded_at: datetime | None = None

    @property
    def id(self) -> UUID:
        return self.command

    @property
    def size(self) -> int:
        size = 0
        for event in self.events:
            size += len(event.payload) + 256
        return size


@dataclass(frozen=True)
class LoggedEvent(Notification):
    """A row of the log: a notification as the library knows it, and what we keep beside it."""

    schema_version: int
    occurred_at: datetime
    recorded_at: datetime
    actor: UUID
    unit: str
    command: UUID
    correlation: UUID
    salt: bytes

    @property
    def stream(self) -> UUID:
        return cast("UUID", self.originator_id)

    @property
    def version(self) -> int:
        return self.originator_version

    @property
    def name(self) -> str:
        return self.topic

    @property
    def payload(self) -> bytes:
        return self.state

    @property
    def position(self) -> int:
        return self.id


class StreamedEvent(NamedTuple):
    """An event as far as its stream's state rests on it."""

    stream: UUID
    version: int
    name: str
    payload: bytes


class Verdict(NamedTuple):
    """The database's answer to one append."""

    outcome: str
    first: int
    last: int
    body_mac: bytes | None
    moved_stream: UUID | None


class StoredEventLog:
    """One municipality's event log, seen from one process."""

    def __init__(
        self, url: str, schema: str, *, grouping: Grouping | None = None, connections: int = 4
    ) -> None:
        self.schema = schema
        self._append_events = Call(statement("append_events", schema))
        self._streams = statement("streams", schema)
        self._facts = statement("events", schema, _FACTS)
        self._span = statement("events", schema, _SPAN)
        self._followed = statement("followed", schema, _SPAN)
        self._head = head_of(schema, "events")
        self._position_at = statement("position_at", schema)
        self._find = SQL(_FIND).format(Identifier(schema, "commands")).as_bytes()
        self._existing = SQL(_EXISTING).format(Identifier(schema, "events")).as_bytes()
        self._forget = (
            SQL("SELECT {}(%(before)s)").format(Identifier(schema, "forget_commands")).as_bytes()
        )
        self._reader = LogReader(
            url,
            name="samordna events reading",
            unavailable=LogUnavailable,
            connections=connections,
        )
        self.writer = GroupedWriter(
            url,
            self._send,
            name="samordna events writing",
            unavailable=LogUnavailable,
            grouping=grouping or Grouping(),
        )
        self.changes = Changes(url, schema, "events", self._reader)

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

    async def append(self, append: StoredAppend) -> Appended:
        """Record one command's facts, atomically and once.

        Raises StreamHasMoved, CommandKeyReused, EventTooLarge, TooManyEvents, QueueIsFull,
        LogUnavailable; CannotBeRecorded when it is malformed.
        """
        if len(append.events) > EVENTS_PER_APPEND:
            raise TooManyEvents
        for event in append.events:
            if len(event.payload) > EVENT_BYTES:
                raise EventTooLarge
        verdict = await self.writer.record(append)
        if verdict.outcome == "conflict":
            raise StreamHasMoved(stream=verdict.moved_stream)
        replayed = verdict.outcome == "duplicate"
        if replayed and append.body_mac not in {b"", verdict.body_mac}:
            raise CommandKeyReused
        return Appended(first=verdict.first, last=verdict.last, replayed=replayed)

    async def forget_commands(self, before: datetime) -> int:
        """Forget the ids of commands that were recorded before; how many there were."""
        (count,) = await self._reader.rows(self._forget, {"before": before}, scalar_row)
        return cast("int", count)

    async def streams(
        self, known: Mapping[UUID, int], *, left_out: Collection[str] = ()
    ) -> Sequence[StreamedEvent]:
        """What the streams hold beyond these versions, stream by stream, each in its own order.

        Events of the names that are left out are passed over, unless they are a stream's last.
        """
        parameters = {
            "streams": list(known),
            "versions": list(known.values()),
            "left_out": list(left_out),
        }
        return await self._reader.rows(self._streams, parameters, args_row(StreamedEvent))

    async def existing(self, streams: Collection[UUID]) -> Collection[UUID]:
        """Those of the streams that hold anything."""
        return await self._reader.rows(self._existing, {"streams": list(streams)}, scalar_row)

    async def facts(self, stream: UUID, names: Collection[str]) -> Sequence[LoggedEvent]:
        """The events of these names in a stream, in its order."""
        return await self._events(self._facts, stream=stream, names=list(names))

    async def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        """The events at positions after+1 .. after+limit."""
        return await self.span(after + 1, after + limit)

    async def followed(self, after: int, limit: int) -> Sequence[tuple[Any, ...]]:
        """What followers look at of the same events: the columns of sql/followed.sql."""
        parameters = {"first": after + 1, "last": after + limit}
        return await self._reader.rows(self._followed, parameters, tuple_row)

    async def span(self, first: int, last: int) -> Sequence[LoggedEvent]:
        """The events at positions first..last."""
        return await self._events(self._span, first=first, last=last)

    async def head(self) -> int:
        """The position of the last event; 0 when the log is empty."""
        (position,) = await self._reader.rows(self._head, {}, scalar_row)
        return cast("int", position)

    async def position_at(self, moment: datetime) -> int:
        """The position of the last event recorded by a moment; 0 when there is none."""
        (position,) = await self._reader.rows(self._position_at, {"moment": moment}, scalar_row)
        return cast("int", position)

    async def find(self, command: UUID) -> KnownCommand | None:
        """What is kept of a command that was recorded, while it is kept."""
        found = await self._reader.rows(self._find, {"command": command}, kwargs_row(KnownCommand))
        return found[0] if found else None

    async def _events(self, query: bytes, **parameters: Any) -> Sequence[LoggedEvent]:
        return await self._reader.rows(query, parameters, args_row(LoggedEvent))

    async def _send(
        self, connection: Connection, appends: Sequence[StoredAppend]
    ) -> Sequence[Verdict]:
        rows = await self._append_events.on(connection, arguments(appends))
        verdicts = [_verdict(*row) for row in rows]
        self.changes.committed(
            max((v.last for v in verdicts if v.outcome != "conflict"), default=0)
        )
        return verdicts


def _verdict(
    outcome: bytes, first: bytes, last: bytes, body_mac: bytes | None, moved: bytes | None
) -> Verdict:
    return Verdict(
        outcome.decode(),
        int.from_bytes(first),
        int.from_bytes(last),
        body_mac,
        UUID(bytes=moved) if moved else None,
    )


def arguments(appends: Sequence[StoredAppend]) -> dict[str, list[Any] | None]:
    """The appends of one call as the database function takes them: column by column, streams by
    their place in a list of their own."""
    events = [event for append in appends for event in append.events]
    place: dict[UUID, int] = {}
    chosen = [append.recorded_at for append in appends]
    return {
        "expected_streams": [
            place.setdefault(stream, len(place) + 1)
            for append in appends
            for stream in append.expected
        ],
        "event_streams": [place.setdefault(event.stream, len(place) + 1) for event in events],
        "streams": list(place),
        "commands": [append.command for append in appends],
        "correlations": [append.correlation for append in appends],
        "body_macs": [append.body_mac for append in appends],
        "actors": [append.actor for append in appends],
        "units": [append.unit for append in appends],
        "chosen_moments": chosen if any(chosen) else None,
        "expectation_counts": [len(append.expected) for append in appends],
        "event_counts": [len(append.events) for append in appends],
        "expected_versions": [v for append in appends for v in append.expected.values()],
        "versions": [event.version for event in events],
        "names": [event.name for event in events],
        "schema_versions": [event.schema_version for event in events],
        "occurred_at": [event.occurred_at for event in events],
        "payloads": [event.payload for event in events],
        "salts": [event.salt for event in events],
    }
