"""Referrals accepted, or declined for one of R2's reasons, by the receiving unit."""

from datetime import datetime
from uuid import UUID

from api.commands.qualifications import review_assignment
from api.commands.referrals.files import (
    answer_due,
    applies,
    assess_anew,
    clockwork,
    end_routing,
    facts_of,
    file_for,
    look_into,
    require,
    telling_first,
)
from api.commands.work import Work
from domain import assessment as assessments
from domain import case as cases
from domain import deadline as deadlines
from domain import person as persons
from domain import referral as referrals
from domain.case.narrowing import CaseNarrowed
from domain.codes import (
    AgeKnowledge,
    ClockKind,
    DeclineReason,
)
from domain.policy import Act, Information, may
from domain.referral import Referral
from domain.routing import Route, route


async def accept_referral(work: Work, referral_id: UUID) -> None:
    """The receiving unit takes over: a case opens, or the person's open case is joined."""
    referral = await work.referral(referral_id)
    viewer = await require(work, referral, Act.ANSWER)
    records = await work.records(referral.person)
    person = records[-1]
    case_id = person.open_case or work.desk.ids.new()
    responsible, is_investigated = referral.unit, False
    if person.open_case:
        case = await work.case(person.open_case)
        opening = deadlines.running(case.deadlines, ClockKind.INVESTIGATION_OPENED)
        responsible, is_investigated = case.unit, bool(case.investigation or opening)
        work.record(case_id, cases.join_case(case, referral_id))
        await review_assignment(work, case_id, case, await work.age(referral.person))
        if case.investigation:
            taken_in = assessments.take_in(
                referral.assessment, referral.deadlines, clockwork(work, work.now)
            )
            work.record(referral_id, taken_in)
        if case.unit != referral.unit:  # somebody must see that the rules point elsewhere now
            known = await work.age(referral.person)
            way = route(facts_of(work, referral, known), work.organisation)
            work.record(
                case_id,
                cases.review_routing(case, unit=way.unit, deciding=way.deciding, rules=way.rules),
            )
    async with telling_first(work, referral_id, viewer.unit):
        accepted = referrals.accept_referral(
            referral, case_id, by_unit=viewer.unit, responsible=responsible
        )
    work.record(referral_id, accepted)
    end_routing(work, referral_id, referral)
    if not person.open_case:
        work.record(
            case_id,
            cases.open_case(
                referral.person,
                referral_id,
                compartment=referral.compartment,
                unit=responsible,
            ),
        )
        if referral.narrowed:
            work.record(case_id, [CaseNarrowed(person=referral.person)])
        for record in records:  # the one that it is about, and all that stand for it
            work.record(record.id, persons.open_case_for(record, case_id))
    is_report = assessments.is_under_assessment(referral.assessment, referral.deadlines)
    if not is_investigated and (applies(referral) or not is_report):
        await look_into(work, case_id, referral_id)


async def decline_referral(
    work: Work,
    referral_id: UUID,
    *,
    reason: DeclineReason,
    age: AgeKnowledge | None,
    explanation: str,
) -> None:
    """Only for R2's reasons. The unit manager confirms where R2 binds, and wherever a decline
    would be the referral's end; the manager's own decline is confirmed."""
    referral = await work.referral(referral_id)
    viewer = await require(work, referral, Act.ANSWER)
    manages = may(viewer, Act.CONFIRM, Information.REFERRAL, file_for(referral, viewer))
    binds = referral.unit == work.organisation.targets.adult_entry
    ends = reason is DeclineReason.OTHER_MUNICIPALITY  # nobody ends it alone
    elsewhere = _elsewhere(work, referral, reason, age)
    async with telling_first(work, referral_id, viewer.unit):
        declined = referrals.decline_referral(
            referral,
            reason=reason,
            age=age,
            explanation=explanation,
            by_unit=viewer.unit,
            elsewhere=elsewhere,
            due=due_elsewhere(work, referral),
            confirmed=manages or not (binds or ends),
            is_proved=await _is_proved(work, referral, age),
        )
    work.record(referral_id, declined)
    if manages or not (binds or ends):
        end_routing(work, referral_id, referral)
        await assess_anew(work, referral_id, referral, age, elsewhere)


async def confirm_decline(work: Work, referral_id: UUID) -> None:
    """R2: the unit manager confirms; a wrong age is routed on in the same act."""
    referral = await work.referral(referral_id)
    viewer = await require(work, referral, Act.CONFIRM)
    age, elsewhere = None, None
    if referral.proposed:
        reason, age = referral.proposed.reason.reveal(), referral.proposed.age.reveal()
        elsewhere = _elsewhere(work, referral, reason, age)
    async with telling_first(work, referral_id, viewer.unit):
        confirmed = referrals.confirm_decline(
            referral,
            by_unit=viewer.unit,
            elsewhere=elsewhere,
            due=due_elsewhere(work, referral),
            is_proved=await _is_proved(work, referral, age),
        )
    work.record(referral_id, confirmed)
    end_routing(work, referral_id, referral)
    await assess_anew(work, referral_id, referral, age, elsewhere)


async def refuse_decline(work: Work, referral_id: UUID) -> None:
    """R2: the unit manager does not confirm; the referral waits for an answer as before."""
    referral = await work.referral(referral_id)
    viewer = await require(work, referral, Act.CONFIRM)
    async with telling_first(work, referral_id, viewer.unit):
        refused = referrals.refuse_decline(referral, by_unit=viewer.unit)
    work.record(referral_id, refused)


def _elsewhere(
    work: Work, referral: Referral, reason: DeclineReason, age: AgeKnowledge | None
) -> Route | None:
    """Where the rules point when the age is what the declining unit says it is."""
    if reason is not DeclineReason.WRONG_AGE or age is None:
        return None
    return route(
        facts_of(work, referral, age),
        work.organisation,
    )


async def _is_proved(work: Work, referral: Referral, age: AgeKnowledge | None) -> bool:
    """Whether it is what is established of the person today, on ground."""
    if age is None or not any(each.has_ground for each in await work.merged(referral.person)):
        return False
    return await work.age(referral.person) is age


def due_elsewhere(work: Work, referral: Referral) -> datetime:
    """Whoever waits for an answer has waited since the receipt: the day stays, and the unit that is
    asked instead has the time of what is acute at least."""
    at_least = answer_due(work, work.now, acute=True)
    waits = (one.due for one in referral.deadlines if one.id == referrals.ANSWER)
    return max((at_least, *waits))
