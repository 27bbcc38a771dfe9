"""Every question to a view is asked for somebody: each place where `visible` decides is needed, and
no view is read around it."""

import ast
import importlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

import pytest
from psycopg import AsyncConnection, sql

from api.runtime.postgres.database import LOG
from api.runtime.postgres.postgres_server import PostgresServer
from domain.case.emergency import EmergencyAccessTaken
from domain.case.outward import ExternalReferralMade
from domain.codes import Compartment, DisclosureGround, Receiver, StaffRole
from domain.organisation import Settings
from domain.policy import Viewer
from domain.recorded import Recorded
from domain.sealed import Sealed
from projections import (
    ALL,
    caseload,
    emergencies,
    external_referrals,
    handovers,
    inbox,
    sender_receipts,
    takeovers,
    timeline,
    workload,
)
from projections.access import persons
from projections.access.visible import Visible, condition, visible
from projections.caseload import changes as of_caseload
from projections.caseload import history as caseload_history
from projections.caseload.counting import few_on_ones_side
from projections.deadlines import due
from projections.handovers import history as handovers_history
from projections.history import AsOf
from projections.inbox import changes as of_inbox
from projections.inbox import history as inbox_history
from projections.workload import capacity
from projections.workload import history as workload_history
from tests.conftest import new_database
from tests.projections.conftest import Town, town_of
from tests.projections.facts import BEGINNING, Log, id_of, recorded
from tests.projections.histories import UNITS
from tests.projections.test_views import FACTS as HISTORY
from tests.projections.test_views import FILES

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = ("projections", "api")

# --- the calls -------------------------------------------------------------------------------


class Site(NamedTuple):
    """A call of `visible`, or of the condition that it renders."""

    module: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.name}"


def _module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _sites() -> Iterator[Site]:
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        module = _module_of(path)
        if module == "projections.access.visible":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in {"visible", "condition"}:
                    assert isinstance(node.func, ast.Name), f"{module}:{node.lineno}: by its name"
                    yield Site(module, node.lineno, name)


SITES: Final = tuple(_sites())
MUTANTS: Final = (
    {"visible_compartments": f"{{{','.join(Compartment)}}}"},
    {"visible_unit": "somebody else's"},
)


@contextmanager
def watched(met: set[Site], without: Site | None = None, **instead: str) -> Iterator[None]:
    """Each call is noted; one of them shows everything, or what somebody else would see. Nothing
    composed before is used."""

    def instead_of(real: Callable[..., Any], module: str, name: str) -> Callable[..., Any]:
        def asked(*of: Any, **how: Any) -> Any:
            site = Site(module, sys._getframe(1).f_lineno, name)  # noqa: SLF001 - who calls
            met.add(site)
            found = real(*of, **how)
            if site != without:
                return found
            if not isinstance(found, Visible):
                return sql.SQL("true")
            return Visible(sql.SQL("true"), {**found.parameters, **instead})

        return asked

    modules = [importlib.import_module(module) for module in {site.module for site in SITES}]
    with pytest.MonkeyPatch.context() as patched:
        for module in modules:
            for real in (visible, condition):
                if hasattr(module, real.__name__):
                    wrapped = instead_of(real, module.__name__, real.__name__)
                    patched.setattr(module, real.__name__, wrapped)
        _forget(modules)
        yield
    _forget(modules)


def _forget(modules: list[ModuleType]) -> None:
    for module in modules:
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()


# --- the questions ---------------------------------------------------------------------------

CASES: Final = [file.file for file in FILES.values() if file.kind == "case"]
REFERRALS: Final = [file.file for file in FILES.values() if file.kind == "referral"]
NARROWED: Final = next(file for file in FILES.values() if file.narrowed and file.kind == "case")
FACTS: Final[list[Recorded]] = [*HISTORY]


def _and_then(event: object) -> None:
    """One more fact of the narrowed case."""
    version = max(fact.version for fact in FACTS if fact.stream == NARROWED.file) + 1
    at = len(FACTS) + 1
    FACTS.append(recorded(event, stream=NARROWED.file, position=at, version=version))


_and_then(
    EmergencyAccessTaken(
        person=NARROWED.person,
        staff=id_of(1),
        unit="nexus",
        until=BEGINNING + timedelta(hours=4),
        reason=Sealed.of("Akut."),
    )
)

_and_then(
    ExternalReferralMade(
        person=NARROWED.person,
        referral=id_of(77),
        consent=Sealed.of(None),
        receiver=Sealed.of(Receiver.POLICE),
        ground=Sealed.of(DisclosureGround.SERIOUS_CRIME),
        going_along=Sealed.of(()),
        text=Sealed.of("Skydd."),
    )
)

