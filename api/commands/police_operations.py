"""Police operations: announced, acknowledged by both, carried out person by person, closed (R6)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from api.commands import referrals
from api.commands.referrals import ReferralDetails
from api.commands.work import Work
from domain import police_operation as operations
from domain.clocks import due
from domain.codes import ClockKind, Compartment
from domain.errors import NotFound, NotPermitted, PersonMetTwice
from domain.police_operation import PersonsMet, PoliceOperation
from domain.policy import Act, Information, Viewer


async def announce_operation(
    work: Work,
    *,
    planned_on: date,
    announced_at: datetime | None,
    senders_reference: str | None = None,
) -> None:
    """By the police, or by whoever at the adults' entry point takes their call (S31). Its receipt
    is asked after as a referral's is: both acknowledgements answer it."""
    sender = await _informant(work)
    targets, settings = work.organisation.targets, work.organisation.settings
    announced, operation = announced_at or work.now, work.desk.ids.new()
    if senders_reference:
        await work.desk.vault.keep_reference(sender.unit, senders_reference, [operation])
    work.record(
        operation,
        operations.announce_operation(
            planned_on=planned_on,
            handled_by=(targets.adult_entry, targets.regional_coordinators),
            announced=announced,
            announced_on=work.desk.calendar.day_of(announced),
            now=work.now,
            due=due(ClockKind.OPERATION_ACKNOWLEDGED, announced, settings, work.desk.calendar),
            receipt=referrals.receipt_of(operation),
            sender_unit=sender.unit,
            senders_reference=senders_reference,
        ),
        at=announced,
    )


async def acknowledge_operation(work: Work, operation_id: UUID) -> None:
    viewer, operation = await _handled(work, operation_id, Act.ANSWER)
    acknowledged = operations.acknowledge_operation(operation, by_unit=viewer.unit)
    work.record(operation_id, acknowledged)


async def refer_those_met(
    work: Work, operation_id: UUID, persons: Sequence[ReferralDetails]
) -> None:
    """All of a burst or none of it, and of one side only: each one received and routed as any
    referral is (R1-R3).

    Raises PersonsMetOutOfBounds, MessageMixesSides, PersonMetTwice, OperationIsClosed, and what a
    referral is refused for.
    """
    await _informant(work)
    operation = await work.operation(operation_id)
    operations.require_bounds(len(persons), work.organisation.settings.persons_met_at_once)
    side = referrals.side_of_all(persons)
    _require_different(persons)
    if side is Compartment.EXPOSED:  # of another side the operation tells nothing
        await _require_new(work, operation_id, persons)
    received = [await referrals.received(work, person) for person in persons]
    work.record(operation_id, operations.meet_persons(operation, received, side))


async def close_operation(work: Work, operation_id: UUID) -> None:
    viewer, operation = await _handled(work, operation_id, Act.CLOSE)
    closed = operations.close_operation(operation, by_unit=viewer.unit)
    work.record(operation_id, closed)


async def _informant(work: Work) -> Viewer:
    """Raises NotPermitted for any other sender, and for every other unit."""
    viewer = await work.require(Act.SEND, Information.OPERATION)
    targets = work.organisation.targets
    if viewer.unit not in (targets.police, targets.adult_entry):
        raise NotPermitted
    return viewer


async def _handled(work: Work, operation_id: UUID, act: Act) -> tuple[Viewer, PoliceOperation]:
    """The operation, for who handles it; anybody else is not told whether it exists."""
    viewer = await work.require(act, Information.OPERATION)
    operation = await work.operation(operation_id)
    if viewer.unit not in operation.handled_by:
        raise NotFound
    return viewer, operation


def _require_different(persons: Sequence[ReferralDetails]) -> None:
    """By number. Raises PersonMetTwice."""
    numbers = [person.number for person in persons if person.number]
    if len(set(numbers)) < len(numbers):
        raise PersonMetTwice


async def _require_new(work: Work, operation: UUID, persons: Sequence[ReferralDetails]) -> None:
    """Nobody by a number that was told of in an earlier burst of it. Raises PersonMetTwice."""
    numbers = [person.number for person in persons if person.number]
    known = {await work.desk.vault.find_person(Compartment.EXPOSED, each) for each in numbers}
    for burst in await work.desk.log.facts(operation, PersonsMet) if known - {None} else ():
        for fact in await work.desk.log.opened_span(burst.position, burst.position):
            met = fact.event.referrals.reveal() if isinstance(fact.event, PersonsMet) else ()
            if known & {(await work.referral(each)).person for each in met}:
                raise PersonMetTwice
