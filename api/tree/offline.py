#!/usr/bin/env python3
"""Verifies what Samordna's audit logs hand out, far from Samordna: this one file, Python 3.11 or
newer, and the package `cryptography`. Read it from the top to the bottom; it takes no hour.

    python3 verify_audit.py FILE --key KEY [--key KEY ...] [--kept CHECKPOINT ...] [--policy POLICY]

FILE is a bundle or an export (.jsonl), a proof that an entry is in a log, a proof that a log has
only grown since a checkpoint that you kept, or a checkpoint. The keys are those that `samordna
audit-keys` prints; they must have reached you by another way than the file. The policy (C2SP
tlog-policy) says who must have cosigned.

It ends with 0 when all holds; with 1 when something is wrong, and says where and what; with 2 when
it cannot read what it was given; with 3 when all fits together, by keys that only the file names.
"""

import argparse
import json
import re
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class IsWrong(Exception):
    """Something does not hold: the message says where, and what."""


# --- 1. Who has signed? A note is a text, an empty line, and a line for each signature. -----------

SIGNATURE, COSIGNATURE = 1, 4  # a log's own; a witness's, which binds the time, too
NOTE = re.compile(
    r"(([^\n]+)\n(0|[1-9]\d{0,17})\n([^\n]+)\n(?:[^\n]+\n)*)\n((?:\u2014 [^ \n]+ [^ \n]+\n)+)",
    re.ASCII,
)
Keys = Sequence[tuple[str, bytes]]  # whose name, and which algorithm and public key


class Checkpoint(NamedTuple):
    """A log had so many entries, and this was the root of its tree."""

    origin: str
    size: int
    root: bytes
    cosigned: Mapping[str, int]  # by which witnesses, and when (Unix time)


def keys_of(told: Iterable[str]) -> Keys:
    """A key is told as NAME+ID+KEY; its id is a hash of the rest."""
    keys = []
    for text in told:
        name, key_id, encoded = ([*text.strip().split("+", 2), "", ""])[:3]
        keys.append((name, bytes_of(encoded, 33, f"{text[:60]}: this is no key")))
        if key_of(name, bytes.fromhex(key_id), keys) == UNKNOWN:
            raise IsWrong(f"{text[:60]}: this is no key")
    return keys


UNKNOWN = b"\0"


def key_of(name: str, key_id: bytes, keys: Keys) -> bytes:
    """A log that was restored has a number behind its name, and the same key."""
    known = (key for owner, key in keys if owner in {name, re.sub(r"/\d+$", "", name)})
    ids = ((key, sha256(f"{name}\n".encode() + key).digest()[:4]) for key in known)
    return next((key for key, found in ids if found == key_id), UNKNOWN)


def checkpoint_of(note: str, keys: Keys, where: str) -> Checkpoint:
    """Signed by a key of the log whose name stands on its first line. Lines of keys that nobody
    told us of are passed over; a line in the name of a known key must be that key's."""
    found = NOTE.fullmatch(note)
    if not found:
        raise IsWrong(f"{where}: this is no checkpoint")
    text, origin, size, root, signatures = found.groups()
    signed, cosigned = False, {}
    for line in signatures[:-1].split("\n"):
        _, name, encoded = line.split(" ")
        signature = bytes_of(encoded, None, f"{where}: this is no signature: {line[:60]}")
        key, value = key_of(name, signature[:4], keys), signature[4:]
        if key[0] == SIGNATURE and name == origin:
            signed, what = True, text
        elif key[0] == COSIGNATURE:
            cosigned[name], value = int.from_bytes(value[:8]), value[8:]
            what = f"cosignature/v1\ntime {cosigned[name]}\n{text}"
        else:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(value, what.encode())
        except InvalidSignature:
            raise IsWrong(f"{where}: the signature of {name} is wrong") from None
    if not signed:
        raise IsWrong(f"{where}: no key that you trust has signed it ({origin})")
    return Checkpoint(origin, int(size), bytes_of(root, 32, f"{where}: its root"), cosigned)


def bytes_of(encoded: Any, length: int | None, where: str) -> bytes:
    """Base64, in its one proper spelling."""
    with suppress(ValueError, TypeError):
        found = b64decode(encoded, validate=True)
        if b64encode(found).decode() == encoded and length in {None, len(found)}:
            return found
    raise IsWrong(f"{where}: not so many bytes in base64")


