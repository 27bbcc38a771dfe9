"""The event log against a model of it: whatever is appended, repeated, lost, cut, crashed, killed
and forgotten, in whatever order, it holds what the model holds and answers as the model does."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg.conninfo import conninfo_to_dict
from structlog.testing import capture_logs

from api.runtime.log.event_log import LoggedEvent, StoredAppend, StoredEventLog
from api.runtime.postgres.database import LOG
from api.runtime.postgres.postgres_server import PostgresServer
from domain.ports import KnownCommand
from domain.recorded import Appended
from tests.appends import log_of, outcomes
from tests.conftest import free_port, new_database, throw_away_server
from tests.forking import PROCESSES
from tests.log_model import GROUP, Again, Fact, LogModel, New, Outcome, Sender
from tests.racers import record_all
from tests.wire import Wire

MANY: Final = 10**6
SECONDS: Final = 20.0
WRITING: Final = "samordna events writing"

Group = list[New | Again]


@dataclass(frozen=True, slots=True)
class Ground:
    """What all machines stand on."""

    server: PostgresServer
    secrets: Path
    runner: asyncio.Runner


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A server that only this module crashes."""
    with (
        throw_away_server("machine", tcp_port=free_port()) as server,
        asyncio.Runner() as runner,
        capture_logs(),  # every connection lost on purpose would be told
    ):
        yield Ground(server, tmp_path_factory.mktemp("secrets"), runner)


class LogMachine(RuleBasedStateMachine):
    """Two processes' views of one log, in this process, and a third that is killed. No draw depends
    on what a disturbance has left, so that a failure can be told again."""

    def __init__(self, ground: Ground, crashes: int) -> None:
        super().__init__()
        self.ground, self.crashes = ground, crashes
        self.database = new_database(ground.server, ground.secrets, LOG)
        self.wire = Wire(int(str(conninfo_to_dict(ground.server.url(tcp=True))["port"])))
        self.model = LogModel()
        self.sender = Sender(self.model)
        self.wired, self.direct = ground.runner.run(self._open())

    async def _open(self) -> tuple[StoredEventLog, StoredEventLog]:
        await self.wire.mend()
        wired = StoredEventLog(self.wire.url(self.database), self.database.schema)
        direct = log_of(self.database)
        for log in (wired, direct):
            await log.start()
        return wired, direct

    def teardown(self) -> None:
        async def close() -> None:
            for log in (self.wired, self.direct):
                await log.stop()
            await self.wire.cut()

        self.ground.runner.run(close())

    # --- what happens ------------------------------------------------------------------------

    @rule(group=GROUP, wired=st.booleans())
    def sent_together(self, group: Group, wired: bool) -> None:
        """Each append of a group is answered as if those before it had come alone."""
        appends = self.sender.appends(group)
        told = self._told(wired, appends)
        assert told == [self.model.judge(append) for append in appends]

    @rule(group=GROUP)
    def reply_is_lost(self, group: Group) -> None:
        """COMMIT, and nobody heard: sent anew, each append is answered as if nothing had been."""
        first, *others = self.sender.appends(group, ahead=False)
        first = self.sender.sent[-len(group)] = replace(first, unit="the lost unit")
        self.wire.loses_reply_to = b"the lost unit"
        told = self._told(True, [first, *others])
        assert not self.wire.loses_reply_to
        self._nothing_was_lost([first, *others], told)

    @rule(group=GROUP, wired=st.booleans(), after=st.integers(0, 8))
    def sessions_are_ended(self, group: Group, wired: bool, after: int) -> None:
        """Both writers' sessions are ended while appends are on their way."""
        appends = self.sender.appends(group, ahead=False)
        told = self._told(wired, appends, after, lambda: self.database.terminate(WRITING))
        self._nothing_was_lost(appends, told)

    @precondition(lambda self: self.crashes)
    @rule(group=GROUP, wired=st.booleans(), after=st.integers(0, 8))
    def server_crashes(self, group: Group, wired: bool, after: int) -> None:
        """PostgreSQL stops at once, and starts by replaying its write-ahead log."""
        self.crashes -= 1
        appends = self.sender.appends(group, ahead=False)
        told = self._told(wired, appends, after, lambda: crash(self.ground.server))
        self._nothing_was_lost(appends, told)

    @rule(group=GROUP, after=st.integers(0, 60))
    def writer_is_killed(self, group: Group, after: int) -> None:
        """kill -9 of a process that has sent appends: some first ones of them stand, whole."""
        appends = self.sender.appends(group)
        with self._doomed(appends) as doomed:
            time.sleep(after / 1000)
            doomed.kill()
        self._some_first_ones_stand(appends)

    @rule(group=GROUP, session_ends=st.booleans())
    def writer_is_killed_inside_a_group(self, group: Group, session_ends: bool) -> None:
        """Killed between sending and answer: what the database was sent it records although nobody
        hears; unless the session ends, too: then nothing of it."""
        appends = self.sender.appends(group)
        before = len(self.model.facts)
        with self._doomed(appends, head_is_held=True) as doomed:
            wait_until(lambda: bool(self._writers("Lock")))
            doomed.kill()
            if session_ends:
                self.database.terminate(WRITING)
                wait_until(lambda: not self._writers("Lock"))
        self._some_first_ones_stand(appends)
        assert not session_ends or len(self.model.facts) == before

    @rule(which=st.integers(0, 99))
    def commands_are_forgotten(self, which: int) -> None:
        """What was recorded before a moment is not known again; its facts stay."""
        kept = self.database.execute("SELECT recorded_at, command FROM {}.commands ORDER BY 1")
        if kept:
            before, _ = kept[which % len(kept)]
            old = [command for moment, command in kept if moment < before]
            self.database.execute(
                "UPDATE {}.commands SET recorded_at = recorded_at - interval '31 days'"
                " WHERE recorded_at < %s",
                before,
            )
            assert self.ground.runner.run(self.direct.forget_commands(before)) == len(old)
            for command in old:
                del self.model.known[command]

    # --- what holds at any time --------------------------------------------------------------

    @invariant()
    def the_log_is_the_model(self) -> None:
        """Dense positions, versions from 1, every column as it was sent; time never goes back."""
        rows = self._rows()
        assert [row.position for row in rows] == list(range(1, len(rows) + 1))
        assert self.database.execute("SELECT position FROM {}.events_head") == [(len(rows),)]
        assert all(one.recorded_at <= next_.recorded_at for one, next_ in pairwise(rows))
        assert list(map(as_it_stands, rows)) == list(map(as_it_was_sent, self.model.facts))
        assert self._known() == self.model.known

    # --- how -----------------------------------------------------------------------------------

    def _told(
        self,
        wired: bool,
        appends: Sequence[StoredAppend],
        milliseconds: int = 0,
        harm: Callable[[], None] | None = None,
    ) -> list[Outcome]:
        """What appends that wait together are answered; after so long something happens."""

        async def told() -> list[Outcome]:
            log = self.wired if wired else self.direct
            waiting = asyncio.create_task(outcomes(log, *appends))
            if harm:
                await asyncio.sleep(milliseconds / 1000)
                await asyncio.to_thread(harm)
            return [o if isinstance(o, Appended) else type(o) for o in await waiting]

        return self.ground.runner.run(told())

    def _nothing_was_lost(self, appends: Sequence[StoredAppend], told: Sequence[Outcome]) -> None:
        """The answers are right, but that nobody knows who was heard the first time."""
        judged = [self.model.judge(append) for append in appends]
        assert list(map(heard_or_not, told)) == list(map(heard_or_not, judged))

    def _some_first_ones_stand(self, appends: Sequence[StoredAppend]) -> None:
        """Of appends that nobody was told of; which, is now known."""
        stands = [as_it_stands(row) for row in self._rows()], self._known()
        for number in range(len(appends) + 1):
            later = self.model.after(appends[:number])
            if stands == (list(map(as_it_was_sent, later.facts)), later.known):
                self.model = self.sender.model = later
                return
        raise AssertionError("what stands is not the beginning of what was sent")

    @contextmanager
    def _doomed(
        self, appends: Sequence[StoredAppend], *, head_is_held: bool = False
    ) -> Iterator[BaseProcess]:
        """A process that sends these appends. Afterwards it is dead, and its session has ended."""
        before, url, schema = self._writers(), self.database.url("server"), self.database.schema
        here, there = PROCESSES.Pipe()
        doomed = PROCESSES.Process(target=record_all, args=(url, schema, appends, there))
        with here, ExitStack() as holding:
            if head_is_held:
                owner = holding.enter_context(psycopg.connect(self.database.owner_url))
                owner.execute(f"SELECT FROM {schema}.events_head FOR UPDATE".encode())
            with there:
                doomed.start()
            here.recv()
            yield doomed
            doomed.kill()
            doomed.join()
            doomed.close()
        wait_until(lambda: self._writers() <= before)

    def _writers(self, waiting: str = "") -> set[int]:
        """The server's side of the sessions in which appends are written."""
        found = self.database.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND usename = %s"
            " AND (%s = '' OR wait_event_type = %s)",
            *(WRITING, f"{self.database.schema}_server", waiting, waiting),
        )
        return {pid for (pid,) in found}

    def _rows(self) -> Sequence[LoggedEvent]:
        return self.ground.runner.run(self.direct.read(0, MANY))

    def _known(self) -> dict[Any, KnownCommand]:
        kept = self.database.execute(
            "SELECT command, body_mac, first_position, last_position FROM {}.commands"
        )
        return {
            c: KnownCommand(body_mac=mac, first=first, last=last) for c, mac, first, last in kept
        }


