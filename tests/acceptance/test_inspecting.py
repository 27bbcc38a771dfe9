"""Inspecting event streams: an auditor asks both logs what happened and who saw it, by any of it;
nobody else does, and nothing is told but what was asked for."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4  # noqa: TID251 - ids that nobody has

import pytest

from api.command_line.exporting import harmless
from api.runtime.postgres.postgres_server import PostgresServer
from api.tree.offline import keys_of, verify_bundle
from tests.acceptance.command_line import said_to
from tests.acceptance.conftest import founded_town
from tests.acceptance.empty_machine import EmptyMachine
from tests.acceptance.test_a_person import NUMBER, met, opened
from tests.acceptance.town import Person, Reply, Town
from tests.api.test_doors_numbers import number_of

NAME = "Elin Marklund"
IN_NO_INDEX = number_of(date(1971, 2, 3))
EVENTS, CONTENTS, READINGS = "/event-searches", "/event-content-searches", "/reading-searches"


@dataclass(frozen=True, slots=True)
class Story:
    town: Town
    case: str

    @property
    def auditor(self) -> Person:
        return self.town["auditor"]

    def staff(self, who: str) -> str:
        return str(self.town[who].staff_id)

    async def ask(
        self, path: str, *, expect: int = 200, query: str = "purpose=review", **body: Any
    ) -> Reply:
        return await self.auditor.ask(f"{path}?{query}", body, expect=expect)

    async def every(self, path: str, *, limit: int = 20, **body: Any) -> list[Any]:
        """All items, page after page."""
        items: list[Any] = []
        cursor = ""
        while True:
            page = await self.ask(path, query=f"purpose=review&limit={limit}{cursor}", **body)
            items += page["items"]
            if page["nextCursor"] is None:
                return items
            cursor = f"&cursor={page['nextCursor']}"


@pytest.fixture(scope="module")
async def story(
    log_server: PostgresServer,
    vault_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Story]:
    """A case; somebody who read it, and somebody of the other side who tried."""
    folder = tmp_path_factory.mktemp("inspecting")
    async with founded_town(log_server, vault_server, folder) as town:
        case = await opened(town, met(name=NAME, number=NUMBER))
        await town["nexus manager"].get(f"/cases/{case}")
        await town["line manager"].get(f"/cases/{case}", expect=404)
        await town.level()
        yield Story(town, case)


# --- the event log ---------------------------------------------------------------------------


async def test_events_are_found_by_any_of_it(story: Story) -> None:
    """By stream, case, actor, unit, kind, position, both times, and by all of them at once: each
    is what the whole log holds of it, in its order, page after page."""
    whole = await story.every(EVENTS, limit=7)
    assert [it["position"] for it in whole] == list(range(1, len(whole) + 1))
    manager = story.staff("nexus manager")
    opening = next(it for it in whole if it["name"] == "case.opened")
    middle = whole[len(whole) // 2]["recordedAt"]
    kinds: list[tuple[dict[str, Any], Callable[[Any], bool]]] = [
        ({"streamId": story.case}, lambda it: it["streamId"] == story.case),
        ({"staffId": manager}, lambda it: it["who"]["staffId"] == manager),
        ({"unit": "nexus"}, lambda it: it["unit"] == "nexus"),
        ({"name": "staff.position-taken"}, lambda it: it["name"] == "staff.position-taken"),
        ({"firstPosition": 5, "lastPosition": 9}, lambda it: 5 <= it["position"] <= 9),
        ({"recordedFrom": middle}, lambda it: it["recordedAt"] >= middle),
        ({"recordedUntil": middle}, lambda it: it["recordedAt"] <= middle),
        ({"occurredFrom": middle}, lambda it: it["occurredAt"] >= middle),
        (
            {"unit": "nexus", "staffId": manager, "name": "case.opened", "lastPosition": 10**9},
            lambda it: bool(it == opening),
        ),
    ]
    for body, holds in kinds:
        expected = [it for it in whole if holds(it)]
        assert expected, body
        for limit in (1, 100):
            assert await story.every(EVENTS, limit=limit, **body) == expected, body
    of_case = await story.every(EVENTS, caseId=story.case)
    assert {it["name"].partition(".")[0] for it in of_case} >= {"case", "referral"}
    assert NAME not in str(whole)


async def test_a_person_is_found_by_number_and_by_id(story: Story) -> None:
    """Through the blind index, with a stated purpose; a number in no index looks like a person of
    whom nothing was recorded."""
    found = await story.every(EVENTS, number=NUMBER)
    [person] = {it["streamId"] for it in found if it["name"].startswith("person.")}
    assert story.case in {it["streamId"] for it in found}
    assert await story.every(EVENTS, personId=person) == found
    nobody = await story.ask(EVENTS, number=IN_NO_INDEX)
    nothing = await story.ask(EVENTS, personId=str(uuid4()))
    assert nobody.json.keys() == nothing.json.keys()
    assert (nobody["items"], nobody["nextCursor"]) == (nothing["items"], nothing["nextCursor"])
    refused = await story.ask(EVENTS, query="purpose=case-work", number=NUMBER, expect=400)
    assert refused["type"].endswith("purpose-is-missing")
    await story.ask(EVENTS, query="", number=NUMBER, expect=422)
    both = await story.every(EVENTS, number=NUMBER, streamId=person)
    assert {it["streamId"] for it in both} == {person}
    assert await story.every(EVENTS, number=IN_NO_INDEX, streamId=person) == []


async def test_content_needs_a_purpose(story: Story) -> None:
    """What events say is told for the review's purpose, without who it is about."""
    await story.ask(CONTENTS, query="purpose=follow-up", caseId=story.case, expect=400)
    await story.ask(CONTENTS, query="", caseId=story.case, expect=422)
    told = await story.every(CONTENTS, caseId=story.case)
    received = next(it for it in told if it["name"] == "referral.received")
    assert received["details"]["account"] == "Anträffad i en lägenhet."
    assert received["erasedFields"] == []
    everything = await story.every(CONTENTS, number=NUMBER)
    assert len(everything) > len(told)
    assert NAME not in str(everything)
    assert NUMBER not in str(everything)


