"""The accesses of a period as a confidentiality review must judge them: each receipt with what
stood when it was left - how the reader stood to the file, whether it was closed, whose it was."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from api.door import NAMES_A_FILE
from api.house import House, PastReading
from domain.access_flags import Access, FileThen, Surroundings, crowded, family_name, flags
from domain.case import CaseStatus
from domain.case.emergency import EmergencyAccessTaken
from domain.codes import AccessFlag, Compartment, Purpose, StaffRole
from domain.guardianship import GuardianRecorded
from domain.identity import IdentityEstablished
from domain.person import PersonRegistered
from domain.policy import Viewer, relations
from domain.sealed import Veiled
from domain.staff import StaffMember
from projections import access, staff
from projections.access import FileRow

_ANSWERED: Final = "answered"
_NOT_LOOKED_AT: Final = (Purpose.CLOCK, Purpose.DISPOSAL)  # time's own, and erasure's


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a review looks at: the days are both in; of one unit, or of all."""

    first: date
    last: date
    unit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The accesses of a scope, those that a rule flags, and as of which receipt."""

    accesses: Sequence[Access]
    flagged: Mapping[int, tuple[AccessFlag, ...]]
    receipts: int

    @property
    def readers(self) -> dict[int, UUID]:
        return {one.receipt: one.reader for one in self.accesses}

    @property
    def files(self) -> list[UUID]:
        return list(dict.fromkeys(one.file.id for one in self.accesses if one.file))


async def look(house: House, viewer: Viewer, scope: Scope) -> Looked:
    """Auditors' own readings are not among them: a review does not review itself."""
    calendar, desk = house.desk.calendar, house.desk
    first = calendar.start_of(scope.first)
    end = calendar.start_of(scope.last + timedelta(days=1))
    past, receipts = await house.receipts.readings_between(viewer, first, end)
    accesses = await _accesses(house, [one for one in past if _is_in(one, scope)])
    settings = (await desk.organised_now()).settings
    around = Surroundings(
        calendar=calendar,
        settings=settings,
        crowded=crowded(accesses, settings.many_cases_an_hour),
    )
    found = {one.receipt: told for one in accesses if (told := flags(one, around))}
    return Looked(accesses=accesses, flagged=found, receipts=receipts)


def _is_in(past: PastReading, scope: Scope) -> bool:
    reading = past.reading
    if reading is None or reading.purpose in _NOT_LOOKED_AT or not reading.role:
        return False
    return reading.role != StaffRole.AUDITOR and scope.unit in (None, reading.unit)


async def _accesses(house: House, past: Sequence[PastReading]) -> list[Access]:
    named = [(one, file) for one in past if (file := _file_of(one)) is not None]
    histories = {
        file: await _history(house, file) for file in dict.fromkeys(file for _, file in named)
    }
    readers = {one.reading.reader for one in past if one.reading}
    streams = await house.desk.log.streams(readers) if readers else {}
    members = {of: known.state for of, known in streams.items()}
    families = await _families(house, {it.person for it in histories.values() if it})
    own = await _own_families(house, readers)
    accesses = []
    for one in past:
        assert one.reading  # noqa: S101 - only such are in
        member = members.get(one.reading.reader)
        side = member.side if isinstance(member, StaffMember) else None
        file = _file_of(one)
        history = histories.get(file) if file else None
        accesses.append(
            Access(
                receipt=one.position,
                at=one.at,
                reader=one.reading.reader,
                role=StaffRole(one.reading.role),
                side=side,
                unit=one.reading.unit,
                answered=one.reading.outcome == _ANSWERED,
                file=history.then(one, side, families) if history else None,
                family=own.get(one.reading.reader),
            )
        )
    return accesses


def _file_of(past: PastReading) -> UUID | None:
    reading = past.reading
    if reading is None or reading.what not in NAMES_A_FILE or not reading.subjects:
        return None
    return reading.subjects[0]


# --- what stood then -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _History:
    """Every state of a file, by the position that made it."""

    positions: Sequence[int]
    rows: Sequence[FileRow]
    emergencies: Sequence[tuple[datetime, EmergencyAccessTaken]]

    @property
    def person(self) -> UUID:
        return self.rows[0].person

    def then(
        self,
        past: PastReading,
        side: Compartment | None,
        families: Mapping[UUID, frozenset[str]],
    ) -> FileThen:
        reading = past.reading
        assert reading  # noqa: S101 - only such are asked about
        place = max(bisect_right(self.positions, reading.event_position) - 1, 0)
        row = self.rows[place]
        reader = Viewer(
            staff=reading.reader,
            role=StaffRole(reading.role),
            unit=reading.unit,
            side=side,
            emergencies=frozenset({row.file} if self._is_broken(reading.reader, past.at) else ()),
            engaged_in=frozenset({row.file}),
        )
        return FileThen(
            id=row.file,
            compartment=Compartment(row.compartment),
            is_closed=row.status == CaseStatus.CLOSED,
            is_narrowed=row.narrowed,
            standing=relations(reader, access.standing_in(row)),
            families=families.get(row.person, frozenset()),
        )

    def _is_broken(self, reader: UUID, at: datetime) -> bool:
        return any(
            taken.staff == reader and began <= at < taken.until for began, taken in self.emergencies
        )


async def _history(house: House, file: UUID) -> _History | None:
    """None for what is no file: an id that somebody tried."""
    positions: list[int] = []
    rows: list[FileRow] = []
    emergencies: list[tuple[datetime, EmergencyAccessTaken]] = []
    row: FileRow | None = None
    for fact in await house.desk.log.facts(file, *access.OF_FILES, EmergencyAccessTaken):
        if isinstance(fact.event, EmergencyAccessTaken):
            emergencies.append((fact.recorded_at, fact.event))
        row = access.apply_to_file(row, fact)
        if row is not None:
            positions.append(fact.position)
            rows.append(row)
    return _History(positions, rows, emergencies) if rows else None


# --- whose name somebody has -------------------------------------------------------------------


async def _own_families(house: House, readers: Collection[UUID]) -> dict[UUID, str | None]:
    named = await house.views.ask(staff.names, readers)
    opened = await house.opener.open_values([(one.name, str) for one in named])
    return {
        one.staff: family_name(value.reveal())
        for one, value in zip(named, opened, strict=True)
        if value.is_open
    }


async def _families(house: House, persons: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """The family names on each person's record, the guardians' too; opened in memory alone."""
    tokens = [
        (person, token)
        for person in persons
        for fact in await house.desk.log.facts(
            person, PersonRegistered, IdentityEstablished, GuardianRecorded
        )
        if (token := _names_in(fact.event))
    ]
    opened = await house.opener.open_values([(token, Any) for _, token in tokens])
    found: dict[UUID, set[str]] = {}
    for (person, _), value in zip(tokens, opened, strict=True):
        told = value.reveal() if value.is_open else None
        name = told.get("name") if isinstance(told, dict) else told
        if family := family_name(name if isinstance(name, str) else None):
            found.setdefault(person, set()).add(family)
    return {person: frozenset(names) for person, names in found.items()}


def _names_in(event: object) -> str | None:
    match event:
        case PersonRegistered(name=name):
            return name.token
        case Veiled(body=body):
            return body.token
        case _:
            return None
