"""What a process remembers of streams: as much as saves reading, never anything sealed in the
open, and no more than its bound."""

import asyncio
import gc
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from api.commands import cases
from api.runtime.log.fact_log import FactLog
from api.runtime.log.mapper import Mapper, UnknownEventName
from api.runtime.log.streams import Streams
from domain.case import (
    Case,
    CaseStatus,
    CaseWorkerAssigned,
    CaseWorkerReleased,
    HandoverOffered,
    NoteRecorded,
)
from domain.codes import CaseOutcome, HandoverDeclineReason, StaffRole
from domain.errors import CaseIsClosed, CaseIsMisrecorded, KeyIsErased
from domain.recorded import Stream
from domain.sealed import Sealed, SealedValueIsClosed
from tests.appends import new_append, new_event
from tests.conftest import Database
from tests.processes import Process, Staffed, hired, opened_case, process, staffed

MANY, FEW = 5000, 50
AT_ONCE = 200  # events in an append


@pytest.fixture
async def here(log_database: Database, vault_database: Database) -> AsyncIterator[Process]:
    async with process(log_database, vault_database) as here:
        yield here


@pytest.fixture
async def town(here: Process) -> Staffed:
    return await staffed(here)


async def filled(here: Process, town: Staffed, case: UUID, events: int, *kinds: object) -> None:
    """That many more events in a case, of these by turns."""
    while events:
        version, now = (await here.stream(case, afresh=True)).version, min(events, AT_ONCE)
        await here.append(town.worker, case, version, *(kinds * now)[:now])
        events -= now


# --- as fast as one of fifty -----------------------------------------------------------------


def notes(town: Staffed, person: UUID) -> list[object]:
    del town
    return [NoteRecorded(person=person, text=Sealed.of("Samtal."))]


def comings_and_goings(town: Staffed, person: UUID) -> list[object]:
    del person
    return [
        CaseWorkerAssigned(worker=town.administrator),
        CaseWorkerReleased(worker=town.administrator),
    ]


@pytest.mark.parametrize("kinds", [notes, comings_and_goings])
async def test_a_long_case_is_decided_on_like_a_short_one(
    here: Process, town: Staffed, log_database: Database, vault_database: Database, kinds: Any
) -> None:
    """Of a case of 5,000 facts a decision reads what it reads of one of 50; its notes are not even
    read by a process that sees it for the first time."""
    asked: dict[int, list[tuple[int, int]]] = {}
    for length in (MANY, FEW):
        case, person = await opened_case(here, town.manager)
        await filled(here, town, case, length, *kinds(town, person))
        note = partial(here.do, town.manager, cases.record_note, case, "Samtal.")
        asked[length] = [await here.read_for(note()) for _ in range(3)]
        if kinds is notes:
            async with process(log_database, vault_database) as cold:
                note = partial(cold.do, town.manager, cases.record_note, case, "Samtal.")
                asked[length] += [await cold.read_for(note()) for _ in range(2)]
    assert asked[MANY] == asked[FEW]
    assert asked[MANY][:3] == [(0, 0)] * 3


async def test_a_refusal_reads_only_what_is_new(here: Process, town: Staffed) -> None:
    """What is remembered is not read again to be sure of it."""
    await filled(here, town, town.case, FEW, *notes(town, town.person))
    await here.do(town.manager, cases.close_case, town.case, CaseOutcome.NEEDS_MET)

    async def refused() -> None:
        with pytest.raises(CaseIsClosed):
            await here.do(town.manager, cases.record_note, town.case, "Samtal.")

    assert await here.read_for(refused()) == (1, 0)


async def test_notes_are_counted_without_being_read(
    here: Process, town: Staffed, log_database: Database, vault_database: Database
) -> None:
    """How many notes there are is the same from what was recorded here, from the first look of
    another process and from its next ones."""
    async with process(log_database, vault_database) as there:
        for expected in range(1, 6):
            await here.do(town.worker, cases.record_note, town.case, "Samtal.")
            if expected == 3:
                await here.do(town.manager, cases.release_case_worker, town.case, town.worker)
                await here.do(town.manager, cases.assign_case_worker, town.case, town.worker)
            looks = [await here.stream(town.case), await there.stream(town.case, afresh=True)]
            assert [look.state.notes for look in looks if isinstance(look.state, Case)] == [
                expected
            ] * 2
            assert looks[0].version == looks[1].version


# --- sealed stays sealed ---------------------------------------------------------------------


async def test_nothing_is_remembered_open(here: Process, town: Staffed) -> None:
    """Nothing that was opened for a decision, or sealed by one, is in memory afterwards."""
    handover = await offered(here, town)
    await here.do(
        await hired(here, town.administrator, StaffRole.UNIT_MANAGER, "childrens-intake"),
        cases.decline_handover,
        town.case,
        handover,
        reason=HandoverDeclineReason.OTHER,
        explanation="Fullt.",
    )
    await here.do(town.manager, cases.close_case, town.case, CaseOutcome.NEEDS_MET)
    known = (await here.stream(town.case)).state
    assert isinstance(known, Case)
    assert known.outcome == Sealed.of(CaseOutcome.NEEDS_MET)
    del known
    gc.collect()
    states = [kept.state for kept in remembered(here).values()]
    assert Case in {type(state) for state in states}
    assert [value for value in held_by(states) if value.is_open] == []


