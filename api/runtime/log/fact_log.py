"""The event log as the domain knows it: facts in, facts out, sealed on the way to the database."""

import os
from collections.abc import AsyncGenerator, Collection, Sequence
from datetime import datetime
from uuid import UUID

from api.runtime.log.event_log import LoggedEvent, StoredAppend, StoredEventLog, StoredNewEvent
from api.runtime.log.mapper import Mapper
from api.runtime.log.streams import Streams
from api.runtime.log.unread import LogParts, UnreadFact
from domain.errors import VaultUnavailable
from domain.ports import KnownCommand, Vault
from domain.recorded import Append, Appended, Recorded, Stream
from projections.asking import Connection
from projections.projection import Part

_SALT_BYTES = 32


class FactLog:
    """The `EventLog` port over the stored log, the mapper and the vault."""

    def __init__(self, stored: StoredEventLog, mapper: Mapper, vault: Vault) -> None:
        self._stored = stored
        self._mapper = mapper
        self._vault = vault
        self.memory = Streams(stored, mapper, vault)
        self._parts = LogParts(stored.schema, mapper)

    async def append(self, append: Append) -> Appended:
        """Seal and record. A key is made before the append that uses it: an orphan is harmless, a
        fact without its key would be lost."""
        try:
            events = self._sealed(append)
        except VaultUnavailable:  # a key is not at hand
            keys = [self._mapper.keys(new.event, new.stream) for new in append.events]
            await self._vault.ensure(set().union(*keys))
            events = self._sealed(append)
        appended = await self._stored.append(
            StoredAppend(
                command=append.command,
                correlation=append.correlation,
                body_mac=append.body_mac,
                actor=append.actor,
                unit=append.unit,
                expected=append.expected,
                events=events,
                recorded_at=append.recorded_at,
            )
        )
        if not appended.replayed:
            self.memory.recorded(events)
        return appended

    async def streams(self, ids: Collection[UUID], *, afresh: bool = False) -> dict[UUID, Stream]:
        return await self.memory.known(ids, afresh=afresh)

    async def facts(self, stream: UUID, *kinds: type) -> Sequence[Recorded]:
        return [
            self._recorded(row)
            for row in await self._stored.facts(stream, self._mapper.names(kinds))
        ]

    async def opened_span(self, first: int, last: int) -> Sequence[Recorded]:
        if last < first:
            return []
        rows = await self._stored.span(first, last)
        return await self._mapper.opened_for_answer(map(self._recorded, rows))

    async def find(self, command: UUID) -> KnownCommand | None:
        return await self._stored.find(command)

    async def read(self, after: int, limit: int) -> Sequence[Recorded]:
        """What followers see. Raises UnknownEventName, before anybody looks into the event."""
        decoder = self._mapper.decoder
        rows = await self._stored.followed(after, limit)
        return [UnreadFact(decoder(row[3]), *row) for row in rows]

    def part(self, connection: Connection, part: Part) -> AsyncGenerator[Sequence[Recorded], None]:
        return self._parts.part(connection, part)

    async def wait(self, after: int, timeout: float) -> None:
        """Return when the head may be beyond `after`, or after `timeout` seconds."""
        await self._stored.changes.wait(after, timeout)

    async def head(self) -> int:
        return await self._stored.head()

    async def position_at(self, moment: datetime) -> int:
        return await self._stored.position_at(moment)

    def _sealed(self, append: Append) -> list[StoredNewEvent]:
        versions = dict(append.expected)
        events = []
        for new in append.events:
            version = versions[new.stream] = versions.get(new.stream, 0) + 1
            stored = self._mapper.encode(new.event, new.stream, version)
            events.append(
                StoredNewEvent(
                    stream=new.stream,
                    version=version,
                    name=stored.name,
                    schema_version=stored.schema_version,
                    occurred_at=new.occurred_at,
                    payload=stored.payload,
                    salt=os.urandom(_SALT_BYTES),
                )
            )
        return events

    def _recorded(self, row: LoggedEvent) -> Recorded:
        return Recorded(
            position=row.position,
            stream=row.stream,
            version=row.version,
            name=row.name,
            event=self._mapper.decode(row.name, row.payload, row.stream, row.version),
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            actor=row.actor,
            unit=row.unit,
            command=row.command,
            correlation=row.correlation,
        )
