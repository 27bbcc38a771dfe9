"""Make, rebuild, swap: a view's tables beside those that are asked, then in their place.

Readers and the follower go on. What is built reaches the old tables' position, where both are
compared by digest; then the log's head; then the names are swapped in one short transaction, and
the follower, refused by the checkpoint, goes on with the new tables. The old ones are kept, with
their position, so that they can be put back.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from projections import checkpoints
from projections.asking import Connection
from projections.beside import Beside, Progress
from projections.building import Builders, Connect, ThisProcess
from projections.projection import Item, Projection, Source
from projections.tables import NEXT, OLD, Tables

ALONE_PATIENCE, ALONE_PAUSE = 2.0, 0.1  # seconds for who looks, or builds for a killed rebuild
TIDY = 60.0  # seconds


class RebuildIsRunning(Exception):
    """Somebody else rebuilds this view, or puts its old tables back. Wait for it to end."""


class NothingIsKept(Exception):
    """No tables of this view are kept that could be put back: it was never rebuilt here, or facts
    are lacking to those that were replaced."""


class KeptByAnotherVersion(Exception):
    """The tables that are kept were made by another version of the program. Start that version,
    and put them back with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild found: the digests of the old and the new tables at one position. There is
    none of old tables that another version of the program made, or nobody has followed."""

    position: int
    compared_at: int
    old: Mapping[str, str] | None
    new: Mapping[str, str]

    @property
    def differs(self) -> bool:
        return self.old is not None and self.old != self.new


async def prepare(projections: Iterable[Projection[Any]], connect: Connect, *, schema: str) -> None:
    """Make what is missing, at position 0; drop what killed rebuilds have left."""
    async with await connect() as connection, connection.transaction():
        await checkpoints.create(connection, schema)
        for projection in projections:
            if not await checkpoints.exists(connection, schema, projection.name):
                tables = Tables(projection, schema)
                await tables.create(connection)
                await tables.index(connection)
                await checkpoints.begin(connection, schema, projection.name, projection.version)
            if await checkpoints.alone(connection, schema, projection.name):
                await Tables(projection, schema, NEXT).drop(connection)


async def tidy(projections: Sequence[Projection[Any]], connect: Connect, *, schema: str) -> None:
    """Forever: what a killed rebuild has left is gone after `TIDY` seconds."""
    while True:
        await asyncio.sleep(TIDY)
        with suppress(psycopg.Error):  # then the next time
            await prepare(projections, connect, schema=schema)


async def rebuild(
    projection: Projection[Item],
    source: Source[Item],
    connect: Connect,
    *,
    schema: str,
    builders: Builders | None = None,
    progress: Progress = lambda *_: None,
    dry_run: bool = False,
) -> Rebuilt:
    """Build anew from zero, compare and swap; after a dry run nothing has changed.

    Raises RebuildIsRunning, FactCannotBeFolded, and what the builders raise.
    """
    await prepare([projection], connect, schema=schema)
    try:
        async with await connect() as connection:
            await alone(connection, schema, projection)
            new = Beside(projection, source, connection, schema, NEXT, progress)
            stood = await _digest(projection, connection, schema)
            compared_at, old = stood or (await source.head(), None)
            await new.build(builders or ThisProcess(source, connect), compared_at)
            digest = await new.tables.digest(connection)
            if dry_run:
                await new.tables.drop(connection)
            else:
                await new.take_over()
    except RebuildIsRunning:
        raise
    except BaseException:
        with suppress(psycopg.OperationalError, RebuildIsRunning):
            await _leave_nothing(projection, connect, schema)
        raise
    return Rebuilt(position=new.reached, compared_at=compared_at, old=old, new=digest)


async def _leave_nothing(projection: Projection[Any], connect: Connect, schema: str) -> None:
    """On a connection of its own, whatever has become of the other."""
    async with await connect() as connection:
        await alone(connection, schema, projection)
        await Tables(projection, schema, NEXT).drop(connection)


async def roll_back(
    projection: Projection[Item],
    source: Source[Item],
    connect: Connect,
    *,
    schema: str,
    progress: Progress = lambda *_: None,
) -> int:
    """Put the tables back that the last swap replaced, brought up to date; those that stood in
    their place are kept instead. The answer is the position that the view reflects.

    Raises NothingIsKept, KeptByAnotherVersion, RebuildIsRunning, FactCannotBeFolded.
    """
    await prepare([projection], connect, schema=schema)
    async with await connect() as connection:
        await alone(connection, schema, projection)
        try:
            kept = await checkpoints.find_kept(connection, schema, projection.name)
        except checkpoints.NoCheckpoint:
            raise NothingIsKept from None
        if kept.version != projection.version:
            raise KeptByAnotherVersion
        old = Beside(projection, source, connection, schema, OLD, progress, kept.position)
        await old.tables.inspect(connection)
        await old.tables.stage(connection)
        await old.take_over()
        return old.reached


async def keep_nothing(
    projections: Iterable[Projection[Any]], connect: Connect, *, schema: str
) -> None:
    """Drop the tables that were replaced: what they tell of files that are gone goes, too.

    Raises RebuildIsRunning.
    """
    async with await connect() as connection:
        for projection in projections:
            try:
                await checkpoints.find_kept(connection, schema, projection.name)
            except checkpoints.NoCheckpoint:
                continue
            await connection.commit()
            await alone(connection, schema, projection)
            async with connection.transaction():
                await Tables(projection, schema, OLD).drop(connection)
                await checkpoints.keep_none(connection, schema, projection.name)


async def alone(connection: Connection, schema: str, projection: Projection[Any]) -> None:
    """Be the only one that writes beside the follower, with this session, until it ends. Raises
    RebuildIsRunning."""
    await connection.set_autocommit(True)
    await connection.execute("set synchronous_commit = off")
    await connection.execute("set client_connection_check_interval = '1s'")
    seconds = asyncio.get_running_loop().time
    until = seconds() + ALONE_PATIENCE
    while not await checkpoints.alone(connection, schema, projection.name):
        if seconds() > until:
            raise RebuildIsRunning
        await asyncio.sleep(ALONE_PAUSE)


async def _digest(
    projection: Projection[Any], connection: Connection, schema: str
) -> tuple[int, Mapping[str, str]] | None:
    """The position and the digest of the tables that are asked, if they can be compared."""
    async with connection.transaction():
        await connection.execute("set transaction isolation level repeatable read")
        found = await checkpoints.find(connection, schema, projection.name)
        if found.version != projection.version or found.position == 0:
            return None
        tables = Tables(projection, schema)
        if not await tables.are_there(connection):
            return None
        return found.position, await tables.digest(connection)
