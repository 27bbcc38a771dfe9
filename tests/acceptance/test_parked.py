"""Answers that may be out of date, since a view could not fold what has happened, say so."""

import asyncio

from api.runtime.clock import SystemClock
from projections import caseload, checkpoints, parking
from projections.releasing import release
from tests.acceptance.knocking import Heard
from tests.acceptance.settled import Settled

PATIENCE = 10.0


async def ask(settled: Settled, path: str) -> Heard:
    heard = await settled.call("GET", path, token=settled.token("nexus manager"))
    assert heard.status == 200, heard.body
    return heard


async def parked(settled: Settled, count: int) -> None:
    """Wait until the follower knows."""
    views = settled.town.rooms.house.views
    async with asyncio.timeout(PATIENCE):
        while len(views.parked(caseload.PROJECTION.name)) != count:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.02)


async def test_an_answer_that_touches_what_is_parked_says_so(settled: Settled) -> None:
    """A list does, and the parked case; no other case, and no other view. After the release,
    nobody does."""
    rooms, schema = settled.town.rooms, settled.town.settings.municipality
    one, other = (f"/cases/{settled.files[name].id}" for name in ("closed", "assigned"))
    async with await rooms.connect() as connection, connection.transaction():
        await parking.park(
            connection,
            schema,
            caseload.PROJECTION.name,
            str(settled.files["closed"].id),
            position=await settled.head() + 1,
            error=ValueError(),
            since=SystemClock().now(),
        )
        await checkpoints.renew(connection, schema, caseload.PROJECTION.name)
    await parked(settled, 1)
    for path in ("/cases", one):
        assert (await ask(settled, path)).headers["Samordna-Parked"] == "true"
    for path in (other, "/handovers"):
        assert "Samordna-Parked" not in (await ask(settled, path)).headers

    await release(caseload.PROJECTION, rooms.facts, rooms.connect, schema=schema)
    await parked(settled, 0)
    assert "Samordna-Parked" not in (await ask(settled, "/cases")).headers
