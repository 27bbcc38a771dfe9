"""One request being served: who asks, for what purpose, and what the house does for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

import msgspec

from api.commands.work import Command, Outcome, Work, carry_out
from api.door.faults import Fault, FieldFault
from api.door.marks import Marks
from api.door.query import PageQuery, PastQuery, ReadingQuery
from api.house import House
from domain.codes import Purpose, StaffRole
from domain.errors import (
    FieldsAreFaulty,
    NotFound,
    NotPermitted,
    PositionIsMissing,
    PositionIsNotReached,
    Refusal,
)
from domain.policy import Act, Information, Viewer, may
from domain.ports import Reading
from projections import HISTORY, access
from projections.access import Found
from projections.history import AsOf

_PATIENCE: Final = 2.0  # seconds
_BEFORE_EVERYTHING: Final = datetime(1970, 1, 1, tzinfo=UTC)

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
    as_of: AsOf | None = None  # what the answer looks back to
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
        viewer = await self.house.views.viewer(self.staff)
        if viewer and viewer.role is StaffRole.REGIONAL_COORDINATOR:
            viewer = replace(viewer, engaged_in=await self.house.desk.engaged_in(self.staff))
        self._viewer = viewer

    # --- reading -----------------------------------------------------------------------------

    async def ask(
        self,
        query: Callable[Concatenate[Any, str, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await self.house.views.ask(query, *args, **kwargs)

    async def include(self, view: str) -> None:
        """Wait for another view that the answer draws on, until it reflects what the answer says
        that it reflects: each is followed on its own. Raises PositionIsNotReached."""
        views = self.house.views
        if views.position(view) < self.position and not await views.wait_for(
            view, self.position, timeout=_PATIENCE
        ):
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
        found = await self.house.views.file(wanted)
        if found is None or found.kind != kind:
            raise NotFound
        if may(self.viewer, act, information, found.file):
            return found
        if may(self.viewer, Act.READ, Information.LINE, found.file):
            raise NotPermitted
        raise NotFound

    def may_read(self, information: Information, found: Found) -> bool:
        return may(self.viewer, Act.READ, information, found.file)

    async def look_back(self, query: PastQuery) -> AsOf | None:
        """What the answer is asked to look back to, once the history reflects it; None where it is
        asked for today. Raises FieldsAreFaulty, PositionIsNotReached."""
        if query.as_of is not None:
            position = await self.house.desk.log.position_at(query.as_of)
            self.as_of = AsOf(position, query.as_of)
        elif query.as_of_position is not None:
            self.as_of = AsOf(query.as_of_position, await self._recorded_at(query.as_of_position))
        else:
            return None
        self.position = max(self.as_of.position, self.house.views.position(HISTORY.name))
        await self.include(HISTORY.name)
        return self.as_of

    @property
    def as_of_position(self) -> int | None:
        return self.as_of.position if self.as_of else None

    async def _recorded_at(self, position: int) -> datetime:
        """The moment at which the log came to a position. Raises FieldsAreFaulty."""
        if position == 0:
            return _BEFORE_EVERYTHING
        for fact in await self.house.desk.log.read(position - 1, 1):
            return fact.recorded_at
        fault = FieldFault("asOfPosition", Fault.OUT_OF_RANGE, in_query=True)
        raise FieldsAreFaulty(errors=[fault])

    def detail(self, query: ReadingQuery) -> dict[str, str]:
        """What was asked for: its filters, and the position that it looked back to."""
        looked_back = {"as_of_position": str(self.as_of.position)} if self.as_of else {}
        return query.filters() | looked_back

    # --- pages -------------------------------------------------------------------------------

    def last_seen(self, query: PageQuery, kind: type[T], *, within: object = None) -> T | None:
        """Where the page before ended; `within` is what a body asks for. Raises CursorIsFaulty."""
        if query.cursor is None:
            return None
        return self.marks.last_seen(self._place(query, within), query.cursor, kind)

    def next_cursor(
        self, query: PageQuery, last: object | None, *, within: object = None
    ) -> str | None:
        return None if last is None else self.marks.cursor(self._place(query, within), last)

    def mark(self, told: object) -> str:
        """Where the reader stands, of what is followed here."""
        return self.marks.cursor(self._followed(), told)

    def marked(self, mark: str, kind: type[T]) -> T:
        """Raises CursorIsFaulty."""
        return self.marks.last_seen(self._followed(), mark, kind)

    def _followed(self) -> bytes:
        return msgspec.json.encode([self.staff, self.operation])

    def _place(self, query: PageQuery, within: object) -> bytes:
        asked = [self.staff, self.operation, self.ids, self.detail(query), within]
        return msgspec.json.encode(asked)

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
        viewer, purpose = self._viewer, self.purpose
        if viewer and not viewer.emergencies.isdisjoint(subjects):
            purpose = Purpose.EMERGENCY
        await self.house.receipts.record(
            Reading(
                reader=self.staff,
                role=viewer.role if viewer else "",
                unit=viewer.unit if viewer else "",
                purpose=purpose,
                what=self.operation,
                subjects=subjects,
                outcome=outcome,
                correlation=self.correlation,
                event_position=self.position,
                detail=detail or None,
            )
        )


def told_as(refusal: Refusal) -> str:
    """A receipt's outcome: who was kept out is told apart from whoever asked for what could not be
    done."""
    if isinstance(refusal, NotFound):
        return "not-found"
    return "not-permitted" if refusal.status == HTTPStatus.FORBIDDEN else "refused"
