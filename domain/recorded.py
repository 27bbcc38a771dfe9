"""An event on its way into the log, and an event that stands there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

NO_VERSION = 0
"""The version of a stream that does not exist."""


class Stream(NamedTuple):
    """A stream as a decision knows it: what its facts have come to, as of which version.

    `state` is a case, a person, a referral, a staff member or a team; None where there is none.
    `remembered`: others may have recorded more since.
    """

    version: int = NO_VERSION
    state: object | None = None
    remembered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """A fact that was decided and is not yet in the log."""

    stream: UUID
    event: object
    occurred_at: datetime  # the legal moment, for example receipt; UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """One command's facts over one or more streams: all of them, or none.

    `expected` holds the version of every stream that the decision wrote *or only read*; a stream
    that was found absent is expected at 0. The log refuses the append when one of them has moved.
    """

    command: UUID
    correlation: UUID
    body_mac: bytes  # HMAC of the request's body; empty where the command has no key of a client
    actor: UUID  # staff id
    unit: str  # the unit for which the actor acted
    expected: Mapping[UUID, int]
    events: Sequence[NewEvent]
    recorded_at: datetime | None = None  # only the generator, on a database marked as demo


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Where a command's facts stand: positions first..last (last = first - 1 when it changed
    nothing). `replayed`: the command was already in the log, with the same body."""

    first: int
    last: int
    replayed: bool = False


@dataclass(slots=True, kw_only=True)
class Recorded:
    """A fact in the log. Positions are dense, from 1; versions count each stream from 1.

    Nobody changes one. It is not frozen, because a frozen one takes 2 microseconds more to make,
    and followers read them by the million.
    """

    position: int
    stream: UUID
    version: int
    name: str  # the permanent public name
    event: object
    occurred_at: datetime
    recorded_at: datetime
    actor: UUID
    unit: str
    command: UUID | None = None  # followers do not read why
    correlation: UUID | None = None
