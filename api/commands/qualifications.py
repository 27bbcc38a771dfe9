"""Work with children and young people asks for a qualification (SoL 2025:400 25:1; 2001:453 3:3 a).

An assignment asks for it; where an age turns out afterwards to ask for it, whoever is assigned
without it stays until it is mended, so that nobody is left without a worker (S69), and a deadline
of the case tells the unit manager: it ends when everybody who is assigned is qualified.
"""

from uuid import UUID

from api.commands.work import Work
from domain.case import Case
from domain.codes import AgeKnowledge, ClockKind
from domain.deadline import end_deadline, running, set_deadline
from domain.routing import needs_child_qualification

_CLOCK = ClockKind.ASSIGNMENT_REVIEWED


async def review_assignment(work: Work, case_id: UUID, case: Case, age: AgeKnowledge) -> None:
    """What is known of the age now asks for a qualification that somebody assigned lacks, or asks
    for none any more."""
    waits = running(case.deadlines, _CLOCK)
    is_mended = await _is_mended(work, case, case.workers, age, ())
    if waits and is_mended:
        work.record(case_id, end_deadline(case.deadlines, waits, work.now))
    elif not waits and not is_mended:
        desk, settings = work.desk, work.organisation.settings
        started = set_deadline(desk.ids.new(), _CLOCK, work.now, settings, desk.calendar)
        work.record(case_id, started)


async def end_review(
    work: Work,
    case_id: UUID,
    case: Case,
    *,
    released: UUID | None = None,
    qualified: tuple[UUID, ...] = (),
) -> None:
    """The deadline ends where this was what it waited for: somebody was released, or turned out to
    be qualified."""
    if waits := running(case.deadlines, _CLOCK):
        remaining = tuple(worker for worker in case.workers if worker != released)
        age = await work.age(case.person)
        if await _is_mended(work, case, remaining, age, qualified):
            work.record(case_id, end_deadline(case.deadlines, waits, work.now))


async def _is_mended(
    work: Work,
    case: Case,
    workers: tuple[UUID, ...],
    age: AgeKnowledge,
    qualified: tuple[UUID, ...],
) -> bool:
    if not needs_child_qualification(age, work.organisation.unit(case.unit)):
        return True
    members = [await work.staff(worker) for worker in workers]
    return all(each.qualified_for_children or each.id in qualified for each in members)
