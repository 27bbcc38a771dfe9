"""What is done again and again, for as long as the process lives."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import structlog

_LATE = 3  # rounds that may be missed before it stands still

_log = structlog.get_logger(__name__)


class Rounds:
    """A background loop that nothing ends: what fails is told, counted and tried again."""

    def __init__(self, name: str, *, every: float, again: float) -> None:
        """Seconds between two rounds; and after one that failed."""
        self.name = name
        self.done = 0
        self.failed = 0
        self._every = every
        self._again = again
        self._done_at = monotonic()

    @property
    def seconds_since(self) -> float:
        """Since the last round that did not fail; since the start, when there was none."""
        return monotonic() - self._done_at

    @property
    def stands_still(self) -> bool:
        return self.seconds_since > _LATE * self._every

    async def keep(self, task: Callable[[], Awaitable[object]]) -> None:
        """Until cancelled."""
        while True:
            try:
                await task()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round may do better
                self.failed += 1
                _log.exception("a round failed", part=self.name, exc_info=error)
                await asyncio.sleep(self._again)
            else:
                self.done += 1
                self._done_at = monotonic()
                await asyncio.sleep(self._every)
