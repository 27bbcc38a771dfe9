"""The log, the vault and the access log in memory: whole, with the contracts of domain/ports.py.

What is recorded really goes through the mapper - sealed, encoded, decoded and opened again - so a
test over these fakes also shows that the facts can be stored. Every question gives way to whoever
else is running, so that two commands at the same instant meet as they would in the house.
"""

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from api.runtime.keys.seal import KEY_SIZE, Key
from api.runtime.log.mapper import Mapper
from domain import (
    activity,
    adoption,
    case,
    disposal,
    inquiry,
    majority,
    mandate,
    person,
    police_operation,
    referral,
    review,
    staff,
    team,
)
from domain.errors import (
    CommandKeyReused,
    EventTooLarge,
    KeyIsErased,
    StreamHasMoved,
    TooManyEvents,
    VaultUnavailable,
)
from domain.ports import Clock, KnownCommand, Reading
from domain.recorded import Append, Appended, Recorded, Stream
from domain.referral import plain_reference

EVENT_BYTES: Final = 64 * 1024
EVENTS_PER_APPEND: Final = 500


class MemoryVault:
    """Keys that are made, loaded, used and erased, and the blind index."""

    def __init__(self) -> None:
        self._kept: dict[str, Key | None] = {}  # None: a tombstone
        self._loaded: dict[str, Key] = {}
        self._people: dict[tuple[str, str], UUID] = {}
        self._references: dict[tuple[str, str], list[UUID]] = {}

    async def ensure(self, keys: Collection[str]) -> None:
        await asyncio.sleep(0)
        for name in keys:
            self._kept.setdefault(name, Key(name, 1, secrets.token_bytes(KEY_SIZE)))
        if erased := [name for name in keys if self._kept[name] is None]:
            raise KeyIsErased(keys=erased)
        self._load(keys)

    async def load(self, keys: Collection[str]) -> None:
        await asyncio.sleep(0)
        self._load(keys)

    def seal(self, key: str, place: str, plain: bytes) -> str:
        if key not in self._loaded:
            raise VaultUnavailable(key=key)
        return self._loaded[key].seal(place, plain)

    def sealer(self, key: str) -> Callable[[str, bytes], str]:
        return partial(self.seal, key)

    def open(self, sealed: str, place: str) -> bytes | None:
        key = self._loaded.get(sealed.partition(":")[0])
        return None if key is None else key.open(sealed, place)

    def mac(self, key: str, body: bytes) -> bytes:
        if key not in self._loaded:
            raise VaultUnavailable(key=key)
        return self._loaded[key].mac(b"body", body)

    async def reserve_person(self, compartment: str, number: str, candidate: UUID) -> UUID:
        await asyncio.sleep(0)
        return self._people.setdefault((compartment, _digits(number)), candidate)

    async def release_number(self, compartment: str, number: str, person: UUID) -> None:
        await asyncio.sleep(0)
        at = compartment, _digits(number)
        if self._people.get(at) == person:
            del self._people[at]

    async def find_person(self, compartment: str, number: str) -> UUID | None:
        await asyncio.sleep(0)
        return self._people.get((compartment, _digits(number)))

    async def keep_reference(
        self, sender: str, reference: str, referrals: Collection[UUID]
    ) -> None:
        await asyncio.sleep(0)
        self._references.setdefault((sender, plain_reference(reference)), []).extend(referrals)

    async def find_references(
        self, sender: str, references: Collection[str]
    ) -> dict[str, list[UUID]]:
        await asyncio.sleep(0)
        known = self._references
        return {each: known.get((sender, plain_reference(each)), []) for each in references}

    async def erase(self, keys: Collection[str], people: Collection[UUID] = ()) -> None:
        """Erase the named keys for ever, and take the people out of the blind index."""
        for name in keys:
            self._kept[name] = None
            self._loaded.pop(name, None)
        self._people = {at: person for at, person in self._people.items() if person not in people}

    def _load(self, keys: Iterable[str]) -> None:
        self._loaded |= {name: key for name in keys if (key := self._kept.get(name)) is not None}


def _digits(number: str) -> str:
    return number.replace("-", "").replace("+", "")


@dataclass(frozen=True, slots=True)
class _Row:
    """A fact as it is stored: the event exists only as bytes."""

    fact: Recorded  # without its event
    payload: bytes


