"""A town with a database of its own: views are written by its projector, read by its reader."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from psycopg import AsyncConnection

from api.runtime.clock import SystemClock
from api.runtime.postgres.database import session_url
from projections import ALL
from projections.engine import Followers
from projections.projection import Projection, Source
from tests.conftest import Database


@dataclass(frozen=True, slots=True)
class Town:
    schema: str
    projector_url: str
    server_url: str

    async def projector(self) -> AsyncConnection[Any]:
        return await AsyncConnection.connect(self.projector_url)

    async def server(self) -> AsyncConnection[Any]:
        return await AsyncConnection.connect(self.server_url, autocommit=True)

    def followers(
        self,
        source: Source[Any],
        projections: tuple[Projection[Any], ...] = ALL,
        *,
        take_over: bool = True,
    ) -> Followers[Any]:
        return Followers(
            projections,
            source,
            self.projector,
            schema=self.schema,
            clock=SystemClock(),
            take_over=take_over,
        )


def town_of(database: Database) -> Town:
    return Town(
        schema=database.schema,
        projector_url=database.url("projector"),
        server_url=session_url(database.url("reader"), name="test", **{"samordna.viewer": "test"}),
    )


@pytest.fixture
def town(log_database: Database) -> Town:
    return town_of(log_database)


@pytest.fixture
async def server(town: Town) -> AsyncIterator[AsyncConnection[Any]]:
    """A connection as doors have it: it may only read."""
    async with await town.server() as connection:
        yield connection
