"""Inquiries (S50, S51, S66, S68): needs that are expressed, by group, met or not and by whom; of
nobody, and each on its own side."""

from collections import Counter
from collections.abc import Iterable
from itertools import product
from typing import Any, Final
from uuid import UUID

from api.commands import inquiries as use_cases
from api.door import CREATED, Lead, deciding, reading
from api.door.answers import (
    Answer,
    Count,
    Done,
    InquiryId,
    MandateId,
    Moment,
    NeedId,
    Position,
    Seen,
    Unit,
)
from api.door.fields import Body, Id, PastDay, UnitCode
from api.door.visit import Visit
from domain.codes import InquiryKind, NeedGroup, NeedKind, Purpose
from domain.errors import (
    ExpressedInTheFuture,
    GroupIsOfAnotherInquiry,
    InquiryIsConcluded,
    NeedIsMet,
    NotFound,
    UnknownUnit,
)
from domain.inquiry import NeedExpressed
from domain.labels import Label
from domain.policy import Act, Information
from projections import inquiries

_READ: Final = (Act.READ, Information.INQUIRY)
_RECORD: Final = (Act.RECORD, Information.INQUIRY)

# --- seen ------------------------------------------------------------------------------------


class InquiryLine(Answer):
    inquiry_id: InquiryId
    mandate_id: MandateId
    kind: InquiryKind
    opened_at: Moment
    concluded_at: Moment | None


class Inquiries(Answer):
    items: list[InquiryLine]
    position: Position


@reading(
    "listInquiries",
    Label("Lista utredningar", "List inquiries"),
    Label("De på den egna sidan, på en sida.", "Those of one's own side, on one page."),
    asks=_READ,
    view=inquiries.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    leads=(Lead("readInquiry", {"inquiryId": "items/0/inquiryId"}),),
)
async def page(visit: Visit) -> Seen[Inquiries]:
    found = await visit.ask(inquiries.inquiries, visit.viewer)
    answer = Inquiries(
        items=[InquiryLine(**_told(inquiry)) for inquiry in found], position=visit.position
    )
    return Seen(answer, [inquiry.inquiry for inquiry in found])


class WhoMet(Answer):
    unit: Unit
    met: Count


class CountedNeed(Answer):
    """How often a group has expressed a need, and who met it."""

    group: NeedGroup
    kind: NeedKind
    expressed: Count
    unmet: Count
    providers: list[WhoMet]


class InquiryDetail(InquiryLine):
    """With its needs, counted by group."""

    needs: list[CountedNeed]
    position: Position


@reading(
    "readInquiry",
    Label("Läs en utredning", "Read an inquiry"),
    Label(
        "Uttryckta behov per grupp och slag: hur många, hur många som inte är tillgodosedda, och"
        " vilka som har tillgodosett de andra (S66, S68).",
        "Expressed needs by group and kind: how many, how many of them unmet, and who has met the"
        " others (S66, S68).",
    ),
    asks=_READ,
    view=inquiries.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    has_etag=True,
    leads=(Lead("expressNeed", {"inquiryId": "inquiryId"}),),
)
async def read(visit: Visit, inquiry_id: UUID) -> Seen[InquiryDetail]:
    inquiry = await visit.ask(inquiries.inquiry, visit.viewer, inquiry_id)
    if inquiry is None:
        raise NotFound
    needs = await visit.ask(inquiries.needs, visit.viewer, inquiry_id)
    groups = await visit.house.opener.open_values([(need.group_token, NeedGroup) for need in needs])
    known = [
        (group.reveal(), need) for group, need in zip(groups, needs, strict=True) if group.is_open
    ]
    answer = InquiryDetail(**_told(inquiry), needs=list(_counted(known)), position=visit.position)
    return Seen(answer, [inquiry_id], version=((inquiry_id, inquiry.version),))


