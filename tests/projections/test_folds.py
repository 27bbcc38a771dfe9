"""Given what happened, then what each view says: the folds, without a database."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.activity import (
    ActivityCancelled,
    ActivityCorrected,
    ActivityHeld,
    ActivityPlanned,
)
from domain.case import (
    CaseClosed,
    CaseJoined,
    CaseOpened,
    CaseReopened,
    CaseWorkerAssigned,
    CaseWorkerReleased,
    HandoverAccepted,
    HandoverDeclined,
    HandoverDeclineProposed,
    HandoverDeclineRefused,
    HandoverOffered,
    HandoverWithdrawn,
    NoteRecorded,
    ReferralTakenOut,
    RoutingReviewed,
)
from domain.codes import (
    ActivityKind,
    AgeBand,
    AgeKnowledge,
    Audience,
    CancellationReason,
    CaseOutcome,
    Channel,
    Compartment,
    Concern,
    CorrectionReason,
    DeclineReason,
    Gender,
    HandoverDeclineReason,
    InformationKind,
    MandateMatter,
    NeedGroup,
    NeedKind,
    PersonRole,
    PlaceKind,
    Qualification,
    ReferralKind,
    Residence,
    Source,
    StaffRole,
    TeamFuture,
)
from domain.inquiry import InquiryConcluded, InquiryOpened, NeedExpressed, NeedMet
from domain.mandate import MandateDecided, WorkStarted
from domain.person import AgeEstablished, PersonCaseOpened, tell_particulars
from domain.police_operation import (
    OperationAcknowledged,
    OperationAnnounced,
    OperationClosed,
    PersonsMet,
)
from domain.recorded import Recorded
from domain.referral import (
    ReferralAccepted,
    ReferralDeclined,
    ReferralDeclineProposed,
    ReferralDeclineRefused,
    ReferralReceived,
    ReferralRouted,
)
from domain.routing import Rule
from domain.sealed import Sealed
from domain.staff import (
    CaseGivenBack,
    CaseTaken,
    PositionEnded,
    PositionTaken,
    QualificationRecorded,
)
from domain.team import (
    MemberJoined,
    MemberLeft,
    TeamCostCorrected,
    TeamCostReported,
    TeamEstablished,
    TeamEvaluated,
    TeamFutureDecided,
    TeamMandated,
)
from projections import (
    access,
    activities,
    audit,
    caseload,
    handovers,
    inbox,
    inquiries,
    mandates,
    police_operations,
    sender_receipts,
    staff,
    team,
    timeline,
)
from projections.audit import Read, RecordedReading
from projections.projection import Projection
from projections.waiting import rank
from tests.projections.facts import BEGINNING, folded, id_of, recorded

CASE, REFERRAL, OTHER, PERSON, HANDOVER, WORKER, COLLEAGUE = map(id_of, range(1, 8))
DUE = BEGINNING + timedelta(days=1)
ACTOR = id_of(900)


def minute(number: int) -> Any:
    return BEGINNING + timedelta(minutes=number)


def happened(*events: Any, stream: UUID = CASE) -> list[Recorded]:
    """These events of one stream, a minute apart."""
    return [
        recorded(event, stream=stream, position=number, version=number)
        for number, event in enumerate(events, 1)
    ]


def rows(projection: Projection[Any], facts: Iterable[Recorded], table: int = 0) -> list[Any]:
    return list(folded(projection, facts, table).values())


# --- what happens to a case --------------------------------------------------------------------

OPENED = CaseOpened(
    person=PERSON, referral=REFERRAL, compartment=Compartment.EXPOSED, unit="children"
)
OFFERED = HandoverOffered(
    person=PERSON,
    handover=HANDOVER,
    from_unit="children",
    to_unit="nexus",
    going_along=(InformationKind.IDENTITY,),
    answer_due=DUE,
    reason=Sealed.of("..."),
)
PROPOSED = HandoverDeclineProposed(
    person=PERSON,
    handover=HANDOVER,
    reason=Sealed.of(HandoverDeclineReason.NO_NEED),
    explanation=Sealed.of("..."),
)
REFUSED = HandoverDeclineRefused(handover=HANDOVER)
DECLINED = HandoverDeclined(
    person=PERSON,
    handover=HANDOVER,
    reason=Sealed.of(HandoverDeclineReason.NO_NEED),
    explanation=Sealed.of("..."),
)
WITHDRAWN = HandoverWithdrawn(handover=HANDOVER)
ACCEPTED = HandoverAccepted(handover=HANDOVER, unit="nexus")
ASSIGNED = CaseWorkerAssigned(worker=WORKER)
RELEASED = CaseWorkerReleased(worker=WORKER)
NOTED = NoteRecorded(person=PERSON, text=Sealed.of("..."))
REVIEWED = RoutingReviewed(person=PERSON, unit="nexus", deciding=Rule.R2, rules=(Rule.R2,))
CLOSED = CaseClosed(person=PERSON, outcome=Sealed.of(CaseOutcome.NEEDS_MET))
REOPENED = CaseReopened(person=PERSON, reason=Sealed.of("..."))

STANDING = {"handover": HANDOVER, "handover_to": "nexus", "answer_due": DUE}


@pytest.mark.parametrize(
    ("given", "then"),
    [
        ([OPENED], {"status": "open", "workers": (), "referrals": (REFERRAL,)}),
        ([OPENED, CaseJoined(referral=OTHER)], {"referrals": (REFERRAL, OTHER)}),
        (
            [OPENED, CaseJoined(referral=OTHER), ReferralTakenOut(referral=OTHER)],
            {"referrals": (REFERRAL,)},
        ),
        ([OPENED, ASSIGNED], {"workers": (WORKER,)}),
        (
            [OPENED, ASSIGNED, CaseWorkerAssigned(worker=COLLEAGUE), RELEASED],
            {"workers": (COLLEAGUE,)},
        ),
        ([OPENED, NOTED], {"status": "open"}),
        ([OPENED, REVIEWED], {"status": "open", "unit": "children"}),
        ([OPENED, OFFERED], {"unit": "children", **STANDING}),
        ([OPENED, OFFERED, PROPOSED], {"unit": "children", **STANDING}),
        ([OPENED, OFFERED, PROPOSED, REFUSED], STANDING),
        ([OPENED, OFFERED, PROPOSED, DECLINED], {"unit": "children"}),
        ([OPENED, OFFERED, WITHDRAWN], {"unit": "children"}),
        ([OPENED, ASSIGNED, OFFERED, ACCEPTED, RELEASED], {"unit": "nexus", "workers": ()}),
        ([OPENED, CLOSED], {"status": "closed"}),
        ([OPENED, CLOSED, REOPENED], {"status": "open"}),
    ],
)
def test_a_caseload_line_says_whose_the_case_is_and_what_waits(
    given: list[Any], then: dict[str, Any]
) -> None:
    """A line is the state of one case, with the offer that stands and no other."""
    line = caseload.Line(
        case=CASE,
        unit="children",
        status="open",
        workers=(),
        opened_at=minute(1),
        last_event_at=minute(len(given)),
        handover=None,
        handover_to=None,
        answer_due=None,
        referrals=(REFERRAL,),
        version=len(given),
        position=len(given),
    )
    assert rows(caseload.PROJECTION, happened(*given)) == [line._replace(**then)]


@pytest.mark.parametrize(
    ("given", "then"),
    [
        ([OPENED, OFFERED], {}),
        ([OPENED, OFFERED, PROPOSED], {"status": "decline-proposed", "version": 3}),
        ([OPENED, OFFERED, PROPOSED, REFUSED], {"status": "offered", "version": 4}),
        ([OPENED, OFFERED, ACCEPTED], {"status": "accepted", "version": 3}),
        ([OPENED, OFFERED, WITHDRAWN], {"status": "withdrawn", "version": 3}),
        ([OPENED, OFFERED, PROPOSED, DECLINED], {"status": "declined", "version": 4}),
    ],
)
def test_a_handover_waits_until_it_is_answered(given: list[Any], then: dict[str, Any]) -> None:
    """An offer keeps its day of answer; its answer says when and who."""
    line = handovers.Line(
        handover=HANDOVER,
        case=CASE,
        from_unit="children",
        to_unit="nexus",
        status="offered",
        offered_at=minute(2),
        offered_by=ACTOR,
        answer_due=DUE,
        answered_at=None,
        answered_by=None,
        version=2,
        rank=rank(DUE, None),
    )
    if then.get("status") in ("accepted", "declined", "withdrawn"):
        at = minute(len(given))
        then = {**then, "answered_at": at, "answered_by": ACTOR, "rank": rank(DUE, at)}
    assert rows(handovers.PROJECTION, happened(*given)) == [line._replace(**then)]


@pytest.mark.parametrize(
    ("given", "then"),
    [
        ([OPENED], {}),
        ([OPENED, ASSIGNED], {"workers": (WORKER,)}),
        ([OPENED, ASSIGNED, RELEASED], {}),
        ([OPENED, OFFERED], {"receiving_unit": "nexus", "answer_due": DUE}),
        ([OPENED, OFFERED, PROPOSED, REFUSED], {"receiving_unit": "nexus", "answer_due": DUE}),
        ([OPENED, OFFERED, DECLINED], {}),
        ([OPENED, OFFERED, WITHDRAWN], {}),
        ([OPENED, OFFERED, ACCEPTED], {"responsible_unit": "nexus"}),
        ([OPENED, CLOSED], {"status": "closed"}),
    ],
)
def test_access_to_a_case_follows_responsibility(given: list[Any], then: dict[str, Any]) -> None:
    """With the acceptance of a handover, in that event, the former unit's access ends."""
    row = access.FileRow(
        file=CASE,
        kind="case",
        person=PERSON,
        compartment=Compartment.EXPOSED,
        responsible_unit="children",
        status="open",
    )
    assert rows(access.PROJECTION, happened(*given), table=1) == [row._replace(**then)]


