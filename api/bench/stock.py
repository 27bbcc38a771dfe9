"""The stock `eventsourcing` library, doing what the house does: run by the bench in a process of
its own, since importing the library changes the process that imports it.

    python -m api.bench.stock TASK

is told the rest on its standard input, finds the server in libpq's environment, and says how many
it did in how many seconds, all in JSON.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from threading import Thread
from typing import Any, Final, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, StoredEvent, Tracking
from eventsourcing.persistence import Mapper as StockMapper
from eventsourcing.postgres import PostgresFactory, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import Environment
from psycopg.rows import args_row
from psycopg.sql import SQL, Identifier, Placeholder

from api.runtime.clock import RandomIds, SystemClock
from api.runtime.log.event_log import LoggedEvent
from api.runtime.log.mapper import Mapper
from api.runtime.log.recorder import LogRecorder
from domain.ports import Vault
from domain.recorded import Recorded
from projections.caseload import PROJECTION, Line, apply, keys
from projections.sql import compose

_NOBODY: Final = UUID(int=0)
_ROW_HEADER: Final = 24 + 16 + 8 + 8 + 4  # PostgreSQL's own bytes of a row, ids, lengths
_TOPIC: Final = "case.note-recorded"
_PATIENCE: Final = 600.0

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


# --- saving ----------------------------------------------------------------------------------


def append(*, schema: str, threads: int, seconds: float, row_bytes: int) -> Done:
    """Each thread saves one event a call, each in a stream of its own."""
    environment = Environment("stock", _environment(schema, threads))
    factory = cast("PostgresFactory", InfrastructureFactory.construct(environment))
    ids, state = RandomIds(), os.urandom(row_bytes - _ROW_HEADER - len(_TOPIC))
    counts = [0] * threads

    def save(number: int) -> None:
        while time.perf_counter() < until:
            recorder.insert_events([StoredEvent(ids.new(), 1, _TOPIC, state)])
            counts[number] += 1

    with factory.datastore:
        recorder = factory.application_recorder()
        factory.datastore.pool.wait()
        began = time.perf_counter()
        until = began + seconds
        working = [Thread(target=save, args=[number]) for number in range(threads)]
        for thread in working:
            thread.start()
        for thread in working:
            thread.join()
        return sum(counts), time.perf_counter() - began


# --- reading ---------------------------------------------------------------------------------


def read(*, url: str, schema: str, page: int) -> Done:
    """Read every notification of our log by the library's recorder contract, in pages."""
    recorder = LogRecorder(
        url, schema, actor=_NOBODY, unit="", clock=SystemClock(), ids=RandomIds()
    )
    began, last, count = time.perf_counter(), 0, 0
    while found := recorder.select_notifications(last, page, inclusive_of_start=False):
        last, count = found[-1].id, count + len(found)
    seconds = time.perf_counter() - began
    recorder.close()
    return count, seconds


# --- following -------------------------------------------------------------------------------


def follow(*, url: str, schema: str, views: str, events: int) -> Done:
    """The library's runner folds the same caseload of the same log: a transaction per event."""
    environment = {
        **_environment(views, pool=5),
        "CASELOG_PERSISTENCE_MODULE": "api.runtime.log.recorder",
        "LOG_URL": url,
        "LOG_SCHEMA": schema,
        "LOG_ACTOR": str(_NOBODY),
        "LOG_UNIT": "",
    }
    began = time.perf_counter()
    with ProjectionRunner(
        application_class=CaseLog,
        projection_class=StockCaseload,
        view_class=StockCaseloadView,
        env=environment,
    ) as runner:
        runner.wait(events, timeout=_PATIENCE)
        return events, time.perf_counter() - began


class _Decoding(StockMapper[UUID]):
    """The library asks its mapper for an event; ours knows the catalogue. Nothing is opened."""

    def __init__(self) -> None:
        self._mapper = Mapper(cast("Vault", None))

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        row = cast("LoggedEvent", stored_event)
        return Recorded(
            position=row.position,
            stream=row.stream,
            version=row.version,
            name=row.name,
            event=self._mapper.decode(row.name, row.payload, row.stream, row.version),
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            actor=row.actor,
            unit=row.unit,
            command=row.command,
            correlation=row.correlation,
        )


class CaseLog(Application[UUID]):
    name = "caselog"

    def construct_mapper(self) -> StockMapper[UUID]:
        return _Decoding()


class StockCaseloadView(PostgresTrackingRecorder):
    """The caseload's table and indexes as ours has them, beside the library's tracking."""

    def __init__(self, datastore: Any, **more: Any) -> None:
        super().__init__(datastore, **more)
        self._columns = list(Line._fields)
        table = Identifier(self.datastore.schema, "caseload")
        columns = SQL(", ").join(map(Identifier, self._columns))
        self._find = SQL('SELECT {} FROM {} WHERE "case" = %s').format(columns, table)
        self._write = SQL(
            'INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ("case") DO UPDATE SET {}'
        ).format(
            table,
            columns,
            SQL(", ").join([Placeholder()] * len(self._columns)),
            SQL(", ").join(
                SQL("{0} = excluded.{0}").format(Identifier(column)) for column in self._columns
            ),
        )
        self.sql_create_statements.append(compose(PROJECTION.schema, self.datastore.schema))

    def fold(self, recorded: Recorded, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            for key in keys(recorded):
                lines = cursor.connection.cursor(row_factory=args_row(Line))
                before = lines.execute(self._find, key).fetchone()
                after = apply(before, recorded)
                if after is not None:
                    cursor.execute(
                        self._write,
                        [_listed(getattr(after, column)) for column in self._columns],
                        prepare=True,
                    )


class StockCaseload(Projection[StockCaseloadView]):
    name = "stockcaseload"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.fold(domain_event, tracking)


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


TASKS: Final[dict[str, Callable[..., Done]]] = {"append": append, "read": read, "follow": follow}


def main() -> None:
    told: dict[str, Any] = json.load(sys.stdin)
    count, seconds = TASKS[sys.argv[1]](**told)
    print(json.dumps({"count": count, "seconds": seconds}))  # noqa: T201 - the bench reads it


if __name__ == "__main__":
    main()
