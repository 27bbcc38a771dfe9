"""A server under load, watched: for whatever is done to what it stands on."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import aiohttp

from tests.conftest import free_port
from tests.faults.clients import Office, new_session, staff, story
from tests.faults.conftest import Note
from tests.faults.premises import Premises, until
from tests.faults.proofs import (
    answers_have_their_receipts,
    commands_are_recorded_once,
    positions_are_dense,
    views_equal_a_rebuild,
)

AT_ONCE = 6  # clients
RECOVERY_SECONDS = 15.0  # of a loaded machine; an idle one takes about two
LONGEST_ANSWER = 10.0


@dataclass(slots=True)
class Watch:
    """What an orchestrator sees: liveness and readiness, several times a second."""

    url: str
    session: aiohttp.ClientSession
    live: list[int] = field(default_factory=list)
    ready: list[int] = field(default_factory=list)

    async def look(self) -> None:
        while True:
            for path, seen in (("/health/live", self.live), ("/health/ready", self.ready)):
                async with self.session.get(self.url + path) as response:
                    seen.append(response.status)
            await asyncio.sleep(0.1)


@dataclass(slots=True)
class Load:
    """Stories told without end, and the watch over the server that hears them."""

    office: Office
    watch: Watch
    stopping: bool = False
    numbers: Iterator[int] = field(default_factory=count)

    async def tell(self) -> None:
        while not self.stopping:
            await story(self.office, next(self.numbers))

    async def is_refused(self) -> None:
        """Wait until callers have been told."""
        attempts = self.office.officer.diary.attempts
        before = len(attempts)
        await until(lambda: 503 in {attempt.status for attempt in attempts[before:]})

    async def is_not_ready(self) -> None:
        """Wait until the orchestrator has been told."""
        await until(lambda: self.watch.ready[-1:] == [503], within=10)

    async def answers_again(self, within: float = RECOVERY_SECONDS) -> str:
        """How long until commands and readings, begun now, are answered, and all is ready."""
        now = asyncio.get_running_loop().time
        began = now()
        await asyncio.wait_for(story(self.office, next(self.numbers)), within)
        await until(lambda: self.watch.ready[-1] == 200, within=within)
        return f"after {now() - began:.1f} s"


@asynccontextmanager
async def load_on(premises: Premises, note: Note) -> AsyncIterator[Load]:
    """A server under load. Afterwards it is the same process; nothing but answers and 503s were
    seen; and all that must hold holds."""
    with premises.serve(free_port()) as serving:
        process = serving.process
        async with new_session() as session:
            office = await staff(premises, serving.url, session)
            load = Load(office, Watch(serving.url, session))
            watching = asyncio.create_task(load.watch.look())
            try:
                async with asyncio.TaskGroup() as tellers:
                    for _ in range(AT_ONCE):
                        tellers.create_task(load.tell())
                    await asyncio.sleep(1)
                    yield load
                    load.stopping = True
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
        assert process is serving.process
        assert process is not None
        assert process.poll() is None
        only_answers_and_503(load, note)
        assert "caught by nobody" not in serving.output.read_text()
        commands_are_recorded_once(premises, office, office.officer.diary)
        positions_are_dense(premises)
        note("receipts", await answers_have_their_receipts(premises, office.officer.diary))
        note("views", await views_equal_a_rebuild(premises))


def only_answers_and_503(load: Load, note: Note) -> None:
    attempts = load.office.officer.diary.attempts
    assert {attempt.status for attempt in attempts} <= {200, 201, 503}, Counter(
        (attempt.status, attempt.error) for attempt in attempts
    )
    for attempt in attempts:
        if attempt.status == 503:
            assert int(attempt.headers["Retry-After"]) > 0
            assert attempt.headers["Content-Type"] == "application/problem+json"
            assert attempt.body["status"] == 503
    longest = max(attempt.seconds for attempt in attempts)
    assert longest < LONGEST_ANSWER
    assert set(load.watch.live) == {200}
    assert set(load.watch.ready) <= {200, 503}
    note("statuses", load.office.officer.diary.statuses())
    note("longest answer", f"{longest:.1f} s")
