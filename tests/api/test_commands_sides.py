"""Across a side: in one and the same unit, whatever somebody tries, there is nothing (S76-S78).

Children's intake meets every side, with workers of its own for each; so it is here that the wall
between them must hold.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import permutations
from typing import Any, Final
from uuid import UUID

import pytest

from api.commands import cases, referrals
from api.commands.referrals import ReferralDetails
from domain.codes import (
    AgeKnowledge,
    CaseOutcome,
    Compartment,
    Concern,
    DeclineReason,
    HandoverDeclineReason,
    StaffRole,
)
from domain.errors import NotFound
from tests.town import A_BUYER, A_CHILD, A_RELATIVE, AN_ADULT, SOMEBODY, Town, new_town, told

EXPOSED, PERPETRATOR, RELATIVE = Compartment.EXPOSED, Compartment.PERPETRATOR, Compartment.RELATIVE
INTAKE: Final = "childrens-intake"
WORKERS: Final = [StaffRole.UNIT_MANAGER, StaffRole.CASE_WORKER]

SIDES: Final = {EXPOSED: AN_ADULT, PERPETRATOR: A_BUYER, RELATIVE: A_RELATIVE}
ADULTS_UNITS: Final = {
    EXPOSED: "nexus",
    PERPETRATOR: "support-line-two",
    RELATIVE: "support-line-three",
}

ACROSS: Final = list(permutations(SIDES, 2))

OnCase = Callable[[Town, UUID, UUID, UUID], Awaitable[Any]]
OnReferral = Callable[[Town, UUID, UUID], Awaitable[Any]]

WITH_A_CASE: Final[list[OnCase]] = [
    lambda town, by, case, _: town.do(by, cases.assign_case_worker, case, by),
    lambda town, by, case, _: town.do(by, cases.release_case_worker, case, by),
    lambda town, by, case, _: town.do(by, cases.record_note, case, "Samtal."),
    lambda town, by, case, _: town.do(
        by, cases.establish_age, case, born=None, age=AgeKnowledge.ADULT, basis="Pass."
    ),
    lambda town, by, case, _: town.do(
        by, cases.offer_handover, case, to_unit="nexus", reason="Ålder."
    ),
    lambda town, by, case, handover: town.do(by, cases.withdraw_handover, case, handover),
    lambda town, by, case, handover: town.do(by, cases.accept_handover, case, handover),
    lambda town, by, case, handover: town.do(
        by,
        cases.decline_handover,
        case,
        handover,
        reason=HandoverDeclineReason.WRONG_AGE,
        explanation="Pass.",
    ),
    lambda town, by, case, handover: town.do(by, cases.confirm_handover_decline, case, handover),
    lambda town, by, case, handover: town.do(by, cases.refuse_handover_decline, case, handover),
    lambda town, by, case, _: town.do(by, cases.close_case, case, CaseOutcome.NEEDS_MET),
    lambda town, by, case, _: town.do(by, cases.reopen_case, case, "Ny oro."),
]
WITH_A_REFERRAL: Final[list[OnReferral]] = [
    lambda town, by, referral: town.do(by, referrals.accept_referral, referral),
    lambda town, by, referral: town.do(by, referrals.confirm_decline, referral),
    lambda town, by, referral: town.do(by, referrals.refuse_decline, referral),
    lambda town, by, referral: town.do(
        by,
        referrals.decline_referral,
        referral,
        reason=DeclineReason.WRONG_AGE,
        age=AgeKnowledge.ADULT,
        explanation="Pass.",
    ),
]


@pytest.fixture
async def town() -> Town:
    return await new_town()


def as_child(details: ReferralDetails) -> ReferralDetails:
    return replace(details, number=None, born=A_CHILD.born)


def unbound(details: ReferralDetails) -> ReferralDetails:
    """Where R2 binds, nothing is handed over to another unit."""
    return replace(details, number=None, concern=Concern.UNKNOWN)


@pytest.mark.parametrize("role", WORKERS)
@pytest.mark.parametrize("of", [INTAKE, "the adults' unit"])
@pytest.mark.parametrize(("side", "seen_from"), ACROSS)
async def test_a_case_of_another_side_is_not_there(
    town: Town, side: Compartment, seen_from: Compartment, of: str, role: StaffRole
) -> None:
    """Whoever serves another side in the responsible unit, or in the one that a handover is
    offered to, is told of a case what is told of one that does not exist."""
    own = of == INTAKE
    case = await town.open_case(as_child(SIDES[side]) if own else unbound(SIDES[side]))
    handover = await town.offered(case, ADULTS_UNITS[side] if own else INTAKE)
    other = await town.hire(INTAKE, role, seen_from)
    for attempt in WITH_A_CASE:
        for wanted in (case, town.desk.ids.new()):
            assert await told(attempt(town, other, wanted, handover)) == (NotFound, {})


@pytest.mark.parametrize("role", WORKERS)
@pytest.mark.parametrize(
    ("details", "seen_from"),
    [
        *((SIDES[side], other) for side, other in ACROSS),
        *((SOMEBODY, other) for other in (PERPETRATOR, RELATIVE)),
    ],
)
async def test_a_referral_of_another_side_is_not_there(
    town: Town, details: ReferralDetails, seen_from: Compartment, role: StaffRole
) -> None:
    """Whoever serves another side in the very unit that must answer, is told of a referral what is
    told of one that does not exist; what is in triage is the exposed side's (R16)."""
    referral = await town.receive(as_child(details))
    assert (await town.referral(referral)).unit == INTAKE
    other = await town.hire(INTAKE, role, seen_from)
    for attempt in WITH_A_REFERRAL:
        for wanted in (referral, town.desk.ids.new()):
            assert await told(attempt(town, other, wanted)) == (NotFound, {})


async def test_triage_is_the_exposed_sides(town: Town) -> None:
    """Until the role is known, the exposed side sorts it (R16)."""
    referral = await town.receive(SOMEBODY)
    await town.do(await town.manager("nexus"), referrals.accept_referral, referral)
