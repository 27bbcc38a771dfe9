"""The access log, searched by whoever reviews it: who saw, or tried to see, what of whom, when, and
what stood there then."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import asdict
from pydantic import ValidationInfo, field_validator

from api.door import reading
from api.door.answers import Answer, Count, Page, Position, Seen, Version, Words
from api.door.fields import Line, LogPosition, shown
from api.door.query import StatedQuery
from api.door.visit import Visit
from api.house import PastReading, WantedReadings
from api.resources.audit import Read, read
from api.resources.log_searches import (
    LogSearch,
    not_before,
    seen,
    streams_of,
)
from api.resources.people import Who, who
from domain.codes import Purpose
from domain.errors import PurposeIsMissing
from domain.labels import Label
from domain.policy import Act, Information
from domain.telling import event_label
from projections import timeline
from projections.timeline import searching

_MOST_NAMED = 20


class ReadingSearch(LogSearch):
    model_config = shown(
        streamId="5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02",
        caseId="5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02",
        personId="1d6f3b0e-8a25-4c97-b3e4-5f7a9c2d6e17",
        number="20070519-2383",
        staffId="9f8e7d6c-5b4a-4c3d-8e2f-1a0b9c8d7e05",
        unit="nexus",
        recordedFrom="2023-04-01T00:00:00Z",
        recordedUntil="2023-04-30T21:59:59Z",
        operation="readCase",
        onlyTries=True,
        firstReceipt=1,
        lastReceipt=1204,
    )

    operation: Line | None = None
    """The door, as the receipts name it."""
    only_tries: bool = False
    """Only what was not answered: there was nothing, or it was refused."""
    first_receipt: LogPosition | None = None
    last_receipt: LogPosition | None = None

    @field_validator("last_receipt")
    @classmethod
    def _ends_after(cls, last: int | None, info: ValidationInfo) -> int | None:
        return not_before(last, info.data.get("first_receipt"))


class Standing(Answer):
    """The last event of the file, or stream, that was asked about, by what the reader could see."""

    version: Version
    position: Position
    label: Words


class FoundReading(Read):
    subjects: Annotated[
        list[UUID],
        Meta(
            description="Whose: cases, referrals, persons, staff; at most 20 of them.",
            examples=[["5a1c9f5d-7c3f-4b6e-9d59-2f0a64c5be02"]],
        ),
    ]
    subject_count: Count
    reflected: Annotated[
        Position | None, Meta(description="The position of the event log that was shown.")
    ]
    stood: Standing | UnsetType = UNSET


class FoundReadings(Page):
    items: list[FoundReading]


@reading(
    "searchReadings",
    Label("Sök i åtkomstloggen", "Search the access log"),
    Label(
        "Vem som har läst, eller försökt läsa, vad om vem, för vilken enhet och när, det senaste"
        " först; av ett ärende eller en ström även vad som då stod där. Villkoren får kombineras."
        " En sida kan vara kort, eller tom, och ändå ha `nextCursor`. Det vars månad är utplånad"
        " finns bara när inget annat än tid och plats anges.",
        "Who has read, or tried to read, what of whom, for which unit and when, the latest first;"
        " of a case or a stream also what stood there then. Conditions combine. A page can be"
        " short, or empty, and yet have `nextCursor`. What was read in a month that is erased is"
        " found only when nothing but time and position is given.",
    ),
    asks=(Act.READ, Information.ACCESS_LOG),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    refuses=(PurposeIsMissing,),
)
async def search(visit: Visit, wanted: ReadingSearch, query: StatedQuery) -> Seen[FoundReadings]:
    subjects = await streams_of(visit, wanted, query)
    found = await visit.house.receipts.search(
        visit.viewer,
        wanted_readings(wanted, subjects),
        below=visit.last_seen(query, int, within=wanted.place),
        limit=query.limit,
    )
    people = await who(visit, (past.reading.reader for past in found.lines if past.reading))
    stood = await _stood(visit, wanted, found.lines)
    items = [found_reading(past, people, stood) for past in found.lines]
    answer = FoundReadings(
        items=items,
        next_cursor=visit.next_cursor(query, found.after, within=wanted.place),
        position=visit.position,
    )
    hit = [subject for item in items for subject in item.subjects]
    return seen(answer, dict.fromkeys(hit if subjects is None else subjects), wanted)


def wanted_readings(wanted: ReadingSearch, subjects: Collection[UUID] | None) -> WantedReadings:
    return WantedReadings(
        subjects=subjects,
        reader=wanted.staff_id,
        unit=wanted.unit,
        operation=wanted.operation,
        only_tries=wanted.only_tries,
        recorded_from=wanted.recorded_from,
        recorded_until=wanted.recorded_until,
        first=wanted.first_receipt or 1,
        last=wanted.last_receipt,
    )


async def _stood(
    visit: Visit, wanted: ReadingSearch, past: Sequence[PastReading]
) -> Mapping[int, searching.Stood]:
    stream = wanted.case_id or wanted.stream_id
    if stream is None:
        return {}
    positions = {one.reading.event_position for one in past if one.reading}
    return await visit.ask(searching.stood, visit.viewer, stream, positions)


def found_reading(
    past: PastReading, people: dict[UUID, Who], stood: Mapping[int, searching.Stood]
) -> FoundReading:
    reading = past.reading
    subjects = list(reading.subjects) if reading else []
    reflected = reading.event_position if reading else None
    last = stood.get(reflected) if reflected is not None else None
    return FoundReading(
        **asdict(read(past, people)),
        subjects=subjects[:_MOST_NAMED],
        subject_count=len(subjects),
        reflected=reflected,
        stood=Standing(
            version=last.version, position=last.position, label=Words.of(event_label(last.name))
        )
        if last
        else UNSET,
    )
