"""What a reading is asked for, in the address: everything optional, nothing personal."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from multidict import MultiMapping
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.alias_generators import to_camel

from api.door.faults import Fault, FieldFault, faults_in, faulty
from api.door.fields import PastMoment
from domain.codes import Purpose
from domain.errors import FieldsAreFaulty

_DIGITS: Final = re.compile(r"\d{1,18}", re.ASCII)
_CURSOR: Final = re.compile(r"[\w.-]{1,600}", re.ASCII)
_FLAGS: Final = {"true": True, "false": False}


def _whole(allowed: range) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, str) or not _DIGITS.fullmatch(value):
            raise faulty(Fault.WRONG_TYPE)
        if int(value) not in allowed:
            raise faulty(Fault.OUT_OF_RANGE)
        return int(value)

    return read


def _flag(value: object) -> bool:
    if not isinstance(value, str) or value not in _FLAGS:
        raise faulty(Fault.WRONG_TYPE)
    return _FLAGS[value]


def _cursor(value: object) -> str:
    if not isinstance(value, str) or not _CURSOR.fullmatch(value):
        raise faulty(Fault.WRONG_TYPE)
    return value


def _integer(minimum: int, maximum: int, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": minimum, "maximum": maximum, **more})


MOST_IN_A_PAGE: Final = 100
_LAST_POSITION: Final = 10**15

Limit = Annotated[
    int,
    PlainValidator(_whole(range(1, MOST_IN_A_PAGE + 1))),
    _integer(1, MOST_IN_A_PAGE, default=20, examples=[20]),
]
AtPosition = Annotated[
    int, PlainValidator(_whole(range(_LAST_POSITION))), _integer(0, _LAST_POSITION - 1)
]
Flag = Annotated[bool, PlainValidator(_flag), WithJsonSchema({"type": "boolean"})]
CursorText = Annotated[
    str,
    PlainValidator(_cursor),
    WithJsonSchema({"type": "string", "pattern": r"^[A-Za-z0-9_.-]+$", "maxLength": 600}),
]


class Query(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, use_attribute_docstrings=True
    )


class NoQuery(Query):
    """Nothing is asked for in the address."""


_NOTHING_ASKED: Final = NoQuery()


class ReadingQuery(Query):
    purpose: Purpose | None = None
    """What the reading is for; the access log keeps it. By default what the door is for."""
    at_position: AtPosition | None = None
    """With `Prefer: wait=N`: answer only when this position is reflected."""

    def filters(self) -> dict[str, str]:
        """What is asked for, whatever the page of it."""
        how = {"purpose", "at_position", "cursor", "limit", "since"}
        told = ((name, value) for name, value in self if name not in how and value is not None)
        return {name: str(value) for name, value in told}


class PastQuery(ReadingQuery):
    as_of: PastMoment | None = None
    """As it stood at a moment, by what had been recorded; what you may see is decided today."""
    as_of_position: AtPosition | None = None
    """The same, by a position of the event log. Without counts."""

    @field_validator("as_of_position")
    @classmethod
    def _one_way(cls, position: int | None, info: ValidationInfo) -> int | None:
        if info.data.get("as_of") is not None:
            raise faulty(Fault.NOT_TOGETHER)
        return position

    @property
    def looks_back(self) -> bool:
        return self.as_of is not None or self.as_of_position is not None


class PageQuery(ReadingQuery):
    cursor: CursorText | None = None
    """`nextCursor` of the page before."""
    limit: Limit = 20
    """How many items the page holds at most."""


class StatedQuery(PageQuery):
    purpose: Annotated[Purpose, Field(examples=[Purpose.REVIEW])]
    """What the reading is for: the policy asks for it, and the access log keeps it."""


def read_query(kind: type[Query], address: MultiMapping[str], now: datetime) -> Query:
    """Raises FieldsAreFaulty with every fault."""
    if kind is NoQuery and not address:
        return _NOTHING_ASKED
    repeated = [
        FieldFault(name, Fault.REPEATED, in_query=True)
        for name in dict.fromkeys(address)
        if len(address.getall(name)) > 1
    ]
    try:
        query = kind.model_validate_strings(_as_strings(address), context={"now": now})
    except ValidationError as error:
        raise FieldsAreFaulty(errors=[*repeated, *faults_in(error, in_query=True)]) from None
    if repeated:
        raise FieldsAreFaulty(errors=repeated)
    return query


def _as_strings(address: Mapping[str, str]) -> dict[str, str]:
    return {name: address[name] for name in address}
