"""A transfer to another municipality (R14), with the clocks that it starts and ends."""

from datetime import datetime
from uuid import UUID

from api.commands.case_files import require_case
from api.commands.work import Work
from domain.case import Case, TransferStatus
from domain.case import transfer as transfers
from domain.clocks import length_over
from domain.codes import ClockKind, TransferAnswer
from domain.deadline import drop_clock, end_clock, set_deadline
from domain.policy import Act, Information


async def request_transfer(
    work: Work,
    case_id: UUID,
    *,
    municipality: str,
    reason: str,
    happened: datetime | None = None,
) -> None:
    """The reply is due at once; after a month without one the inspectorate may be asked."""
    case = await _offered(work, case_id)
    requested = transfers.request_transfer(
        case, work.desk.ids.new(), municipality=municipality, reason=reason
    )
    at = await work.happened(happened, *case.referrals)
    work.record(case_id, requested, at=at)
    for clock in _OF_A_REQUEST:
        _start(work, case_id, clock, at)


async def answer_transfer(
    work: Work,
    case_id: UUID,
    transfer_id: UUID,
    *,
    answer: TransferAnswer,
    explanation: str,
    happened: datetime | None = None,
) -> None:
    case = await _offered(work, case_id)
    answered = transfers.answer_transfer(case, transfer_id, answer=answer, explanation=explanation)
    asked = await _requested(work, case_id)
    at = await work.happened(happened, *case.referrals, since=asked)
    work.record(case_id, answered, at=at)
    for clock in _OF_A_REQUEST:
        work.record(case_id, end_clock(case.deadlines, clock, at), at=at)


async def ask_inspectorate(
    work: Work, case_id: UUID, transfer_id: UUID, *, happened: datetime | None = None
) -> None:
    """It has 3 months; what the other municipality never answered is waited for no more."""
    case = await _offered(work, case_id)
    settings, calendar = work.organisation.settings, work.desk.calendar
    requested = await _requested(work, case_id)
    option = length_over(ClockKind.INSPECTORATE_OPTION, requested, settings, calendar)
    at = await work.happened(happened, *case.referrals, since=requested)
    asked = transfers.ask_inspectorate(case, transfer_id, silent=option <= at)
    work.record(case_id, asked, at=at)
    work.record(case_id, drop_clock(case.deadlines, ClockKind.TRANSFER_ANSWER, at), at=at)
    work.record(case_id, end_clock(case.deadlines, ClockKind.INSPECTORATE_OPTION, at), at=at)
    _start(work, case_id, ClockKind.INSPECTORATE_DECISION, at)


async def record_inspectorate_decision(
    work: Work,
    case_id: UUID,
    transfer_id: UUID,
    *,
    answer: TransferAnswer,
    explanation: str,
    happened: datetime | None = None,
) -> None:
    case = await _offered(work, case_id)
    decided = transfers.record_inspectorate_decision(
        case, transfer_id, answer=answer, explanation=explanation
    )
    asked = await _requested(work, case_id)
    at = await work.happened(happened, *case.referrals, since=asked)
    work.record(case_id, decided, at=at)
    ended = end_clock(case.deadlines, ClockKind.INSPECTORATE_DECISION, at)
    work.record(case_id, ended, at=at)


async def wait_on(work: Work, case_id: UUID, case: Case) -> None:
    """The case is open again, and a transfer still waits for its answer, or the inspectorate's:
    since it was requested."""
    if case.transfer and case.transfer.status is TransferStatus.WAITING:
        for clock in _OF_A_REQUEST:
            _start(work, case_id, clock, await _requested(work, case_id))
    elif case.transfer and case.transfer.status is TransferStatus.AT_THE_INSPECTORATE:
        kind, of = transfers.InspectorateAsked, case.transfer.id
        asked = await work.moment(case_id, kind, transfer=of)
        _start(work, case_id, ClockKind.INSPECTORATE_DECISION, asked)


async def _requested(work: Work, case_id: UUID) -> datetime:
    """When the transfer that waits was requested: the latest one."""
    told = await work.desk.log.facts(case_id, transfers.TransferRequested)
    return told[-1].occurred_at if told else work.now


async def _offered(work: Work, case_id: UUID) -> Case:
    return await require_case(work, case_id, Act.OFFER, Information.RESPONSIBILITY)


_OF_A_REQUEST = (ClockKind.TRANSFER_ANSWER, ClockKind.INSPECTORATE_OPTION)


def _start(work: Work, case_id: UUID, clock: ClockKind, at: datetime) -> None:
    desk, settings = work.desk, work.organisation.settings
    started = set_deadline(desk.ids.new(), clock, at, settings, desk.calendar)
    work.record(case_id, started, at=at)
