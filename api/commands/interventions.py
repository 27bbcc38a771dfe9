"""Interventions and applications: what is decided and done for the person."""

from datetime import datetime
from uuid import UUID

from api.commands.case_files import documented
from api.commands.work import Work
from domain.case import intervention as interventions
from domain.case.intervention import InterventionStarted
from domain.codes import (
    ApplicationKind,
    InterventionEnd,
    InterventionKind,
    Provider,
)
from domain.deadline import end_deadline, set_deadline

# --- interventions ---------------------------------------------------------------------------


async def decide_intervention(
    work: Work,
    case_id: UUID,
    *,
    kind: InterventionKind,
    provider: Provider,
    ksi_code: str | None,
) -> None:
    case = await documented(work, case_id)
    decided = interventions.decide_intervention(
        case, work.desk.ids.new(), kind=kind, provider=provider, ksi_code=ksi_code
    )
    work.record(case_id, decided)


async def start_intervention(
    work: Work, case_id: UUID, intervention_id: UUID, *, happened: datetime | None = None
) -> None:
    case = await documented(work, case_id)
    started = interventions.start_intervention(case, intervention_id)
    work.record(case_id, started, at=await work.happened(happened, *case.referrals))


async def end_intervention(
    work: Work,
    case_id: UUID,
    intervention_id: UUID,
    how: InterventionEnd,
    *,
    happened: datetime | None = None,
) -> None:
    """Not before it started."""
    case = await documented(work, case_id)
    ended = interventions.end_intervention(case, intervention_id, how)
    kind, of = InterventionStarted, intervention_id
    started = await work.first_moment(case_id, kind, intervention=of)
    at = await work.happened(happened, *case.referrals, since=started)
    work.record(case_id, ended, at=at)


# --- applications ----------------------------------------------------------------------------


async def make_application(work: Work, case_id: UUID, kind: ApplicationKind) -> None:
    case = await documented(work, case_id)
    work.record(case_id, interventions.make_application(case, work.desk.ids.new(), kind))


async def answer_application(
    work: Work,
    case_id: UUID,
    application_id: UUID,
    *,
    granted: bool,
    happened: datetime | None = None,
) -> None:
    """A reflection period that is granted runs for 30 days from then (UtlL 5:15); whatever else is
    answered is followed up then."""
    case = await documented(work, case_id)
    answered = interventions.answer_application(case, application_id, granted=granted)
    at = await work.happened(happened, *case.referrals)
    work.record(case_id, answered, at=at)
    clock = interventions.clock_of_answer(case, application_id, granted=granted)
    settings, calendar = work.organisation.settings, work.desk.calendar
    work.record(case_id, set_deadline(application_id, clock, at, settings, calendar), at=at)


async def prolong_reflection_period(
    work: Work, case_id: UUID, application_id: UUID, *, until: datetime, ground: str
) -> None:
    case = await documented(work, case_id)
    prolonged = interventions.prolong_reflection_period(
        case, application_id, until=until, ground=ground, now=work.now
    )
    work.record(case_id, prolonged)


async def end_application(work: Work, case_id: UUID, application_id: UUID) -> None:
    case = await documented(work, case_id)
    work.record(case_id, interventions.end_application(case, application_id))
    work.record(case_id, end_deadline(case.deadlines, application_id, work.now))
