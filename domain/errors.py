"""Every refusal. The docstring of an error is the message that a caller reads.

Errors are named after a state. `status` is the HTTP status of the problem answer, `context` adds
codes and ids, never anything personal.
"""

from typing import ClassVar


class Refusal(Exception):
    """The request was refused."""

    status: ClassVar[int] = 422

    def __init__(self, **context: object) -> None:
        super().__init__(type(self).message())
        self.context = context

    @classmethod
    def message(cls) -> str:
        return " ".join((cls.__doc__ or "").split())


# --- the log ---------------------------------------------------------------------------------


class StreamHasMoved(Refusal):
    """Somebody else changed this in the meantime. Read it again and decide anew."""

    status = 409


class CommandKeyReused(Refusal):
    """The Idempotency-Key was used before with another body. Use a new key for a new command."""

    status = 422


class EventTooLarge(Refusal):
    """One recorded fact may hold at most 64 KiB. Shorten the text."""

    status = 413


class TooManyEvents(Refusal):
    """One command may record at most 500 facts. Split the command."""

    status = 413


class Unavailable(Refusal):
    """The service cannot answer right now. Nothing was recorded; try again."""

    status = 503


class LogUnavailable(Unavailable):
    """The event log cannot be reached. Whether the command was recorded is told by sending it
    again with the same Idempotency-Key."""


class ReceiptsUnavailable(Unavailable):
    """The access log cannot be written, so nothing can be shown. Try again."""


class VaultUnavailable(Unavailable):
    """The key vault cannot be reached, so nothing can be sealed or opened. Try again."""


class QueueIsFull(Unavailable):
    """More commands are waiting than can be recorded in time. Try again."""


# --- sealed values ---------------------------------------------------------------------------


class KeyIsErased(Refusal):
    """The person's or file's data has been erased; nothing more can be recorded about it."""

    status = 410


class KeyCannotBeOpened(Unavailable):
    """What is sealed cannot be opened: its key is damaged, or the keyring is another one. It is not
    erased, and nothing of it is shown. Whoever runs the service asks `samordna doctor`."""


class SealIsBroken(Exception):
    """A sealed value was altered, or moved from its place. The log or the vault is damaged."""


# --- persons ---------------------------------------------------------------------------------


class BornInTheFuture(Refusal):
    """The birth date lies in the future, or after the day on which the person was first told of.
    Correct it."""


class BornTooLongAgo(Refusal):
    """Nobody is that old. Correct the birth date."""


class CaseIsAlreadyOpen(Refusal):
    """The person already has an open case on this side; a further referral joins it."""

    status = 409


class IdentityIsUncertain(Refusal):
    """An uncertain identity is not established: record it as an assertion, with its source."""


class PersonIsTheSame(Refusal):
    """Both cases are about the same record of the person already."""


class PersonIsMerged(Refusal):
    """One of the records is merged already. Take it apart first, or merge the record that stands
    for it; so there is never a cycle."""

    status = 409


class PersonIsNotMerged(Refusal):
    """The record stands for itself; there is nothing to take apart."""

    status = 409


class PersonIsOfAge(Refusal):
    """The person is 18 or older and has no guardian any more (R13)."""


class GuardianIsNotNamed(Refusal):
    """A guardian's consent names the guardian who gave it, and the person's own names nobody
    (OSL 12:2-3)."""


class GuardianIsRecorded(Refusal):
    """A guardian of that name has rights already; somebody else of the same name is told apart in
    the name (OSL 12:3)."""

    status = 409


class GuardianStillDecides(Refusal):
    """By majority a guardian's rights end with the 18th birthday, and not before (R13)."""

    status = 409


class GuardianHasNoRights(Refusal):
    """This guardian has no rights now: they have ended, or were never recorded here (R13)."""

    status = 409


class ProtectionDoesNotStand(Refusal):
    """This protection does not stand; there is nothing to lift."""

    status = 409


class LinkIsNeverStored(Refusal):
    """One of the records has fictitious personal data: what links it to another identity is never
    stored, neither as a double nor by merging (section 5)."""

    status = 409