# --- what happens to a referral ----------------------------------------------------------------

RECEIVED = ReferralReceived(
    person=PERSON,
    receipt="K7",
    channel=Channel.PHONE,
    sender_unit="outreach",
    acute=True,
    source=Sealed.of(Source.HOMELESS_OUTREACH),
    senders_reference=Sealed.of(None),
    kind=Sealed.of(ReferralKind.SENT_ON),
    role=Sealed.of(PersonRole.EXPOSED),
    age=Sealed.of(AgeKnowledge.ADULT),
    assessed_by=Sealed.of(None),
    concern=Sealed.of(Concern.PROSTITUTION),
    residence=Sealed.of(Residence.UNKNOWN),
    account=Sealed.of("..."),
)
ROUTED = ReferralRouted(
    unit="nexus",
    holder="outreach",
    compartment=Compartment.EXPOSED,
    informed=("children",),
    answer_due=DUE,
    deciding=Sealed.of(Rule.R5),
    rules=Sealed.of((Rule.R5, Rule.R2)),
)
ROUTED_AGAIN = replace(ROUTED, unit="children", informed=(), answer_due=DUE + timedelta(days=1))
TAKEN = ReferralAccepted(unit="nexus", case=CASE)
DECLINE_PROPOSED = ReferralDeclineProposed(
    person=PERSON,
    unit="nexus",
    reason=Sealed.of(DeclineReason.WRONG_AGE),
    age=Sealed.of(AgeKnowledge.MINOR),
    explanation=Sealed.of("..."),
)
ANSWERED = {"receiving_unit": None, "informed_units": ("children", "nexus")}
DECLINE_REFUSED = ReferralDeclineRefused(unit="nexus")
TURNED_DOWN = ReferralDeclined(
    person=PERSON,
    unit="nexus",
    holder="outreach",
    reason=Sealed.of(DeclineReason.WRONG_AGE),
    age=Sealed.of(AgeKnowledge.MINOR),
    explanation=Sealed.of("..."),
)


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ([RECEIVED, ROUTED], None),
        ([RECEIVED, ROUTED, DECLINE_PROPOSED, DECLINE_REFUSED], None),
        ([RECEIVED, ROUTED, TAKEN], 3),
        ([RECEIVED, ROUTED, TURNED_DOWN], 3),
        ([RECEIVED, ROUTED, TURNED_DOWN, ROUTED_AGAIN], None),
    ],
)
def test_a_receipt_tells_its_sender_that_it_is_answered(
    given: list[Any], answered: int | None
) -> None:
    """When it arrived, was routed and was answered; of a decline that led elsewhere, nothing."""
    moments = [fact.occurred_at for fact in happened(*given, stream=REFERRAL)]
    line = sender_receipts.Line(
        referral=REFERRAL,
        receipt="K7",
        sender_unit="outreach",
        received_at=moments[0],
        routed_at=moments[1],
        answered_at=moments[answered - 1] if answered else None,
        withdrawn_at=None,
    )
    assert rows(sender_receipts.PROJECTION, happened(*given, stream=REFERRAL)) == [line]


