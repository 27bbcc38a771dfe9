"""Disposal as the house carries it out: what was approved is executed at night, and the keys of
what was executed are erased, whoever executed it and whatever ended since.

The facts drive it: a disposal that is executed and not erased is erased, by whoever finds it first,
and said to be so once.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import islice
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from api.commands import disposals as use_cases
from api.commands.passing_time import TIME
from api.commands.work import Command, Desk, carry_out
from api.house import Views
from api.runtime.keys.vault import PostgresVault
from api.runtime.log.event_log import StoredEventLog
from api.runtime.log.fact_log import FactLog
from api.runtime.log.mapper import Mapper, key_name, key_of
from api.runtime.rounds import Rounds
from domain.codes import DisposalStatus, Purpose
from domain.disposal import DisposalExecuted
from domain.ports import Reading, Receipts
from domain.sealed import KeyScope
from projections import ALL, disposals
from projections.building import Connect
from projections.disposals import Line
from projections.rebuild import keep_nothing

_EVERY: Final = 60.0  # seconds
_AGAIN: Final = 15.0  # seconds, when a server was away
_NIGHT: Final = range(1, 5)  # hours, in Sweden
_SWEDEN: Final = ZoneInfo("Europe/Stockholm")
_MOST_PLANS: Final = 5  # in one act
_TOGETHER: Final = 50  # streams that are read at once


class KeysStand(Exception):
    """The vault was told to erase keys and still holds some of them. Nothing is certified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposing:
    """One task per process; several do no harm."""

    desk: Desk
    views: Views
    receipts: Receipts
    stored: StoredEventLog
    facts: FactLog
    mapper: Mapper
    vault: PostgresVault
    connect: Connect  # as the views' owner
    schema: str
    backup_days: int  # for how long backups of the vault are kept
    rounds: Rounds = field(default_factory=lambda: Rounds("disposing", every=_EVERY, again=_AGAIN))

    async def run(self) -> None:
        """Until cancelled."""
        await self.rounds.keep(self.dispose)

    async def dispose(self) -> None:
        """One round. Raises Unavailable while a server is away or a view is behind."""
        if self.desk.clock.now().astimezone(_SWEDEN).hour in _NIGHT:
            await self.execute()
        await self.erase()

    # --- executed ----------------------------------------------------------------------------

    async def execute(self) -> Sequence[UUID]:
        """What was approved, together, if it is enough: the disposals that were executed now.

        Raises PositionIsNotReached while a view is behind.
        """
        approved = await self.views.ask(disposals.under_way, DisposalStatus.APPROVED)
        plans = [line.disposal for line in islice(approved, _MOST_PLANS)]
        if not plans:
            return []
        files = {file for line in islice(approved, _MOST_PLANS) for file in line.files}
        shelf = await use_cases.shelf_of(self.views, files)
        new = self.desk.ids.new
        command = Command(actor=TIME, id=new(), correlation=new())
        await self.receipts.record(_receipt(shelf.streams, command.correlation, shelf.as_of))
        outcome = await carry_out(
            self.desk, command, partial(use_cases.execute_disposals, plans=plans, shelf=shelf)
        )
        return [fact.stream for fact in outcome.facts if isinstance(fact.event, DisposalExecuted)]

    # --- erased ------------------------------------------------------------------------------

    async def erase(self) -> Sequence[UUID]:
        """The keys of whatever was executed: of which disposals. Raises KeysStand."""
        executed = await self.views.ask(disposals.under_way, DisposalStatus.EXECUTED)
        for line in executed:
            await self._erase(line)
        return [line.disposal for line in executed]

    async def _erase(self, line: Line) -> None:
        keys = await self.keys_of(line)
        await self.vault.erase(keys, line.persons, line.files)
        if await self.vault.standing(keys, line.persons, line.files):
            raise KeysStand
        await self.vault.leave_no_remains()
        self.facts.memory.forget((*line.files, *line.persons))
        await keep_nothing(ALL, self.connect, schema=self.schema)
        command = uuid5(TIME, f"erased/{line.disposal}")
        await carry_out(
            self.desk,
            Command(actor=TIME, id=command, correlation=command),
            partial(
                use_cases.erased,
                disposal_id=line.disposal,
                keys=len(keys),
                backups_until=self._backups_until(),
            ),
        )

    def _backups_until(self) -> date:
        """The last day on which a backup that was taken before the erasure may be kept."""
        today = self.desk.calendar.day_of(self.desk.clock.now())
        return today + timedelta(days=self.backup_days)

    # --- proved ------------------------------------------------------------------------------

    async def standing(self, line: Line) -> Collection[str]:
        """What of a disposal the vault still holds: nothing, once it is erased."""
        return await self.vault.standing(await self.keys_of(line), line.persons, line.files)

    async def keys_of(self, line: Line) -> Collection[str]:
        """Every key that sealed anything in the files that went, as the log itself names them, and
        of the persons of whom none was left."""
        keys = {key_name(KeyScope.FILE, file, None) for file in line.files}
        keys |= {key_name(KeyScope.IDENTITY, person, None) for person in line.persons}
        waiting = iter(line.files)
        while streams := list(islice(waiting, _TOGETHER)):
            for event in await self.stored.streams(dict.fromkeys(streams, 0)):
                told = self.mapper.decode(event.name, event.payload, event.stream, event.version)
                keys |= _own(map(key_of, self.mapper.tokens(told)), event.stream)
        return keys


def _own(keys: Iterable[str], stream: UUID) -> set[str]:
    """The keys of free text in the file's own stream; its own key is known, and nobody's identity
    goes with a file."""
    return {key for key in keys if key.startswith(f"{KeyScope.TEXT}/{stream}/")}


def _receipt(subjects: Sequence[UUID], correlation: UUID, position: int) -> Reading:
    return Reading(
        reader=TIME,
        role="",
        unit="",
        purpose=Purpose.DISPOSAL,
        what="executeDisposals",
        subjects=subjects,
        outcome="answered",
        correlation=correlation,
        event_position=position,
    )
