"""Processes of one house as far as commands go: each with a memory of its own, over the same two
servers. In one event loop, they meet as processes do: through the log and the vault alone."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from api.commands import cases, referrals
from api.commands.founding import found
from api.commands.work import Command, Desk, Outcome, Work, carry_out
from api.runtime.clock import RandomIds, SwedishWorkingCalendar, SystemClock
from api.runtime.keys.key_encryption import KeyringFile
from api.runtime.keys.vault import PostgresVault
from api.runtime.log.event_log import StoredEventLog, StreamedEvent
from api.runtime.log.fact_log import FactLog
from api.runtime.log.mapper import Mapper
from api.runtime.organisation import load_organisation, read_organisation
from domain.codes import Compartment, Concern, StaffRole
from domain.recorded import Append, NewEvent, Recorded, Stream
from domain.referral import ReferralAccepted, ReferralReceived
from domain.sealed import Sealed
from domain.staff import PositionTaken
from tests.conftest import Database
from tests.town import AN_ADULT, TODAY

P = ParamSpec("P")


class CountedLog(StoredEventLog):
    """Counts what is read of streams."""

    questions = 0
    rows = 0

    async def streams(
        self, known: Mapping[UUID, int], *, left_out: Collection[str] = ()
    ) -> Sequence[StreamedEvent]:
        rows = await super().streams(known, left_out=left_out)
        self.questions += 1
        self.rows += len(rows)
        return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    desk: Desk
    stored: CountedLog
    vault: PostgresVault

    async def do(
        self,
        actor: UUID,
        use_case: Callable[Concatenate[Work, P], Awaitable[None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome:
        """Carry a command out as somebody who has seen what stands."""
        return await self.carry_out(self.command(actor), use_case, *args, **kwargs)

    def command(self, actor: UUID, **facts: Any) -> Command:
        new = self.desk.ids.new
        told = {"id": new(), "correlation": new(), "stale": lambda _: False, **facts}
        return Command(actor=actor, **told)

    async def carry_out(
        self,
        command: Command,
        use_case: Callable[Concatenate[Work, P], Awaitable[None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome:
        return await carry_out(self.desk, command, lambda work: use_case(work, *args, **kwargs))

    async def append(self, actor: UUID, stream: UUID, version: int, *events: object) -> None:
        """Facts without a decision."""
        now, ids = self.desk.clock.now(), self.desk.ids
        await self.desk.log.append(
            Append(
                command=ids.new(),
                correlation=ids.new(),
                body_mac=b"",
                actor=actor,
                unit="nexus",
                expected={stream: version},
                events=[NewEvent(stream=stream, event=event, occurred_at=now) for event in events],
            )
        )

    async def stream(self, stream: UUID, *, afresh: bool = False) -> Stream:
        return (await self.desk.log.streams([stream], afresh=afresh))[stream]

    async def facts(self) -> Sequence[Recorded]:
        """All of them, opened."""
        return await self.desk.log.opened_span(1, await self.desk.log.head())

    async def read_for(self, command: Awaitable[object]) -> tuple[int, int]:
        """How many questions a command asked of streams, and how many rows came back."""
        before = self.stored.questions, self.stored.rows
        await command
        return self.stored.questions - before[0], self.stored.rows - before[1]


@asynccontextmanager
async def process(log: Database, vault: Database, **how: Any) -> AsyncIterator[Process]:
    """`how` is the vault's."""
    keyring = vault.secrets / "keyring"
    if not keyring.exists():
        KeyringFile.create(keyring)
    async with (
        CountedLog(log.url("server"), log.schema) as stored,
        PostgresVault(vault.url("vault"), vault.schema, KeyringFile(keyring), **how) as keys,
    ):
        desk = Desk(
            log=FactLog(stored, Mapper(keys), keys),
            vault=keys,
            organisation=load_organisation(),
            reads=read_organisation,
            clock=SystemClock(),
            ids=RandomIds(),
            calendar=SwedishWorkingCalendar(),
        )
        yield Process(desk=desk, stored=stored, vault=keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffed:
    """A case at Nexus, its manager and its case worker, and who manages them."""

    case: UUID
    person: UUID
    manager: UUID
    worker: UUID
    administrator: UUID


async def staffed(here: Process) -> Staffed:
    administrator = await found(here.desk, name="Folke Lärkstigen")
    manager = await hired(here, administrator, StaffRole.UNIT_MANAGER)
    worker = await hired(here, administrator, StaffRole.CASE_WORKER)
    case, person = await opened_case(here, manager)
    await here.do(manager, cases.assign_case_worker, case, worker)
    return Staffed(
        case=case, person=person, manager=manager, worker=worker, administrator=administrator
    )


async def hired(here: Process, administrator: UUID, role: StaffRole, unit: str = "nexus") -> UUID:
    somebody = here.desk.ids.new()
    taken = PositionTaken(
        unit=unit,
        role=role,
        side=Compartment.EXPOSED,
        since=TODAY,
        name=Sealed.of("Ylva Stenträda"),
    )
    await here.append(administrator, somebody, 0, taken)
    return somebody


async def opened_case(here: Process, manager: UUID) -> tuple[UUID, UUID]:
    """A new case of somebody new, whom no rule binds to a unit."""
    details = replace(AN_ADULT, number=None, concern=Concern.UNKNOWN)
    received, told = (await here.do(manager, referrals.receive_referral, details)).the(
        ReferralReceived
    )
    accepted = await here.do(manager, referrals.accept_referral, received)
    return accepted.the(ReferralAccepted)[1].case, told.person
