"""How the views stand, from the database alone: beside running servers, or without any."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from projections.asking import Connection, all_rows
from projections.checkpoints import Checkpoint
from projections.projection import Projection
from projections.sql import Statements
from projections.tables import OLD

LOOKS_APART = 1.0  # seconds
STANDING_STILL = "standing still"
AHEAD = "ahead of the log"

_statements = Statements("projections", "standing.sql")


@dataclass(frozen=True, slots=True)
class Standing:
    """One view, column by column. Who follows it and what is kept of it may be missing."""

    view: str
    version: int
    position: int
    epoch: int
    head: int  # of its log
    seconds_behind: float  # the age of the oldest item that is not folded
    parked_keys: int
    parked_items: int
    rebuilding: bool
    process: int | None  # that follows: its id
    client: str | None  # where that is, when it is not this machine
    kept_version: int | None  # of the tables that were replaced last
    kept_position: int | None

    @property
    def is_followed(self) -> bool:
        return self.process is not None

    @property
    def positions_behind(self) -> int:
        return max(0, self.head - self.position)


def state_of(view: Standing, before: Standing) -> str:
    """In a word, from two looks, of which the first was `LOOKS_APART` ago."""
    if view.rebuilding:
        return "rebuilding"
    if view.position > view.head:  # it shows what a restored log has lost: rebuild it
        return AHEAD
    if view.positions_behind == 0:
        return "level"
    moves = view.position != before.position or view.seconds_behind < 2 * LOOKS_APART
    return "behind" if moves else STANDING_STILL


async def standings(
    connection: Connection, schema: str, views: Collection[str], *, of_receipts: Collection[str]
) -> list[Standing]:
    """Those of these views that anybody has followed; of them, which follow the receipts."""
    facts: dict[str, Any] = {
        "schema": schema,
        "views": list(views),
        "of_receipts": list(of_receipts),
        "kept": OLD,
    }
    return await all_rows(connection, _statements("all", schema), facts, Standing)


async def lacking(
    connection: Connection, schema: str, views: Collection[Projection[Any]]
) -> list[str]:
    """Those of these views that cannot be asked, since a table of theirs is gone; nothing but a
    rebuild brings it back."""
    of = [(view.name, table.name) for view in views for table in (*view.tables, *view.tallies)]
    told: dict[str, Any] = {
        "schema": schema,
        "views": [view for view, _ in of],
        "tables": [table for _, table in of],
    }
    return await all_rows(connection, _statements("lacking", schema), told, str)


# --- who follows -----------------------------------------------------------------------------


async def say_follows(connection: Connection, view: str, epoch: int) -> None:
    """In the session's name, for whoever looks: since which take-over, and which process."""
    await _name(connection, f"samordna follows {view} {epoch} in {os.getpid()}")


async def say_stands_by(connection: Connection) -> None:
    await _name(connection, "samordna stands by")


async def is_followed(connection: Connection, schema: str, stands: Checkpoint) -> bool:
    """Whether the session of whoever took over last is still there, asleep or not."""
    facts = {"projection": stands.projection, "epoch": stands.epoch}
    found = await connection.execute(_statements("is_followed", schema), facts)
    return found.rowcount == 1


async def end_following(connection: Connection, view: str) -> None:
    """End the sessions of whoever follows the view: asleep in the midst of a transaction, it would
    hold the checkpoint for ever."""
    await connection.execute(_statements("end_following", ""), {"projection": view})


async def _name(connection: Connection, name: str) -> None:
    await connection.execute(_statements("name_session", ""), [name])
