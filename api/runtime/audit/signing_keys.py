"""The keys that sign the audit logs' checkpoints: one secret for both logs of a municipality, each
of which has a name, and so a key, of its own."""

from collections.abc import Sequence
from pathlib import Path

from api.runtime.keys.key_file import KeyFile, KeyManagement
from api.tree.notes import Signer

_ABOUT = "Keys that sign the audit log's checkpoints, newest last. Whoever has this file can forge."


class SigningKeys:
    """Read again when the file has changed: a new key signs from the next checkpoint on."""

    def __init__(self, path: Path, management: KeyManagement | None = None) -> None:
        self._file = KeyFile(path, about=_ABOUT, management=management)
        self._read_at = 0
        self._seeds: Sequence[bytes] = ()

    def create(self) -> None:
        """Raises KeyringExists."""
        self._file.create()

    def renew(self) -> None:
        """Add a key. Raises KeyringIsUnusable."""
        self._file.renew()

    def __call__(self, origin: str) -> Sequence[Signer]:
        """Those that sign in the name of a log, newest last. Raises KeyringIsUnusable."""
        changed_at = self._file.changed_at
        if changed_at != self._read_at:
            self._seeds = list(self._file.read().values())
            self._read_at = changed_at
        return [Signer(origin, seed) for seed in self._seeds]
