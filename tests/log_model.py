"""What must stand in the event log: a model of it in memory, which judges one append after the
other; and appends made up for it, true and false."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, Self
from uuid import UUID

from hypothesis import strategies as st

from api.runtime.log.event_log import StoredAppend, StoredNewEvent
from api.runtime.log.grouping import CannotBeRecorded
from domain.errors import CommandKeyReused, StreamHasMoved
from domain.ports import KnownCommand
from domain.recorded import Appended
from tests.appends import IDS, new_append, new_event

Outcome = Appended | type[BaseException]

SALT_BYTES: Final = 32  # an event with another salt is refused
STREAMS: Final = 4


class Fact(NamedTuple):
    """An event that stands, and the append that it is of."""

    event: StoredNewEvent
    append: StoredAppend


@dataclass(slots=True)
class LogModel:
    """A fact's position is its place, counted from 1."""

    facts: list[Fact] = field(default_factory=list)
    known: dict[UUID, KnownCommand] = field(default_factory=dict)
    heads: Counter[UUID] = field(default_factory=Counter)

    def judge(self, append: StoredAppend) -> Outcome:
        """What an append is answered; if it is accepted, it stands here now."""
        if known := self.known.get(append.command):
            if append.body_mac not in {b"", known.body_mac}:
                return CommandKeyReused
            return Appended(first=known.first, last=known.last, replayed=True)
        if any(self.heads[stream] != version for stream, version in append.expected.items()):
            return StreamHasMoved
        if any(len(event.salt) != SALT_BYTES for event in append.events):
            return CannotBeRecorded
        first = len(self.facts) + 1
        self.facts += [Fact(event, append) for event in append.events]
        self.heads.update(event.stream for event in append.events)
        last = len(self.facts)
        self.known[append.command] = KnownCommand(body_mac=append.body_mac, first=first, last=last)
        return Appended(first=first, last=last)

    def after(self, appends: Sequence[StoredAppend]) -> Self:
        """The model, and this one untouched, after more appends."""
        later = type(self)(list(self.facts), dict(self.known), Counter(self.heads))
        for append in appends:
            later.judge(append)
        return later


# --- appends made up -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class New:
    """One that was never sent. With nothing to write it is a command that changed nothing."""

    writes: Sequence[tuple[int, int]]  # stream, facts
    reads: Sequence[int]
    off: int  # how far the version that is expected of the first stream lies from the true one
    mac: bytes
    flawed: bool


@dataclass(frozen=True, slots=True)
class Again:
    """One that was sent, whatever became of it; perhaps with another body."""

    which: int
    mac: bytes | None


_STREAM = st.integers(0, STREAMS - 1)
_NEW = st.builds(
    New,
    writes=st.lists(st.tuples(_STREAM, st.integers(1, 3)), max_size=2, unique_by=lambda w: w[0]),
    reads=st.lists(_STREAM, max_size=2, unique=True),
    off=st.sampled_from([0] * 6 + [-1, -2, 1, 2]),
    mac=st.sampled_from([b"", b"one", b"another"]),
    flawed=st.sampled_from([False] * 9 + [True]),
)
_AGAIN = st.builds(Again, which=st.integers(0, 99), mac=st.sampled_from([None, None, b"another"]))
GROUP = st.lists(st.one_of(_NEW, _NEW, _AGAIN), min_size=1, max_size=8)


@dataclass(slots=True)
class Sender:
    """Makes appends of what was made up, and remembers them."""

    model: LogModel
    streams: Sequence[UUID] = field(default_factory=lambda: [IDS.new() for _ in range(STREAMS)])
    sent: list[StoredAppend] = field(default_factory=list)

    def appends(self, group: Sequence[New | Again], *, ahead: bool = True) -> list[StoredAppend]:
        """Without `ahead` none of them expects a version that is not there yet. Then it does not
        matter whether they are judged once or twice."""
        made = [
            self._new(plan, ahead) if isinstance(plan, New) else self._again(plan, ahead)
            for plan in group
        ]
        self.sent += made
        return made

    def _new(self, plan: New, ahead: bool) -> StoredAppend:
        named = [*(stream for stream, _ in plan.writes), *plan.reads]
        versions = {stream: self.model.heads[self.streams[stream]] for stream in named}
        for first in named[:1]:
            versions[first] = max(0, versions[first] + (plan.off if ahead else min(plan.off, 0)))
        salt_bytes = SALT_BYTES - plan.flawed
        events = [
            new_event(self.streams[stream], versions[stream] + n, salt=os.urandom(salt_bytes))
            for stream, facts in plan.writes
            for n in range(1, facts + 1)
        ]
        reads = {self.streams[stream]: versions[stream] for stream in plan.reads}
        return new_append(*events, reads=reads, body_mac=plan.mac)

    def _again(self, plan: Again, ahead: bool) -> StoredAppend:
        if not self.sent:
            return new_append()
        append = self.sent[plan.which % len(self.sent)]
        heads = self.model.heads
        if not ahead and any(heads[stream] < v for stream, v in append.expected.items()):
            return new_append()
        return append if plan.mac is None else replace(append, body_mac=plan.mac)
