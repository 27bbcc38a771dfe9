"""Which files were to go, who planned and who approved it, and how far each disposal has come."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from domain.codes import DisposalStatus
from domain.disposal import (
    DisposalApproved,
    DisposalErased,
    DisposalExecuted,
    DisposalPlanned,
    DisposalRejected,
)
from domain.policy import Act, Information, Viewer, may
from domain.recorded import Recorded
from projections.asking import Connection, all_rows, one_row
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.disposals")


class Line(NamedTuple):
    disposal: UUID
    status: str
    files: tuple[UUID, ...]  # planned; those that went, once it is executed
    persons: tuple[UUID, ...]
    left_out: tuple[UUID, ...]
    latest: date
    planned_at: datetime
    planned_by: UUID
    decided_at: datetime | None
    decided_by: UUID | None
    executed_at: datetime | None
    handed_out: int | None
    erased_at: datetime | None
    keys: int | None
    backups_until: date | None
    version: int


def keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name.startswith("disposal.") else ()


def apply(line: Line | None, recorded: Recorded) -> Line | None:
    match recorded.event:
        case DisposalPlanned() as planned:
            line = _planned(recorded, planned)
        case DisposalApproved(by=by) if line:
            line = line._replace(status=DisposalStatus.APPROVED, **_decided(recorded, by))
        case DisposalRejected(by=by) if line:
            line = line._replace(status=DisposalStatus.REJECTED, **_decided(recorded, by))
        case DisposalExecuted() as executed if line:
            line = line._replace(
                status=DisposalStatus.EXECUTED,
                files=executed.files,
                persons=executed.persons,
                left_out=executed.left_out,
                handed_out=executed.handed_out,
                executed_at=recorded.recorded_at,
            )
        case DisposalErased(keys=keys, backups_until=until) if line:
            line = line._replace(
                status=DisposalStatus.ERASED,
                erased_at=recorded.recorded_at,
                keys=keys,
                backups_until=until,
            )
    return line and line._replace(version=recorded.version)


def _planned(recorded: Recorded, planned: DisposalPlanned) -> Line:
    return Line(
        disposal=recorded.stream,
        status=DisposalStatus.PLANNED,
        files=planned.files,
        persons=(),
        left_out=(),
        latest=planned.latest,
        planned_at=recorded.recorded_at,
        planned_by=planned.by,
        decided_at=None,
        decided_by=None,
        executed_at=None,
        handed_out=None,
        erased_at=None,
        keys=None,
        backups_until=None,
        version=recorded.version,
    )


def _decided(recorded: Recorded, by: UUID) -> dict[str, Any]:
    return {"decided_at": recorded.recorded_at, "decided_by": by}


PROJECTION = Projection(
    name="disposals",
    version=1,
    schema=text("projections.disposals", "schema.sql"),
    tables=(Table(name="disposals", row=Line, key=("disposal",), keys=keys, apply=apply),),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


async def disposals(
    connection: Connection, schema: str, viewer: Viewer, limit: int
) -> Sequence[Line]:
    """The latest first."""
    if not may(viewer, Act.READ, Information.DISPOSAL):
        return ()
    return await all_rows(connection, _statements("disposals", schema), {"limit": limit}, Line)


async def disposal(
    connection: Connection, schema: str, viewer: Viewer, wanted: UUID
) -> Line | None:
    if not may(viewer, Act.READ, Information.DISPOSAL):
        return None
    return await one_row(connection, _statements("disposal", schema), {"disposal": wanted}, Line)


async def under_way(connection: Connection, schema: str, status: DisposalStatus) -> Sequence[Line]:
    """Those that have come so far, the first to be planned first: for whoever goes on with them."""
    return await all_rows(connection, _statements("under_way", schema), {"status": status}, Line)


async def waiting_for_erasure(connection: Connection, schema: str) -> int:
    """How many disposals were executed an hour ago and the keys of their files still stand: an
    alarm."""
    return await one_row(connection, _statements("waiting", schema), {}, int) or 0
