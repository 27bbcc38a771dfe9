"""Where the year is played: one clock, one agenda, one seeded chance, and the same use cases that
every other door uses.

Acts are played one after the other in the order of simulated time, so that the same seed gives
the same year, and what is recorded never goes back in time.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from heapq import heappop, heappush
from itertools import count, product
from random import Random
from typing import Concatenate, Final, ParamSpec
from uuid import UUID

from api.commands.work import Command, Desk, Outcome, Work, carry_out
from api.demo.crew import Crew, Member
from api.demo.people import Population
from api.demo.workdays import OfficeHours
from api.runtime.clock import STOCKHOLM, SimulatedClock

P = ParamSpec("P")

Act = Callable[[], Awaitable[None]]

_MANY_LOOKS: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody read something on the way to an act; `door` is the operation they asked."""

    reader: Member
    door: str
    subjects: tuple[UUID, ...]
    position: int


@dataclass(slots=True, kw_only=True)
class Stage:
    desk: Desk
    clock: SimulatedClock
    rng: Random
    population: Population
    hours: OfficeHours
    crew: Crew
    position: int = 0
    looks: list[Look] = field(default_factory=list)
    read: Callable[[Sequence[Look], int], Awaitable[object]] | None = None  # what was looked at
    _read_until: int = 0
    _agenda: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)
    _watching: list[Callable[[UUID, object], None]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def today(self) -> date:
        return self.now.astimezone(STOCKHOLM).date()

    def at(
        self,
        moment: datetime,
        act: Callable[P, Awaitable[None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Put an act on the agenda."""
        planned: Act = partial(act, *args, **kwargs)
        heappush(self._agenda, (moment, next(self._order), planned))

    def in_working_days(
        self, days: int, act: Callable[P, Awaitable[None]], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        self.at(self.hours.after(self.now, days), act, *args, **kwargs)

    async def play(self, until: datetime, progress: Callable[[date], None]) -> None:
        """Play what is on the agenda; what would come later is left open."""
        while self._agenda and self._agenda[0][0] < until:
            moment, _, act = heappop(self._agenda)
            self.clock.set(moment)
            await act()
            progress(self.today)
            if len(self.looks) >= _MANY_LOOKS:
                await self.tell_looks()
        await self.tell_looks()

    async def tell_looks(self) -> None:
        """They need not be kept until the end: a large year has too many."""
        if self.read is not None:
            await self.read(self.looks, self.position - self._read_until)
            self.looks, self._read_until = [], self.position

    async def do(
        self,
        member: Member,
        use_case: Callable[Concatenate[Work, P], Awaitable[None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome:
        """Carry a command out as that member, now; or as whoever stands in."""
        command = Command(
            actor=self.crew.at_work(member, self.today).id,
            id=self.desk.ids.new(),
            correlation=self.desk.ids.new(),
            stale=lambda _: False,  # nobody else changes anything in the meantime
            recorded_at=self.now,
        )
        outcome = await carry_out(self.desk, command, lambda work: use_case(work, *args, **kwargs))
        self.position = outcome.position
        for fact, watch in product(outcome.facts, self._watching):
            watch(fact.stream, fact.event)
        return outcome

    def watch(self, watch: Callable[[UUID, object], None]) -> None:
        """Be told of every fact that is recorded here."""
        self._watching.append(watch)

    def looked(self, reader: Member, door: str, *subjects: UUID) -> None:
        reader = self.crew.at_work(reader, self.today)
        self.looks.append(Look(reader=reader, door=door, subjects=subjects, position=self.position))
