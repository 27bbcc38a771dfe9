"""What can be wrong with a body, from the schema that the OpenAPI document gives it.

So a new door, or a new field of one, is held against bad input from its first day.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from tests.acceptance.knocking import MARKER

Json = dict[str, Any]

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


def fields(
    schema: Json, schemas: Mapping[str, Json], above: tuple[str, ...] = ()
) -> Iterator[Field]:
    """Every field, and those within it."""
    whole = _resolved(schema, schemas)
    for name, told in whole.get("properties", {}).items():
        inner = _resolved(told, schemas)
        yield Field((*above, name), inner, name in whole.get("required", ()))
        if inner.get("type") == "object":
            yield from fields(inner, schemas, (*above, name))


def _resolved(schema: Json, schemas: Mapping[str, Json]) -> Json:
    """Without references, and without the null of what may be left out."""
    if "$ref" in schema:
        return _resolved(schemas[schema["$ref"].removeprefix(_REF)], schemas)
    for some in ("anyOf", "allOf"):
        for each in schema.get(some, ()):
            if each.get("type") != "null":
                return _resolved(each, schemas)
    return schema


# --- one fault at a time ---------------------------------------------------------------------


def wrong_bodies(good: Json, schema: Json, schemas: Mapping[str, Json]) -> Iterator[Wrong]:
    for field in fields(schema, schemas):
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


def wrong_everywhere(
    good: Json, schema: Json, schemas: Mapping[str, Json]
) -> tuple[Json, set[str]]:
    """One body with a fault in every field that has fields of no own, and where they are."""
    body, places = deepcopy(good), {"/noSuchField"}
    body["noSuchField"] = MARKER
    for field in fields(schema, schemas):
        if field.schema.get("type") != "object":
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
        case _:
            raise LookupError(f"say here what is no {kind}")


def _wrong_texts(schema: Json) -> Iterator[tuple[str, frozenset[str]]]:
    longest = schema.get("maxLength")
    if longest is None:  # a number
        yield MARKER, frozenset({"impossible-number"})
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


# --- bodies ----------------------------------------------------------------------------------


def _with(body: Json, path: tuple[str, ...], value: Any) -> Json:
    changed = deepcopy(body)
    inner = changed
    for name in path[:-1]:
        inner = inner.setdefault(name, {})
    inner[path[-1]] = value
    return changed


def _without(body: Json, path: tuple[str, ...]) -> Json:
    changed = deepcopy(body)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    inner.pop(path[-1], None)
    return changed
