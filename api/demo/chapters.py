"""The year told in chapters, each as long as it takes to meet as many people as a pilot year does:
a chapter's intakes are planned when it begins, so that no more than one lies in memory."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from api.demo.intakes import Chapter, Intake
from api.demo.operations import Operation
from api.demo.planning import plan_intakes
from api.demo.referral_stories import Referrals
from api.demo.stage import Stage
from api.demo.workdays import at_minute

_REMEMBERED: Final = 150  # people who may come back: more than a pilot year has


@dataclass(slots=True, kw_only=True)
class Chapters:
    stage: Stage
    referrals: Referrals
    meets: Callable[[Intake], object]  # is told of each
    _known: deque[Intake] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def plan(self, days: Sequence[date], *, scale: float) -> None:
        for number, of_chapter in enumerate(_divided(days, max(1, round(scale)))):
            stage = self.stage.of(str(number))
            moment = max(at_minute(of_chapter[0], 0), stage.now)
            share = scale * len(of_chapter) / len(days)
            stage.at(moment, self._begin, stage, of_chapter, share, days[-1])

    async def _begin(self, stage: Stage, days: Sequence[date], scale: float, until: date) -> None:
        chapter = Chapter(
            name=f"intake/{stage.name}", days=days, scale=scale, until=until, known=self._known
        )
        intakes = plan_intakes(stage.rng, stage.population, chapter)
        self._known.extend(intake for intake in intakes if intake.is_recognisable)
        self._plan_receipts(stage, intakes, days)
        for intake in intakes:
            self.meets(intake)

    def _plan_receipts(self, stage: Stage, intakes: Sequence[Intake], days: Sequence[date]) -> None:
        """Each on its day; whom the police met in an operation, together, which is announced on
        the working day before."""
        bursts: dict[int, list[Intake]] = {}
        for intake in intakes:
            if intake.operation is None:
                moment = stage.of(f"{intake.name}/day").hours.on(intake.day)
                stage.at(moment, self.referrals.receive, intake)
            else:
                bursts.setdefault(intake.operation, []).append(intake)
        before = dict(zip(days[1:], days, strict=False))
        for number, met in bursts.items():
            operation = Operation(stage=stage.of(f"operation/{number}"), referrals=self.referrals)
            day = before.get(met[0].day, days[0])
            operation.stage.at(operation.stage.hours.on(day), operation.announce, met)


def _divided(days: Sequence[date], parts: int) -> Iterator[Sequence[date]]:
    """In so many parts of nearly as many days, as far as there are as many."""
    parts = min(parts, len(days))
    for part in range(parts):
        yield days[len(days) * part // parts : len(days) * (part + 1) // parts]
