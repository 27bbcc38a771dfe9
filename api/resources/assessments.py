"""Reports concerning a child or young person are assessed, and the reporter is told."""

from uuid import UUID

from api.commands import assessments as use_cases
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding
from api.door.answers import Done, ReferralId
from api.door.fields import Happening, Passage
from api.door.visit import Visit
from domain.errors import (
    AssessmentIsMade,
    FeedbackIsNotAsked,
    MomentIsImpossible,
    NobodyMustReport,
    NothingToAssess,
    ProtectionIsNeededAtOnce,
    ProtectionIsNotAssessed,
    ReportIsNotAssessed,
)
from domain.labels import Label
from domain.policy import Act, Information

_RECORDS = (Act.RECORD, Information.REFERRAL)


class AssessedReferral(Done):
    referral_id: ReferralId


class ProtectionAssessment(Happening):
    """Made at once, the same day."""

    needed_at_once: bool
    """Whether the person needs protection at once."""
    ground: Passage


@deciding(
    "assessProtection",
    Label("Gör en omedelbar skyddsbedömning", "Assess the need of protection"),
    Label(
        "En anmälan som rör barn eller unga bedöms genast, senast inom ett dygn från det att den"
        " kom in (SoL 2025:400 20:1; 2001:453 11:1 a).",
        "A report concerning a child or young person is assessed at once, at the latest within a"
        " day from its receipt (SoL 2025:400 20:1; 2001:453 11:1 a).",
    ),
    asks=_RECORDS,
    refuses=(AssessmentIsMade, NothingToAssess, MomentIsImpossible),
    status=CREATED,
    leads=(Lead("decidePreliminaryAssessment", {"referralId": "referralId"}),),
)
async def assess_protection(
    visit: Visit, referral_id: UUID, assessed: ProtectionAssessment
) -> AssessedReferral:
    outcome = await visit.carry_out(
        use_cases.assess_protection,
        referral_id,
        needed_at_once=assessed.needed_at_once,
        ground=assessed.ground,
        happened=assessed.occurred_at,
    )
    return _assessed(referral_id, outcome)


class PreliminaryAssessment(Happening):
    """Decided within 14 days."""

    opens_investigation: bool
    ground: Passage


@deciding(
    "decidePreliminaryAssessment",
    Label("Besluta förhandsbedömningen", "Decide the preliminary assessment"),
    Label(
        "Om en utredning ska inledas beslutas inom 14 dagar från det att anmälan kom in (SoL"
        " 2025:400 20:2; 2001:453 11:1 a). Den anmälare som bett om det ska sedan få återkoppling.",
        "Whether an investigation is opened is decided within 14 days from the receipt (SoL"
        " 2025:400 20:2; 2001:453 11:1 a). A reporter who asked for it is then given feedback.",
    ),
    asks=_RECORDS,
    refuses=(
        AssessmentIsMade,
        NothingToAssess,
        ProtectionIsNotAssessed,
        ProtectionIsNeededAtOnce,
        MomentIsImpossible,
    ),
    status=CREATED,
    leads=(Lead("giveFeedback", {"referralId": "referralId"}),),
)
async def decide_preliminary(
    visit: Visit, referral_id: UUID, decided: PreliminaryAssessment
) -> AssessedReferral:
    outcome = await visit.carry_out(
        use_cases.decide_preliminary_assessment,
        referral_id,
        opens=decided.opens_investigation,
        ground=decided.ground,
        happened=decided.occurred_at,
    )
    return _assessed(referral_id, outcome)


@deciding(
    "askFeedback",
    Label(
        "Registrera att anmälaren vill ha återkoppling", "Record that the reporter wants to know"
    ),
    Label(
        "Den som är skyldig att anmäla får veta om utredning inleds (SoL 2025:400 19:6; 2001:453"
        " 14:1 b): inom en vecka efter beslutet, genast om det begärs senare.",
        "Whoever must report is told whether an investigation is opened (SoL 2025:400 19:6;"
        " 2001:453 14:1 b): within a week after the decision, at once if it is asked for later.",
    ),
    asks=_RECORDS,
    refuses=(NobodyMustReport,),
    leads=(Lead("giveFeedback", {"referralId": "referralId"}),),
)
async def ask_feedback(visit: Visit, referral_id: UUID) -> AssessedReferral:
    outcome = await visit.carry_out(use_cases.ask_feedback, referral_id)
    return _assessed(referral_id, outcome)


class Feedback(Happening):
    told: Passage
    """What the reporter was told, and how."""


@deciding(
    "giveFeedback",
    Label("Ge anmälaren återkoppling", "Give the reporter feedback"),
    Label(
        "Det som lämnades registreras i akten (SoL 2025:400 19:6; 2001:453 14:1 b; OSL 26:9 a).",
        "What was told is recorded in the file (SoL 2025:400 19:6; 2001:453 14:1 b; OSL 26:9 a).",
    ),
    asks=_RECORDS,
    refuses=(FeedbackIsNotAsked, ReportIsNotAssessed, MomentIsImpossible),
    status=CREATED,
)
async def give_feedback(visit: Visit, referral_id: UUID, given: Feedback) -> AssessedReferral:
    outcome = await visit.carry_out(
        use_cases.give_feedback, referral_id, given.told, happened=given.occurred_at
    )
    return _assessed(referral_id, outcome)


def _assessed(referral_id: UUID, outcome: Outcome) -> AssessedReferral:
    return AssessedReferral(
        referral_id=referral_id, position=outcome.position, replayed=outcome.replayed
    )
