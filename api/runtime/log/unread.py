"""Facts as followers read them, page by page or the whole log part by part."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from api.runtime.log.mapper import Decode, Mapper
from api.runtime.postgres.database import statement
from domain.recorded import Recorded
from projections.asking import Connection
from projections.projection import Part

PAGE: Final = 1000

_PART: Final = (
    "WHERE position <= %(until)s AND abs(uuid_hash_extended(stream, 0) %% %(of)s) = %(number)s"
    " ORDER BY position"
)
# Whatever the planner believes of the hash, it never sorts what the index has in order.
_BY_INDEX: Final = (
    "SELECT set_config(setting, 'off', true)"
    " FROM unnest(ARRAY['enable_sort', 'enable_seqscan', 'enable_bitmapscan', 'jit']) AS setting"
)


class UnreadFact(Recorded):
    """A fact as followers read it: decoded when somebody looks at its event, and then once."""

    __slots__ = ("_decode", "_payload")

    def __init__(
        self,
        decode: Decode,
        position: int,
        stream: UUID,
        version: int,
        name: str,
        occurred_at: datetime,
        recorded_at: datetime,
        actor: UUID,
        unit: str,
        payload: bytes,
    ) -> None:
        self.position = position
        self.stream = stream
        self.version = version
        self.name = name
        self.occurred_at = occurred_at
        self.recorded_at = recorded_at
        self.actor = actor
        self.unit = unit
        self._decode = decode
        self._payload = payload

    def __getattr__(self, name: str) -> object:
        """Asked for what is not set."""
        if name != "event":
            raise AttributeError(name)
        self.event = self._decode(self._payload, self.stream, self.version)
        return self.event


class LogParts:
    """The log in parts, each read to its end in one pass on the server."""

    def __init__(self, schema: str, mapper: Mapper) -> None:
        self._decoder = mapper.decoder
        self._part = statement("followed", schema, _PART)

    async def part(
        self, connection: Connection, part: Part
    ) -> AsyncGenerator[Sequence[Recorded], None]:
        """The facts of a part in order. Raises UnknownEventName."""
        decoder = self._decoder
        async with connection.transaction(), connection.cursor(binary=True) as cursor:
            await cursor.execute(_BY_INDEX)
            page: list[Recorded] = []
            rows = cursor.stream(self._part, asdict(part), size=PAGE)
            async with aclosing(cast("AsyncGenerator[Any, None]", rows)):
                async for row in rows:
                    page.append(UnreadFact(decoder(row[3]), *row))
                    if len(page) == PAGE:
                        yield page
                        page = []
            if page:
                yield page
