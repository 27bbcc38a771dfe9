"""Lists as they were: what was recorded by a moment, in what the reader may see today."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from domain.case import CaseClosed, CaseWorkerAssigned, HandoverAccepted, HandoverOffered
from domain.recorded import Recorded
from domain.referral import ReferralReceived
from tests.acceptance.knocking import Heard
from tests.acceptance.settled import Settled
from tests.acceptance.test_receipts import receipts_of

LISTS: Final = ("/cases", "/referrals", "/handovers")
PAST: Final = (*LISTS, "/workloads")


async def ask(settled: Settled, who: str, path: str, **query: Any) -> Heard:
    return await settled.call("GET", path, token=settled.token(who), query=urlencode(query))


async def event(settled: Settled, name: str, kind: type) -> Recorded:
    """The first of its kind in a file."""
    stream = settled.files[name].id
    for fact in await settled.town.rooms.facts.read(0, await settled.head()):
        if fact.stream == stream and isinstance(fact.event, kind):
            return fact
    raise LookupError(name, kind)


def line_of(settled: Settled, name: str, heard: Heard) -> Mapping[str, Any] | None:
    """A case's line, if it is in the list."""
    assert heard.status == 200, heard.body
    case = str(settled.files[name].id)
    return next((line for line in heard["items"] if line["caseId"] == case), None)


async def test_a_closed_case_was_open(settled: Settled) -> None:
    """Up to the position before, and from the position on; the answer says which it shows."""
    closed = await event(settled, "closed", CaseClosed)
    for position, status in ((closed.position - 1, "open"), (closed.position, "closed")):
        heard = await ask(settled, "nexus manager", "/cases", asOfPosition=position)
        line = line_of(settled, "closed", heard)
        assert line
        assert line["status"] == status
        assert heard["asOfPosition"] == position
        assert heard["position"] >= closed.position
        assert heard["counts"] is None
        assert "ETag" not in heard.headers


async def test_a_moment_is_the_position_of_what_had_been_recorded(settled: Settled) -> None:
    """The recorded moment belongs to what was recorded at it."""
    closed = await event(settled, "closed", CaseClosed)
    at = closed.recorded_at
    for moment in (at, at - timedelta(microseconds=1)):
        heard = await ask(settled, "nexus manager", "/cases", asOf=moment.isoformat())
        position = await settled.town.rooms.facts.position_at(moment)
        same = await ask(settled, "nexus manager", "/cases", asOfPosition=position)
        assert (heard["items"], heard["asOfPosition"]) == (same["items"], position)
        assert (position >= closed.position) is (moment == at)


async def test_what_somebody_may_see_is_decided_today(settled: Settled) -> None:
    """Who has handed a case over does not see it in the past either; who has it now sees it there
    from the moment at which it was offered, as the other unit's."""
    offered = await event(settled, "taken over", HandoverOffered)
    accepted = await event(settled, "taken over", HandoverAccepted)

    async def seen(who: str, position: int) -> Mapping[str, Any] | None:
        heard = await ask(settled, who, "/cases", asOfPosition=position, limit=100)
        return line_of(settled, "taken over", heard)

    for position in (offered.position - 1, offered.position, accepted.position):
        assert await seen("nexus manager", position) is None
    assert await seen("intake manager", offered.position - 1) is None
    for position, unit, to in (
        (offered.position, "nexus", "childrens-intake"),
        (accepted.position - 1, "nexus", "childrens-intake"),
        (accepted.position, "childrens-intake", None),
    ):
        line = await seen("intake manager", position)
        assert line
        assert (line["unit"], line["handoverTo"]) == (unit, to)


async def test_a_handover_waited_and_a_referral_was_not_there(settled: Settled) -> None:
    """Every list has its past."""
    accepted = await event(settled, "taken over", HandoverAccepted)
    for position, status in ((accepted.position - 1, "offered"), (accepted.position, "accepted")):
        heard = await ask(settled, "intake manager", "/handovers", asOfPosition=position)
        line = line_of(settled, "taken over", heard)
        assert line
        assert line["status"] == status
    received = await event(settled, "waits", ReferralReceived)
    referral = str(settled.files["waits"].id)
    for position, there in ((received.position - 1, False), (received.position + 1, True)):
        heard = await ask(settled, "nexus manager", "/referrals", asOfPosition=position, limit=100)
        assert (referral in {line["referralId"] for line in heard["items"]}) is there
        assert heard["counts"] is None


