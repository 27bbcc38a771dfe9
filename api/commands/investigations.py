"""Investigations and assessments: opened, extended, concluded, with the clocks that they start."""

from datetime import datetime
from uuid import UUID

from api.commands.case_files import documented
from api.commands.referrals import clockwork, running_since
from api.commands.work import Work
from domain.assessment import end_with_investigation
from domain.case import Case
from domain.case import investigation as investigations
from domain.case.investigation import InvestigationOpened, PresumptionAssessed
from domain.codes import (
    AgeKnowledge,
    ClockKind,
    Concern,
    Exploitation,
    InvestigationConclusion,
    Presumption,
    RiskLevel,
)
from domain.deadline import (
    DeadlineSet,
    drop_clock,
    end_clock,
    end_deadline,
    running,
    set_deadline,
)


async def open_investigation(
    work: Work, case_id: UUID, *, happened: datetime | None = None
) -> None:
    """A child's is to be concluded within 4 months, and those concerned informed at once; what was
    to be decided within a time, is. The time counts from when a report led to that decision."""
    case = await documented(work, case_id)
    age = await work.age(case.person)
    desk, investigation = work.desk, work.desk.ids.new()
    opened = investigations.open_investigation(case, investigation)
    at = decided = await work.happened(happened, *case.referrals)
    work.record(case_id, opened, at=at)
    work.record(case_id, end_clock(case.deadlines, ClockKind.INVESTIGATION_OPENED, at), at=at)
    for told in case.referrals:  # a report's clocks run where it was received
        referral = await work.referral(told)
        if waits := running(referral.deadlines, ClockKind.INVESTIGATION_OPENED):
            decided = min(decided, await work.moment(told, DeadlineSet, deadline=waits))
        ended = end_with_investigation(referral.assessment, referral.deadlines, clockwork(work, at))
        work.record(told, ended, at=at)
    # who is told of which investigation is known by its id: another one may be open before
    told_of = {investigation: ClockKind.THOSE_CONCERNED_INFORMED}
    for deadline, clock in {desk.ids.new(): investigations.clock_of(age), **told_of}.items():
        settings = work.organisation.settings
        started = set_deadline(deadline, clock, decided, settings, desk.calendar)
        work.record(case_id, started, at=decided)


async def give_advice(
    work: Work, case_id: UUID, advice: str, *, happened: datetime | None = None
) -> None:
    """It ends the time within which an investigation is opened, or advice given."""
    case = await documented(work, case_id)
    given = investigations.give_advice(case, advice)
    at = await work.happened(happened, *case.referrals)
    work.record(case_id, given, at=at)
    work.record(case_id, end_clock(case.deadlines, ClockKind.INVESTIGATION_OPENED, at), at=at)


async def review_clocks(work: Work, case_id: UUID, case: Case, age: AgeKnowledge) -> None:
    """Another age is known: the investigation that is open has the clocks of that age, and they
    count from when it was opened (c)."""
    needed = investigations.clock_of(age)
    if case.investigation is None or running(case.deadlines, needed) is not None:
        return
    for clock in investigations.ENDED_BY_CONCLUSION:
        if ends := running(case.deadlines, clock):
            opened = await work.moment(case_id, DeadlineSet, deadline=ends)
            work.record(case_id, drop_clock(case.deadlines, clock, work.now))
            settings, desk = work.organisation.settings, work.desk
            started = set_deadline(desk.ids.new(), needed, opened, settings, desk.calendar)
            work.record(case_id, started, at=opened)


async def extend_investigation(
    work: Work, case_id: UUID, investigation_id: UUID, *, until: datetime, ground: str
) -> None:
    case = await documented(work, case_id)
    extended = investigations.extend_investigation(
        case, investigation_id, until=until, ground=ground, now=work.now
    )
    work.record(case_id, extended)


