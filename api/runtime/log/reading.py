"""Questions to a log, on sessions that come back by themselves."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import psycopg
from psycopg.rows import AsyncRowFactory

from api.runtime.postgres.database import session_url
from api.runtime.postgres.sessions import Session, Sessions
from domain.errors import Unavailable

Row = TypeVar("Row")

PATIENCE: Final = 5.0  # seconds for an answer of the server


class LogReader:
    """Asks with prepared statements, outside transactions."""

    def __init__(
        self, url: str, *, name: str, unavailable: type[Unavailable], connections: int
    ) -> None:
        self._unavailable = unavailable
        # Plans are prepared once, perhaps on empty tables: never a scan of the whole log.
        settings = {"statement_timeout": "5000", "enable_seqscan": "off", "jit": "off"}
        url = session_url(url, name=name, **settings)
        self._sessions = Sessions(url, most=connections, patience=PATIENCE)

    async def stop(self) -> None:
        await self._sessions.close()

    async def rows(
        self, statement: bytes, parameters: Mapping[str, Any], row_factory: AsyncRowFactory[Row]
    ) -> Sequence[Row]:
        """All rows of the answer. Raises what this reader says when the log is away."""

        async def question(session: Session) -> Sequence[Row]:
            async with session.cursor(binary=True, row_factory=row_factory) as cursor:
                await cursor.execute(statement, parameters)
                return await cursor.fetchall()

        try:
            return await self._sessions.ask(question)
        except psycopg.OperationalError:
            raise self._unavailable from None
