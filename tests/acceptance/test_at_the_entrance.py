"""How callers are met before it is known what they want: how often, from where, how slowly."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from api.app import build_app
from api.door import Route
from api.house import Entrance
from api.runtime.metrics import Metrics, Parts
from api.runtime.serving.rates import BURST, Rates
from tests.acceptance.conftest import Server
from tests.acceptance.doors import TOLD, address, good_body, named, query
from tests.acceptance.knocking import Caller
from tests.acceptance.settled import Settled
from tests.acceptance.town import BASE

TOO_MANY = (429, "requests-are-too-many")
PAGE = "https://front.example"


@asynccontextmanager
async def met(settled: Settled, **how: Any) -> AsyncIterator[Caller]:
    """The same house behind another entrance."""
    entrance = Entrance(**{"clients": Rates(0), "logins": Rates(0), **how})
    rooms = settled.town.rooms
    metrics = Metrics(Parts(), rooms.views.standings, rooms.views.alarms)  # counted apart
    house = replace(rooms.house, entrance=entrance, metrics=metrics)
    async with Server(build_app(house)) as server:
        yield Caller(settled.town.session, str(server.make_url(BASE)))


async def test_whoever_knocks_too_often_is_told_when_to_come_back(settled: Settled) -> None:
    """429 for one staff member, whatever door and token; colleagues go on; nothing is read."""
    one, other = settled.token("nexus manager"), settled.token("nexus worker")
    async with met(settled, logins=Rates(1)) as call:
        for _ in range(BURST):
            assert (await call("GET", "/me", token=one)).status == 200
        before = await settled.town.rooms.access_log.head()
        for path in ("/me", "/cases", f"/cases/{settled.files['assigned'].id}"):
            heard = await call.refused(*TOO_MANY, "GET", path, token=one)
            assert 0 < int(heard.headers["Retry-After"]) <= 1
        assert await settled.town.rooms.access_log.head() == before
        assert (await call("GET", "/me", token=other)).status == 200


async def test_an_address_is_counted_whoever_logs_in(settled: Settled) -> None:
    """429 before any token is looked at; behind a proxy, by the address that the proxy saw: what a
    caller writes into the header before it counts for nothing."""
    async with met(settled, clients=Rates(1)) as call:
        for _ in range(BURST):
            assert (await call("GET", "/api-info")).status == 200
        for told in ({}, {"X-Forwarded-For": "192.0.2.1"}):
            await call.refused(*TOO_MANY, "GET", "/api-info", headers=told)
    async with met(settled, clients=Rates(1), behind_proxy=True) as call:
        for number in range(BURST):
            told = {"X-Forwarded-For": f"198.51.100.{number}, 192.0.2.1"}
            assert (await call("GET", "/api-info", headers=told)).status == 200
        await call.refused(*TOO_MANY, "GET", "/api-info", headers=told)
        others = {"X-Forwarded-For": "192.0.2.1, 192.0.2.2"}
        assert (await call("GET", "/api-info", headers=others)).status == 200


async def test_pages_of_others_get_no_answer_from_a_browser(settled: Settled) -> None:
    """Without a setting no answer says that another origin may read it; with one, only to those
    named, and they may ask in advance."""
    preflight = {"Access-Control-Request-Method": "GET"}
    for origins, origin, permitted in (
        ((), PAGE, False),
        ((PAGE,), PAGE, True),
        ((PAGE,), f"{PAGE}.evil.example", False),
        ((PAGE,), "null", False),
    ):
        async with met(settled, origins=frozenset(origins)) as call:
            for method, more in (("GET", {}), ("OPTIONS", preflight)):
                heard = await call(method, "/me", headers={"Origin": origin, **more})
                told = {n: v for n, v in heard.headers.items() if n.startswith("Access-Control")}
                assert told.get("Access-Control-Allow-Origin") == (origin if permitted else None)
                assert bool(told) is permitted
                assert "Access-Control-Allow-Credentials" not in told
                if origins:
                    assert heard.headers["Vary"] == "Origin"


@pytest.mark.parametrize("route", named(TOLD))
async def test_no_field_stands_in_a_body_twice(settled: Settled, route: Route) -> None:
    """Two readers would take two values (RFC 7493): named, at whatever depth, and nothing comes of
    it."""
    token, good = settled.token("administrator"), good_body(route)
    for pointer, raw in twice(good):
        how: Any = {"token": token, "query": query(route)}
        heard = await settled.call("POST", address(route), **how, raw=raw.encode())
        assert (heard.status, heard.faults) == (422, {pointer: "repeated"}), raw


def twice(body: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """The body once for each of its fields, with that field twice, as JSON; and where it is."""
    for name, value in body.items() if isinstance(body, dict) else enumerate(body):
        where = f"{place}/{name}"
        if isinstance(body, dict):
            yield where, _object([*body.items(), (str(name), value)])
        for pointer, inside in twice(value, where) if isinstance(value, dict | list) else ():
            yield pointer, _with(body, name, inside)


def _object(pairs: list[tuple[str, Any]]) -> str:
    return "{" + ", ".join(f"{json.dumps(n)}: {json.dumps(v)}" for n, v in pairs) + "}"


def _with(body: Any, place: Any, inside: str) -> str:
    """The body, with this text at one place."""
    mark = "zq-here"
    other = list(body) if isinstance(body, list) else dict(body)
    other[place] = mark
    return json.dumps(other).replace(f'"{mark}"', inside)


async def test_what_arrives_too_slowly_is_given_up(
    settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body that does not come to its end is answered with 408."""
    monkeypatch.setattr("api.door.serving._SLOWEST_BODY", 0.1)
    token = settled.token("nexus worker")
    head = f"POST {BASE}/referrals HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
    body = "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    answer = await settled.call.say((head + body).encode())
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"request-takes-too-long" in answer
