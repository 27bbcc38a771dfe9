"""Each deadline, a line each: what is due, when, and what came of it, in the neutral words of a
compilation. The answers that referrals, handovers and police operations wait for are among them."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from domain.case import HandoverAccepted, HandoverDeclined, HandoverOffered, HandoverWithdrawn
from domain.catalogue import names_of
from domain.clocks import warned_of
from domain.codes import ClockKind, DeadlineKind
from domain.deadline import (
    DeadlineCaughtUp,
    DeadlineEscalated,
    DeadlineExtended,
    DeadlineFellAway,
    DeadlineMet,
    DeadlineMissed,
    DeadlinePaused,
    DeadlineResumed,
    DeadlineSet,
)
from domain.police_operation import (
    ACKNOWLEDGEMENT,
    OperationAcknowledged,
    OperationAnnounced,
)
from domain.recorded import Recorded
from domain.referral import (
    ANSWER,
    ReferralAccepted,
    ReferralClosed,
    ReferralDeclined,
    ReferralRouted,
    ReferralWithdrawn,
)
from projections.projection import Key, Projection, Table
from projections.sql import text

_ROUTED = (
    ReferralRouted,
    ReferralAccepted,
    ReferralDeclined,
    ReferralClosed,
    ReferralWithdrawn,
)
_OFFERED = (HandoverOffered, HandoverAccepted, HandoverDeclined, HandoverWithdrawn)
_OF_REFERRALS, _OF_HANDOVERS = names_of(*_ROUTED), names_of(*_OFFERED)
_OF_OPERATIONS = names_of(OperationAnnounced, OperationAcknowledged)
_LEADING = names_of(ReferralRouted, ReferralAccepted)


class DeadlineStatus(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MISSED = "missed"  # and not caught up with, also where it has fallen away since
    MET = "met"
    CAUGHT_UP = "caught-up"  # done, too late
    FALLEN_AWAY = "fallen-away"


class Row(NamedTuple):
    file: UUID
    deadline: UUID
    kind: str
    asked: bool  # an answer, which is for the unit that is asked
    due: datetime
    warned: datetime
    status: str
    escalated: int  # times
    reminded: tuple[str, ...]  # units
    ended_at: datetime | None
    units: tuple[str, ...] = ()  # whose it is, where there is no file whose access says so
    lacking: tuple[str, ...] = ()  # which of them have not done it


class Led(NamedTuple):
    referral: UUID
    case: UUID


def keys(recorded: Recorded) -> Iterable[Key]:
    event: Any = recorded.event
    if recorded.name.startswith("deadline."):
        return [(recorded.stream, event.deadline)]
    if recorded.name in _OF_REFERRALS:
        return [(recorded.stream, ANSWER)]
    if recorded.name in _OF_OPERATIONS:
        return [(recorded.stream, ACKNOWLEDGEMENT)]
    return [(recorded.stream, event.handover)] if recorded.name in _OF_HANDOVERS else ()


def apply(row: Row | None, recorded: Recorded) -> Row | None:
    match recorded.event:
        case DeadlineSet(deadline=deadline, kind=kind, due=due, warned=warned):
            return _running(recorded.stream, deadline, kind, due, warned)
        case ReferralRouted(answer_due=due):
            return _awaited(recorded, ANSWER, ClockKind.REFERRAL_ANSWER, due)
        case HandoverOffered(handover=handover, answer_due=due):
            return _awaited(recorded, handover, ClockKind.HANDOVER_ANSWER, due)
        case OperationAnnounced(acknowledgement_due=due, handled_by=units):
            clock = ClockKind.OPERATION_ACKNOWLEDGED
            answer = _awaited(recorded, ACKNOWLEDGEMENT, clock, due)
            return answer._replace(units=units, lacking=units)
        case _:
            return row and row._replace(**_changes(row, recorded))


def _running(
    file: UUID, deadline: UUID, kind: DeadlineKind, due: datetime, warned: datetime
) -> Row:
    running = DeadlineStatus.RUNNING
    return Row(file, deadline, kind, False, due, warned, running, 0, (), None)


def _awaited(recorded: Recorded, deadline: UUID, clock: ClockKind, due: datetime) -> Row:
    warned = max(recorded.occurred_at, warned_of(clock, due))
    answer = _running(recorded.stream, deadline, DeadlineKind.ANSWER, due, warned)
    return answer._replace(asked=True)


def _changes(row: Row, recorded: Recorded) -> dict[str, Any]:  # noqa: PLR0911 - one for each event
    ended: dict[str, Any] = {"ended_at": recorded.occurred_at}
    match recorded.event:
        case DeadlinePaused():
            return {"status": DeadlineStatus.PAUSED}
        case DeadlineResumed(due=due, warned=warned) | DeadlineExtended(due=due, warned=warned):
            return {"status": DeadlineStatus.RUNNING, "due": due, "warned": warned}
        case DeadlineMissed():
            return {"status": DeadlineStatus.MISSED}
        case DeadlineEscalated(times=times, units=units):
            return {"escalated": times, "reminded": units}
        case DeadlineMet():
            return {"status": DeadlineStatus.MET, **ended}
        case DeadlineCaughtUp():
            return {"status": DeadlineStatus.CAUGHT_UP, **ended}
        case DeadlineFellAway() | HandoverWithdrawn() | ReferralWithdrawn():
            is_missed = row.status == DeadlineStatus.MISSED  # and stays so
            return ended if is_missed else {"status": DeadlineStatus.FALLEN_AWAY, **ended}
        case OperationAcknowledged(unit=unit) if set(row.lacking) - {unit}:
            return {"lacking": tuple(each for each in row.lacking if each != unit)}
        case (
            ReferralAccepted()
            | ReferralDeclined()
            | ReferralClosed()
            | HandoverAccepted()
            | HandoverDeclined()
            | OperationAcknowledged()
        ):
            ended["lacking"] = ()
            in_time = recorded.occurred_at <= row.due and row.status != DeadlineStatus.MISSED
            return {"status": DeadlineStatus.MET if in_time else DeadlineStatus.CAUGHT_UP, **ended}
        case _:
            return {}


def _led_keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name in _LEADING else ()


def _led(_: Led | None, recorded: Recorded) -> Led | None:
    if isinstance(recorded.event, ReferralAccepted):
        return Led(recorded.stream, recorded.event.case)
    return None  # routed anew


PROJECTION = Projection(
    name="deadlines",
    version=4,
    schema=text("projections.deadlines", "schema.sql"),
    tables=(
        Table(
            name="deadlines",
            row=Row,
            key=("file", "deadline"),
            keys=keys,
            apply=apply,
            of_file="file",
        ),
        Table(
            name="deadline_referrals",
            row=Led,
            key=("referral",),
            keys=_led_keys,
            apply=_led,
            of_file="referral",
        ),
    ),
    key=attrgetter("stream"),
)
