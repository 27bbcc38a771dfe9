"""A handover (överlämning): offered and answered. With the acceptance, in that same event, the
responsibility moves; until then the offering unit has it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain import deadline
from domain.case.life import CaseWorkerReleased
from domain.case.state import Case, Handover, ProposedDecline, require_open
from domain.codes import ClockKind, HandoverDeclineReason, InformationKind
from domain.errors import (
    DeclineIsNotProposed,
    DeclineIsProposed,
    HandoverIsAnswered,
    HandoverIsWaiting,
    ReceivingUnitIsResponsible,
)
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverOffered:
    person: UUID
    handover: UUID
    from_unit: str
    to_unit: str
    going_along: tuple[InformationKind, ...]
    answer_due: datetime
    reason: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverAccepted:
    """Responsibility moves to `unit` with this event."""

    handover: UUID
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverDeclineProposed:
    """R2 binds the receiving unit: until its manager has confirmed, the offer stands."""

    person: UUID
    handover: UUID
    reason: Sealed[HandoverDeclineReason]
    explanation: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverDeclineRefused:
    handover: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverDeclined:
    person: UUID
    handover: UUID
    reason: Sealed[HandoverDeclineReason]
    explanation: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverWithdrawn:
    handover: UUID


HandoverEvent = (
    HandoverOffered
    | HandoverAccepted
    | HandoverDeclineProposed
    | HandoverDeclineRefused
    | HandoverDeclined
    | HandoverWithdrawn
)


def evolve(case: Case, event: object) -> Case:
    match event:
        case HandoverOffered(handover=handover, to_unit=to_unit, answer_due=due):
            waits = deadline.awaited(case.deadlines, handover, ClockKind.HANDOVER_ANSWER, due)
            offered = Handover(id=handover, to_unit=to_unit)
            asked = tuple(t for t in case.takeovers if t.unit != to_unit)  # and is answered so
            return replace(case, handover=offered, deadlines=waits, takeovers=asked)
        case HandoverAccepted(handover=handover, unit=unit):
            waits = deadline.without(case.deadlines, handover)
            return replace(case, unit=unit, handover=None, deadlines=waits)
        case HandoverDeclineProposed(reason=reason, explanation=explanation) if case.handover:
            proposed = ProposedDecline(reason=reason, explanation=explanation)
            return replace(case, handover=replace(case.handover, proposed=proposed))
        case HandoverDeclineRefused() if case.handover:
            return replace(case, handover=replace(case.handover, proposed=None))
        case HandoverDeclined(handover=handover) | HandoverWithdrawn(handover=handover):
            waits = deadline.without(case.deadlines, handover)
            return replace(case, handover=None, deadlines=waits)
        case _:
            return case


# --- decisions -------------------------------------------------------------------------------


def preview_handover(case: Case) -> dict[InformationKind, int]:
    """What goes along in a handover, by kind of information and number of entries."""
    return {
        InformationKind.IDENTITY: 1,
        InformationKind.CONTACT: 1,
        InformationKind.CIRCUMSTANCES: len(case.referrals),
        InformationKind.NOTES: case.notes,
        InformationKind.TIMELINE: 1,
    }


def offer_handover(
    case: Case, handover: UUID, *, to_unit: str, reason: str, answer_due: datetime
) -> list[HandoverEvent]:
    """Offer the case to another unit; this unit stays responsible until it is accepted.

    Raises CaseIsClosed, HandoverIsWaiting, ReceivingUnitIsResponsible.
    """
    require_open(case)
    if case.handover is not None:
        raise HandoverIsWaiting(handover=case.handover.id, to_unit=case.handover.to_unit)
    if to_unit == case.unit:
        raise ReceivingUnitIsResponsible
    return [
        HandoverOffered(
            person=case.person,
            handover=handover,
            from_unit=case.unit,
            to_unit=to_unit,
            going_along=tuple(kind for kind, count in preview_handover(case).items() if count),
            answer_due=answer_due,
            reason=Sealed.of(reason),
        )
    ]


def accept_handover(case: Case, handover: UUID) -> list[HandoverEvent | CaseWorkerReleased]:
    """The receiving unit takes over; the former unit's workers are released with it.

    Raises HandoverIsAnswered, DeclineIsProposed.
    """
    offer = _waiting(case, handover)
    if offer.proposed is not None:
        raise DeclineIsProposed
    released = [CaseWorkerReleased(worker=worker) for worker in case.workers]
    return [HandoverAccepted(handover=handover, unit=offer.to_unit), *released]


def decline_handover(
    case: Case,
    handover: UUID,
    *,
    reason: HandoverDeclineReason,
    explanation: str,
    confirmed: bool,
) -> list[HandoverEvent]:
    """`confirmed`: the unit manager declines, or R2 does not bind the receiving unit.

    Raises HandoverIsAnswered, DeclineIsProposed.
    """
    offer = _waiting(case, handover)
    if offer.proposed is not None:
        raise DeclineIsProposed
    event = HandoverDeclined if confirmed else HandoverDeclineProposed
    return [
        event(
            person=case.person,
            handover=handover,
            reason=Sealed.of(reason),
            explanation=Sealed.of(explanation),
        )
    ]


def confirm_handover_decline(case: Case, handover: UUID) -> list[HandoverEvent]:
    """The receiving unit manager confirms (R2). Raises HandoverIsAnswered, DeclineIsNotProposed."""
    proposed = _waiting(case, handover).proposed
    if proposed is None:
        raise DeclineIsNotProposed
    return [
        HandoverDeclined(
            person=case.person,
            handover=handover,
            reason=proposed.reason,
            explanation=proposed.explanation,
        )
    ]


def refuse_handover_decline(case: Case, handover: UUID) -> list[HandoverEvent]:
    """The manager does not confirm; the offer waits. Raises HandoverIsAnswered,
    DeclineIsNotProposed."""
    if _waiting(case, handover).proposed is None:
        raise DeclineIsNotProposed
    return [HandoverDeclineRefused(handover=handover)]


def withdraw_handover(case: Case, handover: UUID) -> list[HandoverEvent]:
    """The offering unit takes its offer back. Raises HandoverIsAnswered."""
    _waiting(case, handover)
    return [HandoverWithdrawn(handover=handover)]


def _waiting(case: Case, handover: UUID) -> Handover:
    """The offer. A unit that was once asked learns that it is answered, and nothing of the case's
    present."""
    if case.handover is None or case.handover.id != handover:
        raise HandoverIsAnswered
    return case.handover
