"""Anybody may ask for proofs of the audit logs, without a token: they tell positions and hashes."""

import asyncio
from typing import Any

from aiohttp import ClientSession

from api.tree import offline
from api.tree.proofs import read_inclusion
from api.tree.submissions import read_submission
from tests.acceptance.town import BASE, Town


async def answered(town: Town, path: str, *, expect: int = 200, accept: str = "text/plain") -> Any:
    async with (
        ClientSession(headers={"Accept": accept}) as anybody,
        anybody.get(town.base.removesuffix(BASE) + f"/audit-logs{path}") as response,
    ):
        assert response.status == expect, f"{path}: {response.status} {await response.text()}"
        if response.content_type == "text/plain":
            return await response.text()
        return await response.json(content_type=None)


async def sealed(town: Town, log: str, position: int) -> offline.Checkpoint:
    """The checkpoint of a log, once it covers the position."""
    async with asyncio.timeout(10):
        while True:
            latest = await town.rooms.audit_logs.stores[log].latest()
            if latest and latest.size >= position:
                return offline.checkpoint_of(latest.note, keys(town), log)
            await asyncio.sleep(0.05)


def keys(town: Town) -> offline.Keys:
    return offline.keys_of(
        signer.verifier.vkey
        for log in town.rooms.audit_logs.stores
        for signer in town.rooms.signing_keys(
            f"samordna.invalid/{town.settings.municipality}/{log}"
        )
    )


async def test_proofs_are_served_to_anybody(town: Town) -> None:
    """An event is shown to be in the log, and the log to have only grown; as the standards spell
    it, and as JSON."""
    before = await sealed(town, "events", 1)
    await town["nexus manager"].get("/cases")
    await sealed(town, "receipts", 1)
    text = await answered(town, "/events/inclusion-proofs/1")
    proof = read_inclusion(text)
    tree = offline.checkpoint_of(proof.note, keys(town), "it")
    assert offline.is_included(proof.entry, 1, tree, proof.path)
    told = await answered(town, "/receipts/inclusion-proofs/1", accept="application/json")
    assert told["position"] == 1
    assert told["checkpoint"].splitlines()[0].endswith("/receipts")

    path = f"/events/inclusion-proofs/{before.size}?size={before.size}"
    assert read_inclusion(await answered(town, path)).index == before.size - 1
    grown = read_submission(
        (await answered(town, f"/events/consistency-proofs/{before.size}")).encode()
    )
    after = offline.checkpoint_of(str(grown.note), keys(town), "it")
    assert offline.has_grown(before, after, grown.proof)
    assert (await answered(town, "/events/consistency-proofs/0")).startswith("old 0\n\n")


async def test_what_cannot_be_proved_is_one_clear_error(town: Town) -> None:
    """Beyond the tree, a size that was never signed, sizes the wrong way round, what is no number
    and what is no log."""
    size = (await sealed(town, "events", 1)).size
    for path, expect, problem in (
        ("/events/inclusion-proofs/999999", 404, "nothing-is-sealed-there"),
        ("/events/inclusion-proofs/0", 404, "nothing-is-sealed-there"),
        ("/events/inclusion-proofs/1?size=999999", 404, "checkpoint-is-unknown"),
        ("/events/inclusion-proofs/-1", 422, "size-is-unreadable"),
        ("/events/inclusion-proofs/1?size=1&size=2", 422, "size-is-unreadable"),
        ("/events/inclusion-proofs/1?hashes=all", 422, "size-is-unreadable"),
        ("/events/consistency-proofs/999999", 404, "nothing-is-sealed-there"),
        (f"/events/consistency-proofs/{size + 1}?size={size}", 422, "sizes-are-reversed"),
        ("/cases/consistency-proofs/1", 404, "audit-log-is-unknown"),
    ):
        refused = await answered(town, path, expect=expect)
        assert refused["type"].endswith(f"/{problem}"), path