def _counted(known: list[tuple[NeedGroup, inquiries.Need]]) -> Iterable[CountedNeed]:
    """In the order of the codes; who met most comes first."""
    for group, kind in product(NeedGroup, NeedKind):
        needs = [need.met_by for of, need in known if (of, need.kind) == (group, kind)]
        if needs:
            met_by = Counter(unit for unit in needs if unit)
            yield CountedNeed(
                group=group,
                kind=kind,
                expressed=len(needs),
                unmet=len(needs) - met_by.total(),
                providers=[
                    WhoMet(unit=unit, met=met)
                    for unit, met in sorted(met_by.items(), key=lambda it: (-it[1], it[0]))
                ],
            )


def _told(inquiry: inquiries.Inquiry) -> dict[str, Any]:
    return {
        "inquiry_id": inquiry.inquiry,
        "mandate_id": inquiry.mandate,
        "kind": InquiryKind(inquiry.kind),
        "opened_at": inquiry.opened_at,
        "concluded_at": inquiry.concluded_at,
    }


# --- needs, expressed and met ----------------------------------------------------------------


class NewNeed(Body):
    """Of a group, never of somebody: there is no field that could hold a person."""

    kind: NeedKind
    group: NeedGroup
    expressed_on: PastDay
    met_by: UnitCode | None = None
    """The party of GET /units that met it at once, if one did."""


class ChangedInquiry(Done):
    inquiry_id: InquiryId


class ChangedNeed(ChangedInquiry):
    need_id: NeedId


@deciding(
    "expressNeed",
    Label("Registrera ett uttryckt behov", "Record an expressed need"),
    Label(
        "Av samtalsstöd eller av en mottagning, för en grupp; ingen person anges (S66, S68).",
        "Of counselling or of a reception, for a group; no person is told of (S66, S68).",
    ),
    asks=_RECORD,
    refuses=(InquiryIsConcluded, GroupIsOfAnotherInquiry, ExpressedInTheFuture, UnknownUnit),
    status=CREATED,
    leads=(Lead("meetNeed", {"inquiryId": "inquiryId"}),),
)
async def express(visit: Visit, inquiry_id: UUID, need: NewNeed) -> ChangedNeed:
    outcome = await visit.carry_out(
        use_cases.express_need,
        inquiry_id,
        kind=need.kind,
        group=need.group,
        expressed_on=need.expressed_on,
        met_by=need.met_by,
    )
    _, expressed = outcome.the(NeedExpressed)
    return ChangedNeed(
        inquiry_id=inquiry_id,
        need_id=expressed.need,
        position=outcome.position,
        replayed=outcome.replayed,
    )


class MetNeed(Body):
    need_id: Id
    met_by: UnitCode
    """The party of GET /units that met it."""


@deciding(
    "meetNeed",
    Label("Registrera att ett behov är tillgodosett", "Record that a need is met"),
    Label("Och av vem (S66).", "And by whom (S66)."),
    asks=_RECORD,
    refuses=(InquiryIsConcluded, NeedIsMet, UnknownUnit),
)
async def meet(visit: Visit, inquiry_id: UUID, need: MetNeed) -> ChangedNeed:
    outcome = await visit.carry_out(
        use_cases.meet_need, inquiry_id, need.need_id, met_by=need.met_by
    )
    return ChangedNeed(
        inquiry_id=inquiry_id,
        need_id=need.need_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )


@deciding(
    "concludeInquiry",
    Label("Avsluta en utredning", "Conclude an inquiry"),
    Label(
        "Det som är räknat då är vad nämnden får veta.",
        "What is counted by then is what the board is told.",
    ),
    asks=(Act.MANAGE, Information.INQUIRY),
)
async def conclude(visit: Visit, inquiry_id: UUID) -> ChangedInquiry:
    outcome = await visit.carry_out(use_cases.conclude_inquiry, inquiry_id)
    return ChangedInquiry(
        inquiry_id=inquiry_id, position=outcome.position, replayed=outcome.replayed
    )
