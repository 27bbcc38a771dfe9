"""What only time causes in the generated year: told by the same use cases as in a served house, a
minute after a deadline has passed, and on the first of each month."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from api.commands.passing_time import reckon_month, tell_overdue
from api.demo.stage import Stage
from api.demo.workdays import at_minute
from domain.case import Case, CaseClosed, CaseOpened, CaseReopened, HandoverOffered
from domain.deadline import DeadlineExtended, DeadlineResumed, DeadlineSet
from domain.ports import Reading, Receipts
from domain.recorded import Stream
from domain.referral import ANSWER, ReferralRouted

_SOON: Final = timedelta(minutes=1)
_TOGETHER: Final = 500  # cases in memory at a time
_AN_HOUR_OF_NIGHT: Final = 30  # minutes past midnight


@dataclass(slots=True, kw_only=True)
class TimePassing:
    stage: Stage
    receipts: Receipts | None = None
    readings: list[Reading] = field(default_factory=list)  # of birth dates, for the access log
    _cases: dict[UUID, None] = field(default_factory=dict)  # the open ones

    def keep(self, days: Iterator[date]) -> None:
        """From now on, and on these first days of months."""
        self.stage.theatre.watching.append(self._watch)
        for day in days:
            self.stage.at(at_minute(day, _AN_HOUR_OF_NIGHT), self._reckon_month)

    def _watch(self, stream: UUID, event: object) -> None:
        match event:
            case CaseOpened() | CaseReopened():
                self._cases[stream] = None
            case CaseClosed():
                self._cases.pop(stream, None)
            case DeadlineSet() | DeadlineExtended() | DeadlineResumed():
                self._await(stream, event.deadline, event.due)
            case ReferralRouted(answer_due=due):
                self._await(stream, ANSWER, due)
            case HandoverOffered(handover=handover, answer_due=due):
                self._await(stream, handover, due)
            case _:
                pass

    def _await(self, file: UUID, deadline: UUID, due: datetime) -> None:
        self.stage.at(max(due, self.stage.now) + _SOON, self._tell, file, deadline)

    async def _tell(self, file: UUID, deadline: UUID) -> None:
        """Again after a working day, as long as there was something to tell."""
        stage = self.stage
        told = await tell_overdue(stage.desk, file, deadline, recorded_at=stage.now)
        if told is not None:
            stage.theatre.position = told
            later = stage.desk.calendar.add_working_days(stage.now, 1)
            stage.at(later + _SOON, self._tell, file, deadline)

    async def _reckon_month(self) -> None:
        stage = self.stage
        log, unit = stage.desk.log, stage.desk.organisation.targets.child_entry
        children = dict[UUID, UUID]()
        cases = list(self._cases)
        for first in range(0, len(cases), _TOGETHER):
            children |= _for_children(await log.streams(cases[first : first + _TOGETHER]), unit)
        theatre = stage.theatre
        theatre.position = (
            await reckon_month(
                stage.of(stage.today.isoformat()).desk_for_an_act(),
                self,
                children,
                position=theatre.position,
                recorded_at=stage.now,
            )
            or theatre.position
        )

    async def record(self, reading: Reading) -> int:
        """By whoever keeps them, at the moment at which the year is made: the access log lets
        nobody choose its moments."""
        if self.receipts:
            return await self.receipts.record(reading)
        self.readings.append(reading)
        return len(self.readings)


def _for_children(streams: Mapping[UUID, Stream], unit: str) -> dict[UUID, UUID]:
    """Open cases of the unit, with their persons."""
    cases = {of: known.state for of, known in streams.items() if isinstance(known.state, Case)}
    return {
        of: case.person
        for of, case in cases.items()
        if case.status.value == "open" and case.unit == unit
    }
