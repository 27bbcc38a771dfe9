"""What became of an activity: held, told wrongly and corrected, or cancelled; by who carries it."""

from uuid import UUID

from api.commands import activities as use_cases
from api.door import deciding
from api.door.fields import Body, Headcount, PastDay, UnitCode, shown
from api.door.visit import Visit
from api.resources.activities import RECORD, ChangedActivity
from domain.codes import CancellationReason, CorrectionReason
from domain.errors import (
    ActivityIsNotHeld,
    ActivityIsOver,
    HeldInTheFuture,
    SchoolsDoNotFit,
    UnknownUnit,
)
from domain.labels import Label


class Holding(Body):
    model_config = shown(heldOn="2023-04-20", reached=60, schools=1, partners=["schools"])

    held_on: PastDay
    reached: Headcount
    """How many were reached; who they were is nowhere (S79)."""
    schools: Headcount = 0
    """In how many schools; none elsewhere (S73)."""
    partners: tuple[UnitCode, ...] = ()


@deciding(
    "holdActivity",
    Label("Registrera att en aktivitet har genomförts", "Record that an activity was held"),
    Label("Av den som bär den.", "By who carries it."),
    asks=RECORD,
    refuses=(ActivityIsOver, HeldInTheFuture, SchoolsDoNotFit, UnknownUnit),
)
async def hold(visit: Visit, activity_id: UUID, held: Holding) -> ChangedActivity:
    outcome = await visit.carry_out(
        use_cases.hold_activity,
        activity_id,
        held_on=held.held_on,
        reached=held.reached,
        schools=held.schools,
        partners=held.partners,
    )
    return ChangedActivity(
        activity_id=activity_id, position=outcome.position, replayed=outcome.replayed
    )


class ActivityCorrection(Body):
    """What should have been told; with why, in a code."""

    model_config = shown(reason="miscounted", heldOn="2023-04-20", reached=55, schools=1)

    reason: CorrectionReason
    held_on: PastDay
    reached: Headcount
    schools: Headcount = 0


@deciding(
    "correctActivity",
    Label("Rätta vad som berättats om en aktivitet", "Correct what was told of an activity"),
    Label("Vyerna visar det rättade, loggen båda.", "Views show the corrected, the log both."),
    asks=RECORD,
    refuses=(ActivityIsNotHeld, HeldInTheFuture, SchoolsDoNotFit),
)
async def correct(visit: Visit, activity_id: UUID, told: ActivityCorrection) -> ChangedActivity:
    outcome = await visit.carry_out(
        use_cases.correct_activity,
        activity_id,
        reason=told.reason,
        held_on=told.held_on,
        reached=told.reached,
        schools=told.schools,
    )
    return ChangedActivity(
        activity_id=activity_id, position=outcome.position, replayed=outcome.replayed
    )


class Cancellation(Body):
    reason: CancellationReason


@deciding(
    "cancelActivity",
    Label("Ställ in en aktivitet", "Cancel an activity"),
    Label("Av den som bär den.", "By who carries it."),
    asks=RECORD,
    refuses=(ActivityIsOver,),
)
async def cancel(visit: Visit, activity_id: UUID, cancelled: Cancellation) -> ChangedActivity:
    outcome = await visit.carry_out(use_cases.cancel_activity, activity_id, reason=cancelled.reason)
    return ChangedActivity(
        activity_id=activity_id, position=outcome.position, replayed=outcome.replayed
    )
