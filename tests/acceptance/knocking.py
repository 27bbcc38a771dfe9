"""Knocking at a door as raw as a program can, and what every refusal must look like."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from tests.acceptance.town import BASE

MARKER: Final = "zq-marker-83611"  # in every faulty value; it must come back nowhere
MEMBERS: Final = ("type", "title", "status", "detail", "instance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came back, to the byte."""

    asked: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def __getitem__(self, name: str) -> Any:
        return self.json[name]

    @property
    def pointers(self) -> list[str]:
        """Where the faults are."""
        return [fault.get("pointer", fault.get("parameter")) for fault in self["errors"]]

    @property
    def faults(self) -> dict[str, str]:
        return dict(zip(self.pointers, (fault["code"] for fault in self["errors"]), strict=True))

    @property
    def but_for_its_occurrence(self) -> bytes:
        """What two answers must have in common that may not be told apart."""
        return self.body.replace(self["instance"].encode(), b"")


@dataclass(slots=True)
class Caller:
    """Calls one served house, counts, and holds every refusal against the profile."""

    session: aiohttp.ClientSession
    base: str
    count: int = 0
    elsewhere: int = 0  # what other programs asked of the same house
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)

    async def __call__(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | list[tuple[str, str]] | None = None,
        body: Any = None,
        raw: Any = None,
        query: str = "",
    ) -> Heard:
        """`body` is sent as JSON, `raw` as it is; the address goes out exactly as it is given."""
        sent = CIMultiDict(headers or {})
        sent.setdefault("Accept-Language", "sv" if self.count % 2 else "en")
        if token:
            sent.setdefault("Authorization", f"Bearer {token}")
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        address = URL(self.base + path + (f"?{query}" if query else ""), encoded=True)
        async with self.session.request(
            method, address, headers=sent, data=raw, allow_redirects=False
        ) as response:
            heard = Heard(
                asked=f"{method} {path}?{query}",
                status=response.status,
                headers=response.headers.copy(),
                body=await response.read(),
            )
        self.count += 1
        self.statuses[heard.status] += 1
        if heard.status >= 400 and method != "HEAD":
            self.judge(heard)
        return heard

    async def refused(self, status: int, slug: str, method: str, path: str, **how: Any) -> Heard:
        """Knock, and be refused so and not otherwise."""
        heard = await self(method, path, **how)
        told = f"{heard.asked} {how.get('raw') or how.get('body')!r:.200}: {heard.body!r:.400}"
        assert heard.status == status, told
        assert heard["type"] == f"{BASE}/problems/{slug}", told
        return heard

    def judge(self, heard: Heard) -> None:
        """One problem answer: all members, one title for each type and language, no echo."""
        told = f"{heard.asked}: {heard.status} {heard.body!r:.400}"
        assert heard.headers["Content-Type"].startswith("application/problem+json"), told
        problem = heard.json
        assert set(MEMBERS) <= set(problem), told
        assert problem["status"] == heard.status, told
        assert MARKER not in heard.body.decode(), told
        assert MARKER not in str(heard.headers), told
        assert heard.headers["Cache-Control"] == "no-store", told
        kind = problem["type"], heard.headers["Content-Language"]
        assert self.titles.setdefault(kind, problem["title"]) == problem["title"], told
        if heard.status == 401:
            assert heard.headers["WWW-Authenticate"].startswith("Bearer"), told

    async def say(self, told: bytes, *, patience: float = 5) -> bytes:
        """Whatever bytes, over a connection of one's own."""
        async with self._line() as (reader, writer):
            writer.write(told)
            await writer.drain()
            return await asyncio.wait_for(_answer(reader), patience)

    async def hang_up(self, told: bytes) -> None:
        async with self._line() as (_, writer):
            writer.write(told)
            await writer.drain()
            await asyncio.sleep(0.05)

    async def pour(self, head: bytes, *, chunk: bytes = b" " * 8192) -> "Poured":
        """Chunks without end, until somebody answers."""
        async with self._line() as (reader, writer):
            writer.write(head)
            answer, poured = asyncio.create_task(_answer(reader)), 0
            while not answer.done():
                writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                poured += len(chunk)
                await asyncio.sleep(0.005)
            return Poured(await answer, poured)

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        at = urlsplit(self.base)
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        self.count += 1
        try:
            yield reader, writer
        finally:
            writer.close()


@dataclass(frozen=True, slots=True)
class Poured:
    answer: bytes
    poured: int


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().splitlines()
        if line.startswith(b"content-length:")
    )
    return head + await reader.readexactly(length)
