"""How much somebody can carry: by the extent of the position, and nothing while away (S71)."""

import pytest

from domain.capacity import Load, capacity_of
from domain.codes import StaffRole
from domain.organisation import Settings

SETTINGS = Settings(full_time_points=50)


@pytest.mark.parametrize(
    ("percentage", "away", "capacity"), [(100, False, 50), (75, False, 37), (100, True, 0)]
)
def test_a_case_worker_carries_the_part_of_full_time(
    percentage: int, away: bool, capacity: int
) -> None:
    """Rounded down, and nothing on a day of leave."""
    found = capacity_of(StaffRole.CASE_WORKER, percentage, away=away, settings=SETTINGS)
    assert found == capacity


@pytest.mark.parametrize("role", [r for r in StaffRole if r is not StaffRole.CASE_WORKER])
def test_of_others_none_is_expected(role: StaffRole) -> None:
    """A unit manager may carry a case, and leads."""
    assert capacity_of(role, 100, away=False, settings=SETTINGS) == 0


def test_what_if() -> None:
    """More is carried, and no more can be."""
    assert Load(10, 50).with_more(7) == Load(17, 50)
