"""Sealers in processes of their own, killed at any moment, two at once: one tree comes of it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from random import Random

import pytest

from api.runtime.audit.tree_store import EVENTS, TreeStore
from api.runtime.log.event_log import StoredEventLog
from tests.conftest import Database
from tests.forking import PROCESSES
from tests.sealers import seal_until_killed
from tests.sealing import grow, sealer, verified

AT_ONCE = 2


@dataclass(slots=True)
class Sealing:
    """Processes that seal one log, and all that they have told."""

    database: Database
    told: list[tuple[int, str]] = field(default_factory=list)

    @contextmanager
    def one(self) -> Iterator[Connection]:
        """Killed at the end."""
        ours, theirs = PROCESSES.Pipe(duplex=False)
        url = self.database.url("server")
        process = PROCESSES.Process(
            target=seal_until_killed, args=(url, self.database.schema, theirs)
        )
        process.start()
        theirs.close()
        try:
            yield ours
        finally:
            process.kill()
            process.join()
            try:
                while ours.poll():
                    self.told.append(ours.recv())
            except EOFError:
                pass
            finally:
                ours.close()


@pytest.mark.parametrize("kills", [10, pytest.param(400, marks=pytest.mark.full)])
async def test_killed_sealers(log: StoredEventLog, log_database: Database, kills: int) -> None:
    """Whatever was signed and told is kept, of one size there is one root, nothing is left half
    done; and whoever comes next goes on."""
    sealing, chance = Sealing(log_database), Random(7)  # noqa: S311 - when to kill
    ended = asyncio.Event()

    async def keep_growing() -> None:
        while not ended.is_set():
            await grow(log, chance.randrange(1, 40))

    async def keep_killing() -> None:
        for _ in range(kills // AT_ONCE):
            with sealing.one() as first:
                # from the first thing that it has sealed on: at any moment of its work
                await asyncio.to_thread(first.poll, 10)
                await asyncio.sleep(chance.uniform(0, 0.1))

    growing = asyncio.create_task(keep_growing())
    await asyncio.gather(*(keep_killing() for _ in range(AT_ONCE)))
    ended.set()
    await growing

    store = TreeStore(log_database.url("server"), log_database.schema, EVENTS)
    await sealer(store, log).catch_up()
    await store.stop()
    verdict = verified(log_database, stopped=True)
    assert (verdict.findings, verdict.size) == ([], log.changes.position)
    kept = dict(log_database.execute("SELECT size, note FROM {}.checkpoints"))
    assert len(sealing.told) >= kills
    assert [size for size, note in sealing.told if kept[size] != note] == []
    assert len({size for size, _ in sealing.told}) == len(sealing.told)
