"""Who is responsible, at every moment, for what is not at its end (S69).

A referral that waits has a holder and an open case a unit, and what was sent or offered on a unit
that is asked: a row without a holder, or with a unit where nobody is there who may see it, must not
be there, and is an alarm. Nobody is there who has no position any more, or is on leave. Rows end
with their files.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import product
from operator import attrgetter
from typing import Final, NamedTuple
from uuid import UUID

from domain.case import (
    CaseClosed,
    CaseOpened,
    CaseReopened,
    HandoverAccepted,
    HandoverDeclined,
    HandoverOffered,
    HandoverWithdrawn,
)
from domain.catalogue import names_of
from domain.codes import Compartment, StaffRole
from domain.policy import (
    Act,
    Information,
    Relation,
    Viewer,
    may,
    near_protected,
    permitting,
    sees_compartment,
)
from domain.recorded import Recorded
from domain.referral import (
    ReferralAccepted,
    ReferralClosed,
    ReferralDeclined,
    ReferralReceived,
    ReferralRouted,
    ReferralWithdrawn,
)
from projections.asking import Connection, all_rows, one_row
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.responsibility")
_MOVES = names_of(
    ReferralReceived,
    ReferralRouted,
    ReferralAccepted,
    ReferralClosed,
    ReferralDeclined,
    ReferralWithdrawn,
    CaseOpened,
    HandoverOffered,
    HandoverAccepted,
    HandoverDeclined,
    HandoverWithdrawn,
    CaseClosed,
    CaseReopened,
)


class Line(NamedTuple):
    file: UUID
    kind: str
    holder: str  # a unit; empty is a violation
    ended: bool
    since: datetime  # of this holder, by the time of recording
    asked: str = ""  # the unit that must answer, where it is another one


def keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name in _MOVES else ()


def apply(  # noqa: PLR0911 - an answer for each event
    line: Line | None, recorded: Recorded
) -> Line | None:
    since = recorded.recorded_at
    match recorded.event:
        case ReferralReceived():  # routed in the same act, by the next event
            return Line(recorded.stream, "referral", "", ended=False, since=since)
        case CaseOpened(unit=unit):
            return Line(recorded.stream, "case", unit, ended=False, since=since)
        case ReferralRouted(holder=holder, unit=unit) if line:
            asked = unit if unit != holder else ""
            return line._replace(holder=holder, ended=False, since=since, asked=asked)
        case HandoverOffered(to_unit=unit) if line:
            return line._replace(asked=unit)
        case HandoverDeclined() | HandoverWithdrawn() if line:
            return line._replace(asked="")
        case HandoverAccepted(unit=unit) if line:
            return line._replace(holder=unit, since=since, asked="")
        case CaseReopened() if line:
            return line._replace(ended=False, since=since)
        case _ if line:  # answered, withdrawn, closed
            return line._replace(ended=True, since=since, asked="")
        case _:
            return None


PROJECTION = Projection(
    name="responsibility",
    version=2,
    schema=text("projections.responsibility", "schema.sql"),
    tables=(
        Table(
            name="responsibility",
            row=Line,
            key=("file",),
            keys=keys,
            apply=apply,
            of_file="file",
        ),
    ),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


class Lack(StrEnum):
    NO_HOLDER = "no-holder"
    NOBODY_THERE = "nobody-there"  # in the unit that holds it, who may see it
    NOBODY_TO_ANSWER = "nobody-to-answer"  # in the unit that is asked


_DUTIES: Final = {
    "case": frozenset({Relation.RESPONSIBLE_UNIT}),
    "referral": frozenset({Relation.RECEIVING_UNIT, Relation.SENDING_UNIT}),
    "answer": frozenset({Relation.RECEIVING_UNIT}),
}
_SEEING: Final = [
    (duty, compartment, role, side, bool(seen & near_protected(role)))
    for duty, relations in _DUTIES.items()
    for compartment, role, side in product(Compartment, StaffRole, Compartment)
    if (seen := permitting(role, Act.READ, Information.LINE) & relations)
    and sees_compartment(side, compartment)
]
"""Who may see what their unit holds or is asked: a colleague of another side, or in a role that
carries nothing, is nobody there; and of a protected identity only who may come near it."""
_THERE: Final = dict(
    zip(
        ("duties", "compartments", "roles", "sides", "near"),
        map(list, zip(*_SEEING, strict=True)),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Gap:
    file: UUID
    kind: str
    holder: str
    since: datetime
    lack: str
    asked: str


async def gaps(connection: Connection, schema: str, viewer: Viewer, limit: int) -> Sequence[Gap]:
    """Files for which nobody is responsible: there are none, or something is wrong."""
    if not may(viewer, Act.READ, Information.EVENT_METADATA):
        return ()
    return await all_rows(connection, _statements("gaps", schema), {**_THERE, "limit": limit}, Gap)


async def without_holder(connection: Connection, schema: str) -> int:
    """How many files nobody holds: an alarm."""
    return await one_row(connection, _statements("without_holder", schema), {}, int) or 0


async def with_nobody_there(connection: Connection, schema: str) -> int:
    """How many files a unit holds, or is asked to take, in which nobody is there: an alarm."""
    return await one_row(connection, _statements("with_nobody_there", schema), _THERE, int) or 0


@dataclass(frozen=True, slots=True)
class Unstaffed:
    """A unit's side where nobody is there, and how much it holds or is asked for."""

    unit: str
    side: str
    files: int


async def unstaffed(
    connection: Connection,
    schema: str,
    viewer: Viewer,
    carried: Collection[tuple[str, Compartment]],
) -> Sequence[Unstaffed]:
    """Of the sides that units carry by the organisation, those where nobody is there now; a
    manager's own alone, for administrators all."""
    if not may(viewer, Act.MANAGE, Information.STAFF):
        return ()
    own = (viewer.unit, viewer.side)
    everywhere = viewer.role is StaffRole.ADMINISTRATOR
    asked = sorted(pair for pair in carried if everywhere or pair == own)
    told = {**_THERE, "units": [unit for unit, _ in asked], "of_sides": [side for _, side in asked]}
    return await all_rows(connection, _statements("unstaffed", schema), told, Unstaffed)
