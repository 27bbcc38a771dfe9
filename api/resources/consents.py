"""Consent is given, narrowed and withdrawn; coordinators are engaged with it, or consulted without.

Who may be told what is the person's to say (R6). A consent never widens: it is given anew.
"""

from typing import Annotated
from uuid import UUID

from msgspec import Meta
from pydantic import AfterValidator, Field

from api.commands import consents as use_cases
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding
from api.door.answers import CaseId, ConsentId, Day, Done, StaffId
from api.door.fields import Body, Id, each_once
from api.door.fields import Day as LastDay
from api.door.visit import Visit
from domain.case.consent import ConsentGiven, CoordinatorReleased
from domain.codes import ConsentGiver, ConsultationTopic, InformationKind, Receiver
from domain.errors import (
    CaseIsClosed,
    ConsentHasEnded,
    ConsentIsMissing,
    ConsentIsNotNarrower,
    ConsentIsOver,
    CoordinatorCannotBeEngaged,
    CoordinatorIsNotEngaged,
    GuardianHasNoRights,
    GuardianIsNotNamed,
    PersonIsOfAge,
    UnknownStaffMember,
)
from domain.labels import Label
from domain.policy import Act, Information

# --- consent ---------------------------------------------------------------------------------

Kinds = Annotated[
    list[InformationKind],
    Field(
        min_length=1,
        max_length=len(InformationKind),
        json_schema_extra={"uniqueItems": True, "examples": [["identity", "circumstances"]]},
    ),
    AfterValidator(each_once),
]


class NewConsent(Body):
    """What may be told, to whom, and until when."""

    kinds: Kinds
    receiver: Receiver
    giver: ConsentGiver = ConsentGiver.PERSON
    guardian_id: Id | None = None
    """Which guardian it was, where one consented."""
    until: LastDay | None = None
    """The last day; left out, it stands until it is withdrawn."""


class GivenConsent(Done):
    case_id: CaseId
    consent_id: ConsentId
    until: Annotated[Day | None, Meta(description="The last day.")]


OF_CONSENT = {"caseId": "caseId", "consentId": "consentId"}


@deciding(
    "giveConsent",
    Label("Registrera ett samtycke", "Record a consent"),
    Label(
        "Vad som får lämnas, till vem och hur länge (OSL 10:1, 12:2).",
        "What may be told, to whom and for how long (OSL 10:1, 12:2).",
    ),
    asks=(Act.RECORD, Information.CIRCUMSTANCES),
    refuses=(
        CaseIsClosed,
        ConsentIsOver,
        PersonIsOfAge,
        GuardianIsNotNamed,
        GuardianHasNoRights,
    ),
    status=CREATED,
    leads=(
        Lead("narrowConsent", OF_CONSENT),
        Lead("withdrawConsent", OF_CONSENT),
        Lead("engageCoordinator", {"caseId": "caseId"}),
    ),
)
async def give(visit: Visit, case_id: UUID, new: NewConsent) -> GivenConsent:
    outcome = await visit.carry_out(
        use_cases.give_consent,
        case_id,
        scope=tuple(new.kinds),
        receiver=new.receiver,
        giver=new.giver,
        guardian=new.guardian_id,
        until=new.until,
    )
    _, given = outcome.the(ConsentGiven)
    return GivenConsent(
        case_id=case_id,
        consent_id=given.consent,
        until=given.until,
        position=outcome.position,
        replayed=outcome.replayed,
    )


class Narrowing(Body):
    """What is left of it."""

    kinds: Kinds
    until: LastDay | None = None


class ChangedConsent(Done):
    """`releasedCoordinators`: the coordinators whose engagement ended with it."""

    case_id: CaseId
    consent_id: ConsentId
    released_coordinators: Annotated[list[StaffId], Meta(examples=[[]])]


@deciding(
    "narrowConsent",
    Label("Begränsa ett samtycke", "Narrow a consent"),
    Label(
        "Det omfattar mindre än förut eller upphör tidigare; ett uppdrag som det inte längre bär"
        " upphör i samma händelse (R6).",
        "It covers less than before or ends earlier; an engagement that it no longer carries ends"
        " in the same act (R6).",
    ),
    asks=(Act.RECORD, Information.CIRCUMSTANCES),
    refuses=(ConsentHasEnded, ConsentIsOver, ConsentIsNotNarrower),
)
async def narrow(visit: Visit, case_id: UUID, consent_id: UUID, rest: Narrowing) -> ChangedConsent:
    outcome = await visit.carry_out(
        use_cases.narrow_consent, case_id, consent_id, scope=tuple(rest.kinds), until=rest.until
    )
    return _changed(case_id, consent_id, outcome)


