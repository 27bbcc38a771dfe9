"""A bundle that was made without any database, and somebody who changes it on its way."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from api.tree.bundles import Entry, Lines, binding_of, row_of
from api.tree.checkpoints import Checkpoint
from api.tree.merkle import inclusion_plan, leaf_hash, proof
from api.tree.notes import Note, Signer
from api.tree.tiles import Edge, Tile, hash_in

HOUSE = "samordna.example/uppsala"
SEED = bytes(range(32))
SIGNERS = {name: Signer(f"{HOUSE}/{name}", SEED) for name in ("events", "receipts", "bundles")}
KEYS = [signer.verifier.vkey for signer in SIGNERS.values()]
SIZE = 300  # leaves of each log: more than a tile
A_MOMENT = datetime(2023, 4, 3, 9, 30, 0, 123456, tzinfo=UTC)


def row(log: str, position: int) -> dict[str, Any]:
    at, salt = A_MOMENT + timedelta(seconds=position), bytes([position % 256]) * 32
    names = [UUID(int=position << 64 | n) for n in range(4)]
    columns: tuple[Any, ...] = (
        salt,
        at,
        names[0],
        position,
        "receipts/2023-04",
        b"receipts:1:Zm9v",
    )
    if log == "events":
        columns = (
            *(salt, at, names[0], 7, "case.handover-offered", 1, at - timedelta(hours=1)),
            *(names[1], "nexus", names[2], names[3], '{"reason":"case:1:Å"}'.encode()),
        )
    return row_of(log, columns)


def entry(log: str, position: int) -> bytes:
    return position.to_bytes(8) + binding_of(row(log, position))


class Log(NamedTuple):
    note: str
    paths: dict[int, list[bytes]]


def log_of(log: str, positions: Sequence[int]) -> Log:
    edge, tiles = Edge(), dict[Tile, bytes]()
    tiles |= edge.grow(b"".join(leaf_hash(entry(log, n)) for n in range(1, SIZE + 1)))
    text = Checkpoint(f"{HOUSE}/{log}", SIZE, edge.root).text
    note = str(Note(text, [SIGNERS[log].signature(text)]))
    plans = {n: inclusion_plan(n - 1, SIZE) for n in positions}
    return Log(
        note, {n: proof(plan, lambda node: hash_in(tiles, node)) for n, plan in plans.items()}
    )


def bundle(positions: Sequence[int] = (2, 3, 299)) -> list[str]:
    """Of both logs, with every second row disclosed."""
    logs = {log: log_of(log, positions) for log in ("events", "receipts")}
    lines = Lines()
    written = [
        lines.begin(
            about={"case": str(UUID(int=5)), "purpose": "review", "of": [str(UUID(int=5))]},
            keys=KEYS,
            checkpoints={log: its.note for log, its in logs.items()},
        )
    ]
    for log, its in logs.items():
        for number, position in enumerate(positions):
            columns = row(log, position)
            shown = None if number % 2 else columns
            told = {"name": "case.handover-offered", "who": {"name": "Åsa"}, "version": number}
            binding = binding_of(columns)
            written.append(
                lines.add(Entry(log, position, binding, its.paths[position], shown, told))
            )
    return [*written, lines.end(SIGNERS["bundles"])]


class Tampering(NamedTuple):
    """`line` is the number of the line that must be named, or of the one above."""

    what: str
    line: int
    changed: list[str]


def tamperings(written: Sequence[str]) -> Iterator[Tampering]:
    for number, line in enumerate(written, 1):
        for what, other in _changes(line):
            yield Tampering(what, number, [*written[: number - 1], other, *written[number:]])
        yield Tampering("deleted", number, [*written[: number - 1], *written[number:]])
        yield Tampering("doubled", number, [*written[:number], line, *written[number:]])
        yield Tampering("cut off here", number, list(written[: number - 1]))
        yield Tampering("cut in two", number, [*written[: number - 1], line[: len(line) // 2]])
        if number < len(written):
            swapped = [written[number], line, *written[number + 1 :]]
            yield Tampering("swapped", number, [*written[: number - 1], *swapped])


def lies(written: Sequence[str]) -> Iterator[Tampering]:
    """What the house itself could write, that signs for it anew: with the key of its statements,
    and without any other row having been sealed."""
    told = [json.loads(line) for line in written]
    for number, line in enumerate(told[1:-1], 2):
        for path in _fields(line):
            if path[0] in {"row", "binding", "proof", "position"}:
                for place in ("first", "middle", "last"):
                    other = [*told[: number - 1], _with(line, path, place), *told[number:]]
                    yield Tampering(f"signed anew, {path} {place}", number, _signed(other))
        yield Tampering("twice", number + 1, _signed([*told[:number], line, *told[number:]]))
    notes = told[0]["checkpoints"]
    exchanged = {"events": notes["receipts"], "receipts": notes["events"]}
    of_nobody = {log: f"{note[:-9]}AAAAAAA=\n" for log, note in notes.items()}
    for what, instead in (("exchanged", exchanged), ("of nobody", of_nobody)):
        yield Tampering(what, 1, _signed([{**told[0], "checkpoints": instead}, *told[1:]]))
    for name, number in (("bundles", 3), ("bundles", 7), ("events", 6)):
        yield Tampering("signed for another", len(told), _signed(told, name, number))
    spelled = json.loads(written[-1])
    spelled["statement"] = re.sub("(.)=\n$", _other_spelling, spelled["statement"])
    yield Tampering("spelled otherwise", len(told), [*written[:-1], _spelled(spelled)])


def _other_spelling(found: re.Match[str]) -> str:
    """Of the same bytes: the last bits of the last character say nothing."""
    return f"{chr(ord(found[1]) + 1)}=\n"


def _signed(told: Sequence[dict[str, Any]], name: str = "bundles", entries: int = 0) -> list[str]:
    lines = Lines()
    written = [lines._line(**{**line, "before": lines.before}) for line in told[:-1]]  # noqa: SLF001
    lines.entries = entries or len(written) - 1
    return [*written, lines.end(SIGNERS[name])]


def _changes(line: str) -> Iterator[tuple[str, str]]:
    """Every field of a line: its first, middle and last character changed, left out, and put there
    twice; and its ends."""
    told = json.loads(line)
    for path in _fields(told):
        for place in ("first", "middle", "last"):
            yield f"{path} {place}", _spelled(_with(told, path, place))
        yield f"{path} left out", _spelled(_with(told, path, None))
    for name in told:
        spelled = _spelled({name: told[name]})[1:-2]
        yield f"{name} twice", f"{line[:-2]},{spelled}}}\n"
        yield f"{name} twice, first", f"{{{spelled},{line[1:]}"
    yield "its end", f"{line[:-1]} \n"
    yield "its line's end", f"{line[:-1]}\r\n"
    yield "its beginning", f" {line}"
    yield "its first character", f"[{line[1:]}"


def _fields(told: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    match told:
        case dict():
            for name, value in told.items():
                yield from _fields(value, (*path, name))
        case list():
            for number, value in enumerate(told):
                yield from _fields(value, (*path, number))
        case _:
            yield path


def _with(told: Any, path: tuple[Any, ...], place: str | None) -> Any:
    """A copy with one field changed at a place; without the field, where there is no place."""
    changed = json.loads(json.dumps(told))
    *way, name = path
    holder = changed
    for step in way:
        holder = holder[step]
    if place is None:
        del holder[name]
    else:
        holder[name] = _changed(holder[name], place)
    return changed


def _changed(value: Any, place: str) -> Any:
    if isinstance(value, int):
        return value + {"first": 10**6, "middle": -1, "last": 1}[place]
    if not value:
        return "0"
    at = {"first": 0, "middle": len(value) // 2, "last": len(value) - 1}[place]
    other = "B" if value[at] != "B" else "C"
    if value[at] in "0123456789abcdef":
        other = "1" if value[at] != "1" else "2"
    return value[:at] + other + value[at + 1 :]


def _spelled(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"
