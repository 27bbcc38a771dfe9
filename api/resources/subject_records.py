"""Everything recorded about a person on one side, and who has read it: one document, for that
person (GDPR 15, OSL 12:1), without what secrecy removes.

It is made by whoever answers for a case of the person, of the cases that they answer for; another
unit makes its own, and the other side does not exist. Free text may tell of others: whoever hands
the document out reads it through first.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType
from pydantic.alias_generators import to_camel

from api.door import reading
from api.door.answers import Answer, CaseId, Moment, Position, Seen, Unit, Words
from api.door.visit import Visit
from api.house import PastReading
from api.resources.people import Who, who
from api.resources.story import Told, opened_for_the_person
from domain.catalogue import ENTRIES
from domain.codes import Purpose, Source
from domain.labels import Label
from domain.policy import Act, File, Information
from projections import timeline
from projections.access import persons

_TOGETHER: Final = 1000  # lines of a page
_MOST_READINGS: Final = 10_000
_TOLD: Final = [entry.name for entry in ENTRIES if not entry.name.startswith("person.case-")]

# --- what secrecy removes --------------------------------------------------------------------

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
    "referral.withdrawn": {"reason": _WHO_TOLD},
}
"""What tells who told of the person, by kind of fact. So does the unit for which it was recorded:
of these, and of what is recorded with them, the unit is not told."""
_RECORDED_WITH_THEM: Final = {*_TELLING_WHO_TOLD, "person.registered", "particulars-told"}
_NOT_TOLD: Final = frozenset(
    {"police-report-made", "case.referral-sent", "case.linked", "case.link-removed"}
    | {"person.duplicate-noted", "feedback-asked", "feedback-given"}
)
"""That there is such a fact tells of a crime that is looked into, or of somebody else (OSL 18:1,
26:1, 26:5): it is handed out by a person's own assessment alone (c), and not said to be left out.
"""

_MAY_BE_NAMED: Final = frozenset({Source.POLICE, Source.POLICE_OPERATION, Source.SELF})
"""Whose account does not tell who reported."""


class Withheld(Answer):
    """Something stands there that is not told, and on what ground."""

    field: Annotated[str, Meta(description="Of the details.", examples=["source"])]
    ground: Annotated[str, Meta(description="The section.", examples=["OSL 26:5"])]


class RecordedEntry(Answer):
    position: Position
    label: Words
    occurred_at: Moment
    unit: Unit
    details: Annotated[
        dict[str, Any],
        Meta(description="What was recorded.", examples=[{"text": "Samtal om boende."}]),
    ]
    omissions: list[Withheld]


class RecordedReading(Answer):
    """Somebody read something about the person. Once the receipt's month has been erased, only its
    moment is left."""

    at: Moment
    who: Who | UnsetType = UNSET
    unit: Unit | UnsetType = UNSET
    purpose: Purpose | UnsetType = UNSET
    operation: Annotated[str | UnsetType, Meta(description="The door.", examples=["readCase"])] = (
        UNSET
    )


class SubjectRecord(Answer):
    case_id: CaseId
    cases: Annotated[list[CaseId], Meta(description="Of which it tells.")]
    entries: list[RecordedEntry]
    readings: list[RecordedReading]
    readable: Annotated[
        str,
        Meta(description="The same, to be read by people.", examples=["2023-04-03 nexus: ..."]),
    ]
    position: Position


@reading(
    "readSubjectRecord",
    Label("Ta fram ett registerutdrag", "Make a subject record"),
    Label(
        "Allt som är registrerat om personen i de ärenden som chefen ansvarar för, och vem som har"
        " läst det, utan det som sekretessen tar bort; varje sådant ställe anges med lagrum. Läs"
        " igenom fritexten innan utdraget lämnas ut.",
        "All that is recorded about the person in the cases that the manager answers for, and who"
        " has read it, without what secrecy removes; each such place is named with its section."
        " Read the free text through before it is handed out.",
    ),
    asks=(Act.READ, Information.SUBJECT_RECORD),
    view=timeline.PROJECTION.name,
    purpose=Purpose.SUBJECT_ACCESS,
)
async def read(visit: Visit, case_id: UUID) -> Seen[SubjectRecord]:
    found = await visit.file(case_id, "case", Information.SUBJECT_RECORD)
    records = await visit.ask(persons.records, found.person)
    cases = await _cases(visit, case_id, records)
    lines, subjects = await _everything(visit, cases, records)
    told = await opened_for_the_person(visit, lines)
    read = await _readings(visit, subjects, found.file)
    people = await who(visit, (past.reading.reader for past in read if past.reading))
    narrowed = found.file.narrowed
    entries = [_entry(one, narrowed=narrowed) for one in told if one.kind not in _NOT_TOLD]
    readings = [_read(past, people) for past in read]
    answer = SubjectRecord(
        case_id=case_id,
        cases=cases,
        entries=entries,
        readings=readings,
        readable=_readable(entries, readings),
        position=visit.position,
    )
    return Seen(answer, subjects)


async def _cases(visit: Visit, case_id: UUID, records: Sequence[UUID]) -> list[UUID]:
    """The person's cases for which the reader answers, this one among them."""
    files = await visit.ask(persons.files, visit.viewer, records)
    cases = [one.file for one in files if one.kind == "case"]
    found = {case: await visit.house.views.file(case) for case in cases}
    return [
        case
        for case, its in found.items()
        if case == case_id or (its and visit.may_read(Information.SUBJECT_RECORD, its))
    ]


