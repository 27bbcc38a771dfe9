"""Who sees what: every door against the policy's table, for everybody in town and every file.

What somebody may not see looks, to the byte, as if it did not exist; and nothing of it stands in
any answer that they get.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import pytest

from api.door import Route
from domain.codes import StaffRole
from domain.policy import Act, File, Information, Viewer, may, permitting
from tests.acceptance.doors import (
    DECIDED,
    NOBODYS,
    READ,
    address,
    good_body,
    named,
    needed_query,
)
from tests.acceptance.knocking import Heard
from tests.acceptance.settled import Known, Settled

ABOUT_FILES: Final = [route for route in READ if route.names[:1] in {("caseId",), ("referralId",)}]
ON_FILES: Final = [route for route in DECIDED if route.names[:1] in {("caseId",), ("referralId",)}]
ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def sees(viewer: Viewer, file: File, information: Information = Information.LINE) -> bool:
    return may(viewer, Act.READ, information, file)


def expected(route: Route, viewer: Viewer, known: Known | None) -> set[int]:
    """What the table says: 403 whatever the id, 404 for what is not seen, 403 for what is seen and
    closed. A permitted question may still be a wrong one."""
    assert route.door.asks
    act, information = route.door.asks
    if route.method == "GET" and not permitting(viewer.role, act, information):
        return {403}
    if known is None or f"{known.kind}Id" != route.names[0]:
        return {404}
    if may(viewer, act, information, known.file):
        return {200, 422} if route.door.needs_match or "preview" in route.door.operation else {200}
    return {403} if sees(viewer, known.file) else {404}


# --- one file --------------------------------------------------------------------------------


@pytest.mark.parametrize("route", named(ABOUT_FILES))
async def test_a_file_is_read_as_the_policy_says(settled: Settled, route: Route) -> None:
    """Everybody, every file: the status of the table, nothing of other files, and no difference
    between what is hidden and what does not exist."""
    for who, viewer in settled.viewers.items():
        unseen = set()
        for known in (None, *settled.files.values()):
            ids = {route.names[0]: known.id if known else NOBODYS}
            heard = await _ask(settled, route, who, ids, _other_unit(known))
            told = f"{who} at {heard.asked} ({known and known.name}): {heard.status}"
            assert heard.status in expected(route, viewer, known), told
            if heard.status == 404:
                unseen.add((heard.but_for_its_occurrence, *_headers(heard)))
            if known and heard.status == 200:
                _tells_nothing_else(settled, viewer, heard)
                _tells_what_is_permitted(viewer, known, heard)
        assert len(unseen) <= 1, f"{who} can tell {route.path} apart"


@pytest.mark.parametrize("route", named(ON_FILES))
async def test_what_is_hidden_cannot_be_acted_on(settled: Settled, route: Route) -> None:
    """404 for what is not seen, 403 for what is seen and closed; nothing is recorded."""
    head = await settled.head()
    body = good_body(route) if route.door.body else {}
    for who, viewer in settled.viewers.items():
        unseen = set()
        for known in (None, *settled.files.values()):
            if known and expected(route, viewer, known) & {200}:
                continue  # it would be done
            ids = {route.names[0]: known.id if known else NOBODYS}
            if known and known.name in settled.handovers:
                ids["handoverId"] = settled.handovers[known.name]
            heard = await settled.call(
                "POST",
                address(route, ids),
                token=settled.token(who),
                body=body,
                headers={"Accept-Language": "en", "If-Match": '"stale"'},
            )
            told = f"{who} at {heard.asked} ({known and known.name}): {heard.status}"
            wanted = expected(route, viewer, known)
            assert heard.status in wanted | ({404} if "handoverId" in route.names else set()), told
            if heard.status == 404:
                unseen.add((heard.but_for_its_occurrence, *_headers(heard)))
        assert len(unseen) <= 1, f"{who} can tell {route.path} apart"
    assert await settled.head() == head


async def _ask(
    settled: Settled, route: Route, who: str, ids: dict[str, UUID], to_unit: str = ""
) -> Heard:
    needed = needed_query(route) | ({"toUnit": to_unit} if to_unit else {})
    query = "&".join(f"{n}={v}" for n, v in needed.items() if n in needed_query(route))
    return await settled.call(
        "GET",
        address(route, ids),
        token=settled.token(who),
        headers={"Accept-Language": "en"},
        query=query,
    )


def _other_unit(known: Known | None) -> str:
    here = known.file.responsible_unit if known else ""
    return "childrens-intake" if here == "nexus" else "nexus"


def _headers(heard: Heard) -> Iterator[tuple[str, str]]:
    passing = {"date", "traceparent"}
    return ((n.lower(), v) for n, v in heard.headers.items() if n.lower() not in passing)


# --- what stands in an answer ----------------------------------------------------------------


def _tells_nothing_else(settled: Settled, viewer: Viewer, heard: Heard) -> None:
    """Neither the id nor the words of any file that the reader may not see; a cursor is opened."""
    body = heard.body.decode()
    told = body + _within_cursors(heard.json)
    ids = set(ID.findall(told))
    for known in settled.files.values():
        files = [known.file, *_case_of(settled, known)]
        if str(known.id) in ids and viewer.role is not StaffRole.AUDITOR:
            assert any(sees(viewer, file) for file in files), f"{heard.asked}: id of {known.name}"
        for words, kind in (
            (f"Namn {known.name}", Information.IDENTITY),
            (f"Berättelse om {known.name}.", Information.CIRCUMSTANCES),
        ):
            if json.dumps(words, ensure_ascii=False)[1:-1] in body:
                assert any(sees(viewer, file, kind) for file in files), f"{heard.asked}: {words}"


def _case_of(settled: Settled, known: Known) -> list[File]:
    """What came of a referral."""
    case = settled.files.get(known.name.removesuffix(": referral"))
    return [case.file] if case and case is not known else []


def _within_cursors(answer: Any) -> str:
    cursor = answer.get("nextCursor") or ""
    return urlsafe_b64decode(cursor.partition(".")[0] + "===").decode()


def _tells_what_is_permitted(viewer: Viewer, known: Known, heard: Heard) -> None:
    for field, kind in (
        ("identity", Information.IDENTITY),
        ("circumstances", Information.CIRCUMSTANCES),
    ):
        if field in heard.json:
            assert sees(viewer, known.file, kind), f"{heard.asked}: {field} of {known.name}"
        elif heard.asked.endswith(f"{known.id}?"):
            assert not sees(viewer, known.file, kind), f"{heard.asked}: no {field}"


# --- lists -----------------------------------------------------------------------------------


def _in_lists(settled: Settled, viewer: Viewer) -> dict[str, set[str]]:
    """What each list holds for somebody, according to the table."""
    told: dict[str, set[str]] = defaultdict(set)
    for known in settled.files.values():
        file = known.file
        if not sees(viewer, file):
            continue
        if known.kind == "case":
            if viewer.unit in {file.responsible_unit, file.receiving_unit}:
                told["/cases"].add(str(known.id))
            continue
        if viewer.unit == (file.receiving_unit or file.responsible_unit):
            told["/referrals?direction=in"].add(str(known.id))
        if viewer.unit == file.sending_unit:
            told["/referrals?direction=sent"].add(str(known.id))
        if viewer.unit in file.informed_units:
            told["/referrals?direction=informed"].add(str(known.id))
    for name, handover in settled.handovers.items():
        file = settled.files[name].file
        if sees(viewer, file) and viewer.unit == file.receiving_unit:
            told["/handovers?direction=in"].add(str(handover))
        if sees(viewer, file) and viewer.unit == file.responsible_unit != "childrens-intake":
            told["/handovers?direction=out"].add(str(handover))
    return told


LISTS: Final = (
    ("/cases", "caseId"),
    ("/referrals?direction=in", "referralId"),
    ("/referrals?direction=sent", "referralId"),
    ("/referrals?direction=informed", "referralId"),
    ("/handovers?direction=in", "handoverId"),
    ("/handovers?direction=out", "handoverId"),
)


@pytest.mark.parametrize(("where", "name"), LISTS)
async def test_a_list_holds_what_its_reader_sees(settled: Settled, where: str, name: str) -> None:
    """All of it and nothing else, on every page; nothing of other files in lines, counts, cursors."""
    path, _, query = where.partition("?")
    for who, viewer in settled.viewers.items():
        listed: list[str] = []
        cursor = ""
        while True:
            page = f"{query}&limit=2{cursor}".lstrip("&")
            heard = await settled.call("GET", path, token=settled.token(who), query=page)
            if not permitting(viewer.role, Act.READ, Information.LINE):
                assert heard.status == 403
                break
            assert heard.status == 200
            _tells_nothing_else(settled, viewer, heard)
            listed += [line[name] for line in heard["items"]]
            if heard["nextCursor"] is None:
                break
            cursor = f"&cursor={heard['nextCursor']}"
        assert len(set(listed)) == len(listed)
        if name != "handoverId" or "in" in where:
            assert set(listed) == _in_lists(settled, viewer)[where], f"{who} at {where}"


async def test_counts_count_what_is_seen(settled: Settled) -> None:
    """They tell no more than the lines do."""
    for who, viewer in settled.viewers.items():
        if not permitting(viewer.role, Act.READ, Information.LINE):
            continue
        caseload = await settled.call("GET", "/cases", token=settled.token(who), query="limit=100")
        own = [line for line in caseload["items"] if line["unit"] == viewer.unit]
        still = [line for line in own if line["status"] == "open"]
        assert caseload["counts"] == {
            "open": len(still),
            "unassigned": len([line for line in still if not line["workers"]]),
            "handoversIn": len([line for line in caseload["items"] if line["unit"] != viewer.unit]),
            "handoversOut": len([line for line in own if line["handoverTo"]]),
            "overdue": 0,
            "closed": len(own) - len(still),
        }, who
        inbox = {
            direction: await settled.call(
                "GET",
                "/referrals",
                token=settled.token(who),
                query=f"limit=100&direction={direction}",
            )
            for direction in ("in", "sent")
        }
        waits = [line["status"] for line in inbox["in"]["items"]]
        sent = [line["status"] for line in inbox["sent"]["items"]]
        assert inbox["in"]["counts"] == {
            "waiting": waits.count("waiting"),
            "declineProposed": waits.count("decline-proposed"),
            "overdue": 0,
            "sent": sent.count("waiting") + sent.count("decline-proposed"),
        }, who


# --- colleagues ------------------------------------------------------------------------------


def _knows(viewer: Viewer, other: Viewer) -> bool:
    """One's own unit and side; for administrators everybody."""
    if viewer.role is StaffRole.ADMINISTRATOR:
        return True
    return (viewer.unit, viewer.side) == (other.unit, other.side)


