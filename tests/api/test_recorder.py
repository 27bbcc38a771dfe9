"""The library's own contract, kept on our log."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import eventsourcing.cryptography
import pytest
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import IntegrityError, StoredEvent

from api.runtime.clock import SeededIds, SystemClock
from api.runtime.log.recorder import LogRecorder
from tests.conftest import Database

# The library's tests import its cipher over a package that we do not have; this is its twin over
# the one that we have.
sys.modules.setdefault("eventsourcing.cipher", eventsourcing.cryptography)
from eventsourcing.tests.persistence import ApplicationRecorderTestCase  # noqa: E402  # see above

ACTOR = UUID(int=7)
IDS = SeededIds("recorder")


class CountingFromZero(LogRecorder):
    """The library's concurrency tests count a stream's versions from 0; our log counts from 1."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        return super().insert_events(
            [replace(e, originator_version=e.originator_version + 1) for e in stored_events]
        )


def new_recorder(database: Database, kind: type[LogRecorder] = LogRecorder) -> LogRecorder:
    return kind(
        database.url("server"),
        database.schema,
        actor=ACTOR,
        unit="nexus",
        clock=SystemClock(),
        ids=IDS,
    )


@pytest.fixture
def recorder(log_database: Database) -> Iterator[LogRecorder]:
    recorder = new_recorder(log_database)
    yield recorder
    recorder.close()


class TestTheLibrarysOwnTests(ApplicationRecorderTestCase[LogRecorder]):
    """What the library asks of every application recorder."""

    @pytest.fixture(autouse=True)
    def use(self, log_database: Database) -> Iterator[None]:
        self.recorder = new_recorder(log_database)
        self.from_zero = new_recorder(log_database, CountingFromZero)
        yield
        self.recorder.close()
        self.from_zero.close()

    def create_recorder(self) -> LogRecorder:
        counts_from_zero = self._testMethodName.startswith("test_concurrent")
        return self.from_zero if counts_from_zero else self.recorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


def stored(stream: UUID, version: int) -> StoredEvent:
    return StoredEvent(stream, version, "case.opened", b"{}")


def test_stream_is_read_as_the_library_reads_it(recorder: LogRecorder) -> None:
    """A stream can be read between versions, backwards, and up to a limit."""
    stream = IDS.new()
    events = [stored(stream, version) for version in (1, 2, 3)]
    recorder.insert_events(events)
    assert recorder.select_events(stream) == events
    assert recorder.select_events(stream, gt=1, lte=2) == events[1:2]
    assert recorder.select_events(stream, desc=True, limit=1) == events[2:]


@pytest.mark.parametrize("versions", [[0], [2], [1, 1], [1, 3]])
def test_versions_have_no_gaps(recorder: LogRecorder, versions: list[int]) -> None:
    """A stream's versions count from 1 without gaps, unlike in the library's own recorders."""
    stream = IDS.new()
    with pytest.raises(IntegrityError):
        recorder.insert_events([stored(stream, version) for version in versions])
    assert recorder.select_events(stream) == []
    assert recorder.max_notification_id() is None


class Kettle(Aggregate):
    @event("Filled")
    def __init__(self) -> None:
        self.boils = False

    @event("Boiled")
    def boil(self) -> None:
        self.boils = True


def test_library_application_works_on_the_log(log_database: Database) -> None:
    """An application written for the library saves to our log and reads from it."""
    environment = {
        "PERSISTENCE_MODULE": "api.runtime.log.recorder",
        "LOG_URL": log_database.url("server"),
        "LOG_SCHEMA": log_database.schema,
        "LOG_ACTOR": str(ACTOR),
        "LOG_UNIT": "nexus",
    }
    with Application[UUID](environment) as application:
        kettle = Kettle()
        application.save(kettle)
        kettle.boil()
        application.save(kettle)
        copy: Kettle = application.repository.get(kettle.id)
        assert copy.boils
        section = application.notification_log["1,10"]
        assert [item.id for item in section.items] == [1, 2]
    rows = log_database.execute("SELECT actor, unit FROM {}.events")
    assert set(rows) == {(ACTOR, "nexus")}
