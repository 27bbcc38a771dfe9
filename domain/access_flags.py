"""What makes an access stand out, so that a confidentiality review must look at it (section 6).

A rule looks at one access as it was when it was made: who, when, what, and how the reader stood to
the file then. It accuses nobody: a flag asks a question, and the review answers it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.codes import AccessFlag, Compartment, StaffRole
from domain.organisation import Settings
from domain.policy import Relation, sees_compartment
from domain.ports import WorkingCalendar


@dataclass(frozen=True, kw_only=True, slots=True)
class FileThen:
    """The file that a door named, as it stood when it was asked for."""

    id: UUID
    compartment: Compartment
    is_closed: bool
    is_narrowed: bool
    standing: frozenset[Relation]  # of the reader to it
    families: frozenset[str] = frozenset()  # the family names of the person and the guardians


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """One receipt of the access log, with what it must be judged by."""

    receipt: int
    at: datetime
    reader: UUID
    role: StaffRole
    side: Compartment | None
    unit: str
    answered: bool
    file: FileThen | None = None  # none: a list, or nothing of a file
    family: str | None = None  # the reader's family name


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What one access alone does not tell."""

    calendar: WorkingCalendar
    settings: Settings
    crowded: Collection[int] = ()  # receipts that were one of many in a short time


Rule = Callable[[Access, Surroundings], bool]

_AT_WORK_ON_IT: Final = frozenset(
    {
        Relation.ASSIGNED,
        Relation.ENGAGED,
        Relation.RECEIVING_UNIT,
        Relation.CONSULTED_UNIT,
        Relation.BROKEN_GLASS,  # flagged for what it is
    }
)


def no_assignment(access: Access, _: Surroundings) -> bool:
    """Who read the file was not assigned to it then, nor asked to answer, nor its manager."""
    if access.file is None or not access.answered:
        return False
    leads = access.role is StaffRole.UNIT_MANAGER and (
        Relation.RESPONSIBLE_UNIT in access.file.standing
    )
    return not (leads or access.file.standing & _AT_WORK_ON_IT)


def own_name(access: Access, _: Surroundings) -> bool:
    """The reader has the family name of the person, or of a guardian: perhaps their own household.
    Where the staff live is not recorded, so a household of several names is not found (c)."""
    return access.file is not None and access.family in access.file.families


def outside_hours(access: Access, around: Surroundings) -> bool:
    """Not on a working day between the hours that the municipality has set (c)."""
    day = around.calendar.day_of(access.at)
    hours = (access.at - around.calendar.start_of(day)) / timedelta(hours=1)
    opened = around.settings.office_opens <= hours < around.settings.office_closes
    return not (opened and around.calendar.is_working_day(day))


def protected_identity(access: Access, _: Surroundings) -> bool:
    """Whom the file is about has a protected identity; every access to it is looked at."""
    return access.file is not None and access.file.is_narrowed


def broken_glass(access: Access, _: Surroundings) -> bool:
    """An emergency had opened the file to the reader: it always lands in the next review."""
    return access.file is not None and Relation.BROKEN_GLASS in access.file.standing


def many_cases(access: Access, around: Surroundings) -> bool:
    """One of many different files that the reader opened within an hour."""
    return access.receipt in around.crowded


def after_closing(access: Access, _: Surroundings) -> bool:
    """The case had been closed."""
    return access.file is not None and access.answered and access.file.is_closed


def across_sides(access: Access, _: Surroundings) -> bool:
    """Somebody tried to open what lies on another side than theirs; they were told that there is
    nothing (S76-S78)."""
    if access.file is None or access.side is None:
        return False
    return not sees_compartment(access.side, access.file.compartment)


RULES: Final[Mapping[AccessFlag, Rule]] = {
    AccessFlag.NO_ASSIGNMENT: no_assignment,
    AccessFlag.OWN_NAME: own_name,
    AccessFlag.OUTSIDE_HOURS: outside_hours,
    AccessFlag.PROTECTED_IDENTITY: protected_identity,
    AccessFlag.BROKEN_GLASS: broken_glass,
    AccessFlag.MANY_CASES: many_cases,
    AccessFlag.AFTER_CLOSING: after_closing,
    AccessFlag.ACROSS_SIDES: across_sides,
}


def flags(access: Access, around: Surroundings) -> tuple[AccessFlag, ...]:
    """Every rule that asks about this access."""
    return tuple(flag for flag, rule in RULES.items() if rule(access, around))


def crowded(accesses: Iterable[Access], most: int) -> frozenset[int]:
    """The receipts of whoever opened more than so many different files within an hour."""
    latest: dict[UUID, list[Access]] = defaultdict(list)
    found: set[int] = set()
    for access in sorted(accesses, key=lambda one: one.receipt):
        if access.file is None:
            continue
        since = access.at - timedelta(hours=1)
        window = [one for one in latest[access.reader] if one.at > since] + [access]
        latest[access.reader] = window
        if len({one.file.id for one in window if one.file}) > most:
            found |= {one.receipt for one in window}
    return frozenset(found)


def family_name(name: str | None) -> str | None:
    """The last of the names, however it is written; of a single name none."""
    words = (name or "").split()
    return words[-1].casefold() if len(words) > 1 else None