# --- 2. Is it in the tree? RFC 6962; how a proof is followed: RFC 9162, 2.1.3.2 and 2.1.4.2. ------


def climbed(place: int, last: int, path: Iterable[bytes], start: bytes) -> Sequence[bytes]:
    """From a node to the root, with a sibling at each step: the root of all that the node and what
    stands left of it hold, and the root of the whole tree. Nothing, where a step is too many or
    missing."""
    left = whole = start
    for sibling in path:
        if last == 0:
            return ()
        if place & 1 or place == last:
            left, whole = (sha256(b"\x01" + sibling + it).digest() for it in (left, whole))
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            whole = sha256(b"\x01" + whole + sibling).digest()
        place, last = place >> 1, last >> 1
    return (left, whole) if last == 0 else ()


def is_included(entry: bytes, position: int, tree: Checkpoint, path: Sequence[bytes]) -> bool:
    found = climbed(position - 1, tree.size - 1, path, sha256(b"\x00" + entry).digest())
    return 0 < position <= tree.size and tree.root in found[1:]


def has_grown(old: Checkpoint, new: Checkpoint, path: Sequence[bytes]) -> bool:
    """Whether the new tree begins with the old one."""
    if old.size in {0, new.size}:
        return not path and old.root == (new.root if old.size else sha256().digest())
    known = path if old.size & (old.size - 1) else [old.root, *path]
    place, last = old.size - 1, new.size - 1
    while place & 1:  # up to the last whole tree that both share
        place, last = place >> 1, last >> 1
    return len(known) > 0 and climbed(place, last, known[1:], known[0]) == (old.root, new.root)


# --- 3. Is the row the one that was sealed? Its columns, each behind its length, the salt first. --

