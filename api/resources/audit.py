"""For the confidentiality review: what was done in a case, without content unless a purpose is
stated, and who has read it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta
from msgspec.structs import asdict
from pydantic.alias_generators import to_camel

from api.door import Lead, reading
from api.door.answers import Answer, CaseId, Moment, Page, Position, Seen, Unit, Version, Words
from api.door.query import PageQuery, StatedQuery
from api.door.visit import Visit
from api.house import PastReading
from api.resources.people import Who, who
from api.resources.story import Told, opened_but_for
from domain.codes import Purpose, StaffRole
from domain.errors import PurposeIsMissing
from domain.labels import Label
from domain.policy import Act, Information
from domain.telling import event_label
from projections import timeline

_MOST_REFERRALS: Final = 1000


class EventMetadata(Answer):
    """Neutral names only, and never what an event says."""

    position: Position
    version: Version
    name: Annotated[str, Meta(description="The public name.", examples=["case.opened"])]
    label: Words
    who: Who
    unit: Unit
    occurred_at: Moment
    recorded_at: Moment


class Events(Page):
    case_id: CaseId
    items: list[EventMetadata]


@reading(
    "listEvents",
    Label("Granska ärendets händelser", "Review the case's events"),
    Label(
        "Position, namn, version, vem, enhet och tider; aldrig innehållet.",
        "Position, name, version, who, unit and times; never the content.",
    ),
    asks=(Act.READ, Information.EVENT_METADATA),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    leads=(
        Lead("listEvents", {"caseId": "caseId", "cursor": "nextCursor"}),
        Lead("listReadings", {"caseId": "caseId"}),
    ),
)
async def events(visit: Visit, case_id: UUID, query: PageQuery) -> Seen[Events]:
    await visit.file(case_id, "case", Information.EVENT_METADATA)
    found = await visit.ask(
        timeline.page,
        visit.viewer,
        file=case_id,
        streams=[case_id],
        information=Information.EVENT_METADATA,
        after=visit.last_seen(query, int) or 0,
        limit=query.limit,
    )
    people = await who(visit, (line.actor for line in found.lines))
    answer = Events(
        case_id=case_id,
        items=[metadata(line, people) for line in found.lines],
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
    )
    return Seen(answer, [case_id])


def metadata(line: timeline.Line, people: Mapping[UUID, Who]) -> EventMetadata:
    return EventMetadata(
        position=line.position,
        version=line.version,
        name=line.name,
        label=Words.of(event_label(line.name)),
        who=people[line.actor],
        unit=line.unit,
        occurred_at=line.occurred_at,
        recorded_at=line.recorded_at,
    )


class EventContent(EventMetadata):
    """With what the event says, but for notes."""

    kind: Annotated[
        str,
        Meta(
            description="The name, or what a neutral name stands for.",
            examples=["case.handover-offered"],
        ),
    ]
    details: Annotated[
        dict[str, Any],
        Meta(description="What it says.", examples=[{"toUnit": "nexus", "reason": "Flyttar."}]),
    ]


class EventContents(Page):
    case_id: CaseId
    items: list[EventContent]


@reading(
    "listEventContents",
    Label("Granska händelsernas innehåll", "Review what the case's events say"),
    Label(
        "Bara med angivet ändamål (`purpose=review`), som åtkomstloggen sparar. Utan anteckningar"
        " och utan vem det gäller.",
        "Only with a stated purpose (`purpose=review`), which the access log keeps. Without the"
        " notes, and without who it is about.",
    ),
    asks=(Act.READ, Information.EVENT_CONTENT),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    refuses=(PurposeIsMissing,),
    leads=(Lead("listEventContents", {"caseId": "caseId", "cursor": "nextCursor"}),),
)
async def contents(visit: Visit, case_id: UUID, query: StatedQuery) -> Seen[EventContents]:
    await visit.file(case_id, "case", Information.EVENT_CONTENT)
    found = await visit.ask(
        timeline.page,
        visit.viewer,
        file=case_id,
        streams=[case_id],
        information=Information.EVENT_CONTENT,
        after=visit.last_seen(query, int) or 0,
        limit=query.limit,
    )
    people = await who(visit, (line.actor for line in found.lines))
    told = await opened_but_for(visit, found.lines, Information.NOTES)
    answer = EventContents(
        case_id=case_id,
        items=[content(one, people) for one in told],
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
    )
    return Seen(answer, [case_id])


def content(told: Told, people: Mapping[UUID, Who]) -> EventContent:
    return EventContent(
        **asdict(metadata(told.line, people)),
        kind=told.kind,
        details={to_camel(name): value for name, value in told.details.items()},
    )


class Read(Answer):
    """Somebody read something of the case, or tried to. Once the receipt's month has been erased,
    only its position and its moment are left."""

    receipt: Annotated[int, Meta(ge=1, description="In the access log.", examples=[1204])]
    at: Moment
    who: Who | None
    role: StaffRole | None
    unit: Unit | None
    purpose: Purpose | None
    operation: Annotated[str | None, Meta(description="The door.", examples=["readCase"])]
    outcome: Annotated[
        str | None,
        Meta(
            description="answered, not-found, not-permitted, or refused: what was asked for was"
            " seen and could not be done.",
            examples=["answered"],
        ),
    ]


class Readings(Page):
    case_id: CaseId
    items: list[Read]


@reading(
    "listReadings",
    Label("Granska vem som har läst ärendet", "Review who has read the case"),
    Label(
        "Varje läsning av ärendet och dess aktualiseringar, även försök, den senaste först: vem, i"
        " vilken roll, för vilken enhet, när, varför och vad.",
        "Every reading of the case and its referrals, attempts too, the latest first: who, in what"
        " role, for which unit, when, what for and what.",
    ),
    asks=(Act.READ, Information.ACCESS_LOG),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    leads=(Lead("listReadings", {"caseId": "caseId", "cursor": "nextCursor"}),),
)
async def readings(visit: Visit, case_id: UUID, query: PageQuery) -> Seen[Readings]:
    await visit.file(case_id, "case", Information.ACCESS_LOG)
    subjects = [case_id, *await referrals_of(visit, case_id)]
    found = await visit.house.receipts.readings_of(
        visit.viewer, subjects, before=visit.last_seen(query, int), limit=query.limit
    )
    people = await who(visit, (past.reading.reader for past in found.lines if past.reading))
    answer = Readings(
        case_id=case_id,
        items=[read(past, people) for past in found.lines],
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
    )
    return Seen(answer, [case_id])


async def referrals_of(visit: Visit, case_id: UUID) -> list[UUID]:
    found = await visit.ask(
        timeline.page,
        visit.viewer,
        file=case_id,
        streams=[case_id],
        information=Information.ACCESS_LOG,
        names=["case.opened", "case.joined"],
        limit=_MOST_REFERRALS,
    )
    return [UUID(line.facts["referral"]) for line in found.lines]


def read(past: PastReading, people: dict[UUID, Who]) -> Read:
    reading = past.reading
    return Read(
        receipt=past.position,
        at=past.at,
        who=people[reading.reader] if reading else None,
        role=StaffRole(reading.role) if reading and reading.role else None,
        unit=reading.unit if reading else None,
        purpose=Purpose(reading.purpose) if reading else None,
        operation=reading.what if reading else None,
        outcome=reading.outcome if reading else None,
    )
