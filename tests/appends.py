"""Stored appends to try the log with."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api.runtime.clock import RandomIds
from api.runtime.event_log import StoredAppend, StoredNewEvent

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
