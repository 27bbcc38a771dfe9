"""The life of a case: assigned, worked with, handed over when the age asks for it, and closed."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from api.commands import cases
from api.demo import shares, texts
from api.demo.case_files import CaseFile
from api.demo.investigating import Investigating
from api.demo.shares import choose
from api.demo.stories import Stories
from api.demo.workdays import bustle
from domain.case import HandoverDeclineProposed, HandoverOffered, RoutingReviewed
from domain.codes import (
    AgeKnowledge,
    CaseOutcome,
    DeclineReason,
    HandoverDeclineReason,
)
from domain.errors import ProtectionIsNotAssessed, ReportIsNotAssessed
from domain.routing import age_knowledge, needs_child_qualification

_OUTCOMES: Final = {
    CaseOutcome.NEEDS_MET: 0.40,
    CaseOutcome.CONTACT_LOST: 0.20,
    CaseOutcome.HELP_DECLINED: 0.15,
    CaseOutcome.REFERRED_ON: 0.10,
    CaseOutcome.NO_NEED_FOUND: 0.08,
    CaseOutcome.MOVED_AWAY: 0.07,
}
_ENDS_EARLY: Final = 0.23  # within some months: contact is lost, help is declined
_CALMS_DOWN: Final = 25  # days, after which notes are half as many: 40-80 events a case
_FINISHED: Final = 40  # days after the birthday an open investigation is (R13)
_RIPE: Final = 20  # notes, before a review of the caseload may close a case


@dataclass(slots=True, kw_only=True, eq=False)
class CaseStory(CaseFile):
    stories: "Stories[CaseStory]"
    age_established: bool = False
    notes: int = 0
    investigating: Investigating = field(init=False)
    _assignment: int = 0  # which spell of work the agenda's notes belong to

    def __post_init__(self) -> None:
        self.investigating = Investigating(case=self)

    def begin(self) -> None:
        stage, intake = self.stage, self.intake
        stage.in_working_days(choose(stage.rng, {0: 0.4, 1: 0.4, 2: 0.2}), self.assign)
        if intake.mistaken or intake.age is AgeKnowledge.UNKNOWN:
            stage.in_working_days(stage.rng.randint(5, 25), self.establish_age)
        if intake.turns_18_on:
            days = _FINISHED if intake.finished_here else 1
            grown_up = stage.hours.on(intake.turns_18_on + timedelta(days=days))
            stage.at(max(grown_up, stage.now), self.establish_age)
        self.investigating.begin()
        if intake.goes:
            stage.in_working_days(stage.rng.randint(15, 40), self.close)
        elif not intake.turns_18_on and stage.comes_round(f"ends early/{self.unit}", _ENDS_EARLY):
            stage.in_working_days(stage.rng.randint(15, 75), self.close)

    # --- the work ----------------------------------------------------------------------------

    async def assign(self) -> None:
        if not self.is_open or self.worker:
            return
        stage = self.stage
        unit = stage.desk.organisation.unit(self.unit)
        self.worker = stage.crew.worker_for(
            stage.rng,
            self.unit,
            self.compartment,
            qualified=needs_child_qualification(self._known_age(), unit),
            day=stage.today,
        )
        stage.looked(self.manager, "readCase", self.id)
        await stage.do(
            self.manager,
            cases.assign_case_worker,
            self.id,
            self.worker.id,
            even_if_away=self.worker.is_away(stage.today),
        )
        self.worker.cases.add(self.id)
        self._assignment += 1
        stage.in_working_days(stage.rng.randint(0, 1), self.write, self._assignment)

    async def write(self, assignment: int) -> None:
        """A note after each contact, as long as the same spell of work goes on."""
        if not self.is_open or assignment != self._assignment:
            return
        await self._note()
        self.stage.in_working_days(self._days_to_next_contact(), self.write, assignment)

    async def _note(self) -> None:
        rng, somebody = self.stage.rng, self.intake.somebody
        child = self._known_age() is AgeKnowledge.MINOR
        self.stage.looked(self.carrier, "readCase", self.id)
        text = texts.note(rng, somebody.gender, child=child)
        await self.stage.do(self.carrier, cases.record_note, self.id, text)
        self.notes += 1

    def _days_to_next_contact(self) -> int:
        """Nearly every day at first, and less often the longer it goes on."""
        age = (self.stage.today - self.opened).days
        mean = (1 + age / _CALMS_DOWN) / bustle(self.stage.today)
        return max(1, round(self.stage.rng.expovariate(1 / mean)))

    async def hear_again(self) -> None:
        """A further referral about the person has joined the case."""
        await self._note()

    async def change_worker(self) -> None:
        """Now and then the manager gives a case to somebody else."""
        if not self.is_open or self.worker is None or self.handover:
            return
        await self.stage.do(self.manager, cases.release_case_worker, self.id, self.worker.id)
        self.released()
        await self.assign()

    def released(self) -> None:
        if self.worker:
            self.worker.cases.discard(self.id)
        self.worker = None
        self._assignment += 1

    # --- the age, and the handover that follows from it ---------------------------------------

    def _known_age(self) -> AgeKnowledge:
        today = self.stage.today
        if self.age_established:
            return age_knowledge(self.intake.somebody.born, today)
        return self.intake.known_age(today)

    async def establish_age(self) -> None:
        """S85, R13: a document was shown, or a birthday has passed."""
        if not self.is_open:
            return
        stage = self.stage
        grown_up = self.intake.turns_18_on is not None
        outcome = await stage.do(
            self.carrier,
            cases.establish_age,
            self.id,
            born=self.intake.somebody.born,
            age=AgeKnowledge.UNKNOWN,  # the birth date says it
            basis=texts.MAJORITY if grown_up else texts.basis(stage.rng),
        )
        self.age_established = True
        reviewed = outcome.find(RoutingReviewed)
        if reviewed and reviewed[1].unit != self.unit:
            reason = texts.MAJORITY if grown_up else texts.handover_reason(stage.rng)
            stage.in_working_days(stage.rng.randint(0, 1), self.offer, reviewed[1].unit, reason)

    async def offer(self, to_unit: str, reason: str) -> None:
        if not self.is_open or self.handover or self.unit == to_unit:
            return
        stage = self.stage
        outcome = await stage.do(
            self.carrier, cases.offer_handover, self.id, to_unit=to_unit, reason=reason
        )
        _, offered = outcome.the(HandoverOffered)
        self.handover = offered.handover
        planned = reason == texts.MAJORITY
        if not planned and stage.comes_round("offered too early", shares.HANDOVERS_WITHDRAWN):
            stage.in_working_days(1, self.withdraw, to_unit, reason)
        else:
            days = stage.rng.randint(0, 1) if self.intake.acute else stage.rng.randint(4, 7)
            stage.in_working_days(days, self.answer, to_unit)

    async def withdraw(self, to_unit: str, reason: str) -> None:
        """Offered too early; it is offered again later."""
        await self.stage.do(self.carrier, cases.withdraw_handover, self.id, self._offered)
        self.handover = None
        self.stage.in_working_days(10, self.offer, to_unit, reason)

    async def answer(self, to_unit: str) -> None:
        """The receiving unit takes over; now and then it returns the case first, or somebody there
        would have, and their manager does not (R2)."""
        stage = self.stage
        member = stage.crew.somebody(stage.rng, to_unit, self.compartment)
        if self.protected:
            member = stage.crew.manager(to_unit, self.compartment)
        stage.looked(member, "readCase", self.id)
        returned = stage.comes_round("returned", shares.HANDOVERS_RETURNED)
        kept = not returned and stage.comes_round("not returned", shares.DECLINES_REFUSED)
        if returned or kept:
            if not self.protected:
                member = stage.crew.worker_for(
                    stage.rng, to_unit, self.compartment, qualified=False, day=stage.today
                )
            outcome = await stage.do(
                member,
                cases.decline_handover,
                self.id,
                self._offered,
                reason=HandoverDeclineReason(DeclineReason.OTHER_MUNICIPALITY),
                explanation=texts.decline_explanation(stage.rng),
            )
            if outcome.find(HandoverDeclineProposed):
                stage.in_working_days(1, self.confirm_decline, to_unit, confirmed=returned)
            else:
                self._returned(to_unit)
            return
        await stage.do(member, cases.accept_handover, self.id, self._offered)
        self.released()
        self.unit, self.handover = to_unit, None
        stage.in_working_days(stage.rng.randint(0, 2), self.assign)

    async def confirm_decline(self, to_unit: str, *, confirmed: bool) -> None:
        manager = self.stage.crew.manager(to_unit, self.compartment)
        if not confirmed:
            await self.stage.do(manager, cases.refuse_handover_decline, self.id, self._offered)
            self.stage.in_working_days(1, self.answer, to_unit)
            return
        await self.stage.do(manager, cases.confirm_handover_decline, self.id, self._offered)
        self._returned(to_unit)

    def _returned(self, to_unit: str) -> None:
        self.handover = None
        self.stage.in_working_days(12, self.offer, to_unit, texts.handover_reason(self.stage.rng))

    @property
    def _offered(self) -> UUID:
        if self.handover is None:
            raise LookupError("nothing was offered")
        return self.handover

    # --- the end ------------------------------------------------------------------------------

    @property
    def is_ripe(self) -> bool:
        return self.is_open and self.handover is None and self.notes >= _RIPE

    async def close(self) -> None:
        if not self.is_open:
            return
        if self.handover:
            self.stage.in_working_days(5, self.close)
            return
        await self._close(choose(self.stage.rng, _OUTCOMES))

    async def close_as_misrecorded(self) -> None:
        await self._close(CaseOutcome.MISRECORDED)

    async def move_away(self) -> None:
        """Another municipality has accepted the case (R14)."""
        if self.handover is None:
            await self._close(CaseOutcome.MOVED_AWAY)

    async def _close(self, outcome: CaseOutcome) -> None:
        await self.investigating.wind_up(outcome)
        if outcome is CaseOutcome.MOVED_AWAY and not self.moves:
            outcome = CaseOutcome.CONTACT_LOST
        try:
            await self.stage.do(self.carrier, cases.close_case, self.id, outcome)
        except (ProtectionIsNotAssessed, ReportIsNotAssessed):  # somebody tries too early
            self.stage.in_working_days(5, self.close)
            return
        self.released()
        self.is_open = False
        self.stories.close(self)

    async def reopen(self) -> None:
        reason = texts.reopening(self.stage.rng)
        await self.stage.do(self.manager, cases.reopen_case, self.id, reason)
        self.is_open = True
        self.stories.reopen(self)
        self.stage.in_working_days(1, self.assign)
