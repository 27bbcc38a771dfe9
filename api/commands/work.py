"""One command being carried out: read, ask the policy, decide, record - all of it or nothing.

A `Work` remembers the version of every stream it read, and the log refuses the append when one of
them has moved: also those that the actor's authority came from, so who left a moment ago cannot
commit. The decision is then made anew on what is true now.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from domain import case, person, referral, staff, team
from domain.errors import (
    CommandKeyReused,
    KeyIsErased,
    NotFound,
    NotPermitted,
    PreconditionIsMissing,
    PreconditionIsStale,
    Refusal,
    StreamHasMoved,
    TooManyEvents,
    UnknownStaffMember,
)
from domain.organisation import Organisation
from domain.policy import Act, File, Information, Viewer, may
from domain.ports import Clock, EventLog, Ids, Vault, WorkingCalendar
from domain.recorded import Append, NewEvent, Recorded

T = TypeVar("T")

_ATTEMPTS = 5
_MOST_EVENTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a command needs of the house."""

    log: EventLog
    vault: Vault
    organisation: Organisation
    clock: Clock
    ids: Ids
    calendar: WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Who asks, and how the asking is recognised when it comes again."""

    actor: UUID
    id: UUID
    correlation: UUID
    body_mac: bytes = b""
    earlier_body_macs: tuple[bytes, ...] = ()  # under earlier keys: a replay may cross the month
    stale: Callable[[int], bool] | None = None  # whether If-Match differs from this version
    recorded_at: datetime | None = None  # only the generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One decided event and its stream, as the answer is built from it."""

    stream: UUID
    event: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command recorded; the answer is made from the facts alone, first time or replayed."""

    facts: Sequence[Fact]
    position: int
    replayed: bool = False

    def find(self, kind: type[T]) -> tuple[UUID, T] | None:
        """The last fact of a kind, with its stream."""
        for fact in reversed(self.facts):
            if isinstance(fact.event, kind):
                return fact.stream, fact.event
        return None

    def the(self, kind: type[T]) -> tuple[UUID, T]:
        """The last fact of a kind that the command always records. Raises KeyIsErased when a
        replay can no longer read it."""
        found = self.find(kind)
        if found is None:
            raise KeyIsErased
        return found


@dataclass(slots=True)
class Work:
    desk: Desk
    command: Command
    now: datetime
    _read: dict[UUID, list[Recorded]] = field(default_factory=dict)
    _new: list[NewEvent] = field(default_factory=list)
    _viewer: Viewer | None = None

    @property
    def today(self) -> date:
        return self.desk.calendar.day_of(self.now)

    # --- reading -----------------------------------------------------------------------------

    async def read(self, *streams: UUID) -> None:
        """Bring streams into the work, in one question, opened for the decision. The first one
        brings the actor's along: whatever is decided rests on it."""
        missing = {s for s in (*streams, self.command.actor) if s not in self._read}
        if missing:
            self._read.update(await self.desk.log.opened_streams(missing))

    def facts(self, stream: UUID) -> list[Recorded]:
        return self._read[stream]

    async def events(self, stream: UUID) -> Iterable[object]:
        await self.read(stream)
        return (recorded.event for recorded in self._read[stream])

    async def person(self, stream: UUID) -> person.Person:
        return found(person.fold(await self.events(stream)))

    async def referral(self, stream: UUID) -> referral.Referral:
        return found(referral.fold(await self.events(stream)))

    async def case(self, stream: UUID) -> case.Case:
        return found(case.fold(await self.events(stream)))

    async def team(self, stream: UUID) -> team.Team:
        return found(team.fold(await self.events(stream)))

    async def staff(self, stream: UUID) -> staff.StaffMember:
        """Raises UnknownStaffMember."""
        member = staff.fold(await self.events(stream), stream)
        if member is None:
            raise UnknownStaffMember
        return member

    async def viewer(self) -> Viewer:
        """The actor, from the staff stream. Raises NotPermitted without a position."""
        if self._viewer is None:
            member = staff.fold(await self.events(self.command.actor), self.command.actor)
            if member is None or not member.active:
                raise NotPermitted
            self._viewer = Viewer(
                staff=member.id, role=member.role, unit=member.unit, side=member.side
            )
        return self._viewer

    @property
    def is_authorised(self) -> bool:
        """Whether the actor turned out to have a position: without one not even a replay."""
        return self._viewer is not None

    # --- asking ------------------------------------------------------------------------------

    async def require(self, act: Act, information: Information, file: File | None = None) -> Viewer:
        """Raises NotFound for what the actor may not see, NotPermitted for what it may not do."""
        viewer = await self.viewer()
        if file is not None and not may(viewer, Act.READ, Information.LINE, file):
            raise NotFound
        if not may(viewer, act, information, file):
            raise NotPermitted
        return viewer

    def require_current(self, stream: UUID) -> None:
        """If-Match: what the caller saw is what stands. Raises PreconditionIsMissing (428),
        PreconditionIsStale (412)."""
        if self.command.stale is None:
            raise PreconditionIsMissing
        if self.command.stale(len(self._read[stream])):
            raise PreconditionIsStale

    # --- recording ---------------------------------------------------------------------------

    def record(self, stream: UUID, events: Iterable[object], *, at: datetime | None = None) -> None:
        """Facts for the log; `at` is their legal moment, by default now."""
        if stream not in self._read:
            self._read[stream] = []
        self._new += [
            NewEvent(stream=stream, event=event, occurred_at=at or self.now) for event in events
        ]

    def append(self) -> Append:
        if len(self._new) > _MOST_EVENTS:
            raise TooManyEvents
        actor = self._viewer
        return Append(
            command=self.command.id,
            correlation=self.command.correlation,
            body_mac=self.command.body_mac,
            actor=self.command.actor,
            unit=actor.unit if actor else "",
            expected={stream: len(facts) for stream, facts in self._read.items()},
            events=self._new,
            recorded_at=self.command.recorded_at,
        )

    def outcome(self, position: int) -> Outcome:
        facts = [Fact(stream=new.stream, event=new.event) for new in self._new]
        return Outcome(facts=facts, position=position)


