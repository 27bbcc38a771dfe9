"""A part of a log in a file: JSON Lines that prove themselves, or CSV for a spreadsheet. It is
written beside its place and appears whole; after a stop it goes on where it stands, to the same
checkpoint, with nothing twice and nothing left out."""

import csv
import io
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, Protocol

import typer

from api.command_line.inspecting import (
    Filters,
    NumberFile,
    Stated,
    named_in,
    search_of,
)
from api.command_line.options import settled, trusting, where
from api.command_line.progress import bar
from api.command_line.speaking import Speaker, TokenFile, spoken
from api.door import Door
from api.door.query import StatedQuery
from api.door.visit import Visit
from api.resources import event_searches, log_exports, reading_searches
from api.resources.event_searches import EventSearch
from api.resources.log_exports import EVENTS, RECEIPTS, Batch
from api.resources.log_searches import LogSearch
from api.resources.reading_searches import ReadingSearch
from api.runtime.settings import Settings
from api.tree.bundles import Entry, Lines
from domain.codes import Purpose

Batches = Callable[[Visit, StatedQuery, int, int], AsyncIterator[Batch]]

_REVIEW: Final = Purpose.REVIEW


class Form(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


File = Annotated[Path, typer.Argument(help="What to write; FILE.part until it is whole.")]
InForm = Annotated[Form, typer.Option("--form", help="jsonl proves itself; csv is for reading.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with FILE.part, which was stopped.")]


@settled(where, trusting)
def export_events(
    settings: Settings,
    *,
    file: File,
    filters: Filters = None,
    number_file: NumberFile = None,
    content: Annotated[
        bool, typer.Option("--content", help="With rows and what they say, for the review.")
    ] = False,
    form: InForm = Form.JSONL,
    purpose: Stated = _REVIEW,
    resume: Resume = False,
    token_file: TokenFile = None,
) -> None:
    """Write events by any of it to a file, with proofs. Each batch leaves a receipt before it."""
    wanted = search_of(EventSearch, filters, number_file)

    def batches(visit: Visit, query: StatedQuery, size: int, after: int) -> AsyncIterator[Batch]:
        return log_exports.events(visit, wanted, query, size=size, after=after, content=content)

    door = event_searches.contents if content else event_searches.search
    export = _Export(file, EVENTS, wanted, form, purpose, content=content, resume=resume)
    spoken(
        settings,
        token_file,
        "events export",
        purpose,
        lambda speaker: export.run(speaker, door, batches),
        *named_in(wanted),
    )


@settled(where, trusting)
def export_readings(
    settings: Settings,
    *,
    file: File,
    filters: Filters = None,
    number_file: NumberFile = None,
    form: InForm = Form.JSONL,
    purpose: Stated = _REVIEW,
    resume: Resume = False,
    token_file: TokenFile = None,
) -> None:
    """Write receipts by any of it to a file, with proofs. The export's own are not among them."""
    wanted = search_of(ReadingSearch, filters, number_file)

    def batches(visit: Visit, query: StatedQuery, size: int, after: int) -> AsyncIterator[Batch]:
        return log_exports.readings(visit, wanted, query, size=size, after=after)

    export = _Export(file, RECEIPTS, wanted, form, purpose, resume=resume)
    spoken(
        settings,
        token_file,
        "readings export",
        purpose,
        lambda speaker: export.run(speaker, reading_searches.search, batches),
        *named_in(wanted),
    )


# --- the file --------------------------------------------------------------------------------


class ExportCannotGoOn(Exception):
    """There is no export to go on with, or it is of something else; without --resume, one stands
    there already."""


class Writer(Protocol):
    """How entries are written, line by line."""

    def begin(self, head: Mapping[str, Any]) -> str: ...
    def add(self, entry: Entry) -> str: ...
    def end(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Standing:
    """What stands in a part of an export: its head, how many entries, and the last of them."""

    head: Mapping[str, Any]
    entries: int = 0
    position: int = 0
    before: str = ""  # the hash of the last line


class _Export:
    def __init__(
        self,
        file: Path,
        log: str,
        wanted: LogSearch,
        form: Form,
        purpose: Purpose,
        *,
        content: bool = False,
        resume: bool = False,
    ) -> None:
        self._file = file
        self._part = file.with_name(f"{file.name}.part")
        self._log = log
        self._form = form
        self._query = StatedQuery(purpose=purpose)
        self._resume = resume
        self._wanted = wanted
        self._content = content

    async def run(self, speaker: Speaker, door: Door, batches: Batches) -> None:
        """Raises ExportCannotGoOn, and what the doors raise."""
        visit = await speaker.visit(door)
        about = log_exports.what_it_is(visit, self._log, self._wanted, self._query)
        about["content"] = self._content
        stands = self._standing(about) if self._resume else None
        if not self._resume and (self._part.exists() or self._file.exists()):
            raise ExportCannotGoOn(f"{self._file} or its .part stands there already")
        head = dict(stands.head) if stands else await self._head(visit)
        writer = self._writer(speaker, stands)
        size, after = head["about"]["size"], stands.position if stands else 0
        mode = "ab" if stands else "xb"
        with bar(f"{self._log} exported", of="entries") as moved, _private(self._part, mode) as out:
            if not stands:
                _write(out, writer.begin(head))
            timed = speaker.rooms.house.desk.clock
            began, written = timed.now(), 0
            async for batch in batches(visit, self._query, size, after):
                if batch.entries:
                    await speaker.leave_receipt(
                        batch.subjects, visit.position, {"entries": str(len(batch.entries))}
                    )
                    _write(out, "".join(map(writer.add, batch.entries)))
                written += len(batch.entries)
                seconds = (timed.now() - began).total_seconds() or 1
                moved(batch.reached, size, written / seconds)
            _write(out, writer.end())
        self._part.replace(self._file)
        typer.echo(f"{self._file}: {(stands.entries if stands else 0) + written:,} entries")

    async def _head(self, visit: Visit) -> dict[str, Any]:
        """What is stated at the top. Raises NothingIsSealedThere."""
        head = await log_exports.head(visit, self._log, self._wanted, self._query)
        head["about"]["content"] = self._content
        return head

    def _writer(self, speaker: Speaker, stands: _Standing | None) -> Writer:
        if self._form is Form.CSV:
            return _Sheet()
        lines = Lines(stands.entries, stands.before) if stands else Lines()
        signer = speaker.rooms.house.signatures.statement()
        return _Proved(lines, lambda: lines.end(signer))

    def _standing(self, about: Mapping[str, Any]) -> _Standing | None:
        """What stands in the part that was left, cut back to its last whole line; None where
        nothing does. Raises ExportCannotGoOn."""
        if not self._part.exists():
            raise ExportCannotGoOn(f"{self._part} is not there")
        with self._part.open("rb+") as part:
            read = _read_sheet if self._form is Form.CSV else _read_lines
            stands, whole = read(part)
            part.truncate(whole)
        if not stands.head:
            self._part.unlink()
            return None
        if any(stands.head["about"].get(name) != value for name, value in about.items()):
            raise ExportCannotGoOn(f"{self._part} is of something else")
        return stands


class _Proved:
    """JSON Lines: api/tree/bundles.py."""

    def __init__(self, lines: Lines, end: Callable[[], str]) -> None:
        self._lines = lines
        self.add = lines.add
        self.end = end

    def begin(self, head: Mapping[str, Any]) -> str:
        return self._lines.begin(**head)


# --- as a sheet ------------------------------------------------------------------------------

_HEADS: Final = ("log", "position", "binding", "proof", "told")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class _Sheet:
    """CSV. What would begin a formula in a spreadsheet is told behind an apostrophe; the first
    line states what it is, as JSON in a comment, and the last one that it is whole."""

    def begin(self, head: Mapping[str, Any]) -> str:
        return f"# {json.dumps(head, ensure_ascii=False)}\n{_row(_HEADS)}"

    def add(self, entry: Entry) -> str:
        told = json.dumps(entry.told, ensure_ascii=False)
        proof = " ".join(each.hex() for each in entry.path)
        return _row((entry.log, str(entry.position), entry.binding.hex(), proof, told))

    def end(self) -> str:
        return "# whole\n"


def _row(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(map(harmless, cells))
    return out.getvalue()


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


# --- what was left ---------------------------------------------------------------------------


def _whole_lines(part: BinaryIO) -> Iterator[bytes]:
    for line in part:
        if not line.endswith(b"\n"):
            return
        yield line


def _read_lines(part: BinaryIO) -> tuple[_Standing, int]:
    """Raises ExportCannotGoOn where a line does not follow the one before it."""
    stands, whole = _Standing({}), 0
    for number, line in enumerate(_whole_lines(part)):
        told = json.loads(line)
        if told["before"] != stands.before:
            raise ExportCannotGoOn(f"line {number + 1} was changed after it was written")
        if "statement" in told:  # stopped between the last line and the name: say it again
            break
        head = told if not number else stands.head
        before = sha256(line[:-1]).hexdigest()
        stands = _Standing(head, number, told.get("position", 0), before)
        whole += len(line)
    return stands, whole


def _read_sheet(part: BinaryIO) -> tuple[_Standing, int]:
    head, entries, position, whole = {}, 0, 0, 0
    for number, line in enumerate(_whole_lines(part)):
        if line == b"# whole\n":
            break
        if number == 0:
            head = json.loads(line.removeprefix(b"# "))
        elif number > 1:
            position, entries = int(line.split(b",", 2)[1]), entries + 1
        whole += len(line)
    return _Standing(head, entries, position), whole


def _private(path: Path, mode: str) -> BinaryIO:
    """For its owner alone. Raises ExportCannotGoOn where it cannot be written."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if mode == "xb" else os.O_APPEND)
    try:
        return os.fdopen(os.open(path, flags, 0o600), "wb")
    except OSError as error:
        raise ExportCannotGoOn(f"{path}: {error.strerror}") from None


def _write(out: BinaryIO, text: str) -> None:
    """Whatever was written stays, when it is stopped after this."""
    out.write(text.encode())
    out.flush()
