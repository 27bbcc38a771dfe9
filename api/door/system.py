"""For whoever runs the house: is it alive, is it ready, how is it doing. Unlisted, without tokens,
and without anything about anybody."""

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from api.house import House
from domain.errors import Unavailable

PROJECTIONS: Final = ("access", "caseload", "inbox", "handovers", "timeline", "team", "staff")

_LAG_ALLOWED: Final = 1.0  # seconds
_NO_KEY: Final = "doors/readiness"  # never made, so that the vault's server is really asked


class Meters:
    """What is counted. One registry per application, none for the whole process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answers = Counter(
            "samordna_answers",
            "Answers by door and status.",
            ["door", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "samordna_answer_seconds", "Time to the answer.", ["door"], registry=self.registry
        )
        self._positions = Gauge(
            "samordna_view_position",
            "The position a view reflects.",
            ["view"],
            registry=self.registry,
        )
        self._behind = Gauge(
            "samordna_view_seconds_behind",
            "The age of the oldest fact that is not folded.",
            ["view"],
            registry=self.registry,
        )

    def answered(self, door: str, status: int, seconds: float) -> None:
        self._answers.labels(door, str(status)).inc()
        self._seconds.labels(door).observe(seconds)

    def told(self, house: House) -> bytes:
        for view in PROJECTIONS:
            self._positions.labels(view).set(house.views.position(view))
            self._behind.labels(view).set(house.views.seconds_behind(view))
        return generate_latest(self.registry)


def system_routes(house: House, meters: Meters) -> list[web.RouteDef]:
    async def live(_: web.Request) -> web.Response:
        return _told({"status": "alive"}, HTTPStatus.OK)

    async def ready(_: web.Request) -> web.Response:
        database, vault = await asyncio.gather(
            _reached(house.desk.log.head()), _reached(house.desk.vault.load([_NO_KEY]))
        )
        behind = house.views.seconds_behind("access") if database else None
        level = behind is not None and behind <= _LAG_ALLOWED
        checks = {"database": database, "vault": vault, "access": level}
        told = {"status": "ready" if all(checks.values()) else "not ready", "checks": checks}
        return _told(
            told, HTTPStatus.OK if all(checks.values()) else HTTPStatus.SERVICE_UNAVAILABLE
        )

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=meters.told(house), content_type="text/plain", charset="utf-8")

    return [
        web.get("/health/live", live),
        web.get("/health/ready", ready),
        web.get("/metrics", metrics),
    ]


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
