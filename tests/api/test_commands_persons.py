"""Persons as referrals make them: one record on a side, told of again in a fact of its own."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from api.commands import referrals
from api.commands.referrals import ReferralDetails
from domain.codes import AgeKnowledge, Compartment
from domain.person import ParticularsTold
from tests.town import A_BUYER, A_CHILD, A_RELATIVE, AN_ADULT, SOMEBODY, TODAY, Town, new_town


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def test_the_same_number_is_the_same_person(town: Town) -> None:
    """A personal number leads to one person on a side, however often it is told."""
    first, second = [await town.receive(AN_ADULT) for _ in range(2)]
    assert (await town.referral(first)).person == (await town.referral(second)).person


async def test_two_first_contacts_at_once_are_one_person(town: Town) -> None:
    """Two first contacts in the same instant do not make two persons."""
    sender = await town.police()
    first, second = await asyncio.gather(
        town.receive(AN_ADULT, sender), town.receive(AN_ADULT, sender)
    )
    person = (await town.referral(first)).person
    assert (await town.referral(second)).person == person
    assert await town.names(person) == ["person.registered", "person.particulars-recorded"]


@pytest.mark.parametrize("details", [AN_ADULT, A_CHILD, A_BUYER, A_RELATIVE])
async def test_a_position_does_not_tell_who_is_known(town: Town, details: ReferralDetails) -> None:
    """A referral about somebody known makes as many facts as one about somebody new, whoever sends
    it and whether or not it tells anything new: what the sender is answered does not tell."""
    sender, numberless = await town.police(), replace(details, number=None)
    positions = [await town.log.head()]
    for told_of in (details, details, replace(details, name=None, contact="070"), numberless):
        outcome = await town.do(sender, referrals.receive_referral, told_of)
        positions.append(outcome.position)
    assert len({after - before for before, after in pairwise(positions)}) == 1


async def test_what_a_further_sender_tells_is_kept_beside(town: Town) -> None:
    """Hearsay fills a gap and replaces nothing; all of it is on record, sealed."""
    unborn = replace(AN_ADULT, born=None, age=AgeKnowledge.UNKNOWN)
    first = await town.referral(await town.receive(unborn))
    assert (await town.person(first.person)).age_on(TODAY) is AgeKnowledge.UNKNOWN
    await town.receive(AN_ADULT)
    assert (await town.person(first.person)).age_on(TODAY) is AgeKnowledge.ADULT
    await town.receive(replace(A_CHILD, number=AN_ADULT.number, name="Runa Talldunge"))
    assert (await town.person(first.person)).age_on(TODAY) is AgeKnowledge.ADULT
    told_of = [fact.event for fact in await town.facts(first.person)][1:]
    assert [event.born for event in told_of if isinstance(event, ParticularsTold)] == [
        AN_ADULT.born,
        A_CHILD.born,
    ]
    assert b"Talldunge" not in town.log.dump()


async def test_two_sides_have_two_persons(town: Town) -> None:
    """Somebody known on two sides has two records with nothing in common (S76-S78)."""
    people = {
        (await town.referral(await town.receive(details))).person
        for details in (AN_ADULT, A_BUYER, A_RELATIVE)
    }
    assert len(people) == 3


async def test_triage_knows_no_number(town: Town) -> None:
    """Until the role is known, the number is in no side's index (R16)."""
    await town.receive(SOMEBODY)
    for compartment in Compartment:
        assert await town.vault.find_person(compartment, SOMEBODY.number or "") is None
