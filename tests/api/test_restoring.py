"""A log that was restored from a backup says so and goes on; one that does not say so is found."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

import pytest

from api.runtime.audit.audit_logs import AuditLogs
from api.runtime.audit.kept_checkpoints import CheckpointFolder, Keeping, Kept
from api.runtime.audit.restoring import NothingIsLost, declare
from api.runtime.audit.sealing import LogWasRolledBack, Sealer
from api.runtime.audit.tree_evidence import DatabaseEvidence, log_as_it_is
from api.runtime.audit.tree_store import EVENTS
from api.runtime.clock import SystemClock
from api.runtime.log.event_log import StoredEventLog
from api.runtime.postgres.database import LOG
from api.runtime.postgres.postgres_server import start_postgres
from api.runtime.postgres.turns import Turn
from api.tree import offline
from api.tree.checkpoints import Checkpoint, read_checkpoint
from api.tree.evidence import Finding, Verdict, Wrong
from api.tree.notes import COSIGNATURE, Note, Signer, read_note
from api.tree.submissions import Submission
from api.witness.memory import Memory
from api.witness.witness import Witness
from tests.backups import back_up, restore
from tests.conftest import _QUICK, Database, new_database
from tests.sealing import grow, verified

SEED = bytes(32)
BACKED_UP, LOST = 10, 15


def signers(origin: str) -> list[Signer]:
    return [Signer(origin, SEED)]


def signed(size: int, root: bytes, *, origin: str = "log.example/events") -> str:
    text = Checkpoint(origin, size, root).text
    name = origin
    return str(Note(text, [Signer(name, SEED).signature(text)]))


@dataclass(slots=True)
class House:
    """One process over a log, which puts each checkpoint in the folder."""

    database: Database
    log: StoredEventLog
    logs: AuditLogs
    folder: CheckpointFolder

    @property
    def origin(self) -> str:
        return self.logs.origin(EVENTS)

    def verified(self, kept: Sequence[str], *, stopped: bool = False) -> Verdict:
        trusted = [it.verifier for it in signers(self.origin)]
        return verified(
            self.database, kept=kept, stopped=stopped, origin=self.origin, trusted=trusted
        )

    @property
    def kept(self) -> list[str]:
        return list(self.folder.notes(EVENTS))

    def sealer(self) -> Sealer:
        [events, _] = self.logs.sealers(
            {EVENTS: self.log.changes, "receipts": self.log.changes}, signers, self.folder
        )
        return events

    async def grow_and_keep(self, events: int) -> None:
        await grow(self.log, events)
        await self.sealer().catch_up()
        turn = Turn(self.database.url("server"), self.database.schema, "keeping")
        await Keeping(self.logs.stores, self.folder, turn, every=1).keep()
        await turn.end()


async def opened(stack: AsyncExitStack, database: Database, folder: Path) -> House:
    url, schema = database.url("server"), database.schema
    log = await stack.enter_async_context(StoredEventLog(url, schema))
    logs = AuditLogs(url, schema, "samordna.example")
    stack.push_async_callback(logs.stop)
    return House(database, log, logs, CheckpointFolder(folder, schema))


@pytest.fixture
def place() -> Iterator[Path]:
    """Where a server may run as another user."""
    place = Path(tempfile.mkdtemp(prefix="samordna-test-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture
async def house(place: Path, tmp_path: Path) -> AsyncIterator[House]:
    """Restored from a backup with 10 events; 15 had been signed, and that was kept elsewhere."""
    with start_postgres(place / "log", name="log", settings=_QUICK) as server:
        database = new_database(server, tmp_path, LOG)
        async with AsyncExitStack() as before:
            old = await opened(before, database, tmp_path / "kept")
            await old.grow_and_keep(BACKED_UP)
            back_up(server, place / "backup")
            await old.grow_and_keep(LOST - BACKED_UP)
            assert old.verified(old.kept, stopped=True).holds
    restored = restore(server, place / "backup")
    with start_postgres(restored, name="restored", settings=_QUICK) as server:
        again = replace(database, owner_url=server.url())
        async with AsyncExitStack() as after:
            yield await opened(after, again, tmp_path / "kept")


async def test_a_restored_log(house: House, tmp_path: Path) -> None:
    """Nothing is signed and nothing verifies until the restore is declared; then the log goes on
    under a new name, says what was lost, and still contains what was kept."""
    database, schema = house.database, house.database.schema
    await grow(house.log, 7)
    sealer = house.sealer()
    with pytest.raises(LogWasRolledBack):
        await sealer.catch_up()
    assert sealer.was_rolled_back
    signed_before = [read_checkpoint(read_note(it).text) for it in house.kept]
    lost = signed_before[-1]
    verdict = house.verified(house.kept)
    assert Finding(Wrong.ROLLED_BACK, 11, "signed: 15") in verdict.findings

    declared = await declare(house.logs, signers, database.owner_url, schema, house.kept)
    restored = declared[EVENTS]
    assert (restored.size, restored.known_size, restored.known_root) == (10, 15, lost.root)
    assert "entries 11 to 15 is lost" in str(restored)
    await house.grow_and_keep(5)
    kept = house.kept
    verdict = house.verified(kept, stopped=True)
    assert (verdict.findings, verdict.size, verdict.restored) == ([], 22, [restored])
    with log_as_it_is(database.url("auditor")) as connection:
        assert DatabaseEvidence(connection, schema, EVENTS).incarnation() == 2
    latest = await house.logs.stores[EVENTS].latest()
    assert latest
    it_is_another_log_to_a_witness(house.origin, house.kept[-2], latest.note, tmp_path / "witness")

    # Whoever kept what was lost finds it declared; what was not is a finding.
    more, other = (signed(size, bytes(32), origin=house.origin) for size in (LOST + 5, LOST))
    silent = signed(22, verdict.checkpoints[22].root, origin=f"{house.origin}/2")
    earlier = signed(BACKED_UP - 1, bytes(32), origin=house.origin)
    for false, what, position in (
        (more, Wrong.LOSS_CONCEALED, LOST + 1),
        (other, Wrong.CHECKPOINT_FORKED, LOST),
        (silent, Wrong.CHECKPOINT_UNSOUND, 22),
        (earlier, Wrong.CHECKPOINT_FORKED, 1),
    ):
        found = house.verified([*kept, false]).findings
        assert (what, position) in [(it.what, it.position) for it in found]

    # No name ever stood on two trees of one size.
    told = [note for (note,) in database.execute("SELECT note FROM {}.checkpoints")]
    roots = dict[tuple[str, int], bytes]()
    for checkpoint in (read_checkpoint(read_note(it).text) for it in [*kept, *told]):
        assert roots.setdefault((checkpoint.origin, checkpoint.size), checkpoint.root) == (
            checkpoint.root
        )
    with pytest.raises(NothingIsLost):
        await declare(house.logs, signers, database.owner_url, schema, kept)
    again = await declare(
        house.logs, signers, database.owner_url, schema, kept, although_unknown=True
    )
    await house.grow_and_keep(1)
    verdict = house.verified(house.kept, stopped=True)
    assert (verdict.findings, verdict.restored) == ([], [restored, again[EVENTS]])
    assert "nothing is known to be lost" in str(again[EVENTS])


def it_is_another_log_to_a_witness(origin: str, lost: str, new: str, folder: Path) -> None:
    """Which cosigns it once it is told of the new name, although it knows more of the old one; and
    the file that is handed out knows it by the old key."""
    Memory.create(folder)
    keys = {name: [Signer(name, SEED).verifier] for name in (origin, f"{origin}/2")}
    signer, now = Signer("witness.example/one", SEED, algorithm=COSIGNATURE), SystemClock().now
    first, second = (str(Submission(0, [], read_note(it))).encode() for it in (lost, new))
    with closing(Memory(folder)) as memory:
        untold = Witness(signer, {origin: keys[origin]}, memory, now)
        assert untold.add_checkpoint(first).status == HTTPStatus.OK
        assert untold.add_checkpoint(second).status == HTTPStatus.NOT_FOUND
        answer = Witness(signer, keys, memory, now).add_checkpoint(second)
        assert answer.status == HTTPStatus.OK
    known = offline.keys_of([keys[origin][0].vkey, signer.verifier.vkey])
    seen = offline.checkpoint_of(new + answer.body, known, "the new one")
    assert (seen.size, list(seen.cosigned)) == (22, ["witness.example/one"])


def test_what_is_kept_is_never_overwritten(tmp_path: Path) -> None:
    """A checkpoint stands there once; of one that was cut short, a whole one beside it; and names
    stand in the order of what they are."""
    folder = CheckpointFolder(tmp_path, "uppsala")
    notes = [Kept(1, size, signed(size, bytes(32))) for size in (7, 700, 31)]
    later = Kept(2, 9, signed(9, bytes(32)))
    for kept in (*notes, later, *notes):
        folder.keep(EVENTS, kept)
    first = tmp_path / "uppsala" / EVENTS / "001-000000000000000007"
    folder.keep(EVENTS, notes[0]._replace(note=signed(7, bytes(range(32)))))
    assert first.read_text(encoding="utf-8") == notes[0].note
    assert list(folder.notes(EVENTS)) == [notes[0].note, notes[2].note, notes[1].note, later.note]
    assert folder.latest(EVENTS) == later

    short = tmp_path / "uppsala" / EVENTS / "002-000000000000000010"
    short.write_text("samordna", encoding="utf-8")
    assert folder.latest(EVENTS) == later
    assert list(folder.notes(EVENTS))[-1] == ""
    whole = Kept(2, 10, signed(10, bytes(32)))
    folder.keep(EVENTS, whole)
    assert folder.latest(EVENTS) == whole
    assert (len(list(folder.notes(EVENTS))), list(folder.notes(EVENTS))[-1]) == (5, whole.note)
    assert short.read_text(encoding="utf-8") == "samordna"