# --- states and differences ------------------------------------------------------------------


async def of(story: Story, stream: str, what: str, *, expect: int = 200, **query: Any) -> Reply:
    asked = {"purpose": "review", **query}
    return await story.auditor.get(f"/event-streams/{stream}/{what}", expect=expect, **asked)


async def test_a_state_at_any_event(story: Story) -> None:
    """By version, position or moment it is the same; in words; of a person, without who it is."""
    events = await story.every(EVENTS, streamId=story.case)
    for event in events:
        state = await of(story, story.case, "states", version=event["version"])
        by_position = await of(story, story.case, "states", asOfPosition=event["position"])
        assert (state["kind"], state["event"]) == ("case", by_position["event"])
        assert state["fields"] == by_position["fields"]
    now = await of(story, story.case, "states", asOf=events[-1]["recordedAt"])
    assert now["event"]["version"] == len(events)
    told = {it["field"]: it for it in now["fields"]}
    assert told["unit"]["values"] == ["nexus"]
    assert told["compartment"]["words"][0]["sv"]
    found = await story.every(EVENTS, number=NUMBER)
    person = next(it["streamId"] for it in found if it["name"].startswith("person."))
    known = {it["field"]: it for it in (await of(story, person, "states"))["fields"]}
    assert known["number"]["isWithheld"]
    assert NUMBER.replace("-", "") not in str(known)


