"""What secrecy removes from a record that is made for the person whom it is about (OSL 12:1).

Whoever told of somebody is not named to them, nor told by what stands around it: by which unit it
came in, by which rules it was routed, what was corrected of it afterwards (26:5). What is sealed of
somebody else stays theirs (26:1).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from api.resources.story import Told
from domain.codes import ClockKind, IdentitySource, Receiver, Source

_WHO_TOLD: Final = "OSL 26:5"
_ADDRESS: Final = "OSL 21:3"
_ROUTED: Final = dict.fromkeys(("holder", "informed", "rules"), _WHO_TOLD)
_TELLING_WHO_TOLD: Final[Mapping[str, Mapping[str, str]]] = {
    "referral.received": dict.fromkeys(
        ("source", "senders_reference", "assessed_by", "sender_unit", "channel", "kind", "receipt"),
        _WHO_TOLD,
    ),
    "referral.routed": _ROUTED,
    "referral.routed-narrowly": _ROUTED,
    "routing-reviewed": {"rules": _WHO_TOLD},
    "referral.withdrawn": {"reason": _WHO_TOLD},
    "particulars-corrected": dict.fromkeys(("senders_reference", "kind_told", "reason"), _WHO_TOLD),
}
"""What tells who told of the person, by kind of fact."""
_SOMEBODY_TOLD: Final = frozenset({IdentitySource.CLOSE_PERSON, IdentitySource.OTHER})

_NOT_TOLD: Final = frozenset(
    {"police-report-made", "case.referral-sent", "case.linked", "case.link-removed"}
    | {"person.duplicate-noted", "feedback-asked", "feedback-given"}
)
"""That there is such a fact tells of a crime that is looked into, or of somebody else (OSL 18:1,
26:1, 26:5): it is handed out by a person's own assessment alone (c), and not said to be left out.
"""
_CLOCKS_NOT_TOLD: Final = frozenset(
    {ClockKind.REPORTER_FEEDBACK, ClockKind.LATE_REPORTER_FEEDBACK}
    | {ClockKind.OPERATION_ACKNOWLEDGED}
)

_MAY_BE_NAMED: Final = frozenset({Source.POLICE, Source.POLICE_OPERATION, Source.SELF})
"""Whose account does not tell who reported."""

_BY_WHOEVER_ANSWERS: Final = frozenset(
    {"referral.accepted", "referral.closed", "referral.declined", "referral.decline-proposed"}
    | {"referral.decline-refused", "protection-assessed", "preliminary-assessment-decided"}
)


def left_to_tell(facts: Sequence[Told]) -> list[Told]:
    """Without what is not even said to be left out."""
    silent = {
        told.facts.get("deadline")
        for told in facts
        if told.kind == "deadline.set" and told.details.get("clock") in _CLOCKS_NOT_TOLD
    }
    return [
        told
        for told in facts
        if told.kind not in _NOT_TOLD
        and told.details.get("receiver") != Receiver.POLICE
        and not (told.kind.startswith("deadline.") and told.facts.get("deadline") in silent)
    ]


def senders_in(facts: Iterable[Told]) -> frozenset[str]:
    """The units through which somebody told of the person, and that never answered for them."""
    sent = {told.line.unit for told in facts if told.kind == "referral.received"}
    answered = {
        told.details.get("unit")
        for told in facts
        if told.kind in ("case.opened", "case.handover-accepted")
    }
    return frozenset(sent - answered)


def unit_of(told: Told, senders: Collection[str]) -> str:
    """For which unit it was recorded: told of a case, and of what the receiving unit answered."""
    is_told = told.kind in _BY_WHOEVER_ANSWERS or told.line.name.startswith("case.")
    return told.line.unit if is_told and told.line.unit not in senders else ""


def removed_from(told: Told, details: Mapping[str, Any], *, narrowed: bool) -> dict[str, str]:
    """The fields that are not told, and on which ground each."""
    removed = dict(_TELLING_WHO_TOLD.get(told.kind, {}))
    if told.kind == "referral.received" and details.get("source") not in _MAY_BE_NAMED:
        removed["account"] = _WHO_TOLD
    if told.kind == "identity-asserted" and details.get("source") in _SOMEBODY_TOLD:
        removed |= dict.fromkeys(("source", "basis"), _WHO_TOLD)
    if narrowed and details.get("contact"):
        removed["contact"] = _ADDRESS
    return {name: ground for name, ground in removed.items() if name in details}
