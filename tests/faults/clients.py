"""People who call over HTTP and try again, with the same key, until the house has answered.

What every attempt met is kept: an answer that was begun, however it ended, must have its receipt.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4  # noqa: TID251 - a client's own keys

import aiohttp

from api.runtime.clock import SystemClock
from api.runtime.wiring import local_issuer
from tests.faults.premises import Premises

BASE = "/samordna/v1"
PAUSE = 0.05  # seconds between two attempts
HANGS = 20.0  # seconds after which a client gives an attempt up

_BROKEN = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, ConnectionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of asking once. Without a status nothing came back at all."""

    correlation: UUID
    reading: bool
    status: int | None
    began: float
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None  # none either when the answer broke off
    error: str = ""


@dataclass(slots=True)
class Diary:
    """What all the clients have seen."""

    attempts: list[Attempt] = field(default_factory=list)
    acknowledged: dict[str, Any] = field(default_factory=dict)  # key of a command -> its answer
    answered_reads: int = 0
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    def statuses(self) -> Counter[int | None]:
        return Counter(attempt.status for attempt in self.attempts)

    def begun(self) -> list[Attempt]:
        """Attempts of which at least the beginning of an answer with somebody's data came back: a
        reading that was answered or refused, or a command told again what it had done."""
        return [
            attempt
            for attempt in self.attempts
            if attempt.status in {200, 201, 304, 403, 404}
            and (attempt.reading or (attempt.body or {}).get("replayed"))
        ]

    def acknowledge(self, key: str, answer: Any) -> None:
        assert key not in self.acknowledged
        self.acknowledged[key] = answer
        self._moved.set()

    async def reaches(self, commands: int) -> None:
        """Wait until so many commands are acknowledged."""
        while len(self.acknowledged) < commands:
            self._moved.clear()
            await self._moved.wait()


@dataclass(slots=True)
class Client:
    """Somebody at a desk, with a bearer token."""

    staff_id: UUID
    token: str
    session: aiohttp.ClientSession
    diary: Diary
    url: str  # of the server that is asked; another one may be asked next

    async def read(self, path: str, position: int = 0) -> Any:
        """The answer of a reading that reflects a position."""
        query, wait = ({}, {}) if not position else ({"atPosition": position}, {"Prefer": "wait=5"})
        return (await self._insist("GET", path, params=query, headers=wait)).body

    async def command(
        self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None
    ) -> Any:
        """The acknowledgement of a command, however often it must be sent."""
        key = key or str(uuid4())
        headers = {"Idempotency-Key": key}
        attempt = await self._insist("POST", path, json=body or {}, headers=headers)
        if key not in self.diary.acknowledged:
            self.diary.acknowledge(key, attempt.body)
        return attempt.body

    async def once(self, method: str, path: str, **more: Any) -> Attempt:
        """Ask once, and tell what came of it."""
        correlation = uuid4()
        loop = asyncio.get_running_loop()
        began, status, headers, body, error = loop.time(), None, {}, None, ""
        sent = {
            "Authorization": f"Bearer {self.token}",
            "traceparent": f"00-{correlation.hex}-{correlation.hex[:16]}-01",
            **more.pop("headers", {}),
        }
        try:
            async with self.session.request(
                method, self.url + BASE + path, headers=sent, **more
            ) as response:
                status, headers = response.status, dict(response.headers)
                body = await response.json(content_type=None)
        except _BROKEN as broken:
            error = type(broken).__name__
        except TimeoutError:
            error = "hangs"
        attempt = Attempt(
            correlation=correlation,
            reading=method == "GET",
            status=status,
            began=began,
            seconds=loop.time() - began,
            headers=headers,
            body=body,
            error=error,
        )
        self.diary.attempts.append(attempt)
        return attempt

    async def _insist(self, method: str, path: str, **more: Any) -> Attempt:
        while True:
            attempt = await self.once(method, path, **{k: dict(v) for k, v in more.items()})
            if attempt.body is not None and attempt.status != 503:
                assert attempt.status in {200, 201}, f"{method} {path}: {attempt.body}"
                self.diary.answered_reads += attempt.reading
                return attempt
            await asyncio.sleep(PAUSE)


@dataclass(slots=True)
class Office:
    """Who works in the town: an administrator, a police officer who refers, managers who answer."""

    administrator: Client
    officer: Client
    managers: list[Client]

    @property
    def clients(self) -> list[Client]:
        return [self.administrator, self.officer, *self.managers]


def new_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=HANGS), connector=aiohttp.TCPConnector(limit=0)
    )


async def staff(
    premises: Premises, url: str, session: aiohttp.ClientSession, *, managers: int = 4
) -> Office:
    """An office whose people have all taken their positions; its diary is empty yet."""
    issuer, hiring = local_issuer(premises.settings, SystemClock()), Diary()

    def client(staff_id: UUID) -> Client:
        return Client(staff_id, issuer.issue(staff_id), session, hiring, url)

    administrator = client(premises.administrator)

    async def employ(name: str, **position: Any) -> Client:
        body = {"name": name, "since": "2024-01-01", **position}
        taken = await administrator.command("/staff-members", body)
        return client(UUID(taken["staffId"]))

    officer = await employ("Polisen", unit="police", role="external-sender", side=None)
    nexus = {"unit": "nexus", "role": "unit-manager", "side": "a"}
    office = Office(
        administrator, officer, [await employ(f"Chef {n}", **nexus) for n in range(managers)]
    )
    diary = Diary()
    for someone in office.clients:
        someone.diary = diary
    return office


def referral(number: int) -> dict[str, Any]:
    return {
        "source": "police-operation",
        "channel": "in-person",
        "concern": "prostitution",
        "account": f"Möttes vid insats {number}.",
        "person": {"role": "exposed", "name": f"Person {number}", "bornOn": "1990-02-03"},
    }


async def story(office: Office, number: int) -> None:
    """Four commands and two readings: a referral becomes a case, with two notes in its file."""
    manager = office.managers[number % len(office.managers)]
    sent = await office.officer.command("/referrals", referral(number), key=f"referral-{number}")
    path = f"/referrals/{sent['referralId']}"
    await manager.read(path, sent["position"])
    accepted = await manager.command(f"{path}/acceptances", key=f"acceptance-{number}")
    case = f"/cases/{accepted['caseId']}"
    one, two = ({"text": f"Samtal {number}, {which} gången."} for which in ("första", "andra"))
    await manager.command(f"{case}/notes", one, key=f"first-note-{number}")
    noted = await manager.command(f"{case}/notes", two, key=f"second-note-{number}")
    shown = await manager.read(f"{case}/notes", noted["position"])
    assert len(shown["items"]) == 2


COMMANDS_OF_A_STORY = 4
