"""The event log as the domain knows it: facts in, facts out, sealed on the way to the database."""

import secrets
from collections.abc import Collection, Sequence
from uuid import UUID

from api.runtime.event_log import LoggedEvent, StoredAppend, StoredEventLog, StoredNewEvent
from api.runtime.mapper import Mapper
from domain.ports import KnownCommand, Vault
from domain.recorded import Append, Appended, Recorded

_SALT_BYTES = 32


class FactLog:
    """The `EventLog` port over the stored log, the mapper and the vault."""

    def __init__(self, stored: StoredEventLog, mapper: Mapper, vault: Vault) -> None:
        self._stored = stored
        self._mapper = mapper
        self._vault = vault

    async def append(self, append: Append) -> Appended:
        """Seal and record. A key is made before the append that uses it: an orphan is harmless, a
        fact without its key would be lost."""
        keys = [self._mapper.keys(new.event, new.stream) for new in append.events]
        await self._vault.ensure(set().union(*keys))
        return await self._stored.append(
            StoredAppend(
                command=append.command,
                correlation=append.correlation,
                body_mac=append.body_mac,
                actor=append.actor,
                unit=append.unit,
                expected=append.expected,
                events=self._sealed(append),
                recorded_at=append.recorded_at,
            )
        )

    async def opened_streams(self, ids: Collection[UUID]) -> dict[UUID, list[Recorded]]:
        streams: dict[UUID, list[Recorded]] = {stream: [] for stream in ids}
        for fact in await self._opened(await self._stored.streams(ids)):
            streams[fact.stream].append(fact)
        return streams

    async def opened_span(self, first: int, last: int) -> Sequence[Recorded]:
        return await self._opened(await self._stored.span(first, last)) if last >= first else []

    async def find(self, command: UUID) -> KnownCommand | None:
        return await self._stored.find(command)

    async def read(self, after: int, limit: int) -> Sequence[Recorded]:
        return [self._recorded(row) for row in await self._stored.read(after, limit)]

    async def wait(self, after: int, timeout: float) -> None:
        """Return when the head may be beyond `after`, or after `timeout` seconds."""
        await self._stored.changes.wait(after, timeout)

    async def head(self) -> int:
        return await self._stored.head()

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
                    salt=secrets.token_bytes(_SALT_BYTES),
                )
            )
        return events

    async def _opened(self, rows: Sequence[LoggedEvent]) -> list[Recorded]:
        return await self._mapper.open_for_decision(map(self._recorded, rows))

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