class ProtectionDiffers(Refusal):
    """One of the records is protected and the other is not. Place the protection on both first, so
    that nobody comes near who could not before (section 5)."""

    status = 409


class BothHaveOpenCases(Refusal):
    """Both records have an open case, and a person has at most one on a side. Close one of them as
    a duplicate first."""

    status = 409


# --- referrals -------------------------------------------------------------------------------


class ReceivedInTheFuture(Refusal):
    """The moment of receipt lies in the future. Give the moment when the referral arrived."""


class MomentIsImpossible(Refusal):
    """It cannot have happened then: the moment lies in the future, before the file was received, or
    before what it ends (section 4)."""


class SourceIsAnother(Refusal):
    """Whoever is outside the administration tells what they know themselves: the source is the
    sender's own kind of party (S15-S20)."""


class ReceivedTooLongAgo(Refusal):
    """The moment of receipt lies further back than the municipality allows, so it is taken
    for a slip of the pen. Correct it, or leave it out and tell of the delay in the account."""


class ReferralIsAnswered(Refusal):
    """The referral has already been answered; `by` and `at` say by whom, and when."""

    status = 409


class DeclineIsProposed(Refusal):
    """A decline waits for the unit manager, who confirms or refuses it first (R2)."""

    status = 409


class DeclineIsNotProposed(Refusal):
    """No decline waits for confirmation (R2)."""

    status = 409


class RoutingStaysTheSame(Refusal):
    """A decline for wrong age must give an age for which the rules name another unit (R2)."""


class AgeIsDisputed(Refusal):
    """A unit that was asked before has said that the age is another: it is not asked once more on
    another guess (R3, S69). Accept the referral, establish the age in its case, with what it rests
    on, and offer the case to whom the rules then point to; or establish it in a case of the
    person's, and decline for that age."""

    status = 409


class SideIsAnother(Refusal):
    """Another side meets somebody in that role: nothing recorded here goes there. Close this as
    misrecorded, and send a referral with the right role (R16, S76-S78)."""


class NothingIsCorrected(Refusal):
    """All of that stands as it was told already."""


class UnitIsAskedAlready(Refusal):
    """The referral waits for this unit's answer already. Name another unit."""


class RuleBindsTheUnit(Refusal):
    """The rule that decided binds the unit (R2): it accepts, or declines for one of R2's two
    reasons. Its routing cannot be overridden, nor its case handed to another unit than the rules
    point to."""


class RoutingIsDecided(Refusal):
    """A rule decided where the referral belongs; only what no rule decides (R0) or what is out of
    scope (R12) is forwarded. The unit manager may override the rule with a written reason (S75)."""


class ReportStands(Refusal):
    """A report of concern, or what is assessed as one, cannot be taken back: it is assessed all the
    same (SoL 2025:400 20:1-2; SoL 2001:453 11:1 a)."""


class SenderMustAnswer(Refusal):
    """Your unit was itself asked to answer this referral, so it accepts or declines it (R2)."""


class MessageMixesSides(Refusal):
    """One message, or burst, holds persons of one side only (S76-S78). Send the others in one of
    their own."""


class PersonIsNamedTwice(Refusal):
    """The same personal number stands twice in the message. Tell of each person once."""


class AgesContradict(Refusal):
    """What is told of the age contradicts itself, or a personal number that is confirmed: give the
    birth date, or the age, or who assessed the person as adult (R3)."""


class AgeIsNotEstablished(Refusal):
    """An age is established as minor, young adult or adult, or by a birth date (S85). An
    assessment as adult is told with the referral, by a named person (R3)."""


class BirthDateIsKnown(Refusal):
    """A birth date is on record and says another age. Give the birth date that corrects it."""

    status = 409


class AcuteNeedsAreOurs(Refusal):
    """Somebody with acute needs is never declined because another municipality is responsible
    (R14). Accept the referral, and ask for a transfer afterwards."""