async def _everything(
    visit: Visit, cases: Sequence[UUID], records: Sequence[UUID]
) -> tuple[list[timeline.Line], list[UUID]]:
    """Every fact of the cases, their referrals and the person's records, in order; and whose."""
    facts: dict[int, timeline.Line] = {}
    subjects = dict.fromkeys((*cases, *records))
    for case in cases:
        joined = await _lines(visit, case, [case], ["case.opened", "case.joined"])
        referrals = [UUID(line.facts["referral"]) for line in joined]
        subjects |= dict.fromkeys(referrals)
        for line in await _lines(visit, case, [case, *referrals, *records], _TOLD):
            facts[line.position] = line
    return [facts[position] for position in sorted(facts)], list(subjects)


async def _lines(
    visit: Visit, case: UUID, streams: Sequence[UUID], names: Sequence[str]
) -> list[timeline.Line]:
    lines, after = list[timeline.Line](), 0
    while True:
        page = await visit.ask(
            timeline.page,
            visit.viewer,
            file=case,
            streams=streams,
            information=Information.SUBJECT_RECORD,
            names=names,
            after=after,
            limit=_TOGETHER,
        )
        lines += page.lines
        if page.after is None:
            return lines
        after = page.after


async def _readings(visit: Visit, subjects: Sequence[UUID], file: File) -> list[PastReading]:
    """Who has read it; who only tried is the review's matter, and might tell of another side."""
    page = await visit.house.receipts.readings_of(
        visit.viewer, subjects, before=None, limit=_MOST_READINGS, file=file
    )
    return [it for it in page.lines if it.reading is None or it.reading.outcome == "answered"]


# --- as it is told ---------------------------------------------------------------------------


def _entry(told: Told, *, narrowed: bool) -> RecordedEntry:
    details = {**told.facts, **told.content}
    removed = dict(_TELLING_WHO_TOLD.get(told.kind, {}))
    if told.kind == "referral.received" and details.get("source") not in _MAY_BE_NAMED:
        removed["account"] = _WHO_TOLD
    if narrowed and details.get("contact"):
        removed["contact"] = _ADDRESS
    return RecordedEntry(
        position=told.line.position,
        label=Words.of(told.label),
        occurred_at=told.line.occurred_at,
        unit="" if told.kind in _RECORDED_WITH_THEM else told.line.unit,
        details={
            to_camel(name): value
            for name, value in details.items()
            if name not in removed and not _is_id(value)
        },
        omissions=[
            Withheld(field=to_camel(name), ground=ground)
            for name, ground in removed.items()
            if name in details
        ],
    )


def _is_id(value: object) -> bool:
    """An id tells the person nothing, and may be somebody else's."""
    if isinstance(value, list):
        return bool(value) and all(map(_is_id, value))
    with suppress(ValueError):
        return isinstance(value, str) and bool(UUID(value))
    return False


def _read(past: PastReading, people: Mapping[UUID, Who]) -> RecordedReading:
    if past.reading is None:
        return RecordedReading(at=past.at)
    return RecordedReading(
        at=past.at,
        who=people[past.reading.reader],
        unit=past.reading.unit,
        purpose=Purpose(past.reading.purpose),
        operation=past.reading.what,
    )


def _readable(entries: Iterable[RecordedEntry], readings: Iterable[RecordedReading]) -> str:
    """In Swedish, line by line."""
    lines = ["Registrerade uppgifter", ""]
    for entry in entries:
        lines.append(f"{entry.occurred_at:%Y-%m-%d} {entry.unit or '-'}: {entry.label.sv}")
        lines += [f"    {name}: {value}" for name, value in entry.details.items() if value]
        lines += [f"    {it.field}: lämnas inte ut ({it.ground})" for it in entry.omissions]
    lines += ["", "Vem som har läst", ""]
    for past in readings:
        reader = past.who.name if past.who and past.who.name else "-"
        lines.append(f"{past.at:%Y-%m-%d %H:%M} {past.unit or '-'}: {reader}, {past.operation}")
    return "\n".join(lines)
