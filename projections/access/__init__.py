"""Who is who, and how each case and referral stands to units and workers: what policy asks.

No compilation: one row is read for one person who acts, or joined to a view by `visible`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from domain.case import (
    CaseOpened,
    CaseWorkerAssigned,
    CaseWorkerReleased,
    HandoverAccepted,
    HandoverDeclined,
    HandoverOffered,
    HandoverWithdrawn,
)
from domain.codes import Compartment, StaffRole
from domain.policy import File, Viewer
from domain.recorded import Recorded
from domain.referral import ReferralAccepted, ReferralDeclined, ReferralReceived, ReferralRouted
from domain.staff import PositionEnded, PositionTaken
from projections.asking import Connection, one_row
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.access")

Kind = Literal["case", "referral"]


@dataclass(frozen=True, slots=True)
class StaffRow:
    staff: UUID
    unit: str
    role: str
    side: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class FileRow:
    file: UUID
    kind: str
    person: UUID
    compartment: str
    responsible_unit: str | None = None
    receiving_unit: str | None = None
    sending_unit: str | None = None
    informed_units: tuple[str, ...] = ()
    workers: tuple[UUID, ...] = ()


def _staff_keys(recorded: Recorded) -> Iterator[Key]:
    if isinstance(recorded.event, PositionTaken | PositionEnded):
        yield (recorded.stream,)


def _file_keys(recorded: Recorded) -> Iterator[Key]:
    if recorded.name.startswith(("case.", "referral.")):
        yield (recorded.stream,)


def apply_to_staff(row: StaffRow | None, recorded: Recorded) -> StaffRow | None:
    match recorded.event:
        case PositionTaken(unit=unit, role=role, side=side):
            return StaffRow(recorded.stream, unit, role, side, active=True)
        case PositionEnded() if row:
            return replace(row, active=False)
        case _:
            return row


def apply_to_file(row: FileRow | None, recorded: Recorded) -> FileRow | None:
    match recorded.event:
        case ReferralReceived() as received:
            # Nobody is a referral's responsible unit: who is asked answers, who holds it waits, and
            # what it tells is read through the case, once there is one.
            return FileRow(
                file=recorded.stream,
                kind="referral",
                person=received.person,
                compartment=Compartment.TRIAGE,
                sending_unit=received.sender_unit or None,
            )
        case CaseOpened() as opened:
            return FileRow(
                file=recorded.stream,
                kind="case",
                person=opened.person,
                compartment=opened.compartment,
                responsible_unit=opened.unit,
            )
        case _:
            return row and _moved(row, recorded.event)


def _moved(row: FileRow, event: object) -> FileRow:  # noqa: PLR0911 - an answer for each event
    match event:
        case ReferralRouted() as routed:
            return replace(
                row,
                compartment=routed.compartment,
                receiving_unit=routed.unit,
                informed_units=tuple(dict.fromkeys((*row.informed_units, *routed.informed))),
            )
        case ReferralAccepted() | ReferralDeclined() if row.receiving_unit:
            informed = (*row.informed_units, row.receiving_unit)
            return replace(row, receiving_unit=None, informed_units=informed)
        case HandoverAccepted(unit=unit):
            return replace(row, responsible_unit=unit, receiving_unit=None)
        case HandoverOffered(to_unit=to_unit):
            return replace(row, receiving_unit=to_unit)
        case HandoverDeclined() | HandoverWithdrawn():
            return replace(row, receiving_unit=None)
        case CaseWorkerAssigned(worker=worker):
            return replace(row, workers=(*row.workers, worker))
        case CaseWorkerReleased(worker=worker):
            return replace(row, workers=tuple(w for w in row.workers if w != worker))
        case _:
            return row


PROJECTION = Projection(
    name="access",
    version=2,
    schema=text("projections.access", "schema.sql"),
    tables=(
        Table(
            name="access_staff",
            row=StaffRow,
            key=("staff",),
            keys=_staff_keys,
            apply=apply_to_staff,
        ),
        Table(
            name="access_files", row=FileRow, key=("file",), keys=_file_keys, apply=apply_to_file
        ),
    ),
)

# --- queries ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    kind: Kind
    person: UUID
    file: File


async def viewer(connection: Connection, schema: str, staff: UUID) -> Viewer | None:
    """Who somebody is now; None for a stranger and for who has left."""
    return await one_row(connection, _statements("viewer", schema), {"staff": staff}, _viewer)


async def file(connection: Connection, schema: str, of: UUID) -> Found | None:
    """What access to a case or referral depends on: for `policy.may`, not to be told."""
    return await one_row(connection, _statements("file", schema), {"file": of}, _found)


def _viewer(*, staff: UUID, role: str, unit: str, side: str | None) -> Viewer:
    known = Compartment(side) if side else None
    return Viewer(staff=staff, role=StaffRole(role), unit=unit, side=known)


def _found(*, kind: Kind, person: UUID, compartment: str, **standing: Any) -> Found:
    return Found(kind, person, File(compartment=Compartment(compartment), **standing))
