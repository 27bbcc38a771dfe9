"""The words that facts are told in: coded values, stored in events and served by the API.

A value is never changed once released; `labels.py` says it in Swedish and English. A code that
tells delicate circumstances (role, concern, rule) never stands in the clear in an event.
"""

from enum import StrEnum

# --- the person ------------------------------------------------------------------------------


class PersonRole(StrEnum):
    """In what role somebody is met (S21); with the role comes the compartment."""

    EXPOSED = "exposed"
    BUYER = "buyer"
    PERPETRATOR = "perpetrator"  # of violence
    RELATIVE = "relative"
    UNKNOWN = "unknown"


class AgeKnowledge(StrEnum):
    """What is known of the age, as coarse as the routing needs it."""

    MINOR = "minor"  # 0-17
    YOUNG_ADULT = "young-adult"  # 18-20
    ADULT = "adult"  # 21 or older
    UNKNOWN = "unknown"
    ASSESSED_ADULT = "assessed-adult"  # unknown, but a named person assessed 18 or older (R3)

    @property
    def is_established(self) -> bool:
        return self not in (AgeKnowledge.UNKNOWN, AgeKnowledge.ASSESSED_ADULT)

    @property
    def is_of_age(self) -> bool:
        """18 or older, and not only assessed so: no guardian decides any more (R13)."""
        return self in (AgeKnowledge.YOUNG_ADULT, AgeKnowledge.ADULT)


class Gender(StrEnum):
    """Recorded, never used for routing (S38)."""

    WOMAN = "woman"
    MAN = "man"
    OTHER = "other"
    UNKNOWN = "unknown"


class Residence(StrEnum):
    """Where somebody belongs; who only stays here is met here all the same (S39, R14)."""

    BELONGS_HERE = "belongs-here"
    STAYS_HERE = "stays-here"  # lives in another municipality or country
    ELSEWHERE = "elsewhere"  # neither lives nor stays here
    UNKNOWN = "unknown"


class IdentityKind(StrEnum):
    """By what number somebody is known, if by any."""

    PERSONAL_NUMBER = "personal-number"
    COORDINATION_NUMBER = "coordination-number"
    NONE = "none"


class IdentityLevel(StrEnum):
    """How sure an identity is; neither age nor gender is ever derived from an uncertain one."""

    CONFIRMED = "confirmed"
    PROBABLE = "probable"
    UNCERTAIN = "uncertain"


class IdentitySource(StrEnum):
    """Who says who somebody is."""

    OWN_WORD = "own-word"
    DOCUMENT = "document"  # a passport, an identity card
    REGISTER = "register"  # of the population
    AUTHORITY = "authority"  # the police, the Migration Agency
    CLOSE_PERSON = "close-person"
    COLLEAGUE = "colleague"
    OTHER = "other"


class ProtectionKind(StrEnum):
    """Why somebody's identity is protected."""

    CONFIDENTIALITY_FLAG = "confidentiality-flag"
    PROTECTED_REGISTRATION = "protected-registration"  # of the population
    FICTITIOUS_DATA = "fictitious-data"


class GuardianshipEnd(StrEnum):
    """Why a guardian's rights ended; by majority they end without anybody's act (R13)."""

    MAJORITY = "majority"
    COURT_DECISION = "court-decision"
    DECEASED = "deceased"
    MISRECORDED = "misrecorded"


class Concern(StrEnum):
    """What is feared; suspicion is enough."""

    PROSTITUTION = "prostitution"
    TRAFFICKING = "trafficking"  # for sexual purposes
    CLOSE_VIOLENCE = "close-violence"  # or threats, by somebody close (S23)
    FORCED_MARRIAGE = "forced-marriage"  # counts as violence by relatives (R12)
    FARES_BADLY = "fares-badly"  # a child or young person (S29)
    OTHER_EXPLOITATION = "other-exploitation"  # labour, begging, crime (S86)
    UNKNOWN = "unknown"


