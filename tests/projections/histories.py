"""Random histories of a municipality, told through the real decisions, and as the log holds them:
dense positions, versions per stream, every sealed value closed, telling events veiled."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from api.runtime.clock import SwedishWorkingCalendar
from domain import (
    activity,
    case,
    deadline,
    inquiry,
    leave,
    mandate,
    person,
    police_operation,
    referral,
    staff,
    team,
)
from domain.assessment import is_under_assessment
from domain.case import consent, consultation, narrowing, takeover
from domain.catalogue import ENTRIES
from domain.codes import (
    ActivityKind,
    AgeBand,
    AgeKnowledge,
    Audience,
    CancellationReason,
    CaseOutcome,
    Channel,
    ClockKind,
    Compartment,
    Concern,
    ConsentGiver,
    DeclineReason,
    Gender,
    HandoverDeclineReason,
    LeaveCorrection,
    MandateMatter,
    NeedKind,
    PersonRole,
    PlaceKind,
    Qualification,
    Receiver,
    ReferralKind,
    Residence,
    Source,
    StaffRole,
    TakeoverDeclineReason,
    TeamFuture,
)
from domain.errors import AgeIsDisputed
from domain.recorded import Recorded
from domain.referral import ReferralStatus
from domain.routing import Leadership, Route, Rule
from tests.projections.facts import BEGINNING, SOMEBODY, recorded

UNITS = ("children", "nexus", "line-b", "outreach", "relatives")
SIDES = (Compartment.EXPOSED, Compartment.EXPOSED, Compartment.PERPETRATOR, Compartment.RELATIVE)

_CALENDAR = SwedishWorkingCalendar()
_ENTRY_OF = {entry.event: entry for entry in ENTRIES}


def told(seed: int | str, acts: int) -> list[Recorded]:
    """A random history of so many acts."""
    history = History(seed)
    for _ in range(acts):
        history.act()
    return history.facts


class History:
    """What has happened so far, and what may happen next."""

    def __init__(self, seed: int | str) -> None:
        self.facts: list[Recorded] = []
        self._random = Random(seed)  # noqa: S311 - a history that can be told again
        self._versions: dict[UUID, int] = {}
        self._referrals: dict[UUID, referral.Referral] = {}
        self._cases: dict[UUID, case.Case] = {}
        self._staff: dict[UUID, staff.StaffMember] = {}
        self._activities: dict[UUID, activity.Activity] = {}
        self._mandates: dict[UUID, mandate.Mandate] = {}
        self._inquiries: dict[UUID, inquiry.Inquiry] = {}
        self._operations: dict[UUID, police_operation.PoliceOperation] = {}
        self._teams: dict[UUID, team.Team] = {}
        for unit, side in zip(UNITS, SIDES, strict=False):
            for role in (StaffRole.UNIT_MANAGER, StaffRole.CASE_WORKER, StaffRole.CASE_WORKER):
                self._hire(unit, role, side)
        self._hire("coordinators", StaffRole.REGIONAL_COORDINATOR, Compartment.EXPOSED)
        self._acts: Sequence[Callable[[], None]] = (
            *[self._receive] * 5,
            *[self._answer_referral] * 6,
            self._narrow,
            *[self._assign] * 6,
            *[self._note] * 6,
            *[self._offer] * 4,
            *[self._answer_handover] * 3,
            *[self._close] * 3,
            *[self._engage] * 2,
            *[self._consult] * 2,
            *[self._ask_for] * 2,
            self._reopen,
            self._review,
            self._time,
            self._time,
            self._qualify,
            self._operation,
            self._activity,
            self._mandate,
            *[self._inquiry] * 2,
            self._team,
            self._leave,
            self._be_away,
        )

    def act(self) -> None:
        self._random.choice(self._acts)()

    # --- what may happen ---------------------------------------------------------------------

    def _hire(self, unit: str, role: StaffRole, side: Compartment) -> None:
        day = BEGINNING.date()
        taken = staff.take_position(
            None, name="N. N.", unit=unit, role=role, side=side, since=day, today=day
        )
        self._record({self._new(): taken}, unit)

    def _leave(self) -> None:
        found = self._one(m for m in self._staff.values() if m.active and not m.cases)
        if found and self._random.random() < 0.2:
            day = BEGINNING.date()
            ended = staff.end_position(found, until=day, today=day)
            self._record({found.id: ended}, found.unit)
            self._hire(found.unit, found.role, found.side or Compartment.EXPOSED)

    def _be_away(self) -> None:
        """A leave is planned, moved, ended early or withdrawn; or a position has another extent."""
        found = self._one(m for m in self._staff.values() if m.active)
        if found is None:
            return
        day, kind = BEGINNING.date(), self._random.random()
        first = day + timedelta(days=7 * len(found.leaves))
        known = self._one(found.leaves)
        events: Sequence[Any]
        if kind < 0.2:
            events = staff.set_extent(found, self._random.choice((50, 75, 100)))
        elif known is None or kind < 0.6:
            if any(first <= other.until for other in found.leaves):
                return
            events = leave.plan_leave(
                found.leaves,
                self._new(),
                since=first,
                until=first + timedelta(days=4),
                position_since=found.since,
            )
        elif kind < 0.75:
            events = leave.correct_leave(
                found.leaves,
                known.id,
                since=known.since,
                until=known.since + timedelta(days=1),
                reason=LeaveCorrection.MISTYPED,
                position_since=found.since,
            )
        elif kind < 0.9:
            events = leave.end_leave(found.leaves, known.id, until=known.since, today=day)
        else:
            events = leave.withdraw_leave(found.leaves, known.id)
        self._record({found.id: events}, found.unit)

    def _qualify(self) -> None:
        if found := self._one(m for m in self._staff.values() if m.active):
            kind = Qualification.CHILDREN_AND_YOUNG_PEOPLE
            self._record({found.id: staff.record_qualification(found, kind)}, found.unit)

    def _receive(self) -> None:
        place = self._random.randrange(len(SIDES))
        route, sender = self._route(UNITS[place], SIDES[place]), self._random.choice(UNITS)
        stream = self._new()
        account = referral.Account(
            receipt=f"r{len(self.facts)}",
            source=Source.POLICE,
            channel=Channel.PHONE,
            kind=ReferralKind.SIGNPOSTING,
            sender_unit=sender,
            senders_reference=None,
            role=PersonRole.EXPOSED,
            age=AgeKnowledge.UNKNOWN,
            assessed_by=None,
            concern=Concern.UNKNOWN,
            residence=Residence.UNKNOWN,
            acute=self._random.random() < 0.3,
            text="...",
        )
        somebody, told_of = self._somebody(route.compartment)
        now = self._now
        received = referral.receive_referral(
            somebody, account, route, sender_sees=True, received=now, now=now, due=self._due()
        )
        clocks = self._clocks() if self._random.random() < 0.3 else []
        self._record({somebody: told_of, stream: [*received, *clocks]}, sender)

    def _somebody(self, compartment: Compartment) -> tuple[UUID, Sequence[Any]]:
        """Somebody new, or somebody known of whom is told again."""
        told_of: dict[str, Any] = {
            "name": None,
            "number": None,
            "born": None,
            "age": AgeKnowledge.UNKNOWN,
            "gender": Gender.UNKNOWN,
            "contact": None,
        }
        known = self._one(
            r.person for r in self._referrals.values() if r.compartment == compartment
        )
        if known is not None and self._random.random() < 0.2:
            return known, person.tell_particulars(known, **told_of)
        new = self._new()
        return new, person.register_person(new, compartment=compartment, **told_of)

    def _answer_referral(self) -> None:
        waiting = (ReferralStatus.WAITING, ReferralStatus.DECLINE_PROPOSED)
        stream = self._one(stream for stream, r in self._referrals.items() if r.status in waiting)
        if stream is None:
            return
        found = self._referrals[stream]
        if self._random.random() < 0.1:
            self._move_or_take_back(stream, found)
        elif found.proposed is None and self._random.random() < 0.7:
            self._accept(stream, found)
        elif found.proposed is None:
            try:
                self._record({stream: self._declined(found)}, found.unit)
            except AgeIsDisputed:  # it went to and fro already
                self._accept(stream, found)
        elif self._random.random() < 0.5:
            try:
                confirmed = referral.confirm_decline(
                    found,
                    by_unit=found.unit,
                    elsewhere=self._elsewhere(found, found.proposed.reason.reveal()),
                    due=self._due(),
                )
                self._record({stream: confirmed}, found.unit)
            except AgeIsDisputed:
                refused = referral.refuse_decline(found, by_unit=found.unit)
                self._record({stream: refused}, found.unit)
        else:
            self._record({stream: referral.refuse_decline(found, by_unit=found.unit)}, found.unit)

    def _move_or_take_back(self, stream: UUID, found: referral.Referral) -> None:
        """Its routing is overridden; or whoever sent it, if that was another unit, withdraws it."""
        sender = found.sender_unit
        if found.proposed is None and self._random.random() < 0.5:
            ruled, to_unit = self._route(found.unit, found.compartment), "children"
            ruled = replace(ruled, rules=(Rule.R0,))  # R2 would bind the unit
            if found.unit != to_unit:
                moved = referral.override_routing(
                    found,
                    ruled,
                    to_unit=to_unit,
                    reason="...",
                    by_unit=found.unit,
                    due=self._due(),
                )
                self._record({stream: moved}, found.unit)
        elif sender not in found.asked and not _is_assessed(found):
            taken = referral.withdraw_referral(found, reason="...", by_unit=sender)
            self._record({stream: taken}, sender)

    def _declined(self, found: referral.Referral) -> Sequence[Any]:
        may_end = not found.acute and not _is_assessed(found)
        ends = may_end and self._random.random() < 0.5
        reason = DeclineReason.OTHER_MUNICIPALITY if ends else DeclineReason.WRONG_AGE
        return referral.decline_referral(
            found,
            reason=reason,
            age=None if ends else AgeKnowledge.MINOR,
            explanation="...",
            by_unit=found.unit,
            elsewhere=self._elsewhere(found, reason),
            due=self._due(),
            confirmed=self._random.random() < 0.5,
        )

    def _elsewhere(self, found: referral.Referral, reason: DeclineReason) -> Route | None:
        if reason is DeclineReason.OTHER_MUNICIPALITY:
            return None
        return self._route(self._another_unit(found.unit), found.compartment)

    def _accept(self, stream: UUID, found: referral.Referral) -> None:
        """It opens a case, or joins an open one, now and then another unit's."""
        joined = self._one(
            c
            for c, known in self._cases.items()
            if known.status is case.CaseStatus.OPEN and known.compartment == found.compartment
        )
        if joined is not None and self._random.random() < 0.2:
            responsible = self._cases[joined].unit
            events: list[Any] = [*case.join_case(self._cases[joined], stream)]
        else:
            joined, responsible = self._new(), found.unit
            events = [
                *case.open_case(
                    found.person, stream, compartment=found.compartment, unit=responsible
                )
            ]
        accepted = referral.accept_referral(
            found, joined, by_unit=found.unit, responsible=responsible
        )
        self._record({stream: accepted, joined: events}, found.unit)

    def _narrow(self) -> None:
        """A person's identity is protected, or no longer."""
        stream, found = self._open_case()
        if found is not None and stream is not None:
            changed = narrowing.narrow_case(found, narrowed=self._random.random() < 0.7)
            self._record({stream: changed}, found.unit)

    def _assign(self) -> None:
        stream, found = self._open_case()
        if found is None or stream is None:
            return
        if found.workers and self._random.random() < 0.3:
            worker = self._staff[self._random.choice(found.workers)]
            released = case.release_case_worker(found, worker.id)
            self._record(
                {stream: released, worker.id: staff.give_back_case(worker, stream)}, found.unit
            )
            return
        candidate = self._one(
            m
            for m in self._staff.values()
            if m.active and m.unit == found.unit and m.side is found.compartment
        )
        if candidate is not None:
            assigned = case.assign_case_worker(found, candidate, needs_child_qualification=False)
            self._record(
                {stream: assigned, candidate.id: staff.take_case(candidate, stream)}, found.unit
            )

    def _note(self) -> None:
        stream, found = self._open_case()
        if found is not None and stream is not None:
            self._record({stream: case.record_note(found, "...")}, found.unit)

    def _review(self) -> None:
        stream, found = self._open_case()
        if found is not None and stream is not None:
            reviewed = case.review_routing(found, unit="nexus", deciding=Rule.R2, rules=(Rule.R2,))
            self._record({stream: reviewed}, found.unit)

    def _engage(self) -> None:
        """With a consent, for a coordinator who serves the case's side; or the consent ends it."""
        stream, found = self._open_case()
        if found is None or stream is None or found.compartment is not Compartment.EXPOSED:
            return
        if found.engagements and self._random.random() < 0.5:
            self._record(
                {stream: consent.withdraw_consent(found, found.engagements[0].consent)}, found.unit
            )
            return
        day = BEGINNING.date()
        given = consent.give_consent(
            found,
            self._new(),
            scope=tuple(consent.NEEDED_TO_ENGAGE),
            receiver=Receiver.REGIONAL_COORDINATORS,
            giver=ConsentGiver.PERSON,
            until=None,
            today=day,
            of_age=False,
        )
        self._record({stream: given}, found.unit)
        somebody = self._one(
            m for m in self._staff.values() if m.active and m.role is StaffRole.REGIONAL_COORDINATOR
        )
        engaged = consent.engage_coordinator(
            self._cases[stream], somebody, today=day, guardians=frozenset(), comes_of_age=None
        )
        self._record({stream: engaged}, found.unit)

    def _consult(self) -> None:
        stream, found = self._open_case()
        if found is None or stream is None:
            return
        if found.consultations:
            asked = found.consultations[0]
            answered = consultation.answer_unit(found, asked.id, answer="...")
            self._record({stream: answered}, asked.unit)
            return
        unit = self._another_unit(found.unit)
        asking = consultation.ask_unit(found, self._new(), unit=unit, question="...")
        self._record({stream: asking}, found.unit)

    def _ask_for(self) -> None:
        """A unit asks to take the case over, or is declined; an offer may answer it, too."""
        stream, found = self._open_case()
        if found is None or stream is None:
            return
        if found.takeovers:
            asked = found.takeovers[0].id
            declined = takeover.decline_takeover(
                found, asked, reason=TakeoverDeclineReason.OTHER, explanation="..."
            )
            self._record({stream: declined}, found.unit)
        elif found.handover is None:
            unit = self._another_unit(found.unit)
            requested = takeover.request_takeover(found, self._new(), unit=unit, reason="...")
            self._record({stream: requested}, unit)

    def _offer(self) -> None:
        stream, found = self._open_case()
        if found is not None and stream is not None and found.handover is None:
            offered = case.offer_handover(
                found,
                self._new(),
                to_unit=self._another_unit(found.unit),
                reason="...",
                answer_due=self._due(),
            )
            self._record({stream: offered}, found.unit)

    def _answer_handover(self) -> None:
        stream = self._one(stream for stream, c in self._cases.items() if c.handover is not None)
        if stream is None:
            return
        found = self._cases[stream]
        assert found.handover is not None
        offer, answer = found.handover, self._random.random()
        if answer < 0.2:
            self._record({stream: case.withdraw_handover(found, offer.id)}, found.unit)
        elif offer.proposed is not None and answer < 0.6:
            self._record({stream: case.confirm_handover_decline(found, offer.id)}, offer.to_unit)
        elif offer.proposed is not None:
            self._record({stream: case.refuse_handover_decline(found, offer.id)}, offer.to_unit)
        elif answer < 0.6:
            given_back = {w: staff.give_back_case(self._staff[w], stream) for w in found.workers}
            self._record(
                {stream: case.accept_handover(found, offer.id), **given_back}, offer.to_unit
            )
        else:
            declined = case.decline_handover(
                found,
                offer.id,
                reason=HandoverDeclineReason.NO_NEED,
                explanation="...",
                confirmed=answer < 0.8,
            )
            self._record({stream: declined}, offer.to_unit)

    def _close(self) -> None:
        stream, found = self._open_case()
        if found is not None and stream is not None and found.handover is None:
            given_back = {w: staff.give_back_case(self._staff[w], stream) for w in found.workers}
            outcome = self._random.choice([CaseOutcome.NEEDS_MET, CaseOutcome.MISRECORDED])
            closed = case.close_case(found, outcome)
            self._record({stream: closed, **given_back}, found.unit)

    def _reopen(self) -> None:
        stream = self._one(
            stream
            for stream, c in self._cases.items()
            if c.outcome is not None and c.outcome.reveal() is not CaseOutcome.MISRECORDED
        )
        if stream is not None:
            reopened = case.reopen_case(self._cases[stream], "...")
            self._record({stream: reopened}, self._cases[stream].unit)

    def _operation(self) -> None:
        stream = self._one(o for o, known in self._operations.items() if not known.closed)
        if stream is None or self._random.random() < 0.3:
            announced = police_operation.announce_operation(
                planned_on=BEGINNING.date() + timedelta(days=self._random.randrange(9)),
                handled_by=("nexus", "coordinators"),
                announced=self._now,
                announced_on=BEGINNING.date(),
                now=self._now,
                due=self._due(),
                receipt="...",
                sender_unit="outreach",
                senders_reference=None,
            )
            self._record({self._new(): announced}, "outreach")
            return
        found, act = self._operations[stream], self._random.random()
        if act < 0.5:
            unit = self._random.choice(found.handled_by)
            happened = police_operation.acknowledge_operation(found, by_unit=unit)
        elif act < 0.7 and found.is_acknowledged:
            happened = police_operation.close_operation(found, by_unit="nexus")
        else:
            met = [self._new() for _ in range(self._random.randrange(3, 15))]
            happened = police_operation.meet_persons(found, met, Compartment.EXPOSED)
        self._record({stream: happened}, "nexus")

    def _activity(self) -> None:
        planned = activity.ActivityStatus.PLANNED
        stream = self._one(a for a, known in self._activities.items() if known.status is planned)
        today = BEGINNING.date()
        if stream is None or self._random.random() < 0.5:
            events = activity.plan_activity(
                Leadership(responsible=("nexus",), cooperating=("coordinators",)),
                kind=self._random.choice((ActivityKind.PREVENTION, ActivityKind.OUTREACH_SHIFT)),
                planned_on=today + timedelta(days=self._random.randrange(9)),
                place=PlaceKind.STREET,
                audience=Audience.YOUNG_PEOPLE,
                age_band=self._random.choice((None, *AgeBand)),
                partners=("schools",),
            )
            self._record({self._new(): events}, "nexus")
        elif self._random.random() < 0.8:
            held = activity.hold_activity(
                self._activities[stream],
                by_unit="nexus",
                held_on=today,
                reached=self._random.randrange(80),
                schools=0,
                partners=(),
                today=today,
            )
            self._record({stream: held}, "nexus")
        else:
            cancelled = activity.cancel_activity(
                self._activities[stream], by_unit="nexus", reason=CancellationReason.TOO_FEW
            )
            self._record({stream: cancelled}, "nexus")

    def _mandate(self) -> None:
        """The board approves a proposal, and an inquiry is opened under it, on some side."""
        stream = self._one(self._mandates)
        if stream is None or self._random.random() < 0.2:
            decided = mandate.record_mandate(
                register_number="AFN-2026-2",
                decided_on=BEGINNING.date(),
                matter=MandateMatter.PROPOSAL,
            )
            self._record({self._new(): decided}, "nexus")
            return
        opened, side = self._new(), self._random.choice(SIDES)
        matter = inquiry.MATTERS[inquiry.KINDS[side]]
        started = mandate.start_work(self._mandates[stream], opened, matter, is_started=False)
        self._record({stream: started, opened: inquiry.open_inquiry(stream, side)}, "nexus")

    def _inquiry(self) -> None:
        stream = self._one(i for i, known in self._inquiries.items() if not known.concluded)
        if stream is None:
            return
        known, act = self._inquiries[stream], self._random.random()
        unmet = self._one(need for need, met in known.needs.items() if not met)
        if act < 0.7:
            happened = inquiry.express_need(
                known,
                self._new(),
                kind=self._random.choice(list(NeedKind)),
                group=self._random.choice(inquiry.GROUPS[known.compartment]),
                expressed_on=BEGINNING.date(),
                met_by=self._random.choice((None, "nexus")),
                today=BEGINNING.date(),
            )
        elif unmet is not None and act < 0.95:
            happened = inquiry.meet_need(known, unmet, met_by="region")
        else:
            happened = inquiry.conclude_inquiry(known)
        self._record({stream: happened}, "nexus")

    def _team(self) -> None:
        stream = self._one(self._teams)
        if stream is None or self._random.random() < 0.1:
            day = BEGINNING.date()
            mandated = team.mandate_team(register_number="AFN-2026-1", decided_on=day)
            self._record({self._new(): mandated}, "nexus")
            return
        known = self._teams[stream]
        found = self._one(
            m for m in self._staff.values() if m.active and m.side is Compartment.EXPOSED
        )
        if not known.established:
            day = BEGINNING.date()
            events: list[Any] = [
                *team.establish_team(
                    known, lead_unit="nexus", pilot_from=day, pilot_until=day.replace(year=2027)
                )
            ]
        elif self._random.random() < 0.2:
            events = self._in_the_long_run(known)
        elif found is not None and found.id in known.members:
            events = [*team.leave_team(known, found.id)]
        elif found is not None and found.role is not StaffRole.REGIONAL_COORDINATOR:
            events = [*team.join_team(known, found, percentage=50)]
        else:
            return
        self._record({stream: events}, "nexus")

    def _clocks(self) -> list[deadline.DeadlineEvent]:
        return [
            event
            for clock in (ClockKind.PROTECTION_ASSESSMENT, ClockKind.OUTCOME_NOTIFIED)
            for event in deadline.set_until(self._new(), clock, self._now, self._due(), _CALENDAR)
        ]

    def _time(self) -> None:
        """Something becomes of a deadline: in time, too late, or by time alone."""
        files: list[tuple[UUID, Any]] = [
            *self._referrals.items(),
            *self._cases.items(),
            *self._operations.items(),
        ]
        stream, file = self._one((stream, file) for stream, file in files if file.deadlines) or (
            None,
            None,
        )
        if stream is None or file is None:
            return
        one, late = self._random.choice(file.deadlines), self._now + timedelta(days=30)
        own = one.clock.is_open is False
        units = tuple(self._random.sample(UNITS, 2))
        events: Sequence[deadline.DeadlineEvent] = self._random.choice(
            [
                deadline.miss_deadline(file.deadlines, one.id, late),
                [deadline.DeadlineEscalated(deadline=one.id, units=units, times=1)],
                deadline.end_deadline(file.deadlines, one.id, self._now) if own else [],
                [deadline.DeadlineResumed(deadline=one.id, due=late, warned=late)] if own else [],
                [deadline.DeadlineFellAway(deadline=one.id)] if own else [],
            ]
        )
        self._record({stream: events}, "nexus")

    def _in_the_long_run(self, known: team.Team) -> list[Any]:
        """It costs something, is evaluated, and made permanent."""
        day, future = BEGINNING.date(), TeamFuture.PERMANENT
        if not known.cost_periods:
            return [*team.report_cost(known, period_from=day, period_until=day, kronor=1000)]
        if not known.evaluated_on:
            return [*team.evaluate_team(known, evaluated_on=day, recommendation=future)]
        if known.future is None:
            number = "AFN-2026-3"
            return [
                *team.decide_future(known, future=future, register_number=number, decided_on=day)
            ]
        return []

    # --- how it is told ----------------------------------------------------------------------

    @property
    def _now(self) -> datetime:
        return BEGINNING + timedelta(minutes=self._minute)

    @property
    def _minute(self) -> int:
        """Several acts happen in the same minute, so that an order needs more than the time."""
        return len(self.facts) // 8

    def _new(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def _due(self) -> datetime:
        return BEGINNING + timedelta(days=self._random.randrange(1, 6))

    def _route(self, unit: str, compartment: Compartment) -> Route:
        return Route(
            unit=unit,
            compartment=compartment,
            rules=(Rule.R2,),
            informed=tuple(self._random.sample(UNITS, self._random.randrange(3))),
            informed_without_person=(),
            report_of_concern=False,
            sender_holds=self._random.random() < 0.5,
            out_of_scope=False,
        )

    def _another_unit(self, unit: str) -> str:
        return self._random.choice([another for another in UNITS if another != unit])

    def _one(self, candidates: Iterable[Any]) -> Any:
        found = list(candidates)
        return self._random.choice(found) if found else None

    def _open_case(self) -> tuple[UUID | None, case.Case | None]:
        stream = self._one(
            stream for stream, c in self._cases.items() if c.status is case.CaseStatus.OPEN
        )
        return stream, self._cases.get(stream)

    def _record(self, events: dict[UUID, Sequence[Any]], unit: str) -> None:
        actor = self._one(m.id for m in self._staff.values() if m.unit == unit)
        for stream, facts in events.items():
            for event in facts:
                version = self._versions[stream] = self._versions.get(stream, 0) + 1
                position = len(self.facts) + 1
                self.facts.append(
                    recorded(
                        event,
                        stream=stream,
                        position=position,
                        version=version,
                        minute=self._minute,
                        actor=actor or SOMEBODY,
                        unit=unit,
                    )
                )
                self._evolve(stream, event)

    def _evolve(self, stream: UUID, event: Any) -> None:
        states: dict[str, dict[UUID, Any]] = {
            "referral": self._referrals,
            "case": self._cases,
            "activity": self._activities,
            "mandate": self._mandates,
            "inquiry": self._inquiries,
            "operation": self._operations,
            "team": self._teams,
        }
        kind = _ENTRY_OF[type(event)].name.partition(".")[0]
        if kind == "deadline":
            kind = next(of for of in ("case", "operation", "referral") if stream in states[of])
        evolve = {
            "referral": referral.evolve,
            "case": case.evolve,
            "activity": activity.evolve,
            "mandate": mandate.evolve,
            "inquiry": inquiry.evolve,
            "operation": police_operation.evolve,
            "team": team.evolve,
        }.get(kind)
        if evolve is not None:
            states[kind][stream] = evolve(states[kind].get(stream), event)  # type: ignore[operator]  # one evolve for each kind
        elif kind == "staff":
            known = staff.evolve(self._staff.get(stream), event, stream)
            assert known is not None
            self._staff[stream] = known


def _is_assessed(found: referral.Referral) -> bool:
    return is_under_assessment(found.assessment, found.deadlines)
