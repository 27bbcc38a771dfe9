"""Four processes over one log, each with its own memory of what all of them change, killed by turns
and started anew: together they are as good as one."""

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from multiprocessing.process import BaseProcess
from typing import Any
from uuid import UUID

import pytest

from tests.conftest import free_port
from tests.faults.clients import Client, new_session, staff
from tests.faults.conftest import Note
from tests.faults.premises import Premises, until
from tests.faults.proofs import positions_are_dense, views_equal_a_rebuild
from tests.faults.racing import NOTE, PEOPLE, STORIES, Race, race
from tests.forking import PROCESSES

RACERS = 4


@pytest.mark.parametrize("kills", [8, pytest.param(100, marks=pytest.mark.full)])
async def test_racers_are_killed(premises: Premises, kills: int, note: Note) -> None:
    """The same commands and others, on the same files: each that was acknowledged by anybody stands
    once, where all were told; one of two that exclude each other, one person behind a number."""
    chance = random.Random(kills)  # noqa: S311 - moments, not secrets
    with premises.serve(free_port()) as serving:
        async with new_session() as session:
            office = await staff(premises, serving.url, session, managers=3)
            data = premises.settings.data
            course = Race(
                settings=premises.settings,
                officer=office.officer.staff_id,
                managers=tuple(manager.staff_id for manager in office.managers),
                told=data / "told",
                over=data / "over",
            )
            with racers(course) as racing:
                for _ in range(kills):
                    await asyncio.sleep(chance.uniform(0.2, 0.6))
                    racing.append(killed_and_started_anew(racing.pop(0), course))
                await until(lambda: len(referred(course)) == STORIES)
                course.over.touch()
                for process in racing:
                    await asyncio.to_thread(process.join)
                assert [process.exitcode for process in racing] == [0] * RACERS
            note("acknowledged, recorded", acknowledged_is_recorded_once(premises, course))
            exclusions_hold(premises)
            positions_are_dense(premises)
            note("views", await views_equal_a_rebuild(premises))
            await every_note_opens(premises, office.managers[0])


@contextmanager
def racers(course: Race) -> Iterator[list[BaseProcess]]:
    racing = [started(course) for _ in range(RACERS)]
    try:
        yield racing
    finally:
        for process in racing:
            process.kill()
            process.join()


def started(course: Race) -> BaseProcess:
    process = PROCESSES.Process(target=race, args=(course,))
    process.start()
    return process


def killed_and_started_anew(process: BaseProcess, course: Race) -> BaseProcess:
    assert process.exitcode is None
    process.kill()
    process.join()
    return started(course)


def told(course: Race) -> list[dict[str, Any]]:
    """What anybody was told. A kill may have cut a line."""
    lines = course.told.read_bytes().splitlines() if course.told.exists() else []
    return [json.loads(line) for line in lines if line.endswith(b"}")]


def referred(course: Race) -> set[str]:
    return {line["name"] for line in told(course) if line["name"].startswith("referral")}


def acknowledged_is_recorded_once(premises: Premises, course: Race) -> tuple[int, int]:
    """Whole, at the position that everybody was told; how many there are."""
    acknowledged = {(UUID(line["command"]), line["position"]) for line in told(course)}
    recorded = premises.rows(
        "SELECT command, max(position) AS last,"
        " max(position) - min(position) + 1 = count(*) AS whole"
        " FROM {house}.events GROUP BY command"
    )
    assert all(command["whole"] for command in recorded)
    assert acknowledged <= {(command["command"], command["last"]) for command in recorded}
    assert len({command for command, _ in acknowledged}) == len(acknowledged)
    return len(acknowledged), len(recorded)


def exclusions_hold(premises: Premises) -> None:
    """One person behind each number, one answer to each referral, one open case of each person;
    and the clock of the log never went back."""
    [found] = premises.rows(
        "SELECT count(*) FILTER (WHERE name = 'person.registered') AS people,"
        " count(*) FILTER (WHERE name = 'case.opened') AS cases,"
        " count(*) FILTER (WHERE name = 'referral.received') AS referrals,"
        " count(DISTINCT stream) FILTER (WHERE name = 'referral.accepted') AS answered,"
        " count(*) FILTER (WHERE name = 'referral.accepted') AS answers FROM {house}.events"
    )
    assert found["people"] == found["cases"] == PEOPLE
    assert found["referrals"] == STORIES
    assert found["answers"] == found["answered"] > STORIES / 2
    moments = premises.rows("SELECT recorded_at AS at FROM {house}.events ORDER BY position")
    assert all(one["at"] <= next_["at"] for one, next_ in pairwise(moments))


async def every_note_opens(premises: Premises, manager: Client) -> None:
    """A fact's key is there before the fact is: whoever was killed in between."""
    [recorded] = premises.rows(
        "SELECT count(*) AS notes FROM {house}.events WHERE name = 'case.note-recorded'"
    )
    cases = [f"/cases/{line['caseId']}" for line in (await manager.read("/cases"))["items"]]
    opened = 0
    for case in cases:
        more: str | None = ""
        while more is not None:
            page = await manager.read(f"{case}/notes?limit=100{more}")
            opened += sum(note["text"] == NOTE for note in page["items"])
            more = f"&cursor={page['nextCursor']}" if page["nextCursor"] else None
    assert opened == recorded["notes"] > 0
