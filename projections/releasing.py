"""Release: once the fold is mended, what was parked is folded after all, and following goes on.

The items of the parked keys are read again, each key's from the first that was parked on, up to
where the view stands. Rows, the end of the parking and a new build of the checkpoint are one
transaction: so the follower, refused by the checkpoint, takes the rows as they are now, and the
view is what a rebuild would make.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from projections import checkpoints, parking
from projections.asking import Connection
from projections.building import Connect
from projections.parking import CannotBeFolded, Parked, blaming_items
from projections.projection import Item, Projection, Source
from projections.rebuild import alone
from projections.tables import Tables

PAGE = 1000


class ViewIsOfAnotherVersion(Exception):
    """Another version of the program made this view. Start this version's follower: it rebuilds the
    view, with what was parked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Which keys are folded again, and which cannot be: those stay parked, as they were."""

    keys: Sequence[str]
    still_parked: Sequence[str]


async def release(
    projection: Projection[Item], source: Source[Item], connect: Connect, *, schema: str
) -> Released:
    """Fold what a projection has parked. Raises RebuildIsRunning, ViewIsOfAnotherVersion."""
    async with await connect() as connection:
        await alone(connection, schema, projection)
        stands = await checkpoints.find(connection, schema, projection.name)
        if stands.version != projection.version:
            raise ViewIsOfAnotherVersion(projection.name)
        return await _Release(projection, source, connection, schema).run()


class _Release(Generic[Item]):
    """One release, on one connection."""

    def __init__(
        self,
        projection: Projection[Item],
        source: Source[Item],
        connection: Connection,
        schema: str,
    ) -> None:
        self._projection = projection
        self._source = source
        self._connection = connection
        self._schema = schema
        self._tables = Tables(projection, schema)
        self._released: list[str] = []
        self._still: list[str] = []

    async def run(self) -> Released:
        await self._tables.inspect(self._connection)
        await self._tables.stage(self._connection)
        parked = await parking.parked(self._connection, self._schema, [self._projection.name])
        await self._release(parked)
        return Released(keys=self._released, still_parked=self._still)

    async def _release(self, parked: Sequence[Parked]) -> None:
        """All of them; or each half apart, until what still fails stands alone."""
        if not parked:
            return
        try:
            await self._fold({one.key: one.first_position for one in parked})
        except CannotBeFolded:
            if len(parked) == 1:
                self._still.append(parked[0].key)
                return
            half = len(parked) // 2
            await self._release(parked[:half])
            await self._release(parked[half:])
        else:
            self._released += [one.key for one in parked]

    async def _fold(self, first: Mapping[str, int]) -> None:
        """Fold the items of these keys, each key's from a position on. Raises CannotBeFolded."""
        name = self._projection.name
        self._tables.forget()
        stands = await checkpoints.find(self._connection, self._schema, name)
        await self._read(first, min(first.values()) - 1, stands.position)
        async with self._connection.transaction():
            held = await checkpoints.hold(self._connection, self._schema, name)
            await self._read(first, stands.position, held.position)
            with blaming_items():
                await self._tables.write(self._connection)
            await parking.release(self._connection, self._schema, name, first.keys())
            await checkpoints.renew(self._connection, self._schema, name)

    async def _read(self, first: Mapping[str, int], after: int, until: int) -> None:
        while after < until:
            page = await self._source.read(after, min(PAGE, until - after))
            due = [item for item in page if self._is_due(item, first)]
            with blaming_items():
                await self._tables.fold(self._connection, due)
            after = page[-1].position

    def _is_due(self, item: Item, first: Mapping[str, int]) -> bool:
        key = self._projection.key
        if key is None:  # then nothing was parked
            return False
        return item.position >= first.get(str(key(item)), item.position + 1)
