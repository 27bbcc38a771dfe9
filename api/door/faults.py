"""What can be wrong with a field: a name, and what to do about it. The value is never told."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from domain.labels import Label


class Fault(StrEnum):
    REQUIRED = "required"
    UNKNOWN_FIELD = "unknown-field"
    REPEATED = "repeated"
    WRONG_TYPE = "wrong-type"
    UNKNOWN_CODE = "unknown-code"
    BLANK = "blank"
    TOO_LONG = "too-long"
    CONTROL_CHARACTER = "control-character"
    OUT_OF_RANGE = "out-of-range"
    NOT_AN_ID = "not-an-id"
    NOT_A_DATE = "not-a-date"
    NOT_A_MOMENT = "not-a-moment"
    IN_THE_FUTURE = "in-the-future"
    IMPOSSIBLE_NUMBER = "impossible-number"
    CONTRADICTS_NUMBER = "contradicts-number"
    ONE_OF_THEM = "one-of-them"
    NOT_TOGETHER = "not-together"
    NOT_A_REGISTER_NUMBER = "not-a-register-number"


WHAT_TO_DO: Final[Mapping[Fault, Label]] = {
    Fault.REQUIRED: Label("Fältet måste finnas.", "The field is required."),
    Fault.UNKNOWN_FIELD: Label("Ta bort fältet: det finns inte.", "Remove it: no such field."),
    Fault.REPEATED: Label("Ange det en gång.", "Give it once."),
    Fault.WRONG_TYPE: Label("Fel typ; se dokumentationen.", "Wrong type; see the documentation."),
    Fault.UNKNOWN_CODE: Label(
        "Ange en av koderna i dokumentationen.", "Give one of the codes in the documentation."
    ),
    Fault.BLANK: Label("Skriv något, eller utelämna fältet.", "Write something, or leave it out."),
    Fault.TOO_LONG: Label("Korta texten.", "Shorten the text."),
    Fault.CONTROL_CHARACTER: Label("Ta bort styrtecken.", "Remove control characters."),
    Fault.OUT_OF_RANGE: Label(
        "Utanför det tillåtna; se dokumentationen.", "Out of range; see the documentation."
    ),
    Fault.NOT_AN_ID: Label(
        "Ange ett id: 32 hexadecimala siffror, 8-4-4-4-12.",
        "Give an id: 32 hexadecimal digits, 8-4-4-4-12.",
    ),
    Fault.NOT_A_DATE: Label(
        "Ange ett datum enligt RFC 3339: ÅÅÅÅ-MM-DD.", "Give a date as in RFC 3339: YYYY-MM-DD."
    ),
    Fault.NOT_A_MOMENT: Label(
        "Ange en tidpunkt med zon enligt RFC 3339.", "Give a moment with its zone as in RFC 3339."
    ),
    Fault.IN_THE_FUTURE: Label("Får inte ligga i framtiden.", "It must not lie in the future."),
    Fault.IMPOSSIBLE_NUMBER: Label(
        "Inget person- eller samordningsnummer: kontrollera siffrorna.",
        "Not a personal or coordination number: check the digits.",
    ),
    Fault.CONTRADICTS_NUMBER: Label(
        "Stämmer inte med personnumret: rätta det ena.",
        "It contradicts the personal number: correct one of them.",
    ),
    Fault.ONE_OF_THEM: Label(
        "Ange det ena av fälten, inte båda och inte inget.",
        "Give one of the fields, not both and not none.",
    ),
    Fault.NOT_TOGETHER: Label(
        "Kan inte anges tillsammans med ett annat av fälten; se dokumentationen.",
        "It cannot be given together with another of the fields; see the documentation.",
    ),
    Fault.NOT_A_REGISTER_NUMBER: Label(
        "Ange diarienumret som i SCN-2022-00355.", "Give the register number as in SCN-2022-00355."
    ),
}


def faulty(fault: Fault) -> PydanticCustomError:
    """What a validator raises."""
    return PydanticCustomError(fault.value, "{what}", {"what": WHAT_TO_DO[fault].en})


@dataclass(frozen=True, slots=True)
class FieldFault:
    """Where a fault is: a JSON pointer into the body, or the name of a query parameter."""

    place: str
    fault: Fault
    in_query: bool = False


_MOST_TOLD: Final = 50
_OURS: Final = frozenset[str](Fault)
_OF_THE_LIBRARY: Final = {
    "missing": Fault.REQUIRED,
    "extra_forbidden": Fault.UNKNOWN_FIELD,
    "enum": Fault.UNKNOWN_CODE,
    "too_short": Fault.OUT_OF_RANGE,  # of a list
    "too_long": Fault.OUT_OF_RANGE,
    "literal_error": Fault.UNKNOWN_CODE,
}


def faults_in(error: ValidationError, *, in_query: bool = False) -> list[FieldFault]:
    """Every fault at once, whoever found it."""
    return list(_faults_in(error, in_query=in_query))[:_MOST_TOLD]


def _faults_in(error: ValidationError, *, in_query: bool) -> Iterator[FieldFault]:
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        kind = found["type"]
        fault = _OF_THE_LIBRARY.get(kind) or (Fault(kind) if kind in _OURS else Fault.WRONG_TYPE)
        yield FieldFault(
            ".".join(map(str, found["loc"])) if in_query else _pointer(found["loc"]),
            fault,
            in_query,
        )


def repeated_in(raw: bytes) -> list[FieldFault]:
    """The fields of a body that stand in it twice (RFC 7493): each reader would take another one.
    Known fields only: others were refused before."""
    again = False

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal again
        found = dict(pairs)
        again = again or len(found) < len(pairs)
        return found

    json.loads(raw, object_pairs_hook=once)
    return list(_repeated(json.loads(raw, object_pairs_hook=_Pairs), ())) if again else []


class _Pairs(list[tuple[str, Any]]):
    """An object as it was sent."""


def _repeated(value: object, place: tuple[int | str, ...]) -> Iterator[FieldFault]:
    match value:
        case _Pairs():
            names = Counter(name for name, _ in value)
            for name, inside in value:
                if names[name] > 1:
                    names[name] = 1  # told once
                    yield FieldFault(_pointer((*place, name)), Fault.REPEATED)
                yield from _repeated(inside, (*place, name))
        case list():
            for number, inside in enumerate(value):
                yield from _repeated(inside, (*place, number))


def _pointer(place: tuple[int | str, ...]) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)
