"""Persons as use cases: identified, found to be doubles, merged and taken apart."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest

from api.commands import cases, persons, police_operations, referrals
from api.commands.investigations import conclude_investigation, open_investigation
from api.commands.work import Work
from domain.case import RoutingReviewed
from domain.case.investigation import InvestigationOpened
from domain.codes import (
    AgeKnowledge,
    CaseOutcome,
    ClockKind,
    Compartment,
    Gender,
    IdentityKind,
    IdentityLevel,
    IdentitySource,
    InvestigationConclusion,
    Source,
)
from domain.deadline import DeadlineSet, running
from domain.errors import (
    BornInTheFuture,
    BothHaveOpenCases,
    NotFound,
    NotPermitted,
    PersonIsMerged,
    WorkerIsNotQualifiedForChildren,
)
from domain.person.identity import DuplicateNoted, Particulars
from domain.police_operation import OperationAnnounced
from domain.referral import ReferralAccepted, ReferralStatus
from domain.retention import FileDisposed
from tests.town import A_BUYER, A_CHILD, AN_ADULT, TODAY, Town, new_town, told

UNKNOWN = replace(AN_ADULT, name=None, number=None, born=None, assessed_adult_by="Jourhavande")
FOUND = Particulars(
    level=IdentityLevel.CONFIRMED,
    name=AN_ADULT.name,
    number=AN_ADULT.number,
    kind=IdentityKind.PERSONAL_NUMBER,
    gender=Gender.WOMAN,
    basis="Pass.",
)

OTHER_NUMBER = "199003029825"


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def two_cases(town: Town) -> tuple[UUID, UUID, UUID]:
    """A case of somebody unknown, a closed one of somebody known, and the manager of both."""
    known = await town.open_case()
    unknown = await town.open_case(UNKNOWN)
    manager = await town.manager("nexus")
    await town.do(manager, cases.close_case, known, CaseOutcome.CONTACT_LOST)
    return unknown, known, manager


async def test_a_number_that_is_known_tells_of_a_double(town: Town) -> None:
    """Later identified by a number of the side's index, both records say so; nothing is merged."""
    unknown, known, manager = await two_cases(town)
    outcome = await town.do(manager, persons.establish_identity, unknown, FOUND, born=AN_ADULT.born)
    found = [f.stream for f in outcome.facts if isinstance(f.event, DuplicateNoted)]
    one, other = (await town.case(unknown)).person, (await town.case(known)).person
    assert found == [one, other]
    assert (await town.person(one)).identity.merged_into is None
    assert (await town.person(one)).has_ground


async def test_a_first_number_leads_to_the_record_that_it_was_found_for(town: Town) -> None:
    """The next referral with that number is about the same person."""
    unknown = await town.open_case(UNKNOWN)
    manager = await town.manager("nexus")
    await town.do(manager, persons.establish_identity, unknown, FOUND, born=None)
    again = await town.receive()
    assert (await town.referral(again)).person == (await town.case(unknown)).person


async def test_a_mistaken_number_leads_to_nobody(town: Town) -> None:
    """Once the right one is established, whoever really has the other is somebody else: neither
    found here, nor joined to this case."""
    unknown = await town.open_case(UNKNOWN)
    person = (await town.case(unknown)).person
    manager = await town.manager("nexus")
    for number in (FOUND.number, OTHER_NUMBER):
        found = replace(FOUND, number=number)
        await town.do(manager, persons.establish_identity, unknown, found, born=None)
    assert await town.vault.find_person("a", FOUND.number or "") is None
    assert await town.vault.find_person("a", OTHER_NUMBER) == person
    stranger = await town.receive()
    assert (await town.referral(stranger)).person != person
    outcome = await town.do(manager, referrals.accept_referral, stranger)
    assert outcome.the(ReferralAccepted)[1].case != unknown


async def test_a_number_that_was_never_recorded_leads_nowhere(town: Town) -> None:
    """What the log never came to say of a record does not bring a referral to it; but who was
    first met by a number that leads to no record is registered under its id."""
    unknown = await town.open_case(UNKNOWN)
    person = (await town.case(unknown)).person
    await town.vault.reserve_person("a", FOUND.number or "", person)
    stranger = (await town.referral(await town.receive())).person
    assert stranger != person
    assert await town.vault.find_person("a", FOUND.number or "") == stranger
    nobody = UUID(int=7)
    await town.vault.reserve_person("a", OTHER_NUMBER, nobody)
    received = await town.receive(replace(AN_ADULT, number=OTHER_NUMBER))
    assert (await town.referral(received)).person == nobody


