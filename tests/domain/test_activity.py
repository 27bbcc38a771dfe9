"""An activity's story (R7, S35-S37, S72, S73, S79): planned, held or cancelled; of nobody."""

import dataclasses
import typing
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import pytest

from domain.activity import (
    Activity,
    ActivityCancelled,
    ActivityCorrected,
    ActivityEvent,
    ActivityHeld,
    ActivityPlanned,
    cancel_activity,
    correct_activity,
    fold,
    hold_activity,
    plan_activity,
)
from domain.codes import (
    ActivityKind,
    AgeBand,
    Audience,
    CancellationReason,
    CorrectionReason,
    PlaceKind,
)
from domain.errors import (
    ActivityIsNotHeld,
    ActivityIsOver,
    CampaignHasNoAgeBand,
    HeldInTheFuture,
    NotPermitted,
    SchoolsDoNotFit,
)
from domain.routing import Leadership

TODAY = date(2023, 4, 20)
YOUNG = AgeBand.AGED_16_TO_21
BY_NEXUS = Leadership(responsible=("nexus",), cooperating=("regional-coordinators",))
HELD = ActivityHeld(held_on=TODAY, reached=60, schools=2, partners=("schools",))
CANCELLED = ActivityCancelled(reason=CancellationReason.TOO_FEW)


def plan(
    kind: ActivityKind = ActivityKind.PREVENTION,
    age_band: AgeBand | None = YOUNG,
    place: PlaceKind = PlaceKind.SCHOOL,
) -> list[ActivityEvent]:
    return plan_activity(
        BY_NEXUS,
        kind=kind,
        planned_on=TODAY,
        place=place,
        audience=Audience.PUPILS,
        age_band=age_band,
        partners=("schools",),
    )


def given(*more: ActivityEvent, place: PlaceKind = PlaceKind.SCHOOL) -> Activity:
    activity = fold([*plan(place=place), *more])
    assert activity is not None
    return activity


def hold(
    activity: Activity, unit: str = "nexus", held_on: date = TODAY, schools: int = 2
) -> list[ActivityEvent]:
    return hold_activity(
        activity,
        by_unit=unit,
        held_on=held_on,
        reached=60,
        schools=schools,
        partners=("schools",),
        today=TODAY,
    )


def test_an_activity_is_planned_under_whom_r7_names() -> None:
    """The event says who is responsible and who cooperates, and for what ages (R7)."""
    [planned] = plan()
    assert isinstance(planned, ActivityPlanned)
    assert (planned.responsible, planned.cooperating) == (("nexus",), ("regional-coordinators",))
    assert planned.age_band is YOUNG


@pytest.mark.parametrize("age_band", AgeBand)
def test_a_targeted_campaign_has_no_age_band(age_band: AgeBand) -> None:
    """R7: for an age band it is information, with another responsibility."""
    with pytest.raises(CampaignHasNoAgeBand):
        plan(ActivityKind.INFORMATION_CAMPAIGN, age_band)
    assert plan(ActivityKind.INFORMATION_CAMPAIGN, None)
    assert plan(ActivityKind.INFORMATION, age_band)


@pytest.mark.parametrize("unit", ["nexus", "regional-coordinators"])
def test_who_carries_it_tells_of_it(unit: str) -> None:
    """Responsible or cooperating; nobody else (R7)."""
    assert hold(given(), unit) == [HELD]
    assert cancel_activity(given(), by_unit=unit, reason=CANCELLED.reason) == [CANCELLED]
    with pytest.raises(NotPermitted):
        hold(given(), "youth-outreach")
    with pytest.raises(NotPermitted):
        cancel_activity(given(), by_unit="youth-outreach", reason=CANCELLED.reason)


@pytest.mark.parametrize("over", [HELD, CANCELLED])
def test_what_is_over_stays_over(over: ActivityEvent) -> None:
    """Held and cancelled exclude each other, and each happens once."""
    with pytest.raises(ActivityIsOver):
        hold(given(over))
    with pytest.raises(ActivityIsOver):
        cancel_activity(given(over), by_unit="nexus", reason=CANCELLED.reason)


def test_nothing_is_held_before_its_day() -> None:
    """Today at the latest; earlier days are told of afterwards."""
    assert hold(given(), held_on=TODAY - timedelta(days=3))
    with pytest.raises(HeldInTheFuture):
        hold(given(), held_on=TODAY + timedelta(days=1))


def test_schools_are_counted_where_it_is_held_in_schools() -> None:
    """In one at least there, in none elsewhere (S73)."""
    with pytest.raises(SchoolsDoNotFit):
        hold(given(), schools=0)
    with pytest.raises(SchoolsDoNotFit):
        hold(given(place=PlaceKind.STREET), schools=1)
    assert hold(given(place=PlaceKind.STREET), schools=0)


def test_what_was_told_wrongly_is_corrected() -> None:
    """By who carries it, for a coded reason, once it is held; as sensibly as it was told first."""
    how: dict[str, Any] = {"by_unit": "nexus", "reason": CorrectionReason.MISCOUNTED}
    how |= {"held_on": TODAY, "reached": 55, "today": TODAY}
    [corrected] = correct_activity(given(HELD), **how, schools=1)
    assert corrected == ActivityCorrected(
        reason=CorrectionReason.MISCOUNTED, held_on=TODAY, reached=55, schools=1
    )
    assert correct_activity(given(HELD, corrected), **how, schools=2)
    for not_held in (given(), given(CANCELLED)):
        with pytest.raises(ActivityIsNotHeld):
            correct_activity(not_held, **how, schools=1)
    with pytest.raises(SchoolsDoNotFit):
        correct_activity(given(HELD), **how, schools=0)
    with pytest.raises(HeldInTheFuture):
        correct_activity(given(HELD), **how | {"held_on": TODAY + timedelta(1)}, schools=1)
    with pytest.raises(NotPermitted):
        correct_activity(given(HELD), **how | {"by_unit": "youth-outreach"}, schools=1)


def test_nobody_has_a_place_in_an_activity() -> None:
    """Every field is a code, a day, a number or units: no text, no id of anybody (S79), schools
    and pupils included (S18)."""
    harmless = (date, int)
    units = {"responsible", "cooperating", "partners"}
    for event in typing.get_args(ActivityEvent):
        hints = typing.get_type_hints(event)
        for field in dataclasses.fields(event):
            hint = hints[field.name]
            if field.name in units:
                assert hint == tuple[str, ...]
                continue
            for kind in typing.get_args(hint) or (hint,):
                coded = isinstance(kind, type) and issubclass(kind, StrEnum)
                assert coded or kind in (*harmless, type(None)), field.name
