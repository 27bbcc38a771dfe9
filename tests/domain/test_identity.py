"""Who a person is: asserted, established, pointed out as a double, merged and taken apart."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.codes import (
    AgeKnowledge,
    Compartment,
    Gender,
    IdentityKind,
    IdentityLevel,
    IdentitySource,
)
from domain.errors import (
    BothHaveOpenCases,
    IdentityIsUncertain,
    PersonIsMerged,
    PersonIsNotMerged,
    PersonIsTheSame,
    Refusal,
)
from domain.person import Person, evolve, fold, open_case_for, register_person
from domain.person.identity import (
    DuplicateNoted,
    IdentityAsserted,
    IdentityEstablished,
    Particulars,
    assert_identity,
    establish_identity,
    merge,
    note_duplicate,
    unmerge,
)

ONE, OTHER, CASE = UUID(int=1), UUID(int=2), UUID(int=9)
FOUND = Particulars(
    level=IdentityLevel.CONFIRMED,
    name="Runa Dimvaka",
    number="199003029817",
    kind=IdentityKind.PERSONAL_NUMBER,
    gender=Gender.WOMAN,
    basis="Pass.",
)


def person(of: UUID, open_case: UUID | None = None) -> Person:
    unknown = register_person(
        of,
        compartment=Compartment.EXPOSED,
        name=None,
        number=None,
        born=None,
        age=AgeKnowledge.UNKNOWN,
        gender=Gender.UNKNOWN,
        contact=None,
    )
    found = fold(unknown)
    assert found is not None
    return after(found, open_case_for(found, open_case) if open_case else [])


def after(known: Person, events: Sequence[object]) -> Person:
    for event in events:
        known = evolve(known, event) or known
    return known


def test_an_assertion_replaces_nothing() -> None:
    """However sure, it stands beside what is known; of age and gender nothing follows from it."""
    unknown = person(ONE)
    told = assert_identity(unknown, FOUND, IdentitySource.OWN_WORD)
    assert isinstance(told[0], IdentityAsserted)
    assert after(unknown, told) == unknown


@pytest.mark.parametrize("level", [IdentityLevel.PROBABLE, IdentityLevel.CONFIRMED])
def test_an_identity_is_established_with_its_level(level: IdentityLevel) -> None:
    """The age is established on its own, with its own basis (S85)."""
    unknown = person(ONE)
    [fact] = establish_identity(unknown, replace(FOUND, level=level))
    assert isinstance(fact, IdentityEstablished)
    known = after(unknown, [fact])
    assert known.identity.level is level
    assert known.age == unknown.age


def test_what_is_uncertain_is_not_established() -> None:
    """It is an assertion: nobody is turned into somebody else by a guess."""
    with pytest.raises(IdentityIsUncertain):
        establish_identity(person(ONE), replace(FOUND, level=IdentityLevel.UNCERTAIN))


def test_a_double_is_noted_once() -> None:
    """Found by its number or pointed out; never of itself."""
    one = person(ONE)
    noted = note_duplicate(one, OTHER, by_index=True)
    assert noted == [DuplicateNoted(person=ONE, other=OTHER, by_index=True)]
    assert note_duplicate(after(one, noted), OTHER, by_index=False) == []
    with pytest.raises(PersonIsTheSame):
        note_duplicate(one, ONE, by_index=False)


def test_a_merge_brings_the_open_case_along_and_back() -> None:
    """While merged, the record that stands for both has the open case; taken apart, each has what
    it had: nothing is lost."""
    one, other = person(ONE, CASE), person(OTHER)
    merged, absorbed = merge(one, other, "Samma person.")
    one, other = after(one, merged), after(other, absorbed)
    assert (one.identity.merged_into, other.identity.absorbed) == (OTHER, (ONE,))
    assert other.open_case == CASE
    unmerged, released = unmerge(one, [other], "Det var systern.")
    one, other = after(one, unmerged), after(other, released)
    assert (one, other) == (person(ONE, CASE), person(OTHER))


def test_what_came_since_stays_where_it_came() -> None:
    """A case opened for the record that stands stays with it."""
    one, other = person(ONE), person(OTHER)
    merged, absorbed = merge(one, other, "Samma person.")
    one, other = after(one, merged), after(other, absorbed)
    other = after(other, open_case_for(other, CASE))
    unmerged, released = unmerge(one, [other], "Det var systern.")
    assert after(other, released).open_case == CASE
    assert after(one, unmerged).open_case is None


MERGED = replace(person(ONE), identity=replace(person(ONE).identity, merged_into=OTHER))


@pytest.mark.parametrize(
    ("one", "other", "refusal"),
    [
        (person(ONE), person(ONE), PersonIsTheSame),
        (MERGED, person(UUID(int=3)), PersonIsMerged),
        (person(OTHER), MERGED, PersonIsMerged),  # a cycle
        (person(ONE, CASE), person(OTHER, UUID(int=8)), BothHaveOpenCases),
    ],
)
def test_what_is_not_merged(one: Person, other: Person, refusal: type[Refusal]) -> None:
    """Not itself, not what is merged already, so never in a cycle, and not two open cases."""
    with pytest.raises(refusal):
        merge(one, other, "...")


def test_what_stands_for_itself_is_not_taken_apart() -> None:
    """Nor out of a record that it was never merged into."""
    with pytest.raises(PersonIsNotMerged):
        unmerge(person(ONE), [], "...")
    with pytest.raises(PersonIsNotMerged):
        unmerge(MERGED, [person(UUID(int=3))], "...")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 4)), max_size=30))
def test_records_never_form_a_cycle(acts: list[tuple[bool, int, int]]) -> None:
    """Whatever is merged and taken apart, each record leads to exactly one that stands, every
    merge is known on both sides, and only who is merged, or somebody merged into it, has the case
    that is open."""
    people = {UUID(int=number + 1): person(UUID(int=number + 1)) for number in range(5)}
    people[ONE] = person(ONE, CASE)
    for joins, *numbers in acts:
        one, other = (people[UUID(int=number + 1)] for number in numbers)
        try:
            if joins:
                touched = [one, other]
                first, rest = merge(one, other, "...")
                told = [first, rest]
            else:
                touched = records(people, one)
                first, rest = unmerge(one, touched[1:], "...")
                told = [first, *([each] for each in rest)]
        except Refusal:
            continue
        people |= {each.id: after(each, events) for each, events in zip(touched, told, strict=True)}
    for each in people.values():
        every = records(people, each)
        assert len(every) <= len(people)
        for below, above in pairwise(every):
            assert below.id in above.identity.absorbed
    having = {each.id for each in people.values() if each.open_case == CASE}
    assert having == {each.id for each in records(people, people[ONE])}


def records(people: dict[UUID, Person], first: Person) -> list[Person]:
    """A record, and those that stand for it."""
    every = [first]
    while (into := every[-1].identity.merged_into) is not None:
        every.append(people[into])
    return every