@pytest.mark.parametrize(
    ("given", "then"),
    [
        ([RECEIVED, ROUTED], {}),
        ([RECEIVED, ROUTED, DECLINE_PROPOSED], {"status": "decline-proposed"}),
        ([RECEIVED, ROUTED, DECLINE_PROPOSED, DECLINE_REFUSED], {}),
        ([RECEIVED, ROUTED, TAKEN], {"status": "accepted", "holder": "nexus", "case": CASE}),
        ([RECEIVED, ROUTED, TURNED_DOWN], {"status": "declined"}),
        (
            [RECEIVED, ROUTED, TURNED_DOWN, ROUTED_AGAIN],
            {"unit": "children", "informed": (), "answer_due": DUE + timedelta(days=1)},
        ),
    ],
)
def test_an_inbox_line_says_who_must_answer(given: list[Any], then: dict[str, Any]) -> None:
    """A referral waits for one unit, by one day; routed anew it waits again."""
    line = inbox.Line(
        referral=REFERRAL,
        receipt="K7",
        unit="nexus",
        holder="outreach",
        sender_unit="outreach",
        informed=("children",),
        status="waiting",
        acute=True,
        received_at=minute(1),
        answer_due=DUE,
        answered_at=None,
        answered_by=None,
        case=None,
        version=len(given),
        rank=0,
    )
    if then.get("status") in ("accepted", "declined"):
        then = {**then, "answered_at": minute(len(given)), "answered_by": ACTOR}
    expected = line._replace(**then)
    expected = expected._replace(rank=rank(expected.answer_due, expected.answered_at))
    assert rows(inbox.PROJECTION, happened(*given, stream=REFERRAL)) == [expected]


