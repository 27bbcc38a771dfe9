"""A targeted police operation (S31, S48): handled by the adults' entry point and the regional
coordinators, and never about anybody by name (R6).

The story: announced, without any person in it; acknowledged by both within a time, which is missed
and escalated as any other answer's, and an alarm says that one of them has not; carried out, which
refers those met in bursts, each of them a referral of its own (R1-R3); closed. Whoever was met is
found through the referrals alone, and seen as they are seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from domain import deadline as deadlines
from domain.codes import ClockKind, Compartment
from domain.deadline import DeadlineEvent, Deadlines
from domain.errors import (
    AnnouncedInTheFuture,
    NotFound,
    OperationIsClosed,
    OperationIsNotAcknowledged,
    PersonsMetOutOfBounds,
    PlannedBeforeAnnounced,
)
from domain.organisation import Bounds
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationAnnounced:
    """It carries no persons (R6). `handled_by`: the units that must both acknowledge it."""

    planned_on: date
    handled_by: tuple[str, ...]
    acknowledgement_due: datetime
    receipt: str
    sender_unit: str
    senders_reference: Sealed[str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationAcknowledged:
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonsMet:
    """One burst of the exposed side. Which referrals they are is sealed: a referral's source is."""

    persons: int
    referrals: Sealed[tuple[UUID, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationClosed:
    unit: str


ACKNOWLEDGEMENT: Final = UUID("f0000000-0000-4000-8000-000000000004")
"""The deadline of both acknowledgements, in the operation's own stream."""

OperationEvent = OperationAnnounced | OperationAcknowledged | PersonsMet | OperationClosed

# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class PoliceOperation:
    handled_by: tuple[str, ...]
    acknowledged_by: tuple[str, ...] = ()
    closed: bool = False
    deadlines: Deadlines = ()

    @property
    def is_acknowledged(self) -> bool:
        """By everybody who handles it."""
        return set(self.handled_by) <= set(self.acknowledged_by)


def evolve(operation: PoliceOperation | None, event: object) -> PoliceOperation | None:
    if isinstance(event, OperationAnnounced):
        waits = deadlines.awaited(
            (), ACKNOWLEDGEMENT, ClockKind.OPERATION_ACKNOWLEDGED, event.acknowledgement_due
        )
        return PoliceOperation(handled_by=event.handled_by, deadlines=waits)
    if operation is None:
        return None
    if isinstance(event, DeadlineEvent):
        return replace(operation, deadlines=deadlines.evolve(operation.deadlines, event))
    match event:
        case OperationAcknowledged(unit=unit):
            by = replace(operation, acknowledged_by=(*operation.acknowledged_by, unit))
            return replace(by, deadlines=()) if by.is_acknowledged else by
        case OperationClosed():
            return replace(operation, closed=True)
        case _:
            return operation


def fold(events: Iterable[object]) -> PoliceOperation | None:
    operation: PoliceOperation | None = None
    for event in events:
        operation = evolve(operation, event)
    return operation


# --- decisions -------------------------------------------------------------------------------


def announce_operation(
    *,
    planned_on: date,
    handled_by: tuple[str, ...],
    announced: datetime,
    announced_on: date,
    now: datetime,
    due: datetime,
    receipt: str,
    sender_unit: str,
    senders_reference: str | None,
) -> list[OperationEvent]:
    """R6: both acknowledge it, and by when is decided here. Raises AnnouncedInTheFuture,
    PlannedBeforeAnnounced."""
    if announced > now:
        raise AnnouncedInTheFuture
    if planned_on < announced_on:
        raise PlannedBeforeAnnounced
    return [
        OperationAnnounced(
            planned_on=planned_on,
            handled_by=handled_by,
            acknowledgement_due=due,
            receipt=receipt,
            sender_unit=sender_unit,
            senders_reference=Sealed.of(senders_reference),
        )
    ]


def acknowledge_operation(operation: PoliceOperation, *, by_unit: str) -> list[OperationEvent]:
    """R6: each of the two for itself. Raises NotFound for anybody else."""
    if by_unit not in operation.handled_by:
        raise NotFound
    if by_unit in operation.acknowledged_by:
        return []
    return [OperationAcknowledged(unit=by_unit)]


def require_bounds(persons: int, bounds: Bounds) -> None:
    """A burst is never empty, and never more than can be told person by person (R6).

    Raises PersonsMetOutOfBounds.
    """
    if not bounds.fewest <= persons <= bounds.most:
        raise PersonsMetOutOfBounds(persons=persons, fewest=bounds.fewest, most=bounds.most)


def meet_persons(
    operation: PoliceOperation, referrals: Sequence[UUID], side: Compartment
) -> list[OperationEvent]:
    """S31: those met, each a referral of its own. Nobody waits for an acknowledgement. Who handles
    it meets exposed persons: of another side it tells nothing, not even how many (S76-S78).

    Raises OperationIsClosed.
    """
    if operation.closed:
        raise OperationIsClosed
    if side is not Compartment.EXPOSED:
        return []
    return [PersonsMet(persons=len(referrals), referrals=Sealed.of(tuple(referrals)))]


def close_operation(operation: PoliceOperation, *, by_unit: str) -> list[OperationEvent]:
    """What one of the two has not acknowledged stays open, and alarms (R6).

    Raises OperationIsNotAcknowledged.
    """
    if operation.closed:
        return []
    if not operation.is_acknowledged:
        raise OperationIsNotAcknowledged
    return [OperationClosed(unit=by_unit)]
