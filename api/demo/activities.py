"""What is done for many and about nobody: prevention, shifts, information, campaigns, trainings,
coordination (R7, S35, S44-S49, S54)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

from api.commands import activities
from api.demo.shares import happens, spread
from api.demo.stage import Stage
from api.demo.workdays import bustle
from domain.activity import ActivityPlanned
from domain.codes import (
    ActivityKind,
    AgeBand,
    Audience,
    CancellationReason,
    CorrectionReason,
    PlaceKind,
)

YOUNG: Final = AgeBand.AGED_16_TO_21
_CANCELLED: Final = 0.06
_MISCOUNTED: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One kind of activity, by one who plans it; so many a year, reaching so many each."""

    by: str  # the demo role
    a_year: int
    kind: ActivityKind
    place: PlaceKind
    audience: Audience
    age_band: AgeBand | None = None
    partners: tuple[str, ...] = ()
    reach: tuple[int, int] = (0, 0)
    schools: int = 0


PLANS: Final = (
    Plan(
        by="nexus-manager",
        a_year=22,
        kind=ActivityKind.PREVENTION,
        place=PlaceKind.SCHOOL,
        audience=Audience.PUPILS,
        age_band=YOUNG,
        partners=("schools",),
        reach=(18, 95),
        schools=1,
    ),
    Plan(
        by="youth-outreach",
        a_year=10,
        kind=ActivityKind.INFORMATION,
        place=PlaceKind.MEETING_PLACE,
        audience=Audience.YOUNG_PEOPLE,
        age_band=YOUNG,
        reach=(6, 40),
    ),
    Plan(
        by="youth-outreach",
        a_year=40,
        kind=ActivityKind.OUTREACH_SHIFT,
        place=PlaceKind.STREET,
        audience=Audience.EU_CITIZENS,
        reach=(2, 20),
    ),
    Plan(
        by="homeless-outreach",
        a_year=46,
        kind=ActivityKind.OUTREACH_SHIFT,
        place=PlaceKind.STREET,
        audience=Audience.HOMELESS_PEOPLE,
        partners=("civil-society-htb",),
        reach=(3, 25),
    ),
    Plan(
        by="nexus-manager",
        a_year=18,
        kind=ActivityKind.INFORMATION_CAMPAIGN,
        place=PlaceKind.ONLINE,
        audience=Audience.PUBLIC,
        reach=(400, 9_000),
    ),
    Plan(
        by="regional-coordinator",
        a_year=12,
        kind=ActivityKind.INFORMATION_CAMPAIGN,
        place=PlaceKind.OTHER,
        audience=Audience.PARTNERS,
        partners=("police", "region"),
        reach=(15, 120),
    ),
    Plan(
        by="regional-coordinator",
        a_year=9,
        kind=ActivityKind.COMPETENCE_BUILDING,
        place=PlaceKind.PREMISES,
        audience=Audience.STAFF,
        reach=(8, 45),
    ),
    Plan(
        by="nexus-manager",
        a_year=6,
        kind=ActivityKind.COMPETENCE_BUILDING,
        place=PlaceKind.PREMISES,
        audience=Audience.STAFF,
        partners=("region",),
        reach=(8, 30),
    ),
    Plan(
        by="strategic-support",
        a_year=12,
        kind=ActivityKind.COORDINATION,
        place=PlaceKind.PREMISES,
        audience=Audience.PARTNERS,
        partners=("police", "region", "civil-society-samariterhemmet"),
        reach=(5, 16),
    ),
)
"""Of which 30 campaigns and 15 trainings: section 8 says 20-40 and 10-20."""


@dataclass(slots=True, kw_only=True)
class Activities:
    stage: Stage

    def plan(self, days: Sequence[date], *, scale: float) -> None:
        """July is quiet, school terms are busy."""
        weights = [bustle(day) for day in days]
        for plan in PLANS:
            of_plan = self.stage.of(f"{plan.by}/{plan.kind.value}")
            often = max(1, round(plan.a_year * scale))
            drawn = spread(of_plan.rng, days, weights, often)
            of_plan.by_turns(drawn, partial(self._announce, plan))

    async def _announce(self, plan: Plan, stage: Stage) -> None:
        held = stage.hours.after(stage.now, stage.rng.randint(2, 12))
        plan_it = partial(
            activities.plan_activity,
            kind=plan.kind,
            planned_on=held.date(),
            place=plan.place,
            audience=plan.audience,
            age_band=plan.age_band,
            partners=plan.partners,
        )
        outcome = await stage.do(stage.crew[plan.by], plan_it)
        activity, _ = outcome.the(ActivityPlanned)
        stage.at(held, self._tell, stage, plan, activity)

    async def _tell(self, stage: Stage, plan: Plan, activity: UUID) -> None:
        member = stage.crew[plan.by]
        if happens(stage.rng, _CANCELLED):
            reason = stage.rng.choice(list(CancellationReason))
            await stage.do(member, activities.cancel_activity, activity, reason=reason)
            return
        hold = partial(
            activities.hold_activity,
            held_on=stage.today,
            reached=stage.rng.randint(*plan.reach),
            schools=plan.schools,
            partners=plan.partners,
        )
        await stage.do(member, hold, activity)
        if stage.comes_round("miscounted", _MISCOUNTED):
            stage.in_working_days(1, self._correct, stage, plan, activity, stage.today)

    async def _correct(self, stage: Stage, plan: Plan, activity: UUID, held_on: date) -> None:
        """What was told of it was wrong, and is told again."""
        correct = partial(
            activities.correct_activity,
            reason=CorrectionReason.MISCOUNTED,
            held_on=held_on,
            reached=stage.rng.randint(*plan.reach),
            schools=plan.schools,
        )
        await stage.do(stage.crew[plan.by], correct, activity)
