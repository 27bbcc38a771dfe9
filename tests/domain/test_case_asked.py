"""Other units are consulted, and ask to take over: responsibility stays until it is handed over."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import pytest

from domain.case import Case, CaseOpened, close_case, fold, offer_handover, reopen_case
from domain.case.consultation import (
    ConsultationAnswered,
    ConsultationAsked,
    ConsultationWithdrawn,
    answer_unit,
    ask_unit,
    consulted,
    withdraw_consultation,
)
from domain.case.takeover import (
    TakeoverDeclined,
    TakeoverRequested,
    decline_takeover,
    request_takeover,
)
from domain.codes import CaseOutcome, Compartment, TakeoverDeclineReason
from domain.errors import (
    CaseIsClosed,
    ConsultationIsAnswered,
    ReceivingUnitIsResponsible,
    TakeoverIsAnswered,
    TakeoverIsRequested,
    UnitIsConsulted,
)
from domain.sealed import Sealed

PERSON, ID, OTHER = (UUID(int=number) for number in (1, 60, 61))
DUE = datetime(2023, 4, 11, 7, 0, tzinfo=UTC)
OPENED = CaseOpened(
    person=PERSON, referral=UUID(int=2), compartment=Compartment.EXPOSED, unit="nexus"
)
ASKED = ConsultationAsked(
    person=PERSON, consultation=ID, unit="childrens-intake", question=Sealed.of("Känd hos er?")
)
ANSWERED = ConsultationAnswered(
    person=PERSON, consultation=ID, unit="childrens-intake", answer=Sealed.of("Nej.")
)
REQUESTED = TakeoverRequested(
    person=PERSON, takeover=ID, unit="childrens-intake", reason=Sealed.of("Är 17 år.")
)


DECLINE: Final[dict[str, Any]] = {
    "reason": TakeoverDeclineReason.RULES_POINT_HERE,
    "explanation": "Är 19 år.",
}


def given(*more: object) -> Case:
    case = fold([OPENED, *more])
    assert case is not None
    return case


CLOSING = close_case(given(), CaseOutcome.NEEDS_MET)
CLOSED = given(*CLOSING)


def ask(case: Case, unit: str = "childrens-intake") -> list[object]:
    return [*ask_unit(case, ID, unit=unit, question="Känd hos er?")]


def test_a_unit_is_asked_and_answers() -> None:
    """R11: once at a time; and whoever has answered, or is not asked any more, cannot."""
    assert ask(given()) == [ASKED]
    assert consulted(given(ASKED)) == ("childrens-intake",)
    assert answer_unit(given(ASKED), ID, answer="Nej.") == [ANSWERED]
    withdrawn = ConsultationWithdrawn(consultation=ID, unit="childrens-intake")
    assert withdraw_consultation(given(ASKED), ID) == [withdrawn]
    for over in (ANSWERED, withdrawn):
        state = given(ASKED, over)
        assert consulted(state) == ()
        with pytest.raises(ConsultationIsAnswered):
            answer_unit(state, ID, answer="Nej.")
        with pytest.raises(ConsultationIsAnswered):
            withdraw_consultation(state, ID)
        assert ask(state) == [ASKED]
    assert given(ASKED, ANSWERED) == given()


def test_whom_to_ask() -> None:
    """Another unit, which is not asked already, about an open case."""
    for state, unit, refusal in (
        (given(), "nexus", ReceivingUnitIsResponsible),
        (given(ASKED), "childrens-intake", UnitIsConsulted),
        (CLOSED, "childrens-intake", CaseIsClosed),
    ):
        with pytest.raises(refusal):
            ask(state, unit)


def test_nobody_is_asked_about_a_closed_case() -> None:
    """The question is withdrawn with the closing, so that the unit sees the case no more."""
    closed = close_case(given(ASKED), CaseOutcome.NEEDS_MET)
    assert ConsultationWithdrawn(consultation=ID, unit="childrens-intake") in closed
    assert consulted(given(ASKED, *closed)) == ()


def request(case: Case, unit: str = "childrens-intake") -> list[object]:
    return [*request_takeover(case, ID, unit=unit, reason="Är 17 år.")]


def test_a_request_is_answered_by_an_offer_or_a_decline() -> None:
    """Until then nothing moves; an offer to another unit is no answer."""
    assert request(given()) == [REQUESTED]
    state = given(REQUESTED)
    assert state.unit == "nexus"
    declined = TakeoverDeclined(
        person=PERSON,
        takeover=ID,
        reason=Sealed.of(TakeoverDeclineReason.RULES_POINT_HERE),
        explanation=Sealed.of("Är 19 år."),
    )
    assert decline_takeover(state, ID, **DECLINE) == [declined]
    for to_unit, left in (("childrens-intake", 0), ("support-line-three", 1)):
        offered = offer_handover(state, OTHER, to_unit=to_unit, reason="Ny ålder.", answer_due=DUE)
        assert len(given(REQUESTED, *offered).takeovers) == left
    with pytest.raises(TakeoverIsAnswered):
        decline_takeover(given(REQUESTED, declined), ID, **DECLINE)


def test_a_request_does_not_outlive_the_case() -> None:
    """Closing answers it: nothing is left to decline, and once the case is open again, it may be
    asked for again."""
    closed = given(REQUESTED, *CLOSING)
    with pytest.raises(TakeoverIsAnswered):
        decline_takeover(closed, ID, **DECLINE)
    assert request(given(REQUESTED, *CLOSING, *reopen_case(closed, "Hörde av sig."))) == [REQUESTED]


def test_who_may_not_ask_for_it() -> None:
    """The unit that has it, one that has asked or was offered it; nor for a closed case."""
    offered = offer_handover(
        given(), OTHER, to_unit="childrens-intake", reason="Ny ålder.", answer_due=DUE
    )
    for state, unit, refusal in (
        (given(), "nexus", ReceivingUnitIsResponsible),
        (given(REQUESTED), "childrens-intake", TakeoverIsRequested),
        (given(*offered), "childrens-intake", TakeoverIsRequested),
        (CLOSED, "childrens-intake", CaseIsClosed),
    ):
        with pytest.raises(refusal):
            request(state, unit)
