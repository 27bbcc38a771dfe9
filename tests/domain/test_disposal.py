"""Disposal: planned by one, approved by another, and what may be counted of it afterwards."""

from collections import Counter
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import (
    AgeKnowledge,
    CaseOutcome,
    Compartment,
    Concern,
    DisposalStatus,
    PersonRole,
    Source,
)
from domain.disposal import (
    MOST_FILES,
    CoarseFact,
    Disposal,
    DisposalApproved,
    DisposalErased,
    DisposalExecuted,
    DisposalPlanned,
    approve_disposal,
    fold,
    is_to_go,
    keep_facts,
    plan_disposal,
    reject_disposal,
)
from domain.errors import (
    DisposalIsDecided,
    DisposalIsOnesOwn,
    DisposalIsTooLarge,
    NothingToDispose,
)

ONE, TWO = UUID(int=1), UUID(int=2)
FILES = (UUID(int=3), UUID(int=4))
LATEST = date(2024, 12, 31)
LEAST = 3
PLANNED = DisposalPlanned(files=FILES, by=ONE, latest=LATEST)
A_FACT = CoarseFact(
    year=2023,
    month=4,
    compartment=Compartment.EXPOSED,
    unit="nexus",
    source=Source.POLICE,
    role=PersonRole.EXPOSED,
    age=AgeKnowledge.ADULT,
    concern=Concern.PROSTITUTION,
    outcome=CaseOutcome.NEEDS_MET,
)

facts = st.builds(
    CoarseFact,
    year=st.integers(2023, 2024),
    month=st.integers(1, 3),
    compartment=st.sampled_from((Compartment.EXPOSED, Compartment.PERPETRATOR)),
    unit=st.sampled_from(("nexus", "childrens-intake")),
    source=st.sampled_from(Source),
    role=st.sampled_from(PersonRole),
    age=st.sampled_from(AgeKnowledge),
    concern=st.sampled_from(Concern),
    outcome=st.none() | st.sampled_from(CaseOutcome),
)


def standing(*events: object) -> Disposal:
    disposal = fold([PLANNED, *events])
    assert disposal is not None
    return disposal


def test_a_plan_names_files() -> None:
    """In an order of ids that tells nothing; at least one, at most a hundred."""
    assert plan_disposal([*reversed(FILES)], by=ONE, latest=LATEST) == [PLANNED]
    with pytest.raises(NothingToDispose):
        plan_disposal([], by=ONE, latest=LATEST)
    with pytest.raises(DisposalIsTooLarge):
        plan_disposal([UUID(int=n) for n in range(MOST_FILES + 1)], by=ONE, latest=LATEST)


def test_a_second_person_approves() -> None:
    """Never the one who planned; and once."""
    with pytest.raises(DisposalIsOnesOwn):
        approve_disposal(standing(), by=ONE)
    assert approve_disposal(standing(), by=TWO) == [DisposalApproved(by=TWO)]
    approved = standing(DisposalApproved(by=TWO))
    with pytest.raises(DisposalIsDecided):
        approve_disposal(approved, by=TWO)
    with pytest.raises(DisposalIsDecided):
        reject_disposal(approved, by=ONE)


def test_a_rejected_plan_is_over() -> None:
    """Whoever rejects it, the planner too."""
    rejected = standing(*reject_disposal(standing(), by=ONE))
    assert rejected.status is DisposalStatus.REJECTED
    with pytest.raises(DisposalIsDecided):
        approve_disposal(rejected, by=TWO)


def test_a_disposal_knows_what_became_of_it() -> None:
    """Executed with what was left of it; erased when the keys are."""
    executed = DisposalExecuted(files=FILES[:1], persons=(ONE,), left_out=FILES[1:], handed_out=0)
    assert standing(DisposalApproved(by=TWO), executed).executed == FILES[:1]
    erased = DisposalErased(keys=3, backups_until=LATEST)
    done = standing(DisposalApproved(by=TWO), executed, erased)
    assert done.status is DisposalStatus.ERASED


def test_few_files_wait_until_the_law_waits_no_longer() -> None:
    """So many go together; fewer go only in the year in which they must."""
    assert is_to_go(LEAST, LATEST, least=LEAST, today=date(2023, 5, 4))
    assert not is_to_go(LEAST - 1, LATEST, least=LEAST, today=date(2023, 12, 31))
    assert is_to_go(LEAST - 1, LATEST, least=LEAST, today=date(2024, 1, 1))
    assert not is_to_go(0, LATEST, least=LEAST, today=date(2024, 1, 1))


def test_many_alike_keep_what_they_have_in_common() -> None:
    """Month, compartment and unit, where so many files share them."""
    [kept] = keep_facts([A_FACT] * LEAST, least=LEAST)
    assert kept.facts.reveal() == (A_FACT,) * LEAST


def test_who_stands_alone_is_told_of_with_less() -> None:
    """First without its unit, then its month, its year, its compartment; at last not at all."""
    other = replace(A_FACT, unit="childrens-intake")
    [kept] = keep_facts([A_FACT, A_FACT, other], least=LEAST)
    assert kept.facts.reveal() == (replace(A_FACT, unit=None),) * LEAST
    [kept] = keep_facts([*[A_FACT] * LEAST, other], least=LEAST)
    assert kept.facts.reveal() == (A_FACT,) * LEAST
    assert kept.files == LEAST + 1


@given(st.lists(facts, max_size=40), st.integers(1, 6), st.randoms())
def test_no_fact_is_of_fewer_than_so_many(
    every: list[CoarseFact], least: int, chance: object
) -> None:
    """Whoever knows a file's month, compartment and unit from the log finds as many others with
    it; and the order in which the files went tells nothing."""
    kept = keep_facts(every, least=least)
    shuffled = sorted(every, key=lambda _: chance.random())  # type: ignore[attr-defined]  # a Random
    assert keep_facts(shuffled, least=least) == kept
    for facts_kept in kept:
        told = facts_kept.facts.reveal()
        alike = Counter((one.year, one.month, one.compartment, one.unit) for one in told)
        assert all(n >= least for n in alike.values())
        assert len(told) <= facts_kept.files == len(every)
