"""A log of any length with the mix of events of a pilot year: the year itself, then the same year
again and again, under new ids, sealed anew, and recorded as every door records.

Eight towns tell their years side by side, then the next eight: so a page of the log touches about
as many cases as in a city of two million, not the few of one town.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, timedelta
from itertools import groupby, islice
from typing import Any, Final
from uuid import UUID

from api.bench.ground import Ground
from api.demo.year import DemoYear, generate_year
from api.runtime.log.mapper import Mapper, key_of
from api.runtime.postgres import database
from api.runtime.postgres.servers import Addresses
from api.runtime.settings import Settings
from api.runtime.wiring import Rooms, open_house
from domain.ports import Ids
from domain.recorded import Append, NewEvent, Recorded
from domain.sealed import Sealed

SIDE_BY_SIDE: Final = 8
SEED: Final = 20230401

_START: Final = date(2023, 4, 1)
_EVENTS_A_DAY: Final = 15
_TOGETHER: Final = 2048  # appends that wait at once

Progress = Callable[[int], None]  # how many events there are


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A log that was told, and the open house that keeps it; nothing follows it yet."""

    town: Settings
    addresses: Addresses
    rooms: Rooms
    year: DemoYear  # the first one
    head: int

    @property
    def schema(self) -> str:
        return self.town.municipality

    @property
    def mix(self) -> str:
        """What the log holds, in words."""
        return (
            f"a pilot year of {self.year.position:,} events and its copies under new ids, sealed"
            f" anew, {SIDE_BY_SIDE} side by side"
        )

    def url(self, role: str) -> str:
        address = self.addresses.log
        return database.role_url(address, self.schema, role, secrets=self.town.secrets)


@asynccontextmanager
async def told(ground: Ground, events: int, progress: Progress) -> AsyncIterator[History]:
    """A town with a log of at least that many events."""
    town = ground.town("history")
    async with open_house(town, ground.addresses, follow=False) as rooms:
        year = await _tell(rooms, events, progress)
        head = await rooms.facts.head()
        ground.analyze(town.municipality)
        yield History(town=town, addresses=ground.addresses, rooms=rooms, year=year, head=head)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Command:
    """One command of the year, with which fields of its events hold ids."""

    facts: Sequence[Recorded]
    ids: Sequence[Sequence[str]]


async def _tell(rooms: Rooms, events: int, progress: Progress) -> DemoYear:
    """Fill an empty log with at least that many events; the answer is its first year."""
    days = min(365, max(30, events // _EVENTS_A_DAY))
    year = await generate_year(
        rooms.desk, seed=SEED, start=_START, end=_START + timedelta(days=days)
    )
    progress(year.position)
    commands = list(_commands(await _opened(rooms, year.position)))
    head = year.position
    while head < events:
        copies = min(SIDE_BY_SIDE, -(-(events - head) // year.position))
        masks = [_mask(rooms.house.desk.ids) for _ in range(copies)]
        await _make_keys(rooms, commands, masks)
        retold = (_retold(command, mask) for command in commands for mask in masks)
        while left := list(islice(retold, max(0, min(_TOGETHER, events - head)))):
            appended = await asyncio.gather(*map(rooms.facts.append, left))
            head = appended[-1].last
            progress(head)
    return year


async def _opened(rooms: Rooms, head: int) -> list[Recorded]:
    """Everything up to a position, whole: to be sealed anew under other keys."""
    vault = rooms.house.desk.vault
    mapper = Mapper(vault)
    facts = await rooms.facts.opened_span(1, head)
    await vault.load({key_of(token) for fact in facts for token in mapper.tokens(fact.event)})
    return [replace(fact, event=mapper.opened(fact.event)) for fact in facts]


async def _make_keys(rooms: Rooms, commands: Sequence[_Command], masks: Sequence[int]) -> None:
    vault = rooms.house.desk.vault
    mapper = Mapper(vault)
    await vault.ensure(
        {
            key
            for command in commands
            for mask in masks
            for event in _retold(command, mask).events
            for key in mapper.keys(event.event, event.stream)
        }
    )


def _commands(year: Sequence[Recorded]) -> Iterator[_Command]:
    for _, facts in groupby(year, key=lambda fact: fact.command):
        together = list(facts)
        yield _Command(facts=together, ids=[_fields_with_ids(fact.event) for fact in together])


def _retold(command: _Command, mask: int) -> Append:
    """The same command under other ids: of staff, persons, files, handovers, and its own."""
    first = command.facts[0]
    written = {fact.stream: fact.version - 1 for fact in reversed(command.facts)}
    return Append(
        command=_other(first.command, mask),
        correlation=_other(first.correlation, mask),
        body_mac=b"",
        actor=_other(first.actor, mask),
        unit=first.unit,
        expected={_other(stream, mask): version for stream, version in written.items()},
        events=[
            NewEvent(
                stream=_other(fact.stream, mask),
                event=replace(
                    fact.event,  # type: ignore[type-var]  # every event is a dataclass
                    **{name: _other(getattr(fact.event, name), mask) for name in ids},
                ),
                occurred_at=fact.occurred_at,
            )
            for fact, ids in zip(command.facts, command.ids, strict=True)
        ],
    )


def _mask(ids: Ids) -> int:
    """Turns each random id into another random id, and no two into the same."""
    return ids.new().int ^ ids.new().int


def _other(value: Any, mask: int) -> Any:
    if isinstance(value, UUID):
        return UUID(int=value.int ^ mask)
    if isinstance(value, tuple):
        return tuple(_other(one, mask) for one in value)
    if isinstance(value, Sealed):
        return Sealed.of(_other(value.reveal(), mask))
    return value


def _fields_with_ids(event: object) -> list[str]:
    if not is_dataclass(event):
        return []
    values = ((field.name, getattr(event, field.name)) for field in fields(event))
    return [name for name, value in values if _other(value, 1) != value]
