"""One request being served: who asks, for what purpose, and what the house does for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

import msgspec

from api.commands.work import Command, Outcome, Work, carry_out
from api.door.marks import Marks
from api.door.query import PageQuery
from api.house import House
from domain.codes import Purpose
from domain.errors import NotFound, NotPermitted, PositionIsMissing, PositionIsNotReached
from domain.policy import Act, Information, Viewer, may
from domain.ports import Reading
from projections import access
from projections.access import Found

_PATIENCE: Final = 2.0  # seconds

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Visit:
    house: House
    operation: str
    correlation: UUID
    now: datetime
    staff: UUID
    marks: Marks
    purpose: Purpose = Purpose.CASE_WORK
    position: int = 0  # of the events that the answer reflects
    command: Command | None = None
    outcome: Outcome | None = None
    ids: list[UUID] = field(default_factory=list)  # of the path
    _viewer: Viewer | None = None

    # --- who asks ----------------------------------------------------------------------------

    @property
    def viewer(self) -> Viewer:
        """Raises PositionIsMissing."""
        if self._viewer is None:
            raise PositionIsMissing
        return self._viewer

    async def recognise(self) -> None:
        """Roles, units and sides come from the events, never from the token or a header."""
        self._viewer = await self.ask(access.viewer, self.staff)

    # --- reading -----------------------------------------------------------------------------

    async def ask(
        self,
        query: Callable[Concatenate[Any, str, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await self.house.ask(query, *args, **kwargs)

    async def include(self, view: str) -> None:
        """Wait for another view that the answer draws on, until it reflects what the answer says
        that it reflects: each is followed on its own. Raises PositionIsNotReached."""
        if not await self.house.views.wait_for(view, self.position, timeout=_PATIENCE):
            raise PositionIsNotReached

    async def file(
        self,
        wanted: UUID,
        kind: access.Kind,
        information: Information = Information.LINE,
        act: Act = Act.READ,
    ) -> Found:
        """What access to a file depends on. Raises NotFound for what the reader may not see, just
        as for what does not exist; NotPermitted where only this is closed."""
        found = await self.ask(access.file, wanted)
        if found is None or found.kind != kind:
            raise NotFound
        if may(self.viewer, act, information, found.file):
            return found
        if may(self.viewer, Act.READ, Information.LINE, found.file):
            raise NotPermitted
        raise NotFound

    def may_read(self, information: Information, found: Found) -> bool:
        return may(self.viewer, Act.READ, information, found.file)

    # --- pages -------------------------------------------------------------------------------

    def last_seen(self, query: PageQuery, kind: type[T]) -> T | None:
        """Where the page before ended. Raises CursorIsFaulty."""
        if query.cursor is None:
            return None
        return self.marks.last_seen(self._place(query), query.cursor, kind)

    def next_cursor(self, query: PageQuery, last: object | None) -> str | None:
        return None if last is None else self.marks.cursor(self._place(query), last)

    def _place(self, query: PageQuery) -> bytes:
        return msgspec.json.encode([self.staff, self.operation, self.ids, query.filters()])

    # --- deciding ----------------------------------------------------------------------------

    async def carry_out(
        self,
        use_case: Callable[Concatenate[Work, P], Awaitable[None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome:
        if self.command is None:
            raise TypeError("only a deciding door carries out commands")
        self.outcome = await carry_out(
            self.house.desk, self.command, lambda work: use_case(work, *args, **kwargs)
        )
        return self.outcome

    # --- receipts ----------------------------------------------------------------------------

    async def leave_receipt(
        self, subjects: list[UUID], outcome: str, detail: dict[str, str] | None = None
    ) -> None:
        """Durable when this returns. Raises ReceiptsUnavailable."""
        viewer = self._viewer
        await self.house.receipts.record(
            Reading(
                reader=self.staff,
                role=viewer.role if viewer else "",
                unit=viewer.unit if viewer else "",
                purpose=self.purpose,
                what=self.operation,
                subjects=subjects,
                outcome=outcome,
                correlation=self.correlation,
                event_position=self.position,
                detail=detail or None,
            )
        )