async def test_what_changed_between_two_moments(story: Story) -> None:
    """All in all and event by event: applied to what was before, they give what came after."""
    last = (await story.every(EVENTS, streamId=story.case))[-1]
    whole = await of(story, story.case, "differences")
    assert [it["version"] for it in whole["events"]] == list(range(1, last["version"] + 1))
    state = (await of(story, story.case, "states"))["fields"]
    after = {change["field"]: change["after"] for change in whole["changes"]}
    assert after == {it.pop("field"): it for it in state}
    seen: dict[str, Any] = {}
    for event in whole["events"]:
        for change in event["changes"]:
            assert seen.pop(change["field"], None) == change.get("before")
            if "after" in change:
                seen[change["field"]] = change["after"]
    assert seen == after
    named = {part for change in whole["changes"] for part in change["field"].split(".")}
    ids = [part for part in named if "-" in part]
    assert ids
    assert [part for part in ids if str(UUID(part)) != part] == []
    assert whole["events"][0]["who"]["staffId"] == story.staff("nexus manager")
    nothing = await of(story, story.case, "differences", fromMoment=last["recordedAt"])
    assert (nothing["changes"], nothing["events"]) == ([], [])


@pytest.mark.parametrize(
    ("what", "query", "status"),
    [
        ("states", {"version": 10**6}, 422),
        ("states", {"asOfPosition": 10**9}, 422),
        ("states", {"version": 1, "asOfPosition": 1}, 422),
        ("states", {"asOf": "2999-01-01T00:00:00Z"}, 422),
        ("states", {"asOf": "1999-01-01T00:00:00Z"}, 404),  # before it began
        ("states", {"version": 0}, 404),
        ("states", {"purpose": "case-work"}, 400),
        ("differences", {"fromVersion": 2, "untilVersion": 1}, 422),
        ("differences", {"fromVersion": 1, "fromPosition": 1}, 422),
        ("differences", {"untilMoment": "1999-01-01T00:00:00Z", "fromVersion": 1}, 422),
        ("differences", {"purpose": "case-work"}, 400),
    ],
)
async def test_moments_that_cannot_be(
    story: Story, what: str, query: dict[str, Any], status: int
) -> None:
    """Past the end, before the beginning, reversed or told twice: refused, and nothing told."""
    await of(story, story.case, what, expect=status, **query)


async def test_what_is_no_stream_has_no_state(story: Story) -> None:
    """It looks as what does not exist; to others, all of it is closed."""
    for what in ("states", "differences"):
        await of(story, str(uuid4()), what, expect=404)
        path = f"/event-streams/{story.case}/{what}"
        await story.town["nexus manager"].get(path, expect=403, purpose="review")


# --- the access log --------------------------------------------------------------------------


async def test_who_saw_what_when_and_what_stood(story: Story) -> None:
    """Of a case, by who, unit, door, time and whether in vain, with the entry that stood then."""
    everything = await story.every(READINGS, caseId=story.case, limit=3)
    receipts = [it["receipt"] for it in everything]
    assert receipts == sorted(receipts, reverse=True)
    curious = story.staff("line manager")
    [tried] = await story.every(READINGS, caseId=story.case, staffId=curious, onlyTries=True)
    assert (tried["operation"], tried["outcome"]) == ("readCase", "not-found")
    assert tried in everything
    manager = story.staff("nexus manager")
    combined: dict[str, Any] = {"unit": "nexus", "operation": "readCase", "staffId": manager}
    [looked] = await story.every(READINGS, caseId=story.case, **combined)
    entry = await story.every(EVENTS, streamId=story.case, lastPosition=looked["reflected"])
    assert looked["stood"]["version"] == entry[-1]["version"]
    assert looked["stood"]["position"] == entry[-1]["position"]
    between: dict[str, Any] = {"recordedFrom": looked["at"], "recordedUntil": looked["at"]}
    assert looked in await story.every(READINGS, caseId=story.case, **between)