@pytest.mark.parametrize(
    ("given", "then"),
    [
        ([RECEIVED], {"compartment": "t", "receiving_unit": None, "informed_units": ()}),
        ([RECEIVED, ROUTED], {}),
        ([RECEIVED, ROUTED, DECLINE_PROPOSED], {}),
        ([RECEIVED, ROUTED, DECLINE_PROPOSED, DECLINE_REFUSED], {}),
        ([RECEIVED, ROUTED, TAKEN], ANSWERED),
        ([RECEIVED, ROUTED, replace(TAKEN, unit="children")], ANSWERED),
        ([RECEIVED, ROUTED, TURNED_DOWN], ANSWERED),
        ([RECEIVED, ROUTED, DECLINE_PROPOSED, TURNED_DOWN], ANSWERED),
        (
            [RECEIVED, ROUTED, TURNED_DOWN, ROUTED_AGAIN],
            {"receiving_unit": "children", "informed_units": ("children", "nexus")},
        ),
    ],
)
def test_access_to_a_referral_follows_who_must_answer(
    given: list[Any], then: dict[str, Any]
) -> None:
    """Nobody is its responsible unit: the unit that must answer sees what it rests on and, once it
    has answered, like the sender, only that it exists (S69); the rest is read through the case."""
    row = access.FileRow(
        file=REFERRAL,
        kind="referral",
        person=PERSON,
        compartment=Compartment.EXPOSED,
        receiving_unit="nexus",
        sending_unit="outreach",
        informed_units=("children",),
    )
    facts = happened(*given, stream=REFERRAL)
    assert rows(access.PROJECTION, facts, table=1) == [row._replace(**then)]


def test_what_waits_comes_before_what_is_answered() -> None:
    """First what is due first; then what was answered last."""
    waiting = [rank(None, None), rank(minute(1), None), rank(minute(2), None)]
    answered = [rank(minute(1), minute(5)), rank(minute(1), minute(4))]
    assert [*waiting, *answered] == sorted({*waiting, *answered})


# --- staff, team, time line, audit -------------------------------------------------------------

