"""The parts of the OpenAPI document: JSON Schema of everything that is sent and answered, with a
full example of each; headers; problems."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from pydantic.json_schema import models_json_schema

from api.door import Door
from api.door.faults import Fault, FieldFault

Json = dict[str, Any]

REF: Final = "#/components/schemas/"
_REFERENCE: Final = re.compile(rf'"{REF}(\w+)"')
FAULTS: Final = [
    FieldFault("/person/number", Fault.IMPOSSIBLE_NUMBER),
    FieldFault("/account", Fault.REQUIRED),
]

PROBLEM: Final[Json] = {
    "description": "RFC 9457. Further members say more: codes and ids, never what was sent.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Leads to a page that explains it.",
        },
        "title": {"type": "string", "description": "Constant for the type."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What to do."},
        "instance": {
            "type": "string",
            "format": "uri",
            "description": "This occurrence: the correlation id.",
        },
        "errors": {
            "type": "array",
            "description": "Every faulty field at once.",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "Into the body (RFC 6901)."},
                    "parameter": {"type": "string", "description": "Of the query."},
                    "code": {"type": "string", "enum": [fault.value for fault in Fault]},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


PARAMETERS: Final[Json] = {
    "traceparent": {
        "name": "traceparent",
        "in": "header",
        "description": "W3C Trace Context: its trace id becomes the correlation id.",
        "schema": {"type": "string"},
        "example": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    },
    "Accept-Language": {
        "name": "Accept-Language",
        "in": "header",
        "description": "sv or en, for problem answers; en by default.",
        "schema": {"type": "string"},
        "example": "sv",
    },
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Yours, for this command: sent again with it, nothing new is recorded.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
        "example": "3f0c8a52-0d0e-4a5e-8a5d-6f3c2b1a0e9d",
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of what you saw. `*` names nothing that was seen: 428.",
        "schema": {"type": "string"},
        "example": '"bGV0IG1lIGluIHBsZWFzZQ"',
    },
    "If-None-Match": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of what you have: 304 when it still stands.",
        "schema": {"type": "string"},
        "example": '"bGV0IG1lIGluIHBsZWFzZQ"',
    },
    "Last-Event-ID": {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "Of a stream: the id of the last event that arrived. As `since`.",
        "schema": {"type": "string"},
        "example": "WzQ3MTEsIjZmIl0.Zm9v",
    },
    "Prefer": {
        "name": "Prefer",
        "in": "header",
        "description": "`wait=N` (RFC 7240), at most 10 seconds: for `atPosition`.",
        "schema": {"type": "string"},
        "example": "wait=5",
    },
}

HEADERS: Final[Json] = {
    "traceparent": {
        "description": "W3C Trace Context, with the correlation id.",
        "required": True,
        "schema": {"type": "string"},
    },
    "ETag": {"description": "Strong, and yours alone.", "schema": {"type": "string"}},
    "Samordna-Parked": {
        "description": "The answer may be out of date: what happened last, in one file or several,"
        " cannot be shown yet.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Location": {"description": "What was made.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "Bearer.", "schema": {"type": "string"}},
}


def schemas_of(doors: Iterable[Door]) -> Json:
    """By name. A code list that is both sent and answered is the same either way."""
    every = list(doors)
    _, answers = msgspec.json.schema_components(
        [door.answer for door in every], ref_template=REF + "{name}"
    )
    bodies = [(body, "validation") for body in dict.fromkeys(d.body[1] for d in every if d.body)]
    queries = [(query, "validation") for query in dict.fromkeys(d.query[1] for d in every)]
    _, sent = models_json_schema([*bodies, *queries], ref_template=REF + "{model}")  # type: ignore[list-item]  # "validation" is one of the two modes
    asked = {query.__name__ for query, _ in queries}
    told = {name: schema for name, schema in sent["$defs"].items() if name not in asked}
    roots = {"Problem", *(door.answer.__name__ for door in every)}
    roots |= {body.__name__ for body, _ in bodies}
    for name in asked:
        roots.update(_REFERENCE.findall(json.dumps(sent["$defs"][name])))
    return _reachable(roots, {"Problem": PROBLEM} | cleaned({**answers, **told}))


def _reachable(roots: Iterable[str], schemas: Json) -> Json:
    """Those that something refers to; the libraries also define what only they use."""
    found: Json = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = schemas[name]
            waiting += _REFERENCE.findall(json.dumps(schemas[name]))
    return {name: found[name] for name in sorted(found)}


def cleaned(schema: Any) -> Any:
    """Without the titles that the libraries make up, and with dates the way the profile asks."""
    if isinstance(schema, list):
        return [cleaned(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        name: " ".join(value.split()) if name == "description" and isinstance(value, str) else value
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str))
    }
    if "enum" in kept and all(isinstance(code, str) for code in kept["enum"]):
        kept.setdefault("type", "string")
    return {
        name: value if name in {"examples", "example", "enum"} else cleaned(value)
        for name, value in kept.items()
    }


def example(schema: Json, schemas: Json) -> Any:
    """A full one, put together from the examples of the fields."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return example(schemas[schema["$ref"].removeprefix(REF)], schemas)
    for some in ("anyOf", "oneOf", "allOf"):
        if some in schema:
            known = [each for each in schema[some] if each.get("type") != "null"]
            return example(known[0], schemas)
    return _made_up(schema, schemas)


def _made_up(schema: Json, schemas: Json) -> Any:
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {})
            return {name: example(field, schemas) for name, field in fields.items()}
        case "array":
            return [example(schema["items"], schemas)]
        case "boolean":
            return False
        case kind:
            raise LookupError(f"a field of type {kind} has no example: {schema}")
