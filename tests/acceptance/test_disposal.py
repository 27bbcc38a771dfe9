"""Disposal over HTTP: what is due, what keeps the rest; two persons; nothing is left (SoL 16)."""

import asyncio
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.disposal import DisposalErased
from domain.referral import ReferralReceived
from domain.sealed import SealedValueIsClosed
from projections import ALL
from projections.rebuild import rebuild
from tests.acceptance.command_line import said_to, started
from tests.acceptance.empty_machine import EmptyMachine
from tests.acceptance.old_files import LongAgo, OldFile
from tests.acceptance.town import Person, Town
from tests.town import AN_ADULT

LEAST = 5  # that go together, in Uppsala


async def second(town: Town) -> Person:
    """Another administrator."""
    person = await town.employ(
        "second administrator", unit="administration", role="administrator", side=None
    )
    await town.level()
    return person


async def made(town: Town, files: int) -> list[OldFile]:
    long_ago = LongAgo.of(town)
    made = [await long_ago.file(serial) for serial in range(1, files + 1)]
    await town.level()
    return made


async def approved(town: Town, files: list[OldFile]) -> str:
    """Planned by one administrator, approved by another."""
    planner = town["administrator"]
    body = {"fileIds": [str(file.case) for file in files]}
    plan = (await planner.post("/disposals", body, expect=201))["disposalId"]
    other = await second(town)
    await other.post(f"/disposals/{plan}/approvals", expect=201)
    await town.level()
    return str(plan)


async def disposed(town: Town, files: list[OldFile]) -> str:
    plan = await approved(town, files)
    assert await town.rooms.disposing.execute() == [UUID(plan)]
    await town.level()
    await town.rooms.disposing.erase()
    await town.level()
    return plan


async def test_a_file_is_kept_by_a_rule_or_due(town: Town) -> None:
    """The administrator sees which files are due, by which section, and what keeps the others;
    never whose they are (SoL 16:1-4)."""
    long_ago = LongAgo.of(town)
    due, held = await long_ago.file(1), await long_ago.file(2)
    research = await long_ago.file(3, date(1990, 3, 15))
    waits = await long_ago.file(4)
    again = replace(AN_ADULT, number=waits.number, born=waits.born, name=waits.name)
    await LongAgo.of(town, town.rooms.house.desk.clock.now()).received(again)
    await town.level()
    manager = town["nexus manager"]
    hold = {"ground": "adoption", "reason": "Utredning om adoption."}
    kept = (await manager.post(f"/cases/{held.case}/holds", hold, expect=201))["holdId"]
    await town["nexus colleague"].post(f"/cases/{held.case}/holds", hold, expect=403)
    await town["line manager"].post(f"/cases/{held.case}/holds", hold, expect=404)
    administrator = town["administrator"]
    administrator.position = manager.position
    listed = (await administrator.get("/kept-files"))["items"]
    rules = {item["fileId"]: (item["rule"], item["section"]) for item in listed}
    assert rules == {
        str(due.case): ("five-years", "12:1"),
        str(held.case): ("never", "12:2"),
        str(research.case): ("research", "12:2"),
        str(waits.case): ("compilations", "12:1"),
    }
    assert [item["fileId"] for item in listed if item["isDue"]] == [str(due.case)]
    body = {"fileIds": [str(due.case), str(held.case)]}
    refused = await administrator.post("/disposals", body, expect=409)
    assert "SoL 16" in refused["detail"]
    lifted = f"/cases/{held.case}/holds/{kept}/liftings"
    await manager.post(lifted, {"reason": "Hör till en annan akt."}, expect=201)
    await manager.post(lifted, {"reason": "Igen."}, expect=409)
    await town.level()
    await administrator.post("/disposals", body, expect=201)
    await manager.get("/kept-files", expect=403)


async def test_a_second_person_approves_and_few_files_wait(town: Town) -> None:
    """Whoever planned it never approves it; and what is approved waits until there are so many
    that none can be told from the others."""
    few = await made(town, LEAST - 1)
    planner = town["administrator"]
    body = {"fileIds": [str(file.case) for file in few]}
    plan = (await planner.post("/disposals", body, expect=201))["disposalId"]
    await planner.post(f"/disposals/{plan}/approvals", expect=403)
    assert not (await planner.get("/kept-files"))["items"]  # what is under way is not listed again
    other = await second(town)
    await other.post(f"/disposals/{plan}/approvals", expect=201)
    await other.post(f"/disposals/{plan}/approvals", expect=409)
    await town.level()
    listed = (await planner.get("/disposals"))["items"]
    assert plan in [it["disposalId"] for it in listed]
    shown = await planner.get(f"/disposals/{plan}")
    assert shown["status"] == "approved"
    assert shown["dueBy"] == "2024-12-31"
    assert await town.rooms.disposing.execute() == [UUID(plan)]  # the law waits no longer