async def test_a_refused_burst_leaves_no_number_that_leads_nowhere(town: Town) -> None:
    """Refused for its second person, it had reserved the number of the first one. Whoever is
    later identified by it has it: the next referral comes to that record."""
    police = await town.police()
    announced = await town.do(
        police, police_operations.announce_operation, planned_on=TODAY, announced_at=None
    )
    operation, _ = announced.the(OperationAnnounced)
    met = replace(AN_ADULT, source=Source.POLICE_OPERATION)
    unborn = replace(met, number=None, born=TODAY + timedelta(days=1))
    burst = town.do(police, police_operations.refer_those_met, operation, [met, unborn])
    assert (await told(burst))[0] is BornInTheFuture
    unknown = await town.open_case(UNKNOWN)
    manager = await town.manager("nexus")
    await town.do(manager, persons.establish_identity, unknown, FOUND, born=None)
    again = await town.receive()
    assert (await town.referral(again)).person == (await town.case(unknown)).person


async def test_a_merged_person_has_one_open_case(town: Town) -> None:
    """A further referral about either record joins the case that is open, and closing it closes it
    for both; a second one cannot be opened or reopened."""
    unknown, known, manager = await two_cases(town)
    await town.do(manager, persons.merge, unknown, known, "Samma pass.")
    outcome = await town.do(manager, referrals.accept_referral, await town.receive())
    assert outcome.the(ReferralAccepted)[1].case == unknown
    await town.do(manager, cases.close_case, unknown, CaseOutcome.NEEDS_MET)
    for case in (unknown, known):
        assert (await town.person((await town.case(case)).person)).open_case is None
    await town.do(manager, cases.reopen_case, known, "Hörde av sig.")
    refused, _ = await told(town.do(manager, cases.reopen_case, unknown, "..."))
    assert refused.__name__ == "CaseIsAlreadyOpen"


async def test_taken_apart_each_has_what_it_had(town: Town) -> None:
    """Every fact of both records still stands, and the open case is back."""
    unknown, known, manager = await two_cases(town)
    one, other = (await town.case(unknown)).person, (await town.case(known)).person
    before = await town.names(one), await town.names(other)
    await town.do(manager, persons.merge, unknown, known, "Samma pass.")
    assert (await town.person(other)).open_case == unknown
    assert (await told(town.do(manager, persons.merge, unknown, known, "...")))[0] is PersonIsMerged
    assert (await told(town.do(manager, persons.merge, known, unknown, "...")))[0] is PersonIsMerged
    await town.do(manager, persons.unmerge, unknown, "Det var systern.")
    assert (await town.person(one)).open_case == unknown
    assert (await town.person(other)).open_case is None
    after = await town.names(one), await town.names(other)
    assert all(now[: len(then)] == then for now, then in zip(after, before, strict=True))


async def test_taken_out_of_a_chain_nothing_is_left_above(town: Town) -> None:
    """Whoever stood for the record, however far above, lets go of its open case: a stranger's
    referral opens a case of its own, now and after that case is closed."""
    manager = await town.manager("nexus")
    lowest = await town.open_case(UNKNOWN)
    middle, highest = await town.open_case(UNKNOWN), await town.open_case()
    for case in (middle, highest):
        await town.do(manager, cases.close_case, case, CaseOutcome.CONTACT_LOST)
    await town.do(manager, persons.merge, lowest, middle, "Samma pass.")
    await town.do(manager, persons.merge, middle, highest, "Samma pass.")
    await town.do(manager, persons.unmerge, lowest, "Det var systern.")
    for _ in range(2):
        outcome = await town.do(manager, referrals.accept_referral, await town.receive())
        opened = outcome.the(ReferralAccepted)[1].case
        assert opened != lowest
        assert (await town.case(opened)).person == (await town.case(highest)).person
        await town.do(manager, cases.close_case, opened, CaseOutcome.CONTACT_LOST)
    assert (await town.person((await town.case(lowest)).person)).open_case == lowest


