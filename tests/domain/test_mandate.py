"""A mandate's story (S1): decided by the board; work is started under it."""

from datetime import date
from uuid import UUID

import pytest

from domain.codes import MandateMatter
from domain.errors import MandateIsForSomethingElse, WorkIsStarted
from domain.mandate import (
    Mandate,
    MandateDecided,
    WorkStarted,
    evolve,
    fold,
    record_mandate,
    start_work,
    started_for,
)

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
            [started] = start_work(given(other), WORK, matter, is_started=False)
            assert started == WorkStarted(matter=matter, work=WORK)
        else:
            with pytest.raises(MandateIsForSomethingElse):
                start_work(given(other), WORK, matter, is_started=False)


def test_a_mandate_starts_each_work_once() -> None:
    """And knows what it started; what comes after rests on a decision of its own (c)."""
    proposal = given(MandateMatter.PROPOSAL)
    [team] = start_work(proposal, WORK, MandateMatter.TEAM, is_started=False)
    mandate = evolve(proposal, team)
    assert mandate is not None
    assert started_for(mandate, MandateMatter.TEAM) == [WORK]
    assert started_for(mandate, MandateMatter.RECEPTION_INQUIRY) == []
    with pytest.raises(WorkIsStarted):
        start_work(mandate, UUID(int=2), MandateMatter.TEAM, is_started=True)
