#!/usr/bin/env python3
"""Verifies what Samordna's audit logs hand out, far from Samordna: this one file, Python 3.11 or
newer, and the package `cryptography`. Read it from the top to the bottom; it takes no hour.

    python3 verify_audit.py FILE --key KEY [--key KEY ...] [--kept CHECKPOINT ...]
                            [--witness KEY ... --need NUMBER]

FILE is a bundle or an export (.jsonl), a proof of consistency, or a checkpoint; which one, it says
itself. The keys are those that `samordna audit-keys` prints; they must have reached you by another
way than the file. `--kept` names a checkpoint that you kept: the log must still contain it. Of the
witnesses, so many must have cosigned each checkpoint.

It ends with 0 when all holds; with 1 when something is wrong, and says where and what; with 2 when
it cannot read what it was given; with 3 when all fits together, by keys that only the file names.
"""

import argparse
import json
import re
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class IsWrong(Exception):
    """Something does not hold: the message says where, and what."""


# --- 1. Who has signed? A note is a text, an empty line, and a line for each signature. -----------

SIGNATURE, COSIGNATURE = 1, 4  # a log's own; a witness's, which binds the time, too
Keys = Mapping[tuple[str, bytes], bytes]  # by name and id: which algorithm, and the public key


class Checkpoint(NamedTuple):
    """A log had so many entries, and this was the root of its tree."""

    origin: str
    size: int
    root: bytes
    cosigned: Mapping[str, int]  # by which witnesses, and when (Unix time)


def keys_of(told: Iterable[str]) -> Keys:
    """A key is told as NAME+ID+KEY; its id is a hash of the rest."""
    keys = {}
    for text in told:
        name, key_id, encoded = ([*text.strip().split("+", 2), "", ""])[:3]
        key = bytes_of(encoded, 33, f"{text[:60]}: this is no key")
        found = sha256(f"{name}\n".encode() + key).digest()[:4]
        if found.hex() != key_id or key[0] not in {SIGNATURE, COSIGNATURE}:
            raise IsWrong(f"{text[:60]}: this is no key")
        keys[name, found] = key
    return keys


def checkpoint_of(note: str, keys: Keys, where: str) -> Checkpoint:
    """Signed by a key of the log whose name stands on its first line. Lines of keys that nobody
    told us of are passed over; a line in the name of a known key must be that key's."""
    text, gap, signatures = note.rpartition("\n\n")
    origin, size, root = ([*text.split("\n", 3), "", "", ""])[:3]
    if (
        not gap
        or not signatures.endswith("\n")
        or not re.fullmatch(r"0|[1-9]\d{0,17}", size, re.ASCII)
    ):
        raise IsWrong(f"{where}: this is no checkpoint")
    signed, cosigned = False, {}
    for line in signatures[:-1].split("\n"):
        dash, name, encoded = ([*line.split(" ", 2), "", ""])[:3]
        if dash != "\N{EM DASH}":
            raise IsWrong(f"{where}: this is no signature: {line[:60]}")
        signature = bytes_of(encoded, None, f"{where}: this is no signature: {line[:60]}")
        key = keys.get((name, signature[:4]), b"\0")
        if key[0] == SIGNATURE and name == origin:
            signed = is_signed(key, f"{text}\n", signature[4:], f"{where}, signed by {name}")
        elif key[0] == COSIGNATURE:
            cosigned[name] = int.from_bytes(signature[4:12])
            timed = f"cosignature/v1\ntime {cosigned[name]}\n{text}\n"
            is_signed(key, timed, signature[12:], f"{where}, cosigned by {name}")
    if not signed:
        raise IsWrong(f"{where}: no key that you trust has signed it ({origin})")
    return Checkpoint(origin, int(size), bytes_of(root, 32, f"{where}: its root"), cosigned)


def is_signed(key: bytes, text: str, signature: bytes, where: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature, text.encode())
    except InvalidSignature:
        raise IsWrong(f"{where}: the signature is wrong") from None
    return True


def bytes_of(encoded: Any, length: int | None, where: str) -> bytes:
    """Base64, in its one proper spelling."""
    try:
        found = b64decode(encoded, validate=True)
    except (ValueError, TypeError):
        raise IsWrong(f"{where}: not base64") from None
    if b64encode(found).decode() != encoded or length not in {None, len(found)}:
        raise IsWrong(f"{where}: not so many bytes in base64")
    return found


