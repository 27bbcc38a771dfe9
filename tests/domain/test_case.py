"""A case's story: given what was recorded, when somebody decides, then these facts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from domain.case import (
    Case,
    CaseClosed,
    CaseJoined,
    CaseOpened,
    CaseReopened,
    CaseStatus,
    CaseWorkerAssigned,
    CaseWorkerReleased,
    HandoverAccepted,
    HandoverDeclined,
    HandoverDeclineProposed,
    HandoverDeclineRefused,
    HandoverOffered,
    HandoverWithdrawn,
    NoteRecorded,
    RoutingReviewed,
    accept_handover,
    assign_case_worker,
    close_case,
    confirm_handover_decline,
    decline_handover,
    fold,
    join_case,
    offer_handover,
    open_case,
    preview_handover,
    record_note,
    refuse_handover_decline,
    release_case_worker,
    reopen_case,
    review_routing,
    withdraw_handover,
)
from domain.codes import (
    CaseOutcome,
    Compartment,
    HandoverDeclineReason,
    InformationKind,
    StaffRole,
)
from domain.errors import (
    CaseIsClosed,
    CaseIsMisrecorded,
    CaseIsOpen,
    DeclineIsNotProposed,
    DeclineIsProposed,
    HandoverIsAnswered,
    HandoverIsWaiting,
    ReceivingUnitIsResponsible,
    WorkerCannotBeAssigned,
    WorkerHasNoPosition,
    WorkerIsNotAssigned,
    WorkerIsNotQualifiedForChildren,
)
from domain.routing import Rule
from domain.sealed import Sealed
from domain.staff import StaffMember

PERSON, REFERRAL, HANDOVER, OTHER = (UUID(int=number) for number in range(1, 5))
DUE = datetime(2023, 4, 11, 7, 0, tzinfo=UTC)
REASON = HandoverDeclineReason.OTHER_MUNICIPALITY

WORKER = StaffMember(
    id=UUID(int=9),
    unit="childrens-intake",
    role=StaffRole.CASE_WORKER,
    side=Compartment.EXPOSED,
    since=date(2023, 4, 3),
    qualified_for_children=True,
)
OPENED = CaseOpened(
    person=PERSON, referral=REFERRAL, compartment=Compartment.EXPOSED, unit="childrens-intake"
)
ASSIGNED = CaseWorkerAssigned(worker=WORKER.id)
RELEASED = CaseWorkerReleased(worker=WORKER.id)
NOTE = NoteRecorded(person=PERSON, text=Sealed.of("Samtal."))
OFFERED = HandoverOffered(
    person=PERSON,
    handover=HANDOVER,
    from_unit="childrens-intake",
    to_unit="nexus",
    going_along=(
        InformationKind.IDENTITY,
        InformationKind.CONTACT,
        InformationKind.CIRCUMSTANCES,
        InformationKind.TIMELINE,
    ),
    answer_due=DUE,
    reason=Sealed.of("Fyllda 18."),
)
PROPOSED = HandoverDeclineProposed(
    person=PERSON, handover=HANDOVER, reason=Sealed.of(REASON), explanation=Sealed.of("Tierp.")
)
DECLINED = HandoverDeclined(
    person=PERSON, handover=HANDOVER, reason=Sealed.of(REASON), explanation=Sealed.of("Tierp.")
)
CLOSED = CaseClosed(person=PERSON, outcome=Sealed.of(CaseOutcome.NEEDS_MET))
REOPENED = CaseReopened(person=PERSON, reason=Sealed.of("Ny oro."))


def given(*more: object) -> Case:
    case = fold([OPENED, *more])
    assert case is not None
    return case


def assign(case: Case, worker: StaffMember = WORKER, *, for_children: bool = True) -> object:
    return assign_case_worker(case, worker, needs_child_qualification=for_children)


def offer(case: Case, to_unit: str = "nexus") -> Sequence[object]:
    return offer_handover(case, HANDOVER, to_unit=to_unit, reason="Fyllda 18.", answer_due=DUE)


def decline(case: Case, handover: UUID = HANDOVER, *, confirmed: bool = True) -> Sequence[object]:
    return decline_handover(
        case, handover, reason=REASON, explanation="Tierp.", confirmed=confirmed
    )


def test_nothing_recorded_is_no_case() -> None:
    """A stream without facts is no case."""
    assert fold([]) is None
    assert fold([NOTE]) is None


# --- opened, joined --------------------------------------------------------------------------


def test_opened_for_one_person_on_one_side() -> None:
    """A case has one person, one side and one responsible unit from the start."""
    opened = open_case(PERSON, REFERRAL, compartment=Compartment.EXPOSED, unit="childrens-intake")
    assert opened == [OPENED]
    assert (given().unit, given().referrals) == ("childrens-intake", (REFERRAL,))


def test_a_duplicate_joins() -> None:
    """A further referral joins, once (R2)."""
    assert join_case(given(), OTHER) == [CaseJoined(referral=OTHER)]
    assert join_case(given(), REFERRAL) == []
    assert given(CaseJoined(referral=OTHER)).referrals == (REFERRAL, OTHER)


# --- assigned --------------------------------------------------------------------------------


def test_assigned_and_released() -> None:
    """Workers are assigned once, and released when they were assigned."""
    assert assign(given()) == [ASSIGNED]
    assert assign(given(ASSIGNED)) == []
    assert release_case_worker(given(ASSIGNED), WORKER.id) == [RELEASED]
    assert given(ASSIGNED, RELEASED).workers == ()
    with pytest.raises(WorkerIsNotAssigned):
        release_case_worker(given(), WORKER.id)


@pytest.mark.parametrize(
    ("worker", "refusal"),
    [
        (replace(WORKER, active=False), WorkerHasNoPosition),
        (replace(WORKER, qualified_for_children=False), WorkerIsNotQualifiedForChildren),
    ],
)
def test_who_is_not_assigned(worker: StaffMember, refusal: type[Exception]) -> None:
    """Somebody with a position, and qualified where the work is with the young."""
    with pytest.raises(refusal):
        assign(given(), worker)


CARRY_CASES = {StaffRole.CASE_WORKER, StaffRole.UNIT_MANAGER}
SIDES = (Compartment.EXPOSED, Compartment.PERPETRATOR, Compartment.RELATIVE, None)


@pytest.mark.parametrize("role", StaffRole)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("unit", ["childrens-intake", "nexus"])
def test_who_cannot_be_assigned(unit: str, side: Compartment | None, role: StaffRole) -> None:
    """A case worker or manager of the unit, on the case's side; for whatever else there is one
    refusal, the same whether the degree is there: it never tells a colleague's side."""
    worker = replace(WORKER, unit=unit, side=side, role=role)
    if (unit, side) == (OPENED.unit, OPENED.compartment) and role in CARRY_CASES:
        assert assign(given(), worker) == [ASSIGNED]
        return
    for one in (worker, replace(worker, qualified_for_children=False)):
        with pytest.raises(WorkerCannotBeAssigned) as refused:
            assign(given(), one)
        assert refused.value.context == {}


