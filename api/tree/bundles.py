"""A bundle, and an export: entries of the logs in one file that proves itself, without any access
to the house.

It is JSON Lines, and not an archive: it can be written and verified line by line, however long it
is, gone on with after a stop, and read in any editor. Each line begins with the hash of the one
before it; the last one is the house's signature over all of them. So two things are told apart:

- `row`, the row as it stands in the log, with its salt: proved, by `binding`, `proof` and the
  checkpoint at the top. What is sealed in it stays sealed. Where it is left out, the entry is
  proved, and not what it says.
- `told`, what the house says of it, opened for whoever the bundle was made for: signed for.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

from api.tree.checkpoints import Checkpoint
from api.tree.notes import Note, Signer

FORM: Final = "samordna-bundle/1"
STATEMENTS: Final = "bundles"
"""What the house signs bundles as, beside the names of its logs."""

INSTRUCTIONS: Final = {
    "sv": "Filen bevisar sig själv. Spara den som den är. Kör `python3 verify_audit.py FIL"
    " --key NYCKEL` (Python 3.11 eller senare med paketet cryptography) med de nycklar"
    " som kommunen har lämnat på annat sätt (`samordna audit-keys`); nycklarna i filen"
    " räcker inte. Det som står under `row` bevisas av loggen. Det som står under `told`"
    " är kommunens uppgift, som den signerar på sista raden. Att en rad saknar `row`"
    " beror på att mottagaren inte får se den, eller att den är gallrad; att den finns i"
    " loggen är ändå bevisat. Filen visar inte att inget mer finns: det visar `samordna"
    " verify` mot hela loggen.",
    "en": "This file proves itself. Keep it as it is. Run `python3 verify_audit.py FILE --key KEY`"
    " (Python 3.11 or newer, with the package cryptography) with the keys that the municipality has"
    " given you by another way (`samordna audit-keys`); the keys in the file do not do. What stands"
    " under `row` is proved by the log. What stands under `told` is what the municipality says, and"
    " signs for on the last line. Where there is no `row`, the receiver may not see it; that the"
    " entry is in the log is proved even so. The file does not show that there is nothing else:"
    " that is shown by `samordna verify` of the whole log.",
}

COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "events": (
        *("salt", "recorded_at", "stream", "version", "name", "schema_version", "occurred_at"),
        *("actor", "unit", "command", "correlation", "payload"),
    ),
    "receipts": ("salt", "recorded_at", "id", "event_position", "key", "body"),
}
"""What a leaf of each log binds, in that order (rows_of_events.sql, rows_of_receipts.sql)."""

_MOMENT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_SALT: Final = "salt"
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_INTEGERS: Final = {"version": 4, "schema_version": 2, "event_position": 8}  # bytes


class Entry(NamedTuple):
    """A line of a bundle. `row` are the columns of the log, where they are disclosed."""

    log: str
    position: int
    binding: bytes
    path: Sequence[bytes]
    row: Mapping[str, Any] | None = None
    told: Mapping[str, Any] | None = None


class Lines:
    """A bundle on its way out. Whoever goes on with one after a stop gives the number of its
    entries and the hash of its last line."""

    def __init__(self, entries: int = 0, before: str = "") -> None:
        self.entries = entries
        self.before = before

    def begin(
        self,
        *,
        about: Mapping[str, Any],
        keys: Sequence[str],
        checkpoints: Mapping[str, str],
    ) -> str:
        """`checkpoints` are the notes that the proofs lead to, by log; `keys` what they are signed
        by, which the receiver compares with those that they know the log by."""
        return self._line(
            form=FORM,
            instructions=INSTRUCTIONS,
            about=about,
            keys=list(keys),
            checkpoints=checkpoints,
        )

    def add(self, entry: Entry) -> str:
        self.entries += 1
        more: dict[str, Any] = {}
        if entry.row is not None:
            more["row"] = {name: _spelled(name, value) for name, value in entry.row.items()}
        if entry.told is not None:
            more["told"] = entry.told
        return self._line(
            log=entry.log,
            position=entry.position,
            binding=entry.binding.hex(),
            proof=[b64encode(each).decode() for each in entry.path],
            **more,
        )

    def end(self, signer: Signer) -> str:
        """The house's word for all that was written: how many entries, and the hash of the last
        line, in the shape of a checkpoint."""
        text = Checkpoint(signer.verifier.name, self.entries, bytes.fromhex(self.before)).text
        return self._line(statement=str(Note(text, [signer.signature(text)])))

    def _line(self, **told: Any) -> str:
        line = json.dumps(
            {"before": self.before, **told}, ensure_ascii=False, separators=(",", ":")
        )
        self.before = sha256(line.encode()).hexdigest()
        return f"{line}\n"


def row_of(log: str, columns: Sequence[Any]) -> dict[str, Any]:
    """The columns of a log's row, after its position."""
    return dict(zip(COLUMNS[log], columns, strict=True))


def binding_of(row: Mapping[str, Any]) -> bytes:
    """What binds a row: SHA-256 over its columns, each behind its length."""
    columns = [_binary(name, value) for name, value in row.items()]
    return sha256(b"".join(len(each).to_bytes(4) + each for each in columns)).digest()


def _binary(name: str, value: Any) -> bytes:
    """As PostgreSQL sends it."""
    match value:
        case UUID():
            return value.bytes
        case datetime():
            return ((value - _EPOCH) // _MICROSECOND).to_bytes(8, signed=True)
        case int():
            return value.to_bytes(_INTEGERS[name], signed=True)
        case str():
            return value.encode()
        case _:
            return bytes(value)


def _spelled(name: str, value: Any) -> str | int:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).strftime(_MOMENT)
        case int() | str():
            return value
        case _:
            return b64encode(value).decode() if name == _SALT else bytes(value).decode()
