"""The stock `eventsourcing` library, doing what the house does: run by the bench in a process of
its own, since importing the library changes the process that imports it.

    python -m api.bench.stock TASK '{"...": ...}'   (libpq's environment says where the server is)

says how many it did in how many seconds, as JSON.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from threading import Thread
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import InfrastructureFactory, StoredEvent
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment

from api.runtime.clock import RandomIds, SystemClock
from api.runtime.recorder import LogRecorder

_ROW_HEADER: Final = 24 + 16 + 8 + 8 + 4  # PostgreSQL's own bytes of a row, ids, lengths
_NOBODY: Final = UUID(int=0)
_TOPIC: Final = "case.note-recorded"

Done = tuple[int, float]  # how many, in how many seconds


def _environment(schema: str, pool: int) -> dict[str, str]:
    """The library's own names for what libpq knows; everything else is its default."""
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": os.environ.get("PGDATABASE", "postgres"),
        "POSTGRES_HOST": os.environ.get("PGHOST", "127.0.0.1"),
        "POSTGRES_PORT": os.environ.get("PGPORT", "5432"),
        "POSTGRES_USER": os.environ.get("PGUSER", "postgres"),
        "POSTGRES_PASSWORD": os.environ.get("PGPASSWORD", ""),  # then libpq looks in PGPASSFILE
        "POSTGRES_SCHEMA": schema,
        "POSTGRES_POOL_SIZE": str(pool),
    }


def _factory(name: str, schema: str, *, pool: int) -> PostgresFactory:
    environment = Environment(name, _environment(schema, pool))
    return InfrastructureFactory.construct(environment)  # type: ignore[return-value]  # by PERSISTENCE_MODULE


def append(*, schema: str, threads: int, seconds: float, bytes: int) -> Done:  # noqa: A002 - JSON
    """Each thread saves one event a call, each in a stream of its own."""
    factory = _factory("stock", schema, pool=threads)
    recorder = factory.application_recorder()
    ids, state = RandomIds(), os.urandom(bytes - _ROW_HEADER - len(_TOPIC))
    counts = [0] * threads

    def save(number: int) -> None:
        while time.perf_counter() < until:
            recorder.insert_events([StoredEvent(ids.new(), 1, _TOPIC, state)])
            counts[number] += 1

    with factory.datastore:
        factory.datastore.pool.wait()
        began = time.perf_counter()
        until = began + seconds
        working = [Thread(target=save, args=[number]) for number in range(threads)]
        for thread in working:
            thread.start()
        for thread in working:
            thread.join()
        return sum(counts), time.perf_counter() - began


# --- reading and following -------------------------------------------------------------------


def read(*, schema: str, table: str, pages: int) -> Done:
    """Read every notification of a table of the library's, in pages."""
    factory = _factory(table, schema, pool=1)
    with factory.datastore:
        recorder = factory.application_recorder()
        began, last, count = time.perf_counter(), 0, 0
        while page := recorder.select_notifications(last, pages, inclusive_of_start=False):
            last, count = page[-1].id, count + len(page)
        return count, time.perf_counter() - began


def read_ours(*, url: str, schema: str, pages: int) -> Done:
    """The same of our log, by the library's recorder contract."""
    recorder = LogRecorder(
        url, schema, actor=_NOBODY, unit="", clock=SystemClock(), ids=RandomIds()
    )
    began, last, count = time.perf_counter(), 0, 0
    while page := recorder.select_notifications(last, pages, inclusive_of_start=False):
        last, count = page[-1].id, count + len(page)
    seconds = time.perf_counter() - began
    recorder.close()
    return count, seconds


TASKS: Final[dict[str, Callable[..., Done]]] = {
    "append": append, "read": read, "read_ours": read_ours
}


def main() -> None:
    told: dict[str, Any] = json.loads(sys.argv[2])
    count, seconds = TASKS[sys.argv[1]](**told)
    print(json.dumps({"count": count, "seconds": seconds}))


if __name__ == "__main__":
    main()
