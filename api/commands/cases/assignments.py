"""Who works with a case: assigned, released, or followed by somebody else."""

from collections.abc import Sequence
from uuid import UUID

from api.commands.case_files import require_case
from api.commands.qualifications import end_review
from api.commands.work import Work
from domain import case as cases
from domain import leave as leaves
from domain import staff as staffs
from domain.case import Case
from domain.errors import SuccessorIsTheSame
from domain.policy import Act, Information
from domain.routing import needs_child_qualification


async def assign_case_worker(
    work: Work, case_id: UUID, worker_id: UUID, *, even_if_away: bool = False
) -> None:
    """Both the case and the worker's own stream record it, so that leaving finds every case."""
    case = await require_case(work, case_id, Act.ASSIGN, Information.RESPONSIBILITY)
    work.require_current(case_id)
    await work.read(worker_id, case.person)
    await assign(work, case_id, case, worker_id, even_if_away=even_if_away)


async def assign(
    work: Work, case_id: UUID, case: Case, worker_id: UUID, *, even_if_away: bool
) -> None:
    """The assignment itself, on both streams; whether the actor may is asked before. Raises
    WorkerIsAway, unless whoever assigns says that they know."""
    worker = await work.staff(worker_id)
    age = await work.age(case.person)
    unit = work.organisation.unit(case.unit)
    assigned = cases.assign_case_worker(
        case, worker, needs_child_qualification=needs_child_qualification(age, unit)
    )
    if assigned and not even_if_away:
        leaves.require_present(worker.leaves, work.today)
    work.record(case_id, assigned)
    work.record(worker_id, staffs.take_case(worker, case_id))


async def release_case_worker(work: Work, case_id: UUID, worker_id: UUID) -> None:
    case = await require_case(work, case_id, Act.ASSIGN, Information.RESPONSIBILITY)
    work.require_current(case_id)
    work.record(case_id, cases.release_case_worker(case, worker_id))
    await end_review(work, case_id, case, released=worker_id)
    await give_back(work, case_id, worker_id)


async def reassign_cases(
    work: Work,
    worker_id: UUID,
    successor_id: UUID,
    case_ids: Sequence[UUID],
    *,
    even_if_away: bool = False,
) -> None:
    """Up to a hundred cases from one worker to another, all in one act or none.

    The successor must be one who may be assigned to each of them, and somebody else. Raises
    SuccessorIsTheSame; WorkerIsNotAssigned for a case that is not the worker's.
    """
    await work.read(worker_id, successor_id, *case_ids)
    for case_id in case_ids:
        case = await require_case(work, case_id, Act.ASSIGN, Information.RESPONSIBILITY)
        if successor_id == worker_id:
            raise SuccessorIsTheSame
        work.record(case_id, cases.release_case_worker(case, worker_id))
        await end_review(work, case_id, case, released=worker_id)
        await give_back(work, case_id, worker_id)
        await assign(work, case_id, case, successor_id, even_if_away=even_if_away)


async def give_back(work: Work, case_id: UUID, worker_id: UUID) -> None:
    work.record(worker_id, staffs.give_back_case(await work.staff(worker_id), case_id))
