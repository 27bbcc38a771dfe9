"""The library's recorder, kept on our log: whatever is written for `eventsourcing` works on it.

A thin synchronous caller of the same database function. The house itself appends through
`event_log`, which shares commits; each call here has a commit of its own.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any, Final
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    DatabaseError,
    InfrastructureFactory,
    IntegrityError,
    ListenNotifySubscription,
    NotSupportedError,
    OperationalError,
    ProcessRecorder,
    StoredEvent,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType
from psycopg.rows import args_row
from psycopg.sql import SQL, Identifier
from psycopg_pool import ConnectionPool

from api.runtime.clock import RandomIds, SystemClock
from api.runtime.log.changes import channel_of, head_of
from api.runtime.log.event_log import (
    LoggedEvent,
    StoredAppend,
    StoredNewEvent,
    Verdict,
    arguments,
)
from api.runtime.postgres.database import session_url, statement
from domain.ports import Clock, Ids

_STREAM: Final = """
WHERE stream = %(stream)s
    AND version > coalesce(%(gt)s, 0) AND version <= coalesce(%(lte)s, version)
ORDER BY version {direction} LIMIT %(limit)s
"""
_NOTIFICATIONS: Final = """
WHERE position >= %(first)s AND position <= coalesce(%(stop)s, position)
    AND (name = ANY (%(topics)s) OR %(topics)s = '{{}}')
ORDER BY position LIMIT %(limit)s
"""


class LogRecorder(ApplicationRecorder):
    """Records for one actor. Streams count their versions from 1, without gaps."""

    def __init__(
        self, url: str, schema: str, *, actor: UUID, unit: str, clock: Clock, ids: Ids
    ) -> None:
        self._actor = actor
        self._unit = unit
        self._clock = clock
        self._ids = ids
        self._append_events = statement("append_events", schema)
        self._stream = {
            desc: statement("events", schema, _STREAM.replace("{direction}", direction))
            for desc, direction in ((False, "ASC"), (True, "DESC"))
        }
        self._notifications = statement("events", schema, _NOTIFICATIONS)
        self._head = head_of(schema, "events")
        self._channel = Identifier(channel_of(schema, "events"))
        self._pool = ConnectionPool(
            session_url(url, name="samordna recorder", synchronous_commit="on"),
            kwargs={"autocommit": True},
            min_size=0,
            max_size=8,
            open=True,
        )

    def close(self) -> None:
        self._pool.close()

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """The positions of the events. Raises IntegrityError when a stream has moved."""
        if not stored_events:
            return None
        append = self._append(stored_events)
        with self._connection() as connection:
            cursor = connection.cursor(binary=True, row_factory=args_row(Verdict))
            verdict = cursor.execute(self._append_events, arguments([append])).fetchone()
            if verdict is None or verdict.outcome != "appended":
                raise IntegrityError("the stream has moved")
            connection.execute(SQL("NOTIFY {}").format(self._channel))
        return list(range(verdict.first, verdict.last + 1))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        rows = self._rows(self._stream[desc], stream=originator_id, gt=gt, lte=lte, limit=limit)
        return [StoredEvent(row.stream, row.version, row.name, row.payload) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[LoggedEvent]:
        first = (start or 0) + (not inclusive_of_start)
        return self._rows(
            self._notifications, first=first, stop=stop, topics=list(topics), limit=limit
        )

    def max_notification_id(self) -> int | None:
        with self._connection() as connection:
            row = connection.execute(self._head).fetchone()
        return row[0] or None if row else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> "LogSubscription":
        return LogSubscription(self, gt, topics)

    @contextmanager
    def listening(self) -> Iterator[psycopg.Connection]:
        """A connection that is notified when the log has moved."""
        with self._connection() as connection:
            connection.execute(SQL("LISTEN {}").format(self._channel))
            try:
                yield connection
            finally:
                connection.close()  # the pool makes another that does not listen

    def _append(self, stored_events: Sequence[StoredEvent]) -> StoredAppend:
        now = self._clock.now()
        events = [
            StoredNewEvent(
                stream=UUID(str(event.originator_id)),
                version=event.originator_version,
                name=event.topic,
                schema_version=1,
                occurred_at=now,
                payload=event.state,
                salt=secrets.token_bytes(32),
            )
            for event in stored_events
        ]
        return StoredAppend(
            command=self._ids.new(),
            correlation=self._ids.new(),
            body_mac=b"",
            actor=self._actor,
            unit=self._unit,
            expected={event.stream: event.version - 1 for event in reversed(events)},
            events=events,
        )

    def _rows(self, query: bytes, **parameters: Any) -> Sequence[LoggedEvent]:
        with self._connection() as connection:
            cursor = connection.cursor(binary=True, row_factory=args_row(LoggedEvent))
            return cursor.execute(query, parameters).fetchall()

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection]:
        """A connection, with the library's errors for the database's."""
        try:
            with self._pool.connection() as connection:
                yield connection
        except psycopg.IntegrityError as error:
            raise IntegrityError(error.sqlstate) from None
        except psycopg.OperationalError as error:
            raise OperationalError(error.sqlstate) from None
        except psycopg.Error as error:
            raise DatabaseError(error.sqlstate) from None


class LogSubscription(ListenNotifySubscription[LogRecorder]):
    """Pulls when it is notified, and every now and then without."""

    def __init__(self, recorder: LogRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder, gt, topics)
        self._listen_thread = Thread(target=self._listen)
        self._listen_thread.start()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        try:
            super().__exit__(*args, **kwargs)
        finally:
            self._listen_thread.join()

    def _listen(self) -> None:
        try:
            with self._recorder.listening() as connection:
                while not self._has_been_stopped:
                    for _ in connection.notifies(timeout=0.2, stop_after=1):
                        pass
                    self._has_been_notified.set()
        except DatabaseError as error:
            self._thread_error = self._thread_error or error
            self.stop()


class LogFactory(InfrastructureFactory[TrackingRecorder]):
    """For the library's applications: PERSISTENCE_MODULE=api.runtime.log.recorder, and where the
    log is and who records: LOG_URL (as the server's role), LOG_SCHEMA, LOG_ACTOR, LOG_UNIT."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self._recorder = LogRecorder(
            self.env["LOG_URL"],
            self.env["LOG_SCHEMA"],
            actor=UUID(self.env["LOG_ACTOR"]),
            unit=self.env["LOG_UNIT"],
            clock=SystemClock(),
            ids=RandomIds(),
        )

    def application_recorder(self) -> ApplicationRecorder:
        return self._recorder

    def close(self) -> None:
        self._recorder.close()

    # What our log does not keep: tracking belongs to the projections' engine.

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        raise NotSupportedError(f"the log keeps no {purpose} apart from its events")

    def tracking_recorder(
        self,
        tracking_recorder_class: type[TrackingRecorder] | None = None,  # noqa: ARG002 - the library's signature
    ) -> TrackingRecorder:
        raise NotSupportedError("the projections' engine keeps track of what it has followed")

    def process_recorder(self) -> ProcessRecorder:
        raise NotSupportedError("the projections' engine keeps track of what it has followed")
