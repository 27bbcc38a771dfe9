"""Personal data in events: open in memory for whoever may see it, sealed everywhere else.

A `Sealed` value is *open* (just written, or opened for an entitled reader) or *closed* (only its
token is known). The token says which key opens it and where it belongs; it tells nothing else.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


class SealedValueIsClosed(Exception):
    """The value is sealed and was not opened for this reader, or its key has been erased."""


class KeyScope(StrEnum):
    """Whose key seals a value; erasing that key forgets everything it sealed."""

    IDENTITY = "identity"  # one per identity of a person or staff member
    FILE = "file"  # one per case, referral or other file (the stream)
    TEXT = "text"  # free text: one per (file, identity)


@dataclass(frozen=True, slots=True, repr=False)
class Sealed(Generic[T]):
    """One value that never stands in the clear outside memory. `None` is a value like any other,
    so that a dump does not even tell whether something is known."""

    value: T | None = None
    token: str | None = None

    @classmethod
    def of(cls, value: T) -> "Sealed[T]":
        return cls(value=value)

    @classmethod
    def closed(cls, token: str) -> "Sealed[T]":
        return cls(token=token)

    @property
    def is_open(self) -> bool:
        return self.token is None

    def reveal(self) -> T:
        """The value. Raises SealedValueIsClosed when it was not opened."""
        if self.token is not None:
            raise SealedValueIsClosed
        return self.value  # type: ignore[return-value]  # open: the value is a T, None included

    def __repr__(self) -> str:
        return "Sealed(open)" if self.is_open else "Sealed(closed)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Veiled:
    """An event whose very kind is sealed, seen by somebody it was not opened for.

    `name` is its neutral public name; `body` opens to the telling event.
    """

    name: str
    person: UUID | None = None
    body: Sealed[object]
