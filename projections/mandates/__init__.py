"""Mandates (S1): the board's decisions, and what each has started: its teams, and of its inquiries
those of the reader's own side (S76-S78)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from domain.codes import MandateMatter
from domain.inquiry import KINDS, MATTERS, InquiryOpened
from domain.mandate import MandateDecided, WorkStarted
from domain.policy import Act, Information, Viewer, may
from domain.recorded import Recorded
from projections.asking import Connection, all_rows, one_row
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.mandates")


class Mandate(NamedTuple):
    mandate: UUID
    register_number: str
    decided_on: date
    matter: str
    version: int


class Started(NamedTuple):
    mandate: UUID
    work: UUID
    matter: str
    started_at: datetime
    kind: str | None  # of an inquiry


def mandate_keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name.startswith("mandate.") else ()


def work_keys(recorded: Recorded) -> Iterable[Key]:
    match recorded.event:
        case WorkStarted(work=work, matter=MandateMatter.TEAM):
            return [(recorded.stream, work)]
        case InquiryOpened(mandate=mandate):  # which tells the side
            return [(mandate, recorded.stream)]
        case _:
            return ()


def apply_to_mandate(mandate: Mandate | None, recorded: Recorded) -> Mandate | None:
    match recorded.event:
        case MandateDecided(register_number=number, decided_on=day, matter=matter):
            return Mandate(recorded.stream, number, day, matter, recorded.version)
        case _:
            return mandate and mandate._replace(version=recorded.version)


def apply_to_work(started: Started | None, recorded: Recorded) -> Started | None:
    match recorded.event:
        case WorkStarted(work=work, matter=matter):
            return Started(recorded.stream, work, matter, recorded.occurred_at, None)
        case InquiryOpened(mandate=mandate, compartment=side):
            kind = KINDS[side]
            return Started(mandate, recorded.stream, MATTERS[kind], recorded.occurred_at, kind)
        case _:
            return started


PROJECTION = Projection(
    name="mandates",
    version=2,
    schema=text("projections.mandates", "schema.sql"),
    tables=(
        Table(
            name="mandates",
            row=Mandate,
            key=("mandate",),
            keys=mandate_keys,
            apply=apply_to_mandate,
        ),
        Table(
            name="mandate_works",
            row=Started,
            key=("mandate", "work"),
            keys=work_keys,
            apply=apply_to_work,
        ),
    ),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


async def mandates(connection: Connection, schema: str, viewer: Viewer) -> Sequence[Mandate]:
    """All of them, the latest decision first."""
    if not may(viewer, Act.READ, Information.MANDATE):
        return ()
    return await all_rows(connection, _statements("mandates", schema), {}, Mandate)


async def mandate(connection: Connection, schema: str, viewer: Viewer, of: UUID) -> Mandate | None:
    if not may(viewer, Act.READ, Information.MANDATE):
        return None
    return await one_row(connection, _statements("mandate", schema), {"mandate": of}, Mandate)


async def started(
    connection: Connection, schema: str, viewer: Viewer, of: UUID
) -> Sequence[Started]:
    """What the mandate has started, in that order, as far as it lies on the viewer's side."""
    if not may(viewer, Act.READ, Information.MANDATE):
        return ()
    counts = may(viewer, Act.READ, Information.INQUIRY)
    told = {"mandate": of, "kind": KINDS.get(viewer.side) if counts and viewer.side else None}
    return await all_rows(connection, _statements("started", schema), told, Started)
