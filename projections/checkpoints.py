"""Where each projection stands, and whose turn it is to move it.

The guard of exactly-once: a page's rows and the move of the checkpoint commit together, and the
move succeeds only for the follower that took over last, and for the tables that it knows.
"""

from dataclasses import asdict, dataclass

from psycopg.rows import class_row

from projections.asking import Connection
from projections.sql import Statements

_statements = Statements("projections", "checkpoints.sql")


class NoCheckpoint(Exception):
    """The projection was never created here, or its checkpoint was deleted. Start a follower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    projection: str
    version: int
    position: int
    epoch: int
    build: int


async def create(connection: Connection, schema: str) -> None:
    """Make the table if it is missing; others who ask wait until this transaction ends."""
    await connection.execute(_statements("one_at_a_time", schema), [f"{schema}/projections"])
    await connection.execute(_statements("create", schema))


async def begin(connection: Connection, schema: str, projection: str, version: int) -> None:
    await connection.execute(_statements("begin", schema), [projection, version])


async def alone(connection: Connection, schema: str, projection: str) -> bool:
    """Whether this session is the only one that rebuilds the projection, until it ends."""
    found = await connection.execute(_statements("alone", schema), [f"{schema}/{projection}"])
    return (await found.fetchone()) == (True,)


async def exists(connection: Connection, schema: str, projection: str) -> bool:
    found = await connection.execute(_statements("find", schema), [projection])
    return found.rowcount == 1


async def find(connection: Connection, schema: str, projection: str) -> Checkpoint:
    """Raises NoCheckpoint."""
    return await _one(connection, schema, "find", projection)


async def hold(connection: Connection, schema: str, projection: str) -> Checkpoint:
    """The checkpoint, which nobody moves until this transaction ends. Raises NoCheckpoint."""
    return await _one(connection, schema, "hold", projection)


async def take_over(connection: Connection, schema: str, projection: str) -> Checkpoint:
    """Follow from now on; whoever followed before cannot move any more. Raises NoCheckpoint."""
    return await _one(connection, schema, "take_over", projection)


async def move(connection: Connection, schema: str, checkpoint: Checkpoint, to: int) -> bool:
    """Whether it moved; otherwise somebody else follows, or the tables were swapped."""
    moved = await connection.execute(_statements("move", schema), {**asdict(checkpoint), "to": to})
    return moved.rowcount == 1


async def swapped(
    connection: Connection, schema: str, projection: str, *, version: int, position: int
) -> None:
    """Other tables stand in the place of those that were followed, at this position."""
    facts = {"projection": projection, "version": version, "position": position}
    await connection.execute(_statements("swap", schema), facts)


async def _one(connection: Connection, schema: str, statement: str, projection: str) -> Checkpoint:
    async with connection.cursor(row_factory=class_row(Checkpoint)) as cursor:
        await cursor.execute(_statements(statement, schema), [projection])
        checkpoint = await cursor.fetchone()
    if checkpoint is None:
        raise NoCheckpoint(projection)
    return checkpoint
