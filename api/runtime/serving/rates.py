"""How often somebody may knock: for each a bucket that fills steadily and holds a burst.

Each process counts for itself: a house of several lets so many times as much through.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

BURST: Final = 10  # seconds' worth
_REMEMBERED: Final = 20_000


class Rates:
    """Whoever has not knocked for longest is forgotten first: by then their bucket is full."""

    def __init__(self, per_second: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """0: as often as they like."""
        self._per_second = per_second
        self._monotonic = monotonic
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()

    def wait(self, key: Hashable) -> float:
        """How many seconds until they may knock; 0 when they may now, and have."""
        if not self._per_second:
            return 0.0
        now = self._monotonic()
        full_at = max(self._full_at.get(key, now), now) + 1 / self._per_second
        if (wait := full_at - now - BURST) > 0:
            return wait
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        if len(self._full_at) > _REMEMBERED:
            self._full_at.popitem(last=False)
        return 0.0