class Compartment(StrEnum):
    """Which workers may ever see it (S76-S78).

    The stored codes are neutral because they stand in the clear: in a dump, a log line or a
    screen seen over a shoulder, "b" must not tell that somebody is a buyer. The names here are for
    readers of the code alone; the labels are as neutral as the codes.
    """

    EXPOSED = "a"
    PERPETRATOR = "b"  # buyers too
    RELATIVE = "c"
    TRIAGE = "t"  # the role is not known yet (R16)


# --- the referral ----------------------------------------------------------------------------


class Source(StrEnum):
    """Who brought it to the social services."""

    YOUTH_OUTREACH = "youth-outreach"
    HOMELESS_OUTREACH = "homeless-outreach"  # homeless people and people with substance abuse
    OTHER_ADVICE_AND_SUPPORT = "other-advice-and-support"
    POLICE_OPERATION = "police-operation"  # met in a targeted operation (S31)
    POLICE = "police"
    CIVIL_SOCIETY = "civil-society"
    SCHOOL = "school"
    HEALTH_CARE = "health-care"
    SELF = "self"
    CLOSE_PERSON = "close-person"
    OTHER_UNIT = "other-unit"  # of the administration
    OTHER_MUNICIPALITY = "other-municipality"
    OTHER = "other"


class Channel(StrEnum):
    """How it arrived."""

    IN_PERSON = "in-person"
    PHONE = "phone"
    LETTER = "letter"
    E_MAIL = "e-mail"
    SECURE_MESSAGE = "secure-message"
    E_SERVICE = "e-service"


class ReferralKind(StrEnum):
    """What the sender meant it to be."""

    REPORT_OF_CONCERN = "report-of-concern"
    APPLICATION = "application"
    POLICE_OPERATION_CONTACT = "police-operation-contact"
    SIGNPOSTING = "signposting"
    SENT_ON = "sent-on"  # by advice and support


class ReceiptStatus(StrEnum):
    """What a sender learns of what it sent: nothing of whom, by whom or on which side (S15-S20)."""

    WAITING = "waiting"  # routed; somebody must answer
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"  # by the sender


class DeclineReason(StrEnum):
    """Why a referral, or a handover that R2 binds, was declined; there is no other reason (S30).

    A duplicate is joined, not declined.
    """

    WRONG_AGE = "wrong-age"
    OTHER_MUNICIPALITY = "other-municipality"


class HandoverDeclineReason(StrEnum):
    """Why a handover was declined where R2 does not bind; it contains R2's reasons."""

    WRONG_AGE = "wrong-age"
    OTHER_MUNICIPALITY = "other-municipality"
    NO_NEED = "no-need"
    INSUFFICIENT_INFORMATION = "insufficient-information"
    OTHER = "other"


class TakeoverDeclineReason(StrEnum):
    """Why a case is not given to a unit that asks for it; the unit reads it and nothing else."""

    RULES_POINT_HERE = "rules-point-here"
    WORK_IS_UNDER_WAY = "work-is-under-way"  # and is finished where it is (R13)
    PERSON_OBJECTS = "person-objects"
    GOES_ELSEWHERE = "goes-elsewhere"
    OTHER = "other"


# --- the case --------------------------------------------------------------------------------


class InformationKind(StrEnum):
    """What goes along in a handover."""

    IDENTITY = "identity"
    CONTACT = "contact"
    CIRCUMSTANCES = "circumstances"
    NOTES = "notes"
    TIMELINE = "timeline"


class Presumption(StrEnum):
    """What somebody named assessed: nobody formally identifies victims (w)."""

    GROUNDS = "grounds"  # to presume a victim of trafficking in human beings
    NO_GROUNDS = "no-grounds"
    UNCLEAR = "unclear"


class Exploitation(StrEnum):
    """In what form somebody was assessed to be exploited; what is not sexual is R12's."""

    SEXUAL = "sexual"
    LABOUR = "labour"
    BEGGING = "begging"
    CRIME = "crime"
    OTHER = "other"
    UNKNOWN = "unknown"


