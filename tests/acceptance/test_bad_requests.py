"""Bad input around a body: addresses, methods, queries, preconditions, keys, cursors.

One clear problem answer with the right status each; nothing echoed, recorded or logged.
"""

import json
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import uuid4  # noqa: TID251 - a client's own keys

import pytest

from api.app import ROUTES
from api.door import Route
from api.door.problems import BASE, problem_types
from api.door.query import PageQuery
from tests.acceptance.doors import (
    DECIDED,
    GUARDED,
    NOBODYS,
    Json,
    address,
    good_body,
    named,
    needed_query,
    parameters,
)
from tests.acceptance.knocking import MARKER, Heard
from tests.acceptance.settled import Settled, nothing_comes_of_it
from tests.acceptance.wrong import right_parameter, wrong_parameters

FAULTY: Final = (422, "fields-are-faulty")
UNKNOWN: Final = (404, "address-is-unknown")
METHODS: Final = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "OPTIONS"}
LISTS: Final = [
    route
    for route in ROUTES
    if issubclass(route.door.query[1], PageQuery) and route.method == "GET"
]
MATCHED: Final = [route for route in DECIDED if route.door.needs_match]
PATHS: Final = sorted({route.path for route in ROUTES})


@pytest.fixture(scope="module")
async def spent(settled: Settled) -> dict[str, str]:
    """A key under which something was recorded."""
    key = {"Idempotency-Key": "spent-key-1"}
    body = {"registerNumber": "SCN-2022-00356", "decidedOn": "2022-11-22", "matter": "team"}
    token = settled.token("administrator")
    heard = await settled.call("POST", "/mandates", token=token, headers=key, body=body)
    assert heard.status == 201
    return key


@pytest.fixture(autouse=True)
async def nothing_happens(settled: Settled, spent: dict[str, str]) -> AsyncIterator[None]:
    async with nothing_comes_of_it(settled):
        yield


# --- addresses -------------------------------------------------------------------------------


async def test_an_unknown_address_is_said_to_be_unknown(settled: Settled) -> None:
    """Whatever the method, and whether or not somebody is logged in."""
    for path in (
        f"/{MARKER}",
        "/",
        "/cases/",
        "//cases",
        "/Cases",
        "/cases.json",
        f"/cases/{NOBODYS}/",
        f"/cases/{NOBODYS}/{MARKER}",
        f"/cases%2F{NOBODYS}",
        "/../../etc/passwd",
        "/%2e%2e/metrics",
        "/case%73/%00/notes/x",
        "/\u00e5".encode().decode("latin-1").replace("\u00c3", "%C3").replace("\u00a5", "%A5"),
    ):
        for method, token in (("GET", None), ("POST", settled.token("administrator"))):
            await settled.call.refused(*UNKNOWN, method, path, token=token)


@pytest.mark.parametrize("length", [2049, 4096, 8000])
async def test_an_address_holds_at_most_2048_characters(settled: Settled, length: int) -> None:
    """Whatever stands in it, and wherever."""
    token = settled.token("administrator")
    known = len(BASE) + len("/cases?cursor=")
    query = f"cursor={MARKER.ljust(length - known, 'z')}"
    for how in ({"path": "/cases", "query": query}, {"path": f"/{MARKER.ljust(length, 'z')}"}):
        await settled.call.refused(414, "address-is-too-long", "GET", token=token, **how)


@pytest.mark.parametrize("path", PATHS)
async def test_a_door_answers_to_its_methods_only(settled: Settled, path: str) -> None:
    """405 for every other one, with `Allow`; OPTIONS tells the same to anybody."""
    own = {route.method for route in ROUTES if route.path == path}
    own |= {"OPTIONS"} | ({"HEAD"} if "GET" in own else set())
    where = address(next(route for route in ROUTES if route.path == path))
    for method in sorted(METHODS - own):
        for token in (None, settled.token("administrator")):
            heard = await settled.call(method, where, token=token)
            assert heard.status == 405
            assert set(heard.headers["Allow"].split(", ")) == own
            if method != "HEAD":
                assert heard["type"].endswith("/method-is-not-allowed")
    told = await settled.call("OPTIONS", where)
    assert (told.status, told.body) == (204, b"")
    assert set(told.headers["Allow"].split(", ")) == own


