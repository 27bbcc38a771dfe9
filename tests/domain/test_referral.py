"""A referral's story: given what was recorded, when somebody decides, then these facts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api.runtime.organisation import load_organisation
from domain.assessment import AssessmentEvent, ProtectionAssessed
from domain.codes import (
    AgeKnowledge,
    Channel,
    Compartment,
    Concern,
    DeclineReason,
    PersonRole,
    ReferralKind,
    Residence,
    Source,
)
from domain.errors import (
    AcuteNeedsAreOurs,
    AgeIsNotEstablished,
    DeclineIsNotProposed,
    DeclineIsProposed,
    ReceivedInTheFuture,
    ReferralIsAnswered,
    RoutingStaysTheSame,
)
from domain.referral import (
    Account,
    Referral,
    ReferralAccepted,
    ReferralDeclined,
    ReferralDeclineProposed,
    ReferralDeclineRefused,
    ReferralEvent,
    ReferralReceived,
    ReferralRouted,
    ReferralStatus,
    accept_referral,
    confirm_decline,
    decline_referral,
    fold,
    receive_referral,
    refuse_decline,
)
from domain.routing import Facts, Route, route
from domain.sealed import Sealed

PERSON, CASE = UUID(int=1), UUID(int=2)
NOW = datetime(2023, 4, 3, 7, 0, tzinfo=UTC)
DUE = NOW + timedelta(days=7)
ELSEWHERE_REASON = Sealed.of(DeclineReason.OTHER_MUNICIPALITY)


def way(age: AgeKnowledge = AgeKnowledge.ADULT) -> Route:
    return route(
        Facts(
            role=PersonRole.EXPOSED,
            age=age,
            concern=Concern.PROSTITUTION,
            source=Source.HOMELESS_OUTREACH,
            residence=Residence.BELONGS_HERE,
            sent_on=True,
        ),
        load_organisation(),
    )


def received(
    *, sender_sees: bool = True, at: datetime = NOW, acute: bool = False
) -> Sequence[ReferralEvent]:
    account = Account(
        receipt="5XK2M8Q0J4T7V9B3C6D1E0F2GH",
        source=Source.HOMELESS_OUTREACH,
        channel=Channel.PHONE,
        kind=ReferralKind.SENT_ON,
        sender_unit="homeless-outreach",
        senders_reference=None,
        role=PersonRole.EXPOSED,
        age=AgeKnowledge.ADULT,
        assessed_by=None,
        concern=Concern.PROSTITUTION,
        residence=Residence.BELONGS_HERE,
        acute=acute,
        text="Vi har mött kvinnan vid flera uppsökande pass.",
    )
    return receive_referral(
        PERSON, account, way(), sender_sees=sender_sees, received=at, now=NOW, due=DUE
    )


def given(*more: ReferralEvent | AssessmentEvent, acute: bool = False) -> Referral:
    referral = fold([*received(acute=acute), *more])
    assert referral is not None
    return referral


ACCEPTED = ReferralAccepted(unit="nexus", case=CASE)
PROPOSED = ReferralDeclineProposed(
    person=PERSON,
    unit="nexus",
    reason=ELSEWHERE_REASON,
    age=Sealed.of(None),
    explanation=Sealed.of("Tierp."),
)
REFUSED = ReferralDeclineRefused(unit="nexus")
DECLINED = ReferralDeclined(
    person=PERSON,
    unit="nexus",
    holder="homeless-outreach",
    reason=ELSEWHERE_REASON,
    age=Sealed.of(None),
    explanation=Sealed.of("Tierp."),
)


def declined(
    referral: Referral, *, by_unit: str = "nexus", confirmed: bool = True
) -> Sequence[ReferralEvent]:
    """As another municipality's."""
    return decline_referral(
        referral,
        reason=DeclineReason.OTHER_MUNICIPALITY,
        age=None,
        explanation="Tierp.",
        by_unit=by_unit,
        elsewhere=None,
        due=DUE,
        confirmed=confirmed,
    )


def wrong_age(
    referral: Referral,
    age: AgeKnowledge | None = AgeKnowledge.MINOR,
    elsewhere: Route | None = None,
    *,
    confirmed: bool = True,
) -> Sequence[ReferralEvent]:
    return decline_referral(
        referral,
        reason=DeclineReason.WRONG_AGE,
        age=age,
        explanation="Pass.",
        by_unit="nexus",
        elsewhere=elsewhere or (way(age) if age else None),
        due=DUE,
        confirmed=confirmed,
    )