class RiskLevel(StrEnum):
    LOW = "low"
    RAISED = "raised"
    HIGH = "high"
    ACUTE = "acute"


class InvestigationConclusion(StrEnum):
    """With what an investigation ended."""

    INTERVENTION = "intervention"
    NO_INTERVENTION = "no-intervention"
    DECLINED = "declined"  # by the person
    DISCONTINUED = "discontinued"


class InterventionKind(StrEnum):
    COUNSELLING = "counselling"
    PROTECTED_ACCOMMODATION = "protected-accommodation"
    FINANCIAL_ASSISTANCE = "financial-assistance"
    SAFE_RETURN = "safe-return"
    HEALTH_CARE = "health-care"
    LEGAL_AID = "legal-aid"
    CONTACT_PERSON = "contact-person"
    SUBSTANCE_ABUSE_TREATMENT = "substance-abuse-treatment"
    OTHER = "other"


class Provider(StrEnum):
    """Who provides an intervention (S53, S67)."""

    OWN_UNIT = "own-unit"
    OTHER_UNIT = "other-unit"  # of the administration
    REGION = "region"
    WITH_THE_REGION = "with-the-region"  # jointly
    CIVIL_SOCIETY = "civil-society"
    REGIONAL_COORDINATORS = "regional-coordinators"
    OTHER = "other"


class InterventionEnd(StrEnum):
    COMPLETED = "completed"
    BROKEN_OFF = "broken-off"
    DECLINED = "declined"  # by the person, before or after it started
    REPLACED = "replaced"


class ApplicationKind(StrEnum):
    """What is applied for with another authority."""

    REFLECTION_PERIOD = "reflection-period"  # UtlL 5:15
    RESIDENCE_PERMIT = "residence-permit"
    COMPENSATION = "compensation"
    OTHER = "other"


class DisclosureGround(StrEnum):
    """On what something crosses a border of secrecy: a closed list (domain.md, section 5)."""

    CONSENT = "consent"
    GUARDIAN = "guardian"
    HARM_TEST = "harm-test"
    OWN_WORK = "own-work"
    TECHNICAL_PROCESSING = "technical-processing"
    WEIGHED = "weighed"
    YOUNG_OFFENDERS = "young-offenders"
    CLOSE_VIOLENCE = "close-violence"
    YOUNG_IN_DANGER = "young-in-danger"
    CRIME_AGAINST_CHILD = "crime-against-child"
    SERIOUS_CRIME = "serious-crime"
    OTHER_CRIME = "other-crime"
    DUTY = "duty"
    CARE = "care"
    PLACEMENT = "placement"
    REPORTER_FEEDBACK = "reporter-feedback"


class ExternalAnswer(StrEnum):
    """What somebody outside answered to a referral."""

    TAKEN_ON = "taken-on"
    DECLINED = "declined"
    WAITING_LIST = "waiting-list"
    NEVER_CAME = "never-came"  # the person did not


