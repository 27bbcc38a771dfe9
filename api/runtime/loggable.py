"""What may stand in a log line: known keys, each with values of its own safe kind.

What looks like a personal number, a phone number or an e-mail address is masked even there.
"""

import re
from collections.abc import Callable, Mapping
from http import HTTPMethod
from typing import Final
from uuid import UUID

WITHHELD: Final = "[withheld]"
MASKED: Final = "[masked]"

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CODE: Final = re.compile(r"[a-z][a-z0-9]*([._-][a-z0-9]+){0,8}")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+){0,8}")
_PLACE: Final = re.compile(r"(<frozen [a-z_.]+>|[A-Za-z0-9_./-]+):[0-9]{1,6}")
_ROUTE: Final = re.compile(r"/|[a-z]+|(/(\.?[a-z][a-z0-9.-]*|\{[A-Za-z_-]+\})){1,12}")
_WORDS: Final = re.compile(r"[a-z]+( [a-z]+){0,5}")
_VERSION: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}")
_SQLSTATE: Final = re.compile(r"[0-9A-Z]{5}")
_LONGEST: Final = 120

_SHORTEST_PERSONAL_NUMBER: Final = 10**9
_PERSONAL: Final = re.compile(r"\d(?:[-+ .()/]{0,2}\d){5,}|[^\s@]+@[^\s@]+")
_DAY: Final = "(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])"  # + 60: a coordination number
_PERSONAL_NUMBER: Final = re.compile(rf"(?=([0-9]{{2}}(?:0[1-9]|1[0-2]){_DAY}-?[0-9]{{4}}))")


def identifier(value: object) -> str:
    """A random id; one that holds a personal number was not made by us."""
    if not isinstance(value, UUID | str):
        return WITHHELD
    text = _characters(value) if isinstance(value, str) else str(value)
    return text if _UUID.fullmatch(text) and not _holds_personal_number(text) else WITHHELD


def code(value: object) -> str:
    """A word of ours: a unit, a projection, a state. People's names begin with a capital."""
    return _spelt(_CODE, value)


def words(value: object) -> str:
    """What a connection or a writer is called in the code."""
    return _spelt(_WORDS, value)


def version(value: object) -> str:
    return _spelt(_VERSION, value)


def name(value: object) -> str:
    """A name in the code: a logger's, a class's."""
    return _spelt(_NAME, value)


def class_name(value: object) -> str:
    """The class of an exception or a warning, given as the class itself."""
    return name(value.__name__) if isinstance(value, type) else WITHHELD


def sqlstate(value: object) -> str:
    return _spelt(_SQLSTATE, value)


def place(value: object) -> str:
    """A file and line of the code."""
    return _spelt(_PLACE, value)


def route(value: object) -> str:
    """A route's template, with `{caseId}` where an address has the id."""
    return _spelt(_ROUTE, value)


def method(value: object) -> str:
    text = _characters(value) if isinstance(value, str) else ""
    return text if text in HTTPMethod.__members__ else WITHHELD


def number(value: object) -> int | float | str:
    """A count or a measure; personal and phone numbers are longer."""
    if isinstance(value, int | float) and abs(value) < _SHORTEST_PERSONAL_NUMBER:
        return value
    return WITHHELD


KNOWN: Final[Mapping[str, Callable[[object], object]]] = {
    **dict.fromkeys(["correlation", "correlation_id", "request_id", "command_id"], identifier),
    "staff_id": identifier,
    **dict.fromkeys(["municipality", "schema", "unit", "role", "projection", "view"], code),
    **dict.fromkeys(["reason", "outcome", "state", "part", "signal", "witness"], code),
    **dict.fromkeys(["writer", "connection"], words),
    **dict.fromkeys(["status", "attempt", "pid", "port", "epoch", "waiting", "parked"], number),
    **dict.fromkeys(["milliseconds", "duration_ms", "seconds", "seconds_behind"], number),
    **dict.fromkeys(["position", "from_position", "to_position", "head"], number),
    **dict.fromkeys(["count", "events", "commands", "receipts", "rows", "bytes"], number),
    **dict.fromkeys(["events_per_second", "worker"], number),
    "method": method,
    **dict.fromkeys(["route", "door"], route),
    "version": version,
    "error": class_name,
    "sqlstate": sqlstate,
    "at": place,
}


def masked(text: str) -> str:
    """The text without anything that looks like a number of a person or an e-mail address."""
    return _PERSONAL.sub(MASKED, text)


def _spelt(form: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        return WITHHELD
    text = _characters(value)
    return masked(text) if form.fullmatch(text) else WITHHELD


def _characters(value: str) -> str:
    return str.__str__(value)  # the characters themselves, whatever a subclass makes of them


def _holds_personal_number(text: str) -> bool:
    found = (match[1].replace("-", "") for match in _PERSONAL_NUMBER.finditer(text))
    return any(_fits_its_check_digit(ten_digits) for ten_digits in found)


def _fits_its_check_digit(ten_digits: str) -> bool:
    weighted = (int(digit) * (2 - place % 2) for place, digit in enumerate(ten_digits))
    return sum(number // 10 + number % 10 for number in weighted) % 10 == 0
