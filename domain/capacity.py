"""What a case weighs, and how much somebody can carry: points, for planning the work (S71).

The points are data of the organisation and neutral: a compilation of them tells nothing of whom a
case is about (SoLPuL 7 a §). A case weighs more while it is acute, while an investigation is open
and for each deadline that runs; a position carries its part of full time, and nothing on a day of
leave. All of it is (c).
"""

from dataclasses import dataclass

from domain.codes import StaffRole
from domain.organisation import Settings
from domain.staff import FULL_TIME


@dataclass(frozen=True, slots=True)
class Load:
    """What is carried, against what can be."""

    points: int
    capacity: int

    def with_more(self, points: int) -> "Load":
        return Load(self.points + points, self.capacity)


def capacity_of(role: StaffRole, percentage: int, *, away: bool, settings: Settings) -> int:
    """Of a position today. A unit manager leads: what they carry weighs, but none is expected."""
    if away or role is not StaffRole.CASE_WORKER:
        return 0
    return settings.full_time_points * percentage // FULL_TIME
