"""The audit logs' trees for whoever verifies them, laid out by C2SP tlog-tiles: without a token,
because hashes tell nothing; and made to be kept by whoever stands between."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.house import AuditTree, House
from api.tree.merkle import HASH
from api.tree.tiles import WIDTH, Tile

BASE: Final = "/audit-logs"

_NUMBER: Final = r"(?:x\d{3}/)*\d{3}"
_PART: Final = r"(?:\.p/(?P<width>[1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-5]))?"
_TILE: Final = re.compile(rf"(?P<level>\d|[1-5]\d|6[0-3])/(?P<number>{_NUMBER}){_PART}", re.ASCII)
_ENTRIES: Final = re.compile(rf"entries/(?P<number>{_NUMBER}){_PART}", re.ASCII)

_FOR_EVER: Final = "public, max-age=31536000, immutable"


def tree_routes(house: House) -> list[web.RouteDef]:
    async def checkpoint(request: web.Request) -> web.Response:
        latest = await _log(house.audit_logs, request).latest()
        if latest is None:
            raise web.HTTPNotFound
        return web.Response(
            text=latest.note, content_type="text/plain", headers={"Cache-Control": "no-cache"}
        )

    async def tile(request: web.Request) -> web.Response:
        log, path = _log(house.audit_logs, request), request.match_info["path"]
        if found := _TILE.fullmatch(path):
            wanted, width = Tile(int(found["level"]), _number(found)), _width(found)
            hashes = (await log.tiles([wanted])).get(wanted, b"")[: width * HASH]
            return _kept(hashes, is_whole=len(hashes) == width * HASH)
        if found := _ENTRIES.fullmatch(path):
            first, width = _number(found) * WIDTH, _width(found)
            latest = await log.latest()
            if latest and first + width <= latest.size:
                return _kept(await log.entries(first, first + width), is_whole=True)
        raise web.HTTPNotFound

    return [
        web.get(f"{BASE}/{{log}}/checkpoint", checkpoint),
        web.get(f"{BASE}/{{log}}/tile/{{path:.+}}", tile),
    ]


def _log(logs: Mapping[str, AuditTree], request: web.Request) -> AuditTree:
    log = logs.get(request.match_info["log"])
    if log is None:
        raise web.HTTPNotFound
    return log


def _number(found: re.Match[str]) -> int:
    return int(found["number"].replace("/", "").replace("x", ""))


def _width(found: re.Match[str]) -> int:
    return int(found["width"] or WIDTH)


def _kept(body: bytes, *, is_whole: bool) -> web.Response:
    """What is there never changes: it may be kept for ever."""
    if not is_whole:
        raise web.HTTPNotFound
    return web.Response(
        body=body,
        status=HTTPStatus.OK,
        content_type="application/octet-stream",
        headers={"Cache-Control": _FOR_EVER},
    )
