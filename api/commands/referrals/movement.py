"""Referrals moved on to another unit, waiting anew, or taken back by their sender."""

from collections.abc import Callable, Sequence
from uuid import UUID

from api.commands.referrals.files import (
    answer_due,
    clockwork,
    end_routing,
    facts_of,
    require,
    telling_first,
)
from api.commands.work import Work
from domain import assessment as assessments
from domain import referral as referrals
from domain.codes import UnitKind
from domain.errors import UnknownUnit
from domain.person import Person
from domain.policy import Act
from domain.routing import as_accepted, route


async def override_routing(work: Work, referral_id: UUID, *, to_unit: str, reason: str) -> None:
    """S75: within the side; the unit that sets a rule aside holds it until the other accepts."""
    await _move(work, referral_id, Act.OVERRIDE, referrals.override_routing, to_unit, reason)


async def forward_referral(work: Work, referral_id: UUID, *, to_unit: str, reason: str) -> None:
    """R0, R12: what no rule decides is sent on by the unit that sorts it; and what is out of scope
    is referred on, also to advice and support or outside, where nobody carries cases.

    Raises UnknownUnit for the administration's offices.
    """
    referral = await work.referral(referral_id)
    viewer = await require(work, referral, Act.FORWARD)
    if not _helps_on(work, to_unit):
        await _move(work, referral_id, Act.FORWARD, referrals.forward_referral, to_unit, reason)
        return
    ruled = route(facts_of(work, referral, referral.age.reveal()), work.organisation)
    async with telling_first(work, referral_id, viewer.unit):
        referred = referrals.refer_on(
            referral, ruled, to_unit=to_unit, reason=reason, by_unit=viewer.unit
        )
    work.record(referral_id, referred)


def _helps_on(work: Work, unit: str) -> bool:
    """Whether somebody may be shown there who has no case: what S12-S20 name."""
    kinds = (UnitKind.ADVICE_AND_SUPPORT, UnitKind.EXTERNAL)
    return work.organisation.has_unit(unit) and work.organisation.unit(unit).kind in kinds


async def _move(
    work: Work,
    referral_id: UUID,
    act: Act,
    decide: Callable[..., Sequence[referrals.ReferralEvent]],
    to_unit: str,
    reason: str,
) -> None:
    """Raises UnknownUnit for what cannot carry a case of that side."""
    referral = await work.referral(referral_id)
    viewer = await require(work, referral, act)
    if not work.organisation.carries_cases(to_unit, referral.compartment):
        raise UnknownUnit
    async with telling_first(work, referral_id, viewer.unit):
        moved = decide(
            referral,
            route(facts_of(work, referral, referral.age.reveal()), work.organisation),
            to_unit=to_unit,
            reason=reason,
            by_unit=viewer.unit,
            due=answer_due(work, work.now, acute=referral.is_urgent),
        )
    work.record(referral_id, moved)
    end_routing(work, referral_id, referral)


async def wait_again(work: Work, referral_id: UUID, person: Person) -> None:
    """What had joined the case of somebody else: `person` is whom it is about after all."""
    referral = await work.referral(referral_id)
    age = as_accepted(person.age_on(work.today), work.organisation)
    way = route(facts_of(work, referral, age), work.organisation)
    due = answer_due(work, work.now, acute=referral.is_urgent)
    work.record(referral_id, referrals.await_again(referral, way, due=due))
    if assessments.is_assessed(referral.kind.reveal(), age, way):
        clocks = assessments.start_assessment(
            clockwork(work, work.now), referral.assessment, referral.deadlines
        )
        work.record(referral_id, clocks)


async def withdraw_referral(work: Work, referral_id: UUID, reason: str) -> None:
    """By the sender, who learns no more than that it is answered."""
    referral = await work.referral(referral_id)
    viewer = await require(work, referral, Act.WITHDRAW)
    withdrawn = referrals.withdraw_referral(referral, reason=reason, by_unit=viewer.unit)
    work.record(referral_id, withdrawn)
    end_routing(work, referral_id, referral)
