"""What is done in a case beside its notes: investigated, assessed, decided, applied, sent out."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from api.commands import (
    assessments,
    cases,
    consents,
    consultations,
    interventions,
    investigations,
    links,
    outward,
    transfers,
)
from api.demo import texts
from api.demo.shares import choose, happens
from domain.case import Case
from domain.case.consent import ConsentGiven
from domain.case.consultation import ConsultationAsked
from domain.case.intervention import ApplicationMade, InterventionDecided
from domain.case.investigation import InvestigationOpened
from domain.case.outward import ExternalReferralMade
from domain.case.transfer import TransferRequested
from domain.codes import (
    AgeKnowledge,
    ApplicationKind,
    CaseOutcome,
    ClockKind,
    Compartment,
    Concern,
    ConsentGiver,
    ConsultationTopic,
    DisclosureGround,
    Exploitation,
    ExternalAnswer,
    InformationKind,
    InterventionEnd,
    InterventionKind,
    InvestigationConclusion,
    PersonRole,
    Presumption,
    Provider,
    Receiver,
    Residence,
    RiskLevel,
    TransferAnswer,
)
from domain.deadline import Deadline, running

if TYPE_CHECKING:  # a case and its work know each other
    from api.demo.case_stories import CaseStory

_INVESTIGATED: Final = 0.75
_ADVISED: Final = 0.9  # on the day, the others late
_RISK_ASSESSED: Final = 0.5
_REFLECTION_PERIOD: Final = 0.4  # of those presumed: 2-5 a year
_SENT_OUT: Final = 0.2
_SENT_ELSEWHERE: Final = 0.1
_WITHDRAWN: Final = 0.3  # of the consents
_NARROWED: Final = 0.3  # of the consents
_NO_LONGER_ASKED: Final = 0.2
_LATE: Final = 0.05
_MORE_TIME: Final = 0.05  # of the investigations
_WAITS: Final = 0.1  # of the others, for the person
_OF_INVESTIGATIONS: Final = (ClockKind.CHILD_INVESTIGATION, ClockKind.ADULT_INVESTIGATION)
_ACCEPTED_ELSEWHERE: Final = 0.5
_TAKEN_FURTHER: Final = 0.5  # of the transfers that are refused
_ANSWERED_ITSELF: Final = 0.7  # with the region's own client
_CONSULTED: Final = 0.12
_REPORTED: Final = 0.1
_MISTAKEN: Final = 0.05  # an entry in the wrong file, corrected the same day
_ASKED: Final = 0.5  # children's intake, about somebody aged 18-20 (R11)
_TRANSFERRED: Final = 0.4  # of those who only stay here
_KINDS: Final = {
    InterventionKind.COUNSELLING: 0.45,
    InterventionKind.FINANCIAL_ASSISTANCE: 0.2,
    InterventionKind.PROTECTED_ACCOMMODATION: 0.15,
    InterventionKind.CONTACT_PERSON: 0.1,
    InterventionKind.LEGAL_AID: 0.1,
}
_PROVIDERS: Final = {
    Provider.OWN_UNIT: 0.5,
    Provider.WITH_THE_REGION: 0.2,
    Provider.REGION: 0.15,
    Provider.CIVIL_SOCIETY: 0.15,
}
_ENOUGH: Final = (InformationKind.IDENTITY, InformationKind.CONTACT, InformationKind.CIRCUMSTANCES)


class CaseWork:
    """Everything that is on somebody's desk for one case."""

    def __init__(self, story: "CaseStory") -> None:
        self._story = story
        self._stage = story.stage.of("work")
        self._rng = self._stage.rng
        self._investigation: UUID | None = None
        self._moves = False  # another municipality has accepted

    def begin(self) -> None:
        rng, intake = self._rng, self._story.intake
        self._in(0 if self._comes_round("advised", _ADVISED) else 6, self._advise)
        if happens(rng, _INVESTIGATED):
            self._in(rng.randint(3, 12), self.investigate)
        if happens(rng, _RISK_ASSESSED):
            self._in(rng.randint(2, 20), self._assess_risk)
        if happens(rng, _CONSULTED):
            self._in(rng.randint(5, 40), self._consult)
        out_of_scope = intake.concern is Concern.OTHER_EXPLOITATION  # referred on (R12)
        if out_of_scope or happens(rng, _SENT_OUT):
            self._in(rng.randint(5, 60), self._send_out)
        if happens(rng, _MISTAKEN):
            self._in(rng.randint(5, 60), self._mistake)
        if intake.age is AgeKnowledge.YOUNG_ADULT and happens(rng, _ASKED):
            self._in(rng.randint(3, 10), self._ask)
        exposed = intake.role is PersonRole.EXPOSED
        if exposed and intake.concern is Concern.TRAFFICKING and intake.repeats is None:
            self._in(rng.randint(4, 15), self._presume)
        if exposed and happens(rng, _REPORTED):
            self._in(rng.randint(10, 40), self._report)
        if intake.residence is Residence.STAYS_HERE and self._comes_round("moves", _TRANSFERRED):
            self._in(rng.randint(10, 30), self._request_transfer)

    async def wind_up(self, outcome: CaseOutcome) -> CaseOutcome:
        """What must have ended before the case may; and how it ended, then."""
        if self._investigation and outcome is not CaseOutcome.MISRECORDED:
            await self._conclude(self._investigation, InvestigationConclusion.DISCONTINUED)
        stays = outcome is CaseOutcome.MOVED_AWAY and not self._moves
        return CaseOutcome.CONTACT_LOST if stays else outcome

    def _in(self, days: int, act: Callable[..., Awaitable[None]], *args: Any) -> None:
        """So many working days later, if the case is open then."""
        self._stage.in_working_days(days, self._if_open, act, *args)

    async def _if_open(self, act: Callable[..., Awaitable[None]], *args: Any) -> None:
        if self._story.is_open:
            await act(*args)

    def _comes_round(self, what: str, share: float) -> bool:
        return self._stage.comes_round(what, share)

    async def _do(self, use_case: Callable[..., Awaitable[None]], *args: Any, **more: Any) -> Any:
        story = self._story
        return await self._stage.do(story.carrier, use_case, story.id, *args, **more)

    # --- investigated and assessed -----------------------------------------------------------

    async def investigate(self) -> None:
        if self._investigation:
            return
        outcome = await self._do(investigations.open_investigation)
        self._investigation = opened = outcome.the(InvestigationOpened)[1].investigation
        self._in(self._rng.randint(0, 1), self._inform, opened)
        self._in(self._rng.randint(40, 75), self._conclude, opened)
        if self._comes_round("more time", _MORE_TIME):
            self._in(30, self._give_more_time)
        elif self._comes_round("waits", _WAITS):
            self._in(15, self._wait)

    async def _advise(self) -> None:
        """Without delay, of the case of whoever is not assessed as reported (section 3)."""
        case = await self._stage.state(self._story.id, Case)
        if running(case.deadlines, ClockKind.INVESTIGATION_OPENED):
            await self._do(investigations.give_advice, texts.ADVICE)

    async def _give_more_time(self) -> None:
        """A child's on special grounds (SoL 2001:453 11:2, in SoL 2025:400 20:3); a grown-up's, for
        which the house set a time itself."""
        if standing := await self._waiting(*_OF_INVESTIGATIONS):
            until = standing.due + timedelta(days=30)
            extend = assessments.extend_in_case
            await self._do(extend, standing.id, until=until, ground=texts.MORE_TIME)

    async def _wait(self) -> None:
        """What the house set itself may wait for the person; the law's time does not."""
        if standing := await self._waiting(ClockKind.ADULT_INVESTIGATION):
            await self._do(assessments.pause_in_case, standing.id, texts.WAITED_FOR)
            self._in(10, self._go_on, standing.id)

    async def _go_on(self, deadline: UUID) -> None:
        standing = await self._waiting(ClockKind.ADULT_INVESTIGATION)
        if standing and standing.id == deadline:
            await self._do(assessments.resume_in_case, deadline)

    async def _waiting(self, *clocks: ClockKind) -> Deadline | None:
        """The deadline of the investigation, where one is open."""
        case = await self._stage.state(self._story.id, Case)
        kept = [one for one in case.deadlines if one.clock.reveal() in clocks]
        return next((one for one in kept if not one.missed and one.due > self._stage.now), None)

    async def _inform(self, investigation: UUID) -> None:
        if investigation == self._investigation:
            withheld = texts.WITHHELD if happens(self._rng, 0.1) else None
            informed = investigations.inform_those_concerned
            await self._do(informed, investigation, withheld=withheld)

    async def _conclude(
        self, investigation: UUID, conclusion: InvestigationConclusion | None = None
    ) -> None:
        if investigation != self._investigation:
            return
        granted = happens(self._rng, 0.7)
        how = conclusion or (
            InvestigationConclusion.INTERVENTION
            if granted
            else InvestigationConclusion.NO_INTERVENTION
        )
        await self._do(investigations.conclude_investigation, investigation, how)
        self._investigation = None
        late = self._comes_round("notified late", _LATE)
        self._in(6 if late else self._rng.randint(0, 3), self._notify)
        if how is InvestigationConclusion.INTERVENTION:
            self._in(self._rng.randint(0, 4), self._decide)

    async def _notify(self) -> None:
        """Once for all that was decided meanwhile."""
        case = await self._stage.state(self._story.id, Case)
        if running(case.deadlines, ClockKind.OUTCOME_NOTIFIED):
            await self._do(investigations.notify_outcome, texts.NOTIFIED)

    async def _assess_risk(self) -> None:
        levels = {RiskLevel.LOW: 0.3, RiskLevel.RAISED: 0.45, RiskLevel.HIGH: 0.25}
        level = choose(self._rng, levels)
        await self._do(investigations.assess_risk, level=level, ground=texts.RISK)

    async def _presume(self) -> None:
        """Presumed trafficking: a coordinator is engaged, with consent; some apply for a period."""
        rng = self._rng
        presumption = Presumption.GROUNDS if happens(rng, 0.85) else Presumption.UNCLEAR
        await self._do(
            investigations.assess_presumption,
            presumption=presumption,
            exploitation=Exploitation.SEXUAL,
            assessor=texts.ASSESSOR,
            ground=texts.PRESUMED,
        )
        if self._story.compartment is Compartment.EXPOSED:
            self._in(rng.randint(1, 6), self._consent)
        if self._comes_round("reflection period", _REFLECTION_PERIOD):
            self._in(rng.randint(2, 8), self._apply)

    # --- with the coordinators ---------------------------------------------------------------

    async def _consent(self) -> None:
        outcome = await self._do(
            consents.give_consent,
            scope=_ENOUGH,
            receiver=Receiver.REGIONAL_COORDINATORS,
            giver=ConsentGiver.PERSON,
            until=None,
        )
        given = outcome.the(ConsentGiven)[1].consent
        await self._do(consents.engage_coordinator, self._coordinator)
        if self._comes_round("withdrawn", _WITHDRAWN):
            self._in(self._rng.randint(10, 30), self._withdraw, given)
        elif self._comes_round("narrowed", _NARROWED):
            self._in(8, self._narrow, given)

    async def _narrow(self, consent: UUID) -> None:
        """For what a coordinator needs, and not for longer than the autumn."""
        until = self._stage.today + timedelta(days=90)
        await self._do(consents.narrow_consent, consent, scope=_ENOUGH, until=until)

    async def _withdraw(self, consent: UUID) -> None:
        await self._do(consents.withdraw_consent, consent)

    async def _consult(self) -> None:
        topics = {topic: 1 / len(ConsultationTopic) for topic in ConsultationTopic}
        topic = choose(self._rng, topics)
        await self._do(consents.consult_coordinator, self._coordinator, topic)

    @property
    def _coordinator(self) -> UUID:
        return self._stage.crew["regional-coordinator"].id

    # --- asked of another unit, and corrected ------------------------------------------------

    async def _ask(self) -> None:
        story = self._story
        children = self._stage.desk.organisation.targets.child_entry
        if story.unit == children:
            return
        ask = consultations.ask_unit
        outcome = await self._do(ask, unit=children, question=texts.QUESTION)
        asked = outcome.the(ConsultationAsked)[1].consultation
        self._in(self._rng.randint(1, 5), self._hear_from, children, asked)

    async def _hear_from(self, unit: str, consultation: UUID) -> None:
        """If the question still waits, and who is asked may come near."""
        stage, compartment = self._stage, self._story.compartment
        case = await stage.state(self._story.id, Case)
        if case.narrowed or consultation not in [asked.id for asked in case.consultations]:
            return
        if self._comes_round("no longer asked", _NO_LONGER_ASKED):
            await self._do(consultations.withdraw_consultation, consultation)
            return
        manager = stage.crew.manager(unit, compartment)
        answer = consultations.answer_unit
        await stage.do(manager, answer, self._story.id, consultation, answer=texts.ANSWER)

    async def _mistake(self) -> None:
        outcome = await self._do(cases.record_note, texts.MISTAKE)
        self._in(0, self._correct, outcome.position)

    async def _correct(self, position: int) -> None:
        await self._do(links.correct_entry, position, reason=texts.CORRECTION)

    # --- done for the person -----------------------------------------------------------------

    async def _decide(self) -> None:
        outcome = await self._do(
            interventions.decide_intervention,
            kind=choose(self._rng, _KINDS),
            provider=choose(self._rng, _PROVIDERS),
            ksi_code=None,
        )
        decided = outcome.the(InterventionDecided)[1].intervention
        self._in(self._rng.randint(2, 20), self._start, decided)

    async def _start(self, intervention: UUID) -> None:
        await self._do(interventions.start_intervention, intervention)
        self._in(self._rng.randint(30, 90), self._end, intervention)

    async def _end(self, intervention: UUID) -> None:
        how = InterventionEnd.COMPLETED if happens(self._rng, 0.7) else InterventionEnd.BROKEN_OFF
        await self._do(interventions.end_intervention, intervention, how)

    async def _apply(self) -> None:
        kind = ApplicationKind.REFLECTION_PERIOD
        outcome = await self._do(interventions.make_application, kind)
        self._in(3, self._answer, outcome.the(ApplicationMade)[1].filing)

    async def _answer(self, application: UUID) -> None:
        await self._do(interventions.answer_application, application, granted=True)
        self._in(self._rng.randint(15, 20), self._end_application, application)

    async def _end_application(self, application: UUID) -> None:
        await self._do(interventions.end_application, application)

    # --- sent out ----------------------------------------------------------------------------

    async def _send_out(self) -> None:
        """To the region; now and then to a shelter, which has no client of its own."""
        elsewhere = self._comes_round("sent elsewhere", _SENT_ELSEWHERE)
        along = [InformationKind.IDENTITY]
        if not self._story.protected:
            along.append(InformationKind.CONTACT)
        outcome = await self._do(
            outward.refer_out,
            receiver=Receiver.CIVIL_SOCIETY if elsewhere else Receiver.REGION,
            party=None if elsewhere else "region",
            ground=DisclosureGround.HARM_TEST,
            going_along=tuple(along),
            text=texts.SENT_OUT,
        )
        made = outcome.the(ExternalReferralMade)[1].referral
        self._in(15, partial(self._hear, of_the_region=not elsewhere), made)

    async def _hear(self, referral: UUID, *, of_the_region: bool) -> None:
        """A place on a waiting list is not the last answer."""
        answers = {ExternalAnswer.TAKEN_ON: 0.6, ExternalAnswer.WAITING_LIST: 0.4}
        answer = choose(self._rng, answers)
        if answer is ExternalAnswer.WAITING_LIST:
            self._in(20, partial(self._hear, of_the_region=of_the_region), referral)
        itself = self._comes_round("answered itself", _ANSWERED_ITSELF)
        if of_the_region and itself:
            region, how = self._stage.crew["health-care"], {"text": texts.PARTYS_ANSWER}
            await self._stage.do(region, outward.answer_as_party, referral, answer=answer, **how)
        else:
            await self._do(outward.receive_external_answer, referral, answer=answer, text=None)

    async def _report(self) -> None:
        ground = DisclosureGround.SERIOUS_CRIME
        await self._do(outward.report_to_police, ground=ground, register_number=None)

    # --- to another municipality -------------------------------------------------------------

    async def _request_transfer(self) -> None:
        request = transfers.request_transfer
        new = {"municipality": texts.MUNICIPALITY, "reason": texts.TRANSFER}
        outcome = await self._do(request, **new)
        transfer = outcome.the(TransferRequested)[1].transfer
        self._in(self._rng.randint(2, 15), self._hear_of_transfer, transfer)

    async def _hear_of_transfer(self, transfer: UUID) -> None:
        """Refused, or accepted: then the case is closed as moved away."""
        accepted = self._comes_round("accepted elsewhere", _ACCEPTED_ELSEWHERE)
        answer = TransferAnswer.ACCEPTED if accepted else TransferAnswer.REFUSED
        explanation = texts.TRANSFER_ACCEPTED if accepted else texts.TRANSFER_REFUSED
        await self._do(transfers.answer_transfer, transfer, answer=answer, explanation=explanation)
        if accepted:
            self._moves = True
            self._in(3, self._story.move_away)
        elif self._comes_round("taken further", _TAKEN_FURTHER):
            self._in(2, self._take_further, transfer)

    async def _take_further(self, transfer: UUID) -> None:
        """To the inspectorate, which has three months (R14)."""
        await self._do(transfers.ask_inspectorate, transfer)
        self._in(self._rng.randint(10, 30), self._hear_of_decision, transfer)

    async def _hear_of_decision(self, transfer: UUID) -> None:
        how = {"answer": TransferAnswer.REFUSED, "explanation": texts.TAKEN_FURTHER}
        await self._do(transfers.record_inspectorate_decision, transfer, **how)
