"""Whoever acts on the command line: the staff member a bearer token is for, under the same policy
and with the same receipts as at any door. The token is in a file or in SAMORDNA_TOKEN, never among
the words of the command, which everybody on the machine can read."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

import typer
import uvloop

from api.commands.work import Command, Outcome, Work, carry_out
from api.door import Door, Kind
from api.door.answers import Answer, Seen
from api.door.marks import Marks
from api.door.visit import Visit, told_as
from api.runtime.postgres.servers import Addresses, servers
from api.runtime.settings import Settings
from api.runtime.wiring import Rooms, open_house
from domain.codes import Purpose
from domain.errors import (
    NotPermitted,
    PositionIsMissing,
    PositionIsNotReached,
    Refusal,
    TokenIsMissing,
    Unavailable,
)
from domain.policy import Act, Information, Viewer, may, permitting
from domain.ports import Reading
from projections import ALL

P = ParamSpec("P")
A = TypeVar("A", bound=Answer)

TokenFile = Annotated[
    Path | None,
    typer.Option(
        "--token-file", help="File with the bearer token of whoever acts; else SAMORDNA_TOKEN."
    ),
]
_PATIENCE: Final = 10.0  # seconds until the views reflect the whole log


@dataclass(slots=True, kw_only=True)
class Speaker:
    """`subjects`: what the command names, so that a refusal leaves its receipt on it."""

    rooms: Rooms
    staff: UUID
    what: str  # the command, as receipts tell it
    purpose: Purpose
    correlation: UUID
    subjects: Sequence[UUID]
    known: Viewer | None = None

    @property
    def viewer(self) -> Viewer:
        """Raises PositionIsMissing."""
        if self.known is None:
            raise PositionIsMissing
        return self.known

    def require(self, act: Act, information: Information) -> None:
        """Raises NotPermitted."""
        if not may(self.viewer, act, information):
            raise NotPermitted

    async def carry_out(
        self,
        use_case: Callable[Concatenate[Work, P], Awaitable[None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome:
        outcome = await carry_out(
            self.rooms.house.desk, self._command(), lambda work: use_case(work, *args, **kwargs)
        )
        streams = dict.fromkeys(fact.stream for fact in outcome.facts)
        await self.leave_receipt(list(streams) or self.subjects, outcome.position)
        return outcome

    async def at(self, door: Door, kind: type[A], **told: Any) -> A:
        """What somebody gets at a door, on the same terms, with the command's own receipt."""
        visit = await self.visit(door)
        reads = door.kind is Kind.READING
        if reads and door.asks and not permitting(self.viewer.role, *door.asks):
            raise NotPermitted
        answered = await door.handle(visit, **told)
        if isinstance(answered, Seen):
            await self.leave_receipt(answered.subjects, visit.position, answered.detail)
            answered = answered.answer
        elif visit.outcome:
            streams = dict.fromkeys(fact.stream for fact in visit.outcome.facts)
            await self.leave_receipt(list(streams) or self.subjects, visit.outcome.position)
        assert isinstance(answered, kind)  # noqa: S101 - what the door declares
        return answered

    async def visit(self, door: Door) -> Visit:
        """As somebody stands at a door, with the command's own name."""
        house = self.rooms.house
        visit = Visit(
            house=house,
            operation=self.what,
            correlation=self.correlation,
            now=house.desk.clock.now(),
            staff=self.staff,
            marks=Marks(house.macs),
            purpose=self.purpose,
            position=house.views.position(door.view) if door.view else 0,
            command=self._command() if door.kind is Kind.DECIDING else None,
            ids=list(self.subjects),
        )
        await visit.recognise()
        await visit.marks.ready()
        return visit

    def _command(self) -> Command:
        new = self.rooms.house.desk.ids.new
        return Command(actor=self.staff, id=new(), correlation=self.correlation)

    async def leave_receipt(
        self,
        subjects: Sequence[UUID],
        position: int,
        detail: dict[str, str] | None = None,
        *,
        outcome: str = "answered",
    ) -> None:
        """Durable when this returns; nothing is shown before. Raises ReceiptsUnavailable."""
        viewer, purpose = self.known, self.purpose
        if viewer and not viewer.emergencies.isdisjoint(subjects):
            purpose = Purpose.EMERGENCY
        await self.rooms.house.receipts.record(
            Reading(
                reader=self.staff,
                role=viewer.role if viewer else "",
                unit=viewer.unit if viewer else "",
                purpose=purpose,
                what=self.what,
                subjects=subjects,
                outcome=outcome,
                correlation=self.correlation,
                event_position=position,
                detail=detail or None,
            )
        )


@asynccontextmanager
async def speaking(
    settings: Settings,
    addresses: Addresses,
    token_file: Path | None,
    *,
    what: str,
    purpose: Purpose,
    subjects: Sequence[UUID] = (),
) -> AsyncIterator[Speaker]:
    """A refusal leaves its receipt, too; what the house could not do at all tells nothing.

    Raises TokenIsMissing, TokenIsRefused, PositionIsMissing, PositionIsNotReached.
    """
    token = _token(token_file)
    async with open_house(settings, addresses) as rooms:
        staff = await rooms.house.identities.staff_id(token)
        head = await rooms.facts.head()
        for view in ALL:
            if not await rooms.views.wait_for(view.name, head, _PATIENCE):
                raise PositionIsNotReached
        speaker = Speaker(
            rooms=rooms,
            staff=staff,
            what=f"samordna {what}",
            purpose=purpose,
            correlation=rooms.house.desk.ids.new(),
            subjects=subjects,
            known=await rooms.views.viewer(staff),
        )
        try:
            if speaker.known is None:
                raise PositionIsMissing
            yield speaker
        except Unavailable:
            raise
        except Refusal as refusal:
            await speaker.leave_receipt(speaker.subjects, head, outcome=told_as(refusal))
            raise


def spoken(
    settings: Settings,
    token_file: Path | None,
    what: str,
    purpose: Purpose,
    act: Callable[[Speaker], Awaitable[None]],
    *subjects: UUID,
) -> None:
    """A whole command: somebody acts, on the house's servers."""

    async def run(addresses: Addresses) -> None:
        async with speaking(
            settings, addresses, token_file, what=what, purpose=purpose, subjects=subjects
        ) as speaker:
            await act(speaker)

    with servers(settings) as addresses:
        uvloop.run(run(addresses))


def _token(file: Path | None) -> str:
    """Raises TokenIsMissing."""
    token = file.read_text("utf-8") if file else os.environ.get("SAMORDNA_TOKEN", "")
    if not token.strip():
        raise TokenIsMissing
    return token.strip()
