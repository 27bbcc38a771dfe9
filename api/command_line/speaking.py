"""Whoever acts on the command line: the staff member a bearer token is for, under the same policy
and with the same receipts as at any door. The token is in a file or in SAMORDNA_TOKEN, never among
the words of the command, which everybody on the machine can read."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Concatenate, Final, ParamSpec
from uuid import UUID

import typer

from api.commands.work import Command, Outcome, Work, carry_out
from api.runtime.servers import Addresses
from api.runtime.settings import Settings
from api.runtime.wiring import Rooms, open_house
from domain.codes import Purpose
from domain.errors import NotPermitted, PositionIsMissing, PositionIsNotReached, TokenIsMissing
from domain.policy import Act, Information, Viewer, may
from domain.ports import Reading
from projections import ALL

P = ParamSpec("P")

TokenFile = Annotated[
    Path | None,
    typer.Option(
        "--token-file", help="File with the bearer token of whoever acts; else SAMORDNA_TOKEN."
    ),
]
_PATIENCE: Final = 10.0  # seconds until the views reflect the whole log


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    rooms: Rooms
    viewer: Viewer
    what: str  # the command, as receipts tell it
    purpose: Purpose
    correlation: UUID

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
        house = self.rooms.house
        new = house.desk.ids.new
        command = Command(actor=self.viewer.staff, id=new(), correlation=self.correlation)
        return await carry_out(house.desk, command, lambda work: use_case(work, *args, **kwargs))

    async def leave_receipt(self, subjects: Sequence[UUID], position: int) -> None:
        """Durable when this returns; nothing is shown before. Raises ReceiptsUnavailable."""
        await self.rooms.house.receipts.record(
            Reading(
                reader=self.viewer.staff,
                role=self.viewer.role,
                unit=self.viewer.unit,
                purpose=self.purpose,
                what=self.what,
                subjects=subjects,
                outcome="answered",
                correlation=self.correlation,
                event_position=position,
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
) -> AsyncIterator[Speaker]:
    """Raises TokenIsMissing, TokenIsRefused, PositionIsMissing, PositionIsNotReached."""
    token = _token(token_file)
    async with open_house(settings, addresses) as rooms:
        staff = await rooms.house.identities.staff_id(token)
        head = await rooms.facts.head()
        for view in ALL:
            if not await rooms.views.wait_for(view.name, head, _PATIENCE):
                raise PositionIsNotReached
        viewer = await rooms.views.viewer(staff)
        if viewer is None:
            raise PositionIsMissing
        yield Speaker(
            rooms=rooms,
            viewer=viewer,
            what=what,
            purpose=purpose,
            correlation=rooms.house.desk.ids.new(),
        )


def _token(file: Path | None) -> str:
    """Raises TokenIsMissing."""
    token = file.read_text("utf-8") if file else os.environ.get("SAMORDNA_TOKEN", "")
    if not token.strip():
        raise TokenIsMissing
    return token.strip()
