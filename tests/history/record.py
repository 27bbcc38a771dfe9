"""Writes the stored form of every event that has none yet: python tests/history/record.py."""

import dataclasses
import json
import typing
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any
from uuid import UUID

import msgspec

from domain.catalogue import ENTRIES, Entry
from domain.sealed import Sealed

FOLDER = Path(__file__).parent / "stored"
EXAMPLES: dict[object, object] = {
    UUID: UUID("00000000-0000-4000-8000-000000000002"),
    str: "a word",
    int: 50,
    bool: True,
    date: date(2024, 2, 29),
    datetime: datetime(2024, 2, 29, 12, 30, tzinfo=UTC),
}


def example(hint: Any) -> Any:
    """A value of a field's type."""
    if typing.get_origin(hint) is Sealed:
        return example(typing.get_args(hint)[0])
    if typing.get_origin(hint) is tuple:
        return (example(typing.get_args(hint)[0]),)
    if isinstance(hint, UnionType):
        return example(typing.get_args(hint)[0])
    if dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        return hint(
            **{field.name: example(hints[field.name]) for field in dataclasses.fields(hint)}
        )  # type: ignore[operator]  # the class, not one of its objects
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return next(iter(hint))
    return EXAMPLES[hint]


def stored(entry: Entry) -> dict[str, Any]:
    """The payload as it stands in the log, and beside it what its sealed values open to."""
    hints = typing.get_type_hints(entry.event)
    values = {field.name: example(hints[field.name]) for field in dataclasses.fields(entry.event)}
    clear = {name: values[name] for name in entry.clear}
    if entry.veil:
        hidden = {name: value for name, value in values.items() if name not in entry.clear}
        sealed: dict[str, Any] = {"body": {"kind": entry.kind, **hidden}}
    else:
        sealed = {name: values[name] for name in entry.sealed}
    payload = {**clear, **{name: f"key:1:sealed-{name}" for name in sealed}}
    kept = {
        "name": entry.name,
        "event": entry.event.__name__,
        "payload": payload,
        "sealed": sealed,
    }
    plain: dict[str, Any] = json.loads(msgspec.json.encode(kept))
    return plain


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for entry in ENTRIES:
        kind = f"+{entry.kind}" if entry.kind else ""
        path = FOLDER / f"{entry.name}{kind}@{entry.version}.json"
        if not path.exists():
            path.write_text(json.dumps(stored(entry), indent=1) + "\n", encoding="utf-8")
