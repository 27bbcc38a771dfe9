"""The OpenAPI document is valid, and keeps to Sweden's national REST API profile to the letter."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import jsonschema_rs
import pytest
import schemathesis

from api.app import ROUTES
from api.documentation.answers import refusals_of
from api.documentation.openapi import openapi_document
from api.documentation.pages import doors_page
from api.door import Kind, Route
from api.door.problems import BASE, problem_types
from api.runtime.organisation import load_organisation
from domain.policy import TABLE

DOCUMENT: Final = openapi_document(load_organisation(), ROUTES)
SCHEMAS: Final = DOCUMENT["components"]["schemas"]
NOW: Final = datetime(2026, 11, 24, tzinfo=UTC)
VERBS: Final = {"get", "list", "create", "update", "delete", "accept", "read", "do"}
UNCOUNTED: Final = {"staff", "me", "api-info"}  # no plural of theirs exists


def every_operation() -> Iterator[dict[str, Any]]:
    for methods in DOCUMENT["paths"].values():
        yield from methods.values()


OPERATIONS: Final = [pytest.param(it, id=it["operationId"]) for it in every_operation()]
EVERY_ROUTE: Final = [pytest.param(route, id=route.door.operation) for route in ROUTES]


def walk(node: Any) -> Iterator[Any]:
    yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from walk(child)


def properties() -> Iterator[tuple[str, str, Any]]:
    for name, schema in SCHEMAS.items():
        for node in walk(schema):
            if isinstance(node, dict) and isinstance(node.get("properties"), dict):
                yield from ((name, field, told) for field, told in node["properties"].items())


def test_the_document_is_valid() -> None:
    """OpenAPI 3.1, by its own schema."""
    schemathesis.openapi.from_dict(DOCUMENT).validate()
    assert DOCUMENT["openapi"].startswith("3.1")
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT


def test_the_page_tells_lengths_and_ranges() -> None:
    """Each field's bounds stand beside its type, as the document has them."""
    parts = re.split(r'id="schema-(\w+)"', doors_page(DOCUMENT))
    shown = dict(zip(parts[1::2], parts[2::2], strict=True))
    bounded = [
        (name, field, str(told[bound]))
        for name, field, told in properties()
        for bound in ("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems")
        if bound in told
    ]
    assert len(bounded) > 300
    for name, field, bound in bounded:
        row = shown[name].split(f"<tr><td><code>{field}</code>", 1)[1].split("</tr>")[0]
        assert re.search(rf"[ ,]{bound}\b", row), (name, field, row)
    assert ", 1 to 200 characters" in shown["NewStaffMember"]


