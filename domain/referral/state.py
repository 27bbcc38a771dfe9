"""What decisions on a referral rest on. One state for all of its stories."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.assessment import UNASSESSED, Assessment
from domain.codes import (
    AgeKnowledge,
    Compartment,
    Concern,
    DeclineReason,
    PersonRole,
    ReferralKind,
    Residence,
    Source,
)
from domain.deadline import Deadlines
from domain.errors import DeclineIsProposed, ReferralIsAnswered
from domain.retention import KEPT, Retention
from domain.sealed import Sealed

ANSWER: Final = UUID(int=1)
"""The deadline of the referral's answer: each referral has one at a time."""


class ReferralStatus(StrEnum):
    WAITING = "waiting"
    DECLINE_PROPOSED = "decline-proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the sender
    CLOSED = "closed"  # assessed, and no investigation is opened


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposedDecline:
    reason: Sealed[DeclineReason]
    age: Sealed[AgeKnowledge | None]
    explanation: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Referral:
    person: UUID
    sender_unit: str
    source: Sealed[Source]
    kind: Sealed[ReferralKind]
    role: Sealed[PersonRole]
    age: Sealed[AgeKnowledge]
    concern: Sealed[Concern]
    residence: Sealed[Residence]
    acute: bool
    compartment: Compartment = Compartment.TRIAGE
    unit: str = ""
    asked: tuple[str, ...] = ()  # the units that it was routed to, the present one last
    holder: str = ""
    informed: tuple[str, ...] = ()
    status: ReferralStatus = ReferralStatus.WAITING
    proposed: ProposedDecline | None = None
    case: UUID | None = None
    narrowed: bool = False  # access, while the person's identity is protected
    deadlines: Deadlines = ()
    assessment: Assessment = UNASSESSED
    retention: Retention = KEPT

    @property
    def is_urgent(self) -> bool:
        return is_urgent(self.source.reveal(), acute=self.acute)


def is_urgent(source: Source, *, acute: bool) -> bool:
    """Whether it is answered at once: what is acute, and what another municipality asks (R14)."""
    return acute or source is Source.OTHER_MUNICIPALITY


ANSWERED: Final = (
    ReferralStatus.ACCEPTED,
    ReferralStatus.DECLINED,
    ReferralStatus.WITHDRAWN,
    ReferralStatus.CLOSED,
)


def require_waiting(referral: Referral, unit: str) -> None:
    """A unit that has answered learns just that, also when another unit is asked by now.

    Raises ReferralIsAnswered.
    """
    if referral.status in ANSWERED or referral.unit != unit:
        raise ReferralIsAnswered


def require_no_proposal(referral: Referral, unit: str) -> None:
    """It waits, and nobody has proposed to decline it. Raises ReferralIsAnswered,
    DeclineIsProposed."""
    require_waiting(referral, unit)
    if referral.status is ReferralStatus.DECLINE_PROPOSED:
        raise DeclineIsProposed
