"""What a reading is asked for, in the address: everything optional, nothing personal."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from multidict import MultiMapping
from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError, WithJsonSchema
from pydantic.alias_generators import to_camel

from api.door.faults import Fault, FieldFault, faults_in, faulty
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


class ReadingQuery(Query):
    purpose: Purpose | None = None
    """What the reading is for; the access log keeps it. By default what the door is for."""
    at_position: AtPosition | None = None
    """With `Prefer: wait=N`: answer only when this position is reflected."""


class PageQuery(ReadingQuery):
    cursor: CursorText | None = None
    """`nextCursor` of the page before."""
    limit: Limit = 20
    """How many items the page holds at most."""

    def filters(self) -> dict[str, str]:
        """What the list is, whatever the page of it."""
        how = {"purpose", "at_position", "cursor", "limit"}
        told = ((name, value) for name, value in self if name not in how and value is not None)
        return {name: str(value) for name, value in told}


def read_query(kind: type[Query], address: MultiMapping[str]) -> Query:
    """Raises FieldsAreFaulty with every fault."""
    repeated = [
        FieldFault(name, Fault.REPEATED, in_query=True)
        for name in dict.fromkeys(address)
        if len(address.getall(name)) > 1
    ]
    try:
        query = kind.model_validate_strings(_as_strings(address))
    except ValidationError as error:
        raise FieldsAreFaulty(errors=[*repeated, *faults_in(error, in_query=True)]) from None
    if repeated:
        raise FieldsAreFaulty(errors=repeated)
    return query


def _as_strings(address: Mapping[str, str]) -> dict[str, str]:
    return {name: address[name] for name in address}