def test_it_says_what_the_profile_asks_for() -> None:
    """Contact, licence with name and address, purpose, limits, service level, life cycle,
    authentication; in Swedish and English."""
    info = DOCUMENT["info"]
    assert info["contact"]["name"]
    assert info["license"]["name"]
    assert info["license"]["url"].startswith("https://")
    for asked in ("Purpose", "Authentication", "Limits", "known problems", "Service level", "Life"):
        assert asked in info["description"]
    for asked in ("Syfte", "Inloggning", "Gränser", "Servicenivå", "Livscykel"):
        assert asked in info["description"]
    assert [server["url"] for server in DOCUMENT["servers"]] == [BASE] == ["/samordna/v1"]
    assert DOCUMENT["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert DOCUMENT["security"] == [{"bearer": []}]


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_addresses_are_plural_nouns(path: str) -> None:
    """Lower case, hyphens, no verbs, no file endings; ids are camelCase without digits."""
    assert len(BASE + path) < 2048
    for segment in path.strip("/").split("/"):
        if segment.startswith("{"):
            assert re.fullmatch(r"\{[a-z]+[A-Za-z]*Id\}", segment)
            continue
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", segment)
        assert segment.endswith("s") or segment in UNCOUNTED
        assert segment.split("-")[0] not in VERBS


def test_names_are_camel_case_without_digits() -> None:
    """In JSON, in the address, in the path; no leading underscore."""
    names = [field for _, field, _ in properties()]
    for operation in every_operation():
        names += [it["name"] for it in operation["parameters"] if "name" in it]
    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", name)] == []


def test_lists_are_plural() -> None:
    """A field that holds several says so; units are told by what they were."""
    several = {field for _, field, told in properties() if told.get("type") == "array"}
    participles = {"informed", "alsoTold", "declined", "goingAlong", "leftOut"}
    participles |= {"asked", "answered", "unanswered", "neverArrived", "changed", "gone"}
    assert {field for field in several if not field.endswith("s")} <= participles


def test_every_date_has_one_example() -> None:
    """RFC 3339, and nothing without a zone."""
    dated = [
        node
        for _, _, told in properties()
        for node in walk(told)
        if isinstance(node, dict) and node.get("format") in {"date", "date-time"}
    ]
    assert dated
    for node in dated:
        form = r"\d{4}-\d\d-\d\d" + (r"T[\d:]+Z" if node["format"] == "date-time" else "")
        assert re.fullmatch(form, node["example"])


def test_references_are_local_and_lead_somewhere() -> None:
    """Also those to operations."""
    operations = {operation["operationId"]: operation for operation in every_operation()}
    for node in walk(DOCUMENT):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            assert node["$ref"].startswith("#/")
            found: Any = DOCUMENT
            for part in node["$ref"][2:].split("/"):
                found = found[part]
    for operation in operations.values():
        for answer in operation["responses"].values():
            for link in answer.get("links", {}).values():
                target = operations[link["operationId"]]
                known = {it.get("name") for it in target["parameters"]}
                assert set(link["parameters"]) <= known, operation["operationId"]


def test_operations_have_names_of_their_own() -> None:
    """One each, camelCase."""
    counted = Counter(route.door.operation for route in ROUTES)
    assert set(counted.values()) == {1}
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", name) for name in counted)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_told_in_both_languages(operation: dict[str, Any]) -> None:
    """Summary, description, parameters, answers: nothing is silent."""
    assert re.fullmatch(r"\S.* / \S.*", operation["summary"])
    assert re.match(r"\*\*sv\*\* \S.*\n\n\*\*en\*\* \S", operation["description"], re.DOTALL)
    parameters = [it for it in operation["parameters"] if "name" in it]
    assert [it["name"] for it in parameters if not it["description"]] == []
    assert all(answer["description"] for answer in operation["responses"].values())


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_answer_is_declared_with_its_trace(operation: dict[str, Any]) -> None:
    """Success, and every refusal as a problem; each with `traceparent`."""
    statuses = set(operation["responses"])
    assert statuses & {"200", "201"}
    assert "500" in statuses
    if operation.get("security") != []:
        assert {"401", "403", "503"} <= statuses
    for status, answer in operation["responses"].items():
        assert "traceparent" in answer["headers"]
        if status >= "400":
            assert set(answer["content"]) == {"application/problem+json"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_example_is_full_and_right(operation: dict[str, Any]) -> None:
    """What is shown as JSON is what the schema allows, with every field."""
    shown = [answer.get("content", {}) for answer in operation["responses"].values()]
    shown.append(operation.get("requestBody", {}).get("content", {}))
    examples = [content["application/json"] for content in shown if "application/json" in content]
    assert examples
    for content in examples:
        value, schema = content["examples"]["full"]["value"], content["schema"]
        whole = {**schema, "components": DOCUMENT["components"]}
        jsonschema_rs.validator_for(whole, validate_formats=True).validate(value)
        assert set(value) == set(SCHEMAS[schema["$ref"].split("/")[-1]]["properties"])


@pytest.mark.parametrize("route", EVERY_ROUTE)
def test_what_is_shown_can_be_sent(route: Route) -> None:
    """The example of a request passes the model that validates it."""
    if route.door.body is None:
        return
    operation = DOCUMENT["paths"][route.path][route.method.lower()]
    value = operation["requestBody"]["content"]["application/json"]["examples"]["full"]["value"]
    route.door.body[1].model_validate_json(json.dumps(value), context={"now": NOW})


# --- the doors themselves --------------------------------------------------------------------


@pytest.mark.parametrize("route", EVERY_ROUTE)
def test_a_door_is_guarded_as_its_method_says(route: Route) -> None:
    """What is read leaves a receipt; what is decided asks a row of the policy's table."""
    asked_in_a_body = {Kind.READING} if route.door.body else set()
    kinds = {
        "GET": {Kind.READING, Kind.OPEN, Kind.PUBLIC},
        "POST": {Kind.DECIDING} | asked_in_a_body,
    }
    assert route.door.kind in kinds[route.method]
    if route.door.kind in {Kind.READING, Kind.DECIDING}:
        assert route.door.asks in {(row.act, row.information) for row in TABLE}
    assert re.findall(r"{(\w+)}", route.path) == list(route.names)


def test_only_the_api_info_is_open_to_strangers() -> None:
    """The profile asks for it; nothing else is."""
    public = [route.path for route in ROUTES if route.door.kind is Kind.PUBLIC]
    assert public == ["/api-info"]


@pytest.mark.parametrize("route", EVERY_ROUTE)
def test_every_refusal_has_a_page(route: Route) -> None:
    """A used `type` leads to documentation."""
    pages = {kind.uri for kind in problem_types()}
    assert {kind.uri for kind in refusals_of(route.door)} <= pages