async def test_a_case_goes_with_whom_its_referral_is_about(town: Town) -> None:
    """Opened while merged, it is the case of the record that the referral is about, and of those
    that stand for it; taken apart, it goes along."""
    manager = await town.manager("nexus")
    known, unknown = await town.open_case(), await town.open_case(UNKNOWN)
    for case in (known, unknown):
        await town.do(manager, cases.close_case, case, CaseOutcome.CONTACT_LOST)
    await town.do(manager, persons.merge, known, unknown, "Samma pass.")
    outcome = await town.do(manager, referrals.accept_referral, await town.receive())
    opened = outcome.the(ReferralAccepted)[1].case
    one, other = (await town.case(known)).person, (await town.case(unknown)).person
    for person in (one, other):
        assert (await town.person(person)).open_case == opened
    await town.do(manager, persons.unmerge, known, "Det var systern.")
    assert (await town.case(opened)).person == one
    assert (await town.person(one)).open_case == opened
    assert (await town.person(other)).open_case is None


async def test_a_merged_person_has_one_age(town: Town) -> None:
    """Found to be 15 in either record, she is a child in every case: for who may be assigned
    (SoL 25:1), for what an investigation starts, and for where the rules point (R3)."""
    unknown, known, manager = await two_cases(town)
    await town.do(manager, persons.merge, unknown, known, "Samma pass.")
    born, age = date(2008, 3, 2), AgeKnowledge.UNKNOWN
    reviewed = await town.do(
        manager, cases.establish_age, unknown, born=born, age=age, basis="Pass."
    )
    assert reviewed.the(RoutingReviewed)[1].unit == "childrens-intake"
    await town.assess(unknown)
    await town.do(manager, cases.close_case, unknown, CaseOutcome.CONTACT_LOST)
    for case in (unknown, known):
        await town.do(manager, cases.reopen_case, case, "Hörde av sig.")
        unqualified = await town.hire("nexus", qualified=False)
        with pytest.raises(WorkerIsNotQualifiedForChildren):
            await town.assign(case, unqualified)
        opened = await town.do(manager, open_investigation, case)
        await town.do(
            manager,
            conclude_investigation,
            case,
            opened.the(InvestigationOpened)[1].investigation,
            InvestigationConclusion.NO_INTERVENTION,
        )
        clocks = [f.event.clock.reveal() for f in opened.facts if isinstance(f.event, DeadlineSet)]
        assert ClockKind.CHILD_INVESTIGATION in clocks
        await town.do(manager, cases.close_case, case, CaseOutcome.CONTACT_LOST)


@pytest.mark.parametrize("first_contact", [False, True])
async def test_a_number_given_twice_at_once_is_noted(town: Town, first_contact: bool) -> None:
    """Whoever is quicker, the number leads to one of the two, and both say that they may be one."""
    case, manager = await town.open_case(UNKNOWN), await town.manager("nexus")
    quicker = (await town.case(case)).person
    identify = partial(persons.establish_identity, born=None)
    if first_contact:
        town.log.meanwhile = lambda: town.do(manager, identify, case, FOUND)
        slower = (await town.referral(await town.receive())).person
    else:
        another = await town.open_case(UNKNOWN)
        slower = (await town.case(another)).person
        town.log.meanwhile = lambda: town.do(manager, identify, case, FOUND)
        await town.do(manager, identify, another, FOUND)
    for one, other in ((quicker, slower), (slower, quicker)):
        assert (await town.person(one)).identity.doubles == (other,)


async def test_taken_apart_a_closed_case_keeps_nothing_of_the_other(town: Town) -> None:
    """S69: what joined a case that was closed while the two were one waits for an answer anew."""
    manager = await town.manager("nexus")
    case, closed = await town.open_case(UNKNOWN), await town.open_case()
    await town.do(manager, cases.close_case, closed, CaseOutcome.CONTACT_LOST)
    await town.do(manager, persons.merge, closed, case, "Samma pass.")
    joined = await town.receive()
    await town.do(manager, referrals.accept_referral, joined)
    await town.do(manager, cases.close_case, case, CaseOutcome.CONTACT_LOST)
    await town.do(manager, persons.unmerge, closed, "Det var systern.")
    assert joined not in (await town.case(case)).referrals
    waiting = await town.referral(joined)
    assert (waiting.status, waiting.case) == (ReferralStatus.WAITING, None)


