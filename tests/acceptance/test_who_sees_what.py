"""Who sees what: every door against the policy's table, for everybody in town and every file.

What somebody may not see looks, to the byte, as if it did not exist; and nothing of it stands in
any answer that they get.
"""

from typing import Any, Final
from uuid import UUID

import pytest

from api.door import Route
from domain.codes import StaffRole
from domain.policy import Act, Information, Viewer, may, permitting, relations, sees_compartment
from tests.acceptance.doors import (
    DECIDED,
    NOBODYS,
    READ,
    Json,
    address,
    good_body,
    named,
    needed_query,
)
from tests.acceptance.hidden import (
    LISTS,
    all_of,
    lived_on_the_other_side,
    questions,
    round_trips,
    without_what_moves,
)
from tests.acceptance.knocking import Heard
from tests.acceptance.seeing import sees, tells_nothing_else, tells_what_is_permitted
from tests.acceptance.settled import Known, Offer, Settled

EN: Final[Json] = {"headers": {"Accept-Language": "en"}}
ABOUT_FILES: Final = [route for route in READ if route.names[:1] in {("caseId",), ("referralId",)}]
ON_FILES: Final = [route for route in DECIDED if route.names[:1] in {("caseId",), ("referralId",)}]


def expected(route: Route, viewer: Viewer, known: Known | None) -> set[int]:
    """What the table says: 403 whatever the id, 404 for what is not seen, 403 for what is seen and
    closed. A permitted question may still be a wrong one."""
    assert route.door.asks
    act, information = route.door.asks
    in_emergency = act is Act.OPEN  # stands to no file: to one's own side alone
    of_the_role = route.method == "GET" or in_emergency
    if of_the_role and not permitting(viewer.role, act, information):
        return {403}
    if known is None or f"{known.kind}Id" != route.names[0]:
        return {404}
    if in_emergency and not sees_compartment(viewer.side, known.file.compartment):
        return {404}
    if may(viewer, act, information, known.file):
        return {200, 422} if route.door.needs_match or "preview" in route.door.operation else {200}
    outside = viewer.role is StaffRole.EXTERNAL_SENDER  # knows a file by its receipt
    knows = sees(viewer, known.file, Information.RECEIPT if outside else Information.LINE)
    return {403} if knows else {404}


# --- one file --------------------------------------------------------------------------------

EACH = [pytest.param(False, id="kind"), pytest.param(True, id="file", marks=pytest.mark.full)]


def _files(settled: Settled, viewer: Viewer, *, every: bool) -> list[Known]:
    """All of them, or one for each way in which somebody may stand to one."""
    stands: dict[object, Known] = {}
    for known in settled.files.values():
        stands.setdefault(
            (known.kind, known.file.compartment, relations(viewer, known.file)), known
        )
    return list(settled.files.values()) if every else list(stands.values())


@pytest.mark.parametrize("every", EACH)
@pytest.mark.parametrize("route", named(ABOUT_FILES))
async def test_a_file_is_read_as_the_policy_says(
    settled: Settled, route: Route, every: bool
) -> None:
    """Everybody, every file: the status of the table, nothing of other files, and no difference
    between what is hidden and what does not exist."""
    for who, viewer in settled.viewers.items():
        unseen = set()
        for known in (None, *_files(settled, viewer, every=every)):
            ids = {route.names[0]: known.id if known else NOBODYS}
            heard = await _ask(settled, route, who, ids, _other_unit(known))
            told = f"{who} at {heard.asked} ({known and known.name}): {heard.status}"
            assert heard.status in expected(route, viewer, known), told
            if heard.status == 404:
                unseen.add(_all_of(heard))
            if known and heard.status == 200:
                tells_nothing_else(settled, viewer, heard)
                tells_what_is_permitted(viewer, known, heard)
        assert len(unseen) <= 1, f"{who} can tell {route.path} apart"


@pytest.mark.parametrize("every", EACH)
@pytest.mark.parametrize("route", named(ON_FILES))
async def test_what_is_hidden_cannot_be_acted_on(
    settled: Settled, route: Route, every: bool
) -> None:
    """404 for what is not seen, 403 for what is seen and closed; nothing is recorded."""
    head = await settled.head()
    for who, viewer in settled.viewers.items():
        unseen = set()
        for known in (None, *_files(settled, viewer, every=every)):
            wanted = expected(route, viewer, known)
            offer = settled.handovers.get(known.name) if known else None
            if wanted & {200} or (known and viewer.unit in _answered(known, offer)):
                continue  # it would be done, or it was
            ids = {route.names[0]: known.id if known else NOBODYS}
            ids |= {"handoverId": offer.id} if offer else {}
            heard = await _act(settled, route, who, ids)
            told = f"{who} at {heard.asked} ({known and known.name}): {heard.status}"
            assert heard.status in wanted | ({404} if "handoverId" in route.names else set()), told
            if heard.status == 404:
                unseen.add(_all_of(heard))
        assert len(unseen) <= 1, f"{who} can tell {route.path} apart"
    assert await settled.head() == head


def _answered(known: Known, offer: Offer | None) -> set[str]:
    """Who is told that it is answered, being asked to answer."""
    if known.kind == "referral" and known.file.receiving_unit is None:
        return {known.asked}
    return {offer.to_unit} if offer else set()


async def _act(settled: Settled, route: Route, who: str, ids: dict[str, UUID]) -> Heard:
    return await settled.call(
        "POST",
        address(route, ids),
        token=settled.token(who),
        body=good_body(route) if route.door.body else {},
        headers={"Accept-Language": "en", "If-Match": '"stale"'},
    )


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


