"""Cases: assigned, documented, handed over, closed. Responsibility never rests with nobody."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from uuid import UUID

from api.commands.case_files import file_of, require_case
from api.commands.consents import end_what_a_guardian_gave
from api.commands.investigations import is_outside, review_clocks
from api.commands.qualifications import end_review, review_assignment
from api.commands.referrals import assess_anew, facts_of
from api.commands.transfers import wait_on
from api.commands.work import Work, found, telling_who
from domain import case as cases
from domain import deadline as deadlines
from domain import leave as leaves
from domain import person as persons
from domain import staff as staffs
from domain.assessment import (
    drop_with_case,
    is_assessed,
    is_to_be_investigated,
    require_assessed,
    require_protection_assessed,
)
from domain.case import Case
from domain.case import consent as consents
from domain.case import takeover as takeovers
from domain.codes import (
    AgeKnowledge,
    CaseOutcome,
    ClockKind,
    DeclineReason,
    HandoverDeclineReason,
)
from domain.errors import (
    DeclineReasonDoesNotBind,
    HandoverIsAnswered,
    NotFound,
    SuccessorIsTheSame,
    UnknownUnit,
)
from domain.policy import Act, Information, may
from domain.referral import ReferralReceived
from domain.routing import Route, as_accepted, needs_child_qualification, route


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
    await _give_back(work, case_id, worker_id)


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
        await _give_back(work, case_id, worker_id)
        await assign(work, case_id, case, successor_id, even_if_away=even_if_away)


async def record_note(work: Work, case_id: UUID, text: str) -> None:
    case = await require_case(work, case_id, Act.RECORD, Information.NOTES)
    work.record(case_id, cases.record_note(case, text))


async def establish_age(
    work: Work, case_id: UUID, *, born: date | None, age: AgeKnowledge, basis: str
) -> None:
    """S85: the age is recorded on the person, and the routing of the case is reviewed."""
    case = await require_case(work, case_id, Act.RECORD, Information.CIRCUMSTANCES)
    await work.read(case.person, *case.referrals)
    person = await work.person(case.person)
    await review_age(work, case_id, case, person, born=born, age=age, basis=basis)


async def review_age(
    work: Work,
    case_id: UUID,
    case: Case,
    person: persons.Person,
    *,
    born: date | None,
    basis: str,
    age: AgeKnowledge = AgeKnowledge.UNKNOWN,
) -> None:
    """What is found of the age, and where the rules point now (the concern that obliges most); what
    must be done within which time follows the age, too."""
    before = await work.age(case.person)
    established = persons.establish_age(
        person, born=born, age=age, basis=basis, today=work.today, met=await _met(work, case)
    )
    if not established:
        return
    work.record(case.person, established)
    await end_what_a_guardian_gave(work, case_id)  # until another birthday
    aged = found(persons.evolve(person, established[0]))
    merged = [aged if each.id == aged.id else each for each in await work.merged(aged.id)]
    known = as_accepted(persons.age_over(merged, work.today), work.organisation)
    ways = await _review_routing(work, case_id, case, known)
    await review_clocks(work, case_id, case, known)
    await review_assignment(work, case_id, case, known)
    work.record(case_id, deadlines.drop_clock(case.deadlines, ClockKind.MAJORITY, work.now))
    for told, rerouted in zip(case.referrals, ways, strict=True):
        referral = await work.referral(told)
        earlier = route(facts_of(work, referral, before), work.organisation)
        if known is AgeKnowledge.ADULT or not is_assessed(referral.kind.reveal(), before, earlier):
            is_investigated = case.investigation is not None
            await assess_anew(
                work, told, referral, known, rerouted, is_investigated=is_investigated
            )


async def _met(work: Work, case: Case) -> date:
    """The day of the first receipt that the case rests on."""
    receipts = [await work.moment(told, ReferralReceived) for told in case.referrals]
    return work.desk.calendar.day_of(min(receipts))


async def _review_routing(
    work: Work, case_id: UUID, case: Case, known: AgeKnowledge
) -> list[Route]:
    """Where the rules point with the age that is known now, for each of its referrals; the case,
    for the concern that obliges most."""
    ways = [
        route(facts_of(work, await work.referral(told), known), work.organisation)
        for told in case.referrals
    ]
    way = next((way for way in ways if way.binds), ways[-1])
    reviewed = cases.review_routing(case, unit=way.unit, deciding=way.deciding, rules=way.rules)
    work.record(case_id, reviewed)
    return ways


async def offer_handover(work: Work, case_id: UUID, *, to_unit: str, reason: str) -> None:
    """The offering unit stays responsible until the receiving unit accepts. Raises UnknownUnit."""
    case = await require_case(work, case_id, Act.OFFER, Information.RESPONSIBILITY)
    work.require_current(case_id)
    organisation = work.organisation
    if not organisation.carries_cases(to_unit, case.compartment):
        raise UnknownUnit
    await work.read(*case.referrals)
    acute = any([(await work.referral(told)).acute for told in case.referrals])
    days = organisation.settings.handover_answer_working_days.working_days(acute=acute)
    offered = cases.offer_handover(
        case,
        work.desk.ids.new(),
        to_unit=to_unit,
        reason=reason,
        answer_due=work.desk.calendar.add_working_days(work.now, days),
    )
    work.record(case_id, offered)
    for asked in case.takeovers:
        if asked.unit == to_unit:  # the offer is the answer
            work.record(case_id, takeovers.end_waiting(case, asked.id, work.now))


async def accept_handover(work: Work, case_id: UUID, handover_id: UUID) -> None:
    """Responsibility moves in that same event; the former unit's workers are released with it."""
    case = await _require_offered(work, case_id, handover_id, Act.ANSWER)
    async with _telling_who(work, case_id, handover_id):
        accepted = cases.accept_handover(case, handover_id)
    work.record(case_id, accepted)
    handover = case.handover
    if handover and not work.organisation.meets_children(handover.to_unit):
        # the transition is done (R13)
        work.record(case_id, deadlines.end_clock(case.deadlines, ClockKind.MAJORITY, work.now))
    work.record(
        case_id, deadlines.end_clock(case.deadlines, ClockKind.ASSIGNMENT_REVIEWED, work.now)
    )
    for worker in case.workers:
        await _give_back(work, case_id, worker)
    if (await work.age(case.person)).is_of_age:  # consent is taken anew
        await end_what_a_guardian_gave(work, case_id)