def test_the_degree_is_asked_for_where_it_is_needed() -> None:
    """Without work with children or young people the degree is not asked for (SoL 25:1)."""
    unqualified = replace(WORKER, qualified_for_children=False)
    assert assign(given(), unqualified, for_children=False) == [ASSIGNED]


# --- handed over -----------------------------------------------------------------------------


def test_offered_the_unit_stays_responsible() -> None:
    """An offer moves nothing; it says what goes along and when the answer is due."""
    assert offer(given()) == [OFFERED]
    assert given(OFFERED).unit == "childrens-intake"


def test_the_preview_counts_what_goes_along() -> None:
    """Identity and contact, each referral's circumstances, the notes there are, the time line."""
    assert preview_handover(given(CaseJoined(referral=OTHER), NOTE, NOTE)) == {
        InformationKind.IDENTITY: 1,
        InformationKind.CONTACT: 1,
        InformationKind.CIRCUMSTANCES: 2,
        InformationKind.NOTES: 2,
        InformationKind.TIMELINE: 1,
    }
    [offered] = offer(given(NOTE))
    assert isinstance(offered, HandoverOffered)
    assert InformationKind.NOTES in offered.going_along


def test_with_the_acceptance_responsibility_moves() -> None:
    """In that event the unit changes, and with it every worker is released."""
    events = accept_handover(given(ASSIGNED, OFFERED), HANDOVER)
    assert events == [HandoverAccepted(handover=HANDOVER, unit="nexus"), RELEASED]
    state = given(ASSIGNED, OFFERED, *events)
    assert (state.unit, state.workers, state.handover) == ("nexus", (), None)


