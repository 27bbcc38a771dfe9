"""Who may see and do what: the whole matrix as a lawyer reads it, and the walls between the sides.

`python tests/domain/test_policy.py > tests/domain/policy-matrix.txt` writes the matrix anew; its
difference is what a review reads.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import Compartment, StaffRole
from domain.policy import (
    TABLE,
    Act,
    File,
    Information,
    Relation,
    Viewer,
    may,
    permitting,
    relations,
    sees_compartment,
)

REVIEWED = Path(__file__).with_name("policy-matrix.txt")

UNITS = ("nexus", "childrens-intake", "support-line-two", "police")
STAFF = (UUID(int=1), UUID(int=2))
CASES = (UUID(int=11), UUID(int=12))
SIDES = (Compartment.EXPOSED, Compartment.PERPETRATOR, Compartment.RELATIVE, None)

viewers = st.builds(
    Viewer,
    staff=st.sampled_from(STAFF),
    role=st.sampled_from(StaffRole),
    unit=st.sampled_from(UNITS),
    side=st.sampled_from(SIDES),
    engaged_in=st.frozensets(st.sampled_from(CASES)),
    emergencies=st.frozensets(st.sampled_from(CASES)),
)
files = st.builds(
    File,
    id=st.none() | st.sampled_from(CASES),
    compartment=st.sampled_from(Compartment),
    responsible_unit=st.none() | st.sampled_from(UNITS),
    receiving_unit=st.none() | st.sampled_from(UNITS),
    sending_unit=st.none() | st.sampled_from(UNITS),
    informed_units=st.lists(st.sampled_from(UNITS)).map(tuple),
    workers=st.lists(st.sampled_from(STAFF)).map(tuple),
    engaged=st.lists(st.sampled_from(STAFF)).map(tuple),
    consulted_units=st.lists(st.sampled_from(UNITS)).map(tuple),
    party=st.none() | st.sampled_from(UNITS),
    narrowed=st.booleans(),
)

ENGAGED_READ = {
    (StaffRole.REGIONAL_COORDINATOR, kind)
    for kind in (Information.LINE, Information.IDENTITY, Information.CIRCUMSTANCES)
}

# What needs no file at all: the same for everybody in the role, and about nobody.
WITHOUT_FILE = {
    (row.role, row.information, row.act) for row in TABLE if row.relation is Relation.NONE
}


def matrix() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    for role in StaffRole:
        yield f"{role}"
        permitted = [
            f"  {act} {information}: {', '.join(_told(role, act, information))}"
            for information, act in product(Information, Act)
            if permitting(role, act, information)
        ]
        yield from permitted or ["  nothing"]


def _told(role: StaffRole, act: Act, information: Information) -> list[str]:
    through = permitting(role, act, information)
    return [
        "always" if relation is Relation.NONE else relation
        for relation in Relation
        if relation in through
    ]


def test_the_matrix_is_the_reviewed_one() -> None:
    """Whoever changes who may do what changes the reviewed matrix in the same commit."""
    assert matrix() == REVIEWED.read_text(encoding="utf-8")


def test_every_row_says_why() -> None:
    """Every permission has a reason, and stands in the table once."""
    assert all(row.because for row in TABLE)
    cells = [(row.role, row.relation, row.information, row.act) for row in TABLE]
    assert len(set(cells)) == len(cells)


@given(viewer=viewers, file=files, act=st.sampled_from(Act), kind=st.sampled_from(Information))
def test_across_a_side_nothing_is_permitted(
    viewer: Viewer, file: File, act: Act, kind: Information
) -> None:
    """On the other side of a compartment a file permits nobody anything that it would not permit
    without any file: no combination of role, unit, assignment and act crosses (S76-S78)."""
    if sees_compartment(viewer.side, file.compartment) or viewer.role is StaffRole.EXTERNAL_SENDER:
        return
    assert relations(viewer, file) == frozenset()
    assert may(viewer, act, kind, file) == ((viewer.role, kind, act) in WITHOUT_FILE)


@given(viewer=viewers, file=files)
def test_who_is_outside_stands_to_a_receipt_and_a_question(viewer: Viewer, file: File) -> None:
    """Whatever its unit is to a file, an external sender asks only for the receipt of what it sent
    and for the question that it was asked: nothing of the file can be read (S15-S20)."""
    sender = replace(viewer, role=StaffRole.EXTERNAL_SENDER)
    sent, asked = file.sending_unit == sender.unit, file.party == sender.unit
    held = {Relation.SENDER} if sent else set()
    assert relations(sender, file) == held | ({Relation.PARTY} if asked else set())
    assert may(sender, Act.READ, Information.RECEIPT, file) is sent
    assert may(sender, Act.READ, Information.EXTERNAL_REFERRAL, file) is asked
    outside = (Relation.SENDER, Relation.PARTY)
    read = {row.information for row in TABLE if row.relation in outside}
    assert not read & {Information.LINE, Information.IDENTITY, Information.CIRCUMSTANCES}


@given(viewer=viewers, file=files)
def test_near_a_protected_identity_come_few(viewer: Viewer, file: File) -> None:
    """The assigned workers and the unit managers, and nobody that did not come near before
    (section 5)."""
    narrowed = relations(viewer, replace(file, narrowed=True))
    assert narrowed <= relations(viewer, replace(file, narrowed=False))
    if viewer.role is StaffRole.UNIT_MANAGER:
        near = {Relation.ASSIGNED, Relation.RESPONSIBLE_UNIT, Relation.RECEIVING_UNIT}
        assert narrowed <= near | {Relation.BROKEN_GLASS}
    elif viewer.role is not StaffRole.EXTERNAL_SENDER:
        assert narrowed <= {Relation.ASSIGNED, Relation.BROKEN_GLASS}


@pytest.mark.parametrize("compartment", Compartment)
def test_every_compartment_has_one_side(compartment: Compartment) -> None:
    """Each compartment is one side's; what is not sorted yet is the exposed side's (R16, c)."""
    [side] = [side for side in SIDES if sees_compartment(side, compartment)]
    triage = compartment is Compartment.TRIAGE
    assert side is (Compartment.EXPOSED if triage else compartment)


def test_without_a_side_no_file_is_near() -> None:
    """Who serves no side has no relation to any file, whatever the unit."""
    for role, compartment in product(StaffRole, Compartment):
        viewer = Viewer(staff=STAFF[0], role=role, unit="nexus", side=None)
        file = File(compartment=compartment, responsible_unit="nexus", workers=STAFF, engaged=STAFF)
        assert relations(viewer, file) == frozenset()


def test_an_engagement_is_worth_what_carries_it_today() -> None:
    """R6: a coordinator who is engaged stands to the case as long as a consent carries it, and not
    a day longer, whatever the view says."""
    file = File(id=CASES[0], compartment=Compartment.EXPOSED, engaged=STAFF)
    asks = Viewer(
        staff=STAFF[0],
        role=StaffRole.REGIONAL_COORDINATOR,
        unit="regional-coordinators",
        side=Compartment.EXPOSED,
    )
    for carried, held in ((CASES[:1], {Relation.ENGAGED}), (CASES[1:], set()), ((), set())):
        assert relations(replace(asks, engaged_in=frozenset(carried)), file) == held
    stranger = replace(asks, staff=UUID(int=3), engaged_in=frozenset(CASES))
    assert relations(stranger, file) == frozenset()


@given(viewer=viewers, file=files, act=st.sampled_from(Act), kind=st.sampled_from(Information))
def test_may_is_the_table(viewer: Viewer, file: File, act: Act, kind: Information) -> None:
    """An act is permitted exactly when the table has a row for one of the viewer's relations."""
    held = {*relations(viewer, file), Relation.NONE}
    assert may(viewer, act, kind, file) == bool(held & permitting(viewer.role, act, kind))


