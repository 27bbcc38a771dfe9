"""What happens in a few files of a year, whatever else becomes of them: a guardian is recorded, a
case is opened in an emergency by somebody who does not work with it, a file is held for a trial."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import UUID

from api.commands import disposals, emergencies, persons
from api.demo import texts
from api.demo.case_stories import CaseStory
from api.demo.stage import Stage
from domain.codes import AgeKnowledge, Compartment, GuardianshipEnd, HoldGround
from domain.person.guardianship import GuardianRecorded
from domain.retention import FileHeld

_HAS_A_GUARDIAN: Final = 0.5  # of the children, and is asked
_NO_MORE: Final = 0.12  # of those guardians
_EMERGENCIES: Final = 0.02  # of the cases of the exposed
_HELD: Final = 0.03


@dataclass(slots=True, kw_only=True)
class Turns:
    story: CaseStory
    stage: Stage = field(init=False)

    def __post_init__(self) -> None:
        self.stage = self.story.stage.of("turns")

    def begin(self) -> None:
        story, stage = self.story, self.stage
        intake = story.intake
        child = intake.age is AgeKnowledge.MINOR and not (intake.mistaken or intake.repeats)
        if child and stage.comes_round("guardian", _HAS_A_GUARDIAN):
            self._in(6, self._record_guardian)
        exposed = story.compartment is Compartment.EXPOSED
        if exposed and stage.comes_round("emergency", _EMERGENCIES):
            self._in(7, self._open_in_an_emergency)
        if stage.comes_round("held", _HELD):
            self._in(12, self._hold)

    async def _record_guardian(self) -> None:
        story, stage = self.story, self.stage
        record = persons.record_guardian
        outcome = await stage.do(story.carrier, record, story.id, name=texts.GUARDIAN, contact=None)
        if stage.comes_round("guardian no more", _NO_MORE):
            guardian = outcome.the(GuardianRecorded)[1].guardian
            self._in(20, self._end_rights, guardian)

    async def _end_rights(self, guardian: UUID) -> None:
        """S85, R13: before the child is 18, by a court."""
        await self.stage.do(
            self.story.carrier,
            persons.end_guardians_rights,
            self.story.id,
            guardian,
            ground=GuardianshipEnd.COURT_DECISION,
            basis=texts.GUARDIAN_NO_MORE,
        )

    async def _open_in_an_emergency(self) -> None:
        """By somebody of the other unit that meets the exposed, whom the person has come to."""
        story, stage = self.story, self.stage
        there = "intake-worker" if story.unit == "nexus" else "nexus-worker"
        await stage.do(stage.crew[there], emergencies.open_case, story.id, reason=texts.EMERGENCY)

    async def _hold(self) -> None:
        """SoL 16:1-4: for a trial, and until it is over."""
        story, stage = self.story, self.stage
        hold = partial(disposals.hold_file, ground=HoldGround.STILL_NEEDED, reason=texts.KEPT)
        outcome = await stage.do(story.manager, hold, story.id, disposals.of_case)
        self._in(15, self._lift, outcome.the(FileHeld)[1].hold)

    async def _lift(self, hold: UUID) -> None:
        story, lift = self.story, disposals.lift_hold
        why = {"reason": texts.KEPT_NO_MORE}
        await self.stage.do(story.manager, lift, story.id, disposals.of_case, hold, **why)

    def _in(self, days: int, act: Callable[..., Awaitable[None]], *args: Any) -> None:
        self.stage.in_working_days(days, self._if_open, act, *args)

    async def _if_open(self, act: Callable[..., Awaitable[None]], *args: Any) -> None:
        if self.story.is_open:
            await act(*args)
