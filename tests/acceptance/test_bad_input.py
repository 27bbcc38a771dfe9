"""Bad input: one clear problem answer with the right status, nothing echoed, nothing recorded.

Doors, fields and parameters come from the route table and the OpenAPI document.
"""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4  # noqa: TID251 - a client's own keys

import pytest

from api.app import ROUTES
from api.door import Kind, Route
from tests.acceptance.knocking import MARKER, Caller
from tests.acceptance.settled import NOBODYS, Settled
from tests.acceptance.wrong import Json, wrong_bodies, wrong_everywhere
from tests.api.test_logging import logged

FAULTY = (422, "fields-are-faulty")
TOLD = [route for route in ROUTES if route.door.body]
DECIDED = [route for route in ROUTES if route.door.kind is Kind.DECIDING]


@pytest.fixture(scope="module")
async def document(settled: Settled) -> Json:
    openapi: Json = (await settled.call("GET", "/openapi.json")).json
    return openapi


@pytest.fixture(autouse=True)
async def nothing_comes_of_it(settled: Settled) -> AsyncIterator[None]:
    """Whatever is tried here, nothing is recorded, and nothing of it stands in a line of the log."""
    head, asked = await settled.head(), settled.call.count
    with logged() as lines:
        yield
    assert await settled.head() == head
    written = lines.getvalue()
    assert MARKER not in written
    assert '"level": "error"' not in written
    print(f"{settled.call.count - asked} requests; {dict(settled.call.statuses)} so far")


def address(route: Route, settled: Settled) -> str:
    """The door's address, with an id that the administrator or manager could mean."""
    path = route.path
    for name in route.names:
        path = path.replace(f"{{{name}}}", str(NOBODYS))
    return path


def named(routes: list[Route]) -> list[Any]:
    return [pytest.param(route, id=route.door.operation) for route in routes]


def schema_of(document: Json, route: Route) -> tuple[Json, Json]:
    """A good body, and its schema."""
    content = document["paths"][route.path]["post"]["requestBody"]["content"]["application/json"]
    return content["examples"]["full"]["value"], content["schema"]


# --- bodies ----------------------------------------------------------------------------------


@pytest.mark.parametrize("route", named(TOLD))
async def test_every_fault_of_every_field_is_named(
    settled: Settled, document: Json, route: Route
) -> None:
    """A missing, unknown, mistyped or impossible field is named by its pointer and its fault."""
    good, schema = schema_of(document, route)
    where, token = address(route, settled), settled.token("administrator")
    for wrong in wrong_bodies(good, schema, document["components"]["schemas"]):
        heard = await settled.call.refused(*FAULTY, "POST", where, token=token, raw=json.dumps(wrong.body))
        told = f"{wrong.body!r:.300}: {heard.faults}"
        assert list(heard.faults) == [wrong.pointer], told
        assert heard.faults[wrong.pointer] in wrong.codes, told