class TransferAnswer(StrEnum):
    """What another municipality, or the inspectorate, said to a transfer (R14)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class LinkKind(StrEnum):
    """Why two cases of one compartment belong together."""

    SAME_FAMILY = "same-family"
    SAME_PLACE = "same-place"  # where they were met
    SAME_NETWORK = "same-network"  # of those who exploit
    SAME_PERSON = "same-person"  # an earlier case
    OTHER = "other"


class Receiver(StrEnum):
    """Who is told something across a border of secrecy, with consent or another ground."""

    REGIONAL_COORDINATORS = "regional-coordinators"
    REGION = "region"  # health care (S19)
    POLICE = "police"
    SCHOOL = "school"
    CIVIL_SOCIETY = "civil-society"
    OTHER_MUNICIPALITY = "other-municipality"
    OTHER_AUTHORITY = "other-authority"
    LEGAL_COUNSEL = "legal-counsel"
    CLOSE_PERSON = "close-person"


class ConsentGiver(StrEnum):
    """Who consented: the person, a guardian for a child (OSL 12:3), or both."""

    PERSON = "person"
    GUARDIAN = "guardian"
    PERSON_AND_GUARDIAN = "person-and-guardian"


class ConsultationTopic(StrEnum):
    """What a coordinator was asked about, without a word of the person."""

    ASSESSMENT = "assessment"  # of indicators
    REFLECTION_PERIOD = "reflection-period"
    PROTECTED_ACCOMMODATION = "protected-accommodation"
    SAFE_RETURN = "safe-return"
    LEGAL_QUESTIONS = "legal-questions"
    OTHER = "other"


class CaseOutcome(StrEnum):
    """How a case ended."""

    NEEDS_MET = "needs-met"
    NO_NEED_FOUND = "no-need-found"
    REFERRED_ON = "referred-on"  # somebody outside the administration took over
    MOVED_AWAY = "moved-away"  # another municipality is responsible
    HELP_DECLINED = "help-declined"  # by the person
    CONTACT_LOST = "contact-lost"
    DECEASED = "deceased"
    DUPLICATE = "duplicate"  # the person's other case goes on
    MISRECORDED = "misrecorded"  # on the wrong side; received anew on the right one (R16)


# --- activities ------------------------------------------------------------------------------


class ActivityKind(StrEnum):
    """What an activity is; nobody is recorded in one (S79)."""

    PREVENTION = "prevention"
    OUTREACH_SHIFT = "outreach-shift"
    INFORMATION = "information"  # for an age band
    INFORMATION_CAMPAIGN = "information-campaign"  # targeted, without an age band (R7)
    COMPETENCE_BUILDING = "competence-building"
    COORDINATION = "coordination"  # by strategic support (S35)


class PlaceKind(StrEnum):
    """Where it is, as a kind: an address could tell of somebody."""

    SCHOOL = "school"
    STREET = "street"
    MEETING_PLACE = "meeting-place"
    PREMISES = "premises"  # of those who carry it
    ONLINE = "online"
    OTHER = "other"


class Audience(StrEnum):
    """Whom it is for."""

    PUPILS = "pupils"
    YOUNG_PEOPLE = "young-people"
    EU_CITIZENS = "eu-citizens"  # in street settings (S44)
    HOMELESS_PEOPLE = "homeless-people"  # and people with substance abuse (S45)
    PUBLIC = "public"
    STAFF = "staff"
    PARTNERS = "partners"  # other organisations and authorities (S20)


class AgeBand(StrEnum):
    """As coarse as R7 needs it."""

    AGED_0_TO_15 = "aged-0-to-15"
    AGED_16_TO_21 = "aged-16-to-21"
    AGED_22_AND_OVER = "aged-22-and-over"


class CorrectionReason(StrEnum):
    """Why what was told of an activity was wrong."""

    MISCOUNTED = "miscounted"
    MISTYPED = "mistyped"
    COUNTED_TWICE = "counted-twice"


class CancellationReason(StrEnum):
    """Why an activity was not held."""

    STAFF_ABSENT = "staff-absent"
    PARTNER_DECLINED = "partner-declined"
    TOO_FEW = "too-few"
    OTHER = "other"


class LeaveCorrection(StrEnum):
    """Why what was told of a leave was wrong; never why somebody is away."""

    MISTYPED = "mistyped"
    MOVED = "moved"  # to other days


# --- clocks (section 4) ----------------------------------------------------------------------


class ClockKind(StrEnum):
    """Which clock runs. Most names tell something delicate: in an event it is always sealed."""

    PROTECTION_ASSESSMENT = "protection-assessment"
    PRELIMINARY_ASSESSMENT = "preliminary-assessment"
    CHILD_INVESTIGATION = "child-investigation"
    THOSE_CONCERNED_INFORMED = "those-concerned-informed"
    OUTCOME_NOTIFIED = "outcome-notified"
    INVESTIGATION_OPENED = "investigation-opened"  # where no assessment goes before it
    ADULT_INVESTIGATION = "adult-investigation"
    REPORTER_FEEDBACK = "reporter-feedback"  # asked for before the decision
    LATE_REPORTER_FEEDBACK = "late-reporter-feedback"  # asked for after it
    ASSIGNMENT_REVIEWED = "assignment-reviewed"  # whether who is assigned is qualified (SoL 25:1)
    OPERATION_ACKNOWLEDGED = "operation-acknowledged"
    REFERRAL_ROUTED = "referral-routed"
    REFERRAL_ANSWER = "referral-answer"
    HANDOVER_ANSWER = "handover-answer"
    TAKEOVER_ANSWER = "takeover-answer"
    REFLECTION_PERIOD = "reflection-period"
    APPLICATION_FOLLOWED_UP = "application-followed-up"
    EXTERNAL_REFERRAL_FOLLOWED_UP = "external-referral-followed-up"
    TRANSFER_ANSWER = "transfer-answer"  # from another municipality
    INSPECTORATE_OPTION = "inspectorate-option"  # when it does not reply
    INSPECTORATE_DECISION = "inspectorate-decision"
    MAJORITY = "majority"
    DISPOSAL = "disposal"
    CONFIDENTIALITY_REVIEW = "confidentiality-review"


class DeadlineKind(StrEnum):
    """What a compilation tells of a clock (SoLPuL 7 a §): what is due, and nothing of why. No word
    belongs to one clock alone: a list of it would be a list of those whom the clock is about."""

    ANSWER = "answer"
    DECISION = "decision"
    CONCLUSION = "conclusion"
    NOTICE = "notice"
    REVIEW = "review"

    @classmethod
    def _missing_(cls, value: object) -> "DeadlineKind | None":
        """As it was stored while one clock had a word of its own."""
        return cls.DECISION if value == "assessment" else None


class StatuteVersion(StrEnum):
    """The law that a clock was started under; the legal moment decides."""

    SOL_2001 = "sol-2001"  # SoL 2001:453
    SOL_2025 = "sol-2025"  # SoL 2025:400, from 2025-07-01


class ExtensionGround(StrEnum):
    """On what ground a clock may be extended."""

    EXCEPTIONAL_GROUNDS = "exceptional-grounds"
    SPECIAL_GROUNDS = "special-grounds"


# --- mandates, inquiries, the team's future --------------------------------------------------


class MandateMatter(StrEnum):
    """What the board has decided on (S1, S50, S51); a decision is public."""

    TEAM = "team"
    RECEPTION_INQUIRY = "reception-inquiry"
    BUYER_SUPPORT_REVIEW = "buyer-support-review"
    PROPOSAL = "proposal"  # approved as a whole: it covers all of these


class InquiryKind(StrEnum):
    """What an inquiry is about; each lies on a side (S76-S78)."""

    RECEPTION = "reception"
    RECEPTION_FOR_RELATIVES = "reception-for-relatives"
    BUYER_SUPPORT = "buyer-support"


class NeedKind(StrEnum):
    """What somebody asked for (S66)."""

    COUNSELLING = "counselling"
    RECEPTION = "reception"  # a place of its own to turn to


class NeedGroup(StrEnum):
    """Whose need it is, as a group (S16): always sealed, and never a person."""

    SOLD_SEX = "sold-sex"
    SELF_HARM = "self-harm"  # by sex
    TRAFFICKED = "trafficked"
    RELATIVES = "relatives"
    BUYERS = "buyers"
    UNKNOWN = "unknown"


class TeamFuture(StrEnum):
    """What becomes of the team after the pilot (S59, S60)."""

    PERMANENT = "permanent"
    WOUND_UP = "wound-up"


# --- the organisation ------------------------------------------------------------------------


class UnitKind(StrEnum):
    """What a unit's work is; in advice and support the law limits what is recorded (S42)."""

    AUTHORITY_WORK = "authority-work"
    ADVICE_AND_SUPPORT = "advice-and-support"
    EXTERNAL = "external"
    ADMINISTRATION = "administration"


