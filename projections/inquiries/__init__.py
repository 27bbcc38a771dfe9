"""Inquiries (S50, S51, S66, S68): each on a side, and the needs that it counts. Whose need one is,
as a group, is sealed; it is nobody's by name."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from domain.inquiry import KINDS, InquiryConcluded, InquiryOpened, NeedExpressed, NeedMet
from domain.policy import Act, Information, Viewer, may
from domain.recorded import Recorded
from projections.asking import Connection, all_rows, one_row
from projections.projection import Key, Projection, Table
from projections.sql import Statements, text

_statements = Statements("projections.inquiries")


class Inquiry(NamedTuple):
    inquiry: UUID
    mandate: UUID
    kind: str
    opened_at: datetime
    concluded_at: datetime | None
    version: int


class Need(NamedTuple):
    inquiry: UUID
    need: UUID
    kind: str
    group_token: str
    expressed_on: date
    met_by: str | None


def inquiry_keys(recorded: Recorded) -> Iterable[Key]:
    return [(recorded.stream,)] if recorded.name.startswith("inquiry.") else ()


def need_keys(recorded: Recorded) -> Iterable[Key]:
    if isinstance(recorded.event, NeedExpressed | NeedMet):
        return [(recorded.stream, recorded.event.need)]
    return ()


def apply_to_inquiry(inquiry: Inquiry | None, recorded: Recorded) -> Inquiry | None:
    match recorded.event:
        case InquiryOpened(mandate=mandate, compartment=compartment):
            return Inquiry(
                inquiry=recorded.stream,
                mandate=mandate,
                kind=KINDS[compartment],
                opened_at=recorded.occurred_at,
                concluded_at=None,
                version=recorded.version,
            )
        case InquiryConcluded() if inquiry:
            return inquiry._replace(concluded_at=recorded.occurred_at, version=recorded.version)
        case _:
            return inquiry and inquiry._replace(version=recorded.version)


def apply_to_need(need: Need | None, recorded: Recorded) -> Need | None:
    match recorded.event:
        case NeedExpressed() as expressed:
            return Need(
                inquiry=recorded.stream,
                need=expressed.need,
                kind=expressed.kind,
                group_token=expressed.group.token or "",
                expressed_on=expressed.expressed_on,
                met_by=expressed.met_by,
            )
        case NeedMet(met_by=met_by) if need:
            return need._replace(met_by=met_by)
        case _:
            return need


PROJECTION = Projection(
    name="inquiries",
    version=1,
    schema=text("projections.inquiries", "schema.sql"),
    tables=(
        Table(
            name="inquiries",
            row=Inquiry,
            key=("inquiry",),
            keys=inquiry_keys,
            apply=apply_to_inquiry,
        ),
        Table(
            name="inquiry_needs",
            row=Need,
            key=("inquiry", "need"),
            keys=need_keys,
            apply=apply_to_need,
        ),
    ),
    key=attrgetter("stream"),
)

# --- queries ---------------------------------------------------------------------------------


def _own_kind(viewer: Viewer) -> str | None:
    """The one kind of inquiry that lies on the viewer's side (S76-S78)."""
    if viewer.side is None or not may(viewer, Act.READ, Information.INQUIRY):
        return None
    return KINDS[viewer.side]


async def inquiries(connection: Connection, schema: str, viewer: Viewer) -> Sequence[Inquiry]:
    """Those of the viewer's side, the latest first."""
    kind = _own_kind(viewer)
    return await all_rows(connection, _statements("inquiries", schema), {"kind": kind}, Inquiry)


async def inquiry(connection: Connection, schema: str, viewer: Viewer, of: UUID) -> Inquiry | None:
    parameters = {"kind": _own_kind(viewer), "inquiry": of}
    return await one_row(connection, _statements("inquiry", schema), parameters, Inquiry)


async def needs(connection: Connection, schema: str, viewer: Viewer, of: UUID) -> Sequence[Need]:
    """Every need that the inquiry counts, as they were expressed."""
    parameters = {"kind": _own_kind(viewer), "inquiry": of}
    return await all_rows(connection, _statements("needs", schema), parameters, Need)
