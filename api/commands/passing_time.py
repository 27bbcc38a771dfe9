"""What only time causes: a deadline missed, an overdue answer escalated, majority approaching.

Nobody decides it, so it has no actor's authority; who asks is time itself. Each fact is told once,
also after days of downtime and by two servers at the same moment: what stands in the stream
decides, the command's id says what is told, and the log refuses what rests on a stream that moved.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID, uuid5

from api.commands.work import Desk
from domain import deadline as deadlines
from domain import majority
from domain.case import Case
from domain.case import consent as consents
from domain.case.consent import CoordinatorReleased
from domain.codes import ClockKind, Purpose
from domain.errors import StreamHasMoved
from domain.person import Person, born_over
from domain.person.identity import records_of
from domain.police_operation import PoliceOperation
from domain.ports import Reading, Receipts
from domain.recorded import Append, NewEvent, Stream
from domain.referral import Referral
from domain.sealed import SealedValueIsClosed
from domain.staff import StaffMember, give_back_case

TIME: Final = UUID("f0000000-0000-4000-8000-000000000002")
"""Who acts, in the log and in the access log, where time does."""
MONTHS: Final = UUID("f0000000-0000-4000-8000-000000000003")
"""The stream that says how far time has been told."""

_TOGETHER: Final = 50  # people: three facts each fit in one command


# --- deadlines -------------------------------------------------------------------------------


async def tell_overdue(
    desk: Desk, file: UUID, deadline: UUID, *, recorded_at: datetime | None = None
) -> int | None:
    """That a deadline was missed, and that its answer is escalated: where it stands in the log,
    if anything was new. `recorded_at`: only the generator."""
    stream = (await desk.log.streams([file], afresh=True))[file]
    state, now = stream.state, desk.clock.now()
    if not isinstance(state, Case | Referral | PoliceOperation):
        return None
    if isinstance(state, Case | Referral) and state.retention.disposed:
        return None
    missed = deadlines.miss_deadline(state.deadlines, deadline, now)
    standing = state.deadlines
    for event in missed:
        standing = deadlines.evolve(standing, event)
    escalated = _escalated(desk, state, standing, deadline, now)
    due = next((one.due for one in standing if one.id == deadline), now)
    told = [
        *(NewEvent(stream=file, event=event, occurred_at=due) for event in missed),
        *(NewEvent(stream=file, event=event, occurred_at=now) for event in escalated),
    ]
    times = [event.times for event in escalated if isinstance(event, deadlines.DeadlineEscalated)]
    what = f"overdue/{file}/{deadline}/{due.isoformat()}/{bool(missed)}/{times}"
    return await _tell(desk, what, {file: stream}, told, recorded_at)


def _escalated(
    desk: Desk,
    state: Case | Referral | PoliceOperation,
    standing: deadlines.Deadlines,
    deadline: UUID,
    now: datetime,
) -> list[deadlines.DeadlineEvent]:
    """To the managers of both units."""
    try:
        return deadlines.escalate_deadline(
            standing,
            deadline,
            tuple(dict.fromkeys(_both(state, deadline))),
            now=now,
            settings=desk.organisation.settings,
            calendar=desk.calendar,
        )
    except SealedValueIsClosed:  # the file's key is erased: nobody is reminded of it
        return []


def _both(state: Case | Referral | PoliceOperation, deadline: UUID) -> tuple[str, ...]:
    """Who holds it, and who is asked; an operation is asked of both who handle it (R6). A unit that
    asks for a case sees nothing of it, so who has it is reminded alone."""
    match state:
        case PoliceOperation():
            return state.handled_by
        case Case() if any(asked.id == deadline for asked in state.takeovers):
            return (state.unit,)
        case Case():
            return state.unit, state.handover.to_unit if state.handover else state.unit
        case Referral():
            return state.holder, state.unit


# --- consents --------------------------------------------------------------------------------


async def end_engagements(desk: Desk, case_id: UUID) -> int | None:
    """That coordinators are engaged no more whose consent has run out (R6), on their own streams,
    too: where it stands in the log, if anything was new."""
    stream = (await desk.log.streams([case_id], afresh=True))[case_id]
    if not isinstance(stream.state, Case):
        return None
    over = consents.end_what_ran_out(stream.state, desk.calendar.day_of(desk.clock.now()))
    members = await desk.log.streams({released.coordinator for _, released in over}, afresh=True)
    told = list[NewEvent]()
    for last_day, released in over:
        at = desk.calendar.start_of(last_day + timedelta(days=1))
        told += _release(case_id, released, members, at)
    what = f"ran-out/{case_id}/{stream.version}"
    return await _tell(desk, what, {case_id: stream, **members}, told, recorded_at=None)


def _release(
    case_id: UUID, released: CoordinatorReleased, streams: Mapping[UUID, Stream], at: datetime
) -> list[NewEvent]:
    """On the case's stream and the coordinator's."""
    told = [NewEvent(stream=case_id, event=released, occurred_at=at)]
    member = streams[released.coordinator].state
    if isinstance(member, StaffMember):
        given_back = give_back_case(member, case_id)
        told += [NewEvent(stream=member.id, event=e, occurred_at=at) for e in given_back]
    return told


# --- months ----------------------------------------------------------------------------------


def month_of(desk: Desk) -> date:
    return desk.calendar.day_of(desk.clock.now()).replace(day=1)


async def is_reckoned(desk: Desk) -> bool:
    """Whether this month's facts have been told."""
    stream = (await desk.log.streams([MONTHS], afresh=True))[MONTHS]
    return not majority.reckon_month(_months(stream), month_of(desk))


