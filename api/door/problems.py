"""Every refusal as a problem answer (RFC 9457), in Swedish or English, and where it is explained.

Nothing personal stands in one: names of fields, codes, ids, and what to do.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import msgspec
from aiohttp import web
from pydantic.alias_generators import to_camel

from api.door.faults import WHAT_TO_DO, FieldFault
from api.door.swedish import REFUSALS, Told
from domain.errors import (
    AddressIsUnknown,
    BodyIsTooLarge,
    MethodIsNotAllowed,
    Refusal,
    RequestIsMalformed,
    RequestsAreTooMany,
    SomethingIsBroken,
    Unavailable,
)
from domain.labels import Label

BASE: Final = "/samordna/v1"
RETRY_AFTER_SECONDS: Final = 2

_MEDIA_TYPE: Final = "application/problem+json"
_KEPT_INSIDE: Final = frozenset({"key", "keys"})  # the vault's names of keys
_UNAUTHORIZED: Final = HTTPStatus.UNAUTHORIZED.value


@dataclass(frozen=True, slots=True)
class ProblemType:
    """What is constant about a refusal."""

    refusal: type[Refusal]
    slug: str
    status: int
    title: Label
    detail: Label

    @property
    def uri(self) -> str:
        return f"{BASE}/problems/{self.slug}"


def problem_type(refusal: type[Refusal]) -> ProblemType:
    """The name of the error is the title: it says a state."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", refusal.__name__).lower()
    title, detail = words.capitalize().replace("json", "JSON"), refusal.message()
    swedish = REFUSALS.get(refusal) or Told(title, detail)
    return ProblemType(
        refusal=refusal,
        slug=words.replace(" ", "-"),
        status=refusal.status,
        title=Label(swedish.title, title),
        detail=Label(swedish.detail, detail),
    )


def problem_types() -> list[ProblemType]:
    """Every one there is, by address."""
    found = map(problem_type, every_refusal())
    return sorted(found, key=lambda problem: problem.slug)


def every_refusal(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for refusal in kind.__subclasses__():
        yield refusal
        yield from every_refusal(refusal)


# --- the answer ------------------------------------------------------------------------------


def problem_answer(refusal: Refusal, correlation: UUID, accept_language: str = "") -> web.Response:
    """The language is the reader's; the type, and with it the meaning, is the same."""
    language = prefers(accept_language)
    headers = {"Content-Language": language}
    if isinstance(refusal, Unavailable):
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if isinstance(refusal, RequestsAreTooMany):
        headers["Retry-After"] = str(refusal.context.get("seconds", RETRY_AFTER_SECONDS))
    if refusal.status == _UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="samordna"'
    return web.Response(
        body=msgspec.json.encode(problem(refusal, correlation, language)),
        status=refusal.status,
        content_type=_MEDIA_TYPE,
        headers=headers,
    )


def problem(refusal: Refusal, correlation: UUID, language: str = "en") -> dict[str, Any]:
    kind = problem_type(type(refusal))
    members = {
        "type": kind.uri,
        "title": getattr(kind.title, language),
        "status": kind.status,
        "detail": getattr(kind.detail, language),
        "instance": f"urn:uuid:{correlation}",
    }
    return members | _extensions(refusal.context, language) | members  # none is overwritten


def prefers(accept_language: str) -> str:
    """sv or en, whichever the reader puts first; weights are not worth a parser here."""
    for wanted in accept_language.lower().split(","):
        if wanted.strip()[:2] in {"sv", "en"}:
            return wanted.strip()[:2]
    return "en"


def _extensions(context: Mapping[str, object], language: str) -> dict[str, object]:
    return {
        to_camel(name): _plain(value, language)
        for name, value in context.items()
        if name not in _KEPT_INSIDE
    }


def _plain(value: object, language: str) -> object:
    match value:
        case FieldFault(place, fault, in_query):
            where = "parameter" if in_query else "pointer"
            told = getattr(WHAT_TO_DO[fault], language)
            return {where: place, "code": fault.value, "detail": told}
        case list() | tuple():
            return [_plain(item, language) for item in value]
        case bool() | int() | str() | None | UUID() | datetime():
            return value
        case _:
            return str(value)


# --- refusals of the server itself -----------------------------------------------------------


def as_refusal(error: web.HTTPException) -> Refusal:
    """What aiohttp refuses before any door is reached, in our words."""
    match error.status:
        case HTTPStatus.NOT_FOUND:
            return AddressIsUnknown()
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return MethodIsNotAllowed()
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return BodyIsTooLarge()
        case status if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return RequestIsMalformed()
        case _:
            return SomethingIsBroken()
