"""A referral's story: given what was recorded, when somebody decides, then these facts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api.runtime.organisation import load_organisation
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


def received(*, sender_sees: bool = True, at: datetime = NOW) -> list[ReferralEvent]:
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
        acute=False,
        text="Vi har mött kvinnan vid flera uppsökande pass.",
    )
    return receive_referral(
        PERSON, account, way(), sender_sees=sender_sees, received=at, now=NOW, due=DUE
    )


def given(*more: ReferralEvent) -> Referral:
    referral = fold([*received(), *more])
    assert referral is not None
    return referral


ACCEPTED = ReferralAccepted(unit="nexus", case=CASE)
PROPOSED = ReferralDeclineProposed(
    unit="nexus", reason=ELSEWHERE_REASON, age=Sealed.of(None), explanation=Sealed.of("Tierp.")
)
REFUSED = ReferralDeclineRefused(unit="nexus")
DECLINED = ReferralDeclined(
    unit="nexus",
    holder="homeless-outreach",
    reason=ELSEWHERE_REASON,
    explanation=Sealed.of("Tierp."),
)


def declined(
    referral: Referral,
    *,
    reason: DeclineReason = DeclineReason.OTHER_MUNICIPALITY,
    elsewhere: Route | None = None,
    confirmed: bool = True,
) -> list[ReferralEvent]:
    return decline_referral(
        referral,
        reason=reason,
        age=None,
        explanation="Tierp.",
        elsewhere=elsewhere,
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
    assert accept_referral(given(), CASE, unit="nexus") == [ACCEPTED]
    state = given(ACCEPTED)
    assert (state.holder, state.case, state.status) == ("nexus", CASE, ReferralStatus.ACCEPTED)


def test_a_proposed_decline_changes_no_holder() -> None:
    """Until the unit manager has confirmed, the referral stands where it stood (R2)."""
    [proposed] = declined(given(), confirmed=False)
    assert isinstance(proposed, ReferralDeclineProposed)
    state = given(PROPOSED)
    assert (state.status, state.holder) == (ReferralStatus.DECLINE_PROPOSED, "homeless-outreach")
    with pytest.raises(DeclineIsProposed):
        accept_referral(state, CASE, unit="nexus")
    with pytest.raises(DeclineIsProposed):
        declined(state)


def test_confirmed_it_is_declined_as_proposed() -> None:
    """What the manager confirms is what was proposed, reason and words (R2)."""
    assert confirm_decline(given(PROPOSED), elsewhere=None, due=DUE) == [DECLINED]
    assert given(PROPOSED, DECLINED).status is ReferralStatus.DECLINED


def test_not_confirmed_it_waits() -> None:
    """A decline that is not confirmed leaves the referral as it was."""
    assert refuse_decline(given(PROPOSED)) == [REFUSED]
    assert given(PROPOSED, REFUSED) == given()


def test_nothing_proposed_nothing_confirmed() -> None:
    """Without a proposal there is nothing to confirm, and nothing to refuse."""
    with pytest.raises(DeclineIsNotProposed):
        confirm_decline(given(), elsewhere=None, due=DUE)
    with pytest.raises(DeclineIsNotProposed):
        refuse_decline(given())


def test_a_wrong_age_is_routed_on() -> None:
    """Declined for wrong age it is routed anew in the same act, and never without a holder."""
    events = declined(given(), reason=DeclineReason.WRONG_AGE, elsewhere=way(AgeKnowledge.MINOR))
    assert [type(event) for event in events] == [ReferralDeclined, ReferralRouted]
    state = given(*events)
    assert (state.unit, state.holder) == ("childrens-intake", "childrens-intake")
    assert state.status is ReferralStatus.WAITING


@pytest.mark.parametrize("elsewhere", [None, way()])
def test_a_wrong_age_leads_elsewhere(elsewhere: Route | None) -> None:
    """A wrong age that leads nowhere else is no reason (R2)."""
    for confirmed in (True, False):
        with pytest.raises(RoutingStaysTheSame):
            declined(
                given(), reason=DeclineReason.WRONG_AGE, elsewhere=elsewhere, confirmed=confirmed
            )


@pytest.mark.parametrize("answer", [ACCEPTED, DECLINED])
def test_answered_once(answer: ReferralEvent) -> None:
    """An answered referral takes no further answer; the refusal says how it was answered."""
    state = given(answer)
    decisions: list[Callable[[], object]] = [
        lambda: accept_referral(state, CASE, unit="nexus"),
        lambda: declined(state),
        lambda: confirm_decline(state, elsewhere=None, due=DUE),
        lambda: refuse_decline(state),
    ]
    for decide in decisions:
        with pytest.raises(ReferralIsAnswered) as refused:
            decide()
        assert refused.value.context == {"status": state.status, "unit": state.holder}


def test_the_compartment_never_changes() -> None:
    """Routed anew or answered, a referral stays on its side (S76-S78)."""
    events = declined(given(), reason=DeclineReason.WRONG_AGE, elsewhere=way(AgeKnowledge.MINOR))
    for state in (given(), given(ACCEPTED), given(*events)):
        assert state.compartment is Compartment.EXPOSED
