"""The audit logs' trees for whoever verifies them, laid out by C2SP tlog-tiles, and proofs made of
them: without a token, because positions and hashes tell nothing; tiles are made to be kept by
whoever stands between."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import web

from api.house import AuditTree, House
from api.tree.merkle import HASH
from api.tree.proving import prove_consistency, prove_inclusion
from api.tree.tiles import WIDTH, Tile
from domain.errors import AuditLogIsUnknown, SizeIsUnreadable

BASE: Final = "/audit-logs"

_NUMBER: Final = r"(?:x\d{3}/)*\d{3}"
_PART: Final = r"(?:\.p/(?P<width>[1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-5]))?"
_TILE: Final = re.compile(rf"(?P<level>\d|[1-5]\d|6[0-3])/(?P<number>{_NUMBER}){_PART}", re.ASCII)
_ENTRIES: Final = re.compile(rf"entries/(?P<number>{_NUMBER}){_PART}", re.ASCII)

_WHOLE: Final = re.compile(r"0|[1-9][0-9]{0,17}")

_FOR_EVER: Final = "public, max-age=31536000, immutable"


def tree_routes(house: House) -> list[web.RouteDef]:
    async def checkpoint(request: web.Request) -> web.Response:
        published = await _log(house.audit_logs, request).published()
        if published is None:
            raise web.HTTPNotFound
        return web.Response(
            text=published.note, content_type="text/plain", headers={"Cache-Control": "no-cache"}
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

    async def inclusion(request: web.Request) -> web.Response:
        log, position = _known(house.audit_logs, request), _whole(request.match_info["position"])
        found = await prove_inclusion(log, position, _size(request))
        told = {
            "position": position,
            "entry": b64encode(found.entry).decode(),
            "hashes": _spelled(found.path),
            "checkpoint": found.note,
        }
        return _proved(request, found.text, told)

    async def consistency(request: web.Request) -> web.Response:
        log, old = _known(house.audit_logs, request), _whole(request.match_info["old"])
        found = await prove_consistency(log, old, _size(request))
        hashes = _spelled(found.proof)
        told = {"oldSize": old, "hashes": hashes, "checkpoint": str(found.note)}
        return _proved(request, str(found), told)

    return [
        web.get(f"{BASE}/{{log}}/inclusion-proofs/{{position}}", inclusion),
        web.get(f"{BASE}/{{log}}/consistency-proofs/{{old}}", consistency),
        web.get(f"{BASE}/{{log}}/checkpoint", checkpoint),
        web.get(f"{BASE}/{{log}}/tile/{{path:.+}}", tile),
    ]


def _log(logs: Mapping[str, AuditTree], request: web.Request) -> AuditTree:
    log = logs.get(request.match_info["log"])
    if log is None:
        raise web.HTTPNotFound
    return log


def _known(logs: Mapping[str, AuditTree], request: web.Request) -> AuditTree:
    """Raises AuditLogIsUnknown."""
    if request.match_info["log"] not in logs:
        raise AuditLogIsUnknown
    return _log(logs, request)


def _whole(told: str) -> int:
    """Raises SizeIsUnreadable."""
    if not _WHOLE.fullmatch(told):
        raise SizeIsUnreadable
    return int(told)


def _size(request: web.Request) -> int | None:
    """Of the checkpoint that the proof is to lead to; the latest one, unless it is told. Raises
    SizeIsUnreadable."""
    told = request.query.getall("size", [])
    if len(told) > 1 or request.query.keys() - {"size"}:
        raise SizeIsUnreadable
    return _whole(told[0]) if told else None


def _spelled(hashes: Iterable[bytes]) -> list[str]:
    return [b64encode(each).decode() for each in hashes]


def _proved(request: web.Request, text: str, told: Mapping[str, object]) -> web.Response:
    """As the standards spell it, or as JSON to whoever prefers that."""
    headers = {"Cache-Control": "no-cache", "Vary": "Accept"}
    if "application/json" in request.headers.get("Accept", ""):
        body = msgspec.json.encode(told)
        return web.Response(body=body, content_type="application/json", headers=headers)
    return web.Response(text=text, content_type="text/plain", headers=headers)


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
