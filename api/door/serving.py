"""How every door is served: let in, read what is asked, act, leave the receipt, answer.

Nothing of an answer with personal or case data leaves before its receipt is durable; neither does
a refusal that tells somebody about a file.
"""

import asyncio
import math
import re
from collections.abc import Awaitable, Callable, Hashable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from aiohttp import web
from pydantic import ValidationError

from api.commands.work import Command
from api.door import Door, Kind, Route
from api.door.answers import Answer, Seen, encoded
from api.door.faults import Fault, FieldFault, faults_in, repeated_in
from api.door.fields import Body, read_id
from api.door.marks import Marks
from api.door.problems import BASE
from api.door.query import Query, ReadingQuery, read_query
from api.door.visit import Visit, told_as
from api.house import House, Rates
from domain.errors import (
    AccessIsBehind,
    BodyIsNotJson,
    BodyIsTooLarge,
    ContentTypeIsNotJson,
    FieldsAreFaulty,
    HeaderIsFaulty,
    KeyIsErased,
    NotFound,
    NotPermitted,
    PositionIsNotReached,
    PurposeIsMissing,
    Refusal,
    RequestIsMalformed,
    RequestsAreTooMany,
    RequestTakesTooLong,
    TokenIsMissing,
    Unavailable,
)
from domain.policy import Act, Information, permitting, purposes
from domain.sealed import SealedValueIsClosed

CORRELATION: Final = web.RequestKey("correlation", UUID)
LARGEST_BODY: Final = 64 * 1024

_ACCESS: Final = "access"
_SLOWEST_BODY: Final = 10  # seconds
_LONGEST_WAIT: Final = 10  # seconds
_LAG_ALLOWED: Final = 1.0  # seconds
_LOOKS: Final = 20
_KEY: Final = re.compile(r"[!-~]{1,128}")
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,4})", re.IGNORECASE)
_ETAG: Final = re.compile(r'(?:W/)?"[!#-~]*"')

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def serve(house: House, route: Route) -> Handler:
    door, names = route.door, route.names

    async def answer(request: web.Request) -> web.StreamResponse:
        visit = await enter(house, door, request)
        ids = [_id(request.match_info[name]) for name in names]
        query = read_query(door.query[1], request.query, visit.now)
        visit.ids = ids
        arguments = dict(zip(door.ids, ids, strict=True)) | _named(door.query[0], query)
        if door.body or door.kind is Kind.DECIDING:
            body = await _body(door, request, visit)
            arguments |= _named(door.body[0], body) if door.body else {}
            visit.ids = [*ids, *(body.files() if body else ())]
        if door.kind is Kind.DECIDING:
            visit.command = await _command(visit, ids, request)
        elif door.kind is not Kind.PUBLIC:
            await let_in(visit, door, query, request)
        return await _leave(visit, door, await handled(visit, door, arguments), request)

    return answer


async def handled(visit: Visit, door: Door, arguments: Mapping[str, Any]) -> Any:
    """What the door's own handler answers; a refusal leaves its receipt."""
    try:
        return await door.handle(visit, **arguments)
    except SealedValueIsClosed as closed:
        await _note(visit, KeyIsErased())
        raise KeyIsErased from closed
    except Refusal as refusal:
        await _note(visit, refusal)
        raise


# --- letting in ------------------------------------------------------------------------------


async def enter(house: House, door: Door, request: web.Request, *, knocks: bool = True) -> Visit:
    """Who asks is in the token; nothing else about them is."""
    staff = UUID(int=0)
    if door.kind is not Kind.PUBLIC:
        told = request.headers.getall("Authorization", [])
        scheme, _, token = told[0].partition(" ") if len(told) == 1 else ("", "", "")
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenIsMissing
        staff = await house.identities.staff_id(token.strip())
        if knocks:
            may_knock(house.entrance.logins, staff)
    return Visit(
        house=house,
        operation=door.operation,
        correlation=request[CORRELATION],
        now=house.desk.clock.now(),
        staff=staff,
        marks=Marks(house.macs),
        purpose=door.purpose,
    )


