"""A transfer to another municipality: requested, answered, taken to the inspectorate (R14)."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from api.commands import transfers as use_cases
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding
from api.door.answers import CaseId, Done, Due, TransferId
from api.door.fields import Happening, Line, Passage
from api.door.visit import Visit
from domain.case import TransferStatus
from domain.case.transfer import TransferRequested
from domain.codes import TransferAnswer
from domain.deadline import DeadlineSet
from domain.errors import (
    CaseIsClosed,
    MomentIsImpossible,
    TransferIsAnswered,
    TransferIsNotAtTheInspectorate,
    TransferIsUnknown,
    TransferIsWaiting,
    TransferMayStillBeAnswered,
)
from domain.labels import Label
from domain.policy import Act, Information

_OFFERS = (Act.OFFER, Information.RESPONSIBILITY)
_OF_BOTH = {"caseId": "caseId", "transferId": "transferId"}


class CaseTransfer(Done):
    """`due`: when its answer is, or the inspectorate's."""

    case_id: CaseId
    transfer_id: TransferId
    status: TransferStatus
    due: Annotated[Due | None, Meta(description="Null where nothing is waited for.")]


class NewTransfer(Happening):
    municipality: Line
    """Which is clearly responsible."""
    reason: Passage


@deciding(
    "requestTransfer",
    Label("Begär överflyttning till en annan kommun", "Request a transfer to a municipality"),
    Label(
        "Skriftligt; svaret ska komma genast. Ärendet är vårt tills den andra kommunen tar över"
        " (R14; SoL 2025:400 29:10).",
        "In writing; the reply is due at once. The case is ours until the other municipality takes"
        " over (R14; SoL 2025:400 29:10).",
    ),
    asks=_OFFERS,
    refuses=(CaseIsClosed, TransferIsWaiting, MomentIsImpossible),
    status=CREATED,
    leads=(Lead("answerTransfer", _OF_BOTH), Lead("askInspectorate", _OF_BOTH)),
)
async def request(visit: Visit, case_id: UUID, new: NewTransfer) -> CaseTransfer:
    outcome = await visit.carry_out(
        use_cases.request_transfer,
        case_id,
        municipality=new.municipality,
        reason=new.reason,
        happened=new.occurred_at,
    )
    transfer = outcome.the(TransferRequested)[1].transfer
    return _transfer(case_id, transfer, TransferStatus.WAITING, outcome)


class TransferReply(Happening):
    answer: TransferAnswer
    explanation: Passage


@deciding(
    "answerTransfer",
    Label("Registrera svaret på en överflyttning", "Record the answer to a transfer"),
    Label(
        "Den andra kommunens skriftliga svar; ett avslag öppnar vägen till IVO.",
        "The other municipality's reply in writing; a refusal opens the way to the inspectorate.",
    ),
    asks=_OFFERS,
    refuses=(TransferIsUnknown, TransferIsAnswered, MomentIsImpossible),
)
async def answer(
    visit: Visit, case_id: UUID, transfer_id: UUID, reply: TransferReply
) -> CaseTransfer:
    outcome = await visit.carry_out(
        use_cases.answer_transfer,
        case_id,
        transfer_id,
        answer=reply.answer,
        explanation=reply.explanation,
        happened=reply.occurred_at,
    )
    return _transfer(case_id, transfer_id, TransferStatus.ANSWERED, outcome)


@deciding(
    "askInspectorate",
    Label("Vänd dig till IVO", "Turn to the inspectorate"),
    Label(
        "Efter ett avslag, eller en månad utan svar; IVO har 3 månader (29:11-12).",
        "After a refusal, or a month without reply; the inspectorate has 3 months (29:11-12).",
    ),
    asks=_OFFERS,
    refuses=(
        CaseIsClosed,
        TransferIsUnknown,
        TransferIsAnswered,
        TransferMayStillBeAnswered,
        MomentIsImpossible,
    ),
    leads=(Lead("recordInspectorateDecision", _OF_BOTH),),
)
async def ask_inspectorate(
    visit: Visit, case_id: UUID, transfer_id: UUID, then: Happening
) -> CaseTransfer:
    outcome = await visit.carry_out(
        use_cases.ask_inspectorate, case_id, transfer_id, happened=then.occurred_at
    )
    return _transfer(case_id, transfer_id, TransferStatus.AT_THE_INSPECTORATE, outcome)


@deciding(
    "recordInspectorateDecision",
    Label("Registrera IVO:s beslut", "Record the inspectorate's decision"),
    Label("Om överflyttningen.", "On the transfer."),
    asks=_OFFERS,
    refuses=(TransferIsUnknown, TransferIsNotAtTheInspectorate, MomentIsImpossible),
)
async def decide(
    visit: Visit, case_id: UUID, transfer_id: UUID, reply: TransferReply
) -> CaseTransfer:
    outcome = await visit.carry_out(
        use_cases.record_inspectorate_decision,
        case_id,
        transfer_id,
        answer=reply.answer,
        explanation=reply.explanation,
        happened=reply.occurred_at,
    )
    return _transfer(case_id, transfer_id, TransferStatus.DECIDED, outcome)


def _transfer(
    case_id: UUID, transfer_id: UUID, status: TransferStatus, outcome: Outcome
) -> CaseTransfer:
    set_now = (fact.event.due for fact in outcome.facts if isinstance(fact.event, DeadlineSet))
    return CaseTransfer(
        case_id=case_id,
        transfer_id=transfer_id,
        status=status,
        due=min(set_now, default=None),
        position=outcome.position,
        replayed=outcome.replayed,
    )
