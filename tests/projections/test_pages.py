"""The window over the end of a log that all followers of a process share."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any

from projections.pages import Pages
from tests.projections.facts import Log
from tests.projections.histories import told

FACTS = told("pages", 300)


class CountingLog(Log):
    """A log that takes a moment to look, and counts the looks."""

    looks = 0

    async def read(self, after: int, limit: int) -> Sequence[Any]:
        self.looks += 1
        await asyncio.sleep(0.01)
        return await super().read(after, limit)


async def test_a_page_is_what_the_log_holds_there() -> None:
    """Wherever a follower is, far behind or at the end: the next facts, none left out."""
    random = Random(1)  # noqa: S311 - a run that can be told again
    log = Log(FACTS, head=0)
    pages = Pages(log, kept=50)
    for _ in range(2000):
        head = await log.head()
        if random.random() < 0.2:
            log.grow(head + random.randrange(10))
        after, limit = random.randrange(await log.head() + 1), random.randrange(1, 30)
        page = await pages.read(after, limit)
        assert page == FACTS[after : after + len(page)]
        assert len(page) <= limit
        assert page or after == await log.head()


async def test_followers_at_the_same_place_share_one_read() -> None:
    """The first one reads; the others get the same facts from memory."""
    log = CountingLog(FACTS)
    pages = Pages(log)
    found = await asyncio.gather(*(pages.read(0, 100) for _ in range(8)))
    assert found == [FACTS[:100]] * 8
    assert log.looks == 1


async def test_a_look_at_the_end_serves_all_who_asked_before_it() -> None:
    """Nobody waits for eight looks at a log with nothing new; nobody misses what came since."""
    log = CountingLog(FACTS, head=100)
    pages = Pages(log)
    await pages.read(0, 100)
    log.looks = 0
    assert await asyncio.gather(*(pages.read(100, 100) for _ in range(8))) == [[]] * 8
    assert log.looks == 2, "the first one's, and one that began after the others had asked"
    log.grow(101)
    assert await pages.read(100, 100) == FACTS[100:101]
