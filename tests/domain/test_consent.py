"""Consent: given, narrowed, withdrawn; and the coordinators who are engaged while it stands."""

from dataclasses import fields, replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest

from domain.case import Case, CaseOpened, close_case, fold
from domain.case.consent import (
    NEEDED_TO_ENGAGE,
    ConsentGiven,
    ConsentNarrowed,
    ConsentWithdrawn,
    CoordinatorConsulted,
    CoordinatorEngaged,
    CoordinatorReleased,
    consult_coordinator,
    end_what_a_guardian_gave,
    end_what_ran_out,
    engage_coordinator,
    engaged,
    give_consent,
    is_engaged,
    narrow_consent,
    release_coordinator,
    withdraw_consent,
)
from domain.codes import (
    CaseOutcome,
    Compartment,
    ConsentGiver,
    ConsultationTopic,
    InformationKind,
    Receiver,
    StaffRole,
)
from domain.errors import (
    CaseIsClosed,
    ConsentHasEnded,
    ConsentIsMissing,
    ConsentIsNotNarrower,
    ConsentIsOver,
    CoordinatorCannotBeEngaged,
    CoordinatorIsNotEngaged,
    GuardianHasNoRights,
    GuardianIsNotNamed,
    PersonIsOfAge,
)
from domain.sealed import Sealed
from domain.staff import StaffMember

TODAY = date(2023, 4, 3)
CONSENT, GUARDIAN = UUID(int=40), UUID(int=41)
BIRTHDAY = TODAY + timedelta(days=2)  # the 18th
IDENTITY, CONTACT = InformationKind.IDENTITY, InformationKind.CONTACT
CIRCUMSTANCES, NOTES = InformationKind.CIRCUMSTANCES, InformationKind.NOTES
ENOUGH = (IDENTITY, CONTACT, CIRCUMSTANCES)

COORDINATOR = StaffMember(
    id=UUID(int=50),
    unit="regional-coordinators",
    role=StaffRole.REGIONAL_COORDINATOR,
    side=Compartment.EXPOSED,
    since=TODAY,
)
OPENED = CaseOpened(
    person=UUID(int=1), referral=UUID(int=2), compartment=Compartment.EXPOSED, unit="nexus"
)


def consent(
    scope: tuple[InformationKind, ...] = ENOUGH,
    receiver: Receiver = Receiver.REGIONAL_COORDINATORS,
    until: date | None = None,
    giver: ConsentGiver = ConsentGiver.PERSON,
    guardian: UUID | None = None,
) -> ConsentGiven:
    return ConsentGiven(
        consent=CONSENT,
        until=until,
        scope=Sealed.of(scope),
        receiver=Sealed.of(receiver),
        giver=Sealed.of(giver),
        guardian=Sealed.of(guardian),
    )


GIVEN = consent()
ENGAGED = CoordinatorEngaged(coordinator=COORDINATOR.id, consent=CONSENT)
RELEASED = CoordinatorReleased(coordinator=COORDINATOR.id)


def given(*more: object) -> Case:
    case = fold([OPENED, *more])
    assert case is not None
    return case


def closed() -> Case:
    return given(*close_case(given(), CaseOutcome.NEEDS_MET))


def narrowed(case: Case, *scope: InformationKind, until: date | None = None) -> list[object]:
    return [*narrow_consent(case, CONSENT, scope=scope, until=until, today=TODAY)]


def engage(
    case: Case,
    coordinator: StaffMember = COORDINATOR,
    *,
    guardians: frozenset[UUID] = frozenset({GUARDIAN}),
) -> list[object]:
    return [
        *engage_coordinator(
            case, coordinator, today=TODAY, guardians=guardians, comes_of_age=BIRTHDAY
        )
    ]


def test_consent_is_given() -> None:
    """For some kinds of information and one receiver, until a last day that is still to come."""
    decide = partial(
        give_consent,
        receiver=Receiver.REGION,
        giver=ConsentGiver.PERSON,
        today=TODAY,
        of_age=False,
    )
    told = consent((IDENTITY, CONTACT), Receiver.REGION, TODAY)
    assert decide(given(), CONSENT, scope=(CONTACT, IDENTITY), until=TODAY) == [told]
    yesterday = TODAY - timedelta(days=1)
    with pytest.raises(ConsentIsOver):
        decide(given(), CONSENT, scope=ENOUGH, until=yesterday)
    with pytest.raises(CaseIsClosed):
        decide(closed(), CONSENT, scope=ENOUGH, until=None)


def test_a_coordinator_is_engaged_with_consent() -> None:
    """R6: a coordinator learns of a person only with consent; once engaged it is already so."""
    assert engage(given(GIVEN)) == [ENGAGED]
    assert engaged(given(GIVEN, ENGAGED)) == (COORDINATOR.id,)
    assert engage(given(GIVEN, ENGAGED)) == []


