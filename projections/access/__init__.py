"""Who is who, and how each case and referral stands to units and workers: what policy asks.

No compilation: one row is read for one person who acts, or joined to a view by `visible`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, Literal, NamedTuple
from uuid import UUID

from domain.case import (
    CaseClosed,
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
from domain.case.consent import CoordinatorEngaged, CoordinatorReleased
from domain.case.consultation import (
    ConsultationAnswered,
    ConsultationAsked,
    ConsultationWithdrawn,
)
from domain.case.narrowing import CaseNarrowed, CaseWidened
from domain.catalogue import names_of
from domain.codes import Compartment, StaffRole
from domain.person.identity import PersonMerged, PersonUnmerged
from domain.policy import File, Viewer
from domain.recorded import Recorded
from domain.referral import (
    ReferralAccepted,
    ReferralClosed,
    ReferralDeclined,
    ReferralNarrowed,
    ReferralReceived,
    ReferralRouted,
    ReferralRoutedNarrowly,
    ReferralWidened,
    ReferralWithdrawn,
)
from domain.staff import EmergencyAccessGiven, PositionEnded, PositionTaken
from projections.asking import Connection, all_rows
from projections.projection import Key, Projection, Table, Tally
from projections.sql import Statements, text

_statements = Statements("projections.access")

Kind = Literal["case", "referral"]


class StaffRow(NamedTuple):
    staff: UUID
    unit: str
    role: str
    side: str | None
    active: bool
    emergencies: tuple[UUID, ...] = ()  # cases
    emergencies_until: tuple[datetime, ...] = ()


class FileRow(NamedTuple):
    file: UUID
    kind: str
    person: UUID
    compartment: str
    responsible_unit: str | None = None
    receiving_unit: str | None = None
    sending_unit: str | None = None
    informed_units: tuple[str, ...] = ()
    workers: tuple[UUID, ...] = ()
    engaged: tuple[UUID, ...] = ()
    consulted_units: tuple[str, ...] = ()
    narrowed: bool = False
    status: str | None = None  # of a case
    answer_due: datetime | None = None  # of the offer of a case that stands


class Merge(NamedTuple):
    """A record of a person, and the one that stands for it."""

    person: UUID
    into_person: UUID


_OF_MERGES = names_of(PersonMerged, PersonUnmerged)
_OF_STAFF = names_of(PositionTaken, PositionEnded, EmergencyAccessGiven)
OF_FILES: Final = (
    ReferralReceived,
    ReferralRouted,
    ReferralAccepted,
    ReferralClosed,
    ReferralDeclined,
    ReferralWithdrawn,
    CaseOpened,
    CaseWorkerAssigned,
    CaseWorkerReleased,
    HandoverOffered,
    HandoverAccepted,
    HandoverDeclined,
    HandoverWithdrawn,
    CaseClosed,
    CaseReopened,
    CoordinatorEngaged,
    CoordinatorReleased,
    ConsultationAsked,
    ConsultationAnswered,
    ConsultationWithdrawn,
    CaseNarrowed,
    CaseWidened,
    ReferralNarrowed,
    ReferralWidened,
)
"""What happens to a file that access depends on."""
NAMES_OF_FILES: Final = names_of(*OF_FILES)


def _staff_keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name in _OF_STAFF else ()


def _merge_keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name in _OF_MERGES else ()


def _file_keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name in NAMES_OF_FILES else ()


def apply_to_staff(row: StaffRow | None, recorded: Recorded) -> StaffRow | None:
    match recorded.event:
        case PositionTaken(unit=unit, role=role, side=side):
            return StaffRow(recorded.stream, unit, role, side, active=True)
        case PositionEnded() if row:
            return row._replace(active=False, emergencies=(), emergencies_until=())
        case EmergencyAccessGiven() as given if row:
            return _with_emergency(row, given)
        case _:
            return row


def _with_emergency(row: StaffRow, given: EmergencyAccessGiven) -> StaffRow:
    standing = dict(zip(row.emergencies, row.emergencies_until, strict=True))
    standing |= {given.case: given.until}
    return row._replace(emergencies=(*standing,), emergencies_until=(*standing.values(),))


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
                status=CaseStatus.OPEN,
            )
        case _:
            return row and _moved(row, recorded.event)


def _moved(row: FileRow, event: object) -> FileRow:  # noqa: PLR0911 - an answer for each event
    match event:
        case ReferralRouted() as routed:
            return row._replace(
                compartment=routed.compartment,
                receiving_unit=routed.unit,
                narrowed=row.narrowed or isinstance(routed, ReferralRoutedNarrowly),
                informed_units=tuple(dict.fromkeys((*row.informed_units, *routed.informed))),
            )
        case ReferralAccepted() | ReferralDeclined() | ReferralClosed() | ReferralWithdrawn() if (
            row.receiving_unit
        ):
            informed = (*row.informed_units, row.receiving_unit)
            return row._replace(receiving_unit=None, informed_units=informed)
        case HandoverAccepted(unit=unit):
            return row._replace(responsible_unit=unit, receiving_unit=None, answer_due=None)
        case HandoverOffered(to_unit=to_unit, answer_due=due):
            return row._replace(receiving_unit=to_unit, answer_due=due)
        case HandoverDeclined() | HandoverWithdrawn():
            return row._replace(receiving_unit=None, answer_due=None)
        case CaseClosed():
            return row._replace(status=CaseStatus.CLOSED)
        case CaseReopened():
            return row._replace(status=CaseStatus.OPEN)
        case _:
            return _staffed(row, event)


def _staffed(row: FileRow, event: object) -> FileRow:  # noqa: PLR0911 - an answer for each event
    match event:
        case CaseNarrowed() | ReferralNarrowed():
            return row._replace(narrowed=True)
        case CaseWidened() | ReferralWidened():
            return row._replace(narrowed=False)
        case CaseWorkerAssigned(worker=worker):
            return row._replace(workers=(*row.workers, worker))
        case CaseWorkerReleased(worker=worker):
            return row._replace(workers=tuple(w for w in row.workers if w != worker))
        case CoordinatorEngaged(coordinator=coordinator):
            return row._replace(engaged=(*row.engaged, coordinator))
        case CoordinatorReleased(coordinator=coordinator):
            return row._replace(engaged=tuple(e for e in row.engaged if e != coordinator))
        case ConsultationAsked(unit=unit):
            return row._replace(consulted_units=(*row.consulted_units, unit))
        case ConsultationAnswered(unit=unit) | ConsultationWithdrawn(unit=unit):
            left = tuple(each for each in row.consulted_units if each != unit)
            return row._replace(consulted_units=left)
        case _:
            return row


def standing_in(row: FileRow) -> File:
    """What access to the file depends on, as its row has it."""
    return File(
        id=row.file,
        compartment=Compartment(row.compartment),
        responsible_unit=row.responsible_unit,
        receiving_unit=row.receiving_unit,
        sending_unit=row.sending_unit,
        informed_units=row.informed_units,
        workers=row.workers,
        engaged=row.engaged,
        consulted_units=row.consulted_units,
        narrowed=row.narrowed,
    )


def found_in(row: FileRow) -> "Found":
    return Found("case" if row.kind == "case" else "referral", row.person, standing_in(row))


def apply_to_merge(merge: Merge | None, recorded: Recorded) -> Merge | None:
    match recorded.event:
        case PersonMerged(into=into):
            return Merge(recorded.stream, into)
        case PersonUnmerged():
            return None
        case _:
            return merge


# --- how many cases there are of each kind -----------------------------------------------------


class Counted(StrEnum):
    """What a unit counts of its caseload."""

    OPEN = "open"
    CLOSED = "closed"
    UNASSIGNED = "unassigned"
    OFFERED_TO = "offered-to"  # the unit; by the day on which its answer is due
    OFFERED_BY = "offered-by"


_NO_DAY = date.min


def counted(row: FileRow) -> Iterator[Key]:
    """Under which units, compartments, kinds and days a case counts, and whether for everybody."""
    if row.status is not None:
        for unit, kind, day in _counted(row, row.status):
            yield unit, str(row.compartment), str(kind), day, row.narrowed


def _counted(row: FileRow, status: str) -> Iterator[tuple[str | None, Counted, date]]:
    yield row.responsible_unit, Counted(status), _NO_DAY
    if status == CaseStatus.OPEN and not row.workers:
        yield row.responsible_unit, Counted.UNASSIGNED, _NO_DAY
    if row.answer_due is not None:
        day = row.answer_due.astimezone(UTC).date()
        yield row.receiving_unit, Counted.OFFERED_TO, day
        yield row.responsible_unit, Counted.OFFERED_BY, day


PROJECTION = Projection(
    name="access",
    version=13,
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
            name="access_files",
            row=FileRow,
            key=("file",),
            keys=_file_keys,
            apply=apply_to_file,
            of_file="file",
        ),
        Table(
            name="access_merges",
            row=Merge,
            key=("person",),
            keys=_merge_keys,
            apply=apply_to_merge,
            of_file="person",
        ),
    ),
    tallies=(
        Tally(
            name="access_counts",
            of="access_files",
            key=("unit", "compartment", "kind", "due", "narrowed"),
            kinds=counted,
        ),
    ),
)

# --- queries ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    kind: Kind
    person: UUID
    file: File


async def viewers(
    connection: Connection, schema: str, staff: Collection[UUID], now: datetime
) -> Mapping[UUID, Viewer]:
    """Who they are now; strangers, and those who have left, are not among them. What an emergency
    has opened to them ends by the clock."""
    asked = [now, list(staff)]
    found = await all_rows(connection, _statements("viewers", schema), asked, _viewer)
    return {viewer.staff: viewer for viewer in found}


async def files(
    connection: Connection, schema: str, wanted: Collection[UUID]
) -> Mapping[UUID, Found]:
    """What access to cases or referrals depends on: for `policy.may`, not to be told."""
    return dict(await all_rows(connection, _statements("files", schema), [list(wanted)], _found))


async def open_cases_but(
    connection: Connection, schema: str, adults: Sequence[str]
) -> Mapping[UUID, UUID]:
    """Open cases with their persons, but for those of units that meet adults alone; of these, too,
    those in which coordinators are engaged: for the time service, not to be told."""
    statement, units = _statements("open_cases", schema), list(adults)
    return dict(await all_rows(connection, statement, [units], lambda file, person: (file, person)))


async def engaged_cases(connection: Connection, schema: str) -> Sequence[UUID]:
    """The cases in which coordinators are engaged: for the time service, not to be told."""
    statement = _statements("engaged_cases", schema)
    return await all_rows(connection, statement, [], lambda file: file)


def _viewer(staff: UUID, role: str, unit: str, side: str | None, emergencies: list[UUID]) -> Viewer:
    return Viewer(
        staff=staff,
        role=StaffRole(role),
        unit=unit,
        side=Compartment(side) if side else None,
        emergencies=frozenset(emergencies),
    )


def _found(
    file: UUID,
    kind: Kind,
    person: UUID,
    compartment: str,
    responsible_unit: str | None,
    receiving_unit: str | None,
    sending_unit: str | None,
    informed_units: list[str],
    workers: list[UUID],
    engaged: list[UUID],
    consulted_units: list[str],
    narrowed: bool,
) -> tuple[UUID, Found]:
    standing = File(
        id=file,
        compartment=Compartment(compartment),
        responsible_unit=responsible_unit,
        receiving_unit=receiving_unit,
        sending_unit=sending_unit,
        informed_units=tuple(informed_units),
        workers=tuple(workers),
        engaged=tuple(engaged),
        consulted_units=tuple(consulted_units),
        narrowed=narrowed,
    )
    return file, Found(kind, person, standing)