def test_nothing_recorded_is_no_referral() -> None:
    """A stream without facts is no referral."""
    assert fold([]) is None
    assert fold([ACCEPTED]) is None


def test_received_and_routed_at_once() -> None:
    """A referral is never without a unit that must answer and a holder (S69)."""
    first, second = received()
    assert isinstance(first, ReferralReceived)
    assert isinstance(second, ReferralRouted)
    assert (second.unit, second.holder) == ("nexus", "homeless-outreach")


def test_nobody_holds_what_they_may_not_see() -> None:
    """Where the sender does not see the side, the receiving unit holds it at once (S76-S78)."""
    _, routed = received(sender_sees=False)
    assert isinstance(routed, ReferralRouted)
    assert routed.holder == "nexus"


def test_nothing_arrives_in_the_future() -> None:
    """The moment of receipt is not in the future."""
    with pytest.raises(ReceivedInTheFuture):
        received(at=NOW + timedelta(seconds=1))


def test_what_was_told_is_sealed() -> None:
    """What tells of the person or the circumstances is sealed; the rest is random or neutral."""
    first, second = received()
    for event, clear in (
        (first, {"person", "receipt", "channel", "sender_unit", "acute"}),
        (second, {"unit", "holder", "compartment", "informed", "answer_due"}),
    ):
        fields = {name: getattr(event, name) for name in event.__dataclass_fields__}
        assert {n for n, value in fields.items() if not isinstance(value, Sealed)} == clear


def test_with_the_acceptance_the_holder_changes() -> None:
    """The unit that accepts is the holder from that event on (S69)."""
    accepted = accept_referral(given(), CASE, by_unit="nexus", responsible="nexus")
    assert accepted == [ACCEPTED]
    state = given(ACCEPTED)
    assert (state.holder, state.case, state.status) == ("nexus", CASE, ReferralStatus.ACCEPTED)


def test_joined_to_a_case_the_cases_unit_holds_it() -> None:
    """Where the case is another unit's, that unit is the holder: it is responsible (S69)."""
    [joined] = accept_referral(given(), CASE, by_unit="nexus", responsible="childrens-intake")
    assert joined == ReferralAccepted(unit="childrens-intake", case=CASE)
    assert given(joined).holder == "childrens-intake"


def test_a_proposed_decline_changes_no_holder() -> None:
    """Until the unit manager has confirmed, the referral stands where it stood (R2)."""
    [proposed] = declined(given(), confirmed=False)
    assert isinstance(proposed, ReferralDeclineProposed)
    state = given(PROPOSED)
    assert (state.status, state.holder) == (ReferralStatus.DECLINE_PROPOSED, "homeless-outreach")
    with pytest.raises(DeclineIsProposed):
        accept_referral(state, CASE, by_unit="nexus", responsible="nexus")
    with pytest.raises(DeclineIsProposed):
        declined(state)


def test_confirmed_it_is_declined_as_proposed() -> None:
    """What the manager confirms is what was proposed: reason, age and words (R2)."""
    confirmed = confirm_decline(given(PROPOSED), by_unit="nexus", elsewhere=None, due=DUE)
    assert confirmed == [DECLINED]
    assert given(PROPOSED, DECLINED).status is ReferralStatus.DECLINED
    minor = way(AgeKnowledge.MINOR)
    for_age = given(*wrong_age(given(), confirmed=False))
    assert confirm_decline(for_age, by_unit="nexus", elsewhere=minor, due=DUE) == wrong_age(given())


def test_not_confirmed_it_waits() -> None:
    """A decline that is not confirmed leaves the referral as it was."""
    assert refuse_decline(given(PROPOSED), by_unit="nexus") == [REFUSED]
    assert given(PROPOSED, REFUSED) == given()


def test_nothing_proposed_nothing_confirmed() -> None:
    """Without a proposal there is nothing to confirm, and nothing to refuse."""
    with pytest.raises(DeclineIsNotProposed):
        confirm_decline(given(), by_unit="nexus", elsewhere=None, due=DUE)
    with pytest.raises(DeclineIsNotProposed):
        refuse_decline(given(), by_unit="nexus")


def test_a_wrong_age_is_routed_on() -> None:
    """Declined for wrong age it is routed anew in the same act, and never without a holder."""
    events = wrong_age(given())
    assert [type(event) for event in events] == [ReferralDeclined, ReferralRouted]
    state = given(*events)
    assert (state.unit, state.holder) == ("childrens-intake", "childrens-intake")
    assert state.status is ReferralStatus.WAITING
    assert state.asked == ("nexus", "childrens-intake")


