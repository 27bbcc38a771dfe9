"""The eras of the positions of a log, by which versions are kept: see `history`.

An era is a block of positions; a version belongs to the smallest that holds the whole of its life.
So whatever stood at one position lies in a handful of eras, one of each size; and in each of them,
a good part of what it holds did.
"""

from typing import Final

STANDING: Final = 2**63 - 1  # where a version ends that has not ended

SIZES: Final = (14, 17, 20, 23)  # powers of two
EVER: Final = 0  # the era of what no block holds


def era_of(first: int, until: int) -> int:
    """The era of a version that stood at the positions first..until-1."""
    for size in SIZES:
        if first >> size == (until - 1) >> size:
            return _era(first, size)
    return EVER


def eras_at(position: int) -> list[int]:
    """The eras of whatever stood at a position."""
    return [*(_era(position, size) for size in SIZES), EVER]


def _era(position: int, size: int) -> int:
    return position >> size << 6 | size
