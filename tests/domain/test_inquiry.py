"""An inquiry's story (S50, S51, S66, S68): on one side; needs are expressed, and met; of nobody."""

import dataclasses
import typing
from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest

from domain.codes import Compartment, MandateMatter, NeedGroup, NeedKind, StaffRole
from domain.errors import (
    ExpressedInTheFuture,
    GroupIsOfAnotherInquiry,
    InquiryIsConcluded,
    NeedIsMet,
    NotFound,
)
from domain.inquiry import (
    GROUPS,
    KINDS,
    MATTERS,
    Inquiry,
    InquiryConcluded,
    InquiryEvent,
    InquiryOpened,
    NeedExpressed,
    NeedMet,
    conclude_inquiry,
    express_need,
    fold,
    meet_need,
    open_inquiry,
)
from domain.policy import Act, Information, permitting
from domain.sealed import Sealed

TODAY = date(2023, 5, 2)
MANDATE, NEED = UUID(int=1), UUID(int=2)
EXPRESSED = NeedExpressed(
    need=NEED,
    kind=NeedKind.COUNSELLING,
    expressed_on=TODAY,
    met_by=None,
    group=Sealed.of(NeedGroup.SOLD_SEX),
)
MET = NeedMet(need=NEED, met_by="region")
CONCLUDED = InquiryConcluded(needs=1)


def given(*more: InquiryEvent, side: Compartment = Compartment.EXPOSED) -> Inquiry:
    inquiry = fold([*open_inquiry(MANDATE, side), *more])
    assert inquiry is not None
    return inquiry


def express(
    inquiry: Inquiry,
    group: NeedGroup = NeedGroup.SOLD_SEX,
    on: date = TODAY,
    met_by: str | None = None,
) -> list[InquiryEvent]:
    kind = NeedKind.COUNSELLING
    return express_need(
        inquiry, NEED, kind=kind, group=group, expressed_on=on, met_by=met_by, today=TODAY
    )


def test_an_inquiry_lies_on_a_side() -> None:
    """The need for a reception on one, the support for buyers on another (S50, S51, S76-S78)."""
    assert open_inquiry(MANDATE, Compartment.EXPOSED) == [
        InquiryOpened(mandate=MANDATE, compartment=Compartment.EXPOSED)
    ]
    matters = {side: MATTERS[KINDS[side]] for side in KINDS}
    assert matters[Compartment.EXPOSED] is MandateMatter.RECEPTION_INQUIRY
    assert matters[Compartment.PERPETRATOR] is MandateMatter.BUYER_SUPPORT_REVIEW


@pytest.mark.parametrize(("side", "group"), [*product(GROUPS, NeedGroup)])
def test_a_group_is_counted_on_its_side(side: Compartment, group: NeedGroup) -> None:
    """Each on one: a buyer's need never stands among those of exposed persons (S76-S78)."""
    if group in GROUPS[side]:
        assert express(given(side=side), group)
    else:
        with pytest.raises(GroupIsOfAnotherInquiry):
            express(given(side=side), group)
    assert sum(group in groups for groups in GROUPS.values()) == 1


def test_a_need_is_met_once_and_by_somebody() -> None:
    """At once or later; by whom is what the board asks (S66)."""
    assert express(given()) == [EXPRESSED]
    assert meet_need(given(EXPRESSED), NEED, met_by="region") == [MET]
    at_once = given(*express(given(), met_by="nexus"))
    for met in (at_once, given(EXPRESSED, MET)):
        with pytest.raises(NeedIsMet):
            meet_need(met, NEED, met_by="nexus")
    with pytest.raises(NotFound):
        meet_need(given(EXPRESSED), UUID(int=9), met_by="nexus")


def test_a_need_is_told_of_when_it_has_been_expressed() -> None:
    """Today at the latest."""
    assert express(given(), on=TODAY - timedelta(days=9))
    with pytest.raises(ExpressedInTheFuture):
        express(given(), on=TODAY + timedelta(days=1))


def test_what_is_concluded_is_counted() -> None:
    """After that nothing is added; concluding again is already so."""
    assert conclude_inquiry(given(EXPRESSED)) == [CONCLUDED]
    concluded = given(EXPRESSED, CONCLUDED)
    assert conclude_inquiry(concluded) == []
    with pytest.raises(InquiryIsConcluded):
        express(concluded)
    with pytest.raises(InquiryIsConcluded):
        meet_need(concluded, NEED, met_by="nexus")


def test_nobody_has_a_place_in_an_inquiry() -> None:
    """No event names a person, and no field holds a text (S66, S68)."""
    for event in typing.get_args(InquiryEvent):
        fields = {field.name for field in dataclasses.fields(event)}
        assert not fields & {"person", "name", "text", "note", "case", "referral"}


@pytest.mark.parametrize("role", StaffRole)
def test_counts_are_shown_to_those_who_enter_them(role: StaffRole) -> None:
    """Counts of 1-4, too: whoever reads an inquiry tells of needs in it, and nobody else reads one
    (domain, sections 5 and 7)."""
    reads = permitting(role, Act.READ, Information.INQUIRY)
    assert reads == permitting(role, Act.RECORD, Information.INQUIRY)
