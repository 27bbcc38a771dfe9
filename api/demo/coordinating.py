"""Of a case with the regional coordinators: presumed trafficking, the consent that they need, what
they are asked, and the reflection period that is applied for."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final
from uuid import UUID

from api.commands import consents, interventions, investigations
from api.demo import texts
from api.demo.case_files import Thread
from api.demo.shares import choose, happens
from domain.case.consent import ConsentGiven
from domain.case.intervention import ApplicationMade
from domain.codes import (
    ApplicationKind,
    Compartment,
    Concern,
    ConsentGiver,
    ConsultationTopic,
    Exploitation,
    InformationKind,
    PersonRole,
    Presumption,
    Receiver,
)

_REFLECTION_PERIOD: Final = 0.4  # of those presumed: 2-5 a year
_WITHDRAWN: Final = 0.3  # of the consents
_NARROWED: Final = 0.3  # of the consents
_CONSULTED: Final = 0.12
_ENOUGH: Final = (InformationKind.IDENTITY, InformationKind.CONTACT, InformationKind.CIRCUMSTANCES)


@dataclass(slots=True, kw_only=True, eq=False)
class Coordinating(Thread):
    NAME: ClassVar[str] = "coordinating"

    def begin(self) -> None:
        rng, intake = self.stage.rng, self.case.intake
        if self.stage.comes_round("consulted", _CONSULTED):
            self.later(rng.randint(5, 40), self._consult)
        trafficked = (intake.role, intake.concern) == (PersonRole.EXPOSED, Concern.TRAFFICKING)
        if trafficked and intake.repeats is None:
            self.later(rng.randint(4, 15), self._presume)

    async def _presume(self) -> None:
        """Presumed trafficking: a coordinator is engaged, with consent; some apply for a period."""
        rng = self.stage.rng
        presumption = Presumption.GROUNDS if happens(rng, 0.85) else Presumption.UNCLEAR
        await self.do(
            investigations.assess_presumption,
            presumption=presumption,
            exploitation=Exploitation.SEXUAL,
            assessor=texts.ASSESSOR,
            ground=texts.PRESUMED,
        )
        if self.case.compartment is Compartment.EXPOSED:
            self.later(rng.randint(1, 6), self._consent)
        if self.stage.comes_round("reflection period", _REFLECTION_PERIOD):
            self.later(rng.randint(2, 8), self._apply)

    async def _consent(self) -> None:
        outcome = await self.do(
            consents.give_consent,
            scope=_ENOUGH,
            receiver=Receiver.REGIONAL_COORDINATORS,
            giver=ConsentGiver.PERSON,
            until=None,
        )
        given = outcome.the(ConsentGiven)[1].consent
        await self.do(consents.engage_coordinator, self._coordinator)
        if self.stage.comes_round("withdrawn", _WITHDRAWN):
            self.later(self.stage.rng.randint(10, 30), self._withdraw, given)
        elif self.stage.comes_round("narrowed", _NARROWED):
            self.later(8, self._narrow, given)

    async def _narrow(self, consent: UUID) -> None:
        """For what a coordinator needs, and not for longer than the autumn."""
        until = self.stage.today + timedelta(days=90)
        await self.do(consents.narrow_consent, consent, scope=_ENOUGH, until=until)

    async def _withdraw(self, consent: UUID) -> None:
        await self.do(consents.withdraw_consent, consent)

    async def _consult(self) -> None:
        topics = {topic: 1 / len(ConsultationTopic) for topic in ConsultationTopic}
        topic = choose(self.stage.rng, topics)
        await self.do(consents.consult_coordinator, self._coordinator, topic)

    async def _apply(self) -> None:
        kind = ApplicationKind.REFLECTION_PERIOD
        outcome = await self.do(interventions.make_application, kind)
        self.later(3, self._answer, outcome.the(ApplicationMade)[1].filing)

    async def _answer(self, application: UUID) -> None:
        await self.do(interventions.answer_application, application, granted=True)
        self.later(self.stage.rng.randint(15, 20), self._end_application, application)

    async def _end_application(self, application: UUID) -> None:
        await self.do(interventions.end_application, application)

    @property
    def _coordinator(self) -> UUID:
        return self.stage.crew["regional-coordinator"].id
