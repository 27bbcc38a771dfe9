"""Referrals: received and routed in one act, then accepted or declined by the receiving unit."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from api.commands.numbers import reserve_number
from api.commands.work import Work, telling_who
from domain import assessment as assessments
from domain import case as cases
from domain import deadline as deadlines
from domain import person as persons
from domain import referral as referrals
from domain.case.narrowing import CaseNarrowed
from domain.codes import (
    AgeKnowledge,
    Channel,
    ClockKind,
    Compartment,
    Concern,
    DeclineReason,
    Gender,
    PersonRole,
    ReferralKind,
    Residence,
    Source,
)
from domain.errors import (
    AgesContradict,
    AssessorIsNotNamed,
    BornInTheFuture,
    MessageMixesSides,
    PersonIsNamedTwice,
    ReferralIsAnswered,
    UnknownUnit,
)
from domain.person import Person
from domain.policy import Act, File, Information, Viewer, may, sees_compartment, side_of
from domain.referral import Referral
from domain.routing import Facts, Route, age_knowledge, compartment_of, route


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralDetails:
    """What the sender tells, checked for form and not yet for sense."""

    source: Source
    channel: Channel
    kind: ReferralKind | None
    senders_reference: str | None
    received_at: datetime | None
    acute: bool
    role: PersonRole
    concern: Concern
    residence: Residence
    name: str | None
    number: str | None
    born: date | None
    age: AgeKnowledge | None
    assessed_adult_by: str | None
    gender: Gender
    contact: str | None
    account: str


async def receive_referral(work: Work, details: ReferralDetails) -> None:
    """R0-R16: one unit responsible from the moment of receipt (S69)."""
    await received(work, details)


async def receive_message(work: Work, every: Sequence[ReferralDetails]) -> None:
    """Several persons in one message: a referral each, one receipt together; of one side only,
    since they have that receipt in common (S77). Raises MessageMixesSides, PersonIsNamedTwice."""
    side_of_all(every)
    numbers = [details.number for details in every if details.number]
    if len(set(numbers)) < len(numbers):
        raise PersonIsNamedTwice
    receipt = _receipt(work.desk.ids.new())
    for details in every:
        await received(work, details, receipt=receipt)


def side_of_all(every: Sequence[ReferralDetails]) -> Compartment:
    """One act is one side's: whatever is recorded together can be told to be together (S76-S78).

    Raises MessageMixesSides.
    """
    sides = {side_of(compartment_of(details.role)) for details in every}
    if len(sides) > 1:
        raise MessageMixesSides
    return sides.pop()


async def received(work: Work, details: ReferralDetails, *, receipt: str | None = None) -> UUID:
    """The referral that is recorded: of whoever sends one, or several in one act (R6)."""
    sender = await work.require(Act.SEND, Information.REFERRAL)
    moment = details.received_at or work.now
    age = age_told(details, work.desk.calendar.day_of(moment))
    organisation = work.organisation
    sending_unit = organisation.unit(sender.unit)
    way = route(
        Facts(
            role=details.role,
            age=age,
            concern=details.concern,
            source=details.source,
            residence=details.residence,
            sent_on=sending_unit.sends_on and not _is_entry(work, sender.unit),
        ),
        organisation,
    )
    person, narrowed = await _person(work, details, way.compartment, age)
    referral, kind = work.desk.ids.new(), details.kind or _kind(way, details.source)
    if details.senders_reference and not sending_unit.sends_on:
        await work.desk.vault.keep_reference(sender.unit, details.senders_reference, [referral])
    work.record(
        referral,
        referrals.receive_referral(
            person,
            referrals.Account(
                receipt=receipt or _receipt(work.desk.ids.new()),
                source=details.source,
                channel=details.channel,
                kind=kind,
                sender_unit=sender.unit,
                senders_reference=details.senders_reference,
                role=details.role,
                age=age,
                assessed_by=details.assessed_adult_by,
                concern=details.concern,
                residence=details.residence,
                acute=details.acute,
                text=details.account,
            ),
            way,
            sender_sees=sees_compartment(sender.side, way.compartment),
            received=moment,
            now=work.now,
            due=_answer_due(work, moment, acute=details.acute),
            narrowed=narrowed,
        ),
        at=moment,
    )
    if assessments.is_assessed(kind, age, way):
        clocks = assessments.start_assessment(clockwork(work, moment))
        work.record(referral, clocks, at=moment)
    return referral


async def accept_referral(work: Work, referral_id: UUID) -> None:
    """The receiving unit takes over: a case opens, or the person's open case is joined."""
    referral = await work.referral(referral_id)
    viewer = await require(work, referral, Act.ANSWER)
    records = await work.records(referral.person)
    person = records[-1]
    case_id = person.open_case or work.desk.ids.new()
    responsible, is_investigated = referral.unit, False
    if person.open_case:
        case = await work.case(person.open_case)
        opening = deadlines.running(case.deadlines, ClockKind.INVESTIGATION_OPENED)
        responsible, is_investigated = case.unit, bool(case.investigation or opening)
        work.record(case_id, cases.join_case(case, referral_id))
        if case.investigation:
            taken_in = assessments.take_in(
                referral.assessment, referral.deadlines, clockwork(work, work.now)
            )
            work.record(referral_id, taken_in)
        if case.unit != referral.unit:  # somebody must see that the rules point elsewhere now
            known = await work.age(referral.person)
            way = route(facts_of(work, referral, known), work.organisation)
            work.record(
                case_id,
                cases.review_routing(case, unit=way.unit, deciding=way.deciding, rules=way.rules),
            )
    async with _telling_who(work, referral_id, viewer.unit):
        accepted = referrals.accept_referral(
            referral, case_id, by_unit=viewer.unit, responsible=responsible
        )
    work.record(referral_id, accepted)
    if not person.open_case:
        work.record(
            case_id,
            cases.open_case(
                referral.person,
                referral_id,
                compartment=referral.compartment,
                unit=responsible,
            ),
        )
        if referral.narrowed:
            work.record(case_id, [CaseNarrowed(person=referral.person)])
        for record in records:  # the one that it is about, and all that stand for it
            work.record(record.id, persons.open_case_for(record, case_id))
    if referral.kind.reveal() is ReferralKind.APPLICATION and not is_investigated:
        started = deadlines.set_deadline(
            work.desk.ids.new(),
            ClockKind.INVESTIGATION_OPENED,
            work.now,
            work.organisation.settings,
            work.desk.calendar,
        )
        work.record(case_id, started)


