"""Every statement of the paper and the law stands somewhere in the system, and a test names it."""

import re
from pathlib import Path
from typing import Final

import pytest

import domain
from api.app import ROUTES
from api.runtime.organisation import load_organisation
from domain.catalogue import ENTRIES
from domain.codes import ClockKind, StaffRole
from domain.labels import code_lists
from domain.routing import Rule
from projections import ALL, ALL_OF_RECEIPTS

HOUSE: Final = Path(domain.__file__).parents[1]
README: Final = (HOUSE / "domain" / "README.md").read_text(encoding="utf-8")

# Sections 1-4 and 7 of the domain. (Numbers that are missing belong to its other sections.)
STATEMENTS: Final = (
    *(1, 2, 4, 5, 6, 7),
    *range(9, 24),
    *range(26, 36),
    *(37, 38, 39, 41, 42),  # S40 tells how it was before
    *range(44, 52),
    *(53, 54),
    *range(57, 61),
    *range(63, 81),
    *range(82, 87),
)

CARRIERS: Final = {
    *(entry.name for entry in ENTRIES),
    *(rule.name for rule in Rule),
    *ClockKind,
    *(projection.name for projection in ALL),
    *(projection.name for projection in ALL_OF_RECEIPTS),
    *code_lists(),
    *(unit.code for unit in load_organisation().units),
    *StaffRole,
    *(route.door.operation for route in ROUTES),
}

Row = tuple[set[int], list[str], list[str]]  # statements, what carries them, what shows them


def _rows() -> list[Row]:
    [section] = re.findall(
        r"^## Where each statement stands$.*?^## ", README, re.MULTILINE | re.DOTALL
    )
    cells = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:3] == "| S"]
    return [
        (
            {int(number) for number in re.findall(r"S(\d+)", row[0])},
            re.findall(r"`([^`]+)`", row[2]),
            re.findall(r"`([^`]+)`", row[3]),
        )
        for row in cells
        if len(row) == 4 and row[0] != "Statement"
    ]


ROWS: Final = _rows()


def test_every_statement_stands_somewhere_once() -> None:
    """None is missing, and none is told of twice."""
    told = [number for numbers, _, _ in ROWS for number in numbers]
    assert sorted(told) == sorted(set(STATEMENTS))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(f"S{n}" for n in sorted(row[0])))
def test_what_carries_it_exists_and_a_test_names_it(
    row: tuple[set[int], list[str], list[str]],
) -> None:
    """Events, rules, clocks, views, codes, units and doors by their names; and each statement of
    the row is named where it is tested."""
    numbers, carriers, tests = row
    assert carriers
    assert set(carriers) <= CARRIERS
    named = _named("".join((HOUSE / test).read_text(encoding="utf-8") for test in tests))
    assert numbers <= named


def _named(text: str) -> set[int]:
    """The statements that a text names, ranges too."""
    return {
        number
        for first, last in re.findall(r"\bS(\d+)(?:-S?(\d+))?\b", text)
        for number in range(int(first), int(last or first) + 1)
    }
