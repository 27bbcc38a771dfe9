"""The threat model names tests that there are, and nothing in it goes without one."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
RUNBOOK: Final = (ROOT / "deploy" / "runbook.md").read_text(encoding="utf-8")


def test_each_attacker_is_held_by_something_that_a_test_shows() -> None:
    """Every row of the threat model, and of the roles, ends with tests, and all of them exist."""
    threats = RUNBOOK.split("## Who attacks")[1].split("Not held")[0]
    roles = RUNBOOK.split("## Roles")[1].split("Row security")[0]
    rows = [line for part in (roles, threats) for line in part.splitlines() if line[:2] == "| "]
    told = [row for row in rows if not row.startswith(("| Who |", "| Role |"))]
    assert len(told) > 15
    for row in told:
        named = re.findall(r"`(tests/[^`]+)`", row.rstrip("| ").rpartition(" | ")[2])
        assert named, row
        assert [name for name in named if not (ROOT / name).is_file()] == [], row


def test_what_an_operator_is_told_to_type_exists() -> None:
    """Every command and flag that the runbook names is one of the program's."""
    spelled = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "api").rglob("*.py"))
    for flag in re.findall(r"`--([a-z-]+)", RUNBOOK):
        assert f'"--{flag}"' in spelled or f"{flag.replace('-', '_')}: Annotated" in spelled, flag
