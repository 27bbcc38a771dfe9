"""What is investigated, assessed and done in a case, and what goes out of the administration."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from api.runtime.clock import SwedishWorkingCalendar
from api.runtime.organisation import load_organisation
from domain.case import Case, CaseOpened, close_case, fold
from domain.case.consent import ConsentGiven, ConsentWithdrawn
from domain.case.intervention import (
    ApplicationAnswered,
    ApplicationEnded,
    ApplicationMade,
    InterventionDecided,
    InterventionEnded,
    InterventionStarted,
    answer_application,
    clock_of_answer,
    decide_intervention,
    end_application,
    end_intervention,
    make_application,
    prolong_reflection_period,
    start_intervention,
)
from domain.case.investigation import (
    ConcernedInformed,
    InvestigationConcluded,
    InvestigationOpened,
    PresumptionAssessed,
    RiskAssessed,
    assess_presumption,
    assess_risk,
    clock_of,
    conclude_investigation,
    extend_investigation,
    inform_those_concerned,
    is_outside,
    open_investigation,
)
from domain.case.narrowing import CaseNarrowed
from domain.case.outward import (
    ExternalReferralAddressed,
    ExternalReferralAnswered,
    PoliceReportMade,
    end_follow_up,
    follow_up,
    is_carried,
    receive_external_answer,
    refer_out,
    report_to_police,
)
from domain.clocks import TABLE
from domain.codes import (
    AgeKnowledge,
    ApplicationKind,
    CaseOutcome,
    ClockKind,
    Compartment,
    ConsentGiver,
    DeadlineKind,
    DisclosureGround,
    Exploitation,
    ExternalAnswer,
    InformationKind,
    InterventionEnd,
    InterventionKind,
    InvestigationConclusion,
    Presumption,
    Provider,
    Receiver,
    RiskLevel,
    StatuteVersion,
)
from domain.deadline import DeadlineExtended, DeadlineMet, DeadlineSet
from domain.errors import (
    ApplicationIsAnswered,
    ApplicationIsNotAnswered,
    ApplicationIsNotGranted,
    CaseIsClosed,
    ConsentIsMissing,
    ContactIsProtected,
    DeadlineHasEnded,
    ExternalReferralIsNotWaiting,
    GroundDoesNotFit,
    GroundIsMissing,
    InterventionHasEnded,
    InterventionHasStarted,
    InterventionIsUnknown,
    InvestigationIsNotOpen,
    InvestigationIsOpen,
    NothingIsAppliedFor,
    OutOfScopeIsReferredOn,
    PartyDoesNotFit,
)
from domain.organisation import Unit
from domain.sealed import Sealed

PERSON, ID, OTHER, DEADLINE = (UUID(int=number) for number in (1, 60, 61, 62))
NOW = datetime(2023, 4, 3, 7, 0, tzinfo=UTC)
TODAY = NOW.date()
DUE = NOW + timedelta(days=30)
OPENED = CaseOpened(
    person=PERSON, referral=UUID(int=2), compartment=Compartment.EXPOSED, unit="nexus"
)


def given(*more: object) -> Case:
    case = fold([OPENED, *more])
    assert case is not None
    return case


def deadline(clock: ClockKind) -> DeadlineSet:
    return DeadlineSet(
        deadline=DEADLINE,
        kind=DeadlineKind.CONCLUSION,
        version=StatuteVersion.SOL_2001,
        due=DUE,
        warned=NOW,
        clock=Sealed.of(clock),
    )


# --- an investigation ------------------------------------------------------------------------

INVESTIGATED = InvestigationOpened(investigation=ID)
CONCLUDED = InvestigationConcluded(
    investigation=ID, conclusion=Sealed.of(InvestigationConclusion.INTERVENTION)
)


def test_one_investigation_at_a_time() -> None:
    """Opened, concluded with what it led to, and then another may be opened."""
    assert open_investigation(given(), ID) == [INVESTIGATED]
    with pytest.raises(InvestigationIsOpen):
        open_investigation(given(INVESTIGATED), OTHER)
    intervention = InvestigationConclusion.INTERVENTION
    assert conclude_investigation(given(INVESTIGATED), ID, intervention) == [CONCLUDED]
    for state, asked in ((given(INVESTIGATED, CONCLUDED), ID), (given(INVESTIGATED), OTHER)):
        with pytest.raises(InvestigationIsNotOpen):
            conclude_investigation(state, asked, intervention)
    assert open_investigation(given(INVESTIGATED, CONCLUDED), OTHER)


@pytest.mark.parametrize("age", AgeKnowledge)
def test_whose_investigation_has_a_statutory_end(age: AgeKnowledge) -> None:
    """A child's, and with an unknown age that of whoever is presumed one (R3; 11:2, 20:3). Of every
    investigation those concerned are told: how many clocks there are tells nobody's age."""
    child = age in (AgeKnowledge.MINOR, AgeKnowledge.UNKNOWN)
    expected = ClockKind.CHILD_INVESTIGATION if child else ClockKind.ADULT_INVESTIGATION
    assert clock_of(age) is expected


