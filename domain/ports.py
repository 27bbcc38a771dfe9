"""What the domain needs from the world, as small protocols; api/runtime has the real ones."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from domain.recorded import Append, Appended, Recorded, Stream


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, UTC, timezone-aware."""
        ...


class Ids(Protocol):
    def new(self) -> UUID:
        """A random id that tells neither time nor place."""
        ...


class WorkingCalendar(Protocol):
    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment, in Sweden: ages and deadlines turn with it."""
        ...

    def start_of(self, day: date) -> datetime:
        """The moment when a day begins in Sweden."""
        ...

    def is_working_day(self, day: date) -> bool:
        """Whether the administration works that day."""
        ...

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """The same time of day `days` Swedish working days after `start`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCommand:
    """A command in the log: the HMAC of its body, and where its facts stand."""

    body_mac: bytes
    first: int
    last: int


class EventLog(Protocol):
    async def append(self, append: Append) -> Appended:
        """Record one command's facts, atomically.

        Raises StreamHasMoved, CommandKeyReused, EventTooLarge, TooManyEvents, LogUnavailable.
        """
        ...

    async def streams(self, ids: Collection[UUID], *, afresh: bool = False) -> dict[UUID, Stream]:
        """What each stream has come to, with what the vault still has keys for opened.

        A stream may be `remembered`, and others may have recorded more since: an append that
        expects its version is refused then, and nothing else may be told that rests on it. Asked
        `afresh`, nothing is: whatever was recorded before the question is in the answer.
        """
        ...

    async def facts(self, stream: UUID, *kinds: type) -> Sequence[Recorded]:
        """The stream's facts of these kinds, in order, closed."""
        ...

    async def opened_span(self, first: int, last: int) -> Sequence[Recorded]:
        """The facts at positions first..last, opened: what one command recorded."""
        ...

    async def find(self, command: UUID) -> KnownCommand | None:
        """What is kept of a command that was recorded, while it is kept (30 days)."""
        ...

    async def read(self, after: int, limit: int) -> Sequence[Recorded]:
        """The facts at positions after+1 .. after+limit, in order, closed."""
        ...

    async def head(self) -> int:
        """The position of the last fact; 0 when the log is empty."""
        ...

    async def position_at(self, moment: datetime) -> int:
        """The position of the last fact recorded by a moment; 0 when there is none."""
        ...


class Vault(Protocol):
    async def ensure(self, keys: Collection[str]) -> None:
        """Make the named keys that do not exist. Raises KeyIsErased, VaultUnavailable."""
        ...

    async def load(self, keys: Collection[str]) -> None:
        """Bring the named keys that exist into memory, in one question."""
        ...

    def seal(self, key: str, place: str, plain: bytes) -> str:
        """Seal with a key in memory, bound to its place; the result names the key."""
        ...

    def sealer(self, key: str) -> Callable[[str, bytes], str]:
        """`seal` with one key, for many places."""
        ...

    def open(self, sealed: str, place: str) -> bytes | None:
        """The plain bytes; None when the key is not in memory (erased or not loaded).

        Raises SealIsBroken when the value was altered or moved from its place.
        """
        ...

    async def reserve_person(self, compartment: str, number: str, candidate: UUID) -> UUID:
        """The id behind a personal number in one compartment: `candidate`, when there is none."""
        ...

    async def release_number(self, compartment: str, number: str, person: UUID) -> None:
        """A personal number leads to this person no more; to nobody, if it did until now."""
        ...

    async def find_person(self, compartment: str, number: str) -> UUID | None:
        """The id behind a personal number in one compartment, if there is one."""
        ...

    async def keep_reference(
        self, sender: str, reference: str, referrals: Collection[UUID]
    ) -> None:
        """Remember what a sender calls the referrals that it sends."""
        ...

    async def find_references(
        self, sender: str, references: Collection[str]
    ) -> Mapping[str, Collection[UUID]]:
        """The referrals behind each of a sender's own references; some may not be recorded."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One act of reading, as the access log keeps it (SoLPuL 10 §)."""

    reader: UUID
    role: str
    unit: str
    purpose: str
    what: str  # the door that was asked
    subjects: Sequence[UUID]  # whose: every case, referral and person in the answer
    outcome: str  # "answered", "not-found", "not-permitted", "refused"
    correlation: UUID
    event_position: int  # the position of the events that the answer reflected
    detail: Mapping[str, str] | None = None


class Receipts(Protocol):
    async def record(self, reading: Reading) -> int:
        """The receipt's position, once it is durable. Raises ReceiptsUnavailable."""
        ...
