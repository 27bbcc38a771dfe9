"""An inquiry into a need that the board asked about: is a reception for exposed persons needed
(S50, S66), and what support do buyers ask for (S51, S68)? Each on its own side (S76-S78).

The story: opened under a mandate; each expressed need is told of once, by its group, and met or
not, and by whom; concluded. It counts needs, never persons: nobody who expressed one is told of,
and which group it was is sealed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final
from uuid import UUID

from domain.codes import Compartment, InquiryKind, MandateMatter, NeedGroup, NeedKind
from domain.errors import (
    ExpressedInTheFuture,
    GroupIsOfAnotherInquiry,
    InquiryIsConcluded,
    NeedIsMet,
    NotFound,
)
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class InquiryOpened:
    mandate: UUID
    compartment: Compartment


@dataclass(frozen=True, kw_only=True, slots=True)
class NeedExpressed:
    """`met_by`: the party that met it, if somebody did at once."""

    need: UUID
    kind: NeedKind
    expressed_on: date
    met_by: str | None
    group: Sealed[NeedGroup]


@dataclass(frozen=True, kw_only=True, slots=True)
class NeedMet:
    need: UUID
    met_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InquiryConcluded:
    needs: int


InquiryEvent = InquiryOpened | NeedExpressed | NeedMet | InquiryConcluded

# --- the kinds -------------------------------------------------------------------------------

KINDS: Final[Mapping[Compartment, InquiryKind]] = {
    Compartment.EXPOSED: InquiryKind.RECEPTION,
    Compartment.RELATIVE: InquiryKind.RECEPTION_FOR_RELATIVES,
    Compartment.PERPETRATOR: InquiryKind.BUYER_SUPPORT,
}
MATTERS: Final[Mapping[InquiryKind, MandateMatter]] = {
    InquiryKind.RECEPTION: MandateMatter.RECEPTION_INQUIRY,
    InquiryKind.RECEPTION_FOR_RELATIVES: MandateMatter.RECEPTION_INQUIRY,
    InquiryKind.BUYER_SUPPORT: MandateMatter.BUYER_SUPPORT_REVIEW,
}
GROUPS: Final[Mapping[Compartment, tuple[NeedGroup, ...]]] = {
    Compartment.EXPOSED: (
        NeedGroup.SOLD_SEX,
        NeedGroup.SELF_HARM,
        NeedGroup.TRAFFICKED,
        NeedGroup.UNKNOWN,
    ),
    Compartment.RELATIVE: (NeedGroup.RELATIVES,),
    Compartment.PERPETRATOR: (NeedGroup.BUYERS,),
}

# --- state -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Inquiry:
    compartment: Compartment
    needs: Mapping[UUID, bool] = field(default_factory=dict)  # need -> whether it is met
    concluded: bool = False


def evolve(inquiry: Inquiry | None, event: object) -> Inquiry | None:
    if isinstance(event, InquiryOpened):
        return Inquiry(compartment=event.compartment)
    if inquiry is None:
        return None
    match event:
        case NeedExpressed(need=need, met_by=met_by):
            return replace(inquiry, needs={**inquiry.needs, need: met_by is not None})
        case NeedMet(need=need):
            return replace(inquiry, needs={**inquiry.needs, need: True})
        case InquiryConcluded():
            return replace(inquiry, concluded=True)
        case _:
            return inquiry


def fold(events: Iterable[object]) -> Inquiry | None:
    inquiry: Inquiry | None = None
    for event in events:
        inquiry = evolve(inquiry, event)
    return inquiry


# --- decisions -------------------------------------------------------------------------------


def open_inquiry(mandate: UUID, compartment: Compartment) -> list[InquiryEvent]:
    """On the side of who opens it (S76-S78)."""
    return [InquiryOpened(mandate=mandate, compartment=compartment)]


def express_need(
    inquiry: Inquiry,
    need: UUID,
    *,
    kind: NeedKind,
    group: NeedGroup,
    expressed_on: date,
    met_by: str | None,
    today: date,
) -> list[InquiryEvent]:
    """S66, S68: a need that somebody put into words; nobody is told of with it.

    Raises InquiryIsConcluded, GroupIsOfAnotherInquiry, ExpressedInTheFuture.
    """
    if inquiry.concluded:
        raise InquiryIsConcluded
    if group not in GROUPS[inquiry.compartment]:
        raise GroupIsOfAnotherInquiry
    if expressed_on > today:
        raise ExpressedInTheFuture
    return [
        NeedExpressed(
            need=need,
            kind=kind,
            group=Sealed.of(group),
            expressed_on=expressed_on,
            met_by=met_by,
        )
    ]


def meet_need(inquiry: Inquiry, need: UUID, *, met_by: str) -> list[InquiryEvent]:
    """S66: by whom it was met. Raises NotFound, NeedIsMet, InquiryIsConcluded."""
    if need not in inquiry.needs:
        raise NotFound
    if inquiry.concluded:
        raise InquiryIsConcluded
    if inquiry.needs[need]:
        raise NeedIsMet
    return [NeedMet(need=need, met_by=met_by)]


def conclude_inquiry(inquiry: Inquiry) -> list[InquiryEvent]:
    """What was counted by then is what the board is told."""
    return [] if inquiry.concluded else [InquiryConcluded(needs=len(inquiry.needs))]
