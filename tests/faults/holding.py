"""What somebody holds, others wait for: so a kill falls where it is meant to fall."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from projections import ALL
from tests.faults.premises import Premises

EVENTS, RECEIPTS = "samordna events writing", "samordna receipts writing"
VIEWS = "{house}_projector"  # who follows, stands by, or rebuilds
US = "tests holding"

HEAD = "SELECT FROM {house}.events_head FOR UPDATE"
RECEIPTS_HEAD = "SELECT FROM {house}.receipts_head FOR UPDATE"
CHECKPOINT = "SELECT FROM {house}.projection_checkpoints WHERE projection = %(view)s FOR UPDATE"

TABLES = {table.name for projection in ALL for table in projection.tables}


def nobody_reads(table: str) -> str:
    return f"LOCK TABLE {{house}}.{table} IN ACCESS EXCLUSIVE MODE"


def nobody_writes(table: str) -> str:
    return f"LOCK TABLE {{house}}.{table} IN SHARE MODE"


@asynccontextmanager
async def held(premises: Premises, *locks: str, **parameters: Any) -> AsyncIterator[None]:
    """The owner of the log holds these locks; `{house}` stands for the schema."""
    house = Identifier(premises.settings.municipality)
    with premises.addresses() as at:
        connecting = psycopg.AsyncConnection.connect(at.log, application_name=US)
        async with await connecting as holding:
            for lock in locks:
                await holding.execute(SQL(lock).format(house=house), parameters or None)
            yield


def sessions(premises: Premises, whose: str, *, waiting: bool = False) -> set[int]:
    """The processes at the log server's end of the sessions of this name or role; or those of them
    that wait for a lock."""
    found = premises.rows(
        "SELECT pid FROM pg_stat_activity WHERE %(whose)s::text IN (application_name, usename)"
        " AND (wait_event_type = 'Lock' OR NOT %(waiting)s)",
        whose=whose.format(house=premises.settings.municipality),
        waiting=waiting,
    )
    return {session["pid"] for session in found}


def waited_for(premises: Premises, whose: str, mode: str = "%") -> set[str]:
    """The tables, without their schema, that sessions of this name or role wait to lock."""
    found = premises.rows(
        "SELECT relname FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " JOIN pg_class ON pg_class.oid = relation WHERE NOT granted AND mode LIKE %(mode)s"
        " AND %(whose)s::text IN (application_name, usename)",
        whose=whose.format(house=premises.settings.municipality),
        mode=mode,
    )
    return {table["relname"] for table in found}
