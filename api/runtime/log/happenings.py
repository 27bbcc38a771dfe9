"""What happened to files between two positions of the log, read once for all who follow live."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from api.house import Happened
from domain.ports import EventLog
from domain.recorded import Recorded
from domain.retention import FileDisposed
from projections import access
from projections.projection import disposed_of

_KEPT: Final = 64  # answers: those who follow live stand at the same few positions
_MOVING: Final = frozenset(access.NAMES_OF_FILES)


class LogHappenings:
    """The log never changes: what has been read of it stays so."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._read: OrderedDict[tuple[int, int], asyncio.Task[Mapping[UUID, Happened]]]
        self._read = OrderedDict()

    async def between(self, after: int, until: int) -> Mapping[UUID, Happened]:
        """What happened at positions after+1 .. until, by file or other stream. Raises
        LogUnavailable."""
        if until <= after:
            return {}
        asked = self._read.get((after, until))
        if asked is None or (asked.done() and (asked.cancelled() or asked.exception())):
            asked = self._read[after, until] = asyncio.create_task(self._look(after, until))
            if len(self._read) > _KEPT:
                self._read.popitem(last=False)
        return await asyncio.shield(asked)

    async def _look(self, after: int, until: int) -> Mapping[UUID, Happened]:
        facts = await self._log.read(after, until - after)
        gone = set(disposed_of(facts))
        moved = {fact.stream for fact in facts if fact.name in _MOVING} | gone
        return {
            stream: Happened(version, await self._before_and_after(stream, after, until))
            if stream in moved
            else Happened(version)
            for stream, version in _versions(facts).items()
        }

    async def _before_and_after(
        self, stream: UUID, after: int, until: int
    ) -> tuple[access.Found | None, access.Found | None]:
        facts = await self._log.facts(stream, *access.OF_FILES, FileDisposed)
        return _stood(fact for fact in facts if fact.position <= after), _stood(
            fact for fact in facts if fact.position <= until
        )


def _versions(facts: Sequence[Recorded]) -> Mapping[UUID, int]:
    return {fact.stream: fact.version for fact in facts}


def _stood(facts: Iterable[Recorded]) -> access.Found | None:
    """What access to the file depended on then."""
    row: access.FileRow | None = None
    for fact in facts:
        gone = isinstance(fact.event, FileDisposed)
        row = None if gone else access.apply_to_file(row, fact)
    return row and access.found_in(row)