async def reckon_month(
    desk: Desk,
    receipts: Receipts,
    cases: Mapping[UUID, UUID],
    *,
    position: int,
    recorded_at: datetime | None = None,
) -> int | None:
    """R13, for everybody with an open case where children are met, or one in which coordinators
    are engaged (person by case): birth dates are opened with a receipt, and what the month makes
    true is told in batches. Where there is nobody, nothing is told. The answer is where the month's
    end stands in the log."""
    if not cases or await is_reckoned(desk):
        return None
    month, waiting = month_of(desk), iter(sorted(cases))
    while batch := list(islice(waiting, _TOGETHER)):
        streams = await _opened(desk, receipts, month, batch, cases, position)
        streams |= await desk.log.streams(_engaged(streams.values()), afresh=True)
        told = [
            new
            for case in batch
            for new in (
                *_turning(desk, month, case, streams[case].state, _records(streams, cases[case])),
                *_consented_by_guardians(desk, month, case, cases[case], streams),
            )
        ]
        moved = {new.stream: streams[new.stream] for new in told}
        told.sort(key=lambda new: new.stream)  # in no order of age
        what = f"month/{month}/{[*map(str, moved)]}"
        if told and await _tell(desk, what, moved, told, recorded_at) is None:
            return None  # somebody moved one of them: the next round tells
    stream = (await desk.log.streams([MONTHS], afresh=True))[MONTHS]
    reckoned = [
        NewEvent(stream=MONTHS, event=event, occurred_at=desk.clock.now())
        for event in majority.reckon_month(_months(stream), month)
    ]
    return await _tell(desk, f"month/{month}", {MONTHS: stream}, reckoned, recorded_at)


async def _opened(
    desk: Desk,
    receipts: Receipts,
    month: date,
    batch: Sequence[UUID],
    cases: Mapping[UUID, UUID],
    position: int,
) -> dict[UUID, Stream]:
    """These cases and their persons, with every record that was merged with one of theirs; each
    is opened with a receipt."""
    streams: dict[UUID, Stream] = {}
    wanted = [*batch, *(cases[case] for case in batch)]
    while wanted:
        await receipts.record(_receipt(month, wanted, position))
        streams |= await desk.log.streams(wanted, afresh=True)
        known = _persons(streams)
        missing = {one for case in batch for one in records_of(cases[case], known)[1]}
        wanted = sorted(missing - streams.keys())
    return streams


