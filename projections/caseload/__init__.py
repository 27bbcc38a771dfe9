"""Each unit's cases, a line each: what a compilation may hold (SoLPuL 7 a §), never more.

A unit's caseload is the cases that it is responsible for, and those that are offered to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from psycopg import sql

from domain.case import (
    CaseClosed,
    CaseJoined,
    CaseOpened,
    CaseReopened,
    CaseStatus,
    CaseWorkerAssigned,
    CaseWorkerReleased,
    HandoverAccepted,
    HandoverDeclined,
    HandoverOffered,
    HandoverWithdrawn,
)
from domain.policy import Viewer
from domain.recorded import Recorded
from projections.access.visible import visible
from projections.asking import Connection, Page, all_rows, one_row, paged
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.caseload")


@dataclass(frozen=True, slots=True)
class Line:
    case: UUID
    unit: str
    status: str
    workers: tuple[UUID, ...]
    opened_at: datetime
    last_event_at: datetime
    handover: UUID | None  # the offer that stands, to whom, and by when it is answered
    handover_to: str | None
    answer_due: datetime | None
    referrals: tuple[UUID, ...]
    version: int
    position: int  # of the last change


def keys(recorded: Recorded) -> Iterator[Key]:
    if recorded.name.startswith("case."):
        yield (recorded.stream,)


def apply(line: Line | None, recorded: Recorded) -> Line | None:
    if isinstance(recorded.event, CaseOpened):
        return _opened(recorded, recorded.event)
    if line is None:
        return None
    return replace(
        line,
        last_event_at=recorded.occurred_at,
        version=recorded.version,
        position=recorded.position,
        **_changes(line, recorded.event),
    )


def _opened(recorded: Recorded, opened: CaseOpened) -> Line:
    return Line(
        case=recorded.stream,
        unit=opened.unit,
        status=CaseStatus.OPEN,
        workers=(),
        opened_at=recorded.occurred_at,
        last_event_at=recorded.occurred_at,
        handover=None,
        handover_to=None,
        answer_due=None,
        referrals=(opened.referral,),
        version=recorded.version,
        position=recorded.position,
    )


_NO_OFFER: dict[str, Any] = {"handover": None, "handover_to": None, "answer_due": None}


def _changes(line: Line, event: object) -> dict[str, Any]:  # noqa: PLR0911 - one for each event
    match event:
        case CaseJoined(referral=referral):
            return {"referrals": (*line.referrals, referral)}
        case CaseWorkerAssigned(worker=worker):
            return {"workers": (*line.workers, worker)}
        case CaseWorkerReleased(worker=worker):
            return {"workers": tuple(w for w in line.workers if w != worker)}
        case HandoverOffered(handover=handover, to_unit=to_unit, answer_due=due):
            return {"handover": handover, "handover_to": to_unit, "answer_due": due}
        case HandoverAccepted(unit=unit):
            return {"unit": unit, **_NO_OFFER}
        case HandoverDeclined() | HandoverWithdrawn():
            return _NO_OFFER
        case CaseClosed():
            return {"status": CaseStatus.CLOSED}
        case CaseReopened():
            return {"status": CaseStatus.OPEN}
        case _:
            return {}


PROJECTION = Projection(
    name="caseload",
    version=1,
    schema=text("projections.caseload", "schema.sql"),
    tables=(Table(name="caseload", row=Line, key=("case",), keys=keys, apply=apply),),
)

# --- queries ---------------------------------------------------------------------------------


class Order(StrEnum):
    OPENED = "opened_at"
    LAST_EVENT = "last_event_at"
    ANSWER_DUE = "answer_due"  # where none is due, it counts as later than all


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Everything that is given must hold."""

    status: CaseStatus | None = None
    worker: UUID | None = None
    unassigned: bool = False  # our own open cases that nobody is assigned to
    handover: Literal["in", "out"] | None = None
    due_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last line that was seen, by what the lines are ordered by."""

    value: datetime | None
    case: UUID


@dataclass(frozen=True, slots=True)
class Counts:
    open: int
    unassigned: int
    handovers_in: int
    handovers_out: int
    overdue: int  # answers, in or out
    closed: int


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    wanted: Filter = Filter(),
    *,
    order: Order = Order.OPENED,
    descending: bool = False,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[Line, Cursor]:
    """The caseload of the viewer's unit, as far as it is visible, from the cursor on."""
    runs = _runs(wanted)
    if not runs:
        return Page((), None)
    seen = visible(viewer)
    ordered = {
        "value": _VALUES[order],
        "direction": sql.SQL("desc" if descending else "asc"),
        "than": sql.SQL("<" if descending else ">"),
    }
    beyond = _statements("beyond", schema, **ordered) if after else sql.SQL("true")
    parts = {**ordered, "beyond": beyond, "visible": seen.condition}
    union = sql.SQL(" union all ").join(
        _statements("run", schema, run=run, **parts) for run in runs
    )
    parameters = {
        **seen.parameters,
        "unit": viewer.unit,
        "worker": wanted.worker,
        "due_before": wanted.due_before,
        "value": after and after.value,
        "case": after and after.case,
        "limit": limit + 1,
    }
    statement = _statements("page", schema, runs=union, **ordered)
    lines = await all_rows(connection, statement, parameters, Line)
    return paged(lines, limit, lambda line: Cursor(getattr(line, order), line.case))


