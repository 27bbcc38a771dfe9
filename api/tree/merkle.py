"""Merkle trees as RFC 6962 (section 2.1) defines them: roots, proofs, and what verifies them.

Nodes are named by their height and their place among the nodes of that height, leaves being of
height 0. A complete node covers 2^height leaves; whatever else has a hash is made of those.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

HASH: Final = 32  # bytes

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"

EMPTY: Final = sha256().digest()
"""The root of a tree without leaves."""


class ProofIsWrong(Exception):
    """The proof does not lead from what is known to the root that it is said to lead to."""


class Node(NamedTuple):
    """A complete node: of the leaves from place * 2^height on, 2^height."""

    height: int
    place: int


Hashes = Callable[[Node], bytes]
"""What is known of a tree: the hash of a complete node."""


def leaf_hash(entry: bytes) -> bytes:
    return sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right).digest()


def complete(hashes: bytes) -> bytes:
    """The hash over 2^n hashes that stand behind each other."""
    while len(hashes) > HASH:
        pairs = range(0, len(hashes), 2 * HASH)
        hashes = b"".join([sha256(_NODE + hashes[at : at + 2 * HASH]).digest() for at in pairs])
    return hashes


def folded(hashes: Sequence[bytes]) -> bytes:
    """The hash over complete nodes of falling height, from left to right."""
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def covering(first: int, last: int) -> list[Node]:
    """The complete nodes, from left to right, that the hash over leaves first .. last-1 is made of,
    where `first` is the first leaf of a subtree."""
    nodes = []
    while first < last:
        height = (last - first).bit_length() - 1
        nodes.append(Node(height, first >> height))
        first += 1 << height
    return nodes


def root(size: int, hashes: Hashes) -> bytes:
    return folded([hashes(node) for node in covering(0, size)]) if size else EMPTY


# --- proofs, as lists of what each hash of them is made of --------------------------------------

Plan = list[list[Node]]


def inclusion_plan(index: int, size: int) -> Plan:
    """Of the proof that leaf `index` is in the tree of `size` leaves (RFC 6962, 2.1.1)."""
    plan: Plan = []
    first, last = 0, size
    while last - first > 1:
        middle = first + _half(last - first)
        if index < middle:
            plan.append(covering(middle, last))
            last = middle
        else:
            plan.append(covering(first, middle))
            first = middle
    return plan[::-1]


def consistency_plan(old: int, new: int) -> Plan:
    """Of the proof that the tree of `old` leaves, at least one, is the beginning of the tree of
    `new` (RFC 6962, 2.1.2)."""
    plan: Plan = []
    first, last, is_known = 0, new, True
    while old < last:
        middle = first + _half(last - first)
        if old <= middle:
            plan.append(covering(middle, last))
            last = middle
        else:
            plan.append(covering(first, middle))
            first, is_known = middle, False
    if not is_known:
        plan.append(covering(first, last))
    return plan[::-1]


def proof(plan: Plan, hashes: Hashes) -> list[bytes]:
    return [folded([hashes(node) for node in nodes]) for nodes in plan]


def _half(leaves: int) -> int:
    """The largest power of two below the number of leaves: what the left subtree holds."""
    return 1 << ((leaves - 1).bit_length() - 1)


# --- verification -------------------------------------------------------------------------------


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes
) -> None:
    """Raises ProofIsWrong unless the hash of a leaf stands at `index` of the tree of that root."""
    if not 0 <= index < size:
        raise ProofIsWrong
    steps = inclusion_plan(index, size)
    if len(steps) != len(path):
        raise ProofIsWrong
    found = leaf
    for step, sibling in zip(steps, path, strict=True):
        begins_at = step[0].place << step[0].height
        found = node_hash(sibling, found) if begins_at <= index else node_hash(found, sibling)
    if found != expected:
        raise ProofIsWrong


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Raises ProofIsWrong unless the tree of the new root begins with the tree of the old one."""
    if not 0 <= old <= new:
        raise ProofIsWrong
    if old in {0, new}:
        known = old_root == (EMPTY if old == 0 else new_root)
        if path or not known:
            raise ProofIsWrong
        return
    if len(path) != len(consistency_plan(old, new)):
        raise ProofIsWrong
    rest = list(path)
    place, last = old - 1, new - 1
    while place & 1:  # up to the last complete node that both trees share
        place, last = place >> 1, last >> 1
    before = after = rest.pop(0) if place else old_root
    for sibling in rest:
        if place & 1 or place == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while place and not place & 1:  # its right edge is ragged: no sibling up there
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        place, last = place >> 1, last >> 1
    if (before, after) != (old_root, new_root):
        raise ProofIsWrong