@pytest.mark.parametrize("route", named([route for route in ROUTES if route.method == "GET"]))
async def test_head_is_get_without_a_body(settled: Settled, route: Route) -> None:
    """The same status and headers, for answers and refusals."""
    query = "&".join(f"{name}={value}" for name, value in needed_query(route).items())
    for who in ("nexus manager", "administrator", "auditor"):
        how: Json = {"token": settled.token(who), "query": query}
        told = await settled.call("GET", address(route), **how)
        heard = await settled.call("HEAD", address(route), **how)
        assert (heard.status, heard.body) == (told.status, b"")
        assert _lasting(heard) == _lasting(told)


def _lasting(heard: Heard) -> dict[str, str]:
    passing = {"date", "traceparent", "content-length", "content-language"}
    return {n.lower(): v for n, v in heard.headers.items() if n.lower() not in passing}


# --- queries ---------------------------------------------------------------------------------


@pytest.mark.parametrize("route", named(ROUTES))
async def test_what_an_address_may_not_ask_is_named(settled: Settled, route: Route) -> None:
    """Every unknown, repeated or impossible parameter at once; never its value."""
    token = settled.token("administrator")
    refused = settled.call.refused
    needed = "&".join(f"{name}={value}" for name, value in needed_query(route).items())
    faults: dict[str, str] = {"noSuchThing": "unknown-field", "page": "unknown-field"}
    asked = [f"noSuchThing={MARKER}", "page=2"]
    for name, schema in parameters(route, "query").items():
        for value, code in wrong_parameters(schema):
            others = "" if name in needed else needed
            query = f"{others}&{name}={value}"
            heard = await refused(*FAULTY, route.method, address(route), token=token, query=query)
            assert heard.faults == {name: code}, query
        faults[name] = code
        asked.append(f"{name}={value}")
    query = "&".join(asked)
    heard = await refused(*FAULTY, route.method, address(route), token=token, query=query)
    assert heard.faults == faults


@pytest.mark.parametrize("route", named(GUARDED))
async def test_a_parameter_is_given_once(settled: Settled, route: Route) -> None:
    """The first or the last of two: nobody has to guess which one counted."""
    token = settled.token("administrator")
    needed = "&".join(f"{name}={value}" for name, value in needed_query(route).items())
    for name, schema in parameters(route, "query").items():
        value = needed_query(route).get(name) or right_parameter(schema)
        others = "" if name in needed else needed
        query = f"{others}&{name}={value}&{name}={value}"
        how: Json = {"token": token, "query": query}
        heard = await settled.call.refused(*FAULTY, route.method, address(route), **how)
        assert heard.faults == {name: "repeated"}


# --- If-Match --------------------------------------------------------------------------------

STALE: Final = ('"stale"', '""', 'W/"stale"', f'"{MARKER}"', MARKER, "", '"a", "b"', '"' * 3)


@pytest.mark.parametrize("route", named(MATCHED))
async def test_an_act_is_decided_on_what_was_seen(settled: Settled, route: Route) -> None:
    """404, then 428 where nothing was seen, then 412 where it has changed, or was another's."""
    manager, colleague = settled.token("nexus manager"), settled.token("nexus worker")
    ids = {"caseId": settled.files["unassigned"].id}
    body = good_body(route)
    if "workerId" in body:
        body["workerId"] = str(settled.town["nexus worker"].staff_id)

    async def knock(status: int, slug: str, *, at: str = address(route, ids), **how: Any) -> None:
        how = {"token": manager, "body": body, **how}
        await settled.call.refused(status, slug, "POST", at, **how)

    own = (await settled.call("GET", f"/cases/{ids['caseId']}", token=manager)).headers["ETag"]
    another = settled.files["assigned"].id
    others = [
        (await settled.call("GET", f"/cases/{case}", token=token)).headers["ETag"]
        for case, token in ((another, manager), (another, colleague))
    ]
    for headers in ({}, {"If-Match": "*"}, {"If-Match": own}, {"If-Match": '"stale"'}):
        await knock(404, "not-found", at=address(route), headers=headers)
        await knock(404, "not-found", token=settled.token("intake manager"), headers=headers)
        await knock(403, "not-permitted", token=settled.token("nexus colleague"), headers=headers)
    for headers in ({}, {"If-Match": "*"}, {"If-Match": " * "}):
        await knock(428, "precondition-is-missing", headers=headers)
    for etag in (*STALE, *others, f'"{own[2:]}', own.strip('"'), f"W/{own}"):
        await knock(412, "precondition-is-stale", headers={"If-Match": etag})


# --- Idempotency-Key -------------------------------------------------------------------------


