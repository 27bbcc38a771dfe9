"""Persons: asserted, identified, pointed out as doubles, merged and taken apart.

Whoever works with a case works with its person; a record is reached through a case about it. Two
records are brought together by somebody who answers for a case of each.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from uuid import UUID

from api.commands.case_files import require_case
from api.commands.cases import review_age
from api.commands.consents import end_what_a_guardian_gave
from api.commands.numbers import release_number, reserve_number
from api.commands.qualifications import review_assignment
from api.commands.referrals import wait_again
from api.commands.work import Work
from domain import case as cases
from domain.case import Case
from domain.codes import Compartment, GuardianshipEnd, IdentitySource
from domain.errors import NotFound
from domain.person import Person, PersonCaseOpened, age_over, guardianship, identity
from domain.person.identity import Particulars
from domain.person.protection import has_fictitious_data
from domain.policy import Act, Information
from domain.routing import as_accepted


async def assert_identity(
    work: Work, case_id: UUID, told: Particulars, source: IdentitySource
) -> None:
    case = await require_case(work, case_id, Act.RECORD, Information.IDENTITY)
    person = await work.person(case.person)
    work.record(case.person, identity.assert_identity(person, told, source))


async def establish_identity(
    work: Work, case_id: UUID, found: Particulars, *, born: date | None
) -> None:
    """Later identification. A number that the side's index knows is another record's: then both
    are noted as doubles, and nobody is merged by a rule. A number that was on record before leads
    here no more. A birth date settles the age (S85)."""
    case = await require_case(work, case_id, Act.RECORD, Information.IDENTITY)
    await work.read(case.person, *case.referrals)
    person = await work.person(case.person)
    established = identity.establish_identity(person, found)
    work.record(case.person, established)
    if born:
        identified = identity.evolve(person, established[-1])
        await review_age(work, case_id, case, identified, born=born, basis=found.basis)
    if found.number and person.compartment is not Compartment.TRIAGE:
        _, holder = await reserve_number(work, person.compartment, found.number, person.id)
        if holder and holder.id != person.id and not has_fictitious_data(person):
            _note(work, person, holder, by_index=True)
        if not person.has_number(found.number):  # it was mistaken, or has been replaced (c)
            await release_number(work, person)


async def note_duplicate(work: Work, case_id: UUID, other_case: UUID) -> None:
    """Somebody points it out; on both records, of the same side."""
    person, other = await _both(work, case_id, other_case)
    _note(work, person, other, by_index=False)


async def merge(work: Work, case_id: UUID, into_case: UUID, reason: str) -> None:
    """The record of this case into the record of the other: nothing is lost, no file changes."""
    person, into = await _both(work, case_id, into_case)
    merged, absorbed = identity.merge(person, into, reason)
    work.record(person.id, merged)
    work.record(into.id, absorbed)
    every = [*await work.merged(person.id), *await work.merged(into.id)]
    if open_case := person.open_case or (await work.standing(into.id)).open_case:
        age = as_accepted(age_over(every, work.today), work.organisation)  # the youngest of any
        await review_assignment(work, open_case, await work.case(open_case), age)


async def unmerge(work: Work, case_id: UUID, reason: str) -> None:
    """The record of this case stands for itself again, with what is about it and nothing else: what
    joined a case of the other's meanwhile, open still or closed, waits for an answer of its own
    (S69)."""
    case = await require_case(work, case_id, Act.RECORD, Information.IDENTITY)
    person, *above = await work.records(case.person)
    unmerged, released = identity.unmerge(person, above, reason)
    for shared in await _cases_of(work, [person, *above]):
        await _sort_out(work, shared, person, above[-1])
    work.record(person.id, unmerged)
    for record, event in zip(above, released, strict=True):
        work.record(record.id, [event])


async def _cases_of(work: Work, records: Sequence[Person]) -> list[UUID]:
    """Every case that was opened for one of them, and has not been disposed of."""
    opened = [
        fact.event.case
        for record in records
        for fact in await work.desk.log.facts(record.id, PersonCaseOpened)
        if isinstance(fact.event, PersonCaseOpened)
    ]
    kept = list[UUID]()
    for case in dict.fromkeys(opened):
        with suppress(NotFound):
            await work.case(case)
            kept.append(case)
    return kept


async def _sort_out(work: Work, case_id: UUID, one: Person, other: Person) -> None:
    """A case of two who are taken apart stays with whom it is about, and so does each of its
    referrals."""

    async def whose(record: UUID) -> Person:
        return one if one.id in [each.id for each in await work.records(record)] else other

    case = await work.case(case_id)
    for referral_id in case.referrals:
        person = await whose((await work.referral(referral_id)).person)
        if person is not await whose(case.person):
            work.record(case_id, cases.take_out(case, referral_id))
            await wait_again(work, referral_id, person)


async def record_guardian(work: Work, case_id: UUID, *, name: str, contact: str | None) -> None:
    """Who decides for a child, or for somebody who may be one (R3)."""
    case = await require_case(work, case_id, Act.RECORD, Information.IDENTITY)
    person, guardian = await work.person(case.person), work.desk.ids.new()
    recorded = guardianship.record_guardian(
        person, guardian, name=name, contact=contact, today=work.today
    )
    work.record(person.id, recorded)


async def end_guardians_rights(
    work: Work, case_id: UUID, guardian: UUID, *, ground: GuardianshipEnd, basis: str
) -> None:
    case = await require_case(work, case_id, Act.RECORD, Information.IDENTITY)
    person = await work.person(case.person)
    of_age = (await work.age(case.person)).is_of_age
    ended = guardianship.end_guardians_rights(
        person, guardian, ground=ground, basis=basis, of_age=of_age
    )
    work.record(person.id, ended)
    if open_case := (await work.standing(person.id)).open_case:  # consent is taken anew
        await end_what_a_guardian_gave(work, open_case, guardian)


async def _both(work: Work, case_id: UUID, other_case: UUID) -> tuple[Person, Person]:
    """Across a side the other case does not even exist. Raises NotFound."""
    case = await require_case(work, case_id, Act.RECORD, Information.IDENTITY)
    other = await require_case(work, other_case, Act.RECORD, Information.IDENTITY)
    if not _on_one_side(case, other):
        raise NotFound
    return await work.person(case.person), await work.person(other.person)


def _on_one_side(case: Case, other: Case) -> bool:
    """What is not sorted yet belongs to no side: it is received anew on the right one (R16)."""
    return case.compartment is other.compartment


def _note(work: Work, person: Person, other: Person, *, by_index: bool) -> None:
    work.record(person.id, identity.note_duplicate(person, other.id, by_index=by_index))
    work.record(other.id, identity.note_duplicate(other, person.id, by_index=by_index))