@pytest.mark.parametrize(
    "stands",
    [
        (),
        (consent(receiver=Receiver.REGION),),
        (consent(until=TODAY - timedelta(days=1)),),
        (GIVEN, ConsentWithdrawn(consent=CONSENT)),
        *[(consent(tuple(NEEDED_TO_ENGAGE - {kind})),) for kind in sorted(NEEDED_TO_ENGAGE)],
    ],
)
def test_without_a_consent_that_carries_it_nobody_is_engaged(
    stands: tuple[object, ...],
) -> None:
    """Another receiver's, one that has run out or was withdrawn, or one for less, does not do."""
    with pytest.raises(ConsentIsMissing):
        engage(given(*stands))


@pytest.mark.parametrize(
    "somebody",
    [
        replace(COORDINATOR, role=StaffRole.CASE_WORKER),
        replace(COORDINATOR, active=False),
        replace(COORDINATOR, side=None),
        replace(COORDINATOR, side=Compartment.PERPETRATOR),
    ],
)
def test_only_a_coordinator_of_the_side_is_engaged(somebody: StaffMember) -> None:
    """Nobody else, and nobody of another side or of none (S76-S78); who asks is not told why."""
    with pytest.raises(CoordinatorCannotBeEngaged) as refused:
        engage(given(GIVEN), somebody)
    assert refused.value.context == {}


def test_a_consent_withdrawn_in_the_middle_ends_the_engagement() -> None:
    """In the same act (R6); and what has ended cannot be withdrawn, narrowed or rested on."""
    withdrawn = ConsentWithdrawn(consent=CONSENT)
    assert withdraw_consent(given(GIVEN, ENGAGED), CONSENT) == [withdrawn, RELEASED]
    after = given(GIVEN, ENGAGED, withdrawn, RELEASED)
    assert (after.consents, engaged(after)) == ((), ())
    with pytest.raises(ConsentHasEnded):
        withdraw_consent(after, CONSENT)
    with pytest.raises(ConsentHasEnded):
        narrowed(after, IDENTITY)


def test_a_consent_narrowed_below_what_carries_it_ends_the_engagement() -> None:
    """What still carries it does not."""
    wide = given(consent((*ENOUGH, NOTES)), ENGAGED)
    less = ConsentNarrowed(consent=CONSENT, until=None, scope=Sealed.of(ENOUGH))
    assert narrowed(wide, *ENOUGH) == [less]
    little = ConsentNarrowed(consent=CONSENT, until=None, scope=Sealed.of((IDENTITY,)))
    assert narrowed(wide, IDENTITY) == [little, RELEASED]
    assert given(GIVEN, little).consents[0].scope == Sealed.of((IDENTITY,))


def test_a_consent_never_widens() -> None:
    """What covers more, something else, or lasts longer is given anew."""
    case = given(consent(until=TODAY + timedelta(days=9)))
    for scope, until in (
        ((*ENOUGH, NOTES), TODAY),
        ((NOTES,), TODAY),
        (ENOUGH, TODAY + timedelta(days=10)),
        (ENOUGH, TODAY + timedelta(days=9)),
        (ENOUGH, None),
    ):
        with pytest.raises(ConsentIsNotNarrower):
            narrowed(case, *scope, until=until)
    assert narrowed(case, *ENOUGH, until=TODAY)
    with pytest.raises(ConsentIsOver):
        narrowed(case, *ENOUGH, until=TODAY - timedelta(days=1))


def test_what_ran_out_is_over() -> None:
    """The last day is in; after it the engagement ends, once."""
    case = given(consent(until=TODAY), ENGAGED)
    assert end_what_ran_out(case, TODAY) == []
    tomorrow = TODAY + timedelta(days=1)
    assert end_what_ran_out(case, tomorrow) == [(TODAY, RELEASED)]
    assert end_what_ran_out(given(consent(until=TODAY), ENGAGED, RELEASED), tomorrow) == []


BY_GUARDIANS = [ConsentGiver.GUARDIAN, ConsentGiver.PERSON_AND_GUARDIAN]


