"""Handovers are answered: accepted, and with it responsibility moves; or declined, or withdrawn."""

from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta

from api.commands import cases as use_cases
from api.commands.work import Outcome
from api.door import Lead, deciding
from api.door.answers import CaseId, Done, HandoverId
from api.door.fields import Body, Passage
from api.door.visit import Visit
from api.resources.handovers import OF_BOTH
from domain.case import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverDeclineProposed,
    HandoverWithdrawn,
)
from domain.codes import HandoverDeclineReason
from domain.errors import (
    DeclineIsNotProposed,
    DeclineIsProposed,
    DeclineReasonDoesNotBind,
    HandoverIsAnswered,
)
from domain.labels import Label
from domain.policy import Act, Information
from projections.handovers import HandoverStatus

_ANSWERED: Final = (HandoverIsAnswered,)


class AnsweredHandover(Done):
    case_id: CaseId
    handover_id: HandoverId
    status: HandoverStatus


class HandoverDecline(Body):
    reason: HandoverDeclineReason
    explanation: Passage


class MovedCase(AnsweredHandover):
    unit: Annotated[str, Meta(description="The responsible unit from now on.", examples=["nexus"])]


@deciding(
    "acceptHandover",
    Label("Ta emot en överlämning", "Accept a handover"),
    Label(
        "Med den här händelsen går ansvaret över; den förra enhetens handläggare entledigas i"
        " samma händelse.",
        "With this event responsibility moves; the former unit's case workers are released in the"
        " same act.",
    ),
    asks=(Act.ANSWER, Information.RESPONSIBILITY),
    refuses=(*_ANSWERED, DeclineIsProposed),
    leads=(Lead("assignCaseWorker", {"caseId": "caseId"}),),
)
async def accept(visit: Visit, case_id: UUID, handover_id: UUID) -> MovedCase:
    outcome = await visit.carry_out(use_cases.accept_handover, case_id, handover_id)
    _, accepted = outcome.the(HandoverAccepted)
    return MovedCase(
        case_id=case_id,
        handover_id=handover_id,
        status=HandoverStatus.ACCEPTED,
        unit=accepted.unit,
        position=outcome.position,
        replayed=outcome.replayed,
    )


@deciding(
    "declineHandover",
    Label("Avböj en överlämning", "Decline a handover"),
    Label(
        "Med kodat skäl. Där R2 binder gäller bara dess skäl, och enhetschefen bekräftar.",
        "With a coded reason. Where R2 binds, only its reasons count, and the manager confirms.",
    ),
    asks=(Act.ANSWER, Information.RESPONSIBILITY),
    refuses=(*_ANSWERED, DeclineIsProposed, DeclineReasonDoesNotBind),
    leads=(Lead("confirmHandoverDecline", OF_BOTH),),
)
async def decline(
    visit: Visit, case_id: UUID, handover_id: UUID, why: HandoverDecline
) -> AnsweredHandover:
    outcome = await visit.carry_out(
        use_cases.decline_handover,
        case_id,
        handover_id,
        reason=why.reason,
        explanation=why.explanation,
    )
    return _answered(case_id, handover_id, outcome)


@deciding(
    "confirmHandoverDecline",
    Label("Bekräfta en avböjd överlämning", "Confirm the decline of a handover"),
    Label(
        "Den mottagande enhetens chef bekräftar (R2).",
        "The receiving unit's manager confirms (R2).",
    ),
    asks=(Act.CONFIRM, Information.RESPONSIBILITY),
    refuses=(*_ANSWERED, DeclineIsNotProposed),
)
async def confirm_decline(visit: Visit, case_id: UUID, handover_id: UUID) -> AnsweredHandover:
    outcome = await visit.carry_out(use_cases.confirm_handover_decline, case_id, handover_id)
    return _answered(case_id, handover_id, outcome)


@deciding(
    "refuseHandoverDecline",
    Label("Avslå en avböjd överlämning", "Refuse the decline of a handover"),
    Label(
        "Chefen bekräftar inte: erbjudandet väntar som förut.",
        "The manager does not confirm: the offer waits as before.",
    ),
    asks=(Act.CONFIRM, Information.RESPONSIBILITY),
    refuses=(*_ANSWERED, DeclineIsNotProposed),
)
async def refuse_decline(visit: Visit, case_id: UUID, handover_id: UUID) -> AnsweredHandover:
    outcome = await visit.carry_out(use_cases.refuse_handover_decline, case_id, handover_id)
    return _answered(case_id, handover_id, outcome)


@deciding(
    "withdrawHandover",
    Label("Återta en överlämning", "Withdraw a handover"),
    Label(
        "Den erbjudande enheten tar tillbaka sitt erbjudande.",
        "The offering unit takes its offer back.",
    ),
    asks=(Act.OFFER, Information.RESPONSIBILITY),
    refuses=_ANSWERED,
)
async def withdraw(visit: Visit, case_id: UUID, handover_id: UUID) -> AnsweredHandover:
    outcome = await visit.carry_out(use_cases.withdraw_handover, case_id, handover_id)
    return _answered(case_id, handover_id, outcome)


def _answered(case_id: UUID, handover_id: UUID, outcome: Outcome) -> AnsweredHandover:
    status = HandoverStatus.OFFERED
    for event, became in (
        (HandoverDeclineProposed, HandoverStatus.DECLINE_PROPOSED),
        (HandoverDeclined, HandoverStatus.DECLINED),
        (HandoverWithdrawn, HandoverStatus.WITHDRAWN),
    ):
        if outcome.find(event):
            status = became
    return AnsweredHandover(
        case_id=case_id,
        handover_id=handover_id,
        status=status,
        position=outcome.position,
        replayed=outcome.replayed,
    )