async def test_what_an_erased_key_sealed_is_gone(
    here: Process, town: Staffed, log_database: Database, vault_database: Database
) -> None:
    """A key that another process erased is dead within its life in memory, also for a case that
    is remembered."""
    now = 0.0
    await here.do(town.manager, cases.close_case, town.case, CaseOutcome.MISRECORDED)
    async with process(
        log_database, vault_database, key_lifetime=60, monotonic=lambda: now
    ) as there:
        reopen = partial(there.do, town.manager, cases.reopen_case, town.case, "Fel.")
        with pytest.raises(CaseIsMisrecorded):
            await reopen()
        await here.vault.erase([f"file/{town.case}"])
        with pytest.raises(CaseIsMisrecorded):
            await reopen()
        now = 60.0
        assert (await there.stream(town.case)).remembered
        with pytest.raises((SealedValueIsClosed, KeyIsErased)):
            await reopen()


async def test_persons_and_referrals_are_not_remembered(here: Process, town: Staffed) -> None:
    """What they come to rests on what is sealed in them; it is read for each decision."""
    assert town.person not in remembered(here)
    known = await here.stream(town.person)
    assert not known.remembered
    assert known.state is not None
    assert town.person not in remembered(here)


# --- together --------------------------------------------------------------------------------


async def test_what_is_wrong_with_one_stream_hinders_no_other(here: Process, town: Staffed) -> None:
    """An event that this version of the program does not know fails who asks for its stream, and
    nobody who shares the question."""
    unknown = here.desk.ids.new()
    await here.stored.append(new_append(new_event(unknown, name="case.unheard-of")))
    asked = here.stored.questions
    answers = await asyncio.gather(
        *(here.stream(stream, afresh=True) for stream in (town.worker, unknown, town.case)),
        return_exceptions=True,
    )
    assert here.stored.questions - asked <= 2
    assert [type(answer) for answer in answers] == [Stream, UnknownEventName, Stream]


# --- bounds ----------------------------------------------------------------------------------


async def test_no_more_is_remembered_than_the_bound(here: Process, town: Staffed) -> None:
    """The one that was not used for the longest time goes first."""
    streams = Streams(here.stored, Mapper(here.vault), here.vault, remembered=3)
    opened = [(await opened_case(here, town.manager))[0] for _ in range(4)]
    for case in [*opened[:3], opened[0], opened[3]]:
        await streams.known([case], afresh=False)
    again = await streams.known(opened, afresh=False)
    assert [again[case].remembered for case in opened] == [True, False, True, True]
    assert len(streams._memory) == 3  # noqa: SLF001 - what is bounded is inside


async def test_what_is_absent_is_not_remembered(here: Process, town: Staffed) -> None:
    """Somebody else may make it at any time."""
    ids = here.desk.ids
    stream = ids.new()
    assert (await here.stream(stream)).version == 0
    assert not (await here.stream(stream)).remembered
    assert stream not in remembered(here)
    del town


async def test_own_facts_never_hide_those_of_others(
    here: Process, town: Staffed, log_database: Database, vault_database: Database
) -> None:
    """What a process records moves what it remembers by that alone: behind facts that it has not
    read, it stays where it was."""
    known = await here.stream(town.case)
    async with process(log_database, vault_database) as there:
        await there.do(town.manager, cases.close_case, town.case, CaseOutcome.NEEDS_MET)
        closed = await there.stream(town.case)
    [note] = notes(town, town.person)
    await here.append(town.worker, town.case, closed.version, note)
    assert (await here.stream(town.case)).version == known.version
    moved = await here.stream(town.case, afresh=True)
    assert moved.version == closed.version + 1
    assert isinstance(moved.state, Case)
    assert moved.state.status is CaseStatus.CLOSED


# --- looking inside --------------------------------------------------------------------------


def remembered(here: Process) -> dict[UUID, Any]:
    log = here.desk.log
    assert isinstance(log, FactLog)
    return dict(log.memory._memory)  # noqa: SLF001 - what it holds is nobody else's


def held_by(state: Any) -> list[Sealed[Any]]:
    """Every sealed value that can be reached from there."""
    if isinstance(state, Sealed):
        return [state]
    if isinstance(state, list | tuple):
        return [value for one in state for value in held_by(one)]
    slots = getattr(state, "__dataclass_fields__", {})
    return [value for name in slots for value in held_by(getattr(state, name))]


async def offered(here: Process, town: Staffed) -> UUID:
    told = await here.do(
        town.manager,
        cases.offer_handover,
        town.case,
        to_unit="childrens-intake",
        reason="Ny ålder.",
    )
    return told.the(HandoverOffered)[1].handover