async def inform_those_concerned(
    work: Work,
    case_id: UUID,
    investigation_id: UUID,
    *,
    withheld: str | None,
    happened: datetime | None = None,
) -> None:
    case = await documented(work, case_id)
    informed = investigations.inform_those_concerned(case, investigation_id, withheld=withheld)
    at = await _since_opened(work, case_id, case, investigation_id, happened)
    work.record(case_id, informed, at=at)
    if any(one.id == investigation_id for one in case.deadlines):
        work.record(case_id, end_deadline(case.deadlines, investigation_id, at), at=at)


async def conclude_investigation(
    work: Work,
    case_id: UUID,
    investigation_id: UUID,
    conclusion: InvestigationConclusion,
    *,
    happened: datetime | None = None,
) -> None:
    case = await documented(work, case_id)
    concluded = investigations.conclude_investigation(case, investigation_id, conclusion)
    at = await _since_opened(work, case_id, case, investigation_id, happened)
    work.record(case_id, concluded, at=at)
    for clock in investigations.ENDED_BY_CONCLUSION:
        work.record(case_id, end_clock(case.deadlines, clock, at), at=at)
    notified = ClockKind.OUTCOME_NOTIFIED
    if running(case.deadlines, notified) is None:
        settings, calendar = work.organisation.settings, work.desk.calendar
        due = set_deadline(work.desk.ids.new(), notified, at, settings, calendar)
        work.record(case_id, due, at=at)


async def _since_opened(
    work: Work, case_id: UUID, case: Case, investigation: UUID, happened: datetime | None
) -> datetime:
    """When something of an investigation happened: not before it was opened."""
    opened = InvestigationOpened
    since = await work.first_moment(case_id, opened, investigation=investigation)
    return await work.happened(happened, *case.referrals, since=since)


async def notify_outcome(
    work: Work, case_id: UUID, told: str, *, happened: datetime | None = None
) -> None:
    """Not before what they are told was decided."""
    case, clock = await documented(work, case_id), ClockKind.OUTCOME_NOTIFIED
    notified = investigations.notify_outcome(case, told)
    decided = await running_since(work, case_id, case.deadlines, clock)
    at = await work.happened(happened, *case.referrals, since=decided)
    work.record(case_id, notified, at=at)
    work.record(case_id, end_clock(case.deadlines, clock, at), at=at)


_BY_SOMEBODY_CLOSE = (Concern.CLOSE_VIOLENCE, Concern.FORCED_MARRIAGE)


async def assess_presumption(
    work: Work,
    case_id: UUID,
    *,
    presumption: Presumption,
    exploitation: Exploitation,
    assessor: str,
    ground: str,
) -> None:
    """By somebody named."""
    case = await documented(work, case_id)
    assessed = investigations.assess_presumption(
        case,
        presumption=presumption,
        exploitation=exploitation,
        assessor=assessor,
        ground=ground,
    )
    work.record(case_id, assessed)


async def is_outside(work: Work, case_id: UUID) -> bool:
    """Whether what was assessed last of the case lies outside the assignment (R12)."""
    case, log = await work.case(case_id), work.desk.log
    for veiled in reversed(await log.facts(case_id, PresumptionAssessed)):
        if veiled.version in case.corrected:
            continue
        [fact] = await log.opened_span(veiled.position, veiled.position)
        if isinstance(fact.event, PresumptionAssessed):
            return await _is_outside(work, case, fact.event.exploitation)
    return False


async def _is_outside(work: Work, case: Case, exploitation: Exploitation) -> bool:
    await work.read(case.person, *case.referrals)
    concerns = [(await work.referral(told)).concern.reveal() for told in case.referrals]
    return investigations.is_outside(
        exploitation,
        await work.age(case.person),
        close_violence=any(concern in _BY_SOMEBODY_CLOSE for concern in concerns),
    )


async def assess_risk(work: Work, case_id: UUID, *, level: RiskLevel, ground: str) -> None:
    case = await documented(work, case_id)
    work.record(case_id, investigations.assess_risk(case, level=level, ground=ground))
