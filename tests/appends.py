"""Stored appends to try the log with."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from api.runtime.clock import RandomIds
from api.runtime.log.event_log import StoredAppend, StoredEventLog, StoredNewEvent, arguments
from api.runtime.log.grouping import Grouping
from api.runtime.postgres.database import statement
from domain.recorded import Appended
from tests.conftest import Database

IDS = RandomIds()
ACTOR = IDS.new()
A_MOMENT = datetime(2023, 4, 3, 9, 30, tzinfo=UTC)


def new_event(stream: UUID, version: int = 1, **changes: Any) -> StoredNewEvent:
    facts: dict[str, Any] = {
        "name": "case.opened",
        "schema_version": 1,
        "occurred_at": A_MOMENT,
        "payload": b'{"unit":"nexus"}',
        "salt": bytes(32),
    }
    return StoredNewEvent(stream=stream, version=version, **facts | changes)


def new_append(
    *events: StoredNewEvent, reads: Mapping[UUID, int] | None = None, **changes: Any
) -> StoredAppend:
    """One command's append: it expects what its events follow upon, and what it read."""
    written = {event.stream: event.version - 1 for event in reversed(events)}
    facts: dict[str, Any] = {
        "command": IDS.new(),
        "correlation": IDS.new(),
        "body_mac": b"",
        "actor": ACTOR,
        "unit": "nexus",
    }
    return StoredAppend(expected={**(reads or {}), **written}, events=events, **facts | changes)


def log_of(database: Database, grouping: Grouping | None = None) -> StoredEventLog:
    """The log as one process sees it."""
    return StoredEventLog(database.url("server"), database.schema, grouping=grouping)


async def outcomes(
    log: StoredEventLog, *appends: StoredAppend
) -> Sequence[Appended | BaseException]:
    """What becomes of appends that wait together."""
    return await asyncio.gather(*map(log.append, appends), return_exceptions=True)


def record_something(database: Database) -> None:
    """One event, its command and a receipt."""
    with psycopg.connect(database.url("server"), autocommit=True) as server:
        server.execute(
            statement("append_events", database.schema),
            arguments([new_append(new_event(IDS.new()))]),
        )
        receipt = {"ids": [IDS.new()], "event_positions": [1], "keys": ["a month"]}
        server.execute(
            statement("append_receipts", database.schema),
            {**receipt, "salts": [bytes(32)], "bodies": [b"sealed"]},
        )
