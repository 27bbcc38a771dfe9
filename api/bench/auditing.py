"""`audit`: what it costs to seal a long log, to verify it, and to prove what is in it; and what
appends lose by being sealed."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from random import Random
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Final, NamedTuple

from psycopg.sql import SQL

from api.bench.figures import (
    Effort,
    Figure,
    Side,
    Turn,
    compared,
    in_milliseconds,
    in_turns,
    percentiles,
)
from api.bench.ground import Ground
from api.bench.history import SEED
from api.bench.long_log import lengthen
from api.bench.writers import Writers
from api.runtime.audit.sealing import Sealer
from api.runtime.audit.tree_evidence import DatabaseEvidence, log_as_it_is
from api.runtime.audit.tree_store import EVENTS, TreeStore
from api.runtime.log.changes import Changes
from api.runtime.log.reading import LogReader
from api.runtime.postgres.database import role_url, statement
from api.runtime.wiring import Rooms, open_house
from api.tree.checkpoints import read_checkpoint
from api.tree.merkle import inclusion_plan, proof, verify_inclusion
from api.tree.notes import Signer, read_note
from api.tree.verification import verify
from domain.errors import LogUnavailable

NAME: Final = "audit"

_ROW: Final = 700  # bytes, about what a note takes
_SHORT_ROW: Final = 260  # bytes, so that ten million fit on a small disk
_KB_IN_MB: Final = 1024
_FEW: Final = 10_000  # leaves of the small tree
_MANY: Final = 64  # writers
_RATE: Final = 200  # proofs a second
_ORIGIN: Final = "samordna.invalid/bench/events"
_SIGNER: Final = Signer(_ORIGIN, bytes(32))

Tell = Callable[[str], None]


class TreeDoesNotHold(Exception):
    """What was sealed does not verify: no figure is worth anything."""


async def audit(ground: Ground, effort: Effort, tell: Tell) -> list[Figure]:
    leaves = effort.leaves or effort.events
    tell(f"audit: a log of {leaves:,} events and one of {_FEW:,}")
    row = _SHORT_ROW if effort.leaves else _ROW
    long, short = (_log(ground, name, n, row) for name, n in (("audit", leaves), ("few", _FEW)))
    try:
        return [
            await _sealing(long, effort, tell),
            await _verifying(long, effort, tell),
            await _proving(long, short, effort, tell),
            await _remembering(long, short, tell),
            await _appending(ground, effort, tell),
        ]
    finally:
        for log in (long, short):
            await log.store.stop()
            await log.reader.stop()


class _Log(NamedTuple):
    """A log that was made by SQL, and the tree over it."""

    ground: Ground
    schema: str
    events: int
    auditor: str  # address
    store: TreeStore
    reader: LogReader

    @property
    def sealer(self) -> Sealer:
        changes = Changes(self.auditor, self.schema, EVENTS, self.reader)
        return Sealer(self.store, changes, lambda _: [_SIGNER], origin=_ORIGIN)

    async def seal(self) -> Turn:
        """All of it, anew."""
        for table in ("trees", "tree_tiles", "checkpoints"):
            self.ground.ask(f"ALTER TABLE {{}}.{table} DISABLE TRIGGER ALL", self.schema)
        self.ground.ask("TRUNCATE {}.tree_tiles, {}.checkpoints", self.schema, self.schema)
        self.ground.ask("UPDATE {}.trees SET size = 0", self.schema)
        began = perf_counter()
        await self.sealer.catch_up()
        return Turn(rate=self.events / (perf_counter() - began))

    async def prove(self, seconds: float) -> Turn:
        """Inclusion of leaves at random, at a fixed rate, each verified afterwards."""
        latest = await self.store.latest()
        if latest is None:
            raise TreeDoesNotHold(TreeDoesNotHold.__doc__)
        expected = read_checkpoint(read_note(latest.note).text).root
        chosen = Random(SEED)  # noqa: S311 - leaves that can be asked for again
        taken: list[float] = []

        async def prove_one(due: float) -> None:
            index = chosen.randrange(latest.size)
            plan = inclusion_plan(index, latest.size)
            hashes = await self.store.hashes({node for step in plan for node in step})
            path = proof(plan, hashes.__getitem__)
            taken.append(perf_counter() - due)
            leaf = await self.store.leaves(index, index + 1)
            verify_inclusion(leaf, index, latest.size, path, expected)

        began = perf_counter()
        async with asyncio.TaskGroup() as callers:
            for number in range(round(_RATE * seconds)):
                due = began + number / _RATE
                await asyncio.sleep(max(0.0, due - perf_counter()))
                callers.create_task(prove_one(due))
        return Turn(rate=len(taken) / (perf_counter() - began), milliseconds=percentiles(taken))

    def verify(self) -> Turn:
        began = perf_counter()
        _verify(self.auditor, self.schema, self.events)
        return Turn(rate=self.events / (perf_counter() - began))

    def hash_rows(self) -> Turn:
        """The same rows, received and hashed, and no more."""
        rows = statement("rows_of_events", self.schema).decode()
        copy_out = SQL("COPY ({} ORDER BY position) TO STDOUT (FORMAT binary)").format(SQL(rows))
        began, hashed = perf_counter(), 0
        with (
            log_as_it_is(self.auditor) as connection,
            connection.cursor() as cursor,
            cursor.copy(copy_out) as copied,
        ):
            for row in copied:
                sha256(row).digest()
                hashed += 1
        return Turn(rate=self.events / (perf_counter() - began))


def _verify(auditor: str, schema: str, events: int) -> None:
    """Raises TreeDoesNotHold."""
    with log_as_it_is(auditor) as connection:
        evidence = DatabaseEvidence(connection, schema, EVENTS)
        now = connection.execute("SELECT clock_timestamp()").fetchall()[0][0]
        found = verify(evidence, origin=_ORIGIN, trusted=[_SIGNER.verifier], now=now)
    if not found.holds or found.size != events:
        raise TreeDoesNotHold(TreeDoesNotHold.__doc__)


def _log(ground: Ground, name: str, events: int, row_bytes: int) -> _Log:
    schema = ground.town(name).municipality
    lengthen(ground, schema, events, row_bytes=row_bytes)
    address = ground.addresses.log
    server, auditor = (
        role_url(address, schema, role, secrets=ground.settings.secrets)
        for role in ("server", "auditor")
    )
    return _Log(
        ground,
        schema,
        events,
        auditor,
        TreeStore(server, schema, EVENTS),
        LogReader(auditor, name="samordna bench", unavailable=LogUnavailable, connections=1),
    )


async def _sealing(log: _Log, effort: Effort, tell: Tell) -> Figure:
    tell(f"audit_seal: {effort.rounds} rounds of two turns")
    hashed = partial(asyncio.to_thread, log.hash_rows)
    ours, theirs = await in_turns(effort.rounds, log.seal, hashed)
    return compared(
        NAME,
        f"sealing: {log.events:,} leaves, caught up with",
        ours,
        unit="leaves/s",
        reference=_HASHED,
        theirs=theirs,
        about="From a log without a tree: leaves made by PostgreSQL, tiles and root by one Python"
        " process, a checkpoint signed and kept for every 16,384." + _ABOUT_HASHED,
    )


async def _verifying(log: _Log, effort: Effort, tell: Tell) -> Figure:
    tell(f"audit_verify: {effort.rounds} rounds of two turns")
    ours, theirs = await in_turns(
        effort.rounds,
        partial(asyncio.to_thread, log.verify),
        partial(asyncio.to_thread, log.hash_rows),
    )
    return compared(
        NAME,
        f"verifying: {log.events:,} events",
        ours,
        unit="events/s",
        reference=_HASHED,
        theirs=theirs,
        about="`samordna verify` of the events: every row, every tile, every checkpoint, by one"
        " Python process." + _ABOUT_HASHED,
    )


async def _proving(long: _Log, short: _Log, effort: Effort, tell: Tell) -> Figure:
    tell(f"audit_proof: {effort.rounds} rounds of two turns")
    await short.seal()
    ours, theirs = await in_turns(
        effort.rounds, partial(long.prove, effort.seconds), partial(short.prove, effort.seconds)
    )
    return compared(
        NAME,
        f"proving: p99 of inclusion among {long.events:,}",
        in_milliseconds(ours, "p99"),
        unit="ms",
        reference=f"the same among {short.events:,}",
        theirs=in_milliseconds(theirs, "p99"),
        about=f"Proofs that leaves at random are in the tree, {_RATE} a second, whoever waits:"
        " tiles read, hashes folded. Each was verified afterwards, with a leaf made anew of its"
        " row, by the same process.",
    )


async def _remembering(long: _Log, short: _Log, tell: Tell) -> Figure:
    tell("audit_memory: once each")
    took = [Turn(rate=await asyncio.to_thread(_peak_of, log)) for log in (long, short)]
    return compared(
        NAME,
        f"verifying: memory, {long.events:,} events",
        took[:1],
        unit="MB",
        reference=f"the same of {short.events:,}",
        theirs=took[1:],
        about="The most that a process of its own held, from its start to the verdict"
        " (ru_maxrss), imports and all.",
    )


def _peak_of(log: _Log) -> float:
    """MB that a process takes which verifies the log and does nothing else."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return alone.submit(_verified_alone, log.auditor, log.schema, log.events).result()


