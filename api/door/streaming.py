"""Doors that go on: what they answer next follows over the same connection, as server-sent events.

Each step is what the door would answer whoever asked again, and nothing else: the token, the
reader's position and access are judged anew, and the step's receipt is durable before its first
byte. The request's own task is the loop; a slow reader is waited for and nothing waits meanwhile,
since the next step begins where the last one ended.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
import structlog
from aiohttp import web
from multidict import MultiDict

from api.door import Route
from api.door.answers import Seen, Step, encoded
from api.door.headers import dressed, permit
from api.door.problems import prefers, problem
from api.door.query import read_query
from api.door.serving import CORRELATION, Handler, enter, handled, let_in, parked
from api.door.system import Meters
from api.house import House
from domain.errors import HeaderIsFaulty, Refusal, RequestsAreTooMany, SomethingIsBroken

OF_ONE_LOGIN: Final = 6  # open streams
OF_ALL: Final = 500  # in this process

_LOOK: Final = 0.7  # seconds after which it is asked anew whether the reader still may
_BREATH: Final = 0.2  # seconds: what happens meanwhile is one step
_HEARTBEAT: Final = 15.0  # seconds
_SLOWEST_READER: Final = 10.0  # seconds until whoever does not read is let go
_RETRY: Final = 5  # seconds until somebody may try again who has too many open

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class _Told(NamedTuple):
    """One step, and how far the view had come."""

    step: Step
    headers: dict[str, str]
    position: int


class Streams:
    """The open streams of this process."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self._open: Counter[UUID] = Counter()
        self._stops = asyncio.Event()

    async def stop(self, _: web.Application) -> None:
        """The server stops: every stream ends in good order, soon."""
        self._stops.set()

    def live(self, house: House, route: Route, handler: Handler) -> Handler:
        """The same door, that goes on for whoever asks for a stream."""

        async def answer(request: web.Request) -> web.StreamResponse:
            accepted = request.headers.get("Accept", "")
            if request.method != "GET" or "text/event-stream" not in accepted:
                return await handler(request)
            return await self._follow(house, route, request)

        return answer

    async def _follow(self, house: House, route: Route, request: web.Request) -> web.StreamResponse:
        """Whatever is refused before the first step is refused as it is at any other door."""
        staff = (await enter(house, route.door, request)).staff
        last = request.headers.getall("Last-Event-ID", [])
        if len(last) > 1:
            raise HeaderIsFaulty(header="Last-Event-ID")
        with self._place(staff, route):
            first = await _next(house, route, request, last[0] if last else None, opens=True)
            response = web.StreamResponse(headers={**first.headers, "X-Accel-Buffering": "no"})
            response.content_type = "text/event-stream"
            response.charset = "utf-8"
            permit(request, response, house.entrance)
            dressed(response, request[CORRELATION], house.desk.ids)
            await response.prepare(request)
            try:
                async for told in self._steps(house, route, request, first):
                    async with asyncio.timeout(_SLOWEST_READER):
                        await response.write(told)
            except (TimeoutError, ConnectionError):  # nobody reads any more
                if request.transport:
                    request.transport.abort()
            return response

    async def _steps(
        self, house: House, route: Route, request: web.Request, first: _Told
    ) -> AsyncIterator[bytes]:
        """What is written, one after the other, until there is nothing more to say."""
        seconds = asyncio.get_running_loop().time
        told, heard = first, seconds()
        yield _event(told.step) if told.step.tells else _still_here(told.step)
        self._meters.step(route.path)
        while not self._stops.is_set():
            try:
                if told.position <= told.step.position:
                    await self._moved(house, route, told.position)
                told = await _next(house, route, request, told.step.mark)
            except Refusal as refusal:
                yield _problem(refusal, request)
                return
            except Exception as fault:  # noqa: BLE001 - as at the front of the house
                _log.error("broken", door=route.path, exc_info=fault)
                yield _problem(SomethingIsBroken(), request)
                return
            if told.step.tells:
                self._meters.step(route.path)
                heard = seconds()
                yield _event(told.step)
            elif seconds() - heard > _HEARTBEAT:
                heard = seconds()
                yield _still_here(told.step)
            elif request.transport is None or request.transport.is_closing():
                return
        yield b"event: end\ndata: {}\n\n"

    async def _moved(self, house: House, route: Route, position: int) -> None:
        """Something may have happened, or it is time to look whether the reader still may."""
        view = route.door.view or ""
        moved = asyncio.ensure_future(house.views.wait_for(view, position + 1, timeout=_LOOK))
        stops = asyncio.ensure_future(self._stops.wait())
        try:
            await asyncio.wait({moved, stops}, return_when=asyncio.FIRST_COMPLETED)
            if moved.done() and moved.result():
                await asyncio.sleep(_BREATH)
        finally:
            moved.cancel()
            stops.cancel()

    @contextmanager
    def _place(self, staff: UUID, route: Route) -> Iterator[None]:
        """Raises RequestsAreTooMany."""
        if self._open[staff] >= OF_ONE_LOGIN or self._open.total() >= OF_ALL:
            raise RequestsAreTooMany(seconds=_RETRY)
        self._open[staff] += 1
        try:
            with self._meters.stream(route.path):
                yield
        finally:
            self._open[staff] -= 1
            if not self._open[staff]:
                del self._open[staff]


async def _next(
    house: House, route: Route, request: web.Request, since: str | None, *, opens: bool = False
) -> _Told:
    """What the door answers now: with its receipt, if it tells anything, or is the first answer."""
    door = route.door
    visit = await enter(house, door, request, knocks=False)
    asked = MultiDict(request.query)
    if since is not None:
        asked["since"] = since
    name, kind = door.query
    query = read_query(kind, asked, visit.now)
    await let_in(visit, door, query, request)
    position = visit.position
    seen: Seen[Any] = await handled(visit, door, {name or "": query})
    step: Step = seen.answer
    if step.tells or opens:
        await visit.leave_receipt(seen.subjects, "answered", seen.detail)
    return _Told(step, parked(visit, door, seen), position)


def _event(step: Step) -> bytes:
    return b"id: %b\nevent: step\ndata: %b\n\n" % (step.mark.encode(), encoded(step))


def _still_here(step: Step) -> bytes:
    """An event without data is none; its id counts."""
    return b"id: %b\n: still here\n\n" % step.mark.encode()


def _problem(refusal: Refusal, request: web.Request) -> bytes:
    language = prefers(request.headers.get("Accept-Language", ""))
    told = msgspec.json.encode(problem(refusal, request[CORRELATION], language))
    return b"event: problem\ndata: %b\n\n" % told
