"""The access log: who read what, whose, when - sealed under the key of its month.

When a month's time is over its key is erased: bodies and index are then unreadable, positions and
leaves stay. So the index of subjects holds keyed tokens, one per month, never the ids themselves.
"""

import secrets
from collections import OrderedDict
from collections.abc import AsyncGenerator, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

import msgspec
import structlog

from api.house import PastReading, Views, WantedReadings
from api.runtime.keys.vault import PostgresVault
from api.runtime.log.grouping import CannotBeRecorded
from api.runtime.log.receipt_log import LoggedReceipt, NewReceipt, ReceiptLog
from domain.errors import ReceiptsUnavailable
from domain.policy import Act, File, Information, Viewer, may
from domain.ports import Clock, Ids, Reading
from projections import audit
from projections.asking import Connection, Page
from projections.audit import RecordedReading
from projections.projection import Part

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_SALT_BYTES = 32
_PATIENCE = 5.0  # seconds
_PAGE = 1000
_ANSWERED = "answered"
_LATEST = 1000  # receipts whose tokens' ids are at hand until they are followed
_ASPECTS: Final = UUID("6d0c7e64-6d57-4f0e-9d5d-2f7c0a5be6a1")


class SealedAccessLog:
    """The `Receipts` port over the receipt log and the vault; the audit projection follows it."""

    def __init__(
        self, receipts: ReceiptLog, vault: PostgresVault, views: Views, clock: Clock, ids: Ids
    ) -> None:
        self._receipts = receipts
        self._vault = vault
        self._views = views
        self._clock = clock
        self._ids = ids
        self._latest: OrderedDict[int, Sequence[UUID]] = OrderedDict()  # by position

    async def record(self, reading: Reading) -> int:
        """Durable before the answer leaves. Raises ReceiptsUnavailable, VaultUnavailable."""
        key = month_key(self._clock.now())
        await self._vault.ensure([key])
        receipt = self._ids.new()
        body = self._vault.seal(key, _place(receipt), msgspec.json.encode(reading))
        new = NewReceipt(
            id=receipt,
            key=key,
            event_position=reading.event_position,
            salt=secrets.token_bytes(_SALT_BYTES),
            body=body.encode(),
        )
        try:
            position = await self._receipts.record(new)
        except CannotBeRecorded as refused:  # whyever: without its receipt nothing is told
            _log.error("a receipt was refused", exc_info=refused)
            raise ReceiptsUnavailable from refused
        self._latest[position] = _found_by(reading)
        if len(self._latest) > _LATEST:
            self._latest.popitem(last=False)
        return position

    async def readings_of(
        self,
        viewer: Viewer,
        subjects: Collection[UUID],
        *,
        before: int | None,
        limit: int,
        file: File | None = None,
    ) -> Page[PastReading, int]:
        """Who has read any of these, newest first, below receipt position `before`; asked for the
        review, or of a file for the person whom it is about.

        Raises ReceiptsUnavailable when the index does not reach the last receipt in time: an
        auditor is never told less than what happened.
        """
        if not await self._views.wait_for("audit", await self._receipts.head(), _PATIENCE):
            raise ReceiptsUnavailable
        tokens = await self._tokens(subjects)
        page = await self._views.ask(
            audit.positions,
            viewer,
            tokens,
            after=before,
            limit=limit,
            file=file,
        )
        opened = await self._opened(await self._receipts.at(page.lines))
        return Page(self._past(reversed(opened)), page.after)

    async def search(
        self, viewer: Viewer, wanted: WantedReadings, *, below: int | None, limit: int
    ) -> Page[PastReading, int]:
        """What was read, newest first, below receipt position `below`, asked for the review. Only
        what is wanted by nothing but time and position is found when its month has been erased.

        Raises ReceiptsUnavailable when the index does not reach the last receipt in time.
        """
        if not may(viewer, Act.READ, Information.ACCESS_LOG):
            return Page((), None)
        head = await self._receipts.head()
        first, last = await self._span(wanted, head)
        below = min(last + 1, below or last + 1)
        conditions = [await self._tokens(each) for each in _conditions(wanted)]
        if not conditions:
            lowest = max(below - limit, first)
            page = Page(range(lowest, below), lowest if lowest > first else None)
        else:
            if not await self._views.wait_for("audit", head, _PATIENCE):
                raise ReceiptsUnavailable
            page = await self._views.ask(
                audit.search, viewer, conditions, first=first, below=below, limit=limit
            )
        opened = await self._opened(await self._receipts.at(page.lines))
        return Page(self._past(reversed(opened)), page.after)

    async def onward(
        self, viewer: Viewer, wanted: WantedReadings, *, after: int, limit: int
    ) -> Page[PastReading, int]:
        """The same, in the order of the log, after a receipt position."""
        if not may(viewer, Act.READ, Information.ACCESS_LOG):
            return Page((), None)
        head = await self._receipts.head()
        first, last = await self._span(wanted, head)
        after = max(after, first - 1)
        conditions = [await self._tokens(each) for each in _conditions(wanted)]
        if not conditions:
            highest = min(after + limit, last)
            page = Page(range(after + 1, highest + 1), highest if highest < last else None)
        else:
            if not await self._views.wait_for("audit", min(head, last), _PATIENCE):
                raise ReceiptsUnavailable
            page = await self._views.ask(
                audit.onward, viewer, conditions, after=after, last=last, limit=limit
            )
        opened = await self._opened(await self._receipts.at(page.lines))
        return Page(self._past(opened), page.after)

    async def _span(self, wanted: WantedReadings, head: int) -> tuple[int, int]:
        """The first and the last position that may be wanted."""
        first, last = wanted.first, head if wanted.last is None else min(wanted.last, head)
        if wanted.recorded_from is not None:
            first = max(first, await self._before(wanted.recorded_from, head) + 1)
        if wanted.recorded_until is not None:
            until = wanted.recorded_until + timedelta(microseconds=1)
            last = min(last, await self._before(until, head))
        return first, last

    async def readings_between(
        self, viewer: Viewer, first: datetime, end: datetime
    ) -> tuple[Sequence[PastReading], int]:
        """What was read from a moment until before another, in order, as far as its months are not
        erased; and the position of the log as of which that is so."""
        if not may(viewer, Act.READ, Information.ACCESS_LOG):
            return (), 0
        head = await self._receipts.head()
        found: list[PastReading] = []
        after = await self._before(first, head)
        while after < head:
            page = await self._receipts.read(after, min(_PAGE, head - after))
            in_time = [row for row in page if first <= row.recorded_at < end]
            found += self._past(await self._opened(in_time))
            if not page or page[-1].recorded_at >= end:
                break
            after = page[-1].position
        return found, head

    async def _before(self, moment: datetime, head: int) -> int:
        """The last position that was recorded before a moment: recorded_at never goes back."""
        low, high = 0, head
        while low < high:
            middle = (low + high + 1) // 2
            [row] = await self._receipts.at([middle])
            low, high = (middle, high) if row.recorded_at < moment else (low, middle - 1)
        return low

    async def readings_at(
        self, viewer: Viewer, positions: Collection[int]
    ) -> Sequence[PastReading]:
        asked = (Information.ACCESS_LOG, Information.REVIEW_QUESTION)
        if not any(may(viewer, Act.READ, kind) for kind in asked):
            return ()
        return self._past(await self._opened(await self._receipts.at(positions)))

    def _past(self, opened: Iterable[tuple[LoggedReceipt, Reading | None]]) -> list[PastReading]:
        return [
            PastReading(position=row.position, at=row.recorded_at, reading=reading)
            for row, reading in opened
        ]

    # --- the source of the audit projection --------------------------------------------------

    async def read(self, after: int, limit: int) -> Sequence[RecordedReading]:
        rows = await self._receipts.read(after, limit)
        await self._vault.load({row.key for row in rows})
        return [
            RecordedReading(
                position=row.position, recorded_at=row.recorded_at, subjects=self._subjects(row)
            )
            for row in rows
        ]

    def _subjects(self, row: LoggedReceipt) -> tuple[bytes, ...]:
        """The tokens of whose it is, and of what else finds it. What was recorded here a moment
        ago need not be unsealed to know them."""
        if not self._vault.has(row.key):
            return ()
        found_by = self._latest.pop(row.position, None)
        if found_by is None:
            reading = self._reading(row)
            found_by = _found_by(reading) if reading else ()
        return tuple(self._vault.tokens(row.key, dict.fromkeys(found_by)))

    async def part(
        self, _: Connection, part: Part
    ) -> AsyncGenerator[Sequence[RecordedReading], None]:
        """Receipts have no streams: all are in the first part."""
        after = part.until if part.number else 0
        while after < part.until:
            page = await self.read(after, min(_PAGE, part.until - after))
            yield page
            after += len(page)

    async def wait(self, after: int, timeout: float) -> None:
        await self._receipts.wait(after, timeout)

    async def head(self) -> int:
        return await self._receipts.head()

    async def _opened(
        self, rows: Iterable[LoggedReceipt]
    ) -> list[tuple[LoggedReceipt, Reading | None]]:
        """Each receipt with its reading; none when its month has been erased."""
        kept = list(rows)
        await self._vault.load({row.key for row in kept})
        return [(row, self._reading(row)) for row in kept]

    def _reading(self, row: LoggedReceipt) -> Reading | None:
        plain = self._vault.open(row.body.decode(), _place(row.id))
        return None if plain is None else msgspec.json.decode(plain, type=Reading)

    async def _tokens(self, subjects: Collection[UUID]) -> list[bytes]:
        """What stands for the subjects in the index, in every month that is not erased."""
        first = await self._receipts.first_recorded_at()
        if first is None:
            return []
        keys = [f"receipts/{month}" for month in _months(first.date(), self._clock.now().date())]
        await self._vault.load(keys)
        kept = (key for key in keys if self._vault.has(key))
        return [token for key in kept for token in self._vault.tokens(key, subjects)]


