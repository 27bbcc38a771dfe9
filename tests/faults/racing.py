"""A process that works in the town without a door, until all is over or it is killed: what it is
told becomes a line in a file, at once."""

import asyncio
import json
import os
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid5

from api.commands.cases import record_note
from api.commands.referrals import accept_referral, receive_referral
from api.commands.work import Command, Outcome, Work, carry_out
from api.runtime.postgres.servers import servers
from api.runtime.settings import Settings
from api.runtime.wiring import Rooms, open_house
from domain.errors import ReferralIsAnswered, StreamHasMoved, Unavailable
from domain.referral import ReferralAccepted, ReferralReceived
from tests.town import AN_ADULT

STORIES = 60  # told by everybody, under the same command ids
PEOPLE = 5  # whom they are about
AT_ONCE = 4  # in one process
NOTE = "Hon kom inte."
_NAMES = UUID(int=4)  # of command ids that all processes know


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    settings: Settings
    officer: UUID
    managers: tuple[UUID, ...]
    told: Path  # one JSON line for each command that was acknowledged
    over: Path  # when it is there, everybody stops


def race(course: Race) -> None:
    """Until it is over."""

    async def run() -> None:
        with servers(course.settings) as at:
            async with open_house(course.settings, at, follow=False) as rooms:
                lanes = (_Lane(course, rooms).run() for _ in range(AT_ONCE))
                await asyncio.gather(*lanes)

    asyncio.run(run())


class _Lane:
    """One command after the other."""

    def __init__(self, course: Race, rooms: Rooms) -> None:
        self._course = course
        self._desk = rooms.house.desk
        self._told = os.open(course.told, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def run(self) -> None:
        while not self._course.over.exists():
            await self._tell(random.randrange(STORIES))  # noqa: S311 - variety, no secret

    async def _tell(self, number: int) -> None:
        """A referral; its acceptance and a rival's, which exclude each other; and a note."""
        details = replace(AN_ADULT, number=f"19900302{number % PEOPLE:04}")
        manager = random.choice(self._course.managers)  # noqa: S311 - variety, no secret

        async def receive(work: Work) -> None:
            await receive_referral(work, details)

        async def accept(work: Work) -> None:
            await accept_referral(work, referral)

        sent = await self._do(f"referral-{number}", self._course.officer, receive)
        referral, _ = sent.the(ReferralReceived)
        for whose in random.sample([f"acceptance-{number}", ""], 2):
            with suppress(ReferralIsAnswered):
                accepted = await self._do(whose, manager, accept)
                case = accepted.the(ReferralAccepted)[1].case
                await self._do("", manager, lambda work: record_note(work, case, NOTE))  # noqa: B023 - awaited here

    async def _do(self, name: str, who: UUID, decide: Callable[[Work], Awaitable[None]]) -> Outcome:
        """Again and again, under one command id, until it is answered. A name makes an id that the
        other processes use, too."""
        ids = self._desk.ids
        command = Command(
            actor=who,
            id=uuid5(_NAMES, f"{name} {who}") if name else ids.new(),
            correlation=ids.new(),
            body_mac=name.encode() or b"its own",
        )
        while True:
            try:
                outcome = await carry_out(self._desk, command, decide)
            except (StreamHasMoved, Unavailable):
                continue
            told = {"command": str(command.id), "position": outcome.position, "name": name}
            os.write(self._told, json.dumps(told).encode() + b"\n")
            return outcome
