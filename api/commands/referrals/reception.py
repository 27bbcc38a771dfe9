"""Referrals received and routed in one act: one person, or several in one message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from api.commands.numbers import reserve_number
from api.commands.referrals.files import answer_due, clockwork, is_entry
from api.commands.work import Work
from domain import assessment as assessments
from domain import person as persons
from domain import referral as referrals
from domain.codes import (
    AgeKnowledge,
    Channel,
    ClockKind,
    Compartment,
    Concern,
    Gender,
    PersonRole,
    ReferralKind,
    Residence,
    Source,
)
from domain.deadline import set_deadline
from domain.errors import (
    AgesContradict,
    AssessorIsNotNamed,
    MessageMixesSides,
    PersonIsNamedTwice,
    SourceIsAnother,
)
from domain.policy import Act, Information, sees_compartment, side_of
from domain.referral.state import is_urgent
from domain.routing import (
    Facts,
    Route,
    Rule,
    age_knowledge,
    as_accepted,
    compartment_of,
    route,
)


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
    receipt = receipt_of(work.desk.ids.new())
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
    """The referral that is recorded: of whoever sends one, or several in one act (R6).

    Raises SourceIsAnother, and whatever the decision refuses.
    """
    sender = await work.require(Act.SEND, Information.REFERRAL)
    moment = details.received_at or work.now
    age = age_told(details, work.desk.calendar.day_of(moment))
    organisation = work.organisation
    sending_unit = organisation.unit(sender.unit)
    if details.source not in sending_unit.tells_as:
        raise SourceIsAnother
    way = route(
        Facts(
            role=details.role,
            age=age,
            concern=details.concern,
            source=details.source,
            residence=details.residence,
            sent_on=sending_unit.sends_on and not is_entry(work, sender.unit),
        ),
        organisation,
    )
    person, narrowed = await _person(work, details, way.compartment, age)
    referral, kind = work.desk.ids.new(), details.kind or _kind(way, details.source)
    if details.senders_reference:
        await work.desk.vault.keep_reference(sender.unit, details.senders_reference, [referral])
    work.record(
        referral,
        referrals.receive_referral(
            person,
            referrals.Account(
                receipt=receipt or receipt_of(work.desk.ids.new()),
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
            due=answer_due(work, moment, acute=is_urgent(details.source, acute=details.acute)),
            narrowed=narrowed,
            earliest=work.now - timedelta(days=organisation.settings.received_days_ago),
        ),
        at=moment,
    )
    if way.deciding in _PLACED_BY_A_PERSON:
        placed = set_deadline(
            work.desk.ids.new(),
            ClockKind.REFERRAL_ROUTED,
            moment,
            organisation.settings,
            work.desk.calendar,
        )
        work.record(referral, placed, at=moment)
    if assessments.is_assessed(kind, as_accepted(age, organisation), way):
        clocks = assessments.start_assessment(clockwork(work, moment))
        work.record(referral, clocks, at=moment)
    return referral


_PLACED_BY_A_PERSON = (Rule.R0, Rule.R16)  # no rule says where it belongs


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
    """What the sender knows of the age. Raises BornInTheFuture, BornTooLongAgo,
    AssessorIsNotNamed (R3), AgesContradict."""
    if details.born:
        persons.require_possible_birth(details.born, on)
    if details.age is AgeKnowledge.ASSESSED_ADULT and not details.assessed_adult_by:
        raise AssessorIsNotNamed
    age = age_knowledge(details.born, on, assessed_adult=bool(details.assessed_adult_by))
    if details.age in (None, age):
        return age
    if age.is_established or details.assessed_adult_by:
        raise AgesContradict
    return details.age or age


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


def receipt_of(chance: UUID) -> str:
    """A receipt number that tells nothing and cannot be guessed: 26 characters of base 32."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = chance.int
    return "".join(alphabet[number >> shift & 31] for shift in range(125, -5, -5))