class MemoryEventLog:
    """One order, dense positions, versions from 1, all of a command or nothing of it."""

    def __init__(self, vault: MemoryVault, clock: Clock, *, demo: bool = False) -> None:
        self._mapper = Mapper(vault)
        self._vault = vault
        self._clock = clock
        self._demo = demo
        self._rows: list[_Row] = []
        self._streams: dict[UUID, list[_Row]] = {}
        self._commands: dict[UUID, KnownCommand] = {}

    async def append(self, append: Append) -> Appended:
        if len(append.events) > EVENTS_PER_APPEND:
            raise TooManyEvents
        if append.recorded_at is not None and not self._demo:
            raise ValueError("recorded_at is chosen only on a database marked as demo")
        rows = await self._rows_of(append)
        if known := self._commands.get(append.command):
            if append.body_mac not in {b"", known.body_mac}:
                raise CommandKeyReused
            return Appended(first=known.first, last=known.last, replayed=True)
        for stream, version in append.expected.items():
            if len(self._streams.get(stream, ())) != version:
                raise StreamHasMoved(stream=stream)
        return self._record(append, rows)

    async def streams(self, ids: Collection[UUID], *, afresh: bool = False) -> dict[UUID, Stream]:
        del afresh  # nothing is remembered here
        return {of: _came_to(of, await self.opened(of)) for of in ids}

    async def facts(self, stream: UUID, *kinds: type) -> Sequence[Recorded]:
        await asyncio.sleep(0)
        names = self._mapper.names(kinds)
        rows = self._streams.get(stream, ())
        return [self._closed(row) for row in rows if row.fact.name in names]

    async def opened_span(self, first: int, last: int) -> Sequence[Recorded]:
        facts = await self.read(first - 1, last - first + 1)
        return await self._mapper.opened_for_answer(facts)

    async def opened(self, stream: UUID) -> list[Recorded]:
        """Everything in a stream, as an answer is made from it."""
        await asyncio.sleep(0)
        return await self._mapper.opened_for_answer(
            map(self._closed, self._streams.get(stream, ()))
        )

    async def find(self, command: UUID) -> KnownCommand | None:
        await asyncio.sleep(0)
        return self._commands.get(command)

    async def read(self, after: int, limit: int) -> Sequence[Recorded]:
        await asyncio.sleep(0)
        return [self._closed(row) for row in self._rows[after : after + limit]]

    async def head(self) -> int:
        await asyncio.sleep(0)
        return len(self._rows)

    async def position_at(self, moment: datetime) -> int:
        await asyncio.sleep(0)
        return sum(row.fact.recorded_at <= moment for row in self._rows)

    def forget_commands(self) -> None:
        """What the house does with commands that are older than it keeps them."""
        self._commands.clear()

    def dump(self) -> bytes:
        """Everything that a thief of the log would hold."""
        return b"\n".join(row.payload for row in self._rows)

    async def _rows_of(self, append: Append) -> list[_Row]:
        """The facts sealed and encoded, each one's version counted from what is expected."""
        keys = (self._mapper.keys(new.event, new.stream) for new in append.events)
        await self._vault.ensure(set().union(*keys))
        versions, rows = dict(append.expected), []
        for new in append.events:
            version = versions[new.stream] = versions[new.stream] + 1
            stored = self._mapper.encode(new.event, new.stream, version)
            if len(stored.payload) > EVENT_BYTES:
                raise EventTooLarge
            fact = Recorded(
                position=0,
                stream=new.stream,
                version=version,
                name=stored.name,
                event=None,
                occurred_at=new.occurred_at,
                recorded_at=new.occurred_at,
                actor=append.actor,
                unit=append.unit,
                command=append.command,
                correlation=append.correlation,
            )
            rows.append(_Row(fact, stored.payload))
        return rows

    def _record(self, append: Append, rows: Iterable[_Row]) -> Appended:
        moment, first = self._moment(append.recorded_at), len(self._rows) + 1
        for position, row in enumerate(rows, start=first):
            fact = replace(row.fact, position=position, recorded_at=moment)
            self._rows.append(replace(row, fact=fact))
            self._streams.setdefault(fact.stream, []).append(self._rows[-1])
        last = len(self._rows)
        self._commands[append.command] = KnownCommand(
            body_mac=append.body_mac, first=first, last=last
        )
        return Appended(first=first, last=last)

    def _moment(self, chosen: datetime | None) -> datetime:
        """Time never goes backwards in the log."""
        moment = chosen or self._clock.now()
        return max(moment, self._rows[-1].fact.recorded_at) if self._rows else moment

    def _closed(self, row: _Row) -> Recorded:
        fact = row.fact
        event = self._mapper.decode(fact.name, row.payload, fact.stream, fact.version)
        return replace(fact, event=event)


def _came_to(stream: UUID, facts: Sequence[Recorded]) -> Stream:
    """Whatever kind of stream it is: none of the others begins with its events."""
    events = [fact.event for fact in facts]
    member = staff.fold(events, stream)
    folds = (
        activity.fold,
        adoption.fold,
        case.fold,
        disposal.fold,
        majority.fold,
        inquiry.fold,
        mandate.fold,
        person.fold,
        police_operation.fold,
        referral.fold,
        review.fold,
        team.fold,
    )
    state = member or next(filter(None, (fold(events) for fold in folds)), None)
    for event in events:
        state = state or disposal.kept(None, event)
    return Stream(version=len(facts), state=state)


class MemoryReceipts:
    """The access log: every act of reading, in order."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []

    async def record(self, reading: Reading) -> int:
        await asyncio.sleep(0)
        self.readings.append(reading)
        return len(self.readings)
