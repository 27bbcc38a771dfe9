"""Who works with it: the first administrator, everybody's position, and the team (S10, S57-S60)."""

from datetime import date, timedelta
from functools import partial
from uuid import UUID

from api.commands import adoptions, staff, teams
from api.commands.founding import found
from api.commands.staff import PositionDetails
from api.demo.board import mandate_a_team
from api.demo.case_stories import CaseStory
from api.demo.crew import FIRST_ADMINISTRATOR, LEAVER, SUCCESSOR, Member, Position, positions_for
from api.demo.stage import Stage
from api.demo.stories import Stories
from api.runtime.organisation import UPPSALA
from domain.codes import Gender, StaffRole
from domain.staff import PositionTaken


async def staff_the_house(stage: Stage, *, start: date, until: date, scale: float) -> UUID:
    """Everybody takes a position, and the team is established; the answer is the team's id."""
    name = stage.population.name(stage.rng, Gender.UNKNOWN)
    first = await found(stage.desk_for_an_act(), name=name, recorded_at=stage.now)
    administrator = stage.crew.add(
        first, Position(FIRST_ADMINISTRATOR, "administration", StaffRole.ADMINISTRATOR, None)
    )
    positions = list(positions_for(scale))
    for position in positions:
        await _take(stage, administrator, position)
    team = await mandate_a_team(stage, start)
    manager = stage.crew["nexus-manager"]
    establish = partial(teams.establish_team, lead_unit="nexus")
    await stage.do(manager, establish, team, pilot_from=start, pilot_until=until)
    for position in positions:
        if position.percentage:
            await _join(stage, team, stage.crew[position.demo_role])
    return team


async def adopt_the_organisation(stage: Stage) -> None:
    """As it was set up, but for one number: an organisation is adopted like any other (S9-S20)."""
    before = UPPSALA.read_text(encoding="utf-8")
    document = before.replace("full_time_points = 60", "full_time_points = 64")
    adopt = partial(adoptions.adopt_organisation, document=document)
    soon = stage.today + timedelta(days=14)
    await stage.do(stage.crew[FIRST_ADMINISTRATOR], adopt, in_force_from=soon)


async def replace_a_worker(stage: Stage, team: UUID, cases: Stories[CaseStory]) -> None:
    """One leaves the unit, and so the team; the successor takes over the whole caseload at once."""
    manager, leaver = stage.crew["nexus-manager"], stage.crew[LEAVER]
    successor = await _take(stage, manager, SUCCESSOR)
    await stage.do(
        manager,
        staff.end_position,
        leaver.id,
        until=stage.today,
        successor_id=successor.id,
    )
    stage.crew.remove(LEAVER)
    for case in cases:
        if case.worker is leaver:
            case.worker = successor
            successor.cases.add(case.id)
    await _join(stage, team, successor)


async def _take(stage: Stage, by: Member, position: Position) -> Member:
    details = PositionDetails(
        name=stage.population.name(stage.rng, Gender.UNKNOWN),
        unit=position.unit,
        role=position.role,
        side=position.side,
        since=stage.today,
        percentage=position.extent,
        qualified_for_children=position.qualified,
    )
    outcome = await stage.do(by, staff.take_position, details)
    staff_id, _ = outcome.the(PositionTaken)
    return stage.crew.add(staff_id, position)


async def _join(stage: Stage, team: UUID, member: Member) -> None:
    manager = stage.crew["nexus-manager"]
    percentage = member.position.percentage
    await stage.do(manager, teams.join_team, team, member.id, percentage=percentage)
