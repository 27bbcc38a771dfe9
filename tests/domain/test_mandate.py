"""A mandate's story (S1): decided by the board; work is started under it."""

from datetime import date
from uuid import UUID

import pytest

from domain.codes import MandateMatter
from domain.errors import MandateIsForSomethingElse
from domain.mandate import Mandate, MandateDecided, WorkStarted, fold, record_mandate, start_work

DECIDED_ON = date(2022, 11, 22)
WORK = UUID(int=1)


def given(matter: MandateMatter) -> Mandate:
    decided = MandateDecided(register_number="SCN-2022-00355", decided_on=DECIDED_ON, matter=matter)
    mandate = fold([decided])
    assert mandate is not None
    return mandate


def test_a_mandate_is_a_decision_with_number_and_date() -> None:
    """Nothing is started under what has not been decided (S1)."""
    assert record_mandate(
        register_number="SCN-2022-00355", decided_on=DECIDED_ON, matter=MandateMatter.TEAM
    ) == [
        MandateDecided(
            register_number="SCN-2022-00355", decided_on=DECIDED_ON, matter=MandateMatter.TEAM
        )
    ]
    assert fold([WorkStarted(matter=MandateMatter.TEAM, work=WORK)]) is None


@pytest.mark.parametrize("matter", MandateMatter)
def test_what_was_decided_on_is_started(matter: MandateMatter) -> None:
    """And nothing else; the approval of the proposal covers all of it (S1)."""
    for other in MandateMatter:
        if other in (matter, MandateMatter.PROPOSAL):
            [started] = start_work(given(other), WORK, matter)
            assert started == WorkStarted(matter=matter, work=WORK)
        else:
            with pytest.raises(MandateIsForSomethingElse):
                start_work(given(other), WORK, matter)


def test_a_mandate_knows_what_it_started() -> None:
    """In order; a decision may start several things."""
    decided = record_mandate(
        register_number="SCN-2022-00355", decided_on=DECIDED_ON, matter=MandateMatter.PROPOSAL
    )
    works = [WorkStarted(matter=MandateMatter.TEAM, work=UUID(int=n)) for n in (1, 2)]
    mandate = fold([*decided, *works])
    assert mandate is not None
    assert mandate.started == (UUID(int=1), UUID(int=2))
