"""Where the year is played: one clock, one agenda, and the same use cases that every other door
uses. Each story has a stage of its own there, with a chance and ids that hang on the seed and the
story's name alone: what is told in one changes nothing that another would throw.

Acts are played one after the other in the order of simulated time, so that the same seed gives
the same year, and what is recorded never goes back in time.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from heapq import heappop, heappush
from itertools import count, islice, product
from random import Random
from typing import Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

from api.commands.work import Command, Desk, Outcome, Work, carry_out
from api.demo.crew import Crew, Member
from api.demo.people import Population
from api.demo.workdays import OfficeHours
from api.runtime.clock import STOCKHOLM, SeededIds, SimulatedClock
from domain.errors import Refusal

P = ParamSpec("P")
T = TypeVar("T")

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
class Theatre:
    """What all stories share."""

    desk: Desk
    clock: SimulatedClock
    population: Population
    crew: Crew
    read: Callable[[Sequence[Look], int], Awaitable[object]] | None = None  # what was looked at
    position: int = 0
    refused: Counter[type[Refusal]] = field(default_factory=Counter)
    looks: list[Look] = field(default_factory=list)
    rounds: Counter[str] = field(default_factory=Counter)
    watching: list[Callable[[UUID, object], None]] = field(default_factory=list)
    _read_until: int = 0
    _agenda: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    def at(self, moment: datetime, act: Act) -> None:
        heappush(self._agenda, (moment, next(self._order), act))

    async def play(self, until: datetime, progress: Callable[[], None]) -> None:
        """Play what is on the agenda; what would come later is left open. Of very many stories some
        meet in a way that nobody wrote: what the house refuses then is counted, and that story
        goes no further on this path."""
        while self._agenda and self._agenda[0][0] < until:
            moment, _, act = heappop(self._agenda)
            self.clock.set(moment)
            try:
                await act()
            except Refusal as refusal:
                self.refused[type(refusal)] += 1
            progress()
            if len(self.looks) >= _MANY_LOOKS:
                await self.tell_looks()
        await self.tell_looks()

    async def tell_looks(self) -> None:
        """They need not be kept until the end: a large year has too many."""
        if self.read is not None:
            await self.read(self.looks, self.position - self._read_until)
            self.looks, self._read_until = [], self.position


@dataclass(slots=True, kw_only=True)
class Stage:
    """One story's."""

    name: str  # begins with the seed
    theatre: Theatre
    rng: Random = field(init=False)
    hours: OfficeHours = field(init=False)
    _acts: int = 0

    def __post_init__(self) -> None:
        self.rng = Random(self.name)  # noqa: S311 - meant to be foreseeable
        self.hours = OfficeHours(self.rng)

    def of(self, story: str) -> "Stage":
        """Another story's; the same name never twice."""
        return Stage(name=f"{self.name}/{story}", theatre=self.theatre)

    @property
    def now(self) -> datetime:
        return self.theatre.clock.now()

    @property
    def today(self) -> date:
        return self.now.astimezone(STOCKHOLM).date()

    @property
    def crew(self) -> Crew:
        return self.theatre.crew

    @property
    def population(self) -> Population:
        return self.theatre.population

    @property
    def desk(self) -> Desk:
        return self.theatre.desk

    def desk_for_an_act(self) -> Desk:
        """With ids that no other act has."""
        self._acts += 1
        return replace(self.desk, ids=SeededIds(f"{self.name}/{self._acts}"))

    async def state(self, stream: UUID, kind: type[T]) -> T:
        """A stream's, as it stands. Raises TypeError where it is something else."""
        state = (await self.desk.log.streams([stream]))[stream].state
        if not isinstance(state, kind):
            raise TypeError(state)
        return state

    def at(
        self,
        moment: datetime,
        act: Callable[P, Awaitable[None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Put an act on the agenda."""
        self.theatre.at(moment, partial(act, *args, **kwargs))

    def by_turns(self, days: Iterable[date], act: Callable[["Stage"], Awaitable[None]]) -> None:
        """On each of these days, each on a stage of its own; only the next one is planned."""
        self._next(enumerate(sorted(days)), act)

    def _next(
        self, turns: Iterator[tuple[int, date]], act: Callable[["Stage"], Awaitable[None]]
    ) -> None:
        for number, day in islice(turns, 1):
            stage = self.of(str(number))
            self.at(max(stage.hours.on(day), self.now), self._turn, stage, turns, act)

    async def _turn(
        self,
        stage: "Stage",
        turns: Iterator[tuple[int, date]],
        act: Callable[["Stage"], Awaitable[None]],
    ) -> None:
        await act(stage)
        self._next(turns, act)

    def in_working_days(
        self, days: int, act: Callable[P, Awaitable[None]], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        self.at(self.hours.after(self.now, days), act, *args, **kwargs)

    async def do(
        self,
        member: Member,
        use_case: Callable[Concatenate[Work, P], Awaitable[None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome:
        """Carry a command out as that member, now; or as whoever stands in."""
        desk, theatre = self.desk_for_an_act(), self.theatre
        command = Command(
            actor=self.crew.at_work(member, self.today).id,
            id=desk.ids.new(),
            correlation=desk.ids.new(),
            stale=lambda _: False,  # nobody else changes anything in the meantime
            recorded_at=self.now,
        )
        outcome = await carry_out(desk, command, lambda work: use_case(work, *args, **kwargs))
        theatre.position = outcome.position
        for fact, watch in product(outcome.facts, theatre.watching):
            watch(fact.stream, fact.event)
        return outcome

    def comes_round(self, what: str, share: float) -> bool:
        """Dealt over all stories, not thrown: so many of those asked, spread evenly, so that even a
        small year has what is rare."""
        self.theatre.rounds[what] += 1
        asked = self.theatre.rounds[what]
        return int(asked * share + 0.5) > int((asked - 1) * share + 0.5)

    def looked(self, reader: Member, door: str, *subjects: UUID) -> None:
        reader, theatre = self.crew.at_work(reader, self.today), self.theatre
        look = Look(reader=reader, door=door, subjects=subjects, position=theatre.position)
        theatre.looks.append(look)
