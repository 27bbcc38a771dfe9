"""What is feared, who told of it, and how it was answered: each referral as it stands, told
from its facts as far as they were opened for the reader."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from api.door.answers import Answer, Moment, Name, ReferralId, Text, Unit, Words
from api.resources.story import Told
from domain.codes import (
    AgeKnowledge,
    Channel,
    Concern,
    HandoverDeclineReason,
    PersonRole,
    ReferralKind,
    Residence,
    Source,
)
from domain.routing import Rule


class ProposedDecline(Answer):
    """Waits for the unit manager (R2)."""

    reason: HandoverDeclineReason | UnsetType = UNSET
    age: AgeKnowledge | UnsetType | None = UNSET
    explanation: Text | UnsetType = UNSET


class Declined(Answer):
    """Why a unit declined: where the age was wrong, the referral was routed anew."""

    unit: Unit
    reason: HandoverDeclineReason | UnsetType = UNSET
    age: AgeKnowledge | UnsetType | None = UNSET
    explanation: Text | UnsetType = UNSET


class Moved(Answer):
    """A person sent it on: where a rule was set aside, `rule` says which."""

    unit: Unit
    to_unit: Unit
    reason: Text | UnsetType = UNSET
    rule: Rule | UnsetType = UNSET


class ProtectionAssessed(Answer):
    """SoL 2025:400 20:1; 2001:453 11:1 a."""

    assessed_at: Moment
    needed_at_once: bool
    ground: Text


class PreliminaryAssessed(Answer):
    """SoL 2025:400 20:2; 2001:453 11:1 a."""

    decided_at: Moment
    opens_investigation: bool
    ground: Text


class Circumstances(Answer):
    """What the sender told in one referral, and how it was routed."""

    referral_id: ReferralId
    received_at: Moment
    acute: bool
    sender_unit: Unit | UnsetType = UNSET
    channel: Channel | UnsetType = UNSET
    source: Source | UnsetType = UNSET
    senders_reference: Text | UnsetType | None = UNSET
    kind: ReferralKind | UnsetType = UNSET
    role: PersonRole | UnsetType = UNSET
    age: AgeKnowledge | UnsetType = UNSET
    assessed_by: Name | UnsetType | None = UNSET
    concern: Concern | UnsetType = UNSET
    residence: Residence | UnsetType = UNSET
    account: Text | UnsetType = UNSET
    deciding_rule: Rule | UnsetType = UNSET
    rules: list[Rule] | UnsetType = UNSET
    reason: Words | UnsetType = UNSET
    proposed_decline: ProposedDecline | UnsetType = UNSET
    protection: ProtectionAssessed | UnsetType = UNSET
    preliminary: PreliminaryAssessed | UnsetType = UNSET
    feedback_asked_at: Moment | UnsetType = UNSET
    feedback_given_at: Moment | UnsetType = UNSET
    declined: list[Declined] = msgspec.field(default_factory=list)
    moves: list[Moved] = msgspec.field(default_factory=list)
    withdrawn_because: Text | UnsetType = UNSET


def circumstances_in(told: Iterable[Told]) -> list[Circumstances]:
    """One for each referral, with the routing that stands and a decline that waits."""
    referrals: dict[UUID, Circumstances] = {}
    for one in told:
        referral = one.line.stream
        match one.kind:
            case "referral.received":
                referrals[referral] = one.as_answer(
                    Circumstances, referral_id=referral, received_at=one.line.occurred_at
                )
            case "referral.routed" | "referral.routed-narrowly" if rule := one.content.get(
                "deciding"
            ):
                routed = referrals[referral]
                routed.deciding_rule = Rule(rule)
                routed.rules = [Rule(rule) for rule in one.content["rules"]]
                routed.reason = Words.of(Rule(rule))
                routed.proposed_decline = UNSET
            case "referral.decline-proposed":
                referrals[referral].proposed_decline = one.as_answer(ProposedDecline)
            case "referral.declined":
                referrals[referral].proposed_decline = UNSET
                referrals[referral].declined.append(one.as_answer(Declined))
            case "referral.routing-overridden" | "referral.forwarded":
                referrals[referral].moves.append(one.as_answer(Moved))
            case "referral.withdrawn":
                referrals[referral].withdrawn_because = one.content.get("reason", UNSET)
            case "referral.decline-refused":
                referrals[referral].proposed_decline = UNSET
            case _ if referral in referrals:
                _assess(referrals[referral], one)
            case _:
                pass
    return list(referrals.values())


def without_deliberation(every: Iterable[Circumstances]) -> list[Circumstances]:
    """What is left for whom a consent covers the circumstances alone: not who told of them, nor
    who has declined them or sent them on (R6)."""
    return [
        msgspec.structs.replace(each, sender_unit=UNSET, channel=UNSET, declined=[], moves=[])
        for each in every
    ]


def _assess(referral: Circumstances, one: Told) -> None:
    """What became of a report concerning a child or young person, as far as it is told."""
    at, content = one.line.occurred_at, one.content
    match one.kind:
        case "protection-assessed":
            referral.protection = ProtectionAssessed(
                assessed_at=at, needed_at_once=content["at_once"], ground=content["ground"]
            )
        case "preliminary-assessment-decided":
            referral.preliminary = PreliminaryAssessed(
                decided_at=at, opens_investigation=content["opens"], ground=content["ground"]
            )
        case "feedback-asked":
            referral.feedback_asked_at = at
        case "feedback-given":
            referral.feedback_given_at = at
        case "particulars-corrected":
            _correct(referral, content)
        case _:
            pass


def _correct(referral: Circumstances, right: Mapping[str, Any]) -> None:
    """What stands now; the timeline has both."""
    for code, name in _CODES.items():
        if right[name] is not None:
            setattr(referral, _NAMES.get(name, name), code(right[name]))
    if right["senders_reference"] is not None:
        referral.senders_reference = right["senders_reference"]


_CODES: Final = {
    PersonRole: "role",
    ReferralKind: "kind_told",
    Concern: "concern",
    Residence: "residence",
}
_NAMES: Final = {"kind_told": "kind"}
