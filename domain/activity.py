"""An activity (S35, S37, S44-S49, S54, S72, S73): prevention, outreach, information, a campaign,
competence building, coordination - and never about anybody (S79).

The story: planned, under whoever R7 makes responsible; held, with how many were reached; or
cancelled; what was told wrongly is corrected. Leading an activity is not owning a case. Whatever is
told of one is a code, a day, a unit or a number, so that a person's identity has no place to stand.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

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

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityPlanned:
    """Several responsible units lead it jointly (R7)."""

    kind: ActivityKind
    responsible: tuple[str, ...]
    cooperating: tuple[str, ...]
    planned_on: date
    place: PlaceKind
    audience: Audience
    age_band: AgeBand | None
    partners: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityHeld:
    held_on: date
    reached: int
    schools: int
    partners: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityCancelled:
    reason: CancellationReason


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityCorrected:
    """What `ActivityHeld` should have told; views show this, the log both."""

    reason: CorrectionReason
    held_on: date
    reached: int
    schools: int


ActivityEvent = ActivityPlanned | ActivityHeld | ActivityCancelled | ActivityCorrected

# --- state -----------------------------------------------------------------------------------


class ActivityStatus(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Activity:
    units: tuple[str, ...]  # that carry it, responsible or cooperating
    place: PlaceKind
    status: ActivityStatus = ActivityStatus.PLANNED


def evolve(activity: Activity | None, event: object) -> Activity | None:
    if isinstance(event, ActivityPlanned):
        return Activity(units=(*event.responsible, *event.cooperating), place=event.place)
    if activity is None:
        return None
    match event:
        case ActivityHeld():
            return replace(activity, status=ActivityStatus.HELD)
        case ActivityCancelled():
            return replace(activity, status=ActivityStatus.CANCELLED)
        case _:
            return activity


def fold(events: Iterable[object]) -> Activity | None:
    activity: Activity | None = None
    for event in events:
        activity = evolve(activity, event)
    return activity


# --- decisions -------------------------------------------------------------------------------


def plan_activity(
    leadership: Leadership,
    *,
    kind: ActivityKind,
    planned_on: date,
    place: PlaceKind,
    audience: Audience,
    age_band: AgeBand | None,
    partners: tuple[str, ...],
) -> list[ActivityEvent]:
    """Under whoever R7 names. Raises CampaignHasNoAgeBand."""
    if kind is ActivityKind.INFORMATION_CAMPAIGN and age_band is not None:
        raise CampaignHasNoAgeBand
    return [
        ActivityPlanned(
            kind=kind,
            responsible=leadership.responsible,
            cooperating=leadership.cooperating,
            planned_on=planned_on,
            place=place,
            audience=audience,
            age_band=age_band,
            partners=partners,
        )
    ]


def hold_activity(
    activity: Activity,
    *,
    by_unit: str,
    held_on: date,
    reached: int,
    schools: int,
    partners: tuple[str, ...],
    today: date,
) -> list[ActivityEvent]:
    """How many were reached, and in how many schools (S73); who they were is nowhere (S79).

    Raises NotPermitted for who does not carry it, ActivityIsOver, HeldInTheFuture,
    SchoolsDoNotFit.
    """
    _require_open(activity, by_unit)
    _require_sense(activity, held_on, schools, today)
    return [ActivityHeld(held_on=held_on, reached=reached, schools=schools, partners=partners)]


def cancel_activity(
    activity: Activity, *, by_unit: str, reason: CancellationReason
) -> list[ActivityEvent]:
    """Raises NotPermitted for who does not carry it, ActivityIsOver."""
    _require_open(activity, by_unit)
    return [ActivityCancelled(reason=reason)]


def correct_activity(
    activity: Activity,
    *,
    by_unit: str,
    reason: CorrectionReason,
    held_on: date,
    reached: int,
    schools: int,
    today: date,
) -> list[ActivityEvent]:
    """Raises NotPermitted for who does not carry it, ActivityIsNotHeld, HeldInTheFuture,
    SchoolsDoNotFit."""
    _require_carried(activity, by_unit)
    if activity.status is not ActivityStatus.HELD:
        raise ActivityIsNotHeld
    _require_sense(activity, held_on, schools, today)
    return [ActivityCorrected(reason=reason, held_on=held_on, reached=reached, schools=schools)]


def _require_sense(activity: Activity, held_on: date, schools: int, today: date) -> None:
    if held_on > today:
        raise HeldInTheFuture
    if (schools > 0) is not (activity.place is PlaceKind.SCHOOL):
        raise SchoolsDoNotFit


def _require_carried(activity: Activity, unit: str) -> None:
    if unit not in activity.units:
        raise NotPermitted


def _require_open(activity: Activity, unit: str) -> None:
    _require_carried(activity, unit)
    if activity.status is not ActivityStatus.PLANNED:
        raise ActivityIsOver