def _verified_alone(auditor: str, schema: str, events: int) -> float:
    _verify(auditor, schema, events)
    return getrusage(RUSAGE_SELF).ru_maxrss / _KB_IN_MB


async def _appending(ground: Ground, effort: Effort, tell: Tell) -> Figure:
    tell(f"audit_append: {effort.rounds} rounds of two turns")
    town = ground.town("sealed")
    async with open_house(town, ground.addresses, follow=False) as rooms:
        writers = await Writers.employ(rooms.house.desk, _MANY)
        await writers.turn(_MANY, effort.seconds)
        alone: Side = partial(writers.turn, _MANY, effort.seconds)
        ours, theirs = await in_turns(
            effort.rounds, partial(_sealed, rooms, writers, effort.seconds), alone
        )
    return compared(
        NAME,
        f"appending: {_MANY} waiting, sealed meanwhile",
        ours,
        unit="events/s",
        reference="the same without a sealer",
        theirs=theirs,
        about="Notes on cases as `append` records them. The sealers of both logs run in the same"
        " process, and have caught up with the turn before.",
    )


async def _sealed(rooms: Rooms, writers: Writers, seconds: float) -> Turn:
    async with rooms.sealing():
        while any(sealer.unsealed for sealer in _sealers(rooms)):  # noqa: ASYNC110 - told to nobody
            await asyncio.sleep(0.1)
        return await writers.turn(_MANY, seconds)


def _sealers(rooms: Rooms) -> Sequence[Sealer]:
    return list(rooms.metrics.parts.sealers.values())


_HASHED: Final = "COPY and SHA-256 of the same rows"
_ABOUT_HASHED: Final = (
    " The reference: the same columns of the same rows by binary COPY in the order of their"
    " positions, each received by psycopg and hashed once, by one Python process."
)
