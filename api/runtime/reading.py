"""Questions to a log, on a pool of connections that recovers by itself."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import psycopg
from psycopg.rows import AsyncRowFactory
from psycopg_pool import AsyncConnectionPool

from api.runtime.database import session_url
from api.runtime.patience import answered
from domain.errors import Unavailable

Row = TypeVar("Row")

PATIENCE: Final = 5.0  # seconds for an answer of the server


class LogReader:
    """Asks with prepared statements, outside transactions."""

    def __init__(
        self, url: str, *, name: str, unavailable: type[Unavailable], connections: int
    ) -> None:
        self._unavailable = unavailable
        self._pool = AsyncConnectionPool(
            # Plans are prepared once, perhaps on empty tables: never a scan of the whole log.
            session_url(url, name=name, statement_timeout="5000", enable_seqscan="off", jit="off"),
            kwargs={"autocommit": True, "prepare_threshold": 0},
            min_size=1,
            max_size=connections,
            reconnect_timeout=2,  # then the next question tries anew
            name=name,
            open=False,
        )

    async def start(self) -> None:
        await self._pool.open()

    async def stop(self) -> None:
        await self._pool.close()

    async def rows(
        self, statement: bytes, parameters: Mapping[str, Any], row_factory: AsyncRowFactory[Row]
    ) -> Sequence[Row]:
        """All rows of the answer. Raises what this reader says when the log is away."""

        async def question(connection: psycopg.AsyncConnection[Any]) -> Sequence[Row]:
            async with connection.cursor(binary=True, row_factory=row_factory) as cursor:
                await cursor.execute(statement, parameters)
                return await cursor.fetchall()

        try:
            return await answered(self._pool, question, patience=PATIENCE)
        except psycopg.OperationalError:
            raise self._unavailable from None
