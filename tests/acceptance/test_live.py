"""A unit's cases and referrals are followed live: what changes is told once, to whoever may see it
at that moment, behind a receipt; and nothing is told any more when it may not be."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from api.app import build_app
from api.door.streaming import OF_ONE_LOGIN
from api.resources import changes
from api.runtime.clock import SimulatedClock
from api.runtime.serving.local_issuer import LocalIssuer
from api.runtime.wiring import open_house
from tests.acceptance.conftest import Server
from tests.acceptance.settled import Settled, born
from tests.acceptance.streams import CASES, REFERRALS, Stream, follow
from tests.acceptance.test_receipts import nobody_may_write_receipts, receipts_of
from tests.api.test_logging import logged

MANAGER, WORKER = "nexus manager", "nexus worker"
ADULT: dict[str, Any] = {"role": "exposed", "bornOn": born(33)}


async def referred(
    settled: Settled, name: str, concern: str = "prostitution", **person: Any
) -> str:
    body = {
        "source": "police",
        "channel": "phone",
        "concern": concern,
        "account": "Berättelse.",
        "person": {**ADULT, "name": name, **person},
    }
    sent = await settled.town["police officer"].post("/referrals", body, expect=201)
    return str(sent["referralId"])


async def opened(settled: Settled, name: str, manager: str = MANAGER, **person: Any) -> str:
    referral = await referred(settled, name, **person)
    accept = f"/referrals/{referral}/acceptances"
    return str((await settled.town[manager].post(accept))["caseId"])


async def noted(settled: Settled, case: Any) -> None:
    await settled.town[WORKER].post(f"/cases/{case}/notes", {"text": "En till."}, expect=201)


async def test_what_changes_is_told_behind_its_receipt(settled: Settled) -> None:
    """A case comes into the caseload, as its list tells it; when it arrives, its receipt stands."""
    base, token = settled.call.base, settled.token(MANAGER)
    async with receipts_of(settled) as readings, follow(base, token) as stream:
        assert (await stream.step())["isAnew"]
        case = await opened(settled, "Nyss Kommen")
        line = await stream.until(case)
        log = settled.town.rooms.access_log
        row = (await log._receipts.span(await log.head(), await log.head()))[0]  # noqa: SLF001
        [(_, last)] = await log._opened([row])  # noqa: SLF001 - no door shows the latest receipt
        assert last
        assert (last.what, last.outcome, UUID(case) in last.subjects) == (
            "followCases",
            "answered",
            True,
        )
        listed = await settled.town[MANAGER].get("/cases", limit="100")
        assert line in listed["items"]
    followed = [reading for reading in readings if reading.what == "followCases"]
    assert len(followed) == len(stream.steps)


async def test_what_leaves_is_told_to_whoever_saw_it_and_to_nobody_else(settled: Settled) -> None:
    """Handed over: gone for the one unit, there for the other; for the other side, nothing."""
    base, town = settled.call.base, settled.town
    async with (
        follow(base, settled.token(MANAGER)) as ours,
        follow(base, settled.token("intake manager")) as theirs,
        follow(base, settled.token("line manager")) as beyond,
    ):
        for stream in (ours, theirs, beyond):
            await stream.step()
        case = await opened(settled, "Byter Enhet", concern="unknown")  # R2 binds no unit
        assert (await ours.until(case))["unit"] == "nexus"
        manager, taker = town[MANAGER], town["intake manager"]
        etag = (await manager.get(f"/cases/{case}")).headers["ETag"]
        body = {"toUnit": "childrens-intake", "reason": "Yngre än vi trodde."}
        offered = await manager.post(f"/cases/{case}/handovers", body, etag=etag, expect=201)
        assert (await theirs.until(case))["handoverTo"] == "childrens-intake"
        taker.position = manager.position
        await taker.post(f"/cases/{case}/handovers/{offered['handoverId']}/acceptances")
        assert (await theirs.until(case))["unit"] == "childrens-intake"
        await ours.until(case, "gone")
        assert case not in beyond.raw.decode()
        assert len(beyond.steps) == 1


async def test_referrals_are_followed_likewise(settled: Settled) -> None:
    """By the unit that is asked and the one that sent it."""
    async with follow(settled.call.base, settled.token(MANAGER), REFERRALS) as stream:
        await stream.step()
        referral = await referred(settled, "Anmäld Nyss")
        assert (await stream.until(referral))["status"] == "waiting"
        await settled.town[MANAGER].post(f"/referrals/{referral}/acceptances")
        assert (await stream.until(referral))["status"] == "accepted"


async def test_a_broken_connection_loses_nothing_and_doubles_nothing(settled: Settled) -> None:
    """Cut again and again while the cases change, and taken up where it ended: every line that
    ever stood is told at most once, and the last one of each case is the one that stands."""
    base, token = settled.call.base, settled.token(WORKER)
    case = settled.files["assigned"].id
    steps: list[dict[str, Any]] = []
    last: str | None = None
    writing = asyncio.create_task(_notes(settled, case, 25))
    while not writing.done() or len(steps) < 2:
        async with follow(base, token, last=last) as stream:
            for _ in range(2):
                try:
                    steps.append(await stream.step(0.7))
                except TimeoutError:
                    break
            last = stream.last
    await writing
    final = (await settled.town[WORKER].get(f"/cases/{case}")).json["lastEventAt"]
    async with asyncio.timeout(5), follow(base, token, last=last) as stream:
        while _lines(steps)[-1:] != [final]:
            steps.append(await stream.step())
    assert [step["isAnew"] for step in steps] == [True] + [False] * (len(steps) - 1)
    positions = [step["position"] for step in steps]
    assert positions == sorted(set(positions))
    assert len(_lines(steps)) == len(set(_lines(steps))) > 1


def _lines(steps: list[dict[str, Any]]) -> list[str]:
    return [line["lastEventAt"] for step in steps for line in step["changed"]]


async def _notes(settled: Settled, case: UUID, count: int) -> None:
    for _ in range(count):
        await noted(settled, case)
        await asyncio.sleep(0.05)


async def test_asked_step_by_step_it_is_the_same(settled: Settled) -> None:
    """Without a stream the door answers one step; a mark is its reader's own and cannot be made."""
    call, token = settled.call, settled.token(WORKER)
    first = await call("GET", CASES, token=token)
    assert (first["isAnew"], first["changed"]) == (True, [])
    await noted(settled, settled.files["assigned"].id)
    await settled.town.level()
    since = f"since={first['mark']}"
    told = await call("GET", CASES, token=token, query=since)
    assert [line["caseId"] for line in told["changed"]] == [str(settled.files["assigned"].id)]
    again = await call("GET", CASES, token=token, query=f"since={told['mark']}")
    assert (again["changed"], again["isAnew"]) == ([], False)
    for who, mark in (("nexus colleague", first["mark"]), (WORKER, f"x{first['mark'][1:]}")):
        asked = {"token": settled.token(who), "query": f"since={mark}"}
        await call.refused(400, "cursor-is-faulty", "GET", CASES, **asked)


