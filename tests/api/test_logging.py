import ast
import asyncio
import contextlib
import gc
import io
import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import date, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import structlog
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from api.runtime.clock import RandomIds, SeededIds
from api.runtime.loggable import KNOWN, MASKED, WITHHELD, masked
from api.runtime.logging import configure

ROOT = Path(__file__).parents[2]
CORRELATION, REQUEST = SeededIds(1).new(), SeededIds(2).new()


@contextlib.contextmanager
def logged(*, human: bool = False, level: str = "DEBUG") -> Iterator[io.StringIO]:
    """What is logged within, and everything as it was afterwards."""
    root, access = logging.getLogger(), logging.getLogger("aiohttp.access")
    handlers, old_level, disabled = root.handlers[:], root.level, access.disabled
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning
    stream = io.StringIO()
    try:
        configure(human=human, level=level, stream=stream)
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(old_level)
        access.disabled = disabled
        sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning = hooks
        structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def line(stream: io.StringIO) -> dict[str, Any]:
    [only] = lines(stream)
    return only


# --- what a line says ------------------------------------------------------------------------


def test_a_line_says_what_happened_and_how_much() -> None:
    """An event with known keys stands in the line as it was logged."""
    with logged() as stream:
        structlog.get_logger("projections.engine").info(
            "caught up", projection="caseload", position=120_000, events_per_second=65_000.5
        )
    told = line(stream)
    assert told.pop("timestamp").endswith("Z")
    assert told == {
        "level": "info",
        "logger": "projections.engine",
        "event": "caught up",
        "projection": "caseload",
        "position": 120_000,
        "events_per_second": 65_000.5,
    }


def test_every_known_key_says_what_it_is_for() -> None:
    """Each key has values that pass."""
    good: dict[str, object] = {
        "correlation_id": CORRELATION,
        "staff_id": str(CORRELATION),
        "unit": "childrens-intake",
        "version": "0.1.0",
        "status": HTTPStatus.OK,
        "duration_ms": 0.25,
        "position": 999_999_999,
        "method": "PATCH",
        "route": "/samordna/v1/cases/{case-id}/handovers",
        "error": KeyError,
        "at": "api/runtime/keys/vault.py:253",
        "reason": None,
    }
    with logged() as stream:
        structlog.get_logger("test").info("all is well", **good)
    told = line(stream)
    assert WITHHELD not in told.values()
    assert {key: told[key] for key in good} == good | {
        "correlation_id": str(CORRELATION),
        "error": "KeyError",
    }


def test_people_read_the_same() -> None:
    """For people a line is a line, with the same facts and no colour where there is no terminal."""
    with logged(human=True) as stream:
        structlog.get_logger("test").warning("caught up", projection="caseload", position=7)
    [text] = stream.getvalue().splitlines()
    assert "caught up" in text
    assert "projection=caseload" in text
    assert "position=7" in text
    assert "\x1b" not in text


def test_a_request_is_told_by_its_ids() -> None:
    """Within a request every line, a library's too, has its ids; outside no line has them."""
    with logged() as stream:
        with structlog.contextvars.bound_contextvars(correlation=CORRELATION, request_id=REQUEST):
            structlog.get_logger("test").info("answered", status=200)
            logging.getLogger("psycopg").error("connection lost")
        structlog.get_logger("test").info("idle")
    first, second, third = lines(stream)
    for told in (first, second):
        assert told["correlation"] == str(CORRELATION)
        assert told["request_id"] == str(REQUEST)
    assert "correlation" not in third


def test_the_level_decides() -> None:
    """Below the level nothing is written, whoever logs."""
    with logged(level="warning") as stream:
        structlog.get_logger("test").info("small talk")
        logging.getLogger("aiohttp.server").info("small talk")
        structlog.get_logger("test").warning("look here")
    assert line(stream)["event"] == "look here"
    with pytest.raises(ValueError, match="LOUD"), logged(level="loud"):
        pass


def test_libraries_are_heard_in_their_own_words() -> None:
    """A library's template stands in the line, what filled it does not."""
    with logged() as stream:
        logging.getLogger("psycopg.pool").warning("error connecting in %r: %s", "pool-1", "Anna")
    told = line(stream)
    assert told["event"] == "error connecting in %r: %s"
    assert "Anna" not in stream.getvalue()


def test_the_standard_logger_may_tell_facts_too() -> None:
    """`extra` goes through the same list of known keys, for rooms without structlog."""
    with logged() as stream:
        logging.getLogger("projections.engine").warning(
            "parked", extra={"projection": "caseload", "position": 9, "who": "Anna"}
        )
    told = line(stream)
    assert (told["projection"], told["position"], told["withheld"]) == ("caseload", 9, 1)


