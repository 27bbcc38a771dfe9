"""Every command of every door, in any order, by anybody: what must hold, holds.

A state machine over the real use cases. What is refused changes nothing and is no fault of ours;
what waits has one holder and an open case one unit; nobody works on both sides of a compartment; no
clock is both met and missed. That a view rebuilt from such a history is the one that followed it,
tests/projections asks.
"""

import asyncio
import inspect
from collections.abc import Coroutine
from contextlib import suppress
from random import Random
from typing import Any, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from projections import responsibility
from tests.api.every_command import COMMANDS, DECIDING, History, NothingThere, commands_of
from tests.projections.facts import folded
from tests.town import new_town

OFTEN: Final = (
    *["referrals.receive_referral"] * 8,
    *["referrals.accept_referral"] * 8,
    *["cases.assign_case_worker"] * 3,
    *["cases.offer_handover"] * 3,
    *["investigations.open_investigation"] * 2,
    *["consents.give_consent"] * 2,
)
"""What much else rests on: so that a history gets somewhere."""

accepted: Final = set[str]()  # by whatever history


class EveryCommand(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.history = History(self.run(new_town()))

    def run(self, told: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(told)

    @rule(name=st.sampled_from((*sorted(COMMANDS), *OFTEN)), seed=st.integers(0, 2**32))
    def give(self, name: str, seed: int) -> None:
        self.run(self.history.act(name, Random(seed)))  # noqa: S311 - to be told again

    @rule(seed=st.integers(0, 2**32))
    def let_time_pass(self, seed: int) -> None:
        self.run(self.history.let_time_pass(Random(seed)))  # noqa: S311 - the same

    @invariant()
    def holds(self) -> None:
        self.run(self.history.look())

    def teardown(self) -> None:
        """Whatever the view says holds what waits and is open, the streams say, too (S69)."""
        accepted.update(self.history.accepted)
        try:
            self.run(self.somebody_is_responsible())
        finally:
            self.loop.close()

    async def somebody_is_responsible(self) -> None:
        rows = folded(responsibility.PROJECTION, await self.history.town.log.read(0, 10**6))
        told = {row.file: row.holder for row in rows.values() if not row.ended}
        assert told == await self.history.holders()


@pytest.fixture(scope="module")
async def told() -> History:
    """Something of everything."""
    history, random = History(await new_town()), Random(1)  # noqa: S311 - to be told again
    for name in random.choices((*sorted(COMMANDS), *OFTEN), k=300):
        await history.act(name, random)
    return history


def test_every_deciding_door_is_known_to_carry_out_one() -> None:
    """No door decides by itself, nor in a way that the histories could not follow."""
    assert all(commands_of(door) for door in DECIDING)


@pytest.mark.parametrize("name", sorted(COMMANDS))
async def test_every_command_is_among_them(told: History, name: str) -> None:
    """Each command of a deciding door can be called with values of its own parameters: whoever
    adds a command adds what it is called with, or it joins by itself."""
    for seed in range(10):
        with suppress(NothingThere):
            arguments = await told.arguments(COMMANDS[name], Random(seed))  # noqa: S311 - the same
            assert arguments.keys() == inspect.signature(COMMANDS[name]).parameters.keys() - {
                "work"
            }


def test_whatever_is_done_what_must_hold_holds() -> None:
    """A few histories of every command: nothing unforeseen, and every invariant after each."""
    short = settings(max_examples=12, stateful_step_count=50, deadline=None)
    run_state_machine_as_test(EveryCommand, settings=short)


@pytest.mark.full
def test_whatever_is_done_for_long_what_must_hold_holds() -> None:
    """Long histories, until every command has been carried out somewhere."""
    long = settings(max_examples=400, stateful_step_count=250, deadline=None)
    run_state_machine_as_test(EveryCommand, settings=long)
    assert accepted == set(COMMANDS)
