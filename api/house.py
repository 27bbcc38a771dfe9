"""The composition root as the doors see it: everything an answer needs, made in api/runtime."""

from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar
from uuid import UUID

from prometheus_client import CollectorRegistry

from api.commands.work import Desk
from api.tree.notes import Signer
from api.tree.tiles import Tile
from domain.policy import File, Viewer
from domain.ports import Reading, Receipts
from domain.sealed import Sealed
from projections.access import Found
from projections.asking import Page
from projections.disposals import Line as DisposalLine

P = ParamSpec("P")
T = TypeVar("T")


class Views(Protocol):
    """The read side: questions by the server's role, and how far each projection has come."""

    @property
    def names(self) -> Collection[str]:
        """Of the projections."""
        ...

    async def ask(
        self,
        query: Callable[Concatenate[Any, str, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """The answer to a projection's query, on a connection and in a schema that it is told.
        Raises Unavailable while the database is away."""
        ...

    async def viewer(self, staff: UUID) -> Viewer | None:
        """Who somebody is now; None for a stranger and for who has left. Raises Unavailable."""
        ...

    async def file(self, wanted: UUID) -> Found | None:
        """What access to a case or referral depends on. Raises Unavailable."""
        ...

    def position(self, projection: str) -> int:
        """The position that the projection's rows reflect."""
        ...

    def seconds_behind(self, projection: str) -> float:
        """The age of the oldest fact that the projection has not folded; 0 when it is level."""
        ...

    def parked(self, projection: str) -> Collection[str]:
        """The keys (ids of files, staff, teams) of which the projection is not up to date, since
        it cannot fold what has happened there."""
        ...

    async def lacking(self) -> Collection[str]:
        """The views of which a table is gone: they must be rebuilt. Raises Unavailable."""
        ...

    async def wait_for(self, projection: str, position: int, timeout: float) -> bool:
        """Whether the projection reached the position in time."""
        ...


class Metrics(Protocol):
    """What is counted, for whoever watches the house."""

    registry: CollectorRegistry

    async def told(self) -> str:
        """All of it, of every process of the house, in Prometheus' text format."""
        ...

    def sealing(self) -> Mapping[str, object]:
        """How the audit logs stand, as far as this process seals them."""
        ...

    def rolled_back(self) -> list[str]:
        """The audit logs of which others know more than they hold, or something else."""
        ...

    def standing_still(self) -> list[str]:
        """The loops of this process that have not done their work for too long."""
        ...


class Macs(Protocol):
    """The part of the vault that the doors use."""

    async def ensure(self, keys: Collection[str]) -> None:
        """Make the named keys that do not exist. Raises KeyIsErased, VaultUnavailable."""
        ...

    def mac(self, key: str, body: bytes) -> bytes: ...


class Identities(Protocol):
    """Who a bearer token is for."""

    async def staff_id(self, token: str) -> UUID:
        """The staff id in a valid token. Raises TokenIsRefused."""
        ...


class Opener(Protocol):
    """Opens sealed values at the moment of reading, for an entitled reader."""

    async def open_values(self, tokens: Collection[tuple[str, Any]]) -> list[Sealed[Any]]:
        """(token, type) pairs opened, with their keys fetched in one question; a value whose key
        is erased stays closed."""
        ...


class AccessLog(Receipts, Protocol):
    async def readings_of(
        self,
        viewer: Viewer,
        subjects: Collection[UUID],
        *,
        before: int | None,
        limit: int,
        file: File | None = None,
    ) -> Page["PastReading", int]:
        """Who has read any of these, newest first, below receipt position `before`; asked for the
        review, or of a file for the person whom it is about."""
        ...

    async def search(
        self, viewer: Viewer, wanted: "WantedReadings", *, below: int | None, limit: int
    ) -> Page["PastReading", int]:
        """What was read, newest first, below receipt position `below`, asked for the review. A page
        may be short and yet have one after it: then more must be searched."""
        ...

    async def onward(
        self, viewer: Viewer, wanted: "WantedReadings", *, after: int, limit: int
    ) -> Page["PastReading", int]:
        """The same, in the order of the log, after a receipt position."""
        ...

    async def readings_between(
        self, viewer: Viewer, first: datetime, end: datetime
    ) -> tuple[Sequence["PastReading"], int]:
        """What was read from a moment until before another, in order; and the position of the
        access log as of which that is so."""
        ...

    async def readings_at(
        self, viewer: Viewer, positions: Collection[int]
    ) -> Sequence["PastReading"]:
        """These receipts, in their order in the log: for an auditor, or for a manager who was asked
        about them."""
        ...


class Signatures(Protocol):
    """By what the house stands by what it hands out."""

    def statement(self) -> Signer:
        """Raises KeyringIsUnusable."""
        ...

    def keys(self) -> Sequence[str]:
        """The public keys of its logs and statements. Raises KeyringIsUnusable."""
        ...


class AuditTree(Protocol):
    """The tree over one of the logs, as anybody may have it: hashes, and what was signed."""

    async def latest(self) -> "Signed | None":
        """The latest checkpoint. Raises Unavailable."""
        ...

    async def checkpoint(self, size: int) -> "Signed | None":
        """The one of this size, if there is one. Raises Unavailable."""
        ...

    async def published(self) -> "Signed | None":
        """The latest checkpoint that enough witnesses have cosigned; the latest at all, while there
        is none. Raises Unavailable."""
        ...

    async def tiles(self, wanted: Collection[Tile]) -> Mapping[Tile, bytes]:
        """Those of the tiles that are there, as far as they have grown. Raises Unavailable."""
        ...

    async def entries(self, after: int, until: int) -> bytes:
        """The entries of leaves after .. until-1, each behind its length. Raises Unavailable."""
        ...

    async def rows(self, positions: Collection[int]) -> Sequence["Row"]:
        """Those of the rows that are there, in their order. Raises Unavailable."""
        ...


class Row(NamedTuple):
    """Of a log, with what its leaf binds."""

    position: int
    columns: Mapping[str, Any]


class Signed(NamedTuple):
    """A tree's latest checkpoint."""

    size: int
    note: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReading:
    position: int
    at: datetime
    reading: Reading | None  # none when its month has been erased


class Happened(NamedTuple):
    """What became of a file, or of anything else that has a stream."""

    version: int  # its last one
    moved: tuple[Found | None, Found | None] | None = None
    """How everybody stood to the file before and stands since, where that may have changed."""


class Past(Protocol):
    """What streams had come to, folded by the domain itself."""

    async def past(self, stream: UUID, first: int, last: int) -> Sequence[object | None]:
        """At each of its versions first..last, opened as far as there are keys; None for 0, before
        it began. Raises LogUnavailable, VaultUnavailable."""
        ...


class Happenings(Protocol):
    """What has happened since somebody looked."""

    async def between(self, after: int, until: int) -> Mapping[UUID, Happened]:
        """At positions after+1 .. until, by file or other stream. Raises LogUnavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedReadings:
    """What a receipt must be, all of it; None asks for nothing. Positions and moments are in."""

    subjects: Collection[UUID] | None = None  # any of them
    reader: UUID | None = None
    unit: str | None = None
    operation: str | None = None
    only_tries: bool = False  # that were not answered
    recorded_from: datetime | None = None
    recorded_until: datetime | None = None
    first: int = 1
    last: int | None = None


class Rates(Protocol):
    """How often somebody may knock."""

    def wait(self, key: Hashable) -> float:
        """How many seconds until they may; 0 when they may now, and have."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """How callers are met before it is known what they want."""

    clients: Rates  # by their address
    logins: Rates  # by the staff id in their token
    behind_proxy: bool = False  # whose last X-Forwarded-For is the caller's address
    origins: frozenset[str] = frozenset()  # whose pages may call from a browser: CORS


class Erasures(Protocol):
    """What is left of the keys of files that were disposed of."""

    async def standing(self, line: DisposalLine) -> Collection[str]:
        """What of a disposal the vault still holds. Raises VaultUnavailable, LogUnavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    desk: Desk
    views: Views
    identities: Identities
    opener: Opener
    receipts: AccessLog
    audit_logs: Mapping[str, AuditTree]
    signatures: Signatures
    macs: Macs
    metrics: Metrics
    entrance: Entrance
    erasures: Erasures
    happenings: Happenings
    past: Past
    vault_is_apart: bool | None = True  # otherwise what is erased may stay in the log's backups
