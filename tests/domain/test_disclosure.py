"""On what something crosses a border of secrecy: one table, held to every receiver."""

from datetime import date, timedelta
from itertools import product

import pytest

from domain.codes import DisclosureGround, Receiver
from domain.disclosure import RESTS_ON_CONSENT, TABLE, require_basis
from domain.errors import GroundDoesNotFit

TODAY = date(2023, 9, 4)
POLICE = {"young-offenders", "close-violence", "young-in-danger", "weighed"}


def test_every_ground_stands_in_the_table() -> None:
    """With statute and section and, but for feedback, with whom it carries to."""
    assert set(TABLE) == set(DisclosureGround)
    for basis in TABLE.values():
        assert basis.statute
        assert basis.section
    to_nobody = [ground for ground, basis in TABLE.items() if not basis.receivers]
    assert to_nobody == [DisclosureGround.REPORTER_FEEDBACK]


@pytest.mark.parametrize(("ground", "receiver"), [*product(DisclosureGround, Receiver)])
def test_a_ground_carries_to_the_receivers_of_its_row_alone(
    ground: DisclosureGround, receiver: Receiver
) -> None:
    """Nor does it carry before it was law."""
    basis = TABLE[ground]
    if receiver in basis.receivers:
        assert require_basis(ground, receiver, max(TODAY, basis.since)) == basis
        with pytest.raises(GroundDoesNotFit):
            require_basis(ground, receiver, basis.since - timedelta(days=1))
    else:
        with pytest.raises(GroundDoesNotFit):
            require_basis(ground, receiver, TODAY)


@pytest.mark.parametrize(
    ("receiver", "grounds"),
    [
        (Receiver.REGIONAL_COORDINATORS, set()),
        (Receiver.CLOSE_PERSON, {"harm-test"}),
        (Receiver.POLICE, {"duty", "crime-against-child", "serious-crime", "other-crime"} | POLICE),
        (Receiver.CIVIL_SOCIETY, {"harm-test", "own-work"}),
        (Receiver.REGION, {"harm-test", "own-work", "duty", "care", "weighed", "placement"}),
    ],
)
def test_who_may_be_told_without_consent(receiver: Receiver, grounds: set[str]) -> None:
    """A regional coordinator never (R6), the police of crimes and by duty, care what care needs."""
    carries = {ground for ground, basis in TABLE.items() if receiver in basis.receivers}
    assert carries - RESTS_ON_CONSENT == grounds


@pytest.mark.parametrize(
    ("ground", "receiver", "in_force"),
    [
        ("technical-processing", "other-authority", date(2023, 7, 1)),  # prop. 2022/23:97
        ("weighed", "police", date(2025, 12, 1)),  # prop. 2024/25:180
        ("young-offenders", "police", date(2013, 1, 1)),  # prop. 2011/12:171
        ("close-violence", "police", date(2021, 8, 1)),  # prop. 2020/21:163
    ],
)
def test_a_ground_can_be_named_from_the_day_it_is_law(
    ground: str, receiver: str, in_force: date
) -> None:
    """Not the day before: what crossed a border then had another ground, or none."""
    named, to = DisclosureGround(ground), Receiver(receiver)
    assert require_basis(named, to, in_force).since == in_force
    with pytest.raises(GroundDoesNotFit):
        require_basis(named, to, in_force - timedelta(days=1))
