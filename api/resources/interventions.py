"""Interventions are decided, started, ended; applications to other authorities made, answered."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from api.commands import interventions as use_cases
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding
from api.door.answers import ApplicationId, CaseId, Done, Due, InterventionId
from api.door.fields import Body, Happening, Instant, KsiCode, Passage
from api.door.visit import Visit
from domain.case import InterventionStatus
from domain.case.intervention import ApplicationMade, InterventionDecided
from domain.codes import ApplicationKind, InterventionEnd, InterventionKind, Provider
from domain.deadline import DeadlineExtended, DeadlineSet
from domain.errors import (
    ApplicationIsAnswered,
    ApplicationIsNotAnswered,
    ApplicationIsNotGranted,
    CaseIsClosed,
    DeadlineHasEnded,
    DeadlineIsMissed,
    DeadlineIsPaused,
    ExtensionIsNoLonger,
    ExtensionIsTooLong,
    InterventionHasEnded,
    InterventionHasStarted,
    InterventionIsUnknown,
    MomentIsImpossible,
    NothingIsAppliedFor,
)
from domain.labels import Label
from domain.policy import Act, Information

_DOCUMENTS = (Act.RECORD, Information.CIRCUMSTANCES)

# --- interventions ---------------------------------------------------------------------------


class NewIntervention(Body):
    kind: InterventionKind
    provider: Provider
    ksi_code: KsiCode | None = None
    """Where there is one."""


class CaseIntervention(Done):
    case_id: CaseId
    intervention_id: InterventionId
    status: InterventionStatus


_OF_INTERVENTION = {"caseId": "caseId", "interventionId": "interventionId"}


@deciding(
    "decideIntervention",
    Label("Besluta om en insats", "Decide an intervention"),
    Label(
        "Av den egna enheten, regionen eller någon annan (S53), med KSI-kod där det finns en.",
        "By the own unit, the region or somebody else (S53), with its code in KSI if there is one.",
    ),
    asks=_DOCUMENTS,
    refuses=(CaseIsClosed,),
    status=CREATED,
    leads=(
        Lead("startIntervention", _OF_INTERVENTION),
        Lead("endIntervention", _OF_INTERVENTION),
    ),
)
async def decide(visit: Visit, case_id: UUID, new: NewIntervention) -> CaseIntervention:
    outcome = await visit.carry_out(
        use_cases.decide_intervention,
        case_id,
        kind=new.kind,
        provider=new.provider,
        ksi_code=new.ksi_code,
    )
    decided = outcome.the(InterventionDecided)[1].intervention
    return _intervention(case_id, decided, InterventionStatus.DECIDED, outcome)


@deciding(
    "startIntervention",
    Label("Påbörja en insats", "Start an intervention"),
    Label("Från och med då pågår den.", "From then on it is under way."),
    asks=_DOCUMENTS,
    refuses=(
        CaseIsClosed,
        InterventionIsUnknown,
        InterventionHasStarted,
        InterventionHasEnded,
        MomentIsImpossible,
    ),
)
async def start(
    visit: Visit, case_id: UUID, intervention_id: UUID, then: Happening
) -> CaseIntervention:
    outcome = await visit.carry_out(
        use_cases.start_intervention, case_id, intervention_id, happened=then.occurred_at
    )
    return _intervention(case_id, intervention_id, InterventionStatus.STARTED, outcome)


class Ending(Happening):
    how: InterventionEnd


@deciding(
    "endIntervention",
    Label("Avsluta en insats", "End an intervention"),
    Label("Även den som aldrig påbörjades.", "Also one that never started."),
    asks=_DOCUMENTS,
    refuses=(InterventionIsUnknown, InterventionHasEnded, MomentIsImpossible),
)
async def end(visit: Visit, case_id: UUID, intervention_id: UUID, it: Ending) -> CaseIntervention:
    outcome = await visit.carry_out(
        use_cases.end_intervention, case_id, intervention_id, it.how, happened=it.occurred_at
    )
    return _intervention(case_id, intervention_id, InterventionStatus.ENDED, outcome)


def _intervention(
    case_id: UUID, intervention_id: UUID, status: InterventionStatus, outcome: Outcome
) -> CaseIntervention:
    return CaseIntervention(
        case_id=case_id,
        intervention_id=intervention_id,
        status=status,
        position=outcome.position,
        replayed=outcome.replayed,
    )


# --- applications ----------------------------------------------------------------------------


class NewApplication(Body):
    kind: ApplicationKind


class CaseApplication(Done):
    """`due`: until when a reflection period runs, or when another answer is followed up."""

    case_id: CaseId
    application_id: ApplicationId
    due: Annotated[Due | None, Meta(description="Once it is answered.")]


_OF_APPLICATION = {"caseId": "caseId", "applicationId": "applicationId"}


@deciding(
    "makeApplication",
    Label("Registrera en ansökan hos en annan myndighet", "Record an application"),
    Label(
        "Till exempel om betänketid (UtlL 5:15).",
        "For example for a reflection period (UtlL 5:15).",
    ),
    asks=_DOCUMENTS,
    refuses=(CaseIsClosed,),
    status=CREATED,
    leads=(Lead("answerApplication", _OF_APPLICATION),),
)
async def apply(visit: Visit, case_id: UUID, new: NewApplication) -> CaseApplication:
    outcome = await visit.carry_out(use_cases.make_application, case_id, new.kind)
    return _application(case_id, outcome.the(ApplicationMade)[1].filing, outcome)


class ApplicationAnswer(Happening):
    granted: bool


@deciding(
    "answerApplication",
    Label("Registrera svaret på en ansökan", "Record the answer to an application"),
    Label(
        "En beviljad betänketid löper i 30 dagar (UtlL 5:15); varje annat svar följs upp efter lika"
        " lång tid.",
        "A reflection period that is granted runs for 30 days (UtlL 5:15); every other answer is"
        " followed up after as long.",
    ),
    asks=_DOCUMENTS,
    refuses=(NothingIsAppliedFor, ApplicationIsAnswered, MomentIsImpossible),
    leads=(
        Lead("prolongReflectionPeriod", _OF_APPLICATION),
        Lead("endApplication", _OF_APPLICATION),
    ),
)
async def answer(
    visit: Visit, case_id: UUID, application_id: UUID, it: ApplicationAnswer
) -> CaseApplication:
    outcome = await visit.carry_out(
        use_cases.answer_application,
        case_id,
        application_id,
        granted=it.granted,
        happened=it.occurred_at,
    )
    return _application(case_id, application_id, outcome)


class Prolongation(Body):
    until: Instant
    ground: Passage


@deciding(
    "prolongReflectionPeriod",
    Label("Förläng en betänketid", "Prolong a reflection period"),
    Label("Av särskilda skäl, innan den har löpt ut.", "On special grounds, before it is over."),
    asks=_DOCUMENTS,
    refuses=(
        NothingIsAppliedFor,
        ApplicationIsNotGranted,
        DeadlineHasEnded,
        DeadlineIsMissed,
        DeadlineIsPaused,
        ExtensionIsNoLonger,
        ExtensionIsTooLong,
    ),
)
async def prolong(
    visit: Visit, case_id: UUID, application_id: UUID, it: Prolongation
) -> CaseApplication:
    outcome = await visit.carry_out(
        use_cases.prolong_reflection_period,
        case_id,
        application_id,
        until=it.until,
        ground=it.ground,
    )
    return _application(case_id, application_id, outcome)


@deciding(
    "endApplication",
    Label("Avsluta en ansökan", "End an application"),
    Label(
        "Det som beviljades har löpt ut, eller upphört i förtid; eller ett avslag har följts upp.",
        "What was granted has run out, or ended before its time; or a refusal was followed up.",
    ),
    asks=_DOCUMENTS,
    refuses=(NothingIsAppliedFor, ApplicationIsNotAnswered),
)
async def end_application(visit: Visit, case_id: UUID, application_id: UUID) -> CaseApplication:
    outcome = await visit.carry_out(use_cases.end_application, case_id, application_id)
    return _application(case_id, application_id, outcome)


def _application(case_id: UUID, application_id: UUID, outcome: Outcome) -> CaseApplication:
    due = None
    for fact in outcome.facts:
        if isinstance(fact.event, DeadlineSet | DeadlineExtended):
            due = fact.event.due
    return CaseApplication(
        case_id=case_id,
        application_id=application_id,
        due=due,
        position=outcome.position,
        replayed=outcome.replayed,
    )
