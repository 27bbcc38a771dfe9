"""kill -9 of who rebuilds, or puts back, at every step."""

import asyncio
import signal
from collections.abc import Callable
from itertools import count

import pytest

from projections import access
from projections.tables import Tables
from tests.forking import PROCESSES
from tests.projections.conftest import Town
from tests.projections.facts import Log
from tests.projections.killing import rebuild_mortally, roll_back_mortally
from tests.projections.rebuilds import FACTS, SECONDS, beside, rebuilt

VIEW = access.PROJECTION  # two tables, and counts


@pytest.mark.parametrize("what", [rebuild_mortally, roll_back_mortally])
async def test_whoever_is_killed_at_any_step_has_changed_nothing(
    town: Town, what: Callable[[str, str, str, int], None]
) -> None:
    """Before each statement, among the rows of a COPY, and after: the view is whole and followed,
    the next try succeeds, and nothing stays that was built."""
    log = Log(FACTS, head=300)
    async with town.followers(log, (VIEW,)) as followers, await town.server() as server:
        assert await followers.wait_for(VIEW.name, 300, SECONDS)
        await rebuilt(town, VIEW, log)  # so that something is kept
        log.grow(len(FACTS))
        assert await followers.wait_for(VIEW.name, len(FACTS), SECONDS)
        before = await Tables(VIEW, town.schema).digest(server)
        for step in count(1):
            process = PROCESSES.Process(
                target=what, args=(town.projector_url, town.schema, VIEW.name, step)
            )
            process.start()
            await asyncio.to_thread(process.join, SECONDS)
            assert await Tables(VIEW, town.schema).digest(server) == before
            if process.exitcode == 0:
                break
            assert process.exitcode == -signal.SIGKILL
        assert followers.by_name[VIEW.name].restarts == 0
    assert step > 50
    assert await beside(town, VIEW) == []
    assert not (await rebuilt(town, VIEW, Log(FACTS))).differs
