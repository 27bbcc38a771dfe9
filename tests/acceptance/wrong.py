"""What can be wrong with a body, from the schema that the OpenAPI document gives it.

So a new door, or a new field of one, is held against bad input from its first day.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from tests.acceptance.doors import NOBODYS, SCHEMAS, Json
from tests.acceptance.knocking import MARKER

_REF: Final = "#/components/schemas/"
_LINE, _CODE = 200, 60  # how long a line and a unit's code may be


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a body, with the schema of what it may hold."""

    path: tuple[str, ...]
    schema: Json
    required: bool

    @property
    def pointer(self) -> str:
        return "/" + "/".join(self.path)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A body with one fault, where it is, and by which codes it may be called."""

    body: Any
    pointer: str
    codes: frozenset[str]


def fields(schema: Json, above: tuple[str, ...] = ()) -> Iterator[Field]:
    """Every field, and those within it."""
    whole = _resolved(schema)
    for name, told in whole.get("properties", {}).items():
        inner = _resolved(told)
        yield Field((*above, name), inner, name in whole.get("required", ()))
        if inner.get("type") == "object":
            yield from fields(inner, (*above, name))
        elif holds_fields(inner):
            yield from fields(inner["items"], (*above, name, "0"))


def holds_fields(schema: Json) -> bool:
    """Whether what is wrong in it has a place of its own: the first of a list stands for all."""
    if schema.get("type") == "array":
        return _resolved(schema["items"]).get("type") == "object"
    return schema.get("type") == "object"


def _resolved(schema: Json) -> Json:
    """Without references, and without the null of what may be left out."""
    if "$ref" in schema:
        return _resolved(SCHEMAS[schema["$ref"].removeprefix(_REF)])
    for some in ("anyOf", "allOf"):
        for each in schema.get(some, ()):
            if each.get("type") != "null":
                return _resolved(each)
    return schema


# --- one fault at a time ---------------------------------------------------------------------


def wrong_bodies(good: Json, schema: Json) -> Iterator[Wrong]:
    for field in fields(schema):
        if field.required:
            yield Wrong(_without(good, field.path), field.pointer, frozenset({"required"}))
            yield Wrong(_with(good, field.path, None), field.pointer, _codes(field.schema))
        for value, codes in wrong_values(field.schema):
            yield Wrong(_with(good, field.path, value), field.pointer, codes)
        if field.schema.get("type") == "object":
            unknown = (*field.path, "noSuchField")
            yield Wrong(_with(good, unknown, MARKER), f"{field.pointer}/noSuchField", _UNKNOWN)
    yield Wrong({**good, "noSuchField": MARKER}, "/noSuchField", _UNKNOWN)
    yield Wrong({**good, "a/b~c": MARKER}, "/a~1b~0c", _UNKNOWN)
    for other in ([], [good], MARKER, 83611, None, True):
        yield Wrong(other, "", frozenset({"wrong-type"}))


def wrong_everywhere(good: Json, schema: Json) -> tuple[Json, set[str]]:
    """One body with a fault in every field that has fields of no own, and where they are."""
    body, places = deepcopy(good), {"/noSuchField"}
    body["noSuchField"] = MARKER
    for field in fields(schema):
        if not holds_fields(field.schema):
            value, _ = next(wrong_values(field.schema))
            body = _with(body, field.path, value)
            places.add(field.pointer)
    return body, places


_UNKNOWN: Final = frozenset({"unknown-field"})
_TEXT: Final = frozenset({"wrong-type"})
_OF_FORMAT: Final = {
    "uuid": frozenset({"not-an-id"}),
    "date": frozenset({"not-a-date"}),
    "date-time": frozenset({"not-a-moment"}),
}


def _codes(schema: Json) -> frozenset[str]:
    """What a value of another type may be called."""
    if "enum" in schema:
        return frozenset({"unknown-code", "wrong-type"})
    return _OF_FORMAT.get(schema.get("format", ""), _TEXT)


def wrong_values(schema: Json) -> Iterator[tuple[Any, frozenset[str]]]:
    """Values that the field may not hold, the first one with the marker."""
    of_other_type = _codes(schema)
    match schema.get("type"):
        case "string" if "enum" in schema or "format" in schema:
            yield MARKER, of_other_type
        case "string":
            yield from _wrong_texts(schema)
        case "array":
            yield MARKER, of_other_type
            if schema.get("minItems"):
                yield [], frozenset({"out-of-range"})
        case "integer":
            yield MARKER, of_other_type
            for value in (schema["minimum"] - 1, schema["maximum"] + 1, 10**30):
                yield value, frozenset({"out-of-range"})
        case _:
            yield MARKER, of_other_type
    for value in _OF_EACH_TYPE:
        if not _is(value, schema["type"]):
            yield value, of_other_type


_OF_EACH_TYPE: Final = ("", 83611, 1.5, True, [MARKER], {"noSuchField": MARKER})


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "object":
            return isinstance(value, dict)  # what is in it is wrong in its own way
        case "array":
            return isinstance(value, list)
        case _:
            raise LookupError(f"say here what is no {kind}")


def _wrong_texts(schema: Json) -> Iterator[tuple[str, frozenset[str]]]:
    longest = schema.get("maxLength")
    if longest is None:  # a number
        yield MARKER, frozenset({"impossible-number", "not-a-register-number", "unknown-code"})
    elif longest == _CODE:
        yield MARKER.upper(), frozenset({"unknown-code"})
        yield "z" * (longest + 1), frozenset({"unknown-code"})
    else:
        for control in ("\x00", "\x07", "\x1b[2J", "\x7f", "\x9b"):
            yield f"{MARKER}{control}", frozenset({"control-character"})
        if longest == _LINE:
            for control in ("\n", "\t", "\u2028"):
                yield f"{MARKER}{control}", frozenset({"control-character"})
        for blank in ("", "   ", "\u00a0\u2003"):
            yield blank, frozenset({"blank"})
        yield MARKER + "z" * longest, frozenset({"too-long"})


# --- what is asked in an address --------------------------------------------------------------


def wrong_parameters(schema: Json) -> Iterator[tuple[str, str]]:
    """Values, as they stand in an address, that the parameter may not have, and their fault."""
    kind = _kind(schema)
    if kind == "integer":
        yield str(schema["maximum"] + 1), "out-of-range"
        if schema["minimum"]:
            yield str(schema["minimum"] - 1), "out-of-range"
    code, values = _NO_PARAMETERS[kind]
    for value in (*values, "", "%00", f"!{MARKER}"):
        yield value, code


def right_parameter(schema: Json) -> str:
    kind = _kind(schema)
    return str(_referred(schema)["enum"][0]) if kind == "enum" else _PARAMETERS[kind]


def _kind(schema: Json) -> str:
    told = _referred(schema)
    named = {_CODE: "unit", _CURSOR: "cursor"}.get(told.get("maxLength", 0))
    return "enum" if "enum" in told else named or told.get("format") or told["type"]


def _referred(schema: Json) -> Json:
    found: Json = SCHEMAS[schema["$ref"].removeprefix(_REF)] if "$ref" in schema else schema
    return found


_CURSOR: Final = 600
_PARAMETERS: Final = {
    "integer": "1",
    "boolean": "true",
    "uuid": str(NOBODYS),
    "date": "2023-04-07",
    "date-time": "2023-04-07T16:00:00Z",
    "cursor": "bnVsbA.bnVsbA",
    "unit": "nexus",
}
_NO_PARAMETERS: Final = {
    "enum": ("unknown-code", ("OPEN", "null")),
    "integer": ("wrong-type", ("-1", "1.5", "1e1", "0x10", "%EF%BC%91", "1%00", "+1", "9" * 30)),
    "boolean": ("wrong-type", ("1", "yes", "TRUE")),
    "uuid": ("not-an-id", ("1", str(NOBODYS)[:-1], f"{{{NOBODYS}}}", NOBODYS.hex)),
    "date": ("not-a-date", ("2023-4-7", "2023-02-30", "2023-04-07T16:00:00Z", "now")),
    "date-time": ("not-a-moment", ("2023-04-07", "2023-04-07T16:00:00", "now")),
    "cursor": ("wrong-type", ("a%20b", "a%00", "%C3%A5", "z" * 601)),
    "unit": ("unknown-code", ("Nexus", "a--b", "z" * 61)),
}

# --- bodies ----------------------------------------------------------------------------------


def _with(body: Json, path: tuple[str, ...], value: Any) -> Json:
    changed = deepcopy(body)
    inner: Any = changed
    for name in path[:-1]:
        inner = inner[int(name)] if isinstance(inner, list) else inner.setdefault(name, {})
    inner[path[-1]] = value
    return changed


def _without(body: Json, path: tuple[str, ...]) -> Json:
    changed = deepcopy(body)
    inner: Any = changed
    for name in path[:-1]:
        inner = inner[int(name)] if isinstance(inner, list) else inner[name]
    inner.pop(path[-1], None)
    return changed
