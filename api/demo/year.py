"""A believable pilot year, generated: the same use cases as over HTTP, a seeded chance, and a
simulated clock that moves forward.

The same seed and days give the same facts, ids and moments included. Only what seals them differs.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Final
from uuid import UUID

from api.commands.work import Desk
from api.demo.activities import Activities
from api.demo.board import Board
from api.demo.case_stories import CaseStory, Stories
from api.demo.crew import Crew, Member
from api.demo.intakes import Intake, plan_intakes
from api.demo.leaves import Leaves
from api.demo.operations import Operations
from api.demo.people import Population
from api.demo.referral_stories import Referrals
from api.demo.staffing import replace_a_worker, staff_the_house
from api.demo.stage import Look, Stage
from api.demo.time_passing import TimePassing
from api.demo.workdays import OfficeHours, at_minute
from api.runtime.clock import SeededIds, SimulatedClock
from domain.ports import Clock, Ids, Reading

# How many cases a worker carries comfortably; a monthly review closes ripe ones above that.
_COMFORTABLE: Final = {"nexus": 17, "childrens-intake": 10}
_COMFORTABLE_ELSEWHERE: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoYear:
    """What was generated, for whoever shows it."""

    staff: Mapping[str, UUID]  # demo role -> staff id; who has left is not among them
    team: UUID
    position: int  # of the last event
    intakes: Sequence[Intake]
    cases: Sequence[CaseStory]
    looks: Sequence[Look]  # who looked at what on the way; see readings.py
    by_time: Sequence[Reading] = ()  # of birth dates, for what turns with age


async def generate_year(
    desk_of: Callable[[Clock, Ids], Desk],
    *,
    seed: int,
    start: date,
    end: date,
    scale: float = 1.0,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    read: Callable[[Sequence[Look], int], Awaitable[object]] | None = None,
) -> DemoYear:
    """Generate the days from `start` up to but not including `end` on an empty log that is marked
    as demo; `desk_of` makes a desk with the generator's clock and ids.

    `scale`: of the 120 intakes a year. `progress` hears how many of how many days are done. `read`
    is given the looks, and how many events there were with them, as they become many; otherwise
    they are kept.
    """
    rng = Random(seed)  # noqa: S311 - meant to be foreseeable
    hours = OfficeHours(rng)
    founding, *_ = hours.working_days(start - timedelta(days=14), start)
    clock = SimulatedClock(at_minute(founding, 8 * 60))
    stage = Stage(
        desk=desk_of(clock, SeededIds(seed)),
        clock=clock,
        rng=rng,
        population=Population(rng),
        hours=hours,
        crew=Crew(rng),
        read=read,
    )
    days = hours.working_days(start, end)
    time = TimePassing(stage=stage)
    time.keep(first_days(start, end))
    team = await staff_the_house(stage, start=start, until=start + timedelta(days=365), scale=scale)
    referrals = Referrals(stage=stage, cases=Stories())
    rate = scale * len(days) / 250
    intakes = plan_intakes(rng, stage.population, days, scale=rate)
    of_police, for_all, of_board = (_chance(seed, what) for what in ("police", "all", "board"))
    operations = Operations(stage=stage, referrals=referrals, hours=of_police)
    _plan_receipts(stage, operations, intakes, days)
    Activities(stage=stage, rng=for_all.rng, hours=for_all).plan(days, scale=rate)
    board = Board(stage=stage, rng=of_board.rng, hours=of_board)
    await board.inquire(days, scale=rate)
    board.follow(team, days)
    of_leaves = _chance(seed, "leaves")
    Leaves(stage=stage, rng=of_leaves.rng, hours=of_leaves).plan(days)
    stage.at(hours.on(days[len(days) * 6 // 10]), replace_a_worker, stage, team, referrals.cases)
    for first_of_month in _months(days):
        stage.at(hours.on(first_of_month), _review, stage, referrals.cases)
    await stage.play(
        at_minute(end, 0), lambda today: progress((today - start).days, (end - start).days)
    )
    return DemoYear(
        staff=stage.crew.ids,
        team=team,
        position=stage.position,
        intakes=intakes,
        cases=list(referrals.cases),
        looks=stage.looks,
        by_time=time.readings,
    )


def first_days(start: date, end: date) -> Iterator[date]:
    """Of the months that begin between."""
    days = (start + timedelta(days=n) for n in range((end - start).days))
    return (day for day in days if day.day == 1)


def _chance(seed: int, what: str) -> OfficeHours:
    """One of its own: what is about nobody changes nobody's story."""
    return OfficeHours(Random(f"{seed}/{what}"))  # noqa: S311 - meant to be foreseeable


def _plan_receipts(
    stage: Stage, operations: Operations, intakes: Sequence[Intake], days: Sequence[date]
) -> None:
    """Each on its day; whom the police met in an operation, together, which is announced on the
    working day before."""
    bursts: dict[int, list[Intake]] = {}
    for intake in intakes:
        if intake.operation is None:
            stage.at(stage.hours.on(intake.day), operations.referrals.receive, intake)
        else:
            bursts.setdefault(intake.operation, []).append(intake)
    before = dict(zip(days[1:], days, strict=False))
    for met in bursts.values():
        day = before.get(met[0].day, days[0])
        stage.at(operations.hours.on(day), operations.announce, met)


def _months(days: Sequence[date]) -> list[date]:
    """The first working day of each month."""
    return [day for before, day in pairwise(days) if before.month != day.month]


async def _review(stage: Stage, cases: Stories) -> None:
    """The monthly review of caseloads: whoever has too many closes what is ripe. And one case
    changes hands, so that the work is shared."""
    carried: dict[Member, list[CaseStory]] = {}
    for case in cases:
        if case.is_open and case.worker:
            carried.setdefault(case.worker, []).append(case)
    for member, theirs in carried.items():
        comfortable = _COMFORTABLE.get(member.position.unit, _COMFORTABLE_ELSEWHERE)
        too_many = len(theirs) - comfortable
        ripe = [case for case in theirs if case.is_ripe and not case.intake.turns_18_on]
        for case in ripe[: max(0, too_many)]:
            stage.in_working_days(stage.rng.randint(1, 9), case.close)
    if everybody := [case for theirs in carried.values() for case in theirs]:
        await stage.rng.choice(everybody).change_worker()
