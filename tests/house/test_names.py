"""The house keeps its own rules about words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("domain", "projections", "api")
EMPTY_WORDS = re.compile(r"(Manager|Helper|Util|Utils|Service|Base|Impl)$")


def _sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from (ROOT / room).rglob("*.py")


def test_no_empty_names() -> None:
    """A name is the field's word; Manager, Helper, Utils, Service and Base say nothing."""
    found = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in _sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and EMPTY_WORDS.search(node.name)
    ]
    assert not found


def test_every_room_says_what_it_is() -> None:
    """Somebody new reads a file's first line and knows what it is for."""
    silent = [
        str(path.relative_to(ROOT))
        for path in _sources()
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_lint_exceptions_carry_their_reason() -> None:
    """Each exception from a rule says why it is one."""
    bare = re.compile(r"#\s*(noqa: [A-Z0-9, ]+|type: ignore\[[a-z-, ]+\])\s*$")
    silent = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _sources()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert not silent


def test_eventsourcing_stays_in_its_room() -> None:
    """The library patches dataclasses and log levels on import: api/runtime alone knows it."""
    outside = [
        str(path.relative_to(ROOT))
        for path in _sources()
        if "eventsourcing" in _imported(path)
        and (ROOT / "api" / "runtime") not in path.parents
        and (ROOT / "api" / "bench") not in path.parents
    ]
    assert not outside


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names
