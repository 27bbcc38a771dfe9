"""The headers of every answer, whatever door gives it."""

from typing import Final, TypeVar
from uuid import UUID

from aiohttp import web

from api.house import Entrance
from domain.ports import Ids

Response = TypeVar("Response", bound=web.StreamResponse)

_HEADERS: Final = {
    "Server": "Samordna",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Resource-Policy": "same-origin",
}


_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept-Language,"
    " Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, traceparent",
    "Access-Control-Max-Age": "600",
}
_EXPOSED: Final = {
    "Access-Control-Expose-Headers": "ETag, Location, Retry-After, Samordna-Parked, traceparent"
}


def permit(request: web.Request, response: web.StreamResponse, entrance: Entrance) -> None:
    """A page of another origin may call and read the answer only where the settings name it."""
    if not entrance.origins:
        return
    response.headers["Vary"] = "Origin"
    if (origin := request.headers.get("Origin", "")) in entrance.origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers.update(_PREFLIGHT if request.method == "OPTIONS" else _EXPOSED)


def dressed(response: Response, correlation: UUID, ids: Ids) -> Response:
    """With the headers that every answer has."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["traceparent"] = f"00-{correlation.hex}-{ids.new().hex[:16]}-01"
    return response
