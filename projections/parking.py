"""Poison: an item that a projection cannot fold is parked, and with it all later ones of its key.

What is parked is written in the transaction that moves the checkpoint past it: so each item is
either folded or parked, once. The rows of a parked key stay as they were before.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from domain.errors import Unavailable
from projections.asking import Connection
from projections.sql import Statements

_statements = Statements("projections", "parking.sql")


class CannotBeFolded(Exception):
    """A fold fails, and may fail because of what an item says. The cause says how."""


@contextmanager
def blaming_items() -> Iterator[None]:
    """Raises CannotBeFolded for what a fold or its values may have raised. What may be the fault
    of the database, the network or the machine passes: that is tried again, and parks nothing."""
    try:
        yield
    except psycopg.Error as error:
        if isinstance(error, psycopg.DataError | psycopg.IntegrityError):
            raise CannotBeFolded from error
        raise
    except (OSError, MemoryError, Unavailable):
        raise
    except Exception as error:
        raise CannotBeFolded from error


@dataclass(frozen=True, slots=True)
class Parked:
    """A key of a projection: what could not be folded, and how much has been passed over since."""

    projection: str
    key: str
    first_position: int  # of what could not be folded
    last_position: int
    items: int
    error: str  # the name of its class
    since: datetime


async def create(connection: Connection, schema: str) -> None:
    await connection.execute(_statements("create", schema))


async def parked(
    connection: Connection, schema: str, projections: Collection[str]
) -> Sequence[Parked]:
    """Everything that these projections have parked, in the order of the log."""
    async with connection.cursor(row_factory=class_row(Parked)) as cursor:
        await cursor.execute(_statements("all", schema), [list(projections)])
        return await cursor.fetchall()


async def parked_among(
    connection: Connection, schema: str, projection: str, keys: Collection[object]
) -> frozenset[str]:
    """Which of these keys are parked: what the view says of them is not up to date."""
    asked = [projection, [str(key) for key in keys]]
    found = await connection.execute(_statements("among", schema), asked)
    return frozenset(key for (key,) in await found.fetchall())


async def park(
    connection: Connection,
    schema: str,
    projection: str,
    key: str,
    *,
    position: int,
    error: BaseException,
    since: datetime,
) -> None:
    facts = {"projection": projection, "key": key, "position": position, "since": since}
    await connection.execute(_statements("park", schema), {**facts, "error": type(error).__name__})


async def passed_over(
    connection: Connection, schema: str, projection: str, positions: Mapping[str, Sequence[int]]
) -> None:
    """Items of parked keys, at these positions, were not folded."""
    facts = {
        "projection": projection,
        "keys": list(positions),
        "items": [len(found) for found in positions.values()],
        "positions": [found[-1] for found in positions.values()],
    }
    await connection.execute(_statements("passed_over", schema), facts)


async def release(
    connection: Connection, schema: str, projection: str, keys: Collection[str]
) -> None:
    """What was parked under these keys is folded now."""
    await connection.execute(_statements("release", schema), [projection, list(keys)])
