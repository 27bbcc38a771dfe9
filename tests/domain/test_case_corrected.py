"""A case moves to another municipality, is linked to others, and mistakes in it are corrected."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.case import Case, CaseOpened, NoteRecorded, TransferStatus, close_case, fold
from domain.case.correction import EntryCorrected, correct_entry
from domain.case.intervention import InterventionDecided, InterventionStarted, start_intervention
from domain.case.investigation import (
    InvestigationConcluded,
    InvestigationOpened,
    conclude_investigation,
)
from domain.case.link import CaseLinked, ChildReported, LinkRemoved, link_case, remove_link
from domain.case.link import report_child as report
from domain.case.outward import ExternalReferralMade, receive_external_answer
from domain.case.transfer import (
    InspectorateAsked,
    InspectorateDecided,
    TransferAnswered,
    TransferRequested,
    answer_transfer,
    ask_inspectorate,
    record_inspectorate_decision,
    request_transfer,
)
from domain.codes import (
    CaseOutcome,
    Compartment,
    DisclosureGround,
    ExternalAnswer,
    InformationKind,
    InterventionKind,
    InvestigationConclusion,
    LinkKind,
    Provider,
    Receiver,
    TransferAnswer,
)
from domain.errors import (
    CaseIsClosed,
    CaseIsLinked,
    CaseIsNotLinked,
    CasesCannotBeLinked,
    EntryCannotBeCorrected,
    EntryIsCorrected,
    ExternalReferralIsNotWaiting,
    InterventionIsUnknown,
    InvestigationIsNotOpen,
    TransferIsAnswered,
    TransferIsNotAccepted,
    TransferIsNotAtTheInspectorate,
    TransferIsUnknown,
    TransferIsWaiting,
    TransferMayStillBeAnswered,
)
from domain.sealed import Sealed

PERSON, ID, OTHER, CASE = (UUID(int=number) for number in (1, 60, 61, 70))
NOW = datetime(2023, 4, 3, 7, 0, tzinfo=UTC)
OPENED = CaseOpened(
    person=PERSON, referral=UUID(int=2), compartment=Compartment.EXPOSED, unit="nexus"
)
ACCEPTED, REFUSED = TransferAnswer.ACCEPTED, TransferAnswer.REFUSED


def given(*more: object) -> Case:
    case = fold([OPENED, *more])
    assert case is not None
    return case


CLOSED = given(*close_case(given(), CaseOutcome.NEEDS_MET))

# --- to another municipality -----------------------------------------------------------------

REQUESTED = TransferRequested(
    person=PERSON,
    transfer=ID,
    municipality=Sealed.of("Enköping"),
    reason=Sealed.of("Bor där sedan ett år."),
)
ASKED = InspectorateAsked(transfer=ID)


def answered(answer: TransferAnswer) -> TransferAnswered:
    return TransferAnswered(
        person=PERSON,
        transfer=ID,
        answer=Sealed.of(answer),
        explanation=Sealed.of("Hör hit."),
    )


def decided(answer: TransferAnswer) -> InspectorateDecided:
    return InspectorateDecided(
        person=PERSON, transfer=ID, answer=Sealed.of(answer), explanation=Sealed.of("Beslut.")
    )


def test_requested_and_answered_in_writing() -> None:
    """R14 (S39): one request at a time, answered once; after a refusal it may be made again."""
    new = {"municipality": "Enköping", "reason": "Bor där sedan ett år."}
    assert request_transfer(given(), ID, **new) == [REQUESTED]
    with pytest.raises(TransferIsWaiting):
        request_transfer(given(REQUESTED), OTHER, **new)
    with pytest.raises(CaseIsClosed):
        request_transfer(CLOSED, ID, **new)
    assert request_transfer(given(REQUESTED, answered(REFUSED)), OTHER, **new)
    state = given(REQUESTED)
    assert answer_transfer(state, ID, answer=ACCEPTED, explanation="Hör hit.") == [
        answered(ACCEPTED)
    ]
    for case, asked, refusal in (
        (given(REQUESTED, answered(REFUSED)), ID, TransferIsAnswered),
        (given(REQUESTED, ASKED), ID, TransferIsAnswered),
        (given(REQUESTED), OTHER, TransferIsUnknown),
        (given(), ID, TransferIsUnknown),
    ):
        with pytest.raises(refusal):
            answer_transfer(case, asked, answer=ACCEPTED, explanation="Hör hit.")


def test_a_refusal_or_a_silent_month_opens_the_way_to_the_inspectorate() -> None:
    """R14, SoL 29:11: not before, and not after an acceptance; it decides once."""
    waits = given(REQUESTED)
    with pytest.raises(TransferMayStillBeAnswered):
        ask_inspectorate(waits, ID, silent=False)
    assert ask_inspectorate(waits, ID, silent=True) == [ASKED]
    assert ask_inspectorate(given(REQUESTED, answered(REFUSED)), ID, silent=False) == [ASKED]
    for state in (
        given(REQUESTED, answered(ACCEPTED)),
        given(REQUESTED, answered(REFUSED), ASKED),
        given(REQUESTED, answered(REFUSED), ASKED, decided(REFUSED)),
    ):
        with pytest.raises(TransferIsAnswered):
            ask_inspectorate(state, ID, silent=True)
    asked = given(REQUESTED, answered(REFUSED), ASKED)
    assert asked.transfer is not None
    assert asked.transfer.status is TransferStatus.AT_THE_INSPECTORATE
    told = record_inspectorate_decision(asked, ID, answer=ACCEPTED, explanation="Beslut.")
    assert told == [decided(ACCEPTED)]
    for state in (given(REQUESTED), given(REQUESTED, answered(REFUSED), ASKED, *told)):
        with pytest.raises(TransferIsNotAtTheInspectorate):
            record_inspectorate_decision(state, ID, answer=ACCEPTED, explanation="Beslut.")


def test_a_case_is_ours_until_the_transfer_is_accepted() -> None:
    """S69, R14: it is not closed as moved away before somebody else is responsible, whether or not
    that was asked for."""
    moved = CaseOutcome.MOVED_AWAY
    for waits in ((), (REQUESTED,), (REQUESTED, answered(REFUSED)), (REQUESTED, ASKED)):
        with pytest.raises(TransferIsNotAccepted):
            close_case(given(*waits), moved)
    assert close_case(given(REQUESTED, answered(ACCEPTED)), moved)
    assert close_case(given(REQUESTED, answered(REFUSED), ASKED, decided(ACCEPTED)), moved)
    assert close_case(given(REQUESTED), CaseOutcome.CONTACT_LOST)


# --- links -----------------------------------------------------------------------------------

FAMILY = LinkKind.SAME_FAMILY
LINKED = CaseLinked(link=ID, other=Sealed.of(OTHER), kind=Sealed.of(FAMILY))


def test_a_link_stands_until_it_is_removed() -> None:
    """One between two cases; a case is not linked to itself."""
    assert link_case(given(), CASE, given(), OTHER, ID, FAMILY) == [LINKED]
    with pytest.raises(CaseIsLinked):
        link_case(given(LINKED), CASE, given(), OTHER, UUID(int=99), FAMILY)
    with pytest.raises(CasesCannotBeLinked):
        link_case(given(), CASE, given(), CASE, ID, FAMILY)
    with pytest.raises(CaseIsClosed):
        link_case(CLOSED, CASE, given(), OTHER, ID, FAMILY)
    removed = LinkRemoved(link=ID)
    assert remove_link(given(LINKED), ID) == (OTHER, [removed])
    with pytest.raises(CaseIsNotLinked):
        remove_link(given(LINKED, removed), ID)


@pytest.mark.parametrize("compartment", Compartment)
def test_no_link_crosses_a_compartment(compartment: Compartment) -> None:
    """S76-S78: whatever the other side is."""
    other = fold([CaseOpened(person=ID, referral=ID, compartment=compartment, unit="nexus")])
    assert other is not None
    if compartment is Compartment.EXPOSED:
        assert link_case(given(), CASE, other, OTHER, ID, FAMILY)
    else:
        with pytest.raises(CasesCannotBeLinked):
            link_case(given(), CASE, other, OTHER, ID, FAMILY)


def test_a_child_reported_is_remembered_sealed() -> None:
    """R10: which referral it was, for whoever may read the case; in an open case only."""
    assert report(given(), OTHER) == [ChildReported(referral=Sealed.of(OTHER))]
    with pytest.raises(CaseIsClosed):
        report(CLOSED, OTHER)


# --- corrections -----------------------------------------------------------------------------

NOTE = NoteRecorded(person=PERSON, text=Sealed.of("Om någon annan."))
DECIDED = InterventionDecided(
    intervention=ID,
    kind=Sealed.of(InterventionKind.OTHER),
    provider=Sealed.of(Provider.OTHER),
    ksi_code=Sealed.of(None),
)
SENT = ExternalReferralMade(
    person=PERSON,
    referral=ID,
    consent=Sealed.of(None),
    receiver=Sealed.of(Receiver.REGION),
    ground=Sealed.of(DisclosureGround.CARE),
    going_along=Sealed.of((InformationKind.IDENTITY,)),
    text=Sealed.of("Fel person."),
)


def corrected(case: Case, entry: int, fact: object) -> EntryCorrected:
    [found] = correct_entry(case, entry, fact, reason="Fel akt.")
    return found


def test_a_correction_names_what_and_why() -> None:
    """Once, and also in a closed case; what is no entry of its own kind is not corrected so."""
    mistake = corrected(CLOSED, 2, NOTE)
    assert mistake == EntryCorrected(
        person=PERSON, entry=2, item=None, reason=Sealed.of("Fel akt.")
    )
    with pytest.raises(EntryIsCorrected):
        correct_entry(given(NOTE, mistake), 2, NOTE, reason="Fel akt.")
    for fact in (OPENED, mistake, LINKED, REQUESTED):
        with pytest.raises(EntryCannotBeCorrected):
            correct_entry(given(), 1, fact, reason="Fel akt.")


@pytest.mark.parametrize(
    ("history", "mistake"),
    [
        ((DECIDED,), InterventionStarted(intervention=ID)),
        ((REQUESTED,), answered(REFUSED)),
        ((REQUESTED, ASKED), decided(REFUSED)),
    ],
)
def test_a_step_that_was_a_mistake_is_taken_anew(
    history: tuple[object, ...], mistake: object
) -> None:
    """Section 3: what it was a step of stands as it did before, so that the step can be taken as it
    was; not in a closed case, nor where it is not the last one."""
    taken_back = correct_entry(given(*history, mistake), 3, mistake, reason="Fel dag.")
    state = given(*history, mistake, *taken_back)
    assert replace(state, corrected=()) == given(*history)
    for case, refused in (
        (state, EntryIsCorrected),
        (given(*history), EntryCannotBeCorrected),
        (CLOSED, CaseIsClosed),
    ):
        with pytest.raises(refused):
            correct_entry(case, 3, mistake, reason="Fel dag.")


def test_what_an_investigation_led_to_is_concluded_anew() -> None:
    """Section 3: it is not opened once more, and nothing else is concluded so."""
    opened, none = InvestigationOpened(investigation=ID), InvestigationConclusion.NO_INTERVENTION
    wrong = InvestigationConcluded(investigation=ID, conclusion=Sealed.of(none))
    with pytest.raises(InvestigationIsNotOpen):
        conclude_investigation(given(opened, wrong), ID, InvestigationConclusion.INTERVENTION)
    taken_back = correct_entry(given(opened, wrong), 3, wrong, reason="Fel ruta.")
    mistaken = given(opened, wrong, *taken_back)
    assert (mistaken.investigation, mistaken.investigated) == (None, (ID,))
    anew = conclude_investigation(mistaken, ID, InvestigationConclusion.INTERVENTION)
    assert replace(given(opened, wrong, *taken_back, *anew), corrected=()) == given(opened, wrong)
    with pytest.raises(EntryCannotBeCorrected):
        correct_entry(given(opened), 3, wrong, reason="Fel ruta.")


def test_nothing_more_is_decided_on_a_mistake() -> None:
    """What was corrected no longer starts, ends or waits for an answer."""
    decided_by_mistake = given(DECIDED, corrected(given(DECIDED), 2, DECIDED))
    with pytest.raises(InterventionIsUnknown):
        start_intervention(decided_by_mistake, ID)
    sent_by_mistake = given(SENT, corrected(given(SENT), 2, SENT))
    with pytest.raises(ExternalReferralIsNotWaiting):
        receive_external_answer(sent_by_mistake, ID, answer=ExternalAnswer.DECLINED, text=None)