async def test_nothing_is_left_of_a_file_that_was_disposed_of(
    town: Town, supervisor: EmptyMachine
) -> None:
    """It looks as if it had never been, in every view, today and as of any moment; its number leads
    to nobody; and the certificate names the day when the last backup with a key has expired."""
    handed_out = await LongAgo.of(town).file(LEAST + 1, handed_out=True)
    files = [*await made(town, LEAST - 1), handed_out]
    one = files[0]
    manager, administrator = town["nexus manager"], town["administrator"]
    assert (await manager.get("/cases", status="closed"))["items"]
    before = await town.rooms.facts.head()
    bundle = (await town["auditor"].get(f"/cases/{one.case}/bundles"))["bundle"]
    plan = await disposed(town, files)
    await manager.get(f"/cases/{one.case}", expect=404)
    await it_is_proved_to_have_been_there(town, supervisor, files, bundle)
    await manager.post(f"/cases/{one.case}/reopenings", {"reason": "Åter."}, expect=404)
    assert not (await manager.get("/cases", status="closed"))["items"]
    past = await manager.get("/cases", status="closed", asOfPosition=str(before))
    assert not past["items"]
    found = await manager.ask("/person-searches", {"number": one.number})
    assert (found["cases"], found["referrals"]) == ([], [])
    assert await left(town, files) == {}
    [received] = await town.rooms.facts.facts(one.referral, ReferralReceived)
    [opened] = await town.rooms.facts.opened_span(received.position, received.position)
    assert isinstance(opened.event, ReferralReceived)
    with pytest.raises(SealedValueIsClosed):
        opened.event.account.reveal()
    proof = await administrator.get(f"/disposals/{plan}/certificates")
    assert (proof["persons"], proof["isFinal"]) == (LEAST, False)
    assert len(proof["files"]) == 2 * LEAST
    assert proof["keys"] == 2 * LEAST + LEAST + 2 * LEAST  # files, persons, texts
    [copy] = proof["copies"]  # what went outside is the receiver's now
    assert (copy["fileId"], copy["name"]) == (str(handed_out.case), "case.external-referral-made")
    today = town.rooms.house.desk.calendar.day_of(town.rooms.house.desk.clock.now())
    assert proof["backupsUntil"] == str(today + timedelta(days=30))
    assert proof["plannedBy"]["staffId"] != proof["approvedBy"]["staffId"]
    anew = await LongAgo.of(town).file(1)
    assert anew.person != one.person


async def it_is_proved_to_have_been_there(
    town: Town, supervisor: EmptyMachine, files: list[OldFile], bundle: str
) -> None:
    """What was handed out before is still proved; no more is handed out of the file; and the whole
    log, with what is left of the rows, proves itself and tells nothing of it."""
    auditor, parts = town["auditor"], list[str]()
    cursor: str | None = ""
    trusted = [f"--key={key}" for key in town.rooms.house.signatures.keys()]  # noqa: SIM118
    supervisor.verify(supervisor.keep("of old", bundle), *trusted, expect=0)
    for door in ("bundles", "content-bundles"):
        await auditor.get(f"/cases/{files[0].case}/{door}", expect=404, purpose="review")
    for sealer in town.rooms.audit_logs.sealers(town.rooms.changes, town.rooms.signing_keys):
        await sealer.catch_up()
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        path = f"/event-content-exports?purpose=review&limit=100{more}"
        told = await auditor.ask(path, {})
        parts.append(told["part"])
        cursor = told["nextCursor"]
    text = "".join(parts)
    supervisor.verify(supervisor.keep("all of it", text), *trusted, expect=0)
    assert str(files[0].case) in text
    assert not [each for file in files for each in file.texts if each in text]


