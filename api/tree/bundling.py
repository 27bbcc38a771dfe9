"""What a bundle holds of a log: rows and proofs, put together some hundred entries at a time."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, Final, Protocol

from api.tree.bundles import Entry, binding_of
from api.tree.proving import Tree, paths

_TOGETHER: Final = 256


class Row(Protocol):
    @property
    def position(self) -> int: ...
    @property
    def columns(self) -> Mapping[str, Any]: ...


class RowsAndTree(Tree, Protocol):
    async def rows(self, positions: Collection[int]) -> Sequence[Row]: ...


async def entries(
    log: str,
    tree: RowsAndTree,
    told: Mapping[int, Mapping[str, Any] | None],
    *,
    size: int,
    disclosed: Collection[int] = (),
) -> AsyncIterator[Entry]:
    """Those of the positions in `told`, in order, each proved to be in the tree of so many; with
    its row, where it is disclosed."""
    positions = sorted(told)
    for first in range(0, len(positions), _TOGETHER):
        rows = await tree.rows(positions[first : first + _TOGETHER])
        proved = await paths(tree, [row.position for row in rows], size)
        for row, path in zip(rows, proved, strict=True):
            yield Entry(
                log=log,
                position=row.position,
                binding=binding_of(row.columns),
                path=path,
                row=row.columns if row.position in disclosed else None,
                told=told[row.position],
            )
