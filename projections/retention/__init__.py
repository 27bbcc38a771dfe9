"""When something was last noted in each file, and whether it is in use: what disposal begins with.

What keeps a file longer - the birth date, what was investigated, what somebody has stated - is
sealed in the file's own streams and judged there (domain/retention.py). Rows end with their files.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Final, NamedTuple, get_args
from uuid import UUID

from domain.case import CaseClosed, CaseOpened, CaseReopened
from domain.case.narrowing import NarrowingEvent as CaseNarrowing
from domain.catalogue import names_of
from domain.deadline import DeadlineEvent
from domain.recorded import Recorded
from domain.referral import (
    ReferralAccepted,
    ReferralClosed,
    ReferralDeclined,
    ReferralReceived,
    ReferralRouted,
    ReferralWithdrawn,
)
from domain.referral.narrowing import NarrowingEvent as ReferralNarrowing
from domain.retention import RetentionEvent
from projections.asking import Connection, all_rows
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.retention")

_NO_NOTES: Final = names_of(
    *(
        event
        for events in (DeadlineEvent, CaseNarrowing, ReferralNarrowing, RetentionEvent)
        for event in get_args(events)
    )
)
"""What time tells, what keeps a file and who comes near it are no notes in it."""


class Row(NamedTuple):
    stream: UUID
    case: UUID | None  # that a referral is part of
    in_use: bool
    last_note: datetime
    version: int


def keys(recorded: Recorded) -> Iterable[Key]:
    is_file = recorded.name.startswith(("case.", "referral.", "deadline.", "retention."))
    return [(recorded.stream,)] if is_file else ()


def apply(line: Row | None, recorded: Recorded) -> Row | None:
    noted = recorded.occurred_at
    match recorded.event:
        case ReferralReceived() | CaseOpened():
            return Row(recorded.stream, None, True, noted, recorded.version)
        case _ if line is None:
            return None
        case ReferralRouted() | CaseReopened():
            line = line._replace(in_use=True, case=None)
        case ReferralAccepted(case=case):
            line = line._replace(in_use=False, case=case)
        case ReferralDeclined() | ReferralClosed() | ReferralWithdrawn() | CaseClosed():
            line = line._replace(in_use=False)
        case _:
            pass
    is_note = recorded.name not in _NO_NOTES
    last_note = max(noted, line.last_note) if is_note else line.last_note
    return line._replace(last_note=last_note, version=recorded.version)


PROJECTION = Projection(
    name="retention",
    version=2,
    schema=text("projections.retention", "schema.sql"),
    tables=(
        Table(name="retention", row=Row, key=("stream",), keys=keys, apply=apply, of_file="stream"),
    ),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One stream of a file, and whose it is."""

    stream: UUID
    kind: str
    person: UUID
    case: UUID | None
    in_use: bool
    last_note: datetime
    version: int


async def ended(
    connection: Connection, schema: str, noted: datetime, *, limit: int
) -> Sequence[UUID]:
    """Files in which nothing was noted since a moment, which nobody uses and no disposal names that
    is under way: cases, and referrals that are part of none. For the judgement, not to be told."""
    parameters = {"noted": noted, "limit": limit}
    return await all_rows(connection, _statements("ended", schema), parameters, _only)


async def records_with(
    connection: Connection, schema: str, files: Collection[UUID]
) -> Sequence[UUID]:
    """Every record of the persons whom these files are about."""
    return await all_rows(connection, _statements("records", schema), {"files": list(files)}, _only)


async def lines_about(
    connection: Connection, schema: str, records: Collection[UUID]
) -> Sequence[Line]:
    """Every stream of every file about these records."""
    return await all_rows(
        connection, _statements("lines", schema), {"records": list(records)}, Line
    )


def _only(value: UUID) -> UUID:
    return value
