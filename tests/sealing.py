"""A log with a tree over it, and somebody who tampers with both."""

import asyncio
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from api.runtime.audit.sealing import Sealer
from api.runtime.audit.tree_evidence import DatabaseEvidence, log_as_it_is
from api.runtime.audit.tree_store import EVENTS, TreeStore
from api.runtime.clock import SystemClock
from api.runtime.log.event_log import StoredEventLog
from api.tree.evidence import Verdict
from api.tree.notes import Signer
from api.tree.verification import verify
from tests.appends import IDS, new_append, new_event
from tests.conftest import Database

ORIGIN = "samordna.example/uppsala/events"
OLD = Signer(ORIGIN, bytes(32))
NEW = Signer(ORIGIN, bytes(range(32)))


def sealer(store: TreeStore, log: StoredEventLog, *signers: Signer) -> Sealer:
    return Sealer(store, log.changes, lambda _: signers or [OLD], origin=ORIGIN)


async def grow(log: StoredEventLog, events: int) -> None:
    """One event a command."""
    appends = (new_append(new_event(IDS.new())) for _ in range(events))
    await asyncio.gather(*map(log.append, appends))


def verified(database: Database, **more: Any) -> Verdict:
    now = more.pop("now", SystemClock().now())
    trusted = more.pop("trusted", [OLD.verifier])
    origin = more.pop("origin", ORIGIN)
    with log_as_it_is(database.url("auditor")) as connection:
        evidence = DatabaseEvidence(connection, database.schema, EVENTS)
        return verify(evidence, origin=origin, trusted=trusted, now=now, **more)


TABLES = ("events", "events_head", "trees", "tree_tiles", "checkpoints")


def tamper(connection: psycopg.Connection[Any], schema: str, change: str) -> None:
    """What a superuser does who has silenced every trigger."""
    for table in TABLES:
        name = Identifier(schema, table)
        connection.execute(SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(name))
    for step in change.split(";"):
        connection.execute(SQL(step).format(*[Identifier(schema)] * 2))
