"""What an auditor searches the logs by: whose, who, for which unit and when, in any combination."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationInfo, field_validator

from api.door.answers import Answer, Seen
from api.door.faults import Fault, faulty
from api.door.fields import Body, Id, Instant, Number, UnitCode
from api.door.query import ReadingQuery
from api.door.visit import Visit
from domain.codes import Compartment
from domain.errors import NotPermitted, PurposeIsMissing
from domain.policy import Act, Information, may, purposes
from projections import timeline
from projections.access import persons

T = TypeVar("T")
A = TypeVar("A", bound=Answer)

_OPENS_A_CASE = ("case.opened", "case.joined")
_MOST_REFERRALS = 1000


class LogSearch(Body):
    """Everything that is told must hold: each of them asks for less."""

    stream_id: Id | None = None
    """A case, a referral, a person, a staff member ...: it alone."""
    case_id: Id | None = None
    """A case, and its referrals."""
    person_id: Id | None = None
    """A person: every record and every file, on every side."""
    number: Number | None = None
    """Whose person's records it leads to, by a blind index."""
    staff_id: Id | None = None
    """Who did it."""
    unit: UnitCode | None = None
    """For which unit it was done."""
    recorded_from: Instant | None = None
    recorded_until: Instant | None = None

    @field_validator("recorded_until")
    @classmethod
    def _follows(cls, until: datetime | None, info: ValidationInfo) -> datetime | None:
        return not_before(until, info.data.get("recorded_from"))

    @property
    def place(self) -> dict[str, Any]:
        """What is searched for, in a form that can be compared."""
        return {**dict(self), "number": self.number.twelve if self.number else None}

    def filters(self) -> dict[str, str]:
        """The same as a receipt keeps it: never a number, and whose are its subjects."""
        whose = {"number", "stream_id", "case_id", "person_id"}
        told = {name: value for name, value in self if name not in whose}
        return {name: str(value) for name, value in told.items() if value not in (None, False)}


def not_before(until: T | None, first: Any) -> T | None:
    """For what ends a span that begins with the other; both are in."""
    if until is not None and first is not None and until < first:
        raise faulty(Fault.OUT_OF_RANGE)
    return until


# --- whose -----------------------------------------------------------------------------------


async def streams_of(
    visit: Visit, wanted: LogSearch, query: ReadingQuery
) -> Collection[UUID] | None:
    """The streams that are asked about; None for all. Of what is not there, none: it looks like
    something of which nothing was recorded. Raises NotPermitted, PurposeIsMissing."""
    asked: list[Collection[UUID]] = []
    if wanted.stream_id:
        asked.append([wanted.stream_id])
    if wanted.case_id:
        asked.append([wanted.case_id, *await _referrals(visit, wanted.case_id)])
    if wanted.person_id:
        asked.append(await _of_persons(visit, [wanted.person_id]))
    if wanted.number:
        asked.append(await _of_number(visit, wanted.number.twelve, query))
    if not asked:
        return None
    first, *others = asked
    return [each for each in first if all(each in other for other in others)]


async def _referrals(visit: Visit, case_id: UUID) -> list[UUID]:
    await visit.include(timeline.PROJECTION.name)
    found = await visit.ask(
        timeline.page,
        visit.viewer,
        file=case_id,
        streams=[case_id],
        information=Information.EVENT_METADATA,
        names=_OPENS_A_CASE,
        limit=_MOST_REFERRALS,
    )
    return [UUID(line.facts["referral"]) for line in found.lines]


async def _of_number(visit: Visit, number: str, query: ReadingQuery) -> list[UUID]:
    asks = (Act.READ, Information.NUMBER_IN_LOGS)
    if not may(visit.viewer, *asks):
        raise NotPermitted
    wanted = purposes(visit.viewer.role, *asks)
    if query.purpose not in wanted:
        raise PurposeIsMissing(purposes=sorted(wanted))
    vault = visit.house.desk.vault
    found = [await vault.find_person(compartment.value, number) for compartment in Compartment]
    return await _of_persons(visit, [person for person in found if person])


async def _of_persons(visit: Visit, known: Collection[UUID]) -> list[UUID]:
    """Their records, with what was merged, and every file about them."""
    records = [each for one in known for each in await visit.ask(persons.records, one)]
    files = await visit.ask(persons.every_file, visit.viewer, records)
    return list(dict.fromkeys((*records, *files)))


# --- receipts --------------------------------------------------------------------------------


def seen(answer: A, subjects: Collection[UUID], wanted: LogSearch) -> Seen[A]:
    """A receipt keeps what was searched for; a number only where it led to nothing."""
    detail = wanted.filters()
    if wanted.number and not subjects:
        detail["number"] = wanted.number.twelve
    return Seen(answer, list(subjects), detail=detail)