def may_knock(rates: Rates, who: Hashable) -> None:
    """Raises RequestsAreTooMany."""
    if wait := rates.wait(who):
        raise RequestsAreTooMany(seconds=math.ceil(wait))


async def let_in(visit: Visit, door: Door, query: Query, request: web.Request) -> None:
    """A reading starts from what is known of the reader now, and of the position asked for."""
    if isinstance(query, ReadingQuery):
        visit.purpose = query.purpose or visit.purpose
        if query.at_position is not None and (wait := _wait(request)) is not None:
            await _await_position(visit, door, query.at_position, wait)
    await _access_is_level(visit)
    await visit.recognise()
    if door.view:
        visit.position = visit.house.views.position(door.view)
        await visit.marks.ready()
    try:
        role = visit.viewer.role
        if door.asks and not permitting(role, *door.asks):  # however one might stand to a file
            raise NotPermitted
        if door.asks:
            _purpose_is_stated(visit, door.asks, query)
    except Refusal as refusal:
        if door.kind is Kind.READING:
            await _note(visit, refusal)
        raise


def _purpose_is_stated(visit: Visit, asks: tuple[Act, Information], query: Query) -> None:
    """Raises PurposeIsMissing where the policy wants one of a list, and none of it was told."""
    wanted = purposes(visit.viewer.role, *asks)
    stated = query.purpose if isinstance(query, ReadingQuery) else None
    if wanted and stated not in wanted:
        raise PurposeIsMissing(purposes=sorted(wanted))


def _wait(request: web.Request) -> float | None:
    found = _WAIT.search(request.headers.get("Prefer", ""))
    return min(int(found[1]), _LONGEST_WAIT) if found else None


async def _access_is_level(visit: Visit) -> None:
    """Who may see what is at most a second old, or nothing is shown. A busy moment has a second
    to pass. Raises AccessIsBehind."""
    for _ in range(_LOOKS):
        if visit.house.views.seconds_behind(_ACCESS) <= _LAG_ALLOWED:
            return
        await asyncio.sleep(_LAG_ALLOWED / _LOOKS)
    raise AccessIsBehind


async def _await_position(visit: Visit, door: Door, position: int, wait: float) -> None:
    """Somebody's own write includes their own authority: both views must have come that far."""
    views, wanted = visit.house.views, {_ACCESS, door.view or _ACCESS}
    if all(views.position(view) >= position for view in wanted):
        return
    if position > await visit.house.desk.log.head():
        raise FieldsAreFaulty(errors=[FieldFault("atPosition", Fault.OUT_OF_RANGE, in_query=True)])
    for view in wanted:
        if not await views.wait_for(view, position, timeout=wait):
            raise PositionIsNotReached


# --- reading what is asked -------------------------------------------------------------------


def _id(text: str) -> UUID:
    """What is no id names nothing. Raises NotFound."""
    try:
        return read_id(text)
    except ValueError:
        raise NotFound from None


def _named(name: str | None, value: Any) -> dict[str, Any]:
    return {name: value} if name else {}


async def _read(request: web.Request) -> bytes:
    """To the limit and no further, and not for ever."""
    if (request.content_length or 0) > LARGEST_BODY:
        raise BodyIsTooLarge
    try:
        async with asyncio.timeout(_SLOWEST_BODY):
            return await request.read()
    except TimeoutError:
        raise RequestTakesTooLong from None
    except (web.RequestPayloadError, ConnectionResetError):  # cut off, or no chunks
        raise RequestIsMalformed from None


