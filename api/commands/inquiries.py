"""Inquiries: needs are told of, met by somebody, and counted; each on its own side (S76-S78)."""

from datetime import date
from uuid import UUID

from api.commands.work import Work
from domain import inquiry as inquiries
from domain.codes import NeedGroup, NeedKind
from domain.errors import NotFound, UnknownUnit
from domain.inquiry import Inquiry
from domain.policy import Act, Information, sees_compartment


async def express_need(
    work: Work,
    inquiry_id: UUID,
    *,
    kind: NeedKind,
    group: NeedGroup,
    expressed_on: date,
    met_by: str | None,
) -> None:
    inquiry = await _seen(work, inquiry_id, Act.RECORD)
    _require_known(work, met_by)
    expressed = inquiries.express_need(
        inquiry,
        work.desk.ids.new(),
        kind=kind,
        group=group,
        expressed_on=expressed_on,
        met_by=met_by,
        today=work.today,
    )
    work.record(inquiry_id, expressed)


async def meet_need(work: Work, inquiry_id: UUID, need: UUID, *, met_by: str) -> None:
    inquiry = await _seen(work, inquiry_id, Act.RECORD)
    _require_known(work, met_by)
    work.record(inquiry_id, inquiries.meet_need(inquiry, need, met_by=met_by))


async def conclude_inquiry(work: Work, inquiry_id: UUID) -> None:
    inquiry = await _seen(work, inquiry_id, Act.MANAGE)
    work.record(inquiry_id, inquiries.conclude_inquiry(inquiry))


async def _seen(work: Work, inquiry_id: UUID, act: Act) -> Inquiry:
    """The inquiry, for somebody on its side; on another it is as if it did not exist."""
    viewer = await work.require(act, Information.INQUIRY)
    inquiry = await work.inquiry(inquiry_id)
    if not sees_compartment(viewer.side, inquiry.compartment):
        raise NotFound
    return inquiry


def _require_known(work: Work, unit: str | None) -> None:
    """Raises UnknownUnit: who met it is a party of the organisation, never a name."""
    if unit is not None and not work.organisation.has_unit(unit):
        raise UnknownUnit
