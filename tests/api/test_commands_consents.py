"""Consent as use cases: who records it, and what a coordinator's leaving or its end does."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from api.commands import consents
from api.commands.cases import accept_handover, establish_age
from api.commands.passing_time import TIME, end_engagements, reckon_month
from api.commands.persons import end_guardians_rights, record_guardian
from api.commands.staff import end_position
from domain.case.consent import ConsentGiven, CoordinatorEngaged, CoordinatorReleased
from domain.codes import (
    AgeKnowledge,
    ClockKind,
    ConsentGiver,
    ConsultationTopic,
    GuardianshipEnd,
    InformationKind,
    Receiver,
    StaffRole,
)
from domain.errors import (
    ConsentIsMissing,
    GuardianHasNoRights,
    NotFound,
    NotPermitted,
    PersonIsOfAge,
    UnknownStaffMember,
)
from domain.person.guardianship import GuardianRecorded
from tests.fakes import MemoryReceipts
from tests.town import TODAY, Town, new_town

ENOUGH = (InformationKind.IDENTITY, InformationKind.CONTACT, InformationKind.CIRCUMSTANCES)


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def consent(
    town: Town,
    by: UUID,
    case: UUID,
    until: date | None = None,
    giver: ConsentGiver = ConsentGiver.PERSON,
    guardian: UUID | None = None,
) -> UUID:
    outcome = await town.do(
        by,
        consents.give_consent,
        case,
        scope=ENOUGH,
        receiver=Receiver.REGIONAL_COORDINATORS,
        giver=giver,
        guardian=guardian,
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


async def test_a_case_is_out_of_sight_after_the_last_day(town: Town) -> None:
    """R6: though nobody has told time, the coordinator is not even refused: there is nothing."""
    case, worker = await town.assigned()
    somebody = await coordinator(town)
    await consent(town, worker, case, until=TODAY)
    await town.do(worker, consents.engage_coordinator, case, somebody)
    with pytest.raises(NotPermitted):
        await consent(town, somebody, case)
    town.clock.advance(timedelta(days=1))
    with pytest.raises(NotFound):
        await consent(town, somebody, case)


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


async def a_guardian(town: Town, worker: UUID, case: UUID) -> UUID:
    outcome = await town.do(worker, record_guardian, case, name="Ylva Stenträda", contact=None)
    return outcome.the(GuardianRecorded)[1].guardian


async def consented_by_a_guardian(town: Town) -> tuple[UUID, UUID, UUID]:
    """A child's case, its worker, and the coordinator who is engaged on a guardian's consent."""
    case, worker = await town.assigned("childrens-intake")
    somebody = await coordinator(town)
    guardian = await a_guardian(town, worker, case)
    await consent(town, worker, case, giver=ConsentGiver.GUARDIAN, guardian=guardian)
    await town.do(worker, consents.engage_coordinator, case, somebody)
    return case, worker, somebody


async def test_at_18_nobody_is_engaged_on_a_guardians_consent(town: Town) -> None:
    """R13: it is taken anew, of the person; a handover ends what rested on it, on both streams."""
    case, worker, somebody = await consented_by_a_guardian(town)
    town.clock.advance(timedelta(days=3 * 365))
    with pytest.raises(PersonIsOfAge):
        await consent(town, worker, case, giver=ConsentGiver.GUARDIAN, guardian=UUID(int=7))
    with pytest.raises(ConsentIsMissing):
        await town.do(worker, consents.engage_coordinator, case, await coordinator(town))
    handover = await town.offered(case)
    outcome = await town.do(await town.manager("nexus"), accept_handover, case, handover)
    assert outcome.the(CoordinatorReleased) == (case, CoordinatorReleased(coordinator=somebody))
    assert (await town.case(case)).engagements == ()
    assert (await town.member(somebody)).cases == ()
    manager = await town.manager("nexus")
    await consent(town, manager, case)
    await town.do(manager, consents.engage_coordinator, case, somebody)


async def test_a_guardians_consent_carries_nobody_from_the_birthday_on(town: Town) -> None:
    """R13: on the 18th birthday itself the coordinator stands to the case no more, though nothing
    has told time; and no day in the clear tells which that is."""
    case, _, somebody = await consented_by_a_guardian(town)
    for day, stands in ((1, {case}), (2, frozenset[UUID]())):
        town.clock.advance(datetime(2025, 3, day, 9, tzinfo=UTC) - town.clock.now())
        assert await town.desk.engaged_in(somebody) == stands
    assert (await town.case(case)).engagements
    [engaged] = [f for f in await town.facts(case) if isinstance(f.event, CoordinatorEngaged)]
    assert isinstance(engaged.event, CoordinatorEngaged)
    assert engaged.event.last_day.reveal() == date(2025, 3, 1)


async def test_an_engagement_ends_with_the_guardians_rights(town: Town) -> None:
    """OSL 12:3: what a guardian consented to carries nothing when the guardian's rights have ended,
    and nobody is engaged on it again; nor when the child turns out to be born another day."""
    case, worker, somebody = await consented_by_a_guardian(town)
    [guardian] = (await town.person((await town.case(case)).person)).guardians
    outcome = await town.do(
        worker,
        end_guardians_rights,
        case,
        guardian.id,
        ground=GuardianshipEnd.COURT_DECISION,
        basis="Dom.",
    )
    assert outcome.the(CoordinatorReleased) == (case, CoordinatorReleased(coordinator=somebody))
    assert (await town.member(somebody)).cases == ()
    with pytest.raises(ConsentIsMissing):
        await town.do(worker, consents.engage_coordinator, case, somebody)
    with pytest.raises(GuardianHasNoRights):
        await consent(town, worker, case, giver=ConsentGiver.GUARDIAN, guardian=guardian.id)


async def test_another_birth_date_ends_what_rested_on_the_first(town: Town) -> None:
    """R13: the last day of a guardian's consent was reckoned from it; it is engaged on anew."""
    case, worker, somebody = await consented_by_a_guardian(town)
    born = date(2006, 3, 2)
    await town.do(worker, establish_age, case, born=born, age=AgeKnowledge.UNKNOWN, basis="Pass.")
    assert (await town.case(case)).engagements == ()
    assert (await town.member(somebody)).cases == ()
    await town.do(worker, consents.engage_coordinator, case, somebody)
    assert await town.desk.engaged_in(somebody) == {case}
    town.clock.advance(datetime(2024, 3, 2, 9, tzinfo=UTC) - town.clock.now())
    assert await town.desk.engaged_in(somebody) == frozenset()


async def test_time_ends_what_rests_on_a_guardians_consent(town: Town) -> None:
    """In the month after the birthday, wherever the case is by then, and once (R13)."""
    case, _, somebody = await consented_by_a_guardian(town)
    handover = await town.offered(case)
    await town.do(await town.manager("nexus"), accept_handover, case, handover)
    assert (await town.case(case)).engagements
    people = {case: (await town.case(case)).person}
    for month, left in ((3, 1), (4, 0), (5, 0)):
        town.clock.advance(datetime(2025, month, 2, tzinfo=UTC) - town.clock.now())
        assert await reckon_month(town.desk, MemoryReceipts(), people, position=1)
        assert len((await town.case(case)).engagements) == left
    assert (await town.member(somebody)).cases == ()
    clocks = [one.clock.reveal() for one in (await town.case(case)).deadlines]
    assert ClockKind.MAJORITY not in clocks
