"""A request to take over: another unit that was told of the case asks for it.

The responsible unit answers by offering the case to it, or declines, within the time of any
handover; until then nothing moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.case.state import Case, Takeover, require_open
from domain.clocks import due
from domain.codes import ClockKind, TakeoverDeclineReason
from domain.deadline import DeadlineEvent, end_deadline, set_until
from domain.errors import (
    ReceivingUnitIsResponsible,
    TakeoverIsAnswered,
    TakeoverIsRequested,
)
from domain.organisation import Settings
from domain.ports import WorkingCalendar
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeoverRequested:
    person: UUID
    takeover: UUID
    unit: str
    reason: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeoverDeclined:
    person: UUID
    takeover: UUID
    reason: Sealed[TakeoverDeclineReason]  # which whoever asked is told, and no more
    explanation: Sealed[str]


TakeoverEvent = TakeoverRequested | TakeoverDeclined


def evolve(case: Case, event: object) -> Case:
    """An offer to the unit that asked is the answer, too (handover.py)."""
    match event:
        case TakeoverRequested(takeover=id_, unit=unit):
            return replace(case, takeovers=(*case.takeovers, Takeover(id=id_, unit=unit)))
        case TakeoverDeclined(takeover=id_):
            return replace(case, takeovers=tuple(t for t in case.takeovers if t.id != id_))
        case _:
            return case


# --- decisions -------------------------------------------------------------------------------


def request_takeover(case: Case, takeover: UUID, *, unit: str, reason: str) -> list[TakeoverEvent]:
    """Raises CaseIsClosed, ReceivingUnitIsResponsible, TakeoverIsRequested; also where the case
    has been offered to the unit already."""
    require_open(case)
    if unit == case.unit:
        raise ReceivingUnitIsResponsible
    offered = case.handover is not None and case.handover.to_unit == unit
    if offered or any(each.unit == unit for each in case.takeovers):
        raise TakeoverIsRequested
    return [
        TakeoverRequested(
            person=case.person, takeover=takeover, unit=unit, reason=Sealed.of(reason)
        )
    ]


def decline_takeover(
    case: Case, takeover: UUID, *, reason: TakeoverDeclineReason, explanation: str
) -> list[TakeoverEvent]:
    """The case stays where it is, and whoever asked is told on what ground. Raises
    TakeoverIsAnswered."""
    if all(each.id != takeover for each in case.takeovers):
        raise TakeoverIsAnswered
    return [
        TakeoverDeclined(
            person=case.person,
            takeover=takeover,
            reason=Sealed.of(reason),
            explanation=Sealed.of(explanation),
        )
    ]


# --- its clock, which has the number of the request -------------------------------------------


def await_answer(
    takeover: UUID, at: datetime, settings: Settings, calendar: WorkingCalendar, *, acute: bool
) -> Sequence[DeadlineEvent]:
    """As long as for a handover that is offered (c): nobody waits for ever (S69)."""
    until = due(ClockKind.TAKEOVER_ANSWER, at, settings, calendar, acute=acute)
    return set_until(takeover, ClockKind.TAKEOVER_ANSWER, at, until, calendar)


def end_waiting(case: Case, takeover: UUID, at: datetime) -> Sequence[DeadlineEvent]:
    """It is answered; what was asked before there was a clock has none."""
    waits = any(one.id == takeover for one in case.deadlines)
    return end_deadline(case.deadlines, takeover, at) if waits else []
