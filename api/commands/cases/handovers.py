"""Cases that change hands: offered, and accepted, declined or withdrawn. Responsibility never rests
with nobody."""

from contextlib import AbstractAsyncContextManager
from uuid import UUID

from api.commands.case_files import file_of, require_case
from api.commands.cases.ages import routes_of
from api.commands.cases.assignments import give_back
from api.commands.consents import end_what_a_guardian_gave
from api.commands.work import Work, telling_who
from domain import case as cases
from domain import deadline as deadlines
from domain.case import Case
from domain.case import takeover as takeovers
from domain.codes import ClockKind, DeclineReason, HandoverDeclineReason
from domain.errors import (
    DeclineReasonDoesNotBind,
    HandoverIsAnswered,
    NotFound,
    RuleBindsTheUnit,
    UnknownUnit,
)
from domain.policy import Act, Information, may


async def offer_handover(work: Work, case_id: UUID, *, to_unit: str, reason: str) -> None:
    """The offering unit stays responsible until the receiving unit accepts.

    Raises UnknownUnit; RuleBindsTheUnit where R2 does, for another unit.
    """
    case = await require_case(work, case_id, Act.OFFER, Information.RESPONSIBILITY)
    work.require_current(case_id)
    organisation = work.organisation
    if not organisation.carries_cases(to_unit, case.compartment):
        raise UnknownUnit
    await work.read(case.person, *case.referrals)
    for way in await routes_of(work, case, await work.age(case.person)):
        if way.binds and way.unit != to_unit:
            raise RuleBindsTheUnit
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
        await give_back(work, case_id, worker)
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


async def _require_offered(work: Work, case_id: UUID, handover_id: UUID, act: Act) -> Case:
    """Answering is the receiving unit's, also when somebody else has just answered: then the
    decision says so. A case that there is not is looked for as long as one that is hidden."""
    try:
        case = await work.case(case_id)
    except NotFound:
        await work.desk.log.facts(case_id, cases.HandoverOffered)
        raise
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