def test_a_withheld_library_message_says_where_it_stands() -> None:
    """Whoever needs a text that was put together finds the place in the code."""
    with logged() as stream:
        logging.getLogger("library").warning(" ".join(["put", "together", repr(stream)]))
    told = line(stream)
    assert told["event"] == WITHHELD
    assert told["at"].startswith("test_logging.py:")


# --- exceptions ------------------------------------------------------------------------------


def test_an_exception_is_told_by_its_classes_and_places() -> None:
    """Class, cause and code location, never the text."""
    with logged() as stream:
        try:
            try:
                {"Anna": 1}["Anna Andersson"]
            except KeyError as error:
                raise ValueError("199001012385") from error
        except ValueError:
            structlog.get_logger("test").exception("it failed", rows=3)
    told = line(stream)
    assert (told["event"], told["rows"], told["error"]) == ("it failed", 3, "ValueError")
    assert told["at"][0].startswith("test_logging.py:")
    assert told["because"][0].startswith("KeyError test_logging.py:")
    assert "Anna" not in stream.getvalue()
    assert "1990" not in stream.getvalue()


def test_our_own_frames_are_named_by_their_path() -> None:
    """Frames of the house stand with their path, a library's only when it is the innermost."""
    with logged() as stream:
        try:
            configure(human=True, level="Anna")
        except ValueError as error:
            structlog.get_logger("test").error("it failed", exc_info=error)
    told = line(stream)
    assert told["at"][0].startswith("api/runtime/logging.py:")
    assert told["at"][-1].startswith("__init__.py:")
    assert "Anna" not in stream.getvalue()


def test_a_database_error_is_told_by_its_state() -> None:
    """PostgreSQL's messages quote values and rows; its SQLSTATE tells the kind."""
    error = psycopg.errors.UniqueViolation("Key (number)=(199001012385) already exists.")
    outer = RuntimeError("no")
    outer.__cause__ = error
    with logged() as stream:
        structlog.get_logger("test").error("it failed", exc_info=error)
        structlog.get_logger("test").error("it failed", exc_info=outer)
    first, second = lines(stream)
    assert (first["error"], first["sqlstate"]) == ("UniqueViolation", "23505")
    assert second["because"] == ["UniqueViolation 23505"]
    assert "1990" not in stream.getvalue()


def test_a_long_story_of_causes_is_cut() -> None:
    """Groups, circles and long chains end after a few causes."""
    error: Exception = ValueError("0")
    for number in range(1, 50):
        deeper = ExceptionGroup(str(number), [error, KeyError(number)])
        deeper.__context__ = error
        error = deeper
    circle = ValueError()
    circle.__context__ = other = ValueError()
    other.__context__ = circle
    with logged() as stream:
        structlog.get_logger("test").error("it failed", exc_info=error)
        structlog.get_logger("test").error("it failed", exc_info=circle)
    first, second = lines(stream)
    assert len(first["because"]) == 6
    assert second["because"] == ["ValueError"]


# --- nothing personal ------------------------------------------------------------------------