HIRED = PositionTaken(
    unit="nexus",
    role=StaffRole.CASE_WORKER,
    side=Compartment.EXPOSED,
    since=date(2026, 1, 1),
    name=Sealed.of("N. N."),
)
LEFT = PositionEnded(until=date(2026, 2, 1))
QUALIFIED = QualificationRecorded(qualification=Qualification.CHILDREN_AND_YOUNG_PEOPLE)


@pytest.mark.parametrize(
    ("given", "then"),
    [
        ([HIRED], {}),
        ([HIRED, QUALIFIED], {"qualified": True}),
        (
            [HIRED, CaseTaken(case=CASE), CaseTaken(case=OTHER), CaseGivenBack(case=CASE)],
            {"open_cases": 1},
        ),
        ([HIRED, LEFT], {"active": False, "until": date(2026, 2, 1)}),
        (
            [HIRED, QUALIFIED, LEFT, replace(HIRED, unit="children", since=date(2026, 3, 1))],
            {"unit": "children", "qualified": True, "since": date(2026, 3, 1)},
        ),
    ],
)
def test_the_directory_says_where_somebody_works(given: list[Any], then: dict[str, Any]) -> None:
    """A colleague is in one position, with so many cases; the name is a token."""
    taken = max(number for number, event in enumerate(given, 1) if isinstance(event, PositionTaken))
    colleague = staff.Colleague(
        staff=WORKER,
        unit="nexus",
        role="case-worker",
        active=True,
        name=f"{WORKER}/{taken}/name|key:1:{'f' * 40}",
        qualified=False,
        since=date(2026, 1, 1),
        until=None,
        open_cases=0,
        version=len(given),
    )
    facts = happened(*given, stream=WORKER)
    assert rows(staff.PROJECTION, facts) == [colleague._replace(**then)]


def test_who_leaves_is_nobody_for_access() -> None:
    """Access knows the present position only, and whether it has ended."""
    row = access.StaffRow(WORKER, "nexus", "case-worker", "a", active=True)
    assert rows(access.PROJECTION, happened(HIRED, stream=WORKER)) == [row]
    gone = happened(HIRED, QUALIFIED, LEFT, stream=WORKER)
    assert rows(access.PROJECTION, gone) == [row._replace(active=False)]


def test_an_operation_is_announced_acknowledged_and_carried_out() -> None:
    """The last acknowledgement makes it acknowledged; bursts are added up, referrals closed."""
    day = date(2026, 2, 1)
    facts = happened(
        OperationAnnounced(
            planned_on=day,
            handled_by=("nexus", "coordinators"),
            acknowledgement_due=DUE,
            receipt="5XK2M8Q0J4T7V9B3C6D1E0F2GH",
            sender_unit="police",
            senders_reference=Sealed.of(None),
        ),
        OperationAcknowledged(unit="coordinators"),
        PersonsMet(persons=3, referrals=Sealed.of((REFERRAL,))),
        OperationAcknowledged(unit="nexus"),
        PersonsMet(persons=2, referrals=Sealed.of((OTHER,))),
        OperationClosed(unit="nexus"),
    )
    [line] = rows(police_operations.PROJECTION, facts)
    assert line[:6] == (
        CASE,
        minute(1),
        day,
        ("nexus", "coordinators"),
        ("coordinators", "nexus"),
        DUE,
    )
    assert (line.acknowledged_at, line.persons_met, line.closed_at) == (minute(4), 5, minute(6))
    [receipt] = rows(sender_receipts.PROJECTION, facts)
    assert (receipt.answered_at, receipt.lacking) == (minute(4), ())
    assert all("|key:1:" in token for token in line.referrals)
    assert len(line.referrals) == 2
    [line] = rows(police_operations.PROJECTION, facts[:3])
    assert line.acknowledged_at is None


