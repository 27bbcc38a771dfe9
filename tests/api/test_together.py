"""Many ask, one question: shared by those who wait, and never older than who asked."""

import asyncio
from collections.abc import Collection, Mapping

import pytest

from api.runtime.together import Together
from domain.errors import LogUnavailable


class Asked:
    """A question that takes until it is let go."""

    def __init__(self) -> None:
        self.questions: list[set[str]] = []
        self.answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def __call__(self, keys: Collection[str]) -> Mapping[str, int]:
        self.questions.append(set(keys))
        await self.answer
        return {key: len(self.questions) for key in keys if key != "absent"}

    async def waiting(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
async def asked() -> Asked:
    return Asked()


async def test_who_comes_later_shares_the_next_question(asked: Asked) -> None:
    """A question that is under way may have been answered before somebody came: they share a new
    one, all of them."""
    ask = Together(asked)
    first = asyncio.create_task(ask("a"))
    await asked.waiting()
    later = [asyncio.create_task(ask(key)) for key in ("a", "b", "absent")]
    several = asyncio.create_task(ask.all(["b", "c"]))
    await asked.waiting()
    assert asked.questions == [{"a"}]
    asked.answer.set_result(None)
    assert await first == 1
    assert [await one for one in later] == [2, 2, None]
    assert (await several)["c"] == 2
    assert asked.questions == [{"a"}, {"a", "b", "c", "absent"}]


async def test_what_fails_fails_for_all_who_wait(asked: Asked) -> None:
    """Nobody waits for a second failure; and who comes afterwards asks anew."""
    ask = Together(asked)
    waiting = [asyncio.create_task(ask("a"))]
    await asked.waiting()
    waiting.append(asyncio.create_task(ask("b")))
    await asked.waiting()
    asked.answer.set_exception(LogUnavailable())
    assert [type(it) for it in await asyncio.gather(*waiting, return_exceptions=True)] == [
        LogUnavailable,
        LogUnavailable,
    ]
    asked.answer = asyncio.get_running_loop().create_future()
    asked.answer.set_result(None)
    assert await ask("a") == 2


async def test_who_stops_waiting_leaves_the_others(asked: Asked) -> None:
    """A caller that is cancelled takes nobody along."""
    ask = Together(asked)
    gone, stays = asyncio.create_task(ask("a")), asyncio.create_task(ask("a"))
    await asked.waiting()
    gone.cancel()
    await asked.waiting()
    asked.answer.set_result(None)
    assert await stays == 1
    assert gone.cancelled()
