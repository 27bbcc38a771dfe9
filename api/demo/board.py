"""What the board asks of the year: the team that it mandated and what that costs, and the needs
that it has inquired into, each side's apart (S1, S50, S51, S58, S66, S68, S71)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from api.commands import inquiries, mandates, teams
from api.demo.shares import choose, happens, spread
from api.demo.stage import Stage
from api.demo.workdays import bustle
from domain.codes import CorrectionReason, MandateMatter, NeedGroup, NeedKind, TeamFuture
from domain.inquiry import InquiryOpened, NeedExpressed
from domain.mandate import MandateDecided
from domain.team import TeamMandated

REGISTER_NUMBER: Final = "SCN-2022-00355"
_DECIDED_BEFORE: Final = timedelta(days=130)  # S1: 2022-11-22, for a start on 2023-04-01
_A_MONTH: Final = 2_600_000 // 12
_MISCOUNTED: Final = 0.12  # of the months
_LATE_BILL: Final = 4_200
_MET_LATER: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An inquiry: who opens it, who hears of needs, of whom, and who meets them, if anybody."""

    matter: MandateMatter
    manager: str
    hear: tuple[str, ...]
    a_year: int
    groups: dict[NeedGroup, float]
    met_by: dict[str | None, float]
    concluded: bool = False  # within the year


_ASKED: Final = (
    Asked(
        matter=MandateMatter.RECEPTION_INQUIRY,
        manager="nexus-manager",
        hear=("nexus-worker", "nexus-reception", "homeless-outreach", "intake-worker"),
        a_year=36,
        groups={
            NeedGroup.SOLD_SEX: 0.5,
            NeedGroup.SELF_HARM: 0.2,
            NeedGroup.TRAFFICKED: 0.2,
            NeedGroup.UNKNOWN: 0.1,
        },
        met_by={None: 0.5, "civil-society-samariterhemmet": 0.25, "nexus": 0.15, "region": 0.1},
    ),
    Asked(
        matter=MandateMatter.RECEPTION_INQUIRY,
        manager="line-three-manager",
        hear=("line-three-worker",),
        a_year=6,
        groups={NeedGroup.RELATIVES: 1.0},
        met_by={None: 0.5, "civil-society-samariterhemmet": 0.3, "support-line-three": 0.2},
    ),
    Asked(
        matter=MandateMatter.BUYER_SUPPORT_REVIEW,
        manager="line-two-manager",
        hear=("line-two-worker",),
        a_year=10,
        groups={NeedGroup.BUYERS: 1.0},
        met_by={None: 0.4, "support-line-two": 0.4, "civil-society-samariterhemmet": 0.2},
        concluded=True,
    ),
)


async def mandate_a_team(stage: Stage, start: date) -> UUID:
    """The board decides, and the administration starts the team under that decision (S1)."""
    administrator = stage.crew["administrator"]
    mandate = await _decided(stage, MandateMatter.TEAM, start)
    outcome = await stage.do(administrator, mandates.start_team, mandate)
    return outcome.the(TeamMandated)[0]


async def _decided(stage: Stage, matter: MandateMatter, start: date) -> UUID:
    decide = partial(
        mandates.record_mandate,
        register_number=REGISTER_NUMBER,
        decided_on=start - _DECIDED_BEFORE,
        matter=matter,
    )
    outcome = await stage.do(stage.crew["administrator"], decide)
    return outcome.the(MandateDecided)[0]