async def test_a_workload_grew(settled: Settled) -> None:
    """By one open case of the worker, with the assignment; today's numbers are those of the
    list."""
    assigned = await event(settled, "colleague's", CaseWorkerAssigned)
    worker = str(settled.town["nexus colleague"].staff_id)

    async def carried(**query: Any) -> tuple[int, int, int]:
        heard = await ask(settled, "nexus manager", "/workloads", **query)
        assert heard.status == 200
        loads = {load["staffId"]: load["openCases"] for load in heard["items"]}
        return loads.get(worker, 0), heard["unassigned"], heard["openCases"]

    before = await carried(asOfPosition=assigned.position - 1)
    after = await carried(asOfPosition=assigned.position)
    assert after == (before[0] + 1, before[1] - 1, before[2])
    lines = (await ask(settled, "nexus manager", "/cases", limit=100))["items"]
    own = [line for line in lines if line["unit"] == "nexus" and line["status"] == "open"]
    of_worker = [line for line in own if worker in line["workers"]]
    unassigned = [line for line in own if not line["workers"]]
    assert await carried() == (len(of_worker), len(unassigned), len(own))


@pytest.mark.parametrize("path", PAST)
async def test_the_latest_past_is_today(settled: Settled, path: str) -> None:
    """As of the last position everything is as it is; before the first there was nothing."""
    for who in ("nexus manager", "intake worker", "line manager"):
        today = await ask(settled, who, path)
        head = await ask(settled, who, path, asOfPosition=await settled.head())
        assert head["items"] == today["items"]
        assert today["asOfPosition"] is None
        nothing = await ask(settled, who, path, asOfPosition=0)
        assert nothing["items"] == []
        assert nothing["asOfPosition"] == 0


@pytest.mark.parametrize("path", LISTS)
async def test_the_pages_of_a_past_list_keep_to_it(settled: Settled, path: str) -> None:
    """They are the whole list; a cursor is good for the same position only."""
    head = await settled.head()
    at = head - 3
    whole = await ask(settled, "nexus manager", path, asOfPosition=at, limit=100)
    cursor: str | None = None
    items: list[Any] = []
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = await ask(settled, "nexus manager", path, asOfPosition=at, limit=1, **more)
        items += page["items"]
        if page["nextCursor"] is None:
            break
        cursor = page["nextCursor"]
    assert cursor, "a list of one page tells nothing about pages"
    assert items == whole["items"]
    others: tuple[dict[str, int], ...] = ({}, {"asOfPosition": head})
    for other in others:
        refused = await ask(settled, "nexus manager", path, cursor=cursor, **other)
        assert (refused.status, refused["type"].split("/")[-1]) == (400, "cursor-is-faulty")


@pytest.mark.parametrize("path", PAST)
async def test_a_receipt_names_the_position_that_was_looked_back_to(
    settled: Settled, path: str
) -> None:
    """Beside the position that the answer reflected: who saw what of which day."""
    position = (await settled.head()) // 2
    async with receipts_of(settled) as readings:
        heard = await ask(settled, "nexus manager", path, asOfPosition=position)
    [reading] = readings
    assert reading.detail
    assert reading.detail["as_of_position"] == str(position)
    assert reading.event_position == heard["position"] > position


@pytest.mark.parametrize("path", PAST)
async def test_no_past_that_was_not(settled: Settled, path: str) -> None:
    """The future, a position that the log has not reached, two pasts at once: refused in words."""
    later = settled.desk.clock.now() + timedelta(minutes=1)
    for fault, query in (
        ({"asOf": "in-the-future"}, {"asOf": later.isoformat()}),
        ({"asOfPosition": "out-of-range"}, {"asOfPosition": await settled.head() + 1}),
        (
            {"asOfPosition": "not-together"},
            {"asOf": "2023-04-03T08:15:00Z", "asOfPosition": 1},
        ),
    ):
        heard = await ask(settled, "nexus manager", path, **query)
        assert heard.faults == fault
    if path == "/cases":
        query = {"asOfPosition": 1, "order": "-lastEventAt"}
        assert (await ask(settled, "nexus manager", path, **query)).faults == {
            "order": "not-together"
        }