NOW: Final = BEGINNING + timedelta(days=400)
THEN: Final = AsOf(len(FACTS), NOW)
MANY: Final[dict[str, Any]] = {"limit": 10_000}
TODAY: Final = BEGINNING.date()
RECEIPTS: Final = [line.event.receipt for line in HISTORY if hasattr(line.event, "receipt")]

Question = Callable[[Any, str, Viewer], Awaitable[Any]]
QUESTIONS: Final[Mapping[str, Question]] = {
    "a caseload": lambda c, s, v: caseload.page(c, s, v, **MANY),
    "its further page": lambda c, s, v: caseload.page(
        c, s, v, after=caseload.Cursor(BEGINNING, id_of(0)), **MANY
    ),
    "how it is found": few_on_ones_side,
    "its numbers": lambda c, s, v: caseload.counts(c, s, v, NOW),
    "a line": lambda c, s, v: _each(caseload.line, c, s, v, CASES[:80]),
    "its changes": lambda c, s, v: of_caseload.changed(c, s, v, CASES),
    "the caseload as it was": lambda c, s, v: caseload_history.page(
        c, s, v, THEN, caseload.Filter(), **MANY
    ),
    "an inbox": lambda c, s, v: _each(inbox.page, c, s, v, inbox.Direction, key="direction"),
    "an inbox's numbers": lambda c, s, v: inbox.counts(c, s, v, NOW),
    "a referral": lambda c, s, v: _each(inbox.line, c, s, v, REFERRALS[:80]),
    "an inbox's changes": lambda c, s, v: of_inbox.changed(c, s, v, REFERRALS),
    "the inbox as it was": lambda c, s, v: inbox_history.page(c, s, v, as_of=THEN, **MANY),
    "handovers": lambda c, s, v: _each(
        handovers.page, c, s, v, handovers.Direction, key="direction"
    ),
    "handovers as they were": lambda c, s, v: handovers_history.page(c, s, v, as_of=THEN, **MANY),
    "requests to take over": lambda c, s, v: takeovers.page(
        c, s, v, direction=takeovers.Direction.IN, **MANY
    ),
    "a time line": lambda c, s, v: timeline.page(
        c, s, v, file=CASES[0], streams=[CASES[0]], **MANY
    ),
    "deadlines": lambda c, s, v: due.page(c, s, v, due.Filter(), now=NOW, **MANY),
    "their numbers": lambda c, s, v: due.counts(c, s, v, NOW),
    "what a unit carries": workload.of_unit,
    "what it carried": lambda c, s, v: workload_history.of_unit(c, s, v, THEN),
    "its points": lambda c, s, v: capacity.of_own_unit(c, s, v, Settings(), TODAY),
    "receipts": lambda c, s, v: sender_receipts.page(c, s, v, after=None, **MANY),
    "receipts asked for": lambda c, s, v: sender_receipts.found(c, s, v, RECEIPTS, []),
    "how many receipts": lambda c, s, v: sender_receipts.received(c, s, v, BEGINNING, NOW),
    "emergencies": lambda c, s, v: emergencies.latest(c, s, v, **MANY),
    "who is asked outside": lambda c, s, v: external_referrals.page(c, s, v, **MANY),
    "files about somebody": lambda c, s, v: persons.files(
        c, s, v, [file.person for file in FILES.values()]
    ),
}


async def _each(
    ask: Callable[..., Awaitable[Any]],
    connection: Any,
    schema: str,
    viewer: Viewer,
    of: Any,
    key: str | None = None,
) -> list[Any]:
    if key is None:
        return [await ask(connection, schema, viewer, one) for one in of]
    return [await ask(connection, schema, viewer, **{key: one}, **MANY) for one in of]


def _viewers() -> Iterator[Viewer]:
    """Of each unit, on its side and on another: some of its files are hidden from everybody."""
    sides = (Compartment.EXPOSED, Compartment.PERPETRATOR)
    roles = (StaffRole.UNIT_MANAGER, StaffRole.CASE_WORKER, StaffRole.OUTREACH_WORKER)
    for unit, side, role in product(UNITS, sides, roles):
        yield Viewer(staff=id_of(1), role=role, unit=unit, side=side)
    yield Viewer(staff=id_of(1), role=StaffRole.EXTERNAL_SENDER, unit="outreach", side=None)
    yield Viewer(staff=id_of(1), role=StaffRole.STRATEGIC_SUPPORT, unit="outreach", side=None)


VIEWERS: Final = tuple(_viewers())


