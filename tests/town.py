"""A small town over the fakes: a desk, staff at hand, and commands carried out in their names."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

import pytest

from api.commands import assessments, cases, referrals
from api.commands.founding import found
from api.commands.referrals import ReferralDetails
from api.commands.staff import PositionDetails, take_position
from api.commands.work import Command, Desk, Outcome, Work, carry_out
from api.runtime.clock import SeededIds, SimulatedClock, SwedishWorkingCalendar
from api.runtime.organisation import load_organisation, read_organisation
from domain import case, person, referral, staff, team
from domain.case import Case, HandoverOffered
from domain.codes import (
    AgeKnowledge,
    Channel,
    Compartment,
    Concern,
    Gender,
    PersonRole,
    Residence,
    Source,
    StaffRole,
)
from domain.errors import Refusal
from domain.person import Person
from domain.recorded import Append, Appended, Recorded
from domain.referral import Referral, ReferralAccepted, ReferralReceived
from domain.staff import PositionTaken, StaffMember
from domain.team import Team
from tests.fakes import MemoryEventLog, MemoryVault

P = ParamSpec("P")
T = TypeVar("T")

NOW: Final = datetime(2023, 4, 3, 7, 0, tzinfo=UTC)
TODAY: Final = NOW.date()

AN_ADULT: Final = ReferralDetails(
    source=Source.POLICE,
    channel=Channel.SECURE_MESSAGE,
    kind=None,
    senders_reference=None,
    received_at=None,
    acute=False,
    role=PersonRole.EXPOSED,
    concern=Concern.PROSTITUTION,
    residence=Residence.BELONGS_HERE,
    name="Runa Dimvaka",
    number="199003029817",
    born=date(1990, 3, 2),
    age=None,
    assessed_adult_by=None,
    gender=Gender.WOMAN,
    contact=None,
    account="Anträffad vid en insats.",
)
A_CHILD: Final = replace(AN_ADULT, number="200703029819", born=date(2007, 3, 2))
A_BUYER: Final = replace(AN_ADULT, role=PersonRole.BUYER)
A_RELATIVE: Final = replace(AN_ADULT, role=PersonRole.RELATIVE)
SOMEBODY: Final = replace(AN_ADULT, role=PersonRole.UNKNOWN)
AGE_UNKNOWN: Final = replace(AN_ADULT, number=None, born=None, age=AgeKnowledge.UNKNOWN)


class BusyLog(MemoryEventLog):
    """A log in which somebody else is quicker: `meanwhile` happens just before the next append."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def append(self, append: Append) -> Appended:
        if meanwhile := self.meanwhile:
            self.meanwhile = None
            await meanwhile()
        return await super().append(append)


