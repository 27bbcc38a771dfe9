"""Another unit is consulted, or asks to take a case over. Responsibility stays where it is."""

from uuid import UUID

from api.commands.case_files import documented, require_case
from api.commands.work import Work
from domain.case import Case
from domain.case import consultation as consultations
from domain.case import takeover as takeovers
from domain.codes import TakeoverDeclineReason
from domain.errors import NotFound, NothingToTakeOver, UnknownUnit
from domain.policy import Act, File, Information

# --- consultation ----------------------------------------------------------------------------


async def ask_unit(work: Work, case_id: UUID, *, unit: str, question: str) -> None:
    """A unit that may carry such cases (S76-S78). Raises UnknownUnit."""
    case = await documented(work, case_id)
    _require_unit(work, unit, case)
    asked = consultations.ask_unit(case, work.desk.ids.new(), unit=unit, question=question)
    work.record(case_id, asked)


async def answer_unit(work: Work, case_id: UUID, consultation_id: UUID, *, answer: str) -> None:
    """By the unit that was asked; another one that is asked sees no question but its own."""
    case = await require_case(work, case_id, Act.ANSWER, Information.CONSULTATION)
    asked = consultations.waiting(case, consultation_id)
    if asked.unit != (await work.viewer()).unit:
        raise NotFound
    work.record(case_id, consultations.answer_unit(case, consultation_id, answer=answer))


async def withdraw_consultation(work: Work, case_id: UUID, consultation_id: UUID) -> None:
    case = await documented(work, case_id)
    work.record(case_id, consultations.withdraw_consultation(case, consultation_id))


# --- takeover --------------------------------------------------------------------------------


async def request_takeover(work: Work, referral_id: UUID, *, reason: str) -> None:
    """By a unit that was told of the referral (R3), or once answered it: of the case that it
    opened or joined. Raises NothingToTakeOver."""
    referral = await work.referral(referral_id)
    file = File(
        compartment=referral.compartment,
        receiving_unit=None if referral.case else referral.unit,
        sending_unit=referral.sender_unit,
        informed_units=(*referral.informed, *(referral.asked if referral.case else ())),
    )
    viewer = await work.require(Act.REQUEST, Information.RESPONSIBILITY, file)
    if referral.case is None:
        raise NothingToTakeOver
    case = await work.case(referral.case)
    _require_unit(work, viewer.unit, case)
    takeover = work.desk.ids.new()
    requested = takeovers.request_takeover(case, takeover, unit=viewer.unit, reason=reason)
    work.record(referral.case, requested)
    acute = any([(await work.referral(told)).acute for told in case.referrals])
    settings, calendar = work.organisation.settings, work.desk.calendar
    waits = takeovers.await_answer(takeover, work.now, settings, calendar, acute=acute)
    work.record(referral.case, waits)


async def decline_takeover(
    work: Work,
    case_id: UUID,
    takeover_id: UUID,
    *,
    reason: TakeoverDeclineReason,
    explanation: str,
) -> None:
    case = await require_case(work, case_id, Act.OFFER, Information.RESPONSIBILITY)
    declined = takeovers.decline_takeover(case, takeover_id, reason=reason, explanation=explanation)
    work.record(case_id, declined)
    work.record(case_id, takeovers.end_waiting(case, takeover_id, work.now))


def _require_unit(work: Work, unit: str, case: Case) -> None:
    if not work.organisation.carries_cases(unit, case.compartment):
        raise UnknownUnit