class AssessorIsNotNamed(Refusal):
    """Somebody of unknown age counts as adult only when assessed by a named person (R3)."""


# --- police operations -----------------------------------------------------------------------


class AnnouncedInTheFuture(Refusal):
    """The moment of the announcement lies in the future. Give the moment when it arrived (R6)."""


class PlannedBeforeAnnounced(Refusal):
    """An operation is announced at the latest on its own day (R6). Correct the day; whom the police
    met earlier they tell of by ordinary referrals."""


class PersonsMetOutOfBounds(Refusal):
    """Those met in a police operation are referred in one command, from `fewest` to `most` persons,
    each a referral of its own (R6). Tell of at least somebody, and of the others in a further
    command."""


class PersonMetTwice(Refusal):
    """The same number stands with two of those met, or was told of in an earlier burst of the
    operation: each person is told of once (R6)."""


class OperationIsClosed(Refusal):
    """The police operation is closed. Send a referral of its own for whoever was met (R6)."""

    status = 409


class OperationIsNotAcknowledged(Refusal):
    """A police operation is closed when both who handle it have acknowledged it (R6)."""

    status = 409


# --- activities ------------------------------------------------------------------------------


class CampaignHasNoAgeBand(Refusal):
    """A targeted information campaign has no age band: the adults' entry point and the regional
    coordinators lead it jointly. For an age band, plan information (R7)."""


class CoordinationIsStrategic(Refusal):
    """The coordination of the subject area is strategic support's (S35). Plan another kind."""

    status = 403


class ActivityIsOver(Refusal):
    """The activity has been held or cancelled already."""

    status = 409


class ActivityIsNotHeld(Refusal):
    """Only what was told of a held activity can be corrected. Record it as held first."""

    status = 409


class HeldInTheFuture(Refusal):
    """An activity is recorded as held when it has been. Give the day on which it was (S79)."""


class SchoolsDoNotFit(Refusal):
    """What is held in schools says in how many, and nothing else does (S73)."""


# --- mandates and inquiries ------------------------------------------------------------------


class MandateIsRecorded(Refusal):
    """The decision with that register number, day and matter is recorded already (S1)."""

    status = 409


class WorkIsStarted(Refusal):
    """Under the board's decision this was started already. What comes after rests on a decision of
    its own: record that one first (S1)."""

    status = 409


class MandateIsForSomethingElse(Refusal):
    """The board's decision is about another matter. Start this under the decision that it rests
    on, or record that decision first (S1)."""

    status = 409


class InquiryIsConcluded(Refusal):
    """The inquiry is concluded; what was counted by then is what the board was told (S50, S51)."""

    status = 409


class GroupIsOfAnotherInquiry(Refusal):
    """The needs of this group are counted in another inquiry, on the side of those who meet it
    (S66, S68)."""


class ExpressedInTheFuture(Refusal):
    """A need is told of when it has been expressed. Give the day on which it was (S66)."""


class NeedIsMet(Refusal):
    """The need is met already (S66)."""

    status = 409


# --- cases -----------------------------------------------------------------------------------


class CaseIsClosed(Refusal):
    """The case is closed. Reopen it first."""

    status = 409


class CaseIsOpen(Refusal):
    """The case is open already."""

    status = 409


class WorkerHasNoPosition(Refusal):
    """The worker has no position now, so no case and no seat in a team can be given."""


class WorkerIsAway(Refusal):
    """The worker is on leave today. Give the work to somebody who is there, or say that it is given
    all the same (`evenIfAway`)."""

    status = 409


class SuccessorIsTheSame(Refusal):
    """The successor is the one whose cases are to change hands: name somebody else."""


class WorkerCannotBeAssigned(Refusal):
    """Only a case worker or unit manager of the responsible unit who works with such cases can be
    assigned. To move the case to another unit, offer a handover."""


class CaseIsMisrecorded(Refusal):
    """The case was closed as misrecorded and stays closed; receive the referral anew (R16)."""

    status = 409


