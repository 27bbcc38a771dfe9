"""Requests to take a case over (domain/case/takeover.py), a line each: for the unit that is asked,
which sees them as it sees the case, and for the one that asked, which sees nothing else of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from psycopg import sql

from domain.case import CaseClosed, HandoverOffered
from domain.case.takeover import TakeoverDeclined, TakeoverRequested
from domain.policy import Act, Information, Viewer, permitting
from domain.recorded import Recorded
from projections.access.visible import visible
from projections.asking import Connection, Page, all_rows, paged
from projections.projection import Journal, Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.takeovers")


class TakeoverStatus(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"  # a handover, which is an answer of its own
    DECLINED = "declined"
    LAPSED = "lapsed"  # with the case


class Request(NamedTuple):
    takeover: UUID
    case: UUID
    unit: str  # that asks
    requested_at: datetime
    requested_by: UUID
    declined_at: datetime | None
    position: int
    reason_token: str | None = None  # why it was declined


class Answer(NamedTuple):
    """Of all that wait in the case, or of one unit's."""

    case: UUID
    unit: str | None
    answered_at: datetime
    position: int


def keys(recorded: Recorded) -> Iterable[Key]:
    match recorded.event:
        case TakeoverRequested(takeover=takeover) | TakeoverDeclined(takeover=takeover):
            return [(takeover,)]
        case _:
            return ()


def apply(request: Request | None, recorded: Recorded) -> Request | None:
    match recorded.event:
        case TakeoverRequested(takeover=takeover, unit=unit):
            return Request(
                takeover=takeover,
                case=recorded.stream,
                unit=unit,
                requested_at=recorded.occurred_at,
                requested_by=recorded.actor,
                declined_at=None,
                position=recorded.position,
            )
        case TakeoverDeclined(reason=reason) if request:
            return request._replace(declined_at=recorded.occurred_at, reason_token=reason.token)
        case _:
            return request


def answers(recorded: Recorded) -> Iterable[Answer]:
    match recorded.event:
        case HandoverOffered(to_unit=unit):
            yield Answer(recorded.stream, unit, recorded.occurred_at, recorded.position)
        case CaseClosed():
            yield Answer(recorded.stream, None, recorded.occurred_at, recorded.position)


PROJECTION = Projection(
    name="takeovers",
    version=2,
    schema=text("projections.takeovers", "schema.sql"),
    tables=(
        Table(
            name="takeovers",
            row=Request,
            key=("takeover",),
            keys=keys,
            apply=apply,
            of_file="case",
        ),
        Journal(name="takeover_answers", row=Answer, rows=answers, of_file="case"),
    ),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


class Direction(StrEnum):
    IN = "in"  # asked of the viewer's unit
    OUT = "out"  # by it


class Line(NamedTuple):
    takeover: UUID
    case: UUID
    unit: str
    status: str
    requested_at: datetime
    requested_by: UUID
    answered_at: datetime | None
    position: int
    reason_token: str | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last line that was seen."""

    position: int


_LATEST = Cursor(2**62)
_OWN = sql.SQL(
    "line.unit = %(unit)s and not file.narrowed"
    " and file.compartment = any(%(visible_compartments)s::text[])"
)
_ASKED = sql.SQL("file.responsible_unit = %(unit)s and {visible}")


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    *,
    direction: Direction,
    status: TakeoverStatus | None = None,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[Line, Cursor]:
    """The latest first."""
    if not permitting(viewer.role, Act.REQUEST, Information.RESPONSIBILITY):
        return Page((), None)
    seen = visible(viewer)
    allowed = _OWN if direction is Direction.OUT else _ASKED.format(visible=seen.condition)
    parameters = {
        **seen.parameters,
        "unit": viewer.unit,
        "status": status,
        "before": (after or _LATEST).position,
        "limit": limit + 1,
    }
    statement = _statements("page", schema, allowed=allowed)
    lines = await all_rows(connection, statement, parameters, Line)
    return paged(lines, limit, lambda line: Cursor(line.position))
