"""The house verifies its own audit logs, and tells whoever watches it what came of that."""

import asyncio

import psycopg

from api.runtime.audit.tree_store import EVENTS, RECEIPTS
from tests.acceptance.town import Town
from tests.sealing import tamper


async def test_what_is_found_at_night_is_told(town: Town) -> None:
    """A verification that is due is carried out by a process of its own, once, and kept; what was
    changed in the database meanwhile is told by the metrics and to whoever asks for readiness."""
    nightly, logs = town.rooms.nightly, town.rooms.audit_logs
    async with asyncio.timeout(20):
        while not await logs.are_signed():  # noqa: ASYNC110 - told to nobody
            await asyncio.sleep(0.05)
    await nightly.verify_if_due()
    await nightly.verify_if_due()
    assert set(nightly.latest) == {EVENTS, RECEIPTS}
    assert all(verified.holds for verified in nightly.latest.values())
    assert 'samordna_verified_holds{log="events"} 1.0' in await town.rooms.metrics.told()

    with psycopg.connect(town.addresses.log) as owner:
        tamper(owner, town.settings.municipality, "UPDATE {}.events SET unit = 'nowhere'")
    await nightly.verify()
    found = (await logs.verified())[EVENTS]
    assert (found.size, found.holds) == (0, False)
    assert (found.finding or "").startswith("position 1: ")
    assert 'samordna_verified_holds{log="events"} 0.0' in await town.rooms.metrics.told()
    assert town.rooms.metrics.sealing()["events"]["holds"] is False
