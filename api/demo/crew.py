"""Who works where in the pilot year: one staff member per demo role, and who answers for what."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import Final
from uuid import UUID

from domain.codes import Compartment, Source, StaffRole
from domain.policy import side_of
from domain.staff import FULL_TIME

EXPOSED, PERPETRATOR = Compartment.EXPOSED, Compartment.PERPETRATOR
RELATIVE = Compartment.RELATIVE


@dataclass(frozen=True, slots=True)
class Position:
    """`demo_role` is what the command line calls the one who holds it."""

    demo_role: str
    unit: str
    role: StaffRole
    side: Compartment | None
    qualified: bool = False  # for work with children and young people
    percentage: int = 0  # in the team
    extent: int = FULL_TIME  # per cent


FIRST_ADMINISTRATOR: Final = "administrator"
LEAVER: Final = "nexus-worker-2"  # leaves during the year
SUCCESSOR: Final = Position(
    "nexus-successor", "nexus", StaffRole.CASE_WORKER, EXPOSED, qualified=True, percentage=100
)
POSITIONS: Final = (
    Position("nexus-manager", "nexus", StaffRole.UNIT_MANAGER, EXPOSED, qualified=True),
    Position(
        "nexus-worker", "nexus", StaffRole.CASE_WORKER, EXPOSED, qualified=True, percentage=100
    ),
    Position(LEAVER, "nexus", StaffRole.CASE_WORKER, EXPOSED, qualified=True, percentage=100),
    Position("nexus-reception", "nexus", StaffRole.CASE_WORKER, EXPOSED, extent=75),
    Position("intake-manager", "childrens-intake", StaffRole.UNIT_MANAGER, EXPOSED, qualified=True),
    Position(
        "intake-worker",
        "childrens-intake",
        StaffRole.CASE_WORKER,
        EXPOSED,
        qualified=True,
        percentage=100,
    ),
    Position("intake-worker-2", "childrens-intake", StaffRole.CASE_WORKER, EXPOSED, qualified=True),
    Position("intake-unqualified", "childrens-intake", StaffRole.CASE_WORKER, EXPOSED),
    Position("intake-b-manager", "childrens-intake", StaffRole.UNIT_MANAGER, PERPETRATOR),
    Position(
        "intake-b-worker", "childrens-intake", StaffRole.CASE_WORKER, PERPETRATOR, qualified=True
    ),
    Position("intake-c-manager", "childrens-intake", StaffRole.UNIT_MANAGER, RELATIVE),
    Position(
        "intake-c-worker", "childrens-intake", StaffRole.CASE_WORKER, RELATIVE, qualified=True
    ),
    Position("line-two-manager", "support-line-two", StaffRole.UNIT_MANAGER, PERPETRATOR),
    Position(
        "line-two-worker", "support-line-two", StaffRole.CASE_WORKER, PERPETRATOR, qualified=True
    ),
    Position("line-three-manager", "support-line-three", StaffRole.UNIT_MANAGER, RELATIVE),
    Position(
        "line-three-worker", "support-line-three", StaffRole.CASE_WORKER, RELATIVE, qualified=True
    ),
    Position("youth-outreach", "youth-outreach", StaffRole.OUTREACH_WORKER, EXPOSED),
    Position("homeless-outreach", "homeless-outreach", StaffRole.OUTREACH_WORKER, EXPOSED),
    Position("other-support", "other-advice-and-support", StaffRole.OUTREACH_WORKER, EXPOSED),
    Position("police", "police", StaffRole.EXTERNAL_SENDER, None),
    Position("civil-society", "civil-society-samariterhemmet", StaffRole.EXTERNAL_SENDER, None),
    Position("civil-society-2", "civil-society-htb", StaffRole.EXTERNAL_SENDER, None),
    Position("school", "schools", StaffRole.EXTERNAL_SENDER, None),
    Position("health-care", "region", StaffRole.EXTERNAL_SENDER, None),
    Position(
        "regional-coordinator",
        "regional-coordinators",
        StaffRole.REGIONAL_COORDINATOR,
        EXPOSED,
    ),
    Position("strategic-support", "strategic-support", StaffRole.STRATEGIC_SUPPORT, None),
    Position("auditor", "administration", StaffRole.AUDITOR, None),
)


def positions_for(scale: float) -> Iterator[Position]:
    """Where so many times as many people are met, as many times as many case workers meet them."""
    for position in POSITIONS:
        yield position
        if position.role is StaffRole.CASE_WORKER:
            for number in range(2, round(scale) + 1):
                yield replace(position, demo_role=f"{position.demo_role}/{number}")


_HELPING_OUT: Final = 0.04  # how often a case goes to somebody outside the team (c)

_SENDERS: Final = {
    Source.YOUTH_OUTREACH: ("youth-outreach",),
    Source.HOMELESS_OUTREACH: ("homeless-outreach",),
    Source.OTHER_ADVICE_AND_SUPPORT: ("other-support",),
    Source.POLICE_OPERATION: ("police",),
    Source.POLICE: ("police",),
    Source.CIVIL_SOCIETY: ("civil-society", "civil-society", "civil-society-2"),
    Source.SCHOOL: ("school",),
    Source.HEALTH_CARE: ("health-care",),
}


@dataclass(slots=True, eq=False)
class Member:
    """Somebody at work; `cases` are those of which they are the assigned worker."""

    id: UUID
    position: Position
    cases: set[UUID] = field(default_factory=set)
    away: dict[UUID, tuple[date, date]] = field(default_factory=dict)  # by leave

    @property
    def demo_role(self) -> str:
        return self.position.demo_role

    def is_away(self, day: date) -> bool:
        return any(since <= day <= until for since, until in self.away.values())


class Crew:
    """Everybody with a position now."""

    def __init__(self) -> None:
        self._members: dict[str, Member] = {}
        self._at: dict[tuple[str, Compartment | None, StaffRole], dict[str, Member]] = {}

    def add(self, staff_id: UUID, position: Position) -> Member:
        member = self._members[position.demo_role] = Member(staff_id, position)
        place = (position.unit, position.side, position.role)
        self._at.setdefault(place, {})[position.demo_role] = member
        return member

    def remove(self, demo_role: str) -> None:
        position = self._members.pop(demo_role).position
        del self._at[position.unit, position.side, position.role][demo_role]

    def __iter__(self) -> Iterator[Member]:
        return iter(list(self._members.values()))

    def __getitem__(self, demo_role: str) -> Member:
        return self._members[demo_role]

    @property
    def ids(self) -> dict[str, UUID]:
        return {demo_role: member.id for demo_role, member in self._members.items()}

    def manager(self, unit: str, compartment: Compartment) -> Member:
        [manager] = self._of(unit, compartment, StaffRole.UNIT_MANAGER)
        return manager

    def at_work(self, member: Member, day: date) -> Member:
        """Who does it that day: while somebody is on leave, the unit manager."""
        position = member.position
        if position.side is None or not member.is_away(day):
            return member
        return self.manager(position.unit, position.side)

    def somebody(self, rng: Random, unit: str, compartment: Compartment) -> Member:
        """Whoever happens to answer: rather a worker than the manager."""
        workers = self._of(unit, compartment, StaffRole.CASE_WORKER)
        return rng.choice([*workers, self.manager(unit, compartment)])

    def worker_for(
        self, rng: Random, unit: str, compartment: Compartment, *, qualified: bool, day: date
    ) -> Member:
        """The one with the fewest cases of those at work; who is not in the team helps out now and
        then. Where all of them are away, it waits for one of them."""
        workers = [
            worker
            for worker in self._of(unit, compartment, StaffRole.CASE_WORKER)
            if worker.position.qualified or not qualified
        ]
        team = [worker for worker in workers if worker.position.percentage]
        others = [worker for worker in workers if not worker.position.percentage]
        helping_out = others and (not team or rng.random() < _HELPING_OUT)
        chosen = others if helping_out else team
        there = [worker for worker in chosen if not worker.is_away(day)]
        return min(there or chosen, key=lambda worker: len(worker.cases))

    def sender(self, rng: Random, source: Source, entry_unit: str, side: Compartment) -> Member:
        """Who sends what this source tells; self-referrals are registered by the entry point."""
        if source in _SENDERS:
            return self[rng.choice(_SENDERS[source])]
        return self.somebody(rng, entry_unit, side)

    def _of(self, unit: str, compartment: Compartment, role: StaffRole) -> list[Member]:
        return list(self._at.get((unit, side_of(compartment), role), {}).values())
