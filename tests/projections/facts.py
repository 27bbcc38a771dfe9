"""Facts as a projection meets them, the log that holds them, and what they come to by hand."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.catalogue import ENTRIES
from domain.codes import Compartment
from domain.policy import Act, File, Information, Viewer, may
from domain.recorded import Recorded
from domain.sealed import Sealed, Veiled
from projections.access import FileRow
from projections.asking import Connection
from projections.projection import Key, Part, Projection, Table

BEGINNING = datetime(2026, 1, 12, 8, 0, tzinfo=UTC)

_ENTRY_OF = {entry.event: entry for entry in ENTRIES}


def id_of(number: int) -> UUID:
    return UUID(int=number, version=4)


SOMETHING, SOMEBODY = id_of(1), id_of(900)


def recorded(
    event: Any,
    *,
    stream: UUID = SOMETHING,
    position: int = 1,
    version: int = 1,
    minute: int | None = None,
    actor: UUID = SOMEBODY,
    unit: str = "nexus",
) -> Recorded:
    """A fact as a projection meets it; it happened `minute` (or `position`) minutes in."""
    moment = BEGINNING + timedelta(minutes=position if minute is None else minute)
    entry = _ENTRY_OF[type(event)]
    return Recorded(
        position=position,
        stream=stream,
        version=version,
        name=entry.name,
        event=_closed(event, f"{stream}/{version}"),
        occurred_at=moment,
        recorded_at=moment + timedelta(seconds=1),
        actor=actor,
        unit=unit,
        command=id_of(10**6 + position),
        correlation=id_of(2 * 10**6 + position),
    )


def _closed(event: Any, place: str) -> Any:
    entry = _ENTRY_OF[type(event)]
    if entry.veil:
        token = f"{place}/body|key:1:{'f' * 40}"
        return Veiled(name=entry.name, person=event.person, body=Sealed.closed(token))
    values: dict[str, Sealed[Any]] = {
        name: Sealed.closed(f"{place}/{name}|key:1:{'f' * 40}") for name in entry.sealed
    }
    assert entry.sealed.keys() <= {field.name for field in fields(event)}
    return replace(event, **values)


def folded(projection: Projection[Any], facts: Iterable[Any], table: int = 0) -> dict[Key, Any]:
    """The rows of one of a projection's tables, by key."""
    stored = projection.tables[table]
    assert isinstance(stored, Table)
    rows: dict[Key, Any] = {}
    for fact in facts:
        for key in stored.keys(fact):
            rows[key] = stored.apply(rows.get(key), fact)
    return {key: row for key, row in rows.items() if row is not None}


def visible_line(viewer: Viewer, row: FileRow) -> bool:
    """Whether policy lets the viewer see the line of a file, asked in Python."""
    file = File(
        compartment=Compartment(row.compartment),
        responsible_unit=row.responsible_unit,
        receiving_unit=row.receiving_unit,
        sending_unit=row.sending_unit,
        informed_units=row.informed_units,
        workers=row.workers,
        engaged=row.engaged,
        consulted_units=row.consulted_units,
        narrowed=row.narrowed,
    )
    return may(viewer, Act.READ, Information.LINE, file)


class Log:
    """A whole log in memory, whose head its owner moves."""

    def __init__(self, facts: Sequence[Any], head: int | None = None) -> None:
        self.facts = facts
        self.pages = 0  # that were read and held something
        self._head = len(facts) if head is None else head
        self._grown = asyncio.Event()

    def grow(self, head: int) -> None:
        self._head = min(head, len(self.facts))
        self._grown.set()
        self._grown = asyncio.Event()

    async def read(self, after: int, limit: int) -> Sequence[Any]:
        await asyncio.sleep(0)
        page = self.facts[after : min(after + limit, self._head)]
        self.pages += bool(page)
        return page

    async def part(self, _: Connection, part: Part) -> AsyncGenerator[Sequence[Any], None]:
        """Pages of a few facts, so that there is more than one."""
        facts = [
            fact for fact in self.facts[: part.until] if fact.stream.int % part.of == part.number
        ]
        for first in range(0, len(facts), 100):
            await asyncio.sleep(0)
            yield facts[first : first + 100]

    async def wait(self, after: int, timeout: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._head <= after:
                    await self._grown.wait()

    async def head(self) -> int:
        return self._head
