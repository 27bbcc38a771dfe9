"""What all that goes on in one case knows of it, and one thread of what does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from api.commands.work import Outcome
from api.demo.crew import Member
from api.demo.intakes import Intake
from api.demo.stage import Stage
from domain.codes import Compartment


@dataclass(slots=True, kw_only=True, eq=False)
class CaseFile:
    stage: Stage
    intake: Intake
    id: UUID
    unit: str
    compartment: Compartment
    opened: date
    worker: Member | None = None
    is_open: bool = True
    handover: UUID | None = None
    protected: bool = False  # the person's identity: few come near
    linked: set[UUID] = field(default_factory=set)  # with these cases
    moves: bool = False  # another municipality has accepted the case

    @property
    def manager(self) -> Member:
        return self.stage.crew.manager(self.unit, self.compartment)

    @property
    def carrier(self) -> Member:
        """The assigned worker, or the unit manager while there is none."""
        return self.worker or self.manager


@dataclass(slots=True, kw_only=True, eq=False)
class Thread:
    """On a stage of its own, as long as the case is open."""

    NAME: ClassVar[str]

    case: CaseFile
    stage: Stage = field(init=False)

    def __post_init__(self) -> None:
        self.stage = self.case.stage.of(self.NAME)

    def later(self, days: int, act: Callable[..., Awaitable[None]], *args: Any) -> None:
        """So many working days later, if the case is open then."""
        self.stage.in_working_days(days, self._if_open, act, *args)

    async def _if_open(self, act: Callable[..., Awaitable[None]], *args: Any) -> None:
        if self.case.is_open:
            await act(*args)

    async def do(
        self, use_case: Callable[..., Awaitable[None]], *args: Any, **more: Any
    ) -> Outcome:
        """By who carries the case."""
        case = self.case
        return await self.stage.do(case.carrier, use_case, case.id, *args, **more)