_VALUES = {
    Order.OPENED: sql.SQL("line.opened_at"),
    Order.LAST_EVENT: sql.SQL("line.last_event_at"),
    Order.ANSWER_DUE: sql.SQL("coalesce(line.answer_due, 'infinity')"),
}
_OWN_OPEN = sql.SQL("line.unit = %(unit)s and line.status = 'open'")
_OWN_CLOSED = sql.SQL("line.unit = %(unit)s and line.status = 'closed'")
_OFFERED = sql.SQL("line.handover_to = %(unit)s")


def _runs(wanted: Filter) -> list[sql.Composable]:
    """Each run keeps to one unit and status, so that an index has it in order.

    Closed cases have neither workers nor offers: every other filter asks for open ones.
    """
    filters = list(_filters(wanted))
    runs = []
    if wanted.status is not CaseStatus.CLOSED:
        if wanted.handover != "in":
            runs.append(_OWN_OPEN)
        if wanted.handover != "out" and not wanted.unassigned:
            runs.append(_OFFERED)
    if wanted.status is not CaseStatus.OPEN and not filters:
        runs.append(_OWN_CLOSED)
    return [sql.SQL(" and ").join([run, *filters]) for run in runs]


def _filters(wanted: Filter) -> Iterator[sql.SQL]:
    if wanted.worker is not None:
        yield sql.SQL("line.workers @> array[%(worker)s]::uuid[]")
    if wanted.unassigned:
        yield sql.SQL("line.workers = '{}'")
    if wanted.handover is not None:
        yield sql.SQL("line.handover_to is not null")
    if wanted.due_before is not None:
        yield sql.SQL("line.answer_due < %(due_before)s")


async def line(connection: Connection, schema: str, viewer: Viewer, case: UUID) -> Line | None:
    """One case's line, when it is visible."""
    seen = visible(viewer)
    statement = _statements("line", schema, visible=seen.condition)
    return await one_row(connection, statement, {**seen.parameters, "case": case}, Line)


async def counts(connection: Connection, schema: str, viewer: Viewer, now: datetime) -> Counts:
    """How many of each, in the caseload of the viewer's unit."""
    seen = visible(viewer)
    statement = _statements("counts", schema, visible=seen.condition)
    parameters = {**seen.parameters, "unit": viewer.unit, "now": now}
    found = await one_row(connection, statement, parameters, Counts)
    return found or Counts(0, 0, 0, 0, 0, 0)