async def decline_referral(
    work: Work,
    referral_id: UUID,
    *,
    reason: DeclineReason,
    age: AgeKnowledge | None,
    explanation: str,
) -> None:
    """Only for R2's reasons. The unit manager confirms where R2 binds, and wherever a decline
    would be the referral's end; the manager's own decline is confirmed."""
    referral = await work.referral(referral_id)
    viewer = await require(work, referral, Act.ANSWER)
    manages = may(viewer, Act.CONFIRM, Information.REFERRAL, _file(referral, viewer))
    binds = referral.unit == work.organisation.targets.adult_entry
    ends = reason is DeclineReason.OTHER_MUNICIPALITY  # nobody ends it alone
    elsewhere = _elsewhere(work, referral, reason, age)
    async with _telling_who(work, referral_id, viewer.unit):
        declined = referrals.decline_referral(
            referral,
            reason=reason,
            age=age,
            explanation=explanation,
            by_unit=viewer.unit,
            elsewhere=elsewhere,
            due=_answer_due(work, work.now, acute=referral.acute),
            confirmed=manages or not (binds or ends),
        )
    work.record(referral_id, declined)
    if manages or not (binds or ends):
        await assess_anew(work, referral_id, referral, age, elsewhere)


async def confirm_decline(work: Work, referral_id: UUID) -> None:
    """R2: the unit manager confirms; a wrong age is routed on in the same act."""
    referral = await work.referral(referral_id)
    viewer = await require(work, referral, Act.CONFIRM)
    age, elsewhere = None, None
    if referral.proposed:
        reason, age = referral.proposed.reason.reveal(), referral.proposed.age.reveal()
        elsewhere = _elsewhere(work, referral, reason, age)
    async with _telling_who(work, referral_id, viewer.unit):
        confirmed = referrals.confirm_decline(
            referral,
            by_unit=viewer.unit,
            elsewhere=elsewhere,
            due=_answer_due(work, work.now, acute=referral.acute),
        )
    work.record(referral_id, confirmed)
    await assess_anew(work, referral_id, referral, age, elsewhere)


async def refuse_decline(work: Work, referral_id: UUID) -> None:
    """R2: the unit manager does not confirm; the referral waits for an answer as before."""
    referral = await work.referral(referral_id)
    viewer = await require(work, referral, Act.CONFIRM)
    async with _telling_who(work, referral_id, viewer.unit):
        refused = referrals.refuse_decline(referral, by_unit=viewer.unit)
    work.record(referral_id, refused)


