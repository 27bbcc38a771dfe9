"""What happens in a few files of a year, whatever else becomes of them: a guardian is recorded, a
case is opened in an emergency by somebody who does not work with it, a file is held for a trial."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final
from uuid import UUID

from api.commands import cases, disposals, emergencies, links, persons
from api.demo import texts
from api.demo.case_files import Thread
from domain.codes import AgeKnowledge, Compartment, GuardianshipEnd, HoldGround
from domain.person.guardianship import GuardianRecorded
from domain.retention import FileHeld

_HAS_A_GUARDIAN: Final = 0.5  # of the children, and is asked
_NO_MORE: Final = 0.25  # of those guardians
_EMERGENCIES: Final = 0.02  # of the cases of the exposed
_HELD: Final = 0.03
_MISTAKEN: Final = 0.05  # an entry in the wrong file, corrected the same day


@dataclass(slots=True, kw_only=True, eq=False)
class Turns(Thread):
    NAME: ClassVar[str] = "turns"

    def begin(self) -> None:
        case, stage = self.case, self.stage
        intake = case.intake
        child = intake.age is AgeKnowledge.MINOR and not (intake.mistaken or intake.repeats)
        if child and stage.comes_round("guardian", _HAS_A_GUARDIAN):
            self.later(6, self._record_guardian)
        exposed = case.compartment is Compartment.EXPOSED
        if exposed and stage.comes_round("emergency", _EMERGENCIES):
            self.later(7, self._open_in_an_emergency)
        if stage.comes_round("held", _HELD):
            self.later(12, self._hold)
        if stage.comes_round("mistaken", _MISTAKEN):
            self.later(stage.rng.randint(5, 60), self._mistake)

    async def _record_guardian(self) -> None:
        case, stage = self.case, self.stage
        record = persons.record_guardian
        outcome = await stage.do(case.carrier, record, case.id, name=texts.GUARDIAN, contact=None)
        if stage.comes_round("guardian no more", _NO_MORE):
            guardian = outcome.the(GuardianRecorded)[1].guardian
            self.later(20, self._end_rights, guardian)

    async def _end_rights(self, guardian: UUID) -> None:
        """S85, R13: before the child is 18, by a court."""
        await self.stage.do(
            self.case.carrier,
            persons.end_guardians_rights,
            self.case.id,
            guardian,
            ground=GuardianshipEnd.COURT_DECISION,
            basis=texts.GUARDIAN_NO_MORE,
        )

    async def _open_in_an_emergency(self) -> None:
        """By somebody of the other unit that meets the exposed, whom the person has come to."""
        case, stage = self.case, self.stage
        there = "intake-worker" if case.unit == "nexus" else "nexus-worker"
        await stage.do(stage.crew[there], emergencies.open_case, case.id, reason=texts.EMERGENCY)

    async def _hold(self) -> None:
        """SoL 16:1-4: for a trial, and until it is over."""
        case, stage = self.case, self.stage
        hold = partial(disposals.hold_file, ground=HoldGround.STILL_NEEDED, reason=texts.KEPT)
        outcome = await stage.do(case.manager, hold, case.id, disposals.of_case)
        self.later(15, self._lift, outcome.the(FileHeld)[1].hold)

    async def _lift(self, hold: UUID) -> None:
        case, lift = self.case, disposals.lift_hold
        why = {"reason": texts.KEPT_NO_MORE}
        await self.stage.do(case.manager, lift, case.id, disposals.of_case, hold, **why)

    async def _mistake(self) -> None:
        outcome = await self.do(cases.record_note, texts.MISTAKE)
        self.later(0, self._correct, outcome.position)

    async def _correct(self, position: int) -> None:
        await self.do(links.correct_entry, position, reason=texts.CORRECTION)
