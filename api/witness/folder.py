"""A witness's folder: `witness.toml` says its name and the logs that it knows; `key` is its secret,
`memory` what it has seen."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from api.runtime.clock import SystemClock
from api.runtime.keys.key_file import KeyFile
from api.tree.notes import COSIGNATURE, ED25519, KeyIsUnsound, Signer, Verifier
from api.witness.memory import Memory
from api.witness.witness import Witness

_ABOUT: Final = "The key by which this witness cosigns. Whoever has this file is the witness."
_MADE: Final = """\
# The name of this witness, as it stands in its cosignatures. Never changed.
name = "{name}"

# The public keys of the logs that it witnesses, as their operators tell them otherwise than over
# the same network (`samordna audit-keys` prints them). A log that renews its key has two lines.
logs = [
]
"""


class WitnessIsFaulty(Exception):
    """The witness's folder cannot be used; the message says why."""


class WitnessFolder:
    def __init__(self, folder: Path) -> None:
        self._file = folder / "witness.toml"
        self._key = KeyFile(folder / "key", about=_ABOUT)
        self._memory = folder / "memory"

    def create(self, name: str) -> None:
        """A new witness: whoever is one already stays it. Raises WitnessIsFaulty."""
        if self._file.exists():
            raise WitnessIsFaulty(f"{self._file} is there already; a witness is made once")
        try:
            Verifier.read(Verifier(name, COSIGNATURE, bytes(32)).vkey)
        except KeyIsUnsound:
            raise WitnessIsFaulty("a name like witness.example/one: no space, no +") from None
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._key.create()
        Memory.create(self._memory)
        self._file.write_text(_MADE.format(name=name), encoding="utf-8")

    def signer(self) -> Signer:
        """Raises WitnessIsFaulty, KeyringIsUnusable."""
        name = str(self._told()["name"])
        *_, seed = self._key.read().values()
        return Signer(name, seed, algorithm=COSIGNATURE)

    def logs(self) -> Mapping[str, Sequence[Verifier]]:
        """By origin. Raises WitnessIsFaulty."""
        found = defaultdict[str, list[Verifier]](list)
        for vkey in self._told()["logs"]:
            try:
                key = Verifier.read(str(vkey))
            except KeyIsUnsound:
                raise WitnessIsFaulty(f"{self._file}: {vkey} is no key of a log") from None
            if key.algorithm != ED25519:
                raise WitnessIsFaulty(f"{self._file}: {vkey} is a witness's key, not a log's")
            found[key.name].append(key)
        return dict(found)

    @contextmanager
    def memory(self) -> Iterator[Memory]:
        """Raises MemoryIsMissing."""
        memory = Memory(self._memory)
        try:
            yield memory
        finally:
            memory.close()

    @contextmanager
    def witness(self) -> Iterator[Witness]:
        """Raises WitnessIsFaulty, KeyringIsUnusable, MemoryIsMissing."""
        with self.memory() as memory:
            yield Witness(self.signer(), self.logs(), memory, SystemClock().now)

    def _told(self) -> Mapping[str, Sequence[str] | str]:
        try:
            told = tomllib.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise WitnessIsFaulty(
                f"there is no {self._file}; `samordna witness create` makes a witness"
            ) from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise WitnessIsFaulty(f"{self._file}: {error}") from None
        name, logs = told.get("name"), told.get("logs")
        listed = isinstance(logs, list) and all(isinstance(log, str) for log in logs)
        if not isinstance(name, str) or not listed or set(told) != {"name", "logs"}:
            raise WitnessIsFaulty(f"{self._file}: it says a name and a list of logs, and no more")
        return told
