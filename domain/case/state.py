"""What decisions on a case rest on. One state for all of its stories."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.codes import CaseOutcome, Compartment, HandoverDeclineReason
from domain.deadline import Deadlines
from domain.errors import CaseIsClosed
from domain.sealed import Sealed


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
    deadlines: Deadlines = ()


def require_open(case: Case) -> None:
    """Raises CaseIsClosed."""
    if case.status is CaseStatus.CLOSED:
        raise CaseIsClosed
