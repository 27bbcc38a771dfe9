"""Every stored event and its permanent name. Lines are added, never changed.

For each event the table says what may stand in the clear - random ids, dates, units, statuses,
neutral codes - and whose key seals the rest. Where an event's own name would tell, it is *veiled*:
stored under a neutral public name, its kind and its content sealed together; and what shares a
name shares a kind of key, since whose key sealed it stands in the clear.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain import (
    activity,
    adoption,
    assessment,
    case,
    deadline,
    disposal,
    inquiry,
    leave,
    majority,
    mandate,
    person,
    police_operation,
    referral,
    retention,
    review,
    staff,
    team,
)
from domain.case import (
    consent,
    consultation,
    correction,
    emergency,
    intervention,
    investigation,
    link,
    narrowing,
    outward,
    takeover,
    transfer,
)
from domain.person import guardianship, identity, protection
from domain.referral import correction as referral_correction
from domain.sealed import KeyScope

IDENTITY, FILE, TEXT = KeyScope.IDENTITY, KeyScope.FILE, KeyScope.TEXT


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    name: str
    event: type
    clear: tuple[str, ...]
    sealed: Mapping[str, KeyScope] = field(default_factory=dict)
    veil: KeyScope | None = None
    kind: str | None = None  # of a veiled event, sealed with its content
    version: int = 1
    decided: tuple[str, ...] = ()  # the sealed fields that decisions rest on: opened for them
    counted: bool = False  # whether all that decisions know of it is how many there are


def _stored(name: str, event: type, clear: str, decided: str = "", /, **sealed: KeyScope) -> Entry:
    return Entry(
        name=name,
        event=event,
        clear=tuple(clear.split()),
        sealed=sealed,
        decided=tuple(decided.split()),
    )


def _veiled(name: str, kind: str, event: type, clear: str, veil: KeyScope) -> Entry:
    return Entry(name=name, event=event, clear=tuple(clear.split()), veil=veil, kind=kind)


ENTRIES: tuple[Entry, ...] = (
    _stored(
        "person.registered",
        person.PersonRegistered,
        "person compartment",
        "born age",
        name=IDENTITY,
        number=IDENTITY,
        born=IDENTITY,
        age=IDENTITY,
        gender=IDENTITY,
        contact=IDENTITY,
    ),
    _veiled(
        "person.particulars-recorded", "age-established", person.AgeEstablished, "person", IDENTITY
    ),
    _veiled(
        "person.particulars-recorded",
        "particulars-told",
        person.ParticularsTold,
        "person",
        IDENTITY,
    ),
    *(
        _veiled("person.particulars-recorded", kind, event, "person", IDENTITY)
        for kind, event in (
            ("majority-approaching", majority.MajorityApproaching),
            ("majority-reached", majority.MajorityReached),
            ("age-reckoned", majority.AgeReckoned),
        )
    ),
    _veiled(
        "person.particulars-recorded",
        "identity-asserted",
        identity.IdentityAsserted,
        "person",
        IDENTITY,
    ),
    _veiled(
        "person.particulars-recorded",
        "identity-established",
        identity.IdentityEstablished,
        "person",
        IDENTITY,
    ),
    _stored("person.duplicate-noted", identity.DuplicateNoted, "person other by_index"),
    _stored("person.merged", identity.PersonMerged, "person into", reason=IDENTITY),
    _stored("person.absorbed", identity.PersonAbsorbed, "person other open_case"),
    _stored("person.unmerged", identity.PersonUnmerged, "person was", reason=IDENTITY),
    _stored("person.released", identity.PersonReleased, "person other open_case"),
    *(
        _veiled("person.particulars-recorded", kind, event, "person", IDENTITY)
        for kind, event in (
            ("guardian-recorded", guardianship.GuardianRecorded),
            ("guardian-rights-ended", guardianship.GuardianRightsEnded),
        )
    ),
    _stored(
        "person.access-narrowed",
        protection.PersonProtected,
        "person",
        "kind",
        kind=IDENTITY,
        basis=IDENTITY,
    ),
    _stored(
        "person.access-widened",
        protection.ProtectionLifted,
        "person",
        "kind",
        kind=IDENTITY,
        basis=IDENTITY,
    ),
    _stored("person.case-opened", person.PersonCaseOpened, "person case"),
    _stored("person.case-closed", person.PersonCaseClosed, "person case"),
    _stored("person.forgotten", person.PersonForgotten, "person disposal"),
    _stored(
        "referral.received",
        referral.ReferralReceived,
        "person receipt channel sender_unit acute",
        "source kind role age concern residence",
        source=FILE,
        senders_reference=FILE,
        kind=FILE,
        role=FILE,
        age=FILE,
        assessed_by=FILE,
        concern=FILE,
        residence=FILE,
        account=TEXT,
    ),
    _stored(
        "referral.routed",
        referral.ReferralRouted,
        "unit holder compartment informed answer_due",
        deciding=FILE,
        rules=FILE,
    ),
    _stored(
        "referral.routed-narrowly",
        referral.ReferralRoutedNarrowly,
        "unit holder compartment informed answer_due",
        deciding=FILE,
        rules=FILE,
    ),
    _stored("referral.access-narrowed", referral.ReferralNarrowed, "person"),
    _stored("referral.access-widened", referral.ReferralWidened, "person"),
    _stored("referral.accepted", referral.ReferralAccepted, "unit case"),
    _stored(
        "referral.decline-proposed",
        referral.ReferralDeclineProposed,
        "person unit",
        "reason age explanation",
        reason=FILE,
        age=FILE,
        explanation=TEXT,
    ),
    _stored("referral.decline-refused", referral.ReferralDeclineRefused, "unit"),
    _stored(
        "referral.declined",
        referral.ReferralDeclined,
        "person unit holder",
        "age",
        reason=FILE,
        age=FILE,
        explanation=TEXT,
    ),
    _stored(
        "referral.routing-overridden",
        referral.RoutingOverridden,
        "person unit to_unit",
        rule=FILE,
        reason=TEXT,
    ),
    _stored("referral.forwarded", referral.ReferralForwarded, "person unit to_unit", reason=TEXT),
    _stored("referral.closed", referral.ReferralClosed, "person unit"),
    _stored("referral.withdrawn", referral.ReferralWithdrawn, "person unit", reason=TEXT),
    *(
        _veiled("referral.assessment-recorded", kind, event, "person", TEXT)
        for kind, event in (
            ("protection-assessed", assessment.ProtectionAssessed),
            ("preliminary-assessment-decided", assessment.PreliminaryAssessmentDecided),
            ("feedback-asked", assessment.FeedbackAsked),
            ("feedback-given", assessment.FeedbackGiven),
            ("particulars-corrected", referral_correction.ParticularsCorrected),
            ("referred-on", referral.ReferralReferredOn),
        )
    ),
    _stored("case.access-narrowed", narrowing.CaseNarrowed, "person"),
    _stored("case.access-widened", narrowing.CaseWidened, "person"),
    _stored("case.opened", case.CaseOpened, "person referral compartment unit"),
    _stored("case.joined", case.CaseJoined, "referral"),
    _stored("case.referral-taken-out", case.ReferralTakenOut, "referral"),
    _stored("case.worker-assigned", case.CaseWorkerAssigned, "worker"),
    _stored("case.worker-released", case.CaseWorkerReleased, "worker"),
    Entry(
        name="case.note-recorded",
        event=case.NoteRecorded,
        clear=("person",),
        sealed={"text": TEXT},
        counted=True,
    ),
    *(
        _veiled("case.assessment-recorded", kind, event, "person", TEXT)
        for kind, event in (
            ("routing-reviewed", case.RoutingReviewed),
            ("presumption-assessed", investigation.PresumptionAssessed),
            ("risk-assessed", investigation.RiskAssessed),
            ("police-report-made", outward.PoliceReportMade),
        )
    ),
    _stored(
        "case.handover-offered",
        case.HandoverOffered,
        "person handover from_unit to_unit going_along answer_due",
        reason=TEXT,
    ),
    _stored("case.handover-accepted", case.HandoverAccepted, "handover unit"),
    _stored(
        "case.handover-decline-proposed",
        case.HandoverDeclineProposed,
        "person handover",
        "reason explanation",
        reason=FILE,
        explanation=TEXT,
    ),
    _stored("case.handover-decline-refused", case.HandoverDeclineRefused, "handover"),
    _stored(
        "case.handover-declined",
        case.HandoverDeclined,
        "person handover",
        reason=FILE,
        explanation=TEXT,
    ),
    _stored("case.handover-withdrawn", case.HandoverWithdrawn, "handover"),
    _stored(
        "case.consent-given",
        consent.ConsentGiven,
        "consent until",
        "scope receiver giver guardian",
        scope=FILE,
        receiver=FILE,
        giver=FILE,
        guardian=FILE,
    ),
    _stored("case.consent-narrowed", consent.ConsentNarrowed, "consent until", "scope", scope=FILE),
    _stored("case.consent-withdrawn", consent.ConsentWithdrawn, "consent"),
    _stored(
        "case.coordinator-admitted",
        consent.CoordinatorEngaged,
        "coordinator consent",
        "last_day",
        last_day=FILE,
    ),
    _stored("case.coordinator-released", consent.CoordinatorReleased, "coordinator"),
    _stored("case.coordinator-consulted", consent.CoordinatorConsulted, "coordinator", topic=FILE),
    _stored("case.investigation-opened", investigation.InvestigationOpened, "investigation"),
    _stored(
        "case.concerned-informed",
        investigation.ConcernedInformed,
        "person investigation",
        withheld=TEXT,
    ),
    _stored("case.advice-given", investigation.AdviceGiven, "person", advice=TEXT),
    _stored(
        "case.outcome-notified",
        investigation.OutcomeNotified,
        "person",
        told=TEXT,
    ),
    _stored(
        "case.investigation-concluded",
        investigation.InvestigationConcluded,
        "investigation",
        conclusion=FILE,
    ),
    _stored(
        "case.intervention-decided",
        intervention.InterventionDecided,
        "intervention",
        kind=FILE,
        provider=FILE,
        ksi_code=FILE,
    ),
    _stored("case.intervention-started", intervention.InterventionStarted, "intervention"),
    _stored("case.intervention-ended", intervention.InterventionEnded, "intervention", how=FILE),
    _stored("case.application-made", intervention.ApplicationMade, "filing", "kind", kind=FILE),
    _stored(
        "case.application-answered",
        intervention.ApplicationAnswered,
        "filing",
        "granted",
        granted=FILE,
    ),
    _stored("case.application-ended", intervention.ApplicationEnded, "filing"),
    _stored(
        "case.external-referral-sent",
        outward.ExternalReferralMade,
        "person referral",
        consent=FILE,
        receiver=FILE,
        ground=FILE,
        going_along=FILE,
        text=TEXT,
    ),
    _stored(
        "case.external-referral-made",
        outward.ExternalReferralAddressed,
        "person referral",
        consent=FILE,
        receiver=FILE,
        party=FILE,
        ground=FILE,
        going_along=FILE,
        text=TEXT,
    ),
    _stored(
        "case.external-referral-answered",
        outward.ExternalReferralAnswered,
        "person referral last",
        answer=FILE,
        text=TEXT,
    ),
    _stored(
        "case.transfer-requested",
        transfer.TransferRequested,
        "person transfer",
        municipality=FILE,
        reason=TEXT,
    ),
    _stored(
        "case.transfer-answered",
        transfer.TransferAnswered,
        "person transfer",
        "answer",
        answer=FILE,
        explanation=TEXT,
    ),
    _stored("case.transfer-taken-further", transfer.InspectorateAsked, "transfer"),
    _stored(
        "case.transfer-decided",
        transfer.InspectorateDecided,
        "person transfer",
        "answer",
        answer=FILE,
        explanation=TEXT,
    ),
    _stored("case.linked", link.CaseLinked, "link", "other", other=FILE, kind=FILE),
    _stored("case.link-removed", link.LinkRemoved, "link"),
    _stored("case.referral-sent", link.ChildReported, "", referral=FILE),
    _stored(
        "case.entry-corrected", correction.EntryCorrected, "person entry item step", reason=TEXT
    ),
    _stored(
        "case.consultation-asked",
        consultation.ConsultationAsked,
        "person consultation unit",
        question=TEXT,
    ),
    _stored(
        "case.consultation-answered",
        consultation.ConsultationAnswered,
        "person consultation unit",
        answer=TEXT,
    ),
    _stored("case.consultation-withdrawn", consultation.ConsultationWithdrawn, "consultation unit"),
    _stored(
        "case.takeover-requested",
        takeover.TakeoverRequested,
        "person takeover unit",
        reason=TEXT,
    ),
    _stored(
        "case.takeover-declined",
        takeover.TakeoverDeclined,
        "person takeover",
        reason=FILE,
        explanation=TEXT,
    ),
    _stored(
        "case.access-taken",
        emergency.EmergencyAccessTaken,
        "person staff unit until",
        reason=TEXT,
    ),
    _stored("case.closed", case.CaseClosed, "person", "outcome", outcome=FILE),
    _stored("case.reopened", case.CaseReopened, "person", reason=TEXT),
    # on the stream of whatever file the deadline runs in
    _stored(
        "deadline.set",
        deadline.DeadlineSet,
        "deadline kind version due warned",
        "clock",
        clock=FILE,
    ),
    _stored("deadline.paused", deadline.DeadlinePaused, "person deadline since", ground=TEXT),
    _stored("deadline.resumed", deadline.DeadlineResumed, "deadline due warned"),
    _stored(
        "deadline.extended", deadline.DeadlineExtended, "person deadline due warned", ground=TEXT
    ),
    _stored("deadline.met", deadline.DeadlineMet, "deadline"),
    _stored("deadline.missed", deadline.DeadlineMissed, "deadline"),
    _stored("deadline.caught-up", deadline.DeadlineCaughtUp, "deadline"),
    _stored("deadline.fallen-away", deadline.DeadlineFellAway, "deadline"),
    _stored("deadline.escalated", deadline.DeadlineEscalated, "deadline units times"),
    # on the stream of whatever file is kept, or disposed of
    _stored(
        "retention.file-held",
        retention.FileHeld,
        "person hold",
        "ground",
        ground=FILE,
        reason=TEXT,
    ),
    _stored("retention.hold-lifted", retention.HoldLifted, "person hold", reason=TEXT),
    _stored("retention.file-disposed", retention.FileDisposed, "disposal"),
    _stored("disposal.planned", disposal.DisposalPlanned, "files by latest"),
    _stored("disposal.approved", disposal.DisposalApproved, "by"),
    _stored("disposal.rejected", disposal.DisposalRejected, "by"),
    _stored("disposal.executed", disposal.DisposalExecuted, "files persons left_out handed_out"),
    _stored("disposal.erased", disposal.DisposalErased, "keys backups_until"),
    _stored("statistics.facts-kept", disposal.FactsKept, "files", facts=FILE),
    _stored("time.month-reckoned", majority.MonthReckoned, "month"),
    _stored("staff.position-taken", staff.PositionTaken, "unit role side since", name=IDENTITY),
    _stored("staff.extent-set", staff.ExtentSet, "percentage"),
    _stored("staff.qualification-recorded", staff.QualificationRecorded, "qualification"),
    _stored("staff.case-taken", staff.CaseTaken, "case"),
    _stored("staff.case-given-back", staff.CaseGivenBack, "case"),
    _stored("staff.access-given", staff.EmergencyAccessGiven, "case until"),
    _stored("staff.team-joined", staff.TeamJoined, "team"),
    _stored("staff.team-left", staff.TeamLeft, "team"),
    # from when until when, never why
    _stored("staff.leave-planned", leave.LeavePlanned, "leave since until"),
    _stored("staff.leave-corrected", leave.LeaveCorrected, "leave since until reason"),
    _stored("staff.leave-ended", leave.LeaveEnded, "leave until"),
    _stored("staff.leave-withdrawn", leave.LeaveWithdrawn, "leave"),
    _stored("staff.position-ended", staff.PositionEnded, "until"),
    _stored(
        "operation.announced",
        police_operation.OperationAnnounced,
        "planned_on handled_by acknowledgement_due receipt sender_unit",
        senders_reference=FILE,
    ),
    _stored("operation.acknowledged", police_operation.OperationAcknowledged, "unit"),
    _stored("operation.persons-met", police_operation.PersonsMet, "persons", referrals=FILE),
    _stored("operation.closed", police_operation.OperationClosed, "unit"),
    _stored(
        "activity.planned",
        activity.ActivityPlanned,
        "kind responsible cooperating planned_on place audience age_band partners",
    ),
    _stored("activity.held", activity.ActivityHeld, "held_on reached schools partners"),
    _stored("activity.cancelled", activity.ActivityCancelled, "reason"),
    _stored("activity.corrected", activity.ActivityCorrected, "reason held_on reached schools"),
    _stored("mandate.decided", mandate.MandateDecided, "register_number decided_on matter"),
    _stored("mandate.work-started", mandate.WorkStarted, "matter work"),
    _stored("inquiry.opened", inquiry.InquiryOpened, "mandate compartment"),
    _stored(
        "inquiry.need-expressed",
        inquiry.NeedExpressed,
        "need kind expressed_on met_by",
        group=FILE,
    ),
    _stored("inquiry.need-met", inquiry.NeedMet, "need met_by"),
    _stored("inquiry.concluded", inquiry.InquiryConcluded, "needs"),
    _stored(
        "organisation.adopted",
        adoption.OrganisationAdopted,
        "in_force_from",
        "document",
        document=FILE,
    ),
    _stored(
        "review.opened",
        review.ReviewOpened,
        "period_from period_until unit rule size seed receipts accesses",
        ground=FILE,
    ),
    _stored("review.accesses-drawn", review.AccessesDrawn, "receipts sampled", flags=FILE),
    _stored(
        "review.access-judged",
        review.AccessJudged,
        "receipt",
        "judgement",
        judgement=FILE,
        ground=FILE,
    ),
    _stored("review.question-asked", review.ManagerAsked, "receipt reader unit", question=FILE),
    _stored("review.question-answered", review.ManagerAnswered, "receipt", answer=FILE),
    _stored(
        "review.finding-recorded",
        review.FindingRecorded,
        "finding receipts",
        kind=FILE,
        text=FILE,
    ),
    _stored("review.closed", review.ReviewClosed, "next_due", conclusion=FILE),
    _stored("review.reopened", review.ReviewReopened, "", reason=FILE),
    _stored("team.mandated", team.TeamMandated, "register_number decided_on"),
    _stored("team.established", team.TeamEstablished, "lead_unit pilot_from pilot_until"),
    _stored("team.member-joined", team.MemberJoined, "staff unit percentage"),
    _stored("team.member-left", team.MemberLeft, "staff"),
    _stored("team.cost-reported", team.TeamCostReported, "period_from period_until kronor"),
    _stored("team.cost-corrected", team.TeamCostCorrected, "period_from kronor reason"),
    _stored("team.evaluated", team.TeamEvaluated, "evaluated_on recommendation"),
    _stored("team.future-decided", team.TeamFutureDecided, "future register_number decided_on"),
)


def names_of(*events: type) -> frozenset[str]:
    """The public names under which these events are stored."""
    return frozenset(entry.name for entry in ENTRIES if issubclass(entry.event, events))
