"""Witnesses are asked by one process of the house, and nothing waits for those who are slow."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from api.runtime.audit.cosigning import Cosigning, Trouble
from api.runtime.audit.tree_store import EVENTS, TreeStore
from api.runtime.clock import SystemClock
from api.runtime.log.event_log import StoredEventLog
from api.runtime.postgres.turns import Turn
from api.tree.evidence import Finding, Wrong
from api.tree.notes import COSIGNATURE, Signer, read_note
from api.tree.policies import Policy, read_policy
from api.witness.door import witness_app
from api.witness.memory import Known, Memory
from api.witness.witness import Witness
from tests.conftest import Database
from tests.sealing import OLD, ORIGIN, grow, sealer, verified


@dataclass(slots=True)
class Running:
    """A witness and its address; `held` keeps its answers back."""

    signer: Signer
    memory: Memory
    server: TestServer
    held: asyncio.Event = field(default_factory=asyncio.Event)

    def line(self, name: str) -> str:
        return f"witness {name} {self.signer.verifier.vkey} {self.server.make_url('/')}\n"


@pytest.fixture
async def witnesses(tmp_path: Path) -> AsyncIterator[list[Running]]:
    """Three, who know the log."""
    running = [await _run(tmp_path / str(number), number) for number in range(3)]
    yield running
    for it in running:
        it.held.set()
        await it.server.close()
        it.memory.close()


async def _run(file: Path, number: int) -> Running:
    Memory.create(file)
    memory = Memory(file)
    signer = Signer(f"witness.example/{number}", bytes([number] * 32), algorithm=COSIGNATURE)
    witness = Witness(signer, {ORIGIN: [OLD.verifier]}, memory, SystemClock().now)
    app = witness_app(witness)
    running = Running(signer, memory, TestServer(app))
    running.held.set()

    @web.middleware
    async def hold(request: web.Request, handler: Any) -> web.StreamResponse:
        await running.held.wait()
        answer: web.StreamResponse = await handler(request)
        return answer

    app.middlewares.append(hold)
    await running.server.start_server()
    return running


def two_of(witnesses: list[Running]) -> Policy:
    lines = "".join(it.line(f"w{number}") for number, it in enumerate(witnesses))
    names = " ".join(f"w{number}" for number in range(len(witnesses)))
    return read_policy(f"{lines}group enough 2 {names}\nquorum enough\n")


@pytest.fixture
async def store(log_database: Database) -> AsyncIterator[TreeStore]:
    store = TreeStore(log_database.url("server"), log_database.schema, EVENTS)
    yield store
    await store.stop()


class House:
    """What asks, of one process."""

    def __init__(self, store: TreeStore, database: Database, policy: Policy) -> None:
        turn = Turn(database.url("server"), database.schema, "cosigning")
        self.cosigning = Cosigning({EVENTS: store}, policy, turn)
        self._line = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._line.close()
        await self.cosigning.end()

    async def round(self) -> None:
        await self.cosigning.collect(self._line)

    async def until_cosigned(self, size: int) -> None:
        async with asyncio.timeout(10):
            while EVENTS not in (latest := self.cosigning.latest) or latest[EVENTS].size < size:
                await self.round()
                await asyncio.sleep(0.01)


@contextmanager
def holding(running: Running) -> Iterator[None]:
    running.held.clear()
    yield
    running.held.set()


async def test_enough_have_seen_it(
    store: TreeStore, log: StoredEventLog, log_database: Database, witnesses: list[Running]
) -> None:
    """Each checkpoint is cosigned by enough, one of three being silent; what is published bears
    their cosignatures, and verification requires them."""
    policy, ours = two_of(witnesses), sealer(store, log)
    await grow(log, 300)
    await ours.catch_up()
    assert verified(log_database, policy=policy).findings == [Finding(Wrong.NOT_COSIGNED, 1)]
    async with House(store, log_database, policy) as house:
        with holding(witnesses[2]):
            for size in (300, 310, 320):
                await house.until_cosigned(size)
                published = await store.published()
                assert published
                assert published.size == size
                assert set(policy.cosigned(read_note(published.note))) == {"w0", "w1"}
                await grow(log, 10)
                await ours.catch_up()
        verdict = verified(log_database, policy=policy)
        assert (verdict.findings, verdict.size, verdict.cosigned) == ([], 330, 320)
        later = SystemClock().now() + timedelta(minutes=2)
        verdict = verified(log_database, policy=policy, now=later)
        assert verdict.findings == [Finding(Wrong.NOT_COSIGNED, 321)]
        assert house.cosigning.told(EVENTS)["cosigned"] == 320


async def test_what_keeps_witnesses_out_is_told(
    store: TreeStore, log: StoredEventLog, log_database: Database, witnesses: list[Running]
) -> None:
    """One is away, one does not know the log, one knows more of it than there is, as after an
    undeclared restore: none counts, and what is published is what was signed."""
    away, stranger, ahead = witnesses
    await grow(log, 5)
    await sealer(store, log).catch_up()
    lines = [
        away.line("away"),
        stranger.line("stranger").replace("/\n", "/nowhere\n"),
        ahead.line("ahead"),
    ]
    policy = read_policy("".join(lines) + "group all all away stranger ahead\nquorum all\n")
    await away.server.close()
    with ahead.memory.alone() as memory:
        memory.keep(ORIGIN, Known(7, bytes(32), 0, ""))
    async with House(store, log_database, policy) as house:
        async with asyncio.timeout(5):
            while len(house.cosigning.out(EVENTS)) < 3:
                await house.round()
                await asyncio.sleep(0.02)
        assert house.cosigning.out(EVENTS) == {
            "away": Trouble.AWAY,
            "stranger": Trouble.REFUSES,
            "ahead": Trouble.AHEAD,
        }
        assert house.cosigning.standing()[EVENTS].out == 3
    published = await store.published()
    assert published == await store.latest()


async def test_one_process_asks(
    store: TreeStore, log: StoredEventLog, log_database: Database, witnesses: list[Running]
) -> None:
    """While one process collects, another one of the house only looks; it takes over when the first
    is gone."""
    policy = two_of(witnesses)
    await grow(log, 5)
    await sealer(store, log).catch_up()
    async with House(store, log_database, policy) as second:
        async with House(store, log_database, policy) as first:
            await first.until_cosigned(5)
            await second.round()
            assert second.cosigning.latest[EVENTS].size == 5
            await grow(log, 1)
            await sealer(store, log).catch_up()
            await second.round()
            await asyncio.sleep(0.1)
            assert {it.memory.all()[ORIGIN].size for it in witnesses} == {5}
        await second.until_cosigned(6)


async def test_what_is_no_cosignature(
    store: TreeStore, log: StoredEventLog, log_database: Database, witnesses: list[Running]
) -> None:
    """An answer that is not the witness's signature of what was sent is not kept."""

    async def impostor(request: web.Request) -> web.Response:
        note = read_note((await request.text()).partition("\n\n")[2])
        signer = Signer("witness.example/0", bytes([9] * 32), algorithm=COSIGNATURE)
        return web.Response(text=signer.cosignature(note.text, 1).line, status=HTTPStatus.OK)

    app = web.Application()
    app.add_routes([web.post("/add-checkpoint", impostor)])
    async with TestServer(app) as server:
        line = f"witness one {witnesses[0].signer.verifier.vkey} {server.make_url('/')}\n"
        await grow(log, 5)
        await sealer(store, log).catch_up()
        async with House(store, log_database, read_policy(f"{line}quorum one\n")) as house:
            async with asyncio.timeout(5):
                while not house.cosigning.out(EVENTS):
                    await house.round()
                    await asyncio.sleep(0.02)
            assert house.cosigning.out(EVENTS) == {"one": Trouble.WRONG}
    assert await store.cosigned() is None
