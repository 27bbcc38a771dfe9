"""The front of the house: what holds for every answer, whatever door gives it.

Each request gets a correlation id (the caller's, from `traceparent`, or a new one); every refusal
and every fault becomes a problem answer; one line is logged, without addresses or values.
"""

import re
import time
from http import HTTPStatus
from typing import Final
from uuid import UUID

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from api.door.headers import dressed, permit
from api.door.problems import as_refusal, problem_answer
from api.door.serving import CORRELATION, may_knock
from api.door.system import Meters
from api.house import Entrance
from domain.errors import (
    AddressIsTooLong,
    KeyCannotBeOpened,
    KeyIsErased,
    Refusal,
    SealIsBroken,
    SomethingIsBroken,
)
from domain.ports import Ids
from domain.sealed import SealedValueIsClosed

LONGEST_ADDRESS: Final = 2048

_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")
_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def front(ids: Ids, meters: Meters, entrance: Entrance) -> Middleware:
    log = _log.bind()  # once for all requests

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        correlation = request[CORRELATION] = _correlation(request, ids)
        # A connection answers one request at a time, in a context of its own.
        structlog.contextvars.bind_contextvars(correlation=str(correlation))
        response = await _answered(request, handler, correlation, entrance)
        seconds = time.perf_counter() - started
        door = _door(request)
        if response.prepared:  # a stream, which has its own numbers
            log.info("stream ended", door=door, seconds=round(seconds, 1))
            return response
        meters.answered(door, response.status, seconds)
        log.info(
            "answered",
            door=door,
            method=request.method,
            status=response.status,
            milliseconds=round(seconds * 1000, 2),
        )
        permit(request, response, entrance)
        return dressed(response, correlation, ids)

    return answer


def _caller(request: web.Request, entrance: Entrance) -> str:
    """The address of whoever calls: what the nearest proxy saw, where there is one."""
    forwarded = request.headers.getall("X-Forwarded-For", []) if entrance.behind_proxy else []
    return forwarded[-1].rpartition(",")[2].strip() if forwarded else request.remote or ""


async def _answered(
    request: web.Request, handler: Handler, correlation: UUID, entrance: Entrance
) -> web.StreamResponse:
    try:
        may_knock(entrance.clients, _caller(request, entrance))
        if len(request.raw_path) <= LONGEST_ADDRESS:
            return await handler(request)
        refusal: Refusal = AddressIsTooLong()
    except Refusal as refused:
        refusal = refused
    except SealedValueIsClosed:
        refusal = KeyIsErased()
    except SealIsBroken as broken:
        _log.error("a seal is broken", door=_door(request), exc_info=broken)
        refusal = KeyCannotBeOpened()
    except web.HTTPMethodNotAllowed as error:
        return _other_method(request, error, correlation)
    except web.HTTPException as error:
        refusal = as_refusal(error)
    except Exception as fault:  # noqa: BLE001 - whatever it is, the caller gets an answer
        _log.error("broken", door=_door(request), exc_info=fault)
        refusal = SomethingIsBroken()
    return problem_answer(refusal, correlation, _language(request))


def _other_method(
    request: web.Request, error: web.HTTPMethodNotAllowed, correlation: UUID
) -> web.StreamResponse:
    allowed = ", ".join(sorted({*error.allowed_methods, "OPTIONS"}))
    if request.method == "OPTIONS":
        return web.Response(status=HTTPStatus.NO_CONTENT, headers={"Allow": allowed})
    response = problem_answer(as_refusal(error), correlation, _language(request))
    response.headers["Allow"] = allowed
    return response


def _language(request: web.Request) -> str:
    return request.headers.get("Accept-Language", "")


def _correlation(request: web.Request, ids: Ids) -> UUID:
    """W3C Trace Context: the caller's trace id, when it is one."""
    found = _TRACEPARENT.fullmatch(request.headers.get("traceparent", ""))
    return UUID(found[1]) if found and int(found[1], 16) else ids.new()


def _door(request: web.Request) -> str:
    """The route's name; addresses that nobody serves share one."""
    resource = request.match_info.route.resource
    return (resource.canonical if resource else None) or "unknown"
