"""What is due, asked: by whoever must see to it, page by page, and by the time service."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from psycopg import sql

from domain.codes import DeadlineKind, StaffRole
from domain.policy import Act, Information, Viewer, may
from projections.access.visible import condition, visible
from projections.asking import Connection, Page, all_rows, paged
from projections.deadlines import DeadlineStatus
from projections.sql import Statements

_statements = Statements("projections.deadlines")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    status: DeadlineStatus | None = None  # none: what has not ended
    kind: DeadlineKind | None = None
    worker: UUID | None = None
    file: UUID | None = None
    warned: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last line that was seen."""

    due: datetime
    file: UUID
    deadline: UUID


@dataclass(frozen=True, slots=True)
class Counts:
    running: int
    due_soon: int
    overdue: int
    paused: int


class Line(NamedTuple):
    file: UUID
    deadline: UUID
    kind: str
    asked: bool
    due: datetime
    warned: datetime
    status: str
    escalated: int
    reminded: tuple[str, ...]
    ended_at: datetime | None
    units: tuple[str, ...]
    lacking: tuple[str, ...]
    carried: UUID
    carried_by: str  # "case", "referral" or "operation"

    @property
    def case(self) -> UUID | None:
        return self.carried if self.carried_by == "case" else None

    @property
    def referral(self) -> UUID | None:
        return None if self.file in (self.case, self.operation) else self.file

    @property
    def operation(self) -> UUID | None:
        return self.file if self.carried_by == "operation" else None


_CARRIED = sql.SQL('coalesce(led."case", line.file)')
_OWNED = sql.SQL(
    "(case when line.asked then file.receiving_unit = %(unit)s or %(unit)s = any(line.reminded)"
    " else coalesce(file.responsible_unit, file.receiving_unit,"
    " file.informed_units[cardinality(file.informed_units)]) = %(unit)s end)"
)


# an acknowledgement is asked of both who handle the operation, until each has given it
_HANDLED = sql.SQL(
    "line.units <> '{}' and %(of_operations)s and %(unit)s = any(line.units)"
    " and (line.ended_at is not null or %(unit)s = any(line.lacking)"
    " or %(unit)s = any(line.reminded))"
)


async def page(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    wanted: Filter,
    *,
    now: datetime,
    after: Cursor | None = None,
    limit: int = 50,
) -> Page[Line, Cursor]:
    """What the viewer's unit must see to, what is due first on top."""
    parameters = {
        **visible(viewer).parameters,
        "unit": viewer.unit,
        "of_operations": may(viewer, Act.READ, Information.OPERATION),
        "now": now,
        "status": wanted.status,
        "kind": wanted.kind,
        "worker": wanted.worker,
        "of": wanted.file,
        "due": after and after.due,
        "file": after and after.file,
        "deadline": after and after.deadline,
        "limit": limit + 1,
    }
    statement = _page(schema, viewer.role, _filters(wanted), after is not None)
    lines = await all_rows(connection, statement, parameters, Line)
    return paged(lines, limit, lambda line: Cursor(line.due, line.file, line.deadline))


def _filters(wanted: Filter) -> str:
    told = {
        "line.ended_at is null": wanted.status is None,
        "line.status = %(status)s": wanted.status is not None,
        "line.kind = %(kind)s": wanted.kind is not None,
        "%(worker)s = any(file.workers)": wanted.worker is not None,
        "%(of)s in (line.file, file.file)": wanted.file is not None,
        "line.status in ('running', 'missed') and line.warned <= %(now)s": wanted.warned,
    }
    return " and ".join(part for part, asked in told.items() if asked)


@cache
def _page(schema: str, role: StaffRole, filters: str, further: bool) -> bytes:
    beyond = "(line.due, line.file, line.deadline) > (%(due)s, %(file)s, %(deadline)s)"
    return _statements(
        "page",
        schema,
        carried=_CARRIED,
        owned=_OWNED,
        handled=_HANDLED,
        filters=sql.SQL(filters),
        beyond=sql.SQL(beyond if further else "true"),
        visible=condition(role),
    ).as_bytes()


async def counts(connection: Connection, schema: str, viewer: Viewer, now: datetime) -> Counts:
    of_operations = may(viewer, Act.READ, Information.OPERATION)
    told = {"unit": viewer.unit, "of_operations": of_operations, "now": now}
    parameters = {**visible(viewer).parameters, **told}
    statement = _counts(schema, viewer.role)
    [found] = await all_rows(connection, statement, parameters, Counts)
    return found


@cache
def _counts(schema: str, role: StaffRole) -> bytes:
    parts = {
        "carried": _CARRIED,
        "owned": _OWNED,
        "handled": _HANDLED,
        "visible": condition(role),
    }
    return _statements("counts", schema, **parts).as_bytes()


class Overdue(NamedTuple):
    file: UUID
    deadline: UUID
    due: datetime
    status: str
    escalated: int


FIRST = Overdue(UUID(int=0), UUID(int=0), datetime(1, 1, 1, tzinfo=UTC), "", 0)


async def overdue(
    connection: Connection, schema: str, now: datetime, *, after: Overdue = FIRST, limit: int
) -> list[Overdue]:
    """For the time service: what has passed and is not told yet, and the answers still missing."""
    parameters = {**after._asdict(), "now": now, "limit": limit}
    return await all_rows(connection, _statements("overdue", schema), parameters, Overdue)