async def override_routing(work: Work, referral_id: UUID, *, to_unit: str, reason: str) -> None:
    """S75: within the side; the unit that sets a rule aside holds it until the other accepts."""
    await _move(work, referral_id, Act.OVERRIDE, referrals.override_routing, to_unit, reason)


async def forward_referral(work: Work, referral_id: UUID, *, to_unit: str, reason: str) -> None:
    """R0, R12: what no rule decides is sent on by the unit that sorts it."""
    await _move(work, referral_id, Act.FORWARD, referrals.forward_referral, to_unit, reason)


async def _move(
    work: Work,
    referral_id: UUID,
    act: Act,
    decide: Callable[..., list[referrals.ReferralEvent]],
    to_unit: str,
    reason: str,
) -> None:
    """Raises UnknownUnit for what cannot carry a case of that side."""
    referral = await work.referral(referral_id)
    viewer = await require(work, referral, act)
    if not work.organisation.carries_cases(to_unit, referral.compartment):
        raise UnknownUnit
    async with _telling_who(work, referral_id, viewer.unit):
        moved = decide(
            referral,
            route(facts_of(work, referral, referral.age.reveal()), work.organisation),
            to_unit=to_unit,
            reason=reason,
            by_unit=viewer.unit,
            due=_answer_due(work, work.now, acute=referral.acute),
        )
    work.record(referral_id, moved)


async def wait_again(work: Work, referral_id: UUID, person: Person) -> None:
    """What had joined the case of somebody else: `person` is whom it is about after all."""
    referral = await work.referral(referral_id)
    age = person.age_on(work.today)
    way = route(facts_of(work, referral, age), work.organisation)
    due = _answer_due(work, work.now, acute=referral.acute)
    work.record(referral_id, referrals.await_again(referral, way, due=due))
    if assessments.is_assessed(referral.kind.reveal(), age, way):
        clocks = assessments.start_assessment(
            clockwork(work, work.now), referral.assessment, referral.deadlines
        )
        work.record(referral_id, clocks)


async def withdraw_referral(work: Work, referral_id: UUID, reason: str) -> None:
    """By the sender, who learns no more than that it is answered."""
    referral = await work.referral(referral_id)
    viewer = await require(work, referral, Act.WITHDRAW)
    withdrawn = referrals.withdraw_referral(referral, reason=reason, by_unit=viewer.unit)
    work.record(referral_id, withdrawn)


async def require(work: Work, referral: Referral, act: Act) -> Viewer:
    """Raises NotFound, NotPermitted."""
    viewer = await work.viewer()
    if act is Act.RECORD:
        return await work.require(act, Information.REFERRAL, await _carried(work, referral))
    return await work.require(act, Information.REFERRAL, _file(referral, viewer))


async def _carried(work: Work, referral: Referral) -> File:
    """What access to a referral depends on when something is recorded in it: whoever carries it now
    does, the unit that it was routed to last or, once it is in a case, that of the case."""
    unit = (await work.case(referral.case)).unit if referral.case else referral.unit
    return _file_at(referral, unit)


def _file(referral: Referral, viewer: Viewer) -> File:
    """What access to a referral depends on when it is answered. Every unit that was asked may
    come, so that who answers second learns that it has been answered, and no more."""
    return _file_at(referral, viewer.unit if viewer.unit in referral.asked else referral.unit)


def _file_at(referral: Referral, unit: str) -> File:
    return File(
        compartment=referral.compartment,
        receiving_unit=unit,
        sending_unit=referral.sender_unit,
        informed_units=(*referral.informed, *referral.asked),
        narrowed=referral.narrowed,
    )


def clockwork(work: Work, at: datetime) -> assessments.Clockwork:
    """What it takes to set the clocks of a report that start at a moment."""
    return assessments.Clockwork(
        at=at,
        settings=work.organisation.settings,
        calendar=work.desk.calendar,
        ids=(work.desk.ids.new(), work.desk.ids.new()),
    )


async def assess_anew(
    work: Work,
    referral_id: UUID,
    referral: Referral,
    age: AgeKnowledge | None,
    way: Route | None,
    *,
    is_investigated: bool = False,
) -> None:
    """A decline that stands, or another age, changes what is left to assess; where an
    investigation is open, nothing but protection (SoL 20:2)."""
    made = referral.assessment
    clocks = assessments.assess_anew(
        replace(made, decided=True) if is_investigated else made,
        referral.deadlines,
        kind=referral.kind.reveal(),
        age=age or referral.age.reveal(),
        way=way,
        received=await work.moment(referral_id, referrals.ReferralReceived),
        clockwork=clockwork(work, work.now),
    )
    work.record(referral_id, clocks)


