"""Everything recorded about a person on one side, and who has read it: one document, for that
person (GDPR 15, OSL 12:1), without what secrecy removes.

It is made by whoever answers for a case of the person, of the cases that they answer for; another
unit makes its own, and the other side does not exist. Free text may tell of others: whoever hands
the document out reads it through first.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType
from pydantic.alias_generators import to_camel

from api.door import reading
from api.door.answers import Answer, CaseId, Moment, Position, Seen, Unit, Words
from api.door.fields import SWEDEN
from api.door.visit import Visit
from api.house import PastReading
from api.resources.operations import operation_label
from api.resources.people import Who, who
from api.resources.story import Told, opened_for_the_person
from api.resources.withheld import left_to_tell, removed_from, senders_in, unit_of
from domain import organisation
from domain.catalogue import ENTRIES
from domain.codes import Purpose
from domain.labels import Label
from domain.policy import Act, File, Information
from domain.wording import field_label, holds_a_moment, in_words
from projections import timeline
from projections.access import persons

_TOGETHER: Final = 1000  # lines of a page
_MOST_READINGS: Final = 10_000
_TOLD: Final = [entry.name for entry in ENTRIES if not entry.name.startswith("person.case-")]


class Detail(Answer):
    """What was recorded: as it is, and in words."""

    field: Annotated[str, Meta(examples=["concern"])]
    label: Words
    value: Annotated[Any, Meta(examples=["fares-badly"])]
    told: Words


class Withheld(Answer):
    """Something stands there that is not told, and on what ground."""

    field: Annotated[str, Meta(examples=["source"])]
    label: Words
    ground: Annotated[str, Meta(description="The section.", examples=["OSL 26:5"])]


class RecordedEntry(Answer):
    position: Position
    label: Words
    occurred_at: Moment
    unit: Unit
    details: list[Detail]
    omissions: list[Withheld]


class RecordedReading(Answer):
    """Somebody read something about the person. Once the receipt's month has been erased, only its
    moment is left."""

    at: Moment
    who: Who | UnsetType = UNSET
    unit: Unit | UnsetType = UNSET
    purpose: Purpose | UnsetType = UNSET
    purpose_label: Words | UnsetType = UNSET
    operation: Annotated[str | UnsetType, Meta(description="The door.", examples=["readCase"])] = (
        UNSET
    )
    operation_label: Words | UnsetType = UNSET


class SubjectRecord(Answer):
    case_id: CaseId
    cases: Annotated[list[CaseId], Meta(description="Of which it tells.")]
    entries: list[RecordedEntry]
    readings: list[RecordedReading]
    readable: Annotated[Words, Meta(description="The same, to be read by people.")]
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
    units = {unit.code: Label(unit.name_sv, unit.name_en) for unit in await _units(visit)}
    senders = senders_in(told)
    entries = [
        _entry(one, senders, units, narrowed=found.file.narrowed) for one in left_to_tell(told)
    ]
    readings = [_read(past, people) for past in read]
    answer = SubjectRecord(
        case_id=case_id,
        cases=cases,
        entries=entries,
        readings=readings,
        readable=readable(entries, readings, units),
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


async def _units(visit: Visit) -> Sequence[organisation.Unit]:
    return (await visit.house.desk.organised_now()).units


def _entry(
    told: Told, senders: Collection[str], units: Mapping[str, Label], *, narrowed: bool
) -> RecordedEntry:
    details = {name: value for name, value in told.details.items() if not _is_id(value)}
    removed = removed_from(told, details, narrowed=narrowed)
    return RecordedEntry(
        position=told.line.position,
        label=Words.of(told.label),
        occurred_at=told.line.occurred_at,
        unit=unit_of(told, senders),
        details=[
            Detail(
                field=to_camel(name),
                label=Words.of(field_label(name)),
                value=value,
                told=Words.of(words),
            )
            for name, value in details.items()
            if name not in removed and (words := _in_words(told.kind, name, value, units))
        ],
        omissions=[
            Withheld(field=to_camel(name), label=Words.of(field_label(name)), ground=ground)
            for name, ground in removed.items()
        ],
    )


def _is_id(value: object) -> bool:
    """An id tells the person nothing, and may be somebody else's."""
    if isinstance(value, list):
        return bool(value) and all(map(_is_id, value))
    with suppress(ValueError):
        return isinstance(value, str) and bool(UUID(value))
    return False


def _in_words(kind: str, name: str, value: Any, units: Mapping[str, Label]) -> Label | None:
    if value and holds_a_moment(kind, name) is datetime:
        value = here(datetime.fromisoformat(value))
    return in_words(kind, name, value, units)


def _read(past: PastReading, people: Mapping[UUID, Who]) -> RecordedReading:
    if past.reading is None:
        return RecordedReading(at=past.at)
    purpose = Purpose(past.reading.purpose)
    return RecordedReading(
        at=past.at,
        who=people[past.reading.reader],
        unit=past.reading.unit,
        purpose=purpose,
        purpose_label=Words.of(purpose),
        operation=past.reading.what,
        operation_label=Words.of(operation_label(past.reading.what)),
    )


# --- to be read by people --------------------------------------------------------------------

_TITLES: Final = Label("Registrerade uppgifter", "What is recorded")
_READERS: Final = Label("Vem som har läst", "Who has read it")
_LEFT_OUT: Final = Label("lämnas inte ut", "is not told")
_NOT_KEPT: Final = Label("uppgiften om vem finns inte kvar", "who it was is no longer kept")


def readable(
    entries: Sequence[RecordedEntry],
    readings: Sequence[RecordedReading],
    units: Mapping[str, Label],
) -> Words:
    sv, en = (
        "\n".join(_lines_of(entries, readings, units, attrgetter(language)))
        for language in ("sv", "en")
    )
    return Words(sv=sv, en=en)


def _lines_of(
    entries: Iterable[RecordedEntry],
    readings: Iterable[RecordedReading],
    units: Mapping[str, Label],
    said: Callable[[Label | Words], str],
) -> Iterator[str]:
    def unit_named(code: str) -> str:
        return said(units[code]) if code in units else code or "-"

    yield from (said(_TITLES), "")
    for entry in entries:
        yield f"{here(entry.occurred_at):.10} {unit_named(entry.unit)}: {said(entry.label)}"
        yield from (f"    {said(it.label)}: {said(it.told)}" for it in entry.details)
        for left in entry.omissions:
            yield f"    {said(left.label)}: {said(_LEFT_OUT)} ({left.ground})"
    yield from ("", said(_READERS), "")
    for past in readings:
        if not (past.who and past.operation_label and past.purpose_label):
            yield f"{here(past.at)} {said(_NOT_KEPT)}"
            continue
        reader = past.who.name or "-"
        what = f"{said(past.operation_label)} ({said(past.purpose_label)})"
        yield f"{here(past.at)} {unit_named(past.unit or '')}: {reader}: {what}"


def here(moment: datetime) -> str:
    """By the clocks of Sweden."""
    return f"{moment.astimezone(SWEDEN):%Y-%m-%d %H:%M}"
