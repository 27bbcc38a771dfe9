"""Police operations as use cases (S31, S48, R6): one act for a burst, all of it or nothing."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from api.commands import police_operations
from api.commands.referrals import ReferralDetails
from domain.codes import Compartment, Source, StaffRole
from domain.errors import (
    BornInTheFuture,
    MessageMixesSides,
    NotFound,
    NotPermitted,
    OperationIsClosed,
    PersonMetTwice,
    PersonsMetOutOfBounds,
)
from domain.police_operation import OperationAnnounced, PersonsMet
from domain.referral import ReferralReceived, ReferralRouted
from tests.town import A_BUYER, A_CHILD, AN_ADULT, NOW, TODAY, Town, new_town, told

PLANNED = TODAY + timedelta(days=2)


@pytest.fixture
async def town() -> Town:
    return await new_town()


def met(person: ReferralDetails = AN_ADULT, number: str | None = None) -> ReferralDetails:
    return replace(person, source=Source.POLICE_OPERATION, number=number)


async def coordinator(town: Town) -> UUID:
    return await town.hire("regional-coordinators", StaffRole.REGIONAL_COORDINATOR, None)


async def announced(town: Town, by: UUID | None = None) -> UUID:
    outcome = await town.do(
        by or await town.police(),
        police_operations.announce_operation,
        planned_on=PLANNED,
        announced_at=None,
    )
    return outcome.the(OperationAnnounced)[0]


async def refer(town: Town, operation: UUID, *persons: ReferralDetails) -> list[str]:
    """The units that those met were routed to."""
    outcome = await town.do(
        await town.police(), police_operations.refer_those_met, operation, persons
    )
    return [f.event.unit for f in outcome.facts if isinstance(f.event, ReferralRouted)]


async def test_an_operations_story(town: Town) -> None:
    """Announced by the police, acknowledged by both, twelve met, closed by Nexus (S31, R6)."""
    operation = await announced(town)
    [fact] = await town.facts(operation)
    assert isinstance(fact.event, OperationAnnounced)
    assert fact.event.handled_by == ("nexus", "regional-coordinators")
    assert fact.event.acknowledgement_due > NOW
    nexus = await town.worker("nexus")
    for somebody in (nexus, await coordinator(town), nexus):
        await town.do(somebody, police_operations.acknowledge_operation, operation)
    units = await refer(town, operation, *[met()] * 10, *[met(A_CHILD)] * 2)
    assert units == ["nexus"] * 10 + ["childrens-intake"] * 2
    await town.do(nexus, police_operations.close_operation, operation)
    assert await town.names(operation) == [
        "operation.announced",
        "operation.acknowledged",
        "operation.acknowledged",
        "operation.persons-met",
        "operation.closed",
    ]


async def test_each_of_those_met_is_a_referral(town: Town) -> None:
    """The burst names the referrals that it made, in the order of the persons (R6)."""
    operation = await announced(town)
    outcome = await town.do(
        await town.police(),
        police_operations.refer_those_met,
        operation,
        [met(), met(A_CHILD)],
    )
    received = [f.stream for f in outcome.facts if isinstance(f.event, ReferralReceived)]
    assert list(outcome.the(PersonsMet)[1].referrals.reveal()) == received
    assert len(received) == 2


async def test_a_burst_is_of_one_side(town: Town) -> None:
    """What is recorded in one act can be told to be together: refused, and nothing recorded. On
    its own another side is referred, and the operation tells nothing of it (S76-S78, R9)."""
    operation = await announced(town)
    head = await town.log.head()
    with pytest.raises(MessageMixesSides):
        await refer(town, operation, met(), met(A_BUYER))
    assert await town.log.head() == head
    assert await refer(town, operation, met(A_BUYER)) == ["support-line-two"]
    assert await town.names(operation) == ["operation.announced"]


async def test_all_of_a_burst_or_nothing(town: Town) -> None:
    """One person of whom nonsense is told, and nobody is recorded."""
    operation = await announced(town)
    head = await town.log.head()
    unborn = replace(met(), born=date(2030, 1, 1))
    with pytest.raises(BornInTheFuture):
        await refer(town, operation, *[met()] * 5, unborn)
    assert await town.log.head() == head


@pytest.mark.parametrize("persons", [0, 31, 500])
async def test_a_burst_out_of_bounds_is_refused(town: Town, persons: int) -> None:
    """Nobody, or too many: refused with the bounds that are set, and nothing recorded (R6)."""
    operation = await announced(town)
    head = await town.log.head()
    kind, context = await told(refer(town, operation, *[met()] * persons))
    assert kind is PersonsMetOutOfBounds
    assert context == {"persons": persons, "fewest": 1, "most": 30}
    assert await town.log.head() == head


async def test_each_person_is_told_of_once(town: Town) -> None:
    """The same number twice in a burst, or in two bursts of an operation, is a slip; on two sides,
    and in two operations, it is told of twice (S76-S78)."""
    operation = await announced(town)
    number = AN_ADULT.number
    with pytest.raises(PersonMetTwice):
        await refer(town, operation, met(number=number), met(number=number))
    assert await refer(town, operation, met(number=number)) == ["nexus"]
    head = await town.log.head()
    with pytest.raises(PersonMetTwice):
        await refer(town, operation, met(), met(number=number))
    assert await town.log.head() == head
    assert await refer(town, await announced(town), met(number=number)) == ["nexus"]
    assert await refer(town, operation, met(A_BUYER, number)) == ["support-line-two"]


async def test_who_announces_and_refers(town: Town) -> None:
    """The police, or who takes their call at Nexus: no other sender, no other unit (S31)."""
    operation = await announced(town, await town.worker("nexus"))
    others = [
        await town.hire("civil-society-htb", StaffRole.EXTERNAL_SENDER, None),
        await town.worker("childrens-intake"),
        await town.worker("support-line-two", Compartment.PERPETRATOR),
        await town.outreach(),
        await coordinator(town),
    ]
    for somebody in others:
        with pytest.raises(NotPermitted):
            await announced(town, somebody)
        with pytest.raises(NotPermitted):
            await town.do(somebody, police_operations.refer_those_met, operation, [met()])


async def test_who_handles_it_is_told_that_it_exists(town: Town) -> None:
    """To another unit an operation is as if it did not exist (R6)."""
    operation = await announced(town)
    for unit, side in (
        ("childrens-intake", Compartment.EXPOSED),
        ("support-line-two", Compartment.PERPETRATOR),
    ):
        somebody = await town.worker(unit, side)
        for act in (police_operations.acknowledge_operation, police_operations.close_operation):
            with pytest.raises(NotFound):
                await town.do(somebody, act, operation)
    with pytest.raises(NotPermitted):
        await town.do(await town.police(), police_operations.acknowledge_operation, operation)


async def test_a_closed_operation_meets_nobody(town: Town) -> None:
    """The police are told to send a referral of its own."""
    operation = await announced(town)
    nexus = await town.manager("nexus")
    for somebody in (nexus, await coordinator(town)):
        await town.do(somebody, police_operations.acknowledge_operation, operation)
    await town.do(nexus, police_operations.close_operation, operation)
    with pytest.raises(OperationIsClosed):
        await refer(town, operation, met())


async def test_what_is_no_operation_is_not_found(town: Town) -> None:
    """A referral's id, or nobody's, is no operation's."""
    referral = await town.receive()
    for stream in (referral, UUID(int=7)):
        with pytest.raises(NotFound):
            await refer(town, stream, met())
