"""Trees in tiles, as C2SP tlog-tiles lays them out: 256 hashes a tile, each level of tiles over the
level below; the tile at the right edge grows until it is full, and never changes otherwise."""

from collections.abc import Collection, Iterable, Mapping
from itertools import takewhile
from typing import Final, NamedTuple

from api.tree.merkle import EMPTY, HASH, Node, complete, folded

WIDTH: Final = 256  # hashes in a full tile
LEVELS: Final = 8  # of nodes below each level of tiles: 2^8 = 256

_FULL: Final = WIDTH * HASH


class Tile(NamedTuple):
    """Where a tile stands: the nodes of height 8 * level, from place 256 * number on."""

    level: int
    number: int

    def width(self, size: int) -> int:
        """How many hashes it holds in a tree of so many leaves."""
        return max(0, min(WIDTH, (size >> LEVELS * self.level) - WIDTH * self.number))

    def path(self, width: int) -> str:
        """Below the log's address: tile/0/x001/234, tile/1/003.p/17."""
        return f"tile/{self.level}/{spelled(self.number)}{partly(width)}"


def spelled(number: int) -> str:
    """A tile's number in groups of three digits, all but the last with an x before."""
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03}")
    return "/".join(groups)


def partly(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"


def tile_of(node: Node) -> Tile:
    """The tile whose hashes the node's is made of."""
    level = node.height // LEVELS
    return Tile(level, (node.place << node.height % LEVELS) // WIDTH)


def tiles_of(nodes: Iterable[Node]) -> set[Tile]:
    return {tile_of(node) for node in nodes}


def hash_in(tiles: Mapping[Tile, bytes], node: Node) -> bytes:
    """A complete node's hash. Raises KeyError when its tile is missing or too short."""
    leaves = 1 << node.height % LEVELS
    begins = (node.place * leaves) % WIDTH * HASH
    hashes = tiles[tile_of(node)][begins : begins + leaves * HASH]
    if len(hashes) != leaves * HASH:
        raise KeyError(node)
    return complete(hashes)


class Edge:
    """The right edge of a growing tree: on each level, the tile that is not full yet."""

    def __init__(self, size: int = 0, hashes: Collection[bytes] = ()) -> None:
        """`hashes` of the tiles that are not full in a tree of so many leaves, lowest first."""
        self.size = size
        self._levels = [bytearray(level) for level in hashes]

    @staticmethod
    def tiles(size: int) -> list[Tile]:
        """The tiles that the edge of a tree of so many leaves consists of, lowest first; those
        without hashes, too."""
        levels = takewhile(lambda level: size >> LEVELS * level, range(size.bit_length()))
        return [Tile(level, (size >> LEVELS * level) // WIDTH) for level in levels]

    def grow(self, leaves: bytes) -> dict[Tile, bytes]:
        """Put leaf hashes that stand behind each other at the end; the tiles that changed."""
        changed: dict[Tile, bytes] = {}
        self.size += len(leaves) // HASH
        level = 0
        while leaves:
            if level == len(self._levels):
                self._levels.append(bytearray())
            edge = self._levels[level]
            edge += leaves
            number = ((self.size >> LEVELS * level) - 1) // WIDTH - (len(edge) - 1) // _FULL
            over = bytearray()
            while edge:
                hashes = bytes(edge[:_FULL])
                changed[Tile(level, number)] = hashes
                if len(hashes) < _FULL:
                    break
                over += complete(hashes)
                del edge[:_FULL]
                number += 1
            leaves = bytes(over)
            level += 1
        return changed

    @property
    def root(self) -> bytes:
        hashes: list[bytes] = []  # complete nodes, from left to right
        for edge in reversed(self._levels):
            at, rest = 0, len(edge) // HASH
            while rest:
                nodes = 1 << (rest.bit_length() - 1)
                hashes.append(complete(bytes(edge[at : at + nodes * HASH])))
                at, rest = at + nodes * HASH, rest - nodes
        return folded(hashes) if hashes else EMPTY
