"""A believable pilot year, generated: the same use cases as over HTTP, a seeded chance, and a
simulated clock that moves forward.

The same seed and days give the same facts, ids and moments included. Only what seals them differs.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import Concatenate, Final, ParamSpec
from uuid import UUID

from api.commands.work import Desk
from api.demo.activities import Activities
from api.demo.board import Board
from api.demo.case_stories import CaseStory
from api.demo.chapters import Chapters
from api.demo.crew import Crew, Member
from api.demo.intakes import Intake
from api.demo.leaves import Leaves
from api.demo.people import Population
from api.demo.referral_stories import Referrals
from api.demo.staffing import adopt_the_organisation, replace_a_worker, staff_the_house
from api.demo.stage import Look, Stage, Theatre
from api.demo.stories import Stories
from api.demo.time_passing import TimePassing
from api.demo.workdays import at_minute, working_days
from api.runtime.clock import SeededIds, SimulatedClock
from domain.codes import StaffRole
from domain.errors import Refusal
from domain.ports import Clock, Ids, Reading, Receipts

P = ParamSpec("P")

# How many cases a worker carries comfortably; a monthly review closes ripe ones above that.
_COMFORTABLE: Final = {"nexus": 17, "childrens-intake": 10}
_COMFORTABLE_ELSEWHERE: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoYear:
    """What was generated, for whoever shows it."""

    staff: Mapping[str, UUID]  # demo role -> staff id; who has left is not among them
    team: UUID
    position: int  # of the last event
    refused: Mapping[type[Refusal], int]  # how often; in a pilot year nothing
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
    receipts: Receipts | None = None,
    meets: Callable[[Intake], object] = lambda _: None,
) -> DemoYear:
    """Generate the days from `start` up to but not including `end` on an empty log that is marked
    as demo; `desk_of` makes a desk with the generator's clock and ids.

    `scale`: of the 120 intakes a year. `progress` hears how many of how many days are done. `read`
    is given the looks, and how many events there were with them, as they become many, and
    `receipts` what time itself opens; otherwise they are kept. `meets` hears of each intake when
    it is planned. What lies in memory hangs on what is open, not on how long the year is.
    """
    founding, *_ = working_days(start - timedelta(days=14), start)
    clock = SimulatedClock(at_minute(founding, 8 * 60))
    theatre = Theatre(
        desk=desk_of(clock, SeededIds(seed)),
        clock=clock,
        population=Population(),
        crew=Crew(),
        read=read,
    )
    stage = Stage(name=str(seed), theatre=theatre)
    days = working_days(start, end)
    time = TimePassing(stage=stage.of("time"), receipts=receipts)
    time.keep(first_days(start, end))
    staff, until = stage.of("staff"), start + timedelta(days=365)
    team = await staff_the_house(staff, start=start, until=until, scale=scale)
    referrals = Referrals(stage=stage, cases=Stories[CaseStory]())
    rate = scale * len(days) / 250
    chapters = Chapters(stage=stage.of("intakes"), referrals=referrals, meets=meets)
    chapters.plan(days, scale=rate)
    Activities(stage=stage.of("activities")).plan(days, scale=rate)
    board = Board(stage=stage.of("board"))
    await board.inquire(days, scale=rate)
    board.follow(team, days)
    _plan_leaves(stage, days)
    _on(days[len(days) * 6 // 10], stage.of("successor"), replace_a_worker, team, referrals.cases)
    _on(days[len(days) * 7 // 10], stage.of("organisation"), adopt_the_organisation)
    for first in _months(days):
        _on(first, stage.of(f"caseloads/{first}"), _review, referrals.cases)
    await theatre.play(
        at_minute(end, 0), lambda: progress((stage.today - start).days, (end - start).days)
    )
    return DemoYear(
        staff=theatre.crew.ids,
        team=team,
        position=theatre.position,
        refused=theatre.refused,
        looks=theatre.looks,
        by_time=time.readings,
    )


def _on(
    day: date,
    stage: Stage,
    act: Callable[Concatenate[Stage, P], Awaitable[None]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> None:
    stage.at(stage.hours.on(day), partial(act, stage), *args, **kwargs)


def first_days(start: date, end: date) -> Iterator[date]:
    """Of the months that begin between."""
    days = (start + timedelta(days=n) for n in range((end - start).days))
    return (day for day in days if day.day == 1)


def _plan_leaves(stage: Stage, days: Sequence[date]) -> None:
    """Of every case worker, by turns."""
    everybody = (member.position for member in stage.crew)
    workers = [it for it in everybody if it.role is StaffRole.CASE_WORKER]
    for turn, position in enumerate(workers):
        of_theirs = stage.of(f"leaves/{position.demo_role}")
        Leaves(stage=of_theirs, position=position).plan(days, turn % 2)


def _months(days: Sequence[date]) -> list[date]:
    """The first working day of each month."""
    return [day for before, day in pairwise(days) if before.month != day.month]


async def _review(stage: Stage, cases: Stories[CaseStory]) -> None:
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
