"""An auditor's day: a tip that somebody looked at a neighbour's case. Who saw it, was it justified,
is the log complete; and the proofs are handed to the supervisor, who verifies them on a machine of
their own, with one file."""

import asyncio
import json
from typing import Any

from api.runtime.audit.tree_store import EVENTS
from api.tree.checkpoints import Checkpoint
from api.tree.notes import COSIGNATURE, Note, Signer
from tests.acceptance.empty_machine import EmptyMachine, supervisor
from tests.acceptance.test_a_person import NUMBER, met, opened
from tests.acceptance.test_proofs import answered, sealed
from tests.acceptance.test_review import it_is_worked_through, open_review
from tests.acceptance.town import Town

NAME = "Elin Marklund"
__all__ = ["supervisor"]


async def test_a_tip_ends_with_proofs_at_the_supervisor(
    town: Town, supervisor: EmptyMachine
) -> None:
    """From the tip to a verified bundle, over HTTP, and on a machine with nothing of ours."""
    case = await opened(town, met(name=NAME, number=NUMBER))
    await town.level()
    curious, auditor = town["nexus colleague"], town["auditor"]
    await town["line manager"].get(f"/cases/{case}", expect=404)
    await curious.get(f"/cases/{case}")

    seen = await auditor.get(f"/cases/{case}/readings")  # who saw it?
    [looked] = [it for it in seen["items"] if it["who"]["staffId"] == str(curious.staff_id)]
    review = await open_review(town)  # was it justified?
    shown = await auditor.get(f"/reviews/{review}")
    await it_is_worked_through(town, review, looked["receipt"], shown)
    await town.rooms.nightly.verify()  # is the log complete?
    assert all(it.holds for it in (await town.rooms.audit_logs.verified()).values())

    handed = await auditor.get(f"/cases/{case}/bundles")
    keys = town.rooms.house.signatures.keys()
    await the_supervisor_verifies(supervisor, handed.json, list(keys), looked["receipt"])
    assert NAME not in handed["bundle"]
    again = await auditor.get(f"/cases/{case}/readings")
    assert "bundleCase" in {it["operation"] for it in again["items"]}


async def the_supervisor_verifies(
    supervisor: EmptyMachine, handed: dict[str, Any], keys: list[str], receipt: int
) -> None:
    trusted = [f"--key={key}" for key in keys]
    file = supervisor.keep(handed["fileName"], handed["bundle"])
    assert not any(map(supervisor.has, ("api", "aiohttp", "psycopg", "msgspec")))
    told = await asyncio.to_thread(supervisor.verify, file, *trusted, expect=0)
    assert f"HOLDS: {handed['entries']} entries" in told
    entries = [json.loads(line) for line in handed["bundle"].splitlines()[1:-1]]
    [proved] = [it for it in entries if (it["log"], it["position"]) == ("receipts", receipt)]
    assert (proved["told"]["operation"], proved["told"]["unit"]) == ("readCase", "nexus")
    assert proved["row"]["key"].startswith("receipts/")
    assert "only the file names" in supervisor.verify(file, expect=3)
    blamed = handed["bundle"].replace('"operation":"readCase"', '"operation":"readMails"', 1)
    told = supervisor.verify(supervisor.keep("blamed", blamed), *trusted, expect=1)
    first = next(n for n, it in enumerate(entries, 2) if it["told"].get("operation") == "readCase")
    assert f"line {first} (receipts" in told
    supervisor.verify("nowhere", *trusted, expect=2)


async def test_content_is_handed_out_for_a_stated_purpose(town: Town) -> None:
    """What the case's events say, with their rows, only with the review's purpose on record; notes
    and the person are not among it. Nobody else is handed anything."""
    case = await opened(town, met(name=NAME, number=NUMBER))
    auditor = town["auditor"]
    await town.level()
    await auditor.get(f"/cases/{case}/content-bundles", expect=422)
    await auditor.get(f"/cases/{case}/content-bundles", expect=400, purpose="case-work")
    told = await auditor.get(f"/cases/{case}/content-bundles", purpose="review")
    lines = [json.loads(line) for line in told["bundle"].splitlines()[1:-1]]
    shown = {it["told"]["kind"] for it in lines if it["log"] == "events" and "row" in it}
    assert "case.opened" in shown
    without = await auditor.get(f"/cases/{case}/bundles")
    rows = [json.loads(line) for line in without["bundle"].splitlines()[1:-1]]
    assert not any("row" in it or "details" in it["told"] for it in rows if it["log"] == "events")
    whole = await auditor.get(f"/cases/{case}/bundles", wholePerson="true")
    assert whole["entries"] > without["entries"]
    for text in (told["bundle"], without["bundle"], whole["bundle"]):
        assert NAME not in text
    for who in ("nexus manager", "nexus worker", "administrator"):
        await town[who].get(f"/cases/{case}/bundles", expect=403)
    await auditor.get(f"/cases/{town['nexus worker'].staff_id}/bundles", expect=404)


async def test_a_kept_checkpoint_is_still_there(town: Town, supervisor: EmptyMachine) -> None:
    """Whoever kept a checkpoint is shown that the log has only grown; a fork, somebody else's log
    and too few witnesses are named."""
    size = (await sealed(town, EVENTS, 1)).size
    trusted = [f"--key={key}" for key in town.rooms.house.signatures.keys()]  # noqa: SIM118
    latest = await town.rooms.audit_logs.stores[EVENTS].latest()
    assert latest
    kept = supervisor.keep("kept", latest.note)
    await opened(town, met(name=NAME, number=NUMBER))
    await sealed(town, EVENTS, size + 1)
    proof = supervisor.keep(
        "proof", await answered(town, f"/events/consistency-proofs/{latest.size}")
    )
    known = [*trusted, f"--kept={kept}"]
    assert "it has only grown" in supervisor.verify(proof, *known, expect=0)
    assert "not shown to begin" in supervisor.verify(proof, *trusted, expect=1)
    new = supervisor.keep("new", await answered(town, "/events/checkpoint"))
    assert "signed" in supervisor.verify(new, *known, expect=0)
    assert "no key that you trust" in supervisor.verify(new, *trusted[1:], expect=1)

    signer = town.rooms.signing_keys(latest.note.split("\n")[0])[-1]
    text = Checkpoint(signer.verifier.name, latest.size, bytes(32)).text
    fork = supervisor.keep("fork", str(Note(text, [signer.signature(text)])))
    assert "forked" in supervisor.verify(fork, *known, expect=1)
    witness = Signer("witness.example", bytes(32), algorithm=COSIGNATURE)
    policy = supervisor.keep("policy", f"witness w {witness.verifier.vkey}\nquorum w\n")
    asked = [*known, f"--policy={policy}"]
    assert "too few" in supervisor.verify(new, *asked, expect=1)
    note = (
        latest.note
        + witness.cosignature(latest.note.partition("\n\n")[0] + "\n", 1_700_000_000).line
    )
    seen = supervisor.keep("seen", note)
    assert "cosigned by witness.example" in supervisor.verify(seen, *asked, expect=0)
