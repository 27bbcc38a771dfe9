"""Every row of the policy carries something: taken away, the reviewed matrix, the answers of `may`
and the rendered SQL each miss exactly that row. And the table prints, whole, for a lawyer."""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest

from domain import policy, policy_words
from domain.codes import Compartment, Purpose, StaffRole
from domain.policy import TABLE, Act, File, Information, Relation, Row, Viewer, may, permitting
from projections.access.visible import condition
from tests.domain.test_policy import REVIEWED

Cell = tuple[StaffRole, Relation, Information, Act]

ROOMS = Path(policy.__file__).parents[1]
ME, THIS, OPENED = UUID(int=1), UUID(int=2), UUID(int=3)
HERE, SIDE = "nexus", Compartment.EXPOSED

STANDING: Mapping[Relation, File] = {
    Relation.ASSIGNED: File(compartment=SIDE, workers=(ME,)),
    Relation.ENGAGED: File(id=THIS, compartment=SIDE, engaged=(ME,)),
    Relation.RESPONSIBLE_UNIT: File(compartment=SIDE, responsible_unit=HERE),
    Relation.RECEIVING_UNIT: File(compartment=SIDE, receiving_unit=HERE),
    Relation.SENDING_UNIT: File(compartment=SIDE, sending_unit=HERE),
    Relation.SENDER: File(compartment=SIDE, sending_unit=HERE),
    Relation.PARTY: File(compartment=SIDE, party=HERE),
    Relation.INFORMED_UNIT: File(compartment=SIDE, informed_units=(HERE,)),
    Relation.CONSULTED_UNIT: File(compartment=SIDE, consulted_units=(HERE,)),
    Relation.BROKEN_GLASS: File(id=OPENED, compartment=SIDE),
    Relation.NONE: File(compartment=SIDE),
}
"""For each relation a file to which somebody stands in it alone."""

NOBODY_ASKS_YET = {Information.EVALUATION, Information.AGGREGATES}  # section 7: the evaluation's


def reviewed() -> set[Cell]:
    """The matrix as it was reviewed, read back from its text."""
    cells: set[Cell] = set()
    role = StaffRole.CASE_WORKER
    for line in REVIEWED.read_text(encoding="utf-8").splitlines():
        if not line.startswith("  "):
            role = StaffRole(line)
        elif found := re.fullmatch(r"  (\S+) (\S+): (.+)", line):
            act, information = Act(found[1]), Information(found[2])
            told = found[3].replace("always", Relation.NONE).split(", ")
            cells |= {(role, Relation(relation), information, act) for relation in told}
    return cells


def answered(role: StaffRole, information: Information) -> set[Cell]:
    """What `may` says to somebody in a role who stands to a file in one way at a time."""
    viewer = Viewer(
        staff=ME,
        role=role,
        unit=HERE,
        side=SIDE,
        engaged_in=frozenset({THIS}),
        emergencies=frozenset({OPENED}),
    )
    always = {act for act in Act if may(viewer, act, information, STANDING[Relation.NONE])}
    near = {
        (role, relation, information, act)
        for relation, act in product(STANDING, Act)
        if act not in always and may(viewer, act, information, STANDING[relation])
    }
    return _of_one_sender(near) | {(role, Relation.NONE, information, act) for act in always}


def _of_one_sender(cells: set[Cell]) -> set[Cell]:
    """A unit that sent a file stands to it as sender outside, or as sending unit: by its role."""
    outside = StaffRole.EXTERNAL_SENDER
    mine = {True: Relation.SENDING_UNIT, False: Relation.SENDER}
    return {cell for cell in cells if cell[1] is not mine[cell[0] is outside]}


def test_may_is_the_reviewed_matrix() -> None:
    """Asked one relation at a time, `may` answers what was reviewed, for every role and kind."""
    told = [answered(role, kind) for role, kind in product(StaffRole, Information)]
    assert set().union(*told) == reviewed()


def test_no_row_can_be_taken_away_unnoticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any one row, the answers differ from the reviewed matrix by that row, and the SQL
    that `visible` renders is another: whatever rests on it is missed."""
    matrix = reviewed()
    for row in TABLE:
        without(row, monkeypatch)
        cell = (row.role, row.relation, row.information, row.act)
        wanted = {c for c in matrix if (c[0], c[2]) == (row.role, row.information)}
        assert answered(row.role, row.information) == wanted - {cell}, cell
        rendered = condition.__wrapped__(row.role, row.information, row.act)
        monkeypatch.undo()
        if row.relation is Relation.PARTY:  # asked of one question at a time, never of a list
            continue
        assert rendered != condition.__wrapped__(row.role, row.information, row.act), cell


def without(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = tuple(each for each in TABLE if each is not row)
    cells = frozenset((each.role, each.relation, each.information, each.act) for each in rest)
    monkeypatch.setattr(policy, "TABLE", rest)
    monkeypatch.setattr(policy, "_PERMITTED", cells)


# --- nothing is permitted that nobody can ask for -----------------------------------------------


def asked() -> set[tuple[str, str]]:
    """Every (act, information) that the doors, the use cases and the views ask the policy for."""
    return {
        pair
        for room in ("api", "projections")
        for path in (ROOMS / room).rglob("*.py")
        for pair in _asked_in(ast.parse(path.read_text(encoding="utf-8")))
    }


def _asked_in(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call | ast.Tuple):
            parts = (
                [*node.args, *(k.value for k in node.keywords)]
                if isinstance(node, ast.Call)
                else node.elts
            )
            named = [_named(part) for part in parts]
            acts = [name for of, name in named if of == "Act"]
            kinds = [name for of, name in named if of == "Information"]
            yield from product(acts or ["READ"], kinds)


def _named(node: ast.expr) -> tuple[str, str]:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id, node.attr
    return "", ""


def test_every_row_is_asked_for() -> None:
    """A permission that no door, command or view asks about would be a promise without a door."""
    known = asked()
    dead = {
        (row.act.name, row.information.name)
        for row in TABLE
        if row.information not in NOBODY_ASKS_YET
    } - known
    assert not dead


def test_a_purpose_is_stated_for_the_content_of_events() -> None:
    """Only what an auditor reads of a case's content, and where a number leads in the logs, needs a
    stated purpose, and it is the review's (section 6)."""
    wanted = {(row.role, row.information): row.purposes for row in TABLE if row.purposes}
    needing = (Information.EVENT_CONTENT, Information.NUMBER_IN_LOGS)
    assert wanted == {(StaffRole.AUDITOR, kind): (Purpose.REVIEW,) for kind in needing}
    asks = (Act.READ, Information.EVENT_CONTENT)
    assert policy.purposes(StaffRole.AUDITOR, *asks) == {Purpose.REVIEW}
    assert not policy.purposes(StaffRole.AUDITOR, Act.READ, Information.EVENT_METADATA)


# --- what a lawyer reads -------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_printed_table_is_the_whole_table(language: str) -> None:
    """Every row is in what is printed, with its reason; nothing else is."""
    printed = [
        (role, relation, kind, act, told.because)
        for told in policy_words.told(language)
        for role, relation, kind, act in product(
            told.roles, told.relations, told.information, told.acts
        )
    ]
    assert len(printed) == len(set(printed)) == len(TABLE)


def test_everything_has_words() -> None:
    """Every relation, kind and act is told in both languages."""
    assert set(policy_words.RELATIONS) == set(Relation)
    assert set(policy_words.INFORMATION) == set(Information)
    assert set(policy_words.ACTS) == set(Act)
    assert permitting(StaffRole.CASE_WORKER, Act.READ, Information.CONTACT)
