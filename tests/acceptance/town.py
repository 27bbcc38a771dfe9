"""A town for a story: a served house, and people who call it over HTTP with tokens of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4  # noqa: TID251 - a client's own keys

import aiohttp

from api.runtime.postgres.servers import Addresses
from api.runtime.serving.local_issuer import LocalIssuer
from api.runtime.settings import Settings
from api.runtime.wiring import Rooms
from projections import ALL

BASE = "/samordna/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    json: Any

    def __getitem__(self, name: str) -> Any:
        return self.json[name]


@dataclass(slots=True)
class Person:
    """Somebody at a desk, with a bearer token, calling over HTTP."""

    staff_id: UUID
    token: str
    session: aiohttp.ClientSession
    base: str
    position: int = 0

    async def get(self, path: str, *, expect: int = 200, **query: Any) -> Reply:
        """Read what includes one's own last write."""
        wait = {"Prefer": "wait=5"} if self.position else {}
        at = {"atPosition": str(self.position)} if self.position else {}
        return await self._call("GET", path, expect, params={**at, **query}, headers=wait)

    async def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        expect: int = 200,
        key: str | None = None,
        etag: str | None = None,
    ) -> Reply:
        headers = {"Idempotency-Key": key or str(uuid4())}
        if etag:
            headers["If-Match"] = etag
        reply = await self._call("POST", path, expect, json=body or {}, headers=headers)
        if reply.status < 300:
            self.position = max(self.position, reply["position"])
        return reply

    async def ask(self, path: str, body: Mapping[str, Any], *, expect: int = 200) -> Reply:
        """Read what is asked for in a body, with one's own last write included."""
        wait = {"Prefer": "wait=5"} if self.position else {}
        at = {"atPosition": str(self.position)} if self.position else {}
        return await self._call("POST", path, expect, params=at, json=body, headers=wait)

    async def post_any(self, path: str) -> Reply:
        """Post, whatever comes of it."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(uuid4())}
        async with self.session.post(self.base + path, headers=headers, json={}) as response:
            return Reply(
                status=response.status, headers=response.headers, json=await response.json()
            )

    async def _call(self, method: str, path: str, expect: int, **more: Any) -> Reply:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        async with self.session.request(
            method, self.base + path, headers=headers, **more
        ) as response:
            reply = Reply(
                status=response.status,
                headers=response.headers,
                json=await response.json(content_type=None) if response.status != 304 else None,
            )
        assert reply.status == expect, f"{method} {path}: {reply.status} {reply.json}"
        return reply


@dataclass(slots=True)
class Town:
    """The served house and everybody in it."""

    rooms: Rooms
    settings: Settings
    addresses: Addresses
    issuer: LocalIssuer
    session: aiohttp.ClientSession
    base: str
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, staff_id: UUID) -> Person:
        return Person(staff_id, self.issuer.issue(staff_id), self.session, self.base)

    def __getitem__(self, who: str) -> Person:
        return self.people[who]

    async def employ(self, who: str, **position: Any) -> Person:
        administrator = self.people["administrator"]
        body = {"name": who.title(), "side": "a", "since": "2024-01-01", **position}
        taken = await administrator.post("/staff-members", body, expect=201)
        person = self.people[who] = self.person(UUID(taken["staffId"]))
        person.position = taken["position"]
        return person

    async def level(self) -> None:
        """Wait until everybody's authority and every view reflect the whole log."""
        head = await self.rooms.facts.head()
        for view in (projection.name for projection in ALL):
            assert await self.rooms.house.views.wait_for(view, head, 10)
