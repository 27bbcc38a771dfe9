"""Following live as a program does: events as they come, and what they tell."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.acceptance.town import BASE

CASES, REFERRALS = "/case-changes", "/referral-changes"


@dataclass(slots=True)
class Stream:
    """One connection; what it has told, and the id of the last event."""

    response: aiohttp.ClientResponse
    last: str
    steps: list[dict[str, Any]] = field(default_factory=list)
    ended: tuple[str, Any] | None = None
    raw: bytes = b""

    async def event(self, patience: float = 5) -> tuple[str, Any]:
        """The next one; heartbeats and others without data are passed over."""
        async with asyncio.timeout(patience):
            while True:
                lines = (await self._until_blank()).decode().splitlines()
                told = dict(line.split(": ", 1) for line in lines if ": " in line[1:])
                self.last = told.get("id", self.last)
                if "data" in told:
                    return told["event"], json.loads(told["data"])

    async def _until_blank(self) -> bytes:
        told = b""
        while not told.endswith(b"\n\n"):
            line = await self.response.content.readline()
            if not line:
                raise EOFError(told)
            told += line
        self.raw += told
        return told

    async def step(self, patience: float = 5) -> dict[str, Any]:
        kind, told = await self.event(patience)
        assert kind == "step", told
        self.steps.append(told)
        return dict(told)

    async def until(self, case: Any, where: str = "changed", patience: float = 5) -> Any:
        """The step that tells of a file, and what it tells."""
        async with asyncio.timeout(patience):
            while True:
                for told in (await self.step(patience))[where]:
                    key = told if where == "gone" else told.get("referralId") or told["caseId"]
                    if key == str(case):
                        return told

    async def end(self, patience: float = 5) -> tuple[str, Any]:
        """What it ends with, after whatever else it tells; and then there is nothing more."""
        while True:
            kind, told = await self.event(patience)
            if kind != "step":
                assert await self.response.content.read() == b""
                return kind, told
            self.steps.append(told)


@asynccontextmanager
async def follow(
    base: str, token: str, path: str = CASES, last: str | None = None, **headers: str
) -> AsyncIterator[Stream]:
    """On a connection of its own, which is cut without a word at the end."""
    told = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream", **headers}
    if last:
        told["Last-Event-ID"] = last
    address = base.removesuffix(BASE) + BASE + path
    async with (
        aiohttp.ClientSession() as session,
        session.get(address, headers=told) as response,
    ):
        assert response.status == 200, await response.read()
        assert response.content_type == "text/event-stream"
        yield Stream(response, last or "")
        response.close()