def test_an_extension_needs_a_ground() -> None:
    """For a set time, on special grounds; and what has no deadline has nothing to extend."""
    state = given(INVESTIGATED, deadline(ClockKind.CHILD_INVESTIGATION))
    later = DUE + timedelta(days=60)
    [extended] = extend_investigation(state, ID, until=later, ground="Väntar tolk.", now=NOW)
    assert isinstance(extended, DeadlineExtended)
    assert (extended.deadline, extended.due) == (DEADLINE, later)
    with pytest.raises(GroundIsMissing):
        extend_investigation(state, ID, until=later, ground=" ", now=NOW)
    with pytest.raises(InvestigationIsNotOpen):
        extend_investigation(state, OTHER, until=later, ground="Väntar tolk.", now=NOW)
    with pytest.raises(DeadlineHasEnded):
        extend_investigation(given(INVESTIGATED), ID, until=later, ground="Tolk.", now=NOW)


def test_those_concerned_are_informed_or_it_says_why_not() -> None:
    """SoL 20:4: at once, unless special grounds speak against; what was withheld, or
    forgotten, is told later, also when the investigation is concluded."""
    withheld = ConcernedInformed(
        person=PERSON, investigation=ID, withheld=Sealed.of("Fara för barnet.")
    )
    state = given(INVESTIGATED)
    assert inform_those_concerned(state, ID, withheld="Fara för barnet.") == [withheld]
    [told] = inform_those_concerned(given(INVESTIGATED, withheld), ID, withheld=None)
    assert isinstance(told, ConcernedInformed)
    assert told.withheld.reveal() is None
    assert inform_those_concerned(given(INVESTIGATED, CONCLUDED), ID, withheld=None) == [told]
    with pytest.raises(InvestigationIsNotOpen):
        inform_those_concerned(given(), ID, withheld=None)


def test_an_open_investigation_keeps_a_case_open() -> None:
    """It is concluded first; only what was misrecorded is closed at once."""
    with pytest.raises(InvestigationIsOpen):
        close_case(given(INVESTIGATED), CaseOutcome.CONTACT_LOST)
    assert close_case(given(INVESTIGATED), CaseOutcome.MISRECORDED)
    assert close_case(given(INVESTIGATED, CONCLUDED), CaseOutcome.CONTACT_LOST)


# --- assessments -----------------------------------------------------------------------------


def test_an_assessment_has_an_assessor_and_a_ground() -> None:
    """Nobody is formally identified as a victim: somebody named assesses it, and says on what."""
    presumed = assess_presumption(
        given(),
        presumption=Presumption.GROUNDS,
        exploitation=Exploitation.SEXUAL,
        assessor="Ylva Stenträda, Nexus",
        ground="Skuld, pass taget.",
    )
    assert presumed == [
        PresumptionAssessed(
            person=PERSON,
            presumption=Presumption.GROUNDS,
            exploitation=Exploitation.SEXUAL,
            assessor="Ylva Stenträda, Nexus",
            ground="Skuld, pass taget.",
        )
    ]
    assert assess_risk(given(), level=RiskLevel.HIGH, ground="Hotad.") == [
        RiskAssessed(person=PERSON, level=RiskLevel.HIGH, ground="Hotad.")
    ]


