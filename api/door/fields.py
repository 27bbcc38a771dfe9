"""What a caller may send, field by field: read strictly, and every fault has a name.

The same types say the rules to pydantic and, as JSON Schema, to whoever reads the documentation.
Whatever tells the present moment arrives in the validation's context: `{"now": datetime}`.
"""

import re
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from api.door.faults import Fault, faulty
from api.door.person_number import NumberIsImpossible, PersonNumber, read_number
from domain.catalogue import ENTRIES

SWEDEN: Final = ZoneInfo("Europe/Stockholm")


class Body(BaseModel):
    """What a command is told. `shown` is its example where the fields' own do not add up."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        strict=True,
        frozen=True,
        use_attribute_docstrings=True,
    )

    @classmethod
    def must_be_told(cls) -> bool:
        """Whether anything of it must: otherwise nothing need be sent."""
        return any(each.is_required() for each in cls.model_fields.values())

    def files(self) -> Sequence[UUID]:
        """The files that it names beside those of the address. A refusal leaves its receipt on
        them, too: who tries at a file by naming it in another's command is seen to try."""
        return ()


def shown(**example: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


# --- several -------------------------------------------------------------------------------

H = TypeVar("H", bound=Hashable)


def each_once(values: list[H]) -> list[H]:
    """For a list in which nothing may stand twice."""
    if len(set(values)) < len(values):
        raise faulty(Fault.REPEATED)
    return values


# --- text ------------------------------------------------------------------------------------

LONGEST_LINE: Final = 200
LONGEST_DOCUMENT: Final = 50_000  # a request holds it, and one fact
LONGEST_PASSAGE: Final = 10_000  # sealed, it fits in one fact's 64 KiB in any script

_NOT_IN_A_LINE: Final = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_NOT_IN_A_PASSAGE: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"


def _text(longest: int, refused: str) -> Callable[[object], str]:
    control = re.compile(f"[{refused}]")

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise faulty(Fault.WRONG_TYPE)
        if not value.strip():
            raise faulty(Fault.BLANK)
        if len(value) > longest:
            raise faulty(Fault.TOO_LONG)
        if control.search(value):
            raise faulty(Fault.CONTROL_CHARACTER)
        return value

    return read


def _text_schema(longest: int, refused: str, example: str) -> WithJsonSchema:
    pattern = rf"^[^{refused}]*[^\s{refused}][^{refused}]*$"
    return WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": longest, "pattern": pattern}
        | {"examples": [example]}
    )


Line = Annotated[
    str,
    PlainValidator(_text(LONGEST_LINE, _NOT_IN_A_LINE)),
    _text_schema(LONGEST_LINE, _NOT_IN_A_LINE, "Ada"),
]
Document = Annotated[
    str,
    PlainValidator(_text(LONGEST_DOCUMENT, _NOT_IN_A_PASSAGE)),
    _text_schema(LONGEST_DOCUMENT, _NOT_IN_A_PASSAGE, 'municipality = "uppsala"'),
]
Passage = Annotated[
    str,
    PlainValidator(_text(LONGEST_PASSAGE, _NOT_IN_A_PASSAGE)),
    _text_schema(LONGEST_PASSAGE, _NOT_IN_A_PASSAGE, "Berättar själv om det som har hänt."),
]


# --- ids and unit codes ----------------------------------------------------------------------

_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def read_id(value: object) -> UUID:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise faulty(Fault.NOT_AN_ID)
    return UUID(value)


Id = Annotated[
    UUID,
    PlainValidator(read_id),
    WithJsonSchema(
        {"type": "string", "format": "uuid", "examples": ["7d3c1f0e-5b2a-4c7e-9f1d-2a6b8e4c0d11"]}
    ),
]

_LONGEST_CODE: Final = 60
_CODE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _unit_code(value: object) -> str:
    if not isinstance(value, str):
        raise faulty(Fault.WRONG_TYPE)
    if len(value) > _LONGEST_CODE or not _CODE.fullmatch(value):
        raise faulty(Fault.UNKNOWN_CODE)
    return value


UnitCode = Annotated[
    str,
    PlainValidator(_unit_code),
    WithJsonSchema(
        {"type": "string", "maxLength": _LONGEST_CODE, "pattern": f"^{_CODE.pattern}$"}
        | {"description": "A unit of GET /units.", "examples": ["nexus"]}
    ),
]


_REGISTER_NUMBER: Final = re.compile(r"[A-ZÅÄÖ]{2,6}-\d{4}-\d{1,6}")


def _register_number(value: object) -> str:
    if not isinstance(value, str):
        raise faulty(Fault.WRONG_TYPE)
    if not _REGISTER_NUMBER.fullmatch(value):
        raise faulty(Fault.NOT_A_REGISTER_NUMBER)
    return value


RegisterNumber = Annotated[
    str,
    PlainValidator(_register_number),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{_REGISTER_NUMBER.pattern}$"}
        | {"description": "Of a decision.", "examples": ["SCN-2022-00355"]}
    ),
]


_KSI_CODE: Final = re.compile(r"[A-Z]{2,3}[A-Z0-9]{0,4}( [A-Z]{2}){0,2}")


