"""What the OpenAPI document says of a door's answers: its success, with links to the next acts, and
every refusal that it may meet."""

import json
from collections.abc import Iterable
from http import HTTPStatus
from itertools import groupby
from typing import Final
from uuid import UUID

from api.documentation.parts import FAULTS, REF, Json, example
from api.door import Door, Kind
from api.door.problems import ProblemType, problem, problem_type
from api.door.query import PageQuery
from domain import errors

_JSON: Final = "application/json"
_STREAM: Final = "text/event-stream"
_PROBLEM: Final = "application/problem+json"
_NOBODY: Final = UUID("11111111-2222-4333-8444-555555555555")


def success(door: Door, schemas: Json) -> Json:
    schema = {"$ref": REF + door.answer.__name__}
    headers = ["traceparent"]
    if door.has_etag:
        headers.append("ETag")
    if door.view:
        headers.append("Samordna-Parked")
    if door.location:
        headers.append("Location")
    answer: Json = {
        "description": f"{HTTPStatus(door.status).phrase}. {_described(schemas, door)}".strip(),
        "headers": _headers(headers),
        "content": {
            _JSON: {"schema": schema, "examples": {"full": {"value": example(schema, schemas)}}}
        },
    }
    if door.is_live:
        told = json.dumps(example(schema, schemas), separators=(",", ":"), ensure_ascii=False)
        answer["content"][_STREAM] = {
            "schema": {"type": "string"},
            "examples": {
                "step": {"value": f"id: WzQ3MTEsIjZmIl0.Zm9v\nevent: step\ndata: {told}\n\n"}
            },
        }
    if door.leads:
        answer["links"] = {
            lead.operation: {
                "operationId": lead.operation,
                "parameters": {
                    name: f"$response.body#/{place}" for name, place in lead.parameters.items()
                },
            }
            for lead in door.leads
        }
    answers: Json = {str(door.status): answer}
    if door.has_etag:
        answers["304"] = {
            "description": "Not Modified. What you have is what stands.",
            "headers": _headers(["traceparent", "ETag"]),
        }
    return answers


def _described(schemas: Json, door: Door) -> str:
    return str(schemas[door.answer.__name__].get("description", ""))


def _headers(names: Iterable[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


_AT_THE_DOOR: Final = (errors.TokenIsMissing, errors.TokenIsRefused, errors.IssuerUnavailable)
_ALWAYS: Final = (
    errors.RequestIsMalformed,
    errors.AddressIsTooLong,
    errors.RequestsAreTooMany,
    errors.SomethingIsBroken,
)
_READING: Final = (
    errors.PositionIsMissing,
    errors.NotPermitted,
    errors.FieldsAreFaulty,
    errors.AccessIsBehind,
    errors.PositionIsNotReached,
    errors.LogUnavailable,
    errors.ReceiptsUnavailable,
    errors.VaultUnavailable,
)
_DECIDING: Final = (
    errors.NotPermitted,
    errors.HeaderIsFaulty,
    errors.FieldsAreFaulty,
    errors.CommandKeyReused,
    errors.RequestTakesTooLong,
    errors.BodyIsTooLarge,
    errors.EventTooLarge,
    errors.TooManyEvents,
    errors.StreamHasMoved,
    errors.KeyIsErased,
    errors.LogUnavailable,
    errors.ReceiptsUnavailable,
    errors.VaultUnavailable,
    errors.QueueIsFull,
)


def refusals_of(door: Door) -> list[ProblemType]:
    """Every refusal that the door may answer with, by status."""
    kinds: list[type[errors.Refusal]] = [*_ALWAYS, *door.refuses]
    if door.kind is not Kind.PUBLIC:
        kinds += _AT_THE_DOOR
    if door.kind is Kind.OPEN:
        kinds += [errors.PositionIsMissing, errors.AccessIsBehind, errors.FieldsAreFaulty]
    if door.kind is Kind.READING:
        kinds += _READING
    if door.kind is Kind.DECIDING:
        kinds += _DECIDING
    if door.ids:
        kinds.append(errors.NotFound)
    if issubclass(door.query[1], PageQuery):
        kinds.append(errors.CursorIsFaulty)
    if door.body:
        kinds += [errors.ContentTypeIsNotJson, errors.BodyIsNotJson]
    if door.needs_match:
        kinds += [errors.PreconditionIsMissing, errors.PreconditionIsStale]
    return sorted(map(problem_type, dict.fromkeys(kinds)), key=lambda it: (it.status, it.slug))


def refusals(door: Door) -> Json:
    by_status = groupby(refusals_of(door), key=lambda kind: kind.status)
    return {str(status): _refusal(status, list(kinds)) for status, kinds in by_status}


def _refusal(status: int, kinds: list[ProblemType]) -> Json:
    headers = ["traceparent"]
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        headers.append("Retry-After")
    if status == HTTPStatus.UNAUTHORIZED:
        headers.append("WWW-Authenticate")
    told = "; ".join(f"{kind.title.sv} / {kind.title.en}" for kind in kinds)
    return {
        "description": f"{HTTPStatus(status).phrase}. {told}.",
        "headers": _headers(headers),
        "content": {
            _PROBLEM: {
                "schema": {"$ref": REF + "Problem"},
                "examples": {
                    kind.slug: {"$ref": f"#/components/examples/{kind.slug}"} for kind in kinds
                },
            }
        },
    }


def problem_example(kind: ProblemType) -> Json:
    context: Json = {}
    if kind.refusal is errors.FieldsAreFaulty:
        context["errors"] = FAULTS
    return problem(kind.refusal(**context), _NOBODY)