@pytest.mark.parametrize("route", named(DECIDED))
async def test_a_malformed_key_is_refused(settled: Settled, route: Route) -> None:
    """1 to 128 visible characters of ASCII, once."""
    how: Json = {"token": settled.token("administrator"), "raw": json.dumps(_body(route)).encode()}
    for keys in (
        [""],
        ["two words"],
        [f"two\t{MARKER}"],
        ["z" * 129],
        [MARKER * 100],
        ["\u00e5"],
        ["\u2603"],
        ["one", "two"],
        ["same", "same"],
    ):
        headers = [("Idempotency-Key", key) for key in keys]
        heard = await settled.call.refused(
            400, "header-is-faulty", "POST", address(route), headers=headers, **how
        )
        assert heard["header"] == "Idempotency-Key"


@pytest.mark.parametrize("route", named(DECIDED))
async def test_a_key_is_for_one_command(
    settled: Settled, spent: dict[str, str], route: Route
) -> None:
    """Sent with another body, or to another door, it is refused, and nothing new is recorded."""
    how: Json = {"token": settled.token("administrator"), "body": _body(route), "headers": spent}
    heard = await settled.call("POST", address(route), **how)
    if heard.status not in {403, 404}:  # otherwise it is not even told that the key is spent
        assert (heard.status, heard["type"]) == (422, f"{BASE}/problems/command-key-reused")


def _body(route: Route) -> Any:
    return good_body(route) if route.door.body else {}


async def test_a_repeated_command_is_the_same_one(settled: Settled, spent: dict[str, str]) -> None:
    """Byte for byte the same is answered again; a changed byte is another command."""
    body = {"registerNumber": "SCN-2022-00356", "decidedOn": "2022-11-22", "matter": "team"}
    how: Json = {"token": settled.token("administrator"), "headers": spent}
    again = await settled.call("POST", "/mandates", body=body, **how)
    assert (again.status, again["replayed"]) == (201, True)
    for other in (body | {"decidedOn": "2022-11-23"}, body | {"registerNumber": "SCN-2022-00357"}):
        await settled.call.refused(
            422, "command-key-reused", "POST", "/mandates", body=other, **how
        )


# --- cursors ---------------------------------------------------------------------------------


@pytest.mark.parametrize("route", named(LISTS))
async def test_a_cursor_is_good_only_as_it_was_given(settled: Settled, route: Route) -> None:
    """Nothing of it can be made up or changed."""
    apart = {"listReceipts": "police officer"}
    apart |= dict.fromkeys(
        ("listEvents", "listEventContents", "listReadings", "searchDisclosures"), "auditor"
    )
    who = apart.get(route.door.operation, "nexus manager")
    needed = "".join(f"{name}={value}&" for name, value in needed_query(route).items())
    how: dict[str, Any] = {"token": settled.token(who)}
    where = address(route, {"caseId": settled.files["assigned"].id})
    first = await settled.call("GET", where, query=f"{needed}limit=1", **how)
    cursor: str = first["nextCursor"]
    told, _, mark = cursor.partition(".")
    for forged in (
        told,
        f"{told}.",
        f".{mark}",
        f".{cursor}",
        f"{cursor}A",
        f"{cursor}.",
        cursor[:-1],
        cursor.swapcase(),
        f"{told}.{mark[::-1]}",
        f"{told}.{'A' * len(mark)}",
        f"{'A' if told[0] != 'A' else 'B'}{told[1:]}.{mark}",
        f"bnVsbA.{mark}",
        "MQ.MQ",
        MARKER,
        "z" * 600,
        str(uuid4()),
    ):
        query = f"{needed}limit=1&cursor={forged}"
        await settled.call.refused(400, "cursor-is-faulty", "GET", where, query=query, **how)


# --- what is said about it all ----------------------------------------------------------------


async def test_every_problem_leads_to_its_page(settled: Settled) -> None:
    """A used `type` answers 200 and explains itself; so does every other one there is."""
    used = {kind for kind, _ in settled.call.titles}
    known = {kind.uri for kind in problem_types()}
    assert used <= known
    for uri in sorted(known):
        heard = await settled.call("GET", uri.removeprefix(BASE))
        assert heard.status == 200
        assert heard.headers["Content-Type"].startswith("text/html")
    for (kind, language), title in settled.call.titles.items():
        page = (await settled.call("GET", kind.removeprefix(BASE))).body.decode()
        assert title in page, (kind, language)