# --- 2. Is it in the tree? RFC 6962; how a proof is followed: RFC 9162, 2.1.3.2 and 2.1.4.2. ------


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def climbed(place: int, last: int, path: Iterable[bytes], start: bytes) -> Sequence[bytes]:
    """From a node to the root, with a sibling at each step: the root of all that the node and what
    stands left of it hold, and the root of the whole tree. Nothing, where a step is too many or
    missing."""
    left = whole = start
    for sibling in path:
        if last == 0:
            return ()
        if place & 1 or place == last:
            left, whole = node(sibling, left), node(sibling, whole)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            whole = node(whole, sibling)
        place, last = place >> 1, last >> 1
    return (left, whole) if last == 0 else ()


def is_included(entry: bytes, position: int, tree: Checkpoint, path: Sequence[bytes]) -> bool:
    leaf = sha256(b"\x00" + entry).digest()
    found = climbed(position - 1, tree.size - 1, path, leaf)
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

ROWS = {
    "events": [
        *("salt", "recorded_at", "stream", "version", "name", "schema_version", "occurred_at"),
        *("actor", "unit", "command", "correlation", "payload"),
    ],
    "receipts": ["salt", "recorded_at", "id", "event_position", "key", "body"],
}
LENGTHS = {"version": 4, "schema_version": 2, "event_position": 8}
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def binding_of(log: str, row: Any, where: str) -> bytes:
    if not isinstance(row, dict) or row.keys() != set(ROWS[log]):
        raise IsWrong(f"{where}: these are not the columns of a row")
    bound = b""
    for name in ROWS[log]:
        try:
            column = column_of(name, row[name])
        except (ValueError, TypeError, AttributeError, OverflowError, IsWrong):
            raise IsWrong(f"{where}: {name} cannot be read") from None
        bound += len(column).to_bytes(4) + column
    return sha256(bound).digest()