def test_one_offer_at_a_time_and_to_somebody_else() -> None:
    """A second offer waits for the first one's answer; the responsible unit has the case."""
    with pytest.raises(HandoverIsWaiting) as refused:
        offer(given(OFFERED))
    assert refused.value.context == {"handover": HANDOVER, "to_unit": "nexus"}
    with pytest.raises(ReceivingUnitIsResponsible):
        offer(given(), "childrens-intake")


def test_declined_by_who_may_confirm() -> None:
    """Declined, the case stays where it was and can be offered again."""
    assert decline(given(OFFERED)) == [DECLINED]
    state = given(OFFERED, DECLINED)
    assert (state.unit, state.handover) == ("childrens-intake", None)
    assert offer(state) == [OFFERED]


def test_a_proposed_decline_leaves_the_offer_standing() -> None:
    """Until the receiving manager has confirmed, the offer stands and takes no other answer."""
    assert decline(given(OFFERED), confirmed=False) == [PROPOSED]
    state = given(OFFERED, PROPOSED)
    assert state.handover is not None
    for answer in (accept_handover, decline):
        with pytest.raises(DeclineIsProposed):
            answer(state, HANDOVER)
    assert confirm_handover_decline(state, HANDOVER) == [DECLINED]
    assert refuse_handover_decline(state, HANDOVER) == [HandoverDeclineRefused(handover=HANDOVER)]
    assert given(OFFERED, PROPOSED, HandoverDeclineRefused(handover=HANDOVER)) == given(OFFERED)


def test_nothing_proposed_nothing_confirmed() -> None:
    """Without a proposal there is nothing to confirm, and nothing to refuse."""
    for decide in (confirm_handover_decline, refuse_handover_decline):
        with pytest.raises(DeclineIsNotProposed):
            decide(given(OFFERED), HANDOVER)


def test_withdrawn() -> None:
    """The offering unit takes its offer back, also while a decline waits for its confirmation."""
    withdrawn = [HandoverWithdrawn(handover=HANDOVER)]
    assert withdraw_handover(given(OFFERED), HANDOVER) == withdrawn
    assert withdraw_handover(given(OFFERED, PROPOSED), HANDOVER) == withdrawn
    assert given(OFFERED, *withdrawn).handover is None


ANSWERS: list[Callable[[Case, UUID], Sequence[object]]] = [
    accept_handover,
    decline,
    confirm_handover_decline,
    refuse_handover_decline,
    withdraw_handover,
]


