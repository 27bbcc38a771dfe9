"""What the house forgets by itself, once a day.

The keys of commands, after 30 days, and what compared them: a command's id is kept so that sending
it twice records it once; the HMAC of its body could confirm a guess of what was sent, so its key is
erased in the vault a month after the last id it served. Who read what, when the municipality keeps
that no longer. And orphans: keys that were made, numbers and references that were kept, for an
append that never came. (Files are another's: disposing.py.)
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from api.commands.work import Desk
from api.runtime.keys.vault import PostgresVault
from api.runtime.log.event_log import StoredEventLog
from api.runtime.rounds import Rounds

KEPT: Final = timedelta(days=30)
UNUSED: Final = timedelta(days=2)  # after which what no fact uses is an orphan
_OLD: Final = range(3, 27)  # months: those that served no kept command, also after a stand-still
_YEARS_BACK: Final = 36  # months of receipts that are looked at, beyond those that are kept
_LOOKED_AT: Final = timedelta(days=60)  # how old an orphan may be: also after a long stand-still
_TOGETHER: Final = 1000  # keys
_MOST: Final = 100  # pages of them in a round: the rest waits for the next one
_EVERY: Final = 24 * 3600.0  # seconds
_AGAIN: Final = 300.0  # seconds, when a server was away

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Forgetting:
    """One task per process; several processes do no harm, each step may be done twice."""

    def __init__(self, stored: StoredEventLog, vault: PostgresVault, desk: Desk) -> None:
        self.rounds = Rounds("forgetting", every=_EVERY, again=_AGAIN)
        self.swept = 0  # orphans, since the start
        self._stored = stored
        self._vault = vault
        self._desk = desk

    async def run(self) -> None:
        """Until cancelled."""
        await self.rounds.keep(self.forget)

    async def forget(self) -> None:
        """Raises LogUnavailable, VaultUnavailable."""
        now = self._desk.clock.now()
        await self._stored.forget_commands(now - KEPT)
        kept = (await self._desk.organised_now()).settings.receipts_kept_months
        last = range(kept + 1, kept + 1 + _YEARS_BACK)  # a month is over with its last day
        await self._vault.erase(
            [
                *(f"commands/{_months_before(now.date(), months):%Y-%m}" for months in _OLD),
                *(f"receipts/{_months_before(now.date(), months):%Y-%m}" for months in last),
            ]
        )
        await self._sweep(now)

    async def _sweep(self, now: datetime) -> None:
        """What was made some days ago and no fact uses: its id is nobody's, so nobody misses it."""
        first, last, after = now - _LOOKED_AT, now - UNUSED, ""
        for _ in range(_MOST):
            names = await self._vault.made_between(first, last, after=after, limit=_TOGETHER)
            owners = {name: owner for name in names for owner in _owner(name)}
            lost = await self._lost(owners.values())
            await self._erase(lost, [name for name, owner in owners.items() if owner in lost])
            if len(names) < _TOGETHER:
                break
            after = names[-1]
        await self._erase(await self._lost(await self._vault.indexed_between(first, last)), [])

    async def _lost(self, owners: Iterable[UUID]) -> set[UUID]:
        every = set(owners)
        return every - set(await self._stored.existing(every))

    async def _erase(self, lost: set[UUID], keys: list[str]) -> None:
        if lost:
            await self._vault.erase(keys, people=lost, referrals=lost)
            self.swept += len(lost)
            _log.info("orphans were swept", count=len(lost))


def _owner(key: str) -> Iterator[UUID]:
    """The stream without which nothing is sealed by a key; none, where a month owns it."""
    scope, _, rest = key.partition("/")
    if scope in {"identity", "file", "text"}:
        yield UUID(rest.partition("/")[0])


def _months_before(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)