def _all_of(heard: Heard) -> tuple[object, ...]:
    """All that could tell two answers apart, but for time and occurrence."""
    passing = {"date", "traceparent"}
    headers = ((n.lower(), v) for n, v in heard.headers.items() if n.lower() not in passing)
    return heard.status, heard.but_for_its_occurrence, *headers


# --- colleagues ------------------------------------------------------------------------------


def _knows(viewer: Viewer, other: Viewer) -> bool:
    """One's own unit and side; for administrators everybody."""
    if viewer.role is StaffRole.ADMINISTRATOR:
        return True
    return (viewer.unit, viewer.side) == (other.unit, other.side)


async def test_colleagues_are_those_of_unit_and_side(settled: Settled) -> None:
    """Read one by one or listed, and acted on: of others, nobody learns that there are any."""
    acts = [
        ("qualifications", {"qualification": "children-and-young-people"}),
        ("departures", {}),
        ("extents", {"percentage": 50}),
        ("leaves", {"since": "2024-02-01", "until": "2024-02-02"}),
    ]
    head = await settled.head()
    for who, viewer in settled.viewers.items():
        call = settled.call
        how: Json = {"token": settled.token(who), "headers": {"Accept-Language": "en"}}
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
        how: Json = {"token": settled.token(who), "headers": {"Accept-Language": "en"}}
        known = permitting(viewer.role, Act.READ, Information.TEAM)
        for path, status in (
            ("/teams", 200),
            (f"/teams/{settled.team}", 200),
            (f"/teams/{NOBODYS}", 404),
            (f"/teams/{settled.files['assigned'].id}", 404),
        ):
            heard = await settled.call("GET", path, **how)
            assert heard.status == (status if known else 403), f"{who} at {path}"


# --- nor by asking in other ways -------------------------------------------------------------

_ASKING: Final = ("nexus manager", "intake manager of the other side", "engaged coordinator")


async def test_no_question_tells_of_what_is_hidden(settled: Settled) -> None:
    """Every list, filter, order, limit and moment of the past: what lives on where one may not see
    changes no status, line, number, cursor, header or error."""
    hidden = [settled.files["buyer's"].id, settled.town["line worker"].staff_id]
    now, position = settled.desk.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"), await settled.head()
    asked = [
        (who, route.path, query)
        for who in _ASKING
        for route in LISTS
        if route.door.asks and permitting(settled.viewers[who].role, *route.door.asks)
        for query in questions(route, hidden, now, position)
    ]

    async def heard() -> list[Any]:
        return [
            all_of(await settled.call("GET", path, token=settled.token(who), query=query, **EN))
            for who, path, query in asked
        ]

    before = await heard()
    await lived_on_the_other_side(settled)
    for question, was, told in zip(asked, before, await heard(), strict=True):
        assert told == was, question
    assert len(asked) > 150
    assert {status for status, *_ in before} >= {200, 422}


@pytest.mark.parametrize("route", named([*ABOUT_FILES, *ON_FILES]))
async def test_what_is_hidden_takes_no_longer(settled: Settled, route: Route) -> None:
    """As many questions reach the databases for a hidden file as for one that there is not."""
    ids = {"caseId": settled.files["buyer's"].id, "referralId": settled.files["buyer waits"].id}
    how: Json = {"token": settled.token("nexus manager"), **EN}
    query = "&".join(f"{name}={value}" for name, value in needed_query(route).items())
    counts = []
    for known in ({}, ids, {}, ids):
        if route.method == "POST":
            how["body"] = good_body(route) if route.door.body else {}
        async with round_trips() as asked:
            path = address(route, known)
            heard = await settled.call(route.method, path, query=query, **how)
        trace = str(UUID(heard.headers["traceparent"].split("-")[1]))
        counts.append((heard.status, asked.count(trace)))
    assert counts[2] == counts[3]


async def test_two_positions_of_one_person_are_never_more_than_one(settled: Settled) -> None:
    """One at a time, and one side for ever: what the first one saw goes with it, and the second one
    sees what any colleague there does."""
    town, call = settled.town, settled.call
    position = {"unit": "nexus", "role": "unit-manager", "qualifiedForChildren": True}
    mover = await town.employ("changes units", **position)
    await town.level()
    first = await call("GET", "/cases", token=mover.token, query="limit=100")
    ours = {line["caseId"] for line in first["items"]}
    administrator, path = town["administrator"], f"/staff-members/{mover.staff_id}"
    other = {**position, "name": "Changes Units", "unit": "childrens-intake", "side": "a"}
    other["since"] = "2024-01-01"
    how: Json = {"body": other, "token": administrator.token, **EN}
    await call.refused(409, "position-is-taken", "POST", f"{path}/positions", **how)
    await administrator.post(f"{path}/departures", {})
    how["body"] = {**other, "side": "b"}
    await call.refused(409, "position-is-taken", "POST", f"{path}/positions", **how)
    await administrator.post(f"{path}/positions", other, expect=201)
    await town.level()
    colleague = settled.token("intake manager")
    seen = await call("GET", "/cases", token=colleague, query="limit=100", **EN)
    told = await call("GET", "/cases", token=mover.token, query="limit=100", **EN)
    assert without_what_moves(told.json["items"]) == without_what_moves(seen.json["items"])
    assert told["counts"] == seen["counts"]
    statuses = set()
    for case in ours:
        asked = [await call("GET", f"/cases/{case}", token=it) for it in (mover.token, colleague)]
        assert asked[0].status == asked[1].status
        statuses.add(asked[0].status)
    assert 404 in statuses