class PartyKind(StrEnum):
    """What somebody outside the administration is, with whom the work is coordinated (S15-S20)."""

    POLICE = "police"
    CIVIL_SOCIETY = "civil-society"
    SCHOOL = "school"
    HEALTH_CARE = "health-care"
    COORDINATION = "coordination"  # regional coordinators, not municipal case workers (S11)
    OTHER = "other"


class StaffRole(StrEnum):
    """As what somebody acts, in a unit."""

    CASE_WORKER = "case-worker"
    UNIT_MANAGER = "unit-manager"
    REGIONAL_COORDINATOR = "regional-coordinator"
    OUTREACH_WORKER = "outreach-worker"
    STRATEGIC_SUPPORT = "strategic-support"
    EXTERNAL_SENDER = "external-sender"
    AUDITOR = "auditor"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


class Qualification(StrEnum):
    """What somebody may be trusted with by their degree (SoL 2025:400 25:1)."""

    CHILDREN_AND_YOUNG_PEOPLE = "children-and-young-people"


# --- the confidentiality review (section 6) --------------------------------------------------


class SamplingRule(StrEnum):
    """How the accesses of a review are drawn, beside those that a rule flags."""

    RANDOM = "random"  # of all of them
    PER_READER = "per-reader"  # as many of each who has read


