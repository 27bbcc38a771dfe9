"""A case from its opening to its closing: who carries it, and what is written in it.

Opened when a referral is accepted; case workers are assigned and released; notes are written; the
routing is reviewed when something new is known; closed, and reopened.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.case.consent import CoordinatorReleased, engaged
from domain.case.consultation import ConsultationWithdrawn
from domain.case.state import Case, CaseStatus, require_open
from domain.codes import CaseOutcome, Compartment, StaffRole
from domain.errors import (
    CaseIsClosed,
    CaseIsMisrecorded,
    CaseIsOpen,
    HandoverIsWaiting,
    InvestigationIsDecided,
    InvestigationIsOpen,
    OutOfScopeIsReferredOn,
    TransferIsNotAccepted,
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
class ReferralTakenOut:
    """It was about somebody else after all: two records were taken apart again."""

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
class CaseClosed:
    person: UUID
    outcome: Sealed[CaseOutcome]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseReopened:
    person: UUID
    reason: Sealed[str]


LifeEvent = (
    CaseOpened
    | CaseJoined
    | ReferralTakenOut
    | CaseWorkerAssigned
    | CaseWorkerReleased
    | NoteRecorded
    | RoutingReviewed
    | CaseClosed
    | CaseReopened
)


def opened(event: CaseOpened) -> Case:
    return Case(
        person=event.person,
        compartment=event.compartment,
        unit=event.unit,
        referrals=(event.referral,),
    )


def evolve(case: Case, event: object) -> Case:  # noqa: PLR0911 - an answer for each event
    match event:
        case CaseJoined(referral=referral):
            return replace(case, referrals=(*case.referrals, referral))
        case ReferralTakenOut(referral=referral):
            return replace(case, referrals=tuple(r for r in case.referrals if r != referral))
        case CaseWorkerAssigned(worker=worker):
            return replace(case, workers=(*case.workers, worker))
        case CaseWorkerReleased(worker=worker):
            return replace(case, workers=tuple(w for w in case.workers if w != worker))
        case NoteRecorded():
            return replace(case, notes=case.notes + 1)
        case CaseClosed(outcome=outcome):  # whoever asked to take it over is answered so
            return replace(case, status=CaseStatus.CLOSED, outcome=outcome, takeovers=())
        case CaseReopened():
            return replace(case, status=CaseStatus.OPEN, outcome=None)
        case _:
            return case


# --- decisions -------------------------------------------------------------------------------


def open_case(
    person: UUID, referral: UUID, *, compartment: Compartment, unit: str
) -> list[LifeEvent]:
    return [CaseOpened(person=person, referral=referral, compartment=compartment, unit=unit)]


def join_case(case: Case, referral: UUID) -> list[LifeEvent]:
    """A further referral about the person joins the open case. Raises CaseIsClosed."""
    require_open(case)
    return [] if referral in case.referrals else [CaseJoined(referral=referral)]


def take_out(case: Case, referral: UUID) -> list[LifeEvent]:
    """Who reads the case learns no more of what was told of somebody else; the referral waits for
    an answer of its own in the same act, so that somebody is responsible for both (S69)."""
    return [ReferralTakenOut(referral=referral)] if referral in case.referrals else []


_CARRY_CASES = (StaffRole.CASE_WORKER, StaffRole.UNIT_MANAGER)


def assign_case_worker(
    case: Case, worker: StaffMember, *, needs_child_qualification: bool
) -> list[LifeEvent]:
    """Assign a worker of the responsible unit, on the case's side (S76-S78).

    Work with children and young people needs a qualification (SoL 25:1). The refusal does not
    tell which of unit, role and side is another: that would tell a colleague's side. Raises
    CaseIsClosed, WorkerHasNoPosition, WorkerCannotBeAssigned, WorkerIsNotQualifiedForChildren.
    """
    require_open(case)
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


def release_case_worker(case: Case, worker: UUID) -> list[LifeEvent]:
    """Raises WorkerIsNotAssigned."""
    if worker not in case.workers:
        raise WorkerIsNotAssigned
    return [CaseWorkerReleased(worker=worker)]


def record_note(case: Case, text: str) -> list[LifeEvent]:
    """A note is sealed as free text of this file about this person. Raises CaseIsClosed."""
    require_open(case)
    return [NoteRecorded(person=case.person, text=Sealed.of(text))]


def review_routing(
    case: Case, *, unit: str, deciding: Rule, rules: tuple[Rule, ...]
) -> list[LifeEvent]:
    """What the rules say now; a handover is offered by a person, not by a rule.

    Raises CaseIsClosed.
    """
    require_open(case)
    return [RoutingReviewed(person=case.person, unit=unit, deciding=deciding, rules=rules)]


_DROPPING = (CaseOutcome.NO_NEED_FOUND, CaseOutcome.NEEDS_MET)  # nobody else takes over


def close_case(
    case: Case,
    outcome: CaseOutcome,
    *,
    outside: bool = False,
    is_to_be_investigated: bool = False,
) -> list[LifeEvent | CoordinatorReleased | ConsultationWithdrawn]:
    """Nobody stays assigned, engaged or asked. Raises HandoverIsWaiting, since an offer must be
    answered or withdrawn first; InvestigationIsOpen, since it must be concluded, and before that
    opened where it is decided, InvestigationIsDecided (SoL 20:2-3); OutOfScopeIsReferredOn where
    what was assessed lies `outside` the assignment (R12);
    TransferIsNotAccepted (R14); CaseIsClosed when it was closed with another outcome."""
    if case.handover is not None:
        raise HandoverIsWaiting(handover=case.handover.id, to_unit=case.handover.to_unit)
    if case.outcome is not None:
        if case.outcome.reveal() is not outcome:
            raise CaseIsClosed
        return []
    if outcome is not CaseOutcome.MISRECORDED and case.investigation is not None:
        raise InvestigationIsOpen
    if outcome is not CaseOutcome.MISRECORDED and is_to_be_investigated:
        raise InvestigationIsDecided
    if outcome is CaseOutcome.MOVED_AWAY and not (case.transfer and case.transfer.is_accepted):
        raise TransferIsNotAccepted
    if outcome in _DROPPING and outside:
        raise OutOfScopeIsReferredOn
    released = [CaseWorkerReleased(worker=worker) for worker in case.workers]
    disengaged = [CoordinatorReleased(coordinator=each) for each in engaged(case)]
    withdrawn = [
        ConsultationWithdrawn(consultation=asked.id, unit=asked.unit)
        for asked in case.consultations
    ]
    closed = CaseClosed(person=case.person, outcome=Sealed.of(outcome))
    return [*released, *disengaged, *withdrawn, closed]


def reopen_case(case: Case, reason: str) -> list[LifeEvent]:
    """Raises CaseIsOpen, CaseIsMisrecorded (R16)."""
    if case.status is CaseStatus.OPEN:
        raise CaseIsOpen
    if case.outcome is not None and case.outcome.reveal() is CaseOutcome.MISRECORDED:
        raise CaseIsMisrecorded
    return [CaseReopened(person=case.person, reason=Sealed.of(reason))]