async def test_the_whole_access_log_is_read_in_pages(story: Story) -> None:
    """Without a condition: every receipt once, the latest first, each page with its own."""
    last = (await story.ask(READINGS, query="purpose=review&limit=1"))["items"][0]["receipt"]
    whole = await story.every(READINGS, lastReceipt=last, limit=4)
    assert [it["receipt"] for it in whole] == list(range(last, 0, -1))
    by_reader = [it for it in whole if it["who"]["staffId"] == story.staff("auditor")]
    assert by_reader == await story.every(
        READINGS, staffId=story.staff("auditor"), lastReceipt=last, limit=5
    )
    pages = await story.every(READINGS, operation="searchReadings", firstReceipt=last + 1)
    assert len(pages) >= 2


async def test_a_number_in_a_receipt_only_where_it_led_to_nothing(story: Story) -> None:
    """The term of a search is kept where nothing was hit, as elsewhere; whose it was, otherwise."""
    for number in (NUMBER, IN_NO_INDEX):
        await story.ask(READINGS, number=number)
    receipts = story.town.rooms.access_log
    head = await receipts.head()
    viewer = await story.town.rooms.views.viewer(story.auditor.staff_id)
    assert viewer
    hit, missed = await receipts.readings_at(viewer, [head - 1, head])
    assert hit.reading
    assert missed.reading
    assert story.case in map(str, hit.reading.subjects)
    assert NUMBER.replace("-", "") not in str(hit.reading)
    assert missed.reading.detail == {"number": IN_NO_INDEX.replace("-", "")}


# --- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        (
            EVENTS,
            {"recordedFrom": "2024-02-01T00:00:00Z", "recordedUntil": "2024-01-01T00:00:00Z"},
            "/recordedUntil",
        ),
        (
            EVENTS,
            {"occurredFrom": "2024-02-01T00:00:00Z", "occurredUntil": "2024-01-01T00:00:00Z"},
            "/occurredUntil",
        ),
        (EVENTS, {"firstPosition": 9, "lastPosition": 8}, "/lastPosition"),
        (EVENTS, {"firstPosition": 0}, "/firstPosition"),
        (EVENTS, {"name": "case.no-such-thing"}, "/name"),
        (EVENTS, {"name": "routing-reviewed"}, "/name"),  # a kind behind a veil is not public
        (EVENTS, {"number": "19910203-9815"}, "/number"),
        (EVENTS, {"recordedFrom": "2024-02-01"}, "/recordedFrom"),
        (READINGS, {"firstReceipt": 9, "lastReceipt": 8}, "/lastReceipt"),
        (READINGS, {"onlyTries": "yes"}, "/onlyTries"),
    ],
)
async def test_what_contradicts_is_refused(
    story: Story, path: str, body: dict[str, Any], pointer: str
) -> None:
    """One clear refusal names the field."""
    refused = await story.ask(path, expect=422, **body)
    assert [error["pointer"] for error in refused["errors"]] == [pointer]


async def test_past_the_end_there_is_nothing(story: Story) -> None:
    """A position or a time that has not come is an empty page, and the last one."""
    for path, body in (
        (EVENTS, {"firstPosition": 10**9}),
        (EVENTS, {"recordedFrom": "2999-01-01T00:00:00Z"}),
        (EVENTS, {"recordedUntil": "1999-01-01T00:00:00Z"}),
        (READINGS, {"firstReceipt": 10**9}),
        (READINGS, {"recordedUntil": "1999-01-01T00:00:00Z"}),
        (READINGS, {"firstReceipt": 10**9, "unit": "nexus"}),
    ):
        page = await story.ask(path, **body)
        assert (page["items"], page["nextCursor"]) == ([], None), body


