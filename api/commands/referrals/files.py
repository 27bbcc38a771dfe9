"""What every act on a referral needs: who may come to it, its facts for the rules, its clocks."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from api.commands.work import Work, telling_who
from domain import assessment as assessments
from domain import referral as referrals
from domain.codes import AgeKnowledge, ClockKind, ReferralKind
from domain.deadline import Deadlines, DeadlineSet, end_clock, running, set_deadline
from domain.errors import ReferralIsAnswered
from domain.policy import Act, File, Information, Viewer
from domain.referral import Referral
from domain.routing import Facts, Route, as_accepted


async def require(work: Work, referral: Referral, act: Act) -> Viewer:
    """Raises NotFound, NotPermitted."""
    viewer = await work.viewer()
    if act is Act.RECORD:
        return await work.require(act, Information.REFERRAL, await _carried(work, referral))
    return await work.require(act, Information.REFERRAL, file_for(referral, viewer))


async def _carried(work: Work, referral: Referral) -> File:
    """What access to a referral depends on when something is recorded in it: whoever carries it now
    does, the unit that it was routed to last or, once it is in a case, that of the case."""
    unit = (await work.case(referral.case)).unit if referral.case else referral.unit
    return _file_at(referral, unit)


def file_for(referral: Referral, viewer: Viewer) -> File:
    """What access to a referral depends on when it is answered. Every unit that was asked may
    come, so that who answers second learns that it has been answered, and no more."""
    return _file_at(referral, viewer.unit if viewer.unit in referral.asked else referral.unit)


def _file_at(referral: Referral, unit: str) -> File:
    return File(
        compartment=referral.compartment,
        receiving_unit=unit,
        sending_unit=referral.sender_unit,
        informed_units=(*referral.informed, *referral.asked),
        narrowed=referral.narrowed,
    )


def clockwork(work: Work, at: datetime) -> assessments.Clockwork:
    """What it takes to set the clocks of a report that start at a moment."""
    return assessments.Clockwork(
        at=at,
        settings=work.organisation.settings,
        calendar=work.desk.calendar,
        ids=(work.desk.ids.new(), work.desk.ids.new()),
    )


async def running_since(
    work: Work, stream: UUID, deadlines: Deadlines, *clocks: ClockKind
) -> datetime | None:
    """When the first of these clocks that runs in a file began; None where none does."""
    for clock in clocks:
        if waits := running(deadlines, clock):
            return await work.first_moment(stream, DeadlineSet, deadline=waits)
    return None


async def assess_anew(
    work: Work,
    referral_id: UUID,
    referral: Referral,
    age: AgeKnowledge | None,
    way: Route | None,
    *,
    is_investigated: bool = False,
) -> None:
    """A decline that stands, or another age, changes what is left to assess; where an
    investigation is open, nothing but protection (SoL 20:2)."""
    made = referral.assessment
    clocks = assessments.assess_anew(
        replace(made, decided=True) if is_investigated else made,
        referral.deadlines,
        kind=referral.kind.reveal(),
        age=as_accepted(age or referral.age.reveal(), work.organisation),
        way=way,
        received=await work.moment(referral_id, referrals.ReferralReceived),
        clockwork=clockwork(work, work.now),
    )
    work.record(referral_id, clocks)


def applies(referral: Referral) -> bool:
    return referral.kind.reveal() is ReferralKind.APPLICATION


async def look_into(work: Work, case_id: UUID, referral_id: UUID) -> None:
    """What is not assessed as a report is investigated, or advice is given, without delay: since it
    came to the board's knowledge, not since somebody took it on (SoL 2025:400 14:2; 2001:453
    11:1)."""
    received = await work.moment(referral_id, referrals.ReferralReceived)
    started = set_deadline(
        work.desk.ids.new(),
        ClockKind.INVESTIGATION_OPENED,
        received,
        work.organisation.settings,
        work.desk.calendar,
    )
    work.record(case_id, started, at=received)


def telling_first(work: Work, referral_id: UUID, unit: str) -> AbstractAsyncContextManager[None]:
    """Who answered first, and when, stands in the refusal of whoever comes second: a unit learns of
    its own answer, and nothing of another's."""
    return telling_who(
        ReferralIsAnswered,
        work,
        referral_id,
        lambda fact: fact.unit == unit,
        referrals.ReferralAccepted,
        referrals.ReferralDeclined,
        referrals.ReferralClosed,
    )


def end_routing(work: Work, referral_id: UUID, referral: Referral) -> None:
    """What no rule placed has been placed by somebody, or needs not be any more."""
    work.record(referral_id, end_clock(referral.deadlines, ClockKind.REFERRAL_ROUTED, work.now))


def facts_of(work: Work, referral: Referral, age: AgeKnowledge) -> Facts:
    """The facts of a referral for the rules, with the age as it is known now."""
    sender = referral.sender_unit
    return Facts(
        role=referral.role.reveal(),
        age=age,
        concern=referral.concern.reveal(),
        source=referral.source.reveal(),
        residence=referral.residence.reveal(),
        sent_on=work.organisation.unit(sender).sends_on and not is_entry(work, sender),
    )


def is_entry(work: Work, unit: str) -> bool:
    """Whether a unit receives referrals itself: then it registers what reaches it, and sends on
    nothing."""
    targets = work.organisation.targets
    return unit in (
        targets.adult_entry,
        targets.child_entry,
        targets.perpetrator_line,
        targets.relatives_line,
    )


def answer_due(work: Work, start: datetime, *, acute: bool) -> datetime:
    days = work.organisation.settings.referral_answer_working_days.working_days(acute=acute)
    return work.desk.calendar.add_working_days(start, days)
