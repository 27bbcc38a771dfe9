"""A case (ärende): one person, one role, one responsible unit at every moment.

Its stories, each a file with its events, how they change the state, and its decisions: the life of
the case (`life`), how it changes hands (`handover`), to what the person consents (`consent`), what
is investigated and assessed (`investigation`), what is done for the person (`intervention`), what
goes out of the administration (`outward`), how it moves to another municipality (`transfer`), to
what it is linked (`link`), what was recorded by mistake (`correction`), what other units are asked
and ask for (`consultation`, `takeover`), and who may come near it (`narrowing`,
`emergency`). The state is one (`state`). Deadlines run in a case as in any other file
(domain/deadline.py), and it is kept as long as any other (domain/retention.py).
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import get_args

from domain import deadline, retention
from domain.case import (
    consent,
    consultation,
    correction,
    handover,
    intervention,
    investigation,
    life,
    link,
    narrowing,
    outward,
    takeover,
    transfer,
)
from domain.case.consent import ConsentEvent
from domain.case.consultation import ConsultationEvent
from domain.case.correction import CorrectionEvent
from domain.case.emergency import EmergencyEvent
from domain.case.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverDeclineProposed,
    HandoverDeclineRefused,
    HandoverEvent,
    HandoverOffered,
    HandoverWithdrawn,
    accept_handover,
    confirm_handover_decline,
    decline_handover,
    offer_handover,
    preview_handover,
    refuse_handover_decline,
    withdraw_handover,
)
from domain.case.intervention import InterventionEvent
from domain.case.investigation import InvestigationEvent
from domain.case.life import (
    CaseClosed,
    CaseJoined,
    CaseOpened,
    CaseReopened,
    CaseWorkerAssigned,
    CaseWorkerReleased,
    LifeEvent,
    NoteRecorded,
    ReferralTakenOut,
    RoutingReviewed,
    assign_case_worker,
    close_case,
    join_case,
    open_case,
    record_note,
    release_case_worker,
    reopen_case,
    review_routing,
    take_out,
)
from domain.case.link import LinkEvent
from domain.case.narrowing import NarrowingEvent
from domain.case.outward import OutwardEvent
from domain.case.state import (
    Case,
    CaseStatus,
    Handover,
    InterventionStatus,
    ProposedDecline,
    TransferStatus,
)
from domain.case.takeover import TakeoverEvent
from domain.case.transfer import TransferEvent
from domain.deadline import DeadlineEvent
from domain.retention import RetentionEvent

CaseEvent = (
    LifeEvent
    | HandoverEvent
    | ConsentEvent
    | InvestigationEvent
    | InterventionEvent
    | OutwardEvent
    | TransferEvent
    | LinkEvent
    | ConsultationEvent
    | TakeoverEvent
    | CorrectionEvent
    | NarrowingEvent
    | EmergencyEvent
)

_STORIES = (
    (LifeEvent, life.evolve),
    (HandoverEvent, handover.evolve),
    (ConsentEvent, consent.evolve),
    (InvestigationEvent, investigation.evolve),
    (InterventionEvent, intervention.evolve),
    (OutwardEvent, outward.evolve),
    (TransferEvent, transfer.evolve),
    (LinkEvent, link.evolve),
    (ConsultationEvent, consultation.evolve),
    (TakeoverEvent, takeover.evolve),
    (CorrectionEvent, correction.evolve),
    (NarrowingEvent, narrowing.evolve),
)
_EVOLVE = {event: evolve for events, evolve in _STORIES for event in get_args(events) or (events,)}


def evolve(case: Case | None, event: object) -> Case | None:
    if isinstance(event, CaseOpened):
        return life.opened(event)
    if case is not None and isinstance(event, DeadlineEvent):
        return replace(case, deadlines=deadline.evolve(case.deadlines, event))
    if case is not None and isinstance(event, RetentionEvent):
        return replace(case, retention=retention.evolve(case.retention, event))
    story = _EVOLVE.get(type(event))
    return case if case is None or story is None else story(case, event)


def fold(events: Iterable[object]) -> Case | None:
    case: Case | None = None
    for event in events:
        case = evolve(case, event)
    return case


__all__ = [
    "Case",
    "CaseClosed",
    "CaseEvent",
    "CaseJoined",
    "CaseOpened",
    "CaseReopened",
    "CaseStatus",
    "CaseWorkerAssigned",
    "CaseWorkerReleased",
    "Handover",
    "HandoverAccepted",
    "HandoverDeclineProposed",
    "HandoverDeclineRefused",
    "HandoverDeclined",
    "HandoverOffered",
    "HandoverWithdrawn",
    "InterventionStatus",
    "NoteRecorded",
    "ProposedDecline",
    "ReferralTakenOut",
    "RoutingReviewed",
    "TransferStatus",
    "accept_handover",
    "assign_case_worker",
    "close_case",
    "confirm_handover_decline",
    "decline_handover",
    "evolve",
    "fold",
    "join_case",
    "offer_handover",
    "open_case",
    "preview_handover",
    "record_note",
    "refuse_handover_decline",
    "release_case_worker",
    "reopen_case",
    "review_routing",
    "take_out",
    "withdraw_handover",
]