@pytest.mark.parametrize("exploitation", Exploitation)
@pytest.mark.parametrize("age", AgeKnowledge)
@pytest.mark.parametrize("close_violence", [False, True])
def test_who_is_out_of_scope(
    exploitation: Exploitation, age: AgeKnowledge, close_violence: bool
) -> None:
    """R12: an adult exploited other than sexually, without violence by somebody close; never a
    child, nor anybody whose age is not known."""
    sexual = exploitation in (Exploitation.SEXUAL, Exploitation.UNKNOWN)
    adult = age not in (AgeKnowledge.MINOR, AgeKnowledge.UNKNOWN)
    outside = adult and not sexual and not close_violence
    assert is_outside(exploitation, age, close_violence=close_violence) is outside


def test_out_of_scope_is_referred_on_never_dropped() -> None:
    """R12: the case is closed once somebody else has taken over."""
    for outcome in (CaseOutcome.NO_NEED_FOUND, CaseOutcome.NEEDS_MET):
        with pytest.raises(OutOfScopeIsReferredOn):
            close_case(given(), outcome, outside=True)
        assert close_case(given(), outcome)
    assert close_case(given(), CaseOutcome.REFERRED_ON, outside=True)


# --- interventions ---------------------------------------------------------------------------

DECIDED = InterventionDecided(
    intervention=ID,
    kind=Sealed.of(InterventionKind.COUNSELLING),
    provider=Sealed.of(Provider.REGION),
    ksi_code=Sealed.of("SIB RC ZZ"),
)
STARTED = InterventionStarted(intervention=ID)
COMPLETED = InterventionEnded(intervention=ID, how=Sealed.of(InterventionEnd.COMPLETED))


def test_decided_started_ended() -> None:
    """By the region or others (S53, S67), with its code in KSI; also what never started ends."""
    decided = decide_intervention(
        given(),
        ID,
        kind=InterventionKind.COUNSELLING,
        provider=Provider.REGION,
        ksi_code="SIB RC ZZ",
    )
    assert decided == [DECIDED]
    assert start_intervention(given(DECIDED), ID) == [STARTED]
    assert end_intervention(given(DECIDED), ID, InterventionEnd.COMPLETED) == [COMPLETED]
    assert end_intervention(given(DECIDED, STARTED), ID, InterventionEnd.COMPLETED) == [COMPLETED]


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (given(), InterventionIsUnknown),
        (given(DECIDED, STARTED), InterventionHasStarted),
        (given(DECIDED, STARTED, COMPLETED), InterventionHasEnded),
    ],
)
def test_an_intervention_starts_once(state: Case, refusal: type[Exception]) -> None:
    """What was never decided, has started or has ended does not start."""
    with pytest.raises(refusal):
        start_intervention(state, ID)


def test_an_intervention_ends_once() -> None:
    """And only what was decided."""
    for state, refusal in (
        (given(), InterventionIsUnknown),
        (given(DECIDED, COMPLETED), InterventionHasEnded),
    ):
        with pytest.raises(refusal):
            end_intervention(state, ID, InterventionEnd.BROKEN_OFF)


# --- applications ----------------------------------------------------------------------------

APPLIED = ApplicationMade(filing=ID, kind=Sealed.of(ApplicationKind.REFLECTION_PERIOD))
GRANTED = ApplicationAnswered(filing=ID, granted=Sealed.of(value=True))
REFUSED = ApplicationAnswered(filing=ID, granted=Sealed.of(value=False))


