"""Everybody who waits for an append of their own: a closed loop over the fact log."""

import asyncio
from random import Random
from statistics import median
from time import perf_counter
from typing import Final, Self
from uuid import UUID

from api.bench.figures import Turn
from api.commands.founding import found
from api.commands.work import Desk
from api.demo import texts
from api.runtime.log.mapper import Mapper
from domain.case import CaseOpened, NoteRecorded
from domain.codes import Compartment, Gender
from domain.recorded import Append, NewEvent
from domain.sealed import Sealed

FILES_EACH: Final = 25  # cases that each of the most who wait writes about, one after the other

_UNIT: Final = "nexus"
_MARK: Final = bytes(32)  # of a body; what it says is not judged here
_TOGETHER: Final = 500


class Writers:
    """Each goes round cases of their own."""

    def __init__(self, desk: Desk, actor: UUID, most: int) -> None:
        self._desk = desk
        self._actor = actor
        self._rng = Random(1)  # noqa: S311 - any ids and notes will do
        self._files = [_File(self._id(), self._id()) for _ in range(most * FILES_EACH)]
        self._notes = [texts.note(self._rng, Gender.WOMAN, child=False) for _ in range(500)]

    @classmethod
    async def employ(cls, desk: Desk, most: int) -> Self:
        """Their cases are open, and the keys of their notes are made."""
        writers = cls(desk, await found(desk, name="Bench"), most)
        await writers._open_cases()
        return writers

    async def turn(self, waiting: int, seconds: float) -> Turn:
        taken: list[float] = []
        began = perf_counter()
        await asyncio.gather(
            *(self._write(number, waiting, began + seconds, taken) for number in range(waiting))
        )
        rate = len(taken) / (perf_counter() - began)
        return Turn(rate=rate, milliseconds={"p50": median(taken) * 1000})

    async def _write(self, number: int, of: int, until: float, taken: list[float]) -> None:
        mine = self._files[number::of]
        written = 0
        while (began := perf_counter()) < until:
            file = mine[written % len(mine)]
            note = self._notes[written % len(self._notes)]
            await self._record(file, NoteRecorded(person=file.person, text=Sealed.of(note)))
            written += 1
            taken.append(perf_counter() - began)

    async def _open_cases(self) -> None:
        mapper = Mapper(self._desk.vault)
        for first in range(0, len(self._files), _TOGETHER):
            files = self._files[first : first + _TOGETHER]
            notes = ((NoteRecorded(person=f.person, text=Sealed.of("")), f.case) for f in files)
            keys = {key for note, case in notes for key in mapper.keys(note, case)}
            await self._desk.vault.ensure(keys)
            await asyncio.gather(*(self._record(file, self._opening(file)) for file in files))

    def _opening(self, file: "_File") -> CaseOpened:
        return CaseOpened(
            person=file.person, referral=self._id(), compartment=Compartment.EXPOSED, unit=_UNIT
        )

    async def _record(self, file: "_File", event: object) -> None:
        """As a door's command does: it has read the case and its author's position."""
        append = Append(
            command=self._id(),
            correlation=self._id(),
            body_mac=_MARK,
            actor=self._actor,
            unit=_UNIT,
            expected={self._actor: 1, file.case: file.version},
            events=[NewEvent(stream=file.case, event=event, occurred_at=self._desk.clock.now())],
        )
        await self._desk.log.append(append)
        file.version += 1

    def _id(self) -> UUID:
        """Random, and made in a third of the time that one takes which nobody may guess: whoever
        sends a command brings them along."""
        return UUID(int=self._rng.getrandbits(128))


class _File:
    """A case as its writer knows it."""

    def __init__(self, case: UUID, person: UUID) -> None:
        self.case = case
        self.person = person
        self.version = 0