def _ksi_code(value: object) -> str:
    if not isinstance(value, str):
        raise faulty(Fault.WRONG_TYPE)
    if not _KSI_CODE.fullmatch(value):
        raise faulty(Fault.UNKNOWN_CODE)
    return value


KsiCode = Annotated[
    str,
    PlainValidator(_ksi_code),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{_KSI_CODE.pattern}$", "examples": ["SIB RC ZZ"]}
        | {"description": "A code of KSI: what for, what, by what means."}
    ),
]


_EVENT_NAMES: Final = sorted({entry.name for entry in ENTRIES})


def _event_name(value: object) -> str:
    if not isinstance(value, str):
        raise faulty(Fault.WRONG_TYPE)
    if value not in _EVENT_NAMES:
        raise faulty(Fault.UNKNOWN_CODE)
    return value


EventName = Annotated[
    str,
    PlainValidator(_event_name),
    WithJsonSchema({"type": "string", "enum": _EVENT_NAMES, "examples": ["case.handover-offered"]}),
]


# --- days and moments ------------------------------------------------------------------------

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_FIRST_YEAR, _LAST_YEAR = 1850, 9998  # a zone may add a day


def _day(value: object) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):
            return _within_reason(date.fromisoformat(value))
    raise faulty(Fault.NOT_A_DATE)


def _moment(value: object) -> datetime:
    """Any zone is accepted; inside there is UTC only."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        with suppress(ValueError):
            return _within_reason(datetime.fromisoformat(value.upper())).astimezone(UTC)
    raise faulty(Fault.NOT_A_MOMENT)


Dated = TypeVar("Dated", date, datetime)


def _within_reason(day: Dated) -> Dated:
    """A year that no living person knows is a slip of the pen. Raises ValueError."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError
    return day


def swedish_day(moment: datetime) -> date:
    """The day that it is where the work is done."""
    return moment.astimezone(SWEDEN).date()


def _day_has_come(value: date, info: ValidationInfo) -> date:
    if value > swedish_day(now_of(info)):
        raise faulty(Fault.IN_THE_FUTURE)
    return value


def _moment_has_come(value: datetime, info: ValidationInfo) -> datetime:
    if value > now_of(info):
        raise faulty(Fault.IN_THE_FUTURE)
    return value


def now_of(info: ValidationInfo) -> datetime:
    context: Any = info.context
    moment: datetime = context["now"]
    return moment


def _date_schema(kind: str, example: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "format": kind, "example": example, "examples": [example], **more}
    )


Day = Annotated[date, PlainValidator(_day), _date_schema("date", "2023-04-01")]
PastDay = Annotated[
    date, PlainValidator(_day), AfterValidator(_day_has_come), _date_schema("date", "2007-05-19")
]
PastMoment = Annotated[
    datetime,
    PlainValidator(_moment),
    AfterValidator(_moment_has_come),
    _date_schema("date-time", "2023-04-03T08:15:00Z"),
]


class Happening(Body):
    """What is told of something that may have happened earlier. Left out, it happens now."""

    occurred_at: PastMoment | None = None
    """When it happened: clocks go by it."""


Instant = Annotated[
    datetime, PlainValidator(_moment), _date_schema("date-time", "2023-04-07T16:00:00Z")
]


# --- numbers ---------------------------------------------------------------------------------


def _person_number(value: object, info: ValidationInfo) -> PersonNumber:
    if not isinstance(value, str):
        raise faulty(Fault.WRONG_TYPE)
    try:
        return read_number(value, swedish_day(now_of(info)))
    except NumberIsImpossible:
        raise faulty(Fault.IMPOSSIBLE_NUMBER) from None


Number = Annotated[
    PersonNumber,
    PlainValidator(_person_number),
    WithJsonSchema(
        {"type": "string", "pattern": r"^(\d{2})?\d{6}[-+]?\d{4}$", "examples": ["20070519-2383"]}
        | {"description": "A personal or coordination number in ten or twelve digits."}
    ),
]


def _whole(allowed: range) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise faulty(Fault.WRONG_TYPE)
        if value not in allowed:
            raise faulty(Fault.OUT_OF_RANGE)
        return value

    return read


def _whole_schema(allowed: range, example: int) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "integer", "minimum": allowed[0], "maximum": allowed[-1], "examples": [example]}
    )


_PER_CENT: Final = range(1, 101)
_HEADS: Final = range(100_001)
_KRONOR: Final = range(1_000_000_001)
_POSITIONS: Final = range(1, 2**53)  # as far as every client can count

Percentage = Annotated[int, PlainValidator(_whole(_PER_CENT)), _whole_schema(_PER_CENT, 100)]
Kronor = Annotated[int, PlainValidator(_whole(_KRONOR)), _whole_schema(_KRONOR, 650_000)]
Headcount = Annotated[int, PlainValidator(_whole(_HEADS)), _whole_schema(_HEADS, 60)]
LogPosition = Annotated[int, PlainValidator(_whole(_POSITIONS)), _whole_schema(_POSITIONS, 4711)]
