"""Reports concerning a child or young person are assessed by whoever received them, within their
clocks; and deadlines are extended, paused and resumed, in whatever file they run."""

from datetime import datetime
from uuid import UUID

from api.commands.case_files import require_case
from api.commands.referrals import clockwork, end_routing, facts_of, require, running_since
from api.commands.work import Work
from domain import assessment as assessments
from domain import more_time
from domain.policy import Act, Information
from domain.referral import close_referral
from domain.routing import route


async def assess_protection(
    work: Work,
    referral_id: UUID,
    *,
    needed_at_once: bool,
    ground: str,
    happened: datetime | None = None,
) -> None:
    """SoL 2025:400 20:1; 2001:453 11:1 a."""
    referral = await work.referral(referral_id)
    await require(work, referral, Act.RECORD)
    at = await work.happened(happened, referral_id)
    assessed = assessments.assess_protection(
        referral.assessment,
        referral.deadlines,
        person=referral.person,
        at_once=needed_at_once,
        ground=ground,
        now=at,
    )
    work.record(referral_id, assessed, at=at)


async def decide_preliminary_assessment(
    work: Work, referral_id: UUID, *, opens: bool, ground: str, happened: datetime | None = None
) -> None:
    """SoL 2025:400 20:2; 2001:453 11:1 a. Where no investigation is opened, a referral that still
    waits is answered by that."""
    referral = await work.referral(referral_id)
    await require(work, referral, Act.RECORD)
    at = await work.happened(happened, referral_id)
    decided = assessments.decide_preliminary_assessment(
        referral.assessment,
        referral.deadlines,
        person=referral.person,
        opens=opens,
        ground=ground,
        clockwork=clockwork(work, at),
    )
    work.record(referral_id, decided, at=at)
    if not opens:
        age = await work.age(referral.person)
        ruled = route(facts_of(work, referral, age), work.organisation)
        work.record(referral_id, close_referral(referral, ruled), at=at)
        end_routing(work, referral_id, referral)


async def ask_feedback(work: Work, referral_id: UUID) -> None:
    """SoL 2025:400 19:6; 2001:453 14:1 b."""
    referral = await work.referral(referral_id)
    await require(work, referral, Act.RECORD)
    asked = assessments.ask_feedback(
        referral.assessment,
        referral.deadlines,
        person=referral.person,
        source=referral.source.reveal(),
        clockwork=clockwork(work, work.now),
    )
    work.record(referral_id, asked)


async def give_feedback(
    work: Work, referral_id: UUID, told: str, *, happened: datetime | None = None
) -> None:
    """SoL 2025:400 19:6; 2001:453 14:1 b."""
    referral = await work.referral(referral_id)
    await require(work, referral, Act.RECORD)
    owed = await running_since(work, referral_id, referral.deadlines, *assessments.FEEDBACK)
    at = await work.happened(happened, referral_id, since=owed)
    given = assessments.give_feedback(
        referral.assessment,
        referral.deadlines,
        person=referral.person,
        told=told,
        now=at,
    )
    work.record(referral_id, given, at=at)


# --- deadlines -------------------------------------------------------------------------------

_DOCUMENTS = (Act.RECORD, Information.CIRCUMSTANCES)


async def extend_in_referral(
    work: Work, referral_id: UUID, deadline: UUID, *, until: datetime, ground: str
) -> None:
    referral = await work.referral(referral_id)
    await require(work, referral, Act.RECORD)
    extended = more_time.extend_deadline(
        referral.deadlines,
        deadline,
        person=referral.person,
        until=until,
        ground=ground,
        now=work.now,
    )
    work.record(referral_id, extended)


async def extend_in_case(
    work: Work, case_id: UUID, deadline: UUID, *, until: datetime, ground: str
) -> None:
    case = await require_case(work, case_id, *_DOCUMENTS)
    extended = more_time.extend_deadline(
        case.deadlines, deadline, person=case.person, until=until, ground=ground, now=work.now
    )
    work.record(case_id, extended)


async def pause_in_case(work: Work, case_id: UUID, deadline: UUID, ground: str) -> None:
    case = await require_case(work, case_id, *_DOCUMENTS)
    paused = more_time.pause_deadline(
        case.deadlines, deadline, person=case.person, ground=ground, now=work.now
    )
    work.record(case_id, paused)


async def resume_in_case(work: Work, case_id: UUID, deadline: UUID) -> None:
    case = await require_case(work, case_id, *_DOCUMENTS)
    work.record(case_id, more_time.resume_deadline(case.deadlines, deadline, now=work.now))
