"""kill -9 of the server while somebody follows live."""

import asyncio
from itertools import pairwise
from typing import Any

import aiohttp

from tests.acceptance.streams import follow
from tests.conftest import free_port
from tests.faults.clients import PAUSE, Client, Office, new_session, staff, story
from tests.faults.conftest import Note
from tests.faults.premises import Premises, until

STORIES = 24
KILLS = 3
_CUT = (aiohttp.ClientError, ConnectionError, EOFError, TimeoutError, AssertionError)


class Follower:
    """Follows the unit's cases, and goes on with Last-Event-ID whenever it is cut off."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []
        self.connections = 0

    async def follow(self, url: str, token: str) -> None:
        last = None
        while True:
            try:
                async with follow(url, token, last=last) as stream:
                    self.connections += 1
                    while True:
                        self.steps.append(await stream.step(60))
                        last = stream.last
            except _CUT:  # the server is gone, or not quite there yet
                await asyncio.sleep(PAUSE)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [line for step in self.steps for line in step["changed"]]

    @property
    def latest(self) -> dict[str, dict[str, Any]]:
        return {line["caseId"]: line for line in self.lines}


async def tell_stories(office: Office) -> None:
    for number in range(STORIES):
        await story(office, number)


async def cases_of(manager: Client) -> dict[str, Any]:
    """As they stand at the head of the log."""
    head = (await manager.read("/case-changes"))["position"]
    listed = await manager.read("/cases?limit=100", head)
    return {line["caseId"]: line for line in listed["items"]}


async def test_whoever_follows_goes_on_at_a_restarted_server(
    embedded: Premises, note: Note
) -> None:
    """Killed again and again while cases are opened and written in: what is told begins anew once,
    no line is told twice, and at the end each case was told as its list tells it."""
    follower = Follower()
    with embedded.serve(free_port()) as serving:
        async with new_session() as session:
            office = await staff(embedded, serving.url, session)
            manager = office.managers[0]
            follows = asyncio.create_task(follower.follow(serving.url, manager.token))
            await until(lambda: follower.steps)  # from here on, nothing is missed
            async with asyncio.TaskGroup() as load:
                load.create_task(tell_stories(office))
                for kill in range(KILLS):
                    cases = len(follower.latest)
                    enough = min(cases + 2, STORIES - KILLS + kill)
                    await until(lambda: len(follower.latest) >= enough, within=120)  # noqa: B023 - awaited
                    serving.kill()
                    await asyncio.to_thread(serving.start)
            listed = await cases_of(manager)
            await until(lambda: follower.latest == listed, within=60)
            follows.cancel()
    assert len(listed) == STORIES
    assert follower.connections > KILLS
    assert [step["isAnew"] for step in follower.steps[:2]] == [True, False]
    assert not any(step["isAnew"] for step in follower.steps[1:])
    assert all(one["position"] < next_["position"] for one, next_ in pairwise(follower.steps))
    told = [(line["caseId"], line["lastEventAt"]) for line in follower.lines]
    assert len(told) == len(set(told)) >= STORIES
    note("steps, lines, connections", (len(follower.steps), len(told), follower.connections))
