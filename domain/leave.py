"""A leave (ledighet): from which day until which somebody is away, as part of their own story.

The story: planned, or told of afterwards, within the position; corrected, ended early, or withdrawn
before it began to count. Why somebody is away is never told: there is no field that could hold it.
Whoever is away keeps their cases and their seat in a team, but is nobody who is there (S69, c).
"""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.codes import LeaveCorrection
from domain.errors import (
    LeaveEndsBeforeItStarts,
    LeaveEndsNoEarlier,
    LeaveIsOutsideThePosition,
    LeaveIsOver,
    LeaveOverlaps,
    NotFound,
    WorkerIsAway,
)

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class LeavePlanned:
    leave: UUID
    since: date
    until: date  # the last day


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaveCorrected:
    leave: UUID
    since: date
    until: date
    reason: LeaveCorrection


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaveEnded:
    """Earlier than it was planned."""

    leave: UUID
    until: date


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaveWithdrawn:
    """It comes to nothing, or never was."""

    leave: UUID


LeaveEvent = LeavePlanned | LeaveCorrected | LeaveEnded | LeaveWithdrawn

# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    id: UUID
    since: date
    until: date

    def covers(self, day: date) -> bool:
        return self.since <= day <= self.until


Leaves = tuple[Leave, ...]


def evolve(leaves: Leaves, event: LeaveEvent) -> Leaves:
    match event:
        case LeavePlanned(leave=id_, since=since, until=until):
            return (*leaves, Leave(id=id_, since=since, until=until))
        case LeaveCorrected(leave=id_, since=since, until=until):
            return _changed(leaves, id_, since=since, until=until)
        case LeaveEnded(leave=id_, until=until):
            return _changed(leaves, id_, until=until)
        case LeaveWithdrawn(leave=id_):
            return tuple(leave for leave in leaves if leave.id != id_)


def _changed(leaves: Leaves, id_: UUID, *, until: date, since: date | None = None) -> Leaves:
    return tuple(
        replace(leave, since=since or leave.since, until=until) if leave.id == id_ else leave
        for leave in leaves
    )


def away(leaves: Leaves, day: date) -> Leave | None:
    """The leave that somebody is on that day."""
    return next((leave for leave in leaves if leave.covers(day)), None)


# --- decisions -------------------------------------------------------------------------------


def plan_leave(
    leaves: Leaves, leave: UUID, *, since: date, until: date, position_since: date
) -> list[LeaveEvent]:
    """Ahead, or afterwards. Raises LeaveEndsBeforeItStarts, LeaveIsOutsideThePosition,
    LeaveOverlaps."""
    _require_room(leaves, since=since, until=until, position_since=position_since)
    return [LeavePlanned(leave=leave, since=since, until=until)]


def correct_leave(
    leaves: Leaves,
    leave: UUID,
    *,
    since: date,
    until: date,
    reason: LeaveCorrection,
    position_since: date,
) -> list[LeaveEvent]:
    """It was told wrongly, or moved. Raises NotFound, and what a new one is refused for."""
    found = _find(leaves, leave)
    others = tuple(other for other in leaves if other.id != leave)
    _require_room(others, since=since, until=until, position_since=position_since)
    if (found.since, found.until) == (since, until):
        return []
    return [LeaveCorrected(leave=leave, since=since, until=until, reason=reason)]


def end_leave(leaves: Leaves, leave: UUID, *, until: date, today: date) -> list[LeaveEvent]:
    """Somebody is back sooner. Raises NotFound, LeaveIsOver, LeaveEndsBeforeItStarts,
    LeaveEndsNoEarlier."""
    found = _find(leaves, leave)
    if found.until < today:
        raise LeaveIsOver
    if until < found.since:
        raise LeaveEndsBeforeItStarts
    if until > found.until:
        raise LeaveEndsNoEarlier
    return [] if until == found.until else [LeaveEnded(leave=leave, until=until)]


def withdraw_leave(leaves: Leaves, leave: UUID) -> list[LeaveEvent]:
    """Raises NotFound."""
    return [LeaveWithdrawn(leave=_find(leaves, leave).id)]


def end_with_position(leaves: Leaves, until: date) -> list[LeaveEvent]:
    """No leave outlasts the position."""
    return [
        LeaveEnded(leave=leave.id, until=until)
        if leave.since <= until
        else LeaveWithdrawn(leave=leave.id)
        for leave in leaves
        if leave.until > until
    ]


def require_present(leaves: Leaves, today: date) -> None:
    """Work is not given to somebody who is away, unless whoever gives it knows (c).

    Raises WorkerIsAway.
    """
    if leave := away(leaves, today):
        raise WorkerIsAway(until=leave.until)


def _find(leaves: Leaves, leave: UUID) -> Leave:
    for found in leaves:
        if found.id == leave:
            return found
    raise NotFound


def _require_room(leaves: Leaves, *, since: date, until: date, position_since: date) -> None:
    if until < since:
        raise LeaveEndsBeforeItStarts
    if since < position_since:
        raise LeaveIsOutsideThePosition
    for other in leaves:
        if other.since <= until and since <= other.until:
            raise LeaveOverlaps(leave=other.id)