def test_an_activity_is_planned_and_held_or_cancelled() -> None:
    """What is held tells how many it reached, and who took part in the end; nobody by name."""
    day = date(2026, 2, 1)
    planned = ActivityPlanned(
        kind=ActivityKind.PREVENTION,
        responsible=("nexus",),
        cooperating=("coordinators",),
        planned_on=day,
        place=PlaceKind.SCHOOL,
        audience=Audience.PUPILS,
        age_band=AgeBand.AGED_16_TO_21,
        partners=("schools",),
    )
    held = ActivityHeld(held_on=day, reached=60, schools=2, partners=("schools", "region"))
    [line] = rows(activities.PROJECTION, happened(planned))
    assert (line.status, line.partners, line.reached) == ("planned", ("schools",), None)
    assert line[1:6] == ("prevention", "planned", ("nexus",), ("coordinators",), day)
    assert line[6:9] == ("school", "pupils", "aged-16-to-21")
    [line] = rows(activities.PROJECTION, happened(planned, held))
    assert (line.status, line.partners) == ("held", ("schools", "region"))
    assert (line.held_on, line.reached, line.schools, line.version) == (day, 60, 2, 2)
    corrected = ActivityCorrected(
        reason=CorrectionReason.MISCOUNTED, held_on=day, reached=55, schools=1
    )
    [line] = rows(activities.PROJECTION, happened(planned, held, corrected))
    assert (line.status, line.reached, line.schools, line.version) == ("held", 55, 1, 3)
    cancelled = ActivityCancelled(reason=CancellationReason.TOO_FEW)
    [line] = rows(activities.PROJECTION, happened(planned, cancelled))
    assert (line.status, line.cancelled_because, line.held_on) == ("cancelled", "too-few", None)


def test_a_team_is_mandated_established_and_joined() -> None:
    """Every joining and every leaving is there, also of who comes again."""
    day = date(2026, 1, 1)
    joined = MemberJoined(staff=WORKER, unit="nexus", percentage=50)
    given = [
        TeamMandated(register_number="AFN-1", decided_on=day),
        TeamEstablished(lead_unit="nexus", pilot_from=day, pilot_until=date(2027, 1, 1)),
        joined,
        MemberJoined(staff=COLLEAGUE, unit="children", percentage=20),
        MemberLeft(staff=WORKER),
        MemberLeft(staff=COLLEAGUE),
        joined,
    ]
    facts = happened(*given)
    expected = team.Team(CASE, "AFN-1", day, minute(2), "nexus", day, date(2027, 1, 1), version=7)
    assert rows(team.PROJECTION, facts) == [expected]
    assert [move for fact in facts for move in team.moves(fact)] == [
        team.Move(CASE, WORKER, "nexus", 50, minute(3), 3),
        team.Move(CASE, COLLEAGUE, "children", 20, minute(4), 4),
        team.Move(CASE, WORKER, None, None, minute(5), 5),
        team.Move(CASE, COLLEAGUE, None, None, minute(6), 6),
        team.Move(CASE, WORKER, "nexus", 50, minute(7), 7),
    ]


def test_the_time_line_tells_neutral_facts_and_keeps_the_rest_sealed() -> None:
    """What the catalogue lists as clear is told as JSON; what it seals is a token."""
    (line,) = timeline.rows(happened(OFFERED)[0])
    assert line.facts == {
        "person": str(PERSON),
        "handover": str(HANDOVER),
        "from_unit": "children",
        "to_unit": "nexus",
        "going_along": ["identity"],
        "answer_due": DUE.isoformat(),
    }
    assert line.sealed == {"reason": f"{CASE}/1/reason|key:1:{'f' * 40}"}


def test_a_veiled_event_tells_not_even_its_kind() -> None:
    """Of an event whose name would tell there is the neutral name and one token."""
    aged = AgeEstablished(person=PERSON, age=AgeKnowledge.ADULT, born=None, basis="...")
    (line,) = timeline.rows(happened(aged)[0])
    assert line.name == "person.particulars-recorded"
    assert (line.facts, list(line.sealed)) == ({"person": str(PERSON)}, ["body"])


def test_whether_somebody_was_known_is_not_told() -> None:
    """What a further sender tells of somebody known looks as an established age does, and makes as
    many lines as a first registration."""
    told_of: dict[str, Any] = {"name": "N. N.", "number": None, "born": None, "contact": None}
    again = tell_particulars(PERSON, age=AgeKnowledge.ADULT, gender=Gender.WOMAN, **told_of)
    aged = AgeEstablished(person=PERSON, age=AgeKnowledge.ADULT, born=None, basis="...")
    (line,) = timeline.rows(happened(*again)[0])
    assert [line] == list(timeline.rows(happened(aged)[0]))


