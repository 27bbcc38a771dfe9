"""A municipality whose views are rebuilt: the real log with facts of a year, and commands that are
still to be recorded."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import psycopg

from api.runtime.clock import SystemClock
from api.runtime.log.event_log import StoredEventLog
from api.runtime.log.fact_log import FactLog
from api.runtime.log.mapper import Mapper
from api.runtime.postgres.database import LOG
from api.runtime.postgres.postgres_server import PostgresServer
from api.runtime.rebuilding import Processes
from domain.recorded import Append, NewEvent, Recorded
from projections.engine import Followers
from projections.projection import Projection
from projections.rebuild import Rebuilt, rebuild
from projections.tables import Tables
from tests.api.test_demo_year import told
from tests.conftest import Database, new_database
from tests.fakes import MemoryVault

SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class House:
    """A municipality's log with its views, and the commands of a year, some of them recorded."""

    database: Database
    stored: StoredEventLog
    facts: FactLog
    vault: MemoryVault
    commands: list[Append]
    recorded: int = 0

    async def connect(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(self.database.url("projector"))

    def processes(self, count: int) -> Processes:
        return Processes(count=count, url=self.database.url("projector"), log=self.database.schema)

    async def rebuild(self, projection: Projection[Any], processes: int = 0) -> Rebuilt:
        return await rebuild(
            projection,
            self.facts,
            self.connect,
            schema=self.database.schema,
            builders=self.processes(processes) if processes else None,
        )

    @asynccontextmanager
    async def followed(self, *projections: Projection[Any]) -> AsyncIterator[Followers[Any]]:
        schema, clock = self.database.schema, SystemClock()
        async with Followers(
            projections, self.facts, self.connect, schema=schema, clock=clock
        ) as followers:
            head = await self.facts.head()
            for projection in projections:
                assert await followers.wait_for(projection.name, head, SECONDS)
            yield followers

    async def digest(self, projection: Projection[Any]) -> dict[str, str]:
        async with await self.connect() as connection:
            return await Tables(projection, self.database.schema).digest(connection)

    def stands(self, table: str) -> bool:
        found = self.database.execute(f"select to_regclass('{{}}.{table}') is not null")
        return bool(found[0][0])


@asynccontextmanager
async def a_house(server: PostgresServer, secrets: Path) -> AsyncIterator[House]:
    """A tenth of a pilot year, of which three quarters are recorded."""
    database = new_database(server, secrets, LOG)
    vault = MemoryVault()
    async with StoredEventLog(database.url("server"), database.schema) as stored:
        facts = FactLog(stored, Mapper(vault), vault)
        year = await told(1, scale=0.1)
        commands = list(_commands(year.facts))
        recorded = len(commands) * 3 // 4
        for command in commands[:recorded]:
            await facts.append(command)
        yield House(database, stored, facts, vault, commands, recorded)


def _commands(facts: Sequence[Recorded]) -> Iterator[Append]:
    for command, group in groupby(facts, key=lambda fact: fact.command):
        together = list(group)
        first = together[0]
        assert command
        assert first.correlation
        yield Append(
            command=command,
            correlation=first.correlation,
            body_mac=b"",
            actor=first.actor,
            unit=first.unit,
            expected={fact.stream: fact.version - 1 for fact in reversed(together)},
            events=[
                NewEvent(stream=fact.stream, event=fact.event, occurred_at=fact.occurred_at)
                for fact in together
            ],
        )
