"""One command being carried out: read, ask the policy, decide, record - all of it or nothing.

A `Work` remembers the version of every stream it read, and the log refuses the append when one of
them has moved: also those that the actor's authority came from, so who left a moment ago cannot
commit. The decision is then made anew on what is true now.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from domain import (
    activity,
    case,
    disposal,
    inquiry,
    mandate,
    person,
    police_operation,
    referral,
    review,
    staff,
    team,
)
from domain.adoption import ORGANISATION, Adoptions
from domain.case import Case
from domain.case.consent import is_engaged
from domain.codes import AgeKnowledge, StaffRole
from domain.errors import (
    CommandKeyReused,
    KeyIsErased,
    MomentIsImpossible,
    NotFound,
    NotPermitted,
    PreconditionIsMissing,
    PreconditionIsStale,
    Refusal,
    StreamHasMoved,
    TooManyEvents,
    Unavailable,
    UnknownStaffMember,
)
from domain.organisation import Organisation
from domain.person import Person
from domain.person.identity import records_of
from domain.policy import Act, File, Information, Viewer, may
from domain.ports import Clock, EventLog, Ids, Vault, WorkingCalendar
from domain.recorded import NO_VERSION, Append, NewEvent, Recorded, Stream
from domain.routing import as_accepted
from domain.sealed import SealedValueIsClosed
from domain.staff import StaffMember

T = TypeVar("T")

_ATTEMPTS = 200  # whoever loses, another process got on: one of each competes for a stream
_MOST_EVENTS = 500  # a hundred cases change hands, four facts each, and what goes with them
_SEEN = (Information.LINE,)
_SEEN_OUTSIDE = (Information.RECEIPT, Information.EXTERNAL_REFERRAL)


class Turns:
    """Who collided over a stream decides anew one after the other: otherwise of many who want the
    same, each time one would get on, and all the others have decided in vain."""

    def __init__(self) -> None:
        self._turns: WeakValueDictionary[object, asyncio.Lock] = WeakValueDictionary()

    def over(self, stream: object) -> asyncio.Lock:
        return self._turns.setdefault(stream, asyncio.Lock())


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a command needs of the house."""

    log: EventLog
    vault: Vault
    organisation: Organisation  # as it was set up; another one may have been adopted
    reads: Callable[[str], Organisation]  # a document. Raises OrganisationIsFaulty
    clock: Clock
    ids: Ids
    calendar: WorkingCalendar
    turns: Turns = field(default_factory=Turns)

    def organised(self, adoptions: object, day: date) -> Organisation:
        """The organisation that is in force that day."""
        document = adoptions.on(day) if isinstance(adoptions, Adoptions) else None
        return self.organisation if document is None else self.reads(document)

    async def organised_now(self) -> Organisation:
        """For who asks, or tells what time causes, and decides nothing. Raises LogUnavailable."""
        known = await self.log.streams({ORGANISATION}, afresh=True)
        return self.organised(known[ORGANISATION].state, self.calendar.day_of(self.clock.now()))

    async def engaged_in(self, staff: UUID) -> frozenset[UUID]:
        """The cases in which a consent carries a coordinator's engagement today (R6), asked of the
        cases themselves: so it ends with its last day, whether or not time has been told, and no
        view need know a day that tells a birthday."""
        member = (await self.log.streams({staff}, afresh=True))[staff].state
        held = set(member.cases) if isinstance(member, StaffMember) else set()
        known = await self.log.streams(held, afresh=True) if held else {}
        today = self.calendar.day_of(self.clock.now())
        return frozenset(
            of
            for of, stream in known.items()
            if isinstance(stream.state, Case) and is_engaged(stream.state, staff, today)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Who asks, and how the asking is recognised when it comes again."""

    actor: UUID
    id: UUID
    correlation: UUID
    body_mac: bytes = b""
    earlier_body_macs: Callable[[], Awaitable[Sequence[bytes]]] | None = None  # of months before
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
    afresh: bool = False  # nothing is taken from memory
    _read: dict[UUID, Stream] = field(default_factory=dict)
    _new: list[NewEvent] = field(default_factory=list)
    _viewer: Viewer | None = None
    _afterwards: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.desk.calendar.day_of(self.now)

    # --- reading -----------------------------------------------------------------------------

    async def read(self, *streams: UUID) -> None:
        """Bring streams into the work, in one question, opened for the decision. The first one
        brings the actor's and the organisation's along: whatever is decided rests on them."""
        wanted = (*streams, self.command.actor, ORGANISATION)
        missing = {stream for stream in wanted if stream not in self._read}
        if missing:
            self._read |= await self.desk.log.streams(missing, afresh=self.afresh)

    @property
    def is_fresh(self) -> bool:
        """Whether all that was read was read from the log just now. What was remembered may be
        acted on, since the log refuses what rests on too little; but not told."""
        return not any(stream.remembered for stream in self._read.values())

    @property
    def is_remembered(self) -> bool:
        """Whether nothing at all was read from the log."""
        return all(stream.remembered for stream in self._read.values())

    @property
    def organisation(self) -> Organisation:
        """The one in force today, once anything was read."""
        return self.desk.organised(self._read[ORGANISATION].state, self.today)

    async def adoptions(self) -> Adoptions | None:
        return await self._state(ORGANISATION, Adoptions)

    async def person(self, stream: UUID) -> person.Person:
        return found(await self._state(stream, person.Person))

    async def records(self, stream: UUID) -> list[Person]:
        """A person's record, and those that stand for it since it was merged, in order."""
        every = [await self.person(stream)]
        while (into := every[-1].identity.merged_into) is not None:
            every.append(await self.person(into))
        return every

    async def standing(self, stream: UUID) -> Person:
        """The record that stands for the person, whatever has been merged."""
        return (await self.records(stream))[-1]

    async def merged(self, stream: UUID) -> list[Person]:
        """Every record of one person, this one first."""
        known = dict[UUID, Person]()
        records, missing = records_of(stream, known)
        while missing:
            known |= {record: await self.person(record) for record in missing}
            records, missing = records_of(stream, known)
        return records

    async def age(self, stream: UUID) -> AgeKnowledge:
        """What is known today of the person's age, over all their records."""
        known = person.age_over(await self.merged(stream), self.today)
        return as_accepted(known, self.organisation)

    async def guardians(self, stream: UUID) -> frozenset[UUID]:
        """Who decides for the person today: at 18 nobody any more (R13)."""
        of_age = (await self.age(stream)).is_of_age
        records = () if of_age else await self.merged(stream)
        return frozenset(one.id for each in records for one in each.guardians)

    async def referral(self, stream: UUID) -> referral.Referral:
        return found(await self._state(stream, referral.Referral))

    async def case(self, stream: UUID) -> case.Case:
        return found(await self._state(stream, case.Case))

    async def activity(self, stream: UUID) -> activity.Activity:
        return found(await self._state(stream, activity.Activity))

    async def inquiry(self, stream: UUID) -> inquiry.Inquiry:
        return found(await self._state(stream, inquiry.Inquiry))

    async def mandate(self, stream: UUID) -> mandate.Mandate:
        return found(await self._state(stream, mandate.Mandate))

    async def operation(self, stream: UUID) -> police_operation.PoliceOperation:
        return found(await self._state(stream, police_operation.PoliceOperation))

    async def disposal(self, stream: UUID) -> disposal.Disposal:
        return found(await self._state(stream, disposal.Disposal))

    async def review(self, stream: UUID) -> review.Review:
        return found(await self._state(stream, review.Review))

    async def team(self, stream: UUID) -> team.Team:
        return found(await self._state(stream, team.Team))

    async def staff(self, stream: UUID) -> staff.StaffMember:
        """Raises UnknownStaffMember."""
        member = await self._state(stream, staff.StaffMember)
        if member is None:
            raise UnknownStaffMember
        return member

    async def known(self, *streams: UUID) -> dict[UUID, Stream]:
        """The streams as they stand in the log, disposed of or not."""
        await self.read()
        known = await self.desk.log.streams(streams, afresh=True)
        self._read |= known
        return known

    async def exists(self, stream: UUID) -> bool:
        await self.read(stream)
        return self._read[stream].version != NO_VERSION

    async def _state(self, stream: UUID, kind: type[T]) -> T | None:
        """None for what does not exist, is something else, or has been disposed of."""
        await self.read(stream)
        state = self._read[stream].state
        if isinstance(state, case.Case | referral.Referral) and state.retention.disposed:
            return None
        return state if isinstance(state, kind) else None

    async def viewer(self) -> Viewer:
        """The actor, from the staff stream. Raises NotPermitted without a position."""
        if self._viewer is None:
            member = await self._state(self.command.actor, staff.StaffMember)
            if member is None or not member.active:
                raise NotPermitted
            coordinates = member.role is StaffRole.REGIONAL_COORDINATOR
            self._viewer = Viewer(
                staff=member.id,
                role=member.role,
                unit=member.unit,
                side=member.side,
                emergencies=member.emergencies_at(self.now),
                engaged_in=await self.desk.engaged_in(member.id) if coordinates else frozenset(),
            )
        return self._viewer

    async def moment(self, stream: UUID, kind: type, **told: object) -> datetime:
        """The legal moment of the first fact of its kind in a stream that tells that."""
        return await self.first_moment(stream, kind, **told) or self.now

    async def first_moment(self, stream: UUID, kind: type, **told: object) -> datetime | None:
        """The same; None where nothing tells it."""
        for fact in await self.desk.log.facts(stream, kind):
            if all(getattr(fact.event, name) == value for name, value in told.items()):
                return fact.occurred_at
        return None

    async def happened(
        self, told: datetime | None, *referrals: UUID, since: datetime | None = None
    ) -> datetime:
        """The legal moment of what is recorded afterwards, or now: clocks go by it (section 4).
        Raises MomentIsImpossible."""
        if told is None:
            return self.now
        received = [await self.moment(each, referral.ReferralReceived) for each in referrals]
        if told > self.now or told < min(received) or (since and told < since):
            raise MomentIsImpossible
        return told

    @property
    def is_authorised(self) -> bool:
        """Whether the actor turned out to have a position: without one not even a replay."""
        return self._viewer is not None

    # --- asking ------------------------------------------------------------------------------

    async def require(self, act: Act, information: Information, file: File | None = None) -> Viewer:
        """Raises NotFound for what the actor may not see, NotPermitted for what it may not do. A
        party outside sees that there is a file, if only by a receipt or by what it was asked."""
        viewer = await self.viewer()
        seen = _SEEN_OUTSIDE if viewer.role is StaffRole.EXTERNAL_SENDER else _SEEN
        if file is not None and not any(may(viewer, Act.READ, kind, file) for kind in seen):
            raise NotFound
        if not may(viewer, act, information, file):
            raise NotPermitted
        return viewer

    def require_current(self, stream: UUID) -> None:
        """If-Match: what the caller saw is what stands. Raises PreconditionIsMissing (428),
        PreconditionIsStale (412)."""
        if self.command.stale is None:
            raise PreconditionIsMissing
        if self.command.stale(self._read[stream].version):
            raise PreconditionIsStale

    # --- recording ---------------------------------------------------------------------------

    def record(self, stream: UUID, events: Iterable[object], *, at: datetime | None = None) -> None:
        """Facts for the log; `at` is their legal moment, by default now."""
        self._read.setdefault(stream, Stream())
        self._new += [
            NewEvent(stream=stream, event=event, occurred_at=at or self.now) for event in events
        ]

    def afterwards(self, act: Callable[[], Awaitable[None]]) -> None:
        """Done once it is recorded, and again when the command comes again: twice is once."""
        self._afterwards.append(act)

    async def settle(self) -> None:
        for act in self._afterwards:
            await act()

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
            expected={stream: read.version for stream, read in self._read.items()},
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
    again would be refused. What the log accepts may rest on remembered streams: it refuses what
    has moved. Everything else is decided anew on streams read afresh before anybody is told.
    Raises whatever the decision refuses, and StreamHasMoved when others keep moving what it reads.
    """
    async with AsyncExitStack() as turn:
        moved, afresh = 0, False
        while True:
            work = Work(desk=desk, command=command, now=desk.clock.now(), afresh=afresh)
            try:
                await decide(work)
                appended = await desk.log.append(work.append())
            except StreamHasMoved as conflict:
                moved += work.is_fresh
                if moved == _ATTEMPTS:
                    raise
                if not afresh:  # one turn only, so nobody waits for somebody who waits
                    await turn.enter_async_context(desk.turns.over(conflict.context["stream"]))
            except (Refusal, SealedValueIsClosed) as refusal:
                if work.is_fresh or isinstance(refusal, Unavailable):
                    return await _told_before(work, refusal)
                await _look_as_long(work, refusal)
            else:
                await work.settle()
                if not appended.replayed:
                    return work.outcome(appended.last)
                if work.is_fresh:
                    return await _recorded(desk, appended.first, appended.last)
            afresh = True


async def _look_as_long(work: Work, refusal: Refusal | SealedValueIsClosed) -> None:
    """What there is not is never remembered, and what is hidden may be: it takes no less to find
    nothing in it."""
    if isinstance(refusal, NotFound) and work.is_remembered:
        await work.desk.log.streams({work.command.actor}, afresh=True)


async def _told_before(work: Work, refusal: Refusal | SealedValueIsClosed) -> Outcome:
    """The answer of a command that was recorded before; otherwise its refusal."""
    desk, command = work.desk, work.command
    if isinstance(refusal, Unavailable):
        raise refusal
    if isinstance(refusal, NotFound | NotPermitted):
        await work.viewer()  # who has no position is not even told whether it exists
        raise refusal  # also when it was sent before: what may not be seen now is not told again
    if not (work.is_authorised and command.body_mac and isinstance(refusal, Refusal)):
        raise refusal
    known = await desk.log.find(command.id)
    if known is None:
        raise refusal
    earlier = await command.earlier_body_macs() if command.earlier_body_macs else ()
    if known.body_mac not in (command.body_mac, *earlier):
        raise CommandKeyReused from refusal
    return await _recorded(desk, known.first, known.last)


async def _recorded(desk: Desk, first: int, last: int) -> Outcome:
    facts = await desk.log.opened_span(first, last)
    return Outcome(
        facts=[Fact(stream=fact.stream, event=fact.event) for fact in facts],
        position=last,
        replayed=True,
    )


@asynccontextmanager
async def telling_who(
    refused: type[Refusal],
    work: Work,
    stream: UUID,
    answers: Callable[[Recorded], bool],
    *kinds: type,
) -> AsyncIterator[None]:
    """Adds to the refusal who gave the answer that stands, and when: a staff id, never a name."""
    try:
        yield
    except refused as refusal:
        told = await work.desk.log.facts(stream, *kinds) if work.is_fresh else ()
        for fact in filter(answers, reversed(told)):
            refusal.context |= {"by": fact.actor, "at": fact.recorded_at}
            break
        raise


def found(state: T | None) -> T:
    """Raises NotFound for a stream that does not exist."""
    if state is None:
        raise NotFound
    return state