def _persons(streams: Mapping[UUID, Stream]) -> dict[UUID, Person]:
    states = {of: stream.state for of, stream in streams.items()}
    return {of: state for of, state in states.items() if isinstance(state, Person)}


def _records(streams: Mapping[UUID, Stream], person: UUID) -> list[Person]:
    """Every record of one person, the case's own first."""
    return records_of(person, _persons(streams))[0]


def _turning(
    desk: Desk, month: date, case_id: UUID, case: object, records: Sequence[Person]
) -> list[NewEvent]:
    """Of one person, and the deadline of the transition in the case."""
    if not (isinstance(case, Case) and records):
        return []
    person, born, now = records[0], born_over(records), desk.clock.now()
    ahead = desk.organisation.settings.transition_prepared_months
    told = majority.tell_majority(person.id, born, person.majority, month=month, ahead=ahead)
    clocks: list[deadlines.DeadlineEvent] = []
    moves = desk.organisation.meets_children(case.unit)
    waits = majority.is_prepared(born, month, ahead)  # whatever the person has been told before
    if moves and waits and born and not deadlines.running(case.deadlines, ClockKind.MAJORITY):
        # random, though told once by its command: an id that could be derived would say of what
        deadline, lot = desk.ids.new(), desk.ids.new().int
        due = desk.calendar.start_of(majority.transition_due(born, month, lot))
        clocks = deadlines.set_until(deadline, ClockKind.MAJORITY, now, due, desk.calendar)
    return [
        *(NewEvent(stream=person.id, event=event, occurred_at=now) for event in told),
        *(NewEvent(stream=case_id, event=event, occurred_at=now) for event in clocks),
    ]


def _consented_by_guardians(
    desk: Desk, month: date, case_id: UUID, person_id: UUID, streams: Mapping[UUID, Stream]
) -> list[NewEvent]:
    """What rests on a guardian's consent ends when the person is 18; told with the month (R13)."""
    case, born = streams[case_id].state, born_over(_records(streams, person_id))
    if not (isinstance(case, Case) and majority.is_reached(born, month)):
        return []
    now = desk.clock.now()
    return [
        new
        for released in consents.end_what_a_guardian_gave(case)
        for new in _release(case_id, released, streams, now)
    ]


def _engaged(streams: Iterable[Stream]) -> set[UUID]:
    """The coordinators who are engaged in any of these cases."""
    cases = (stream.state for stream in streams if isinstance(stream.state, Case))
    return {coordinator for case in cases for coordinator in consents.engaged(case)}


def _months(stream: Stream) -> majority.Months | None:
    return stream.state if isinstance(stream.state, majority.Months) else None


def _receipt(month: date, subjects: Sequence[UUID], position: int) -> Reading:
    return Reading(
        reader=TIME,
        role="",
        unit="",
        purpose=Purpose.CLOCK,
        what="reckonMonth",
        subjects=subjects,
        outcome="answered",
        correlation=uuid5(TIME, f"month/{month}"),
        event_position=position,
    )


# --- how it is told --------------------------------------------------------------------------


async def _tell(
    desk: Desk,
    what: str,
    read: Mapping[UUID, Stream],
    told: Sequence[NewEvent],
    recorded_at: datetime | None,
) -> int | None:
    """Where it was recorded now: nowhere, where there is nothing, or somebody was quicker."""
    if not told:
        return None
    command = uuid5(TIME, what)
    append = Append(
        command=command,
        correlation=command,
        body_mac=b"",
        actor=TIME,
        unit="",
        expected={stream: known.version for stream, known in read.items()},
        events=told,
        recorded_at=recorded_at,
    )
    try:
        appended = await desk.log.append(append)
    except StreamHasMoved:
        return None
    return None if appended.replayed else appended.last