async def test_a_long_way_is_gone_step_by_step(
    settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When more happened than one step holds, each step holds so much, and all of them together
    tell every line once, as a stream does."""
    monkeypatch.setattr(changes, "MOST_IN_A_STEP", 3)
    call, token = settled.call, settled.token(MANAGER)
    first = await call("GET", CASES, token=token)
    cases = [str(settled.files["assigned"].id)]
    await noted(settled, cases[0])
    cases += [await opened(settled, name) for name in ("Steg Ett", "Steg Två", "Steg Tre")]
    await settled.town.level()
    steps = [first.json]
    while steps[-1]["position"] > steps[-2]["position"] if steps[1:] else True:
        since = f"since={steps[-1]['mark']}"
        steps.append((await call("GET", CASES, token=token, query=since)).json)
    far = [after["position"] - before["position"] for before, after in pairwise(steps)]
    assert far[:4] == [3, 3, 3, 3]
    assert max(far) == 3
    told = [line["caseId"] for step in steps for line in step["changed"]]
    assert told == cases
    async with follow(call.base, token, last=first["mark"]) as stream:
        for case in cases:
            await stream.until(case)
        assert [line["caseId"] for it in stream.steps for line in it["changed"]] == cases


async def test_what_was_too_long_ago_begins_anew(
    settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind more facts than are gone through, the list is to be read; one fact fewer, and the
    steps go on."""
    call, token = settled.call, settled.token(WORKER)
    first = await call("GET", CASES, token=token)
    for _ in range(3):
        await noted(settled, settled.files["assigned"].id)
    await settled.town.level()
    since = f"since={first['mark']}"
    ago = (await call("GET", CASES, token=token, query=since))["position"] - first["position"]
    assert ago >= 3
    monkeypatch.setattr(changes, "TOO_LONG_AGO", ago)
    told = await call("GET", CASES, token=token, query=since)
    assert (told["isAnew"], len(told["changed"])) == (False, 1)
    monkeypatch.setattr(changes, "TOO_LONG_AGO", ago - 1)
    told = await call("GET", CASES, token=token, query=since)
    assert (told["isAnew"], len(told["changed"])) == (True, 0)
    await noted(settled, settled.files["assigned"].id)
    await settled.town.level()
    after = await call("GET", CASES, token=token, query=f"since={told['mark']}")
    assert (after["isAnew"], len(after["changed"])) == (False, 1)


# --- the end of it ---------------------------------------------------------------------------


async def test_a_protected_identity_is_gone_within_a_second(settled: Settled) -> None:
    """Whoever is not assigned sees the case no more; whoever is, goes on."""
    base, town, protect = (
        settled.call.base,
        settled.town,
        {"kind": "confidentiality-flag", "basis": "Hot."},
    )
    case = settled.files["assigned"].id
    async with (
        follow(base, settled.token("nexus colleague")) as colleague,
        follow(base, settled.token(WORKER)) as assigned,
    ):
        await colleague.step()
        await assigned.step()
        await town[WORKER].post(f"/cases/{case}/protections", protect, expect=201)
        await colleague.until(case, "gone", patience=1)
        await assigned.until(case)
        await noted(settled, case)
        await assigned.until(case)
        with pytest.raises(TimeoutError):
            await colleague.step(0.5)


async def test_who_leaves_is_told_nothing_more_within_a_second(settled: Settled) -> None:
    """The stream ends with the refusal that any door would give, and that has its receipt."""
    leaver = await settled.town.employ("leaves live", unit="nexus", role="case-worker")
    await settled.town.level()
    async with receipts_of(settled) as readings, follow(settled.call.base, leaver.token) as stream:
        await stream.step()
        path = f"/staff-members/{leaver.staff_id}/departures"
        await settled.town["administrator"].post(path, {})
        kind, told = await stream.end(patience=1)
        assert (kind, told["status"], told["type"].rsplit("/", 1)[-1]) == (
            "problem",
            403,
            "position-is-missing",
        )
    assert [it.outcome for it in readings if it.what == "followCases"][-1] == "not-permitted"


async def test_a_stream_ends_with_its_token(settled: Settled) -> None:
    """Within a second, and as any door would say it."""
    earlier = SimulatedClock(settled.desk.clock.now() - timedelta(seconds=60))
    issuer = LocalIssuer(settled.town.settings.data / "issuer", earlier)
    leeway = timedelta(seconds=30)  # between two clocks, at any door
    token = issuer.issue(settled.town[WORKER].staff_id, timedelta(seconds=62) - leeway)
    async with follow(settled.call.base, token) as stream:
        await stream.step()
        kind, told = await stream.end(patience=4)
        assert (kind, told["status"]) == ("problem", 401)


async def test_without_a_receipt_a_stream_ends_and_tells_nothing(settled: Settled) -> None:
    """What happened meanwhile is not in it; with receipts again, the next one tells it once."""
    base, token = settled.call.base, settled.token(MANAGER)
    case = await opened(settled, "Utan Kvitto")
    async with follow(base, token) as stream:
        await stream.step()
        before = len(stream.raw)
        with nobody_may_write_receipts(settled), logged():
            path = f"/cases/{case}/notes"
            await settled.town[MANAGER].post(path, {"text": "Hemligt."}, expect=201)
            kind, told = await stream.end()
        assert (kind, told["status"]) == ("problem", 503)
        assert case not in stream.raw[before:].decode()
    async with follow(base, token, last=stream.last) as stream:
        assert [line["caseId"] for line in (await stream.step())["changed"]] == [case]


async def test_the_server_stops_and_says_so(settled: Settled) -> None:
    """Every stream ends in good order at once, and another server goes on where it ended."""
    town, token = settled.town, settled.token(WORKER)
    case = settled.files["assigned"].id
    async with open_house(town.settings, town.addresses) as rooms:
        app = build_app(rooms.house)
        async with Server(app) as server, follow(str(server.make_url("/"))[:-1], token) as stream:
            await stream.step()
            await noted(settled, case)
            await stream.until(case)
            await app.shutdown()
            assert await stream.end(patience=1) == ("end", {})
    await noted(settled, case)
    async with follow(settled.call.base, token, last=stream.last) as after:
        told = await after.step()
        assert (told["isAnew"], len(told["changed"])) == (False, 1)


async def test_open_streams_are_limited(settled: Settled) -> None:
    """So many for each login; then 429, until one of them ends."""
    call, token = settled.call, settled.token("intake worker")
    accept = {"Accept": "text/event-stream"}
    many: list[Any] = [follow(call.base, token) for _ in range(OF_ONE_LOGIN)]
    streams: list[Stream] = [await each.__aenter__() for each in many]
    assert [(await stream.step())["isAnew"] for stream in streams] == [True] * OF_ONE_LOGIN
    await call.refused(429, "requests-are-too-many", "GET", CASES, token=token, headers=accept)
    for each in many:
        await each.__aexit__(None, None, None)
    async with asyncio.timeout(5), AsyncExitStack() as another:
        while True:
            try:
                await another.enter_async_context(follow(call.base, token))
            except AssertionError:
                continue
            return
