"""An export that was stopped: what stands in its part is what was written whole, wherever it was
cut; and what was changed since is not gone on with."""

import io
from typing import Any

import pytest

from api.command_line.exporting import ExportCannotGoOn, _read_lines, _read_sheet, _Sheet
from api.tree.bundles import Entry, Lines
from api.tree.notes import Signer

HEAD: dict[str, Any] = {
    "about": {"log": "events"},
    "keys": ["k"],
    "checkpoints": {"events": "note"},
}
ENTRIES = [
    Entry("events", position, bytes([position]) * 32, [b"\1" * 32], told={"name": "å\n,\"'"})
    for position in (2, 3, 7)
]


def proved() -> list[bytes]:
    lines = Lines()
    written = [lines.begin(**HEAD), *map(lines.add, ENTRIES)]
    return [line.encode() for line in (*written, lines.end(Signer("x/bundles", b"\1" * 32)))]


def sheet() -> list[bytes]:
    first, heads, end = [*_Sheet().begin(HEAD).splitlines(keepends=True), _Sheet().end()]
    return [line.encode() for line in (first, heads, *map(_Sheet().add, ENTRIES), end)]


def test_cut_anywhere_what_is_whole_stands() -> None:
    """At every byte: so many entries, the last position, and where to cut back to."""
    for written, read, heads in ((proved(), _read_lines, 1), (sheet(), _read_sheet, 2)):
        whole = b"".join(written)
        for cut in range(len(written[0]), len(whole) + 1):
            stands, length = read(io.BytesIO(whole[:cut]))
            lines = whole[:cut].count(b"\n")
            entries = max(0, min(lines - heads, len(ENTRIES)))
            assert stands.entries == entries
            assert stands.position == (ENTRIES[entries - 1].position if entries else 0)
            kept = min(lines, heads + len(ENTRIES))
            assert length == len(b"".join(written[:kept]))
            assert stands.head["about"] == HEAD["about"]


def test_going_on_gives_the_same_lines() -> None:
    """The chain of hashes goes on from the last line that stands."""
    written = proved()
    stands, _ = _read_lines(io.BytesIO(b"".join(written[:3]) + written[3][:9]))
    lines = Lines(stands.entries, stands.before)
    assert lines.add(ENTRIES[2]).encode() == written[3]


def test_what_was_changed_is_not_gone_on_with() -> None:
    """A line that does not follow the one before it ends it."""
    first, second, *others = proved()
    changed = b"".join([first, second.replace(b'"position":2', b'"position":1'), *others])
    with pytest.raises(ExportCannotGoOn, match="line 3"):
        _read_lines(io.BytesIO(changed))