def as_it_stands(row: LoggedEvent) -> tuple[object, ...]:
    event = row.stream, row.version, row.name, row.payload, row.salt, row.occurred_at
    return *event, row.command, row.correlation, row.actor, row.unit


def as_it_was_sent(fact: Fact) -> tuple[object, ...]:
    e, a = fact
    event = e.stream, e.version, e.name, e.payload, e.salt, e.occurred_at
    return *event, a.command, a.correlation, a.actor, a.unit


def heard_or_not(outcome: Outcome) -> Outcome:
    return replace(outcome, replayed=False) if isinstance(outcome, Appended) else outcome


def crash(server: PostgresServer) -> None:
    pid = server.pid
    assert pid
    os.kill(pid, signal.SIGQUIT)
    wait_until(lambda: server.pid is None)
    server.look_after()


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.mark.parametrize(
    ("examples", "steps", "crashes"),
    [(10, 25, 1), pytest.param(300, 50, 5, marks=pytest.mark.full)],
)
def test_the_log_does_what_its_model_does(
    ground: Ground, examples: int, steps: int, crashes: int
) -> None:
    """Appends, conflicts, repetitions, lost replies, ended sessions, crashes and kills, told by
    chance: after every step log and model are the same."""
    run_state_machine_as_test(
        lambda: LogMachine(ground, crashes),  # type: ignore[arg-type]  # whatever makes one will do
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.reuse, Phase.generate],  # to shorten a story it would be told for minutes
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
