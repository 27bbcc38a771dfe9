"""Where each projection stands, and whose turn it is to move it.

The guard of exactly-once: a page's rows and the move of the checkpoint commit together, and the
move succeeds only for the follower that took over last, and for the tables that it knows.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from psycopg.rows import class_row

from projections import parking
from projections.asking import Connection
from projections.sql import Statements
from projections.tables import OLD

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
    parked: Sequence[str] = ()  # keys whose items are not folded: only `find` says


async def create(connection: Connection, schema: str) -> None:
    """Make the table if it is missing; others who ask wait until this transaction ends."""
    await connection.execute(_statements("one_at_a_time", schema), [f"{schema}/projections"])
    await connection.execute(_statements("create", schema))
    await parking.create(connection, schema)


async def begin(connection: Connection, schema: str, projection: str, version: int) -> None:
    await connection.execute(_statements("begin", schema), [projection, version])


async def alone(connection: Connection, schema: str, projection: str) -> bool:
    """Whether this session is the only one that rebuilds the projection, until it ends; and
    nobody builds any more for one that rebuilt before."""
    found = await connection.execute(_statements("alone", schema), _locks(schema, projection))
    return (await found.fetchone()) == (True,)


async def build_for(connection: Connection, schema: str, projection: str, rebuilder: int) -> bool:
    """Whether the session that rebuilds (a backend's process id) is still there. Then nobody is
    `alone` after it, or makes other tables in the place of its own, until this session ends."""
    await connection.execute(_statements("build", schema), _locks(schema, projection))
    found = await connection.execute(_statements("rebuilds", schema), [rebuilder])
    return (await found.fetchone()) == (True,)


async def exists(connection: Connection, schema: str, projection: str) -> bool:
    found = await connection.execute(_statements("find", schema), [projection])
    return found.rowcount == 1


async def find(connection: Connection, schema: str, projection: str) -> Checkpoint:
    """Raises NoCheckpoint."""
    return await _one(connection, schema, "find", projection)


async def find_all(
    connection: Connection, schema: str, projections: Collection[str]
) -> dict[str, Checkpoint]:
    async with connection.cursor(row_factory=class_row(Checkpoint)) as cursor:
        await cursor.execute(_statements("find_all", schema), [list(projections)])
        return {found.projection: found for found in await cursor.fetchall()}


async def hold(connection: Connection, schema: str, projection: str) -> Checkpoint:
    """The checkpoint, which nobody moves until this transaction ends. Raises NoCheckpoint."""
    return await _one(connection, schema, "hold", projection)


async def take_over(connection: Connection, schema: str, projection: str) -> int:
    """Follow from now on, in an epoch of one's own: whoever followed before cannot move any more.
    Raises NoCheckpoint."""
    return (await _one(connection, schema, "take_over", projection)).epoch


async def move(connection: Connection, schema: str, checkpoint: Checkpoint, to: int) -> bool:
    """Whether it moved; otherwise somebody else follows, or the tables were swapped."""
    moved = await connection.execute(_statements("move", schema), {**asdict(checkpoint), "to": to})
    return moved.rowcount == 1


async def stands(connection: Connection, schema: str, checkpoint: Checkpoint) -> bool:
    """Whether a move from here would succeed."""
    found = await find(connection, schema, checkpoint.projection)
    return (found.epoch, found.build) == (checkpoint.epoch, checkpoint.build)


async def swapped(
    connection: Connection, schema: str, projection: str, *, version: int, position: int
) -> None:
    """Other tables, to which nothing is lacking, stand in the place of those that were followed, at
    this position. Where those stood is kept, unless something was lacking to them."""
    facts = {"projection": projection, "version": version, "position": position}
    for statement in ("keep_none", "keep", "nothing_lacks", "swap"):
        await connection.execute(
            _statements(statement, schema), {**facts, "kept": projection + OLD}
        )


async def keep_none(connection: Connection, schema: str, projection: str) -> None:
    """The tables that were replaced are no more."""
    await connection.execute(_statements("keep_none", schema), {"kept": projection + OLD})


async def renew(connection: Connection, schema: str, projection: str) -> None:
    """Somebody else than the follower wrote into the tables: it is to take them as they are now."""
    await connection.execute(_statements("renew", schema), [projection])


async def move_kept(connection: Connection, schema: str, projection: str, to: int) -> None:
    """The tables that were replaced are brought up to date, by who is `alone` with them."""
    await connection.execute(_statements("move_kept", schema), [to, projection + OLD])


async def find_kept(connection: Connection, schema: str, projection: str) -> Checkpoint:
    """Where the tables stand that were replaced last. Raises NoCheckpoint."""
    return await _one(connection, schema, "find", projection + OLD)


def _locks(schema: str, projection: str) -> dict[str, str]:
    rebuild = f"{schema}/{projection}"
    return {"rebuild": rebuild, "builders": f"{rebuild}/builders"}


async def _one(connection: Connection, schema: str, statement: str, projection: str) -> Checkpoint:
    async with connection.cursor(row_factory=class_row(Checkpoint)) as cursor:
        await cursor.execute(_statements(statement, schema), [projection])
        checkpoint = await cursor.fetchone()
    if checkpoint is None:
        raise NoCheckpoint(projection)
    return checkpoint
