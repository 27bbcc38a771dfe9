"""What an overview of a case is made of: each part as it stands, a field unset where it was not
opened for the reader."""

import msgspec
from msgspec import UNSET, UnsetType

from api.door.answers import (
    Answer,
    ApplicationId,
    CaseId,
    ConsentId,
    Day,
    ExternalReferralId,
    InterventionId,
    InvestigationId,
    LinkId,
    Moment,
    Name,
    Position,
    ReferralId,
    StaffId,
    TakeoverId,
    Text,
    TransferId,
    Unit,
)
from api.resources.clocks import ClockAsItStands
from domain.codes import (
    ApplicationKind,
    ConsentGiver,
    ConsultationTopic,
    DisclosureGround,
    Exploitation,
    ExternalAnswer,
    InformationKind,
    InterventionEnd,
    InterventionKind,
    InvestigationConclusion,
    LinkKind,
    Presumption,
    Provider,
    Receiver,
    RiskLevel,
    TakeoverDeclineReason,
    TransferAnswer,
)
from projections.takeovers import TakeoverStatus


class ConsentAsItStands(Answer):
    consent_id: ConsentId
    given_at: Moment
    until: Day | None = None
    kinds: list[InformationKind] | UnsetType = UNSET
    receiver: Receiver | UnsetType = UNSET
    giver: ConsentGiver | UnsetType = UNSET
    narrowed_at: Moment | None = None
    withdrawn_at: Moment | None = None


class EngagementAsItStands(Answer):
    coordinator_id: StaffId
    engaged_at: Moment
    released_at: Moment | None = None


class ConsultationMade(Answer):
    coordinator_id: StaffId
    consulted_at: Moment
    topic: ConsultationTopic | UnsetType = UNSET


class InvestigationAsItStands(Answer):
    investigation_id: InvestigationId
    opened_at: Moment
    informed_at: Moment | None = None
    withheld: Text | UnsetType | None = UNSET
    concluded_at: Moment | None = None
    conclusion: InvestigationConclusion | UnsetType = UNSET


class AdviceMade(Answer):
    given_at: Moment
    advice: Text | UnsetType = UNSET


class PresumptionMade(Answer):
    assessed_at: Moment
    presumption: Presumption | UnsetType = UNSET
    exploitation: Exploitation | UnsetType = UNSET
    assessor: Name | UnsetType = UNSET
    ground: Text | UnsetType = UNSET


class RiskMade(Answer):
    assessed_at: Moment
    level: RiskLevel | UnsetType = UNSET
    ground: Text | UnsetType = UNSET


class InterventionAsItStands(Answer):
    intervention_id: InterventionId
    decided_at: Moment
    kind: InterventionKind | UnsetType = UNSET
    provider: Provider | UnsetType = UNSET
    ksi_code: Text | UnsetType | None = UNSET
    started_at: Moment | None = None
    ended_at: Moment | None = None
    how: InterventionEnd | UnsetType = UNSET


class ApplicationAsItStands(Answer):
    application_id: ApplicationId
    made_at: Moment
    kind: ApplicationKind | UnsetType = UNSET
    answered_at: Moment | None = None
    granted: bool | UnsetType = UNSET
    ended_at: Moment | None = None


class ExternalReferralAsItStands(Answer):
    external_referral_id: ExternalReferralId
    made_at: Moment
    receiver: Receiver | UnsetType = UNSET
    party: Unit | UnsetType | None = UNSET
    ground: DisclosureGround | UnsetType = UNSET
    kinds: list[InformationKind] | UnsetType = UNSET
    text: Text | UnsetType = UNSET
    answered_at: Moment | None = None
    answer: ExternalAnswer | UnsetType = UNSET
    answer_text: Text | UnsetType | None = UNSET


class PoliceReportOnRecord(Answer):
    reported_at: Moment
    ground: DisclosureGround | UnsetType = UNSET
    register_number: Text | UnsetType | None = UNSET


class TransferAsItStands(Answer):
    transfer_id: TransferId
    requested_at: Moment
    municipality: Text | UnsetType = UNSET
    reason: Text | UnsetType = UNSET
    answered_at: Moment | None = None
    answer: TransferAnswer | UnsetType = UNSET
    explanation: Text | UnsetType = UNSET
    inspectorate_asked_at: Moment | None = None
    inspectorate_decided_at: Moment | None = None


class LinkAsItStands(Answer):
    link_id: LinkId
    linked_at: Moment
    other: CaseId | UnsetType = UNSET
    kind: LinkKind | UnsetType = UNSET


class ReportedChild(Answer):
    reported_at: Moment
    referral: ReferralId | UnsetType = UNSET


class TakeoverAsItStands(Answer):
    takeover_id: TakeoverId
    unit: Unit
    requested_at: Moment
    reason: Text | UnsetType = UNSET
    status: TakeoverStatus = TakeoverStatus.WAITING
    answered_at: Moment | None = None
    decline_reason: TakeoverDeclineReason | UnsetType = UNSET
    explanation: Text | UnsetType = UNSET


class Overview(Answer):
    """Every list in the order in which things happened."""

    case_id: CaseId
    position: Position
    consents: list[ConsentAsItStands] = msgspec.field(default_factory=list)
    engagements: list[EngagementAsItStands] = msgspec.field(default_factory=list)
    consultations: list[ConsultationMade] = msgspec.field(default_factory=list)
    investigations: list[InvestigationAsItStands] = msgspec.field(default_factory=list)
    advice_givings: list[AdviceMade] = msgspec.field(default_factory=list)
    presumptions: list[PresumptionMade] = msgspec.field(default_factory=list)
    risks: list[RiskMade] = msgspec.field(default_factory=list)
    interventions: list[InterventionAsItStands] = msgspec.field(default_factory=list)
    applications: list[ApplicationAsItStands] = msgspec.field(default_factory=list)
    external_referrals: list[ExternalReferralAsItStands] = msgspec.field(default_factory=list)
    police_reports: list[PoliceReportOnRecord] = msgspec.field(default_factory=list)
    transfers: list[TransferAsItStands] = msgspec.field(default_factory=list)
    takeover_requests: list[TakeoverAsItStands] = msgspec.field(default_factory=list)
    links: list[LinkAsItStands] = msgspec.field(default_factory=list)
    child_reports: list[ReportedChild] = msgspec.field(default_factory=list)
    deadlines: list[ClockAsItStands] = msgspec.field(default_factory=list)
