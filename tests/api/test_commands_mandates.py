"""Mandates, and what is started under them, as use cases (S1, S50, S51, S58-S60, S66, S68, S71)."""

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from api.commands import inquiries, mandates, teams
from domain.codes import Compartment, MandateMatter, NeedGroup, NeedKind, StaffRole, TeamFuture
from domain.errors import (
    MandateIsForSomethingElse,
    MandateIsRecorded,
    NotFound,
    NotPermitted,
    UnknownUnit,
    WorkIsStarted,
)
from domain.inquiry import InquiryOpened, NeedExpressed
from domain.mandate import MandateDecided
from domain.team import TeamMandated
from tests.town import TODAY, Town, new_town

_NUMBERS = count(1)  # a decision is recorded once
EXPOSED, PERPETRATOR = Compartment.EXPOSED, Compartment.PERPETRATOR


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def decided(
    town: Town, matter: MandateMatter, by: UUID | None = None, number: str = "SCN-2022-00355"
) -> UUID:
    outcome = await town.do(
        by or town.administrator,
        mandates.record_mandate,
        register_number=number,
        decided_on=date(2022, 11, 22),
        matter=matter,
    )
    return outcome.the(MandateDecided)[0]


async def opened(town: Town, manager: UUID, matter: MandateMatter) -> UUID:
    mandate = await decided(town, matter, number=f"SCN-2022-{next(_NUMBERS):05}")
    outcome = await town.do(manager, mandates.start_inquiry, mandate)
    return outcome.the(InquiryOpened)[0]


async def express(
    town: Town, by: UUID, inquiry: UUID, group: NeedGroup, met_by: str | None
) -> UUID:
    outcome = await town.do(
        by,
        inquiries.express_need,
        inquiry,
        kind=NeedKind.COUNSELLING,
        group=group,
        expressed_on=TODAY,
        met_by=met_by,
    )
    return outcome.the(NeedExpressed)[1].need


async def test_a_team_is_started_under_a_decision(town: Town) -> None:
    """In one act: the team has the decision's number and date, the decision names the team (S1)."""
    mandate = await decided(town, MandateMatter.TEAM)
    manager = await town.manager("nexus")
    outcome = await town.do(manager, mandates.start_team, mandate)
    team, told = outcome.the(TeamMandated)
    assert (told.register_number, told.decided_on) == ("SCN-2022-00355", date(2022, 11, 22))
    assert await town.names(mandate, team) == [
        "mandate.decided",
        "mandate.work-started",
        "team.mandated",
    ]
    with pytest.raises(MandateIsForSomethingElse):
        await town.do(manager, mandates.start_inquiry, mandate)


async def test_a_decision_is_recorded_once(town: Town) -> None:
    """However its number is spelt: a second record of it would let work be started twice (S1)."""
    await decided(town, MandateMatter.TEAM)
    await decided(town, MandateMatter.PROPOSAL)  # another matter of the same meeting
    with pytest.raises(MandateIsRecorded):
        await decided(town, MandateMatter.TEAM, number="scn-2022-00355 ")


async def test_each_work_is_started_once_under_a_decision(town: Town) -> None:
    """One team; an inquiry on each side, whatever another side has opened (S76-S78)."""
    mandate = await decided(town, MandateMatter.PROPOSAL)
    nexus = await town.manager("nexus")
    relatives = await town.manager("support-line-three", Compartment.RELATIVE)
    await town.do(nexus, mandates.start_team, mandate)
    for manager in (nexus, relatives):
        await town.do(manager, mandates.start_inquiry, mandate)
    for manager, start in (
        (nexus, mandates.start_team),
        (nexus, mandates.start_inquiry),
        (relatives, mandates.start_inquiry),
    ):
        with pytest.raises(WorkIsStarted):
            await town.do(manager, start, mandate)


async def test_who_records_what_the_board_decides(town: Town) -> None:
    """The administration and strategic support; a unit starts what is its own (S2, S4)."""
    strategist = await town.hire("strategic-support", StaffRole.STRATEGIC_SUPPORT, None)
    mandate = await decided(town, MandateMatter.PROPOSAL, strategist)
    for who in (await town.manager("nexus"), await town.police()):
        with pytest.raises(NotPermitted):
            await decided(town, MandateMatter.PROPOSAL, who)
    for who in (strategist, await town.worker("nexus")):
        with pytest.raises(NotPermitted):
            await town.do(who, mandates.start_inquiry, mandate)


async def test_an_inquiry_lies_on_the_side_of_who_opens_it(town: Town) -> None:
    """The need for a reception at Nexus, the support for buyers on its own line (S50, S51)."""
    nexus = await town.manager("nexus")
    line = await town.manager("support-line-two", PERPETRATOR)
    reception = await opened(town, nexus, MandateMatter.RECEPTION_INQUIRY)
    review = await opened(town, line, MandateMatter.BUYER_SUPPORT_REVIEW)
    for manager, matter in (
        (line, MandateMatter.RECEPTION_INQUIRY),
        (nexus, MandateMatter.BUYER_SUPPORT_REVIEW),
    ):
        with pytest.raises(MandateIsForSomethingElse):
            await opened(town, manager, matter)
    outreach = await town.outreach()
    need = await express(town, outreach, reception, NeedGroup.SOLD_SEX, None)
    await town.do(nexus, inquiries.meet_need, reception, need, met_by="region")
    await express(town, line, review, NeedGroup.BUYERS, "support-line-two")
    for who, other in ((nexus, review), (outreach, review), (line, reception)):
        with pytest.raises(NotFound):
            await express(town, who, other, NeedGroup.UNKNOWN, None)
    with pytest.raises(NotFound):
        await town.do(line, inquiries.conclude_inquiry, reception)


async def test_who_met_a_need_is_a_party_never_a_name(town: Town) -> None:
    """A unit or external party of the organisation (S66)."""
    nexus = await town.manager("nexus")
    inquiry = await opened(town, nexus, MandateMatter.PROPOSAL)
    with pytest.raises(UnknownUnit):
        await express(town, nexus, inquiry, NeedGroup.SOLD_SEX, "ada")
    need = await express(town, nexus, inquiry, NeedGroup.SOLD_SEX, None)
    with pytest.raises(UnknownUnit):
        await town.do(nexus, inquiries.meet_need, inquiry, need, met_by="ada")


async def test_a_teams_future_is_its_lead_units(town: Town) -> None:
    """It costs, is evaluated and made permanent by who leads it, and by nobody else (S58-S60)."""
    manager = await town.manager("nexus")
    outcome = await town.do(
        manager, mandates.start_team, await decided(town, MandateMatter.PROPOSAL)
    )
    team, _ = outcome.the(TeamMandated)
    starts, ends = date(2022, 4, 1), date(2023, 4, 1)
    await town.do(
        manager, teams.establish_team, team, lead_unit="nexus", pilot_from=starts, pilot_until=ends
    )
    acts: list[tuple[Any, dict[str, Any]]] = [
        (teams.report_cost, {"period_from": starts, "period_until": starts, "kronor": 7_000}),
        (teams.evaluate_team, {"evaluated_on": ends, "recommendation": TeamFuture.PERMANENT}),
        (
            teams.decide_future,
            {
                "future": TeamFuture.PERMANENT,
                "register_number": "SCN-2023-00112",
                "decided_on": ends,
            },
        ),
    ]
    for act, told in acts:
        for other in (await town.manager("childrens-intake"), await town.worker("nexus")):
            with pytest.raises(NotPermitted):
                await town.do(other, act, team, **told)
        await town.do(manager, act, team, **told)
    assert (await town.team(team)).future is TeamFuture.PERMANENT