ROWS: Mapping[str, Mapping[str, Any]] = {
    "events": {"salt": bytes, "recorded_at": datetime, "stream": UUID, "version": 4, "name": str}
    | {"schema_version": 2, "occurred_at": datetime, "actor": UUID, "unit": str}
    | {"command": UUID, "correlation": UUID, "payload": str},
    "receipts": {"salt": bytes, "recorded_at": datetime, "id": UUID, "event_position": 8}
    | {"key": str, "body": str},
}
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def column_of(told: Any, kind: Any) -> bytes:
    """As PostgreSQL sends it: numbers of so many bytes, moments in microseconds."""
    if kind is bytes:
        return bytes_of(told, 32, "")
    if kind is UUID:
        return UUID(told).bytes
    if kind is datetime:
        at = datetime.strptime(told, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        return ((at - EPOCH) // timedelta(microseconds=1)).to_bytes(8, signed=True)
    return str(told).encode() if kind is str else int(told).to_bytes(kind, signed=True)


def binding_of(row: Mapping[str, Any], kinds: Mapping[str, Any], where: str) -> str:
    try:
        columns = [column_of(row[name], kind) for name, kind in kinds.items()]
        whole = b"".join(len(column).to_bytes(4) + column for column in columns)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, IsWrong):
        raise IsWrong(f"{where}: the row cannot be read") from None
    return sha256(whole).hexdigest() if row.keys() == kinds.keys() else ""


# --- 4. A bundle: a first line, a line for each entry, the house's statement as the last one. -----


def verify_bundle(lines: Iterable[bytes], keys: Keys) -> tuple[str, Sequence[Checkpoint]]:
    """Each line tells the hash of the one before it. Of what stands in an entry, the row is proved
    by the log's tree; what is `told` beside it is the house's word, which the statement signs."""
    trees: dict[str, Checkpoint] = {}
    last, entries, rows, before, above = {"events": 0, "receipts": 0}, 0, 0, "", "the beginning"
    following = iter(lines)
    for number, line in enumerate(following, 1):
        told, where = read_line(line, number)
        if told["before"] != before:
            wrong = which(told, where, above, line, following)
            raise IsWrong(f"{wrong}: changed after it was written, or what followed it is missing")
        if number == 1:
            trees = checkpoints_in(told, keys)
        elif "statement" in told:
            verify_statement(told, (entries, bytes.fromhex(before)), keys, where)
            if next(following, None) is not None:
                raise IsWrong(f"line {number + 1}: something stands after the statement")
            return f"{entries} entries, {rows} of them with their rows", [*trees.values()]
        else:
            verify_entry(told, trees, where)
            if told["position"] <= last[told["log"]]:
                raise IsWrong(f"{where}: twice, or not in its place")
            last[told["log"]], entries, rows = told["position"], entries + 1, rows + ("row" in told)
        before, above = sha256(line[:-1]).hexdigest(), where
    raise IsWrong(f"after {above}: the file ends here, without the house's statement")


def read_line(line: bytes, number: int) -> tuple[dict[str, Any], str]:
    """And what it is called. It is spelled in one way only, or it is not as it was written."""
    try:
        told = json.loads(line)
        spelled = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    except (ValueError, RecursionError):
        raise IsWrong(f"line {number}: it cannot be read") from None
    if not isinstance(told, dict) or spelled != line or not isinstance(told.get("before"), str):
        raise IsWrong(f"line {number}: it is not spelled as it was written")
    is_entry = number > 1 and "statement" not in told
    name = f"{told.get('log')} {told.get('position')}" if is_entry else "about all of them"
    return told, f"line {number} ({name})"


def which(
    told: dict[str, Any], where: str, above: str, line: bytes, following: Iterator[bytes]
) -> str:
    """A line and the one above do not fit each other: which one was changed? What comes next, or
    what the statement signs, knows this one as it was."""
    if "statement" in told:
        root = f"{told['statement']}\n\n".split("\n")[2].encode()
        return above if root == b64encode(bytes.fromhex(told["before"])) else where
    known = b'{"before":"' + sha256(line[:-1]).hexdigest().encode()
    return above if next(following, b"").startswith(known) else f"{where}, perhaps {above} too"


def checkpoints_in(told: dict[str, Any], keys: Keys) -> dict[str, Checkpoint]:
    if told.get("form") != "samordna-bundle/1" or not isinstance(told.get("checkpoints"), dict):
        raise IsWrong("line 1: this is no bundle that this program knows")
    trees = {}
    for log, note in told["checkpoints"].items():
        trees[log] = checkpoint_of(str(note), keys, f"line 1 (the checkpoint of {log})")
        if kind_of(trees[log]) != log:
            raise IsWrong(f"line 1 (the checkpoint of {log}): it is another log's")
    return trees


def kind_of(checkpoint: Checkpoint) -> str:
    """An origin is HOUSE/KIND; HOUSE/KIND/NUMBER, after a restore."""
    return checkpoint.origin.rstrip("/0123456789").rpartition("/")[2]


def verify_statement(
    told: dict[str, Any], written: tuple[int, bytes], keys: Keys, where: str
) -> None:
    signed = checkpoint_of(str(told["statement"]), keys, where)
    if kind_of(signed) != "bundles" or signed[1:3] != written:
        raise IsWrong(f"{where}: it is not of these entries")


def verify_entry(told: dict[str, Any], trees: Mapping[str, Checkpoint], where: str) -> None:
    tree, position, proof = trees.get(str(told.get("log"))), told.get("position"), told.get("proof")
    binding = str(told.get("binding"))
    if tree is None or type(position) is not int or not 0 < position <= tree.size:
        raise IsWrong(f"{where}: no checkpoint covers it")
    if not re.fullmatch(r"[0-9a-f]{64}", binding) or not isinstance(proof, list):
        raise IsWrong(f"{where}: its binding or its proof cannot be read")
    if "row" in told and binding_of(told["row"], ROWS[told["log"]], where) != binding:
        raise IsWrong(f"{where}: the row is not the one that was sealed")
    path = [bytes_of(each, 32, f"{where}: its proof") for each in proof]
    if not is_included(position.to_bytes(8) + bytes.fromhex(binding), position, tree, path):
        raise IsWrong(f"{where}: the log has another entry in this place")


# --- 5. What was kept, who else has seen it, and the end of the story. ----------------------------


def is_met(policy: Sequence[Sequence[str]], cosigned: Mapping[str, int]) -> bool:
    """Whether those have cosigned whom the policy's quorum asks for."""
    met, holds = {"none": True}, True
    for words in policy:
        match words:
            case ["witness", name, key, *_]:
                met[name] = key.partition("+")[0] in cosigned
            case ["group", name, least, *members]:
                need = {"any": 1, "all": len(members)}.get(least) or int(least)
                met[name] = sum(met[member] for member in members) >= need
            case ["quorum", name]:
                holds = met[name]
    return holds


TELL_KEYS = (["log"], ["witness"])


PROOF = re.compile(
    r"extra ([^\n]+)\nindex (0|[1-9]\d{0,17})\n((?:[^\n]+\n)*)\n(.+)", re.ASCII | re.DOTALL
)


def verify_inclusion(told: str, keys: Keys) -> tuple[str, Sequence[Checkpoint]]:
    """The entry is its position and its binding: what its row says, only the row tells."""
    if not (found := PROOF.fullmatch(told)):
        raise IsWrong("this is no proof, or it does not tell the entry")
    extra, index, hashes, note = found.groups()
    entry = bytes_of(extra, 40, "the entry")
    position, path = int(index) + 1, [bytes_of(it, 32, "the proof") for it in hashes.split()]
    tree = checkpoint_of(note, keys, "the checkpoint")
    if entry[:8] != position.to_bytes(8) or not is_included(entry, position, tree, path):
        raise IsWrong(f"{tree.origin}: the log has another entry at position {position}")
    return f"entry {position}, bound by {entry[8:].hex()}", [tree]


def verified(name: Path, known: Sequence[str], kept: Sequence[str], policies: Sequence[str]) -> str:
    policy = [line.split() for it in policies for line in Path(it).read_text("utf-8").splitlines()]
    named = [words[2 if words[0] == "witness" else 1] for words in policy if words[:1] in TELL_KEYS]
    with name.open("rb") as file:
        first = file.readline()
        is_bundle = first.startswith(b"{")
        own = read_line(first, 1)[0]["keys"] if is_bundle and not (known or policies) else []
        keys = keys_of([*known, *named, *own])
        old = [checkpoint_of(Path(it).read_text("utf-8"), keys, it) for it in kept]
        if is_bundle:
            holds, found = verify_bundle(chain([first], file), keys)
        elif first.startswith(b"old "):  # SIZE, hashes, an empty line, a checkpoint (tlog-witness)
            told, _, note = (first + file.read()).decode().partition("\n\n")
            path = [bytes_of(line, 32, "the proof") for line in told.split("\n")[1:]]
            new = checkpoint_of(note, keys, "the new checkpoint")
            begins = [it for it in old if (it.origin, b"old %d\n" % it.size) == (new.origin, first)]
            if not begins or not has_grown(begins[0], new, path):
                raise IsWrong(f"{new.origin}: not shown to begin with what was kept ({told[:20]})")
            holds, found = "it has only grown", [new]
        elif first == b"c2sp.org/tlog-proof@v1\n":  # the entry, its index, hashes, a checkpoint
            holds, found = verify_inclusion(file.read().decode(), keys)
        else:
            whole = (first + file.read()).decode()
            holds, found = "signed", [checkpoint_of(whole, keys, "the checkpoint")]
    for new in found:
        if any(it[:2] == new[:2] and it.root != new.root for it in old):
            raise IsWrong(f"{new.origin} {new.size}: forked, what was kept has another root")
        if not is_met(policy, new.cosigned):
            raise IsWrong(f"{new.origin} {new.size}: too few of the policy's witnesses cosigned it")
        holds += f"\n  {new.origin}: {new.size} entries, root {new.root.hex()}"
        holds += "".join(f"\n    cosigned by {name} at {at}" for name, at in new.cosigned.items())
    return holds + ("\nBut by keys that only the file names: compare them (--key)." if own else "")


def main(words: Sequence[str] | None = None) -> int:
    asked = argparse.ArgumentParser(usage=(__doc__ or "").split("\n\n")[1].strip())
    asked.add_argument("file", type=Path)
    for name in ("--key", "--kept", "--policy"):
        asked.add_argument(name, action="append", default=[])
    given = asked.parse_args(words)
    try:
        print("HOLDS:", verified(given.file, given.key, given.kept, given.policy))
    except IsWrong as wrong:
        print("WRONG:", wrong)
        return 1
    except (OSError, ValueError, LookupError, AttributeError) as unread:
        print("this cannot be read:", unread)
        return 2
    return 0 if given.key or given.policy else 3


if __name__ == "__main__":
    sys.exit(main())