@dataclass(slots=True, kw_only=True)
class Town:
    desk: Desk
    clock: SimulatedClock
    vault: MemoryVault
    log: BusyLog
    administrator: UUID
    _hired: dict[tuple[object, ...], UUID] = field(default_factory=dict)

    # --- staff -------------------------------------------------------------------------------

    async def hire(
        self,
        unit: str,
        role: StaffRole = StaffRole.CASE_WORKER,
        side: Compartment | None = Compartment.EXPOSED,
        *,
        qualified: bool = True,
    ) -> UUID:
        """Somebody new with that position."""
        details = PositionDetails(
            name="Ylva Stenträda",
            unit=unit,
            role=role,
            side=side,
            since=TODAY,
            qualified_for_children=qualified,
        )
        outcome = await self.do(self.administrator, take_position, details)
        return outcome.the(PositionTaken)[0]

    async def manager(self, unit: str, side: Compartment | None = Compartment.EXPOSED) -> UUID:
        """The unit's manager on that side, always the same one."""
        return await self._one(unit, StaffRole.UNIT_MANAGER, side)

    async def worker(self, unit: str, side: Compartment | None = Compartment.EXPOSED) -> UUID:
        """A qualified case worker of the unit on that side, always the same one."""
        return await self._one(unit, StaffRole.CASE_WORKER, side)

    async def outreach(self) -> UUID:
        return await self._one("homeless-outreach", StaffRole.OUTREACH_WORKER, Compartment.EXPOSED)

    async def police(self) -> UUID:
        return await self._one("police", StaffRole.EXTERNAL_SENDER, None)

    async def source(self, source: Source) -> UUID:
        """Who tells as this source: a party outside, or a case worker who took the call."""
        outside = (unit for unit in self.desk.organisation.units if unit.party)
        for unit in outside:
            if source in unit.tells_as:
                return await self._one(unit.code, StaffRole.EXTERNAL_SENDER, None)
        return await self.worker("nexus")

    async def _one(self, *position: Any) -> UUID:
        if position not in self._hired:
            self._hired[position] = await self.hire(*position)
        return self._hired[position]

    # --- commands ----------------------------------------------------------------------------

    async def do(
        self,
        actor: UUID,
        use_case: Callable[Concatenate[Work, P], Awaitable[None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome:
        """Carry a command out as somebody who has seen what stands."""
        command = self.command(actor, stale=lambda _: False)
        return await self.carry_out(command, use_case, *args, **kwargs)

    def command(self, actor: UUID, **facts: Any) -> Command:
        new = self.desk.ids.new
        return Command(actor=actor, **{"id": new(), "correlation": new(), **facts})

    async def carry_out(
        self,
        command: Command,
        use_case: Callable[Concatenate[Work, P], Awaitable[None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome:
        return await carry_out(self.desk, command, lambda work: use_case(work, *args, **kwargs))

    async def receive(self, details: ReferralDetails = AN_ADULT, by: UUID | None = None) -> UUID:
        """A referral, from whoever its source is unless somebody else is named."""
        sender = by or await self.source(details.source)
        outcome = await self.do(sender, referrals.receive_referral, details)
        return outcome.the(ReferralReceived)[0]

    async def open_case(self, details: ReferralDetails = AN_ADULT) -> UUID:
        """A case: a referral received, and accepted by the manager of the unit it was routed to."""
        received = await self.receive(details)
        waiting = await self.referral(received)
        side = waiting.compartment
        if side is Compartment.TRIAGE:
            side = Compartment.EXPOSED
        manager = await self.manager(waiting.unit, side)
        outcome = await self.do(manager, referrals.accept_referral, received)
        return outcome.the(ReferralAccepted)[1].case

    async def assess(self, case: UUID) -> None:
        """Its reports, by its manager: before that it is not closed."""
        standing = await self.case(case)
        manager = await self.manager(standing.unit, standing.compartment)
        how: dict[str, Any] = {"ground": "Trygg nu."}
        for told in standing.referrals:
            protect = assessments.assess_protection
            decide = assessments.decide_preliminary_assessment
            await self.do(manager, protect, told, needed_at_once=False, **how)
            await self.do(manager, decide, told, opens=False, **how)

    async def assign(self, case: UUID, worker: UUID, by: UUID | None = None) -> None:
        """By the manager of the case's unit, on the exposed side, unless somebody is named."""
        manager = by or await self.manager((await self.case(case)).unit)
        await self.do(manager, cases.assign_case_worker, case, worker)

    async def assigned(self, unit: str = "nexus") -> tuple[UUID, UUID]:
        """A case of the unit, and its assigned worker."""
        opened = await self.open_case(A_CHILD if unit == "childrens-intake" else AN_ADULT)
        worker = await self.worker(unit)
        await self.assign(opened, worker)
        return opened, worker

    async def offered(self, case: UUID, to_unit: str = "nexus") -> UUID:
        """A handover of the case, offered by the manager of its unit on its side."""
        standing = await self.case(case)
        manager = await self.manager(standing.unit, standing.compartment)
        outcome = await self.do(
            manager, cases.offer_handover, case, to_unit=to_unit, reason="Ny ålder."
        )
        return outcome.the(HandoverOffered)[1].handover

    # --- what stands -------------------------------------------------------------------------

    async def facts(self, stream: UUID) -> list[Recorded]:
        return await self.log.opened(stream)

    async def names(self, *streams: UUID) -> list[str]:
        return [fact.name for stream in streams for fact in await self.facts(stream)]

    async def _events(self, stream: UUID) -> list[object]:
        return [fact.event for fact in await self.facts(stream)]

    async def referral(self, stream: UUID) -> Referral:
        return _there(referral.fold(await self._events(stream)))

    async def case(self, stream: UUID) -> Case:
        return _there(case.fold(await self._events(stream)))

    async def person(self, stream: UUID) -> Person:
        return _there(person.fold(await self._events(stream)))

    async def member(self, stream: UUID) -> StaffMember:
        return _there(staff.fold(await self._events(stream), stream))

    async def team(self, stream: UUID) -> Team:
        return _there(team.fold(await self._events(stream)))


async def new_town() -> Town:
    """Founded, with its first administrator."""
    clock = SimulatedClock(NOW)
    vault = MemoryVault()
    log = BusyLog(vault, clock)
    desk = Desk(
        log=log,
        vault=vault,
        organisation=load_organisation(),
        reads=read_organisation,
        clock=clock,
        ids=SeededIds(1),
        calendar=SwedishWorkingCalendar(),
    )
    administrator = await found(desk, name="Folke Lärkstigen")
    return Town(desk=desk, clock=clock, vault=vault, log=log, administrator=administrator)


async def told(asked: Awaitable[object]) -> tuple[type[Refusal], dict[str, object]]:
    """The refusal, and everything that it tells."""
    with pytest.raises(Refusal) as refused:
        await asked
    return type(refused.value), refused.value.context


def _there(state: T | None) -> T:
    assert state is not None
    return state