def test_the_age_that_was_found_is_kept() -> None:
    """The decline says which age was found, and from then on the referral is of that age."""
    events = wrong_age(given())
    assert isinstance(events[0], ReferralDeclined)
    assert events[0].age.reveal() is AgeKnowledge.MINOR
    assert given().age.reveal() is AgeKnowledge.ADULT
    assert given(*events).age.reveal() is AgeKnowledge.MINOR
    assert given(DECLINED).age.reveal() is AgeKnowledge.ADULT


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("age", [None, AgeKnowledge.UNKNOWN, AgeKnowledge.ASSESSED_ADULT])
def test_a_wrong_age_rests_on_an_established_one(age: AgeKnowledge | None, confirmed: bool) -> None:
    """Nobody is sent on because their age is *not* known: who declines says what it is (R2)."""
    with pytest.raises(AgeIsNotEstablished):
        wrong_age(given(), age, way(AgeKnowledge.MINOR), confirmed=confirmed)


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_wrong_age_leads_elsewhere(confirmed: bool) -> None:
    """A wrong age that leads nowhere else is no reason (R2)."""
    with pytest.raises(RoutingStaysTheSame):
        wrong_age(given(), AgeKnowledge.YOUNG_ADULT, confirmed=confirmed)


@pytest.mark.parametrize("confirmed", [True, False])
def test_acute_needs_are_ours(confirmed: bool) -> None:
    """Acute needs are met here, wherever somebody lives (R14): that is no reason to decline, while
    a wrong age is one for an acute referral, too."""
    with pytest.raises(AcuteNeedsAreOurs):
        declined(given(acute=True), confirmed=confirmed)
    assert wrong_age(given(acute=True), confirmed=confirmed)


def test_acute_needs_that_become_known_are_ours() -> None:
    """R14: also where a decline was proposed before they were."""
    known = ProtectionAssessed(person=PERSON, at_once=True, ground="Hotad.")
    with pytest.raises(AcuteNeedsAreOurs):
        confirm_decline(given(PROPOSED, known), by_unit="nexus", elsewhere=None, due=DUE)


def decisions(state: Referral, by_unit: str) -> list[Callable[[], object]]:
    return [
        lambda: accept_referral(state, CASE, by_unit=by_unit, responsible="nexus"),
        lambda: declined(state, by_unit=by_unit),
        lambda: confirm_decline(state, by_unit=by_unit, elsewhere=None, due=DUE),
        lambda: refuse_decline(state, by_unit=by_unit),
    ]


@pytest.mark.parametrize(
    ("state", "by_unit"),
    [
        (given(ACCEPTED), "nexus"),
        (given(DECLINED), "nexus"),
        (given(*wrong_age(given())), "nexus"),
        (given(*wrong_age(given()), replace(PROPOSED, unit="childrens-intake")), "nexus"),
        (given(*wrong_age(given()), replace(ACCEPTED, unit="childrens-intake")), "nexus"),
    ],
)
def test_answered_once(state: Referral, by_unit: str) -> None:
    """An answered referral takes no further answer; neither does it from a unit that was asked
    before the one that is asked now, which learns nothing else of it."""
    for decide in decisions(state, by_unit):
        with pytest.raises(ReferralIsAnswered) as refused:
            decide()
        assert refused.value.context == {}


def test_asked_again_it_answers_again() -> None:
    """Sent back by the next unit, which found another age, it waits for the first one anew."""
    sent_on = given(*wrong_age(given()))
    back = decline_referral(
        sent_on,
        reason=DeclineReason.WRONG_AGE,
        age=AgeKnowledge.YOUNG_ADULT,
        explanation="Pass.",
        by_unit="childrens-intake",
        elsewhere=way(AgeKnowledge.YOUNG_ADULT),
        due=DUE,
        confirmed=True,
        is_proved=True,
    )
    state = given(*wrong_age(given()), *back)
    assert state.asked == ("nexus", "childrens-intake", "nexus")
    assert accept_referral(state, CASE, by_unit="nexus", responsible="nexus") == [ACCEPTED]


def test_the_compartment_never_changes() -> None:
    """Routed anew or answered, a referral stays on its side (S76-S78)."""
    for state in (given(), given(ACCEPTED), given(*wrong_age(given()))):
        assert state.compartment is Compartment.EXPOSED
