"""`append`: notes on cases go into the log as every door records them, beside single-row inserts
and beside the stock library; on slow flushes, too, and at the end of a long log."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, NamedTuple

from psycopg.errors import InsufficientPrivilege

from api.bench.figures import Effort, Figure, LeftOut, Side, Turn, compared, in_turns
from api.bench.ground import Ground
from api.bench.long_log import EVENTS_A_STREAM, KNOWN, lengthen
from api.bench.programs import pgbench, stock
from api.bench.writers import FILES_EACH, Writers
from api.runtime.postgres.database import role_name
from api.runtime.wiring import open_house

NAME: Final = "append"

Tell = Callable[[str], None]

_FEW: Final = 16
_MANY: Final = 64
_CROWD: Final = 256
_CLIENTS: Final = 16
_WARM_UP: Final = 0.2  # of a turn
_ROW_HEADER: Final = 24 + 8 + 4  # PostgreSQL's own bytes of a row, its id, the text's length
_INSERT: Final = "INSERT INTO {}.bench_rows (body) VALUES (:body);\n"

_SLOW: Final = {"commit_delay": "2000", "commit_siblings": "0"}  # microseconds

_SHORT_LOG: Final = 10_000
_LONG_LOG: Final = 1_000_000  # from here on it is compared with a short one


async def append(ground: Ground, effort: Effort, tell: Tell) -> list[Figure | LeftOut]:
    figures = [*await _beside_others(ground, effort, tell), await _slowly(ground, effort, tell)]
    if effort.events >= _LONG_LOG:
        figures.append(await _at_the_end(ground, effort, tell))
    return figures


async def _beside_others(ground: Ground, effort: Effort, tell: Tell) -> list[Figure]:
    async with _town(ground, effort, "append") as town:
        save = partial(
            stock,
            ground,
            "append",
            schema=town.schema,
            threads=_CLIENTS,
            seconds=effort.seconds,
            row_bytes=town.row,
        )
        tell(f"append: {effort.rounds} rounds of five turns")
        few, inserted, many, crowd, saved = await in_turns(
            effort.rounds,
            town.turn(_FEW),
            town.insert(),
            town.turn(_MANY),
            town.turn(_CROWD),
            save,
        )
    library = (
        f" The stock library: PostgresApplicationRecorder.insert_events in a process of its own,"
        f" {_CLIENTS} threads with a connection each, one event of the same size a call, each in a"
        " new stream; its own tables and its default settings."
    )
    figure = partial(_figure, theirs=inserted, about=town.about + town.about_rows)
    return [
        figure(f"{_FEW} waiting", few),
        _figure(
            f"{_FEW} waiting",
            few,
            reference=f"stock library {_CLIENTS} threads",
            theirs=saved,
            about=town.about + library,
        ),
        figure(f"{_MANY} waiting", many),
        figure(f"{_CROWD} waiting", crowd),
    ]


async def _slowly(ground: Ground, effort: Effort, tell: Tell) -> Figure | LeftOut:
    """On a disk whose every flush takes 2 ms more, or so it seems to the sessions of this town."""
    what = f"{_FEW} waiting, 2 ms flushes"
    try:
        async with _town(ground, effort, "append_slowly", **_SLOW) as town:
            tell(f"append, with 2 ms flushes: {effort.rounds} rounds of two turns")
            few, inserted = await in_turns(effort.rounds, town.turn(_FEW), town.insert(**_SLOW))
    except InsufficientPrivilege:
        reason = "only a superuser of the log's server may set commit_delay"
        return LeftOut(name=NAME, left_out=f"{what}: {reason}")
    slow = " Both sides' sessions with commit_delay = 2000 and commit_siblings = 0: every commit"
    slow += " waits for 2 ms, for others to share its flush."
    return _figure(what, few, theirs=inserted, about=town.about + town.about_rows + slow)


async def _at_the_end(ground: Ground, effort: Effort, tell: Tell) -> Figure:
    async with (
        _town(ground, effort, "append_short") as short,
        _town(ground, effort, "append_long") as long,
    ):
        for town, events in ((short, _SHORT_LOG), (long, effort.events)):
            tell(f"append: a log of {events:,} events")
            lengthen(ground, town.schema, events, row_bytes=town.row)
            await town.turn(_MANY)()
        tell(f"append, at its end: {effort.rounds} rounds of two turns")
        late, early = await in_turns(effort.rounds, long.turn(_MANY), short.turn(_MANY))
    return _figure(
        f"{_MANY} waiting at {effort.events:,} events",
        late,
        reference=f"the same at {_SHORT_LOG:,}",
        theirs=early,
        about=f"{long.about} Each log was lengthened by SQL beforehand: {EVENTS_A_STREAM} events a"
        f" stream, one command of {KNOWN} known as after 30 days in eight years, random indexes as"
        " full as random ids leave them; then both were written to for a turn that does not count.",
    )


class _Town(NamedTuple):
    """A log of its own, and those who write."""

    ground: Ground
    schema: str
    seconds: float
    writers: Writers
    row: int  # bytes that a note takes in the log

    def turn(self, waiting: int) -> Side:
        return partial(self.writers.turn, waiting, self.seconds)

    def insert(self, **settings: str) -> Side:
        self.ground.ask(
            "CREATE TABLE {}.bench_rows"
            " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL)",
            self.schema,
        )
        return partial(
            pgbench,
            self.ground,
            _INSERT.format(self.schema),
            clients=_CLIENTS,
            seconds=self.seconds,
            variables={"body": "x" * (self.row - _ROW_HEADER)},
            options=" ".join(f"-c {name}={value}" for name, value in settings.items()),
        )

    @property
    def about(self) -> str:
        return (
            f"Notes on cases ({self.row} bytes a row), one a command, through the fact log as the"
            " doors use it: sealed (AES-256-GCM), with command id, body mark, expected versions of"
            " the case and of its author, dense positions; each waits for its own commit. One"
            " process with uvloop, one writing connection; every waiting task goes round"
            f" {FILES_EACH} cases or more. Not in it: reading and deciding."
        )

    @property
    def about_rows(self) -> str:
        return (
            f" pgbench is a process of its own: {_CLIENTS} clients, -M prepared, one INSERT of one"
            f" row of {self.row} bytes (identity key, text) a transaction into a table with one"
            " index."
        )


@asynccontextmanager
async def _town(ground: Ground, effort: Effort, name: str, **settings: str) -> AsyncIterator[_Town]:
    """`settings` are those of the server's sessions with the log. Raises InsufficientPrivilege."""
    town = ground.town(name)
    schema = town.municipality
    for setting, value in settings.items():
        ground.ask(f"ALTER ROLE {{}} SET {setting} = {value}", role_name(schema, "server"))
    async with open_house(town, ground.addresses, follow=False) as rooms:
        writers = await Writers.employ(rooms.house.desk, _CROWD)
        await writers.turn(_MANY, effort.seconds * _WARM_UP)
        rows = ground.ask(
            "SELECT avg(pg_column_size(e.*)) FROM {}.events AS e WHERE version > 1", schema
        )
        yield _Town(ground, schema, effort.seconds, writers, round(rows[0][0]))


def _figure(
    what: str,
    ours: Sequence[Turn],
    *,
    reference: str = f"pgbench {_CLIENTS} clients",
    theirs: Sequence[Turn],
    about: str,
) -> Figure:
    return compared(
        NAME, what, ours, unit="events/s", reference=reference, theirs=theirs, about=about
    )