async def test_colleagues_are_those_of_unit_and_side(settled: Settled) -> None:
    """Read one by one or listed, and acted on: of others, nobody learns that there are any."""
    acts = [("qualifications", {"qualification": "children-and-young-people"}), ("departures", {})]
    head = await settled.head()
    for who, viewer in settled.viewers.items():
        call, how = (
            settled.call,
            {"token": settled.token(who), "headers": {"Accept-Language": "en"}},
        )
        listed = await call("GET", "/staff-members", query="limit=100", **how)
        known = permitting(viewer.role, Act.READ, Information.STAFF)
        seen = {o.staff for o in settled.viewers.values() if known and _knows(viewer, o)}
        assert listed.status == (200 if known else 403)
        if known:
            assert {UUID(line["staffId"]) for line in listed["items"]} == seen, who
        answers = set()
        for other in (NOBODYS, *(other.staff for other in settled.viewers.values())):
            one = await call("GET", f"/staff-members/{other}", **how)
            assert one.status == (200 if other in seen else 404 if known else 403)
            answers |= {one.but_for_its_occurrence} if one.status == 404 else set()
            if other not in seen or not permitting(viewer.role, Act.MANAGE, Information.STAFF):
                for act, body in acts:
                    done = await call("POST", f"/staff-members/{other}/{act}", body=body, **how)
                    assert done.status in {403, 404}
                    answers |= {done.but_for_its_occurrence} if done.status == 404 else set()
        assert len(answers) <= 1, who
    assert await settled.head() == head


async def test_teams_are_seen_by_those_who_work_with_them(settled: Settled) -> None:
    """One by one and listed."""
    for who, viewer in settled.viewers.items():
        how = {"token": settled.token(who), "headers": {"Accept-Language": "en"}}
        known = permitting(viewer.role, Act.READ, Information.TEAM)
        for path, status in (
            ("/teams", 200),
            (f"/teams/{settled.team}", 200),
            (f"/teams/{NOBODYS}", 404),
            (f"/teams/{settled.files['assigned'].id}", 404),
        ):
            heard = await settled.call("GET", path, **how)
            assert heard.status == (status if known else 403), f"{who} at {path}"