def test_a_reflection_period_runs_from_its_grant() -> None:
    """UtlL 5:15: applied for, granted, prolonged on special grounds, ended."""
    assert make_application(given(), ID, ApplicationKind.REFLECTION_PERIOD) == [APPLIED]
    assert answer_application(given(APPLIED), ID, granted=True) == [GRANTED]
    clock = clock_of_answer(given(APPLIED), ID, granted=True)
    assert clock is ClockKind.REFLECTION_PERIOD
    running = given(APPLIED, GRANTED, replace(deadline(clock), deadline=ID))
    later = DUE + timedelta(days=30)
    [prolonged] = prolong_reflection_period(running, ID, until=later, ground="Hotad.", now=NOW)
    assert isinstance(prolonged, DeadlineExtended)
    assert end_application(running, ID) == [ApplicationEnded(filing=ID)]


@pytest.mark.parametrize("kind", ApplicationKind)
@pytest.mark.parametrize("granted", [True, False])
def test_no_deadline_tells_what_was_granted(kind: ApplicationKind, granted: bool) -> None:
    """Every answer starts one, of the same word and the same length, and every answer is ended."""
    applied = given(ApplicationMade(filing=ID, kind=Sealed.of(kind)))
    row = TABLE[clock_of_answer(applied, ID, granted=granted)]
    reflection = TABLE[ClockKind.REFLECTION_PERIOD]
    for told in ("shown", "length", "warned", "extended_on"):
        assert getattr(row, told) == getattr(reflection, told)
    answered = given(
        ApplicationMade(filing=ID, kind=Sealed.of(kind)),
        ApplicationAnswered(filing=ID, granted=Sealed.of(granted)),
    )
    assert end_application(answered, ID) == [ApplicationEnded(filing=ID)]


def test_what_was_not_answered_neither_runs_nor_ends() -> None:
    """Nor is anything answered twice, or that nobody applied for."""
    with pytest.raises(ApplicationIsAnswered):
        answer_application(given(APPLIED, REFUSED), ID, granted=True)
    ended = given(APPLIED, GRANTED, ApplicationEnded(filing=ID))
    for state, refusal in (
        (given(), NothingIsAppliedFor),
        (given(APPLIED), ApplicationIsNotAnswered),
        (ended, NothingIsAppliedFor),
    ):
        with pytest.raises(refusal):
            end_application(state, ID)
    for state, refused in (
        (given(), NothingIsAppliedFor),
        (given(APPLIED), ApplicationIsNotGranted),
        (given(APPLIED, REFUSED), ApplicationIsNotGranted),
        (ended, NothingIsAppliedFor),
    ):
        with pytest.raises(refused):
            prolong_reflection_period(state, ID, until=DUE, ground="Hotad.", now=NOW)


# --- what goes out ---------------------------------------------------------------------------

ALONG = (InformationKind.IDENTITY, InformationKind.CONTACT)


REGION = load_organisation().unit("region")


def sent(
    case: Case,
    ground: DisclosureGround,
    today: date = TODAY,
    party: Unit | None = REGION,
    guardians: frozenset[UUID] = frozenset(),
    going_along: tuple[InformationKind, ...] = ALONG,
) -> ExternalReferralAddressed:
    [made] = refer_out(
        case,
        ID,
        receiver=Receiver.REGION,
        party=party,
        ground=ground,
        going_along=going_along,
        text="Önskar samtalsstöd.",
        today=today,
        guardians=guardians,
    )
    assert isinstance(made, ExternalReferralAddressed)
    return made


def consent(
    scope: tuple[InformationKind, ...] = ALONG,
    receiver: Receiver = Receiver.REGION,
    until: date | None = None,
) -> ConsentGiven:
    return ConsentGiven(
        consent=OTHER,
        until=until,
        scope=Sealed.of(scope),
        receiver=Sealed.of(receiver),
        giver=Sealed.of(ConsentGiver.PERSON),
    )


def test_an_external_referral_names_its_ground() -> None:
    """With consent it rests on one that covers the receiver and what goes along; other grounds
    need none."""
    made = sent(given(consent()), DisclosureGround.CONSENT)
    told = (made.consent.reveal(), made.ground.reveal())
    assert told == (OTHER, DisclosureGround.CONSENT)
    assert sent(given(), DisclosureGround.CARE).consent.reveal() is None
    for stands in (
        (),
        (consent(scope=(InformationKind.IDENTITY,)),),
        (consent(receiver=Receiver.POLICE),),
        (consent(until=TODAY - timedelta(days=1)),),
    ):
        with pytest.raises(ConsentIsMissing):
            sent(given(*stands), DisclosureGround.CONSENT)


