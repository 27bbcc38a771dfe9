"""What the house forgets by itself: the keys of commands, after 30 days, and what compared them.

A command's id is kept so that sending it twice records it once; the HMAC of its body could confirm
a guess of what was sent, so its key is erased in the vault a month after the last id it served.
"""

from datetime import date, timedelta

from api.runtime.event_log import StoredEventLog
from api.runtime.rounds import Rounds
from api.runtime.vault import PostgresVault
from domain.ports import Clock

KEPT = timedelta(days=30)
_OLD = range(3, 27)  # months: those that served no kept command, also after a long stand-still
_EVERY = 24 * 3600.0  # seconds
_AGAIN = 300.0  # seconds, when a server was away


class Forgetting:
    """One task per process; several processes do no harm, each step may be done twice."""

    def __init__(self, stored: StoredEventLog, vault: PostgresVault, clock: Clock) -> None:
        self.rounds = Rounds("forgetting", every=_EVERY, again=_AGAIN)
        self._stored = stored
        self._vault = vault
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled."""
        await self.rounds.keep(self.forget)

    async def forget(self) -> None:
        """Raises LogUnavailable, VaultUnavailable."""
        now = self._clock.now()
        await self._stored.forget_commands(now - KEPT)
        await self._vault.erase(
            [f"commands/{_months_before(now.date(), months):%Y-%m}" for months in _OLD]
        )


def _months_before(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)
