"""What decisions on a case rest on. One state for all of its stories."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.codes import (
    ApplicationKind,
    CaseOutcome,
    Compartment,
    ConsentGiver,
    HandoverDeclineReason,
    InformationKind,
    Receiver,
    TransferAnswer,
)
from domain.deadline import Deadlines
from domain.errors import CaseIsClosed
from domain.retention import KEPT, Retention
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
class Consent:
    """What may be told to whom, and until when: the last day is in. What a guardian consented to
    is consented to anew at 18 (R13)."""

    id: UUID
    scope: Sealed[tuple[InformationKind, ...]]
    receiver: Sealed[Receiver]
    giver: Sealed[ConsentGiver]
    guardian: Sealed[UUID | None]
    until: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Engagement:
    """A coordinator who may see the case, as long as the consent stands; to the last day, where
    that is known."""

    coordinator: UUID
    consent: UUID
    last_day: Sealed[date | None]


class InterventionStatus(StrEnum):
    DECIDED = "decided"
    STARTED = "started"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class Intervention:
    id: UUID
    status: InterventionStatus = InterventionStatus.DECIDED


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """To another authority; `granted` once it is answered."""

    id: UUID
    kind: Sealed[ApplicationKind]
    granted: Sealed[bool] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    id: UUID
    other: Sealed[UUID]


class TransferStatus(StrEnum):
    WAITING = "waiting"
    ANSWERED = "answered"
    AT_THE_INSPECTORATE = "at-the-inspectorate"
    DECIDED = "decided"  # by the inspectorate


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """To another municipality: the latest that was requested."""

    id: UUID
    status: TransferStatus = TransferStatus.WAITING
    answer: Sealed[TransferAnswer] | None = None

    @property
    def is_accepted(self) -> bool:
        return self.answer is not None and self.answer.reveal() is TransferAnswer.ACCEPTED


@dataclass(frozen=True, kw_only=True, slots=True)
class Consultation:
    """A question to another unit that waits for its answer."""

    id: UUID
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Takeover:
    """A request of another unit that waits for its answer."""

    id: UUID
    unit: str


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
    consents: tuple[Consent, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    investigation: UUID | None = None  # the open one
    investigated: tuple[UUID, ...] = ()  # what was concluded
    misconcluded: UUID | None = None  # the one whose conclusion was a mistake: concluded anew
    interventions: tuple[Intervention, ...] = ()
    applications: tuple[Application, ...] = ()
    transfer: Transfer | None = None
    consultations: tuple[Consultation, ...] = ()
    takeovers: tuple[Takeover, ...] = ()
    links: tuple[Link, ...] = ()
    corrected: tuple[int, ...] = ()  # entries that no longer stand, by version
    narrowed: bool = False  # access, while the person's identity is protected
    sent_out: tuple[UUID, ...] = ()  # external referrals that wait for their answer
    retention: Retention = KEPT


def require_open(case: Case) -> None:
    """Raises CaseIsClosed."""
    if case.status is CaseStatus.CLOSED:
        raise CaseIsClosed
