"""What this process remembers of streams: a case of five thousand facts is decided on as fast as
one of fifty, and nothing that is sealed is remembered open.

A stream only grows. So what is remembered of it is never wrong, only short of what others have
recorded since; and to know it afresh, only that has to be read.

Remembered are states that were folded from closed facts. What is sealed in one is opened for one
decision and forgotten with it: when a key is erased, there is nothing here to erase. What a person
or a referral comes to depends on what is sealed in its facts; it is read for every decision.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import is_dataclass, replace
from functools import cache
from itertools import groupby
from typing import Any, Final, NamedTuple, Protocol, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from api.runtime.log.event_log import StoredEventLog
from api.runtime.log.mapper import Mapper, key_of, open_token
from api.runtime.together import Together
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
from domain.adoption import ORGANISATION
from domain.catalogue import ENTRIES
from domain.ports import Vault
from domain.recorded import Stream
from domain.sealed import Sealed

_ABSENT: Final = Stream()
_COUNTED: Final = {entry.name for entry in ENTRIES if entry.counted}


class _Kind(NamedTuple):
    """How the facts of one kind of stream become its state."""

    state: type
    evolve: Callable[[Any, object, UUID], object]
    opened: bool = False  # whether the fold looks into what is sealed
    counts: str | None = None  # the field with the number of facts that are only counted


def _of_events(evolve: Callable[[Any, object], object]) -> Callable[[Any, object, UUID], object]:
    """A fold that does not ask which stream it is."""
    return lambda state, event, _: evolve(state, event)


_KINDS: Final[Mapping[str, _Kind]] = {
    "activity": _Kind(activity.Activity, _of_events(activity.evolve)),
    "case": _Kind(case.Case, _of_events(case.evolve), counts="notes"),
    "disposal": _Kind(disposal.Disposal, _of_events(disposal.evolve)),
    "inquiry": _Kind(inquiry.Inquiry, _of_events(inquiry.evolve)),
    "mandate": _Kind(mandate.Mandate, _of_events(mandate.evolve)),
    "operation": _Kind(police_operation.PoliceOperation, _of_events(police_operation.evolve)),
    "organisation": _Kind(adoption.Adoptions, _of_events(adoption.evolve)),
    "person": _Kind(person.Person, _of_events(person.evolve), opened=True),
    "referral": _Kind(referral.Referral, _of_events(referral.evolve), opened=True),
    "statistics": _Kind(disposal.Statistics, _of_events(disposal.kept)),
    "review": _Kind(review.Review, _of_events(review.evolve)),
    "staff": _Kind(staff.StaffMember, staff.evolve),
    "team": _Kind(team.Team, _of_events(team.evolve)),
    "time": _Kind(majority.Months, _of_events(majority.evolve)),
}
_KIND_OF: Final[Mapping[type, _Kind]] = {kind.state: kind for kind in _KINDS.values()}


class Fact(Protocol):
    """An event as far as its stream's state rests on it, on its way into the log or out of it."""

    @property
    def stream(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def payload(self) -> bytes: ...


class Streams:
    """The streams that decisions rest on, as this process knows them."""

    def __init__(
        self,
        stored: StoredEventLog,
        mapper: Mapper,
        vault: Vault,
        *,
        remembered: int = 50_000,  # about 1 kB each
    ) -> None:
        self.recalled = 0
        self.read = 0
        self._stored = stored
        self._mapper = mapper
        self._vault = vault
        self._capacity = remembered
        # Longest unused first. Every decision asks for the organisation: as long as nobody knows
        # of another one, that none has been adopted.
        self._memory = OrderedDict({ORGANISATION: Stream(remembered=True)})
        self._reading = Together(self._read_together)

    @property
    def remembered(self) -> int:
        return len(self._memory)

    async def known(self, ids: Collection[UUID], *, afresh: bool) -> dict[UUID, Stream]:
        """What the streams have come to, opened for a decision as far as there are keys.

        Raises LogUnavailable, VaultUnavailable.
        """
        streams = {} if afresh else self._recalled(ids)
        self.recalled += len(streams)
        if missing := [stream for stream in ids if stream not in streams]:
            self.read += len(missing)
            read = await self._reading.all(missing)
            streams |= {stream: _or_raised(read[stream]) for stream in missing}
        return await self._opened(streams)

    async def past(self, stream: UUID, first: int, last: int) -> Sequence[object | None]:
        """What the stream had come to at each of its versions first..last, opened as far as there
        are keys; None for 0, before it began. Read afresh, and not remembered.

        Raises LogUnavailable, VaultUnavailable.
        """
        stored = await self._stored.streams({stream: 0})
        facts: list[Fact] = [fact for fact in stored if fact.version <= last]
        events = [(fact, self._closed(fact)) for fact in facts]
        if facts and _kind(_ABSENT, facts[0]).opened:
            events = await self._opened_for_decision(events)
        came_to = _ABSENT
        states: list[object | None] = [None] if first == 0 else []
        for each in events:
            came_to = _folded(came_to, [each])
            if came_to.version >= first:
                states.append(came_to.state)
        await self._vault.load({key_of(token) for each in states for token in _closed_in(each)})
        return [None if each is None else self._open(each) for each in states]

    def recorded(self, facts: Iterable[Fact]) -> None:
        """This process's own facts move what it remembers; but not past facts of others that it
        has not read."""
        for fact in facts:
            before = self._memory.get(fact.stream, _ABSENT)
            if fact.version == before.version + 1 and not _kind(before, fact).opened:
                self._remember(fact.stream, _folded(before, [(fact, self._closed(fact))]))

    def forget(self, ids: Iterable[UUID]) -> None:
        """What is remembered of streams that have been disposed of."""
        for stream in ids:
            self._memory.pop(stream, None)

    # --- the memory --------------------------------------------------------------------------

    def _recalled(self, ids: Collection[UUID]) -> dict[UUID, Stream]:
        streams = {}
        for stream in ids:
            if known := self._memory.get(stream):
                self._memory.move_to_end(stream)
                streams[stream] = known
        return streams

    def _remember(self, stream: UUID, came_to: Stream) -> None:
        """Several questions may have been under way: whichever saw most is right."""
        if came_to.version > self._memory.get(stream, _ABSENT).version:
            self._memory[stream] = came_to._replace(remembered=True)
            self._memory.move_to_end(stream)
        while len(self._memory) > self._capacity:
            self._memory.popitem(last=False)

    # --- the log -----------------------------------------------------------------------------

    async def _read_together(self, ids: Collection[UUID]) -> dict[UUID, Stream | BaseException]:
        """What is wrong with one stream is wrong for those only who asked for it."""
        before = {stream: self._memory.get(stream, _ABSENT) for stream in ids}
        versions = {stream: known.version for stream, known in before.items()}
        facts = await self._stored.streams(versions, left_out=_COUNTED)
        moved = {stream: list(its) for stream, its in groupby(facts, key=lambda of: of.stream)}
        came_to = await asyncio.gather(
            *(self._came_to(before[stream], its) for stream, its in moved.items()),
            return_exceptions=True,
        )
        stayed = {of: known._replace(remembered=False) for of, known in before.items()}
        return stayed | dict(zip(moved, came_to, strict=True))

    async def _came_to(self, before: Stream, facts: Sequence[Fact]) -> Stream:
        events = [(fact, self._closed(fact)) for fact in facts]
        if not _kind(before, facts[0]).opened:
            came_to = _folded(before, events)
            self._remember(facts[0].stream, came_to)
            return came_to
        return _folded(before, await self._opened_for_decision(events))

    async def _opened_for_decision(
        self, events: Sequence[tuple[Fact, object]]
    ) -> list[tuple[Fact, object]]:
        mapper = self._mapper
        tokens = [token for _, event in events for token in mapper.decided_tokens(event)]
        await self._vault.load({key_of(token) for token in tokens})
        return [(fact, mapper.opened_for_decision(event)) for fact, event in events]

    def _closed(self, fact: Fact) -> object:
        """None for what is only counted."""
        if fact.name in _COUNTED:
            return None
        return self._mapper.decode(fact.name, fact.payload, fact.stream, fact.version)

    # --- what is sealed in a state -----------------------------------------------------------

    async def _opened(self, streams: dict[UUID, Stream]) -> dict[UUID, Stream]:
        closed = {of: found for of, known in streams.items() if (found := _closed_in(known.state))}
        if closed:
            await self._vault.load({key_of(token) for found in closed.values() for token in found})
        for stream in closed:
            known = streams[stream]
            streams[stream] = known._replace(state=self._open(known.state))
        return streams

    def _open(self, state: Any) -> Any:
        """The state with what is closed in it opened, where its key has not been erased."""
        changes: dict[str, object] = {}
        for name, kind in _seals_of(state).items():
            value = getattr(state, name)
            if isinstance(value, Sealed):
                changes[name] = open_token(self._vault, value.token, kind) if value.token else value
            elif isinstance(value, tuple):
                changes[name] = tuple(map(self._open, value))
            elif value is not None:
                changes[name] = self._open(value)
        return replace(state, **changes)


# --- how facts become a state ----------------------------------------------------------------


def _or_raised(came_to: Stream | BaseException) -> Stream:
    if isinstance(came_to, BaseException):
        raise came_to
    return came_to


def _kind(before: Stream, fact: Fact) -> _Kind:
    """What a stream is, it says with its first fact; later ones may be of a kind that any stream
    can carry, as deadlines are."""
    if before.state is not None:
        return _KIND_OF[type(before.state)]
    return _KINDS[fact.name.partition(".")[0]]


def _folded(before: Stream, facts: Sequence[tuple[Fact, object]]) -> Stream:
    """What a stream has come to with these facts, of which the last one is its last. Versions
    count every fact; so those that are missing here were passed over, and are only counted."""
    last = facts[-1][0]
    kind, state = _kind(before, facts[0][0]), before.state
    events = [event for _, event in facts if event is not None]
    for event in events:
        state = kind.evolve(state, event, last.stream)
    passed = last.version - before.version - len(events)
    if kind.counts and passed and state is not None:
        state = replace(cast("Any", state), **{kind.counts: getattr(state, kind.counts) + passed})
    return Stream(version=last.version, state=state)


# --- where a state is sealed -----------------------------------------------------------------


def _seals_of(state: object) -> Mapping[str, Any]:
    """The fields of a state that hold something sealed, and of what type; or a state that does, or
    several that do."""
    return _seals(type(state))  # type: ignore[arg-type]  # every class is hashable


@cache
def _seals(state: type) -> Mapping[str, Any]:
    found = {}
    for name, hint in get_type_hints(state).items() if is_dataclass(state) else ():
        for kind in (hint, *get_args(hint)):
            if get_origin(kind) is Sealed:
                [found[name]] = get_args(kind)
            elif isinstance(kind, type) and _seals(kind):
                found[name] = kind
    return found


def _closed_in(state: object) -> list[str]:
    """The closed values of a state."""
    tokens: list[str] = []
    for name in _seals_of(state):
        value = getattr(state, name)
        if isinstance(value, Sealed):
            tokens += [value.token] if value.token else []
        elif isinstance(value, tuple):
            tokens += [token for each in value for token in _closed_in(each)]
        elif value is not None:
            tokens += _closed_in(value)
    return tokens