async def test_views_are_the_same_made_anew(town: Town) -> None:
    """Rebuilt from the whole log, each view equals the followed one, also without what is gone; and
    what a rebuild had kept is gone."""
    files = await made(town, LEAST)
    rooms = town.rooms
    for projection in ALL:
        await rebuild(projection, rooms.facts, rooms.connect, schema=rooms.schema)
    await disposed(town, files)
    assert await left(town, files) == {}
    for projection in ALL:
        made_anew = await rebuild(
            projection, rooms.facts, rooms.connect, schema=rooms.schema, dry_run=True
        )
        assert made_anew.old is not None, projection.name
        assert not made_anew.differs, projection.name


async def test_what_was_disposed_of_is_erased_once_by_whoever_finds_it(town: Town) -> None:
    """Killed between the act and the erasure: the facts drive it, and it is told once. Until then
    nothing is certified, and an alarm says that keys still stand."""
    files = await made(town, LEAST)
    plan = await approved(town, files)
    await town.rooms.disposing.execute()
    await town.level()
    administrator = town["administrator"]
    await administrator.get(f"/disposals/{plan}/certificates", expect=409)
    assert (await town.rooms.views.alarms())["erasure-waits"] == 0  # for an hour
    await asyncio.gather(*(town.rooms.disposing.erase() for _ in range(3)))
    await town.level()
    await town.rooms.disposing.erase()
    assert len(await town.rooms.facts.facts(UUID(plan), DisposalErased)) == 1
    await administrator.get(f"/disposals/{plan}/certificates")


async def test_what_is_due_is_listed_on_the_command_line(town: Town) -> None:
    """With the ground that decides, and nobody's name or number."""
    files = await made(town, LEAST)
    listed = await said_to(town, town["administrator"], "disposal", "plan", "--list")
    assert listed.count("Five years after the last note") == LEAST
    assert not [text for file in files for text in file.texts if text in listed]


@pytest.mark.full
async def test_disposal_on_the_command_line(town: Town) -> None:
    """Planned, approved by another, executed and certified, each by whom the token is for; whoever
    has planned may not approve."""
    await made(town, LEAST)
    one, other = town["administrator"], await second(town)
    planned = await said_to(town, one, "disposal", "plan")
    [plan] = re.findall(r"planned ([0-9a-f-]{36}): 5 files", planned)
    await said_to(town, one, "disposal", "approve", plan, ends=1)
    await said_to(town, other, "disposal", "approve", plan)
    assert f"erased {plan}" in await said_to(town, one, "disposal", "execute")
    await town.level()
    proof = json.loads(await said_to(town, one, "disposal", "certificate", plan))
    assert (proof["disposalId"], len(proof["files"])) == (plan, 2 * LEAST)


@pytest.mark.full
async def test_a_kill_between_the_act_and_the_erasure_loses_nothing(town: Town) -> None:
    """kill -9 as soon as the files are gone and before their keys are: whoever comes next erases
    them, and it is told once."""
    files = await made(town, LEAST)
    plan = await approved(town, files)
    process = await started(town, town["administrator"], "disposal", "execute")
    assert process.stdout
    assert await process.stdout.readline() == f"executed {plan}\n".encode()
    process.kill()
    await process.communicate()
    await town.level()
    await town.rooms.disposing.erase()
    await town.level()
    assert len(await town.rooms.facts.facts(UUID(plan), DisposalErased)) == 1
    await town["administrator"].get(f"/disposals/{plan}/certificates")
    assert await left(town, files) == {}


async def left(town: Town, files: list[OldFile]) -> dict[str, Any]:
    """How many rows in the views' tables, also those that were replaced, name one of the files; but
    that a worker had it, and that it was disposed of."""
    ids = [str(each) for file in files for each in (file.case, file.referral, file.person)]
    found: dict[str, Any] = {}
    async with await town.rooms.connect() as connection:
        tables = await connection.execute(
            "select relname from pg_class where relnamespace = to_regnamespace(%s)::oid"
            " and relkind = 'r' and relowner = (select oid from pg_roles where rolname = user)",
            [town.rooms.schema],
        )
        for (table,) in await tables.fetchall():
            if table == "disposals":
                continue  # says which files went
            rows = await connection.execute(
                f'select count(*) from "{town.rooms.schema}"."{table}" as stored'  # noqa: S608 - a name of our own
                " where stored::text ~ any(%s) and stored::text !~ %s",
                [ids, "staff.case|disposal.(planned|executed)"],
            )
            if count := (await rows.fetchone() or (0,))[0]:
                found[table] = count
    return found
