"""The OpenAPI 3.1 document, made from the declarations that serve: nothing in it is written twice.

Request schemas come from the pydantic models that validate, answer schemas from the structs that
are encoded, problems from the errors, and who may do it from the policy's table.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final
from uuid import UUID

import msgspec

from api.documentation import about
from api.documentation.answers import problem_example, refusals, success
from api.documentation.parts import HEADERS, PARAMETERS, REF, Json, cleaned, example, schemas_of
from api.door import Door, Kind, Route
from api.door.problems import BASE, problem_types
from domain.labels import Label
from domain.organisation import Organisation
from domain.policy import TABLE, Relation

_JSON: Final = "application/json"
_PROBLEM: Final = "application/problem+json"
_NOBODY: Final = UUID("11111111-2222-4333-8444-555555555555")


def openapi_document(organisation: Organisation, routes: Sequence[Route]) -> Json:
    schemas = schemas_of(route.door for route in routes)
    document: Json = {
        "openapi": "3.1.0",
        "info": _info(organisation),
        "servers": [{"url": BASE, "description": "This server."}],
        "security": [{"bearer": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(map(_tag, routes))],
        "paths": _paths(routes, schemas),
        "components": {
            "schemas": schemas,
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "examples": {kind.slug: {"value": problem_example(kind)} for kind in problem_types()},
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "OAuth 2.0 access token of the identity provider.",
                }
            },
        },
    }
    return document


def both(told: Label) -> str:
    """Swedish first, then English, as the profile asks."""
    return f"**sv** {told.sv}\n\n**en** {told.en}"


def _info(organisation: Organisation) -> Json:
    sections = (f"## {head.sv} / {head.en}\n\n{both(text)}" for head, text in about.SECTIONS)
    return {
        "title": about.TITLE.en,
        "summary": about.TITLE.sv,
        "description": "\n\n".join(sections),
        "version": about.VERSION,
        "contact": {"name": organisation.name_sv},
        "license": {"name": about.LICENCE, "url": about.LICENCE_URL},
    }


# --- operations ------------------------------------------------------------------------------


def _tag(route: Route) -> str:
    return route.path.split("/")[1]


def _paths(routes: Sequence[Route], schemas: Json) -> Json:
    paths: Json = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return paths


def _operation(route: Route, schemas: Json) -> Json:
    door = route.door
    operation: Json = {
        "operationId": door.operation,
        "tags": [_tag(route)],
        "summary": f"{door.summary.sv} / {door.summary.en}",
        "description": both(door.description) + _who_may(door),
        "parameters": [*_path_parameters(route), *_query(door), *_header_parameters(door)],
        "responses": {**success(door, schemas), **refusals(door)},
    }
    if door.kind is Kind.PUBLIC:
        operation["security"] = []
    if door.body:
        schema = {"$ref": REF + door.body[1].__name__}
        content = {"schema": schema, "examples": {"full": {"value": example(schema, schemas)}}}
        operation["requestBody"] = {
            "required": door.body[1].must_be_told(),
            "content": {_JSON: content},
        }
    return operation


def _who_may(door: Door) -> str:
    """Who, through which relation to the file, and why: the rows of the policy's table."""
    rows = [row for row in TABLE if (row.act, row.information) == door.asks]
    by_role = groupby(sorted(rows, key=lambda row: row.role), key=lambda row: row.role)
    told = [f"{role}{_through(row.relation for row in group)}" for role, group in by_role]
    return f"\n\n**Får / may** {'; '.join(told)}" if told else ""


def _through(relations: Iterable[Relation]) -> str:
    named = [relation.value for relation in relations if relation is not Relation.NONE]
    return f" ({', '.join(named)})" if named else ""


def _path_parameters(route: Route) -> list[Json]:
    answer = msgspec.json.schema_components([route.door.answer])[1]
    known = {name: it for of in answer.values() for name, it in of.get("properties", {}).items()}
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": known.get(name, {}).get("description", "An id."),
            "schema": {"type": "string", "format": "uuid"},
            "example": known.get(name, {}).get("examples", [str(_NOBODY)])[0],
        }
        for name in route.names
    ]


def _query(door: Door) -> list[Json]:
    _, kind = door.query
    schema = cleaned(kind.model_json_schema(ref_template=REF + "{model}"))
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": told.pop("description", ""),
            "schema": _without_null(told),
        }
        for name, told in schema.get("properties", {}).items()
    ]


def _without_null(schema: Json) -> Json:
    """A parameter that is left out is not there; there is no null in an address."""
    others = [each for each in schema.pop("anyOf", []) if each != {"type": "null"}]
    if schema.get("default", 0) is None:
        del schema["default"]
    return {**others[0], **schema} if len(others) == 1 else schema


def _header_parameters(door: Door) -> list[Json]:
    names = ["traceparent", "Accept-Language"]
    if door.kind is Kind.DECIDING:
        names.append("Idempotency-Key")
    if door.needs_match:
        names.append("If-Match")
    if door.kind is Kind.READING:
        names.append("Prefer")
    if door.has_etag:
        names.append("If-None-Match")
    if door.is_live:
        names.append("Last-Event-ID")
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]