def check_digit(nine: str) -> str:
    weighted = [int(digit) * (2 - place % 2) for place, digit in enumerate(nine)]
    return str(-sum(number // 10 + number % 10 for number in weighted) % 10)


@st.composite
def personal_numbers(draw: st.DrawFn) -> str:
    """Numbers of the tax agency's test series (980-999) and coordination numbers, spelt anyhow."""
    born = date(1924, 1, 1) + timedelta(days=draw(st.integers(0, 37_000)))
    day = born.day + draw(st.sampled_from([0, 60]))
    start = f"{born:%Y%m}{day:02}"
    series = str(draw(st.integers(980, 999)))
    ending = series + check_digit(start[2:] + series)
    between = draw(st.sampled_from(["", "-", "+", " ", " - "]))
    return f"{draw(st.sampled_from([start, start[2:]]))}{between}{ending}"


names = st.builds(
    "{} {}{}".format,
    st.sampled_from(["Anna", "Åke", "Zahra", "Björn", "Li", "Mohammed-Ali"]),
    st.sampled_from(["Quist", "Öqvist", "von Xander", "Wzorek", "Al Zeyn"]),
    st.sampled_from(["", "son", "\nsson", "\u202eson", "\x00", "%s", "{event}"]),
)
contacts = st.sampled_from(
    ["anna.quist@example.se", "070-174 06 35", "+46 70 174 06 35", "(018) 727 00 00", "0701740635"]
)
free_text = st.builds("{} ({}) {}".format, names, personal_numbers(), contacts)
secrets = names | personal_numbers() | contacts | free_text


class Hostile:
    """An object that tells a secret however it is turned into text, or fails to."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def __repr__(self) -> str:
        return self.secret

    __str__ = __format__ = __repr__  # type: ignore[assignment]  # as hostile as it gets

    def __eq__(self, other: object) -> bool:
        raise ValueError(self.secret)

    def __hash__(self) -> int:
        return 0


class HostileText(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "Anna Quist"


def shapes(secret: str) -> list[object]:
    return [
        secret,
        secret.encode(),
        [secret],
        {secret: secret},
        (secret, 1),
        Hostile(secret),
        ValueError(secret),
        type(secret, (ValueError,), {}) if "\0" not in secret else None,
        Path(secret.replace("\0", "")),
        *([int(secret), float(secret)] if secret.isdigit() else []),
    ]


def raise_with(secret: str) -> None:
    local = secret  # noqa: F841 - a local that no trace may show
    error = ValueError(secret)
    error.add_note(secret)
    try:
        raise error
    except ValueError as cause:
        raise ExceptionGroup(secret, [OSError(1, secret, secret), KeyError(secret)]) from cause


def log_in_every_way(secret: str, shape: object) -> None:
    """Put a secret wherever a line has a place for it."""
    ours, theirs = structlog.get_logger("test"), logging.getLogger("library")
    ours.info(f"case of {secret}")
    ours.info(shape)
    ours.info("case of %s", secret, shape)
    ours.info("a case", **{secret: 1, "who": shape, "exc_info_": secret})
    ours.info("a case", stack=secret, stack_info=True, exception=secret, _record_=secret)
    ours.bind(**dict.fromkeys(KNOWN, shape)).info("a case", event_=shape)
    ours.info("a case", **dict.fromkeys(KNOWN, f"a{secret}"))
    ours.info("a case", exc_info=shape)
    theirs.warning(f"case of {secret}")
    theirs.warning("case of %s and %d", shape, secret)
    theirs.warning(shape)
    theirs.warning("a case", extra={"who": shape, "unit": shape, secret: secret})
    theirs.warning("a case", stack_info=True)
    logging.getLogger(secret).warning("a case")
    with structlog.contextvars.bound_contextvars(unit=shape, who=shape):
        ours.info("a case")
        theirs.info("a case")
    try:
        raise_with(secret)
    except ExceptionGroup as error:
        ours.exception("it failed", error=shape)
        theirs.exception("it failed")
        sys.excepthook(type(error), error, error.__traceback__)
    warnings.showwarning(UserWarning(secret), UserWarning, secret, 1)


WHEN = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+Z)?")


@pytest.mark.parametrize("human", [False, True])
@settings(deadline=None)  # a busy machine is no fault
@given(secret=secrets, data=st.data())
def test_no_line_tells_anything_personal(human: bool, secret: str, data: st.DataObject) -> None:
    """Names, numbers, contacts and free text reach no line, in whatever shape and place."""
    shape = data.draw(st.sampled_from(shapes(secret)))
    with logged(human=human) as stream, contextlib.redirect_stderr(io.StringIO()) as stderr:
        log_in_every_way(secret, shape)
    written = WHEN.sub("", stream.getvalue() + stderr.getvalue())  # its digits are no secret's
    words = {word for word in secret.split() if len(word) >= 4}  # shorter ones tell nobody
    for spelling in {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], *words}:
        assert spelling not in written
    assert "Quist" not in written
    if not human:
        assert all(json.loads(one) for one in written.splitlines())


@given(number=personal_numbers())
def test_an_id_carries_no_number(number: str) -> None:
    """A client that hides a personal number in an id does not get it into a line."""
    digits = "".join(filter(str.isdigit, number))
    hidden = f"00000000-0000-4000-8000-{digits:>012}"
    apart = f"{digits[-10:-4]:>08}-{digits[-4:]}-4000-8000-000000000000"
    with logged() as stream:
        for text in (hidden, apart):
            structlog.get_logger("test").info("asked", request_id=UUID(text), staff_id=text)
    assert all(told["request_id"] == WITHHELD for told in lines(stream))
    assert all(told["staff_id"] == WITHHELD for told in lines(stream))


@given(number=personal_numbers())
def test_a_count_is_no_number_of_a_person(number: str) -> None:
    """A personal number given as a count or a measure is too long to be one."""
    digits = int("9" + "".join(filter(str.isdigit, number))[-9:])
    with logged() as stream:
        structlog.get_logger("test").info("counted", rows=digits, seconds=float(-digits))
    assert (line(stream)["rows"], line(stream)["seconds"]) == (WITHHELD, WITHHELD)


def test_nearly_every_id_is_shown() -> None:
    """That protection costs less than one id in a thousand."""
    ids = [RandomIds().new() for _ in range(20_000)]
    assert sum(KNOWN["request_id"](one) == WITHHELD for one in ids) < 20


@given(secret=personal_numbers() | contacts, before=st.text(max_size=5), after=st.text(max_size=5))
def test_numbers_and_addresses_are_masked_in_any_text(secret: str, before: str, after: str) -> None:
    """Even a text of ours keeps no number of a person and no address."""
    text = masked(f"{before} {secret} {after}")
    assert secret not in text
    assert MASKED in text


def test_a_literal_is_masked_too() -> None:
    """Somebody who writes a number into the code still does not log it."""
    with logged() as stream:
        structlog.get_logger("test").info("call 070-174 06 35 or anna@example.se")
    assert line(stream)["event"] == f"call {MASKED} or {MASKED}"


def test_text_that_pretends_is_taken_by_its_characters() -> None:
    """A subclass of str cannot show one text to the check and another to the line."""
    with logged() as stream:
        structlog.get_logger("test").info("a case", unit=HostileText("nexus"))
    assert line(stream)["unit"] == "nexus"


def test_a_line_that_cannot_be_written_tells_nothing() -> None:
    """When writing fails, the record is not printed instead."""
    with logged() as stream, contextlib.redirect_stderr(io.StringIO()) as stderr:
        logging.getLogger().handlers[0].setFormatter(None)
        logging.getLogger("library").warning("%d", "Anna")
    assert line(stream) == {"event": "a line could not be logged"}
    assert stderr.getvalue() == ""


# --- what escapes ----------------------------------------------------------------------------


def test_what_nobody_caught_is_told_without_its_text() -> None:
    """Threads, forgotten tasks and finalizers that fail leave a line without text or locals."""

    def fail(*_: object) -> None:
        name = "Anna Quist"
        raise ValueError(name)

    class Failing:
        __del__ = fail

    async def forget() -> None:
        task = asyncio.ensure_future(asyncio.to_thread(fail))
        await asyncio.sleep(0.05)
        assert task.done()

    with logged() as stream, contextlib.redirect_stderr(io.StringIO()) as stderr:
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        Failing()
        asyncio.run(forget())
        gc.collect()
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert [told["error"] for told in lines(stream) if "error" in told] == ["ValueError"] * 3
    assert "Quist" not in stream.getvalue() + stderr.getvalue()


def test_a_warning_is_told_by_its_class_and_place() -> None:
    """What a library warns of may quote a value; which warning it was, and where, does not."""
    with warnings.catch_warnings(), logged() as stream:
        warnings.simplefilter("always")
        warnings.warn("Expected `int`, got 'Anna Quist'", RuntimeWarning, stacklevel=1)
    told = line(stream)
    assert (told["event"], told["error"]) == ("a library warns", "RuntimeWarning")
    assert told["at"].startswith("test_logging.py:")
    assert "Quist" not in stream.getvalue()


async def test_a_failing_door_is_told_without_its_request() -> None:
    """aiohttp's own words for a handler that fails hold no path, query or text of the error."""

    async def door(request: web.Request) -> web.Response:
        raise ValueError(request.query["name"])

    app = web.Application()
    app.router.add_get("/cases/{who}", door)
    with logged() as stream:
        async with TestServer(app) as server, ClientSession() as session:
            url = server.make_url("/cases/199001012385").with_query(name="Anna Quist")
            assert (await session.get(url)).status == 500
    [told] = [told for told in lines(stream) if told["level"] == "error"]
    assert told["event"] == "Error handling request from %s"
    assert told["error"] == "ValueError"
    assert not {"Anna", "Quist", "199001012385", "127.0.0.1"} & set(stream.getvalue().split('"'))


# --- the house's own lines -------------------------------------------------------------------


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    methods = {"debug", "info", "warning", "error", "exception", "critical"}
    for package in ("api", "projections", "domain"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attribute)) if (
                        name.strip("_") in {"log", "logger"} and attribute in methods
                    ):
                        yield f"{path}:{node.lineno}", node


def test_our_own_lines_arrive() -> None:
    """Whatever the house logs is a literal with known keys, so that nothing of it is withheld."""
    calls = list(log_calls())
    assert calls
    for place, call in calls:
        assert len(call.args) == 1, place
        assert isinstance(call.args[0], ast.Constant), place
        keys = {keyword.arg for keyword in call.keywords}
        assert keys <= {*KNOWN, "exc_info", "extra"}, place
