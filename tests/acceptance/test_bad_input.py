"""Bad input in a body: one clear problem answer with the right status, every fault named at once,
nothing echoed, nothing recorded, nothing in the log.

Doors and fields come from the route table and the OpenAPI document.
"""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest

from api.door import Route
from api.door.serving import LARGEST_BODY
from tests.acceptance.doors import (
    DECIDED,
    TOLD,
    Json,
    address,
    content,
    good_body,
    named,
    query,
)
from tests.acceptance.knocking import MARKER
from tests.acceptance.settled import Settled, nothing_comes_of_it
from tests.acceptance.wrong import wrong_bodies, wrong_everywhere

FAULTY = (422, "fields-are-faulty")
TOO_LARGE = (413, "body-is-too-large")


@pytest.fixture(autouse=True)
async def nothing_happens(settled: Settled) -> AsyncIterator[None]:
    async with nothing_comes_of_it(settled):
        yield


# --- fields ----------------------------------------------------------------------------------


@pytest.mark.parametrize("route", named(TOLD))
async def test_every_fault_of_every_field_is_named(settled: Settled, route: Route) -> None:
    """A missing, unknown, mistyped or impossible field is named by its pointer and its fault."""
    good, schema = good_body(route), content(route)["schema"]
    token = settled.token("administrator")
    for wrong in wrong_bodies(good, schema):
        raw = json.dumps(wrong.body).encode()
        heard = await settled.call.refused(
            *FAULTY, "POST", address(route), query=query(route), token=token, raw=raw
        )
        told = f"{wrong.body!r:.300}: {heard.faults}"
        assert list(heard.faults) == [wrong.pointer], told
        assert heard.faults[wrong.pointer] in wrong.codes, told


@pytest.mark.parametrize("route", named(TOLD))
async def test_all_faults_are_named_at_once(settled: Settled, route: Route) -> None:
    """One answer names every wrong field of a body, however deep it stands."""
    good, schema = good_body(route), content(route)["schema"]
    body: Json
    body, places = wrong_everywhere(good, schema)
    token = settled.token("administrator")
    heard = await settled.call.refused(
        *FAULTY, "POST", address(route), query=query(route), token=token, body=body
    )
    assert set(heard.pointers) == places
    assert len(heard.pointers) == len(places)


@pytest.mark.parametrize("route", named(DECIDED))
async def test_a_door_that_is_told_nothing_takes_no_body(settled: Settled, route: Route) -> None:
    """What a door does not read, it refuses; an empty body or an empty object is none."""
    if route.door.body:
        return
    token = settled.token("administrator")
    bodies: tuple[Any, ...] = ({"noSuchField": MARKER}, [], MARKER, 0)
    for body in bodies:
        await settled.call.refused(
            *FAULTY, "POST", address(route), query=query(route), token=token, body=body
        )
    for raw in (b"", b"{}", b" {}\n"):
        heard = await settled.call("POST", address(route), token=token, raw=raw)
        assert heard.status in {403, 404}  # read as none, then judged


# --- what is no JSON -------------------------------------------------------------------------

NO_JSON = (
    b"",
    b"{",
    b'{"text": ',
    b"{'text': 1}",
    b'{"text": "' + MARKER.encode() + b'",}',
    b"{}{}",
    b"{} " + MARKER.encode(),
    b'{"text": "\xff\xfe"}',  # no UTF-8
    b'{"text": "\xed\xa0\x80"}',  # half a character
    '{"text": "å"}'.encode("latin-1"),
    '{"text": "å"}'.encode("utf-16"),
    b'{"text": "\\ud800"}',
    b'{"text": "a\x00b"}',
    b'{"text": "line\nline"}',
    b'{"text": 0x10}',
    b"[" * 30_000,
    b'{"a":' * 10_000,
    b"\x1f\x8b" + MARKER.encode(),
)


@pytest.mark.parametrize("route", named(TOLD))
async def test_what_is_no_json_is_refused(settled: Settled, route: Route) -> None:
    """Bytes that are no JSON in UTF-8 are refused before anything of them is read. Only where
    nothing must be told may there be no body at all."""
    token = settled.token("administrator")
    assert route.door.body
    must_be_told = route.door.body[1].must_be_told()
    for raw in NO_JSON if must_be_told else filter(None, NO_JSON):
        how: Json = {"token": token, "raw": raw}
        await settled.call.refused(
            400, "body-is-not-json", "POST", address(route), query=query(route), **how
        )


@pytest.mark.parametrize("route", named(TOLD))
async def test_what_is_not_called_json_is_refused(settled: Settled, route: Route) -> None:
    """The body is called application/json, in UTF-8 or in nothing else."""
    how: Json = {
        "token": settled.token("administrator"),
        "raw": json.dumps(good_body(route)).encode(),
        "query": query(route),
    }
    for called in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=latin-1",
        "application/json; charset=utf-16",
        f"application/json; charset={MARKER}",
        "application/jsonp",
        "application/problem+json",
        MARKER,
        "",
    ):
        headers = {"Content-Type": called}
        await settled.call.refused(
            415, "content-type-is-not-json", "POST", address(route), headers=headers, **how
        )


# --- sizes and encodings ---------------------------------------------------------------------


@pytest.mark.parametrize("route", named(DECIDED))
async def test_a_body_holds_at_most_64_kib(settled: Settled, route: Route) -> None:
    """A larger one is refused whether it says its length or comes in chunks."""
    token = settled.token("administrator")
    large = json.dumps({"text": MARKER * 70_000}).encode()
    assert len(large) > 1024 * 1024

    async def in_chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 16_384):
            yield large[start : start + 16_384]

    for how in (
        {"raw": BytesIO(large)},
        {"raw": b" " * (LARGEST_BODY + 1)},
        {"raw": in_chunks()},
    ):
        await settled.call.refused(*TOO_LARGE, "POST", address(route), token=token, **how)


async def test_a_large_body_is_refused_before_it_is_read(settled: Settled) -> None:
    """Who announces 1 MiB hears 413 at once; who just goes on hears it after a few chunks."""
    head = (
        "POST /samordna/v1/referrals HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {settled.token('administrator')}\r\n"
    )
    announced = await settled.call.say(f"{head}Content-Length: 1048576\r\n\r\n{{".encode())
    assert announced.startswith(b"HTTP/1.1 413 ")
    sent = await settled.call.pour(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
    assert sent.answer.startswith(b"HTTP/1.1 413 ")
    assert sent.poured < 512 * 1024


@pytest.mark.parametrize("route", named(TOLD))
async def test_nothing_is_unfolded(settled: Settled, route: Route) -> None:
    """A compressed body is refused, good or bad: what is small may hold what is large."""
    folded = gzip.compress(json.dumps(good_body(route)).encode())
    for encoding, raw in (
        ("gzip", folded),
        ("gzip", MARKER.encode()),
        ("br", folded),
        (MARKER, b"{}"),
    ):
        await settled.call.refused(
            415,
            "content-type-is-not-json",
            "POST",
            address(route),
            query=query(route),
            token=settled.token("administrator"),
            headers={"Content-Encoding": encoding},
            raw=raw,
        )


async def test_who_hangs_up_within_a_body_is_no_fault_of_ours(settled: Settled) -> None:
    """Half a body and no more: nothing is answered, recorded or alarmed."""
    head = (
        "POST /samordna/v1/referrals HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {settled.token('administrator')}\r\n"
    )
    for length in ("Content-Length: 1000\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n9\r\n{"):
        await settled.call.hang_up(f"{head}{length}".encode())
    await asyncio.sleep(0.1)
