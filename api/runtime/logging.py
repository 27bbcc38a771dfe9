"""What the house writes down about its own running, and never anything about a person.

1. An event is a literal of the code that logs it: what was put together from data is withheld,
   and arguments never fill a template.
2. Only known keys pass, with values of their safe kinds (`loggable`). Unknown ones are counted
   only: a key can tell, too.
3. Of an exception stand its class, its SQLSTATE and code locations; never its text, which may
   quote data, and no locals.

The same holds for libraries, which log through the standard library, for warnings, and for
exceptions that nobody caught.
"""

import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from traceback import walk_tb
from types import FrameType, TracebackType
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, Processor

from api.runtime.loggable import KNOWN, WITHHELD, class_name, code, masked, name, place, sqlstate

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def configure(*, human: bool, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send what everybody logs to one stream (stderr), as JSON or for people to read.

    Called first of all: an unconfigured structlog prints everything, locals of frames included.
    """
    root = logging.getLogger()
    root.setLevel(level.upper())
    lines = _Lines(stream or sys.stderr)
    to_text: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        only_what_is_safe,
        structlog.dev.ConsoleRenderer(colors=lines.stream.isatty())
        if human
        else structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            *to_text,
        ],
        logger_factory=lambda name="": _Voice(name, lines, root.level),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            use_get_message=False,
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.ExtraAdder(),
            ],
            processors=to_text,
        )
    )
    root.handlers[:] = [lines]
    # Our own doors log requests, by route; these lines hold addresses and queries.
    logging.getLogger("aiohttp.access").disabled = True
    sys.excepthook = _on_escape
    sys.unraisablehook = lambda it: _on_escape(it.exc_type, it.exc_value, it.exc_traceback)
    threading.excepthook = lambda it: _on_escape(it.exc_type, it.exc_value, it.exc_traceback)
    warnings.showwarning = _on_warning


class _Lines(logging.StreamHandler[TextIO]):
    """Where lines go. What cannot be written is lost; it never fails whoever logged."""

    def say(self, line: str) -> None:
        self.acquire()
        try:
            self.stream.write(f"{line}\n")
            self.flush()
        except (OSError, ValueError):
            pass
        finally:
            self.release()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - its signature
        """The standard one prints the record, arguments and all."""
        self.say('{"event": "a line could not be logged"}')


class _Voice:
    """A logger of our own; past the standard library's, which takes longer than all the rest."""

    disabled = False

    def __init__(self, name: str, lines: _Lines, level: int) -> None:
        self.name = name
        self._level = level
        self.debug = self.info = self.warning = lines.say
        self.error = self.exception = self.critical = lines.say

    def getEffectiveLevel(self) -> int:  # noqa: N802 - what structlog asks for
        return self._level


# --- a line ----------------------------------------------------------------------------------

# structlog's and logging's own, and a few of a library between its text and its logger
_FRAMES_TO_THE_CALLER: Final = 16
_literals: Final[set[str]] = set()  # texts that were found in code; no more than the code holds


def only_what_is_safe(_: object, __: str, entry: EventDict) -> EventDict:
    """The one way into a line: what this does not know stays out."""
    record: logging.LogRecord | None = entry.pop("_record", None)  # a library's
    entry.pop("_from_structlog", None)
    event, raised = entry.pop("event", None), _raised(entry.pop("exc_info", None))
    line: dict[str, Any] = {
        "timestamp": entry.pop("timestamp"),
        "level": code(entry.pop("level")),
        "logger": name(entry.pop("logger")),
        "event": masked(event) if type(event) is str and _is_literal(event) else WITHHELD,
    }
    unknown = 0
    for key, value in entry.items():
        if kind := KNOWN.get(key):
            line[key] = None if value is None else kind(value)
        else:
            unknown += 1
    if unknown:
        line["withheld"] = unknown
    if line["event"] == WITHHELD and record:
        line["at"] = _location(record.pathname, record.lineno)
    return line | _told(raised) if raised else line


def _is_literal(text: str) -> bool:
    """Whether the text stands, as it is, in the code of one of the nearest callers."""
    if text in _literals:
        return True
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - no other way to see the caller
    for _ in range(_FRAMES_TO_THE_CALLER):
        if frame is None:
            return False
        if text in frame.f_code.co_consts:
            _literals.add(text)
            return True
        frame = frame.f_back
    return False


# --- exceptions ------------------------------------------------------------------------------

_ROOT: Final = Path(__file__).parents[2]
_OURS: Final = tuple(f"{_ROOT / package}/" for package in ("api", "projections", "domain"))
_MOST_PLACES: Final = 12
_MOST_CAUSES: Final = 6


def _raised(exc_info: object) -> BaseException | None:
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exc_info()[1]
    return None


def _told(error: BaseException) -> dict[str, object]:
    """An exception without its text: texts may quote parameters, rows and bodies."""
    told: dict[str, object] = {"error": class_name(type(error)), "at": _places(error)}
    if state := _sqlstate(error):
        told["sqlstate"] = state
    if causes := [_in_a_word(cause) for cause in _causes(error)]:
        told["because"] = causes
    return told


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What it was raised from or while handling, or groups: each once, the nearest first."""
    waiting, seen = [error], {id(error)}
    while waiting:
        it = waiting.pop(0)
        context = None if it.__suppress_context__ else it.__context__
        grouped = it.exceptions if isinstance(it, BaseExceptionGroup) else ()
        for cause in (it.__cause__ or context, *grouped):
            if cause is not None and id(cause) not in seen and len(seen) <= _MOST_CAUSES:
                seen.add(id(cause))
                waiting.append(cause)
                yield cause


def _places(error: BaseException) -> list[str]:
    """Our own frames, outermost first, and the innermost of all, whosever it is."""
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    shown = [frame for frame in frames[:-1] if frame[0].startswith(_OURS)] + frames[-1:]
    return [_location(*frame) for frame in shown[-_MOST_PLACES:]]


def _location(path: str, line: int) -> str:
    is_ours = path.startswith(_OURS)
    return place(f"{Path(path).relative_to(_ROOT) if is_ours else Path(path).name}:{line}")


def _in_a_word(error: BaseException) -> str:
    told = [class_name(type(error)), _sqlstate(error), *_places(error)[-1:]]
    return " ".join(filter(None, told))


def _sqlstate(error: BaseException) -> str | None:
    state: object = getattr(error, "sqlstate", None)
    return None if state is None else sqlstate(state)


# --- what escapes ----------------------------------------------------------------------------


def _on_escape(
    kind: type[BaseException],
    error: BaseException | None,
    trace: TracebackType | None,  # noqa: ARG001 - the exception has it, too
) -> None:
    if not issubclass(kind, KeyboardInterrupt | SystemExit):  # these are wanted
        _log.critical("an exception was caught by nobody", error=kind, exc_info=error)


def _on_warning(
    message: Warning | str,  # noqa: ARG001 - it may quote data
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 - the standard library's signature
    line: str | None = None,  # noqa: ARG001 - the standard library's signature
) -> None:
    _log.warning("a library warns", error=category, at=_location(filename, lineno))
