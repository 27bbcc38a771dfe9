"""For whoever runs the house: is it alive, is it ready, how is it doing. Unlisted, without tokens,
and without anything about anybody."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from api.house import House
from domain.errors import Unavailable

_LAG_ALLOWED: Final = 1.0  # seconds
_NO_KEY: Final = "doors/readiness"  # never made, so that the vault's server is really asked


class Meters:
    """What the doors count."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answers = Counter(
            "samordna_answers", "Answers.", ["door", "status"], registry=registry
        )
        self._seconds = Histogram(
            "samordna_answer_seconds", "Time to the answer.", ["door"], registry=registry
        )
        self._streams = Gauge("samordna_streams_open", "Live.", ["door"], registry=registry)
        self._steps = Counter("samordna_stream_steps", "Told live.", ["door"], registry=registry)
        self._kept: dict[tuple[str, int], tuple[Counter, Histogram]] = {}  # looked up once

    def answered(self, door: str, status: int, seconds: float) -> None:
        if (door, status) not in self._kept:
            meters = self._answers.labels(door, str(status)), self._seconds.labels(door)
            self._kept[door, status] = meters
        answers, times = self._kept[door, status]
        answers.inc()
        times.observe(seconds)

    @contextmanager
    def stream(self, door: str) -> Iterator[None]:
        """Open meanwhile."""
        with self._streams.labels(door).track_inprogress():
            yield

    def step(self, door: str) -> None:
        self._steps.labels(door).inc()


def system_routes(house: House) -> list[web.RouteDef]:
    async def live(_: web.Request) -> web.Response:
        return _told({"status": "alive"}, HTTPStatus.OK)

    async def ready(_: web.Request) -> web.Response:
        database, vault, lacking = await asyncio.gather(
            _reached(house.desk.log.head()),
            _reached(house.desk.vault.load([_NO_KEY])),
            _lacking(house),
        )
        behind = {
            view: round(seconds, 1)
            for view in house.views.names
            if (seconds := house.views.seconds_behind(view)) > _LAG_ALLOWED
        }
        checks = {
            "database": database,
            "vault": vault,
            "access": database and "access" not in behind,
            "views": not lacking,
            "auditLogs": not house.metrics.rolled_back(),
        }
        told = {
            "status": "ready" if all(checks.values()) else "not ready",
            "checks": checks,
            "secondsBehind": behind,
            "toBeRebuilt": lacking,
            "standingStill": house.metrics.standing_still(),
            "auditLogs": house.metrics.sealing(),
            "erasureCanBeCertified": house.vault_is_apart is True,
        }
        return _told(
            told, HTTPStatus.OK if all(checks.values()) else HTTPStatus.SERVICE_UNAVAILABLE
        )

    async def metrics(_: web.Request) -> web.Response:
        told = await house.metrics.told()
        return web.Response(text=told, content_type="text/plain", charset="utf-8")

    return [
        web.get("/health/live", live),
        web.get("/health/ready", ready),
        web.get("/metrics", metrics),
    ]


async def _lacking(house: House) -> list[str]:
    """Of a database that is away, nothing more is said."""
    try:
        return sorted(await house.views.lacking())
    except Unavailable:
        return []


async def _reached(asked: Awaitable[object]) -> bool:
    try:
        await asked
    except Unavailable:
        return False
    return True


def _told(told: object, status: HTTPStatus) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(told), status=status, content_type="application/json"
    )