@pytest.mark.parametrize("giver", BY_GUARDIANS)
def test_what_a_guardian_gave_is_over_at_18(giver: ConsentGiver) -> None:
    """R13: consent is taken anew; nobody is engaged on it, what rests on it ends, and a guardian
    consents to nothing more. What the person gave stands."""
    by_guardian = consent(giver=giver, guardian=GUARDIAN)
    [engaged] = engage(given(by_guardian))
    eve = BIRTHDAY - timedelta(days=1)
    assert engaged == replace(ENGAGED, last_day=Sealed.of(eve))
    case = given(by_guardian, engaged)
    assert is_engaged(case, COORDINATOR.id, eve)
    assert not is_engaged(case, COORDINATOR.id, BIRTHDAY)
    assert is_engaged(given(GIVEN, *engage(given(GIVEN))), COORDINATOR.id, BIRTHDAY)
    nobody = frozenset[UUID]()
    with pytest.raises(ConsentIsMissing):
        engage(given(by_guardian), guardians=nobody)
    assert engage(given(GIVEN), guardians=nobody) == [ENGAGED]
    assert end_what_a_guardian_gave(given(by_guardian, ENGAGED)) == [RELEASED]
    assert end_what_a_guardian_gave(given(GIVEN, ENGAGED)) == []
    decide = partial(
        give_consent, receiver=Receiver.REGION, until=None, today=TODAY, scope=ENOUGH, of_age=True
    )
    assert decide(given(), CONSENT, giver=ConsentGiver.PERSON)
    with pytest.raises(PersonIsOfAge):
        decide(given(), CONSENT, giver=giver, guardian=GUARDIAN)


@pytest.mark.parametrize("giver", BY_GUARDIANS)
def test_a_guardian_who_consents_has_rights(giver: ConsentGiver) -> None:
    """OSL 12:3: it is named who it was, and only one who has rights now; when they end, so does
    what rests on that guardian's consent, and nothing else."""
    decide = partial(
        give_consent,
        given(),
        CONSENT,
        scope=ENOUGH,
        receiver=Receiver.REGIONAL_COORDINATORS,
        until=None,
        today=TODAY,
        of_age=False,
        guardians=frozenset({GUARDIAN}),
    )
    [told] = decide(giver=giver, guardian=GUARDIAN)
    assert told == consent(giver=giver, guardian=GUARDIAN)
    with pytest.raises(GuardianHasNoRights):
        decide(giver=giver, guardian=UUID(int=42))
    with pytest.raises(GuardianIsNotNamed):
        decide(giver=giver)
    with pytest.raises(GuardianIsNotNamed):
        decide(giver=ConsentGiver.PERSON, guardian=GUARDIAN)
    with pytest.raises(ConsentIsMissing):
        engage(given(told), guardians=frozenset({UUID(int=42)}))
    assert end_what_a_guardian_gave(given(told, ENGAGED), GUARDIAN) == [RELEASED]
    assert end_what_a_guardian_gave(given(told, ENGAGED), UUID(int=42)) == []


def test_who_is_engaged_no_more_is_engaged_anew() -> None:
    """On another consent, before time has told that the first has run out."""
    over = consent(until=TODAY - timedelta(days=1))
    again = replace(GIVEN, consent=UUID(int=43))
    anew = replace(ENGAGED, consent=again.consent)
    assert engage(given(over, ENGAGED, again)) == [RELEASED, anew]
    assert is_engaged(given(over, ENGAGED, again, RELEASED, anew), COORDINATOR.id, TODAY)


def test_an_engagement_ends_with_its_last_day() -> None:
    """R6: whether or not time has told it; a last day that can no longer be read is over."""
    case = given(consent(until=TODAY), ENGAGED)
    assert is_engaged(case, COORDINATOR.id, TODAY)
    assert not is_engaged(case, COORDINATOR.id, TODAY + timedelta(days=1))
    assert not is_engaged(case, UUID(int=51), TODAY)
    assert not is_engaged(given(GIVEN), COORDINATOR.id, TODAY)
    unreadable = replace(ENGAGED, last_day=Sealed.closed("erased"))
    assert not is_engaged(given(GIVEN, unreadable), COORDINATOR.id, TODAY)


def test_released() -> None:
    """By the unit, or with the closing of the case; the consent stands."""
    case = given(GIVEN, ENGAGED)
    assert release_coordinator(case, COORDINATOR.id) == [RELEASED]
    assert RELEASED in close_case(case, CaseOutcome.NEEDS_MET)
    assert given(GIVEN, ENGAGED, RELEASED).consents == given(GIVEN).consents
    with pytest.raises(CoordinatorIsNotEngaged):
        release_coordinator(given(GIVEN), COORDINATOR.id)


def test_an_anonymous_consultation_carries_no_person_data() -> None:
    """It needs no consent, because it has no field in which a person could be told of."""
    topic = ConsultationTopic.REFLECTION_PERIOD
    [consulted] = consult_coordinator(given(), replace(COORDINATOR, side=None), topic)
    assert isinstance(consulted, CoordinatorConsulted)
    assert {field.name for field in fields(consulted)} == {"coordinator", "topic"}
    assert isinstance(consulted.topic.reveal(), ConsultationTopic)
    with pytest.raises(CoordinatorCannotBeEngaged):
        consult_coordinator(given(), replace(COORDINATOR, active=False), topic)
    with pytest.raises(CaseIsClosed):
        consult_coordinator(closed(), COORDINATOR, topic)
