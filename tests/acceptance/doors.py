"""The doors of the route table, as tests go through them: their addresses, and what they are told
according to the OpenAPI document."""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID, uuid4  # noqa: TID251 - an id that nobody has

import pytest

from api.app import ROUTES
from api.documentation.openapi import openapi_document
from api.door import Kind, Route
from api.runtime.organisation import load_organisation

Json = dict[str, Any]

NOBODYS: Final = uuid4()

DOCUMENT: Final[Json] = openapi_document(load_organisation(), ROUTES)
SCHEMAS: Final[Json] = DOCUMENT["components"]["schemas"]

READ: Final = [route for route in ROUTES if route.door.kind is Kind.READING]
DECIDED: Final = [route for route in ROUTES if route.door.kind is Kind.DECIDING]
TOLD: Final = [route for route in ROUTES if route.door.body]
GUARDED: Final = [route for route in ROUTES if route.door.kind is not Kind.PUBLIC]


def named(routes: Collection[Route]) -> list[Any]:
    """As parameters of a test, by the name of the operation."""
    return [pytest.param(route, id=route.door.operation) for route in routes]


def address(route: Route, ids: Mapping[str, UUID] | None = None) -> str:
    """With the given ids, and nobody's for the rest."""
    path = route.path
    for name in route.names:
        path = path.replace(f"{{{name}}}", str((ids or {}).get(name, NOBODYS)))
    return path


def operation(route: Route) -> Json:
    told: Json = DOCUMENT["paths"][route.path][route.method.lower()]
    return told


def content(route: Route) -> Json:
    found: Json = operation(route)["requestBody"]["content"]["application/json"]
    return found


def good_body(route: Route) -> Json:
    """As the document shows it."""
    body: Json = json.loads(json.dumps(content(route)["examples"]["full"]["value"]))
    return body


def parameters(route: Route, place: str) -> dict[str, Json]:
    """By name, with the schema of each."""
    told = operation(route)["parameters"]
    return {it["name"]: it["schema"] for it in told if it.get("in") == place}


def needed_query(route: Route) -> dict[str, str]:
    """What may not be left out."""
    told = operation(route)["parameters"]
    return {
        it["name"]: it["schema"]["examples"][0]
        for it in told
        if it.get("in") == "query" and it["required"]
    }


def query(route: Route) -> str:
    """The same, as it stands in an address."""
    return "&".join(f"{name}={value}" for name, value in needed_query(route).items())