async def decline_handover(
    work: Work,
    case_id: UUID,
    handover_id: UUID,
    *,
    reason: HandoverDeclineReason,
    explanation: str,
) -> None:
    """Where R2 binds, only its reasons, and the unit manager confirms.

    Raises DeclineReasonDoesNotBind.
    """
    case = await _require_offered(work, case_id, handover_id, Act.ANSWER)
    to_unit = await _receiving_unit(work, case_id, case, handover_id)
    binds = to_unit == work.organisation.targets.adult_entry
    if binds and reason.value not in {allowed.value for allowed in DeclineReason}:
        raise DeclineReasonDoesNotBind
    file = file_of(case_id, case, receiving_unit=to_unit)
    manager = may(await work.viewer(), Act.CONFIRM, Information.RESPONSIBILITY, file)
    async with _telling_who(work, case_id, handover_id):
        declined = cases.decline_handover(
            case,
            handover_id,
            reason=reason,
            explanation=explanation,
            confirmed=manager or not binds,
        )
    work.record(case_id, declined)


async def confirm_handover_decline(work: Work, case_id: UUID, handover_id: UUID) -> None:
    case = await _require_offered(work, case_id, handover_id, Act.CONFIRM)
    async with _telling_who(work, case_id, handover_id):
        answered = cases.confirm_handover_decline(case, handover_id)
    work.record(case_id, answered)


async def refuse_handover_decline(work: Work, case_id: UUID, handover_id: UUID) -> None:
    case = await _require_offered(work, case_id, handover_id, Act.CONFIRM)
    async with _telling_who(work, case_id, handover_id):
        answered = cases.refuse_handover_decline(case, handover_id)
    work.record(case_id, answered)


async def withdraw_handover(work: Work, case_id: UUID, handover_id: UUID) -> None:
    case = await require_case(work, case_id, Act.OFFER, Information.RESPONSIBILITY)
    await _receiving_unit(work, case_id, case, handover_id)  # NotFound for what was never offered
    async with _telling_who(work, case_id, handover_id):
        withdrawn = cases.withdraw_handover(case, handover_id)
    work.record(case_id, withdrawn)


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
        await _give_back(work, case_id, member)


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
    await _review_routing(work, case_id, again, await work.age(case.person))
    await wait_on(work, case_id, again)
    for record in await work.records(case.person):
        work.record(record.id, persons.open_case_for(record, case_id))


async def _require_offered(work: Work, case_id: UUID, handover_id: UUID, act: Act) -> Case:
    """Answering is the receiving unit's, also when somebody else has just answered: then the
    decision says so."""
    case = await work.case(case_id)
    to_unit = await _receiving_unit(work, case_id, case, handover_id)
    file = file_of(case_id, case, receiving_unit=to_unit)
    await work.require(act, Information.RESPONSIBILITY, file)
    return case


async def _receiving_unit(work: Work, case_id: UUID, case: Case, handover_id: UUID) -> str:
    """The unit that was asked, also when the offer has been answered. Raises NotFound."""
    if case.handover and case.handover.id == handover_id:
        return case.handover.to_unit
    for offer in await work.desk.log.facts(case_id, cases.HandoverOffered):
        if isinstance(offer.event, cases.HandoverOffered) and offer.event.handover == handover_id:
            return offer.event.to_unit
    raise NotFound


def _telling_who(work: Work, case_id: UUID, handover_id: UUID) -> AbstractAsyncContextManager[None]:
    """Who answered the handover first, and when, stands in the refusal of whoever comes second."""
    answers = (cases.HandoverAccepted, cases.HandoverDeclined, cases.HandoverWithdrawn)
    return telling_who(
        HandoverIsAnswered,
        work,
        case_id,
        lambda fact: isinstance(fact.event, answers) and fact.event.handover == handover_id,
        *answers,
    )


async def _give_back(work: Work, case_id: UUID, worker_id: UUID) -> None:
    work.record(worker_id, staffs.give_back_case(await work.staff(worker_id), case_id))
