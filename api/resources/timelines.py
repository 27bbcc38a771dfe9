"""A case's whole story, in order, with who and when; and its notes."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType
from pydantic.alias_generators import to_camel

from api.door import Lead, reading
from api.door.answers import (
    Answer,
    CaseId,
    Moment,
    Page,
    Position,
    ReferralId,
    Seen,
    Text,
    Unit,
    Words,
)
from api.door.query import PageQuery
from api.door.visit import Visit
from api.resources.linked import without_unseen
from api.resources.people import Who, who
from api.resources.story import Told, corrections, opened
from domain.catalogue import ENTRIES
from domain.errors import NotFound
from domain.labels import Label
from domain.policy import Act, Information
from projections import caseload, timeline

# What happened to the same person in other cases is told there.
_TOLD: Final = [entry.name for entry in ENTRIES if not entry.name.startswith("person.case-")]


class TimelineEntry(Answer):
    position: Position
    name: Annotated[str, Meta(description="The public name.", examples=["case.handover-accepted"])]
    kind: Annotated[
        str,
        Meta(
            description="The name, or what a neutral name stands for, to those entitled.",
            examples=["case.handover-accepted"],
        ),
    ]
    label: Words
    occurred_at: Moment
    recorded_at: Moment
    who: Who
    unit: Unit
    details: Annotated[
        dict[str, Any],
        Meta(
            description="What the fact says, as far as the reader may see it.",
            examples=[{"handover": "c7f20b3a-40c9-4f4a-8c16-6d1d5f1f3d03", "unit": "nexus"}],
        ),
    ]
    referral_id: ReferralId | UnsetType = UNSET
    corrected_by: Annotated[
        Position | UnsetType, Meta(description="Where it says that this was a mistake.")
    ] = UNSET


class TimelineEntries(Page):
    case_id: CaseId
    items: list[TimelineEntry]


@reading(
    "listTimelineEntries",
    Label("Läs ärendets förlopp", "Read the case's timeline"),
    Label(
        "Allt som har hänt i ärendet, dess aktualiseringar och med personen, i ordning, med vem,"
        " vilken enhet och när. Händelser vars namn skulle avslöja något öppnas för den behöriga.",
        "Everything that happened in the case, its referrals and with its person, in order, with"
        " who, for which unit and when. Events whose very name would tell are opened for those"
        " entitled.",
    ),
    asks=(Act.READ, Information.TIMELINE),
    view=timeline.PROJECTION.name,
    leads=(Lead("listTimelineEntries", {"caseId": "caseId", "cursor": "nextCursor"}),),
)
async def page(visit: Visit, case_id: UUID, query: PageQuery) -> Seen[TimelineEntries]:
    found = await visit.file(case_id, "case", Information.TIMELINE)
    await visit.include(caseload.PROJECTION.name)
    line = await visit.ask(caseload.line, visit.viewer, case_id)
    if line is None:
        raise NotFound
    lines = await visit.ask(
        timeline.page,
        visit.viewer,
        file=case_id,
        streams=[case_id, found.person, *line.referrals],
        names=_TOLD,
        after=visit.last_seen(query, int) or 0,
        limit=query.limit,
    )
    story = await without_unseen(visit, await opened(visit, found, lines.lines))
    people = await who(visit, (told.line.actor for told in story))
    mistaken = await corrections(visit, case_id, Information.TIMELINE)
    answer = TimelineEntries(
        case_id=case_id,
        items=[
            _entry(told, people[told.line.actor], set(line.referrals), case_id, mistaken)
            for told in story
        ],
        next_cursor=visit.next_cursor(query, lines.after),
        position=visit.position,
    )
    return Seen(answer, [case_id, found.person, *line.referrals])


def _entry(
    told: Told, actor: Who, referrals: set[UUID], case_id: UUID, mistaken: Mapping[int, int]
) -> TimelineEntry:
    line = told.line
    mistake = mistaken.get(line.version) if line.stream == case_id else None
    return TimelineEntry(
        position=line.position,
        name=line.name,
        kind=told.kind,
        label=Words.of(told.label),
        occurred_at=line.occurred_at,
        recorded_at=line.recorded_at,
        who=actor,
        unit=line.unit,
        details={to_camel(name): value for name, value in {**told.facts, **told.content}.items()},
        referral_id=line.stream if line.stream in referrals else UNSET,
        corrected_by=mistake or UNSET,
    )


class Note(Answer):
    position: Position
    occurred_at: Moment
    who: Who
    unit: Unit
    text: Text | UnsetType = UNSET
    corrected_by: Annotated[
        Position | UnsetType, Meta(description="Where it says that this was a mistake.")
    ] = UNSET


class Notes(Page):
    case_id: CaseId
    items: list[Note]


@reading(
    "listNotes",
    Label("Läs ärendets anteckningar", "Read the case's notes"),
    Label(
        "I den ordning de gjordes, även de som rättats. En gallrad anteckning har ingen text.",
        "In the order in which they were recorded, with those that were corrected. A note that was"
        " erased has no text.",
    ),
    asks=(Act.READ, Information.NOTES),
    view=timeline.PROJECTION.name,
    leads=(Lead("listNotes", {"caseId": "caseId", "cursor": "nextCursor"}),),
)
async def notes(visit: Visit, case_id: UUID, query: PageQuery) -> Seen[Notes]:
    found = await visit.file(case_id, "case", Information.NOTES)
    lines = await visit.ask(
        timeline.page,
        visit.viewer,
        file=case_id,
        streams=[case_id],
        information=Information.NOTES,
        names=["case.note-recorded"],
        after=visit.last_seen(query, int) or 0,
        limit=query.limit,
    )
    people = await who(visit, (line.actor for line in lines.lines))
    mistaken = await corrections(visit, case_id, Information.NOTES)
    answer = Notes(
        case_id=case_id,
        items=[
            Note(
                position=told.line.position,
                occurred_at=told.line.occurred_at,
                who=people[told.line.actor],
                unit=told.line.unit,
                text=told.content.get("text", UNSET),
                corrected_by=mistaken.get(told.line.version, UNSET),
            )
            for told in await opened(visit, found, lines.lines)
        ],
        next_cursor=visit.next_cursor(query, lines.after),
        position=visit.position,
    )
    return Seen(answer, [case_id, found.person])
