"""What never reaches a door, being no HTTP, gets a problem answer too."""

import json
from collections.abc import AsyncIterator
from typing import Final

import pytest

from api.door.problems import BASE
from tests.acceptance.knocking import MARKER
from tests.acceptance.settled import Settled, nothing_comes_of_it


@pytest.fixture(autouse=True)
async def nothing_happens(settled: Settled) -> AsyncIterator[None]:
    async with nothing_comes_of_it(settled):
        yield


NO_HTTP: Final = {
    "an address beyond all measure": f"GET {BASE}/{MARKER * 1000} HTTP/1.1\r\n\r\n",
    "no method": f"{MARKER} {BASE}/me HTTP/1.1\r\n\r\n",
    "an unknown method": f"ZQ {BASE}/{MARKER} HTTP/1.1\r\n\r\n",
    "no header": f"GET {BASE}/me HTTP/1.1\r\n{MARKER}\r\n\r\n",
    "NUL in a header": f"GET {BASE}/me HTTP/1.1\r\nIdempotency-Key: {MARKER}\0\r\n\r\n",
    "a header beyond measure": f"GET {BASE}/me HTTP/1.1\r\nPrefer: {MARKER * 1000}\r\n\r\n",
    "no length": f"POST {BASE}/teams HTTP/1.1\r\nContent-Length: {MARKER}\r\n\r\n",
    "two lengths": f"POST {BASE}/teams HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "an address with a space": f"GET {BASE}/{MARKER} x HTTP/1.1\r\n\r\n",
    "an expectation": f"GET {BASE}/api-info HTTP/1.1\r\nExpect: {MARKER}\r\n\r\n",
    "an expectation of nobody": f"GET {BASE}/{MARKER} HTTP/1.1\r\nExpect: {MARKER}\r\n\r\n",
}


@pytest.mark.parametrize("what", NO_HTTP)
async def test_what_is_no_http_gets_a_problem_answer_too(settled: Settled, what: str) -> None:
    """It tells nothing of what was sent, and nothing of what we are made of."""
    answer = await settled.call.say(NO_HTTP[what].encode("latin-1"))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b" 400 " in head.splitlines()[0]
    assert b"application/problem+json" in head
    assert json.loads(body)["type"] == f"{BASE}/problems/request-is-malformed"
    assert MARKER.encode() not in answer
    assert b"aiohttp" not in head
    assert b"no-store" in head
    assert b"traceparent" in head