@pytest.mark.parametrize("path", [EVENTS, READINGS])
async def test_a_cursor_is_for_one_search_and_one_reader(story: Story, path: str) -> None:
    """One of another filter, or of the other log, or made up, is refused."""
    one = "purpose=review&limit=1"
    on = f"{one}&cursor={(await story.ask(path, query=one))['nextCursor']}"
    other = EVENTS if path == READINGS else READINGS
    await story.ask(path, query=on, unit="nexus", expect=400)
    await story.ask(path, query=on, recordedFrom="2024-02-01T00:00:00Z", expect=400)
    await story.ask(path, query=f"{on}A", expect=400)
    await story.ask(other, query=on, expect=400)
    await story.ask(path, query=on.replace("limit=1", "limit=2"))
    await story.ask(path, query="purpose=review&limit=101", expect=422)


@pytest.mark.parametrize("path", [EVENTS, CONTENTS, READINGS])
async def test_nobody_but_an_auditor_inspects(story: Story, path: str) -> None:
    """Every other role is refused, and its try is on record."""
    for who in ("administrator", "nexus manager", "nexus worker", "police officer"):
        await story.town[who].ask(f"{path}?purpose=review", {"caseId": story.case}, expect=403)
        last = await story.ask(
            READINGS,
            query="purpose=review&limit=1",
            staffId=story.staff(who),
            onlyTries=True,
        )
        assert last["items"][0]["outcome"] == "not-permitted"


# --- on the command line ---------------------------------------------------------------------


def lines(told: str) -> list[Any]:
    return [json.loads(line) for line in told.splitlines()]


def last_of(entries: list[Any]) -> str:
    return f"{entries[-1]['log']} {entries[-1]['position']}"


async def by_command(story: Story, *words: str, who: str = "auditor", **how: Any) -> str:
    return await said_to(story.town, story.town[who], *words, **how)


async def test_the_command_line_tells_the_same(story: Story) -> None:
    """What the doors tell, with a receipt that names the command; refused tries leave one, too."""
    of_case = ("--where", f"caseId={story.case}", "--json")
    assert lines(await by_command(story, "events", "list", *of_case)) == await story.every(
        EVENTS, caseId=story.case
    )
    read = lines(await by_command(story, "readings", "list", "--where", "unit=nexus", "--json"))
    assert read == (await story.every(READINGS, unit="nexus"))[: len(read)]
    told = json.loads(await by_command(story, "events", "state", story.case, "--json"))
    assert told["fields"] == (await of(story, story.case, "states"))["fields"]
    compared = await by_command(story, "events", "differences", story.case, "--from-version", "0")
    assert "case.opened" not in compared
    assert "The case was opened" in compared
    content = (*of_case, "--content", "--purpose", "case-work")
    await by_command(story, "events", "list", *content, ends=1)
    await by_command(story, "events", "list", *of_case, who="nexus manager", ends=1)
    [tried] = await story.every(
        READINGS, operation="samordna events list", staffId=story.staff("nexus manager")
    )
    assert (tried["outcome"], tried["subjects"]) == ("not-permitted", [story.case])