@pytest.fixture(scope="module")
async def town(log_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Town:
    town = town_of(new_database(log_server, tmp_path_factory.mktemp("secrets"), LOG))
    async with town.followers(Log(FACTS)) as followers:
        for projection in ALL:
            assert await followers.wait_for(projection.name, len(FACTS), 20)
    return town


@pytest.fixture(scope="module")
async def asked(town: Town) -> AsyncIterator[AsyncConnection[Any]]:
    async with await town.server() as connection:
        yield connection


class Told(NamedTuple):
    """Which call a question rests on, and what it answers as it stands."""

    question: str
    viewer: Viewer
    answer: Any


@pytest.fixture(scope="module")
async def told(town: Town, asked: AsyncConnection[Any]) -> Mapping[Site, list[Told]]:
    """For each call, what rests on it."""
    found: dict[Site, list[Told]] = {}
    for (question, ask), viewer in product(QUESTIONS.items(), VIEWERS):
        met: set[Site] = set()
        with watched(met):
            answer = await ask(asked, town.schema, viewer)
        for site in met:
            found.setdefault(site, []).append(Told(question, viewer, answer))
    return found


@pytest.mark.parametrize("site", SITES, ids=str)
async def test_each_call_of_visible_hides_something(
    town: Town, asked: AsyncConnection[Any], told: Mapping[Site, list[Told]], site: Site
) -> None:
    """Without this one, somebody would be told of what they may not see. (A new call: a question
    that rests on it goes into QUESTIONS.)"""
    assert site in told, "no question rests on it"
    for instead, (question, viewer, answer) in product(MUTANTS, told[site]):
        with watched(set(), without=site, **instead):
            if await QUESTIONS[question](asked, town.schema, viewer) != answer:
                return
    pytest.fail(f"{site}: all that rests on it is answered as before")


# --- nothing goes around it ------------------------------------------------------------------

ASKED_FOR_NOBODY: Final = {
    "access.viewers": "who somebody is, to ask the policy",
    "access.files": "how somebody stands to a file, to ask the policy",
    "access.open_cases_but": "the time service",
    "access.engaged_cases": "the time service",
    "access.persons.records": "ids of one person's records, to ask for files",
    "access.persons.files_with": "a command that concerns every file of somebody",
    "deadlines.due.overdue": "the time service",
    "disposals.under_way": "disposal, and the time service",
    "disposals.waiting_for_erasure": "an alarm: a number",
    "emergencies.standing": "an alarm: a number",
    "external_referrals.of_cases": "not told before it is known who was asked",
    "police_operations.unacknowledged": "an alarm: a number",
    "responsibility.without_holder": "an alarm: a number",
    "responsibility.with_nobody_there": "an alarm: a number",
    "retention.ended": "disposal: ids, before the policy is asked of each",
    "retention.records_with": "disposal",
    "retention.lines_about": "disposal",
    "reviews.overdue": "an alarm: a number",
    "staff.names": "names of those whom a fact names that the reader may see",
    "workload.capacity.of_case": "a weight; whether the asker may know is asked before",
}
"""Questions that no viewer asks: for whom, and why nothing of them is told unseen."""

DECIDE: Final = {"visible", "condition", "may", "permitting", "page_of", "past_page_of"}


def _questions() -> Iterator[tuple[str, bool, set[str]]]:
    """Each question of a room that holds a view: whether it is asked for a viewer, and all names
    that it rests on."""
    for path in sorted((ROOT / "projections").glob("*/**/*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        kinds = ast.FunctionDef | ast.AsyncFunctionDef
        functions = {node.name: node for node in tree.body if isinstance(node, kinds)}
        for name, node in functions.items():
            arguments = [each.arg for each in (*node.args.args, *node.args.kwonlyargs)]
            if arguments[:1] == ["connection"] and not name.startswith("_"):
                room = _module_of(path).removeprefix("projections.")
                yield f"{room}.{name}", "viewer" in arguments, _rests_on(node, functions, set())


def _rests_on(node: ast.AST, functions: Mapping[str, ast.AST], seen: set[str]) -> set[str]:
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    for name in (names & functions.keys()) - seen:
        seen.add(name)
        names |= _rests_on(functions[name], functions, seen)
    return names


def test_no_view_is_read_around_the_policy() -> None:
    """What is asked for a viewer goes through `visible`, or asks the policy's table itself; what is
    asked for nobody is listed, with who does."""
    every = list(_questions())
    assert len(every) > len(QUESTIONS)
    assert [name for name, viewer, names in every if viewer and not names & DECIDE] == []
    assert {name for name, viewer, _ in every if not viewer} == set(ASKED_FOR_NOBODY)
