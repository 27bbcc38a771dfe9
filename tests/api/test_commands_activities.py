"""Activities as use cases (R7, S28, S35, S79): who plans what, and under whom."""

from typing import Any
from uuid import UUID

import pytest

from api.commands import activities
from domain.activity import ActivityHeld, ActivityPlanned
from domain.codes import ActivityKind, AgeBand, Audience, PlaceKind, StaffRole
from domain.errors import CoordinationIsStrategic, NotFound, NotPermitted, UnknownUnit
from tests.town import TODAY, Town, new_town

YOUNG = AgeBand.AGED_16_TO_21
COORDINATORS = "regional-coordinators"


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def plan(
    town: Town,
    by: UUID,
    kind: ActivityKind = ActivityKind.PREVENTION,
    age_band: AgeBand | None = YOUNG,
    **told: Any,
) -> tuple[UUID, ActivityPlanned]:
    outcome = await town.do(
        by,
        activities.plan_activity,
        kind=kind,
        planned_on=TODAY,
        audience=Audience.YOUNG_PEOPLE,
        age_band=age_band,
        **{"place": PlaceKind.STREET, "partners": ()} | told,
    )
    return outcome.the(ActivityPlanned)


async def hold(town: Town, by: UUID, activity: UUID, *, partners: tuple[str, ...] = ()) -> None:
    await town.do(
        by,
        activities.hold_activity,
        activity,
        held_on=TODAY,
        reached=40,
        schools=0,
        partners=partners,
    )


async def strategist(town: Town) -> UUID:
    return await town.hire("strategic-support", StaffRole.STRATEGIC_SUPPORT, None)


async def coordinator(town: Town) -> UUID:
    return await town.hire(COORDINATORS, StaffRole.REGIONAL_COORDINATOR, None)


async def test_prevention_for_the_young_is_led_by_nexus(town: Town) -> None:
    """Whoever plans it for ages 16-21; a campaign is led jointly (R7)."""
    for who in (await town.worker("nexus"), await coordinator(town)):
        _, planned = await plan(town, who)
        assert (planned.responsible, planned.cooperating) == (("nexus",), (COORDINATORS,))
        _, campaign = await plan(town, who, ActivityKind.INFORMATION_CAMPAIGN, None)
        assert (campaign.responsible, campaign.cooperating) == (("nexus", COORDINATORS), ())
    _, planned = await plan(town, await town.outreach())
    assert planned.cooperating == (COORDINATORS, "homeless-outreach")


async def test_an_outreach_shift_is_its_units_own(town: Town) -> None:
    """The workers of Nexus cooperate, and may tell of it (S28, S45)."""
    shift, planned = await plan(
        town, await town.outreach(), ActivityKind.OUTREACH_SHIFT, age_band=None
    )
    assert (planned.responsible, planned.cooperating) == (("homeless-outreach",), ("nexus",))
    with pytest.raises(NotPermitted):
        await hold(town, await town.worker("childrens-intake"), shift)
    await hold(town, await town.worker("nexus"), shift, partners=("civil-society-htb",))
    assert isinstance((await town.facts(shift))[-1].event, ActivityHeld)


async def test_coordination_is_strategic_supports(town: Town) -> None:
    """S35: its coordination is recorded as activities, and nobody else's is."""
    _, planned = await plan(town, await strategist(town), ActivityKind.COORDINATION, None)
    assert (planned.responsible, planned.cooperating) == (("strategic-support",), ())
    for who in (await town.manager("nexus"), await town.outreach(), await coordinator(town)):
        with pytest.raises(CoordinationIsStrategic):
            await plan(town, who, ActivityKind.COORDINATION, None)


async def test_a_partner_is_a_party_never_a_name(town: Town) -> None:
    """Units and external parties of the organisation alone (S79)."""
    worker = await town.worker("nexus")
    with pytest.raises(UnknownUnit):
        await plan(town, worker, partners=("ada",))
    activity, _ = await plan(town, worker)
    with pytest.raises(UnknownUnit):
        await hold(town, worker, activity, partners=("schools", "ada"))


async def test_who_has_no_part_in_activities(town: Town) -> None:
    """External senders send; administrators and auditors follow, or review."""
    auditor = await town.hire("administration", StaffRole.AUDITOR, None)
    for who in (await town.police(), town.administrator, auditor):
        with pytest.raises(NotPermitted):
            await plan(town, who)


async def test_what_is_no_activity_is_not_found(town: Town) -> None:
    """A referral's id, or nobody's, is no activity's."""
    referral = await town.receive()
    for stream in (referral, UUID(int=7)):
        with pytest.raises(NotFound):
            await hold(town, await town.worker("nexus"), stream)