def test_an_open_value_never_reaches_a_view() -> None:
    """Events come from the log closed; anything else is refused."""
    fact = replace(happened(NOTED)[0], event=NOTED)
    with pytest.raises(ValueError, match="open value"):
        list(timeline.rows(fact))


def test_a_receipt_is_found_by_its_subjects() -> None:
    """A receipt stands in the index once, under all of its subjects; about nobody, not at all."""
    reading = RecordedReading(position=4, recorded_at=minute(4), subjects=(b"a", b"b"))
    assert list(audit.rows(reading)) == [Read(4, (b"a\0\0\0\0", b"b\0\0\0\0"))]
    assert list(audit.rows(replace(reading, subjects=()))) == []


def test_a_team_costs_is_evaluated_and_made_permanent() -> None:
    """Costs stand period by period; what became of it, with the decision (S58-S60, S71)."""
    day, future = date(2027, 4, 1), TeamFuture.PERMANENT
    facts = happened(
        TeamMandated(register_number="AFN-1", decided_on=day),
        TeamCostReported(period_from=day, period_until=day, kronor=999_999),
        TeamCostCorrected(period_from=day, kronor=1000, reason=CorrectionReason.MISTYPED),
        TeamEvaluated(evaluated_on=day, recommendation=future),
        TeamFutureDecided(future=future, register_number="AFN-2", decided_on=day),
    )
    [line] = rows(team.PROJECTION, facts)
    assert line[7:] == (5, day, "permanent", "permanent", "AFN-2", day)
    assert rows(team.PROJECTION, facts, table=2) == [team.Cost(CASE, day, day, 1000)]


def test_a_mandate_lists_what_it_started() -> None:
    """Each thing with the moment of its start (S1)."""
    day, matter = date(2026, 2, 1), MandateMatter.PROPOSAL
    facts = happened(
        MandateDecided(register_number="AFN-1", decided_on=day, matter=matter),
        WorkStarted(matter=MandateMatter.TEAM, work=OTHER),
    )
    assert rows(mandates.PROJECTION, facts) == [
        mandates.Mandate(CASE, "AFN-1", day, "proposal", version=2)
    ]
    assert rows(mandates.PROJECTION, facts, table=1) == [
        mandates.Started(CASE, OTHER, "team", minute(2), None)
    ]


def test_an_inquiry_holds_needs_of_sealed_groups() -> None:
    """Its kind says its side; a need is met by somebody, or not yet (S66, S68)."""
    day = date(2026, 2, 1)
    facts = happened(
        InquiryOpened(mandate=OTHER, compartment=Compartment.PERPETRATOR),
        NeedExpressed(
            need=HANDOVER,
            kind=NeedKind.COUNSELLING,
            expressed_on=day,
            met_by=None,
            group=Sealed.of(NeedGroup.BUYERS),
        ),
        NeedMet(need=HANDOVER, met_by="region"),
        InquiryConcluded(needs=1),
    )
    [inquiry] = rows(inquiries.PROJECTION, facts)
    assert inquiry == (CASE, OTHER, "buyer-support", minute(1), minute(4), 4)
    [need] = rows(inquiries.PROJECTION, facts, table=1)
    assert (need.met_by, need.expressed_on, need.kind) == ("region", day, "counselling")
    assert "|key:1:" in need.group_token
    [need] = rows(inquiries.PROJECTION, facts[:2], table=1)
    assert need.met_by is None


def test_facts_of_others_touch_no_row() -> None:
    """A view folds only what it is about."""
    fact = happened(PersonCaseOpened(person=PERSON, case=CASE))[0]
    for projection in (
        caseload,
        inbox,
        handovers,
        police_operations,
        activities,
        inquiries,
        mandates,
        staff,
        team,
        access,
    ):
        assert rows(projection.PROJECTION, [fact]) == []


def test_a_fold_without_a_beginning_makes_no_row() -> None:
    """A stream whose first fact is missing is not made up."""
    tables = [(caseload, 0), (handovers, 0), (access, 1)]
    for projection, table in tables:
        assert rows(projection.PROJECTION, happened(ACCEPTED), table) == []
    assert rows(inbox.PROJECTION, happened(TAKEN, stream=REFERRAL)) == []
    assert rows(staff.PROJECTION, happened(QUALIFIED, stream=WORKER)) == []
