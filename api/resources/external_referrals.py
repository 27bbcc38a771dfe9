"""What a party outside the administration was asked, and its answer, with a client of its own; and
which answers have come, for whoever asked.

A party reads what was disclosed to it and nothing of the case: no id, no unit, no side (S15-S20).
"""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.commands import outward as use_cases
from api.commands.work import Command, Work
from api.door import CREATED, Lead, deciding, reading
from api.door.answers import (
    Answer,
    CaseId,
    Done,
    ExternalReferralId,
    Moment,
    Page,
    Position,
    Seen,
    Text,
)
from api.door.fields import Body, Id, Passage, shown
from api.door.query import PageQuery
from api.door.visit import Visit
from domain.codes import ExternalAnswer, InformationKind, Purpose, ReceiptStatus, StaffRole
from domain.errors import ConsentIsMissing, ExternalReferralIsNotWaiting
from domain.labels import Label
from domain.policy import Act, Information
from projections import access, asking, external_referrals
from projections.external_referrals import LATEST, Cursor

# --- all that was asked ----------------------------------------------------------------------


class ExternalReferralsQuery(PageQuery):
    status: ReceiptStatus | None = None
    """Only those that stand so."""
    worker_id: Id | None = None
    """Only in the cases of this case worker; of a party it hides everything."""


class ExternalReferralLine(Answer):
    external_referral_id: ExternalReferralId
    status: ReceiptStatus
    made_at: Moment
    due: Moment | None
    answered_at: Annotated[
        Moment | None,
        Meta(description="The latest answer; while it waits, that of a waiting list."),
    ]
    case_id: CaseId | UnsetType = UNSET


class ExternalReferrals(Page):
    items: list[ExternalReferralLine]


@reading(
    "listExternalReferrals",
    Label("Lista remisser", "List external referrals"),
    Label(
        "Den senaste först. En part ser dem som är ställda till den: nummer, när, om svar väntas"
        " och till när, och inget annat. Den som har ärendet ser sina, och vilka svar som har"
        " kommit; vad de säger står i ärendet.",
        "The latest first. A party sees those addressed to it: number, when, whether an answer is"
        " waited for and until when, and nothing else. Whoever has the case sees theirs, and which"
        " answers have come; what they say stands in the case.",
    ),
    asks=(Act.READ, Information.EXTERNAL_REFERRAL),
    view=external_referrals.PROJECTION.name,
    purpose=Purpose.FOLLOW_UP,
    leads=(Lead("listExternalReferrals", {"cursor": "nextCursor"}),),
)
async def page(visit: Visit, query: ExternalReferralsQuery) -> Seen[ExternalReferrals]:
    is_party = visit.viewer.role is StaffRole.EXTERNAL_SENDER
    found = await (_asked_of_party(visit, query) if is_party else _asked_in_cases(visit, query))
    answer = ExternalReferrals(
        items=[
            ExternalReferralLine(
                external_referral_id=line.referral,
                status=ReceiptStatus(line.status),
                made_at=line.made_at,
                due=line.due,
                answered_at=line.answered_at,
                case_id=UNSET if is_party else line.case,
            )
            for line in found.lines
        ],
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
    )
    subjects = dict.fromkeys(one for line in found.lines for one in (line.referral, line.case))
    return Seen(answer, list(subjects), detail=visit.detail(query))


Lines = asking.Page[external_referrals.Line, Cursor]


async def _asked_in_cases(visit: Visit, query: ExternalReferralsQuery) -> Lines:
    return await visit.ask(
        external_referrals.page,
        visit.viewer,
        status=query.status,
        worker=query.worker_id,
        after=visit.last_seen(query, Cursor),
        limit=query.limit,
    )


async def _asked_of_party(visit: Visit, query: ExternalReferralsQuery) -> Lines:
    """Which they are, the blind index says."""
    if query.worker_id:
        return asking.Page((), None)
    desk, unit = visit.house.desk, visit.viewer.unit
    cases = await use_cases.cases_asked_about(desk, unit)
    every = await visit.ask(external_referrals.of_cases, cases, query.status)
    theirs = await use_cases.asked_of(desk, unit, [line.referral for line in every])
    before = (visit.last_seen(query, Cursor) or LATEST).position
    lines = [line for line in every if line.referral in theirs and line.position < before]
    shown = lines[: query.limit + 1]
    return asking.paged(shown, query.limit, lambda line: Cursor(line.position))


# --- one question ----------------------------------------------------------------------------


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
    if question.waits:  # also while the person is on a waiting list
        return ReceiptStatus.WAITING
    return ReceiptStatus.ANSWERED if question.answered_at else ReceiptStatus.WITHDRAWN


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
        "Av den part som den är ställd till, en gång; en plats i en kö är inte det sista svaret."
        " Svaret står i ärendet, där ansvarig"
        " handläggare läser det.",
        "By the party that it is addressed to, once; a place on a waiting list is not the last"
        " answer. It stands in the case, where the"
        " responsible worker reads it.",
    ),
    asks=(Act.ANSWER, Information.EXTERNAL_REFERRAL),
    refuses=(ExternalReferralIsNotWaiting, ConsentIsMissing),
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
