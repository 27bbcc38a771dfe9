"""What anything had come to at any of its events, and what differs between two moments of it: for
the review, folded by the domain itself, with a stated purpose."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import asdict
from pydantic import Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel

from api.door import reading
from api.door.answers import Answer, Position, Seen, Words
from api.door.faults import Fault, FieldFault, faulty
from api.door.fields import PastMoment
from api.door.query import AtPosition, ReadingQuery
from api.door.visit import Visit
from api.resources.audit import EventMetadata, metadata
from api.resources.event_searches import StreamId
from api.resources.people import who
from domain.codes import Purpose
from domain.depiction import Depicted, changes, depicted
from domain.errors import FieldsAreFaulty, NotFound, PurposeIsMissing
from domain.labels import Label, label
from domain.policy import Act, Information
from projections import timeline
from projections.timeline import Line, searching

_MOST_EVENTS: Final = 200


# --- moments ---------------------------------------------------------------------------------


class StateQuery(ReadingQuery):
    """At one event of it: told by version, or by a position or moment of the log."""

    purpose: Annotated[Purpose, Field(examples=[Purpose.REVIEW])]
    """What the reading is for: the policy asks for it, and the access log keeps it."""
    version: AtPosition | None = None
    """Of its own events."""
    as_of_position: AtPosition | None = None
    """Of the event log."""
    as_of: PastMoment | None = None
    """By what had been recorded."""

    @field_validator("as_of_position", "as_of")
    @classmethod
    def _one_way(cls, value: Any, info: ValidationInfo) -> Any:
        return _alone(value, info, "version", "as_of_position")


class DifferencesQuery(ReadingQuery):
    """From one moment to another; each told by version, or by a position or moment of the log."""

    purpose: Annotated[Purpose, Field(examples=[Purpose.REVIEW])]
    """What the reading is for: the policy asks for it, and the access log keeps it."""
    from_version: AtPosition | None = None
    """Of its own events; 0, which is taken if nothing is said: before it began."""
    from_position: AtPosition | None = None
    """Of the event log."""
    from_moment: PastMoment | None = None
    """By what had been recorded."""
    until_version: AtPosition | None = None
    """If nothing is said, now."""
    until_position: AtPosition | None = None
    """Of the event log."""
    until_moment: PastMoment | None = None
    """By what had been recorded."""

    @field_validator("from_position", "from_moment")
    @classmethod
    def _one_beginning(cls, value: Any, info: ValidationInfo) -> Any:
        return _alone(value, info, "from_version", "from_position")

    @field_validator("until_position", "until_moment")
    @classmethod
    def _one_end(cls, value: Any, info: ValidationInfo) -> Any:
        return _alone(value, info, "until_version", "until_position")


def _alone(value: Any, info: ValidationInfo, *others: str) -> Any:
    told = (info.data.get(name) for name in others if name != info.field_name)
    if value is not None and any(other is not None for other in told):
        raise faulty(Fault.NOT_TOGETHER)
    return value


class _Moment(NamedTuple):
    """One way to tell it, as the query names it."""

    name: str
    version: int | None
    position: int | None
    moment: datetime | None


async def _version(visit: Visit, stream: UUID, last: int, told: _Moment) -> int | None:
    """The stream's version then; None where nothing is told. Raises FieldsAreFaulty."""
    if told.version is not None:
        if told.version > last:
            raise _past_the_end(told.name)
        return told.version
    position = told.position
    if told.moment is not None:
        position = await visit.house.desk.log.position_at(told.moment)
    elif position is None:
        return None
    elif position > visit.position:
        raise _past_the_end(told.name)
    found = await visit.ask(searching.stood, visit.viewer, stream, [position])
    return found[position].version if position in found else 0


def _past_the_end(name: str) -> FieldsAreFaulty:
    return FieldsAreFaulty(errors=[FieldFault(name, Fault.OUT_OF_RANGE, in_query=True)])


async def _last_version(visit: Visit, stream: UUID) -> int:
    """Raises NotFound for what is no stream."""
    found = await visit.ask(searching.stood, visit.viewer, stream, [visit.position])
    if not found:
        raise NotFound
    return found[visit.position].version


# --- states ----------------------------------------------------------------------------------


class FieldValue(Answer):
    values: Annotated[
        list[str],
        Meta(
            description="Codes, ids, days, texts; none where nothing is known.",
            examples=[["exposed"]],
        ),
    ]
    words: Annotated[list[Words], Meta(description="Of the codes.")]
    is_erased: Annotated[bool, Meta(description="It was disposed of.", examples=[False])]
    is_withheld: Annotated[
        bool, Meta(description="It tells who it is about, and no review.", examples=[False])
    ]


class StateField(FieldValue):
    field: Annotated[
        str, Meta(description="By its path in the state.", examples=["handover.toUnit"])
    ]


class State(Answer):
    stream_id: StreamId
    kind: Annotated[str, Meta(description="What it is.", examples=["case"])]
    event: Annotated[EventMetadata, Meta(description="The last one until then.")]
    fields: list[StateField]
    position: Position


@reading(
    "readState",
    Label("Läs ett tillstånd", "Read a state"),
    Label(
        "Vad ett ärende, en aktualisering, en person, ett team eller något annat var efter någon av"
        " sina händelser, fält för fält i ord. Bara med angivet ändamål (`purpose=review`). Det som"
        " är gallrat, och det som säger vem det gäller, anges som sådant.",
        "What a case, a referral, a person, a team or anything else was after any of its events,"
        " field by field in words. Only with a stated purpose (`purpose=review`). What was disposed"
        " of, and what tells who it is about, is said to be so.",
    ),
    asks=(Act.READ, Information.EVENT_CONTENT),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    refuses=(PurposeIsMissing, FieldsAreFaulty),
)
async def state(visit: Visit, stream_id: UUID, query: StateQuery) -> Seen[State]:
    last = await _last_version(visit, stream_id)
    name = "version" if query.version is not None else "asOfPosition"
    told = _Moment(name, query.version, query.as_of_position, query.as_of)
    version = await _version(visit, stream_id, last, told)
    version = last if version is None else version
    if version == 0:
        raise NotFound
    [it] = await visit.house.past.past(stream_id, version, version)
    [line] = await visit.ask(searching.of_stream, visit.viewer, stream_id, version - 1, version)
    answer = State(
        stream_id=stream_id,
        kind=_kind_of(it, line),
        event=metadata(line, await who(visit, [line.actor])),
        fields=[
            StateField(field=_path(path), **asdict(_value(value)))
            for path, value in depicted(it).items()
        ],
        position=visit.position,
    )
    return Seen(answer, [stream_id], detail={"version": str(version)})


# --- differences -----------------------------------------------------------------------------


class FieldChange(Answer):
    """One that is left out was not there."""

    field: Annotated[str, Meta(description="By its path in the state.", examples=["unit"])]
    before: FieldValue | UnsetType = UNSET
    after: FieldValue | UnsetType = UNSET


class EventChange(EventMetadata):
    changes: list[FieldChange]


class Differences(Answer):
    stream_id: StreamId
    from_version: Annotated[int, Meta(ge=0, description="Before these.", examples=[3])]
    until_version: Annotated[int, Meta(ge=0, description="After these.", examples=[9])]
    next_version: Annotated[
        int | None,
        Meta(description="There is more: send it as `fromVersion`.", examples=[203]),
    ]
    changes: Annotated[list[FieldChange], Meta(description="Between the two, all in all.")]
    events: Annotated[list[EventChange], Meta(description="What changed what, at most 200.")]
    position: Position


@reading(
    "compareStates",
    Label("Jämför två tidpunkter", "Compare two moments"),
    Label(
        "Vad som skiljer ett ärende, en aktualisering eller något annat vid två tidpunkter: fält"
        " för fält, före och efter, och vilken händelse som ändrade vad, av vem, när. Bara med"
        " angivet ändamål (`purpose=review`).",
        "What differs in a case, a referral or anything else between two moments: field by field,"
        " before and after, and which event changed what, by whom, when. Only with a stated purpose"
        " (`purpose=review`).",
    ),
    asks=(Act.READ, Information.EVENT_CONTENT),
    view=timeline.PROJECTION.name,
    purpose=Purpose.REVIEW,
    refuses=(PurposeIsMissing, FieldsAreFaulty),
)
async def compare(visit: Visit, stream_id: UUID, query: DifferencesQuery) -> Seen[Differences]:
    last = await _last_version(visit, stream_id)
    began = _Moment("fromVersion", query.from_version, query.from_position, query.from_moment)
    ended = _Moment("untilVersion", query.until_version, query.until_position, query.until_moment)
    first = await _version(visit, stream_id, last, began) or 0
    until = await _version(visit, stream_id, last, ended)
    until = last if until is None else until
    if until < first:
        raise _past_the_end("untilVersion")
    told = min(until, first + _MOST_EVENTS)
    states = [depicted(it) for it in await visit.house.past.past(stream_id, first, told)]
    lines = await visit.ask(searching.of_stream, visit.viewer, stream_id, first, told)
    people = await who(visit, (line.actor for line in lines))
    answer = Differences(
        stream_id=stream_id,
        from_version=first,
        until_version=told,
        next_version=told if told < until else None,
        changes=_changes(states[0], states[-1]),
        events=[
            EventChange(**asdict(metadata(line, people)), changes=_changes(before, after))
            for line, before, after in zip(lines, states[:-1], states[1:], strict=True)
        ],
        position=visit.position,
    )
    detail = {"from_version": str(first), "until_version": str(told)}
    return Seen(answer, [stream_id], detail=detail)


def _kind_of(it: object, line: Line) -> str:
    return line.name.partition(".")[0] if it is None else type(it).__name__.lower()


def _path(path: str) -> str:
    """An id in it stays as it is."""
    return ".".join(to_camel(it) if it.isidentifier() else it for it in path.split("."))


def _value(told: Depicted) -> FieldValue:
    codes = [value for value in told.values if isinstance(value, StrEnum)]
    return FieldValue(
        values=[str(value) for value in told.values],
        words=[Words.of(known) for code in codes if (known := _label(code))],
        is_erased=told.erased,
        is_withheld=told.withheld,
    )


def _label(code: StrEnum) -> Label | None:
    try:
        return label(code)
    except KeyError:  # a status of the domain's own
        return None


def _changes(before: Mapping[str, Depicted], after: Mapping[str, Depicted]) -> list[FieldChange]:
    return [
        FieldChange(
            field=_path(path),
            before=_value(old) if old else UNSET,
            after=_value(new) if new else UNSET,
        )
        for path, (old, new) in changes(before, after).items()
    ]
