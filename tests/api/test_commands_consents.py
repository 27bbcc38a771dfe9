"""Consent as use cases: who records it, and what a coordinator's leaving or its end does."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from api.commands import consents
from api.commands.passing_time import TIME, end_engagements
from api.commands.staff import end_position
from domain.case.consent import ConsentGiven, CoordinatorReleased
from domain.codes import (
    ConsentGiver,
    ConsultationTopic,
    InformationKind,
    Receiver,
    StaffRole,
)
from domain.errors import ConsentIsMissing, NotFound, NotPermitted, UnknownStaffMember
from tests.town import TODAY, Town, new_town

ENOUGH = (InformationKind.IDENTITY, InformationKind.CONTACT, InformationKind.CIRCUMSTANCES)


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def consent(town: Town, by: UUID, case: UUID, until: date | None = None) -> UUID:
    outcome = await town.do(
        by,
        consents.give_consent,
        case,
        scope=ENOUGH,
        receiver=Receiver.REGIONAL_COORDINATORS,
        giver=ConsentGiver.PERSON,
        until=until,
    )
    return outcome.the(ConsentGiven)[1].consent


async def coordinator(town: Town) -> UUID:
    return await town.hire("regional-coordinators", StaffRole.REGIONAL_COORDINATOR)


async def test_an_engagement_stands_on_both_streams(town: Town) -> None:
    """What was given is sealed and opened for the decision; the withdrawal ends it on both."""
    case, worker = await town.assigned()
    somebody = await coordinator(town)
    with pytest.raises(ConsentIsMissing):
        await town.do(worker, consents.engage_coordinator, case, somebody)
    given = await consent(town, worker, case)
    await town.do(worker, consents.engage_coordinator, case, somebody)
    assert (await town.member(somebody)).cases == (case,)
    outcome = await town.do(worker, consents.withdraw_consent, case, given)
    assert outcome.the(CoordinatorReleased) == (case, CoordinatorReleased(coordinator=somebody))
    assert (await town.member(somebody)).cases == ()


async def test_who_records_consent(town: Town) -> None:
    """The assigned worker and the unit manager; a colleague is refused, another unit sees none."""
    case, worker = await town.assigned()
    for who in (worker, await town.manager("nexus")):
        await consent(town, who, case)
    with pytest.raises(NotPermitted):
        await consent(town, await town.hire("nexus"), case)
    with pytest.raises(NotFound):
        await consent(town, await town.worker("childrens-intake"), case)


async def test_an_engaged_coordinator_sees_and_changes_nothing(town: Town) -> None:
    """Being engaged is to know, not to act: the case stays the unit's."""
    case, worker = await town.assigned()
    somebody = await coordinator(town)
    with pytest.raises(NotFound):
        await consent(town, somebody, case)
    await consent(town, worker, case)
    await town.do(worker, consents.engage_coordinator, case, somebody)
    with pytest.raises(NotPermitted):
        await consent(town, somebody, case)


async def test_a_consent_withdrawn_in_the_middle_engages_nobody(town: Town) -> None:
    """Whoever engages on a consent that is withdrawn at the same moment is refused, and the
    coordinator holds no case."""
    case, worker = await town.assigned()
    somebody = await coordinator(town)
    given = await consent(town, worker, case)
    manager = await town.manager("nexus")
    town.log.meanwhile = lambda: town.do(manager, consents.withdraw_consent, case, given)
    with pytest.raises(ConsentIsMissing):
        await town.do(worker, consents.engage_coordinator, case, somebody)
    assert (await town.case(case)).engagements == ()
    assert (await town.member(somebody)).cases == ()


async def test_a_coordinator_who_leaves_is_engaged_no_more(town: Town) -> None:
    """Leaving finds every case; the consent stands, for whoever is engaged next."""
    case, worker = await town.assigned()
    somebody = await coordinator(town)
    await consent(town, worker, case)
    await town.do(worker, consents.engage_coordinator, case, somebody)
    await town.do(town.administrator, end_position, somebody, until=TODAY, successor_id=None)
    assert (await town.case(case)).engagements == ()
    await town.do(worker, consents.engage_coordinator, case, await coordinator(town))
    with pytest.raises(UnknownStaffMember):
        await town.do(worker, consents.engage_coordinator, case, UUID(int=7))


async def test_anonymously(town: Town) -> None:
    """A coordinator without a side is consulted, and learns of nobody."""
    case, worker = await town.assigned()
    somebody = await town.hire("regional-coordinators", StaffRole.REGIONAL_COORDINATOR, side=None)
    topic = ConsultationTopic.SAFE_RETURN
    await town.do(worker, consents.consult_coordinator, case, somebody, topic)
    assert (await town.member(somebody)).cases == ()


async def test_a_consent_that_has_run_out_ends_the_engagement(town: Town) -> None:
    """R6: time tells it, once, as of the day after the last one, on both streams."""
    case, worker = await town.assigned()
    somebody = await coordinator(town)
    await consent(town, worker, case, until=TODAY)
    await town.do(worker, consents.engage_coordinator, case, somebody)
    assert await end_engagements(town.desk, case) is None
    town.clock.advance(timedelta(days=3))
    assert await end_engagements(town.desk, case)
    assert await end_engagements(town.desk, case) is None
    [released] = [f for f in await town.facts(case) if isinstance(f.event, CoordinatorReleased)]
    assert released.actor == TIME
    assert town.desk.calendar.day_of(released.occurred_at) == TODAY + timedelta(days=1)
    assert (await town.case(case)).engagements == ()
    assert (await town.member(somebody)).cases == ()