async def _body(door: Door, request: web.Request, visit: Visit) -> Body | None:
    """Every fault at once."""
    raw = await _read(request)
    if door.body is None:
        if raw.strip() not in {b"", b"{}"}:
            raise FieldsAreFaulty(errors=[FieldFault("", Fault.UNKNOWN_FIELD)])
        return None
    if not raw.strip() and not door.body[1].must_be_told():
        return door.body[1]()
    if (
        request.content_type != "application/json"
        or (request.charset or "utf-8").lower() != "utf-8"
        or request.headers.get("Content-Encoding", "identity").lower() != "identity"
    ):
        raise ContentTypeIsNotJson
    try:
        body = door.body[1].model_validate_json(raw, context={"now": visit.now})
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            raise BodyIsNotJson from None
        raise FieldsAreFaulty(errors=faults_in(error)) from None
    if repeated := repeated_in(raw):
        raise FieldsAreFaulty(errors=repeated)
    return body


async def _command(visit: Visit, ids: list[UUID], request: web.Request) -> Command:
    stale = await _stale(visit, ids, request)
    known = partial(Command, actor=visit.staff, correlation=visit.correlation, stale=stale)
    keys = request.headers.getall("Idempotency-Key", [])
    if not keys:
        return known(id=visit.house.desk.ids.new())
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise HeaderIsFaulty(header="Idempotency-Key")
    told = f"{request.method} {request.path}\n".encode() + await request.read()
    return known(
        id=await visit.marks.command(visit.staff, keys[0]),
        body_mac=await visit.marks.of_command(visit.now, told),
        earlier_body_macs=partial(visit.marks.of_earlier_command, visit.now, told),
    )


async def _stale(
    visit: Visit, ids: list[UUID], request: web.Request
) -> Callable[[int], bool] | None:
    """If-Match, as a question to a version of the file. `*` names nothing that was seen."""
    told = request.headers.get("If-Match")
    if told is None or told.strip() == "*" or not ids:
        return None
    await visit.marks.ready()
    return lambda version: (
        not any(visit.marks.is_current(etag, visit.staff, ids[0], version) for etag in _etags(told))
    )


def _etags(header: str) -> list[str]:
    return _ETAG.findall(header)


# --- leaving ---------------------------------------------------------------------------------


async def _note(visit: Visit, refusal: Refusal) -> None:
    """A refusal tells something, if only that there is nothing: it has its receipt, too. What the
    house could not do at all tells nothing."""
    if isinstance(refusal, Unavailable):
        return
    if visit.command is not None:
        await visit.recognise()
        visit.position = visit.house.views.position(_ACCESS)
    await visit.leave_receipt(visit.ids, told_as(refusal))


async def _leave(visit: Visit, door: Door, answered: Any, request: web.Request) -> web.Response:
    headers: dict[str, str] = {}
    answer: Answer = answered
    if isinstance(answered, Seen):
        answer = answered.answer
        headers |= parked(visit, door, answered)
        await visit.leave_receipt(answered.subjects, "answered", answered.detail)
        if answered.version:
            headers["ETag"] = visit.marks.etag(visit.staff, *answered.version)
            if _is_known(headers["ETag"], request):
                return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    elif visit.outcome and (visit.outcome.replayed or not visit.outcome.facts):
        # What was recorded is its own receipt; what is told again, or already was so, needs one.
        await visit.recognise()
        visit.position = visit.outcome.position
        streams = dict.fromkeys(fact.stream for fact in visit.outcome.facts)
        await visit.leave_receipt(list(streams) or visit.ids, "answered")
    if door.location:
        headers["Location"] = BASE + door.location.format(answer)
    return web.Response(
        body=encoded(answer), status=door.status, content_type="application/json", headers=headers
    )


def parked(visit: Visit, door: Door, answered: Seen[Any]) -> dict[str, str]:
    """A list may lack what is parked, or tell it as it was; what tells of a file, only that one."""
    keys = visit.house.views.parked(door.view) if door.view else ()
    told = {str(subject) for subject in answered.subjects}
    touched = any(not visit.ids or key in told for key in keys)
    return {"Samordna-Parked": "true"} if touched else {}  # how many would tell of others' files


def _is_known(etag: str, request: web.Request) -> bool:
    told = request.headers.get("If-None-Match")
    if told is None:
        return False
    return told.strip() == "*" or etag in (known.removeprefix("W/") for known in _etags(told))
