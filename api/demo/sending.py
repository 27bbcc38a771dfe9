"""What goes out from a case: to whoever can help, to the police, to the municipality that answers
for the person, which may accept the case (R12, R14)."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final
from uuid import UUID

from api.commands import outward, transfers
from api.demo import texts
from api.demo.case_files import Thread
from api.demo.case_stories import CaseStory
from api.demo.shares import choose
from domain.case.outward import ExternalReferralMade
from domain.case.transfer import TransferRequested
from domain.codes import (
    Concern,
    DisclosureGround,
    ExternalAnswer,
    InformationKind,
    PersonRole,
    Receiver,
    Residence,
    TransferAnswer,
)

_SENT_OUT: Final = 0.2
_SENT_ELSEWHERE: Final = 0.1
_ANSWERED_ITSELF: Final = 0.7  # with the region's own client
_REPORTED: Final = 0.1
_TRANSFERRED: Final = 0.4  # of those who only stay here
_ACCEPTED_ELSEWHERE: Final = 0.5
_TAKEN_FURTHER: Final = 0.5  # of the transfers that are refused


@dataclass(slots=True, kw_only=True, eq=False)
class Sending(Thread):
    NAME: ClassVar[str] = "sending"

    case: CaseStory

    def begin(self) -> None:
        rng, intake = self.stage.rng, self.case.intake
        out_of_scope = intake.concern is Concern.OTHER_EXPLOITATION  # referred on (R12)
        if out_of_scope or self.stage.comes_round("sent out", _SENT_OUT):
            self.later(rng.randint(5, 60), self._send_out)
        if intake.role is PersonRole.EXPOSED and self.stage.comes_round("reported", _REPORTED):
            self.later(rng.randint(10, 40), self._report)
        stays = intake.residence is Residence.STAYS_HERE
        if stays and self.stage.comes_round("moves", _TRANSFERRED):
            self.later(rng.randint(10, 30), self._request_transfer)

    async def _send_out(self) -> None:
        """To the region; now and then to a shelter, which has no client of its own."""
        elsewhere = self.stage.comes_round("sent elsewhere", _SENT_ELSEWHERE)
        along = [InformationKind.IDENTITY]
        if not self.case.protected:
            along.append(InformationKind.CONTACT)
        outcome = await self.do(
            outward.refer_out,
            receiver=Receiver.CIVIL_SOCIETY if elsewhere else Receiver.REGION,
            party=None if elsewhere else "region",
            ground=DisclosureGround.HARM_TEST,
            going_along=tuple(along),
            text=texts.SENT_OUT,
        )
        made = outcome.the(ExternalReferralMade)[1].referral
        self.later(15, partial(self._hear, of_the_region=not elsewhere), made)

    async def _hear(self, referral: UUID, *, of_the_region: bool) -> None:
        """A place on a waiting list is not the last answer."""
        answers = {ExternalAnswer.TAKEN_ON: 0.6, ExternalAnswer.WAITING_LIST: 0.4}
        answer = choose(self.stage.rng, answers)
        if answer is ExternalAnswer.WAITING_LIST:
            self.later(20, partial(self._hear, of_the_region=of_the_region), referral)
        itself = self.stage.comes_round("answered itself", _ANSWERED_ITSELF)
        if of_the_region and itself:
            region, how = self.stage.crew["health-care"], {"text": texts.PARTYS_ANSWER}
            await self.stage.do(region, outward.answer_as_party, referral, answer=answer, **how)
        else:
            await self.do(outward.receive_external_answer, referral, answer=answer, text=None)

    async def _report(self) -> None:
        ground = DisclosureGround.SERIOUS_CRIME
        await self.do(outward.report_to_police, ground=ground, register_number=None)

    async def _request_transfer(self) -> None:
        request = transfers.request_transfer
        new = {"municipality": texts.MUNICIPALITY, "reason": texts.TRANSFER}
        outcome = await self.do(request, **new)
        transfer = outcome.the(TransferRequested)[1].transfer
        self.later(self.stage.rng.randint(2, 15), self._hear_of_transfer, transfer)

    async def _hear_of_transfer(self, transfer: UUID) -> None:
        """Refused, or accepted: then the case is closed as moved away."""
        accepted = self.stage.comes_round("accepted elsewhere", _ACCEPTED_ELSEWHERE)
        answer = TransferAnswer.ACCEPTED if accepted else TransferAnswer.REFUSED
        explanation = texts.TRANSFER_ACCEPTED if accepted else texts.TRANSFER_REFUSED
        await self.do(transfers.answer_transfer, transfer, answer=answer, explanation=explanation)
        if accepted:
            self.case.moves = True
            self.later(3, self.case.move_away)
        elif self.stage.comes_round("taken further", _TAKEN_FURTHER):
            self.later(2, self._take_further, transfer)

    async def _take_further(self, transfer: UUID) -> None:
        """To the inspectorate, which has three months (R14)."""
        await self.do(transfers.ask_inspectorate, transfer)
        self.later(self.stage.rng.randint(10, 30), self._hear_of_decision, transfer)

    async def _hear_of_decision(self, transfer: UUID) -> None:
        how = {"answer": TransferAnswer.REFUSED, "explanation": texts.TAKEN_FURTHER}
        await self.do(transfers.record_inspectorate_decision, transfer, **how)
