"""What a party outside the administration was asked, and its answer, with a client of its own.

It reads what was disclosed to it and nothing of the case: no id of it, no unit, no side (S15-S20).
"""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.commands import outward as use_cases
from api.commands.work import Command, Work
from api.door import CREATED, Lead, deciding, reading
from api.door.answers import Answer, Done, ExternalReferralId, Moment, Position, Seen, Text
from api.door.fields import Body, Passage, shown
from api.door.visit import Visit
from domain.codes import ExternalAnswer, InformationKind, Purpose, ReceiptStatus
from domain.errors import ExternalReferralIsNotWaiting
from domain.labels import Label
from domain.policy import Act, Information
from projections import access


class Question(Answer):
    """The question itself is told while it waits for an answer, and as long as the consent stands
    that it may rest on (OSL 10:1)."""

    external_referral_id: ExternalReferralId
    status: ReceiptStatus
    made_at: Moment
    answered_at: Moment | None
    position: Position
    kinds: Annotated[list[InformationKind], Meta(description="What comes along.")] | UnsetType = (
        UNSET
    )
    text: Text | UnsetType = UNSET


@reading(
    "readExternalReferral",
    Label("Läs en remiss", "Read an external referral"),
    Label(
        "Den part som remissen är ställd till läser frågan, med det nummer som den har fått. Allt"
        " annat ser ut som om det inte fanns.",
        "The party that it is addressed to reads the question, by the number that it was given."
        " Everything else looks as if it did not exist.",
    ),
    asks=(Act.READ, Information.EXTERNAL_REFERRAL),
    view=access.PROJECTION.name,
    purpose=Purpose.FOLLOW_UP,
    leads=(Lead("answerExternalReferral", {"externalReferralId": "externalReferralId"}),),
)
async def read(visit: Visit, external_referral_id: UUID) -> Seen[Question]:
    found = await use_cases.read_as_party(_looking(visit), external_referral_id)
    answer = Question(
        external_referral_id=external_referral_id,
        status=_status(found),
        made_at=found.made_at,
        answered_at=found.answered_at,
        kinds=list(found.asked.going_along.reveal()) if found.asked else UNSET,
        text=found.asked.text.reveal() if found.asked else UNSET,
        position=visit.position,
    )
    return Seen(answer, [external_referral_id, found.file, found.person])


def _looking(visit: Visit) -> Work:
    """What a command reads, without recording anything."""
    command = Command(actor=visit.staff, id=visit.correlation, correlation=visit.correlation)
    return Work(desk=visit.house.desk, command=command, now=visit.now, afresh=True)


def _status(question: use_cases.Question) -> ReceiptStatus:
    if question.answered_at:
        return ReceiptStatus.ANSWERED
    return ReceiptStatus.WAITING if question.waits else ReceiptStatus.WITHDRAWN


class PartysAnswer(Body):
    model_config = shown(answer="taken-on", text="Tid bokad den 12 maj.")

    answer: ExternalAnswer
    text: Passage | None = None


class AnsweredQuestion(Done):
    external_referral_id: ExternalReferralId


@deciding(
    "answerExternalReferral",
    Label("Besvara en remiss", "Answer an external referral"),
    Label(
        "Av den part som den är ställd till, en gång. Svaret står i ärendet, där ansvarig"
        " handläggare läser det.",
        "By the party that it is addressed to, once. The answer stands in the case, where the"
        " responsible worker reads it.",
    ),
    asks=(Act.ANSWER, Information.EXTERNAL_REFERRAL),
    refuses=(ExternalReferralIsNotWaiting,),
    status=CREATED,
    leads=(Lead("readExternalReferral", {"externalReferralId": "externalReferralId"}),),
)
async def answer(visit: Visit, external_referral_id: UUID, it: PartysAnswer) -> AnsweredQuestion:
    outcome = await visit.carry_out(
        use_cases.answer_as_party, external_referral_id, answer=it.answer, text=it.text
    )
    return AnsweredQuestion(
        external_referral_id=external_referral_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )
