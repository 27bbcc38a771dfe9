"""The walls between the sides, over every combination of what is finite about them (S76-S78): no
role, relation, handover, merge, link, emergency or team shows one side to the other, or puts one
worker on both."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from uuid import UUID

import pytest

from api.runtime.organisation import load_organisation
from domain import case as cases
from domain.case import consent, link
from domain.case.state import Case
from domain.codes import Compartment, LinkKind, StaffRole
from domain.errors import (
    CasesCannotBeLinked,
    CoordinatorCannotBeEngaged,
    PositionIsTaken,
    SideDoesNotFit,
    StaffMemberCannotJoin,
    WorkerCannotBeAssigned,
)
from domain.policy import (
    TABLE,
    Act,
    File,
    Information,
    Relation,
    Viewer,
    may,
    relations,
    sees_compartment,
    side_of,
)
from domain.staff import StaffMember, take_position
from domain.team import Team, join_team

ME, OTHER, THIS = UUID(int=1), UUID(int=2), UUID(int=3)
HERE, TODAY = "nexus", date(2024, 5, 6)
SIDES = (None, Compartment.EXPOSED, Compartment.PERPETRATOR, Compartment.RELATIVE)
ALONE = {(r.role, r.information, r.act) for r in TABLE if r.relation is Relation.NONE}


def standings(compartment: Compartment) -> Iterator[tuple[File, frozenset[UUID], frozenset[UUID]]]:
    """Every way in which somebody can stand to a file: assigned, engaged, asked, told, consulted,
    of the unit that has it, having broken the glass; the identity protected or not."""
    for has in product((False, True), repeat=9):
        responsible, receiving, sending, informed, assigned, engaged, asked, broken, narrow = has
        file = File(
            id=THIS,
            compartment=compartment,
            responsible_unit=HERE if responsible else None,
            receiving_unit=HERE if receiving else None,
            sending_unit=HERE if sending else None,
            informed_units=(HERE,) if informed else (),
            workers=(ME,) if assigned else (),
            engaged=(ME,) if engaged else (),
            consulted_units=(HERE,) if asked else (),
            narrowed=narrow,
        )
        carried = frozenset({THIS}) if engaged else frozenset()
        yield file, frozenset({THIS}) if broken else frozenset(), carried


@pytest.mark.parametrize("compartment", Compartment)
def test_no_standing_shows_another_side(compartment: Compartment) -> None:
    """However many relations somebody has to a file at once, on another side they are none; and of
    what needs a file, nothing is permitted."""
    others = [side for side in SIDES if not sees_compartment(side, compartment)]
    for role, side in product(set(StaffRole) - {StaffRole.EXTERNAL_SENDER}, others):
        needing = [
            (act, kind) for act, kind in product(Act, Information) if (role, kind, act) not in ALONE
        ]
        for file, broken, carried in standings(compartment):
            viewer = Viewer(
                staff=ME, role=role, unit=HERE, side=side, emergencies=broken, engaged_in=carried
            )
            assert not relations(viewer, file)
        stranger = Viewer(staff=ME, role=role, unit=HERE, side=side, emergencies=frozenset({THIS}))
        near = File(id=THIS, compartment=compartment, responsible_unit=HERE, workers=(ME,))
        assert not any(may(stranger, act, kind, near) for act, kind in needing)


def test_of_one_file_there_is_one_side() -> None:
    """Whatever its compartment, exactly one side sees a file; so no two sides share one."""
    for compartment in Compartment:
        assert [s for s in SIDES if sees_compartment(s, compartment)] == [side_of(compartment)]


def member(role: StaffRole, side: Compartment | None) -> StaffMember:
    since = date(2024, 1, 1)
    known = StaffMember(id=ME, unit=HERE, role=role, side=side, since=since)
    return replace(known, qualified_for_children=True)


def case_in(compartment: Compartment) -> Case:
    return Case(person=OTHER, compartment=compartment, unit=HERE, referrals=(OTHER,))


def test_nobody_is_put_on_another_side() -> None:
    """Assigned, or engaged as coordinator: only in what their own side meets; so whoever works in
    two cases works on one side."""
    for role, side, compartment in product(StaffRole, SIDES, Compartment):
        if sees_compartment(side, compartment):
            continue
        worker, case = member(role, side), case_in(compartment)
        with pytest.raises(WorkerCannotBeAssigned):
            cases.assign_case_worker(case, worker, needs_child_qualification=False)
        with pytest.raises(CoordinatorCannotBeEngaged):
            consent.engage_coordinator(
                case, worker, today=TODAY, guardians=frozenset(), comes_of_age=None
            )


def test_a_side_is_for_ever() -> None:
    """Whoever has served one side never takes a position on another, in whatever role; and the
    team is of the exposed side alone."""
    for role, was, role_then, side in product(StaffRole, SIDES, StaffRole, SIDES):
        if was is not side:
            left = replace(member(role, was), active=False)
            with pytest.raises((PositionIsTaken, SideDoesNotFit)):
                take_position(
                    left,
                    name="Nadja",
                    unit=HERE,
                    role=role_then,
                    side=side,
                    since=TODAY,
                    today=TODAY,
                )
    for role, side in product(StaffRole, SIDES):
        if side is not Compartment.EXPOSED:
            with pytest.raises(StaffMemberCannotJoin):
                join_team(Team(established=True), member(role, side), percentage=50)


def test_no_case_is_linked_or_handed_across() -> None:
    """A link needs one compartment for both; and a unit that meets one side alone is never offered
    another's case: what is not the children's entry point carries cases of one side."""
    organisation = load_organisation()
    for one, other in product(Compartment, Compartment):
        if one is not other:
            with pytest.raises(CasesCannotBeLinked):
                link.link_case(
                    case_in(one), THIS, case_in(other), OTHER, UUID(int=9), next(iter(LinkKind))
                )
    for unit in organisation.units:
        carried = {side_of(c) for c in Compartment if organisation.carries_cases(unit.code, c)}
        assert len(carried) <= 1 or unit.code == organisation.targets.child_entry
