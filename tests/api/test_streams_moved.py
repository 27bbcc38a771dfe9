"""Two processes decide on the same streams, each on what it remembers: what one of them has
recorded, no answer of the other contradicts."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID

import pytest

from api.commands import cases, staff, work
from domain import case as stories
from domain.case import Case, CaseClosed, CaseOpened, CaseReopened, CaseStatus, NoteRecorded
from domain.codes import CaseOutcome
from domain.errors import (
    CaseIsClosed,
    CaseIsOpen,
    CommandKeyReused,
    NotPermitted,
    PreconditionIsStale,
    StreamHasMoved,
)
from domain.recorded import Recorded
from tests.conftest import Database
from tests.processes import Process, Staffed, opened_case, process, staffed
from tests.town import TODAY

DONE = CaseOutcome.NEEDS_MET


@pytest.fixture
async def both(
    log_database: Database, vault_database: Database
) -> AsyncIterator[tuple[Process, Process]]:
    async with (
        process(log_database, vault_database) as here,
        process(log_database, vault_database) as there,
    ):
        yield here, there


@pytest.fixture
async def town(both: tuple[Process, Process]) -> Staffed:
    """Known to both."""
    town = await staffed(both[0])
    for one in both:
        for stream in (town.case, town.manager, town.worker):
            await one.stream(stream)
            assert (await one.stream(stream)).remembered
    return town


Both = tuple[Process, Process]


async def test_closed_there_it_is_closed_here(both: Both, town: Staffed) -> None:
    """A note on what is remembered as open is refused, when it was closed meanwhile."""
    here, there = both
    await there.do(town.manager, cases.close_case, town.case, DONE)
    with pytest.raises(CaseIsClosed):
        await here.do(town.manager, cases.record_note, town.case, "Samtal.")


async def test_what_memory_would_refuse_is_asked_anew(both: Both, town: Staffed) -> None:
    """A note on what is remembered as closed is recorded, when it was reopened meanwhile."""
    here, there = both
    await here.do(town.manager, cases.close_case, town.case, DONE)
    await there.do(town.manager, cases.reopen_case, town.case, "Ny kontakt.")
    assert (await here.do(town.manager, cases.record_note, town.case, "Samtal.")).facts


async def test_what_memory_would_call_done_is_asked_anew(both: Both, town: Staffed) -> None:
    """Who is remembered as assigned and was released meanwhile, is assigned."""
    here, there = both
    await there.do(town.manager, cases.release_case_worker, town.case, town.worker)
    await here.do(town.manager, cases.assign_case_worker, town.case, town.worker)
    known = (await there.stream(town.case, afresh=True)).state
    assert isinstance(known, Case)
    assert known.workers == (town.worker,)


async def test_what_was_seen_is_compared_with_what_stands(both: Both, town: Staffed) -> None:
    """If-Match is judged by the version that stands, not by the one that is remembered."""
    here, there = both
    seen = (await here.stream(town.case)).version
    await there.do(town.worker, cases.record_note, town.case, "Samtal.")
    now = seen + 1
    current = here.command(town.manager, stale=lambda version: version != now)
    await here.carry_out(current, cases.release_case_worker, town.case, town.worker)
    await there.do(town.manager, cases.record_note, town.case, "Samtal.")
    outdated = here.command(town.manager, stale=lambda version: version != now + 1)
    with pytest.raises(PreconditionIsStale):
        await here.carry_out(outdated, cases.close_case, town.case, DONE)


async def test_who_left_a_moment_ago_does_nothing(both: Both, town: Staffed) -> None:
    """Authority that is remembered and has ended meanwhile, neither records nor is answered: not
    even with what was recorded before."""
    here, there = both
    before = here.command(town.worker, body_mac=b"body")
    await here.carry_out(before, cases.record_note, town.case, "Samtal.")
    await there.do(
        town.administrator, staff.end_position, town.worker, until=TODAY, successor_id=None
    )
    head = await here.desk.log.head()
    assert (await here.stream(town.worker)).remembered
    with pytest.raises(NotPermitted):
        await here.do(town.worker, cases.record_note, town.case, "Samtal.")
    with pytest.raises(NotPermitted):
        await here.carry_out(before, cases.record_note, town.case, "Samtal.")
    with pytest.raises(NotPermitted):
        await here.carry_out(
            replace(before, body_mac=b"other"), cases.record_note, town.case, "Samtal."
        )
    assert await here.desk.log.head() == head


async def test_who_was_released_a_moment_ago_is_not_told_again(both: Both, town: Staffed) -> None:
    """A repetition is answered by who may do it now, not by who is remembered as the worker."""
    here, there = both
    before = here.command(town.worker, body_mac=b"body")
    await here.carry_out(before, cases.record_note, town.case, "Samtal.")
    await there.do(town.manager, cases.release_case_worker, town.case, town.worker)
    with pytest.raises(NotPermitted):
        await here.carry_out(before, cases.record_note, town.case, "Samtal.")


async def test_a_repetition_is_told_what_was_recorded(both: Both, town: Staffed) -> None:
    """Sent again to the other process, it is answered from the log; with another body, refused."""
    here, there = both
    command = here.command(town.manager, body_mac=b"body")
    first = await here.carry_out(command, cases.close_case, town.case, DONE)
    again = await there.carry_out(command, cases.close_case, town.case, DONE)
    assert (again.replayed, again.position) == (True, first.position)
    with pytest.raises(CommandKeyReused):
        await there.carry_out(
            replace(command, body_mac=b"other"), cases.close_case, town.case, DONE
        )


# --- many at once ----------------------------------------------------------------------------

CASES, WRITERS, COMMANDS = 3, 4, 40


@dataclass(slots=True)
class Told:
    """What a refusal said, and from where to where the log stood meanwhile."""

    case: UUID
    refusal: type[Exception]
    began: int
    ended: int


@dataclass(slots=True)
class Race:
    refusals: list[Told] = field(default_factory=list)
    recorded: Counter[type] = field(default_factory=Counter)
    given_up: int = 0


async def write(one: Process, race: Race, town: Staffed, opened: Sequence[UUID], seed: int) -> None:
    """Notes, closings and reopenings, on whatever is remembered."""
    chance = random.Random(seed)  # noqa: S311 - variety, no secret
    for _ in range(COMMANDS):
        case = chance.choice(opened)
        [act] = chance.choices(
            [
                partial(cases.record_note, text="Samtal."),
                partial(cases.close_case, outcome=DONE),
                partial(cases.reopen_case, reason="Ny kontakt."),
            ],
            [6, 1, 1],
        )
        began = await one.desk.log.head()
        try:
            outcome = await one.do(town.manager, act, case)
            if not outcome.facts:  # closed already
                raise CaseIsClosed  # noqa: TRY301 - a refusal like the one that is caught
            race.recorded.update(type(fact.event) for fact in outcome.facts)
        except (CaseIsClosed, CaseIsOpen) as refusal:
            race.refusals.append(Told(case, type(refusal), began, await one.desk.log.head()))
        except StreamHasMoved:
            race.given_up += 1


def statuses(facts: Sequence[Recorded], case: UUID) -> list[CaseStatus | None]:
    """How the case stood as of every position, from 0."""
    told: list[CaseStatus | None] = [None]
    for fact in facts:
        match fact.event if fact.stream == case else None:
            case CaseOpened() | CaseReopened():
                told.append(CaseStatus.OPEN)
            case CaseClosed():
                told.append(CaseStatus.CLOSED)
            case _:
                told.append(told[-1])
    return told


async def test_every_answer_was_true_at_some_moment(both: Both, town: Staffed) -> None:
    """Of what is recorded nothing contradicts what stood before it in the log, and of what is
    refused each refusal was right at a moment between the question and the answer."""
    opened = [town.case] + [(await opened_case(both[0], town.manager))[0] for _ in range(CASES - 1)]
    race = Race()
    await asyncio.gather(
        *(
            write(one, race, town, opened, seed)
            for seed, one in enumerate(one for _ in range(WRITERS) for one in both)
        )
    )
    facts = await both[0].facts()
    stood = {case: statuses(facts, case) for case in opened}
    for fact in facts:
        is_clock = fact.name.startswith("deadline.")  # told with what ends it, a closing, too
        if fact.stream in stood and not isinstance(fact.event, CaseOpened) and not is_clock:
            before = stood[fact.stream][fact.position - 1]
            expected = (
                CaseStatus.CLOSED if isinstance(fact.event, CaseReopened) else CaseStatus.OPEN
            )
            assert before is expected, fact
    for told in race.refusals:
        wrong = CaseStatus.CLOSED if told.refusal is CaseIsClosed else CaseStatus.OPEN
        assert wrong in stood[told.case][told.began : told.ended + 1], told
    assert race.refusals
    assert {NoteRecorded, CaseClosed, CaseReopened} <= set(race.recorded)
    await all_know_the_same(both, facts, opened)


async def test_many_who_want_one_case_all_get_on(
    both: Both, town: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has collided waits for those before, so that nobody loses again and again."""
    monkeypatch.setattr(work, "_ATTEMPTS", 3)
    here, _ = both

    async def several() -> None:
        for _ in range(5):
            await here.do(town.manager, cases.record_note, town.case, "Samtal.")

    await asyncio.gather(*(several() for _ in range(64)))
    facts = await here.facts()
    assert [type(fact.event) for fact in facts].count(NoteRecorded) == 320


async def all_know_the_same(both: Both, facts: Sequence[Recorded], opened: Sequence[UUID]) -> None:
    """What a process remembers and has read since is what all facts come to."""
    for case in opened:
        events = [fact.event for fact in facts if fact.stream == case]
        for one in both:
            known = await one.stream(case, afresh=True)
            assert known.state == stories.fold(events)
            assert known.version == len(events)
