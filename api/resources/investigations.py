"""What is investigated and assessed in a case."""

from datetime import datetime
from uuid import UUID

from api.commands import investigations as use_cases
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding
from api.door.answers import CaseId, Done, Due, InvestigationId
from api.door.fields import Body, Happening, Instant, Line, Passage
from api.door.visit import Visit
from domain.case.investigation import InvestigationOpened
from domain.codes import (
    Exploitation,
    InvestigationConclusion,
    Presumption,
    RiskLevel,
)
from domain.deadline import DeadlineExtended, DeadlineSet
from domain.errors import (
    CaseIsClosed,
    DeadlineHasEnded,
    DeadlineIsMissed,
    DeadlineIsPaused,
    ExtensionIsNoLonger,
    ExtensionIsTooLong,
    InvestigationIsNotOpen,
    InvestigationIsOpen,
    MomentIsImpossible,
    OutcomeIsNotAwaited,
)
from domain.labels import Label
from domain.policy import Act, Information

_DOCUMENTS = (Act.RECORD, Information.CIRCUMSTANCES)
_OF_BOTH = {"caseId": "caseId", "investigationId": "investigationId"}


class CaseInvestigation(Done):
    """`due`: when it is to be concluded."""

    case_id: CaseId
    investigation_id: InvestigationId
    due: Due | None


@deciding(
    "openInvestigation",
    Label("Inled en utredning", "Open an investigation"),
    Label(
        "Ett barns utredning ska vara klar inom 4 månader (SoL 2025:400 20:3; 2001:453 11:2) och de"
        " som berörs underrättas genast (20:4); en vuxens har ett mål i inställningarna.",
        "A child's is to be concluded within 4 months (SoL 2025:400 20:3; 2001:453 11:2), and those"
        " concerned are informed at once (20:4); an adult's has a target in the settings.",
    ),
    asks=_DOCUMENTS,
    refuses=(CaseIsClosed, InvestigationIsOpen, MomentIsImpossible),
    status=CREATED,
    leads=(Lead("concludeInvestigation", _OF_BOTH), Lead("informThoseConcerned", _OF_BOTH)),
)
async def open_one(visit: Visit, case_id: UUID, then: Happening) -> CaseInvestigation:
    outcome = await visit.carry_out(
        use_cases.open_investigation, case_id, happened=then.occurred_at
    )
    _, opened = outcome.the(InvestigationOpened)
    due = next((f.event.due for f in outcome.facts if isinstance(f.event, DeadlineSet)), None)
    return _standing(case_id, opened.investigation, outcome, due=due)


class Extension(Body):
    """For a set time, and on what special ground."""

    until: Instant
    ground: Passage


@deciding(
    "extendInvestigation",
    Label("Förläng en utredning", "Extend an investigation"),
    Label(
        "För en bestämd tid, av särskilda skäl, innan tiden har gått ut (SoL 2025:400 20:3).",
        "For a set time, on special grounds, before it is over (SoL 2025:400 20:3).",
    ),
    asks=_DOCUMENTS,
    refuses=(
        InvestigationIsNotOpen,
        DeadlineHasEnded,
        DeadlineIsMissed,
        DeadlineIsPaused,
        ExtensionIsNoLonger,
        ExtensionIsTooLong,
    ),
)
async def extend(
    visit: Visit, case_id: UUID, investigation_id: UUID, to: Extension
) -> CaseInvestigation:
    outcome = await visit.carry_out(
        use_cases.extend_investigation, case_id, investigation_id, until=to.until, ground=to.ground
    )
    due = outcome.the(DeadlineExtended)[1].due
    return _standing(case_id, investigation_id, outcome, due=due)


class Informing(Happening):
    """Left out, they were informed."""

    withheld: Passage | None = None
    """On what ground it was withheld from them."""


class DocumentedInvestigation(Done):
    case_id: CaseId
    investigation_id: InvestigationId


@deciding(
    "informThoseConcerned",
    Label("Registrera att de som berörs underrättats", "Record that those concerned are informed"),
    Label(
        "Eller att det inte skett, av särskilda skäl (SoL 2025:400 20:4; 2001:453 11:2).",
        "Or that it was withheld, on special grounds (SoL 2025:400 20:4; 2001:453 11:2).",
    ),
    asks=_DOCUMENTS,
    refuses=(InvestigationIsNotOpen, MomentIsImpossible),
)
async def inform(
    visit: Visit, case_id: UUID, investigation_id: UUID, told: Informing
) -> DocumentedInvestigation:
    outcome = await visit.carry_out(
        use_cases.inform_those_concerned,
        case_id,
        investigation_id,
        withheld=told.withheld,
        happened=told.occurred_at,
    )
    return _documented(case_id, investigation_id, outcome)


class Conclusion(Happening):
    conclusion: InvestigationConclusion


