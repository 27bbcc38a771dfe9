"""The time service: what only time causes is told, round after round, for as long as `serve` runs.

Each process of each server may keep time: whatever one of them has told, the others find told.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from api.commands.passing_time import end_engagements, is_reckoned, reckon_month, tell_overdue
from api.commands.work import Desk
from api.house import Views
from api.runtime.rounds import Rounds
from domain.deadline import escalations_by
from domain.errors import AccessIsBehind, Unavailable
from domain.ports import Receipts
from projections import access
from projections.deadlines import DeadlineStatus, due

_EVERY: Final = 60.0  # seconds
_AGAIN: Final = 15.0  # seconds, when a server was away
_MOST: Final = 500  # overdue deadlines at a time
_LEVEL: Final = 1.0  # seconds that a view may be behind


class Timekeeping:
    def __init__(self, desk: Desk, views: Views, receipts: Receipts) -> None:
        self.rounds = Rounds("timekeeping", every=_EVERY, again=_AGAIN)
        self._desk = desk
        self._views = views
        self._receipts = receipts

    async def run(self) -> None:
        """Until cancelled."""
        await self.rounds.keep(self.tell)

    async def tell(self) -> None:
        """One round. Raises Unavailable while a server is away or a view is behind."""
        desk = replace(self._desk, organisation=await self._desk.organised_now())
        faults = [*await self._end_engagements(desk), *await self._tell_overdue(desk)]
        if faults:
            raise ExceptionGroup("files of which could not be told what time causes", faults)
        await self._reckon_month(desk)

    async def _end_engagements(self, desk: Desk) -> list[Exception]:
        """Where the consent has run out (R6): there are few, and each is looked at."""
        faults = list[Exception]()
        for case in await self._views.ask(access.engaged_cases):
            try:
                await end_engagements(desk, case)
            except Unavailable:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever it is, the others go on
                faults.append(fault)
        return faults

    async def _tell_overdue(self, desk: Desk) -> list[Exception]:
        """In order, page by page: answers that are still missing stay in the list. What is wrong
        with one file keeps no other from being told of."""
        now, after, faults = desk.clock.now(), due.FIRST, list[Exception]()
        while page := await self._views.ask(due.overdue, now, after=after, limit=_MOST):
            for line in page:
                if _is_told(line, desk, now):
                    continue
                try:
                    await tell_overdue(desk, line.file, line.deadline)
                except Unavailable:
                    raise
                except Exception as fault:  # noqa: BLE001 - whatever it is, the others go on
                    faults.append(fault)
            after = page[-1]
        return faults

    async def _reckon_month(self, desk: Desk) -> None:
        if await is_reckoned(desk):
            return
        if self._views.seconds_behind(access.PROJECTION.name) > _LEVEL:
            raise AccessIsBehind
        position = self._views.position(access.PROJECTION.name)
        organisation = desk.organisation
        adults = [u.code for u in organisation.units if not organisation.meets_children(u.code)]
        cases = await self._views.ask(access.open_cases_but, adults)
        await reckon_month(desk, self._receipts, cases, position=position)


def _is_told(line: due.Overdue, desk: Desk, now: datetime) -> bool:
    """Whether an overdue answer has been escalated as often as it is to be by now, as far as the
    view knows: then its file need not be read."""
    if line.status != DeadlineStatus.MISSED:
        return False
    settings = desk.organisation.settings
    return line.escalated >= escalations_by(line.due, now, settings, desk.calendar)