class WorkerIsNotQualifiedForChildren(Refusal):
    """Work with children and young people needs a social-work or other relevant degree on record
    (SoL 2025:400 25:1; SoL 2001:453 3:3 a). Assign somebody who is qualified."""


class WorkerIsNotAssigned(Refusal):
    """The worker is not assigned to this case."""

    status = 409


# --- consent and coordinators ----------------------------------------------------------------


class ConsentIsMissing(Refusal):
    """No consent stands that covers this receiver and what would be told (R6; OSL 10:1, 12:2)."""

    status = 409


class ConsentHasEnded(Refusal):
    """No such consent stands in this case: it was withdrawn or has run out."""

    status = 409


class ConsentIsOver(Refusal):
    """The last day of a consent is today or later."""


class ConsentIsNotNarrower(Refusal):
    """A narrowed consent covers less than before or ends earlier. What covers more, or something
    else, is given as a new consent."""


class CoordinatorCannotBeEngaged(Refusal):
    """Only a regional coordinator with a position now, who works with such cases, can be engaged
    (S11). To ask without telling of the person, consult one anonymously."""


class CoordinatorIsNotEngaged(Refusal):
    """The coordinator is not engaged in this case."""

    status = 409


# --- investigation, interventions, what goes out ---------------------------------------------


class InvestigationIsDecided(Refusal):
    """It is decided that an investigation is opened (SoL 2025:400 20:2; 2001:453 11:1 a): it is
    opened, and concluded, before the case is closed; and another municipality that is responsible
    is asked to take it over in writing (R14)."""

    status = 409


class InvestigationIsOpen(Refusal):
    """An investigation is open in the case; one at a time, and it is concluded before the case is
    closed."""

    status = 409


class InvestigationIsNotOpen(Refusal):
    """This investigation is not open: it was concluded, or was never opened in this case."""

    status = 409


class OutcomeIsNotAwaited(Refusal):
    """Nobody waits for an outcome: nothing has been decided, or those concerned have been told."""

    status = 409


class OutOfScopeIsReferredOn(Refusal):
    """Somebody exploited other than sexually is out of scope, and is referred on, never dropped
    (R12): close the case as referred on, once somebody else has taken over."""


class InterventionIsUnknown(Refusal):
    """No such intervention was decided in this case."""


class InterventionHasStarted(Refusal):
    """The intervention has started already."""

    status = 409


class InterventionHasEnded(Refusal):
    """The intervention has ended."""

    status = 409


class NothingIsAppliedFor(Refusal):
    """No such application stands in this case."""


class ApplicationIsAnswered(Refusal):
    """The application has been answered already."""

    status = 409


class ApplicationIsNotAnswered(Refusal):
    """The application has no answer yet: what was answered is ended. Record the answer first."""


class ApplicationIsNotGranted(Refusal):
    """The application was not granted, or has not been answered yet."""

    status = 409


class ExternalReferralIsNotWaiting(Refusal):
    """No such external referral of this case waits for its answer."""

    status = 409


class PartyDoesNotFit(Refusal):
    """The party is not outside the administration, or is another kind of receiver (S15-S20)."""


class GroundDoesNotFit(Refusal):
    """This ground carries nothing to this receiver: to the police consent, a duty, or OSL 10:21,
    10:23 or 10:24; OSL 26:9 to care; to a regional coordinator consent alone (R6)."""


# --- transfer between municipalities ---------------------------------------------------------


class TransferIsWaiting(Refusal):
    """A transfer of this case was requested and waits for its answer (R14)."""

    status = 409


class TransferIsUnknown(Refusal):
    """No such transfer was requested in this case."""


class TransferIsAnswered(Refusal):
    """The transfer has been answered, or lies with the inspectorate already."""

    status = 409


class TransferMayStillBeAnswered(Refusal):
    """The inspectorate may be asked after a refusal, or after a month without reply (R14; SoL
    2025:400 29:11, SoL 2001:453 2 a:11)."""

    status = 409


