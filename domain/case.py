"""A case (ärende): one person, one role, one responsible unit at every moment.

The story: opened when a referral is accepted; case workers are assigned and released; notes are
written; the routing is reviewed when something new is known; a handover is offered and answered,
and with the acceptance, in that same event, the responsibility moves; closed, and reopened.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.codes import CaseOutcome, Compartment, HandoverDeclineReason, InformationKind, StaffRole
from domain.errors import (
    CaseIsClosed,
    CaseIsMisrecorded,
    CaseIsOpen,
    DeclineIsNotProposed,
    DeclineIsProposed,
    HandoverIsAnswered,
    HandoverIsWaiting,
    ReceivingUnitIsResponsible,
    WorkerCannotBeAssigned,
    WorkerHasNoPosition,
    WorkerIsNotAssigned,
    WorkerIsNotQualifiedForChildren,
)
from domain.policy import sees_compartment
from domain.routing import Rule
from domain.sealed import Sealed
from domain.staff import StaffMember

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseOpened:
    person: UUID
    referral: UUID
    compartment: Compartment
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseJoined:
    """A further referral about the same person joins the open case: a duplicate is joined,
    not declined (R2)."""

    referral: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseWorkerAssigned:
    worker: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseWorkerReleased:
    worker: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteRecorded:
    person: UUID
    text: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class RoutingReviewed:
    """Something new is known: the rules now point to `unit`. Stored veiled, since its dates and
    its name would tell whose age or role was mistaken."""

    person: UUID
    unit: str
    deciding: Rule
    rules: tuple[Rule, ...]


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


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseClosed:
    person: UUID
    outcome: Sealed[CaseOutcome]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseReopened:
    person: UUID
    reason: Sealed[str]


CaseEvent = (
    CaseOpened
    | CaseJoined
    | CaseWorkerAssigned
    | CaseWorkerReleased
    | NoteRecorded
    | RoutingReviewed
    | HandoverOffered
    | HandoverAccepted
    | HandoverDeclineProposed
    | HandoverDeclineRefused
    | HandoverDeclined
    | HandoverWithdrawn
    | CaseClosed
    | CaseReopened
)

# --- state -----------------------------------------------------------------------------------


class CaseStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposedDecline:
    reason: Sealed[HandoverDeclineReason]
    explanation: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Handover:
    """An offer that waits for its answer."""

    id: UUID
    to_unit: str
    proposed: ProposedDecline | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    person: UUID
    compartment: Compartment
    unit: str
    referrals: tuple[UUID, ...]
    status: CaseStatus = CaseStatus.OPEN
    workers: tuple[UUID, ...] = ()
    handover: Handover | None = None
    notes: int = 0
    outcome: Sealed[CaseOutcome] | None = None


def evolve(case: Case | None, event: object) -> Case | None:
    if isinstance(event, CaseOpened):
        return Case(
            person=event.person,
            compartment=event.compartment,
            unit=event.unit,
            referrals=(event.referral,),
        )
    if case is None:
        return None
    match event:
        case CaseJoined(referral=referral):
            return replace(case, referrals=(*case.referrals, referral))
        case CaseWorkerAssigned(worker=worker):
            return replace(case, workers=(*case.workers, worker))
        case CaseWorkerReleased(worker=worker):
            return replace(case, workers=tuple(w for w in case.workers if w != worker))
        case NoteRecorded():
            return replace(case, notes=case.notes + 1)
        case HandoverOffered(handover=handover, to_unit=to_unit):
            return replace(case, handover=Handover(id=handover, to_unit=to_unit))
        case HandoverAccepted(unit=unit):
            return replace(case, unit=unit, handover=None)
        case HandoverDeclineProposed(reason=reason, explanation=explanation) if case.handover:
            proposed = ProposedDecline(reason=reason, explanation=explanation)
            return replace(case, handover=replace(case.handover, proposed=proposed))
        case HandoverDeclineRefused() if case.handover:
            return replace(case, handover=replace(case.handover, proposed=None))
        case HandoverDeclined() | HandoverWithdrawn():
            return replace(case, handover=None)
        case CaseClosed(outcome=outcome):
            return replace(case, status=CaseStatus.CLOSED, outcome=outcome)
        case CaseReopened():
            return replace(case, status=CaseStatus.OPEN, outcome=None)
        case _:
            return case


def fold(events: Iterable[object]) -> Case | None:
    case: Case | None = None
    for event in events:
        case = evolve(case, event)
    return case


# --- decisions -------------------------------------------------------------------------------


def open_case(
    person: UUID, referral: UUID, *, compartment: Compartment, unit: str
) -> list[CaseEvent]:
    return [CaseOpened(person=person, referral=referral, compartment=compartment, unit=unit)]


def join_case(case: Case, referral: UUID) -> list[CaseEvent]:
    """A further referral about the person joins the open case. Raises CaseIsClosed."""
    _open(case)
    return [] if referral in case.referrals else [CaseJoined(referral=referral)]


_CARRY_CASES = (StaffRole.CASE_WORKER, StaffRole.UNIT_MANAGER)


def assign_case_worker(
    case: Case, worker: StaffMember, *, needs_child_qualification: bool
) -> list[CaseEvent]:
    """Assign a worker of the responsible unit, on the case's side (S76-S78).

    Work with children and young people needs a qualification (SoL 25:1). The refusal does not
    tell which of unit, role and side is another: that would tell a colleague's side. Raises
    CaseIsClosed, WorkerHasNoPosition, WorkerCannotBeAssigned, WorkerIsNotQualifiedForChildren.
    """
    _open(case)
    if not worker.active:
        raise WorkerHasNoPosition
    if (
        worker.unit != case.unit
        or worker.role not in _CARRY_CASES
        or not sees_compartment(worker.side, case.compartment)
    ):
        raise WorkerCannotBeAssigned
    if needs_child_qualification and not worker.qualified_for_children:
        raise WorkerIsNotQualifiedForChildren
    return [] if worker.id in case.workers else [CaseWorkerAssigned(worker=worker.id)]


def release_case_worker(case: Case, worker: UUID) -> list[CaseEvent]:
    """Raises WorkerIsNotAssigned."""
    if worker not in case.workers:
        raise WorkerIsNotAssigned
    return [CaseWorkerReleased(worker=worker)]


def record_note(case: Case, text: str) -> list[CaseEvent]:
    """A note is sealed as free text of this file about this person. Raises CaseIsClosed."""
    _open(case)
    return [NoteRecorded(person=case.person, text=Sealed.of(text))]


def review_routing(
    case: Case, *, unit: str, deciding: Rule, rules: tuple[Rule, ...]
) -> list[CaseEvent]:
    """What the rules say now; a handover is offered by a person, not by a rule.

    Raises CaseIsClosed.
    """
    _open(case)
    return [RoutingReviewed(person=case.person, unit=unit, deciding=deciding, rules=rules)]


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
) -> list[CaseEvent]:
    """Offer the case to another unit; this unit stays responsible until it is accepted.

    Raises CaseIsClosed, HandoverIsWaiting, ReceivingUnitIsResponsible.
    """
    _open(case)
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


def accept_handover(case: Case, handover: UUID) -> list[CaseEvent]:
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
) -> list[CaseEvent]:
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


def confirm_handover_decline(case: Case, handover: UUID) -> list[CaseEvent]:
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


def refuse_handover_decline(case: Case, handover: UUID) -> list[CaseEvent]:
    """The manager does not confirm; the offer waits. Raises HandoverIsAnswered,
    DeclineIsNotProposed."""
    if _waiting(case, handover).proposed is None:
        raise DeclineIsNotProposed
    return [HandoverDeclineRefused(handover=handover)]


def withdraw_handover(case: Case, handover: UUID) -> list[CaseEvent]:
    """The offering unit takes its offer back. Raises HandoverIsAnswered."""
    _waiting(case, handover)
    return [HandoverWithdrawn(handover=handover)]


def close_case(case: Case, outcome: CaseOutcome) -> list[CaseEvent]:
    """Raises HandoverIsWaiting, since an offer must be answered or withdrawn first; CaseIsClosed
    when it was closed with another outcome."""
    if case.handover is not None:
        raise HandoverIsWaiting(handover=case.handover.id, to_unit=case.handover.to_unit)
    if case.outcome is not None:
        if case.outcome.reveal() is not outcome:
            raise CaseIsClosed
        return []
    released = [CaseWorkerReleased(worker=worker) for worker in case.workers]
    return [*released, CaseClosed(person=case.person, outcome=Sealed.of(outcome))]


def reopen_case(case: Case, reason: str) -> list[CaseEvent]:
    """Raises CaseIsOpen, CaseIsMisrecorded (R16)."""
    if case.status is CaseStatus.OPEN:
        raise CaseIsOpen
    if case.outcome is not None and case.outcome.reveal() is CaseOutcome.MISRECORDED:
        raise CaseIsMisrecorded
    return [CaseReopened(person=case.person, reason=Sealed.of(reason))]


def _open(case: Case) -> None:
    if case.status is CaseStatus.CLOSED:
        raise CaseIsClosed


def _waiting(case: Case, handover: UUID) -> Handover:
    """The offer. A unit that was once asked learns that it is answered, and nothing of the case's
    present."""
    if case.handover is None or case.handover.id != handover:
        raise HandoverIsAnswered
    return case.handover