class AccessFlag(StrEnum):
    """Why an access is looked at; a question, not an answer."""

    NO_ASSIGNMENT = "no-assignment"
    OWN_NAME = "own-name"
    OUTSIDE_HOURS = "outside-hours"
    PROTECTED_IDENTITY = "protected-identity"
    BROKEN_GLASS = "broken-glass"
    MANY_CASES = "many-cases"
    AFTER_CLOSING = "after-closing"
    ACROSS_SIDES = "across-sides"


class AccessJudgement(StrEnum):
    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not-justified"


class FindingKind(StrEnum):
    """What a review has found."""

    UNJUSTIFIED_ACCESS = "unjustified-access"
    PERMISSION_TOO_WIDE = "permission-too-wide"
    ROUTINE_MISSING = "routine-missing"


# --- reading ---------------------------------------------------------------------------------


class Purpose(StrEnum):
    """What somebody reads for; every receipt says it (SoLPuL 10 §)."""

    CASE_WORK = "case-work"
    INTAKE = "intake"
    SUPERVISION = "supervision"
    REVIEW = "review"
    FOLLOW_UP = "follow-up"  # of what a sender has sent
    CLOCK = "clock"  # the time service's own: birth dates, for what turns with age (R13)
    DISPOSAL = "disposal"  # birth dates, for how long a file is kept
    SUBJECT_ACCESS = "subject-access"  # for the person whom it is about
    EMERGENCY = "emergency"  # what an emergency had opened to the reader, whatever they say of it


# --- how long it is kept ---------------------------------------------------------------------


class HoldGround(StrEnum):
    """Why a file must be kept, as a person has stated it (SoL 16:2)."""

    PARENTHOOD = "parenthood"  # or paternity
    ADOPTION = "adoption"
    CHILD_PLACEMENT = "child-placement"
    STILL_NEEDED = "still-needed"  # a trial, a supervision: until it is lifted


class RetentionRule(StrEnum):
    """What decides how long a file is kept (retention.py)."""

    IN_USE = "in-use"
    LEGAL_HOLD = "legal-hold"
    NEVER = "never"
    BIRTH_DATE_UNKNOWN = "birth-date-unknown"
    RESEARCH = "research"
    CHILD_INVESTIGATION = "child-investigation"
    COMPILATIONS = "compilations"
    FIVE_YEARS = "five-years"


class DisposalStatus(StrEnum):
    """How far the disposal of some files has come."""

    PLANNED = "planned"
    REJECTED = "rejected"
    APPROVED = "approved"
    EXECUTED = "executed"  # the files are gone for everybody
    ERASED = "erased"  # and so are their keys