class TransferIsNotAtTheInspectorate(Refusal):
    """The inspectorate has not been asked, or has decided already."""

    status = 409


class TransferIsNotAccepted(Refusal):
    """The case is ours until the other municipality has accepted the transfer (R14, S69)."""

    status = 409


# --- links and corrections -------------------------------------------------------------------


class CasesCannotBeLinked(Refusal):
    """A case is linked to another case of the same compartment, never to itself (S77)."""


class CaseIsLinked(Refusal):
    """The two cases are linked already."""

    status = 409


class CaseIsNotLinked(Refusal):
    """No such link stands in this case."""

    status = 409


class NotAChild(Refusal):
    """A child in the family is reported as a relative, aged 0-17 or of unknown age (R10, R3); for
    anybody else, send a referral."""


class EntryCannotBeCorrected(Refusal):
    """There is no entry of this case at that position that is corrected so. What was decided of
    responsibility or consent is changed by an act of its own."""


class EntryIsCorrected(Refusal):
    """The entry has been corrected already."""

    status = 409


# --- what other units are asked, and ask for --------------------------------------------------


class UnitIsConsulted(Refusal):
    """The unit has been asked and has not answered yet."""

    status = 409


class ConsultationIsAnswered(Refusal):
    """No such question of this case waits for its answer."""

    status = 409


class NothingToTakeOver(Refusal):
    """The referral has led to no case yet. It is answered first."""

    status = 409


class TakeoverIsRequested(Refusal):
    """Your unit has asked for the case already, or has been offered it."""

    status = 409


class TakeoverIsAnswered(Refusal):
    """No such request for this case waits for its answer."""

    status = 409


# --- handovers -------------------------------------------------------------------------------


class HandoverIsWaiting(Refusal):
    """A handover of this case waits for its answer. It must be answered or withdrawn first."""

    status = 409


class HandoverIsAnswered(Refusal):
    """The handover is no longer waiting; `by` and `at` say who answered it, and when."""

    status = 409


class ReceivingUnitIsResponsible(Refusal):
    """The receiving unit is responsible for the case already."""


class DeclineReasonDoesNotBind(Refusal):
    """This unit may decline only because of wrong age or because another municipality is clearly
    responsible (R2)."""


# --- reports concerning a child or young person ----------------------------------------------


class NothingToAssess(Refusal):
    """Only a report concerning a child or young person is assessed so, until an investigation is
    open (SoL 2025:400 20:1-2; SoL 2001:453 11:1 a)."""

    status = 409


class AssessmentIsMade(Refusal):
    """This has been assessed already."""

    status = 409


class ProtectionIsNotAssessed(Refusal):
    """The need of protection is assessed first, at once (SoL 2025:400 20:1; 2001:453 11:1 a)."""

    status = 409


class ProtectionIsNeededAtOnce(Refusal):
    """Protection was assessed to be needed at once, so an investigation is opened (SoL 2025:400
    20:1-2; 2001:453 11:1 a)."""

    status = 409


class ReportIsNotAssessed(Refusal):
    """Whether an investigation is opened is decided first, within 14 days of the report (SoL
    2025:400 20:2; 2001:453 11:1 a), and only then the case is closed, or its reporter told."""

    status = 409


class NobodyMustReport(Refusal):
    """Feedback is given to whoever must report by law (SoL 2025:400 19:6; 2001:453 14:1 b), not to
    the person, to somebody close, or to civil society (R8)."""


class FeedbackIsNotAsked(Refusal):
    """Nobody waits for feedback: it has not been asked for, or it has been given."""

    status = 409


# --- deadlines -------------------------------------------------------------------------------


class DeadlineHasEnded(Refusal):
    """The deadline does not run any more: it was met, it was caught up with, or it fell away."""

    status = 409


class DeadlineIsMissed(Refusal):
    """The deadline has passed; it can be caught up with, but neither paused nor extended."""

    status = 409


class DeadlineIsPaused(Refusal):
    """The deadline is paused. Let it run again first."""

    status = 409