async def test_an_export_proves_itself(
    story: Story, tmp_path: Path, supervisor: EmptyMachine
) -> None:
    """What was searched for, in the order of the log, each with its proof, and so on a machine with
    nothing of ours; a changed byte is named; and no entry left before its receipt."""
    await sealed(story.town)
    trusted = [f"--key={key}" for key in story.town.rooms.house.signatures.keys()]  # noqa: SIM118
    for kind, more in (("events", ["--content"]), ("readings", [])):
        file = tmp_path / f"{kind}{len(more)}.jsonl"
        where = ["--where", "unit=nexus"]
        await by_command(story, kind, "export", str(file), *where, *more)
        head, *entries, last = lines(file.read_text("utf-8"))
        assert head["about"]["filter"] == {"unit": "nexus"}
        assert head["about"]["municipality"] == "uppsala"
        path = EVENTS if kind == "events" else READINGS
        name = "position" if kind == "events" else "receipt"
        size = {"lastPosition" if kind == "events" else "lastReceipt": head["about"]["size"]}
        expected = sorted(it[name] for it in await story.every(path, unit="nexus", **size))
        assert [it["position"] for it in entries] == expected
        assert any("row" in it for it in entries)
        assert "statement" in last
        there = supervisor.keep(file.name, text := file.read_text("utf-8"))
        assert f"HOLDS: {len(entries)} entries" in supervisor.verify(there, *trusted, expect=0)
        changed = supervisor.keep(file.name, ':"nezus"'.join(text.rsplit(':"nexus"', 1)))
        told = supervisor.verify(changed, *trusted, expect=1)
        assert f"line {len(entries) + 1} ({last_of(entries)})" in told
        receipts = await story.every(READINGS, operation=f"samordna {kind} export")
        assert receipts
    await by_command(story, "events", "export", str(tmp_path / "no"), who="nexus worker", ends=1)
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("what", ["event", "event-content", "reading"])
async def test_a_door_exports_in_parts(story: Story, what: str, supervisor: EmptyMachine) -> None:
    """Behind each other they are one file that proves itself, each after its receipt; a cursor of
    another filter is refused, and so is whoever does not review."""
    await sealed(story.town)
    path, query, parts = f"/{what}-exports", "purpose=review&limit=1", list[str]()
    log, name = (READINGS, "receipt") if what == "reading" else (EVENTS, "position")
    cursor = ""
    while True:
        told = await story.ask(path, query=query + cursor, unit="nexus")
        parts.append(told["part"])
        if told["nextCursor"] is None:
            break
        cursor = f"&cursor={told['nextCursor']}"
    head, *entries, _ = lines("".join(parts))
    size = {"lastReceipt" if what == "reading" else "lastPosition": head["about"]["size"]}
    expected = sorted(it[name] for it in await story.every(log, unit="nexus", **size))
    assert [it["position"] for it in entries] == expected
    trusted = [f"--key={key}" for key in story.town.rooms.house.signatures.keys()]  # noqa: SIM118
    supervisor.verify(supervisor.keep(what, "".join(parts)), *trusted, expect=0)
    supervisor.verify(supervisor.keep(what, "".join(parts[:-1])), *trusted, expect=1)
    await story.ask(path, query=query + cursor, unit="childrens-intake", expect=400)
    await story.town["nexus manager"].ask(f"{path}?{query}", {}, expect=403)


@pytest.mark.parametrize(("form", "kept"), [("jsonl", 0.4), ("csv", 0.75)])
async def test_an_export_goes_on_where_it_was_stopped(
    story: Story, tmp_path: Path, form: str, kept: float
) -> None:
    """Cut anywhere, in a line or between two, it becomes what it would have been: nothing twice,
    nothing left out, to the same checkpoint; and what is of something else is refused."""
    await sealed(story.town)
    file, part = tmp_path / "whole", tmp_path / "whole.part"
    asked = ("events", "export", str(file), "--form", form)
    await by_command(story, *asked)
    whole = file.read_bytes()
    first = whole.index(b"\n") + 1
    part.write_bytes(whole[: first + int((len(whole) - first) * kept)])
    file.unlink()
    if form == "jsonl":
        await by_command(story, *asked, ends=1)
        await by_command(story, *asked, "--resume", "--where", "unit=nexus", ends=1)
    await by_command(story, *asked, "--resume")
    again = file.read_bytes()
    if form == "csv":
        assert again == whole
    else:
        assert lines(again.decode())[:-1] == lines(whole.decode())[:-1]
        with file.open("rb") as written:
            verify_bundle(written, keys_of(lines(again.decode())[0]["keys"]))
    assert not part.exists()


async def sealed(town: Town) -> None:
    """The house seals what is there: a checkpoint of both logs stands."""
    for sealer in town.rooms.audit_logs.sealers(town.rooms.changes, town.rooms.signing_keys):
        await sealer.catch_up()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_nothing_in_a_sheet_is_a_formula(cell: str) -> None:
    """Whatever a spreadsheet would reckon stands there as text."""
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"x{cell}") == f"x{cell}"
