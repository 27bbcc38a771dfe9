"""What tests of rebuilds have in common: a history, a log that takes its time, and a look beside
the tables that are asked."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from projections import caseload
from projections.asking import Connection
from projections.projection import Part, Projection
from projections.rebuild import Rebuilt, rebuild
from projections.tables import NEXT, Tables
from tests.projections.conftest import Town
from tests.projections.facts import Log
from tests.projections.histories import told

SECONDS = 20.0
FACTS = told("rebuilding", 600)


async def rebuilt(town: Town, projection: Projection[Any], log: Log) -> Rebuilt:
    return await rebuild(projection, log, town.projector, schema=town.schema)


async def caseload_digest(town: Town) -> str:
    async with await town.server() as connection:
        return (await Tables(caseload.PROJECTION, town.schema).digest(connection))["caseload"]


class SlowLog(Log):
    """A log that is read page by short page, so that somebody may come in between."""

    async def read(self, after: int, limit: int) -> Sequence[Any]:
        await asyncio.sleep(0.01)
        return await super().read(after, min(limit, 20))

    async def part(self, connection: Connection, part: Part) -> AsyncGenerator[Sequence[Any], None]:
        async with aclosing(super().part(connection, part)) as pages:
            async for page in pages:
                await asyncio.sleep(0.05)
                yield page


async def beside(town: Town, projection: Projection[Any]) -> list[str]:
    """Which tables somebody builds, or has left."""
    names = [table.name + NEXT for table in (*projection.tables, *projection.tallies)]
    async with await town.server() as connection:
        found = await connection.execute(
            "select tablename from pg_tables where schemaname = %s and tablename = any(%s)",
            [town.schema, names],
        )
        return [name for (name,) in await found.fetchall()]
