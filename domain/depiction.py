"""What a state says, field by field, so that two moments of it can be compared: whatever it holds,
flat, and in codes that have words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from domain.person import Person
from domain.sealed import Sealed


class Depicted(NamedTuple):
    """A field. Of what is sealed, `erased` says that its key is gone, and `withheld` that it is
    told to nobody who reviews."""

    values: tuple[object, ...] = ()
    erased: bool = False
    withheld: bool = False


ERASED: Final = Depicted(erased=True)
WITHHELD: Final = Depicted(withheld=True)


def depicted(state: object) -> Mapping[str, Depicted]:
    """Every field by its path: of several, each by its id, or by its place. Of a person, what is
    sealed is withheld: the review sees what was done, and not who it is about."""
    if state is None:
        return {}
    return dict(_of(state, "", whose=isinstance(state, Person)))


def changes(
    before: Mapping[str, Depicted], after: Mapping[str, Depicted]
) -> Mapping[str, tuple[Depicted | None, Depicted | None]]:
    """What differs between two moments, field by field; None where there was no such field."""
    names = dict.fromkeys((*before, *after))
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: (old, new) for name, (old, new) in pairs.items() if old != new}


def _of(value: Any, path: str, *, whose: bool) -> Iterator[tuple[str, Depicted]]:
    if isinstance(value, Sealed):
        if whose:
            yield path, WITHHELD
        elif not value.is_open:
            yield path, ERASED
        else:
            yield from _of(value.reveal(), path, whose=whose)
    elif is_dataclass(value):
        for each in fields(value):
            inner = getattr(value, each.name)
            yield from _of(inner, f"{path}.{each.name}" if path else each.name, whose=whose)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _of(inner, f"{path}.{name}", whose=whose)
    elif isinstance(value, tuple | list | frozenset | set):
        yield from _of_several(value, path, whose=whose)
    else:
        yield path, Depicted(() if value is None else (value,))


def _of_several(value: Any, path: str, *, whose: bool) -> Iterator[tuple[str, Depicted]]:
    several: Sequence[Any] = list(value)
    if all(isinstance(each, _PLAIN) for each in several):
        yield path, Depicted(tuple(several))
        return
    for place, each in enumerate(several, start=1):
        name = getattr(each, "id", None) or place
        yield from _of(each, f"{path}.{name}", whose=whose)


_PLAIN: Final = (str, StrEnum, UUID, date, int, bool)
