"""Each case's line: what a compilation may hold (SoLPuL 7 a §), never more."""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from domain.case import (
    CaseClosed,
    CaseJoined,
    CaseOpened,
    CaseReopened,
    CaseStatus,
    CaseWorkerAssigned,
    CaseWorkerReleased,
    HandoverAccepted,
    HandoverDeclined,
    HandoverOffered,
    HandoverWithdrawn,
    ReferralTakenOut,
)
from domain.catalogue import names_of
from domain.recorded import Recorded
from projections.projection import Key, Projection, Table
from projections.sql import text


class Line(NamedTuple):
    case: UUID
    unit: str
    status: str
    workers: tuple[UUID, ...]
    opened_at: datetime
    last_event_at: datetime
    handover: UUID | None  # the offer that stands, to whom, and by when it is answered
    handover_to: str | None
    answer_due: datetime | None
    referrals: tuple[UUID, ...]
    version: int
    position: int  # of the last change


def keys(recorded: Recorded) -> Iterable[Key]:
    """Deadlines run in cases and elsewhere: they move the version, too."""
    return [(recorded.stream,)] if recorded.name.startswith(("case.", "deadline.")) else ()


_TELLING = names_of(
    CaseOpened,
    CaseJoined,
    ReferralTakenOut,
    CaseWorkerAssigned,
    CaseWorkerReleased,
    HandoverOffered,
    HandoverAccepted,
    HandoverDeclined,
    HandoverWithdrawn,
    CaseClosed,
    CaseReopened,
)


def keys_of_states(recorded: Recorded) -> Iterable[Key]:
    """Whose case then stands otherwise than before."""
    return [(recorded.stream,)] if recorded.name in _TELLING else ()


def apply(line: Line | None, recorded: Recorded) -> Line | None:
    """Most facts are notes: they count as the last event, and what they say is not even decoded."""
    if recorded.name in _TELLING:
        line = _told(line, recorded)
    return line and line._replace(
        last_event_at=recorded.occurred_at,
        version=recorded.version,
        position=recorded.position,
    )


def _told(line: Line | None, recorded: Recorded) -> Line | None:
    if isinstance(recorded.event, CaseOpened):
        return _opened(recorded, recorded.event)
    return line and line._replace(**_changes(line, recorded.event))


def _opened(recorded: Recorded, opened: CaseOpened) -> Line:
    return Line(
        case=recorded.stream,
        unit=opened.unit,
        status=CaseStatus.OPEN,
        workers=(),
        opened_at=recorded.occurred_at,
        last_event_at=recorded.occurred_at,
        handover=None,
        handover_to=None,
        answer_due=None,
        referrals=(opened.referral,),
        version=recorded.version,
        position=recorded.position,
    )


_NO_OFFER: dict[str, Any] = {"handover": None, "handover_to": None, "answer_due": None}


def _changes(line: Line, event: object) -> dict[str, Any]:  # noqa: PLR0911 - one for each event
    match event:
        case CaseJoined(referral=referral):
            return {"referrals": (*line.referrals, referral)}
        case ReferralTakenOut(referral=referral):
            return {"referrals": tuple(r for r in line.referrals if r != referral)}
        case CaseWorkerAssigned(worker=worker):
            return {"workers": (*line.workers, worker)}
        case CaseWorkerReleased(worker=worker):
            return {"workers": tuple(w for w in line.workers if w != worker)}
        case HandoverOffered(handover=handover, to_unit=to_unit, answer_due=due):
            return {"handover": handover, "handover_to": to_unit, "answer_due": due}
        case HandoverAccepted(unit=unit):
            return {"unit": unit, **_NO_OFFER}
        case HandoverDeclined() | HandoverWithdrawn():
            return _NO_OFFER
        case CaseClosed():
            return {"status": CaseStatus.CLOSED}
        case CaseReopened():
            return {"status": CaseStatus.OPEN}
        case _:
            return {}


TABLE = Table(name="caseload", row=Line, key=("case",), keys=keys, apply=apply, of_file="case")
PROJECTION = Projection(
    name="caseload",
    version=3,
    schema=text("projections.caseload", "schema.sql"),
    tables=(TABLE,),
    key=attrgetter("stream"),
)