def month_key(moment: datetime) -> str:
    """The vault's name of the key under which a month's receipts are sealed."""
    return f"receipts/{moment:%Y-%m}"


def _months(first: date, last: date) -> Iterator[str]:
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return (f"{month // 12:04}-{month % 12 + 1:02}" for month in months)


def _place(receipt: UUID) -> str:
    return f"receipt/{receipt}"


# --- what finds a receipt ------------------------------------------------------------------------


def _found_by(reading: Reading) -> Sequence[UUID]:
    """Whose it is; and, as ids that nothing else has, who read, for which unit, at which door, and
    whether in vain."""
    tried = [_aspect("tried", "")] if reading.outcome != _ANSWERED else []
    aspects = (
        _aspect("reader", str(reading.reader)),
        _aspect("unit", reading.unit),
        _aspect("operation", reading.what),
    )
    return [*reading.subjects, *aspects, *tried]


def _conditions(wanted: WantedReadings) -> Iterator[Collection[UUID]]:
    """What a receipt must be found by: one of each."""
    if wanted.subjects is not None:
        yield wanted.subjects
    if wanted.reader is not None:
        yield [_aspect("reader", str(wanted.reader))]
    if wanted.unit is not None:
        yield [_aspect("unit", wanted.unit)]
    if wanted.operation is not None:
        yield [_aspect("operation", wanted.operation)]
    if wanted.only_tries:
        yield [_aspect("tried", "")]


@lru_cache(maxsize=4096)
def _aspect(kind: str, value: str) -> UUID:
    return uuid5(_ASPECTS, f"{kind}:{value}")
