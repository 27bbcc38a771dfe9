"""Whose turn it is among the processes of a house: told by a lock that a session of the database
holds, so that whoever is killed, or loses the server, has given it back."""

import psycopg

from api.runtime.postgres.database import session_url
from domain.errors import LogUnavailable


class Turn:
    """One process's part in a task that one of them does."""

    def __init__(self, url: str, schema: str, task: str) -> None:
        name = f"samordna {task}"
        self._url = session_url(url, name=name, statement_timeout="5000")
        self._lock = f"{name} {schema}"
        self._session: psycopg.AsyncConnection[tuple[bool]] | None = None
        self._holds = False

    async def is_mine(self) -> bool:
        """From the first time that it is, until the session breaks. Raises LogUnavailable."""
        try:
            if self._session is None:
                self._session = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
            question = (
                "SELECT true"
                if self._holds
                else "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
            )
            asked = await self._session.execute(question, [] if self._holds else [self._lock])
            row = await asked.fetchone()
        except psycopg.OperationalError:
            await self.end()
            raise LogUnavailable from None
        self._holds = bool(row and row[0])
        return self._holds

    async def end(self) -> None:
        session, self._session, self._holds = self._session, None, False
        if session:
            await session.close()
