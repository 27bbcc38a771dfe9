"""The accesses of a period as a confidentiality review must judge them: each receipt with what
stood when it was left - how the reader stood to the file, whether it was closed, whose it was."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from api.door import LISTS, TELLS_OF_ONE_FILE
from api.house import House, PastReading
from domain.access_flags import Access, FileThen, Surroundings, crowded, family_name, flags
from domain.case import CaseStatus
from domain.codes import AccessFlag, Compartment, Purpose, StaffRole
from domain.person import PersonRegistered
from domain.person.guardianship import GuardianRecorded
from domain.person.identity import IdentityEstablished
from domain.policy import Viewer, relations
from domain.sealed import Veiled
from domain.staff import EmergencyAccessGiven, StaffMember
from projections import access, staff
from projections.access import FileRow

Emergency = tuple[datetime, EmergencyAccessGiven]  # when it began

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
        return list(dict.fromkeys(file.id for one in self.accesses for file in one.files))


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
    readers = {one.reading.reader for one in past if one.reading}
    emergencies = {reader: await _emergencies(house, reader) for reader in readers}
    looked_at = {one.position: list(_looked_at(one, emergencies)) for one in past}
    subjects = dict.fromkeys(file for files in looked_at.values() for file, _ in files)
    histories = {file: await _history(house, file) for file in subjects}
    streams = await house.desk.log.streams(readers) if readers else {}
    members = {of: known.state for of, known in streams.items()}
    families = await _families(house, {it.person for it in histories.values() if it})
    own = await _own_families(house, readers)
    accesses = []
    for one in past:
        assert one.reading  # noqa: S101 - only such are in
        reader = one.reading.reader
        member = members.get(reader)
        side = member.side if isinstance(member, StaffMember) else None
        known = [(histories[file], listed) for file, listed in looked_at[one.position]]
        accesses.append(
            Access(
                receipt=one.position,
                at=one.at,
                reader=reader,
                role=StaffRole(one.reading.role),
                side=side,
                unit=one.reading.unit,
                answered=one.reading.outcome == _ANSWERED,
                files=tuple(
                    history.then(one, side, families, emergencies[reader], listed=listed)
                    for history, listed in known
                    if history
                ),
                family=own.get(reader),
            )
        )
    return accesses


def _looked_at(
    past: PastReading, emergencies: Mapping[UUID, Sequence[Emergency]]
) -> Iterator[tuple[UUID, bool]]:
    """What a review asks about, and whether it stood in a list: what was named or found, and what
    an emergency had opened. What belongs to the named one, or cannot be a file, is left out."""
    reading = past.reading
    assert reading  # noqa: S101 - only such are in
    if reading.what in LISTS:
        named: Sequence[UUID] = ()
    elif reading.what in TELLS_OF_ONE_FILE and reading.outcome == _ANSWERED:
        named = reading.subjects[:1]
    else:
        named = reading.subjects
    yield from ((file, False) for file in named)
    broken = {given.case for began, given in emergencies[reading.reader] if began <= past.at}
    yield from ((file, True) for file in reading.subjects if file in broken and file not in named)


async def _emergencies(house: House, reader: UUID) -> list[Emergency]:
    facts = await house.desk.log.facts(reader, EmergencyAccessGiven)
    return [
        (fact.recorded_at, fact.event)
        for fact in facts
        if isinstance(fact.event, EmergencyAccessGiven)
    ]


# --- what stood then -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _History:
    """Every state of a file, by the position that made it."""

    positions: Sequence[int]
    rows: Sequence[FileRow]

    @property
    def person(self) -> UUID:
        return self.rows[0].person

    def then(
        self,
        past: PastReading,
        side: Compartment | None,
        families: Mapping[UUID, frozenset[str]],
        emergencies: Sequence[Emergency],
        *,
        listed: bool,
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
            emergencies=frozenset(
                given.case for began, given in emergencies if began <= past.at < given.until
            ),
            engaged_in=frozenset({row.file}),
        )
        return FileThen(
            id=row.file,
            person=row.person,
            compartment=Compartment(row.compartment),
            is_closed=row.status == CaseStatus.CLOSED,
            is_narrowed=row.narrowed,
            standing=relations(reader, access.standing_in(row)),
            families=families.get(row.person, frozenset()),
            listed=listed,
        )


async def _history(house: House, file: UUID) -> _History | None:
    """None for what is no file: an id that somebody tried."""
    positions: list[int] = []
    rows: list[FileRow] = []
    row: FileRow | None = None
    for fact in await house.desk.log.facts(file, *access.OF_FILES):
        row = access.apply_to_file(row, fact)
        if row is not None:
            positions.append(fact.position)
            rows.append(row)
    return _History(positions, rows) if rows else None


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
