"""What happened in a file, opened for a reader: each fact as far as policy lets it be told.

The views hold sealed values closed; they are opened here, at the moment of reading, and only those
of a kind of information that the reader may see. The rest is left out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from pydantic.alias_generators import to_camel

from api.door.visit import Visit
from domain.labels import Label
from domain.policy import Information
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
    visit: Visit, lines: Sequence[timeline.Line], *left_out: Information
) -> list[Told]:
    """Everything is opened, but for some kinds of information."""
    return await _opened(visit, lines, set(Information).difference(left_out))


def erased_in(told: Told, *left_out: Information) -> list[str]:
    """The sealed values of a fact that would have been opened, but for that their key is erased."""
    if "body" in told.line.sealed:
        wanted = information_of(told.line.name, "body") not in left_out
        return ["body"] if wanted and told.kind == told.line.name else []
    return [
        name
        for name in told.line.sealed
        if name not in told.content and information_of(told.line.name, name) not in left_out
    ]


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
        case ["referral", _] | ["deadline", "set"]:  # its clock: by what the unit is bound
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