ACCEPTED = HandoverAccepted(handover=HANDOVER, unit="nexus")
WITHDRAWN = HandoverWithdrawn(handover=HANDOVER)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize(
    ("state", "handover"),
    [
        (given(OFFERED, ACCEPTED), HANDOVER),
        (given(OFFERED, DECLINED), HANDOVER),
        (given(OFFERED, WITHDRAWN), HANDOVER),
        (given(OFFERED), OTHER),
        (given(OFFERED, DECLINED, replace(OFFERED, handover=OTHER)), HANDOVER),
        (given(OFFERED, ACCEPTED, CLOSED), HANDOVER),
        (given(OFFERED, DECLINED, CLOSED), HANDOVER),
        (given(OFFERED, WITHDRAWN, CLOSED), HANDOVER),
    ],
)
def test_answered_once(
    answer: Callable[[Case, UUID], Sequence[object]], state: Case, handover: UUID
) -> None:
    """What is answered takes no answer. Whoever was once asked learns nothing of the case's
    present: neither who has it now, nor that it is closed."""
    with pytest.raises(HandoverIsAnswered) as refused:
        answer(state, handover)
    assert refused.value.context == {}


# --- closed ----------------------------------------------------------------------------------


def test_closing_releases_everybody() -> None:
    """Nobody stays assigned to a closed case; closed again it is already so, and another outcome
    is refused, never dropped in silence."""
    assert close_case(given(ASSIGNED), CaseOutcome.NEEDS_MET) == [RELEASED, CLOSED]
    assert given(CLOSED).status is CaseStatus.CLOSED
    assert close_case(given(CLOSED), CaseOutcome.NEEDS_MET) == []
    with pytest.raises(CaseIsClosed):
        close_case(given(CLOSED), CaseOutcome.CONTACT_LOST)


def test_an_offer_keeps_a_case_open() -> None:
    """An offer is answered or withdrawn before the case is closed."""
    with pytest.raises(HandoverIsWaiting):
        close_case(given(OFFERED), CaseOutcome.NEEDS_MET)


@pytest.mark.parametrize(
    "decide",
    [
        assign,
        offer,
        lambda case: join_case(case, OTHER),
        lambda case: record_note(case, "Samtal."),
        lambda case: review_routing(case, unit="nexus", deciding=Rule.R2, rules=(Rule.R2,)),
    ],
)
def test_a_closed_case_is_closed(decide: Callable[[Case], object]) -> None:
    """Nothing happens in a closed case before it is reopened."""
    with pytest.raises(CaseIsClosed):
        decide(given(CLOSED))


def test_reopened() -> None:
    """A closed case is reopened, by the unit that was responsible; an open one is open."""
    assert reopen_case(given(CLOSED), "Ny oro.") == [REOPENED]
    assert given(CLOSED, REOPENED) == given()
    with pytest.raises(CaseIsOpen):
        reopen_case(given(), "Ny oro.")
    again = CaseClosed(person=PERSON, outcome=Sealed.of(CaseOutcome.CONTACT_LOST))
    assert reopen_case(given(CLOSED, REOPENED, again), "Ny oro.") == [REOPENED]


@pytest.mark.parametrize("outcome", CaseOutcome)
def test_what_was_misrecorded_stays_closed(outcome: CaseOutcome) -> None:
    """A case on the wrong side is never reopened: the person is received anew (R16)."""
    closed = given(CaseClosed(person=PERSON, outcome=Sealed.of(outcome)))
    if outcome is CaseOutcome.MISRECORDED:
        with pytest.raises(CaseIsMisrecorded):
            reopen_case(closed, "Ny oro.")
    else:
        assert reopen_case(closed, "Ny oro.") == [REOPENED]


def test_a_review_moves_nobody() -> None:
    """What the rules say now is recorded; the unit stays until a handover is accepted."""
    [reviewed] = review_routing(given(), unit="nexus", deciding=Rule.R2, rules=(Rule.R11, Rule.R2))
    assert reviewed == RoutingReviewed(
        person=PERSON, unit="nexus", deciding=Rule.R2, rules=(Rule.R11, Rule.R2)
    )
    assert given(reviewed) == given()


def test_a_note_is_sealed() -> None:
    """A note's text is sealed, as free text about the person."""
    assert record_note(given(), "Samtal.") == [NOTE]
    assert "Samtal" not in repr(NOTE)
