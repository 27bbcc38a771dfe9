"""Proofs of inclusion and of consistency, held against two others who know RFC 6962: a library from
the package registry, and our own verifier of one file, which shares no line with the rest."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from api.tree import merkle, offline
from api.tree.checkpoints import Checkpoint
from api.tree.merkle import EMPTY, Node, consistency_plan, inclusion_plan, leaf_hash, proof
from api.tree.notes import Note, Signer
from api.tree.proofs import InclusionProof, ProofIsUnsound, read_inclusion
from api.tree.tiles import Edge, Tile, hash_in

ORIGIN = "samordna.example/uppsala/events"
SIGNER = Signer(ORIGIN, bytes(range(32)))
LARGEST = 600  # leaves: more than two tiles
ENTRIES = [number.to_bytes(8) + bytes([number % 256]) * 32 for number in range(1, LARGEST + 1)]

# The eight inputs of Certificate Transparency's own tests, and what is published of their trees.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
PUBLISHED = [*map(bytes.fromhex, INPUTS), bytes(range(0x60, 0x70))]
LEFT = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
PAIR = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
RIGHT_HALF = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
FIFTH = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
LAST_PAIR = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
LEFT_HALF = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
FIRST_PAIR = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
FIRST = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
SIXTH = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

sizes = st.integers(1, 40) | st.integers(1, LARGEST)


def hashes(entries: Sequence[bytes]) -> tuple[bytes, Callable[[Node], bytes]]:
    edge, tiles = Edge(), dict[Tile, bytes]()
    tiles |= edge.grow(b"".join(map(leaf_hash, entries)))
    return edge.root, lambda node: hash_in(tiles, node)


@cache
def others() -> InmemoryTree:
    theirs = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES:
        theirs.append_entry(entry)
    return theirs


def checkpoint(size: int, root: bytes) -> offline.Checkpoint:
    return offline.Checkpoint(ORIGIN, size, root, {})


@pytest.mark.parametrize(
    ("position", "size", "published"),
    [
        (1, 1, []),
        (1, 8, [LEFT, PAIR, RIGHT_HALF]),
        (6, 8, [FIFTH, LAST_PAIR, LEFT_HALF]),
        (3, 3, [FIRST_PAIR]),
        (2, 5, [FIRST, PAIR, FIFTH]),
    ],
)
def test_published_inclusion(position: int, size: int, published: list[str]) -> None:
    """The proofs are those that Certificate Transparency publishes for its own tests."""
    root, known = hashes(PUBLISHED[:size])
    path = proof(inclusion_plan(position - 1, size), known)
    assert [each.hex() for each in path] == published
    assert offline.is_included(PUBLISHED[position - 1], position, checkpoint(size, root), path)


@pytest.mark.parametrize(
    ("old", "size", "published"),
    [
        (1, 1, []),
        (1, 8, [LEFT, PAIR, RIGHT_HALF]),
        (6, 8, [SIXTH, LAST_PAIR, LEFT_HALF]),
        (2, 5, [PAIR, FIFTH]),
    ],
)
def test_published_consistency(old: int, size: int, published: list[str]) -> None:
    """So are the proofs that a tree has only grown."""
    (before, _), (after, known) = hashes(PUBLISHED[:old]), hashes(PUBLISHED[:size])
    path = proof(consistency_plan(old, size), known)
    assert [each.hex() for each in path] == published
    assert offline.has_grown(checkpoint(old, before), checkpoint(size, after), path)


@given(sizes, st.data())
def test_inclusion_is_proved_to_others_and_by_them(size: int, data: st.DataObject) -> None:
    """Our proof verifies there and in the single file, theirs verifies here; and with another
    entry, place, root or step, none does anywhere."""
    position = data.draw(st.integers(1, size))
    entry, (root, known) = ENTRIES[position - 1], hashes(ENTRIES[:size])
    ours = proof(inclusion_plan(position - 1, size), known)
    theirs = others().prove_inclusion(position, size)
    merkle.verify_inclusion(leaf_hash(entry), position - 1, size, theirs.path[1:], root)
    theirs.path = [leaf_hash(entry), *ours]
    verify_inclusion(leaf_hash(entry), root, theirs, index=position, size=size)
    tree = checkpoint(size, root)
    assert offline.is_included(entry, position, tree, ours)
    assert not offline.is_included(entry + b"x", position, tree, ours)
    assert not offline.is_included(entry, position, tree._replace(root=EMPTY), ours)
    assert not offline.is_included(entry, position, tree, [*ours, EMPTY])
    assert not offline.is_included(entry, size + 1, tree, ours)
    if ours:
        at = data.draw(st.integers(0, len(ours) - 1))
        assert not offline.is_included(entry, position, tree, [*ours[:at], *ours[at + 1 :]])
        assert not offline.is_included(entry, position, tree, [*ours[:at], EMPTY, *ours[at + 1 :]])
        assert not offline.is_included(entry, (position - 1 ^ 1) + 1, tree, ours)


@given(sizes, st.data())
def test_growth_is_proved(size: int, data: st.DataObject) -> None:
    """The same of consistency, between any two sizes; the library spells such a proof in a way of
    its own, and its own proof leads from and to our roots."""
    old = data.draw(st.integers(1, size))
    (before, _), (after, known) = hashes(ENTRIES[:old]), hashes(ENTRIES[:size])
    ours = proof(consistency_plan(old, size), known)
    theirs = others().prove_consistency(old, size)
    verify_consistency(before, after, theirs, prior_size=old, later_size=size)
    small, large = checkpoint(old, before), checkpoint(size, after)
    assert offline.has_grown(small, large, ours)
    assert offline.has_grown(checkpoint(0, EMPTY), large, [])
    assert not offline.has_grown(small._replace(root=EMPTY), large, ours)
    assert not offline.has_grown(small, large._replace(root=EMPTY), ours)
    assert not offline.has_grown(small, large, [*ours, EMPTY])
    if ours:
        at = data.draw(st.integers(0, len(ours) - 1))
        assert not offline.has_grown(small, large, [*ours[:at], EMPTY, *ours[at + 1 :]])
        assert not offline.has_grown(small, large, ours[:-1])


def test_a_proof_reads_as_it_is_written() -> None:
    """A tlog-proof tells the entry, the index, the hashes and the checkpoint; what is spelled
    otherwise is none."""
    root, known = hashes(ENTRIES[:5])
    text = Checkpoint(ORIGIN, 5, root).text
    note = str(Note(text, [SIGNER.signature(text)]))
    path = proof(inclusion_plan(2, 5), known)
    written = InclusionProof(2, path, note, ENTRIES[2])
    assert read_inclusion(written.text) == written
    assert read_inclusion(written.text).verify(ENTRIES[2], [SIGNER.verifier]).size == 5
    with pytest.raises(merkle.ProofIsWrong):
        written.verify(ENTRIES[3], [SIGNER.verifier])
    extra = f"extra {b64encode(ENTRIES[2]).decode()}\n"
    assert read_inclusion(written.text.replace(extra, "")).path == path
    for changed in (
        written.text.replace("@v1", "@v2"),
        written.text.replace("index 2", "index 02"),
        written.text.replace("index 2", "index -2"),
        written.text.replace("\n\n", "\n", 1),
        written.text.replace("index 2\n", "index 2\nAAAA\n"),
        extra,
        "",
    ):
        with pytest.raises(ProofIsUnsound):
            read_inclusion(changed)
