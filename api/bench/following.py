"""`follow`: the real caseload over the real mix of events, beside what it costs to read the same
rows and do nothing with them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from typing import Final

from api.bench.figures import Effort, Figure, Turn, compared, in_turns
from api.bench.ground import Ground
from api.bench.history import History
from api.bench.programs import stock
from api.runtime.clock import SystemClock
from api.runtime.postgres import database
from projections import caseload
from projections.engine import Followers

_PAGE: Final = 500
_STOCK_EVENTS: Final = 3000  # a transaction each: more would tell nothing more
_PATIENCE: Final = 3600.0

VIEW: Final = caseload.PROJECTION


async def follow(
    ground: Ground, history: History, effort: Effort, tell: Callable[[str], None]
) -> list[Figure]:
    schema, events = history.schema, history.head
    some = min(_STOCK_EVENTS, events)
    reader = {"url": history.url("server"), "schema": schema}

    async def followed_by_us() -> Turn:
        with fresh_schema(ground, history) as views:
            return await followed(history, views)

    async def followed_by_stock() -> Turn:
        with fresh_schema(ground, history) as views:
            return await stock(ground, "follow", **reader, views=views, events=some)

    tell(f"follow: {effort.rounds} rounds of three turns over {events:,} events")
    ours, read, stocked = await in_turns(
        effort.rounds,
        followed_by_us,
        partial(stock, ground, "read", **reader, page=_PAGE),
        followed_by_stock,
    )
    about = (
        f"The caseload followed from zero over {events:,} events ({history.mix}): read, decoded,"
        " folded, rows and checkpoint written in one transaction a batch, as the server does it"
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


async def followed(history: History, views: str) -> Turn:
    """The view from zero up to the head."""
    rooms, events = history.rooms, history.head
    followers = Followers([VIEW], rooms.facts, rooms.connect, schema=views, clock=SystemClock())
    began = perf_counter()
    async with followers:
        await followers.wait_for(VIEW.name, events, timeout=_PATIENCE)
        return Turn(rate=events / (perf_counter() - began))


@contextmanager
def fresh_schema(ground: Ground, history: History) -> Iterator[str]:
    """Where nothing has been followed yet."""
    views = f"{history.schema}_views"
    ground.ask(
        "CREATE SCHEMA {} AUTHORIZATION {}", views, database.role_name(history.schema, "projector")
    )
    ground.ask("CREATE FUNCTION {}.a_viewer_is_set() RETURNS boolean IMMUTABLE RETURN true", views)
    try:
        yield views
    finally:
        ground.ask("DROP SCHEMA {} CASCADE", views)