def test_no_address_leaves_of_whoever_is_protected() -> None:
    """While an identity is protected, nobody outside learns where somebody is, on no ground."""
    protected = given(CaseNarrowed(person=PERSON))
    for going_along in ((InformationKind.CONTACT,), tuple(InformationKind)):
        with pytest.raises(ContactIsProtected):
            sent(protected, DisclosureGround.CARE, going_along=going_along)
    others = tuple(kind for kind in InformationKind if kind is not InformationKind.CONTACT)
    assert sent(protected, DisclosureGround.CARE, going_along=others).going_along.reveal() == others


def test_a_party_that_is_asked_is_what_the_receiver_is() -> None:
    """The unit whose client is to answer is outside the administration and of the receiver's kind;
    there need not be any (S15-S20)."""
    assert sent(given(), DisclosureGround.CARE).party.reveal() == "region"
    assert sent(given(), DisclosureGround.CARE, party=None).party.reveal() is None
    for code in ("police", "nexus", "regional-coordinators"):
        with pytest.raises(PartyDoesNotFit):
            sent(given(), DisclosureGround.CARE, party=load_organisation().unit(code))


def test_a_question_is_carried_while_its_consent_stands() -> None:
    """What rests on consent is not told again once that is narrowed, withdrawn or over (OSL 10:1);
    what rests on the law is."""
    made = sent(given(consent()), DisclosureGround.CONSENT)
    assert is_carried(given(consent()), made, TODAY, guardians=frozenset())
    assert not is_carried(given(), made, TODAY, guardians=frozenset())
    assert not is_carried(given(consent(scope=ALONG[:1])), made, TODAY, guardians=frozenset())
    later = TODAY + timedelta(days=2)
    assert not is_carried(given(consent(until=TODAY)), made, later, guardians=frozenset())
    assert is_carried(given(), sent(given(), DisclosureGround.CARE), later, guardians=frozenset())


def test_an_answer_that_leans_on_no_consent_tells_nothing() -> None:
    """Once the consent that the question rested on is gone, its code alone is taken (c)."""
    made = given(sent(given(consent()), DisclosureGround.CONSENT))
    code = ExternalAnswer.DECLINED
    with pytest.raises(ConsentIsMissing):
        receive_external_answer(made, ID, answer=code, text="Hon kom inte.", carried=False)
    assert receive_external_answer(made, ID, answer=code, text=None, carried=False)


def test_an_external_referral_is_answered_once() -> None:
    """In the case that sent it, also after it was closed; nowhere else (S77)."""
    made = sent(given(), DisclosureGround.CARE)
    [answered] = receive_external_answer(given(made), ID, answer=ExternalAnswer.TAKEN_ON, text=None)
    assert isinstance(answered, ExternalReferralAnswered)
    for state in (given(), given(made, answered)):
        with pytest.raises(ExternalReferralIsNotWaiting):
            receive_external_answer(state, ID, answer=ExternalAnswer.TAKEN_ON, text=None)


def test_a_queue_is_no_last_answer() -> None:
    """Who was put on a waiting list is taken on, or declined, later (c); then nobody asks on."""
    made = sent(given(), DisclosureGround.CARE)
    asked = follow_up(ID, NOW, load_organisation().settings, SwedishWorkingCalendar())
    waiting = given(made, *asked)
    queue, last = ExternalAnswer.WAITING_LIST, ExternalAnswer.TAKEN_ON
    queued = receive_external_answer(waiting, ID, answer=queue, text=None)
    assert end_follow_up(waiting, ID, queued, NOW) == []
    taken = receive_external_answer(given(made, *asked, *queued), ID, answer=last, text=None)
    assert end_follow_up(waiting, ID, taken, NOW) == [DeadlineMet(deadline=ID)]
    with pytest.raises(ExternalReferralIsNotWaiting):
        receive_external_answer(given(made, *queued, *taken), ID, answer=queue, text=None)