async def test_taken_apart_what_was_disposed_of_stays_as_it_was(town: Town) -> None:
    """Nothing is recorded in a file that is gone, and that it is gone keeps nobody merged."""
    unknown, known, manager = await two_cases(town)
    person = (await town.case(unknown)).person

    async def dispose(work: Work) -> None:
        await work.viewer()
        await work.read(known)
        work.record(known, [FileDisposed(disposal=UUID(int=7))])

    await town.do(manager, persons.merge, unknown, known, "Samma pass.")
    await town.do(manager, dispose)
    await town.do(manager, persons.unmerge, unknown, "Det var systern.")
    assert (await town.person(person)).identity.merged_into is None


@pytest.mark.parametrize("about_who_had_it", [False, True])
async def test_taken_apart_nobody_is_left_without_an_answer(
    town: Town, about_who_had_it: bool
) -> None:
    """S69: what joined the other's open case meanwhile is taken out of it, and waits again at the
    unit that it was routed to; what is about whom the case is about stays."""
    manager = await town.manager("nexus")
    case, closed = await town.open_case(UNKNOWN), await town.open_case()
    await town.do(manager, cases.close_case, closed, CaseOutcome.CONTACT_LOST)
    merged, into = (case, closed) if about_who_had_it else (closed, case)
    await town.do(manager, persons.merge, merged, into, "Samma pass.")
    joined = await town.receive()
    outcome = await town.do(manager, referrals.accept_referral, joined)
    assert outcome.the(ReferralAccepted)[1].case == case
    await town.do(manager, persons.unmerge, merged, "Det var systern.")
    waiting = await town.referral(joined)
    assert (waiting.status, waiting.case) == (ReferralStatus.WAITING, None)
    assert waiting.unit == waiting.holder == "nexus"
    left = (await town.case(case)).referrals
    assert len(left) == 1
    assert joined not in left
    outcome = await town.do(manager, referrals.accept_referral, joined)
    opened = outcome.the(ReferralAccepted)[1].case
    assert opened != case
    assert (await town.case(opened)).person == (await town.case(closed)).person


async def test_taken_apart_a_report_is_assessed_after_all(town: Town) -> None:
    """SoL 20:2: the investigation that took the report in was another child's, so the clocks of
    this one start now."""
    manager = await town.manager("childrens-intake")
    unknown = replace(A_CHILD, name=None, number=None, born=None, age=AgeKnowledge.MINOR)
    case, closed = await town.open_case(unknown), await town.open_case(A_CHILD)
    await town.assess(closed)
    await town.do(manager, cases.close_case, closed, CaseOutcome.CONTACT_LOST)
    await town.do(manager, open_investigation, case)
    await town.do(manager, persons.merge, closed, case, "Samma pass.")
    joined = await town.receive(A_CHILD)
    await town.do(manager, referrals.accept_referral, joined)
    preliminary = ClockKind.PRELIMINARY_ASSESSMENT
    assert running((await town.referral(joined)).deadlines, preliminary) is None
    await town.do(manager, persons.unmerge, closed, "Det var systern.")
    assert running((await town.referral(joined)).deadlines, preliminary) is not None


async def test_two_open_cases_are_not_merged(town: Town) -> None:
    """One of them is closed as a duplicate first."""
    known, unknown = await town.open_case(), await town.open_case(UNKNOWN)
    manager = await town.manager("nexus")
    refused, _ = await told(town.do(manager, persons.merge, unknown, known, "Samma pass."))
    assert refused is BothHaveOpenCases
    await town.do(manager, cases.close_case, unknown, CaseOutcome.DUPLICATE)
    await town.do(manager, persons.merge, unknown, known, "Samma pass.")


async def test_records_of_two_sides_are_never_brought_together(town: Town) -> None:
    """The case of the other side does not even exist (S76-S78); and who carries neither case
    records nothing of either."""
    exposed, buyer = await town.open_case(), await town.open_case(A_BUYER)
    manager = await town.manager("nexus")
    line = await town.manager("support-line-two", Compartment.PERPETRATOR)
    for who, one, other in ((manager, exposed, buyer), (line, buyer, exposed)):
        merged = town.do(who, persons.merge, one, other, "...")
        assert await told(merged) == (NotFound, {})
        noted = town.do(who, persons.note_duplicate, one, other)
        assert await told(noted) == (NotFound, {})
    worker = await town.worker("nexus")
    said = town.do(worker, persons.assert_identity, exposed, FOUND, IdentitySource.OTHER)
    assert await told(said) == (NotPermitted, {})