@deciding(
    "concludeInvestigation",
    Label("Avsluta en utredning", "Conclude an investigation"),
    Label("Med vad den ledde till.", "With what it led to."),
    asks=_DOCUMENTS,
    refuses=(InvestigationIsNotOpen, MomentIsImpossible),
    leads=(Lead("decideIntervention", {"caseId": "caseId"}),),
)
async def conclude(
    visit: Visit, case_id: UUID, investigation_id: UUID, with_: Conclusion
) -> DocumentedInvestigation:
    outcome = await visit.carry_out(
        use_cases.conclude_investigation,
        case_id,
        investigation_id,
        with_.conclusion,
        happened=with_.occurred_at,
    )
    return _documented(case_id, investigation_id, outcome)


class Advice(Happening):
    advice: Passage
    """What was advised, and to whom the person was shown the way."""


class InformedInCase(Done):
    case_id: CaseId


@deciding(
    "giveAdvice",
    Label("Registrera att råd har getts", "Record that advice was given"),
    Label(
        "Det som kommit till nämndens kännedom utreds utan dröjsmål, eller besvaras med råd (SoL"
        " 2025:400 14:2; 2001:453 11:1).",
        "What came to the board's knowledge is investigated without delay, or answered by advice"
        " (SoL 2025:400 14:2; 2001:453 11:1).",
    ),
    asks=_DOCUMENTS,
    refuses=(CaseIsClosed, MomentIsImpossible),
    status=CREATED,
    leads=(Lead("decideIntervention", {"caseId": "caseId"}),),
)
async def give_advice(visit: Visit, case_id: UUID, given: Advice) -> InformedInCase:
    outcome = await visit.carry_out(
        use_cases.give_advice, case_id, given.advice, happened=given.occurred_at
    )
    return _informed(case_id, outcome)


class Notification(Happening):
    told: Passage
    """What those concerned were told, and how."""


@deciding(
    "notifyOutcome",
    Label("Underrätta om utgången", "Inform of the outcome"),
    Label(
        "De som berörs underrättas om det som beslutades, inom den tid som kommunen har satt.",
        "Those concerned are told what was decided, within the time that the municipality set.",
    ),
    asks=_DOCUMENTS,
    refuses=(OutcomeIsNotAwaited, MomentIsImpossible),
    status=CREATED,
)
async def notify(visit: Visit, case_id: UUID, with_: Notification) -> InformedInCase:
    outcome = await visit.carry_out(
        use_cases.notify_outcome, case_id, with_.told, happened=with_.occurred_at
    )
    return _informed(case_id, outcome)


def _informed(case_id: UUID, outcome: Outcome) -> InformedInCase:
    return InformedInCase(case_id=case_id, position=outcome.position, replayed=outcome.replayed)


def _standing(
    case_id: UUID, investigation_id: UUID, outcome: Outcome, *, due: datetime | None
) -> CaseInvestigation:
    return CaseInvestigation(
        case_id=case_id,
        investigation_id=investigation_id,
        due=due,
        position=outcome.position,
        replayed=outcome.replayed,
    )


def _documented(case_id: UUID, investigation_id: UUID, outcome: Outcome) -> DocumentedInvestigation:
    return DocumentedInvestigation(
        case_id=case_id,
        investigation_id=investigation_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )


# --- assessments -----------------------------------------------------------------------------


class NewPresumption(Body):
    """Whether there are grounds to presume a victim, by whom it was assessed, and on what."""

    presumption: Presumption
    exploitation: Exploitation
    assessor: Line
    ground: Passage


class AssessedCase(Done):
    case_id: CaseId


@deciding(
    "assessPresumption",
    Label("Registrera en bedömning av förmodat offer", "Record a presumed-victim assessment"),
    Label(
        "Av en namngiven bedömare och på vilken grund: ingen identifieras formellt som offer. En"
        " vuxen som utnyttjas på annat sätt än sexuellt hänvisas vidare, och avslutas så (R12).",
        "By a named assessor, and on what ground: nobody is formally identified as a victim. An"
        " adult exploited other than sexually is referred on: the case is closed so (R12).",
    ),
    asks=_DOCUMENTS,
    refuses=(CaseIsClosed,),
    status=CREATED,
    leads=(Lead("referOut", {"caseId": "caseId"}),),
)
async def assess_presumption(visit: Visit, case_id: UUID, new: NewPresumption) -> AssessedCase:
    outcome = await visit.carry_out(
        use_cases.assess_presumption,
        case_id,
        presumption=new.presumption,
        exploitation=new.exploitation,
        assessor=new.assessor,
        ground=new.ground,
    )
    return AssessedCase(
        case_id=case_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )


class NewRisk(Body):
    level: RiskLevel
    ground: Passage


class AssessedRisk(Done):
    case_id: CaseId


@deciding(
    "assessRisk",
    Label("Registrera en riskbedömning", "Record a risk assessment"),
    Label("Nivån, och vad den vilar på.", "The level, and what it rests on."),
    asks=_DOCUMENTS,
    refuses=(CaseIsClosed,),
    status=CREATED,
)
async def assess_risk(visit: Visit, case_id: UUID, new: NewRisk) -> AssessedRisk:
    outcome = await visit.carry_out(
        use_cases.assess_risk, case_id, level=new.level, ground=new.ground
    )
    return AssessedRisk(case_id=case_id, position=outcome.position, replayed=outcome.replayed)
