"""The trees' mathematics, held against the definitions of RFC 6962 word by word."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.tree.merkle import (
    EMPTY,
    HASH,
    Node,
    ProofIsWrong,
    consistency_plan,
    inclusion_plan,
    leaf_hash,
    node_hash,
    proof,
    root,
    verify_consistency,
    verify_inclusion,
)
from api.tree.tiles import Edge, Tile, hash_in

LARGEST = 600  # leaves: more than two tiles

# --- RFC 6962, 2.1: the definitions, as they stand there ---------------------------------------


def half(entries: Sequence[bytes]) -> int:
    k = 1
    while 2 * k < len(entries):
        k *= 2
    return k


def mth(entries: Sequence[bytes]) -> bytes:
    if not entries:
        return EMPTY
    if len(entries) == 1:
        return leaf_hash(entries[0])
    k = half(entries)
    return node_hash(mth(entries[:k]), mth(entries[k:]))


def path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = half(entries)
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: Sequence[bytes], *, known: bool) -> list[bytes]:
    if m == len(entries):
        return [] if known else [mth(entries)]
    k = half(entries)
    if m <= k:
        return [*subproof(m, entries[:k], known=known), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], known=False), mth(entries[:k])]


# --- ours ------------------------------------------------------------------------------------

ENTRIES = [b"%d" % number for number in range(LARGEST)]
sizes = st.integers(1, 40) | st.integers(1, LARGEST)


def tree(size: int, steps: Sequence[int] = ()) -> tuple[Edge, dict[Tile, bytes]]:
    """Grown in steps that end at these sizes."""
    edge, tiles = Edge(), dict[Tile, bytes]()
    for before, after in pairwise(sorted({0, size, *(step % size for step in steps)})):
        tiles |= edge.grow(b"".join(map(leaf_hash, ENTRIES[before:after])))
    return edge, tiles


def hashes(tiles: dict[Tile, bytes]) -> Callable[[Node], bytes]:
    return lambda node: hash_in(tiles, node)


def test_published_roots() -> None:
    """The roots of the trees over the eight inputs that Certificate Transparency's own tests use
    (the first, the third, the eighth), and of the empty tree, are those published there."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    entries = [*map(bytes.fromhex, inputs), bytes(range(0x60, 0x70))]
    published = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for size, expected in published.items():
        edge = Edge()
        edge.grow(b"".join(map(leaf_hash, entries[:size])))
        assert edge.root.hex() == expected


@given(sizes, st.lists(st.integers(0, LARGEST), max_size=5))
def test_root_is_that_of_the_definition(size: int, steps: list[int]) -> None:
    """However a tree grew: its edge, its tiles and an edge read back from tiles have the root."""
    edge, tiles = tree(size, steps)
    expected = mth(ENTRIES[:size])
    assert edge.size == size
    assert edge.root == expected
    assert root(size, hashes(tiles)) == expected
    kept = [tiles.get(it, b"")[: it.width(size) * HASH] for it in Edge.tiles(size)]
    assert Edge(size, kept).root == expected


@given(sizes, st.data())
def test_inclusion(size: int, data: st.DataObject) -> None:
    """The proof is that of the definition, it verifies, and no other leaf, place, size or root goes
    with it."""
    index = data.draw(st.integers(0, size - 1))
    entries = ENTRIES[:size]
    found = proof(inclusion_plan(index, size), hashes(tree(size)[1]))
    assert found == path(index, entries)
    leaf, whole = leaf_hash(entries[index]), mth(entries)
    verify_inclusion(leaf, index, size, found, whole)
    wrong = [
        (leaf_hash(b"other"), index, size, found, whole),
        (leaf, index, size, found, EMPTY),
        (leaf, size, size, found, whole),
        (leaf, -1, size, found, whole),
        (leaf, index, size, [*found, EMPTY], whole),
    ]
    if found:
        at = data.draw(st.integers(0, len(found) - 1))
        wrong += [
            (leaf, index, size, [*found[:at], EMPTY, *found[at + 1 :]], whole),
            (leaf, index, size, found[1:], whole),
            (leaf, index ^ 1, size, found, whole),
        ]
    for case in wrong:
        with pytest.raises(ProofIsWrong):
            verify_inclusion(*case)


@given(sizes, st.data())
def test_consistency(size: int, data: st.DataObject) -> None:
    """The proof is that of the definition, it verifies, and no other root or proof does."""
    old = data.draw(st.integers(1, size))
    entries = ENTRIES[:size]
    found = proof(consistency_plan(old, size), hashes(tree(size)[1]))
    assert found == subproof(old, entries, known=True)
    before, after = mth(entries[:old]), mth(entries)
    verify_consistency(old, before, size, after, found)
    verify_consistency(0, EMPTY, size, after, [])
    wrong = [
        (old, EMPTY, size, after, found),
        (old, before, size, EMPTY, found),
        (old, before, size, after, [*found, EMPTY]),
        (size + 1, before, size, after, found),
    ]
    if found:
        at = data.draw(st.integers(0, len(found) - 1))
        wrong += [
            (old, before, size, after, [*found[:at], EMPTY, *found[at + 1 :]]),
            (old, before, size, after, found[:-1]),
        ]
    for case in wrong:
        with pytest.raises(ProofIsWrong):
            verify_consistency(*case)


def test_tiles_only_grow() -> None:
    """A tile that is full never changes, one at the edge only gets longer, and none is left out."""
    edge, before = Edge(), dict[Tile, bytes]()
    for entry in ENTRIES:
        for tile, grown in edge.grow(leaf_hash(entry)).items():
            assert grown.startswith(before.get(tile, b""))
            assert len(grown) == tile.width(edge.size) * HASH
            before[tile] = grown
    assert set(before) == {Tile(0, 0), Tile(0, 1), Tile(0, 2), Tile(1, 0)}


def test_paths_of_tiles() -> None:
    """Paths are those of C2SP tlog-tiles."""
    assert Tile(0, 5).path(3) == "tile/0/005.p/3"
    assert Tile(1, 1234067).path(256) == "tile/1/x001/x234/067"