def _telling_who(work: Work, referral_id: UUID, unit: str) -> AbstractAsyncContextManager[None]:
    """Who answered first, and when, stands in the refusal of whoever comes second: a unit learns of
    its own answer, and nothing of another's."""
    return telling_who(
        ReferralIsAnswered,
        work,
        referral_id,
        lambda fact: fact.unit == unit,
        referrals.ReferralAccepted,
        referrals.ReferralDeclined,
    )


async def _person(
    work: Work, details: ReferralDetails, compartment: Compartment, age: AgeKnowledge
) -> tuple[UUID, bool]:
    """The person's record in this compartment: found by number, or registered now; and whether its
    identity is protected. Either way one fact is recorded, so that the answer's position does not
    tell which.

    In triage no side's index may know the number (R16).
    """
    person, known = work.desk.ids.new(), None
    if details.number and compartment is not Compartment.TRIAGE:
        person, known = await reserve_number(work, compartment, details.number, person)
    told: dict[str, Any] = {
        "name": details.name,
        "number": details.number,
        "born": details.born,
        "age": age,
        "gender": details.gender,
        "contact": details.contact,
    }
    if known:
        work.record(person, persons.tell_particulars(person, **told))
        return person, bool((await work.person(person)).protections)
    work.record(person, persons.register_person(person, compartment=compartment, **told))
    return person, False


def age_told(details: ReferralDetails, on: date) -> AgeKnowledge:
    """What the sender knows of the age. Raises BornInTheFuture, AssessorIsNotNamed (R3),
    AgesContradict."""
    if details.born and details.born > on:
        raise BornInTheFuture
    if details.age is AgeKnowledge.ASSESSED_ADULT and not details.assessed_adult_by:
        raise AssessorIsNotNamed
    age = age_knowledge(details.born, on, assessed_adult=bool(details.assessed_adult_by))
    if details.age in (None, age):
        return age
    if age.is_established or details.assessed_adult_by:
        raise AgesContradict
    return details.age or age


def _elsewhere(
    work: Work, referral: Referral, reason: DeclineReason, age: AgeKnowledge | None
) -> Route | None:
    """Where the rules point when the age is what the declining unit says it is."""
    if reason is not DeclineReason.WRONG_AGE or age is None:
        return None
    return route(
        facts_of(work, referral, age),
        work.organisation,
    )


def facts_of(work: Work, referral: Referral, age: AgeKnowledge) -> Facts:
    """The facts of a referral for the rules, with the age as it is known now."""
    sender = referral.sender_unit
    return Facts(
        role=referral.role.reveal(),
        age=age,
        concern=referral.concern.reveal(),
        source=referral.source.reveal(),
        residence=referral.residence.reveal(),
        sent_on=work.organisation.unit(sender).sends_on and not _is_entry(work, sender),
    )


def _is_entry(work: Work, unit: str) -> bool:
    """Whether a unit receives referrals itself: then it registers what reaches it, and sends on
    nothing."""
    targets = work.organisation.targets
    return unit in (
        targets.adult_entry,
        targets.child_entry,
        targets.perpetrator_line,
        targets.relatives_line,
    )


_KINDS = {
    Source.POLICE_OPERATION: ReferralKind.POLICE_OPERATION_CONTACT,
    Source.SELF: ReferralKind.APPLICATION,
    Source.YOUTH_OUTREACH: ReferralKind.SENT_ON,
    Source.HOMELESS_OUTREACH: ReferralKind.SENT_ON,
    Source.OTHER_ADVICE_AND_SUPPORT: ReferralKind.SENT_ON,
    Source.OTHER_UNIT: ReferralKind.SENT_ON,
}


def _kind(way: Route, source: Source) -> ReferralKind:
    """What it is where the sender does not say."""
    if way.report_of_concern:
        return ReferralKind.REPORT_OF_CONCERN
    return _KINDS.get(source, ReferralKind.SIGNPOSTING)


def _answer_due(work: Work, start: datetime, *, acute: bool) -> datetime:
    days = work.organisation.settings.referral_answer_working_days.working_days(acute=acute)
    return work.desk.calendar.add_working_days(start, days)


def _receipt(chance: UUID) -> str:
    """A receipt number that tells nothing and cannot be guessed: 26 characters of base 32."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = chance.int
    return "".join(alphabet[number >> shift & 31] for shift in range(125, -5, -5))