def column_of(name: str, told: Any) -> bytes:
    """As PostgreSQL sends it."""
    match name:
        case "salt":
            return bytes_of(told, 32, name)
        case "stream" | "actor" | "command" | "correlation" | "id":
            return UUID(told).bytes
        case "recorded_at" | "occurred_at":
            at = datetime.strptime(told, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
            return ((at - EPOCH) // timedelta(microseconds=1)).to_bytes(8, signed=True)
        case "version" | "schema_version" | "event_position":
            return int(told).to_bytes(LENGTHS[name], signed=True)
        case _:
            return str(told).encode()


# --- 4. A bundle: a first line, a line for each entry, the house's statement as the last one. -----

Told = dict[str, Any]


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
            raise IsWrong(f"{wrong}: it was changed after it was written")
        if number == 1:
            trees = read_first(told, keys)
        elif "statement" in told:
            signed = checkpoint_of(str(told["statement"]), keys, where)
            if kind_of(signed) != "bundles" or signed[1:3] != (entries, bytes.fromhex(before)):
                raise IsWrong(f"{where}: it is not of these entries")
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


def read_line(line: bytes, number: int) -> tuple[Told, str]:
    """And what it is called. It is spelled in one way only, or it is not as it was written."""
    try:
        told = json.loads(line)
        spelled = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    except (ValueError, RecursionError):
        raise IsWrong(f"line {number}: it cannot be read") from None
    if not isinstance(told, dict) or spelled != line or not isinstance(told.get("before"), str):
        raise IsWrong(f"line {number}: it is not spelled as it was written")
    if number == 1 or "statement" in told:
        return told, f"line {number} (the {'first line' if number == 1 else 'statement'})"
    return told, f"line {number} ({told.get('log')} {told.get('position')})"


def which(told: Told, where: str, above: str, line: bytes, following: Iterator[bytes]) -> str:
    """A line and the one above do not fit each other: which one was changed? What comes next, or
    what the statement signs, knows this one as it was."""
    if "statement" in told:
        root = f"{told['statement']}\n\n".split("\n")[2].encode()
        return above if root == b64encode(bytes.fromhex(told["before"])) else where
    known = b'{"before":"' + sha256(line[:-1]).hexdigest().encode()
    return above if next(following, b"").startswith(known) else where


def read_first(told: Told, keys: Keys) -> dict[str, Checkpoint]:
    if told.get("form") != "samordna-bundle/1" or not isinstance(told.get("checkpoints"), dict):
        raise IsWrong("line 1 (the first line): this is no bundle that this program knows")
    trees = {}
    for log, note in told["checkpoints"].items():
        trees[log] = checkpoint_of(str(note), keys, f"line 1 (the checkpoint of {log})")
        if kind_of(trees[log]) != log:
            raise IsWrong(f"line 1 (the checkpoint of {log}): it is another log's")
    return trees


def kind_of(checkpoint: Checkpoint) -> str:
    """An origin is HOUSE/KIND; HOUSE/KIND/NUMBER, after a restore."""
    return checkpoint.origin.rstrip("/0123456789").rpartition("/")[2]


def verify_entry(told: Told, trees: Mapping[str, Checkpoint], where: str) -> None:
    tree, position, proof = trees.get(str(told.get("log"))), told.get("position"), told.get("proof")
    if tree is None or type(position) is not int or not 0 < position <= tree.size:
        raise IsWrong(f"{where}: no checkpoint covers it")
    binding = str(told.get("binding"))
    if not re.fullmatch(r"[0-9a-f]{64}", binding) or not isinstance(proof, list):
        raise IsWrong(f"{where}: its binding or its proof cannot be read")
    if "row" in told and binding_of(told["log"], told["row"], where).hex() != binding:
        raise IsWrong(f"{where}: the row is not the one that was sealed")
    path = [bytes_of(each, 32, f"{where}: its proof") for each in proof]
    if not is_included(position.to_bytes(8) + bytes.fromhex(binding), position, tree, path):
        raise IsWrong(f"{where}: the log has another entry in this place")


# --- 5. What was kept, who else has seen it, and the end of the story. ----------------------------


def verify_growth(text: str, keys: Keys, kept: Sequence[Checkpoint]) -> Checkpoint:
    """`old SIZE`, a line for each hash, an empty line, the new checkpoint (C2SP tlog-witness)."""
    told, _, note = text.partition("\n\n")
    first, *lines = told.split("\n")
    new = checkpoint_of(note, keys, "the new checkpoint")
    path = [bytes_of(line, 32, "the proof") for line in lines]
    found = [it for it in kept if it.origin == new.origin and first == f"old {it.size}"]
    if not found:
        raise IsWrong(f"the proof begins with {first!r}: that was not kept (--kept)")
    if not has_grown(found[0], new, path):
        raise IsWrong(f"{new.origin}: the log of {new.size} does not begin with that of {first}")
    return new


def verify_all(path: Path, keys: Keys, kept: Sequence[Checkpoint], need: int) -> str:
    with path.open("rb") as file:
        beginning = file.read(4)
        file.seek(0)
        if beginning.startswith(b"{"):
            told, found = verify_bundle(file, keys)
        else:
            text = file.read().decode()
            is_proof = beginning.startswith(b"old ")
            new = verify_growth(text, keys, kept) if is_proof else checkpoint_of(text, keys, "it")
            told, found = "all that was kept is still there" if is_proof else "signed", [new]
    for new in found:
        forks = [it for it in kept if it[:2] == new[:2] and it.root != new.root]
        if forks:
            raise IsWrong(f"{new.origin} {new.size}: forked, what was kept has another root")
        if len(new.cosigned) < need:
            raise IsWrong(f"{new.origin} {new.size}: {len(new.cosigned)} of {need} witnesses")
        told += f"\n  {new.origin}: {new.size} entries, root {new.root.hex()}"
        told += "".join(f"\n    cosigned: {name} {at}" for name, at in sorted(new.cosigned.items()))
    return told


def main(words: Sequence[str] | None = None) -> int:
    asked = argparse.ArgumentParser(usage=(__doc__ or "").split("\n\n")[1].strip())
    asked.add_argument("file", type=Path)
    asked.add_argument("--key", action="append", default=[])
    asked.add_argument("--kept", action="append", default=[], type=Path)
    asked.add_argument("--witness", action="append", default=[])
    asked.add_argument("--need", type=int, default=0)
    given = asked.parse_args(words)
    try:
        told = given.key
        if not told:
            with given.file.open("rb") as file:
                told = read_line(file.readline(), 1)[0].get("keys", [])
        keys = keys_of([*told, *given.witness])
        kept = [checkpoint_of(it.read_text("utf-8"), keys, str(it)) for it in given.kept]
        holds = verify_all(given.file, keys, kept, given.need)
    except IsWrong as wrong:
        print(f"WRONG: {wrong}")
        return 1
    except (OSError, UnicodeDecodeError) as unread:
        print(f"this cannot be read: {unread}")
        return 2
    print(f"HOLDS: {holds}")
    if not given.key:
        print("But the keys are the file's own: compare them with those that you know (--key).")
    return 0 if given.key else 3


if __name__ == "__main__":
    sys.exit(main())
