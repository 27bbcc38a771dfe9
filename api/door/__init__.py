"""What a door is: a handler, and the declaration that serves, guards and documents it.

The handler's signature is part of the declaration: a UUID is an id of the path, a `Body` is what
is sent, a `Query` what is asked for, and the return type is the answer. There are three kinds:

- `reading`: the answer holds personal or case data. The handler returns `Seen`, which says whose,
  and nothing leaves before the receipt is durable. Where the question itself is personal, it is
  sent in a body, by POST.
- `deciding`: a command. The answer holds ids, position and decision; its event is its receipt.
- `open`: neither; for everybody who has a position, or for everybody.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, get_args, get_type_hints
from uuid import UUID

from pydantic.alias_generators import to_camel

from api.door.answers import Answer, Seen
from api.door.fields import Body
from api.door.query import NoQuery, Query, ReadingQuery
from api.door.visit import Visit
from domain.codes import Purpose
from domain.errors import Refusal
from domain.labels import Label
from domain.policy import Act, Information

P = ParamSpec("P")
A = TypeVar("A", bound=Answer)

OK: Final = HTTPStatus.OK.value
CREATED: Final = HTTPStatus.CREATED.value


class Kind(Enum):
    READING = auto()
    DECIDING = auto()
    OPEN = auto()
    PUBLIC = auto()  # asks for no token


@dataclass(frozen=True, slots=True)
class Lead:
    """A next act: its operation, and which field of the answer is which of its parameters."""

    operation: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    operation: str
    summary: Label
    description: Label
    kind: Kind
    handle: Callable[..., Awaitable[Any]]
    ids: tuple[str, ...]
    body: tuple[str, type[Body]] | None
    query: tuple[str | None, type[Query]]
    answer: type[Answer]
    asks: tuple[Act, Information] | None = None  # the row of the policy's table
    refuses: tuple[type[Refusal], ...] = ()
    view: str | None = None  # the projection that a reading rests on
    purpose: Purpose = Purpose.CASE_WORK
    has_etag: bool = False
    needs_match: bool = False
    is_live: bool = False  # goes on as a stream, where that is asked for
    status: int = OK
    location: str | None = None  # of what was made, filled from the answer
    leads: tuple[Lead, ...] = field(default=())


TELLS_OF_ONE_FILE: Final[set[str]] = set()
"""The readings whose address names a case or a referral; what else they tell came along with it."""

LISTS: Final[set[str]] = set()
"""The readings that name no file, and search for none: what stands in them nobody has chosen."""


SUMMARIES: Final[dict[str, Label]] = {}
"""What each operation that leaves receipts is called."""


def _declared(door: Door) -> Door:
    SUMMARIES[door.operation] = door.summary
    if door.kind is Kind.READING:
        if {"case_id", "referral_id"} & set(door.ids[:1]):
            TELLS_OF_ONE_FILE.add(door.operation)
        elif door.body is None:
            LISTS.add(door.operation)
    return door


def reading(
    operation: str,
    summary: Label,
    description: Label,
    *,
    view: str,
    asks: tuple[Act, Information],
    **more: Any,
) -> Callable[[Callable[Concatenate[Visit, P], Awaitable[Seen[A]]]], Door]:
    def declare(handler: Callable[Concatenate[Visit, P], Awaitable[Seen[A]]]) -> Door:
        return _declared(
            Door(
                operation=operation,
                summary=summary,
                description=description,
                kind=Kind.READING,
                view=view,
                asks=asks,
                **_signed(handler, default_query=ReadingQuery),
                **more,
            )
        )

    return declare


def deciding(
    operation: str,
    summary: Label,
    description: Label,
    *,
    asks: tuple[Act, Information],
    **more: Any,
) -> Callable[[Callable[Concatenate[Visit, P], Awaitable[A]]], Door]:
    def declare(handler: Callable[Concatenate[Visit, P], Awaitable[A]]) -> Door:
        return _declared(
            Door(
                operation=operation,
                summary=summary,
                description=description,
                kind=Kind.DECIDING,
                asks=asks,
                **_signed(handler, default_query=NoQuery),
                **more,
            )
        )

    return declare


def open_door(
    operation: str, summary: Label, description: Label, *, public: bool = False
) -> Callable[[Callable[[Visit], Awaitable[A]]], Door]:
    def declare(handler: Callable[[Visit], Awaitable[A]]) -> Door:
        return Door(
            operation=operation,
            summary=summary,
            description=description,
            kind=Kind.PUBLIC if public else Kind.OPEN,
            **_signed(handler, default_query=NoQuery),
        )

    return declare


def _signed(handler: Callable[..., Any], *, default_query: type[Query]) -> dict[str, Any]:
    """What a handler's signature says. Its first parameter is the visit."""
    hints = get_type_hints(handler)
    _, *parameters = inspect.signature(handler).parameters
    kinds = {name: hints[name] for name in parameters}
    answer = hints["return"]
    return {
        "handle": handler,
        "ids": tuple(name for name, kind in kinds.items() if kind is UUID),
        "body": next(((n, k) for n, k in kinds.items() if issubclass(k, Body)), None),
        "query": next(
            ((n, k) for n, k in kinds.items() if issubclass(k, Query)), (None, default_query)
        ),
        "answer": next(iter(get_args(answer)), answer),
    }


# --- the route table's words -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    door: Door

    @property
    def names(self) -> tuple[str, ...]:
        """The path's parameters, as the address spells them, in the order of `door.ids`."""
        return tuple(to_camel(name) for name in self.door.ids)


def get(path: str, door: Door) -> Route:
    return Route("GET", path, door)


def post(path: str, door: Door) -> Route:
    return Route("POST", path, door)