@pytest.mark.parametrize("ground", DisclosureGround)
def test_on_what_a_police_report_rests(ground: DisclosureGround) -> None:
    """Consent that stands, a duty, a crime that OSL 10:21, 10:23 or 10:24 names, or what may be
    told to prevent one (10:18 a, 10:18 c) or to take care of somebody young (10:20)."""
    told = (InformationKind.IDENTITY, InformationKind.CIRCUMSTANCES)
    with_consent = given(consent(scope=told, receiver=Receiver.POLICE))
    to_the_police = {"consent", "duty", "young-offenders", "close-violence", "young-in-danger"}
    if "crime" in ground or ground in to_the_police:
        made = PoliceReportMade(person=PERSON, ground=ground, register_number=None)
        assert reported(with_consent, ground) == [made]
    else:
        missing = ground is DisclosureGround.GUARDIAN
        with pytest.raises(ConsentIsMissing if missing else GroundDoesNotFit):
            reported(with_consent, ground)


@pytest.mark.parametrize(
    "stands",
    [
        (),
        (consent(scope=(InformationKind.IDENTITY,), receiver=Receiver.POLICE),),
        (consent(scope=tuple(InformationKind)),),
        (
            consent(scope=tuple(InformationKind), receiver=Receiver.POLICE),
            ConsentWithdrawn(consent=OTHER),
        ),
    ],
)
def test_no_police_report_leans_on_a_consent_that_does_not_carry_it(
    stands: tuple[object, ...],
) -> None:
    """None was given, it covers less, somebody else was to be told, or it was withdrawn."""
    with pytest.raises(ConsentIsMissing):
        reported(given(*stands), DisclosureGround.CONSENT)


def test_a_guardians_consent_is_a_ground_while_that_guardian_decides() -> None:
    """OSL 12:3: not the person's own, not one of whoever has no rights any more, nor from 18 on."""
    guardian = UUID(int=77)
    gave = replace(consent(), giver=Sealed.of(ConsentGiver.GUARDIAN), guardian=Sealed.of(guardian))
    by_law = DisclosureGround.GUARDIAN
    decides = frozenset((guardian,))
    made = sent(given(gave), by_law, guardians=decides)
    assert made.consent.reveal() == OTHER
    assert is_carried(given(gave), made, TODAY, guardians=decides)
    assert not is_carried(given(gave), made, TODAY, guardians=frozenset())
    for state, deciding in ((given(consent()), decides), (given(gave), frozenset[UUID]())):
        with pytest.raises(ConsentIsMissing):
            sent(state, by_law, guardians=deciding)


def reported(case: Case, ground: DisclosureGround) -> object:
    return report_to_police(
        case, ground=ground, register_number=None, today=TODAY, guardians=frozenset()
    )


CLOSED = given(DECIDED, *close_case(given(DECIDED), CaseOutcome.NEEDS_MET))


@pytest.mark.parametrize(
    "decide",
    [
        lambda case: open_investigation(case, ID),
        lambda case: assess_presumption(
            case,
            presumption=Presumption.UNCLEAR,
            exploitation=Exploitation.SEXUAL,
            assessor="Ylva Stenträda, Nexus",
            ground="Oklart.",
        ),
        lambda case: assess_risk(case, level=RiskLevel.LOW, ground="Lugnt."),
        lambda case: decide_intervention(
            case, ID, kind=InterventionKind.OTHER, provider=Provider.OTHER, ksi_code=None
        ),
        lambda case: start_intervention(case, ID),
        lambda case: make_application(case, ID, ApplicationKind.OTHER),
        lambda case: sent(case, DisclosureGround.CARE),
        lambda case: reported(case, DisclosureGround.CONSENT),
    ],
)
def test_nothing_begins_in_a_closed_case(decide: Callable[[Case], object]) -> None:
    """It is reopened first."""
    with pytest.raises(CaseIsClosed):
        decide(CLOSED)
