"""What people read for a code, in Swedish and English: one table, complete.

A rule's label is its reason, in words for whoever asks why. The labels of compartments are as
neutral as their codes: a screen must not tell what a dump does not tell.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.activity import ActivityStatus
from domain.case import CaseStatus, InterventionStatus, TransferStatus
from domain.codes import (
    AccessFlag,
    AccessJudgement,
    ActivityKind,
    AgeBand,
    AgeKnowledge,
    ApplicationKind,
    Audience,
    CancellationReason,
    CaseOutcome,
    Channel,
    ClockKind,
    Compartment,
    Concern,
    ConsentGiver,
    ConsultationTopic,
    CorrectionReason,
    DeadlineKind,
    DeclineReason,
    DisclosureGround,
    DisposalStatus,
    Exploitation,
    ExtensionGround,
    ExternalAnswer,
    FindingKind,
    Gender,
    GuardianshipEnd,
    HandoverDeclineReason,
    HoldGround,
    IdentityKind,
    IdentityLevel,
    IdentitySource,
    InformationKind,
    InquiryKind,
    InterventionEnd,
    InterventionKind,
    InvestigationConclusion,
    LeaveCorrection,
    LinkKind,
    MandateMatter,
    NeedGroup,
    NeedKind,
    PartyKind,
    PersonRole,
    PlaceKind,
    Presumption,
    ProtectionKind,
    Provider,
    Purpose,
    Qualification,
    ReceiptStatus,
    Receiver,
    ReferralKind,
    Residence,
    RetentionRule,
    RiskLevel,
    SamplingRule,
    Source,
    StaffRole,
    StatuteVersion,
    TakeoverDeclineReason,
    TeamFuture,
    TransferAnswer,
    UnitKind,
)
from domain.referral import ReferralStatus
from domain.routing import Rule


@dataclass(frozen=True, slots=True)
class Label:
    sv: str
    en: str


def label(code: StrEnum) -> Label:
    """The label of a code of this house. Raises KeyError for any other."""
    return _TABLE[type(code)][code.value]


def code_lists() -> dict[str, tuple[StrEnum, ...]]:
    """Every list of codes by its public name, for example "person-role"."""
    return {_public_name(codes): tuple(codes) for codes in _TABLE}


def _public_name(codes: type[StrEnum]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", codes.__name__).lower()


_TABLE: Mapping[type[StrEnum], Mapping[str, Label]] = {
    PersonRole: {
        PersonRole.EXPOSED: Label("Utsatt person", "Exposed person"),
        PersonRole.BUYER: Label("Köpare av sexuella tjänster", "Buyer of sexual services"),
        PersonRole.PERPETRATOR: Label("Våldsutövare", "Perpetrator of violence"),
        PersonRole.RELATIVE: Label("Anhörig", "Relative"),
        PersonRole.UNKNOWN: Label("Roll okänd", "Role unknown"),
    },
    AgeKnowledge: {
        AgeKnowledge.MINOR: Label("Barn, 0-17 år", "Child, 0-17"),
        AgeKnowledge.YOUNG_ADULT: Label("Ung vuxen, 18-20 år", "Young adult, 18-20"),
        AgeKnowledge.ADULT: Label("Vuxen, 21 år eller äldre", "Adult, 21 or older"),
        AgeKnowledge.UNKNOWN: Label("Ålder okänd", "Age unknown"),
        AgeKnowledge.ASSESSED_ADULT: Label("Bedömd som vuxen", "Assessed as adult"),
    },
    Gender: {
        Gender.WOMAN: Label("Kvinna", "Woman"),
        Gender.MAN: Label("Man", "Man"),
        Gender.OTHER: Label("Annat", "Other"),
        Gender.UNKNOWN: Label("Okänt", "Unknown"),
    },
    Residence: {
        Residence.BELONGS_HERE: Label("Hör till kommunen", "Belongs to the municipality"),
        Residence.STAYS_HERE: Label("Vistas i kommunen", "Stays in the municipality"),
        Residence.ELSEWHERE: Label("Bor och vistas någon annanstans", "Lives and stays elsewhere"),
        Residence.UNKNOWN: Label("Okänt", "Unknown"),
    },
    IdentityKind: {
        IdentityKind.PERSONAL_NUMBER: Label("Personnummer", "Personal number"),
        IdentityKind.COORDINATION_NUMBER: Label("Samordningsnummer", "Coordination number"),
        IdentityKind.NONE: Label("Inget nummer", "No number"),
    },
    IdentityLevel: {
        IdentityLevel.CONFIRMED: Label("Styrkt", "Confirmed"),
        IdentityLevel.PROBABLE: Label("Sannolik", "Probable"),
        IdentityLevel.UNCERTAIN: Label("Osäker", "Uncertain"),
    },
    ProtectionKind: {
        ProtectionKind.CONFIDENTIALITY_FLAG: Label("Sekretessmarkering", "Confidentiality flag"),
        ProtectionKind.PROTECTED_REGISTRATION: Label(
            "Skyddad folkbokföring", "Protected population registration"
        ),
        ProtectionKind.FICTITIOUS_DATA: Label(
            "Fingerade personuppgifter", "Fictitious personal data"
        ),
    },
    GuardianshipEnd: {
        GuardianshipEnd.MAJORITY: Label("Fyllt 18 år", "Turned 18"),
        GuardianshipEnd.COURT_DECISION: Label("Domstolsbeslut", "Decision of a court"),
        GuardianshipEnd.DECEASED: Label("Avliden", "Deceased"),
        GuardianshipEnd.MISRECORDED: Label("Felaktigt registrerad", "Misrecorded"),
    },
    IdentitySource: {
        IdentitySource.OWN_WORD: Label("Egen uppgift", "The person's own word"),
        IdentitySource.DOCUMENT: Label("Handling", "Document"),
        IdentitySource.REGISTER: Label("Folkbokföringen", "Population register"),
        IdentitySource.AUTHORITY: Label("Annan myndighet", "Another authority"),
        IdentitySource.CLOSE_PERSON: Label("Närstående", "Close person"),
        IdentitySource.COLLEAGUE: Label("Kollega", "Colleague"),
        IdentitySource.OTHER: Label("Annan", "Other"),
    },
    Concern: {
        Concern.PROSTITUTION: Label("Prostitution", "Prostitution"),
        Concern.TRAFFICKING: Label(
            "Människohandel för sexuella ändamål", "Human trafficking for sexual purposes"
        ),
        Concern.CLOSE_VIOLENCE: Label("Våld av närstående", "Violence by somebody close"),
        Concern.FORCED_MARRIAGE: Label("Tvångsäktenskap", "Forced marriage"),
        Concern.FARES_BADLY: Label("Barn eller ung som far illa", "Child or youth faring badly"),
        Concern.OTHER_EXPLOITATION: Label(
            "Annan exploatering: arbete, tiggeri, brott",
            "Other exploitation: labour, begging, crime",
        ),
        Concern.UNKNOWN: Label("Okänt", "Unknown"),
    },
    Compartment: {
        Compartment.EXPOSED: Label("Spår A", "Track A"),
        Compartment.PERPETRATOR: Label("Spår B", "Track B"),
        Compartment.RELATIVE: Label("Spår C", "Track C"),
        Compartment.TRIAGE: Label("Ännu inte fördelat", "Not sorted yet"),
    },
    Source: {
        Source.YOUTH_OUTREACH: Label("Uppsökande arbete bland unga", "Youth outreach"),
        Source.HOMELESS_OUTREACH: Label(
            "Uppsökande arbete vid hemlöshet och missbruk",
            "Outreach to homeless people and people with substance abuse",
        ),
        Source.OTHER_ADVICE_AND_SUPPORT: Label("Annat råd och stöd", "Other advice and support"),
        Source.POLICE_OPERATION: Label("Riktad polisinsats", "Targeted police operation"),
        Source.POLICE: Label("Polisen", "The police"),
        Source.CIVIL_SOCIETY: Label("Civilsamhället", "Civil society"),
        Source.SCHOOL: Label("Skolan", "School"),
        Source.HEALTH_CARE: Label("Hälso- och sjukvården", "Health care"),
        Source.SELF: Label("Personen själv", "The person"),
        Source.CLOSE_PERSON: Label("Närstående", "Close person"),
        Source.OTHER_UNIT: Label("Annan enhet i förvaltningen", "Other unit of the administration"),
        Source.OTHER_MUNICIPALITY: Label("Annan kommun", "Other municipality"),
        Source.OTHER: Label("Annan", "Other"),
    },
    Channel: {
        Channel.IN_PERSON: Label("Personligt möte", "In person"),
        Channel.PHONE: Label("Telefon", "Phone"),
        Channel.LETTER: Label("Brev", "Letter"),
        Channel.E_MAIL: Label("E-post", "E-mail"),
        Channel.SECURE_MESSAGE: Label("Säkert meddelande", "Secure message"),
        Channel.E_SERVICE: Label("E-tjänst", "E-service"),
    },
    ReferralKind: {
        ReferralKind.REPORT_OF_CONCERN: Label("Orosanmälan", "Report of concern"),
        ReferralKind.APPLICATION: Label("Ansökan", "Application"),
        ReferralKind.POLICE_OPERATION_CONTACT: Label(
            "Kontakt vid polisinsats", "Contact in a police operation"
        ),
        ReferralKind.SIGNPOSTING: Label("Lotsning", "Signposting"),
        ReferralKind.SENT_ON: Label("Slussad av råd och stöd", "Sent on by advice and support"),
    },
    ReferralStatus: {
        ReferralStatus.WAITING: Label("Väntar på svar", "Waits for its answer"),
        ReferralStatus.DECLINE_PROPOSED: Label("Avböjande föreslaget", "Decline proposed"),
        ReferralStatus.ACCEPTED: Label("Mottagen", "Accepted"),
        ReferralStatus.WITHDRAWN: Label("Återtagen av avsändaren", "Withdrawn by the sender"),
        ReferralStatus.DECLINED: Label("Avböjd", "Declined"),
        ReferralStatus.CLOSED: Label("Avslutad utan utredning", "Closed without an investigation"),
    },
    DeclineReason: {
        DeclineReason.WRONG_AGE: Label("Fel ålder", "Wrong age"),
        DeclineReason.OTHER_MUNICIPALITY: Label(
            "En annan kommun är klart ansvarig", "Another municipality is clearly responsible"
        ),
    },
    TakeoverDeclineReason: {
        TakeoverDeclineReason.RULES_POINT_HERE: Label(
            "Reglerna pekar på den enhet som har ärendet", "The rules point to whoever has the case"
        ),
        TakeoverDeclineReason.WORK_IS_UNDER_WAY: Label(
            "Pågående arbete avslutas där det är", "Work under way is finished where it is"
        ),
        TakeoverDeclineReason.PERSON_OBJECTS: Label("Personen vill inte", "The person objects"),
        TakeoverDeclineReason.GOES_ELSEWHERE: Label(
            "Ärendet går till en annan enhet", "The case goes to another unit"
        ),
        TakeoverDeclineReason.OTHER: Label("Annat skäl", "Other reason"),
    },
    HandoverDeclineReason: {
        HandoverDeclineReason.WRONG_AGE: Label("Fel ålder", "Wrong age"),
        HandoverDeclineReason.OTHER_MUNICIPALITY: Label(
            "En annan kommun är klart ansvarig", "Another municipality is clearly responsible"
        ),
        HandoverDeclineReason.NO_NEED: Label("Inget behov", "No need"),
        HandoverDeclineReason.INSUFFICIENT_INFORMATION: Label(
            "Otillräckliga uppgifter", "Insufficient information"
        ),
        HandoverDeclineReason.OTHER: Label("Annat skäl", "Other reason"),
    },
    InformationKind: {
        InformationKind.IDENTITY: Label("Identitet", "Identity"),
        InformationKind.CONTACT: Label("Kontaktuppgifter", "Contact details"),
        InformationKind.CIRCUMSTANCES: Label("Omständigheter", "Circumstances"),
        InformationKind.NOTES: Label("Anteckningar", "Notes"),
        InformationKind.TIMELINE: Label("Händelseförlopp", "Timeline"),
    },
    CaseStatus: {
        CaseStatus.OPEN: Label("Öppet", "Open"),
        CaseStatus.CLOSED: Label("Avslutat", "Closed"),
    },
    Presumption: {
        Presumption.GROUNDS: Label(
            "Skäl att anta att personen är offer", "Grounds to presume a victim"
        ),
        Presumption.NO_GROUNDS: Label("Inga skäl att anta det", "No grounds to presume it"),
        Presumption.UNCLEAR: Label("Oklart", "Unclear"),
    },
    Exploitation: {
        Exploitation.SEXUAL: Label("Sexuell", "Sexual"),
        Exploitation.LABOUR: Label("Arbete", "Labour"),
        Exploitation.BEGGING: Label("Tiggeri", "Begging"),
        Exploitation.CRIME: Label("Brott", "Crime"),
        Exploitation.OTHER: Label("Annan", "Other"),
        Exploitation.UNKNOWN: Label("Okänd", "Unknown"),
    },
    RiskLevel: {
        RiskLevel.LOW: Label("Låg risk", "Low risk"),
        RiskLevel.RAISED: Label("Förhöjd risk", "Raised risk"),
        RiskLevel.HIGH: Label("Hög risk", "High risk"),
        RiskLevel.ACUTE: Label("Akut risk", "Acute risk"),
    },
    InvestigationConclusion: {
        InvestigationConclusion.INTERVENTION: Label(
            "Insats beviljas", "An intervention is granted"
        ),
        InvestigationConclusion.NO_INTERVENTION: Label("Ingen insats", "No intervention"),
        InvestigationConclusion.DECLINED: Label("Personen tackade nej", "The person declined"),
        InvestigationConclusion.DISCONTINUED: Label(
            "Utredningen lades ned", "The investigation was discontinued"
        ),
    },
    InterventionKind: {
        InterventionKind.COUNSELLING: Label("Samtalsstöd", "Counselling"),
        InterventionKind.PROTECTED_ACCOMMODATION: Label(
            "Skyddat boende", "Protected accommodation"
        ),
        InterventionKind.FINANCIAL_ASSISTANCE: Label("Ekonomiskt bistånd", "Financial assistance"),
        InterventionKind.SAFE_RETURN: Label("Tryggt återvändande", "Safe return"),
        InterventionKind.HEALTH_CARE: Label("Hälso- och sjukvård", "Health care"),
        InterventionKind.LEGAL_AID: Label("Juridiskt stöd", "Legal aid"),
        InterventionKind.CONTACT_PERSON: Label("Kontaktperson", "Contact person"),
        InterventionKind.SUBSTANCE_ABUSE_TREATMENT: Label(
            "Missbruksbehandling", "Substance abuse treatment"
        ),
        InterventionKind.OTHER: Label("Annan insats", "Other intervention"),
    },
    Provider: {
        Provider.OWN_UNIT: Label("Den egna enheten", "The own unit"),
        Provider.OTHER_UNIT: Label(
            "Annan enhet i förvaltningen", "Another unit of the administration"
        ),
        Provider.REGION: Label("Regionen", "The region"),
        Provider.WITH_THE_REGION: Label("Tillsammans med regionen", "Jointly with the region"),
        Provider.CIVIL_SOCIETY: Label("Civilsamhället", "Civil society"),
        Provider.REGIONAL_COORDINATORS: Label("Regionkoordinatorerna", "Regional coordinators"),
        Provider.OTHER: Label("Annan utförare", "Another provider"),
    },
    InterventionEnd: {
        InterventionEnd.COMPLETED: Label("Fullföljd", "Completed"),
        InterventionEnd.BROKEN_OFF: Label("Avbruten", "Broken off"),
        InterventionEnd.DECLINED: Label("Personen tackade nej", "The person declined"),
        InterventionEnd.REPLACED: Label("Ersatt av en annan", "Replaced by another"),
    },
    ApplicationKind: {
        ApplicationKind.REFLECTION_PERIOD: Label("Betänketid", "Reflection period"),
        ApplicationKind.RESIDENCE_PERMIT: Label("Uppehållstillstånd", "Residence permit"),
        ApplicationKind.COMPENSATION: Label("Ersättning", "Compensation"),
        ApplicationKind.OTHER: Label("Annat", "Something else"),
    },
    DisclosureGround: {
        DisclosureGround.CONSENT: Label("Samtycke (OSL 10:1, 12:2)", "Consent (OSL 10:1, 12:2)"),
        DisclosureGround.GUARDIAN: Label(
            "Vårdnadshavares samtycke (OSL 12:3)", "A guardian's consent (OSL 12:3)"
        ),
        DisclosureGround.HARM_TEST: Label("Menprövning (OSL 26:1)", "Harm test (OSL 26:1)"),
        DisclosureGround.OWN_WORK: Label(
            "Nödvändigt för det egna arbetet (OSL 10:2)", "Necessary for the own work (OSL 10:2)"
        ),
        DisclosureGround.TECHNICAL_PROCESSING: Label(
            "Teknisk bearbetning eller lagring (OSL 10:2 a)",
            "Technical processing or storage (OSL 10:2 a)",
        ),
        DisclosureGround.WEIGHED: Label(
            "Intresseavvägning mellan myndigheter (OSL 10:15 a)",
            "Weighed between authorities (OSL 10:15 a)",
        ),
        DisclosureGround.YOUNG_OFFENDERS: Label(
            "Förebyggande av unga personers brott (OSL 10:18 a)",
            "Preventing crimes of young people (OSL 10:18 a)",
        ),
        DisclosureGround.CLOSE_VIOLENCE: Label(
            "Förebyggande av våld mot närstående (OSL 10:18 c)",
            "Preventing violence against someone close (OSL 10:18 c)",
        ),
        DisclosureGround.YOUNG_IN_DANGER: Label(
            "Omedelbart ingripande för en ung person i fara (OSL 10:20)",
            "Immediate intervention for a young person in danger (OSL 10:20)",
        ),
        DisclosureGround.CRIME_AGAINST_CHILD: Label(
            "Brott mot den som är under 18 år (OSL 10:21)", "Crime against a minor (OSL 10:21)"
        ),
        DisclosureGround.SERIOUS_CRIME: Label(
            "Grövre brott (OSL 10:23)", "Serious crime (OSL 10:23)"
        ),
        DisclosureGround.OTHER_CRIME: Label("Annat brott (OSL 10:24)", "Other crime (OSL 10:24)"),
        DisclosureGround.DUTY: Label(
            "Uppgiftsskyldighet (OSL 10:28)", "Statutory duty (OSL 10:28)"
        ),
        DisclosureGround.CARE: Label("Nödvändig vård (OSL 26:9)", "Necessary care (OSL 26:9)"),
        DisclosureGround.PLACEMENT: Label(
            "Placering utanför hemmet (OSL 26:14 d)", "Placement outside the home (OSL 26:14 d)"
        ),
        DisclosureGround.REPORTER_FEEDBACK: Label(
            "Återkoppling till den som anmälde (OSL 26:9 a)",
            "Feedback to whoever reported (OSL 26:9 a)",
        ),
    },
    ExternalAnswer: {
        ExternalAnswer.TAKEN_ON: Label("Tar emot personen", "Takes the person on"),
        ExternalAnswer.DECLINED: Label("Tar inte emot personen", "Does not take the person on"),
        ExternalAnswer.WAITING_LIST: Label("Satt i kö", "Put on a waiting list"),
        ExternalAnswer.NEVER_CAME: Label("Personen kom aldrig", "The person never came"),
    },
    TransferAnswer: {
        TransferAnswer.ACCEPTED: Label("Tar över ansvaret", "Takes over responsibility"),
        TransferAnswer.REFUSED: Label("Tar inte över ansvaret", "Does not take over"),
    },
    TransferStatus: {
        TransferStatus.WAITING: Label("Väntar på svar", "Waits for its answer"),
        TransferStatus.ANSWERED: Label("Besvarad", "Answered"),
        TransferStatus.AT_THE_INSPECTORATE: Label("Hos IVO", "At the inspectorate"),
        TransferStatus.DECIDED: Label("Avgjord av IVO", "Decided by the inspectorate"),
    },
    LinkKind: {
        LinkKind.SAME_FAMILY: Label("Samma familj", "The same family"),
        LinkKind.SAME_PLACE: Label("Samma plats", "The same place"),
        LinkKind.SAME_NETWORK: Label("Samma nätverk", "The same network"),
        LinkKind.SAME_PERSON: Label("Samma person, tidigare ärende", "An earlier case"),
        LinkKind.OTHER: Label("Annat samband", "Another connection"),
    },
    Receiver: {
        Receiver.REGIONAL_COORDINATORS: Label("Regionkoordinatorerna", "Regional coordinators"),
        Receiver.REGION: Label("Regionen, hälso- och sjukvården", "The region, health care"),
        Receiver.POLICE: Label("Polisen", "The police"),
        Receiver.SCHOOL: Label("Skolan", "School"),
        Receiver.CIVIL_SOCIETY: Label("Civilsamhället", "Civil society"),
        Receiver.OTHER_MUNICIPALITY: Label("Annan kommun", "Another municipality"),
        Receiver.OTHER_AUTHORITY: Label("Annan myndighet", "Another authority"),
        Receiver.LEGAL_COUNSEL: Label("Juridiskt biträde", "Legal counsel"),
        Receiver.CLOSE_PERSON: Label("Närstående", "Close person"),
    },
    ConsentGiver: {
        ConsentGiver.PERSON: Label("Personen själv", "The person"),
        ConsentGiver.GUARDIAN: Label("Vårdnadshavare", "Guardian"),
        ConsentGiver.PERSON_AND_GUARDIAN: Label(
            "Personen och vårdnadshavare", "The person and a guardian"
        ),
    },
    ConsultationTopic: {
        ConsultationTopic.ASSESSMENT: Label("Bedömning av tecken", "Assessment of indicators"),
        ConsultationTopic.REFLECTION_PERIOD: Label("Betänketid", "Reflection period"),
        ConsultationTopic.PROTECTED_ACCOMMODATION: Label(
            "Skyddat boende", "Protected accommodation"
        ),
        ConsultationTopic.SAFE_RETURN: Label("Tryggt återvändande", "Safe return"),
        ConsultationTopic.LEGAL_QUESTIONS: Label("Juridiska frågor", "Legal questions"),
        ConsultationTopic.OTHER: Label("Annat", "Something else"),
    },
    InterventionStatus: {
        InterventionStatus.DECIDED: Label("Beslutad", "Decided"),
        InterventionStatus.STARTED: Label("Pågår", "Under way"),
        InterventionStatus.ENDED: Label("Avslutad", "Ended"),
    },
    CaseOutcome: {
        CaseOutcome.NEEDS_MET: Label("Behoven är tillgodosedda", "The needs are met"),
        CaseOutcome.NO_NEED_FOUND: Label("Inget behov av insatser", "No need found"),
        CaseOutcome.REFERRED_ON: Label("Hänvisad till annan", "Referred on to somebody else"),
        CaseOutcome.MOVED_AWAY: Label("Annan kommun ansvarar", "Another municipality takes over"),
        CaseOutcome.HELP_DECLINED: Label("Personen tackade nej", "The person declined help"),
        CaseOutcome.CONTACT_LOST: Label("Kontakten har brutits", "Contact was lost"),
        CaseOutcome.DECEASED: Label("Avliden", "Deceased"),
        CaseOutcome.DUPLICATE: Label("Dubblett, ett annat ärende fortsätter", "Duplicate"),
        CaseOutcome.MISRECORDED: Label("Felaktigt registrerat", "Misrecorded"),
    },
    ActivityKind: {
        ActivityKind.PREVENTION: Label("Förebyggande arbete", "Prevention"),
        ActivityKind.OUTREACH_SHIFT: Label("Uppsökande pass", "Outreach shift"),
        ActivityKind.INFORMATION: Label("Information", "Information for an age band"),
        ActivityKind.INFORMATION_CAMPAIGN: Label(
            "Riktad informationskampanj", "Targeted information campaign"
        ),
        ActivityKind.COMPETENCE_BUILDING: Label("Kompetenshöjande insats", "Competence building"),
        ActivityKind.COORDINATION: Label("Samordning", "Coordination"),
    },
    ActivityStatus: {
        ActivityStatus.PLANNED: Label("Planerad", "Planned"),
        ActivityStatus.HELD: Label("Genomförd", "Held"),
        ActivityStatus.CANCELLED: Label("Inställd", "Cancelled"),
    },
    PlaceKind: {
        PlaceKind.SCHOOL: Label("Skola", "School"),
        PlaceKind.STREET: Label("Gatan", "Street"),
        PlaceKind.MEETING_PLACE: Label("Öppen mötesplats", "Open meeting place"),
        PlaceKind.PREMISES: Label("Egna lokaler", "Own premises"),
        PlaceKind.ONLINE: Label("På nätet", "Online"),
        PlaceKind.OTHER: Label("Annan plats", "Other place"),
    },
    Audience: {
        Audience.PUPILS: Label("Elever", "Pupils"),
        Audience.YOUNG_PEOPLE: Label("Unga", "Young people"),
        Audience.EU_CITIZENS: Label("EU-medborgare i gatumiljö", "EU citizens in street settings"),
        Audience.HOMELESS_PEOPLE: Label(
            "Personer i hemlöshet eller missbruk", "Homeless people, people with substance abuse"
        ),
        Audience.PUBLIC: Label("Allmänheten", "The public"),
        Audience.STAFF: Label("Personal", "Staff"),
        Audience.PARTNERS: Label("Samverkansparter", "Partners"),
    },
    AgeBand: {
        AgeBand.AGED_0_TO_15: Label("0-15 år", "Aged 0-15"),
        AgeBand.AGED_16_TO_21: Label("16-21 år", "Aged 16-21"),
        AgeBand.AGED_22_AND_OVER: Label("22 år eller äldre", "Aged 22 or older"),
    },
    CorrectionReason: {
        CorrectionReason.MISCOUNTED: Label("Felräknat", "Miscounted"),
        CorrectionReason.MISTYPED: Label("Felskrivet", "Mistyped"),
        CorrectionReason.COUNTED_TWICE: Label("Räknat två gånger", "Counted twice"),
    },
    LeaveCorrection: {
        LeaveCorrection.MISTYPED: Label("Felskrivet", "Mistyped"),
        LeaveCorrection.MOVED: Label("Flyttad till andra dagar", "Moved to other days"),
    },
    CancellationReason: {
        CancellationReason.STAFF_ABSENT: Label("Personal saknades", "Staff were absent"),
        CancellationReason.PARTNER_DECLINED: Label("En part tackade nej", "A partner declined"),
        CancellationReason.TOO_FEW: Label("För få deltagare", "Too few took part"),
        CancellationReason.OTHER: Label("Annat skäl", "Other reason"),
    },
    ClockKind: {
        ClockKind.PROTECTION_ASSESSMENT: Label(
            "Omedelbar skyddsbedömning", "Immediate protection assessment"
        ),
        ClockKind.PRELIMINARY_ASSESSMENT: Label("Förhandsbedömning", "Preliminary assessment"),
        ClockKind.CHILD_INVESTIGATION: Label("Barnutredning", "Child investigation"),
        ClockKind.THOSE_CONCERNED_INFORMED: Label(
            "Underrätta dem utredningen rör", "Inform those concerned"
        ),
        ClockKind.OUTCOME_NOTIFIED: Label("Underrätta om utgången", "Inform of the outcome"),
        ClockKind.INVESTIGATION_OPENED: Label("Inleda utredning", "Open an investigation"),
        ClockKind.ADULT_INVESTIGATION: Label("Utredning av vuxen", "Adult investigation"),
        ClockKind.REPORTER_FEEDBACK: Label(
            "Återkoppling till anmälaren", "Feedback to the mandated reporter"
        ),
        ClockKind.LATE_REPORTER_FEEDBACK: Label(
            "Återkoppling som anmälaren begärt i efterhand",
            "Feedback that the mandated reporter asked for later",
        ),
        ClockKind.ASSIGNMENT_REVIEWED: Label("Tilldelningen prövad", "Assignment reviewed"),
        ClockKind.OPERATION_ACKNOWLEDGED: Label(
            "Polisinsatsen bekräftad", "Police operation acknowledged"
        ),
        ClockKind.REFERRAL_ROUTED: Label("Aktualiseringen fördelad", "Referral routed"),
        ClockKind.REFERRAL_ANSWER: Label("Svar på aktualisering", "Referral answered"),
        ClockKind.HANDOVER_ANSWER: Label("Svar på överlämning", "Handover answered"),
        ClockKind.TAKEOVER_ANSWER: Label(
            "Svar på en begäran om att ta över", "Request to take over answered"
        ),
        ClockKind.REFLECTION_PERIOD: Label("Betänketid", "Reflection period"),
        ClockKind.APPLICATION_FOLLOWED_UP: Label("Ansökan följs upp", "Application followed up"),
        ClockKind.EXTERNAL_REFERRAL_FOLLOWED_UP: Label(
            "Remiss följs upp", "External referral followed up"
        ),
        ClockKind.TRANSFER_ANSWER: Label(
            "Svar på överflyttning från annan kommun", "Transfer answered by another municipality"
        ),
        ClockKind.INSPECTORATE_OPTION: Label(
            "Överflyttningen får tas till Ivo", "The transfer may be taken to the inspectorate"
        ),
        ClockKind.INSPECTORATE_DECISION: Label(
            "Ivos beslut om överflyttning", "The inspectorate's decision on the transfer"
        ),
        ClockKind.MAJORITY: Label("Övergång vid 18 år", "Transition at 18"),
        ClockKind.DISPOSAL: Label("Gallring", "Disposal"),
        ClockKind.CONFIDENTIALITY_REVIEW: Label("Sekretessgranskning", "Confidentiality review"),
    },
    DeadlineKind: {
        DeadlineKind.ANSWER: Label("Svar senast", "Answer due"),
        DeadlineKind.DECISION: Label("Beslut senast", "Decision due"),
        DeadlineKind.CONCLUSION: Label("Klart senast", "Conclusion due"),
        DeadlineKind.NOTICE: Label("Besked senast", "Notice due"),
        DeadlineKind.REVIEW: Label("Genomgång senast", "Review due"),
    },
    StatuteVersion: {
        StatuteVersion.SOL_2001: Label(
            "Socialtjänstlagen (2001:453)", "Social Services Act 2001:453"
        ),
        StatuteVersion.SOL_2025: Label(
            "Socialtjänstlagen (2025:400)", "Social Services Act 2025:400"
        ),
    },
    ExtensionGround: {
        ExtensionGround.EXCEPTIONAL_GROUNDS: Label("Synnerliga skäl", "Exceptional grounds"),
        ExtensionGround.SPECIAL_GROUNDS: Label("Särskilda skäl", "Special grounds"),
    },
    MandateMatter: {
        MandateMatter.TEAM: Label("Inrätta ett team", "Set up a team"),
        MandateMatter.RECEPTION_INQUIRY: Label(
            "Utreda behovet av en mottagning", "Inquire into the need for a reception"
        ),
        MandateMatter.BUYER_SUPPORT_REVIEW: Label(
            "Se över stödet till köpare", "Review the support for buyers"
        ),
        MandateMatter.PROPOSAL: Label("Godkänna förslaget", "Approve the proposal"),
    },
    InquiryKind: {
        InquiryKind.RECEPTION: Label("Behovet av en mottagning", "The need for a reception"),
        InquiryKind.RECEPTION_FOR_RELATIVES: Label(
            "Behovet av en mottagning för anhöriga", "The need for a reception for relatives"
        ),
        InquiryKind.BUYER_SUPPORT: Label("Stödet till köpare", "The support for buyers"),
    },
    NeedKind: {
        NeedKind.COUNSELLING: Label("Samtalsstöd", "Counselling"),
        NeedKind.RECEPTION: Label("En mottagning", "A reception"),
    },
    NeedGroup: {
        NeedGroup.SOLD_SEX: Label("Har sålt sex", "Have sold sex"),
        NeedGroup.SELF_HARM: Label("Självskada genom sex", "Self-harm by sex"),
        NeedGroup.TRAFFICKED: Label("Utsatta för människohandel", "Were trafficked"),
        NeedGroup.RELATIVES: Label("Anhöriga", "Relatives"),
        NeedGroup.BUYERS: Label("Köpare", "Buyers"),
        NeedGroup.UNKNOWN: Label("Okänt", "Unknown"),
    },
    TeamFuture: {
        TeamFuture.PERMANENT: Label("Permanent", "Made permanent"),
        TeamFuture.WOUND_UP: Label("Avvecklat", "Wound up"),
    },
    UnitKind: {
        UnitKind.AUTHORITY_WORK: Label("Myndighetsutövning", "Exercise of authority"),
        UnitKind.ADVICE_AND_SUPPORT: Label("Råd och stöd", "Advice and support"),
        UnitKind.EXTERNAL: Label("Extern part", "External party"),
        UnitKind.ADMINISTRATION: Label("Förvaltningsgemensamt", "Administration"),
    },
    PartyKind: {
        PartyKind.POLICE: Label("Polisen", "The police"),
        PartyKind.CIVIL_SOCIETY: Label("Civilsamhället", "Civil society"),
        PartyKind.SCHOOL: Label("Skolan", "School"),
        PartyKind.HEALTH_CARE: Label("Hälso- och sjukvården", "Health care"),
        PartyKind.COORDINATION: Label("Regional samordning", "Regional coordination"),
        PartyKind.OTHER: Label("Annan", "Other"),
    },
    ReceiptStatus: {
        ReceiptStatus.WAITING: Label("Fördelad, väntar på svar", "Routed, waits for an answer"),
        ReceiptStatus.ANSWERED: Label("Besvarad", "Answered"),
        ReceiptStatus.WITHDRAWN: Label("Återtagen", "Withdrawn"),
    },
    StaffRole: {
        StaffRole.CASE_WORKER: Label("Socialsekreterare", "Case worker"),
        StaffRole.UNIT_MANAGER: Label("Enhetschef", "Unit manager"),
        StaffRole.REGIONAL_COORDINATOR: Label("Regionkoordinator", "Regional coordinator"),
        StaffRole.OUTREACH_WORKER: Label("Uppsökare", "Outreach worker"),
        StaffRole.STRATEGIC_SUPPORT: Label("Strategiskt stöd", "Strategic support"),
        StaffRole.EXTERNAL_SENDER: Label("Extern avsändare", "External sender"),
        StaffRole.AUDITOR: Label("Granskare", "Auditor"),
        StaffRole.ANALYST: Label("Analytiker", "Analyst"),
        StaffRole.ADMINISTRATOR: Label("Administratör", "Administrator"),
    },
    Qualification: {
        Qualification.CHILDREN_AND_YOUNG_PEOPLE: Label(
            "Behörig för arbete med barn och unga",
            "Qualified for work with children and young people",
        ),
    },
    SamplingRule: {
        SamplingRule.RANDOM: Label("Slumpmässigt av alla", "At random of all"),
        SamplingRule.PER_READER: Label("Slumpmässigt per läsare", "At random per reader"),
    },
    AccessFlag: {
        AccessFlag.NO_ASSIGNMENT: Label("Inte tilldelad då", "Not assigned at the time"),
        AccessFlag.OWN_NAME: Label("Samma efternamn", "The reader's own family name"),
        AccessFlag.OUTSIDE_HOURS: Label("Utanför arbetstid", "Outside working hours"),
        AccessFlag.PROTECTED_IDENTITY: Label("Skyddad identitet", "Protected identity"),
        AccessFlag.BROKEN_GLASS: Label("Nödåtkomst", "Emergency access"),
        AccessFlag.MANY_CASES: Label("Många ärenden på kort tid", "Many cases in a short time"),
        AccessFlag.AFTER_CLOSING: Label("Efter avslut", "After closing"),
        AccessFlag.ACROSS_SIDES: Label("Försök över en spärr", "Tried across a compartment"),
    },
    AccessJudgement: {
        AccessJudgement.JUSTIFIED: Label("Befogad", "Justified"),
        AccessJudgement.NOT_JUSTIFIED: Label("Inte befogad", "Not justified"),
    },
    FindingKind: {
        FindingKind.UNJUSTIFIED_ACCESS: Label("Obefogad åtkomst", "Unjustified access"),
        FindingKind.PERMISSION_TOO_WIDE: Label("För vid behörighet", "Permission too wide"),
        FindingKind.ROUTINE_MISSING: Label("Rutin saknas", "A routine is missing"),
    },
    Purpose: {
        Purpose.CASE_WORK: Label("Handläggning", "Case work"),
        Purpose.INTAKE: Label("Mottagning", "Intake"),
        Purpose.SUPERVISION: Label("Arbetsledning", "Supervision"),
        Purpose.REVIEW: Label("Granskning", "Review"),
        Purpose.FOLLOW_UP: Label("Uppföljning av det lämnade", "Follow-up of what was sent"),
        Purpose.CLOCK: Label("Frister", "Clocks"),
        Purpose.DISPOSAL: Label("Gallring", "Disposal"),
        Purpose.SUBJECT_ACCESS: Label("Registerutdrag till personen", "For the person concerned"),
        Purpose.EMERGENCY: Label("Nödläge", "Emergency"),
    },
    HoldGround: {
        HoldGround.PARENTHOOD: Label("Faderskap eller föräldraskap", "Paternity or parenthood"),
        HoldGround.ADOPTION: Label("Adoption av barn", "Adoption"),
        HoldGround.CHILD_PLACEMENT: Label("Placering av barn", "A child's placement"),
        HoldGround.STILL_NEEDED: Label("Behövs ännu", "Still needed"),
    },
    RetentionRule: {
        RetentionRule.IN_USE: Label(
            "Akten används ännu", "The file is open, or waits for an answer"
        ),
        RetentionRule.LEGAL_HOLD: Label(
            "Någon har angett att akten behövs ännu", "Somebody has stated that it is needed still"
        ),
        RetentionRule.NEVER: Label(
            "Handlingar som aldrig gallras: faderskap eller föräldraskap, adoption, placering",
            "Documents that are never disposed of: parenthood, adoption, a child's placement",
        ),
        RetentionRule.BIRTH_DATE_UNKNOWN: Label(
            "Födelsedatum är okänt", "The birth date is not known"
        ),
        RetentionRule.RESEARCH: Label(
            "Bevaras för forskning (född den 5, 15 eller 25)",
            "Kept for research (born on the 5th, 15th or 25th)",
        ),
        RetentionRule.CHILD_INVESTIGATION: Label(
            "Barnavårdsutredning bevaras tills personen är 30 år",
            "An investigation of a child is kept until the person is 30",
        ),
        RetentionRule.COMPILATIONS: Label(
            "Uppgifter om personen finns kvar i sammanställningar",
            "The person's data in compilations must remain",
        ),
        RetentionRule.FIVE_YEARS: Label(
            "Fem år efter sista anteckningen", "Five years after the last note"
        ),
    },
    DisposalStatus: {
        DisposalStatus.PLANNED: Label("Planerad", "Planned"),
        DisposalStatus.REJECTED: Label("Avvisad", "Rejected"),
        DisposalStatus.APPROVED: Label("Godkänd", "Approved"),
        DisposalStatus.EXECUTED: Label("Genomförd", "Executed"),
        DisposalStatus.ERASED: Label("Nycklarna är raderade", "Erased, keys and all"),
    },
    Rule: {
        Rule.R0: Label(
            "Ingen annan regel avgör: enhetschefen vid ingången för vuxna bedömer vem som tar vid.",
            "No other rule decides: the unit manager of the adults' entry point sorts it.",
        ),
        Rule.R1: Label(
            "Ett barn, 0-17 år, som utnyttjas tas emot av ingången för barn, oavsett form.",
            "A child, 0-17, exploited in whatever form is received by the children's entry point.",
        ),
        Rule.R2: Label(
            "Ingången för vuxna tar över den som är 18 år eller äldre vid misstanke om "
            "prostitution, människohandel för sexuella ändamål eller våld av närstående.",
            "The adults' entry point takes over whoever is 18 or older on suspicion of "
            "prostitution, trafficking for sexual purposes or violence by somebody close.",
        ),
        Rule.R3: Label(
            "Åldern är inte fastställd: personen behandlas som barn, om inte en namngiven person "
            "har bedömt att hen är vuxen. När åldern är känd prövas fördelningen på nytt.",
            "The age is not established: the person is treated as a child, unless a named person "
            "has assessed them as adult. Once the age is known, the routing is tried anew.",
        ),
        Rule.R4: Label(
            "Uppsökande arbete bland unga anmäler oro för den som far illa till ingången för "
            "barn; är personen 18-20 år går anmälan vidare till ingången för vuxna.",
            "Youth outreach reports concern to the children's entry point; for somebody aged "
            "18-20 the report goes on to the adults' entry point.",
        ),
        Rule.R5: Label(
            "Uppsökande arbete som misstänker prostitution eller människohandel, vid hemlöshet "
            "och missbruk även våld, lämnar över till ingången för vuxna; ett barn anmäls.",
            "Outreach that suspects prostitution or trafficking, with homelessness and substance "
            "abuse violence too, hands over to the adults' entry point; a child is reported.",
        ),
        Rule.R6: Label(
            "Den som möts vid en riktad polisinsats aktualiseras för sig; regionkoordinatorerna "
            "medverkar men får veta vem det är bara med samtycke.",
            "Each person met in a targeted police operation is a referral of its own; the regional "
            "coordinators take part but learn who it is only with consent.",
        ),
        Rule.R7: Label(
            "Förebyggande, uppsökande och informerande arbete för 16-21 år leds av ingången för "
            "vuxna i samverkan med regionkoordinatorerna; riktade kampanjer leder de tillsammans.",
            "Prevention, outreach and information for ages 16-21 is led by the adults' entry point "
            "with the regional coordinators; targeted campaigns they lead together.",
        ),
        Rule.R8: Label(
            "Civilsamhället lotsar personen hit; någon anmälningsskyldighet följer inte av det.",
            "Civil society signposts the person here; no duty to report follows from that.",
        ),
        Rule.R9: Label(
            "Köpare av sexuella tjänster och våldsutövare möts åtskilt från utsatta, av en egen "
            "verksamhet; den som är under 18 år av ingången för barn.",
            "Buyers of sexual services and perpetrators of violence are met apart from exposed "
            "persons, by a line of their own; under 18 by the children's entry point.",
        ),
        Rule.R10: Label(
            "Ett barn i en familj där någon är utsatt anmäls för sig till ingången för barn.",
            "A child in the family of somebody exposed is reported to the children's entry point.",
        ),
        Rule.R11: Label(
            "Den som är 18-20 år tas emot av ingången för vuxna; ingången för barn kan rådfrågas.",
            "Aged 18-20: the adults' entry point; the children's entry point may be consulted.",
        ),
        Rule.R12: Label(
            "En vuxen som utnyttjas på annat sätt än sexuellt, utan våld av närstående, ligger "
            "utanför uppdraget: det registreras och personen hänvisas vidare.",
            "An adult exploited other than sexually, without violence by somebody close, is out of "
            "scope: it is recorded and the person is referred on.",
        ),
        Rule.R13: Label(
            "Den som fyller 18 år går enligt plan, med nytt samtycke, över till en vuxenenhet.",
            "Whoever turns 18 moves to a unit for adults as planned, with consent taken anew.",
        ),
        Rule.R14: Label(
            "Den som vistas här men bor någon annanstans får akut hjälp här, och annan hjälp om "
            "inte en annan kommun klart är ansvarig.",
            "Somebody who stays here but lives elsewhere gets acute help here, and other help "
            "unless another municipality is clearly responsible.",
        ),
        Rule.R15: Label(
            "En vuxen anhörig till en utsatt person får stöd av en egen verksamhet.",
            "An adult relative of an exposed person is supported by a line of its own.",
        ),
        Rule.R16: Label(
            "Rollen är inte känd: det hålls för sig, hos den enhet som åldern pekar på, så länge.",
            "The role is not known: it is kept apart, at the unit the age points to, until it is.",
        ),
    },
}
