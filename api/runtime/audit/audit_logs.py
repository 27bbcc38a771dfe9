"""The audit logs of a municipality: a tree over each of its logs, and who seals it."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from api.runtime.audit.kept_checkpoints import CheckpointFolder
from api.runtime.audit.sealing import Sealer, Signers
from api.runtime.audit.tree_store import EVENTS, RECEIPTS, TreeStore, Verified
from api.runtime.log.changes import Changes
from api.runtime.settings import SettingsAreFaulty
from api.tree.bundles import STATEMENTS
from api.tree.checkpoints import read_checkpoint
from api.tree.notes import Signer, read_note
from api.tree.policies import NOBODY, Policy, PolicyIsUnsound, read_policy
from api.tree.verification import events_line

LOGS: Final = (EVENTS, RECEIPTS)


def origin_of(name: str, municipality: str, log: str) -> str:
    """What a log is called in its checkpoints."""
    return f"{name}/{municipality}/{log}"


def policy_in(file: Path | None) -> Policy:
    """Nobody needs to cosign where no policy is given. Raises SettingsAreFaulty."""
    if file is None:
        return NOBODY
    try:
        return read_policy(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, PolicyIsUnsound) as unsound:
        raise SettingsAreFaulty(f"audit_policy: {file}: {unsound}") from None


class HouseSignatures:
    """The `Signatures` port: the keys that sign the logs, in the name of all that is signed."""

    def __init__(self, name: str, municipality: str, signers: Signers) -> None:
        self._origins = {log: origin_of(name, municipality, log) for log in (*LOGS, STATEMENTS)}
        self._signers = signers

    def statement(self) -> Signer:
        return self._signers(self._origins[STATEMENTS])[-1]

    def keys(self) -> list[str]:
        every = (signer for origin in self._origins.values() for signer in self._signers(origin))
        return [signer.verifier.vkey for signer in every]


class AuditLogs:
    """Both trees. The receipts' checkpoint names the latest of the events', so that together they
    say who could have known what when."""

    def __init__(self, url: str, schema: str, name: str) -> None:
        self.stores = {log: TreeStore(url, schema, log) for log in LOGS}
        self._origins = {log: origin_of(name, schema, log) for log in LOGS}

    def origin(self, log: str) -> str:
        """What a log is called, whatever its incarnation."""
        return self._origins[log]

    def sealers(
        self,
        changes: Mapping[str, Changes],
        signers: Signers,
        folder: CheckpointFolder | None = None,
    ) -> list[Sealer]:
        """Where checkpoints are kept in a folder, too, the logs must contain them."""

        def latest(log: str) -> str | None:
            kept = folder.latest(log) if folder else None
            return kept.note if kept else None

        return [
            Sealer(
                self.stores[log],
                changes[log],
                signers,
                origin=self._origins[log],
                more=self._latest_events if log == RECEIPTS else None,
                elsewhere=partial(latest, log),
            )
            for log in LOGS
        ]

    async def are_signed(self) -> bool:
        """Whether any checkpoint was ever signed. Raises LogUnavailable."""
        return any([await store.latest() for store in self.stores.values()])

    async def verified(self) -> dict[str, Verified]:
        """When each tree was last recomputed from its rows, and what came of it. Raises
        LogUnavailable."""
        found = {log: await store.verified() for log, store in self.stores.items()}
        return {log: verified for log, verified in found.items() if verified}

    async def note(self, log: str, size: int, finding: str | None) -> None:
        """That a tree was recomputed. Raises LogUnavailable."""
        await self.stores[log].note(size, finding)

    async def stop(self) -> None:
        for store in self.stores.values():
            await store.stop()

    async def _latest_events(self) -> Sequence[str]:
        latest = await self.stores[EVENTS].latest()
        if latest is None:
            return ()
        checkpoint = read_checkpoint(read_note(latest.note).text)
        return (events_line(checkpoint.size, checkpoint.root),)