@dataclass(slots=True, kw_only=True)
class Board:
    stage: Stage
    concluded: set[UUID] = field(default_factory=set)  # inquiries

    async def inquire(self, days: Sequence[date], *, scale: float) -> None:
        """What it wants to know is heard all through the year."""
        matters = dict.fromkeys(asked.matter for asked in _ASKED)
        decided = {matter: await _decided(self.stage, matter, days[0]) for matter in matters}
        for asked in _ASKED:
            manager = self.stage.crew[asked.manager]
            outcome = await self.stage.do(manager, mandates.start_inquiry, decided[asked.matter])
            inquiry, _ = outcome.the(InquiryOpened)
            stage = self.stage.of(asked.manager)
            heard = days[: len(days) * 4 // 5] if asked.concluded else days
            if asked.concluded:
                stage.at(stage.hours.on(days[-4]), self._conclude, stage, asked, inquiry)
            weights = [bustle(day) for day in heard]
            often = max(1, round(asked.a_year * scale))
            drawn = spread(stage.rng, heard, weights, often)
            stage.by_turns(drawn, partial(self._hear, asked, inquiry))

    async def _conclude(self, stage: Stage, asked: Asked, inquiry: UUID) -> None:
        conclude = inquiries.conclude_inquiry
        await stage.do(stage.crew[asked.manager], conclude, inquiry)
        self.concluded.add(inquiry)

    async def _hear(self, asked: Asked, inquiry: UUID, stage: Stage) -> None:
        rng = stage.rng
        met_by = choose(rng, asked.met_by)
        later = met_by is not None and happens(rng, _MET_LATER)
        express = partial(
            inquiries.express_need,
            kind=choose(rng, {NeedKind.COUNSELLING: 0.7, NeedKind.RECEPTION: 0.3}),
            group=choose(rng, asked.groups),
            expressed_on=stage.today,
            met_by=None if later else met_by,
        )
        outcome = await stage.do(stage.crew[rng.choice(asked.hear)], express, inquiry)
        _, expressed = outcome.the(NeedExpressed)
        if later and met_by:
            days = rng.randint(3, 25)
            stage.in_working_days(days, self._meet, stage, asked, inquiry, expressed.need, met_by)

    async def _meet(
        self, stage: Stage, asked: Asked, inquiry: UUID, need: UUID, met_by: str
    ) -> None:
        if inquiry in self.concluded:
            return
        meet = partial(inquiries.meet_need, met_by=met_by)
        await stage.do(stage.crew[asked.manager], meet, inquiry, need)

    def follow(self, team: UUID, days: Sequence[date]) -> None:
        """Every month is paid in the next one; near the end the pilot is evaluated."""
        firsts = [day for before, day in pairwise(days) if before.month != day.month]
        for day in firsts:
            self.stage.at(self.stage.hours.on(day), self._pay, team, days[0])
        self.stage.at(self.stage.hours.on(days[-min(8, len(days))]), self._evaluate, team)

    async def _pay(self, team: UUID, start: date) -> None:
        last = self.stage.today.replace(day=1) - timedelta(days=1)
        report = partial(
            teams.report_cost,
            period_from=max(last.replace(day=1), start),
            period_until=last,
            kronor=round(_A_MONTH * self.stage.rng.uniform(0.93, 1.05)),
        )
        await self.stage.do(self.stage.crew["nexus-manager"], report, team)
        if self.stage.comes_round("cost corrected", _MISCOUNTED):
            self.stage.in_working_days(6, self._correct, team, report.keywords)

    async def _correct(self, team: UUID, told: Mapping[str, Any]) -> None:
        """A bill came late."""
        correct = partial(
            teams.correct_cost,
            period_from=told["period_from"],
            kronor=told["kronor"] + _LATE_BILL,
            reason=CorrectionReason.MISCOUNTED,
        )
        await self.stage.do(self.stage.crew["nexus-manager"], correct, team)

    async def _evaluate(self, team: UUID) -> None:
        evaluate = partial(
            teams.evaluate_team,
            evaluated_on=self.stage.today,
            recommendation=TeamFuture.PERMANENT,
        )
        await self.stage.do(self.stage.crew["nexus-manager"], evaluate, team)
        self.stage.in_working_days(4, self._decide, team)

    async def _decide(self, team: UUID) -> None:
        """S59: the board makes it permanent."""
        decide = partial(
            teams.decide_future,
            future=TeamFuture.PERMANENT,
            register_number=REGISTER_NUMBER,
            decided_on=self.stage.today,
        )
        await self.stage.do(self.stage.crew["nexus-manager"], decide, team)
