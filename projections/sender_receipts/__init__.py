"""What each sender's referrals, and the operations that it announced, have come to: that they
arrived, and whether they are answered, an operation by both who acknowledge it (R6).

Nothing stands here of whom a referral is about, which unit has it, or on which side (S15-S20).
One message may be several referrals: they have one receipt, and it is answered when all are.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from psycopg import sql

from domain.catalogue import names_of
from domain.codes import ReceiptStatus, StaffRole
from domain.police_operation import OperationAcknowledged, OperationAnnounced
from domain.policy import Information, Viewer
from domain.recorded import Recorded
from domain.referral import (
    ReferralAccepted,
    ReferralClosed,
    ReferralDeclined,
    ReferralReceived,
    ReferralRouted,
    ReferralWithdrawn,
)
from projections.access.visible import condition, visible
from projections.asking import Connection, Page, all_rows, paged
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.sender_receipts")
_OF_RECEIPTS = names_of(
    ReferralReceived,
    ReferralRouted,
    ReferralAccepted,
    ReferralDeclined,
    ReferralClosed,
    ReferralWithdrawn,
    OperationAnnounced,
    OperationAcknowledged,
)


class Line(NamedTuple):
    referral: UUID
    receipt: str
    sender_unit: str
    received_at: datetime
    routed_at: datetime | None
    answered_at: datetime | None
    withdrawn_at: datetime | None
    operation: bool = False
    lacking: tuple[str, ...] = ()  # who has not acknowledged it


def keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name in _OF_RECEIPTS else ()


def apply(line: Line | None, recorded: Recorded) -> Line | None:
    match recorded.event:
        case ReferralReceived(receipt=receipt, sender_unit=unit):
            at = recorded.occurred_at
            return Line(recorded.stream, receipt, unit, at, None, None, None)
        case OperationAnnounced() as announced:
            return _announced(recorded, announced)
        case _:
            return line and _answered(line, recorded)


def _answered(line: Line, recorded: Recorded) -> Line:
    match recorded.event:
        case ReferralRouted():  # anew, too: that it was declined first is not the sender's
            routed_at = line.routed_at or recorded.occurred_at
            return line._replace(routed_at=routed_at, answered_at=None)
        case ReferralAccepted() | ReferralDeclined() | ReferralClosed():
            return line._replace(answered_at=recorded.occurred_at)
        case ReferralWithdrawn():
            return line._replace(withdrawn_at=recorded.occurred_at)
        case OperationAcknowledged(unit=unit) if line.answered_at is None:
            lacking = tuple(each for each in line.lacking if each != unit)
            return line._replace(
                lacking=lacking, answered_at=None if lacking else recorded.occurred_at
            )
        case _:
            return line


def _announced(recorded: Recorded, announced: OperationAnnounced) -> Line:
    return Line(
        referral=recorded.stream,
        receipt=announced.receipt,
        sender_unit=announced.sender_unit,
        received_at=recorded.occurred_at,
        routed_at=recorded.recorded_at,
        answered_at=None,
        withdrawn_at=None,
        operation=True,
        lacking=announced.handled_by,
    )


PROJECTION = Projection(
    name="sender_receipts",
    version=2,
    schema=text("projections.sender_receipts", "schema.sql"),
    tables=(
        Table(
            name="sender_receipts",
            row=Line,
            key=("referral",),
            keys=keys,
            apply=apply,
            of_file="referral",
        ),
    ),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Receipt:
    receipt: str
    received_at: datetime
    routed_at: datetime | None
    answered_at: datetime | None  # all of it
    withdrawn_at: datetime | None
    sent: tuple[UUID, ...]  # referrals, or an operation
    persons: int
    answered: int

    @property
    def status(self) -> ReceiptStatus:
        if self.withdrawn_at is not None:
            return ReceiptStatus.WITHDRAWN
        return ReceiptStatus.ANSWERED if self.answered_at else ReceiptStatus.WAITING


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last receipt that was seen."""

    received_at: datetime
    receipt: str


async def page(
    connection: Connection, schema: str, viewer: Viewer, *, after: Cursor | None, limit: int
) -> Page[Receipt, Cursor]:
    """What the viewer's unit has sent, the latest first."""
    beyond = "(line.received_at, line.receipt) < (%(at)s, %(after)s)" if after else "true"
    parameters = {
        **_of(viewer),
        "at": after and after.received_at,
        "after": after and after.receipt,
        "limit": limit + 1,
    }
    rows = await all_rows(connection, _asked(schema, viewer.role, beyond), parameters, Receipt)
    return paged(rows, limit, lambda last: Cursor(last.received_at, last.receipt))


async def found(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    receipts: Collection[str],
    referrals: Collection[UUID],
) -> Mapping[str, Receipt]:
    """Those of the viewer's unit's receipts that are asked for, by number or by a referral."""
    wanted = "(line.receipt = any(%(receipts)s) or line.referral = any(%(referrals)s))"
    asked_for = {"receipts": list(receipts), "referrals": list(referrals), "limit": None}
    statement, parameters = _asked(schema, viewer.role, wanted), {**_of(viewer), **asked_for}
    rows = await all_rows(connection, statement, parameters, Receipt)
    return {row.receipt: row for row in rows}


async def received(
    connection: Connection, schema: str, viewer: Viewer, first: datetime, end: datetime
) -> int:
    """How many receipts the viewer's unit was given for what arrived in a period."""
    statement = _statements("received", schema, visible=condition(viewer.role, _RECEIPT))
    parameters = {**_of(viewer), "first": first, "end": end}
    [count] = await all_rows(connection, statement.as_bytes(), parameters, int)
    return count


_RECEIPT = Information.RECEIPT


def _of(viewer: Viewer) -> dict[str, object]:
    return {**visible(viewer, _RECEIPT).parameters, "unit": viewer.unit}


@cache
def _asked(schema: str, role: StaffRole, wanted: str) -> bytes:
    parts = {"wanted": sql.SQL(wanted), "visible": condition(role, _RECEIPT)}
    return _statements("receipts", schema, **parts).as_bytes()
