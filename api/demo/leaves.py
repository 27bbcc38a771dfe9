"""Who is away in the pilot year: four weeks in summer, by turns, and a week in winter. Now and then
somebody is back sooner, the days were told wrongly, or it comes to nothing. Meanwhile the unit
manager stands in (crew.py)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from api.commands import leaves
from api.demo.crew import Member, Position
from api.demo.stage import Stage
from domain.codes import LeaveCorrection
from domain.leave import LeavePlanned

_SUMMER: Final = (6, 26)  # month and day on which the first turn begins, or soon after
_WEEKS: Final = 4
_WINTER: Final = (11, 2)  # months between which a week is taken
_TOLD_AHEAD: Final = 35  # days
_IS_MENDED: Final = 0.4  # how often something about a leave changes
_MISTYPED: Final = 0.34  # of these
_ENDED: Final = 0.5  # of the others, the rest withdrawn


@dataclass(slots=True, kw_only=True)
class Leaves:
    stage: Stage
    position: Position

    def plan(self, days: Sequence[date], turn: int) -> None:
        """As far as it lies within these days."""
        for since, until in (*self._summers(days, turn), *self._winters(days)):
            if days[0] < since and until < days[-1]:
                told = max(since - timedelta(days=_TOLD_AHEAD), days[0])
                self.stage.at(self.stage.hours.on(told), self._tell, since, until)

    def _summers(self, days: Sequence[date], turn: int) -> Iterator[tuple[date, date]]:
        for year in sorted({day.year for day in days}):
            first = _monday(date(year, *_SUMMER)) + timedelta(weeks=_WEEKS * turn)
            yield first, first + timedelta(weeks=_WEEKS, days=-3)

    def _winters(self, days: Sequence[date]) -> Iterator[tuple[date, date]]:
        begins, ends = _WINTER
        weeks = sorted({_monday(day) for day in days if day.month >= begins or day.month <= ends})
        if weeks:
            first = self.stage.rng.choice(weeks)
            yield first, first + timedelta(days=4)

    async def _tell(self, since: date, until: date) -> None:
        """By the manager, of whoever still works here."""
        crew, position = self.stage.crew, self.position
        if position.demo_role not in crew.ids or position.side is None:
            return
        member = crew[position.demo_role]
        manager = crew.manager(position.unit, position.side)
        told = await self.stage.do(manager, leaves.plan_leave, member.id, since=since, until=until)
        member.away[told.the(LeavePlanned)[1].leave] = (since, until)
        if self.stage.comes_round("leave mended", _IS_MENDED):
            leave = told.the(LeavePlanned)[1].leave
            self.stage.in_working_days(2, self._mend, manager, member, leave)

    async def _mend(self, manager: Member, member: Member, leave: UUID) -> None:
        since, until = member.away[leave]
        if member.demo_role not in self.stage.crew.ids or since <= self.stage.today:
            return
        do = self.stage.do
        if self.stage.comes_round("leave corrected", _MISTYPED):
            since += timedelta(days=1)
            await do(
                manager,
                leaves.correct_leave,
                member.id,
                leave,
                since=since,
                until=until,
                reason=LeaveCorrection.MISTYPED,
            )
            member.away[leave] = (since, until)
        elif self.stage.comes_round("leave ended", _ENDED):
            back = until - timedelta(days=2)
            await do(manager, leaves.end_leave, member.id, leave, until=back)
            member.away[leave] = (since, back)
        else:
            await do(manager, leaves.withdraw_leave, member.id, leave)
            del member.away[leave]


def _monday(day: date) -> date:
    """Of the week that begins on the day or after it."""
    return day + timedelta(days=-day.weekday() % 7)
