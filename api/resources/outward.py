"""What goes out of the administration: external referrals and their answers, police reports."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from api.commands import outward as use_cases
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding
from api.door.answers import CaseId, Done, ExternalReferralId
from api.door.fields import Body, Line, Passage, UnitCode, each_once, shown
from api.door.visit import Visit
from domain.case.outward import ExternalReferralMade
from domain.codes import DisclosureGround, ExternalAnswer, InformationKind, Receiver
from domain.errors import (
    CaseIsClosed,
    ConsentIsMissing,
    ContactIsProtected,
    ExternalReferralIsNotWaiting,
    GroundDoesNotFit,
    PartyDoesNotFit,
)
from domain.labels import Label
from domain.policy import Act, Information

_DOCUMENTS = (Act.RECORD, Information.CIRCUMSTANCES)


class NewExternalReferral(Body):
    """To whom, on what ground, and what goes along."""

    model_config = shown(
        receiver="region",
        party="region",
        ground="consent",
        kinds=["identity", "contact"],
        text="Behöver en tid för samtal.",
    )

    receiver: Receiver
    party: UnitCode | None = None
    """Who is to read it and answer it with a client of its own; its unit in the organisation."""
    ground: DisclosureGround
    kinds: Annotated[
        list[InformationKind],
        Field(
            min_length=1,
            max_length=len(InformationKind),
            json_schema_extra={"uniqueItems": True, "examples": [["identity", "contact"]]},
        ),
        AfterValidator(each_once),
    ]
    text: Passage


class CaseExternalReferral(Done):
    case_id: CaseId
    external_referral_id: ExternalReferralId


@deciding(
    "referOut",
    Label("Skicka en remiss", "Make an external referral"),
    Label(
        "Till någon utanför förvaltningen, så att ingenting går från ett spår till ett annat (S77)."
        " Med samtycke som grund krävs ett som omfattar det som följer med. En part med egen klient"
        " läser frågan och svarar själv, med remissens nummer.",
        "To somebody outside the administration, so that nothing goes from one track to another"
        " (S77). On the ground of consent, one is needed that covers what goes along. A party with"
        " a client of its own reads the question and answers it itself, by its number.",
    ),
    asks=_DOCUMENTS,
    refuses=(
        CaseIsClosed,
        ContactIsProtected,
        PartyDoesNotFit,
        GroundDoesNotFit,
        ConsentIsMissing,
    ),
    status=CREATED,
    leads=(
        Lead(
            "recordExternalAnswer",
            {"caseId": "caseId", "externalReferralId": "externalReferralId"},
        ),
    ),
)
async def refer_out(visit: Visit, case_id: UUID, new: NewExternalReferral) -> CaseExternalReferral:
    outcome = await visit.carry_out(
        use_cases.refer_out,
        case_id,
        receiver=new.receiver,
        party=new.party,
        ground=new.ground,
        going_along=tuple(new.kinds),
        text=new.text,
    )
    return _external(case_id, outcome.the(ExternalReferralMade)[1].referral, outcome)


class NewExternalAnswer(Body):
    answer: ExternalAnswer
    text: Passage | None = None


@deciding(
    "recordExternalAnswer",
    Label("Registrera svaret på en remiss", "Record the answer to an external referral"),
    Label(
        "Det står i det här ärendet och i inget annat. Utan text, när samtycket inte längre står"
        " kvar.",
        "It stands in this case and no other. Without a text, where the consent does not stand any"
        " more.",
    ),
    asks=_DOCUMENTS,
    refuses=(ExternalReferralIsNotWaiting, ConsentIsMissing),
    status=CREATED,
)
async def answer(
    visit: Visit, case_id: UUID, external_referral_id: UUID, it: NewExternalAnswer
) -> CaseExternalReferral:
    outcome = await visit.carry_out(
        use_cases.receive_external_answer,
        case_id,
        external_referral_id,
        answer=it.answer,
        text=it.text,
    )
    return _external(case_id, external_referral_id, outcome)


def _external(case_id: UUID, referral_id: UUID, outcome: Outcome) -> CaseExternalReferral:
    return CaseExternalReferral(
        case_id=case_id,
        external_referral_id=referral_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )


class NewPoliceReport(Body):
    ground: DisclosureGround
    register_number: Line | None = None
    """Of the police, once there is one."""


class ReportedCase(Done):
    case_id: CaseId


@deciding(
    "reportToPolice",
    Label("Registrera en polisanmälan", "Record a police report"),
    Label(
        "Med samtycke som står kvar, som skyldighet, eller enligt OSL 10:21, 10:23, 10:24.",
        "With consent that stands, as a duty, or on OSL 10:21, 10:23, 10:24.",
    ),
    asks=_DOCUMENTS,
    refuses=(CaseIsClosed, GroundDoesNotFit, ConsentIsMissing),
    status=CREATED,
)
async def report(visit: Visit, case_id: UUID, new: NewPoliceReport) -> ReportedCase:
    outcome = await visit.carry_out(
        use_cases.report_to_police,
        case_id,
        ground=new.ground,
        register_number=new.register_number,
    )
    return ReportedCase(case_id=case_id, position=outcome.position, replayed=outcome.replayed)
