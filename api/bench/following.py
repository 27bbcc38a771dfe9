"""`follow` and `rebuild`: the real caseload over the real mix of events, beside what it costs to
read the same rows and do nothing with them."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from typing import Final

import psycopg
from psycopg.sql import SQL, Identifier

from api.bench.figures import Effort, Figure, Turn, compared, in_turns
from api.bench.ground import Ground
from api.bench.history import History
from api.bench.programs import stock
from api.runtime import database
from api.runtime.clock import SystemClock
from projections import caseload
from projections.engine import Followers
from projections.rebuild import rebuild as rebuild_view

_PAGE: Final = 500
_STOCK_EVENTS: Final = 3000  # a transaction each: more would tell nothing more
_PATIENCE: Final = 3600.0

_VIEW: Final = caseload.PROJECTION


class ViewsDiffer(Exception):
    """What was rebuilt is not what was followed: no figure is worth anything."""


async def follow(
    ground: Ground, history: History, effort: Effort, tell: Callable[[str], None]
) -> list[Figure]:
    schema, events = history.schema, history.head
    some = min(_STOCK_EVENTS, events)
    reader = {"url": history.url("server"), "schema": schema}

    async def followed() -> Turn:
        with _fresh_schema(ground, history) as views:
            return await _follow(history, views)

    async def followed_by_stock() -> Turn:
        with _fresh_schema(ground, history) as views:
            return await stock(ground, "follow", **reader, views=views, events=some)

    tell(f"follow: {effort.rounds} rounds of three turns over {events:,} events")
    ours, read, stocked = await in_turns(
        effort.rounds,
        followed,
        partial(stock, ground, "read", **reader, page=_PAGE),
        followed_by_stock,
    )
    about = (
        f"The caseload followed from zero over {events:,} events ({history.mix}): read, decoded,"
        " folded, rows and checkpoint written in one transaction a page, as the server does it"
        " (synchronous_commit off for views), in one process with uvloop that does nothing else."
    )
    figure = partial(compared, "follow", "caseload", ours, unit="events/s")
    return [
        figure(
            reference=f"reading the same notifications in pages of {_PAGE}",
            theirs=read,
            about=f"{about} Reading: one Python process asks for all rows of the same events by the"
            f" library's recorder contract (select_notifications), {_PAGE} at a time, and makes"
            " its notification objects; it decodes and writes nothing.",
        ),
        figure(
            reference="stock ProjectionRunner with the same view",
            theirs=stocked,
            about=f"{about} The stock ProjectionRunner in a process of its own: the same fold and"
            " the same table with its indexes, the library's tracking in the same transaction, one"
            f" transaction an event, over the first {some:,} events. For information.",
        ),
    ]


async def rebuild(
    ground: Ground, history: History, effort: Effort, tell: Callable[[str], None]
) -> list[Figure]:
    events = history.head
    tell(f"rebuild: following {events:,} events first, since a rebuild compares itself")
    with _fresh_schema(ground, history) as views:
        await _follow(history, views)
        tell(f"rebuild: {effort.rounds} rounds of two turns")
        ours, copied = await in_turns(
            effort.rounds,
            partial(_rebuild, history, views),
            partial(asyncio.to_thread, _copy, history),
        )
    return [
        compared(
            "rebuild",
            "caseload, one process",
            ours,
            unit="events/s",
            reference="raw binary COPY TO, read by one Python process",
            theirs=copied,
            about=f"`samordna rebuild caseload` over {events:,} events ({history.mix}), whole:"
            " read, decoded, folded in memory, COPY into bare tables, indexes, digests of the old"
            " and the new tables compared, names swapped. One process with uvloop. The reference:"
            " COPY of the same table of events TO STDOUT (FORMAT BINARY), every byte received by"
            " psycopg in one Python process and thrown away.",
        )
    ]


async def _follow(history: History, views: str) -> Turn:
    rooms, events = history.rooms, history.head
    followers = Followers([_VIEW], rooms.facts, rooms.connect, schema=views, clock=SystemClock())
    began = perf_counter()
    async with followers:
        await followers.wait_for(_VIEW.name, events, timeout=_PATIENCE)
        return Turn(rate=events / (perf_counter() - began))


async def _rebuild(history: History, views: str) -> Turn:
    rooms = history.rooms
    began = perf_counter()
    rebuilt = await rebuild_view(_VIEW, rooms.facts, rooms.connect, schema=views)
    seconds = perf_counter() - began
    if rebuilt.old is None or rebuilt.differs:
        raise ViewsDiffer(ViewsDiffer.__doc__)
    return Turn(rate=history.head / seconds)


def _copy(history: History) -> Turn:
    copy_out = SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(Identifier(history.schema, "events"))
    began, size = perf_counter(), 0
    with (
        psycopg.connect(history.url("server")) as connection,
        connection.cursor() as cursor,
        cursor.copy(copy_out) as copy,
    ):
        for block in copy:
            size += len(block)
    return Turn(rate=history.head / (perf_counter() - began))


@contextmanager
def _fresh_schema(ground: Ground, history: History) -> Iterator[str]:
    """Where nothing has been followed yet."""
    views = f"{history.schema}_views"
    ground.ask(
        "CREATE SCHEMA {} AUTHORIZATION {}", views, database.role_name(history.schema, "projector")
    )
    try:
        yield views
    finally:
        ground.ask("DROP SCHEMA {} CASCADE", views)
