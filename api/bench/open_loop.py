"""Load at a fixed rate: whoever comes does not wait for those before them to be answered.

A closed loop asks less when it is answered slowly, and so hides what callers wait. Here each
request has its moment, and its time counts from then on, whatever held it up.

In a process of its own: JSON from the standard input, JSON to the standard output.
"""

import asyncio
import json
import sys
from time import perf_counter
from typing import Any, Final

import aiohttp
import uvloop

from api.bench.figures import percentiles

_SLOWEST: Final = 10.0  # seconds that an answer may take


class _Load:
    def __init__(self, session: aiohttp.ClientSession, told: dict[str, Any]) -> None:
        self._session = session
        self._requests = told["requests"]
        self._run = told["run"]
        self._then = told.get("then")
        self.seconds: list[float] = []
        self.seen: list[float] = []  # seconds from a command's answer until a reading shows it
        self.refused = self.broken = 0

    async def send(self, number: int, due: float) -> None:
        """One of the requests, round and round; a command gets a key that no other one has."""
        method, path, token, body = self._requests[number % len(self._requests)]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if method == "POST":
            headers |= {"Content-Type": "application/json"}
            headers["Idempotency-Key"] = f"{self._run}/{number}"
        said = await self._ask(method, path, headers, body)
        answered = perf_counter()
        self.seconds.append(answered - due)
        if self._then and said is not None:
            await self._see(json.loads(said)["position"], headers["Authorization"])
            self.seen.append(perf_counter() - answered)

    async def _see(self, position: int, who: str) -> None:
        """Ask for an answer that reflects the command."""
        headers = {"Authorization": who, "Prefer": f"wait={_SLOWEST:g}"}
        await self._ask("GET", f"{self._then}&atPosition={position}", headers, "")

    async def _ask(
        self, method: str, path: str, headers: dict[str, str], body: str
    ) -> bytes | None:
        try:
            async with self._session.request(
                method, path, headers=headers, data=body or None
            ) as answer:
                said = await answer.read()
                self.refused += not answer.ok
                return said if answer.ok else None
        except (aiohttp.ClientError, TimeoutError):
            self.broken += 1
            return None


async def _run(told: dict[str, Any]) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession(
            told["address"],
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=_SLOWEST),
        ) as session,
        asyncio.TaskGroup() as callers,
    ):
        load = _Load(session, told)
        began = perf_counter()
        for number in range(round(told["rate"] * told["seconds"])):
            due = began + number / told["rate"]
            await asyncio.sleep(max(0.0, due - perf_counter()))
            callers.create_task(load.send(number, due))
    return {
        "requests": len(load.seconds),
        "seconds": perf_counter() - began,
        "refused": load.refused,
        "broken": load.broken,
        "milliseconds": percentiles(load.seconds),
        "until_seen": percentiles(load.seen) if load.seen else {},
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_run(json.load(sys.stdin)))))  # noqa: T201 - the bench reads it
