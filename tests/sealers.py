"""A process that seals, until it is killed, and tells what it has signed and kept."""

import asyncio
from multiprocessing.connection import Connection

from api.runtime.audit.tree_store import EVENTS, Growth, TreeStore
from api.runtime.log.event_log import StoredEventLog
from tests.sealing import sealer


class TellingStore(TreeStore):
    """Tells each checkpoint as soon as it counts."""

    told: Connection

    async def seal(self, growth: Growth) -> bool:
        counts = await super().seal(growth)
        if counts:
            self.told.send((growth.new_size, growth.note))
        return counts


def seal_until_killed(url: str, schema: str, told: Connection) -> None:
    async def run() -> None:
        store = TellingStore(url, schema, EVENTS)
        store.told = told
        log = StoredEventLog(url, schema)  # not started: it only says what a sealer may ask of it
        sealing = sealer(store, log)
        while True:
            await sealing.catch_up()

    asyncio.run(run())