class DeadlineIsNotPaused(Refusal):
    """The deadline is not paused."""

    status = 409


class GroundIsMissing(Refusal):
    """A clock is paused or extended only on a ground, which is recorded (section 4)."""


class ClockCannotBePaused(Refusal):
    """The law sets this clock's time and knows no pause; only a time that the municipality set
    itself can be paused (section 4, c)."""


class ClockCannotBeExtended(Refusal):
    """No law or setting lets this clock be extended (section 4)."""


class ExtensionIsTooLong(Refusal):
    """It is extended for a set time, and for no longer at once than the clock itself runs: 14 days
    for a preliminary assessment, 4 months for an investigation, 30 days for what is followed up
    (SoL 2025:400 20:2-3; 2001:453 11:1 a, 11:2; UtlL 5:15; c). Extend it again when that is over,
    if the ground still stands."""


class ExtensionIsNoLonger(Refusal):
    """An extension sets a moment later than the present one (section 4)."""


# --- staff and team --------------------------------------------------------------------------


class MunicipalityIsFounded(Refusal):
    """The first administrator is on record already; administrators record everybody else."""

    status = 409


class PositionIsTaken(Refusal):
    """The staff member has a position already, or served another side before: one position at a
    time, and one side for ever (S76-S78)."""

    status = 409


class PositionHasEnded(Refusal):
    """The staff member's position has ended."""

    status = 409


class SideDoesNotFit(Refusal):
    """Case workers, unit managers and outreach workers serve one side, and one that their unit
    meets; a regional coordinator who is engaged in cases serves track A; nobody else has a
    side (S76-S78)."""


class ContactIsProtected(Refusal):
    """While somebody's identity is protected, where they are to be found never leaves the
    administration (section 5, protected identity)."""


class RoleDoesNotFit(Refusal):
    """A party outside the administration has senders and nobody else, and only it has them
    (S15-S20)."""


class LeaveEndsBeforeItStarts(Refusal):
    """The last day of a leave is its first one or later (section 3, Staff)."""


class LeaveEndsNoEarlier(Refusal):
    """A leave that ends early ends before it was planned to (section 3, Staff). What is longer, or
    lies elsewhere, is a correction."""


class LeaveIsOutsideThePosition(Refusal):
    """A leave lies within the position: it starts when the position does, or later (section 3,
    Staff)."""


class LeaveIsOver(Refusal):
    """The leave is over. What was told of it wrongly is corrected (section 3, Staff)."""

    status = 409


class LeaveOverlaps(Refusal):
    """The staff member is on leave on some of these days already (section 3, Staff). Correct that
    leave, or choose other days."""

    status = 409


class OwnPositionStands(Refusal):
    """Nobody ends their own position; a colleague who manages staff does."""


class PositionStartsOrEndsLater(Refusal):
    """A position starts and ends today or before, and ends after it started: what is planned is
    recorded when it happens."""


class StaffMemberCannotJoin(Refusal):
    """Only somebody with a position now, who works with the persons that the team is for, can join
    it (S10)."""


class TeamIsEstablished(Refusal):
    """The team is established already (S57)."""

    status = 409


class TeamIsNotEstablished(Refusal):
    """The team is mandated but not yet established (S57)."""

    status = 409


class PilotEndsBeforeItStarts(Refusal):
    """The pilot must end after it starts (S57)."""


class PilotIsTooLong(Refusal):
    """A pilot is for one year at most (S57). What comes after it, the board decides."""


class TeamHadNotBegun(Refusal):
    """That day lies before the first day of the pilot: the team had cost nothing by then, and there
    was nothing to evaluate (S57, S58, S71)."""


class CostIsNotReported(Refusal):
    """No cost has been reported for a period that begins that day (S71)."""

    status = 409


class CostPeriodIsFaulty(Refusal):
    """A cost is told for a period that ends after it starts and lies within one calendar year, so
    that it can be held against the year's budget (S71)."""


class CostIsReported(Refusal):
    """The cost of a day in this period has been reported already (S71)."""

    status = 409


