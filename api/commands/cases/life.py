"""A case documented, closed and reopened."""

from uuid import UUID

from api.commands.case_files import require_case
from api.commands.cases.ages import review_routing
from api.commands.cases.assignments import give_back
from api.commands.investigations import is_outside
from api.commands.transfers import wait_on
from api.commands.work import Work, found
from domain import case as cases
from domain import deadline as deadlines
from domain import person as persons
from domain.assessment import (
    drop_with_case,
    is_to_be_investigated,
    require_assessed,
    require_protection_assessed,
)
from domain.case import consent as consents
from domain.codes import CaseOutcome
from domain.policy import Act, Information


async def record_note(work: Work, case_id: UUID, text: str) -> None:
    case = await require_case(work, case_id, Act.RECORD, Information.NOTES)
    work.record(case_id, cases.record_note(case, text))


async def close_case(work: Work, case_id: UUID, outcome: CaseOutcome) -> None:
    case = await require_case(work, case_id, Act.CLOSE, Information.RESPONSIBILITY)
    work.require_current(case_id)
    reports = {told: (await work.referral(told)).deadlines for told in case.referrals}
    closed = cases.close_case(
        case,
        outcome,
        outside=await is_outside(work, case_id),
        is_to_be_investigated=any(map(is_to_be_investigated, reports.values())),
    )
    work.record(case_id, closed)
    for told, running in reports.items() if closed else ():
        require_protection_assessed(running)
        if outcome not in _ELSEWHERE:
            require_assessed(running)
        work.record(told, drop_with_case(running, work.now))
    mistaken = outcome is CaseOutcome.MISRECORDED
    left = deadlines.close_deadlines(case.deadlines, work.now, mistaken=mistaken)
    work.record(case_id, left if closed else ())
    for record in await work.records(case.person):
        work.record(record.id, persons.close_case_for(record, case_id))
    for member in (*case.workers, *consents.engaged(case)):
        await give_back(work, case_id, member)


_ELSEWHERE = (CaseOutcome.MISRECORDED, CaseOutcome.MOVED_AWAY)  # what is investigated is decided


async def reopen_case(work: Work, case_id: UUID, reason: str) -> None:
    """Somebody may have grown up meanwhile, so the routing is reviewed (R13); what is waited for
    from another municipality, still is."""
    case = await require_case(work, case_id, Act.CLOSE, Information.RESPONSIBILITY)
    work.require_current(case_id)
    await work.read(case.person, *case.referrals)
    reopened = cases.reopen_case(case, reason)
    work.record(case_id, reopened)
    again = found(cases.evolve(case, reopened[0]))
    await review_routing(work, case_id, again, await work.age(case.person))
    await wait_on(work, case_id, again)
    for record in await work.records(case.person):
        work.record(record.id, persons.open_case_for(record, case_id))
