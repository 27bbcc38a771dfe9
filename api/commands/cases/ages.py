"""What is found of somebody's age, and what follows from it for the case (R3, S85)."""

from datetime import date
from uuid import UUID

from api.commands.case_files import require_case
from api.commands.consents import end_what_a_guardian_gave
from api.commands.investigations import review_clocks
from api.commands.qualifications import review_assignment
from api.commands.referrals import applies, assess_anew, facts_of, look_into
from api.commands.work import Work, found
from domain import case as cases
from domain import deadline as deadlines
from domain import person as persons
from domain.assessment import is_assessed, is_to_be_investigated, is_undecided
from domain.case import Case
from domain.codes import AgeKnowledge, ClockKind
from domain.policy import Act, Information
from domain.referral import ReferralReceived
from domain.routing import Route, as_accepted, route


async def establish_age(
    work: Work, case_id: UUID, *, born: date | None, age: AgeKnowledge, basis: str
) -> None:
    """S85: the age is recorded on the person, and the routing of the case is reviewed."""
    case = await require_case(work, case_id, Act.RECORD, Information.CIRCUMSTANCES)
    await work.read(case.person, *case.referrals)
    person = await work.person(case.person)
    await review_age(work, case_id, case, person, born=born, age=age, basis=basis)


async def review_age(
    work: Work,
    case_id: UUID,
    case: Case,
    person: persons.Person,
    *,
    born: date | None,
    basis: str,
    age: AgeKnowledge = AgeKnowledge.UNKNOWN,
) -> None:
    """What is found of the age, and where the rules point now (the concern that obliges most); what
    must be done within which time follows the age, too."""
    before = await work.age(case.person)
    established = persons.establish_age(
        person, born=born, age=age, basis=basis, today=work.today, met=await _met(work, case)
    )
    if not established:
        return
    work.record(case.person, established)
    await end_what_a_guardian_gave(work, case_id)  # until another birthday
    aged = found(persons.evolve(person, established[0]))
    merged = [aged if each.id == aged.id else each for each in await work.merged(aged.id)]
    known = as_accepted(persons.age_over(merged, work.today), work.organisation)
    ways = await review_routing(work, case_id, case, known)
    await review_clocks(work, case_id, case, known)
    await review_assignment(work, case_id, case, known)
    work.record(case_id, deadlines.drop_clock(case.deadlines, ClockKind.MAJORITY, work.now))
    for told, rerouted in zip(case.referrals, ways, strict=True):
        referral = await work.referral(told)
        earlier = route(facts_of(work, referral, before), work.organisation)
        if known is AgeKnowledge.ADULT or not is_assessed(referral.kind.reveal(), before, earlier):
            is_investigated = case.investigation is not None
            await assess_anew(
                work, told, referral, known, rerouted, is_investigated=is_investigated
            )
    await _look_into_anew(work, case_id, case, known)


async def _look_into_anew(work: Work, case_id: UUID, case: Case, known: AgeKnowledge) -> None:
    """What was to be decided of a child's report and falls away with the age, is investigated or
    advised on as any other matter; of a child it is the report that is decided (SoL 14:2, 20:2)."""
    told = {each: await work.referral(each) for each in case.referrals}
    opening = deadlines.running(case.deadlines, ClockKind.INVESTIGATION_OPENED)
    if case.investigation or any(is_to_be_investigated(each.deadlines) for each in told.values()):
        return
    if known is AgeKnowledge.ADULT and opening is None:
        undecided = (each for each in told if is_undecided(told[each].deadlines))
        if first := next(undecided, None):
            await look_into(work, case_id, first)
    elif known is AgeKnowledge.MINOR and not any(map(applies, told.values())):
        fallen = deadlines.drop_clock(case.deadlines, ClockKind.INVESTIGATION_OPENED, work.now)
        work.record(case_id, fallen)


async def _met(work: Work, case: Case) -> date:
    """The day of the first receipt that the case rests on."""
    receipts = [await work.moment(told, ReferralReceived) for told in case.referrals]
    return work.desk.calendar.day_of(min(receipts))


async def review_routing(work: Work, case_id: UUID, case: Case, known: AgeKnowledge) -> list[Route]:
    """Where the rules point with the age that is known now, for each of its referrals; the case,
    for the concern that obliges most."""
    ways = await routes_of(work, case, known)
    way = next((way for way in ways if way.binds), ways[-1])
    reviewed = cases.review_routing(case, unit=way.unit, deciding=way.deciding, rules=way.rules)
    work.record(case_id, reviewed)
    return ways


async def routes_of(work: Work, case: Case, known: AgeKnowledge) -> list[Route]:
    """Where the rules point for each of its referrals."""
    return [
        route(facts_of(work, await work.referral(told), known), work.organisation)
        for told in case.referrals
    ]
