"""What is done in a case beside its notes: investigated, assessed, decided, applied for, sent out.

The work has a chance of its own, seeded by the case's id, so that the rest of the year stays what
it is whatever is done in one case.
"""

from collections.abc import Awaitable, Callable
from random import Random
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from api.commands import (
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
from api.demo.workdays import OfficeHours
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
from domain.deadline import running

if TYPE_CHECKING:  # a case and its work know each other
    from api.demo.case_stories import CaseStory

_INVESTIGATED: Final = 0.75
_RISK_ASSESSED: Final = 0.5
_REFLECTION_PERIOD: Final = 0.4  # of those presumed: 2-5 a year
_SENT_OUT: Final = 0.2
_ANSWERED_ITSELF: Final = 0.7  # with the region's own client
_CONSULTED: Final = 0.12
_REPORTED: Final = 0.1
_MISTAKEN: Final = 0.05  # an entry in the wrong file, corrected the same day
_ASKED: Final = 0.5  # children's intake, about somebody aged 18-20 (R11)
_TRANSFERRED: Final = 0.3  # of those who only stay here
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
        self._rng = Random(story.id.int)  # noqa: S311 - meant to be foreseeable
        self._hours = OfficeHours(self._rng)
        self._investigation: UUID | None = None
        self._moves = False  # another municipality has accepted

    def begin(self) -> None:
        rng, intake = self._rng, self._story.intake
        if happens(rng, _INVESTIGATED):
            self._in(rng.randint(3, 12), self.investigate)
        if happens(rng, _RISK_ASSESSED):
            self._in(rng.randint(2, 20), self._assess_risk)
        if happens(rng, _CONSULTED):
            self._in(rng.randint(5, 40), self._consult)
        if happens(rng, _SENT_OUT):
            self._in(rng.randint(20, 60), self._send_out)
        if happens(rng, _MISTAKEN):
            self._in(rng.randint(5, 60), self._mistake)
        if intake.age is AgeKnowledge.YOUNG_ADULT and happens(rng, _ASKED):
            self._in(rng.randint(3, 10), self._ask)
        exposed = intake.role is PersonRole.EXPOSED
        if exposed and intake.concern is Concern.TRAFFICKING and intake.repeats is None:
            self._in(rng.randint(4, 15), self._presume)
        if exposed and happens(rng, _REPORTED):
            self._in(rng.randint(10, 40), self._report)
        if intake.residence is Residence.STAYS_HERE and happens(rng, _TRANSFERRED):
            self._in(rng.randint(20, 50), self._request_transfer)

    async def wind_up(self, outcome: CaseOutcome) -> CaseOutcome:
        """What must have ended before the case may; and how it ended, then."""
        if self._investigation and outcome is not CaseOutcome.MISRECORDED:
            await self._conclude(self._investigation, InvestigationConclusion.DISCONTINUED)
        stays = outcome is CaseOutcome.MOVED_AWAY and not self._moves
        return CaseOutcome.CONTACT_LOST if stays else outcome

    def _in(self, days: int, act: Callable[..., Awaitable[None]], *args: Any) -> None:
        """So many working days later, if the case is open then."""
        stage = self._story.stage
        stage.at(self._hours.after(stage.now, days), self._if_open, act, *args)

    async def _if_open(self, act: Callable[..., Awaitable[None]], *args: Any) -> None:
        if self._story.is_open:
            await act(*args)

    async def _do(self, use_case: Callable[..., Awaitable[None]], *args: Any, **more: Any) -> Any:
        story = self._story
        return await story.stage.do(story.carrier, use_case, story.id, *args, **more)

    # --- investigated and assessed -----------------------------------------------------------

    async def investigate(self) -> None:
        if self._investigation:
            return
        outcome = await self._do(investigations.open_investigation)
        self._investigation = opened = outcome.the(InvestigationOpened)[1].investigation
        self._in(self._rng.randint(0, 1), self._inform, opened)
        self._in(self._rng.randint(40, 75), self._conclude, opened)

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
        chance, stage = Random(investigation.int), self._story.stage  # noqa: S311 - foreseeable
        days = 6 if happens(chance, 0.05) else chance.randint(0, 3)
        stage.at(OfficeHours(chance).after(stage.now, days), self._if_open, self._notify)
        if how is InvestigationConclusion.INTERVENTION:
            self._in(self._rng.randint(0, 4), self._decide)

    async def _notify(self) -> None:
        """Once for all that was decided meanwhile."""
        case = (await self._story.stage.desk.log.streams([self._story.id]))[self._story.id].state
        if isinstance(case, Case) and running(case.deadlines, ClockKind.OUTCOME_NOTIFIED):
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
        if happens(rng, _REFLECTION_PERIOD):
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
        if happens(self._rng, 0.2):
            self._in(self._rng.randint(20, 60), self._withdraw, given)

    async def _withdraw(self, consent: UUID) -> None:
        await self._do(consents.withdraw_consent, consent)

    async def _consult(self) -> None:
        topics = {topic: 1 / len(ConsultationTopic) for topic in ConsultationTopic}
        topic = choose(self._rng, topics)
        await self._do(consents.consult_coordinator, self._coordinator, topic)

    @property
    def _coordinator(self) -> UUID:
        return self._story.stage.crew["regional-coordinator"].id

    # --- asked of another unit, and corrected ------------------------------------------------

    async def _ask(self) -> None:
        story = self._story
        children = story.stage.desk.organisation.targets.child_entry
        if story.unit == children:
            return
        ask = consultations.ask_unit
        outcome = await self._do(ask, unit=children, question=texts.QUESTION)
        asked = outcome.the(ConsultationAsked)[1].consultation
        self._in(self._rng.randint(1, 5), self._hear_from, children, asked)

    async def _hear_from(self, unit: str, consultation: UUID) -> None:
        """If the question still waits, and who is asked may come near."""
        stage, compartment = self._story.stage, self._story.compartment
        case = (await stage.desk.log.streams([self._story.id]))[self._story.id].state
        if not isinstance(case, Case) or case.narrowed:
            return
        if consultation not in [asked.id for asked in case.consultations]:
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
        along = [InformationKind.IDENTITY]
        if not self._story.protected:
            along.append(InformationKind.CONTACT)
        outcome = await self._do(
            outward.refer_out,
            receiver=Receiver.REGION,
            party="region",
            ground=DisclosureGround.HARM_TEST,
            going_along=tuple(along),
            text=texts.SENT_OUT,
        )
        self._in(15, self._hear, outcome.the(ExternalReferralMade)[1].referral)

    async def _hear(self, referral: UUID) -> None:
        answers = {ExternalAnswer.TAKEN_ON: 0.6, ExternalAnswer.WAITING_LIST: 0.4}
        answer = choose(self._rng, answers)
        if happens(Random(referral.int), _ANSWERED_ITSELF):  # noqa: S311 - foreseeable
            region, how = self._story.stage.crew["health-care"], {"text": texts.PARTYS_ANSWER}
            await self._story.stage.do(
                region, outward.answer_as_party, referral, answer=answer, **how
            )
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
        accepted = happens(self._rng, 0.5)
        answer = TransferAnswer.ACCEPTED if accepted else TransferAnswer.REFUSED
        explanation = texts.TRANSFER_ACCEPTED if accepted else texts.TRANSFER_REFUSED
        await self._do(transfers.answer_transfer, transfer, answer=answer, explanation=explanation)
        if accepted:
            self._moves = True
            self._in(3, self._story.move_away)
