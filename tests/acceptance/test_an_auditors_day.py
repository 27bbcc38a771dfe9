"""An auditor's day: a tip that somebody looked at a neighbour's case. Who saw it, was it justified,
is the log complete; and the proofs are handed to the supervisor, who verifies them on a machine of
their own, with one file."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from api.runtime.audit.tree_store import EVENTS
from api.tree.checkpoints import Checkpoint
from api.tree.notes import COSIGNATURE, Note, Signer
from tests.acceptance.command_line import said_to
from tests.acceptance.empty_machine import EmptyMachine
from tests.acceptance.test_a_person import NUMBER, met, opened
from tests.acceptance.test_proofs import answered, sealed
from tests.acceptance.town import Town

NAME = "Elin Marklund"


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
    await it_was_not_justified(town, looked["receipt"])
    await town.rooms.nightly.verify()  # is the log complete?
    assert all(it.holds for it in (await town.rooms.audit_logs.verified()).values())

    handed = await auditor.get(f"/cases/{case}/bundles")
    keys = town.rooms.house.signatures.keys()
    await the_supervisor_verifies(supervisor, handed.json, list(keys), looked["receipt"])
    assert NAME not in handed["bundle"]
    again = await auditor.get(f"/cases/{case}/readings")
    assert "bundleCase" in {it["operation"] for it in again["items"]}


async def it_was_not_justified(town: Town, receipt: int) -> None:
    """A review of the last days draws it, the manager is asked, and it is found to be wrong."""
    auditor, manager = town["auditor"], town["nexus manager"]
    desk = town.rooms.house.desk
    today = desk.calendar.day_of(desk.clock.now())
    scope = {"periodFrom": str(today - timedelta(days=7)), "periodUntil": str(today), "size": 1}
    opened = await auditor.post("/reviews", {**scope, "ground": "Ett tips."}, expect=201)
    review = f"/reviews/{opened['reviewId']}"
    drawn = [it["receipt"] for it in (await auditor.get(review))["items"]]
    assert receipt in drawn
    question = {"receipt": receipt, "question": "Hade hon något med ärendet att göra?"}
    manager.position = (await auditor.post(f"{review}/questions", question))["position"]
    answer = {"receipt": receipt, "answer": "Nej. De bor i samma hus."}
    auditor.position = (await manager.post(f"{review}/answers", answer))["position"]
    wrong = {"receipts": [receipt], "judgement": "not-justified", "ground": "Grannar."}
    await auditor.post(f"{review}/judgements", wrong)
    others = [it for it in drawn if it != receipt]
    if others:
        fine = {"judgement": "justified", "ground": "Hörde till arbetet."}
        await auditor.post(f"{review}/judgements", {"receipts": others, **fine})
    found = {"receipts": [receipt], "kind": "unjustified-access", "text": "Läste om sin granne."}
    await auditor.post(f"{review}/findings", found, expect=201)
    await auditor.post(f"{review}/closures", {"conclusion": "En obefogad åtkomst."})


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


async def test_proofs_by_command(town: Town, supervisor: EmptyMachine, tmp_path: Path) -> None:
    """A case's bundle, and that an entry is there, and that a log has only grown: made by commands,
    verified on the empty machine and by ours; one changed byte is told."""
    case = await opened(town, met(name=NAME, number=NUMBER))
    size = (await sealed(town, EVENTS, 1)).size
    kept = supervisor.keep("kept by me", await answered(town, "/events/checkpoint"))
    trusted = [f"--key={key}" for key in town.rooms.house.signatures.keys()]  # noqa: SIM118
    await opened(town, met(name=NAME, number=None))
    await sealed(town, EVENTS, size + 1)
    await town.level()
    auditor, out = town["auditor"], tmp_path / "bundle"

    for more, rows in (([], 0), (["--contents", "--whole-person", "--purpose", "review"], 1)):
        file = str(tmp_path / f"bundle {rows}")
        assert "entries" in await said_to(town, auditor, "bundle", case, file, *more)
        out = Path(file)
        assert out.stat().st_mode & 0o077 == 0
        text = out.read_text("utf-8")
        assert NAME not in text
        assert supervisor.verify(supervisor.keep("handed", text), *trusted, expect=0)
        assert ('"name":"case.opened","schema_version"' in text) == bool(rows)
    refused = await said_to(town, auditor, "bundle", case, str(out), ends=1)
    assert "stands there already" in " ".join(refused.split())
    assert "HOLDS" in await said_to(town, auditor, "verify", "--bundle", str(out))

    told = await said_to(town, auditor, "proof", "inclusion", "events", str(size))
    proof = supervisor.keep("included", told)
    assert f"HOLDS: entry {size}" in supervisor.verify(proof, *trusted, expect=0)
    other = supervisor.keep("other", told.replace(f"index {size - 1}", f"index {size}"))
    assert f"another entry at position {size + 1}" in supervisor.verify(other, *trusted, expect=1)
    told = await said_to(town, auditor, "proof", "consistency", "events", str(size))
    grown = supervisor.keep("grown", told)
    known = [*trusted, f"--kept={kept}"]
    assert "it has only grown" in supervisor.verify(grown, *known, expect=0)
    changed = supervisor.keep("not grown", told.replace(told.split("\n")[1], "A" * 43 + "="))
    assert "not shown to begin" in supervisor.verify(changed, *known, expect=1)