@deciding(
    "withdrawConsent",
    Label("Registrera att ett samtycke återkallas", "Record that a consent is withdrawn"),
    Label(
        "När som helst. Ett uppdrag som vilar på det upphör i samma händelse (R6).",
        "At any time. An engagement that rests on it ends in the same act (R6).",
    ),
    asks=(Act.RECORD, Information.CIRCUMSTANCES),
    refuses=(ConsentHasEnded,),
)
async def withdraw(visit: Visit, case_id: UUID, consent_id: UUID) -> ChangedConsent:
    outcome = await visit.carry_out(use_cases.withdraw_consent, case_id, consent_id)
    return _changed(case_id, consent_id, outcome)


def _changed(case_id: UUID, consent_id: UUID, outcome: Outcome) -> ChangedConsent:
    events = [fact.event for fact in outcome.facts]
    return ChangedConsent(
        case_id=case_id,
        consent_id=consent_id,
        released_coordinators=[
            each.coordinator for each in events if isinstance(each, CoordinatorReleased)
        ],
        position=outcome.position,
        replayed=outcome.replayed,
    )


# --- coordinators ----------------------------------------------------------------------------


class WhichCoordinator(Body):
    coordinator_id: Id
    """A regional coordinator who serves the case's side."""


class Engagement(Done):
    case_id: CaseId
    coordinator_id: StaffId


@deciding(
    "engageCoordinator",
    Label("Anlita en regionkoordinator", "Engage a regional coordinator"),
    Label(
        "Kräver ett samtycke till regionkoordinatorerna som omfattar identitet, kontaktuppgifter"
        " och omständigheter (R6); uppdraget upphör när samtycket gör det.",
        "Needs a consent for the regional coordinators that covers identity, contact and"
        " circumstances (R6); the engagement ends when the consent does.",
    ),
    asks=(Act.RECORD, Information.CIRCUMSTANCES),
    refuses=(CaseIsClosed, UnknownStaffMember, CoordinatorCannotBeEngaged, ConsentIsMissing),
    leads=(Lead("releaseCoordinator", {"caseId": "caseId"}),),
)
async def engage(visit: Visit, case_id: UUID, who: WhichCoordinator) -> Engagement:
    outcome = await visit.carry_out(use_cases.engage_coordinator, case_id, who.coordinator_id)
    return _engagement(case_id, who, outcome)


@deciding(
    "releaseCoordinator",
    Label("Avsluta en regionkoordinators uppdrag", "End a coordinator's engagement"),
    Label("Samtycket står kvar.", "The consent stands."),
    asks=(Act.RECORD, Information.CIRCUMSTANCES),
    refuses=(CoordinatorIsNotEngaged,),
)
async def release(visit: Visit, case_id: UUID, who: WhichCoordinator) -> Engagement:
    outcome = await visit.carry_out(use_cases.release_coordinator, case_id, who.coordinator_id)
    return _engagement(case_id, who, outcome)


class Consultation(Body):
    """There is no field in which the person could be told of."""

    coordinator_id: Id
    topic: ConsultationTopic


class ConsultedCoordinator(Done):
    case_id: CaseId
    coordinator_id: StaffId


@deciding(
    "consultCoordinator",
    Label("Rådfråga en regionkoordinator anonymt", "Consult a coordinator anonymously"),
    Label(
        "Utan samtycke: inga uppgifter om personen följer med, bara vad frågan gällde.",
        "Without consent: nothing of the person goes along, only what the question was about.",
    ),
    asks=(Act.RECORD, Information.CIRCUMSTANCES),
    refuses=(CaseIsClosed, UnknownStaffMember, CoordinatorCannotBeEngaged),
    status=CREATED,
)
async def consult(visit: Visit, case_id: UUID, asked: Consultation) -> ConsultedCoordinator:
    outcome = await visit.carry_out(
        use_cases.consult_coordinator, case_id, asked.coordinator_id, asked.topic
    )
    return ConsultedCoordinator(
        case_id=case_id,
        coordinator_id=asked.coordinator_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )


def _engagement(case_id: UUID, who: WhichCoordinator, outcome: Outcome) -> Engagement:
    return Engagement(
        case_id=case_id,
        coordinator_id=who.coordinator_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )
