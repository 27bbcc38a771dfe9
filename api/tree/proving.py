"""Proofs made of a tree's tiles: as many tiles are read as the tree is high, whatever its size."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from api.tree.merkle import Hashes, consistency_plan, inclusion_plan, proof
from api.tree.notes import read_note
from api.tree.proofs import InclusionProof
from api.tree.rows import ENTRY
from api.tree.submissions import Submission
from api.tree.tiles import Tile, hash_in, tiles_of
from domain.errors import CheckpointIsUnknown, NothingIsSealedThere, SizesAreReversed


class SignedTree(Protocol):
    """A checkpoint as it is kept."""

    @property
    def size(self) -> int: ...
    @property
    def note(self) -> str: ...


class Tree(Protocol):
    """One log's, wherever it is kept."""

    async def published(self) -> SignedTree | None: ...
    async def checkpoint(self, size: int) -> SignedTree | None: ...
    async def tiles(self, wanted: Collection[Tile]) -> Mapping[Tile, bytes]: ...
    async def entries(self, after: int, until: int) -> bytes: ...


async def prove_inclusion(tree: Tree, position: int, size: int | None = None) -> InclusionProof:
    """That the entry of a position is in the tree of the latest checkpoint, or of the one of this
    size. Raises NothingIsSealedThere, CheckpointIsUnknown."""
    signed = await _signed(tree, size)
    if not 0 < position <= signed.size:
        raise NothingIsSealedThere(sealed=signed.size)
    [path] = await paths(tree, [position], signed.size)
    entry = (await tree.entries(position - 1, position))[-ENTRY:]
    return InclusionProof(position - 1, path, signed.note, entry)


async def prove_consistency(tree: Tree, old: int, size: int | None = None) -> Submission:
    """That the log only grew from so many entries to the latest checkpoint, or to the one of this
    size. Raises SizesAreReversed, NothingIsSealedThere, CheckpointIsUnknown."""
    if size is not None and old > size:
        raise SizesAreReversed
    signed = await _signed(tree, size)
    if old > signed.size:
        raise NothingIsSealedThere(sealed=signed.size)
    plan = consistency_plan(old, signed.size) if old > 0 else []
    tiles = await tree.tiles(tiles_of(node for step in plan for node in step))
    return Submission(old, proof(plan, _hashes(tiles)), read_note(signed.note))


async def paths(tree: Tree, positions: Sequence[int], size: int) -> list[list[bytes]]:
    """Of the proofs that these entries are in the tree of so many, which is sealed."""
    plans = [inclusion_plan(position - 1, size) for position in positions]
    tiles = await tree.tiles(tiles_of(node for plan in plans for step in plan for node in step))
    return [proof(plan, _hashes(tiles)) for plan in plans]


async def _signed(tree: Tree, size: int | None) -> SignedTree:
    if size is not None:
        if found := await tree.checkpoint(size):
            return found
        raise CheckpointIsUnknown
    if published := await tree.published():
        return published
    raise NothingIsSealedThere(sealed=0)


def _hashes(tiles: Mapping[Tile, bytes]) -> Hashes:
    return lambda node: hash_in(tiles, node)
