"""A served tree as evidence: checkpoint, tiles and entries over HTTP (C2SP tlog-tiles), without any
access to the log. It proves the tree; whether rows are what its entries bind, only rows tell."""

import http.client
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from api.tree.checkpoints import read_checkpoint
from api.tree.evidence import Leaf, Tail
from api.tree.merkle import HASH, leaf_hash
from api.tree.notes import NoteIsUnsound, read_note
from api.tree.rows import ENTRY
from api.tree.tiles import WIDTH, Tile, partly, spelled

_KINDS: Final = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
_PATIENCE: Final = 30.0  # seconds
_ANOTHER: Final = 2  # attempts: a server may have closed the connection meanwhile


class LogIsNotServed(Exception):
    """Nobody serves an audit log there."""


class ServedEvidence:
    """One log's, as it is at one moment. Raises LogIsNotServed."""

    def __init__(self, address: str) -> None:
        """`address` of the log, up to and without `/checkpoint`."""
        parts = urlsplit(address)
        if parts.scheme not in _KINDS or not parts.hostname:
            raise LogIsNotServed(f"{address} is no http or https address")
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._connection = kind(parts.hostname, parts.port, timeout=_PATIENCE)
        self._path = parts.path.rstrip("/")
        note = self._got("checkpoint")
        if note is None:  # whoever asks a wrong address must not be told that all holds
            raise LogIsNotServed(f"{address}: no checkpoint is served there")
        self._note = note.decode(errors="replace")
        self._size = 0
        with suppress(NoteIsUnsound):
            self._size = read_checkpoint(read_note(self._note).text).size

    def close(self) -> None:
        self._connection.close()

    def notes(self) -> list[tuple[int, str]]:
        return [(self._size, self._note)] if self._note else []

    def leaves(self, after: int, until: int) -> Iterator[Leaf]:
        for number in range(after // WIDTH, -(-until // WIDTH)):
            first = number * WIDTH
            path = f"tile/entries/{spelled(number)}{partly(min(WIDTH, self._size - first))}"
            bundle = self._got(path) or b""
            for at in range(0, len(bundle), 2 + ENTRY):
                entry = bundle[at + 2 : at + 2 + ENTRY]
                index = first + at // (2 + ENTRY)
                if after <= index < until:
                    yield Leaf(int.from_bytes(entry[:8]), b"", leaf_hash(entry))

    def tiles(self, wanted: Collection[Tile]) -> Mapping[Tile, bytes]:
        """As wide as the checkpoint makes them."""
        found = {}
        for tile in wanted:
            width = tile.width(self._size)
            if width and (hashes := self._got(tile.path(width))):
                found[tile] = hashes[: width * HASH]
        return found

    def first(self) -> int | None:
        return 1 if self._size else None

    def head(self) -> int:
        return self._size

    def size(self) -> int:
        return self._size

    def tail(self, after: int) -> Tail | None:
        """What is not sealed is not served."""
        del after
        return None

    def _got(self, path: str) -> bytes | None:
        for attempt in range(_ANOTHER):
            try:
                self._connection.request("GET", f"{self._path}/{path}")
                answer = self._connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                if attempt + 1 == _ANOTHER:
                    raise LogIsNotServed(f"the server does not answer: {error}") from None
            else:
                return body if answer.status == http.client.OK else None
        return None
