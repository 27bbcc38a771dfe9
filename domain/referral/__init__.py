"""An incoming referral (aktualisering): somebody tells of a person, and somebody must answer.

Its stories, each a file with its events, how they change the state, and its decisions: received
from a source by a channel and routed by the rules to one unit (`reception`); accepted, which opens
or joins a case, declined for a coded reason, or closed as assessed (`answer`); forwarded or
referred on, its routing overridden with a reason, or withdrawn by the sender (`movement`);
corrected where it was told wrongly (`correction`); and who may come near it (`narrowing`). The
state is one (`state`). Deadlines run in a referral as in any other file (domain/deadline.py), it is
kept as long as any other (domain/retention.py), and a report concerning a child or young person is
assessed (domain/assessment.py).

From receipt to answer it has a holder: the unit it was routed to or, where a unit of the
administration sends it on, that unit until the receiver accepts (S69). Nexus declines only as R2
allows, confirmed by its unit manager.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import get_args

from domain import assessment, deadline, retention
from domain.assessment import AssessmentEvent
from domain.deadline import DeadlineEvent
from domain.referral import answer, correction, movement, narrowing, reception
from domain.referral.answer import (
    AnswerEvent,
    ReferralAccepted,
    ReferralClosed,
    ReferralDeclined,
    ReferralDeclineProposed,
    ReferralDeclineRefused,
    accept_referral,
    close_referral,
    confirm_decline,
    decline_referral,
    refuse_decline,
)
from domain.referral.correction import CorrectionEvent
from domain.referral.movement import (
    MovementEvent,
    ReferralForwarded,
    ReferralReferredOn,
    ReferralWithdrawn,
    RoutingOverridden,
    await_again,
    forward_referral,
    override_routing,
    refer_on,
    withdraw_referral,
)
from domain.referral.narrowing import (
    NarrowingEvent,
    ReferralNarrowed,
    ReferralWidened,
    narrow_referral,
)
from domain.referral.reception import (
    Account,
    ReceptionEvent,
    ReferralReceived,
    ReferralRouted,
    ReferralRoutedNarrowly,
    plain_reference,
    receive_referral,
)
from domain.referral.state import ANSWER, ProposedDecline, Referral, ReferralStatus
from domain.retention import RetentionEvent

ReferralEvent = ReceptionEvent | AnswerEvent | MovementEvent | CorrectionEvent | NarrowingEvent

_STORIES = (
    (ReceptionEvent, reception.evolve),
    (AnswerEvent, answer.evolve),
    (MovementEvent, movement.evolve),
    (CorrectionEvent, correction.evolve),
    (NarrowingEvent, narrowing.evolve),
)
_EVOLVE = {event: evolve for events, evolve in _STORIES for event in get_args(events) or (events,)}


def evolve(referral: Referral | None, event: object) -> Referral | None:
    if isinstance(event, ReferralReceived):
        return reception.arrived(event)
    if referral is None:
        return None
    if isinstance(event, DeadlineEvent):
        return replace(referral, deadlines=deadline.evolve(referral.deadlines, event))
    if isinstance(event, AssessmentEvent):
        return replace(referral, assessment=assessment.evolve(referral.assessment, event))
    if isinstance(event, RetentionEvent):
        return replace(referral, retention=retention.evolve(referral.retention, event))
    story = _EVOLVE.get(type(event))
    return referral if story is None else story(referral, event)


def fold(events: Iterable[object]) -> Referral | None:
    referral: Referral | None = None
    for event in events:
        referral = evolve(referral, event)
    return referral


__all__ = [
    "ANSWER",
    "Account",
    "ProposedDecline",
    "Referral",
    "ReferralAccepted",
    "ReferralClosed",
    "ReferralDeclineProposed",
    "ReferralDeclineRefused",
    "ReferralDeclined",
    "ReferralEvent",
    "ReferralForwarded",
    "ReferralNarrowed",
    "ReferralReceived",
    "ReferralReferredOn",
    "ReferralRouted",
    "ReferralRoutedNarrowly",
    "ReferralStatus",
    "ReferralWidened",
    "ReferralWithdrawn",
    "RoutingOverridden",
    "accept_referral",
    "await_again",
    "close_referral",
    "confirm_decline",
    "decline_referral",
    "evolve",
    "fold",
    "forward_referral",
    "narrow_referral",
    "override_routing",
    "plain_reference",
    "receive_referral",
    "refer_on",
    "refuse_decline",
    "withdraw_referral",
]
