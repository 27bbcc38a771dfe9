"""A police operation: announced, acknowledged by both, those met told of the next
morning in an act for each side, closed (S31, S48, R6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from api.commands import police_operations as operations
from api.commands.referrals import ReferralDetails
from api.commands.work import Fact, Outcome
from api.demo.intakes import Intake
from api.demo.referral_stories import Referrals
from api.demo.shares import choose
from api.demo.stage import Stage
from api.demo.telling import details
from domain.codes import Compartment
from domain.police_operation import OperationAnnounced
from domain.policy import side_of
from domain.routing import compartment_of

_COORDINATORS_PATIENCE = {0: 0.45, 1: 0.4, 2: 0.1, 3: 0.05}  # working days; the last ones alarm


@dataclass(slots=True, kw_only=True)
class Operation:
    stage: Stage
    referrals: Referrals

    async def announce(self, met: Sequence[Intake]) -> None:
        """The day before, by the police."""
        stage = self.stage
        announce = partial(operations.announce_operation, announced_at=None)
        police = stage.crew["police"]
        outcome = await stage.do(police, announce, planned_on=stage.today + timedelta(days=1))
        operation, _ = outcome.the(OperationAnnounced)
        stage.in_working_days(0, self._acknowledge, operation, by_a_coordinator=False)
        later = choose(stage.rng, _COORDINATORS_PATIENCE)
        stage.in_working_days(later, self._acknowledge, operation, by_a_coordinator=True)
        stage.in_working_days(1, self._refer, operation, met)

    async def _acknowledge(self, operation: UUID, *, by_a_coordinator: bool) -> None:
        crew = self.stage.crew
        somebody = crew["regional-coordinator" if by_a_coordinator else "nexus-reception"]
        await self.stage.do(somebody, operations.acknowledge_operation, operation)

    async def _refer(self, operation: UUID, met: Sequence[Intake]) -> None:
        stage = self.stage
        sides: dict[Compartment, list[tuple[Intake, ReferralDetails]]] = {}
        for intake in met:
            side = side_of(compartment_of(intake.role))
            sides.setdefault(side, []).append((intake, details(intake, stage.of(intake.name))))
        told: list[tuple[Intake, Outcome, Fact]] = []
        for of_one_side in sides.values():
            these, those = zip(*of_one_side, strict=True)
            police = stage.crew["police"]
            outcome = await stage.do(police, operations.refer_those_met, operation, those)
            told += self.referrals.routed(outcome, these)
        for one in sorted(told, key=lambda of: met.index(of[0])):
            self.referrals.begin(*one)
        stage.in_working_days(stage.rng.randint(4, 10), self._close, operation)

    async def _close(self, operation: UUID) -> None:
        await self.stage.do(self.stage.crew["nexus-manager"], operations.close_operation, operation)