def test_who_never_sees_a_case() -> None:
    """Those who see aggregates or nobody - strategic support (S82), senders, administrators,
    analysts - have no relation through which content could be read; a coordinator sees a case
    only by being engaged, with consent (R6), and neither its notes nor its course."""
    content = {
        Information.LINE,
        Information.IDENTITY,
        Information.CIRCUMSTANCES,
        Information.NOTES,
        Information.TIMELINE,
    }
    for role in (
        StaffRole.STRATEGIC_SUPPORT,
        StaffRole.REGIONAL_COORDINATOR,
        StaffRole.EXTERNAL_SENDER,
        StaffRole.ADMINISTRATOR,
        StaffRole.ANALYST,
        StaffRole.AUDITOR,
    ):
        for kind in content:
            by_consent = {Relation.ENGAGED} if (role, kind) in ENGAGED_READ else set()
            assert permitting(role, Act.READ, kind) == by_consent


@pytest.mark.parametrize("role", StaffRole)
def test_what_a_referral_tells_is_for_whoever_must_answer(role: StaffRole) -> None:
    """Nobody is responsible for a referral: content is for the unit that must answer; who sent it,
    is informed or has answered knows that it exists, and how it goes, and no more (S69, R3)."""
    viewer = Viewer(staff=STAFF[0], role=role, unit="nexus", side=Compartment.EXPOSED)
    waits = File(compartment=Compartment.EXPOSED, sending_unit="youth-outreach")
    answers = role in (StaffRole.CASE_WORKER, StaffRole.UNIT_MANAGER)
    asked = replace(waits, receiving_unit="nexus")
    knows = [replace(waits, sending_unit="nexus"), replace(waits, informed_units=("nexus",))]
    content = (Information.IDENTITY, Information.CIRCUMSTANCES)
    for kind in content:
        assert may(viewer, Act.READ, kind, asked) is answers
        assert not any(may(viewer, Act.READ, kind, file) for file in knows)
    for file in knows:
        line = may(viewer, Act.READ, Information.LINE, file)
        assert line is (answers or role is StaffRole.OUTREACH_WORKER)
        assert not may(viewer, Act.ANSWER, Information.REFERRAL, file)
    for kind in (Information.NOTES, Information.TIMELINE):
        assert not any(may(viewer, Act.READ, kind, file) for file in (asked, *knows))


def test_an_auditor_records_nothing_but_reviews() -> None:
    """The confidentiality review reads who did and saw what, and changes nothing else."""
    acts = {(row.act, row.information) for row in TABLE if row.role is StaffRole.AUDITOR}
    assert {kind for act, kind in acts if act is not Act.READ} == {Information.REVIEW}


if __name__ == "__main__":
    sys.stdout.write(matrix())
