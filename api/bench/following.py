"""`follow` and `rebuild`: the real caseload over the real mix of events, beside what it costs to
read the same rows and do nothing with them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from time import perf_counter
from typing import Final

import psycopg
from psycopg.sql import SQL, Identifier

from api.bench.figures import Effort, Figure, Turn, compared, in_turns
from api.bench.ground import Ground
from api.bench.history import Told
from api.bench.programs import ToolFailed, stock
from api.runtime import database
from api.runtime.clock import SystemClock
from api.runtime.wiring import Rooms
from projections import caseload
from projections.engine import Followers
from projections.rebuild import rebuild as rebuild_view

_PATIENCE: Final = 3600.0
_PAGE: Final = 500
_STOCK_EVENTS: Final = 3000  # a transaction each: more would tell nothing more
_VIEW: Final = caseload.PROJECTION


async def follow(
    ground: Ground, history: Told, effort: Effort, tell: Callable[[str], None]
) -> list[Figure]:
    schema, head = history.town.municipality, history.head
    url = database.role_url(
        ground.addresses.log, schema, "server", secrets=history.town.secrets
    )
    some = min(_STOCK_EVENTS, head)

    async def stock_runner() -> Turn:
        with _fresh_schema(ground, schema) as views:
            return await stock(ground, "follow", url=url, schema=schema, views=views, events=some)

    tell(f"follow: {effort.rounds} rounds of three turns over {head:,} events")
    followed, read, stock_followed = await in_turns(
        effort.rounds,
        partial(_follow_anew, ground, history),
        partial(stock, ground, "read", url=url, schema=schema, page=_PAGE),
        stock_runner,
    )
    return []