class TeamIsNotEvaluated(Refusal):
    """A pilot is evaluated before the board makes the team permanent (S58, S59), on that day or an
    earlier one."""

    status = 409


class TeamIsPermanent(Refusal):
    """The team has been made permanent already (S59)."""

    status = 409


class TeamIsWoundUp(Refusal):
    """The team has been wound up (S60)."""

    status = 409


class MemberHasJoined(Refusal):
    """The staff member is in the team already."""

    status = 409


class SharesExceedThePosition(Refusal):
    """Nobody gives teams more than the whole of their position: their shares add up to 100 % at
    most (S10)."""

    status = 409


class MemberHasNotJoined(Refusal):
    """The staff member is not in the team."""

    status = 409


# --- doors -----------------------------------------------------------------------------------


class AddressIsUnknown(Refusal):
    """There is no door at this address. The documentation lists every one."""

    status = 404


class MethodIsNotAllowed(Refusal):
    """This door does not answer to this method; `Allow` lists those that it answers to."""

    status = 405


class AddressIsTooLong(Refusal):
    """An address holds at most 2,048 characters."""

    status = 414


class RequestsAreTooMany(Refusal):
    """Too many requests in a short time, from this address or with this login. Wait for as many
    seconds as Retry-After says."""

    status = 429


class RequestTakesTooLong(Refusal):
    """The body did not arrive within ten seconds. Send it again in one go."""

    status = 408


class RequestIsMalformed(Refusal):
    """The request cannot be read. See the documentation for its form."""

    status = 400


class ReviewIsTooWide(Refusal):
    """A confidentiality review looks at a thousand accesses at most; `found` says how many a sample
    and the rules would draw. Choose a shorter period, one unit or a smaller sample (section 6)."""


class ReviewIsClosed(Refusal):
    """The review is closed. Reopen it with a reason to go on (section 6)."""

    status = 409


class ReviewIsOpen(Refusal):
    """The review is open: there is nothing to reopen."""

    status = 409


class ReviewIsUnfinished(Refusal):
    """A review is closed when every access is judged, every question answered, and everything that
    was not justified is in a finding (section 6); the numbers say what is left."""

    status = 409


class AccessIsNotDrawn(Refusal):
    """The review did not draw this access: only what it drew is judged in it (section 6)."""


class ManagerIsAsked(Refusal):
    """The reader's manager has been asked about this access, and has not answered."""

    status = 409


class ManagerIsNotAsked(Refusal):
    """No question about this access waits for an answer."""

    status = 409


class ManagerIsTheReader(Refusal):
    """Nobody answers for what they read themselves: another manager of the unit does."""


class AccessStands(Refusal):
    """You may read the whole case as it is; an emergency need not open it (section 5)."""

    status = 409


class PurposeIsMissing(Refusal):
    """Say in `purpose` what this is read for: the policy asks for it, and the access log keeps it
    (SoLPuL 10 §). `purposes` names those that are allowed."""

    status = 400


class TokenIsMissing(Refusal):
    """This door needs `Authorization: Bearer` with a token of the identity provider."""

    status = 401


class TokenIsRefused(Refusal):
    """The token is not valid here: it has expired, is not signed by the identity provider, or is
    meant for another service. Log in again."""

    status = 401


class PositionIsMissing(Refusal):
    """You have no position now, so nothing can be shown to you or done by you."""

    status = 403


class NotFound(Refusal):
    """There is nothing here that you may see."""

    status = 404


class NotPermitted(Refusal):
    """Your role does not permit this act here."""

    status = 403


class ContentTypeIsNotJson(Refusal):
    """The body must be JSON, and not compressed: send `Content-Type: application/json`."""

    status = 415


class BodyIsNotJson(Refusal):
    """The body cannot be read as JSON in UTF-8."""

    status = 400


class BodyIsTooLarge(Refusal):
    """A body holds at most 64 KiB. Shorten the text."""

    status = 413


class FieldsAreFaulty(Refusal):
    """Fields of the request are missing or faulty; `errors` lists every one of them."""


