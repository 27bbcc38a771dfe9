"""What can be read in a dump or a log file: as it stands, and in whatever it can be decoded."""

import base64
import binascii
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from api.runtime.postgres.postgres_server import PostgresServer

_DEEPEST = 3  # a sealed value in a JSON text in a bytea: no deeper
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){4,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_ESCAPES = re.compile(rb"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\([0-7]{3})|%([0-9a-fA-F]{2})")
_PROSE = re.compile(r"[^\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]*")
_SHORTEST_PROSE = 12
_ROWS = re.compile(rb"^COPY .*? FROM stdin;\n(.*?)^\\\.$", re.MULTILINE | re.DOTALL)


def dumped(server: PostgresServer) -> bytes:
    """All schemas of a server's database, as plain SQL."""
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [server.bin_folder / "pg_dump", "--format=plain", f"--dbname={server.url()}"],
        capture_output=True,
        check=True,
    )
    return done.stdout


def rows(dump: bytes) -> bytes:
    """The dump without what the program itself says: only what is in tables."""
    return b"\n".join(_ROWS.findall(dump))


def readings(raw: bytes, deepest: int = _DEEPEST) -> Iterator[bytes]:
    """The bytes, and what hex, base64 and escapes in them stand for, again and again."""
    yield raw
    if deepest == 0:
        return
    if _ESCAPES.search(raw):
        yield _ESCAPES.sub(lambda found: _unescaped(found, "latin-1"), raw)
        yield _ESCAPES.sub(lambda found: _unescaped(found, "utf-8"), raw)
    for run in _HEX.findall(raw):
        yield from readings(binascii.unhexlify(run), deepest - 1)
    for run in _BASE64.findall(raw):
        if not _HEX.fullmatch(run):
            padded = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
            padded = padded[: len(padded) - (len(padded) % 4 == 1)]
            yield from readings(base64.b64decode(padded + b"=" * (-len(padded) % 4)), deepest - 1)


def _unescaped(found: re.Match[bytes], coding: str) -> bytes:
    """\\x may mean a byte (latin-1 keeps it), or a character."""
    character, short, octal, percent = found.groups()
    if character:
        return chr(int(character, 16)).encode(errors="replace")
    if short:
        return chr(int(short, 16)).encode(coding)
    return bytes([int(octal, 8) & 255]) if octal else bytes.fromhex(percent.decode())


@dataclass(frozen=True, slots=True)
class Legible:
    """All that somebody can read who has the bytes and no key."""

    readings: tuple[bytes, ...]
    text: str  # of all readings
    prose: str  # of those that are nothing but text: in random bytes, short words stand by chance

    @classmethod
    def of(cls, raw: bytes) -> "Legible":
        found = tuple(readings(raw))
        texts = [reading.decode(errors="replace").casefold() for reading in found]
        prose = [text for text in texts if len(text) >= _SHORTEST_PROSE and _PROSE.fullmatch(text)]
        return cls(found, "\n".join(texts), "\n".join(prose))

    def texts(self, wanted: Iterable[str]) -> dict[str, str]:
        """Those of the texts that can be read anywhere, and where."""
        places = {text: self.text.find(text.casefold()) for text in wanted}
        return {text: _around(self.text, at) for text, at in places.items() if at >= 0}

    def words(self, wanted: Iterable[str]) -> dict[str, str]:
        """Those of the words that stand there as words, and not by chance within another."""
        found = {
            word: re.search(rf"(?<![\w-]){re.escape(word.casefold())}(?![\w-])", self.prose)
            for word in wanted
        }
        return {word: _around(self.prose, at.start()) for word, at in found.items() if at}

    def bytes(self, wanted: Iterable[bytes]) -> list[bytes]:
        return [secret for secret in wanted if any(secret in reading for reading in self.readings)]


def _around(text: str, at: int) -> str:
    return text[max(at - 60, 0) : at + 60]
