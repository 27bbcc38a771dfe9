"""A request to take over: another unit that was told of the case asks for it.

The responsible unit answers by offering the case to it, or declines; until then nothing moves.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.case.state import Case, Takeover, require_open
from domain.errors import (
    ReceivingUnitIsResponsible,
    TakeoverIsAnswered,
    TakeoverIsRequested,
)
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeoverRequested:
    person: UUID
    request: UUID
    unit: str
    reason: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeoverDeclined:
    person: UUID
    request: UUID
    explanation: Sealed[str]


TakeoverEvent = TakeoverRequested | TakeoverDeclined


def evolve(case: Case, event: object) -> Case:
    """An offer to the unit that asked is the answer, too (handover.py)."""
    match event:
        case TakeoverRequested(request=request, unit=unit):
            return replace(case, takeovers=(*case.takeovers, Takeover(id=request, unit=unit)))
        case TakeoverDeclined(request=request):
            return replace(case, takeovers=tuple(t for t in case.takeovers if t.id != request))
        case _:
            return case


# --- decisions -------------------------------------------------------------------------------


def request_takeover(case: Case, request: UUID, *, unit: str, reason: str) -> list[TakeoverEvent]:
    """Raises CaseIsClosed, ReceivingUnitIsResponsible, TakeoverIsRequested; also where the case
    has been offered to the unit already."""
    require_open(case)
    if unit == case.unit:
        raise ReceivingUnitIsResponsible
    offered = case.handover is not None and case.handover.to_unit == unit
    if offered or any(each.unit == unit for each in case.takeovers):
        raise TakeoverIsRequested
    return [
        TakeoverRequested(person=case.person, request=request, unit=unit, reason=Sealed.of(reason))
    ]


def decline_takeover(case: Case, request: UUID, *, explanation: str) -> list[TakeoverEvent]:
    """The case stays where it is. Raises TakeoverIsAnswered."""
    if all(each.id != request for each in case.takeovers):
        raise TakeoverIsAnswered
    return [
        TakeoverDeclined(person=case.person, request=request, explanation=Sealed.of(explanation))
    ]
