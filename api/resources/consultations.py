"""Another unit is consulted and answers, or asks to take a case over; responsibility stays."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from pydantic.alias_generators import to_camel

from api.commands import consultations as use_cases
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding, reading
from api.door.answers import (
    Answer,
    CaseId,
    ConsultationId,
    Done,
    Moment,
    Position,
    Seen,
    TakeoverId,
    Text,
    Unit,
)
from api.door.fields import Body, Passage, UnitCode
from api.door.visit import Visit
from api.resources.story import opened
from domain.case.consultation import ConsultationAsked
from domain.case.takeover import TakeoverRequested
from domain.codes import TakeoverDeclineReason
from domain.errors import (
    CaseIsClosed,
    ConsultationIsAnswered,
    NothingToTakeOver,
    ReceivingUnitIsResponsible,
    TakeoverIsAnswered,
    TakeoverIsRequested,
    UnitIsConsulted,
    UnknownUnit,
)
from domain.labels import Label
from domain.policy import Act, Information
from projections import timeline

_MOST = 1000
_MOMENTS = {
    "case.consultation-asked": "asked_at",
    "case.consultation-answered": "answered_at",
    "case.consultation-withdrawn": "withdrawn_at",
}

_CALLED = {"consultation": "consultation_id"}

# --- consultation ----------------------------------------------------------------------------


class ConsultationAsItStands(Answer):
    consultation_id: ConsultationId
    unit: Unit
    asked_at: Moment
    question: Text | UnsetType = UNSET
    answered_at: Moment | None = None
    answer: Text | UnsetType = UNSET
    withdrawn_at: Moment | None = None


class Consultations(Answer):
    case_id: CaseId
    items: list[ConsultationAsItStands]
    position: Position


@reading(
    "listConsultations",
    Label("Läs vad andra enheter har rådfrågats om", "Read what other units were consulted about"),
    Label(
        "Alla för den som har ärendet; för en rådfrågad enhet dess egna, tills den har svarat.",
        "All of them for whoever has the case; for a unit that is asked its own, until it has"
        " answered.",
    ),
    asks=(Act.READ, Information.CONSULTATION),
    view=timeline.PROJECTION.name,
    leads=(Lead("answerConsultation", {"caseId": "caseId"}),),
)
async def page(visit: Visit, case_id: UUID) -> Seen[Consultations]:
    found = await visit.file(case_id, "case", Information.CONSULTATION)
    lines = await visit.ask(
        timeline.page,
        visit.viewer,
        file=case_id,
        streams=[case_id],
        information=Information.CONSULTATION,
        names=list(_MOMENTS),
        limit=_MOST,
    )
    every = visit.may_read(Information.TIMELINE, found)
    stand: dict[str, dict[str, Any]] = {}
    for one in await opened(visit, found, lines.lines):
        if every or one.facts["unit"] == visit.viewer.unit:
            told = {**one.facts, **one.content, _MOMENTS[one.kind]: one.line.occurred_at}
            entry = stand.setdefault(one.facts["consultation"], {})
            entry |= {to_camel(_CALLED.get(name, name)): value for name, value in told.items()}
    answer = Consultations(
        case_id=case_id,
        items=msgspec.convert(list(stand.values()), list[ConsultationAsItStands], strict=False),
        position=visit.position,
    )
    return Seen(answer, [case_id, found.person])


class NewConsultation(Body):
    unit: UnitCode
    question: Passage
    """What the unit needs to know to answer, and no more."""


class CaseConsultation(Done):
    case_id: CaseId
    consultation_id: ConsultationId


_OF_CONSULTATION = {"caseId": "caseId", "consultationId": "consultationId"}


@deciding(
    "consultUnit",
    Label("Rådfråga en annan enhet", "Consult another unit"),
    Label(
        "Till exempel ingången för barn om någon som är 18-20 år (R11). Ansvaret stannar.",
        "For example the children's entry point about somebody aged 18-20 (R11). Responsibility"
        " stays.",
    ),
    asks=(Act.RECORD, Information.CIRCUMSTANCES),
    refuses=(CaseIsClosed, UnknownUnit, ReceivingUnitIsResponsible, UnitIsConsulted),
    status=CREATED,
    leads=(
        Lead("answerConsultation", _OF_CONSULTATION),
        Lead("withdrawConsultation", _OF_CONSULTATION),
    ),
)
async def ask(visit: Visit, case_id: UUID, new: NewConsultation) -> CaseConsultation:
    outcome = await visit.carry_out(
        use_cases.ask_unit, case_id, unit=new.unit, question=new.question
    )
    return _consultation(case_id, outcome.the(ConsultationAsked)[1].consultation, outcome)


class NewAnswer(Body):
    answer: Passage


@deciding(
    "answerConsultation",
    Label("Svara på en fråga från en annan enhet", "Answer a consultation"),
    Label("Därefter ser enheten inte ärendet längre.", "The unit no longer sees the case then."),
    asks=(Act.ANSWER, Information.CONSULTATION),
    refuses=(ConsultationIsAnswered,),
)
async def answer(
    visit: Visit, case_id: UUID, consultation_id: UUID, it: NewAnswer
) -> CaseConsultation:
    outcome = await visit.carry_out(
        use_cases.answer_unit, case_id, consultation_id, answer=it.answer
    )
    return _consultation(case_id, consultation_id, outcome)


@deciding(
    "withdrawConsultation",
    Label("Återta en fråga till en annan enhet", "Withdraw a consultation"),
    Label("Enheten ser inte ärendet längre.", "The unit no longer sees the case."),
    asks=(Act.RECORD, Information.CIRCUMSTANCES),
    refuses=(ConsultationIsAnswered,),
)
async def withdraw(visit: Visit, case_id: UUID, consultation_id: UUID) -> CaseConsultation:
    outcome = await visit.carry_out(use_cases.withdraw_consultation, case_id, consultation_id)
    return _consultation(case_id, consultation_id, outcome)


def _consultation(case_id: UUID, consultation_id: UUID, outcome: Outcome) -> CaseConsultation:
    return CaseConsultation(
        case_id=case_id,
        consultation_id=consultation_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )


# --- takeover --------------------------------------------------------------------------------


class TakeoverRequest(Body):
    reason: Passage


class RequestedTakeover(Done):
    case_id: CaseId
    takeover_id: TakeoverId


@deciding(
    "requestTakeover",
    Label("Be att få ta över ett ärende", "Ask to take a case over"),
    Label(
        "För en enhet som har fått veta av aktualiseringen (R3), eller har svarat på den. Den"
        " ansvariga enheten erbjuder en överlämning, eller avböjer.",
        "For a unit that was told of the referral (R3), or has answered it. The responsible unit"
        " offers a handover, or declines.",
    ),
    asks=(Act.REQUEST, Information.RESPONSIBILITY),
    refuses=(
        NothingToTakeOver,
        CaseIsClosed,
        UnknownUnit,
        ReceivingUnitIsResponsible,
        TakeoverIsRequested,
    ),
    status=CREATED,
)
async def request_takeover(
    visit: Visit, referral_id: UUID, request: TakeoverRequest
) -> RequestedTakeover:
    outcome = await visit.carry_out(use_cases.request_takeover, referral_id, reason=request.reason)
    case_id, requested = outcome.the(TakeoverRequested)
    return _takeover(case_id, requested.takeover, outcome)


class TakeoverDecline(Body):
    reason: TakeoverDeclineReason
    """Which the unit that asked reads, too."""
    explanation: Passage
    """Which stands in the case alone."""


@deciding(
    "declineTakeover",
    Label("Avböj att en annan enhet tar över", "Decline a request to take over"),
    Label(
        "Ärendet stannar, och den som frågade läser på vilken grund. Att erbjuda enheten en"
        " överlämning är det andra svaret.",
        "The case stays, and who asked reads on what ground. To offer the unit a handover is the"
        " other answer.",
    ),
    asks=(Act.OFFER, Information.RESPONSIBILITY),
    refuses=(TakeoverIsAnswered,),
)
async def decline_takeover(
    visit: Visit, case_id: UUID, takeover_id: UUID, why: TakeoverDecline
) -> RequestedTakeover:
    outcome = await visit.carry_out(
        use_cases.decline_takeover,
        case_id,
        takeover_id,
        reason=why.reason,
        explanation=why.explanation,
    )
    return _takeover(case_id, takeover_id, outcome)


def _takeover(case_id: UUID, takeover_id: UUID, outcome: Outcome) -> RequestedTakeover:
    return RequestedTakeover(
        case_id=case_id,
        takeover_id=takeover_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )
