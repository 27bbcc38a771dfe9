"""Activities: planned under whoever R7 makes responsible, held or cancelled by who carries them."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from api.commands.work import Work
from domain import activity as activities
from domain.codes import (
    ActivityKind,
    AgeBand,
    Audience,
    CancellationReason,
    CorrectionReason,
    PlaceKind,
    StaffRole,
)
from domain.errors import CoordinationIsStrategic, UnknownUnit
from domain.policy import Act, Information
from domain.routing import lead_activity


async def plan_activity(
    work: Work,
    *,
    kind: ActivityKind,
    planned_on: date,
    place: PlaceKind,
    audience: Audience,
    age_band: AgeBand | None,
    partners: tuple[str, ...],
) -> None:
    """Coordination is strategic support's, and nobody else's (S35).

    Raises CoordinationIsStrategic, CampaignHasNoAgeBand, UnknownUnit.
    """
    viewer = await work.require(Act.RECORD, Information.ACTIVITY)
    coordinates = viewer.role is StaffRole.STRATEGIC_SUPPORT
    if kind is ActivityKind.COORDINATION and not coordinates:
        raise CoordinationIsStrategic
    _require_known(work, partners)
    leadership = lead_activity(kind, age_band, viewer.unit, work.organisation)
    planned = activities.plan_activity(
        leadership,
        kind=kind,
        planned_on=planned_on,
        place=place,
        audience=audience,
        age_band=age_band,
        partners=partners,
    )
    work.record(work.desk.ids.new(), planned)


async def hold_activity(
    work: Work,
    activity_id: UUID,
    *,
    held_on: date,
    reached: int,
    schools: int,
    partners: tuple[str, ...],
) -> None:
    viewer = await work.require(Act.RECORD, Information.ACTIVITY)
    activity = await work.activity(activity_id)
    _require_known(work, partners)
    held = activities.hold_activity(
        activity,
        by_unit=viewer.unit,
        held_on=held_on,
        reached=reached,
        schools=schools,
        partners=partners,
        today=work.today,
    )
    work.record(activity_id, held)


async def correct_activity(
    work: Work,
    activity_id: UUID,
    *,
    reason: CorrectionReason,
    held_on: date,
    reached: int,
    schools: int,
) -> None:
    viewer = await work.require(Act.RECORD, Information.ACTIVITY)
    activity = await work.activity(activity_id)
    corrected = activities.correct_activity(
        activity,
        by_unit=viewer.unit,
        reason=reason,
        held_on=held_on,
        reached=reached,
        schools=schools,
        today=work.today,
    )
    work.record(activity_id, corrected)


async def cancel_activity(work: Work, activity_id: UUID, *, reason: CancellationReason) -> None:
    viewer = await work.require(Act.RECORD, Information.ACTIVITY)
    activity = await work.activity(activity_id)
    cancelled = activities.cancel_activity(activity, by_unit=viewer.unit, reason=reason)
    work.record(activity_id, cancelled)


def _require_known(work: Work, units: Iterable[str]) -> None:
    """Raises UnknownUnit: a partner is a party of the organisation, never a name."""
    if not all(work.organisation.has_unit(unit) for unit in units):
        raise UnknownUnit
