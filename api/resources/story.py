"""What happened in a file, opened for a reader: each fact as far as policy lets it be told.

The views hold sealed values closed; they are opened here, at the moment of reading, and only those
of a kind of information that the reader may see. The rest is left out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from pydantic.alias_generators import to_camel

from api.door.answers import Answer, Moment, Name, ReferralId, Text, Unit, Words
from api.door.visit import Visit
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
from domain.labels import Label
from domain.policy import Information
from domain.routing import Rule
from domain.telling import event_label
from projections import timeline
from projections.access import Found

T = TypeVar("T")

_MOST: Final = 1000
CORRECTION: Final = "case.entry-corrected"
_RESTS_ON: Final = (
    "person.registered",
    "person.particulars-recorded",
    "person.duplicate-noted",
    "person.access-narrowed",
    "person.access-widened",
    "referral.received",
    "referral.routed",
    "referral.routed-narrowly",
    "referral.decline-proposed",
    "referral.decline-refused",
    "referral.declined",
    "referral.assessment-recorded",
    "referral.routing-overridden",
    "referral.forwarded",
    "referral.withdrawn",
    "case.handover-offered",
    "case.handover-decline-proposed",
    "case.handover-decline-refused",
)


@dataclass(frozen=True, slots=True)
class Told:
    """One fact. `kind` is its public name, or what its veil hid."""

    line: timeline.Line
    kind: str
    facts: Mapping[str, Any]
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> Label:
        return event_label(self.kind)

    @property
    def details(self) -> dict[str, Any]:
        """What it says, as far as it was opened."""
        return {**self.facts, **self.content}

    def as_answer(self, kind: type[T], **more: object) -> T:
        """What it tells, as far as it was opened, in the shape of an answer."""
        told = {**self.facts, **self.content, **more}
        return msgspec.convert({to_camel(n): value for n, value in told.items()}, kind)


async def what_it_rests_on(
    visit: Visit, found: Found, file: UUID, referrals: Collection[UUID]
) -> list[Told]:
    """Who a file is about, what is feared, and what waits for an answer."""
    await visit.include(timeline.PROJECTION.name)
    page = await visit.ask(
        timeline.page,
        visit.viewer,
        file=file,
        streams=[file, found.person, *referrals],
        information=Information.LINE,
        names=_RESTS_ON,
        limit=_MOST,
    )
    return await opened(visit, found, page.lines)


async def corrections(visit: Visit, file: UUID, information: Information) -> Mapping[int, int]:
    """Which entries of a case were recorded by mistake, by version, and where that stands."""
    page = await visit.ask(
        timeline.page,
        visit.viewer,
        file=file,
        streams=[file],
        information=information,
        names=[CORRECTION],
        limit=_MOST,
    )
    return {line.facts["entry"]: line.position for line in page.lines}


async def opened(visit: Visit, found: Found, lines: Sequence[timeline.Line]) -> list[Told]:
    """Everything that the reader may see is opened."""
    return await _opened(visit, lines, {k for k in Information if visit.may_read(k, found)})


async def opened_but_for(
    visit: Visit, lines: Sequence[timeline.Line], left_out: Information
) -> list[Told]:
    """Everything is opened, but for one kind of information."""
    return await _opened(visit, lines, set(Information) - {left_out})


async def opened_for_the_person(visit: Visit, lines: Sequence[timeline.Line]) -> list[Told]:
    """Everything is opened: for the person whom it is about."""
    return await _opened(visit, lines, set(Information))


async def _opened(
    visit: Visit, lines: Sequence[timeline.Line], readable: Collection[Information]
) -> list[Told]:
    """With the keys fetched in one question."""
    places = [
        (number, name, token)
        for number, line in enumerate(lines)
        for name, token in line.sealed.items()
        if information_of(line.name, name) in readable
    ]
    values = await visit.house.opener.open_values([(token, Any) for _, _, token in places])
    contents: list[dict[str, Any]] = [{} for _ in lines]
    for (number, name, _), value in zip(places, values, strict=True):
        if value.is_open:  # otherwise its key is erased
            contents[number][name] = value.reveal()
    return [_told(line, content) for line, content in zip(lines, contents, strict=True)]


_WHO_TOLD: Final = ("source", "senders_reference", "kind", "assessed_by")


def information_of(  # noqa: PLR0911 - an answer for each kind
    name: str, value: str
) -> Information:
    """Of which kind an event's sealed value is. A consent to tell somebody outside of a person's
    circumstances covers neither who told of them, nor what units and workers thought (R6)."""
    match name.split("."):
        case ["person", _]:
            return Information.IDENTITY
        case ["case", event] if event.startswith("consultation-"):
            return Information.CONSULTATION
        case ["case", "note-recorded"]:
            return Information.NOTES
        case ["referral", "received"] if value not in _WHO_TOLD:
            return Information.CIRCUMSTANCES
        case ["case", "assessment-recorded"]:
            return Information.CIRCUMSTANCES
        case ["referral", _]:
            return Information.DELIBERATION
        case ["case", event] if event.startswith("handover-"):
            return Information.DELIBERATION  # what the receiving unit's answer rests on
        case _:
            return Information.TIMELINE


def _told(line: timeline.Line, content: dict[str, Any]) -> Told:
    if "body" not in line.sealed:
        return Told(line, line.name, line.facts, content)
    body = dict(content.get("body", {}))
    return Told(line, body.pop("kind", line.name), line.facts, body)


# --- what is feared --------------------------------------------------------------------------


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
        case _:
            pass
