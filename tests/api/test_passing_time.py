"""What only time causes is told once, whoever tells it and however long nobody did."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from api.commands import cases, persons, police_operations, referrals
from api.commands.passing_time import MONTHS, TIME, reckon_month, tell_overdue
from api.house import Views
from api.runtime.timekeeping import Timekeeping
from domain.codes import AgeKnowledge, CaseOutcome, ClockKind, Purpose, StaffRole
from domain.deadline import DeadlineEscalated, DeadlineMet, DeadlineMissed, DeadlineSet
from domain.errors import SealIsBroken
from domain.majority import MajorityApproaching, MajorityReached, MonthReckoned
from domain.police_operation import ACKNOWLEDGEMENT, OperationAnnounced
from domain.ports import EventLog
from domain.recorded import Stream
from domain.referral import ANSWER
from projections.deadlines import due
from tests.fakes import MemoryReceipts
from tests.town import A_CHILD, AGE_UNKNOWN, AN_ADULT, NOW, Town, new_town


@pytest.fixture
async def town() -> Town:
    return await new_town()


async def count(town: Town, stream: UUID, kind: type) -> int:
    return sum(isinstance(fact.event, kind) for fact in await town.facts(stream))


async def test_a_missed_deadline_is_told_once_after_days_of_silence(town: Town) -> None:
    """With its legal moment, which is when it was due; by two servers at once, too."""
    referral = await town.receive(A_CHILD)
    [first] = [
        one for one in (await town.referral(referral)).deadlines if one.due < NOW + timedelta(2)
    ]
    assert not await tell_overdue(town.desk, referral, first.id)
    town.clock.advance(timedelta(days=5))
    told = await asyncio.gather(
        *(tell_overdue(town.desk, referral, first.id) for _ in range(4)),
    )
    assert sum(position is not None for position in told) == 1
    assert not await tell_overdue(town.desk, referral, first.id)
    [missed] = [f for f in await town.facts(referral) if isinstance(f.event, DeadlineMissed)]
    assert missed.occurred_at == first.due
    assert missed.actor == TIME


async def test_an_overdue_answer_is_escalated_until_it_is_given(town: Town) -> None:
    """To both unit managers, once for each working day that somebody kept time; then no more."""
    case, _ = await town.assigned("childrens-intake")
    handover = await town.offered(case)
    town.clock.advance(timedelta(days=30))
    await tell_overdue(town.desk, case, handover)
    await tell_overdue(town.desk, case, handover)
    assert (
        await count(town, case, DeadlineMissed) == await count(town, case, DeadlineEscalated) == 1
    )
    town.clock.advance(timedelta(days=7))
    await tell_overdue(town.desk, case, handover)
    reminded = [
        fact.event for fact in await town.facts(case) if isinstance(fact.event, DeadlineEscalated)
    ]
    assert [set(event.units) for event in reminded] == [{"childrens-intake", "nexus"}] * 2
    assert reminded[0].times < reminded[1].times
    await town.do(await town.manager("nexus"), cases.accept_handover, case, handover)
    town.clock.advance(timedelta(days=7))
    assert not await tell_overdue(town.desk, case, handover)


async def test_a_referral_that_nobody_answers_raises_an_alarm(town: Town) -> None:
    """S69: to the unit that holds it and to the one that is asked; a declined decline waits on."""
    referral = await town.receive(AN_ADULT)
    town.clock.advance(timedelta(days=30))
    assert await tell_overdue(town.desk, referral, ANSWER)
    assert await count(town, referral, DeadlineEscalated) == 1
    await town.do(await town.manager("nexus"), referrals.accept_referral, referral)
    assert not await tell_overdue(town.desk, referral, ANSWER)


async def test_an_acknowledgement_that_is_missing_is_told_of_as_any_answer(town: Town) -> None:
    """R6: missed once, and brought to both who handle the operation until both have given it."""
    police, nexus = await town.police(), await town.worker("nexus")
    announced = await town.do(
        police, police_operations.announce_operation, planned_on=NOW.date(), announced_at=None
    )
    operation, event = announced.the(OperationAnnounced)
    await town.do(nexus, police_operations.acknowledge_operation, operation)
    assert not await tell_overdue(town.desk, operation, ACKNOWLEDGEMENT)
    town.clock.advance(timedelta(days=30))
    assert await tell_overdue(town.desk, operation, ACKNOWLEDGEMENT)
    assert not await tell_overdue(town.desk, operation, ACKNOWLEDGEMENT)
    facts = await town.facts(operation)
    [missed] = [fact for fact in facts if isinstance(fact.event, DeadlineMissed)]
    assert missed.occurred_at == event.acknowledgement_due
    [told] = [fact.event for fact in facts if isinstance(fact.event, DeadlineEscalated)]
    assert told.units == event.handled_by
    coordinator = await town.hire("regional-coordinators", StaffRole.REGIONAL_COORDINATOR, None)
    await town.do(coordinator, police_operations.acknowledge_operation, operation)
    town.clock.advance(timedelta(days=7))
    assert not await tell_overdue(town.desk, operation, ACKNOWLEDGEMENT)


# --- turning 18 --------------------------------------------------------------------------------

TURNS = date(2005, 9, 20)  # 18 in September 2023; NOW is in April
SOON = replace(A_CHILD, number=None, born=TURNS)
LATER = replace(A_CHILD, number=None, born=date(2005, 11, 2))


async def reckoned(town: Town, *children: UUID) -> MemoryReceipts:
    receipts = MemoryReceipts()
    people = {case: (await town.case(case)).person for case in children}
    await reckon_month(town.desk, receipts, people, position=1)
    return receipts


async def test_majority_is_told_in_monthly_batches(town: Town) -> None:
    """R13: approaching six months ahead, reached in the month after; each once, and no date of a
    fact tells a birthday. Births are opened with a receipt."""
    soon, later = await town.open_case(SOON), await town.open_case(LATER)
    person = (await town.case(soon)).person
    receipts = await reckoned(town, soon, later)
    [receipt] = receipts.readings
    assert receipt.purpose == Purpose.CLOCK
    assert {soon, later, person} < set(receipt.subjects)
    assert await count(town, person, MajorityApproaching) == 1
    assert await count(town, (await town.case(later)).person, MajorityApproaching) == 0
    assert (await reckoned(town, soon, later)).readings == []
    assert await count(town, person, MajorityApproaching) == 1
    town.clock.set(datetime(2023, 10, 1, 6, 0, tzinfo=UTC))
    await reckoned(town, soon, later)
    assert await count(town, person, MajorityReached) == 1
    assert await count(town, (await town.case(later)).person, MajorityApproaching) == 1
    town.clock.set(datetime(2023, 11, 1, 6, 0, tzinfo=UTC))
    await reckoned(town, soon, later)
    assert await count(town, person, MajorityReached) == 1


async def test_time_tells_as_much_of_everybody(town: Town) -> None:
    """Who reads the log without a key sees one and the same fact on the stream of each person who
    was reckoned, whoever turns 18 soon."""
    soon, later = await town.open_case(SOON), await town.open_case(LATER)
    unknown = await town.open_case(AGE_UNKNOWN)
    people = [(await town.case(case)).person for case in (soon, later, unknown)]
    before = [await town.names(person) for person in people]
    await reckoned(town, soon, later, unknown)
    for person, names in zip(people, before, strict=True):
        told = (await town.facts(person))[len(names) :]
        assert [(fact.name, fact.actor) for fact in told] == [("person.particulars-recorded", TIME)]


async def test_a_merged_person_turns_18_once(town: Town) -> None:
    """By the birth date that was established, in whichever of the records; and every record that
    is opened for it has a receipt (R13)."""
    case, other = await town.open_case(LATER), await town.open_case(LATER)
    manager = await town.manager("childrens-intake")
    how: Any = {"age": AgeKnowledge.UNKNOWN, "basis": "Pass."}
    await town.do(manager, cases.establish_age, other, born=TURNS, **how)
    await town.assess(other)
    await town.do(manager, cases.close_case, other, CaseOutcome.CONTACT_LOST)
    await town.do(manager, persons.merge, case, other, "Samma pass.")
    receipts = await reckoned(town, case)
    one, another = (await town.case(case)).person, (await town.case(other)).person
    assert await count(town, one, MajorityApproaching) == 1
    assert {one, another} < {each for told in receipts.readings for each in told.subjects}


async def test_a_transition_is_a_deadline_that_tells_no_birthday(town: Town) -> None:
    """It is due before the month of the birthday begins, on a day that nobody chose, and met when
    the case has moved (R13)."""
    case = await town.open_case(SOON)
    await reckoned(town, case)
    [deadline] = [
        one for one in (await town.case(case)).deadlines if one.clock.reveal() is ClockKind.MAJORITY
    ]
    assert town.desk.calendar.day_of(deadline.due).replace(day=1) == date(2023, 8, 1)
    assert deadline.id.version != 5  # derived from nothing that stands in the clear
    handover = await town.offered(case)
    await town.do(await town.manager("nexus"), cases.accept_handover, case, handover)
    assert await count(town, case, DeadlineMet) == 1


async def test_a_reopened_case_has_its_transition_too(town: Town) -> None:
    """The deadline hangs on the case, not on what the person was told before, or how long ago the
    18th birthday was (R13)."""
    case, manager = await town.open_case(SOON), await town.manager("childrens-intake")
    await town.assess(case)
    await reckoned(town, case)
    for month in (datetime(2023, 5, 1, 6, 0, tzinfo=UTC), datetime(2026, 1, 1, 6, 0, tzinfo=UTC)):
        await town.do(manager, cases.close_case, case, CaseOutcome.CONTACT_LOST)
        await town.do(manager, cases.reopen_case, case, "Hör av sig.")
        town.clock.set(month)
        await reckoned(town, case)
        [deadline] = (await town.case(case)).deadlines
        assert deadline.clock.reveal() is ClockKind.MAJORITY


async def test_another_birth_date_is_reckoned_anew(town: Town) -> None:
    """The transition that was planned for a birthday which is another falls away (R13, S85)."""
    case = await town.open_case(SOON)
    await reckoned(town, case)
    found: dict[str, Any] = {"born": date(2009, 1, 1), "age": AgeKnowledge.MINOR, "basis": "Pass."}
    await town.do(await town.manager("childrens-intake"), cases.establish_age, case, **found)
    assert (await town.case(case)).deadlines == ()


async def test_a_month_is_reckoned_once_and_who_comes_later_waits(town: Town) -> None:
    """Told in the middle of a month, it would tell who has just come of whom."""
    first = await town.open_case(LATER)
    await asyncio.gather(reckoned(town, first), reckoned(town, first))
    assert await count(town, MONTHS, MonthReckoned) == 1
    late = await town.open_case(SOON)
    await reckoned(town, first, late)
    assert await count(town, (await town.case(late)).person, MajorityApproaching) == 0
    town.clock.advance(timedelta(days=31))
    await reckoned(town, first, late)
    assert await count(town, (await town.case(late)).person, MajorityApproaching) == 1
    assert await count(town, MONTHS, MonthReckoned) == 2


async def test_after_months_of_silence_what_matters_now_is_told(town: Town) -> None:
    """Who has turned 18 meanwhile has reached majority, and nothing is told in arrears."""
    case = await town.open_case(SOON)
    person = (await town.case(case)).person
    town.clock.set(datetime(2023, 12, 5, 6, 0, tzinfo=UTC))
    await reckoned(town, case)
    assert await count(town, person, MajorityApproaching) == 0
    assert await count(town, person, MajorityReached) == 1
    assert await count(town, case, DeadlineSet) == 1


async def test_a_unit_that_children_had_before_is_reckoned_too(town: Town) -> None:
    """R13: after another organisation was adopted, the cases that are still where children were
    met; and a unit for adults is where the transition leads."""
    case = await town.open_case(SOON)
    uppsala = town.desk.organisation
    moved = replace(uppsala.unit("childrens-intake"), code="other-intake")
    units = tuple(u for u in uppsala.units if u.code != "childrens-intake")
    targets = replace(uppsala.targets, child_entry="other-intake")
    settings = replace(uppsala.settings, team_seats=())  # of units that are there no more
    adopted = replace(uppsala, units=(*units, moved), targets=targets, settings=settings)
    town.desk = replace(town.desk, organisation=adopted)
    await reckoned(town, case)
    [deadline] = [
        one for one in (await town.case(case)).deadlines if one.clock.reveal() is ClockKind.MAJORITY
    ]
    assert town.desk.calendar.day_of(deadline.due).replace(day=1) == date(2023, 8, 1)
    assert not town.desk.organisation.meets_children("nexus")


async def test_nobody_is_told_of_where_there_is_no_child(town: Town) -> None:
    """No birth date is opened, and nothing recorded, where no case for children is open."""
    head = await town.log.head()
    assert (await reckoned(town)).readings == []
    assert await town.log.head() == head


# --- round after round -------------------------------------------------------------------------


class Overdue:
    """The views, as far as a round asks them: what has passed, and nobody else's business."""

    def __init__(self, *lines: due.Overdue) -> None:
        self._lines = lines

    async def ask(self, query: object, *args: object, **more: object) -> Sequence[object]:
        del args
        if query is due.overdue and more["after"] is due.FIRST:
            return self._lines
        return ()

    def seconds_behind(self, projection: str) -> float:
        del projection
        return 0.0

    def position(self, projection: str) -> int:
        del projection
        return 0


class WrongIn:
    """A log in which one file cannot be read."""

    def __init__(self, log: EventLog, file: UUID) -> None:
        self._log, self._file = log, file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def streams(self, ids: Collection[UUID], *, afresh: bool = False) -> dict[UUID, Stream]:
        if self._file in ids:
            raise SealIsBroken
        return await self._log.streams(ids, afresh=afresh)


async def test_what_is_wrong_with_one_file_keeps_no_other_from_being_told(town: Town) -> None:
    """The round fails, so that somebody looks; the other file's deadline is told all the same."""
    wrong, sound = await town.receive(AN_ADULT), await town.receive(AN_ADULT)
    lines = [due.Overdue(file, ANSWER, NOW, "running", 0) for file in (wrong, sound)]
    town.clock.advance(timedelta(days=30))
    desk = replace(town.desk, log=cast("EventLog", WrongIn(town.log, wrong)))
    keeping = Timekeeping(desk, cast("Views", Overdue(*lines)), MemoryReceipts())
    with pytest.raises(ExceptionGroup) as failed:
        await keeping.tell()
    assert failed.group_contains(SealIsBroken)
    assert await count(town, sound, DeadlineMissed) == 1
    assert await count(town, wrong, DeadlineMissed) == 0