async def carry_out(
    desk: Desk, command: Command, decide: Callable[[Work], Awaitable[None]]
) -> Outcome:
    """Decide and record; on a conflict, decide anew on what is true now.

    A command that is in the log already is answered from what it recorded, even when deciding it
    again would be refused. Raises whatever the decision refuses, and StreamHasMoved when others
    keep moving what it reads.
    """
    attempt = 0
    while True:
        attempt += 1
        work = Work(desk=desk, command=command, now=desk.clock.now())
        try:
            await decide(work)
            appended = await desk.log.append(work.append())
        except StreamHasMoved:
            if attempt == _ATTEMPTS:
                raise
            continue
        except (NotFound, NotPermitted):
            await work.viewer()  # who has no position is not even told whether it exists
            raise  # also when it was sent before: what may not be seen now is not told again
        except Refusal as refusal:
            if work.is_authorised and command.body_mac:
                return await _replayed(desk, command, refusal)
            raise
        if appended.replayed:
            return await _recorded(desk, appended.first, appended.last)
        return work.outcome(appended.last)


async def _replayed(desk: Desk, command: Command, refusal: Refusal) -> Outcome:
    """The answer of a command that was recorded before; otherwise its refusal."""
    known = await desk.log.find(command.id)
    if known is None:
        raise refusal
    if known.body_mac not in (command.body_mac, *command.earlier_body_macs):
        raise CommandKeyReused from refusal
    return await _recorded(desk, known.first, known.last)


async def _recorded(desk: Desk, first: int, last: int) -> Outcome:
    facts = await desk.log.opened_span(first, last)
    return Outcome(
        facts=[Fact(stream=fact.stream, event=fact.event) for fact in facts],
        position=last,
        replayed=True,
    )


@contextmanager
def telling_who(
    refused: type[Refusal], facts: Sequence[Recorded], answers: Callable[[Recorded], bool]
) -> Iterator[None]:
    """Adds to the refusal who gave the answer that stands, and when: a staff id, never a name."""
    try:
        yield
    except refused as refusal:
        for fact in reversed(facts):
            if answers(fact):
                refusal.context |= {"by": fact.actor, "at": fact.recorded_at}
                break
        raise


def found(state: T | None) -> T:
    """Raises NotFound for a stream that does not exist."""
    if state is None:
        raise NotFound
    return state
