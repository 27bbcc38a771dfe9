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
    """A file as it stood when somebody named it, or found it by a search; or, under an emergency,
    met it in a list (`listed`). What else stands in a list nobody has chosen, and it holds what
    compilations may hold (SoLPuL 7 a): of that nothing is asked (c)."""

    id: UUID
    person: UUID
    compartment: Compartment
    is_closed: bool
    is_narrowed: bool
    standing: frozenset[Relation]  # of the reader to it
    families: frozenset[str] = frozenset()  # the family names of the person and the guardians
    listed: bool = False


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
    files: tuple[FileThen, ...] = ()
    family: str | None = None  # the reader's family name

    @property
    def named(self) -> tuple[FileThen, ...]:
        return tuple(file for file in self.files if not file.listed)


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
        Relation.SENDING_UNIT,  # of what these have sent, or were asked, they see that alone
        Relation.SENDER,
        Relation.PARTY,
    }
)


def no_assignment(access: Access, _: Surroundings) -> bool:
    """Who read a person's file, or tried to, was assigned to none of that person's files then, nor
    asked to answer, nor its manager."""
    standing: dict[UUID, frozenset[Relation]] = defaultdict(frozenset)
    for file in access.named:
        if not _is_across(access, file):  # flagged for what it is
            standing[file.person] |= file.standing
    leads = access.role is StaffRole.UNIT_MANAGER
    return not all(
        how & _AT_WORK_ON_IT or (leads and Relation.RESPONSIBLE_UNIT in how)
        for how in standing.values()
    )


def own_name(access: Access, _: Surroundings) -> bool:
    """The reader has the family name of the person, or of a guardian: perhaps their own household.
    Where the staff live is not recorded, so a household of several names is not found (c)."""
    return any(access.family in file.families for file in access.named)


def outside_hours(access: Access, around: Surroundings) -> bool:
    """Not on a working day between the hours that the municipality has set (c)."""
    day = around.calendar.day_of(access.at)
    hours = (access.at - around.calendar.start_of(day)) / timedelta(hours=1)
    opened = around.settings.office_opens <= hours < around.settings.office_closes
    return not (opened and around.calendar.is_working_day(day))


def protected_identity(access: Access, _: Surroundings) -> bool:
    """Whom the file is about has a protected identity; every access to it is looked at."""
    return any(file.is_narrowed for file in access.named)


def broken_glass(access: Access, _: Surroundings) -> bool:
    """An emergency had opened the file to the reader: it always lands in the next review, also
    where the file stood in a list."""
    return any(Relation.BROKEN_GLASS in file.standing for file in access.files)


def many_cases(access: Access, around: Surroundings) -> bool:
    """One of many different persons' files that the reader opened within an hour."""
    return access.receipt in around.crowded


def after_closing(access: Access, _: Surroundings) -> bool:
    """The case had been closed."""
    return access.answered and any(file.is_closed for file in access.named)


def across_sides(access: Access, _: Surroundings) -> bool:
    """Somebody tried to open what lies on another side than theirs; they were told that there is
    nothing (S76-S78)."""
    return any(_is_across(access, file) for file in access.named)


def _is_across(access: Access, file: FileThen) -> bool:
    return access.side is not None and not sees_compartment(access.side, file.compartment)


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
    """The receipts of whoever opened files of more than so many persons within an hour."""
    latest: dict[UUID, list[Access]] = defaultdict(list)
    found: set[int] = set()
    for access in sorted(accesses, key=lambda one: one.receipt):
        if not access.named:
            continue
        since = access.at - timedelta(hours=1)
        window = [one for one in latest[access.reader] if one.at > since] + [access]
        latest[access.reader] = window
        if len({file.person for one in window for file in one.named}) > most:
            found |= {one.receipt for one in window}
    return frozenset(found)


def family_name(name: str | None) -> str | None:
    """The last of the names, however it is written; of a single name none."""
    words = (name or "").split()
    return words[-1].casefold() if len(words) > 1 else None