class HeaderIsFaulty(Refusal):
    """A header of the request does not have the form that the documentation gives it."""

    status = 400


class CursorIsFaulty(Refusal):
    """The cursor does not belong to this list, its filters and you. Begin with the first page."""

    status = 400


class PreconditionIsMissing(Refusal):
    """This act needs If-Match with the ETag of what you saw, so that nothing is decided on what
    is out of date. Read it again and send its ETag."""

    status = 428


class PreconditionIsStale(Refusal):
    """It has changed since you read it. Read it again and decide anew."""

    status = 412


class UnknownUnit(Refusal):
    """No unit with this code can be meant here; /units lists all units."""


class UnknownStaffMember(Refusal):
    """There is no staff member with this id."""


class IssuerUnavailable(Unavailable):
    """The keys of the token issuer cannot be fetched, so this token cannot be judged. Try again."""


class AccessIsBehind(Unavailable):
    """Who may see what is not up to date, so nothing can be shown right now. Try again."""


class PositionIsNotReached(Unavailable):
    """What was asked for does not reflect the wanted position yet. Ask again."""


class SomethingIsBroken(Refusal):
    """The service met a fault of its own. Nobody needs to correct the request; give the
    correlation id in `instance` to whoever runs the service."""

    status = 500


# --- what the audit logs prove -----------------------------------------------------------------


class NothingIsSealedThere(Refusal):
    """No checkpoint of this log reaches so far; `sealed` says how far. Positions begin with 1."""

    status = 404


class CheckpointIsUnknown(Refusal):
    """No checkpoint of this size was signed. Without a size, the latest one is taken."""

    status = 404


class SizesAreReversed(Refusal):
    """The older size comes first: a log never gets shorter."""


class SizeIsUnreadable(Refusal):
    """A position or a size is a whole number, written with digits alone."""


class BundleIsTooLarge(Refusal):
    """A bundle holds at most 5,000 entries; this one would hold more. Export the logs instead."""

    status = 413


class AuditLogIsUnknown(Refusal):
    """There are two audit logs: `events` and `receipts`."""

    status = 404


# --- how long a file is kept -------------------------------------------------------------------


class FileIsNotHeld(Refusal):
    """Nothing that was stated keeps the file: the statement was lifted before, or never made."""

    status = 409


class FileIsKept(Refusal):
    """A file among these must be kept still (SoL 16:1-4), or has moved since it was judged. List
    what is due anew."""

    status = 409


class NothingToDispose(Refusal):
    """A disposal names at least one file that is due."""


class DisposalIsTooLarge(Refusal):
    """One disposal holds at most 100 files. Plan several."""


class DisposalIsOnesOwn(Refusal):
    """Whoever planned a disposal does not approve it: that is a second person's."""

    status = 403


class DisposalIsNotErased(Refusal):
    """Keys of its files still stand, so nothing can be certified. It is seen to within minutes."""

    status = 409


class ErasureCannotBeCertified(Refusal):
    """The vault and the log lie on one PostgreSQL server, or nobody can tell: then keys may stand
    in the log's own backups. Move the vault to a server of its own (`samordna doctor`)."""

    status = 409


class DisposalIsDecided(Refusal):
    """The disposal was approved or rejected before."""

    status = 409


# --- the organisation --------------------------------------------------------------------------


class OrganisationIsUnusable(Refusal):
    """The document contradicts itself or cannot be read. Mend every mistake that is named, and
    send it again."""


class AdoptionIsRetroactive(Refusal):
    """What was decided stays as it was decided: an organisation is in force from today or from a
    later day."""


class AdoptionIsOvertaken(Refusal):
    """An organisation that is in force from a later day has been adopted already. Adopt from that
    day or after it."""

    status = 409


class MunicipalityIsAnother(Refusal):
    """The document is another municipality's: everything here belongs to one."""


class UnitIsLeftOut(Refusal):
    """Events name this unit, so it stays in the document, though no rule need point to it any
    more."""
