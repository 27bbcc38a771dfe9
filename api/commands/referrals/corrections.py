"""What was told of a referral by mistake, corrected; and where the rules point then."""

from typing import TypedDict
from uuid import UUID

from api.commands.referrals.answers import due_elsewhere
from api.commands.referrals.files import assess_anew, end_routing, facts_of, require
from api.commands.work import Work, found
from domain import case as cases
from domain import referral as referrals
from domain.codes import Concern, PersonRole, ReferralKind, Residence
from domain.policy import Act
from domain.referral import correction
from domain.routing import Rule, route


class Right(TypedDict):
    """What is right; None for what was told rightly."""

    role: PersonRole | None
    kind: ReferralKind | None
    concern: Concern | None
    residence: Residence | None
    senders_reference: str | None


async def correct_particulars(work: Work, referral_id: UUID, right: Right, *, reason: str) -> None:
    """By whoever carries it. Waiting, it is routed anew by the rules; in a case, that one's routing
    is reviewed. The sender finds it by the right reference, too."""
    referral = await work.referral(referral_id)
    await require(work, referral, Act.RECORD)
    corrected = correction.correct_particulars(referral, **right, reason=reason)
    work.record(referral_id, corrected)
    stands = found(referrals.evolve(referral, corrected[0]))
    if reference := right["senders_reference"]:
        await work.desk.vault.keep_reference(referral.sender_unit, reference, [referral_id])
    if referral.case:
        await _review(work, referral.case, referral_id, stands)
        return
    age = referral.age.reveal()
    before = route(facts_of(work, referral, age), work.organisation)
    ruled = route(facts_of(work, stands, age), work.organisation)
    anew = correction.route_anew(stands, before, ruled, due=due_elsewhere(work, referral))
    work.record(referral_id, anew)
    if anew:
        if ruled.deciding is not Rule.R0:
            end_routing(work, referral_id, referral)
        await assess_anew(work, referral_id, stands, None, ruled)


async def _review(work: Work, case_id: UUID, referral_id: UUID, stands: referrals.Referral) -> None:
    case = await work.case(case_id)
    if case.status is cases.CaseStatus.CLOSED:
        return
    known = await work.age(case.person)
    told = [stands if each == referral_id else await work.referral(each) for each in case.referrals]
    ways = [route(facts_of(work, each, known), work.organisation) for each in told]
    way = next((way for way in ways if way.binds), ways[-1])
    reviewed = cases.review_routing(case, unit=way.unit, deciding=way.deciding, rules=way.rules)
    work.record(case_id, reviewed)
