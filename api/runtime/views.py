"""The views as this process knows them: asked on sessions of the reader's role, followed here, or
stood by while others follow."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

import psycopg

from api.runtime.postgres import database
from api.runtime.postgres.sessions import Sessions
from api.runtime.together import Together
from domain.errors import Unavailable
from domain.policy import Viewer
from domain.ports import Clock
from projections import ALARMS, ALL, ALL_OF_RECEIPTS, access
from projections.access import Found
from projections.engine import Followers
from projections.standing import Standing, lacking, standings

P = ParamSpec("P")
T = TypeVar("T")

_SESSIONS: Final = 8
_PATIENCE: Final = 5.0  # seconds for what is asked on one of them


class FollowedViews:
    """The views, followed in this process: those of the facts, and the one of the receipts."""

    def __init__(self, sessions: Sessions, schema: str, clock: Clock) -> None:
        self._sessions = sessions
        self._schema = schema
        self._followers: dict[str, Followers[Any]] = {}
        self._viewers = Together(lambda staff: self.ask(access.viewers, staff, clock.now()))
        self._files = Together(lambda wanted: self.ask(access.files, wanted))

    def follow(self, followers: Followers[Any]) -> None:
        self._followers |= dict.fromkeys(followers.by_name, followers)

    async def ask(
        self,
        query: Callable[Concatenate[Any, str, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Raises Unavailable while the server is away, or a view is gone."""
        try:
            return await self._sessions.ask(
                lambda session: query(session, self._schema, *args, **kwargs)
            )
        except (psycopg.OperationalError, psycopg.errors.UndefinedTable) as error:
            raise Unavailable from error

    async def viewer(self, staff: UUID) -> Viewer | None:
        return await self._viewers(staff)

    async def file(self, wanted: UUID) -> Found | None:
        return await self._files(wanted)

    @property
    def names(self) -> Collection[str]:
        return self._followers.keys()

    async def standings(self) -> list[Standing]:
        """How they stand, in the database. Raises Unavailable."""
        of_receipts = [projection.name for projection in ALL_OF_RECEIPTS]
        return await self.ask(standings, self.names, of_receipts=of_receipts)

    async def alarms(self) -> Mapping[str, int]:
        """How often each thing stands that must not, by its name. Nothing while the views are not
        built. Raises Unavailable."""
        try:
            return {name: await self.ask(query) for name, query in ALARMS.items()}
        except Unavailable as away:
            if isinstance(away.__cause__, psycopg.errors.UndefinedTable):
                return {}
            raise

    async def lacking(self) -> Collection[str]:
        """The views of which a table is gone. Raises Unavailable."""
        return await self.ask(lacking, (*ALL, *ALL_OF_RECEIPTS))

    def position(self, projection: str) -> int:
        return self._followers[projection].by_name[projection].position

    def seconds_behind(self, projection: str) -> float:
        return self._followers[projection].lag(projection)

    def parked(self, projection: str) -> Collection[str]:
        return self._followers[projection].by_name[projection].parked

    async def wait_for(self, projection: str, position: int, timeout: float) -> bool:
        return await self._followers[projection].wait_for(projection, position, timeout)


def sessions_for_views(url: str) -> Sessions:
    """For views: however a question's parameters look, its plan is the one that was prepared.
    (Planned anew for each, a first page takes twice as long.) A session says for whom it reads:
    for the doors, who ask what their own viewer may see; without it, it would see no row."""
    settings = {
        "samordna.viewer": "doors",
        "plan_cache_mode": "force_generic_plan",
        "jit": "off",
        "statement_timeout": "5000",
    }
    url = database.session_url(url, name="samordna views", **settings)
    return Sessions(url, most=_SESSIONS, patience=_PATIENCE)
